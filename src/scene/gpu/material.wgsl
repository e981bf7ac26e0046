// The twin of `material.rs`: what a sweep is made of.

struct Place {
    at: vec2f,
    pixel: vec2f,
}

const TAU: f32 = 6.2831853;

fn hash(x: u32, y: u32, seed: u32) -> u32 {
    var bits = (x * 0x8da6b343u) ^ (y * 0xd8163841u) ^ (seed * 0xcb1ab31fu);
    bits ^= bits >> 16u;
    bits *= 0x85ebca6bu;
    bits ^= bits >> 13u;
    bits *= 0xc2b2ae35u;
    return bits ^ (bits >> 16u);
}

fn fraction(bits: u32) -> f32 {
    return f32(bits >> 8u) / 16777216.0;
}

fn shown(times: f32) -> f32 {
    let part = saturate((0.5 - times) / 0.25);
    return part * part * (3.0 - 2.0 * part);
}

fn widest(place: Place) -> f32 {
    return max(place.pixel.x, place.pixel.y);
}

fn corner(bits: u32, at: vec2f) -> f32 {
    // One of eight directions.
    if (bits & 4u) == 0u {
        let x = select(at.x, -at.x, (bits & 2u) != 0u);
        let y = select(at.y, -at.y, (bits & 1u) != 0u);
        return x + y;
    }
    let along = select(at.x, at.y, (bits & 2u) != 0u);
    return select(1.4, -1.4, (bits & 1u) != 0u) * along;
}

fn noise(at: vec2f, seed: u32) -> f32 {
    let whole = floor(at);
    let part = at - whole;
    let cell = vec2u(vec2i(whole));
    let fade = part * part * part * (part * (part * 6.0 - 15.0) + 10.0);
    let one = corner(hash(cell.x, cell.y, seed), part);
    let two = corner(hash(cell.x + 1u, cell.y, seed), part - vec2f(1.0, 0.0));
    let three = corner(hash(cell.x, cell.y + 1u, seed), part - vec2f(0.0, 1.0));
    let four = corner(hash(cell.x + 1u, cell.y + 1u, seed), part - vec2f(1.0));
    let upper = one + (two - one) * fade.x;
    let lower = three + (four - three) * fade.x;
    return upper + (lower - upper) * fade.y;
}

fn clouds(place: Place, often: vec2f, octaves: u32, seed: u32) -> f32 {
    var sum = 0.0;
    var strength = 0.6;
    var times = often;
    for (var octave = 0u; octave < octaves; octave++) {
        let seen = shown(max(times.x * place.pixel.x, times.y * place.pixel.y));
        if seen <= 0.0 {
            break;
        }
        var at = place.at * times;
        if (octave & 1u) != 0u {
            at = vec2f(at.x + 0.37 * at.y, at.y - 0.37 * at.x);
        }
        sum += strength * seen * noise(at, seed ^ (octave * 101u));
        strength *= 0.5;
        times *= 2.03;
    }
    return sum;
}

fn paper(place: Place, seed: u32) -> vec3f {
    return vec3f(1.0 + 0.05 * clouds(place, vec2f(90.0), 3u, seed) + 0.02 * clouds(place, vec2f(3.0), 2u, seed ^ 1u));
}

const THREADS: f32 = 300.0;

// Threads across the axis whose place and pixel come first.
fn thread(across: f32, pixel: vec2f, uneven: f32) -> f32 {
    let calm = shown(THREADS * pixel.x);
    let times = across * THREADS;
    let round = cos((times - floor(times)) * TAU);
    return 0.45 * round * calm + 0.8 * uneven * calm * shown(THREADS / 18.0 * pixel.y);
}

fn linen(place: Place, seed: u32) -> vec3f {
    let warp = thread(place.at.x, place.pixel, noise(place.at * vec2f(THREADS, THREADS / 18.0), seed));
    let weft = thread(place.at.y, place.pixel.yx, noise(place.at * vec2f(THREADS / 18.0, THREADS), seed ^ 7u));
    return vec3f(0.96 + 0.10 * warp + 0.10 * weft + 0.03 * clouds(place, vec2f(1.2, 1.8), 3u, seed ^ 3u));
}

fn concrete(place: Place, seed: u32) -> vec3f {
    let cloudy = clouds(place, vec2f(1.6), 5u, seed);
    let grain = clouds(place, vec2f(70.0), 2u, seed ^ 5u);
    let pore = saturate((noise(place.at * 26.0, seed ^ 9u) - 0.62) * 9.0) * shown(26.0 * widest(place));
    return vec3f((1.0 + 0.13 * cloudy + 0.06 * grain) * (1.0 - 0.35 * pore));
}

struct Cell {
    id: u32,
    rim: f32,
}

fn cells(at: vec2f, seed: u32) -> Cell {
    let first_cell = vec2i(floor(at));
    var first = 1e9;
    var second = 1e9;
    var id = 0u;
    for (var down = -1; down <= 1; down++) {
        for (var right = -1; right <= 1; right++) {
            let cell = first_cell + vec2i(right, down);
            let bits = hash(u32(cell.x), u32(cell.y), seed);
            let point = vec2f(cell) + vec2f(fraction(bits), fraction(bits * 0x9e3779b9u));
            let far = distance(point, at);
            if far < first {
                second = first;
                first = far;
                id = bits;
            } else {
                second = min(second, far);
            }
        }
    }
    return Cell(id, second - first);
}

fn chips(under: vec3f, place: Place, often: f32, share: f32, seed: u32) -> vec3f {
    let seen = shown(0.7 * often * widest(place));
    if seen <= 0.0 {
        return under;
    }
    let cell = cells(place.at * often, seed);
    if fraction(hash(cell.id, 1u, seed)) > share {
        return under;
    }
    let edge = (cell.rim - 0.12 - 0.25 * fraction(hash(cell.id, 2u, seed))) / max(often * widest(place), 0.02);
    var kinds = array<vec3f, 4>(
        vec3f(0.42, 0.43, 0.45), vec3f(0.86, 0.66, 0.48), vec3f(1.25, 1.24, 1.22), vec3f(0.62, 0.52, 0.46)
    );
    let chip = kinds[u32(fraction(hash(cell.id, 3u, seed)) * 4.0) & 3u]
        * (0.9 + 0.2 * fraction(hash(cell.id, 4u, seed)));
    return mix(under, chip, saturate(edge + 0.5) * saturate(cell.rim / 0.1) * seen);
}

fn terrazzo(place: Place, seed: u32) -> vec3f {
    let ground = vec3f(1.0 + 0.03 * clouds(place, vec2f(60.0), 2u, seed));
    return chips(chips(ground, place, 24.0, 0.55, seed ^ 11u), place, 9.0, 0.4, seed ^ 12u);
}

fn vein(place: Place, often: f32, width: f32, seed: u32) -> f32 {
    let line = abs(noise(place.at * vec2f(often, often * 0.6), seed));
    let soft = width + 0.8 * often * widest(place);
    let part = saturate(1.0 - line / soft);
    return width / soft * part * part;
}

fn marble(place: Place, seed: u32) -> vec3f {
    let bent = vec2f(clouds(place, vec2f(1.1), 4u, seed ^ 20u), clouds(place, vec2f(1.1), 4u, seed ^ 21u));
    let moved = Place(place.at + 0.55 * bent, place.pixel);
    let veins = 0.75 * vein(moved, 1.1, 0.10, seed) + 0.4 * vein(moved, 2.7, 0.07, seed ^ 31u)
        + 0.2 * vein(moved, 6.0, 0.06, seed ^ 32u);
    let clouded = 1.0 + 0.05 * clouds(place, vec2f(0.8), 4u, seed ^ 33u);
    return mix(vec3f(clouded), vec3f(0.36, 0.38, 0.42), min(veins, 0.85));
}

const PLANKS: f32 = 1.7;
const LENGTH: f32 = 5.0;

fn joint(at: f32, count: f32, pixel: f32) -> vec2f {
    let near = abs(at - round(at * count) / count);
    let width = max(0.004, 0.7 * pixel);
    let beside = min(near / width, 1.0);
    return vec2f(beside, 0.004 / width * (1.0 - beside));
}

fn wood(place: Place, seed: u32) -> vec3f {
    let row = u32(i32(floor(place.at.y * PLANKS)));
    let shift = fraction(hash(row, 77u, seed)) * LENGTH;
    let plank = u32(i32(floor((place.at.x + shift) * (1.0 / LENGTH))));
    let one = fraction(hash(row, 1u ^ plank, seed));
    let two = fraction(hash(row, 2u ^ plank, seed));
    let three = fraction(hash(row, 3u ^ plank, seed));
    let tree = Place(place.at + vec2f(13.0 * one, 7.0 * two), place.pixel);
    let phase = (tree.at.y + 0.16 * clouds(tree, vec2f(0.55, 2.6), 3u, seed ^ 41u)) * 11.0;
    let sharp = phase - floor(phase);
    let sudden = RING_EDGE + 11.0 * place.pixel.y;
    let rings = (sharp * sharp * saturate((1.0 - sharp) / sudden) - 0.33) * shown(16.5 * place.pixel.y);
    let fibres = clouds(tree, vec2f(7.0, 170.0), 2u, seed ^ 42u);
    let tone = 0.98 + 0.24 * (three - 0.5) * shown(PLANKS * place.pixel.y);
    let side = joint(place.at.y, PLANKS, place.pixel.y);
    let end = joint(place.at.x + shift, 1.0 / LENGTH, place.pixel.x);
    let own = side.x * end.x;
    let level = (0.98 + (tone - 0.98) * own) * (1.0 - own * (0.26 * rings - 0.07 * fibres))
        * (1.0 - 0.7 * min(side.y + end.y, 1.0));
    return vec3f(pow(level, 0.9), level, pow(level, 1.12));
}

fn ripple(place: Place, often: f32, moved: f32, seed: u32) -> f32 {
    let line = abs(noise(place.at * often + moved, seed));
    let part = saturate(1.0 - 1.6 * line);
    return part * part * part * part * shown(2.0 * often * widest(place));
}

fn water(place: Place, seed: u32) -> vec3f {
    let light = 0.6 * ripple(place, 2.2, clouds(place, vec2f(1.3), 2u, seed ^ 51u), seed)
        + 0.4 * ripple(place, 4.1, clouds(place, vec2f(1.3), 2u, seed ^ 52u ^ 51u), seed ^ 52u);
    let level = 0.9 + 0.1 * clouds(place, vec2f(0.7), 3u, seed ^ 53u);
    return level + vec3f(0.30, 0.36, 0.40) * light;
}

fn material(which: u32, place: Place, seed: u32) -> vec3f {
    switch which {
        case 1u: { return paper(place, seed); }
        case 2u: { return linen(place, seed); }
        case 3u: { return concrete(place, seed); }
        case 4u: { return terrazzo(place, seed); }
        case 5u: { return marble(place, seed); }
        case 6u: { return wood(place, seed); }
        case 7u: { return water(place, seed); }
        default: { return vec3f(1.0); }
    }
}
