//! What can be wrong with a photo, in words for the person who brought it.

/// Why a photo could not be read or written. The message names the thing, the limit and the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The file holds nothing.
    #[error("the file is empty (0 bytes): choose it again, or export it again from where it came")]
    Empty,
}
