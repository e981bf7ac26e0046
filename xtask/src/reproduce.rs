//! Whether the same sources give the same bytes in another place.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::project::{Project, output, run as run_command};
use crate::stamp::{self, hex};
use crate::{build, published};

/// Not in the repository, and part of the page where they were made.
const MADE: [&str; 2] = ["models/best.onnx", "models/best.onnx.gz"];

/// Builds here what is stale; then builds a copy of the tracked files in `folder`, with sources of crates and packages
/// that are fetched anew, and compares every file of both.
pub(crate) fn run(project: &Project, folder: Option<PathBuf>) -> Result<()> {
    build::run(project, false)?;
    let folder = folder.unwrap_or_else(|| {
        std::env::temp_dir().join(format!("vitrine-built-a-second-time-{}", std::process::id()))
    });
    if folder.exists() {
        bail!("{} is there already: delete it, or give another with --folder", folder.display());
    }
    let copy = folder.join("sources");
    copy_sources(project, &copy)?;
    println!("building again in {}", copy.display());
    run_command(
        project
            .command("cargo")
            .args(["xtask", "build"])
            .current_dir(&copy)
            .env("CARGO_HOME", folder.join("crates"))
            .env("TZ", "Pacific/Kiritimati"),
        "the sources build here and not there: something is not committed, or not to be fetched",
    )?;

    let mut differences = Vec::new();
    for dist in build::DIST {
        let (here, there) = (digests(&project.path(dist))?, digests(&copy.join(dist))?);
        println!("{dist}: {} files, {} there", here.len(), there.len());
        differences.extend(compared(&here, &there).map(|difference| format!("{dist}/{difference}")));
    }
    if !differences.is_empty() {
        bail!("{}: what was built there lies in {}", differences.join("\n"), copy.display());
    }
    fs::remove_dir_all(&folder).with_context(|| format!("{} could not be removed", folder.display()))?;
    println!("every file is the same");
    build::DIST.iter().try_for_each(|dist| published::print(project, dist))
}

/// The tracked files as they are now.
fn copy_sources(project: &Project, copy: &Path) -> Result<()> {
    let tracked = output(
        project.command("git").args(["ls-files", "-z"]),
        "only a clone of the repository knows its files",
    )?;
    let made = MADE.iter().copied().filter(|file| project.path(file).is_file());
    for file in tracked.split_terminator('\0').chain(made) {
        let (from, to) = (project.path(file), copy.join(file));
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent).with_context(|| format!("{} could not be made", parent.display()))?;
        }
        fs::copy(&from, &to).with_context(|| format!("{} could not be copied", from.display()))?;
    }
    Ok(())
}

fn digests(folder: &Path) -> Result<BTreeMap<String, String>> {
    let digest = |path: &PathBuf| Ok((published::name(folder, path)?, hex(&Sha256::digest(fs::read(path)?))));
    stamp::files(folder)?.iter().map(digest).collect()
}

/// What is not the same here and there, in words.
fn compared<'a>(
    here: &'a BTreeMap<String, String>,
    there: &'a BTreeMap<String, String>,
) -> impl Iterator<Item = String> + 'a {
    let names = here.keys().chain(there.keys().filter(|name| !here.contains_key(*name)));
    names.filter_map(|name| match (here.get(name), there.get(name)) {
        (Some(one), Some(other)) if one == other => None,
        (Some(_), Some(_)) => Some(format!("{name} differs")),
        (Some(_), None) => Some(format!("{name} is only here")),
        _ => Some(format!("{name} is only there")),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_not_the_same_is_named() {
        let files = |entries: &[(&str, &str)]| {
            entries.iter().map(|(name, digest)| ((*name).to_owned(), (*digest).to_owned())).collect()
        };
        let here = files(&[("a", "1"), ("b", "1"), ("c", "1")]);
        let there = files(&[("b", "2"), ("c", "1"), ("d", "1")]);
        assert_eq!(
            compared(&here, &there).collect::<Vec<_>>(),
            ["a is only here", "b differs", "d is only there"]
        );
        assert_eq!(compared(&here, &here).count(), 0);
    }
}
