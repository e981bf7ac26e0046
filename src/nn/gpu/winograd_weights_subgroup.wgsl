// Two loads in which each of eight invocations brings in another part, shared out within the subgroup: where a load
// goes invocation by invocation, as on lavapipe, that is an eighth of the loads. For subgroups of eight or more.
fn bring_weights(at: u32, lane: u32) -> Weights {
    let a = other[at + lane % 8u];
    let b = other[at + 8u + lane % 8u];
    return Weights(
        mat4x4<f32>(subgroupBroadcast(a, 0u), subgroupBroadcast(a, 1u), subgroupBroadcast(a, 2u), subgroupBroadcast(a, 3u)),
        mat4x4<f32>(subgroupBroadcast(a, 4u), subgroupBroadcast(a, 5u), subgroupBroadcast(a, 6u), subgroupBroadcast(a, 7u)),
        mat4x4<f32>(subgroupBroadcast(b, 0u), subgroupBroadcast(b, 1u), subgroupBroadcast(b, 2u), subgroupBroadcast(b, 3u)),
        mat4x4<f32>(subgroupBroadcast(b, 4u), subgroupBroadcast(b, 5u), subgroupBroadcast(b, 6u), subgroupBroadcast(b, 7u)),
    );
}

@compute @workgroup_size(32)
fn multiply(@builtin(global_invocation_id) id: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {
    multiply_tiles(id, lane);
}
