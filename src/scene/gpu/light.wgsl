// How light and levels turn into each other, by the table that the processor uses too.

@group(0) @binding(1) var<storage, read> lights: array<f32, 256>;

fn light(levels: vec3u) -> vec3f {
    return vec3f(lights[levels.x], lights[levels.y], lights[levels.z]);
}

fn level(light: f32) -> f32 {
    if !(light > 0.0) {
        return 0.0;
    }
    if light >= 1.0 {
        return 255.0;
    }
    let guess = select(1.055 * pow(light, 1.0 / 2.4) - 0.055, light * 12.92, light <= 0.0031308);
    var low = min(u32(guess * 255.0), 254u);
    if lights[low] > light {
        low -= 1u;
    } else if low < 254u && lights[low + 1u] <= light {
        low += 1u;
    }
    return f32(low) + (light - lights[low]) / (lights[low + 1u] - lights[low]);
}

// A pixel in linear light, premultiplied.
fn linear(pixel: vec4u) -> vec4f {
    let alpha = f32(pixel.a) / 255.0;
    return vec4f(light(pixel.rgb) * alpha, alpha);
}
