//! Knows whether something has changed since it was last built: a digest over the contents of its inputs.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::project::Project;

/// A digest over the names and contents of files; folders count with everything in them, absent ones as absent.
pub(crate) fn of(project: &Project, inputs: &[&str]) -> Result<String> {
    let mut digest = Sha256::new();
    for input in inputs {
        let files = files(&project.path(input))?;
        digest.update(input.as_bytes());
        digest.update((files.len() as u64).to_le_bytes());
        for file in files {
            let bytes = fs::read(&file).with_context(|| format!("{} could not be read", file.display()))?;
            // As seen from the root: where the project lies changes nothing that is built.
            digest.update(project.relative(&file).to_string_lossy().as_bytes());
            digest.update((bytes.len() as u64).to_le_bytes());
            digest.update(&bytes);
        }
    }
    Ok(hex(&digest.finalize()))
}

/// The files in a folder and in those within, in order.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.sort();
    Ok(files)
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_file() {
        files.push(path.to_owned());
    } else if path.is_dir() {
        let entries = fs::read_dir(path).with_context(|| format!("{} could not be read", path.display()))?;
        for entry in entries {
            let entry = entry?.path();
            // Build products live beside their sources in pkg and www.
            let product = entry.file_name().is_some_and(|name| name == "dist" || name == "node_modules");
            if !product {
                collect(&entry, files)?;
            }
        }
    }
    Ok(())
}
