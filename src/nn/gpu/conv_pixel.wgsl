// Convolutions with one pixel and four output channels an invocation: few output channels, grouped ones,
// depthwise ones and transposed ones.

struct Place {
    pixel: u32, // counted over all images
    image: u32,
    y: u32,
    x: u32,
    group: u32,
}

// Items run over the pixels with the output groups innermost, so that neighbours write neighbours.
fn place(item: u32) -> Place {
    let pixel = item / conv.outputs;
    let size = conv.result_height * conv.result_width;
    return Place(pixel, pixel / size, pixel % size / conv.result_width, pixel % conv.result_width, item % conv.outputs);
}

fn source_at(image: u32, y: u32, x: u32) -> u32 {
    return conv.source + ((image * conv.source_height + y) * conv.source_width + x) * conv.source_pitch;
}

@compute @workgroup_size(64)
fn pixel(@builtin(global_invocation_id) id: vec3<u32>) {
    let item = conv.first + id.y * conv.row_of_items + id.x;
    if item >= conv.end { return; }
    let at = place(item);
    let taps = conv.kernel_height * conv.kernel_width;
    let channels = at.group / conv.group_outputs * conv.depth;
    var sum = vec4<f32>();
    for (var ky = 0u; ky < conv.kernel_height; ky++) {
        let y = at.y * conv.stride_y + ky * conv.dilation_y - conv.padding_top;
        if y >= conv.source_height { continue; }
        for (var kx = 0u; kx < conv.kernel_width; kx++) {
            let x = at.x * conv.stride_x + kx * conv.dilation_x - conv.padding_left;
            if x >= conv.source_width { continue; }
            let from_source = source_at(at.image, y, x) + channels;
            let from_weights = (at.group * taps + ky * conv.kernel_width + kx) * conv.depth;
            for (var i = 0u; i < conv.depth; i++) {
                sum = multiply_add(sum, block(from_weights + i), source[from_source + i]);
            }
        }
    }
    finish(at.pixel, at.group, sum);
}

// One filter for each channel: four channels side by side have no sums in common, so a table entry holds four
// taps (bytes) or one (floats) of the four channels.
@compute @workgroup_size(64)
fn depthwise(@builtin(global_invocation_id) id: vec3<u32>) {
    let item = conv.first + id.y * conv.row_of_items + id.x;
    if item >= conv.end { return; }
    let at = place(item);
    let taps = conv.kernel_height * conv.kernel_width;
    var sum = vec4<f32>();
    for (var ky = 0u; ky < conv.kernel_height; ky++) {
        let y = at.y * conv.stride_y + ky * conv.dilation_y - conv.padding_top;
        if y >= conv.source_height { continue; }
        for (var kx = 0u; kx < conv.kernel_width; kx++) {
            let x = at.x * conv.stride_x + kx * conv.dilation_x - conv.padding_left;
            if x >= conv.source_width { continue; }
            let tap = ky * conv.kernel_width + kx;
            var w: vec4<f32>;
            if INT8 {
                w = expand(table[conv.weights + at.group * ((taps + 3u) / 4u) + tap / 4u][tap % 4u]);
            } else {
                w = bitcast<vec4<f32>>(table[conv.weights + at.group * taps + tap]);
            }
            sum = fma(source[source_at(at.image, y, x) + at.group], w, sum);
        }
    }
    finish(at.pixel, at.group, sum);
}

// Transposed: an output pixel gathers from the inputs whose spread reaches it.
@compute @workgroup_size(64)
fn transposed(@builtin(global_invocation_id) id: vec3<u32>) {
    let item = conv.first + id.y * conv.row_of_items + id.x;
    if item >= conv.end { return; }
    let at = place(item);
    let taps = conv.kernel_height * conv.kernel_width;
    let channels = at.group / conv.group_outputs * conv.depth;
    var sum = vec4<f32>();
    for (var ky = 0u; ky < conv.kernel_height; ky++) {
        let reach_y = at.y + conv.padding_top - ky * conv.dilation_y;
        let y = reach_y / conv.stride_y;
        // Above the picture the difference wraps around.
        if i32(reach_y) < 0 || reach_y % conv.stride_y != 0u || y >= conv.source_height { continue; }
        for (var kx = 0u; kx < conv.kernel_width; kx++) {
            let reach_x = at.x + conv.padding_left - kx * conv.dilation_x;
            let x = reach_x / conv.stride_x;
            if i32(reach_x) < 0 || reach_x % conv.stride_x != 0u || x >= conv.source_width { continue; }
            let from_source = source_at(at.image, y, x) + channels;
            let from_weights = (at.group * taps + ky * conv.kernel_width + kx) * conv.depth;
            for (var i = 0u; i < conv.depth; i++) {
                sum = multiply_add(sum, block(from_weights + i), source[from_source + i]);
            }
        }
    }
    finish(at.pixel, at.group, sum);
}
