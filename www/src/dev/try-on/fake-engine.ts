/**
 * A stand-in for the try-on's engine, to develop and test its page without wasm or networks. Never part of the product.
 *
 * It reads the photo as the browser does, takes its time, and does as a file's name says: `nobody` has no face in it,
 * `two` and `three` have as many, `hidden` has no place for the product, `slow` takes ten times as long, `heavy` does not
 * fit into memory. A product's picture of one pixel across is of the wrong kind, one of two pixels has no product in it.
 */

import { VitrineError } from 'vitrine/engine/types';
import type { FaceBox, Kind, LivePicture, Person, TryOnEngine, TryOnParts } from 'vitrine/try-on/types';

const FACES: Record<string, FaceBox[]> = {
  nobody: [],
  two: [
    { x: 0.56, y: 0.2, width: 0.24, height: 0.34 },
    { x: 0.16, y: 0.24, width: 0.22, height: 0.3 },
  ],
  three: [
    { x: 0.4, y: 0.2, width: 0.2, height: 0.3 },
    { x: 0.1, y: 0.24, width: 0.18, height: 0.26 },
    { x: 0.74, y: 0.26, width: 0.16, height: 0.24 },
  ],
};
const ONE: FaceBox[] = [{ x: 0.3, y: 0.18, width: 0.4, height: 0.46 }];

export class FakeTryOn implements TryOnEngine {
  /** Milliseconds a step takes. */
  delay = 60;
  /** What it was made of, for tests that ask whether all came. */
  readonly networks: string[];
  isClosed = false;
  #product: { picture: ImageBitmap; widthMm: number } | undefined;
  #person: { picture: ImageBitmap; faces: FaceBox[]; pace: number; isHidden: boolean } | undefined;
  #drawn: OffscreenCanvas | undefined;
  /** The camera's last picture as it came. */
  #seen: OffscreenCanvas | undefined;

  constructor({ networks }: TryOnParts) {
    this.networks = Object.keys(networks);
  }

  async product(file: Blob, kind: Kind, widthMm: number): Promise<void> {
    await this.#wait();
    const picture = await createImageBitmap(file).catch(() => {
      throw new VitrineError('photo', 'The product’s picture cannot be read: use PNG, WebP or JPEG.');
    });
    if (picture.width === 1) throw new VitrineError('caller', `The product’s picture shows no ${kind}.`);
    if (picture.width === 2) throw new VitrineError('photo', 'No product was found in the picture.');
    this.#product = { picture, widthMm };
  }

  async person(file: Blob): Promise<Person> {
    const name = file instanceof File ? file.name : '';
    const pace = name.includes('slow') ? 10 : 1;
    await this.#wait(pace);
    if (name.includes('heavy')) throw new VitrineError('device', 'There was not enough memory for this photo.');
    const picture = await createImageBitmap(file).catch(() => {
      throw new VitrineError('photo', 'This file is no picture that can be read here: use JPEG, PNG or WebP.', 'not-a-picture');
    });
    const order = Object.keys(FACES).find((word) => name.includes(word));
    const faces = order ? (FACES[order] ?? ONE) : ONE;
    this.#person = { picture, faces, pace, isHidden: name.includes('hidden') };
    return { width: picture.width, height: picture.height, faces };
  }

  async draw(face: number): Promise<ImageBitmap> {
    const person = this.#person;
    const box = person?.faces[face];
    if (!person || !box || !this.#product) throw new VitrineError('caller', 'There is nothing to draw yet.');
    await this.#wait(person.pace);
    if (person.isHidden) throw new VitrineError('photo', 'This photo does not show where to put it.', 'out-of-sight');
    const { width, height } = person.picture;
    const { picture } = this.#product;
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d');
    if (!context) throw new VitrineError('device', 'This browser gives no canvas.');
    context.drawImage(person.picture, 0, 0);
    const across = box.width * width * 0.96;
    const down = (across * picture.height) / picture.width;
    context.drawImage(picture, (box.x + box.width * 0.02) * width, (box.y + box.height * 0.4) * height - down / 2, across, down);
    this.#drawn = canvas;
    return createImageBitmap(canvas);
  }

  /** Draws the product into the middle of whatever the camera sees. */
  async live(picture: ImageBitmap): Promise<LivePicture> {
    if (!this.#product) throw new VitrineError('caller', 'There is no product yet.');
    const { width, height } = picture;
    this.#seen = new OffscreenCanvas(width, height);
    this.#seen.getContext('2d')?.drawImage(picture, 0, 0);
    picture.close();
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d');
    context?.drawImage(this.#seen, 0, 0);
    context?.drawImage(this.#product.picture, width * 0.3, height * 0.4, width * 0.4, height * 0.1);
    return { picture: await createImageBitmap(canvas), isWorn: true, isSeen: true };
  }

  async snap(): Promise<Blob> {
    if (!this.#seen) throw new VitrineError('caller', 'The camera has seen nothing yet.');
    return this.#seen.convertToBlob();
  }

  async save(): Promise<Blob> {
    if (!this.#drawn) throw new VitrineError('caller', 'There is nothing to save yet.');
    return this.#drawn.convertToBlob({ type: 'image/jpeg', quality: 0.92 });
  }

  close(): void {
    this.isClosed = true;
  }

  #wait(pace = 1): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, this.delay * pace));
  }
}
