// Convolution as an implicit matrix product for real GPUs: the matrix "pixels × (taps × input channels)" is never
// written out; its parts are gathered into workgroup memory, beside the weights, expanded on the way.

// Where a pixel lies that an invocation brings in: image and row counted together, and the first source row and
// column under the kernel.
fn place(pixel: u32) -> vec3<u32> {
    let size = conv.result_height * conv.result_width;
    let image = pixel / size;
    let y = pixel % size / conv.result_width;
    let x = pixel % conv.result_width;
    return vec3<u32>(image, y * conv.stride_y - conv.padding_top, x * conv.stride_x - conv.padding_left);
}

fn fetch(at: vec3<u32>, ky: u32, kx: u32, group: u32) -> Real4 {
    let y = at.y + ky * conv.dilation_y;
    let x = at.z + kx * conv.dilation_x;
    if ky >= conv.kernel_height || at.x >= conv.images || y >= conv.source_height || x >= conv.source_width {
        return Real4();
    }
    return real(source[conv.source + ((at.x * conv.source_height + y) * conv.source_width + x) * conv.source_pitch + group]);
}

// The weights of the tile's block `b`, input groups innermost, for the part from input group `first` on, all taps
// counted.
fn fetch_block(first_output: u32, first: u32, b: u32) -> array<Real4, 4> {
    let output = first_output + b / DEPTH;
    let depth = first + b % DEPTH;
    let all = conv.kernel_height * conv.kernel_width * conv.depth;
    if b >= 2u * COLUMNS * DEPTH || output >= conv.outputs || depth >= all {
        return array<Real4, 4>();
    }
    let w = block(output * all + depth);
    return array<Real4, 4>(real_weights(w[0]), real_weights(w[1]), real_weights(w[2]), real_weights(w[3]));
}

@compute @workgroup_size(128)
fn tiled(@builtin(workgroup_id) tile: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let strips = INVOCATIONS / COLUMNS;
    let pixels = strips * 8u;
    let groups = 2u * COLUMNS;
    let first_pixel = conv.first + (tile.y * conv.row_of_items + tile.x) * pixels;
    let first_group = tile.z * groups;
    let all = conv.kernel_height * conv.kernel_width * conv.depth;
    let parts = (all + DEPTH - 1u) / DEPTH;

    // This invocation brings in four inputs a part, all at the same depth in it, and the first ones a block of
    // weights each.
    let deep = local % DEPTH;
    let stride = INVOCATIONS / DEPTH;
    let pixel = local / DEPTH;
    let place_0 = place(first_pixel + pixel);
    let place_1 = place(first_pixel + pixel + stride);
    let place_2 = place(first_pixel + pixel + 2u * stride);
    let place_3 = place(first_pixel + pixel + 3u * stride);
    var group = deep % conv.depth;
    var tap = deep / conv.depth;
    var x0 = fetch(place_0, tap / conv.kernel_width, tap % conv.kernel_width, group);
    var x1 = fetch(place_1, tap / conv.kernel_width, tap % conv.kernel_width, group);
    var x2 = fetch(place_2, tap / conv.kernel_width, tap % conv.kernel_width, group);
    var x3 = fetch(place_3, tap / conv.kernel_width, tap % conv.kernel_width, group);
    var w = fetch_block(first_group, 0u, local);

    let column = local % COLUMNS;
    let strip = local / COLUMNS;
    var s = Sums();
    for (var part = 0u; part < parts; part++) {
        let to = deep * pixels + pixel;
        inputs[to] = x0;
        inputs[to + stride] = x1;
        inputs[to + 2u * stride] = x2;
        inputs[to + 3u * stride] = x3;
        if local < groups * DEPTH {
            let to_columns = (local % DEPTH) * 4u * groups + local / DEPTH;
            columns[to_columns] = w[0];
            columns[to_columns + groups] = w[1];
            columns[to_columns + 2u * groups] = w[2];
            columns[to_columns + 3u * groups] = w[3];
        }
        workgroupBarrier();
        if part + 1u < parts {
            group += DEPTH;
            while group >= conv.depth {
                group -= conv.depth;
                tap += 1u;
            }
            let ky = tap / conv.kernel_width;
            let kx = tap % conv.kernel_width;
            x0 = fetch(place_0, ky, kx, group);
            x1 = fetch(place_1, ky, kx, group);
            x2 = fetch(place_2, ky, kx, group);
            x3 = fetch(place_3, ky, kx, group);
            w = fetch_block(first_group, (part + 1u) * DEPTH, local);
        }
        multiply_part(&s, strip, column);
        workgroupBarrier();
    }
    for (var n = 0u; n < 16u; n++) {
        let output = first_group + column + n / 8u * COLUMNS;
        let at = first_pixel + strip + n % 8u * strips;
        if output < conv.outputs && at < conv.end {
            finish(at, output, nth(&s, n));
        }
    }
}
