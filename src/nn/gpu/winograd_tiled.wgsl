// The products of winograd.wgsl through workgroup memory, for real GPUs.

// Group `group` of a tile's transformed inputs; `first` is the first tile of the position.
fn fetch(first: u32, tile: u32, group: u32) -> Real4 {
    if tile >= conv.end - conv.first || group >= conv.depth {
        return Real4();
    }
    return source[(first + tile) * conv.depth + group];
}

// Entry `at` of a part's filters that start at `start`; `channels` are left in the depth.
fn fetch_filter(start: u32, at: u32, channels: u32) -> Real4 {
    let groups = 2u * COLUMNS;
    if at >= 4u * DEPTH * groups || at / groups >= channels {
        return Real4();
    }
    return other[start + at];
}

@compute @workgroup_size(128)
fn tiled(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let strips = INVOCATIONS / COLUMNS;
    let tiles = strips * 8u;
    let groups = 2u * COLUMNS;
    let position = workgroup.y;
    let first_tile = workgroup.x * tiles;
    let first_group = workgroup.z * groups;
    let parts = (conv.depth + DEPTH - 1u) / DEPTH;
    let all_tiles = conv.end - conv.first;
    let start = position * all_tiles;
    let filters = (position * ((conv.outputs + groups - 1u) / groups) + workgroup.z) * conv.depth * 4u * groups;

    let deep = local % DEPTH;
    let stride = INVOCATIONS / DEPTH;
    let tile = first_tile + local / DEPTH;
    var x0 = fetch(start, tile, deep);
    var x1 = fetch(start, tile + stride, deep);
    var x2 = fetch(start, tile + 2u * stride, deep);
    var x3 = fetch(start, tile + 3u * stride, deep);
    var w0 = fetch_filter(filters, local, 4u * conv.depth);
    var w1 = fetch_filter(filters, local + INVOCATIONS, 4u * conv.depth);

    let column = local % COLUMNS;
    let strip = local / COLUMNS;
    var s = Sums();
    for (var part = 0u; part < parts; part++) {
        let to = deep * tiles + local / DEPTH;
        inputs[to] = x0;
        inputs[to + stride] = x1;
        inputs[to + 2u * stride] = x2;
        inputs[to + 3u * stride] = x3;
        if local < 4u * DEPTH * groups { columns[local] = w0; }
        if local + INVOCATIONS < 4u * DEPTH * groups { columns[local + INVOCATIONS] = w1; }
        workgroupBarrier();
        if part + 1u < parts {
            let next = (part + 1u) * DEPTH;
            x0 = fetch(start, tile, next + deep);
            x1 = fetch(start, tile + stride, next + deep);
            x2 = fetch(start, tile + 2u * stride, next + deep);
            x3 = fetch(start, tile + 3u * stride, next + deep);
            let from_filters = filters + next * 4u * groups;
            w0 = fetch_filter(from_filters, local, 4u * (conv.depth - next));
            w1 = fetch_filter(from_filters, local + INVOCATIONS, 4u * (conv.depth - next));
        }
        multiply_part(&s, strip, column);
        workgroupBarrier();
    }
    for (var n = 0u; n < 16u; n++) {
        let output = first_group + column + n / 8u * COLUMNS;
        let at = first_tile + strip + n % 8u * strips;
        if output < conv.outputs && at < all_tiles {
            result[(start + at) * conv.outputs + output] = nth(&s, n);
        }
    }
}
