// The products of winograd.wgsl without workgroup memory: an invocation keeps the sums of four or eight tiles in
// sixteen output channels in registers. For adapters where a load costs many multiplications, which is what software
// adapters are. How the weights come in, which are the same for every tile, is in winograd_weights_*.wgsl.

// A tile's sums in four groups of output channels.
struct Sums {
    n0: vec4<f32>,
    n1: vec4<f32>,
    n2: vec4<f32>,
    n3: vec4<f32>,
}

// The weights from four input channels to sixteen output channels: `c` the input channel, a column an output group.
struct Weights {
    c0: mat4x4<f32>,
    c1: mat4x4<f32>,
    c2: mat4x4<f32>,
    c3: mat4x4<f32>,
}

fn add(s: ptr<function, Sums>, w: Weights, x: vec4<f32>) {
    (*s).n0 = fma(w.c3[0], vec4(x.w), fma(w.c2[0], vec4(x.z), fma(w.c1[0], vec4(x.y), fma(w.c0[0], vec4(x.x), (*s).n0))));
    (*s).n1 = fma(w.c3[1], vec4(x.w), fma(w.c2[1], vec4(x.z), fma(w.c1[1], vec4(x.y), fma(w.c0[1], vec4(x.x), (*s).n1))));
    (*s).n2 = fma(w.c3[2], vec4(x.w), fma(w.c2[2], vec4(x.z), fma(w.c1[2], vec4(x.y), fma(w.c0[2], vec4(x.x), (*s).n2))));
    (*s).n3 = fma(w.c3[3], vec4(x.w), fma(w.c2[3], vec4(x.z), fma(w.c1[3], vec4(x.y), fma(w.c0[3], vec4(x.x), (*s).n3))));
}

fn store(at: u32, group: u32, s: Sums) {
    result[at] = s.n0;
    if group + 1u < conv.outputs { result[at + 1u] = s.n1; }
    if group + 2u < conv.outputs { result[at + 2u] = s.n2; }
    if group + 3u < conv.outputs { result[at + 3u] = s.n3; }
}

// Tiles that an invocation computes: 4 or 8.
override TILES: u32 = 8u;

// `id`: TILES tiles, position, block of output groups. `lane`: the invocation's number in its subgroup.
fn multiply_tiles(id: vec3<u32>, lane: u32) {
    let tiles = conv.end - conv.first;
    let tile = id.x * TILES;
    let last = tiles - 1u;
    let start = id.y * tiles;
    // Past the strip's end the last tile is computed once more: every invocation has its part in bringing in the
    // weights.
    let a0 = (start + min(tile, last)) * conv.depth;
    let a1 = (start + min(tile + 1u, last)) * conv.depth;
    let a2 = (start + min(tile + 2u, last)) * conv.depth;
    let a3 = (start + min(tile + 3u, last)) * conv.depth;
    let a4 = (start + min(tile + 4u, last)) * conv.depth;
    let a5 = (start + min(tile + 5u, last)) * conv.depth;
    let a6 = (start + min(tile + 6u, last)) * conv.depth;
    let a7 = (start + min(tile + 7u, last)) * conv.depth;
    let blocks = (conv.outputs + 3u) / 4u;
    let weights = (id.y * blocks + id.z) * conv.depth * 16u;
    var s0 = Sums();
    var s1 = Sums();
    var s2 = Sums();
    var s3 = Sums();
    var s4 = Sums();
    var s5 = Sums();
    var s6 = Sums();
    var s7 = Sums();
    for (var i = 0u; i < conv.depth; i++) {
        let w = bring_weights(weights + i * 16u, lane);
        add(&s0, w, source[a0 + i]);
        add(&s1, w, source[a1 + i]);
        add(&s2, w, source[a2 + i]);
        add(&s3, w, source[a3 + i]);
        if TILES > 4u {
            add(&s4, w, source[a4 + i]);
            add(&s5, w, source[a5 + i]);
            add(&s6, w, source[a6 + i]);
            add(&s7, w, source[a7 + i]);
        }
    }
    let group = id.z * 4u;
    let to = (start + tile) * conv.outputs + group;
    if tile < tiles { store(to, group, s0); }
    if tile + 1u < tiles { store(to + 1u * conv.outputs, group, s1); }
    if tile + 2u < tiles { store(to + 2u * conv.outputs, group, s2); }
    if tile + 3u < tiles { store(to + 3u * conv.outputs, group, s3); }
    if TILES > 4u {
        if tile + 4u < tiles { store(to + 4u * conv.outputs, group, s4); }
        if tile + 5u < tiles { store(to + 5u * conv.outputs, group, s5); }
        if tile + 6u < tiles { store(to + 6u * conv.outputs, group, s6); }
        if tile + 7u < tiles { store(to + 7u * conv.outputs, group, s7); }
    }
}
