/** The kinds of products, and what the try-on's engine is to the page inside its frame. Nothing here ever crosses the wall outward. */

/** What a product is, which decides how it is worn. */
export const KINDS = ['glasses', 'hat', 'headband', 'earrings', 'necklace', 'top', 'dress'] as const;
export type Kind = (typeof KINDS)[number];

/** The networks that a kind needs beside those of a face, by their names in the manifest. */
export const NETWORKS: Record<Kind, readonly string[]> = {
  glasses: [],
  hat: ['hair'],
  headband: ['hair'],
  earrings: ['hair'],
  necklace: ['hair'],
  top: ['body_detector', 'body_points', 'hair'],
  dress: ['body_detector', 'body_points', 'hair'],
};

/** The kinds that are shown on a camera's pictures as they come; the others are put on one that was taken. */
export const LIVE: ReadonlySet<Kind> = new Set<Kind>(['glasses', 'hat', 'headband', 'earrings', 'necklace']);

/** Millimetres, where nobody says: what is usual for an adult; of garments, from armpit to armpit, laid flat. */
export const USUAL_WIDTH: Record<Kind, number> = { glasses: 140, hat: 240, headband: 150, earrings: 40, necklace: 150, top: 500, dress: 450 };

/** A face in the photo: its box in parts of the photo's width and height, 0 to 1, from the upper left corner. */
export interface FaceBox {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A shopper's photo that was read. */
export interface Person {
  /** Pixels of the upright photo. */
  width: number;
  height: number;
  /** Largest first; empty where there is none. */
  faces: FaceBox[];
}

/** A camera's picture, drawn; as it came where nobody is in it or the product has no place. */
export interface LivePicture {
  picture: ImageBitmap;
  isWorn: boolean;
  /** Whether somebody is in it. */
  isSeen: boolean;
}

/** What the engine is made of: the shell has checked every byte of it against the manifest. */
export interface TryOnParts {
  /** The crate, of the variant that this browser can run. */
  wasm: ArrayBuffer;
  /** The worker's script. */
  worker: string;
  /** The networks by name, as ONNX files: `face_detector`, `face_mesh`, `hair` for what lies over or behind it, and
   *  `body_detector` and `body_points` for garments. */
  networks: Record<string, ArrayBuffer>;
}

/** Every promise rejects with a VitrineError whose message is a sentence for the shopper or the merchant. */
export interface TryOnEngine {
  /**
   * Takes a product's picture: the bytes of its file, as they came from the shop. `widthMm` is its width in millimetres.
   * Rejects with kind `photo` where it cannot be read or no product is in it, and `caller` where it cannot be this kind.
   */
  product(file: Blob, kind: Kind, widthMm: number): Promise<void>;
  /** Reads the shopper's photo and finds the faces in it. Rejects with kind `photo` where it cannot be read. */
  person(file: Blob): Promise<Person>;
  /** The photo with the product on this face (a number in `Person.faces`); the whole photo, drawn at its own size. */
  draw(face: number): Promise<ImageBitmap>;
  /** The next picture of a camera, which is consumed, `seconds` after some moment that stays. */
  live(picture: ImageBitmap, seconds: number): Promise<LivePicture>;
  /** The last picture of the camera as it came, without the product. */
  snap(): Promise<Blob>;
  /** The last picture drawn, as a PNG or JPEG for saving. */
  save(): Promise<Blob>;
  /** Frees everything: photo, product, networks, worker. */
  close(): void;
}

/** `openTryOn` of engine.ts opens the engine in the frame, from what the shell sent in. */
export type OpenTryOn = (parts: TryOnParts) => Promise<TryOnEngine>;
