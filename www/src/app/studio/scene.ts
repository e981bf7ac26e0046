/**
 * A scene as the page changes it: the JSON of src/scene/description.rs, every field written. Lengths are parts of the
 * picture, angles degrees, colours `#rrggbb`. Plain data and plain functions; what draws it is the engine.
 */

export interface Scene {
  readonly version: number;
  /** Pixels. */
  readonly size: { readonly width: number; readonly height: number };
  readonly camera: { readonly horizon: number; readonly field_of_view: number };
  readonly backdrop: Backdrop;
  readonly floor: { readonly gloss: number; readonly roughness: number };
  readonly key: { readonly azimuth: number; readonly elevation: number; readonly size: number; readonly color: string };
  readonly fill: { readonly share: number; readonly color: string };
  readonly shadow: { readonly contact: number; readonly cast: number; readonly ambient: number; readonly mutual: number };
  readonly relight: { readonly rim: number; readonly fill: number; readonly harmony: number; readonly vignette: number };
  readonly layers: readonly Product[];
}

export type Backdrop =
  | { readonly kind: 'transparent' }
  | { readonly kind: 'solid'; readonly color: string }
  | { readonly kind: 'gradient'; readonly shape: 'linear'; readonly from: string; readonly to: string; readonly angle: number }
  | { readonly kind: 'gradient'; readonly shape: 'radial'; readonly from: string; readonly to: string; readonly center: readonly [number, number] }
  | Sweep
  | PhotoBackdrop;

/** What a sweep can be made of. */
export const MATERIALS = ['plain', 'paper', 'linen', 'concrete', 'terrazzo', 'marble', 'wood', 'water'] as const;

export interface Sweep {
  readonly kind: 'sweep';
  readonly color: string;
  readonly wall: number;
  readonly bend: number;
  readonly falloff: number;
  readonly material: (typeof MATERIALS)[number];
  /** How large the material's pattern is, 1 is natural. */
  readonly scale: number;
  /** Which piece of the material. */
  readonly seed: number;
}

/** The seller's photo of a place, which the engine is given apart. */
export interface PhotoBackdrop {
  readonly kind: 'photo';
  readonly picture: number;
  readonly at: readonly [number, number];
  /** How far down the picture its ground ends. */
  readonly wall: number;
  /** Depth of field: 0 to 0.2 of the picture's height. */
  readonly blur: number;
}

export interface Product {
  readonly kind: 'product';
  readonly picture: number;
  readonly place: Place;
  readonly depth: number;
  /** Degrees clockwise, as far as `TURN` either way. */
  readonly rotation: number;
}

/** How far a product can be turned, in degrees. */
export const TURN = 45;

/** The middle of the product's lower edge, and the most of the picture that it takes. */
export interface Place {
  readonly by: 'ground';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A part of the picture. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Where a product may stand, and how large it may be: some of it always stays in the picture. */
const LIMITS = { x: [0, 1], y: [0.1, 1.2], size: [0.05, 2] } as const;
/** Nearer than this to the horizon nothing stands, in heights of the picture. */
const HORIZON = 0.04;

const within = (value: number, [least, most]: readonly [number, number]) => Math.min(Math.max(value, least), most);

/** Where a product stands: the first, or another one of a group. */
export function placeOf(scene: Scene, index = 0): Place | undefined {
  const place = scene.layers[index]?.place;
  return place?.by === 'ground' ? place : undefined;
}

export function withPlace(scene: Scene, place: Place, index = 0): Scene {
  return { ...scene, layers: scene.layers.map((layer, at) => (at === index ? { ...layer, place } : layer)) };
}

/** A product turned clockwise, by degrees. */
export function turned(scene: Scene, rotation: number, index = 0): Scene {
  const layers = scene.layers.map((layer, at) => (at === index ? { ...layer, rotation: within(rotation, [-TURN, TURN]) } : layer));
  return { ...scene, layers };
}

/** A product moved over the ground by parts of the picture: farther back it is smaller, as the camera sees it. */
export function moved(scene: Scene, right: number, down: number, index = 0): Scene {
  const place = placeOf(scene, index);
  if (!place) return scene;
  const { horizon } = scene.camera;
  const y = within(place.y + down, [Math.max(LIMITS.y[0], horizon + HORIZON), LIMITS.y[1]]);
  const from = place.y - horizon;
  const nearer = from > HORIZON / 2 ? (y - horizon) / from : 1;
  return withPlace(scene, sized({ ...place, x: within(place.x + right, LIMITS.x), y }, nearer), index);
}

/** All products larger or smaller: what stands together keeps its proportions, and the middle between them its place. */
export function scaled(scene: Scene, factor: number): Scene {
  const places = scene.layers.map((_, index) => placeOf(scene, index)).filter((place) => place !== undefined);
  const [first] = places;
  if (!first || places.length < scene.layers.length) return scene;
  const larger = Math.max(...places.map(({ width, height }) => Math.max(width, height)));
  const by = within(larger * factor, LIMITS.size) / larger;
  const middle = places.reduce((sum, { x }) => sum + x, 0) / places.length;
  const scaledPlaces = places.map((place) => sized({ ...place, x: middle + (place.x - middle) * by }, by));
  return { ...scene, layers: scene.layers.map((layer, index) => ({ ...layer, place: scaledPlaces[index] ?? first })) };
}

function sized(place: Place, by: number): Place {
  const larger = Math.max(place.width, place.height);
  const factor = within(larger * by, LIMITS.size) / larger;
  return { ...place, width: place.width * factor, height: place.height * factor };
}

/** Where a product of this shape (width by height) is seen. */
export function boxOf(scene: Scene, aspect: number, index = 0): Box | undefined {
  const place = placeOf(scene, index);
  if (!place) return undefined;
  const { width, height } = scene.size;
  const wide = Math.min(place.width * width, place.height * height * aspect);
  const [w, h] = [wide / width, wide / aspect / height];
  return { left: place.x - w / 2, top: place.y - h, width: w, height: h };
}

/** Another kind of backdrop in about the colours of the one before. */
export function backdropAs(kind: Backdrop['kind'], before: Backdrop): Backdrop {
  const color = colorOf(before) ?? '#f2f2f0';
  switch (kind) {
    case 'transparent':
      return { kind };
    case 'solid':
      return { kind, color };
    case 'gradient':
      return { kind, shape: 'linear', from: '#ffffff', to: color === '#ffffff' ? '#dcdad6' : color, angle: 90 };
    case 'photo':
      return { kind, picture: 0, at: [0.5, 0.5], wall: 0.5, blur: 0.03 };
    case 'sweep':
      return { kind, color, wall: 0.58, bend: 0.3, falloff: 0.25, material: 'plain', scale: 1, seed: 0 };
  }
}

/** A scene in the photo of a place. Something that throws no shadow there floats, so it gets those of a soft light. */
export function setInto(scene: Scene): Scene {
  const { contact, cast, ambient } = scene.shadow;
  const shadow = contact + cast + ambient > 0 ? scene.shadow : { ...scene.shadow, contact: 0.8, cast: 0.8, ambient: 0.8 };
  return { ...scene, backdrop: backdropAs('photo', scene.backdrop), shadow };
}

/** The colour that stands for a backdrop; none where it has none of its own. */
export function colorOf(backdrop: Backdrop): string | undefined {
  switch (backdrop.kind) {
    case 'transparent':
    case 'photo':
      return undefined;
    case 'gradient':
      return backdrop.to;
    default:
      return backdrop.color;
  }
}

/** A scene in the clothes of another: everything but the picture's size, and the product's place where it was moved. */
export function dressed(scene: Scene, look: Scene, looks: readonly Scene[]): Scene {
  const isUntouched = looks.some((other) => same(placeOf(other), placeOf(scene)));
  const layers = isUntouched ? look.layers.map((layer, at) => ({ ...layer, rotation: scene.layers[at]?.rotation ?? 0 })) : scene.layers;
  return { ...look, size: scene.size, shadow: { ...look.shadow, mutual: scene.shadow.mutual }, layers };
}

/** A scene with the products of another. */
export function withProductsOf(scene: Scene, { layers }: Scene): Scene {
  return { ...scene, layers };
}

/** A scene for one product, where it was made for a group. */
export function alone(scene: Scene): Scene {
  return { ...scene, shadow: { ...scene.shadow, mutual: 0 }, layers: scene.layers.slice(0, 1).map((layer) => ({ ...layer, picture: 0 })) };
}

export function isDressedAs(scene: Scene, look: Scene): boolean {
  const clothes = ({ camera, backdrop, floor, key, fill, shadow, relight }: Scene) => ({
    ...{ camera, backdrop, floor, key, fill, relight },
    // That is the group's.
    shadow: { ...shadow, mutual: 0 },
  });
  return same(clothes(scene), clothes(look));
}

/** Both come from one writer, so their fields stand in one order. */
const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
