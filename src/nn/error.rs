//! What can be wrong with a network file, or with what is fed to it.

/// Why a network could not be loaded, planned or run. The message names the node, the limit and the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The bytes are no ONNX file.
    #[error("this is not an ONNX network ({0}): fetch the file again, or check that it is the .onnx file")]
    NotOnnx(String),
    /// The file as a whole breaks a rule.
    #[error("the network file is not valid: {0}")]
    Graph(String),
    /// An operator outside the supported set.
    #[error(
        "node '{node}' uses the operator {operator}, which this engine does not run: convert the network to \
         the operators listed in models/README.md"
    )]
    Unsupported {
        /// The node's name, or its first output's where it has none.
        node: String,
        /// The operator, with its domain where that is not ONNX's own.
        operator: String,
    },
    /// A node whose attributes, inputs or shapes do not fit its operator.
    #[error("node '{node}' ({operator}): {reason}")]
    Node {
        /// The node's name, or its first output's where it has none.
        node: String,
        /// The operator.
        operator: String,
        /// What does not fit.
        reason: String,
    },
    /// The network needs more memory than allowed.
    #[error(
        "the network needs {needed} MiB at this input size and {limit} MiB are allowed: use a smaller input"
    )]
    TooLarge {
        /// What it needs, MiB.
        needed: u64,
        /// What is allowed, MiB.
        limit: u64,
    },
    /// What was fed does not fit the network's inputs.
    #[error("the network's input '{name}' takes {expected} values and was given {given}")]
    Input {
        /// The input's name.
        name: String,
        /// Values it takes.
        expected: usize,
        /// Values it was given.
        given: usize,
    },
    /// One band of several was to run by itself.
    #[error("this is one part of a network that several workers share: run the whole plan instead")]
    Alone,
    /// Another worker sent what the plan does not expect.
    #[error(
        "rows of step {step} came from worker {peer} that do not belong here: run the network with one worker"
    )]
    Rows {
        /// The band of the worker that sent them.
        peer: usize,
        /// The step that wrote them.
        step: usize,
    },
    /// The caller asked to stop.
    #[error("the work was cancelled")]
    Cancelled,
    /// The device failed.
    #[error(transparent)]
    Device(#[from] crate::gpu::Error),
}
