/**
 * Takes out of the frame what its policy cannot close. Import it first, before any other module.
 *
 * The policy stops fetch, pictures, fonts, styles, forms, workers and frames with an address. It says nothing
 * of WebRTC, of a link's DNS prefetch, of an `about:blank` frame whose constructors would be fresh, or of a
 * download that asks a server for a file. Those go here: constructors are removed, the ways to make an
 * element that opens a new window or resolves a name refuse it, and links are not followed. Trusted types (required by
 * the policy, where the browser has them) lead every string that becomes HTML through `checkMarkup`.
 *
 * This is the second wall. The first is that every script in the frame is checked against its digest.
 */

/** Globals that reach a network, another context, or parse markup behind the guard's back. */
const GLOBALS = [
  ...['fetch', 'fetchLater', 'XMLHttpRequest', 'WebSocket', 'WebSocketStream', 'WebTransport', 'EventSource'],
  ...['RTCPeerConnection', 'webkitRTCPeerConnection', 'mozRTCPeerConnection', 'RTCIceGatherer', 'RTCDataChannel', 'RTCIceTransport'],
  ...['SharedWorker', 'BroadcastChannel', 'ServiceWorkerContainer', 'CacheStorage', 'caches', 'indexedDB'],
  ...['PushManager', 'PresentationRequest', 'PaymentRequest', 'Notification', 'BackgroundFetchManager'],
  ...['SpeechRecognition', 'webkitSpeechRecognition', 'TCPSocket', 'UDPSocket', 'TCPServerSocket'],
  ...['DOMParser', 'XSLTProcessor', 'open', 'navigation', 'sharedStorage', 'fence', 'cookieStore'],
  ...['IdentityProvider', 'IdentityCredential', 'PublicKeyCredential', 'PasswordCredential', 'FederatedCredential'],
  // A browser may speak with its maker's voices, show a picture of what plays, or ask its maker's models.
  ...['speechSynthesis', 'SpeechSynthesisUtterance', 'MediaMetadata', 'documentPictureInPicture'],
  ...['LanguageModel', 'LanguageDetector', 'Translator', 'Summarizer', 'Writer', 'Rewriter', 'Proofreader'],
  ...['HTMLIFrameElement', 'HTMLFrameElement', 'HTMLFrameSetElement', 'HTMLObjectElement', 'HTMLEmbedElement'],
  ...['HTMLFencedFrameElement', 'HTMLPortalElement', 'HTMLLinkElement', 'HTMLMetaElement', 'HTMLBaseElement'],
];

/** Members of `Navigator.prototype` or `WorkerNavigator.prototype` that reach a network. */
const NAVIGATOR = [
  ...['sendBeacon', 'serviceWorker', 'presentation', 'credentials', 'share', 'registerProtocolHandler'],
  ...['joinAdInterestGroup', 'runAdAuction', 'updateAdInterestGroups', 'createAuctionNonce', 'connection'],
  ...['mediaDevices', 'getUserMedia', 'webkitGetUserMedia', 'bluetooth', 'usb', 'serial', 'hid', 'login'],
  ...['mediaSession', 'modelContext', 'geolocation', 'requestMediaKeySystemAccess', 'requestMIDIAccess'],
  ...['unregisterProtocolHandler', 'setAppBadge', 'getInstalledRelatedApps', 'storageBuckets'],
];

/** Elements that open a window, resolve a name, change where addresses lead, or hide a link from the guard (`use`). */
const REFUSED = [
  ...['iframe', 'frame', 'frameset', 'fencedframe', 'controlledframe', 'portal', 'object', 'embed', 'applet'],
  ...['link', 'meta', 'base', 'script', 'webview', 'use'],
];

/** Events that follow a link when a script makes them, whether or not anything hears them. */
const ACTIVATIONS = ['click', 'auxclick', 'DOMActivate', 'keydown', 'keypress', 'keyup'];

// What the checks themselves work with, taken before any other script runs: a script that comes later can change every
// prototype, and shall not change a check. For the same reason nothing below calls a method of a value that a script
// may have handed in, and every such value becomes a string once.
const { apply, getOwnPropertyDescriptor } = Reflect;
const { exec } = RegExp.prototype;
const { toLowerCase, startsWith } = String.prototype;

const refusedName = new RegExp(`^(?:.*:)?(?:${REFUSED.join('|')})$`, 's');
/** In XML a prefix may have letters of any script. A closed shadow tree would hide links from the guard. */
const refusedMarkup = new RegExp(`<\\s*(?:[^\\s<>/]*:)?(?:${REFUSED.join('|')})(?![\\w-])|shadowrootmode`, 'i');
const activation = new RegExp(`^(?:${ACTIVATIONS.join('|')})$`);

const matches = (pattern: RegExp, text: string) => apply(exec, pattern, [text]) !== null;
const isOwn = (address: string) => apply(startsWith, address, ['blob:']) as boolean;

class Refused extends Error {
  override name = 'Refused';
}

/** Markup on its way into the document. */
function checkMarkup(markup: string): string {
  if (matches(refusedMarkup, markup)) throw new Refused('The photo frame takes no markup that could open a way out.');
  return markup;
}

/** A script's address: only what the frame made itself. */
function checkScript(address: string): string {
  if (!isOwn(address)) throw new Refused('The photo frame runs no script from an address.');
  return address;
}

/** An element's name, as the string that is then used. */
function checkName(given: unknown): string {
  const name = `${given}`;
  if (matches(refusedName, apply(toLowerCase, name, []) as string)) {
    throw new Refused(`The photo frame makes no <${name}> element.`);
  }
  return name;
}

type Method = (this: unknown, ...given: unknown[]) => unknown;

/** Replaces a method for good. */
function replace(target: object, name: string, make: (original: Method) => Method): void {
  const original = (target as Record<string, unknown>)[name];
  if (typeof original !== 'function') return;
  Object.defineProperty(target, name, { value: make(original as Method), writable: false, configurable: false });
}

/** What reads an attribute of an interface's own elements, and throws at any other: no script can pretend to it. */
function getter(target: object, name: string): Method {
  return getOwnPropertyDescriptor(target, name)?.get as Method;
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
  createPolicy(name: string, rules: object): unknown;
}

/** Every string that becomes markup, where the browser has Trusted Types. */
function closeTypes(factory: PolicyFactory): void {
  // A library's own policy (Lit has one) passes the same check.
  replace(Object.getPrototypeOf(factory) as object, 'createPolicy', (original) =>
    function (name, rules) {
      const own = (rules as { createHTML?: Method } | undefined)?.createHTML;
      const checked = {
        createHTML: (text: string) => checkMarkup(own ? `${apply(own, rules, [text])}` : text),
        createScriptURL: checkScript,
      };
      return apply(original, this, [name, checked]);
    },
  );
  factory.createPolicy('default', {});
}

/** The same where it has none: at each place that takes markup. */
function closeSinks(): void {
  for (const [target, name] of [
    [Element.prototype, 'innerHTML'],
    [Element.prototype, 'outerHTML'],
    [ShadowRoot.prototype, 'innerHTML'],
  ] as const) {
    const { get, set } = getOwnPropertyDescriptor(target, name) as { get: Method; set: Method };
    const checked = function (this: unknown, markup: unknown) {
      apply(set, this, [markup === null ? '' : checkMarkup(`${markup}`)]);
    };
    Object.defineProperty(target, name, { get, set: checked, configurable: false });
  }
  const first = (original: Method): Method =>
    function (markup, more) {
      return apply(original, this, [checkMarkup(`${markup}`), more]);
    };
  const insert = (original: Method): Method =>
    function (place, markup) {
      return apply(original, this, [place, checkMarkup(`${markup}`)]);
    };
  replace(Element.prototype, 'insertAdjacentHTML', insert);
  replace(Element.prototype, 'setHTMLUnsafe', first);
  replace(ShadowRoot.prototype, 'setHTMLUnsafe', first);
  replace(Range.prototype, 'createContextualFragment', first);
  remove(Document, 'parseHTMLUnsafe');
  remove(Document.prototype, 'execCommand');
}

function closeMarkup(): void {
  const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes;
  if (factory) closeTypes(factory);
  else closeSinks();
  replace(Document.prototype, 'createElement', (original) =>
    function (name, options) {
      return apply(original, this, [checkName(name), options]);
    },
  );
  replace(Document.prototype, 'createElementNS', (original) =>
    function (space, name, options) {
      return apply(original, this, [space, checkName(name), options]);
    },
  );
  // The root of a new document is an element like any other.
  replace(DOMImplementation.prototype, 'createDocument', (original) =>
    function (space, name, type = null) {
      return apply(original, this, [space, name === null ? null : checkName(name), type]);
    },
  );
  for (const name of ['write', 'writeln', 'open']) remove(Document.prototype, name);
  // They take markup past the Trusted Types, and their idea of what is safe leaves <link> and <meta> to the caller.
  for (const target of [Element.prototype, ShadowRoot.prototype]) remove(target, 'setHTML');
  remove(Document, 'parseHTML');
}

/**
 * A download link asks a server for a file, which no policy stops. So no link is ever followed, however it is clicked:
 * what the frame made itself is saved by a link of the guard's own, which no other script can change on the way.
 */
function closeLinks(): void {
  const links = [HTMLAnchorElement, HTMLAreaElement, SVGAElement].map(({ prototype }) => getter(prototype, 'href'));
  const [anchorAddress] = links as [Method];
  const composedPath = Event.prototype.composedPath as Method;
  const preventDefault = Event.prototype.preventDefault as Method;
  const stop = Event.prototype.stopImmediatePropagation as Method;
  const typeOf = getter(Event.prototype, 'type');
  const isConnected = getter(Node.prototype, 'isConnected');
  const parentOf = getter(Node.prototype, 'parentNode');
  const getAttribute = Element.prototype.getAttribute as Method;
  const own = document.createElement('a');
  const saveOwn = own.click as Method;
  const setAttribute = own.setAttribute as Method;

  const isLink = (node: unknown) => {
    for (let index = 0; index < links.length; index++) {
      try {
        apply(links[index] as Method, node, []);
        return true;
      } catch {
        // It is no element of this interface.
      }
    }
    return false;
  };
  const refuse = (event: Event) => {
    const path = apply(composedPath, event, []) as EventTarget[];
    for (let index = 0; index < path.length; index++) {
      if (!isLink(path[index])) continue;
      apply(preventDefault, event, []);
      apply(stop, event, []);
      return;
    }
  };
  for (const name of ['click', 'auxclick', 'DOMActivate']) addEventListener(name, refuse, { capture: true });

  const save = (link: unknown) => {
    const name = apply(getAttribute, link, ['download']) as string | null;
    let address = '';
    try {
      address = apply(anchorAddress, link, []) as string;
    } catch {
      // An area, or a link in a drawing.
    }
    if (name === null || !isOwn(address)) throw new Refused('The photo frame follows no address.');
    apply(setAttribute, own, ['href', address]);
    apply(setAttribute, own, ['download', name]);
    apply(saveOwn, own, []);
  };
  replace(HTMLElement.prototype, 'click', (original) =>
    function () {
      // Outside the document no click passes the listener above.
      if (!apply(isConnected, this, [])) {
        if (apply(parentOf, this, []) !== null) throw new Refused('The photo frame clicks nothing outside its document.');
        if (isLink(this)) return save(this);
      }
      return apply(original, this, []);
    },
  );
  replace(EventTarget.prototype, 'dispatchEvent', (original) =>
    function (event) {
      if (matches(activation, apply(typeOf, event, []) as string)) {
        throw new Refused('The photo frame lets no script make clicks and keys.');
      }
      return apply(original, this, [event]);
    },
  );
  // The listener sees what lies in open trees.
  replace(Element.prototype, 'attachShadow', (original) =>
    function (options) {
      return apply(original, this, [{ ...(options as ShadowRootInit), mode: 'open' }]);
    },
  );
}

closeNetwork();
if (typeof document === 'object') {
  closeLinks();
  closeMarkup();
}
