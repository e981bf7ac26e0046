// The functions of one value. The numbers are those of `Function` in lower.rs.

const IDENTITY = 0u;
const RELU = 1u;
const CLIP = 2u;        // low, high
const LEAKY_RELU = 3u;  // slope
const PRELU = 4u;       // slopes in the table
const HARD_SIGMOID = 5u; // alpha, beta
const HARD_SWISH = 6u;
const SIGMOID = 7u;
const TANH = 8u;
const EXP = 9u;
const SQRT = 10u;
const ABS = 11u;
const NEG = 12u;
const QUANTIZE = 13u;   // scale, zero, low, high
const DEQUANTIZE = 14u; // scale, zero

// `slopes` are those of the four channels at hand; only PRELU looks at them.
fn activate(function_of: u32, p: vec4<f32>, slopes: vec4<f32>, x: vec4<f32>) -> vec4<f32> {
    switch function_of {
        case RELU: { return max(x, vec4(0.0)); }
        case CLIP: { return min(max(x, vec4(p.x)), vec4(p.y)); }
        case LEAKY_RELU: { return select(p.x * x, x, x >= vec4(0.0)); }
        case PRELU: { return select(slopes * x, x, x >= vec4(0.0)); }
        case HARD_SIGMOID: { return clamp(p.x * x + p.y, vec4(0.0), vec4(1.0)); }
        case HARD_SWISH: { return x * clamp(x * (1.0 / 6.0) + 0.5, vec4(0.0), vec4(1.0)); }
        // Beyond ±88 the exponential leaves the range of floats; the results are 0 and 1 long before.
        case SIGMOID: { return 1.0 / (1.0 + exp(-clamp(x, vec4(-88.0), vec4(88.0)))); }
        // Drivers may evaluate tanh through exponentials that overflow; past ±10 it is 1 in single precision.
        case TANH: { return tanh(clamp(x, vec4(-10.0), vec4(10.0))); }
        case EXP: { return exp(x); }
        case SQRT: { return sqrt(x); }
        case ABS: { return abs(x); }
        case NEG: { return -x; }
        case QUANTIZE: { return clamp(round(x / p.x) + p.y, vec4(p.z), vec4(p.w)); }
        case DEQUANTIZE: { return (x - p.y) * p.x; }
        default: { return x; }
    }
}
