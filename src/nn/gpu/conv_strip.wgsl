// Convolution without workgroup memory: an invocation keeps the sums of eight pixels of a row, four or eight
// output channels each, in registers, and reads each weight once for all eight. For adapters where a load costs
// many multiplications and a barrier more still, which is what software adapters are.
//
// `rows` is for kernels three wide and stride 1: the eight pixels lie `dilation` apart, so that a row's ten
// inputs serve all three taps. `strip` takes any kernel and eight neighbouring pixels.

// The sums of eight pixels in four output channels.
struct Sums {
    p0: vec4<f32>,
    p1: vec4<f32>,
    p2: vec4<f32>,
    p3: vec4<f32>,
    p4: vec4<f32>,
    p5: vec4<f32>,
    p6: vec4<f32>,
    p7: vec4<f32>,
}

// Output groups of four channels that an invocation computes: 1 or 2.
override WIDTH: u32 = 2u;

fn add(
    s: ptr<function, Sums>,
    w: mat4x4<f32>,
    x0: vec4<f32>,
    x1: vec4<f32>,
    x2: vec4<f32>,
    x3: vec4<f32>,
    x4: vec4<f32>,
    x5: vec4<f32>,
    x6: vec4<f32>,
    x7: vec4<f32>,
) {
    (*s).p0 = multiply_add((*s).p0, w, x0);
    (*s).p1 = multiply_add((*s).p1, w, x1);
    (*s).p2 = multiply_add((*s).p2, w, x2);
    (*s).p3 = multiply_add((*s).p3, w, x3);
    (*s).p4 = multiply_add((*s).p4, w, x4);
    (*s).p5 = multiply_add((*s).p5, w, x5);
    (*s).p6 = multiply_add((*s).p6, w, x6);
    (*s).p7 = multiply_add((*s).p7, w, x7);
}

// The sums of the strip's pixel `n`.
fn nth(s: ptr<function, Sums>, n: u32) -> vec4<f32> {
    var sum = (*s).p0;
    if n == 1u { sum = (*s).p1; }
    if n == 2u { sum = (*s).p2; }
    if n == 3u { sum = (*s).p3; }
    if n == 4u { sum = (*s).p4; }
    if n == 5u { sum = (*s).p5; }
    if n == 6u { sum = (*s).p6; }
    if n == 7u { sum = (*s).p7; }
    return sum;
}

// A loop, and one `finish` for both groups: a software adapter's compiler takes every call into its caller, and
// sixteen of them cost it most of its memory.
fn finish_strip(row: u32, x: u32, step: u32, group: u32, a: ptr<function, Sums>, b: ptr<function, Sums>) {
    for (var n = 0u; n < 8u * WIDTH; n++) {
        let at = x + n % 8u * step;
        let of_group = group + n / 8u;
        if at < conv.result_width && of_group < conv.outputs {
            var sum = nth(a, n);
            if n >= 8u { sum = nth(b, n - 8u); }
            finish(row * conv.result_width + at, of_group, sum);
        }
    }
}

// Where column `x` of the row that starts at `row` lies, or OUTSIDE. Columns left of the picture are huge as
// unsigned numbers.
fn column(row: u32, x: u32) -> u32 {
    return select(OUTSIDE, row + x * conv.source_pitch, x < conv.source_width);
}

const OUTSIDE = 0xffffffffu;

// Group `i` of the pixel at `column`, zeros outside the picture.
fn fetch(column: u32, i: u32) -> vec4<f32> {
    let inside = column != OUTSIDE;
    return select(vec4<f32>(), source[select(0u, column + i, inside)], inside);
}

@compute @workgroup_size(32)
fn rows(@builtin(global_invocation_id) id: vec3<u32>) {
    let item = conv.first + id.y * conv.row_of_items + id.x;
    if item >= conv.end { return; }
    let row = item / conv.strips; // counted over all images
    let strip = item % conv.strips;
    let image = row / conv.result_height;
    let y = row % conv.result_height;
    let step = conv.dilation_x;
    let x = strip / step * (8u * step) + strip % step;
    if x >= conv.result_width { return; }
    let group = id.z * WIDTH;
    let taps = conv.kernel_height * 3u;
    let left = x - conv.padding_left;

    var a = Sums();
    var b = Sums();
    for (var ky = 0u; ky < conv.kernel_height; ky++) {
        let source_y = y + ky * conv.dilation_y - conv.padding_top;
        if source_y < conv.source_height {
            let start = conv.source + (image * conv.source_height + source_y) * conv.source_width * conv.source_pitch;
            let c0 = column(start, left);
            let c1 = column(start, left + step);
            let c2 = column(start, left + 2u * step);
            let c3 = column(start, left + 3u * step);
            let c4 = column(start, left + 4u * step);
            let c5 = column(start, left + 5u * step);
            let c6 = column(start, left + 6u * step);
            let c7 = column(start, left + 7u * step);
            let c8 = column(start, left + 8u * step);
            let c9 = column(start, left + 9u * step);
            let wa = (group * taps + ky * 3u) * conv.depth;
            let wb = wa + taps * conv.depth;
            for (var i = 0u; i < conv.depth; i++) {
                let x0 = fetch(c0, i);
                let x1 = fetch(c1, i);
                let x2 = fetch(c2, i);
                let x3 = fetch(c3, i);
                let x4 = fetch(c4, i);
                let x5 = fetch(c5, i);
                let x6 = fetch(c6, i);
                let x7 = fetch(c7, i);
                let x8 = fetch(c8, i);
                let x9 = fetch(c9, i);
                add(&a, block(wa + i), x0, x1, x2, x3, x4, x5, x6, x7);
                add(&a, block(wa + conv.depth + i), x1, x2, x3, x4, x5, x6, x7, x8);
                add(&a, block(wa + 2u * conv.depth + i), x2, x3, x4, x5, x6, x7, x8, x9);
                if WIDTH > 1u {
                    add(&b, block(wb + i), x0, x1, x2, x3, x4, x5, x6, x7);
                    add(&b, block(wb + conv.depth + i), x1, x2, x3, x4, x5, x6, x7, x8);
                    add(&b, block(wb + 2u * conv.depth + i), x2, x3, x4, x5, x6, x7, x8, x9);
                }
            }
        }
    }
    finish_strip(row, x, step, group, &a, &b);
}

@compute @workgroup_size(32)
fn strip(@builtin(global_invocation_id) id: vec3<u32>) {
    let item = conv.first + id.y * conv.row_of_items + id.x;
    if item >= conv.end { return; }
    let row = item / conv.strips;
    let image = row / conv.result_height;
    let y = row % conv.result_height;
    let x = item % conv.strips * 8u;
    let group = id.z * WIDTH;
    let taps = conv.kernel_height * conv.kernel_width;

    var a = Sums();
    var b = Sums();
    for (var ky = 0u; ky < conv.kernel_height; ky++) {
        let source_y = y * conv.stride_y + ky * conv.dilation_y - conv.padding_top;
        if source_y < conv.source_height {
            let start = conv.source + (image * conv.source_height + source_y) * conv.source_width * conv.source_pitch;
            for (var kx = 0u; kx < conv.kernel_width; kx++) {
                let step = conv.stride_x;
                let left = x * step + kx * conv.dilation_x - conv.padding_left;
                let c0 = column(start, left);
                let c1 = column(start, left + step);
                let c2 = column(start, left + 2u * step);
                let c3 = column(start, left + 3u * step);
                let c4 = column(start, left + 4u * step);
                let c5 = column(start, left + 5u * step);
                let c6 = column(start, left + 6u * step);
                let c7 = column(start, left + 7u * step);
                let wa = (group * taps + ky * conv.kernel_width + kx) * conv.depth;
                let wb = wa + taps * conv.depth;
                for (var i = 0u; i < conv.depth; i++) {
                    let x0 = fetch(c0, i);
                    let x1 = fetch(c1, i);
                    let x2 = fetch(c2, i);
                    let x3 = fetch(c3, i);
                    let x4 = fetch(c4, i);
                    let x5 = fetch(c5, i);
                    let x6 = fetch(c6, i);
                    let x7 = fetch(c7, i);
                    add(&a, block(wa + i), x0, x1, x2, x3, x4, x5, x6, x7);
                    if WIDTH > 1u {
                        add(&b, block(wb + i), x0, x1, x2, x3, x4, x5, x6, x7);
                    }
                }
            }
        }
    }
    finish_strip(row, x, 1u, group, &a, &b);
}
