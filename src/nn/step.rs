//! What an executor can be asked to do: the operations of a plan, as data.
//!
//! Both executors run exactly these. A tensor of rank 4 is an *image*: logically `[N, C, H, W]`, in memory
//! N, H, W, C with the channels of a pixel side by side and padded to a multiple of 4, so that a kernel
//! reads four channels at a time. Every other rank is *plain*: row-major, dense.

use std::sync::Arc;

/// Channels are stored in groups of this many.
pub const LANES: usize = 4;

/// The weights of a convolution, as the file holds them.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// `[O, I / groups, KH, KW]`; of a transposed convolution `[I, O / groups, KH, KW]`.
    pub shape: [usize; 4],
    /// The values.
    pub values: WeightValues,
}

/// The values of [`Weights`], row-major.
#[derive(Clone, Debug, PartialEq)]
pub enum WeightValues {
    /// Signed bytes with one scale an output channel: weight = scale × byte.
    Int8 {
        /// The bytes, which the graph that they come from shares.
        bytes: Arc<Vec<i8>>,
        /// One scale for each output channel.
        scales: Vec<f32>,
    },
    /// Single-precision floats.
    F32(Vec<f32>),
}

/// A function of one value, applied to each element.
#[derive(Clone, Debug, PartialEq)]
pub enum Activation {
    /// x
    Identity,
    /// max(x, 0)
    Relu,
    /// min(max(x, low), high); ReLU6 is 0 and 6.
    Clip {
        /// Smallest value.
        low: f32,
        /// Largest value.
        high: f32,
    },
    /// x where x ≥ 0, else slope × x
    LeakyRelu {
        /// The slope below zero.
        slope: f32,
    },
    /// As the leaky one, with a slope for each channel (of an image) or each last-axis element.
    PRelu {
        /// One slope a channel.
        slopes: Arc<[f32]>,
    },
    /// min(max(alpha × x + beta, 0), 1)
    HardSigmoid {
        /// Slope.
        alpha: f32,
        /// Value at 0.
        beta: f32,
    },
    /// x × hard sigmoid(x) with alpha 1/6 and beta 1/2
    HardSwish,
    /// 1 / (1 + e⁻ˣ)
    Sigmoid,
    /// Hyperbolic tangent.
    Tanh,
    /// eˣ
    Exp,
    /// √x
    Sqrt,
    /// |x|
    Abs,
    /// −x
    Neg,
    /// Rounds to the stored integers of a quantized tensor: clamp(round(x / scale) + zero, low, high).
    Quantize {
        /// Step between neighbouring integers.
        scale: f32,
        /// The integer that stands for 0.
        zero: f32,
        /// Smallest integer.
        low: f32,
        /// Largest integer.
        high: f32,
    },
    /// (x − zero) × scale
    Dequantize {
        /// Step between neighbouring integers.
        scale: f32,
        /// The integer that stands for 0.
        zero: f32,
    },
}

/// Where an image of the output's shape, a convolution's second input, is added to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Residual {
    /// To the sum with its bias, before the activation.
    BeforeActivation,
    /// To what the activation gives. Only behind a clamp ([`Activation::is_clamp`]).
    AfterActivation,
}

/// A convolution and what is fused into it: bias and activation, and the residual before or after the latter.
#[derive(Clone, Debug, PartialEq)]
pub struct Conv {
    /// The weights.
    pub weights: Arc<Weights>,
    /// One value for each output channel.
    pub bias: Arc<[f32]>,
    /// Rows and columns from one window to the next.
    pub stride: [usize; 2],
    /// Rows and columns between neighbouring taps.
    pub dilation: [usize; 2],
    /// Zeros around the input: top, left, bottom, right.
    pub padding: [usize; 4],
    /// Groups of channels that do not see one another.
    pub groups: usize,
    /// Applied last.
    pub activation: Activation,
    /// Where the operation's second input, of the output's shape, is added; `None` where there is none.
    pub residual: Option<Residual>,
}

impl Conv {
    /// Height and width of the kernel.
    pub fn kernel(&self) -> [usize; 2] {
        [self.weights.shape[2], self.weights.shape[3]]
    }
}

/// What a pooling window gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolMode {
    /// The largest value; padding never wins.
    Max,
    /// The mean over the cells that lie in the picture.
    Average,
    /// The mean over the cells that lie in the picture or its padding.
    AverageWithPadding,
}

/// Pooling over windows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    /// What a window gives.
    pub mode: PoolMode,
    /// Height and width of the window.
    pub kernel: [usize; 2],
    /// Rows and columns from one window to the next.
    pub stride: [usize; 2],
    /// Rows and columns between neighbouring cells of a window.
    pub dilation: [usize; 2],
    /// Cells around the picture: top, left, bottom, right.
    pub padding: [usize; 4],
}

/// Where one output row or column takes its value: `low × (1 − weight) + high × weight`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tap {
    /// The first source row or column.
    pub low: u32,
    /// The second.
    pub high: u32,
    /// Share of the second, 0 to 1.
    pub weight: f32,
}

/// A separable resize. Every coordinate mode and both interpolations become two lists of taps.
#[derive(Clone, Debug, PartialEq)]
pub struct Resize {
    /// One for each output row.
    pub rows: Arc<[Tap]>,
    /// One for each output column.
    pub columns: Arc<[Tap]>,
}

/// A function of two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// a + b
    Add,
    /// a − b
    Sub,
    /// a × b
    Mul,
    /// a ÷ b
    Div,
    /// max(a, b)
    Max,
    /// min(a, b)
    Min,
    /// aᵇ
    Pow,
}

/// One loop of a [`Copy`]: how far source and target move with each turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loop {
    /// Turns.
    pub size: usize,
    /// The source's axis and the steps along it.
    pub source: (usize, isize),
    /// The target's axis and the steps along it.
    pub target: (usize, isize),
}

/// Elements moved without change: reshape, transpose, slice, pad, split, concat, depth to space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// Nested loops, outermost first.
    pub loops: Vec<Loop>,
    /// Where the source starts, a coordinate an axis.
    pub source_start: Vec<usize>,
    /// Where the target starts, a coordinate an axis.
    pub target_start: Vec<usize>,
}

/// What an operation does. The comments give its inputs.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// image, and the residual where it has one → image
    Conv(Conv),
    /// image → image; stride, padding and dilation in the sense of ONNX's ConvTranspose
    ConvTranspose(Conv),
    /// image → image
    Pool(Pool),
    /// image → image
    Resize(Resize),
    /// any → the same shape
    Unary(Activation),
    /// two of the output's rank, whose sizes are the output's or 1 → any
    Binary(BinaryOp),
    /// any → part of any
    Copy(Copy),
    /// nothing → any, every element and padding lane
    Fill(f32),
    /// any → the same shape; exponentials along `axis`, normalised to a sum of 1
    Softmax {
        /// The axis.
        axis: usize,
    },
    /// plain `[B, M, K]` and plain `[B or 1, K, N]` → plain `[B, M, N]`
    MatMul,
}

impl Kind {
    /// The operation in a word or two, for tables.
    pub fn label(&self) -> String {
        match self {
            Self::Conv(c) => {
                let [kh, kw] = c.kernel();
                let mut label = format!("conv {kh}×{kw}");
                if c.stride != [1, 1] {
                    label += &format!(" /{}", c.stride[0]);
                }
                if c.dilation != [1, 1] {
                    label += &format!(" dilation {}", c.dilation[0]);
                }
                if c.groups > 1 {
                    label += &format!(" groups {}", c.groups);
                }
                if c.residual == Some(Residual::BeforeActivation) {
                    label += " + residual";
                }
                if c.activation != Activation::Identity {
                    label += &format!(" + {}", c.activation.label());
                }
                if c.residual == Some(Residual::AfterActivation) {
                    label += " + residual";
                }
                label
            }
            Self::ConvTranspose(c) => format!("transposed conv {}×{}", c.kernel()[0], c.kernel()[1]),
            Self::Pool(p) => format!("{:?} pool {}×{}", p.mode, p.kernel[0], p.kernel[1]),
            Self::Resize(_) => "resize".into(),
            Self::Unary(a) => a.label().into(),
            Self::Binary(op) => format!("{op:?}"),
            Self::Copy(_) => "copy".into(),
            Self::Fill(_) => "fill".into(),
            Self::Softmax { .. } => "softmax".into(),
            Self::MatMul => "matmul".into(),
        }
    }
}

impl Activation {
    /// Whether it only cuts off what is below or above a range.
    pub fn is_clamp(&self) -> bool {
        matches!(self, Self::Relu | Self::Clip { .. })
    }

    /// The function's name.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Relu => "relu",
            Self::Clip { .. } => "clip",
            Self::LeakyRelu { .. } => "leaky relu",
            Self::PRelu { .. } => "prelu",
            Self::HardSigmoid { .. } => "hard sigmoid",
            Self::HardSwish => "hard swish",
            Self::Sigmoid => "sigmoid",
            Self::Tanh => "tanh",
            Self::Exp => "exp",
            Self::Sqrt => "sqrt",
            Self::Abs => "abs",
            Self::Neg => "neg",
            Self::Quantize { .. } => "quantize",
            Self::Dequantize { .. } => "dequantize",
        }
    }
}
