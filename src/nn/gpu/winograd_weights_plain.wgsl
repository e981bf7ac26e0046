// Sixteen loads at addresses that all invocations share.
fn bring_weights(at: u32, lane: u32) -> Weights {
    return Weights(
        mat4x4<f32>(other[at], other[at + 1u], other[at + 2u], other[at + 3u]),
        mat4x4<f32>(other[at + 4u], other[at + 5u], other[at + 6u], other[at + 7u]),
        mat4x4<f32>(other[at + 8u], other[at + 9u], other[at + 10u], other[at + 11u]),
        mat4x4<f32>(other[at + 12u], other[at + 13u], other[at + 14u], other[at + 15u]),
    );
}

@compute @workgroup_size(32)
fn multiply(@builtin(global_invocation_id) id: vec3<u32>) {
    multiply_tiles(id, 0u);
}
