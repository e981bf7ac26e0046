/**
 * Products on photos of models: what is worn by whom, and the work on it. Plain TypeScript: it knows neither the DOM nor
 * how a picture is shown.
 *
 * The engine holds one product and one photo at a time, so the work goes photo by photo, and what is held goes first. A
 * picture is drawn anew when its product's kind or width changes, or somebody else in the photo is to wear it.
 */

import type { TryOnKit } from 'vitrine/frame/try-on-source';
import { USUAL_WIDTH, type FaceBox, type Kind, type Person, type TryOnEngine } from 'vitrine/try-on/types';
import type { Model } from 'vitrine/engine/types';
import { describe, toVitrineError } from 'vitrine/engine/faults';
import { keepSmall } from '../pictures.js';
import { sentence } from '../sentence.js';
import { strings } from '../strings.js';

/** What a product is, and how wide, in millimetres. */
export interface Wearing {
  readonly kind: Kind;
  readonly widthMm: number;
}

/** A product that is to be worn. */
export interface Piece extends Wearing {
  /** Of its photo in the queue. */
  readonly id: number;
  readonly name: string;
  /** The transparent cut-out. */
  readonly png: Blob;
  /** The photo that it was cut from; absent where somebody has corrected the cut-out by hand. */
  readonly photo: Blob | undefined;
  /** Address of its small picture. */
  readonly picture: string;
  /** Whether it is put on the models. */
  readonly isIn: boolean;
}

export type PhotoState =
  | { readonly is: 'waiting' }
  | { readonly is: 'reading' }
  /** There are several people, and somebody has to say who wears it. */
  | { readonly is: 'asking'; readonly person: Person }
  | { readonly is: 'ready'; readonly person: Person; readonly face: number }
  | { readonly is: 'failed'; readonly why: string };

export interface ModelPhoto {
  readonly id: number;
  readonly file: File;
  /** Address of the photo itself. */
  readonly url: string;
  readonly state: PhotoState;
}

/** A place in a picture, in parts of its width and height. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** A product on a photo. */
export type Worn =
  | { readonly is: 'waiting' }
  | { readonly is: 'working' }
  /** As a JPEG of the photo's size, the address of a small picture of it, and where in it what matters is. */
  | { readonly is: 'done'; readonly file: Blob; readonly small: string; readonly around: Place; readonly isSaved: boolean }
  | { readonly is: 'failed'; readonly why: string };

const WAITING: Worn = { is: 'waiting' };
/** Longer side of the small pictures, in pixels: a place in the grid at two device pixels a CSS pixel. */
const SMALL = 720;

/** Width and height of a place in the grid. */
const SHAPE = 4 / 5;
/** What is not worn at the head, and is measured from armpit to armpit. */
export const ON_BODY: ReadonlySet<Kind | undefined> = new Set<Kind>(['top', 'dress']);
/** How far below its upper end, in faces, the middle between a face and what is worn on the body is. */
const CHEST = 2.5;
/** So many times as wide as the face is what is seen of a photo in the grid: head and shoulders. */
const ROUND_FACE = 4;

const keyOf = (piece: number, photo: number) => `${piece} ${photo}`;

export class ModelBatch {
  readonly #changed: () => void;
  #pieces: readonly Piece[] = [];
  #photos: readonly ModelPhoto[] = [];
  readonly #worn = new Map<string, Worn>();
  #kit: TryOnKit | undefined;
  #engine: Promise<TryOnEngine> | undefined;
  /** The photo that the engine has, and the product as it was given. */
  #heldPhoto: number | undefined;
  #heldPiece: Piece | undefined;
  #nextId = 1;
  #isRunning = false;
  #isClosed = false;
  /** Whether the person has stopped the work, or the engine does not open. */
  isStopped = false;
  /** Why the engine does not open. */
  problem = '';

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get pieces(): readonly Piece[] {
    return this.#pieces;
  }

  get photos(): readonly ModelPhoto[] {
    return this.#photos;
  }

  get kinds(): readonly Kind[] {
    return this.#kit?.kinds ?? [];
  }

  get networks(): readonly Model[] {
    return this.#kit?.networks ?? [];
  }

  worn(piece: Piece, photo: ModelPhoto): Worn {
    return this.#worn.get(keyOf(piece.id, photo.id)) ?? WAITING;
  }

  /** Everything that is drawn, in the order of the grid. */
  get drawn(): { piece: Piece; photo: ModelPhoto; worn: Worn & { is: 'done' } }[] {
    return this.#places().flatMap(({ piece, photo }) => {
      const worn = this.worn(piece, photo);
      return worn.is === 'done' ? [{ piece, photo, worn }] : [];
    });
  }

  /** How many pictures there are to be, as far as it is known, and what became of them. */
  get tally(): { total: number; done: number; failed: number; unsaved: number } {
    const tally = { total: 0, done: 0, failed: 0, unsaved: 0 };
    for (const { piece, photo } of this.#places()) {
      if (photo.state.is === 'failed' || photo.state.is === 'asking') continue;
      const worn = this.worn(piece, photo);
      tally.total++;
      if (worn.is === 'failed') tally.failed++;
      else if (worn.is === 'done') {
        tally.done++;
        if (!worn.isSaved) tally.unsaved++;
      }
    }
    return tally;
  }

  get isWorking(): boolean {
    return this.#isRunning;
  }

  /** The engine has come. */
  begin(kit: TryOnKit): void {
    this.#kit = kit;
    const [first] = kit.kinds;
    // What cannot be worn here is taken for what can.
    this.#pieces = this.#pieces.map((piece) =>
      first && !kit.kinds.includes(piece.kind) ? { ...piece, kind: first, widthMm: USUAL_WIDTH[first] } : piece,
    );
    this.#go();
  }

  /** More products; those that are here already stay as they are. */
  addPieces(pieces: readonly Omit<Piece, keyof Wearing | 'isIn'>[], wearing: (id: number) => Wearing): void {
    const known = new Set(this.#pieces.map(({ id }) => id));
    const added = pieces.filter(({ id }) => !known.has(id));
    if (added.length === 0) return;
    this.#pieces = [...this.#pieces, ...added.map((piece) => ({ ...piece, ...wearing(piece.id), isIn: true }))];
    this.#go();
  }

  /** Says what products are; without ids, all. */
  setWearing(wearing: Partial<Wearing>, ids?: readonly number[]): void {
    this.#pieces = this.#pieces.map((piece) => {
      if (ids && !ids.includes(piece.id)) return piece;
      const next = { ...piece, ...wearing };
      if (next.kind !== piece.kind || next.widthMm !== piece.widthMm) this.#forget(({ piece: id }) => id === piece.id);
      return next;
    });
    this.#go();
  }

  setIn(id: number, isIn: boolean): void {
    this.#pieces = this.#pieces.map((piece) => (piece.id === id ? { ...piece, isIn } : piece));
    this.#go();
  }

  addPhotos(files: readonly File[]): void {
    const photos = files.map((file): ModelPhoto => ({ id: this.#nextId++, file, url: URL.createObjectURL(file), state: { is: 'waiting' } }));
    this.#photos = [...this.#photos, ...photos];
    this.#go();
  }

  removePhoto(id: number): void {
    const photo = this.#photos.find((photo) => photo.id === id);
    if (!photo) return;
    URL.revokeObjectURL(photo.url);
    this.#photos = this.#photos.filter((photo) => photo.id !== id);
    this.#forget(({ photo }) => photo === id);
    this.#changed();
  }

  /** Says who wears it: the number of a face, or nobody yet. */
  setFace(id: number, face: number | undefined): void {
    const photo = this.#photos.find((photo) => photo.id === id);
    if (photo?.state.is !== 'ready' && photo?.state.is !== 'asking') return;
    const { person } = photo.state;
    this.#forget(({ photo }) => photo === id);
    this.#setPhoto(photo, face === undefined ? { is: 'asking', person } : { is: 'ready', person, face });
    this.#go();
  }

  markSaved(piece: Piece, photo: ModelPhoto): void {
    const worn = this.worn(piece, photo);
    if (worn.is === 'done') this.#setWorn(piece.id, photo.id, { ...worn, isSaved: true });
  }

  /** Ends the work at once. */
  stop(): void {
    this.isStopped = true;
    this.#dropEngine();
    this.#changed();
  }

  /** Goes on, and tries again what did not open. */
  resume(): void {
    this.isStopped = false;
    this.problem = '';
    this.#go();
  }

  /** Frees everything; nothing can be asked of it after. */
  close(): void {
    this.#isClosed = true;
    this.#dropEngine();
    this.#forget(() => true);
    for (const { url } of this.#photos) URL.revokeObjectURL(url);
    this.#photos = this.#pieces = [];
  }

  #places(): { piece: Piece; photo: ModelPhoto }[] {
    const pieces = this.#pieces.filter(({ isIn }) => isIn);
    return pieces.flatMap((piece) => this.#photos.map((photo) => ({ piece, photo })));
  }

  #forget(which: (place: { piece: number; photo: number }) => boolean): void {
    for (const [key, worn] of this.#worn) {
      const [piece = 0, photo = 0] = key.split(' ').map(Number);
      if (!which({ piece, photo })) continue;
      if (worn.is === 'done') URL.revokeObjectURL(worn.small);
      this.#worn.delete(key);
    }
  }

  #setWorn(piece: number, photo: number, worn: Worn): void {
    this.#worn.set(keyOf(piece, photo), worn);
    this.#changed();
  }

  #setPhoto(photo: ModelPhoto, state: PhotoState): void {
    this.#photos = this.#photos.map((other) => (other.id === photo.id ? { ...other, state } : other));
    this.#changed();
  }

  #go(): void {
    this.#changed();
    void this.#run();
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (let task = this.#next(); task; task = this.#next()) await task();
    this.#isRunning = false;
    if (!this.#isClosed) this.#changed();
  }

  /** What is to be done next, if anything. */
  #next(): (() => Promise<void>) | undefined {
    if (!this.#kit || this.isStopped || this.#isClosed) return undefined;
    const held = this.#photos.filter(({ id }) => id === this.#heldPhoto);
    for (const photo of [...held, ...this.#photos]) {
      if (photo.state.is === 'waiting') return () => this.#read(photo);
      const piece = this.#pieces.find((piece) => piece.isIn && this.worn(piece, photo).is === 'waiting');
      if (photo.state.is === 'ready' && piece) {
        const { face, person } = photo.state;
        const box = person.faces[face];
        if (box) return () => this.#draw(piece, photo, face, box);
      }
    }
    return undefined;
  }

  async #read(photo: ModelPhoto): Promise<void> {
    const isHere = () => this.#photos.some(({ id }) => id === photo.id);
    this.#setPhoto(photo, { is: 'reading' });
    try {
      const person = await this.#attempt((engine) => this.#hold(engine, photo));
      if (!isHere()) return;
      const count = person?.faces.length ?? 0;
      if (!person || count === 0) this.#setPhoto(photo, { is: 'failed', why: strings.model.noFace });
      else this.#setPhoto(photo, count > 1 ? { is: 'asking', person } : { is: 'ready', person, face: 0 });
    } catch (error) {
      if (isHere()) this.#setPhoto(photo, this.isStopped ? { is: 'waiting' } : { is: 'failed', why: sentence(describe(error)) });
    }
  }

  async #draw(piece: Piece, photo: ModelPhoto, face: number, box: FaceBox): Promise<void> {
    const working: Worn = { is: 'working' };
    // What is changed or taken away meanwhile is not wanted any more.
    const isWanted = () => this.#worn.get(keyOf(piece.id, photo.id)) === working;
    this.#setWorn(piece.id, photo.id, working);
    try {
      const { file, small } = await this.#attempt(async (engine) => {
        if (this.#heldPhoto !== photo.id) await this.#hold(engine, photo);
        if (this.#heldPiece !== piece) {
          this.#heldPiece = undefined;
          await give(engine, piece);
          this.#heldPiece = piece;
        }
        const drawn = await engine.draw(face);
        const small = await keepSmall(drawn, partToShow(piece.kind, drawn, box), SMALL);
        return { small, file: await engine.save() };
      });
      if (isWanted()) this.#setWorn(piece.id, photo.id, { is: 'done', file, small, around: middleOf(piece.kind, box), isSaved: false });
      else URL.revokeObjectURL(small);
    } catch (error) {
      if (isWanted()) this.#setWorn(piece.id, photo.id, this.isStopped ? WAITING : { is: 'failed', why: sentence(describe(error)) });
    }
  }

  /** Gives the engine a photo; the answer is who is in it. */
  async #hold(engine: TryOnEngine, photo: ModelPhoto): Promise<Person> {
    this.#heldPhoto = undefined;
    const person = await engine.person(photo.file);
    this.#heldPhoto = photo.id;
    return person;
  }

  /** Does it; where the engine breaks, once more with a new one. */
  async #attempt<T>(work: (engine: TryOnEngine) => Promise<T>): Promise<T> {
    for (let isLast = false; ; isLast = true) {
      const engine = await this.#open();
      try {
        return await work(engine);
      } catch (error) {
        const { kind } = toVitrineError(error);
        if (kind === 'photo' || kind === 'caller') throw error;
        this.#dropEngine();
        if (isLast || this.isStopped || this.#isClosed) throw error;
      }
    }
  }

  async #open(): Promise<TryOnEngine> {
    const kit = this.#kit;
    if (!kit) throw new Error('the engine was asked for before it came');
    try {
      return await (this.#engine ??= kit.open());
    } catch (error) {
      this.#engine = undefined;
      this.isStopped = true;
      this.problem = sentence(describe(error));
      throw error;
    }
  }

  #dropEngine(): void {
    this.#engine?.then((engine) => engine.close()).catch(() => undefined);
    this.#engine = undefined;
    this.#heldPhoto = this.#heldPiece = undefined;
  }
}

/**
 * Gives the engine a product. Of glasses it takes the photo, where that is on a plain ground: there it sees through the
 * lenses, which in a cut-out are as opaque as the frame.
 */
async function give(engine: TryOnEngine, { png, photo, kind, widthMm }: Piece): Promise<void> {
  if (kind === 'glasses' && photo) {
    try {
      return await engine.product(photo, kind, widthMm);
    } catch (error) {
      if (toVitrineError(error).kind === 'device') throw error;
    }
  }
  await engine.product(png, kind, widthMm);
}

/** Where a product and the face above it have their middle. */
function middleOf(kind: Kind, { x, y, width, height }: FaceBox): Place {
  const faces = ON_BODY.has(kind) ? CHEST : 0.5;
  return { x: x + width / 2, y: Math.min(y + height * faces, 1) };
}

/** The part of a picture that is shown in the grid, in pixels: as much as fits, and what is worn at the head from near by. */
function partToShow(kind: Kind, { width, height }: ImageBitmap, face: FaceBox): { x: number; y: number; width: number; height: number } {
  const near = ON_BODY.has(kind) ? Infinity : face.width * width * ROUND_FACE;
  const across = Math.min(width, height * SHAPE, near);
  const down = Math.min(height, across / SHAPE);
  const within = (middle: number, size: number, whole: number) => Math.min(Math.max(middle - size / 2, 0), whole - size);
  return {
    x: within((face.x + face.width / 2) * width, across, width),
    y: within((face.y + face.height / 2) * height, down, height),
    width: across,
    height: down,
  };
}
