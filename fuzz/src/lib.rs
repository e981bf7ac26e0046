//! The fuzz targets of Vitrine; see `README.md`.

#[path = "../../tests/support/counting.rs"]
pub mod counting;
pub mod targets;
#[path = "../../tests/support/walk.rs"]
pub mod walk;
