/**
 * The try-on as it goes: which step the shopper is at, what has come, what went wrong. The page draws what stands here
 * (`app.ts`); the photo is nowhere else than here and in the engine.
 */

import { CameraError, CameraLink } from '../airlock/camera-link.js';
import type { FrameLink } from '../airlock/frame.js';
import { toVitrineError } from '../engine/faults.js';
import type { VitrineError } from '../engine/types.js';
import type { FromTryOn, Setup, ToTryOn, Trouble } from './messages.js';
import { Pace } from './pace.js';
import type { FaceBox, LivePicture, OpenTryOn, TryOnEngine } from './types.js';

export type Step = 'consent' | 'choose' | 'live' | 'reading' | 'faces' | 'drawing' | 'result';

/** A product's picture: on its way, here, or not to be had. */
export type Picture = 'coming' | 'missing' | { file: Blob; url: string };

/** The shopper's photo. */
export interface Photo {
  file: Blob;
  /** For the screen, in this frame alone. */
  url: string;
  /** Pixels; 0 until it has been read. */
  width: number;
  height: number;
  faces: FaceBox[];
}

/** What stands in the shopper's way, and what the engine says of it. */
export interface Obstacle {
  trouble: Trouble;
  error?: VitrineError;
}

export class Fitting {
  readonly setup: Setup;
  step: Step = 'consent';
  /** How much has been fetched, 0 to 1. */
  loaded = 0;
  /** Whether all has come that will come. */
  isSealed = false;
  /** Why the engine cannot start, if it cannot: something of it has not come, or does not run. */
  fault: 'asset' | 'engine' | undefined;
  obstacle: Obstacle | undefined;
  readonly pictures: Picture[];
  /** The product that is chosen. */
  index: number;
  photo: Photo | undefined;
  /** The face that is chosen. */
  face = 0;
  /** The photo with the product on it; whoever shows it leaves it open. */
  drawn: ImageBitmap | undefined;
  /** Whether the shopper has just saved the picture. */
  isSaved = false;
  /** Whether the frame around this one has a camera to ask for. */
  hasCamera = false;
  /** Whether the camera looks at the shopper, who expects a mirror. */
  isMirror = false;
  /** The camera's last picture; whoever shows it takes it. */
  live: LivePicture | undefined;

  readonly #port: MessagePort;
  readonly #engine: Promise<TryOnEngine>;
  readonly #changed: () => void;
  #camera: CameraLink | undefined;
  /** Whether the camera runs. */
  #isOn = false;
  /** The product that the engine has. */
  #worn: number | undefined;
  /** What was asked for last; what was asked for before it is of no interest any more. */
  #turn = 0;
  /** The engine does one thing after another. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(setup: Setup, link: FrameLink, open: OpenTryOn, changed: () => void) {
    this.setup = setup;
    this.index = setup.first;
    this.pictures = setup.choices.map(() => 'coming');
    this.#port = link.port;
    this.#changed = changed;
    this.#engine = this.#start(link, open);
    this.#engine.catch(() => undefined);
    void CameraLink.find().then((camera) => {
      this.#camera = camera;
      this.hasCamera = camera !== undefined;
      changed();
    });
    link.onLoading((received, total) => {
      this.loaded = total > 0 ? received / total : 0;
      changed();
    });
  }

  async #start({ parts, models }: FrameLink, open: OpenTryOn): Promise<TryOnEngine> {
    let fault: 'asset' | 'engine' = 'asset';
    try {
      const files = [...models].map(async ([name, model]) => [name, await (await model).file.arrayBuffer()] as const);
      const [worker, wasm, networks] = await Promise.all([parts.worker, parts.wasm, Promise.all(files)]);
      fault = 'engine';
      return await open({ worker, wasm, networks: Object.fromEntries(networks) });
    } catch (error) {
      // Of what has not come the shop knows.
      if (fault === 'engine') this.#say({ type: 'trouble', trouble: 'engine' });
      this.fault = fault;
      this.#changed();
      throw error;
    }
  }

  /** What the widget posts in. */
  hear(message: ToTryOn): void {
    if (message.type === 'picture') {
      this.pictures[message.index] = { file: message.file, url: URL.createObjectURL(message.file) };
      // The engine looks at it while the shopper still reads.
      if (message.index === this.index) void this.#wear().catch(() => undefined);
    } else if (message.type === 'no picture') {
      this.pictures[message.index] = 'missing';
    } else if (message.type === 'sealed') {
      this.isSealed = true;
    }
    this.#changed();
  }

  /** Whether a photo can be taken now. */
  get isOpen(): boolean {
    return this.step !== 'consent' && this.isSealed && this.fault === undefined && typeof this.pictures[this.index] === 'object';
  }

  get label(): string {
    return this.setup.choices[this.index]?.label ?? '';
  }

  consent(): void {
    this.#say({ type: 'consent' });
    this.#go('choose');
  }

  leave(): void {
    this.#say({ type: 'leave' });
  }

  /** Shows the shopper with the product as the camera sees them, until something else is done. */
  async watch(): Promise<void> {
    const camera = this.#camera;
    if (!this.isOpen || !camera) return;
    const turn = this.#begin();
    this.obstacle = undefined;
    this.#go('live');
    const pace = new Pace();
    let shown: number | undefined;
    try {
      this.isMirror = await camera.start();
      if (turn !== this.#turn) return;
      this.#isOn = true;
      this.#say({ type: 'camera', on: true });
      await this.#wear();
      while (turn === this.#turn) {
        const { picture, seconds } = await camera.next(pace.longest);
        const from = performance.now();
        const live = await this.#inTurn((engine) => engine.live(picture, seconds));
        pace.took(performance.now() - from);
        if (turn !== this.#turn) return live.picture.close();
        this.live?.picture.close();
        this.live = live;
        if (live.isWorn && shown !== this.index) {
          shown = this.index;
          this.#say({ type: 'result' });
        }
        this.#changed();
      }
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#begin();
      this.step = 'choose';
      if (error instanceof CameraError) this.#meet({ trouble: `camera-${error.trouble}` });
      else if (!this.obstacle) this.#meet(this.#obstacleOf(error, 'engine'));
      this.#changed();
    }
  }

  /** Takes the camera's picture that is shown as the photo. */
  async snap(): Promise<void> {
    if (this.step !== 'live' || !this.live) return;
    const turn = this.#turn;
    try {
      const file = await this.#inTurn((engine) => engine.snap());
      if (turn === this.#turn) await this.take(file);
    } catch (error) {
      if (turn === this.#turn) this.#meet(this.#obstacleOf(error, 'engine'));
    }
  }

  /** Takes a photo of the shopper. */
  async take(file: Blob): Promise<void> {
    if (!this.isOpen) return;
    const turn = this.#begin();
    this.photo = { file, url: URL.createObjectURL(file), width: 0, height: 0, faces: [] };
    this.obstacle = undefined;
    this.#go('reading');
    try {
      const person = await this.#inTurn((engine) => engine.person(file));
      if (turn !== this.#turn || !this.photo) return;
      Object.assign(this.photo, person);
    } catch (error) {
      if (turn === this.#turn) this.#refuse(this.#obstacleOf(error, 'photo'));
      return;
    }
    const count = this.photo.faces.length;
    if (count === 0) this.#refuse({ trouble: 'no-face' });
    else if (count > 1) this.#go('faces');
    else await this.choose(0);
  }

  /** Puts the product on this face. */
  async choose(face: number): Promise<void> {
    this.face = face;
    await this.#draw();
  }

  /** Takes another of the products. */
  async change(index: number): Promise<void> {
    if (index === this.index || typeof this.pictures[index] !== 'object') return;
    this.index = index;
    this.obstacle = undefined;
    this.#say({ type: 'variant', index });
    if (this.step === 'result' || this.step === 'drawing') return this.#draw();
    this.#changed();
    await this.#wear().catch(() => undefined);
  }

  /** Tries again what did not work. */
  async again(): Promise<void> {
    await this.#draw();
  }

  /** Back to the choice of a person. */
  reconsider(): void {
    this.#turn++;
    this.#dropDrawn();
    this.#go('faces');
  }

  /** Gives the photo up for another one. */
  restart(): void {
    this.#begin();
    this.obstacle = undefined;
    this.#go('choose');
  }

  /** The picture as a file. */
  async save(): Promise<Blob | undefined> {
    this.obstacle = undefined;
    try {
      const file = await this.#inTurn((engine) => engine.save());
      this.isSaved = true;
      this.#changed();
      return file;
    } catch (error) {
      this.#meet(this.#obstacleOf(error, 'save'));
      return undefined;
    }
  }

  /** What was before is over: the photo, and the camera. */
  #begin(): number {
    this.#dropPhoto();
    if (this.step === 'live') {
      this.#camera?.stop();
      this.live?.picture.close();
      this.live = undefined;
      if (this.#isOn) this.#say({ type: 'camera', on: false });
      this.#isOn = false;
    }
    return ++this.#turn;
  }

  async #draw(): Promise<void> {
    const turn = ++this.#turn;
    this.obstacle = undefined;
    this.#go('drawing');
    try {
      await this.#wear();
      if (turn !== this.#turn) return;
      const drawn = await this.#inTurn((engine) => engine.draw(this.face));
      if (turn !== this.#turn) return drawn.close();
      this.drawn?.close();
      this.drawn = drawn;
      this.#say({ type: 'result' });
      this.#go('result');
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#dropDrawn();
      this.step = 'result';
      // What `#wear` could not do it has said.
      const trouble = toVitrineError(error).kind === 'photo' ? 'sight' : 'engine';
      if (!this.obstacle) this.#meet(this.#obstacleOf(error, trouble));
      this.#changed();
    }
  }

  /** Gives the engine the product that is chosen, unless it has it. */
  async #wear(): Promise<void> {
    const { index, setup } = this;
    const picture = this.pictures[index];
    const choice = setup.choices[index];
    if (typeof picture !== 'object' || !choice) return;
    try {
      await this.#inTurn(async (engine) => {
        if (this.#worn === index) return;
        this.#worn = undefined;
        await engine.product(picture.file, setup.kind, choice.widthMm);
        this.#worn = index;
      });
    } catch (error) {
      if (index === this.index && this.fault === undefined) {
        const { kind } = toVitrineError(error);
        this.#meet(this.#obstacleOf(error, kind === 'photo' ? 'product' : kind === 'caller' ? 'kind' : 'engine'));
      }
      throw error;
    }
  }

  #inTurn<T>(work: (engine: TryOnEngine) => Promise<T>): Promise<T> {
    const result = this.#last.then(() => this.#engine).then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** `trouble` is what it is where the fault is in what was handed over. */
  #obstacleOf(thrown: unknown, trouble: Trouble): Obstacle {
    const error = toVitrineError(thrown);
    const isDevice = trouble === 'photo' && error.kind !== 'photo';
    return { trouble: isDevice ? 'engine' : trouble, error };
  }

  #refuse(obstacle: Obstacle): void {
    this.#dropPhoto();
    this.step = 'choose';
    this.#meet(obstacle);
  }

  #meet(obstacle: Obstacle): void {
    this.obstacle = obstacle;
    this.#say({ type: 'trouble', trouble: obstacle.trouble });
    this.#changed();
  }

  #go(step: Step): void {
    this.step = step;
    this.isSaved = false;
    this.#changed();
  }

  #dropPhoto(): void {
    if (this.photo) URL.revokeObjectURL(this.photo.url);
    this.photo = undefined;
    this.#dropDrawn();
  }

  #dropDrawn(): void {
    this.drawn?.close();
    this.drawn = undefined;
  }

  #say(message: FromTryOn): void {
    this.#port.postMessage(message);
  }
}
