// 3×3 convolution of stride 1 by Winograd's F(4×4, 3×3) (Lavin & Gray 2016, §4.1): 36 products for 16 results of 9
// taps each. The filters and the 6×6 inputs of each tile are transformed, multiplied position by position in
// winograd_multiply.wgsl or winograd_tiled.wgsl, and transformed back. A dispatch works on a strip of the picture's
// tiles, so that what lies between the kernels stays small. With dilation d the picture is d × d interleaved ones.
//
// Between the kernels lie, in groups of four channels:
//   filters   [position][block of output groups][input channel][output group of the block]
//   inputs    [position][tile of the strip][input group]
//   products  [position][tile of the strip][output group]

struct Six {
    p0: vec4<f32>,
    p1: vec4<f32>,
    p2: vec4<f32>,
    p3: vec4<f32>,
    p4: vec4<f32>,
    p5: vec4<f32>,
}

struct Four {
    p0: vec4<f32>,
    p1: vec4<f32>,
    p2: vec4<f32>,
    p3: vec4<f32>,
}

// Where a tile's results start: row and column may lie outside the picture where dilated pictures differ in size.
struct Tile {
    image: u32,
    y: u32,
    x: u32,
}

// The whole part of a / b for a under 2²²: software adapters divide integers one by one.
fn quotient(a: u32, b: u32) -> u32 {
    return u32((f32(a) + 0.5) / f32(b));
}

fn tile_at(number: u32) -> Tile {
    let row = quotient(number, conv.strips); // counted over all images
    let column = number - row * conv.strips;
    let image = quotient(row, conv.tile_rows);
    let line = row - image * conv.tile_rows;
    // Neighbouring tiles of one of the interleaved pictures are four steps apart, neighbouring pictures a pixel.
    let y = line + 3u * conv.dilation_y * quotient(line, conv.dilation_y);
    let x = column + 3u * conv.dilation_x * quotient(column, conv.dilation_x);
    return Tile(image, y, x);
}

// G times a column of three.
fn filter_line(g0: vec4<f32>, g1: vec4<f32>, g2: vec4<f32>) -> Six {
    let even = (g0 + g2) * (-1.0 / 6.0);
    let odd = g1 * (-1.0 / 6.0);
    let outer = g0 * (1.0 / 24.0) + g2 * (1.0 / 6.0);
    let middle = g1 * (1.0 / 12.0);
    return Six(g0 * 0.25, even + odd, even - odd, outer + middle, outer - middle, g2);
}

// Bᵀ times a column of six.
fn input_line(d: Six) -> Six {
    let a = fma(d.p2, vec4(-4.0), d.p4);
    let b = fma(d.p1, vec4(-4.0), d.p3);
    let c = d.p4 - d.p2;
    let e = (d.p3 - d.p1) * 2.0;
    return Six(
        fma(d.p2, vec4(-5.0), fma(d.p0, vec4(4.0), d.p4)),
        a + b,
        a - b,
        c + e,
        c - e,
        fma(d.p3, vec4(-5.0), fma(d.p1, vec4(4.0), d.p5)),
    );
}

// Aᵀ times a column of six.
fn output_line(m0: vec4<f32>, m1: vec4<f32>, m2: vec4<f32>, m3: vec4<f32>, m4: vec4<f32>, m5: vec4<f32>) -> Four {
    let s1 = m1 + m2;
    let d1 = m1 - m2;
    let s2 = m3 + m4;
    let d2 = m3 - m4;
    return Four(m0 + s1 + s2, fma(d2, vec4(2.0), d1), fma(s2, vec4(4.0), s1), fma(d2, vec4(8.0), d1) + m5);
}

// The weights of tap `tap` from one input channel (`lane` of group `input`) to a group of output channels.
fn tap_weights(output: u32, tap: u32, input: u32, lane: u32) -> vec4<f32> {
    let at = (output * 9u + tap) * conv.depth + input;
    if INT8 {
        return expand(table[conv.weights + at][lane]);
    }
    return bitcast<vec4<f32>>(table[conv.weights + at * 4u + lane]);
}

fn store_six(at: u32, pitch: u32, six: Six) {
    result[at] = six.p0;
    result[at + pitch] = six.p1;
    result[at + 2u * pitch] = six.p2;
    result[at + 3u * pitch] = six.p3;
    result[at + 4u * pitch] = six.p4;
    result[at + 5u * pitch] = six.p5;
}

// G g Gᵀ, with the scales of the output channels, for one input channel and four output channels.
@compute @workgroup_size(64)
fn filters(@builtin(global_invocation_id) id: vec3<u32>) {
    let item = id.y * conv.row_of_items + id.x;
    if item >= conv.end { return; }
    // In the order of what is written: output group of the block, input channel, block.
    let n = item % conv.block;
    let channel = item / conv.block % (4u * conv.depth);
    let output = item / conv.block / (4u * conv.depth) * conv.block + n;
    if output >= conv.outputs { return; }
    let input = channel / 4u;
    let lane = channel % 4u;
    let scale = bitcast<vec4<f32>>(table[conv.scales + output]);
    let a = filter_line(tap_weights(output, 0u, input, lane), tap_weights(output, 3u, input, lane), tap_weights(output, 6u, input, lane));
    let b = filter_line(tap_weights(output, 1u, input, lane), tap_weights(output, 4u, input, lane), tap_weights(output, 7u, input, lane));
    let c = filter_line(tap_weights(output, 2u, input, lane), tap_weights(output, 5u, input, lane), tap_weights(output, 8u, input, lane));
    let pitch = conv.end;
    store_six(item, pitch, filter_line(a.p0 * scale, b.p0 * scale, c.p0 * scale));
    store_six(item + 6u * pitch, pitch, filter_line(a.p1 * scale, b.p1 * scale, c.p1 * scale));
    store_six(item + 12u * pitch, pitch, filter_line(a.p2 * scale, b.p2 * scale, c.p2 * scale));
    store_six(item + 18u * pitch, pitch, filter_line(a.p3 * scale, b.p3 * scale, c.p3 * scale));
    store_six(item + 24u * pitch, pitch, filter_line(a.p4 * scale, b.p4 * scale, c.p4 * scale));
    store_six(item + 30u * pitch, pitch, filter_line(a.p5 * scale, b.p5 * scale, c.p5 * scale));
}

const OUTSIDE = 0xffffffffu;

// Where column `x` lies in its row, or OUTSIDE. Columns left of the picture are huge as unsigned numbers.
fn column_at(x: u32, group: u32) -> u32 {
    return select(OUTSIDE, x * conv.source_pitch + group, x < conv.source_width);
}

fn fetch(row: u32, column: u32) -> vec4<f32> {
    let inside = row != OUTSIDE && column != OUTSIDE;
    return select(vec4<f32>(), source[select(0u, row + column, inside)], inside);
}

// The six inputs of a column, transformed.
fn input_column(rows: array<u32, 6>, column: u32) -> Six {
    return input_line(Six(
        fetch(rows[0], column),
        fetch(rows[1], column),
        fetch(rows[2], column),
        fetch(rows[3], column),
        fetch(rows[4], column),
        fetch(rows[5], column),
    ));
}

fn row_at(image: u32, y: u32) -> u32 {
    return select(
        OUTSIDE,
        conv.source + (image * conv.source_height + y) * conv.source_width * conv.source_pitch,
        y < conv.source_height,
    );
}

// Bᵀ d B of one tile and four channels. Items run over the strip's tiles with the input groups innermost.
@compute @workgroup_size(64)
fn inputs(@builtin(global_invocation_id) id: vec3<u32>) {
    let item = id.y * conv.row_of_items + id.x;
    let pitch = (conv.end - conv.first) * conv.depth;
    if item >= pitch { return; }
    let number = quotient(item, conv.depth);
    let group = item - number * conv.depth;
    let tile = tile_at(conv.first + number);
    let y = tile.y - conv.padding_top;
    let x = tile.x - conv.padding_left;
    let down = conv.dilation_y;
    let across = conv.dilation_x;
    let rows = array<u32, 6>(
        row_at(tile.image, y),
        row_at(tile.image, y + down),
        row_at(tile.image, y + 2u * down),
        row_at(tile.image, y + 3u * down),
        row_at(tile.image, y + 4u * down),
        row_at(tile.image, y + 5u * down),
    );
    let c0 = input_column(rows, column_at(x, group));
    let c1 = input_column(rows, column_at(x + across, group));
    let c2 = input_column(rows, column_at(x + 2u * across, group));
    let c3 = input_column(rows, column_at(x + 3u * across, group));
    let c4 = input_column(rows, column_at(x + 4u * across, group));
    let c5 = input_column(rows, column_at(x + 5u * across, group));
    store_six(item, pitch, input_line(Six(c0.p0, c1.p0, c2.p0, c3.p0, c4.p0, c5.p0)));
    store_six(item + 6u * pitch, pitch, input_line(Six(c0.p1, c1.p1, c2.p1, c3.p1, c4.p1, c5.p1)));
    store_six(item + 12u * pitch, pitch, input_line(Six(c0.p2, c1.p2, c2.p2, c3.p2, c4.p2, c5.p2)));
    store_six(item + 18u * pitch, pitch, input_line(Six(c0.p3, c1.p3, c2.p3, c3.p3, c4.p3, c5.p3)));
    store_six(item + 24u * pitch, pitch, input_line(Six(c0.p4, c1.p4, c2.p4, c3.p4, c4.p4, c5.p4)));
    store_six(item + 30u * pitch, pitch, input_line(Six(c0.p5, c1.p5, c2.p5, c3.p5, c4.p5, c5.p5)));
}

// The products of a column of positions, transformed back.
fn output_column(at: u32, pitch: u32) -> Four {
    return output_line(
        source[at],
        source[at + 6u * pitch],
        source[at + 12u * pitch],
        source[at + 18u * pitch],
        source[at + 24u * pitch],
        source[at + 30u * pitch],
    );
}

// A result with the tail, where it lies in the picture.
fn finish_at(row: u32, x: u32, group: u32, value: vec4<f32>) {
    if row != OUTSIDE && x < conv.result_width {
        finish_sum(row + x, group, value);
    }
}

// Four results of a row.
fn finish_row(tile: Tile, row: u32, group: u32, bias: vec4<f32>, values: Four) {
    let y = tile.y + row * conv.dilation_y;
    let start = select(OUTSIDE, (tile.image * conv.result_height + y) * conv.result_width, y < conv.result_height);
    finish_at(start, tile.x, group, values.p0 + bias);
    finish_at(start, tile.x + conv.dilation_x, group, values.p1 + bias);
    finish_at(start, tile.x + 2u * conv.dilation_x, group, values.p2 + bias);
    finish_at(start, tile.x + 3u * conv.dilation_x, group, values.p3 + bias);
}

// Aᵀ m A of one tile and four channels, with the tail. Items run over the strip's tiles with the output groups
// innermost.
@compute @workgroup_size(64)
fn outputs(@builtin(global_invocation_id) id: vec3<u32>) {
    let item = id.y * conv.row_of_items + id.x;
    let pitch = (conv.end - conv.first) * conv.outputs;
    if item >= pitch { return; }
    let number = quotient(item, conv.outputs);
    let group = item - number * conv.outputs;
    let tile = tile_at(conv.first + number);
    let bias = bitcast<vec4<f32>>(table[conv.biases + group]);
    let c0 = output_column(item, pitch);
    let c1 = output_column(item + pitch, pitch);
    let c2 = output_column(item + 2u * pitch, pitch);
    let c3 = output_column(item + 3u * pitch, pitch);
    let c4 = output_column(item + 4u * pitch, pitch);
    let c5 = output_column(item + 5u * pitch, pitch);
    finish_row(tile, 0u, group, bias, output_line(c0.p0, c1.p0, c2.p0, c3.p0, c4.p0, c5.p0));
    finish_row(tile, 1u, group, bias, output_line(c0.p1, c1.p1, c2.p1, c3.p1, c4.p1, c5.p1));
    finish_row(tile, 2u, group, bias, output_line(c0.p2, c1.p2, c2.p2, c3.p2, c4.p2, c5.p2));
    finish_row(tile, 3u, group, bias, output_line(c0.p3, c1.p3, c2.p3, c3.p3, c4.p3, c5.p3));
}
