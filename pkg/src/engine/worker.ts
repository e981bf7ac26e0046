/**
 * The frame's worker: owns a wasm instance that decodes, encodes and runs the CPU executor.
 *
 * It is a classic script in a blob, for a frame with an opaque origin can load no modules. It inherits the
 * frame's policy, so it has no network either. Whoever wants it to stop terminates it.
 */

import '../airlock/guard.js';
import { mark } from '../trace.js';
import init, {
  ArrivingPicture,
  CpuRemover,
  DoubtMap,
  Edit,
  Studio,
  checkScene,
  colourOfLight,
  colourRecipe,
  correctPhoto,
  cutoutFromRgba,
  decode,
  looks,
  photoFromRgba,
  pickNeutral,
  listWhole,
  presets,
  settleColour,
  type CutoutHandle,
  type InitOutput,
  type Mask,
  type Patch as WasmPatch,
  type PhotoHandle,
  type Shot as WasmShot,
} from '#wasm';
import { readable } from './arrive.js';
import { bitmap } from './bitmap.js';
import { faultOf } from './faults.js';
import { doubtOf } from './doubt.js';
import { packOutput } from './output.js';
import { unpack, type Packed } from './packed.js';
import { readBytes, readPhoto } from './read-photo.js';
import { release } from './release.js';
import { notify, serve, type Handlers } from './serve.js';
import { Team } from './team.js';
import type { CorrectionStep, OutputOptions, Quality } from './types.js';
import type { Copies, Networks, Operations, Place } from './worker-messages.js';

/** Set by `start`. */
let wasm: InitOutput | undefined;
/** The networks: whole, for a photo that this worker has to itself, and its part of those that several share. */
let alone: CpuRemover | undefined;
let shared: CpuRemover | undefined;
/** The job's pixels: a photo, then a cut-out that arrives, then the cut-out; never two of them. */
let photo: PhotoHandle | undefined;
/** The photo's file, for as long as it may have to be read again. */
let source: Blob | undefined;
let arriving: ArrivingPicture | undefined;
let cutout: CutoutHandle | undefined;
/** What a person corrects; no job touches it. */
let edit: Edit | undefined;
/** What a person places in scenes; nor this. */
let studio: Studio | undefined;
/** How many cut-outs those are, their photos' files, and what the light is like in these, once it was measured. */
let products = { count: 0, photos: [] as readonly Blob[], lights: new Map<number, string>(), hasOriginals: false };

const handlers: Handlers<Operations> = {
  async start({ module }) {
    mark('worker runs');
    wasm = await init({ module_or_path: module });
    mark('wasm started');
    return null;
  },

  load({ place, ...networks }) {
    const hasBest = alone?.hasBest || shared?.hasBest;
    removerFor(hasBest ? { ...networks, quality: 'fast' } : networks, place);
    return null;
  },

  async decode({ photo: file, preview }, transfer) {
    clear();
    photo = await read(file);
    source = file;
    mark('photo read', memory());
    const { width, height, reducedFromWidth, reducedFromHeight } = photo;
    const notes: string[] = [];
    if (reducedFromWidth !== undefined && reducedFromHeight !== undefined) {
      notes.push(
        `The photo has ${megapixels(reducedFromWidth, reducedFromHeight)} megapixels ` +
          `(${reducedFromWidth} × ${reducedFromHeight}); it was reduced to ${megapixels(width, height)} ` +
          `(${width} × ${height}), the most that is worked on at once.`,
      );
    }
    return { width, height, notes, preview: await bitmap(preview && photo.preview(preview), transfer) };
  },

  async cutOut({ ports, ...networks }) {
    const { quality } = networks;
    const remover = removerFor(networks, { index: 0, count: ports?.length ?? 1 });
    let refineFrom = 0;
    const from = performance.now();
    const tell = (stage: 'network' | 'refine', fraction: number) => {
      if (stage === 'refine' && !refineFrom) {
        refineFrom = performance.now();
        mark('network done', memory());
      }
      notify({ progress: { stage, fraction } });
    };
    if (ports) {
      const masks = await askTogether(remover, quality, ports, tell);
      const held = take(photo);
      photo = undefined;
      cutout = remover.finish(held, masks.fast, masks.best, tell);
    } else {
      const held = take(photo);
      photo = undefined;
      cutout = remover.cutOut(held, quality, tell);
    }
    source = undefined;
    mark('photo refined', memory());
    const to = performance.now();
    refineFrom ||= to;
    return { timings: { network: refineFrom - from, refine: to - refineFrom } };
  },

  async assist({ place, ports, ...networks }) {
    const team = new Team(ports);
    try {
      const remover = removerFor(networks, place);
      for (const network of networksOf(networks.quality)) {
        const input = await team.input(network);
        (await team.run(remover, network, networks.quality, input, () => undefined)).free();
        mark(`part of ${network} done`, memory());
      }
    } finally {
      team.close();
    }
    return null;
  },

  shrink({ width, height }, transfer) {
    const planes = take(photo).shrunk(width, height) as Float32Array<ArrayBuffer>;
    transfer.push(planes.buffer);
    return planes;
  },

  lend({ at, bytes }, transfer) {
    take(photo).read(at, new Uint8Array(bytes));
    transfer.push(bytes);
    return bytes;
  },

  expect({ width, height }) {
    clear();
    arriving = new ArrivingPicture(width, height);
    return null;
  },

  receive({ at, bytes }, transfer) {
    take(arriving).write(at, new Uint8Array(bytes));
    transfer.push(bytes);
    return bytes;
  },

  adopt({ confidence, doubt }) {
    const whole = take(arriving);
    arriving = undefined;
    cutout = whole.intoCutout(confidence, doubt && new DoubtMap(doubt.width, doubt.height, doubt.cells));
    return null;
  },

  async finish({ wanted, output, preview }, transfer) {
    const held = take(cutout);
    const { width, height, coverage, confidence } = held;
    const screen = await bitmap(preview && held.preview(preview), transfer);
    // A job without pictures for the screen has nothing to lay it over.
    const doubt = preview ? doubtOf(held) : undefined;
    if (doubt) transfer.push(doubt.cells.buffer);
    let file: Packed;
    if (wanted === 'matte') {
      cutout = undefined;
      file = pack(held.encodeMatte(), 'image/png', transfer);
    } else {
      file = encode(held, output, transfer);
      clear();
    }
    return { width, height, file, preview: screen, coverage, confidence, doubt };
  },

  async encode({ picture, output }, transfer) {
    clear();
    const pixels = await read(picture);
    const { width, height } = pixels;
    const again = cutoutFromRgba(width, height, pixels.intoPixels());
    try {
      return encode(again, output, transfer);
    } finally {
      again.free();
    }
  },

  async openEdit({ photo: file, cutOut, most }, transfer) {
    edit?.free();
    edit = undefined;
    const source = await read(file);
    const { width, height } = source;
    let divisor = 1;
    while (Math.ceil(width / divisor) * Math.ceil(height / divisor) > most) divisor += 1;
    let cut: PhotoHandle;
    try {
      cut = await read(cutOut);
    } catch (error) {
      source.free();
      throw error;
    }
    const opened = new Edit(source, cut, divisor);
    edit = opened;
    return {
      width,
      height,
      divisor,
      photo: await picture(opened.wholePhoto(), transfer),
      cutOut: await picture(opened.wholeCutout(), transfer),
    };
  },

  async edit(step, transfer) {
    const held = take(edit);
    let patch: WasmPatch | undefined;
    try {
      patch = correct(held, step);
    } catch (error) {
      const fault = faultOf(error);
      if (step.is !== 'heal' || error instanceof WebAssembly.RuntimeError) throw error;
      return { refused: fault.message, canUndo: held.canUndo, canRedo: held.canRedo };
    }
    const { canUndo, canRedo } = held;
    if (!patch) return { canUndo, canRedo };
    const { left, top } = patch;
    return { changed: { left, top, picture: await picture(patch, transfer) }, canUndo, canRedo };
  },

  async finishEdit({ preview }, transfer) {
    const held = take(edit);
    const retouched = { spots: held.healedSpots, pixels: held.healedPixels };
    const corrected = held.intoCutout();
    edit = undefined;
    try {
      const after = (await bitmap(corrected.preview(preview), transfer)) as ImageBitmap;
      return { png: unpack(encode(corrected, { format: 'image/png' }, [])), after, coverage: corrected.coverage, retouched };
    } finally {
      corrected.free();
    }
  },

  async openStudio({ cutOuts, photos = [], place }) {
    studio?.free();
    studio = undefined;
    products = { count: cutOuts.length, photos, lights: new Map(), hasOriginals: false };
    const [first, ...others] = cutOuts;
    const opened = await lend(take(first), (png) => Studio.open(png));
    studio = opened;
    for (const other of others) await lend(other, (png) => opened.add(png));
    if (place) opened.takePlace(await read(place));
    const { width, height } = studio;
    return { width, height };
  },

  async drawScene({ scene, longest, colour }, transfer) {
    await setColours(colour);
    return (await bitmap(take(studio).preview(scene, longest), transfer)) as ImageBitmap;
  },

  async copyPictures({ longest, colour }, transfer) {
    await setColours(colour);
    const held = take(studio);
    const copies: Copies['copies'] = [];
    for (let copy = held.copy(0, longest); copy; copy = held.copy(copies.length, longest)) {
      const { width, height, factor } = copy;
      const pixels = copy.intoPixels().buffer as ArrayBuffer;
      copies.push({ width, height, factor, pixels });
      transfer.push(pixels);
    }
    return { products: products.count, copies };
  },

  async takePlace({ photo }) {
    take(studio).takePlace(await read(photo));
    return null;
  },

  harmonies({ index }) {
    return take(studio).harmonies(index);
  },

  async tellColour({ index, colour }) {
    await setColours(colour);
    const settled = JSON.parse(await settledFor(index, colour)) as object;
    return JSON.stringify({ ...settled, change: JSON.parse(take(studio).colourChange(index)) as unknown });
  },

  async pickNeutral({ index, x, y }) {
    const photo = await read(take(products.photos[index]));
    try {
      const pixel = (part: number, length: number) => Math.min(Math.max(Math.floor(part * length), 0), length - 1);
      return [...pickNeutral(photo, pixel(x, photo.width), pixel(y, photo.height))];
    } finally {
      photo.free();
    }
  },

  async colourReference({ index, colour }) {
    const light = await settledFor(index, colourOfLight(colour));
    const photo = await read(take(products.photos[index]));
    correctPhoto(photo, settingsOf(light));
    return take(studio).light(index, photo);
  },

  async shoot({ scene, colour, preset, sources, fixes }, transfer) {
    const held = take(studio);
    if (!products.hasOriginals) {
      for (const [index, photo] of products.photos.entries()) await lend(photo, (file) => held.takePhoto(index, file));
      products.hasOriginals = true;
    }
    await setColours(colour);
    const tell = (fraction: number) => notify({ progress: { stage: 'encode', fraction } });
    return packShot(held.shoot(scene, preset, sources, fixes, tell), transfer);
  },

  listWhole({ picture, preset, x, y }, transfer) {
    return lend(picture, (file) => packShot(listWhole(file, preset, x, y), transfer));
  },

  catalogue() {
    return { presets: presets(), looks: looks() };
  },

  checkScene({ scene }) {
    return checkScene(scene);
  },

  checkColour({ colour }) {
    return colourRecipe(colour);
  },
};

function packShot(shot: WasmShot, transfer: Transferable[]) {
  const { width, height, extension, report } = shot;
  return { width, height, extension, report, file: pack(shot.intoBytes(), TYPES[extension] ?? '', transfer) };
}

/** A correction that changes nothing. */
const AS_SHOT = '{}';

/** Corrects the cut-outs that are in the studio from here on. */
async function setColours(colour = AS_SHOT): Promise<void> {
  for (let index = 0; index < products.count; index++) {
    take(studio).setColour(index, settingsOf(await settledFor(index, colour)));
  }
}

/** What a correction comes to for one of them, as JSON. */
async function settledFor(index: number, colour: string): Promise<string> {
  const { light } = JSON.parse(colour) as { light?: { by?: string } };
  const isByPhoto = (light?.by ?? 'as_shot') !== 'as_shot';
  return settleColour(colour, isByPhoto ? await lightOf(index) : undefined);
}

const settingsOf = (settled: string) => JSON.stringify((JSON.parse(settled) as { settings: unknown }).settings);

/** What the light is like in which one of them was taken. */
async function lightOf(index: number): Promise<string> {
  const { lights, photos } = products;
  const known = lights.get(index);
  if (known !== undefined) return known;
  const file = photos[index];
  const light = take(studio).light(index, file && (await read(file)));
  lights.set(index, light);
  return light;
}

/** What a file of this extension is. */
const TYPES: Readonly<Record<string, string>> = { jpg: 'image/jpeg', png: 'image/png', webp: 'image/webp' };

/** The networks for a place among those who share a photo. Of the large one, a worker holds either all or its part. */
function removerFor({ quality, fast, best }: Networks, { index, count }: Place): CpuRemover {
  let remover = count > 1 ? shared : alone;
  if (!remover) {
    remover = new CpuRemover(readable(fast), index, count);
    mark('model loaded', memory());
    if (count > 1) shared = remover;
    else alone = remover;
  }
  if (quality === 'best' && best && !remover.hasBest) {
    (count > 1 ? alone : shared)?.dropBest();
    remover.addBest(readable(best));
    mark('best model loaded', memory());
  }
  return remover;
}

const networksOf = (quality: Quality): readonly Quality[] => (quality === 'best' ? ['fast', 'best'] : ['fast']);

/** Asks the networks about the held photo, together with other workers. */
async function askTogether(
  remover: CpuRemover,
  quality: Quality,
  ports: (MessagePort | null)[],
  tell: (stage: 'network' | 'refine', fraction: number) => void,
): Promise<{ fast: Mask; best: Mask | undefined }> {
  const team = new Team(ports);
  const masks: Mask[] = [];
  try {
    const inputOf = (network: Quality) => ({
      network,
      input: remover.inputOf(take(photo), network) as Float32Array<ArrayBuffer>,
    });
    const inputs = networksOf(quality).map(inputOf);
    // The large network and a large photo need not be in memory together: reading the photo again takes a part of the
    // time that the network does.
    if (quality === 'best') {
      take(photo).free();
      photo = undefined;
    }
    for (const { network, input } of inputs) {
      // Not before its turn: it would lie with the others all the while.
      team.tellInput(network, input);
      masks.push(remover.mask(await team.run(remover, network, quality, input, tell)));
    }
    photo ??= await read(take(source));
  } finally {
    team.close();
  }
  return { fast: take(masks[0]), best: masks[1] };
}

function correct(held: Edit, step: CorrectionStep): WasmPatch | undefined {
  switch (step.is) {
    case 'stroke':
      return held.stroke(step.points, step.radius, step.softness, step.intent);
    case 'region':
      return held.region(step.x, step.y, step.tolerance, step.intent);
    case 'heal':
      return held.heal(step.points, step.radius);
    case 'undo':
      return held.undo();
    case 'redo':
      return held.redo();
  }
}

/** A part of the picture, on its way to the screen. */
async function picture(patch: WasmPatch | undefined, transfer: Transferable[]): Promise<ImageBitmap> {
  return (await bitmap(take(patch), transfer)) as ImageBitmap;
}

/** Reads a file for as long as it is used. */
async function lend<T>(file: Blob, use: (bytes: Uint8Array) => T | Promise<T>): Promise<T> {
  const bytes = await readBytes(file);
  try {
    return await use(bytes);
  } finally {
    release(bytes.buffer);
  }
}

function encode(source: CutoutHandle, output: OutputOptions, transfer: Transferable[]): Packed {
  const { format, quality, background } = packOutput(output);
  return pack(source.encode(format, quality, background), format, transfer);
}

function pack({ buffer }: Uint8Array, type: string, transfer: Transferable[]): Packed {
  const bytes = buffer as ArrayBuffer;
  transfer.push(bytes);
  return { bytes, type };
}

/** Bytes → photo. */
const read = (file: Blob) => readPhoto(file, { decode, photoFromRgba });

function take<T>(held: T | undefined): T {
  if (held === undefined) throw new Error('the worker was asked out of order');
  return held;
}

function clear(): void {
  photo?.free();
  arriving?.free();
  cutout?.free();
  photo = undefined;
  arriving = undefined;
  cutout = undefined;
  source = undefined;
}

const megapixels = (width: number, height: number) => Math.round((width * height) / 1e5) / 10;

const memory = () => wasm?.memory.buffer.byteLength ?? 0;

serve(handlers, memory, clear);
