// Pooling and resizing of images, a pixel's four channels an invocation. Indices and pitches count groups of
// four channels.

struct Window {
    source: u32,
    source_pitch: u32,
    source_height: u32,
    source_width: u32,
    result: u32,
    result_pitch: u32,
    result_height: u32,
    result_width: u32,
    groups: u32,
    end: u32,
    row_of_items: u32,
    // 0 largest, 1 mean over the picture, 2 mean over picture and padding
    mode: u32,
    kernel_height: u32,
    kernel_width: u32,
    stride_y: u32,
    stride_x: u32,
    dilation_y: u32,
    dilation_x: u32,
    padding_top: u32,
    padding_left: u32,
    padding_bottom: u32,
    padding_right: u32,
    // The taps of a resize in the table: low, high, weight, unused.
    rows: u32,
    columns: u32,
}

// Where a step reads and writes: ranges of one buffer, bound apart, since a device need not bind all of it at
// once. Each tensor's offset counts from the start of its range.
@group(0) @binding(0) var<storage, read_write> source: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> result: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> table: array<vec4<u32>>;
@group(0) @binding(2) var<uniform> window: Window;

struct Place {
    image: u32,
    y: u32,
    x: u32,
    group: u32,
    result: u32,
}

fn place(item: u32) -> Place {
    let pixel = item / window.groups;
    let group = item % window.groups;
    let size = window.result_height * window.result_width;
    return Place(
        pixel / size,
        pixel % size / window.result_width,
        pixel % window.result_width,
        group,
        window.result + pixel * window.result_pitch + group,
    );
}

fn source_at(image: u32, y: u32, x: u32, group: u32) -> vec4<f32> {
    return source[window.source + ((image * window.source_height + y) * window.source_width + x) * window.source_pitch + group];
}

@compute @workgroup_size(64)
fn pool(@builtin(global_invocation_id) id: vec3<u32>) {
    let item = id.y * window.row_of_items + id.x;
    if item >= window.end { return; }
    let at = place(item);
    var largest = vec4<f32>(-3.402823466e+38);
    var sum = vec4<f32>();
    var count = 0.0;
    for (var ky = 0u; ky < window.kernel_height; ky++) {
        let y = at.y * window.stride_y + ky * window.dilation_y - window.padding_top;
        let counts_y = y + window.padding_top < window.source_height + window.padding_top + window.padding_bottom;
        for (var kx = 0u; kx < window.kernel_width; kx++) {
            let x = at.x * window.stride_x + kx * window.dilation_x - window.padding_left;
            if y < window.source_height && x < window.source_width {
                let value = source_at(at.image, y, x, at.group);
                largest = max(largest, value);
                sum += value;
                count += 1.0;
            } else if window.mode == 2u && counts_y
                && x + window.padding_left < window.source_width + window.padding_left + window.padding_right {
                count += 1.0;
            }
        }
    }
    result[at.result] = select(sum / max(count, 1.0), largest, window.mode == 0u);
}

@compute @workgroup_size(64)
fn resize(@builtin(global_invocation_id) id: vec3<u32>) {
    let item = id.y * window.row_of_items + id.x;
    if item >= window.end { return; }
    let at = place(item);
    let row = table[window.rows + at.y];
    let column = table[window.columns + at.x];
    let right = bitcast<f32>(column.z);
    let low = bitcast<f32>(row.z);
    let above = source_at(at.image, row.x, column.x, at.group) * (1.0 - right)
        + source_at(at.image, row.x, column.y, at.group) * right;
    let below = source_at(at.image, row.y, column.x, at.group) * (1.0 - right)
        + source_at(at.image, row.y, column.y, at.group) * right;
    result[at.result] = above * (1.0 - low) + below * low;
}
