// What matrix products through workgroup memory share. A workgroup computes a tile of the result: up to sixteen
// groups of output channels of 128 or more pixels (or Winograd's tiles). Part by part of the depth it brings the
// inputs and the weights into workgroup memory, while the part after is on its way to registers, and each of its 128
// invocations keeps the sums of eight pixels in two output groups. `Real` is in tiled_full.wgsl or tiled_half.wgsl.

const INVOCATIONS = 128u;

// Invocations side by side along the output channels: 2, 4 or 8. The tile has 1024 / COLUMNS pixels and is
// DEPTH = COLUMNS / 2 groups of inputs deep.
override COLUMNS: u32 = 8u;
override DEPTH: u32 = 4u;

// [input group of the part][pixel]
var<workgroup> inputs: array<Real4, 512>;
// [input channel of the part][output group]
var<workgroup> columns: array<Real4, 256>;

// The sums of eight pixels in two groups of output channels.
struct Sums {
    a0: vec4<f32>,
    a1: vec4<f32>,
    a2: vec4<f32>,
    a3: vec4<f32>,
    a4: vec4<f32>,
    a5: vec4<f32>,
    a6: vec4<f32>,
    a7: vec4<f32>,
    b0: vec4<f32>,
    b1: vec4<f32>,
    b2: vec4<f32>,
    b3: vec4<f32>,
    b4: vec4<f32>,
    b5: vec4<f32>,
    b6: vec4<f32>,
    b7: vec4<f32>,
}

// The sums of the invocation's pixel `n` % 8, of its first output group where `n` is under 8, else of its second.
fn nth(s: ptr<function, Sums>, n: u32) -> vec4<f32> {
    switch n {
        case 0u: { return (*s).a0; }
        case 1u: { return (*s).a1; }
        case 2u: { return (*s).a2; }
        case 3u: { return (*s).a3; }
        case 4u: { return (*s).a4; }
        case 5u: { return (*s).a5; }
        case 6u: { return (*s).a6; }
        case 7u: { return (*s).a7; }
        case 8u: { return (*s).b0; }
        case 9u: { return (*s).b1; }
        case 10u: { return (*s).b2; }
        case 11u: { return (*s).b3; }
        case 12u: { return (*s).b4; }
        case 13u: { return (*s).b5; }
        case 14u: { return (*s).b6; }
        default: { return (*s).b7; }
    }
}

// The weights of one input group in the tile, for the output group `column` of the tile.
fn tile_weights(d: u32, column: u32) -> array<Real4, 4> {
    let groups = 2u * COLUMNS;
    let at = d * 4u * groups + column;
    return array<Real4, 4>(columns[at], columns[at + groups], columns[at + 2u * groups], columns[at + 3u * groups]);
}

fn add_products(sum: Real4, w: array<Real4, 4>, x: Real4) -> Real4 {
    return fma(w[3], Real4(x.w), fma(w[2], Real4(x.z), fma(w[1], Real4(x.y), fma(w[0], Real4(x.x), sum))));
}
