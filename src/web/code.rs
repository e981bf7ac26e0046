//! Stable names of what is wrong with a person's photo, for a page that says it in a language of its own. Nothing has
//! one that only the calling code, or the picture of a product, can be at fault for.

use crate::{photo, tools};

/// Of a file that cannot be read.
pub(super) const fn of_photo(error: &photo::Error) -> Option<&'static str> {
    use photo::Error;
    Some(match error {
        Error::Empty => "empty",
        Error::FileTooLarge { .. } => "file-too-large",
        Error::TooManyPixels { .. } => "too-many-pixels",
        Error::NoPixels { .. } => "no-pixels",
        Error::NotAPicture { .. } => "not-a-picture",
        Error::NotAPhoto(_) => "not-a-photo",
        Error::OnlyBrowser(_) => "only-browser",
        Error::Unsupported { .. } => "unsupported",
        Error::Truncated { .. } => "truncated",
        Error::Damaged { .. } => "damaged",
        Error::OutOfMemory { .. } => "out-of-memory",
        Error::WrongLength { .. } | Error::Quality(_) | Error::TooLargeFor { .. } | Error::Encoder { .. } => {
            return None;
        }
    })
}

/// Of a person on whom a product has no place.
pub(super) const fn of_try_on(error: &tools::try_on::Error) -> Option<&'static str> {
    use tools::try_on::Error;
    Some(match error {
        Error::NoFace => "no-face",
        Error::OutOfSight { .. } => "out-of-sight",
        Error::Unmeasured => "unmeasured",
        Error::NoBody => "no-body",
        Error::TurnedAway => "turned-away",
        Error::ArmsBefore => "arms-before",
        Error::NoSuchFace { .. }
        | Error::NoProduct
        | Error::NotPlain
        | Error::NoGarment
        | Error::NoSuchKind { .. }
        | Error::Width { .. } => return None,
    })
}
