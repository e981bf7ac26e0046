/** Requests that a script makes by itself, and connections that are no requests. */

import { add, blobOf, its, yes, type Aim, type Channel } from './channel.js';
import { freshRealms } from './realms.js';

export const requests: readonly Channel[] = [
  { id: 'fetch', title: 'fetch()', by: ['guard', 'connect-src'], run: ({ url }) => fetch(url, { mode: 'no-cors' }).then(yes) },
  {
    id: 'fetch-keepalive',
    title: 'fetch() that outlives the page',
    by: ['guard', 'connect-src'],
    run: ({ url }) => fetch(url, { method: 'POST', body: 'x', mode: 'no-cors', keepalive: true }).then(yes),
  },
  {
    id: 'fetch-later',
    title: 'fetchLater()',
    by: ['guard', 'connect-src'],
    run: ({ url }) => void its['fetchLater'](url, { activateAfter: 0 }),
  },
  {
    id: 'xhr',
    title: 'XMLHttpRequest',
    by: ['guard', 'connect-src'],
    run({ url }) {
      const request = new XMLHttpRequest();
      request.open('GET', url);
      request.send();
    },
  },
  { id: 'beacon', title: 'navigator.sendBeacon()', by: ['guard', 'connect-src'], run: ({ url }) => void navigator.sendBeacon(url, 'x') },
  { id: 'event-source', title: 'EventSource', by: ['guard', 'connect-src'], run: ({ url }) => void new EventSource(url) },
  {
    id: 'web-socket',
    title: 'WebSocket',
    by: ['guard', 'connect-src'],
    run: ({ url }) => void new WebSocket(url.replace('http', 'ws')),
  },
  {
    id: 'web-socket-stream',
    title: 'WebSocketStream',
    by: ['guard', 'connect-src'],
    run: ({ url }) => new its['WebSocketStream'](url.replace('http', 'ws')).opened.then(yes),
  },
  {
    id: 'web-transport',
    title: 'WebTransport',
    by: ['guard', 'connect-src'],
    run: ({ host, port }) => new WebTransport(`https://${host}:${port}/x`).ready.then(yes),
  },
  { id: 'import', title: 'import() of an address', by: ['trusted types', 'script-src'], run: ({ url }) => import(/* @vite-ignore */ url).then(yes) },
  {
    id: 'import-blob',
    title: 'import() of a script of its own that imports an address',
    by: ['script-src'],
    run: ({ url }) => import(/* @vite-ignore */ blobOf(`import ${JSON.stringify(url)}`, 'text/javascript')).then(yes),
  },
  {
    id: 'import-data',
    title: 'import() of a data address that imports another',
    by: ['script-src'],
    run: ({ url }) => import(/* @vite-ignore */ `data:text/javascript,import ${JSON.stringify(url)}`).then(yes),
  },
  {
    id: 'import-map',
    title: 'An import map',
    by: ['guard', 'script-src'],
    run({ url }) {
      const map = document.createElement('script');
      map.type = 'importmap';
      map.textContent = JSON.stringify({ imports: { there: url } });
      document.head.append(map);
      return import(/* @vite-ignore */ `${'there'}`).then(yes);
    },
  },
  {
    id: 'script',
    title: '<script src>',
    by: ['guard', 'script-src'],
    run: ({ url }) => void add('script', { src: url }),
  },
  {
    id: 'script-clone',
    title: 'A copy of the frame’s own script element, led to an address',
    by: ['trusted types', 'script-src'],
    run({ url }) {
      const copy = (document.querySelector('script') ?? add('script', {})).cloneNode() as HTMLScriptElement;
      copy.src = url;
      document.body.append(copy);
    },
  },
  {
    id: 'speculation-rules',
    title: 'Speculation rules',
    by: ['guard', 'script-src'],
    run({ url }) {
      const rules = document.createElement('script');
      rules.type = 'speculationrules';
      const list = [{ source: 'list', urls: [url], eagerness: 'immediate' }];
      rules.textContent = JSON.stringify({ prefetch: list, prerender: list });
      document.head.append(rules);
    },
  },
  {
    id: 'report-uri',
    title: 'A policy of its own that reports to an address',
    by: ['guard'],
    run({ url }) {
      const meta = document.createElement('meta');
      meta.httpEquiv = 'Content-Security-Policy';
      meta.content = `font-src 'none'; report-uri ${url}`;
      document.head.append(meta);
      return new FontFace('reported', `url(${url}?font)`).load();
    },
  },
  {
    id: 'xslt',
    title: 'XSLT that reads a document()',
    by: ['guard', 'connect-src'],
    run({ url }) {
      const sheet = `<x:stylesheet version="1.0" xmlns:x="http://www.w3.org/1999/XSL/Transform">
        <x:template match="/"><x:copy-of select="document('${url}')"/></x:template></x:stylesheet>`;
      const processor = new XSLTProcessor();
      processor.importStylesheet(new DOMParser().parseFromString(sheet, 'text/xml'));
      processor.transformToFragment(new DOMParser().parseFromString('<x/>', 'text/xml'), document);
    },
  },
];

/** Asks for what a peer may be reached by, which asks the server. */
function connect(Peer: typeof RTCPeerConnection, { host, port }: Aim, scheme = 'stun', more: object = {}): Promise<unknown> {
  const peer = new Peer({ iceServers: [{ urls: `${scheme}:${host}:${port}${scheme === 'turn' ? '?transport=tcp' : ''}`, ...more }] });
  peer.createDataChannel('x');
  return peer.createOffer().then((offer) => peer.setLocalDescription(offer));
}

export const connections: readonly Channel[] = [
  { id: 'rtc-stun', title: 'WebRTC, by a STUN server', by: ['guard'], run: (aim) => connect(RTCPeerConnection, aim) },
  {
    id: 'rtc-turn',
    title: 'WebRTC, by a TURN server over TCP',
    by: ['guard'],
    run: (aim) => connect(RTCPeerConnection, aim, 'turn', { username: 'x', credential: 'x' }),
  },
  {
    id: 'rtc-prefixed',
    title: 'WebRTC, by its old names',
    by: ['guard'],
    run: (aim) => connect(its['webkitRTCPeerConnection'] ?? its['mozRTCPeerConnection'], aim),
  },
  {
    id: 'rtc-data-channel',
    title: 'A WebRTC data channel to a peer that is named outright',
    by: ['guard'],
    async run({ host, port }) {
      const [here, there] = [new RTCPeerConnection(), new RTCPeerConnection()];
      here.createDataChannel('x');
      await here.setLocalDescription();
      await there.setRemoteDescription(here.localDescription as RTCSessionDescription);
      await there.setLocalDescription();
      const sdp = there.localDescription?.sdp.replace(/^a=candidate.*\r\n/gm, '') ?? '';
      await here.setRemoteDescription({ type: 'answer', sdp });
      await here.addIceCandidate({ candidate: `candidate:1 1 udp 1 ${host} ${port} typ host`, sdpMid: '0' });
    },
  },
  ...freshRealms.map(({ id, title, open }): Channel => ({
    id: `realm-${id}`,
    title: `WebRTC’s constructor out of ${title}`,
    by: ['guard'],
    run: (aim) => connect(open().RTCPeerConnection, aim),
  })),
];
