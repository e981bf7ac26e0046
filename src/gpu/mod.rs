//! The adapter, buffers, pipelines; one place for readback and device loss.

/// Why the GPU cannot do the work. Whoever asked falls back to the CPU.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No adapter answered.
    #[error("no GPU answered")]
    NoAdapter,
}
