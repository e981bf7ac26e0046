// The matte at some pixels: for what is worked out on the processor, because it is small.

// Each pixel as y * width + x.
@group(0) @binding(5) var<storage, read> wanted: array<u32>;
@group(0) @binding(6) var<storage, read_write> found: array<u32>;

@compute @workgroup_size(64)
fn probe(@builtin(global_invocation_id) id: vec3u) {
    if id.x >= parameters.count {
        return;
    }
    let index = wanted[id.x];
    found[id.x] = matte_at(vec2u(index % parameters.photo.x, index / parameters.photo.x));
}
