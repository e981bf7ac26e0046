// Convolution as an implicit matrix product for real GPUs: a workgroup brings a tile of the inputs and the
// matching weights (expanded to floats on the way) into workgroup memory, and each invocation keeps the sums of
// eight pixels in four output channels. The matrix "pixels × (taps × input channels)" is never written out.

const INVOCATIONS = 128u;
const INPUTS = 512u;  // groups of four inputs in the tile
const WEIGHTS = 256u; // columns of weight blocks in the tile

// Groups of four output channels a workgroup computes: 4 or 16. The tile has INVOCATIONS / COLUMNS × 8 pixels,
// and is DEPTH groups of inputs deep.
override COLUMNS: u32 = 16u;
override DEPTH: u32 = 4u;

var<workgroup> inputs: array<vec4<f32>, INPUTS>;
var<workgroup> columns: array<vec4<f32>, WEIGHTS>;

// Where the four pixels lie that an invocation brings in: image and row counted together, and the first
// source row and column under the kernel.
fn place(pixel: u32) -> vec3<u32> {
    let size = conv.result_height * conv.result_width;
    let image = pixel / size;
    let y = pixel % size / conv.result_width;
    let x = pixel % conv.result_width;
    return vec3<u32>(image, y * conv.stride_y - conv.padding_top, x * conv.stride_x - conv.padding_left);
}

fn fetch(at: vec3<u32>, ky: u32, kx: u32, group: u32) -> vec4<f32> {
    let y = at.y + ky * conv.dilation_y;
    let x = at.z + kx * conv.dilation_x;
    if ky >= conv.kernel_height || at.x >= conv.images || y >= conv.source_height || x >= conv.source_width {
        return vec4<f32>();
    }
    return source[conv.source + ((at.x * conv.source_height + y) * conv.source_width + x) * conv.source_pitch + group];
}

@compute @workgroup_size(128)
fn tiled(@builtin(workgroup_id) tile: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let strips = INVOCATIONS / COLUMNS;
    let pixels = strips * 8u;
    let first_pixel = conv.first + (tile.y * conv.row_of_items + tile.x) * pixels;
    let first_group = tile.z * COLUMNS;
    let taps = conv.kernel_height * conv.kernel_width;
    let steps = (taps * conv.depth + DEPTH - 1u) / DEPTH;

    // This invocation brings in two or four inputs a step, all at the same depth in the tile.
    let deep = local % DEPTH;
    let stride = INVOCATIONS / DEPTH;
    let pixel_0 = local / DEPTH;
    let place_0 = place(first_pixel + pixel_0);
    let place_1 = place(first_pixel + pixel_0 + stride);
    let place_2 = place(first_pixel + pixel_0 + 2u * stride);
    let place_3 = place(first_pixel + pixel_0 + 3u * stride);
    var group = deep % conv.depth;
    var tap = deep / conv.depth;
    let blocks = COLUMNS * DEPTH;

    let column = local % COLUMNS;
    let strip = local / COLUMNS;
    var s0 = vec4<f32>();
    var s1 = vec4<f32>();
    var s2 = vec4<f32>();
    var s3 = vec4<f32>();
    var s4 = vec4<f32>();
    var s5 = vec4<f32>();
    var s6 = vec4<f32>();
    var s7 = vec4<f32>();
    for (var step = 0u; step < steps; step++) {
        let ky = tap / conv.kernel_width;
        let kx = tap % conv.kernel_width;
        let base = deep * pixels + pixel_0;
        inputs[base] = fetch(place_0, ky, kx, group);
        inputs[base + stride] = fetch(place_1, ky, kx, group);
        if COLUMNS < 16u {
            inputs[base + 2u * stride] = fetch(place_2, ky, kx, group);
            inputs[base + 3u * stride] = fetch(place_3, ky, kx, group);
        }
        for (var b = local; b < blocks; b += INVOCATIONS) {
            let output = first_group + b / DEPTH;
            let depth = step * DEPTH + b % DEPTH;
            var w = mat4x4<f32>();
            if output < conv.outputs && depth < taps * conv.depth {
                w = block(output * taps * conv.depth + depth);
            }
            let to = (b % DEPTH) * 4u * COLUMNS + b / DEPTH;
            columns[to] = w[0];
            columns[to + COLUMNS] = w[1];
            columns[to + 2u * COLUMNS] = w[2];
            columns[to + 3u * COLUMNS] = w[3];
        }
        workgroupBarrier();
        for (var d = 0u; d < DEPTH; d++) {
            let from_weights = d * 4u * COLUMNS + column;
            let w = mat4x4<f32>(
                columns[from_weights],
                columns[from_weights + COLUMNS],
                columns[from_weights + 2u * COLUMNS],
                columns[from_weights + 3u * COLUMNS],
            );
            let from_inputs = d * pixels + strip;
            s0 = multiply_add(s0, w, inputs[from_inputs]);
            s1 = multiply_add(s1, w, inputs[from_inputs + strips]);
            s2 = multiply_add(s2, w, inputs[from_inputs + 2u * strips]);
            s3 = multiply_add(s3, w, inputs[from_inputs + 3u * strips]);
            s4 = multiply_add(s4, w, inputs[from_inputs + 4u * strips]);
            s5 = multiply_add(s5, w, inputs[from_inputs + 5u * strips]);
            s6 = multiply_add(s6, w, inputs[from_inputs + 6u * strips]);
            s7 = multiply_add(s7, w, inputs[from_inputs + 7u * strips]);
        }
        workgroupBarrier();
        group += DEPTH;
        while group >= conv.depth {
            group -= conv.depth;
            tap += 1u;
        }
    }
    let output = first_group + column;
    if output >= conv.outputs { return; }
    let pixel = first_pixel + strip;
    if pixel < conv.end { finish(pixel, output, s0); }
    if pixel + strips < conv.end { finish(pixel + strips, output, s1); }
    if pixel + 2u * strips < conv.end { finish(pixel + 2u * strips, output, s2); }
    if pixel + 3u * strips < conv.end { finish(pixel + 3u * strips, output, s3); }
    if pixel + 4u * strips < conv.end { finish(pixel + 4u * strips, output, s4); }
    if pixel + 5u * strips < conv.end { finish(pixel + 5u * strips, output, s5); }
    if pixel + 6u * strips < conv.end { finish(pixel + 6u * strips, output, s6); }
    if pixel + 7u * strips < conv.end { finish(pixel + 7u * strips, output, s7); }
}
