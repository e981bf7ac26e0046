//! What is said of a folder that is finished: each file with its digest, and that none tells where it was built.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::assets;
use crate::project::{Project, output};
use crate::stamp::{self, hex};

/// At the root of what is served. It does not list itself, nor what a host reads and does not serve.
pub(crate) const LIST: &str = "files.json";
const UNSERVED: &str = "_headers";

/// The files of a folder by their path in it, with `/` between the parts.
#[derive(Default, Serialize)]
pub(crate) struct Files {
    files: BTreeMap<String, File>,
}

/// One file, as it is before a server compresses it.
#[derive(Serialize)]
struct File {
    bytes: usize,
    /// Hexadecimal.
    sha256: String,
    /// The same digest as HTML's `integrity` takes it.
    integrity: String,
}

impl Files {
    /// Of a folder that holds no compressed copies yet: those are the same files in other encodings, and not listed.
    pub(crate) fn of(folder: &Path) -> Result<Self> {
        let mut files = Self::default();
        for path in stamp::files(folder)? {
            let name = name(folder, &path)?;
            if name != LIST && name != UNSERVED {
                let bytes =
                    fs::read(&path).with_context(|| format!("{} could not be read", path.display()))?;
                files.add(name, &bytes);
            }
        }
        Ok(files)
    }

    pub(crate) fn add(&mut self, name: String, bytes: &[u8]) {
        let sha256 = hex(&Sha256::digest(bytes));
        self.files.insert(name, File { bytes: bytes.len(), sha256, integrity: assets::source_hash(bytes) });
    }

    /// The SHA-256 of those whose names end so, each once.
    pub(crate) fn digests(&self, endings: &[&str]) -> BTreeSet<&str> {
        let wanted = |name: &str| endings.iter().any(|ending| name.ends_with(ending));
        self.files.iter().filter(|(name, _)| wanted(name)).map(|(_, file)| file.sha256.as_str()).collect()
    }

    /// Puts the list at the folder's root.
    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        let path = folder.join(LIST);
        fs::write(&path, serde_json::to_string_pretty(self)?)
            .with_context(|| format!("{} could not be written", path.display()))
    }
}

/// A file's path in a folder, with `/` between its parts.
pub(crate) fn name(folder: &Path, path: &Path) -> Result<String> {
    let parts = path.strip_prefix(folder)?.iter().map(|part| part.to_string_lossy().into_owned());
    Ok(parts.collect::<Vec<_>>().join("/"))
}

/// The digest of the list, to be published where the files are not: who knows it can check each of them.
pub(crate) fn print(project: &Project, folder: &str) -> Result<()> {
    let list = format!("{folder}/{LIST}");
    let bytes = fs::read(project.path(&list)).with_context(|| format!("{list} is not there"))?;
    println!("{list}: SHA-256 {}", hex(&Sha256::digest(bytes)));
    Ok(())
}

/// Refuses a file that names a folder of this machine: it would say who built it, and come out different elsewhere.
pub(crate) fn names_no_folder(project: &Project, folder: &Path) -> Result<()> {
    let folders = folders_of_this_machine(project)?;
    for path in stamp::files(folder)? {
        let bytes = fs::read(&path).with_context(|| format!("{} could not be read", path.display()))?;
        if let Some(named) = folders.iter().find(|named| holds(&bytes, named.as_bytes())) {
            bail!(
                "{} names {named}, a folder of this machine: let the compiler map it to a name that is the same \
                 everywhere (xtask/src/wasm.rs)",
                path.display()
            );
        }
    }
    Ok(())
}

/// Where the person, cargo, the compiler and the project lie; each with the separator after it.
fn folders_of_this_machine(project: &Project) -> Result<Vec<String>> {
    let compiler = output(
        project.command("rustc").args(["--print", "sysroot"]),
        "install Rust with rustup (https://rustup.rs)",
    )?;
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let home = variable("HOME");
    let cargo = variable("CARGO_HOME").or_else(|| Some(home.as_ref()?.join(".cargo")));
    let folders = [home, cargo, Some(PathBuf::from(compiler.trim())), Some(project.path(""))];
    Ok(folders
        .into_iter()
        .flatten()
        // One right under the root, such as /src, is a part of many names and tells nothing.
        .filter(|folder| folder.is_absolute() && folder.components().count() > 2)
        .map(|folder| folder.join("").to_string_lossy().into_owned())
        .collect())
}

fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// A folder of its own for a test, empty.
    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("vitrine-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("assets")).unwrap();
        folder
    }

    #[test]
    fn the_list_has_each_served_file_with_its_digest() {
        let folder = folder("list");
        fs::write(folder.join("index.html"), "abc").unwrap();
        fs::write(folder.join("assets/a.js"), "").unwrap();
        fs::write(folder.join(UNSERVED), "/*").unwrap();
        Files::of(&folder).unwrap().write(&folder).unwrap();
        // Written once more, it does not list itself.
        Files::of(&folder).unwrap().write(&folder).unwrap();
        let list: serde_json::Value = serde_json::from_slice(&fs::read(folder.join(LIST)).unwrap()).unwrap();
        // The digests are those of FIPS 180-4's examples.
        assert_eq!(
            list,
            serde_json::json!({ "files": {
                "assets/a.js": {
                    "bytes": 0,
                    "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                    "integrity": "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
                },
                "index.html": {
                    "bytes": 3,
                    "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                    "integrity": "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
                }
            } })
        );
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_file_that_names_a_folder_of_this_machine_is_refused() {
        let project = Project::here().unwrap();
        let folder = folder("names");
        fs::write(folder.join("assets/a.wasm"), b"\0asm crates/image-0.25.10/src/lib.rs").unwrap();
        names_no_folder(&project, &folder).unwrap();
        let named = folders_of_this_machine(&project).unwrap();
        assert!(named.contains(&project.path("").display().to_string()), "{named:?}");
        for named in named {
            // The compiler puts texts beside each other, with nothing between.
            fs::write(folder.join("assets/a.wasm"), format!("overflow{named}src/lib.rs")).unwrap();
            let error = names_no_folder(&project, &folder).unwrap_err().to_string();
            assert!(error.contains("a.wasm names"), "{error}");
        }
        fs::remove_dir_all(folder).unwrap();
    }
}
