// The subject's and the background's colours of one level: vision/foreground.rs, of whose `Tile` these are the
// twin. A level has more than 32 pixels a side, so it gets two sweeps.

// For each tile of the level above where its colours are, or EMPTY where it has none.
@group(0) @binding(5) var<storage, read> coarse_tiles: array<u32>;
// TILE x TILE pixels a tile, three words a pixel: red, green, blue of subject, then background, 16 bits each.
@group(0) @binding(6) var<storage, read> coarse: array<u32>;
// The solved colours as in `coarse`; at the photo's own level the finished pixels, one word each, straight alpha,
// red in the lowest byte.
@group(0) @binding(7) var<storage, read_write> colours: array<u32>;

// The colours between the two sweeps, of each tile being worked on and one pixel around it; as in `coarse`.
//
// In memory and not in a workgroup's: a software adapter takes half a millisecond to make a pipeline for each
// word of that.
@group(0) @binding(8) var<storage, read_write> halfway: array<u32>;

const INNER: u32 = TILE + 2u;

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

struct Pair {
    subject: vec3f,
    background: vec3f,
}

fn halves(word: u32) -> vec2f {
    return vec2f(f32(word & 0xffffu), f32(word >> 16u)) * (1.0 / 65535.0);
}

fn unpacked(first: u32, second: u32, third: u32) -> Pair {
    let middle = halves(second);
    return Pair(vec3f(halves(first), middle.x), vec3f(middle.y, halves(third)));
}

fn packed(low: f32, high: f32) -> u32 {
    return u32(low * 65535.0 + 0.5) | (u32(high * 65535.0 + 0.5) << 16u);
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
    return unpacked(coarse[index], coarse[index + 1u], coarse[index + 2u]);
}

// The left, right, upper or lower neighbour; a pixel at the picture's edge has itself for one.
fn neighbour(at: vec2u, n: u32) -> vec2u {
    let step = select(-1, 1, n % 2u == 1u);
    let beside = vec2i(at) + select(vec2i(0, step), vec2i(step, 0), n < 2u);
    return vec2u(clamp(beside, vec2i(0), vec2i(parameters.level) - 1));
}

fn pixel_at(at: vec2u, patch_start: u32, tile_corner: vec2u) -> u32 {
    let within = at + HALO - tile_corner;
    return patches[patch_start + within.y * PATCH + within.x];
}

fn share_in(pixel: u32) -> f32 {
    return f32(pixel >> 24u) * (1.0 / 255.0);
}

fn weight(own: f32, other: f32) -> f32 {
    return REGULARIZATION + GRADIENT_WEIGHT * abs(own - other);
}

// A pixel from its neighbours' colours, each times its weight, and the sum of these; see `Tile::sweep`.
fn swept(pixel: u32, sums: Pair, weights: f32) -> Pair {
    let own = share_in(pixel);
    let f = sums.subject * (1.0 / weights);
    let b = sums.background * (1.0 / weights);
    let gain = 1.0 / (own * own + (1.0 - own) * (1.0 - own) + weights);
    let rest = unpack4x8unorm(pixel).xyz - b - own * (f - b);
    return Pair(
        clamp(f + own * gain * rest, vec3f(0.0), vec3f(1.0)),
        clamp(b + (1.0 - own) * gain * rest, vec3f(0.0), vec3f(1.0)),
    );
}

// The first sweep, of a tile and one pixel around it, into `halfway`.
@compute @workgroup_size(64)
fn begin(@builtin(global_invocation_id) id: vec3u) {
    if id.x >= INNER * INNER {
        return;
    }
    let place = places[id.y];
    let tile_corner = corner(place.y, parameters.level_columns);
    let beyond = tile_corner + vec2u(id.x % INNER, id.x / INNER);
    if any(beyond < vec2u(1u)) || any(beyond > parameters.level) {
        return;
    }
    let at = beyond - 1u;
    let patch_start = place.x * PATCH * PATCH;
    let pixel = pixel_at(at, patch_start, tile_corner);
    var sums = Pair(vec3f(0.0), vec3f(0.0));
    var weights = 0.0;
    for (var n = 0u; n < 4u; n++) {
        let other = neighbour(at, n);
        let w = weight(share_in(pixel), share_in(pixel_at(other, patch_start, tile_corner)));
        let start = start_of(other);
        sums.subject += w * start.subject;
        sums.background += w * start.background;
        weights += w;
    }
    let pair = swept(pixel, sums, weights);
    let index = 3u * (id.y * INNER * INNER + id.x);
    halfway[index] = packed(pair.subject.x, pair.subject.y);
    halfway[index + 1u] = packed(pair.subject.z, pair.background.x);
    halfway[index + 2u] = packed(pair.background.y, pair.background.z);
}

// The second sweep: the level's colours; at the photo's own level the finished pixels.
@compute @workgroup_size(64)
fn solve(@builtin(global_invocation_id) id: vec3u) {
    let place = places[id.y];
    let tile_corner = corner(place.y, parameters.level_columns);
    let within = vec2u(id.x % TILE, id.x / TILE);
    let at = tile_corner + within;
    if id.x >= TILE * TILE || any(at >= parameters.level) {
        return;
    }
    let patch_start = place.x * PATCH * PATCH;
    var pixel = pixel_at(at, patch_start, tile_corner);
    var sums = Pair(vec3f(0.0), vec3f(0.0));
    var weights = 0.0;
    for (var n = 0u; n < 4u; n++) {
        let other = neighbour(at, n);
        let w = weight(share_in(pixel), share_in(pixel_at(other, patch_start, tile_corner)));
        let inner = other + 1u - tile_corner;
        let index = 3u * (id.y * INNER * INNER + inner.y * INNER + inner.x);
        let pair = unpacked(halfway[index], halfway[index + 1u], halfway[index + 2u]);
        sums.subject += w * pair.subject;
        sums.background += w * pair.background;
        weights += w;
    }
    let pair = swept(pixel, sums, weights);
    if parameters.shift != 0u {
        let index = 3u * ((parameters.first + place.x) * TILE * TILE + id.x);
        colours[index] = packed(pair.subject.x, pair.subject.y);
        colours[index + 1u] = packed(pair.subject.z, pair.background.x);
        colours[index + 2u] = packed(pair.background.y, pair.background.z);
        return;
    }
    let opacity = stored(parameters.first + place.x, within);
    if opacity == 0u {
        pixel = 0u;
    } else {
        if (pixel >> 24u) < 255u {
            let bytes = vec3u(pair.subject * 255.0 + 0.5);
            pixel = bytes.x | (bytes.y << 8u) | (bytes.z << 16u);
        }
        pixel = (pixel & 0xffffffu) | (opacity << 24u);
    }
    colours[id.y * TILE * TILE + id.x] = pixel;
}
