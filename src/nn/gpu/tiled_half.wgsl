// Products in half precision: the sums of a part of the depth, sixteen products at the most, are kept in halves, and
// added up in single precision. This file comes first: the extension must.
enable f16;
alias Real4 = vec4<f16>;

// Sums of sixteen products with weights of 1 and less stay in the range of halves.
const LARGEST = 4000.0;

fn real(x: vec4<f32>) -> Real4 {
    return Real4(clamp(x, vec4(-LARGEST), vec4(LARGEST)));
}

// Bytes count as 128ths here, so that products are no larger than the inputs.
fn real_weights(w: vec4<f32>) -> Real4 {
    return Real4(w * select(1.0, 1.0 / 128.0, INT8));
}

// Adds the products of the part of the depth that is in workgroup memory.
fn multiply_part(s: ptr<function, Sums>, strip: u32, column: u32) {
    let strips = INVOCATIONS / COLUMNS;
    var a0 = Real4();
    var a1 = Real4();
    var a2 = Real4();
    var a3 = Real4();
    var a4 = Real4();
    var a5 = Real4();
    var a6 = Real4();
    var a7 = Real4();
    var b0 = Real4();
    var b1 = Real4();
    var b2 = Real4();
    var b3 = Real4();
    var b4 = Real4();
    var b5 = Real4();
    var b6 = Real4();
    var b7 = Real4();
    for (var d = 0u; d < DEPTH; d++) {
        let wa = tile_weights(d, column);
        let wb = tile_weights(d, column + COLUMNS);
        let at = d * 8u * strips + strip;
        let x0 = inputs[at];
        let x1 = inputs[at + strips];
        let x2 = inputs[at + 2u * strips];
        let x3 = inputs[at + 3u * strips];
        let x4 = inputs[at + 4u * strips];
        let x5 = inputs[at + 5u * strips];
        let x6 = inputs[at + 6u * strips];
        let x7 = inputs[at + 7u * strips];
        a0 = add_products(a0, wa, x0);
        a1 = add_products(a1, wa, x1);
        a2 = add_products(a2, wa, x2);
        a3 = add_products(a3, wa, x3);
        a4 = add_products(a4, wa, x4);
        a5 = add_products(a5, wa, x5);
        a6 = add_products(a6, wa, x6);
        a7 = add_products(a7, wa, x7);
        b0 = add_products(b0, wb, x0);
        b1 = add_products(b1, wb, x1);
        b2 = add_products(b2, wb, x2);
        b3 = add_products(b3, wb, x3);
        b4 = add_products(b4, wb, x4);
        b5 = add_products(b5, wb, x5);
        b6 = add_products(b6, wb, x6);
        b7 = add_products(b7, wb, x7);
    }
    let unit = select(1.0, 128.0, INT8);
    (*s).a0 += vec4<f32>(a0) * unit;
    (*s).a1 += vec4<f32>(a1) * unit;
    (*s).a2 += vec4<f32>(a2) * unit;
    (*s).a3 += vec4<f32>(a3) * unit;
    (*s).a4 += vec4<f32>(a4) * unit;
    (*s).a5 += vec4<f32>(a5) * unit;
    (*s).a6 += vec4<f32>(a6) * unit;
    (*s).a7 += vec4<f32>(a7) * unit;
    (*s).b0 += vec4<f32>(b0) * unit;
    (*s).b1 += vec4<f32>(b1) * unit;
    (*s).b2 += vec4<f32>(b2) * unit;
    (*s).b3 += vec4<f32>(b3) * unit;
    (*s).b4 += vec4<f32>(b4) * unit;
    (*s).b5 += vec4<f32>(b5) * unit;
    (*s).b6 += vec4<f32>(b6) * unit;
    (*s).b7 += vec4<f32>(b7) * unit;
}
