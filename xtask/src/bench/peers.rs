//! Brings what the comparison is made with, and nothing else needs: installed where it is missing, left out, in
//! words, where it cannot be had.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::project::{Project, run};
use crate::{setup, stamp};

/// Where the browser's part lives.
pub(super) const FOLDER: &str = "benches/browser";
/// Where its scripts, pages and downloads are kept.
pub(super) const BUILT: &str = "target/web/bench";
/// The peer under the AGPL, apart from everything else: the quick comparison does not even install it.
const IMGLY: &str = "benches/browser/imgly";
/// The peer that is compiled here.
pub(super) const RTEN: &str = "benches/rten";
/// Where its build lies.
const RTEN_TARGET: &str = "target/peers";

/// U²-Net-p as its authors' package carries it, 32-bit floats: what the peers were made for.
pub(super) fn original(project: &Project) -> Result<PathBuf> {
    let file = project.path("target/models/u2netp.onnx");
    let mut command = project.command("python3");
    command.arg("benches/native/original.py").arg(&file);
    run(&mut command, "check the connection to PyPI")?;
    Ok(file)
}

/// One of Vite's builds in the browser's part.
pub(super) fn bundle(project: &Project, mode: &str) -> Result<()> {
    let mut command = project.command("node");
    command.arg(project.path("node_modules/vite/bin/vite.js"));
    command.args(["build", "--mode", mode, "--logLevel", "warn"]).current_dir(project.path(FOLDER));
    run(&mut command, "Vite's message above says what is wrong")
}

/// @imgly/background-removal with its models, and its page.
pub(super) fn imgly(project: &Project) -> Result<()> {
    setup::ensure_packages(project, IMGLY)?;
    bundle(project, "imgly")
}

/// rten as wasm, optimised as far as it goes: with the relaxed instructions that its kernels know.
pub(super) fn rten_wasm(project: &Project) -> Result<()> {
    let wasm = project.path(BUILT).join("rten.wasm");
    let stamp_file = project.path(BUILT).join("rten.stamp");
    let now = stamp::of(project, &[RTEN, "xtask/src/bench/peers.rs"])?;
    if wasm.is_file() && fs::read_to_string(&stamp_file).is_ok_and(|then| then == now) {
        return Ok(());
    }
    println!("building rten for the browser");
    fs::create_dir_all(project.path(BUILT))?;
    let mut command = rten(project);
    command.args(["--lib", "--target", "wasm32-unknown-unknown"]);
    command.env("RUSTFLAGS", "-C target-feature=+simd128,+relaxed-simd");
    run(&mut command, "the compiler's message above says what is wrong")?;
    let mut command = project.command("node");
    command.arg(project.path("node_modules/binaryen/bin/wasm-opt")).arg("-O3");
    // What rustc emits for this target.
    let features = [
        "simd",
        "relaxed-simd",
        "bulk-memory",
        "bulk-memory-opt",
        "sign-ext",
        "mutable-globals",
        "nontrapping-float-to-int",
        "reference-types",
        "multivalue",
    ];
    command.args(features.map(|feature| format!("--enable-{feature}")));
    command.args(["--strip-debug", "--strip-producers"]);
    command.arg(project.path(RTEN_TARGET).join("wasm32-unknown-unknown/release/bench_rten.wasm"));
    command.arg("-o").arg(&wasm);
    run(&mut command, "run `npm ci` again")?;
    fs::write(stamp_file, now).context("the stamp could not be written")
}

/// rten as a program; gives its path.
pub(super) fn rten_native(project: &Project) -> Result<PathBuf> {
    let mut command = rten(project);
    command.args(["--bin", "vitrine-bench-rten"]);
    run(&mut command, "the compiler's message above says what is wrong")?;
    Ok(project.path(RTEN_TARGET).join("release/vitrine-bench-rten"))
}

fn rten(project: &Project) -> std::process::Command {
    let mut command = project.command("cargo");
    command.args(["build", "--quiet", "--release", "--locked"]);
    command.args(["--manifest-path", &format!("{RTEN}/Cargo.toml"), "--target-dir", RTEN_TARGET]);
    command
}
