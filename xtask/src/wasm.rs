//! The crate as wasm, for the seller's page and for the try-on: two builds of each, their JavaScript glue, and wasm-opt.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use wasm_bindgen_cli_support::Bindgen;

use crate::project::{Project, output, run};
use crate::stamp;

/// A build of the crate for a set of instructions that browsers have.
pub(crate) struct Variant {
    /// As in the manifest and in file names.
    pub(crate) name: &'static str,
    /// What the crate itself may use beyond `SHARED_FEATURES`.
    features: &'static str,
}

/// Every browser with WebAssembly SIMD, and those with its relaxed form; the shell fetches one of them.
pub(crate) const VARIANTS: [Variant; 2] =
    [Variant { name: "simd128", features: "" }, Variant { name: "relaxed", features: "+relaxed-simd" }];

/// What a page gets of the crate.
pub(crate) struct Bundle {
    /// The crate's feature that says so.
    feature: &'static str,
    /// Where the optimised wasm and the glue end up.
    pub(crate) out: &'static str,
}

/// Everything that a seller does.
pub(crate) const PAGE: Bundle = Bundle { feature: "page", out: "target/web/wasm" };
/// What a shopper does in a shop.
pub(crate) const TRY_ON: Bundle = Bundle { feature: "try-on", out: "target/web/wasm/try-on" };

/// What the crates below ours are built with, once for both variants: only the engine's kernels use more.
const SHARED_FEATURES: &str = "+simd128";

/// What the wasm depends on.
const INPUTS: [&str; 9] = [
    "Cargo.toml",
    "Cargo.lock",
    "crates",
    "src",
    "models/manifest.json",
    "models/edges.onnx",
    "models/face_shape.bin",
    "package-lock.json",
    "xtask/src/wasm.rs",
];

/// Builds both variants of both where they are stale.
pub(crate) fn build(project: &Project, force: bool) -> Result<()> {
    [PAGE, TRY_ON].iter().try_for_each(|bundle| build_one(project, bundle, force))
}

fn build_one(project: &Project, bundle: &Bundle, force: bool) -> Result<()> {
    let out = project.path(bundle.out);
    let stamp_file = out.join("stamp");
    let now = stamp::of(project, &INPUTS)?;
    if !force && fs::read_to_string(&stamp_file).is_ok_and(|then| then == now) {
        return Ok(());
    }
    fs::create_dir_all(&out).with_context(|| format!("{} could not be made", out.display()))?;

    // Linking and wasm-opt each take one core, so a variant is optimised while the next is compiled.
    std::thread::scope(|scope| -> Result<()> {
        let mut glue: Option<String> = None;
        let mut optimising = Vec::new();
        for variant in &VARIANTS {
            println!("building the wasm ({}, {})", bundle.feature, variant.name);
            compile(project, bundle, variant)?;
            let script = bind(project, bundle, variant)?;
            // One glue serves both, so a page carries it once; it holds because nothing in the crate's
            // interface depends on the instruction set.
            match &glue {
                Some(first) if !same_code(first, &script) => bail!(
                    "the glue of the {} build differs from that of {}: no #[wasm_bindgen] item may depend on \
                     target features",
                    variant.name,
                    VARIANTS[0].name
                ),
                _ => glue = Some(script),
            }
            optimising.push(scope.spawn(|| optimise(project, bundle, variant)));
        }
        optimising
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or_else(|_| bail!("wasm-opt's thread stopped")))
    })?;
    fs::write(&stamp_file, now)?;
    Ok(())
}

/// Whether two scripts differ in comments at most: wasm-bindgen names indices of the wasm's tables in some.
fn same_code(one: &str, other: &str) -> bool {
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    one.lines().filter(is_code).eq(other.lines().filter(is_code))
}

/// What every crate of the wasm is compiled with.
///
/// A panic names the file that it comes from. Without the folders that this file lies in on this machine, another
/// machine builds the same bytes, and nobody learns who built them.
fn flags(project: &Project) -> Result<Vec<String>> {
    let mut flags = vec![format!("-Ctarget-feature={SHARED_FEATURES}")];
    flags.push(format!("--remap-path-prefix={}=vitrine", project.path("").display()));
    for folder in registries(project)? {
        flags.push(format!("--remap-path-prefix={}=crates", folder.display()));
    }
    Ok(flags)
}

/// The folders in which cargo keeps the sources of the crates below ours.
fn registries(project: &Project) -> Result<BTreeSet<PathBuf>> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Package>,
    }
    #[derive(Deserialize)]
    struct Package {
        /// None of a crate of this workspace.
        source: Option<String>,
        manifest_path: PathBuf,
    }
    let json = output(
        project.command("cargo").args(["metadata", "--locked", "--format-version", "1"]),
        "check the connection to the registry of crates, and Cargo.lock",
    )?;
    let metadata: Metadata =
        serde_json::from_str(&json).context("`cargo metadata` gave no list of crates")?;
    let foreign = metadata.packages.iter().filter(|package| package.source.is_some());
    Ok(foreign
        .filter_map(|package| package.manifest_path.parent().and_then(Path::parent))
        .map(Path::to_owned)
        .collect())
}

fn compile(project: &Project, bundle: &Bundle, variant: &Variant) -> Result<()> {
    let mut command = project.command("cargo");
    command
        .args(["rustc", "--quiet", "--release", "--lib", "--crate-type", "cdylib", "--package", "vitrine"])
        .args(["--target", "wasm32-unknown-unknown", "--no-default-features", "--features", bundle.feature])
        .env("CARGO_ENCODED_RUSTFLAGS", flags(project)?.join("\u{1f}"));
    if !variant.features.is_empty() {
        // For this crate alone: rustc adds it to the features above.
        command.args(["--", "-C", &format!("target-feature={}", variant.features)]);
    }
    run(&mut command, "the compiler's message above says what is wrong")?;
    // The next variant is written over the same path.
    let from = project.path("target/wasm32-unknown-unknown/release/vitrine.wasm");
    let to = project.path(bundle.out).join(format!("{}.compiled.wasm", variant.name));
    fs::copy(&from, &to).with_context(|| format!("{} is not there after the build", from.display()))?;
    Ok(())
}

/// Writes the bound wasm, and the glue (`vitrine.js`, `vitrine.d.ts`); gives back the glue.
fn bind(project: &Project, bundle: &Bundle, variant: &Variant) -> Result<String> {
    let out = project.path(bundle.out);
    let compiled = fs::read(out.join(format!("{}.compiled.wasm", variant.name)))?;
    let mut output = Bindgen::new()
        .input_bytes("vitrine", compiled)
        .web(true)?
        // The wasm comes by message; a default path would be resolved against about:srcdoc, and throw.
        .omit_default_module_path(true)
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate_output()?;
    if output.snippets().values().any(|snippets| !snippets.is_empty()) || !output.local_modules().is_empty() {
        bail!("the wasm asks for JavaScript snippets, which the frame cannot load: remove the inline_js");
    }
    let script = output.js().to_owned();
    let types = output.ts().context("wasm-bindgen gave no types")?.to_owned();
    let wasm = output.wasm_mut().emit_wasm();
    fs::write(out.join(format!("{}.bound.wasm", variant.name)), wasm)?;
    fs::write(out.join("vitrine.js"), &script)?;
    fs::write(out.join("vitrine.d.ts"), types)?;
    Ok(script)
}

fn optimise(project: &Project, bundle: &Bundle, variant: &Variant) -> Result<()> {
    let out = project.path(bundle.out);
    run(
        project
            .command("node")
            .arg(project.path("node_modules/binaryen/bin/wasm-opt"))
            // LLVM has optimised already. Higher levels inline more, which a browser's first, quick compilation
            // pays for: the first network took 1.8 s at -O3 and 1.0 s here, every later one the same.
            .arg("-O1")
            // Exactly what rustc emits for these targets; more would let wasm-opt use what a browser may lack.
            .args([
                "--enable-simd",
                "--enable-relaxed-simd",
                "--enable-bulk-memory",
                "--enable-bulk-memory-opt",
                "--enable-sign-ext",
                "--enable-mutable-globals",
                "--enable-nontrapping-float-to-int",
                "--enable-reference-types",
                "--enable-multivalue",
                "--strip-debug",
                "--strip-producers",
            ])
            .arg(out.join(format!("{}.bound.wasm", variant.name)))
            .arg("-o")
            .arg(out.join(format!("{}.wasm", variant.name))),
        "run `npm ci` again",
    )
}
