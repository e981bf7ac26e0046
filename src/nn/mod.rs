//! Runs a quantized network: ONNX file → graph → plan → CPU or GPU.
//!
//! Knows numbers; knows nothing of photos, file formats other than ONNX, or browsers.

pub mod bands;
pub mod cpu;
mod error;
mod fuse;
pub mod gpu;
pub mod graph;
pub mod onnx;
mod ops;
pub mod plan;
mod split;
pub mod step;
pub mod tensor;

pub use bands::Band;
pub use error::Error;
pub use graph::Graph;
pub use plan::Plan;
pub use tensor::Tensor;

/// The most memory a plan may take where the caller has no smaller limit: 2 GiB.
pub const MEMORY_LIMIT: u64 = 2 << 30;

impl Plan {
    /// Plans a network at the input sizes given, one shape an input, within `limit` bytes of memory.
    pub fn of(graph: &Graph, input_shapes: &[Vec<usize>], limit: u64) -> Result<Self, Error> {
        Self::shared(graph, input_shapes, limit, Band::WHOLE)
    }

    /// As [`Plan::of`], for a worker that computes one band of several; each takes `limit` bytes at most.
    #[inline(never)]
    pub fn shared(graph: &Graph, input_shapes: &[Vec<usize>], limit: u64, band: Band) -> Result<Self, Error> {
        let mut operations = ops::lower(graph, input_shapes, limit)?;
        fuse::fuse(&mut operations);
        split::plan(operations, limit, band)
    }
}
