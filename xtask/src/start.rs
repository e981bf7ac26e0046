//! From a fresh clone to the page in a browser.

use anyhow::Result;

use crate::project::Project;
use crate::{build, models, serve};

/// Sets up, builds what is stale, serves the page.
pub(crate) fn run(project: &Project, port: u16, models: models::Wanted) -> Result<()> {
    if let Err(error) = models::ensure(project, models) {
        eprintln!("the page goes without the model `best`: {error:#}; `cargo xtask models best` tries again");
    }
    build::run(project, false)?;
    serve::run(&project.path("www/dist"), port)
}
