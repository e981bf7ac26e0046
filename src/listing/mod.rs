//! What a marketplace asks of a photo: presets, framing, finished pictures, export, the linter that re-reads what was
//! encoded, and the report of what was done to the product.
//!
//! Knows pixels and files; knows nothing of networks, scenes, devices or browsers.

mod export;
mod framing;
mod lint;
mod look;
mod preset;
mod region;
pub mod report;
mod whole;

pub use export::{Exported, Picture, export, export_as};
pub use framing::{Frame, Note, frame, frame_in};
pub use lint::{Area, Check, Context, Finding, Fix, Lint, Severity, lint};
pub use preset::{
    Alternative, Aspect, Background, Bound, Bytes, Catalog, Confidence, Count, Extent, Fact, Fill, Force,
    Formats, Kind, Preset, SafeInset, ShadowRule, Standing, UnknownPreset, catalog, find,
};
pub use region::{Edges, Subject};
pub use whole::{Whole, whole};
