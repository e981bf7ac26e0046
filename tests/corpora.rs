//! The fuzz targets of `fuzz/` on their committed corpora, and on seeded mutations of them: what a compiler without
//! coverage can do in a moment. `cargo xtask fuzz` does it with coverage, as long as one likes.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/counting.rs"]
mod counting;
#[path = "support/random.rs"]
mod random;
#[path = "../fuzz/src/targets.rs"]
mod targets;
#[path = "support/walk.rs"]
mod walk;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use random::Random;
use targets::TARGETS;

/// Mutations of each target; a seed makes the same ones everywhere.
const MUTATIONS: usize = 4000;

/// No input of a corpus is worth more.
const MOST: Duration = Duration::from_secs(10);

fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut files: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect();
    files.sort_unstable();
    assert!(!files.is_empty(), "{target} has a corpus");
    files
}

/// Damage as libFuzzer does it: bits, bytes, interesting numbers, parts taken out, repeated, or of another input.
fn mutated(random: &mut Random, one: &[u8], other: &[u8]) -> Vec<u8> {
    let mut bytes = one.to_vec();
    for _ in 0..=random.below(5) {
        if bytes.is_empty() {
            bytes.push(random.below(256) as u8);
        }
        let at = random.below(bytes.len());
        let length = 1 + random.below((bytes.len() - at).min(64));
        match random.below(8) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = random.below(256) as u8,
            2 => {
                let number = [0_u32, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x0000_ffff, 0xffff_fffe]
                    [random.below(7)];
                let number = if random.below(2) == 0 { number.to_le_bytes() } else { number.to_be_bytes() };
                bytes[at..].iter_mut().zip(number).for_each(|(byte, of_number)| *byte = of_number);
            }
            3 => drop(bytes.drain(at..at + length)),
            4 => bytes.truncate(at),
            5 => {
                let part = bytes[at..at + length].to_vec();
                bytes.splice(at..at, part);
            }
            6 if !other.is_empty() => {
                let from = random.below(other.len());
                let until = (from + length).min(other.len());
                bytes.splice(at..at, other[from..until].iter().copied());
            }
            _ => {
                let last = bytes.len() - 1;
                bytes.swap(at, last);
            }
        }
    }
    bytes
}

macro_rules! targets {
    ($($name:ident),*) => {
        $(#[test]
        fn $name() {
            let (name, target) = TARGETS.into_iter().find(|(name, _)| *name == stringify!($name)).unwrap();
            run(name, target);
        })*

        #[test]
        fn every_target_is_run() {
            assert_eq!(TARGETS.map(|(name, _)| name), [$(stringify!($name)),*]);
        }
    };
}

targets!(photo, metadata, profile, lint, network, scene, settings);

fn run(name: &str, target: targets::Target) {
    let corpus = corpus(name);
    let one = |what: &str, bytes: &[u8]| {
        let started = Instant::now();
        let held = std::panic::catch_unwind(|| target(bytes));
        assert!(started.elapsed() < MOST, "{name}: {what} took {:?}", started.elapsed());
        if held.is_err() {
            panic!("{name}: {what} broke a rule: {}", bytes.escape_ascii());
        }
    };
    for (file, bytes) in &corpus {
        one(file, bytes);
    }
    let mut random = Random(20_261_122);
    for round in 0..MUTATIONS {
        let (file, from) = &corpus[random.below(corpus.len())];
        let other = &corpus[random.below(corpus.len())].1;
        one(&format!("{file}, round {round}"), &mutated(&mut random, from, other));
    }
}
