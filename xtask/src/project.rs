//! Where things are, and how a task runs another program.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The repository's root.
pub(crate) struct Project {
    root: PathBuf,
}

impl Project {
    /// The project that this very binary was built from.
    pub(crate) fn here() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask has no parent folder")?;
        Ok(Self { root: root.to_owned() })
    }

    /// A path under the root.
    pub(crate) fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }

    /// A path as seen from the root.
    pub(crate) fn relative<'a>(&self, path: &'a Path) -> &'a Path {
        path.strip_prefix(&self.root).unwrap_or(path)
    }

    /// A program that runs in the root, with this process's terminal.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }
}

/// Runs a command; an error names it and says what to do.
pub(crate) fn run(command: &mut Command, remedy: &str) -> Result<()> {
    let shown = show(command);
    let status = command.status().with_context(|| format!("`{shown}` could not be started: {remedy}"))?;
    if !status.success() {
        bail!("`{shown}` failed ({status}): {remedy}");
    }
    Ok(())
}

/// What a command writes to its standard output; an error names it and says what to do.
pub(crate) fn output(command: &mut Command, remedy: &str) -> Result<String> {
    let shown = show(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("`{shown}` could not be started: {remedy}"))?;
    if !output.status.success() {
        bail!("`{shown}` failed ({}): {remedy}", output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{shown}` wrote what is no text"))
}

fn show(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}
