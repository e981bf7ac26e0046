//! Installs what a build needs and a fresh machine with rustup and Node lacks.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::project::{Project, run};
use crate::stamp;

/// The oldest Node that Vite 8 runs on.
const OLDEST_NODE: (u32, u32) = (20, 19);

/// Makes sure of Node, the npm packages and the Rust target.
pub(crate) fn ensure(project: &Project) -> Result<()> {
    ensure_node()?;
    ensure_packages(project, "")?;
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

/// `npm ci` in a folder that has a lock file, again only after the lock file has changed.
pub(crate) fn ensure_packages(project: &Project, folder: &str) -> Result<()> {
    let within = |name: &str| Path::new(folder).join(name).to_string_lossy().into_owned();
    let stamp = project.path(within("node_modules/.vitrine-stamp"));
    let now = stamp::of(project, &[&within("package.json"), &within("package-lock.json")])?;
    if std::fs::read_to_string(&stamp).is_ok_and(|then| then == now) {
        return Ok(());
    }
    println!(
        "installing the npm packages{}",
        if folder.is_empty() { String::new() } else { format!(" of {folder}") }
    );
    let mut command = project.command("npm");
    command.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(project.path(folder));
    run(&mut command, "check the connection to the npm registry")?;
    std::fs::write(&stamp, now).with_context(|| format!("{} could not be written", stamp.display()))
}

/// Chromium with a software WebGPU adapter, Firefox for what it lets out of a frame, and a software Vulkan driver for the
/// native GPU tests.
///
/// `CHROMIUM` and `FIREFOX` name other browsers than Debian's. Packages are installed where this process may do so.
pub(crate) fn ensure_browser(project: &Project) -> Result<()> {
    let browsers =
        [("CHROMIUM", "/usr/bin/chromium", "chromium"), ("FIREFOX", "/usr/bin/firefox-esr", "firefox-esr")];
    let vulkan = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"].iter().any(|folder| {
        std::fs::read_dir(folder).is_ok_and(|entries| {
            entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("lvp_icd"))
        })
    });
    let mut missing = Vec::new();
    for (variable, usual, package) in browsers {
        let browser = std::env::var(variable).unwrap_or_else(|_| usual.to_owned());
        if !Path::new(&browser).exists() {
            missing.push(package);
        }
    }
    if !vulkan {
        missing.extend(["mesa-vulkan-drivers", "libvulkan1"]);
    }
    if missing.is_empty() {
        return Ok(());
    }
    println!("installing {}", missing.join(", "));
    let root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.trim_ascii() == b"0");
    let apt = |arguments: &[&str]| {
        let mut command = project.command(if root { "apt-get" } else { "sudo" });
        if !root {
            command.arg("apt-get");
        }
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        run(&mut command, &format!("install these packages by hand: {}", missing.join(" ")))
    };
    apt(&["update", "--quiet"])?;
    let mut arguments = vec!["install", "--yes", "--quiet", "--no-install-recommends"];
    arguments.extend(&missing);
    apt(&arguments)
}

fn ensure_target(project: &Project) -> Result<()> {
    const TARGET: &str = "wasm32-unknown-unknown";
    let output = project
        .command("rustc")
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()
        .context("`rustc` could not be started: install Rust (https://rustup.rs)")?;
    let folder = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() && Path::new(&folder).is_dir() {
        return Ok(());
    }
    println!("installing the Rust target {TARGET}");
    run(
        project.command("rustup").args(["target", "add", TARGET]),
        "install Rust with rustup (https://rustup.rs), or install this target's standard library",
    )
}
