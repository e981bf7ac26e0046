// What takes its elements one by one in any order: copies, functions of two plain tensors, softmax, matrix
// products. Offsets and strides count floats, except in `copy_groups`.

const AXES = 12u;

struct Axis {
    size: u32,
    // Steps may be negative; the sums wrap around and come out right.
    a: u32,
    b: u32,
    result: u32,
}

struct Strided {
    a: u32,
    b: u32,
    result: u32,
    end: u32,
    row_of_items: u32,
    operation: u32,
    // Axes in use, the last ones of the list.
    used: u32,
    // The axis of a softmax, or the inner axis of a product: its size, and the steps along it.
    length: u32,
    length_a: u32,
    length_b: u32,
    length_result: u32,
    // Which range holds the second tensor: 0 one of its own, 1 that of the first.
    b_in: u32,
    axes: array<Axis, AXES>,
}

@group(0) @binding(2) var<uniform> strided: Strided;

struct Offsets {
    a: u32,
    b: u32,
    result: u32,
}

fn offsets(item: u32) -> Offsets {
    var rest = item;
    var at = Offsets(strided.a, strided.b, strided.result);
    for (var i = 0u; i < strided.used; i++) {
        let axis = strided.axes[AXES - 1u - i];
        let turn = rest % axis.size;
        rest /= axis.size;
        at.a += turn * axis.a;
        at.b += turn * axis.b;
        at.result += turn * axis.result;
    }
    return at;
}
