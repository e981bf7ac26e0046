/** Which WebAssembly instructions this browser has, asked by validating a module of one function. */

/** `() → ()` with a body; the sections are type, function and code. */
function module(body: number[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...[0x01, 0x04, 0x01, 0x60, 0x00, 0x00],
    ...[0x03, 0x02, 0x01, 0x00],
    ...[0x0a, body.length + 4, 0x01, body.length + 2, 0x00, ...body, 0x0b],
  ]);
}

/** `i32.const 0` then `i8x16.splat`. */
const VECTOR = [0x41, 0x00, 0xfd, 0x0f];
const DROP = 0x1a;

/** SIMD128, fixed width. */
export function hasSimd(): boolean {
  return validates([...VECTOR, DROP]);
}

/** Relaxed SIMD, by its fused multiply-add: `f32x4.relaxed_madd`. */
export function hasRelaxedSimd(): boolean {
  return validates([...VECTOR, ...VECTOR, ...VECTOR, 0xfd, 0x85, 0x02, DROP]);
}

function validates(body: number[]): boolean {
  return typeof WebAssembly === 'object' && WebAssembly.validate(module(body));
}
