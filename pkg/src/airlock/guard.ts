/**
 * Takes out of the frame what its policy cannot close. Import it first, before any other module.
 *
 * The policy stops fetch, pictures, fonts, styles, forms, workers and frames with an address. It says nothing
 * of WebRTC, of a link's DNS prefetch, of an `about:blank` frame whose constructors would be fresh, or of a
 * download that asks a server for a file. Those go here: constructors are removed, and the ways to make an
 * element that opens a new window or resolves a name refuse it. Trusted types (required by the policy, where
 * the browser has them) lead every string that becomes HTML through `checkMarkup`.
 *
 * This is the second wall. The first is that every script in the frame is checked against its digest.
 */

/** Globals that reach a network, another context, or parse markup behind the guard's back. */
const GLOBALS = [
  ...['fetch', 'fetchLater', 'XMLHttpRequest', 'WebSocket', 'WebSocketStream', 'WebTransport', 'EventSource'],
  ...['RTCPeerConnection', 'webkitRTCPeerConnection', 'RTCIceGatherer', 'RTCDataChannel', 'RTCIceTransport'],
  ...['SharedWorker', 'BroadcastChannel', 'ServiceWorkerContainer', 'CacheStorage', 'caches', 'indexedDB'],
  ...['PushManager', 'PresentationRequest', 'PaymentRequest', 'Notification', 'BackgroundFetchManager'],
  ...['SpeechRecognition', 'webkitSpeechRecognition', 'TCPSocket', 'UDPSocket', 'TCPServerSocket'],
  ...['DOMParser', 'XSLTProcessor', 'open', 'navigation', 'sharedStorage', 'fence'],
  ...['HTMLIFrameElement', 'HTMLFrameElement', 'HTMLFrameSetElement', 'HTMLObjectElement', 'HTMLEmbedElement'],
  ...['HTMLFencedFrameElement', 'HTMLPortalElement', 'HTMLLinkElement', 'HTMLMetaElement', 'HTMLBaseElement'],
];

/** Members of `Navigator.prototype` or `WorkerNavigator.prototype` that reach a network. */
const NAVIGATOR = [
  ...['sendBeacon', 'serviceWorker', 'presentation', 'credentials', 'share', 'registerProtocolHandler'],
  ...['joinAdInterestGroup', 'runAdAuction', 'updateAdInterestGroups', 'createAuctionNonce', 'connection'],
  ...['mediaDevices', 'getUserMedia', 'webkitGetUserMedia', 'bluetooth', 'usb', 'serial', 'hid', 'login'],
];

/** Elements that open a window, resolve a name, or change where addresses lead. */
const REFUSED = new Set([
  ...['iframe', 'frame', 'frameset', 'fencedframe', 'portal', 'object', 'embed', 'applet'],
  ...['link', 'meta', 'base', 'script', 'webview'],
]);

const refusedTag = new RegExp(`<\\s*(?:[\\w.-]+:)?(?:${[...REFUSED].join('|')})(?![\\w-])`, 'i');

class Refused extends Error {
  override name = 'Refused';
}

/** Markup on its way into the document. */
function checkMarkup(markup: string): string {
  if (refusedTag.test(markup)) throw new Refused('The photo frame takes no markup that could open a way out.');
  return markup;
}

/** A script's address: only what the frame made itself. */
function checkScript(address: string): string {
  if (!address.startsWith('blob:')) throw new Refused('The photo frame runs no script from an address.');
  return address;
}

/** Replaces a method for good. */
function replace<T extends object>(target: T, name: string, make: (original: Function) => Function): void {
  const original = (target as Record<string, unknown>)[name];
  if (typeof original !== 'function') return;
  Object.defineProperty(target, name, { value: make(original), writable: false, configurable: false });
}

function remove(target: object, name: string): void {
  for (let owner: object | null = target; owner; owner = Object.getPrototypeOf(owner) as object | null) {
    if (!Object.hasOwn(owner, name)) continue;
    // What cannot be deleted is covered.
    if (!Reflect.deleteProperty(owner, name)) Reflect.defineProperty(owner, name, { value: undefined });
  }
  Reflect.defineProperty(target, name, { value: undefined, writable: false, configurable: false });
}

function closeNetwork(): void {
  for (const name of GLOBALS) remove(globalThis, name);
  for (const name of NAVIGATOR) remove(navigator, name);
}

interface PolicyFactory {
  createPolicy(name: string, rules: Record<string, (text: string) => string>): unknown;
}

function closeMarkup(): void {
  const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes;
  if (factory) {
    // A library's own policy (Lit has one) passes the same check.
    replace(Object.getPrototypeOf(factory) as object, 'createPolicy', (original) =>
      function (this: unknown, name: string, rules: Record<string, (text: string) => string>) {
        const checked = {
          createHTML: (text: string) => checkMarkup(rules['createHTML'] ? rules['createHTML'](text) : text),
          createScriptURL: (text: string) => checkScript(text),
        };
        return original.call(this, name, checked) as unknown;
      },
    );
    factory.createPolicy('default', {});
  }
  const checkName = (name: unknown) => {
    const local = String(name).toLowerCase().split(':').pop() ?? '';
    if (REFUSED.has(local)) throw new Refused(`The photo frame makes no <${local}> element.`);
  };
  replace(Document.prototype, 'createElement', (original) =>
    function (this: Document, name: unknown, ...rest: unknown[]) {
      checkName(name);
      return original.call(this, name, ...rest) as unknown;
    },
  );
  replace(Document.prototype, 'createElementNS', (original) =>
    function (this: Document, space: unknown, name: unknown, ...rest: unknown[]) {
      checkName(name);
      return original.call(this, space, name, ...rest) as unknown;
    },
  );
  for (const name of ['write', 'writeln', 'open']) remove(Document.prototype, name);
}

/** Whether a click on this element would ask for an address. */
function leads(node: EventTarget | null): boolean {
  if (!(node instanceof HTMLAnchorElement || node instanceof HTMLAreaElement || node instanceof SVGAElement)) {
    return false;
  }
  if (node.getAttribute('ping') !== null) return true;
  const address = node instanceof SVGAElement ? node.href.baseVal : node.href;
  return address !== '' && !address.startsWith('blob:');
}

/** A download link asks a server for a file, which no policy stops: only what the frame made may be saved. */
function closeLinks(): void {
  const refuse = (event: Event) => {
    if (event.composedPath().some(leads)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  };
  for (const name of ['click', 'auxclick']) addEventListener(name, refuse, { capture: true });
  const path = (node: EventTarget | null) => {
    for (let at = node; at instanceof Node; at = at.parentNode) if (leads(at)) return true;
    return false;
  };
  // Elements outside the document never pass the listener above.
  replace(HTMLElement.prototype, 'click', (original) =>
    function (this: HTMLElement) {
      if (path(this)) throw new Refused('The photo frame follows no address.');
      return original.call(this) as unknown;
    },
  );
  replace(EventTarget.prototype, 'dispatchEvent', (original) =>
    function (this: EventTarget, event: Event) {
      if (/click$/.test(event.type) && path(this)) throw new Refused('The photo frame follows no address.');
      return original.call(this, event) as unknown;
    },
  );
}

closeNetwork();
if (typeof document === 'object') {
  closeMarkup();
  closeLinks();
}
