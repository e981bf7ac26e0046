// Ever smaller copies of a product, for mirror images that blur.

struct Parameters {
    // Width and height of the finer copy.
    size: vec2u,
    // The first page, and pages in a row.
    first: u32,
    columns: u32,
    // A page's side in the finer copy is 2^side.
    side: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(2) var atlas: texture_2d_array<u32>;
@group(0) @binding(3) var finer: texture_2d_array<f32>;
@group(0) @binding(4) var coarser: texture_storage_2d_array<rgba16float, write>;

fn page(at: vec2u, side: u32) -> u32 {
    let page = at >> vec2u(side);
    return parameters.first + page.y * parameters.columns + page.x;
}

fn inside(at: vec2u) -> bool {
    return all(at < (parameters.size + 1u) / 2u);
}

fn put(at: vec2u, sum: vec4f) {
    let side = parameters.side - 1u;
    textureStore(coarser, at & vec2u((1u << side) - 1u), page(at, side), sum / 4.0);
}

@compute @workgroup_size(8, 8)
fn begin(@builtin(global_invocation_id) id: vec3u) {
    if !inside(id.xy) {
        return;
    }
    var sum = vec4f();
    for (var one = 0u; one < 4u; one++) {
        let at = 2u * id.xy + vec2u(one & 1u, one >> 1u);
        if all(at < parameters.size) {
            let texel = at & vec2u((1u << parameters.side) - 1u);
            sum += linear(textureLoad(atlas, texel, page(at, parameters.side), 0));
        }
    }
    put(id.xy, sum);
}

@compute @workgroup_size(8, 8)
fn shrink(@builtin(global_invocation_id) id: vec3u) {
    if !inside(id.xy) {
        return;
    }
    var sum = vec4f();
    for (var one = 0u; one < 4u; one++) {
        let at = 2u * id.xy + vec2u(one & 1u, one >> 1u);
        if all(at < parameters.size) {
            let texel = at & vec2u((1u << parameters.side) - 1u);
            sum += textureLoad(finer, texel, page(at, parameters.side), 0);
        }
    }
    put(id.xy, sum);
}
