// Step 4 of vision/matte.rs: the guided filter's model evaluated with the photo's own pixels.

// a_r, a_g, a_b, b of each cell, and the network's mask there.
@group(0) @binding(5) var<storage, read> models: array<vec4f>;
@group(0) @binding(6) var<storage, read> priors: array<f32>;
// For each column of the photo, then each row: the cell before it, and how far on the way to the next (f32).
@group(0) @binding(7) var<storage, read> axes: array<vec2u>;
// For each tile: 1 not all empty, 2 not all opaque, 4 some of its shares neither 0 nor 255; and 8 for each
// pixel that is more than half opaque.
@group(0) @binding(8) var<storage, read_write> findings: array<u32>;

var<workgroup> bits: atomic<u32>;
var<workgroup> opaque: atomic<u32>;

fn smooth_step(value: f32, ends: vec2f) -> f32 {
    let t = clamp((value - ends.x) * (1.0 / (ends.y - ends.x)), 0.0, 1.0);
    return t * t * (3.0 - 2.0 * t);
}

fn ramp(value: f32, ends: vec2f) -> f32 {
    return clamp((value - ends.x) * (1.0 / (ends.y - ends.x)), 0.0, 1.0);
}

// As the twin has it: `mix` may round otherwise.
fn between(from_: vec4f, to: vec4f, part: f32) -> vec4f {
    return from_ + (to - from_) * part;
}

// The mean colour around a pixel, of the part of the square that the photo has; `opacity x (sRGB - 1/2)` each.
fn colour_at(at: vec2u, patch_start: u32, tile_corner: vec2u) -> vec3f {
    let low = at - min(at, vec2u(parameters.blur));
    let high = min(at + parameters.blur, parameters.photo - 1u);
    var sum = vec3f(0.0);
    for (var y = low.y; y <= high.y; y++) {
        let row = patch_start + (y + HALO - tile_corner.y) * PATCH + HALO - tile_corner.x;
        for (var x = low.x; x <= high.x; x++) {
            let pixel = unpack4x8unorm(patches[row + x]);
            let opacity = select(1.0, pixel.w, parameters.has_alpha == 1u);
            sum += (pixel.xyz - 0.5) * opacity;
        }
    }
    let counts = high - low + 1u;
    return sum / f32(counts.x * counts.y);
}

fn opacity_at(at: vec2u, patch_start: u32, tile_corner: vec2u) -> u32 {
    let column = axes[at.x];
    let row = axes[parameters.photo.x + at.y];
    let left = column.x;
    let right = min(left + 1u, parameters.grid.x - 1u);
    let above = row.x * parameters.grid.x;
    let below = min(row.x + 1u, parameters.grid.y - 1u) * parameters.grid.x;
    let across = bitcast<f32>(column.y);
    let down = bitcast<f32>(row.y);
    let model = between(
        between(models[above + left], models[below + left], down),
        between(models[above + right], models[below + right], down),
        across,
    );
    let before = priors[above + left] + (priors[below + left] - priors[above + left]) * down;
    let after = priors[above + right] + (priors[below + right] - priors[above + right]) * down;
    let prior = before + (after - before) * across;

    let least = smooth_step(prior, SURE);
    let most = 1.0 - smooth_step(1.0 - prior, SURE);
    // Colours are within 1/2 of zero: most pixels are decided without theirs.
    let reach = 0.5 * (abs(model.x) + abs(model.y) + abs(model.z));
    var value = 0.0;
    if least < 1.0 && most > 0.0 {
        if model.w - reach > FINE_SNAP.y {
            value = 1.0;
        } else if model.w + reach >= FINE_SNAP.x {
            let colour = colour_at(at, patch_start, tile_corner);
            let answer = model.x * colour.x + model.y * colour.y + model.z * colour.z + model.w;
            value = select(smooth_step(answer, FINE_SNAP), ramp(answer, FINE_SNAP), parameters.straight == 1u);
        }
    }
    return u32(clamp(value, least, most) * 255.0 + 0.5);
}

// One workgroup a tile, four pixels of a row an invocation.
@compute @workgroup_size(TILE / 4u, TILE)
fn matte(
    @builtin(workgroup_id) group: vec3u,
    @builtin(local_invocation_id) local: vec3u,
    @builtin(local_invocation_index) index: u32,
) {
    let place = places[group.x];
    let tile_corner = corner(place.y, parameters.level_columns);
    let patch_start = place.x * PATCH * PATCH;
    var word = 0u;
    var seen = 0u;
    var count = 0u;
    let y = tile_corner.y + local.y;
    if y < parameters.photo.y {
        for (var i = 0u; i < 4u; i++) {
            let x = local.x * 4u + i;
            let at = vec2u(tile_corner.x + x, y);
            if at.x >= parameters.photo.x {
                break;
            }
            var opacity = opacity_at(at, patch_start, tile_corner);
            var share = opacity;
            if parameters.has_alpha == 1u {
                let own = patches[patch_start + (local.y + HALO) * PATCH + x + HALO] >> 24u;
                opacity = (opacity * own + 127u) / 255u;
                share = share_of(opacity, own);
            }
            word |= opacity << (8u * i);
            seen |= select(0u, 1u, opacity != 0u) | select(0u, 2u, opacity != 255u);
            seen |= select(0u, 4u, share != 0u && share != 255u);
            count += select(0u, 1u, opacity > 127u);
        }
    }
    let slot = parameters.first + place.x;
    alpha[slot * (TILE * TILE / 4u) + index] = word;
    atomicOr(&bits, seen);
    atomicAdd(&opaque, count);
    workgroupBarrier();
    if index == 0u {
        findings[slot] = atomicLoad(&bits) | (atomicLoad(&opaque) << 3u);
    }
}
