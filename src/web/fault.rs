//! Errors as JavaScript objects `{ kind, message }`, by whose fault it is; with a `code` where a page may say them in
//! words of its own.

use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;

use super::code;
use crate::{photo, scene, tools};

/// Whose fault an error is, in the words of `VitrineError.kind`.
#[derive(Clone, Copy)]
enum Kind {
    Photo,
    Model,
    Device,
    Caller,
    Cancelled,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Model => "model",
            Self::Device => "device",
            Self::Caller => "caller",
            Self::Cancelled => "cancelled",
        }
    }
}

/// An error on its way to JavaScript.
pub struct Fault {
    kind: Kind,
    code: Option<&'static str>,
    message: String,
}

impl Fault {
    fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, code: None, message: message.into() }
    }

    /// What the browser or the machine could not do.
    pub(super) fn device(message: impl Into<String>) -> Self {
        Self::new(Kind::Device, message)
    }

    /// An argument that the TypeScript side should never have passed.
    pub(super) fn caller(message: impl Into<String>) -> Self {
        Self::new(Kind::Caller, message)
    }
}

impl From<photo::Error> for Fault {
    fn from(error: photo::Error) -> Self {
        Self { code: code::of_photo(&error), ..Self::new(Kind::Photo, error.to_string()) }
    }
}

impl From<tools::Error> for Fault {
    fn from(error: tools::Error) -> Self {
        let kind = match &error {
            tools::Error::Photo(error) => return error.clone().into(),
            tools::Error::Model(_) => Kind::Model,
            tools::Error::Device(_) => Kind::Device,
            tools::Error::NoNetwork(_) => Kind::Caller,
            tools::Error::TryOn(error) => return error.clone().into(),
            tools::Error::Cancelled => Kind::Cancelled,
        };
        Self::new(kind, error.to_string())
    }
}

impl From<tools::try_on::Error> for Fault {
    fn from(error: tools::try_on::Error) -> Self {
        use tools::try_on::Error;
        let kind = match &error {
            Error::NoFace
            | Error::Unmeasured
            | Error::OutOfSight { .. }
            | Error::NoProduct
            | Error::NotPlain
            | Error::NoGarment
            | Error::NoBody
            | Error::TurnedAway
            | Error::ArmsBefore => Kind::Photo,
            Error::NoSuchFace { .. } | Error::NoSuchKind { .. } | Error::Width { .. } => Kind::Caller,
        };
        Self { code: code::of_try_on(&error), ..Self::new(kind, error.to_string()) }
    }
}

impl From<scene::Error> for Fault {
    fn from(error: scene::Error) -> Self {
        let kind = match &error {
            scene::Error::Empty { .. } => Kind::Photo,
            scene::Error::Memory { .. } => Kind::Device,
            scene::Error::Cancelled => Kind::Cancelled,
            scene::Error::Malformed { .. }
            | scene::Error::Newer { .. }
            | scene::Error::Range { .. }
            | scene::Error::NoPicture { .. } => Kind::Caller,
        };
        Self::new(kind, error.to_string())
    }
}

impl From<scene::Failed> for Fault {
    fn from(error: scene::Failed) -> Self {
        match error {
            scene::Failed::Scene(error) => error.into(),
            scene::Failed::Device(error) => Self::device(error.to_string()),
        }
    }
}

impl From<tools::studio::Error> for Fault {
    fn from(error: tools::studio::Error) -> Self {
        match error {
            tools::studio::Error::Scene(error) => error.into(),
            tools::studio::Error::Photo(error) => error.into(),
        }
    }
}

impl From<tools::colour::Error> for Fault {
    fn from(error: tools::colour::Error) -> Self {
        use tools::colour::Error;
        let kind = match &error {
            Error::Clipped { .. }
            | Error::Dark { .. }
            | Error::Transparent { .. }
            | Error::NothingToMeasure => Kind::Photo,
            Error::NotSettings { .. }
            | Error::OutOfRange { .. }
            | Error::NoNeutral { .. }
            | Error::Outside { .. }
            | Error::OtherMatte { .. }
            | Error::OtherPicture { .. } => Kind::Caller,
        };
        Self::new(kind, error.to_string())
    }
}

impl From<Fault> for JsValue {
    fn from(fault: Fault) -> Self {
        let object = Object::new();
        let message = Some(fault.message.as_str());
        for (key, value) in [("kind", Some(fault.kind.name())), ("code", fault.code), ("message", message)] {
            // Setting a property of a plain object that was made one line above cannot fail.
            let _ = Reflect::set(&object, &key.into(), &value.into());
        }
        object.into()
    }
}
