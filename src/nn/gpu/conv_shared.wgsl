// What the kernels of convolution share: bindings, parameters, weights, and the end of the work (scale, bias,
// residual, activation). Indices and pitches count groups of four channels (vec4) unless a name says otherwise.

struct Convolution {
    source: u32,
    source_pitch: u32,
    source_height: u32,
    source_width: u32,
    result: u32,
    result_pitch: u32,
    result_height: u32,
    result_width: u32,
    residual: u32,
    residual_pitch: u32,
    // 0 none, 1 added before the activation, 2 after it.
    has_residual: u32,
    images: u32,
    kernel_height: u32,
    kernel_width: u32,
    stride_y: u32,
    stride_x: u32,
    dilation_y: u32,
    dilation_x: u32,
    padding_top: u32,
    padding_left: u32,
    // Groups of four input channels that one output sees, and of four output channels: all, and those of one
    // group of the convolution.
    depth: u32,
    outputs: u32,
    group_outputs: u32,
    // In the table: weights, scales and biases.
    weights: u32,
    scales: u32,
    biases: u32,
    // Which range holds the residual: 0 one of its own, 1 the source's, 2 the result's (the sum is taken in place).
    residual_in: u32,
    // The first item that this dispatch works on, and the one after the last.
    first: u32,
    end: u32,
    // Items to the next row of workgroups, where the items fill more than one.
    row_of_items: u32,
    // Strips of a row.
    strips: u32,
    function_of: u32,
    slopes: u32,
    p0: f32,
    p1: f32,
    p2: f32,
    p3: f32,
    // Of winograd.wgsl: rows of tiles in an image, and output groups whose filters lie side by side.
    tile_rows: u32,
    block: u32,
}

// Where a step reads and writes: ranges of one buffer, bound apart, since a device need not bind all of it at
// once. Each tensor's offset counts from the start of its range.
@group(0) @binding(0) var<storage, read_write> source: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> other: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> result: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> table: array<vec4<u32>>;
@group(0) @binding(2) var<uniform> conv: Convolution;

// Whether the weights are signed bytes, sixteen a table entry, or floats, four.
override INT8: bool = true;

// Four output channels' weights for one input channel, from a word of four signed bytes.
fn expand(word: u32) -> vec4<f32> {
    return vec4<f32>(vec4<i32>(vec4<u32>(word) << vec4<u32>(24u, 16u, 8u, 0u)) >> vec4<u32>(24u));
}

// The weights from four input to four output channels: a column for each input channel. Entry `at` counts such
// blocks from the convolution's first.
fn block(at: u32) -> mat4x4<f32> {
    if INT8 {
        let words = table[conv.weights + at];
        return mat4x4<f32>(expand(words.x), expand(words.y), expand(words.z), expand(words.w));
    }
    let start = conv.weights + at * 4u;
    return mat4x4<f32>(
        bitcast<vec4<f32>>(table[start]),
        bitcast<vec4<f32>>(table[start + 1u]),
        bitcast<vec4<f32>>(table[start + 2u]),
        bitcast<vec4<f32>>(table[start + 3u]),
    );
}

// The function at the end, where the pipeline is made for it, else ANY: software adapters run through every case of a
// switch.
override FUNCTION: u32 = 255u;
const ANY = 255u;
// The same for `has_residual`.
override RESIDUAL: u32 = 255u;

fn multiply_add(sum: vec4<f32>, w: mat4x4<f32>, x: vec4<f32>) -> vec4<f32> {
    return fma(w[3], vec4(x.w), fma(w[2], vec4(x.z), fma(w[1], vec4(x.y), fma(w[0], vec4(x.x), sum))));
}

fn residual(at: u32) -> vec4<f32> {
    switch conv.residual_in {
        case 1u: { return source[at]; }
        case 2u: { return result[at]; }
        default: { return other[at]; }
    }
}

// Writes the sums of output group `group` at the pixel of that number.
fn finish(pixel: u32, group: u32, sum: vec4<f32>) {
    finish_sum(pixel, group, fma(sum, bitcast<vec4<f32>>(table[conv.scales + group]), bitcast<vec4<f32>>(table[conv.biases + group])));
}

// The same for sums that have their scale and bias.
fn finish_sum(pixel: u32, group: u32, sum: vec4<f32>) {
    var value = sum;
    if RESIDUAL == 1u || (RESIDUAL == ANY && conv.has_residual == 1u) {
        value += residual(conv.residual + pixel * conv.residual_pitch + group);
    }
    if FUNCTION == RELU {
        value = max(value, vec4(0.0));
    } else if FUNCTION == ANY {
        var slopes = vec4<f32>();
        if conv.function_of == PRELU {
            slopes = bitcast<vec4<f32>>(table[conv.slopes + group]);
        }
        let p = vec4<f32>(conv.p0, conv.p1, conv.p2, conv.p3);
        value = activate(conv.function_of, p, slopes, value);
    }
    if RESIDUAL == 2u || (RESIDUAL == ANY && conv.has_residual == 2u) {
        value += residual(conv.residual + pixel * conv.residual_pitch + group);
    }
    result[conv.result + pixel * conv.result_pitch + group] = value;
}
