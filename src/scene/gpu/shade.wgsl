// The twin of `shade.rs` and `solid.rs`: how much light reaches each cell of the grid.

struct Parameters {
    // Towards the key light, and how fast its disc widens on the way.
    light: vec3f,
    spread: f32,
    // How strong contact, cast and ambient shadow are.
    shadow: vec3f,
    // The view, in cells.
    focal: f32,
    middle: f32,
    solids: u32,
    // Cells of the grid; and the rows of this dispatch.
    width: u32,
    first: u32,
    end: u32,
}

// A row of the grid: the place that is seen there.
struct Row {
    depth: f32,
    up: f32,
    normal_up: f32,
    normal_away: f32,
    // 0 where there is none, 1 where the key light does not reach it, 2 where it does.
    lit: u32,
}

struct Solid {
    // Where it is: the least and the most.
    low: vec3f,
    scale: f32,
    high: vec3f,
    left: f32,
    width: u32,
    height: u32,
    // Its first cell and column in `cells` and `middles`.
    cell: u32,
    column: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> rows: array<Row>;
@group(0) @binding(2) var<storage, read> solids: array<Solid>;
// How far each cell is outside the silhouette, and half the thickness there.
@group(0) @binding(3) var<storage, read> cells: array<vec2f>;
@group(0) @binding(4) var<storage, read> middles: array<f32>;
@group(0) @binding(5) var<storage, read_write> reached: array<vec2f>;

// About how far a place is from the body, and how far at least.
fn distance_to(solid: Solid, place: vec3f) -> vec2f {
    let at = vec2f(place.x - solid.left - 0.5, place.y + f32(MARGIN) - 0.5);
    let inner = clamp(at, vec2f(), vec2f(f32(solid.width - 1u), f32(solid.height - 1u)));
    let cell = vec2u(inner);
    let part = inner - vec2f(cell);
    let next = min(cell + 1u, vec2u(solid.width - 1u, solid.height - 1u));
    let low = solid.cell + cell.y * solid.width;
    let high = solid.cell + next.y * solid.width;
    let lower = mix(cells[low + cell.x], cells[low + next.x], part.x);
    let upper = mix(cells[high + cell.x], cells[high + next.x], part.x);
    let body = mix(lower, upper, part.y);
    let middle = mix(middles[solid.column + cell.x], middles[solid.column + next.x], part.x);
    let outside = body.x + length(at - inner);
    let away = abs(place.z - middle);
    if outside > 0.0 {
        return vec2f(length(vec2f(outside, away)), outside);
    }
    let behind = away - body.y;
    if behind > 0.0 {
        return vec2f(0.7 * behind, 0.5 * behind);
    }
    return vec2f(max(behind, outside), 0.0);
}

fn far(solid: Solid, place: vec3f) -> f32 {
    return length(max(max(solid.low - place, place - solid.high), vec3f()));
}

// From where to where the way to the light runs past the body's box; nowhere where the end is before the start.
fn crossing(solid: Solid, place: vec3f) -> vec2f {
    let wide = parameters.spread * (far(solid, place) + length(solid.high - solid.low));
    var way = vec2f(0.0, 1e30);
    for (var axis = 0u; axis < 3u; axis++) {
        let low = solid.low[axis] - wide - place[axis];
        let high = solid.high[axis] + wide - place[axis];
        let light = parameters.light[axis];
        if abs(light) < 1e-6 {
            if low > 0.0 || high < 0.0 {
                return vec2f(1.0, 0.0);
            }
            continue;
        }
        let one = low / light;
        let other = high / light;
        way = vec2f(max(way.x, min(one, other)), min(way.y, max(one, other)));
    }
    return way;
}

fn visible(solid: Solid, place: vec3f) -> f32 {
    let ends = crossing(solid, place);
    if ends.x > ends.y {
        return 1.0;
    }
    var seen = 1.0;
    var way = max(ends.x, 0.5);
    for (var step = 0u; step < STEPS && way <= ends.y; step++) {
        let found = distance_to(solid, place + parameters.light * way);
        seen = min(seen, 0.5 + 0.5 * found.x / max(parameters.spread * way, SHARPEST));
        if seen <= 0.0 {
            return 0.0;
        }
        way += max(0.9 * found.y, 0.5 + 0.002 * way);
    }
    seen = saturate(seen);
    return seen * seen * (3.0 - 2.0 * seen);
}

@compute @workgroup_size(8, 8)
fn shade(@builtin(global_invocation_id) id: vec3u) {
    let y = parameters.first + id.y;
    if id.x >= parameters.width || y >= parameters.end {
        return;
    }
    let row = rows[y];
    let normal = vec3f(0.0, row.normal_up, row.normal_away);
    let across = (f32(id.x) - parameters.middle) * row.depth / parameters.focal;
    var light = vec2f(1.0);
    for (var index = 0u; index < parameters.solids && row.lit > 0u; index++) {
        let solid = solids[index];
        let place = vec3f(
            parameters.middle + across * solid.scale,
            row.up * solid.scale,
            (row.depth - parameters.focal / solid.scale) * solid.scale,
        );
        let sides = solid.high.xy - solid.low.xy;
        let size = sqrt(sides.x * sides.y);
        if parameters.shadow.y > 0.0 && row.lit == 2u {
            light.x *= 1.0 - parameters.shadow.y * (1.0 - visible(solid, place + normal * 0.5));
        }
        let reach = AMBIENT_REACH * size;
        if 0.7 * far(solid, place) >= reach {
            continue;
        }
        if parameters.shadow.z > 0.0 {
            var hidden = 0.0;
            for (var tap = 1u; tap <= 5u; tap++) {
                let height = reach * pow(f32(tap) / 5.0, 1.5);
                hidden += 1.0 - saturate(distance_to(solid, place + normal * height).x / height);
            }
            light.y *= 1.0 - parameters.shadow.z * AMBIENT_MOST * hidden / 5.0;
        }
        if parameters.shadow.x > 0.0 {
            let near = CONTACT_REACH * size + 0.5;
            let gap = max(distance_to(solid, place + normal * (0.3 * near)).x, 0.0);
            light *= 1.0 - parameters.shadow.x * exp(-gap / near);
        }
    }
    reached[y * parameters.width + id.x] = light;
}
