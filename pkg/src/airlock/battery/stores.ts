/** What another page or a later visit might read, what a person might be asked, and what other windows might hear. */

import { its, yes, type Channel } from './channel.js';

export const stores: readonly Channel[] = [
  {
    id: 'cookie',
    title: 'Cookies',
    by: ['opaque origin'],
    run() {
      document.cookie = 'leak=1';
      return document.cookie.includes('leak');
    },
  },
  { id: 'cookie-store', title: 'The cookie store', by: ['guard', 'opaque origin'], run: () => its['cookieStore'].set('leak', '1').then(yes) },
  {
    id: 'local-storage',
    title: 'localStorage',
    by: ['opaque origin'],
    run() {
      localStorage.setItem('leak', '1');
      return true;
    },
  },
  {
    id: 'session-storage',
    title: 'sessionStorage',
    by: ['opaque origin'],
    run() {
      sessionStorage.setItem('leak', '1');
      return true;
    },
  },
  {
    id: 'indexed-db',
    title: 'IndexedDB',
    by: ['guard', 'opaque origin'],
    run: () =>
      new Promise((resolve, reject) => {
        const request = indexedDB.open('leak');
        request.onsuccess = () => resolve(true);
        request.onerror = () => reject(request.error);
      }),
  },
  { id: 'caches', title: 'The Cache API', by: ['guard', 'opaque origin'], run: () => caches.open('leak').then(yes) },
  { id: 'private-files', title: 'The origin’s private files', by: ['opaque origin'], run: () => navigator.storage.getDirectory().then(yes) },
  { id: 'storage-buckets', title: 'Storage buckets', by: ['guard', 'opaque origin'], run: () => its['navigator'].storageBuckets.open('leak').then(yes) },
  { id: 'shared-storage', title: 'Shared storage', by: ['guard', 'opaque origin'], run: () => its['sharedStorage'].set('leak', '1').then(yes) },
  { id: 'locks', title: 'Web locks', by: ['opaque origin'], run: () => navigator.locks.request('leak', yes) },
  { id: 'storage-access', title: 'Asking for the storage of the page’s site', by: ['sandbox'], run: () => document.requestStorageAccess().then(yes) },
  {
    id: 'window-name',
    title: 'The name of the page’s window',
    by: ['opaque origin'],
    run() {
      (top as Window).name = 'leak';
      return true;
    },
  },
  {
    id: 'page-around',
    title: 'The document of the page around',
    by: ['opaque origin'],
    run() {
      (top as Window).document.title = 'leak';
      return true;
    },
  },
];

export const prompts: readonly Channel[] = [
  {
    id: 'payment',
    title: 'A payment, whose method is an address',
    by: ['guard'],
    run: ({ url }) => new PaymentRequest([{ supportedMethods: url }], { total: { label: 'x', amount: { currency: 'EUR', value: '1' } } }).canMakePayment(),
  },
  {
    id: 'passkey',
    title: 'A passkey',
    by: ['guard', 'opaque origin'],
    run: ({ host }) => navigator.credentials.get({ publicKey: { challenge: new Uint8Array(16), rpId: host } }).then(yes),
  },
  {
    id: 'passkey-signal',
    title: 'Telling of a passkey that is gone',
    by: ['guard', 'opaque origin'],
    run: ({ host }) => its['PublicKeyCredential'].signalUnknownCredential({ rpId: host, credentialId: 'eA' }).then(yes),
  },
  {
    id: 'sign-in',
    title: 'Signing in with a provider',
    by: ['guard', 'connect-src'],
    run: ({ url }) => navigator.credentials.get({ identity: { providers: [{ configURL: url, clientId: 'x' }] } } as CredentialRequestOptions).then(yes),
  },
  {
    id: 'sign-out',
    title: 'Parting from a provider',
    by: ['guard', 'connect-src'],
    run: ({ url }) => its['IdentityCredential'].disconnect({ configURL: url, clientId: 'x', accountHint: 'x' }).then(yes),
  },
  { id: 'camera', title: 'Camera and microphone', by: ['guard', 'opaque origin'], run: () => navigator.mediaDevices.getUserMedia({ video: true, audio: true }).then(yes) },
  { id: 'screen', title: 'A recording of the screen', by: ['guard', 'opaque origin'], run: () => navigator.mediaDevices.getDisplayMedia().then(yes) },
  {
    id: 'geolocation',
    title: 'The place, which some browsers ask a server for',
    by: ['guard', 'opaque origin'],
    run: () => new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(() => resolve(true), reject)),
  },
  { id: 'notification', title: 'A notification with a picture', by: ['guard', 'opaque origin'], run: ({ url }) => void new Notification('x', { icon: url }) },
  { id: 'protocol-handler', title: 'A handler for mail addresses', by: ['guard', 'opaque origin'], run: ({ url }) => navigator.registerProtocolHandler('mailto', `${url}?%s`) },
  { id: 'share', title: 'Sharing', by: ['guard'], run: ({ url }) => navigator.share({ url }).then(yes) },
  { id: 'presentation', title: 'Another screen', by: ['guard'], run: ({ url }) => new its['PresentationRequest'](url).start().then(yes) },
  { id: 'speech', title: 'Reading aloud by a voice from a server', by: ['guard'], run: () => void its['speechSynthesis'].speak(new its['SpeechSynthesisUtterance']('x')) },
  { id: 'interest-group', title: 'An interest group', by: ['guard'], run: ({ url }) => its['navigator'].joinAdInterestGroup({ owner: new URL(url).origin, name: 'x', updateURL: url }, 1).then(yes) },
  { id: 'alert', title: 'A dialog of the browser', by: ['sandbox'], run: () => prompt('x') },
];

/** What is posted where; a listener outside says whether it came. */
export const MESSAGE = 'vitrine battery: a message';

export const messages: readonly Channel[] = [
  { id: 'message-parent', title: 'A message to the enclosure', by: ['enclosure'], run: () => parent.postMessage(MESSAGE, '*') },
  { id: 'message-top', title: 'A message to the page around', by: ['shell'], run: () => top?.postMessage(MESSAGE, '*') },
  {
    id: 'message-opener',
    title: 'A message to the window that opened the page',
    by: ['opener policy'],
    run: () => (top?.opener as Window).postMessage(MESSAGE, '*'),
  },
  {
    id: 'broadcast',
    title: 'BroadcastChannel',
    by: ['guard', 'opaque origin'],
    run: () => new BroadcastChannel('leak').postMessage(MESSAGE),
  },
];
