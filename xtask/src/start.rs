//! From a fresh clone to the page in a browser.

use anyhow::Result;

use crate::project::Project;
use crate::{build, serve};

/// Sets up, builds what is stale, serves the page.
pub(crate) fn run(project: &Project, port: u16) -> Result<()> {
    build::run(project, false)?;
    serve::run(&project.path("www/dist"), port)
}
