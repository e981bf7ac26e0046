// What is done to each element of an image or of a plain tensor by itself, four side by side: functions of one
// value, of two, filling, and copying where everything is a multiple of four. A plain tensor counts as an image
// of one group a pixel.

struct Element {
    result: u32,
    result_pitch: u32,
    groups: u32,
    // Channels of an image that hold values (the lanes after them are kept 0), or elements of a plain tensor.
    channels: u32,
    a: u32,
    b: u32,
    // 1 where the tensor has one channel and stands for all.
    a_single: u32,
    b_single: u32,
    // Steps along images, rows, columns and groups; 0 where the size is 1.
    a_strides: vec4<u32>,
    b_strides: vec4<u32>,
    height: u32,
    width: u32,
    end: u32,
    row_of_items: u32,
    // Of `unary` a function of activation.wgsl, of `binary` one of the operations below.
    function_of: u32,
    slopes: u32,
    // Of a plain tensor the size of its last axis, of an image 0.
    last_axis: u32,
    p0: f32,
    p1: f32,
    p2: f32,
    p3: f32,
    // Which range holds the second tensor: 0 one of its own, 1 that of the first.
    b_in: u32,
}

// Where a step reads and writes: ranges of one buffer, bound apart, since a device need not bind all of it at
// once. Each tensor's offset counts from the start of its range.
@group(0) @binding(0) var<storage, read_write> source: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> other: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> result: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> table: array<vec4<u32>>;
@group(0) @binding(2) var<uniform> element: Element;

fn slope(channel: u32) -> f32 {
    return bitcast<f32>(table[element.slopes + channel / 4u][channel % 4u]);
}

// Clears the lanes that hold no value, so that what is computed of padding never grows out of bounds.
fn keep(value: vec4<f32>, group: u32) -> vec4<f32> {
    let lanes = vec4<u32>(group * 4u) + vec4<u32>(0u, 1u, 2u, 3u);
    return select(vec4<f32>(), value, lanes < vec4<u32>(element.channels));
}

@compute @workgroup_size(64)
fn unary(@builtin(global_invocation_id) id: vec3<u32>) {
    let item = id.y * element.row_of_items + id.x;
    if item >= element.end { return; }
    let pixel = item / element.groups;
    let group = item % element.groups;
    var slopes = vec4<f32>();
    if element.function_of == PRELU {
        var channels = vec4<u32>(group * 4u) + vec4<u32>(0u, 1u, 2u, 3u);
        if element.last_axis != 0u {
            channels = (vec4<u32>(item * 4u) + vec4<u32>(0u, 1u, 2u, 3u)) % element.last_axis;
        }
        slopes = vec4<f32>(slope(channels.x), slope(channels.y), slope(channels.z), slope(channels.w));
    }
    let x = source[element.a + pixel * element.a_strides.z + group];
    let p = vec4<f32>(element.p0, element.p1, element.p2, element.p3);
    let value = activate(element.function_of, p, slopes, x);
    result[element.result + pixel * element.result_pitch + group] = keep(value, select(group, item, element.last_axis != 0u));
}

fn power(a: f32, b: f32) -> f32 {
    // pow is undefined below 0, where only whole exponents have a value.
    let magnitude = pow(abs(a), b);
    let odd = abs(b - 2.0 * floor(b * 0.5)) == 1.0;
    return select(magnitude, -magnitude, a < 0.0 && odd);
}

fn combine(operation: u32, a: vec4<f32>, b: vec4<f32>) -> vec4<f32> {
    switch operation {
        case 0u: { return a + b; }
        case 1u: { return a - b; }
        case 2u: { return a * b; }
        case 3u: { return a / b; }
        case 4u: { return max(a, b); }
        case 5u: { return min(a, b); }
        default: { return vec4<f32>(power(a.x, b.x), power(a.y, b.y), power(a.z, b.z), power(a.w, b.w)); }
    }
}

@compute @workgroup_size(64)
fn binary(@builtin(global_invocation_id) id: vec3<u32>) {
    let item = id.y * element.row_of_items + id.x;
    if item >= element.end { return; }
    let pixel = item / element.groups;
    let group = item % element.groups;
    let size = element.height * element.width;
    let at = vec4<u32>(pixel / size, pixel % size / element.width, pixel % element.width, group);
    let a_at = at * element.a_strides;
    let b_at = at * element.b_strides;
    var a = source[element.a + a_at.x + a_at.y + a_at.z + a_at.w];
    let from_b = element.b + b_at.x + b_at.y + b_at.z + b_at.w;
    var b: vec4<f32>;
    if element.b_in == 0u { b = other[from_b]; } else { b = source[from_b]; }
    if element.a_single != 0u { a = vec4(a.x); }
    if element.b_single != 0u { b = vec4(b.x); }
    result[element.result + pixel * element.result_pitch + group] = keep(combine(element.function_of, a, b), group);
}

@compute @workgroup_size(64)
fn fill(@builtin(global_invocation_id) id: vec3<u32>) {
    let item = id.y * element.row_of_items + id.x;
    if item >= element.end { return; }
    result[element.result + item / element.groups * element.result_pitch + item % element.groups] = vec4(element.p0);
}
