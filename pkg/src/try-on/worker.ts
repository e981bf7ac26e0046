/**
 * The try-on's worker: owns a wasm instance with the networks, the product and the shopper's photo. Like the photo
 * frame's worker it is a classic script in a blob and has no network.
 */

import '../airlock/guard.js';
import init, { TryOn, decode, photoFromRgba, type InitOutput, type PhotoHandle } from '#try-on-wasm';
import { bitmap } from '../engine/bitmap.js';
import { readPhoto } from '../engine/read-photo.js';
import { release } from '../engine/release.js';
import { serve, type Handlers } from '../engine/serve.js';
import { VitrineError } from '../engine/types.js';
import type { Operations } from './operations.js';
import { LIVE, type Person } from './types.js';

/** Set by `start`. */
let wasm: InitOutput | undefined;
/** Set by `load`. */
let fitting: TryOn | undefined;
/** Whether the product is shown on a camera's pictures as they come. */
let isLive = false;
/** A camera's pictures are read through it. */
let canvas: OffscreenCanvas | undefined;

const read = (file: Blob) => readPhoto(file, { decode, photoFromRgba });

const handlers: Handlers<Operations> = {
  async start({ module }) {
    wasm = await init({ module_or_path: module });
    return null;
  },

  load({ networks }) {
    const files = Object.fromEntries(Object.entries(networks).map(([name, file]) => [name, new Uint8Array(file)]));
    const { face_detector: detector, face_mesh: mesh, hair, body_detector: bodies, body_points: points } = files;
    if (!detector || !mesh) throw new VitrineError('caller', 'The try-on needs the networks face_detector and face_mesh.');
    fitting?.free();
    fitting = new TryOn(detector, mesh);
    if (hair) fitting = fitting.withHair(hair);
    if (bodies && points) fitting = fitting.withBodies(bodies, points);
    for (const file of Object.values(networks)) release(file);
    return null;
  },

  async product({ file, kind, widthMm }) {
    loaded().product(await read(file), kind, widthMm);
    isLive = LIVE.has(kind);
    return null;
  },

  async person({ file }): Promise<Person> {
    const photo = await read(file);
    const { width, height } = photo;
    const boxes = loaded().person(photo);
    const faces = Array.from({ length: boxes.length / 4 }, (_, face) => {
      const [x = 0, y = 0, width = 0, height = 0] = boxes.subarray(face * 4, face * 4 + 4);
      return { x, y, width, height };
    });
    return { width, height, faces };
  },

  async draw({ face }, transfer) {
    return (await bitmap(loaded().draw(face), transfer)) as ImageBitmap;
  },

  async live({ picture, seconds }, transfer) {
    const seen = grab(picture);
    const drawn = isLive && (await bitmap(loaded().live(seen, seconds), transfer));
    if (drawn) return { picture: drawn, isWorn: true, isSeen: true };
    if (!isLive) seen.free();
    const plain = await createImageBitmap(camera());
    transfer.push(plain);
    return { picture: plain, isWorn: false, isSeen: isLive && loaded().isSomebodySeen };
  },

  async snap() {
    return camera().convertToBlob({ type: 'image/png' });
  },

  save(_, transfer) {
    const { buffer } = loaded().save();
    const bytes = buffer as ArrayBuffer;
    transfer.push(bytes);
    return { bytes, type: 'image/jpeg' };
  },
};

/** A camera's picture, which is consumed. */
function grab(picture: ImageBitmap): PhotoHandle {
  try {
    const { width, height } = picture;
    if (canvas?.width !== width || canvas.height !== height) canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (!context) throw new VitrineError('device', 'This browser gives no canvas to read the camera with.');
    context.drawImage(picture, 0, 0);
    const { data } = context.getImageData(0, 0, width, height, { colorSpace: 'srgb' });
    return photoFromRgba(width, height, new Uint8Array(data.buffer));
  } finally {
    picture.close();
  }
}

/** The camera's last picture. */
function camera(): OffscreenCanvas {
  if (!canvas) throw new Error('the worker was asked out of order');
  return canvas;
}

function loaded(): TryOn {
  if (!fitting) throw new Error('the worker was asked out of order');
  return fitting;
}

serve<Operations>(handlers, () => wasm?.memory.buffer.byteLength ?? 0, () => undefined);
