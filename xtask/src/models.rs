//! Makes the models that are not committed, to the byte, from the public packages that carry them.

mod gzip;
mod isnet;
#[path = "../../src/nn/onnx.rs"]
#[allow(dead_code, unreachable_pub, reason = "the engine's own schema, of which this writes a part")]
mod onnx;
mod package;
mod weights;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::project::Project;
use crate::stamp;
use package::Package;

/// The package that carries IS-Net general use, and the file in it.
const PACKAGE: Package = Package {
    name: "@imgly/background-removal-data",
    version: "1.4.5",
    sha256: "ca7789abb39370727c9a098310b53bce41518d200000423c7107f8c01bbce946",
    megabytes: 136,
};
const RESOURCE: &str = "/models/medium";
const SOURCE_SHA256: &str = "b6e8497ba978a6f5fbb647e419d2696cd80df5a23cb6a8ea532021911bd76acb";

/// What is known of the network's licence, in full.
const LICENCE: &str = "the authors' repository (xuebinqin/DIS) is Apache-2.0 for code and metric and released \
    these weights \"for general use\" without separate terms; the package's third-party list calls the model MIT; \
    its own code is AGPL-3.0 and is not used";

/// What `cargo xtask models` is asked for.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The model to make.
    #[arg(default_value = "best", value_parser = ["best"])]
    model: String,
    /// Make it and compare with the record and with the files that are there; write nothing.
    #[arg(long)]
    check: bool,
    /// Write the record (models/best.json) too: for whoever changes how the model is made.
    #[arg(long, conflicts_with = "check")]
    record: bool,
    /// The npm package's tarball, already downloaded.
    #[arg(long, value_name = "FILE")]
    package: Option<PathBuf>,
    /// Write the package's own network to this file too, for models/compare.py.
    #[arg(long, value_name = "FILE")]
    source: Option<PathBuf>,
}

/// `models/best.json`: the entry that `models/manifest.json` would have if the file were committed.
#[derive(Serialize, Deserialize)]
struct Record {
    best: Entry,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    file: String,
    sha256: String,
    bytes: usize,
    /// The form that travels.
    compressed: Compressed,
    network: String,
    licence: String,
    card: String,
    source: Source,
    input: Input,
    output: Output,
}

#[derive(Serialize, Deserialize)]
struct Compressed {
    file: String,
    sha256: String,
    bytes: usize,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Source {
    package: String,
    package_sha256: String,
    file: String,
    file_sha256: String,
    authors: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    name: String,
    width: i64,
    height: i64,
    channels: String,
    range: String,
    mean: Vec<f64>,
    standard_deviation: Vec<f64>,
}

#[derive(Serialize, Deserialize)]
struct Output {
    name: String,
    width: i64,
    height: i64,
    range: [u8; 2],
}

const MODEL: &str = "models/best.onnx";
const COMPRESSED: &str = "models/best.onnx.gz";
const RECORD: &str = "models/best.json";

/// The model's files, made.
struct Made {
    model: Vec<u8>,
    compressed: Vec<u8>,
}

/// Makes the model and writes it, or compares.
pub(crate) fn run(project: &Project, arguments: &Arguments) -> Result<()> {
    let source = source(project, arguments.package.as_deref())?;
    if let Some(file) = &arguments.source {
        fs::write(file, &source).with_context(|| format!("{} could not be written", file.display()))?;
    }
    let made = make(&source)?;
    let entry = entry(&made);
    if arguments.record {
        let text = serde_json::to_string_pretty(&Record { best: entry })? + "\n";
        write(project, RECORD, text.as_bytes())?;
    } else {
        let recorded = recorded(project)?;
        for (file, now, then) in [
            (MODEL, &entry.sha256, &recorded.sha256),
            (COMPRESSED, &entry.compressed.sha256, &recorded.compressed.sha256),
        ] {
            if now != then {
                bail!(
                    "{file} came out with SHA-256 {now} and {RECORD} says {then}: this is a fault of the program; \
                     where the way it is made was changed on purpose, run again with --record"
                );
            }
        }
    }
    for (file, bytes) in [(MODEL, &made.model), (COMPRESSED, &made.compressed)] {
        if arguments.check {
            let path = project.path(file);
            if path.is_file() && fs::read(&path)? != *bytes {
                bail!("{file} is not what the package gives: delete it and run `cargo xtask models best`");
            }
        } else {
            write(project, file, bytes)?;
        }
        println!("{file}: {} bytes, SHA-256 {}", bytes.len(), sha256(bytes));
    }
    Ok(())
}

/// Which models a task needs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// All of them.
    All,
    /// Those that are committed.
    Committed,
}

impl Wanted {
    /// What `--fast` says.
    pub(crate) fn unless(fast: bool) -> Self {
        if fast { Self::Committed } else { Self::All }
    }
}

/// Makes the models that are wanted where they are missing or not the recorded ones.
pub(crate) fn ensure(project: &Project, wanted: Wanted) -> Result<()> {
    if wanted == Wanted::Committed {
        return Ok(());
    }
    let recorded = recorded(project)?;
    let is =
        |file: &str, wanted: &str| fs::read(project.path(file)).is_ok_and(|bytes| sha256(&bytes) == wanted);
    if is(MODEL, &recorded.sha256) && is(COMPRESSED, &recorded.compressed.sha256) {
        return Ok(());
    }
    println!("making the model `best`; --fast goes without it");
    let arguments =
        Arguments { model: "best".to_owned(), check: false, record: false, package: None, source: None };
    run(project, &arguments)
}

/// The network as the package carries it.
fn source(project: &Project, copy: Option<&Path>) -> Result<Vec<u8>> {
    let tarball = PACKAGE.tarball(project, copy)?;
    let source = package::joined(&tarball, RESOURCE)?;
    let found = sha256(&source);
    if found != SOURCE_SHA256 {
        bail!("{RESOURCE} of the package has SHA-256 {found} and must have {SOURCE_SHA256}");
    }
    Ok(source)
}

fn make(source: &[u8]) -> Result<Made> {
    let model = isnet::convert(source)?;
    let compressed = gzip::compressed(&model)?;
    Ok(Made { model, compressed })
}

fn entry(made: &Made) -> Entry {
    let numbers = |key: &str| {
        let value = isnet::METADATA.iter().find(|(name, _)| *name == key).map_or("", |(_, value)| value);
        value.split(',').filter_map(|number| number.parse().ok()).collect()
    };
    Entry {
        file: "best.onnx".to_owned(),
        sha256: sha256(&made.model),
        bytes: made.model.len(),
        compressed: Compressed {
            file: "best.onnx.gz".to_owned(),
            sha256: sha256(&made.compressed),
            bytes: made.compressed.len(),
        },
        network: "IS-Net general use, int8 weights per output channel".to_owned(),
        licence: LICENCE.to_owned(),
        card: "best.md".to_owned(),
        source: Source {
            package: format!("npm:{}@{}", PACKAGE.name, PACKAGE.version),
            package_sha256: PACKAGE.sha256.to_owned(),
            file: RESOURCE.to_owned(),
            file_sha256: SOURCE_SHA256.to_owned(),
            authors: "https://github.com/xuebinqin/DIS".to_owned(),
        },
        input: Input {
            name: "image".to_owned(),
            width: isnet::SIDE,
            height: isnet::SIDE,
            channels: "RGB".to_owned(),
            range: "0 to 1".to_owned(),
            mean: numbers("vitrine.input.mean"),
            standard_deviation: numbers("vitrine.input.deviation"),
        },
        output: Output { name: "mask".to_owned(), width: isnet::SIDE, height: isnet::SIDE, range: [0, 1] },
    }
}

fn recorded(project: &Project) -> Result<Entry> {
    let path = project.path(RECORD);
    let text = fs::read(&path).with_context(|| format!("{} could not be read", path.display()))?;
    let record: Record =
        serde_json::from_slice(&text).with_context(|| format!("{RECORD} is not a record"))?;
    Ok(record.best)
}

/// Writes beside the file first, so that a file which is there is whole.
fn write(project: &Project, file: &str, bytes: &[u8]) -> Result<()> {
    let path = project.path(file);
    let part = path.with_extension("part");
    fs::write(&part, bytes)
        .and_then(|()| fs::rename(&part, &path))
        .with_context(|| format!("{} could not be written", path.display()))
}

fn sha256(bytes: &[u8]) -> String {
    stamp::hex(&Sha256::digest(bytes))
}
