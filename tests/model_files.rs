//! The networks in `models/` are the files that the manifest, and so every page and receipt, says they are.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde::Deserialize;
use sha2::{Digest, Sha256};
use vitrine::nn::{Graph, MEMORY_LIMIT, Plan};

/// What the tests need of one entry of `models/manifest.json`.
#[derive(Deserialize)]
struct Entry {
    file: String,
    sha256: String,
    bytes: usize,
    card: String,
    licence: String,
    input: Input,
    output: Output,
}

#[derive(Deserialize)]
struct Input {
    name: String,
    width: usize,
    height: usize,
}

#[derive(Deserialize)]
struct Output {
    name: String,
    width: usize,
    height: usize,
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn models() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("models")
}

fn entries() -> BTreeMap<String, Entry> {
    serde_json::from_slice(&fs::read(models().join("manifest.json")).unwrap()).unwrap()
}

#[test]
fn every_file_of_the_manifest_has_the_recorded_digest_and_size() {
    let entries = entries();
    assert!(entries.contains_key("fast"));
    for (name, entry) in entries {
        let bytes = fs::read(models().join(&entry.file)).unwrap();
        assert_eq!((hex(&bytes).as_str(), bytes.len()), (entry.sha256.as_str(), entry.bytes), "{name}");
    }
}

/// What the tests need of one entry of `models/people.json` and of `models/hair.json`.
#[derive(Deserialize)]
struct Person {
    file: String,
    sha256: String,
    bytes: usize,
    card: String,
    licence: String,
}

#[test]
fn the_networks_of_people_are_the_recorded_ones_with_a_card() {
    let listed = |file: &str| -> BTreeMap<String, Person> {
        serde_json::from_slice(&fs::read(models().join(file)).unwrap()).unwrap()
    };
    let mut entries = listed("people.json");
    entries.extend(listed("hair.json"));
    assert_eq!(
        entries.keys().collect::<Vec<_>>(),
        ["body_detector", "body_points", "face_detector", "face_mesh", "hair"]
    );
    for (name, entry) in entries {
        let bytes = fs::read(models().join(&entry.file)).unwrap();
        assert_eq!((hex(&bytes).as_str(), bytes.len()), (entry.sha256.as_str(), entry.bytes), "{name}");
        let card = fs::read_to_string(models().join(&entry.card)).unwrap();
        assert!(card.contains(&entry.licence), "{name}: the card does not name the licence");
        assert!(card.contains(&entry.sha256), "{name}: the card is of another file");
        let graph = Graph::from_onnx(bytes).unwrap();
        assert_eq!(graph.metadata["vitrine.input.range"], "full", "{name}");
    }
}

/// The entry of `models/best.json`, whose file is made by `cargo xtask models best` and not committed.
fn best() -> Entry {
    let mut record: BTreeMap<String, Entry> =
        serde_json::from_slice(&fs::read(models().join("best.json")).unwrap()).unwrap();
    record.remove("best").unwrap()
}

/// The bytes of `best`, or `None` with a word about it where the file was not made.
#[allow(clippy::print_stderr)]
fn best_model() -> Option<Vec<u8>> {
    let bytes = fs::read(models().join(best().file)).ok();
    if bytes.is_none() {
        eprintln!("skipped: models/best.onnx is not there; `cargo xtask models best` makes it");
    }
    bytes
}

#[test]
fn the_best_network_is_the_recorded_one_where_it_was_made() {
    let Some(bytes) = best_model() else { return };
    let entry = best();
    assert_eq!(
        (hex(&bytes).as_str(), bytes.len()),
        (entry.sha256.as_str(), entry.bytes),
        "models/best.onnx is not what models/best.json records: run `cargo xtask models best`"
    );
}

#[test]
fn the_best_network_is_at_most_25_mb_over_the_wire() {
    let record: serde_json::Value =
        serde_json::from_slice(&fs::read(models().join("best.json")).unwrap()).unwrap();
    assert!(record["best"]["compressed"]["bytes"].as_u64().unwrap() <= 25_000_000);
}

#[test]
fn the_best_network_says_how_it_is_fed() {
    let Some(bytes) = best_model() else { return };
    let graph = Graph::from_onnx(&bytes).unwrap();
    assert_eq!(graph.metadata["vitrine.input.range"], "full");
    for (key, value) in [("vitrine.input.mean", 128.0 / 255.0), ("vitrine.input.deviation", 256.0 / 255.0)] {
        let numbers: Vec<f64> = graph.metadata[key].split(',').map(|n| n.parse().unwrap()).collect();
        assert_eq!(numbers, [value; 3], "{key}");
    }
}

#[test]
fn every_network_has_a_card_with_its_licence_and_digest() {
    for (name, entry) in entries().into_iter().chain([("best".to_owned(), best())]) {
        let card = fs::read_to_string(models().join(&entry.card)).unwrap();
        assert!(card.contains(&entry.licence), "{name}: the card does not name the licence");
        assert!(card.contains(&entry.sha256), "{name}: the card is of another file");
    }
}

#[test]
fn the_card_of_the_edges_is_of_the_network_in_the_program() {
    let card = fs::read_to_string(models().join("edges.md")).unwrap();
    assert!(card.contains(&hex(&fs::read(models().join("edges.onnx")).unwrap())));
    assert!(card.contains("MIT OR Apache-2.0"));
}

#[test]
fn every_network_loads_and_plans_at_its_own_size() {
    let made = best_model().map(|_| ("best".to_owned(), best()));
    for (name, entry) in entries().into_iter().chain(made) {
        let graph = Graph::from_onnx(fs::read(models().join(&entry.file)).unwrap()).unwrap();
        let (input, output) = (&entry.input, &entry.output);
        let names: Vec<&str> = graph.inputs.iter().map(|port| port.name.as_str()).collect();
        assert_eq!(names, [input.name.as_str()], "{name}");
        let plan = Plan::of(&graph, &[vec![1, 3, input.height, input.width]], MEMORY_LIMIT)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(plan.outputs.len(), 1, "{name}");
        assert_eq!(plan.outputs[0].name, output.name, "{name}");
        let shape = &plan.outputs[0].tensor.shape;
        assert_eq!(shape[..], [1, 1, output.height, output.width], "{name}");
    }
}

#[test]
fn the_fast_network_plans_at_sizes_that_its_poolings_do_not_divide() {
    let graph = Graph::from_onnx(fs::read(models().join("fast.onnx")).unwrap()).unwrap();
    for [height, width] in [[64, 64], [80, 96], [33, 77], [1, 1], [641, 480]] {
        let plan = Plan::of(&graph, &[vec![1, 3, height, width]], MEMORY_LIMIT)
            .unwrap_or_else(|error| panic!("{height}×{width}: {error}"));
        assert_eq!(plan.outputs[0].tensor.shape[..], [1, 1, height, width]);
    }
}
