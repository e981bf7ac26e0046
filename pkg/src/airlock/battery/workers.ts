/** Workers and worklets: what a script tries that runs in none of the frame's documents, so that no guard is before it. */

import { blobOf, its, yes, type Aim, type Channel, type Wall } from './channel.js';

/** Runs a script in a worker of the frame's own making; `url` and `host` are there. The answer is the worker's. */
function inWorker({ url, host, port }: Aim, body: string, type: WorkerType = 'classic', head = ''): Promise<unknown> {
  const script = `${head}
    const same = (text) => text;
    globalThis.trustedTypes?.createPolicy('default', { createHTML: same, createScript: same, createScriptURL: same });
    addEventListener('securitypolicyviolation', (event) => postMessage({ directive: event.effectiveDirective }));
    const [url, host, port] = ${JSON.stringify([url, host, port])};
    (async () => { ${body} })().then((done) => postMessage({ done }), (error) => setTimeout(() => postMessage({ error: String(error) }), 20));`;
  const worker = new Worker(blobOf(script, 'text/javascript'), { type });
  return new Promise((resolve, reject) => {
    worker.addEventListener('error', () => reject(new Error('the worker did not start')));
    worker.addEventListener('message', ({ data }: MessageEvent<{ directive?: string; error?: string; done?: unknown }>) => {
      if (data.directive) reject(Object.assign(new Error(data.directive), { name: 'Violation' }));
      else if (data.error) reject(new Error(data.error));
      else resolve(data.done);
    });
  });
}

const tries = (id: string, title: string, by: readonly Wall[], body: string): Channel => ({
  id: `worker-${id}`,
  title: `${title} in a worker`,
  by,
  run: (aim) => inWorker(aim, body),
});

export const workers: readonly Channel[] = [
  { id: 'worker-address', title: 'A worker from an address', by: ['trusted types', 'worker-src'], run: ({ url }) => void new Worker(url) },
  { id: 'shared-worker', title: 'A shared worker', by: ['guard', 'worker-src'], run: ({ url }) => void new SharedWorker(url) },
  { id: 'service-worker', title: 'A service worker', by: ['guard', 'opaque origin', 'worker-src'], run: ({ url }) => navigator.serviceWorker.register(url).then(yes) },
  {
    id: 'audio-worklet',
    title: 'An audio worklet from an address',
    by: ['trusted types', 'script-src'],
    run: ({ url }) => new OfflineAudioContext(1, 1, 8_000).audioWorklet.addModule(url).then(yes),
  },
  tries('fetch', 'fetch()', ['connect-src'], `await fetch(url, { mode: 'no-cors' }); return true`),
  tries('xhr', 'XMLHttpRequest', ['connect-src'], `const x = new XMLHttpRequest(); x.open('GET', url); x.send(); await new Promise((done, fail) => { x.onload = done; x.onerror = () => fail('no answer') })`),
  tries('socket', 'WebSocket', ['connect-src'], `const s = new WebSocket(url.replace('http', 'ws')); await new Promise((done, fail) => { s.onopen = done; s.onerror = () => fail('no answer') })`),
  tries('events', 'EventSource', ['connect-src'], `const s = new EventSource(url); await new Promise((done, fail) => { s.onopen = done; s.onerror = () => fail('no answer') })`),
  tries('transport', 'WebTransport', ['connect-src'], `await new WebTransport('https://' + host + ':' + port + '/x').ready; return true`),
  tries('import-scripts', 'importScripts()', ['script-src'], `importScripts(url); return true`),
  tries('import', 'import()', ['script-src'], `await import(url); return true`),
  tries('nested', 'A worker from an address', ['worker-src'], `const w = new Worker(url); await new Promise((done, fail) => { w.onmessage = done; w.onerror = () => fail('no answer') })`),
  tries('font', 'FontFace', ['font-src'], `await new FontFace('leak', 'url(' + url + ')').load(); return true`),
  tries('cache', 'A cache that fetches for itself', ['opaque origin', 'connect-src'], `await (await caches.open('x')).add(url); return true`),
  tries('socket-stream', 'WebSocketStream', ['connect-src'], `await new WebSocketStream(url.replace('http', 'ws')).opened; return true`),
  {
    id: 'worker-module',
    title: 'A static import in a worker',
    by: ['script-src'],
    run: (aim) => inWorker(aim, 'return true', 'module', `import ${JSON.stringify(aim.url)};`),
  },
  {
    id: 'worker-again',
    title: 'A worker in a worker that fetches',
    by: ['connect-src'],
    run: (aim) =>
      inWorker(
        aim,
        `const inner = "fetch('" + url + "', { mode: 'no-cors' }).then(() => postMessage(1), () => postMessage(0))";
         const w = new Worker(URL.createObjectURL(new Blob([inner])));
         if (await new Promise((done) => { w.onmessage = ({ data }) => done(data) })) return true;
         throw new Error('no answer')`,
      ),
  },
  {
    id: 'worker-code',
    title: 'Code from text that fetches',
    by: ['script-src', 'trusted types'],
    run: ({ url }) => Reflect.construct(its['Function'] as FunctionConstructor, [`return fetch('${url}', { mode: 'no-cors' })`])(),
  },
];
