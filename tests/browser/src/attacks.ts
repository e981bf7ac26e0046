/**
 * What a script that should not be there would try in the photo frame: every way to tell a server something.
 * Each function runs inside the frame, so it may use nothing from outside itself.
 */

/** Where the attacks aim at: a web server and a UDP port, both on this machine, both counting. */
export interface Target {
  /** `http://127.0.0.1:PORT` */
  origin: string;
  /** UDP port for STUN. */
  udp: number;
  /** A name that is resolved by nobody, for DNS prefetch. */
  name: string;
}

type Attack = (target: Target) => unknown;

/** Attacks that leave the frame where it is. Each aims at its own path, so that a hit names its attack. */
export const ATTACKS: Record<string, Attack> = {
  fetch: ({ origin }) => fetch(`${origin}/fetch`, { mode: 'no-cors' }),
  xhr: ({ origin }) => {
    const request = new XMLHttpRequest();
    request.open('GET', `${origin}/xhr`);
    request.send();
  },
  beacon: ({ origin }) => navigator.sendBeacon(`${origin}/beacon`, 'x'),
  eventSource: ({ origin }) => new EventSource(`${origin}/event-source`),
  webSocket: ({ origin }) => new WebSocket(`${origin.replace('http', 'ws')}/web-socket`),
  webTransport: ({ origin }) => new WebTransport(`${origin.replace('http', 'https')}/web-transport`).ready,
  image: ({ origin }) => {
    new Image().src = `${origin}/image`;
  },
  media: ({ origin }) => {
    new Audio(`${origin}/audio`).load();
    const video = document.createElement('video');
    video.poster = `${origin}/poster`;
    video.src = `${origin}/video`;
    document.body.append(video);
  },
  markup: ({ origin }) => {
    const box = document.createElement('div');
    document.body.append(box);
    box.innerHTML =
      `<img src="${origin}/markup-img"><svg><image href="${origin}/svg-image"/><use href="${origin}/svg-use#a"/></svg>` +
      `<video src="${origin}/markup-video"></video><input type="image" src="${origin}/input-image">` +
      `<table background="${origin}/table-background"></table>`;
  },
  markupFrames: ({ origin }) => {
    const box = document.createElement('div');
    document.body.append(box);
    box.innerHTML =
      `<iframe src="${origin}/markup-frame"></iframe><object data="${origin}/object"></object>` +
      `<embed src="${origin}/embed"><link rel="stylesheet" href="${origin}/link">`;
  },
  styleText: ({ origin }) => {
    const style = document.createElement('style');
    style.textContent = `@import "${origin}/import"; body { background: url(${origin}/style-background) }`;
    document.head.append(style);
  },
  styleSheet: ({ origin }) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(
      `@font-face { font-family: leak; src: url(${origin}/sheet-font) }
       body { background: url(${origin}/sheet-background); font-family: leak; cursor: url(${origin}/cursor), auto }`,
    );
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    document.body.append('text');
  },
  styleProperty: ({ origin }) => {
    document.body.style.backgroundImage = `url(${origin}/style-property)`;
    document.body.style.setProperty('mask-image', `url(${origin}/mask)`);
    document.body.style.setProperty('filter', `url(${origin}/filter#a)`);
  },
  fontFace: ({ origin }) => new FontFace('leak', `url(${origin}/font-face)`).load(),
  script: ({ origin }) => {
    const script = document.createElement('script');
    script.src = `${origin}/script`;
    document.head.append(script);
  },
  importModule: ({ origin }) => import(/* @vite-ignore */ `${origin}/import-module`),
  preload: ({ origin }) => {
    for (const rel of ['preload', 'prefetch', 'preconnect', 'modulepreload', 'stylesheet', 'icon', 'manifest', 'dns-prefetch']) {
      const link = document.createElement('link');
      link.rel = rel;
      link.as = 'image';
      link.href = `${origin}/link-${rel}`;
      document.head.append(link);
    }
  },
  dnsPrefetch: ({ name }) => {
    const link = document.createElement('link');
    link.rel = 'dns-prefetch';
    link.href = `//prefetch.${name}`;
    document.head.append(link);
  },
  dnsAnchor: ({ name }) => {
    const anchor = document.createElement('a');
    anchor.href = `https://anchor.${name}/`;
    anchor.textContent = 'x';
    document.body.append(anchor);
  },
  speculation: ({ origin }) => {
    const script = document.createElement('script');
    script.type = 'speculationrules';
    script.textContent = JSON.stringify({ prefetch: [{ source: 'list', urls: [`${origin}/speculation`] }] });
    document.head.append(script);
  },
  metaRefresh: ({ origin }) => {
    const meta = document.createElement('meta');
    meta.httpEquiv = 'refresh';
    meta.content = `0;url=${origin}/meta-refresh`;
    document.head.append(meta);
  },
  form: ({ origin }) => {
    const form = document.createElement('form');
    form.action = `${origin}/form`;
    document.body.append(form);
    form.submit();
  },
  open: ({ origin }) => window.open(`${origin}/open`),
  anchorBlank: ({ origin }) => {
    const anchor = document.createElement('a');
    anchor.href = `${origin}/anchor-blank`;
    anchor.target = '_blank';
    document.body.append(anchor);
    anchor.click();
  },
  anchorDownload: ({ origin }) => {
    const anchor = document.createElement('a');
    anchor.href = `${origin}/anchor-download`;
    anchor.download = 'x.png';
    document.body.append(anchor);
    anchor.click();
  },
  anchorDownloadDetached: ({ origin }) => {
    const anchor = document.createElement('a');
    anchor.href = `${origin}/anchor-download-detached`;
    anchor.download = 'x.png';
    anchor.dispatchEvent(new MouseEvent('click'));
  },
  anchorPing: ({ origin }) => {
    const anchor = document.createElement('a');
    anchor.href = URL.createObjectURL(new Blob(['x']));
    anchor.download = 'x.txt';
    anchor.ping = `${origin}/anchor-ping`;
    document.body.append(anchor);
    anchor.click();
  },
  nestedFrame: ({ origin }) => {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    const inner = frame.contentWindow as unknown as typeof globalThis;
    void inner.fetch(`${origin}/nested-fetch`, { mode: 'no-cors' }).catch(() => undefined);
    frame.contentWindow?.location.assign(`${origin}/nested-location`);
  },
  webrtc: ({ udp }) => {
    const peer = new RTCPeerConnection({ iceServers: [{ urls: `stun:127.0.0.1:${udp}` }] });
    peer.createDataChannel('x');
    return peer.createOffer().then((offer) => peer.setLocalDescription(offer));
  },
  nestedWebrtc: ({ udp }) => {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    const inner = frame.contentWindow as unknown as typeof globalThis;
    const peer = new inner.RTCPeerConnection({ iceServers: [{ urls: `stun:127.0.0.1:${udp}` }] });
    peer.createDataChannel('x');
    return peer.createOffer().then((offer) => peer.setLocalDescription(offer));
  },
  worker: ({ origin }) => {
    const attempts = [
      `fetch('${origin}/worker-fetch', { mode: 'no-cors' })`,
      `importScripts('${origin}/worker-import')`,
      `new WebSocket('${origin.replace('http', 'ws')}/worker-socket')`,
      `new EventSource('${origin}/worker-events')`,
      `(() => { const x = new XMLHttpRequest(); x.open('GET', '${origin}/worker-xhr'); x.send() })()`,
      `new Worker('${origin}/worker-worker')`,
      `new FontFace('a', 'url(${origin}/worker-font)').load()`,
    ];
    for (const attempt of attempts) {
      new Worker(URL.createObjectURL(new Blob([`try { Promise.resolve(${attempt}).catch(() => 0) } catch {}`])));
    }
  },
  workerAddress: ({ origin }) => new Worker(`${origin}/worker-address`),
  payment: ({ origin }) => new PaymentRequest([{ supportedMethods: `${origin}/payment` }], { total: { label: 'x', amount: { currency: 'EUR', value: '1' } } }).canMakePayment(),
  parentLocation: ({ origin }) => {
    parent.location.href = `${origin}/parent-location`;
  },
  topLocation: ({ origin }) => {
    if (top) top.location.href = `${origin}/top-location`;
  },
  anchorParent: ({ origin }) => {
    const anchor = document.createElement('a');
    anchor.href = `${origin}/anchor-parent`;
    anchor.target = '_parent';
    document.body.append(anchor);
    anchor.click();
  },
};

/** Attacks that, where they are stopped, may take the frame's document away: one a frame. */
export const NAVIGATIONS: Record<string, Attack> = {
  location: ({ origin }) => {
    location.href = `${origin}/location`;
  },
  locationReplace: ({ origin }) => location.replace(`${origin}/location-replace`),
  navigationApi: ({ origin }) => {
    (globalThis as unknown as { navigation: { navigate(to: string): void } }).navigation.navigate(`${origin}/navigation-api`);
  },
  anchor: ({ origin }) => {
    const anchor = document.createElement('a');
    anchor.href = `${origin}/anchor`;
    document.body.append(anchor);
    anchor.click();
  },
};
