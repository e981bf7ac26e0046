//! What can be wrong with a photo, in words for the person who brought it.
//!
//! A message names the thing, the limit and the remedy. The decoder's own technical words, where there are
//! any, stand in square brackets at the end, for whoever reads a bug report.

use super::Format;

/// Whose fault an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The file: it is damaged, too large, or no photo.
    Photo,
    /// This build: the file may be fine, but something else must open it.
    Build,
    /// The device: it has too little memory.
    Device,
    /// The code that called this layer.
    Caller,
}

/// Why a photo could not be read or written. The message names the thing, the limit and the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The file holds nothing.
    #[error("the file is empty (0 bytes): choose it again, or export it again from where it came")]
    Empty,

    /// The file is larger than [`Limits::file_bytes`](super::Limits::file_bytes).
    #[error(
        "the file is {} and the limit is {}: export it as a JPEG or at a smaller size",
        megabytes(*bytes),
        megabytes(*limit)
    )]
    FileTooLarge {
        /// The file's size in bytes.
        bytes: u64,
        /// The limit in bytes.
        limit: u64,
    },

    /// The photo has more pixels than [`Limits::pixels`](super::Limits::pixels).
    #[error(
        "the photo is {width} × {height} pixels ({}) and the limit is {}: export it at a smaller size",
        megapixels(u64::from(*width) * u64::from(*height)),
        megapixels(*limit)
    )]
    TooManyPixels {
        /// Width in pixels, as the file declares it.
        width: u32,
        /// Height in pixels, as the file declares it.
        height: u32,
        /// Most pixels allowed.
        limit: u64,
    },

    /// The file declares a width or a height of nothing.
    #[error(
        "the file says that the photo is {width} × {height} pixels, so there is nothing in it: export it again"
    )]
    NoPixels {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },

    /// The bytes are of no picture format that is known here.
    #[error("the file is not a picture, whatever its name says{}: choose a JPEG, PNG, WebP, GIF, BMP or TIFF photo",
        if *text { " (it holds text)" } else { "" })]
    NotAPicture {
        /// Whether the file reads as plain text, such as a web page saved under a picture's name.
        text: bool,
    },

    /// A known format that is no photo, such as PDF or SVG.
    #[error("the file is {} and not a photo: {}", .0.name(), .0.remedy())]
    NotAPhoto(Format),

    /// A format that this build leaves to the browser's own decoder, which may or may not have it.
    #[error("this build cannot decode {} here: {}", .0.name(), .0.remedy())]
    OnlyBrowser(Format),

    /// A rare kind of a known format.
    #[error("this kind of {} file ({feature}) cannot be read here: export it again as an ordinary JPEG or PNG", .format.name())]
    Unsupported {
        /// The format of the file.
        format: Format,
        /// What it has that cannot be read.
        feature: String,
    },

    /// The file stops before the photo is complete.
    #[error("the {} file is cut off: its end is missing, as after a broken download or copy. Copy or export it again{}", .format.name(), bracketed(cause))]
    Truncated {
        /// The format of the file.
        format: Format,
        /// The decoder's own words.
        cause: String,
    },

    /// The file contradicts itself.
    #[error("the {} file is damaged and cannot be read whole: copy or export it again{}", .format.name(), bracketed(cause))]
    Damaged {
        /// The format of the file.
        format: Format,
        /// The decoder's own words.
        cause: String,
    },

    /// Memory could not be had.
    #[error(
        "there is not enough memory on this device for the photo ({} more are needed): close other tabs and programs, or use a smaller photo",
        megabytes(*bytes)
    )]
    OutOfMemory {
        /// The size of the block that could not be had, in bytes.
        bytes: u64,
    },

    /// A pixel buffer's length disagrees with its dimensions.
    #[error("a picture of {width} × {height} pixels takes {expected} bytes of RGBA, but {found} were given")]
    WrongLength {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// The bytes it takes.
        expected: u64,
        /// The bytes that were given.
        found: u64,
    },

    /// A JPEG quality outside 1 to 100.
    #[error("a JPEG's quality is 1 to 100, but {0} was asked for")]
    Quality(u8),

    /// The output format cannot hold a picture this wide or high.
    #[error("a {} holds at most {limit} pixels a side and the picture is {width} × {height}: save it as PNG", .format.name())]
    TooLargeFor {
        /// The output format.
        format: Format,
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Most pixels a side.
        limit: u32,
    },

    /// An encoder failed, for a reason that the inputs should have ruled out.
    #[error("the picture could not be written as {}: please report this{}", .format.name(), bracketed(cause))]
    Encoder {
        /// The output format.
        format: Format,
        /// The encoder's own words.
        cause: String,
    },
}

impl Error {
    /// Whose fault it is.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Empty
            | Self::FileTooLarge { .. }
            | Self::TooManyPixels { .. }
            | Self::NoPixels { .. }
            | Self::NotAPicture { .. }
            | Self::NotAPhoto(_)
            | Self::Truncated { .. }
            | Self::Damaged { .. } => Fault::Photo,
            Self::OnlyBrowser(_) | Self::Unsupported { .. } | Self::Encoder { .. } => Fault::Build,
            Self::OutOfMemory { .. } => Fault::Device,
            Self::WrongLength { .. } | Self::Quality(_) | Self::TooLargeFor { .. } => Fault::Caller,
        }
    }
}

fn bracketed(cause: &str) -> String {
    if cause.is_empty() { String::new() } else { format!(" [{cause}]") }
}

fn megabytes(bytes: u64) -> String {
    if bytes < 1 << 20 {
        format!("{} KB", bytes.div_ceil(1 << 10))
    } else {
        format!("{} MB", bytes.div_ceil(1 << 20))
    }
}

fn megapixels(pixels: u64) -> String {
    if pixels < 10_000_000 {
        format!("{:.1} megapixels", pixels as f64 / 1e6)
    } else {
        format!("{} megapixels", pixels / 1_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_the_thing_the_limit_and_the_remedy() {
        let message = Error::TooManyPixels { width: 30_000, height: 30_000, limit: 100_000_000 }.to_string();
        assert_eq!(
            message,
            "the photo is 30000 × 30000 pixels (900 megapixels) and the limit is 100 megapixels: export it at a smaller size"
        );
        let message = Error::FileTooLarge { bytes: 600 << 20, limit: 512 << 20 }.to_string();
        assert_eq!(
            message,
            "the file is 600 MB and the limit is 512 MB: export it as a JPEG or at a smaller size"
        );
    }

    #[test]
    fn the_technical_cause_stands_in_brackets_at_the_end_or_not_at_all() {
        let cut = |cause: &str| Error::Truncated { format: Format::Png, cause: cause.into() }.to_string();
        assert!(cut("unexpected end of file").ends_with("again [unexpected end of file]"));
        assert!(cut("").ends_with("export it again"));
    }

    #[test]
    fn heic_points_to_safari_and_to_jpeg() {
        let message = Error::OnlyBrowser(Format::Heif).to_string();
        assert!(message.starts_with("this build cannot decode HEIC here: "), "{message}");
        assert!(message.contains("Safari") && message.contains("JPEG"), "{message}");
    }
}
