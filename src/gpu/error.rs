//! What can go wrong with the adapter, its limits and its memory.

/// Why the GPU cannot do the work. Whoever asked falls back to the CPU; the message says why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No adapter answered.
    #[error("no GPU answered: update the browser or the graphics driver, or work on the CPU")]
    NoAdapter,
    /// The adapter refused to give a device.
    #[error(
        "the GPU '{adapter}' gave no device ({reason}): close other programs that use it, or work on the CPU"
    )]
    NoDevice {
        /// The adapter's name.
        adapter: String,
        /// What it said.
        reason: String,
    },
    /// The device is gone: driver reset, unplugged, put to sleep, destroyed.
    #[error(
        "the GPU was lost during the work ({0}): the work goes on on the CPU; reload to try the GPU again"
    )]
    Lost(String),
    /// An allocation failed.
    #[error("the GPU has no memory left for {0}: use a smaller input, or work on the CPU")]
    OutOfMemory(String),
    /// A buffer larger than the adapter binds at once.
    #[error(
        "{what} takes {needed} MiB and this GPU binds {limit} MiB at once: use a smaller input, or work on the CPU"
    )]
    TooLarge {
        /// What is too large.
        what: String,
        /// What it takes, MiB.
        needed: u64,
        /// What the adapter binds, MiB.
        limit: u64,
    },
    /// An operation that no kernel covers.
    #[error("'{name}' ({what}) is beyond what the GPU kernels do: work on the CPU")]
    Unsupported {
        /// The step's name.
        name: String,
        /// What is beyond them.
        what: String,
    },
    /// The driver refused a command; a fault of ours or of the driver.
    #[error("the GPU refused a command ({0}): work on the CPU, and report this message")]
    Refused(String),
}
