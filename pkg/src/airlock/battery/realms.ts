/** Ways to an empty frame, whose constructors would be fresh, around the guard's checks. */

import { its, XHTML } from './channel.js';

type Realm = typeof globalThis;

const windowOf = (element: Node): Realm => {
  document.body.append(element);
  return (element as HTMLIFrameElement).contentWindow as unknown as Realm;
};

/** Runs `work` while a method is another one. */
function whilePatched<T>(owner: object, name: string, method: unknown, work: () => T): T {
  const methods = owner as Record<string, unknown>;
  const before = methods[name];
  methods[name] = method;
  try {
    return work();
  } finally {
    methods[name] = before;
  }
}

const make = () => windowOf(document.createElement('iframe'));

export const freshRealms: readonly { id: string; title: string; open: () => Realm }[] = [
  { id: 'frame', title: 'an empty frame', open: make },
  {
    id: 'namespace',
    title: 'a frame with a prefix',
    open: () => windowOf(document.createElementNS(XHTML, 'h:iframe')),
  },
  {
    id: 'name',
    title: 'a frame whose name changes between check and use',
    open() {
      let reads = 0;
      const name = { toString: () => (reads++ === 0 ? 'div' : 'iframe') };
      return windowOf(document.createElement(name as unknown as string));
    },
  },
  {
    id: 'patched-call',
    title: 'a frame made with what a patched Function.prototype.call was given',
    open() {
      let stolen: unknown;
      const { call } = Function.prototype;
      const patched = function (this: unknown, ...given: unknown[]) {
        stolen = this;
        return Reflect.apply(call, this as Function, given) as unknown;
      };
      whilePatched(Function.prototype, 'call', patched, () => document.createElement('div'));
      return windowOf(Reflect.apply((stolen ?? document.createElement) as Function, document, ['iframe']) as Node);
    },
  },
  { id: 'patched-set', title: 'a frame while sets say no', open: () => whilePatched(Set.prototype, 'has', () => false, make) },
  {
    id: 'patched-pattern',
    title: 'a frame while patterns match nothing',
    open: () => whilePatched(RegExp.prototype, 'exec', () => null, () => whilePatched(RegExp.prototype, 'test', () => false, make)),
  },
  {
    id: 'patched-case',
    title: 'a frame while letters have no case',
    open: () => whilePatched(String.prototype, 'toLowerCase', () => 'div', make),
  },
  {
    id: 'root',
    title: 'a frame that was the root of another document',
    open() {
      const { documentElement } = document.implementation.createDocument(XHTML, 'div');
      const root = document.implementation.createDocument(XHTML, 'iframe').documentElement;
      documentElement.append(root);
      return windowOf(documentElement.firstChild as Node);
    },
  },
  {
    id: 'markup',
    title: 'a frame in markup',
    open() {
      const box = document.createElement('div');
      document.body.append(box);
      box.innerHTML = '<iframe></iframe>';
      return windowOf(box.firstChild as Node);
    },
  },
  {
    id: 'prefix',
    title: 'a frame in XML, with a prefix of other letters',
    open() {
      const { documentElement } = document.implementation.createDocument(XHTML, 'div');
      documentElement.innerHTML = `<é:iframe xmlns:é="${XHTML}"/>`;
      return windowOf(documentElement.firstChild as Node);
    },
  },
  {
    id: 'fragment',
    title: 'a frame in a fragment',
    open: () => windowOf(document.createRange().createContextualFragment('<iframe></iframe>').firstChild as Node),
  },
  {
    id: 'parser',
    title: 'a frame out of a parsed document',
    open: () => windowOf(new DOMParser().parseFromString('<iframe></iframe>', 'text/html').body.firstChild as Node),
  },
  {
    id: 'picture',
    title: 'a window for a picture in the picture',
    open: () => its['documentPictureInPicture'].requestWindow() as Realm,
  },
  { id: 'popup', title: 'an empty window', open: () => (window.open('', 'x') ?? window) as unknown as Realm },
];
