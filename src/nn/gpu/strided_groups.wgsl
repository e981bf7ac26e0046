@group(0) @binding(0) var<storage, read_write> arena: array<vec4<f32>>;

// A copy whose innermost loop runs over whole groups of four channels.
@compute @workgroup_size(64)
fn copy_groups(@builtin(global_invocation_id) id: vec3<u32>) {
    let item = id.y * strided.row_of_items + id.x;
    if item >= strided.end { return; }
    let at = offsets(item);
    arena[at.result] = arena[at.a];
}
