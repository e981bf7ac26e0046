//! The engine against the best-known one for browsers, on the same file, in the same run.

use anyhow::Result;

use crate::project::{Project, run as run_command};
use crate::{build, setup};

/// Where the comparison lives, with a peer that nothing else here depends on.
const FOLDER: &str = "benches/browser";

/// Sets up, builds, and prints both engines' times and their ratio; fails where ours takes longer.
pub(crate) fn run(project: &Project, runs: u32) -> Result<()> {
    build::run(project, false)?;
    setup::ensure_browser(project)?;
    setup::ensure_packages(project, FOLDER)?;
    let mut command = project.command("npm");
    command.args(["run", "--silent", "bench", "--", "--runs", &runs.to_string()]);
    command.current_dir(project.path(FOLDER));
    run_command(&mut command, "the message above says what went wrong")
}
