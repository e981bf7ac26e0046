@group(0) @binding(0) var<storage, read_write> arena: array<f32>;

@compute @workgroup_size(64)
fn copy(@builtin(global_invocation_id) id: vec3<u32>) {
    let item = id.y * strided.row_of_items + id.x;
    if item >= strided.end { return; }
    let at = offsets(item);
    arena[at.result] = arena[at.a];
}

fn power(a: f32, b: f32) -> f32 {
    // pow is undefined below 0, where only whole exponents have a value.
    let magnitude = pow(abs(a), b);
    let odd = abs(b - 2.0 * floor(b * 0.5)) == 1.0;
    return select(magnitude, -magnitude, a < 0.0 && odd);
}

@compute @workgroup_size(64)
fn binary(@builtin(global_invocation_id) id: vec3<u32>) {
    let item = id.y * strided.row_of_items + id.x;
    if item >= strided.end { return; }
    let at = offsets(item);
    let a = arena[at.a];
    let b = arena[at.b];
    var value: f32;
    switch strided.operation {
        case 0u: { value = a + b; }
        case 1u: { value = a - b; }
        case 2u: { value = a * b; }
        case 3u: { value = a / b; }
        case 4u: { value = max(a, b); }
        case 5u: { value = min(a, b); }
        default: { value = power(a, b); }
    }
    arena[at.result] = value;
}

// An invocation a line along the axis. The largest value is taken off first so that nothing overflows.
@compute @workgroup_size(64)
fn softmax(@builtin(global_invocation_id) id: vec3<u32>) {
    let item = id.y * strided.row_of_items + id.x;
    if item >= strided.end { return; }
    let at = offsets(item);
    var largest = arena[at.a];
    for (var i = 1u; i < strided.length; i++) {
        largest = max(largest, arena[at.a + i * strided.length_a]);
    }
    var sum = 0.0;
    for (var i = 0u; i < strided.length; i++) {
        let value = exp(arena[at.a + i * strided.length_a] - largest);
        arena[at.result + i * strided.length_result] = value;
        sum += value;
    }
    for (var i = 0u; i < strided.length; i++) {
        arena[at.result + i * strided.length_result] /= sum;
    }
}

// An invocation an element of the product, neighbours along its row.
@compute @workgroup_size(64)
fn product(@builtin(global_invocation_id) id: vec3<u32>) {
    let item = id.y * strided.row_of_items + id.x;
    if item >= strided.end { return; }
    let at = offsets(item);
    var sum = 0.0;
    for (var k = 0u; k < strided.length; k++) {
        sum = fma(arena[at.a + k * strided.length_a], arena[at.b + k * strided.length_b], sum);
    }
    arena[at.result] = sum;
}
