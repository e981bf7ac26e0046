// Where a step reads and writes: ranges of one buffer, bound apart, since a device need not bind all of it at
// once. Each tensor's offset counts from the start of its range.
@group(0) @binding(0) var<storage, read_write> source: array<f32>;
@group(0) @binding(3) var<storage, read_write> other: array<f32>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(64)
fn copy(@builtin(global_invocation_id) id: vec3<u32>) {
    let item = id.y * strided.row_of_items + id.x;
    if item >= strided.end { return; }
    let at = offsets(item);
    result[at.result] = source[at.a];
}

fn second(at: u32) -> f32 {
    if strided.b_in == 0u { return other[at]; }
    return source[at];
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
    let a = source[at.a];
    let b = second(at.b);
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
    result[at.result] = value;
}

// An invocation a line along the axis. The largest value is taken off first so that nothing overflows.
@compute @workgroup_size(64)
fn softmax(@builtin(global_invocation_id) id: vec3<u32>) {
    let item = id.y * strided.row_of_items + id.x;
    if item >= strided.end { return; }
    let at = offsets(item);
    var largest = source[at.a];
    for (var i = 1u; i < strided.length; i++) {
        largest = max(largest, source[at.a + i * strided.length_a]);
    }
    var sum = 0.0;
    for (var i = 0u; i < strided.length; i++) {
        let value = exp(source[at.a + i * strided.length_a] - largest);
        result[at.result + i * strided.length_result] = value;
        sum += value;
    }
    for (var i = 0u; i < strided.length; i++) {
        result[at.result + i * strided.length_result] /= sum;
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
        sum = fma(source[at.a + k * strided.length_a], second(at.b + k * strided.length_b), sum);
    }
    result[at.result] = sum;
}
