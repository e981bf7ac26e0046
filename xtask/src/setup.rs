//! Installs what a build needs and a fresh machine with rustup and Node lacks.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::project::{Project, run};
use crate::stamp;

/// The oldest Node that Vite 8 runs on.
const OLDEST_NODE: (u32, u32) = (20, 19);

/// Makes sure of Node, the npm packages and the Rust target.
pub(crate) fn ensure(project: &Project) -> Result<()> {
    ensure_node()?;
    ensure_packages(project)?;
    ensure_target(project)
}

fn ensure_node() -> Result<()> {
    let remedy = format!("install Node {}.{} or newer (https://nodejs.org)", OLDEST_NODE.0, OLDEST_NODE.1);
    let output = Command::new("node")
        .arg("--version")
        .output()
        .with_context(|| format!("`node` could not be started: {remedy}"))?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let mut numbers = version.trim_start_matches('v').split('.').map_while(|part| part.parse::<u32>().ok());
    let found = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if found < OLDEST_NODE {
        bail!("Node {version} is too old: {remedy}");
    }
    Ok(())
}

/// `npm ci`, again only after the lock file has changed.
fn ensure_packages(project: &Project) -> Result<()> {
    let stamp = project.path("node_modules/.vitrine-stamp");
    let now = stamp::of(project, &["package.json", "package-lock.json"])?;
    if std::fs::read_to_string(&stamp).is_ok_and(|then| then == now) {
        return Ok(());
    }
    println!("installing the npm packages");
    run(
        project.command("npm").args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]),
        "check the connection to the npm registry",
    )?;
    std::fs::write(&stamp, now).with_context(|| format!("{} could not be written", stamp.display()))
}

fn ensure_target(project: &Project) -> Result<()> {
    const TARGET: &str = "wasm32-unknown-unknown";
    let output = project
        .command("rustc")
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()
        .context("`rustc` could not be started: install Rust (https://rustup.rs)")?;
    let folder = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() && std::path::Path::new(&folder).is_dir() {
        return Ok(());
    }
    println!("installing the Rust target {TARGET}");
    run(
        project.command("rustup").args(["target", "add", TARGET]),
        "install Rust with rustup (https://rustup.rs), or install this target's standard library",
    )
}
