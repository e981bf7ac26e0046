//! What the served files are made of, as CycloneDX 1.6 lists it: the crates in the wasm, the npm packages in the scripts,
//! the networks. It holds no time and no random number, so that the same sources give the same list.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::project::{Project, output};
use crate::published::Files;
use crate::stamp::{self, hex};

/// At the root of what is served.
pub(crate) const NAME: &str = "sbom.cdx.json";

/// Where `pkg/vite.packages.ts` writes which npm packages are in each script, in a folder for each of pkg and www.
pub(crate) const PACKAGES: &str = "target/web/packages";

/// What lies inside the wasm beside code: its name, its file, its terms.
const INSIDE: [(&str, &str, &str); 2] = [
    ("edges", "models/edges.onnx", "MIT OR Apache-2.0"),
    ("face_shape", "models/face_shape.bin", "Apache-2.0"),
];

/// The list for a folder with these files, whose scripts are those of `scripts` (pkg, www).
pub(crate) fn of(project: &Project, scripts: &[&str], files: &Files) -> Result<String> {
    let (this, crates) = crates(project)?;
    let mut components = vec![standard_library(project)?];
    components.extend(crates);
    components.extend(packages(project, scripts)?);
    components.extend(networks(project, files)?);
    let list = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "component": this },
        "components": components,
    });
    Ok(serde_json::to_string_pretty(&list)?)
}

/// A part with a package URL, which is also what it is known by in the list.
fn component(kind: &str, name: &str, version: &str, licence: &str, purl: &str) -> Value {
    json!({
        "type": kind,
        "bom-ref": purl,
        "name": name,
        "version": version,
        "licenses": licences(licence),
        "purl": purl,
    })
}

/// An expression of SPDX's, or else the words that stand for one.
fn licences(text: &str) -> Value {
    // How crates wrote "or" before there were expressions.
    let expression = text.replace('/', " OR ");
    let is_name = |word: &str| {
        word.chars()
            .all(|letter| letter.is_ascii_alphanumeric() || ['-', '.', '+', '(', ')'].contains(&letter))
    };
    let words = expression.split(' ').collect::<Vec<_>>();
    let joined = |(place, word): (usize, &&str)| match place % 2 {
        0 => is_name(word),
        _ => ["AND", "OR", "WITH"].contains(word),
    };
    if words.len() % 2 == 1 && words.iter().enumerate().all(joined) {
        json!([{ "expression": expression }])
    } else {
        json!([{ "license": { "name": text } }])
    }
}

fn with_digest(mut component: Value, algorithm: &str, digest: &str) -> Value {
    component["hashes"] = json!([{ "alg": algorithm, "content": digest }]);
    component
}

/// Rust's own library is in the wasm too. Another compiler gives other bytes, so its commit is told.
fn standard_library(project: &Project) -> Result<Value> {
    let about = output(
        project.command("rustc").args(["--version", "--verbose"]),
        "install Rust with rustup (https://rustup.rs)",
    )?;
    let field = |name: &str| {
        about.lines().find_map(|line| line.strip_prefix(name)).map(str::trim).context("rustc gave no version")
    };
    let version = field("release:")?;
    let purl = format!("pkg:github/rust-lang/rust@{}", field("commit-hash:")?);
    Ok(component("library", "rust-std", version, "MIT OR Apache-2.0", &purl))
}

/// This crate, and those that the wasm is made of: compiled into it, or writing code that is. Not what only tests use.
fn crates(project: &Project) -> Result<(Value, Vec<Value>)> {
    let tree = output(
        project.command("cargo").args([
            "tree",
            "--locked",
            "--package",
            "vitrine",
            "--target",
            "wasm32-unknown-unknown",
            "--edges",
            "normal",
            "--no-default-features",
            "--features",
            "page,try-on",
            "--prefix",
            "none",
            "--no-dedupe",
            "--format",
            "{p}|{l}",
        ]),
        "check the connection to the registry of crates, and Cargo.lock",
    )?;
    let lock = fs::read_to_string(project.path("Cargo.lock")).context("Cargo.lock could not be read")?;
    let mut this = None;
    let mut crates = Vec::new();
    for line in tree.lines().collect::<BTreeSet<_>>() {
        let (name, version, licence) =
            parsed(line).with_context(|| format!("`cargo tree` says of a crate: {line}"))?;
        let purl = format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"));
        let entry = component("library", name, version, licence, &purl);
        match checksum(&lock, name, version) {
            Some(sha256) => crates.push(with_digest(entry, "SHA-256", sha256)),
            None if name == "vitrine" => this = Some(entry),
            // Another of this repository: it is a part of this one, whatever its name is elsewhere.
            None if line.contains(&format!("({}", project.path("crates").display())) => {}
            None => bail!("Cargo.lock has no checksum of {name} {version}: take it from crates.io"),
        }
    }
    Ok((this.context("`cargo tree` does not name vitrine")?, crates))
}

/// Name, version and licence of a line of `cargo tree`, which may say `(proc-macro)` or a path behind the version.
fn parsed(line: &str) -> Option<(&str, &str, &str)> {
    let (package, licence) = line.split_once('|')?;
    let mut words = package.split(' ');
    let (name, version) = (words.next()?, words.next()?.strip_prefix('v')?);
    (!licence.is_empty()).then_some((name, version, licence))
}

/// What Cargo.lock says of the crate's archive.
fn checksum<'a>(lock: &'a str, name: &str, version: &str) -> Option<&'a str> {
    let start = format!("name = \"{name}\"\nversion = \"{version}\"\n");
    let entry = lock.split("[[package]]\n").find(|entry| entry.starts_with(&start))?;
    entry.lines().find_map(|line| line.strip_prefix("checksum = \""))?.strip_suffix('"')
}

/// What package-lock.json says of a package.
#[derive(Deserialize)]
struct Locked {
    version: String,
    license: String,
    integrity: String,
}

/// The npm packages of which something is in the scripts.
fn packages(project: &Project, scripts: &[&str]) -> Result<Vec<Value>> {
    let mut names = BTreeSet::new();
    for folder in scripts {
        for path in stamp::files(&project.path(PACKAGES).join(folder))? {
            let of_script: Vec<String> = serde_json::from_slice(&fs::read(&path)?)
                .with_context(|| format!("{} is no list of packages", path.display()))?;
            names.extend(of_script);
        }
    }
    let lock: Value = serde_json::from_slice(&fs::read(project.path("package-lock.json"))?)
        .context("package-lock.json is not JSON")?;
    names.iter().map(|name| package(&lock, name)).collect()
}

fn package(lock: &Value, name: &str) -> Result<Value> {
    let entry = &lock["packages"][format!("node_modules/{name}")];
    let Locked { version, license, integrity } = Locked::deserialize(entry)
        .with_context(|| format!("package-lock.json lacks version, licence or digest of {name}"))?;
    let digest = integrity
        .strip_prefix("sha512-")
        .and_then(|digest| base64::engine::general_purpose::STANDARD.decode(digest).ok())
        .with_context(|| format!("package-lock.json has no SHA-512 of {name}"))?;
    let purl = format!("pkg:npm/{}@{version}", name.replace('@', "%40"));
    Ok(with_digest(component("library", name, &version, &license, &purl), "SHA-512", &hex(&digest)))
}

/// What a record in models/ says of a network.
#[derive(Deserialize)]
struct Record {
    sha256: String,
    network: String,
    licence: String,
    card: String,
    source: Source,
    /// As it travels, where it does so in another form.
    compressed: Option<Compressed>,
}

#[derive(Deserialize)]
struct Source {
    authors: String,
}

#[derive(Deserialize)]
struct Compressed {
    sha256: String,
}

/// The networks among the files, and what of their kind lies in the wasm.
fn networks(project: &Project, files: &Files) -> Result<Vec<Value>> {
    let mut records = BTreeMap::new();
    for path in stamp::files(&project.path("models"))? {
        if path.extension().is_some_and(|extension| extension == "json") {
            // Other files of numbers lie there too.
            records.extend(
                serde_json::from_slice::<BTreeMap<String, Record>>(&fs::read(&path)?).unwrap_or_default(),
            );
        }
    }
    let mut components = Vec::new();
    for (name, file, licence) in INSIDE {
        let bytes = fs::read(project.path(file)).with_context(|| format!("{file} could not be read"))?;
        let kind = if file.ends_with(".onnx") { "machine-learning-model" } else { "data" };
        components.push(network(kind, name, &hex(&Sha256::digest(bytes)), licence));
    }
    for served in files.digests(&[".onnx", ".onnx.gz"]) {
        let (name, record) = records
            .iter()
            .find(|(_, record)| {
                record.sha256 == served
                    || record.compressed.as_ref().is_some_and(|form| form.sha256 == served)
            })
            .with_context(|| format!("no record in models/ is of the network with SHA-256 {served}"))?;
        let mut entry = network("machine-learning-model", name, &record.sha256, &record.licence);
        entry["description"] = json!(format!("{}; models/{}", record.network, record.card));
        entry["externalReferences"] = json!([{ "type": "website", "url": record.source.authors }]);
        components.push(entry);
    }
    Ok(components)
}

/// A network is known by its digest alone: it has no version.
fn network(kind: &str, name: &str, sha256: &str, licence: &str) -> Value {
    let purl = format!("pkg:generic/{name}?checksum=sha256:{sha256}");
    let mut entry = with_digest(component(kind, name, "", licence, &purl), "SHA-256", sha256);
    if let Some(entry) = entry.as_object_mut() {
        entry.remove("version");
    }
    entry
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn licences_are_expressions_or_words() {
        assert_eq!(licences("MIT"), json!([{ "expression": "MIT" }]));
        assert_eq!(licences("MIT/Apache-2.0"), json!([{ "expression": "MIT OR Apache-2.0" }]));
        let both = "(MIT OR Apache-2.0) AND Unicode-3.0";
        assert_eq!(licences(both), json!([{ "expression": both }]));
        assert_eq!(
            licences("as the authors said"),
            json!([{ "license": { "name": "as the authors said" } }])
        );
    }

    #[test]
    fn a_crate_is_listed_as_the_lock_file_has_it() {
        let tree = "serde_derive v1.0.228 (proc-macro)|MIT OR Apache-2.0";
        assert_eq!(parsed(tree), Some(("serde_derive", "1.0.228", "MIT OR Apache-2.0")));
        assert_eq!(parsed("unlicensed v1.0.0|"), None);
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nchecksum = \"12\"\n\n\
                    [[package]]\nname = \"a\"\nversion = \"2.0.0\"\nsource = \"registry\"\nchecksum = \"34\"\n";
        assert_eq!(checksum(lock, "a", "2.0.0"), Some("34"));
        assert_eq!(checksum(lock, "a", "3.0.0"), None);
    }

    #[test]
    fn the_crates_are_those_of_the_wasm() {
        let (this, crates) = crates(&Project::here().unwrap()).unwrap();
        let has = |name: &str| crates.iter().any(|part| part["name"] == name);
        assert_eq!(this["name"], "vitrine");
        assert!(has("image") && has("wasm-bindgen") && has("sha2"));
        // Of the terminal, of the tests, of the tasks.
        assert!(!has("clap") && !has("naga") && !has("brotli"));
    }

    #[test]
    fn a_package_without_a_digest_is_refused() {
        let lock = json!({ "packages": {
            "node_modules/@a/b": { "version": "1.0.0", "license": "MIT", "integrity": "sha512-AAE=" },
            "node_modules/c": { "version": "1.0.0", "license": "MIT" },
        } });
        let part = package(&lock, "@a/b").unwrap();
        assert_eq!(part["purl"], "pkg:npm/%40a/b@1.0.0");
        assert_eq!(part["hashes"], json!([{ "alg": "SHA-512", "content": "0001" }]));
        assert!(package(&lock, "c").is_err());
        assert!(package(&lock, "d").is_err());
    }

    #[test]
    fn a_network_without_a_record_is_refused() {
        let project = Project::here().unwrap();
        let mut files = Files::default();
        files.add("assets/fast.onnx".to_owned(), &fs::read(project.path("models/fast.onnx")).unwrap());
        let found = networks(&project, &files).unwrap();
        assert_eq!(
            found.iter().map(|part| &part["name"]).collect::<Vec<_>>(),
            ["edges", "face_shape", "fast"]
        );
        files.add("assets/other.onnx".to_owned(), b"other");
        assert!(networks(&project, &files).is_err());
    }
}
