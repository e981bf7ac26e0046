// Products in single precision.
alias Real4 = vec4<f32>;

fn real(x: vec4<f32>) -> Real4 {
    return x;
}

fn real_weights(w: vec4<f32>) -> Real4 {
    return w;
}

// Adds the products of the part of the depth that is in workgroup memory.
fn multiply_part(s: ptr<function, Sums>, strip: u32, column: u32) {
    let strips = INVOCATIONS / COLUMNS;
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
        (*s).a0 = add_products((*s).a0, wa, x0);
        (*s).a1 = add_products((*s).a1, wa, x1);
        (*s).a2 = add_products((*s).a2, wa, x2);
        (*s).a3 = add_products((*s).a3, wa, x3);
        (*s).a4 = add_products((*s).a4, wa, x4);
        (*s).a5 = add_products((*s).a5, wa, x5);
        (*s).a6 = add_products((*s).a6, wa, x6);
        (*s).a7 = add_products((*s).a7, wa, x7);
        (*s).b0 = add_products((*s).b0, wb, x0);
        (*s).b1 = add_products((*s).b1, wb, x1);
        (*s).b2 = add_products((*s).b2, wb, x2);
        (*s).b3 = add_products((*s).b3, wb, x3);
        (*s).b4 = add_products((*s).b4, wb, x4);
        (*s).b5 = add_products((*s).b5, wb, x5);
        (*s).b6 = add_products((*s).b6, wb, x6);
        (*s).b7 = add_products((*s).b7, wb, x7);
    }
}
