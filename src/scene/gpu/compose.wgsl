// The twin of `draw.rs`, `backdrop.rs` and `reflection.rs`: a tile of the picture.

struct Parameters {
    // The picture's pixels; the rows of this tile.
    size: vec2u,
    first: u32,
    rows: u32,
    // What is behind (NOTHING to PHOTO), what a sweep is made of, and its chance.
    paper: u32,
    material: u32,
    seed: u32,
    products: u32,
    // Colours: a gradient's ends, or one.
    start: vec4f,
    end: vec4f,
    // Linear: where along the row and the column it runs, its start and length. Radial: the middle, the radius. Sweep:
    // the row of the light's pool in heights, falloff, the pattern's times in a unit, the column that is looked at.
    shape: vec4f,
    // The lights' colours, by their parts; beside them the fill's share, and cells along a pixel.
    key: vec4f,
    fill: vec4f,
    // Cells of the grid of light; none without shadows.
    cells: vec2u,
    // A page's side is 2^side pixels.
    side: u32,
    // The mirror image's blur, pixels for a pixel of height.
    blur: f32,
    // How much light is missing in the corners: 1 / (1 + vignette)^2 is left.
    vignette: f32,
}

// What is the same along a row of the picture.
struct Row {
    // How much of the key light falls there.
    facing: f32,
    // A pixel's width on a sweep, how far along it the row is, and how long a pixel is; no pattern where it is 0 wide.
    across: f32,
    away: f32,
    long: f32,
    // The row of cells above, and how far it is from there to the next.
    cell: u32,
    part: f32,
    // How much the floor mirrors.
    gloss: f32,
    unused: u32,
}

struct Product {
    corner: vec2i,
    size: vec2u,
    // Its first page, and pages in a row.
    page: u32,
    columns: u32,
    // How many copies there are of it for mirror images: none where it has none; its first column in `grounds`.
    levels: u32,
    ground: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(2) var<storage, read> rows: array<Row>;
@group(0) @binding(3) var<storage, read> products: array<Product>;
// The ground's row under each column of a product.
@group(0) @binding(4) var<storage, read> grounds: array<f32>;
@group(0) @binding(5) var<storage, read> reached: array<vec2f>;
@group(0) @binding(6) var<storage, read_write> pixels: array<vec4u>;
@group(0) @binding(7) var<storage, read_write> coverage: array<u32>;
@group(0) @binding(8) var atlas: texture_2d_array<u32>;
@group(0) @binding(9) var copies: texture_2d_array<f32>;
// The tile's part of a photo: light, 65,535 for 1, red and green in the first word.
@group(0) @binding(10) var<storage, read> photo: array<vec2u>;

fn page(product: Product, at: vec2u, side: u32) -> u32 {
    let page = at >> vec2u(side);
    return product.page + page.y * product.columns + page.x;
}

// Transparent outside.
fn pixel(product: Product, at: vec2i) -> vec4u {
    let own = vec2u(at);
    if any(own >= product.size) {
        return vec4u();
    }
    let texel = own & vec2u((1u << parameters.side) - 1u);
    return textureLoad(atlas, texel, page(product, own, parameters.side), 0);
}

fn copied(product: Product, at: vec2i, level: u32) -> vec4f {
    if level == 0u {
        return linear(pixel(product, at));
    }
    let own = vec2u(at);
    if any(own >= (product.size + (1u << level) - 1u) >> vec2u(level)) {
        return vec4f();
    }
    let side = parameters.side - level;
    return textureLoad(copies, own & vec2u((1u << side) - 1u), page(product, own, side), level - 1u);
}

fn sample_at(product: Product, at: vec2f, level: u32) -> vec4f {
    let place = at / f32(1u << level) - 0.5;
    let whole = floor(place);
    let part = place - whole;
    let corner = vec2i(whole);
    let upper = mix(copied(product, corner, level), copied(product, corner + vec2i(1, 0), level), part.x);
    let lower =
        mix(copied(product, corner + vec2i(0, 1), level), copied(product, corner + vec2i(1), level), part.x);
    return mix(upper, lower, part.y);
}

fn mirrored(product: Product, at: vec2u, gloss: f32) -> vec4f {
    let column = i32(at.x) - product.corner.x;
    if product.levels == 0u || column < 0 || column >= i32(product.size.x) {
        return vec4f();
    }
    let ground = grounds[product.ground + u32(column)];
    let below = f32(at.y) + 0.5 - ground;
    let wide = parameters.blur * below;
    let height = ground - below - f32(product.corner.y);
    if below <= 0.0 || height < -wide {
        return vec4f();
    }
    let place = vec2f(f32(column) + 0.5, height);
    let depth = min(log2(max(wide, 1.0)), f32(product.levels - 1u));
    let sharp = u32(depth);
    let part = depth - f32(sharp);
    var image = sample_at(product, place, sharp);
    if part > 0.0 {
        image = mix(image, sample_at(product, place, min(sharp + 1u, product.levels - 1u)), part);
    }
    return image * gloss;
}

fn lit(x: u32, row: Row) -> vec2f {
    if parameters.cells.x == 0u {
        return vec2f(1.0);
    }
    let last = parameters.cells - 1u;
    let at = min((f32(x) + 0.5) * parameters.fill.w, f32(last.x));
    let cell = u32(at);
    let next = min(cell + 1u, last.x);
    let low = row.cell * parameters.cells.x;
    let high = min(row.cell + 1u, last.y) * parameters.cells.x;
    let part = at - f32(cell);
    return mix(
        mix(reached[low + cell], reached[low + next], part),
        mix(reached[high + cell], reached[high + next], part),
        row.part,
    );
}

fn backdrop(at: vec2u, row: Row) -> vec3f {
    let middle = vec2f(at) + 0.5;
    let shape = parameters.shape;
    switch parameters.paper {
        case LINEAR: {
            let part = (dot(middle, shape.xy) - shape.z) / shape.w;
            return mix(parameters.start.rgb, parameters.end.rgb, saturate(part));
        }
        case RADIAL: {
            let part = distance(middle, shape.xy) / shape.z;
            return mix(parameters.start.rgb, parameters.end.rgb, saturate(part));
        }
        case SWEEP: {
            let size = vec2f(parameters.size);
            let beside = vec2f(middle.x - size.x / 2.0, middle.y - shape.x * size.y) / size.y;
            let far = dot(beside, beside) / (POOL * POOL);
            let share = 1.0 - shape.y * far / (1.0 + far);
            var pattern = vec3f(1.0);
            if row.across > 0.0 && parameters.material != 0u {
                let at = vec2f((middle.x - shape.w) * row.across, row.away) * shape.z;
                pattern = material(parameters.material, Place(at, vec2f(row.across, row.long) * shape.z), parameters.seed);
            }
            return parameters.start.rgb * pattern * share;
        }
        case PHOTO: {
            let pixel = photo[(at.y - parameters.first) * parameters.size.x + at.x];
            return vec3f(unpack2x16unorm(pixel.x), unpack2x16unorm(pixel.y).x);
        }
        default: {
            return parameters.start.rgb;
        }
    }
}

fn behind(at: vec2u, row: Row) -> vec4f {
    let reaches = lit(at.x, row);
    var color: vec4f;
    if parameters.paper == NOTHING {
        let share = parameters.key.w;
        color = vec4f(vec3f(), 1.0 - ((1.0 - share) * reaches.x + share * reaches.y));
    } else {
        let light = parameters.key.rgb * row.facing * reaches.x + parameters.fill.rgb * reaches.y;
        color = vec4f(backdrop(at, row) * light, 1.0);
    }
    if row.gloss > 0.0 {
        for (var index = 0u; index < parameters.products; index++) {
            let image = mirrored(products[index], at, row.gloss);
            color = image + color * (1.0 - image.a);
        }
    }
    return color;
}

// The fractions of a plane, as `draw.rs` has them: a product of 22 and 32 bits, of which the 32 above the lowest 16.
fn dither(at: vec2u) -> f32 {
    let plane = at.x * 288237660u + at.y * 25070364u;
    let low = plane & 0xffffu;
    let turned = (plane >> 16u) * 3472289u + low * (3472289u >> 16u) + ((low * (3472289u & 0xffffu)) >> 16u);
    return f32(turned >> 8u) / 16777216.0;
}

struct Drawn {
    levels: u32,
    covered: u32,
}

fn draw(at: vec2u, row: Row) -> Drawn {
    var covered = 0.0;
    for (var index = 0u; index < parameters.products; index++) {
        let product = products[index];
        let alpha = pixel(product, vec2i(at) - product.corner).a;
        covered = select(covered + f32(alpha) / 255.0 * (1.0 - covered), 1.0, alpha == 255u);
    }
    var color = vec4f();
    if covered < 1.0 {
        color = behind(at, row);
    }
    if covered > 0.0 {
        for (var index = 0u; index < parameters.products; index++) {
            let product = products[index];
            let over = linear(pixel(product, vec2i(at) - product.corner));
            color = over + color * (1.0 - over.a);
        }
    }
    if color.a <= 0.0 {
        return Drawn(0u, u32(covered * 255.0 + 0.5));
    }
    let shift = 0.98 * (dither(at) - 0.5) * (1.0 - covered) + 0.5;
    let middle = vec2f(parameters.size) / 2.0;
    let away = vec2f(at) + 0.5 - middle;
    let dark = 1.0 + parameters.vignette * dot(away, away) / dot(middle, middle);
    let straight = color.rgb / (color.a * dark * dark);
    let levels = vec4f(level(straight.r), level(straight.g), level(straight.b), 255.0 * color.a) + shift;
    let whole = vec4u(clamp(levels, vec4f(), vec4f(255.0)));
    return Drawn(
        whole.r | (whole.g << 8u) | (whole.b << 16u) | (whole.a << 24u),
        u32(covered * 255.0 + 0.5),
    );
}

// Four pixels of a row at a time.
@compute @workgroup_size(8, 8)
fn compose(@builtin(global_invocation_id) id: vec3u) {
    let groups = (parameters.size.x + 3u) / 4u;
    if id.x >= groups || id.y >= parameters.rows {
        return;
    }
    let y = parameters.first + id.y;
    let row = rows[y];
    var four = vec4u();
    var covered = 0u;
    for (var one = 0u; one < 4u; one++) {
        let drawn = draw(vec2u(4u * id.x + one, y), row);
        four[one] = drawn.levels;
        covered |= drawn.covered << (8u * one);
    }
    pixels[id.y * groups + id.x] = four;
    coverage[id.y * groups + id.x] = covered;
}
