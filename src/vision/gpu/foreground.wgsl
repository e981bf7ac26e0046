// The subject's and the background's colours of one level: vision/foreground.rs, of whose `Tile` these are the
// twin. A level has more than 32 pixels a side, so it gets two sweeps.

// For each tile of the level above where its colours are, or EMPTY where it has none.
@group(0) @binding(5) var<storage, read> coarse_tiles: array<u32>;
// TILE x TILE pixels a tile, three words a pixel: red, green, blue of subject, then background, 16 bits each.
@group(0) @binding(6) var<storage, read> coarse: array<u32>;
// The solved colours: of `solve` as `coarse`, of `finish` the finished pixels, one word each.
@group(0) @binding(7) var<storage, read_write> colours: array<u32>;

// Puts the subject's share of each pixel in the place of its alpha.
@compute @workgroup_size(64)
fn share(@builtin(global_invocation_id) id: vec3u) {
    if id.x >= PATCH * PATCH {
        return;
    }
    let place = places[id.y];
    let beyond = corner(place.y, parameters.level_columns) + vec2u(id.x % PATCH, id.x / PATCH);
    // Pixels beyond the level's edges are never looked at.
    if any(beyond < vec2u(HALO)) || any(beyond >= parameters.level + HALO) {
        return;
    }
    let at = ((beyond - HALO) << vec2u(parameters.shift)) + ((1u << parameters.shift) >> 1u);
    let opacity = matte_at(min(at, parameters.photo - 1u));
    let index = place.x * PATCH * PATCH + id.x;
    let pixel = patches[index];
    patches[index] = (pixel & 0xffffffu) | (share_of(opacity, pixel >> 24u) << 24u);
}

// A workgroup solves BLOCK x BLOCK pixels of a tile. What it must know of their surroundings lies in a square of
// AROUND pixels a side.
const BLOCK: u32 = 8u;
const AROUND: u32 = BLOCK + 2u * HALO;
const SQUARE: u32 = AROUND * AROUND;
const BLOCKS: u32 = TILE / BLOCK;

// The colours before the first sweep, then after it. `w` of the first: the subject's share.
var<workgroup> subjects: array<vec4f, 2u * SQUARE>;
var<workgroup> backgrounds: array<vec4f, 2u * SQUARE>;
var<workgroup> pixels: array<u32, SQUARE>;

struct Pair {
    subject: vec3f,
    background: vec3f,
}

fn halves(word: u32) -> vec2f {
    return vec2f(f32(word & 0xffffu), f32(word >> 16u)) * (1.0 / 65535.0);
}

// Where a pixel starts from: the colours of the pixel above it.
fn start_of(at: vec2u) -> Pair {
    let above = at / 2u;
    let tile = coarse_tiles[above.y / TILE * parameters.coarse_columns + above.x / TILE];
    if tile == EMPTY {
        return Pair(vec3f(0.0), vec3f(0.0));
    }
    let within = above % TILE;
    let index = 3u * (tile * TILE * TILE + within.y * TILE + within.x);
    let first = halves(coarse[index]);
    let second = halves(coarse[index + 1u]);
    let third = halves(coarse[index + 2u]);
    return Pair(vec3f(first, second.x), vec3f(second.y, third));
}

// One pixel of a sweep; `sweep` is how many were done. See `Tile::sweep` for the formula.
fn swept(at: u32, sweep: u32) -> Pair {
    let own = subjects[at].w;
    let beside = vec4f(subjects[at - 1u].w, subjects[at + 1u].w, subjects[at - AROUND].w, subjects[at + AROUND].w);
    let weights = REGULARIZATION + GRADIENT_WEIGHT * abs(own - beside);
    let sum = weights.x + weights.y + weights.z + weights.w;
    let part = weights * (1.0 / sum);
    let i = at + sweep * SQUARE;
    let f = part.x * subjects[i - 1u].xyz + part.y * subjects[i + 1u].xyz
        + part.z * subjects[i - AROUND].xyz + part.w * subjects[i + AROUND].xyz;
    let b = part.x * backgrounds[i - 1u].xyz + part.y * backgrounds[i + 1u].xyz
        + part.z * backgrounds[i - AROUND].xyz + part.w * backgrounds[i + AROUND].xyz;
    let gain = 1.0 / (own * own + (1.0 - own) * (1.0 - own) + sum);
    let rest = unpack4x8unorm(pixels[at]).xyz - b - own * (f - b);
    return Pair(
        clamp(f + own * gain * rest, vec3f(0.0), vec3f(1.0)),
        clamp(b + (1.0 - own) * gain * rest, vec3f(0.0), vec3f(1.0)),
    );
}

// Both sweeps over a block whose first pixel is `block_corner`; gives this invocation's pixel.
fn solved(
    place: vec2u,
    tile_corner: vec2u,
    block_corner: vec2u,
    local: vec2u,
    index: u32,
) -> Pair {
    let last = vec2i(parameters.level) - 1;
    for (var i = index; i < SQUARE; i += BLOCK * BLOCK) {
        // A pixel at the picture's edge has itself for a neighbour.
        let at = vec2u(clamp(vec2i(block_corner + vec2u(i % AROUND, i / AROUND)) - i32(HALO), vec2i(0), last));
        let within = at + HALO - tile_corner;
        let pixel = patches[place.x * PATCH * PATCH + within.y * PATCH + within.x];
        let start = start_of(at);
        pixels[i] = pixel;
        subjects[i] = vec4f(start.subject, f32(pixel >> 24u) * (1.0 / 255.0));
        backgrounds[i] = vec4f(start.background, 0.0);
    }
    workgroupBarrier();
    const INNER: u32 = BLOCK + 2u;
    for (var i = index; i < INNER * INNER; i += BLOCK * BLOCK) {
        let around = vec2u(i % INNER, i / INNER) + 1u;
        let at = vec2u(clamp(vec2i(block_corner + around) - i32(HALO), vec2i(0), last)) + HALO - block_corner;
        let pair = swept(at.y * AROUND + at.x, 0u);
        subjects[SQUARE + around.y * AROUND + around.x] = vec4f(pair.subject, 0.0);
        backgrounds[SQUARE + around.y * AROUND + around.x] = vec4f(pair.background, 0.0);
    }
    workgroupBarrier();
    return swept((local.y + HALO) * AROUND + local.x + HALO, 1u);
}

fn to_16_bits(low: f32, high: f32) -> u32 {
    return u32(low * 65535.0 + 0.5) | (u32(high * 65535.0 + 0.5) << 16u);
}

// A level between the smallest and the photo's own.
@compute @workgroup_size(BLOCK, BLOCK)
fn solve(
    @builtin(workgroup_id) group: vec3u,
    @builtin(local_invocation_id) local: vec3u,
    @builtin(local_invocation_index) index: u32,
) {
    let place = places[group.y];
    let tile_corner = corner(place.y, parameters.level_columns);
    let block_corner = tile_corner + vec2u(group.x % BLOCKS, group.x / BLOCKS) * BLOCK;
    if any(block_corner >= parameters.level) {
        return;
    }
    let pair = solved(place, tile_corner, block_corner, local.xy, index);
    let within = block_corner + local.xy - tile_corner;
    let word = 3u * ((parameters.first + place.x) * TILE * TILE + within.y * TILE + within.x);
    colours[word] = to_16_bits(pair.subject.x, pair.subject.y);
    colours[word + 1u] = to_16_bits(pair.subject.z, pair.background.x);
    colours[word + 2u] = to_16_bits(pair.background.y, pair.background.z);
}

// The photo's own level, and from it the finished pixels: straight alpha, red in the lowest byte.
@compute @workgroup_size(BLOCK, BLOCK)
fn finish(
    @builtin(workgroup_id) group: vec3u,
    @builtin(local_invocation_id) local: vec3u,
    @builtin(local_invocation_index) index: u32,
) {
    let place = places[group.y];
    let tile_corner = corner(place.y, parameters.level_columns);
    let block_corner = tile_corner + vec2u(group.x % BLOCKS, group.x / BLOCKS) * BLOCK;
    if any(block_corner >= parameters.level) {
        return;
    }
    let pair = solved(place, tile_corner, block_corner, local.xy, index);
    let within = block_corner + local.xy - tile_corner;
    let opacity = stored(parameters.first + place.x, within);
    var pixel = pixels[(local.y + HALO) * AROUND + local.x + HALO];
    if opacity == 0u {
        pixel = 0u;
    } else {
        if (pixel >> 24u) < 255u {
            let bytes = vec3u(pair.subject * 255.0 + 0.5);
            pixel = bytes.x | (bytes.y << 8u) | (bytes.z << 16u);
        }
        pixel = (pixel & 0xffffffu) | (opacity << 24u);
    }
    colours[group.y * TILE * TILE + within.y * TILE + within.x] = pixel;
}
