//! Why a scene cannot be drawn. All of it is the caller's: a file, a setting, a picture that is missing.

/// What is wrong with a scene. Each message names the thing, the limit and the remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The text is no scene.
    #[error("this is no scene file: {cause}. Save the scene again, or take out what is named")]
    Malformed {
        /// Which place, and what is there, as the parser says it.
        cause: String,
    },
    /// A later Vitrine wrote it.
    #[error(
        "the scene is of version {found} and this Vitrine reads up to {known}: reload the page or update Vitrine"
    )]
    Newer {
        /// The file's version.
        found: u32,
        /// The newest that is read.
        known: u32,
    },
    /// A number is outside its range.
    #[error("{field} is {found} and has to be from {low} to {high}")]
    Range {
        /// Where it stands, such as `camera.horizon`.
        field: String,
        /// What stands there.
        found: String,
        /// The least.
        low: String,
        /// The most.
        high: String,
    },
    /// A layer or backdrop shows a picture that was not given.
    #[error("{field} shows picture {index} and {count} were given: add the picture, or take the layer out")]
    NoPicture {
        /// Where it stands.
        field: String,
        /// The picture asked for, from 0.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// A cut-out without a subject.
    #[error(
        "picture {index} shows nothing: every pixel is transparent. Cut it out again, or choose another photo"
    )]
    Empty {
        /// Which, from 0.
        index: usize,
    },
    /// The buffers do not fit.
    #[error("there is no memory for a scene of {width} × {height} pixels: choose a smaller size")]
    Memory {
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// The caller asked to stop.
    #[error("the work was cancelled")]
    Cancelled,
}
