/* The shop's own script: it changes frames, and hears from the try-on what a merchant may hear. */

const FRAMES = {
  'heron-gold': {
    name: 'Heron', price: '€ 268', width: '140 mm', picture: 'round-gold', alt: 'Heron: round glasses of gold wire',
    story: 'A round of fine gold wire, light enough to be forgotten. The bridge is bent by hand; the rims are closed with a single screw.',
  },
  'alder-tortoise': {
    name: 'Alder', price: '€ 242', width: '144 mm', picture: 'wayfarer-tortoise', alt: 'Alder: square glasses of tortoise acetate',
    story: 'A square brow and soft corners, cut from one sheet of acetate, so that no two pairs are marked alike.',
  },
  'wren-berry': {
    name: 'Wren', price: '€ 254', width: '143 mm', picture: 'cat-eye-berry', alt: 'Wren: cat-eye glasses of berry acetate',
    story: 'A lifted brow in berry acetate. It lights up from behind, and looks almost black from afar.',
  },
  'swift-smoke': {
    name: 'Swift', price: '€ 296', width: '142 mm', picture: 'aviator-smoke', alt: 'Swift: aviator sunglasses with smoke lenses',
    story: 'Gunmetal, a double bar, and lenses that are darkest where the sun is.',
  },
};

const find = (selector) => document.querySelector(selector);
const tryOn = find('main vitrine-try-on');
const form = find('form');

function show(sku) {
  const frame = FRAMES[sku];
  if (!frame) return;
  find('#name').textContent = frame.name;
  find('#price').textContent = frame.price;
  find('#story').textContent = frame.story;
  find('#width').textContent = frame.width;
  const picture = find('#picture');
  picture.src = `products/${frame.picture}.jpg`;
  picture.alt = frame.alt;
  tryOn.setAttribute('sku', sku);
  const choice = find(`input[value="${sku}"]`);
  if (choice) choice.checked = true;
}

// The try-on's files lie on another host than the shop's page: then its frame may have the camera, and the page cannot
// look into it. A merchant has a second host for that; this machine has a second name.
const other = { '127.0.0.1': 'localhost', localhost: '127.0.0.1' }[location.hostname];
if (other) {
  const assets = new URL('vitrine/assets/', location.href);
  assets.hostname = other;
  for (const element of document.querySelectorAll('vitrine-try-on')) element.setAttribute('asset-base', assets.href);
}

form.addEventListener('change', () => show(new FormData(form).get('frame')));

let count = 0;
form.addEventListener('submit', (event) => {
  event.preventDefault();
  count += 1;
  find('#basket').textContent = count === 1 ? 'Basket: 1 frame' : `Basket: ${count} frames`;
});

// The frame that a shopper tried last is the one that the page shows when they come back; while they try, it asks for
// nothing, not even for its own pictures.
tryOn.addEventListener('vitrine-close', ({ detail }) => show(detail.sku));
// A shop would send this to its log: it says what is wrong with the shop's side, and nothing of the shopper.
document.addEventListener('vitrine-error', ({ detail }) => console.info('try-on:', detail.code, detail.sku, detail.message));
