// Where a step reads and writes: ranges of one buffer, bound apart, since a device need not bind all of it at
// once. Each tensor's offset counts from the start of its range.
@group(0) @binding(0) var<storage, read_write> source: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> result: array<vec4<f32>>;

// A copy whose innermost loop runs over whole groups of four channels.
@compute @workgroup_size(64)
fn copy_groups(@builtin(global_invocation_id) id: vec3<u32>) {
    let item = id.y * strided.row_of_items + id.x;
    if item >= strided.end { return; }
    let at = offsets(item);
    result[at.result] = source[at.a];
}
