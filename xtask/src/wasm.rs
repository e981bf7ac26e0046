//! The crate as wasm: two builds of the same code, their JavaScript glue, and wasm-opt.

use std::fs;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::project::{Project, run};
use crate::stamp;

/// A build of the crate for a set of instructions that browsers have.
pub(crate) struct Variant {
    /// As in the manifest and in file names.
    pub(crate) name: &'static str,
    features: &'static str,
}

/// Every browser with WebAssembly SIMD, and those with its relaxed form; the shell fetches one of them.
pub(crate) const VARIANTS: [Variant; 2] = [
    Variant { name: "simd128", features: "+simd128" },
    Variant { name: "relaxed", features: "+simd128,+relaxed-simd" },
];

/// What the wasm depends on.
const INPUTS: [&str; 6] =
    ["Cargo.toml", "Cargo.lock", "src", "models/manifest.json", "package-lock.json", "xtask/src/wasm.rs"];

/// Where the optimised wasm and the glue end up.
pub(crate) const OUT: &str = "target/web/wasm";

/// Builds both variants where they are stale.
pub(crate) fn build(project: &Project, force: bool) -> Result<()> {
    let out = project.path(OUT);
    let stamp_file = out.join("stamp");
    let now = stamp::of(project, &INPUTS)?;
    if !force && fs::read_to_string(&stamp_file).is_ok_and(|then| then == now) {
        return Ok(());
    }
    fs::create_dir_all(&out).with_context(|| format!("{} could not be made", out.display()))?;

    let mut glue: Option<String> = None;
    for variant in &VARIANTS {
        println!("building the wasm ({})", variant.name);
        compile(project, variant)?;
        let script = bind(project, variant)?;
        // One glue serves both, so a page carries it once; it holds because nothing in the crate's interface
        // depends on the instruction set.
        match &glue {
            Some(first) if *first != script => bail!(
                "the glue of the {} build differs from that of {}: no #[wasm_bindgen] item may depend on target features",
                variant.name,
                VARIANTS[0].name
            ),
            _ => glue = Some(script),
        }
        optimise(project, variant)?;
    }
    fs::write(&stamp_file, now)?;
    Ok(())
}

fn compile(project: &Project, variant: &Variant) -> Result<()> {
    run(
        project
            .command("cargo")
            .args(["build", "--quiet", "--release", "--lib", "--package", "vitrine"])
            .args(["--target", "wasm32-unknown-unknown"])
            .env("RUSTFLAGS", format!("-C target-feature={}", variant.features)),
        "the compiler's message above says what is wrong",
    )?;
    // The next variant is written over the same path.
    let from = project.path("target/wasm32-unknown-unknown/release/vitrine.wasm");
    let to = project.path(OUT).join(format!("{}.compiled.wasm", variant.name));
    fs::copy(&from, &to).with_context(|| format!("{} is not there after the build", from.display()))?;
    Ok(())
}

/// Writes the bound wasm, and the glue (`vitrine.js`, `vitrine.d.ts`); gives back the glue.
fn bind(project: &Project, variant: &Variant) -> Result<String> {
    let out = project.path(OUT);
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

fn optimise(project: &Project, variant: &Variant) -> Result<()> {
    let out = project.path(OUT);
    run(
        project
            .command("node")
            .arg(project.path("node_modules/binaryen/bin/wasm-opt"))
            .arg("-O3")
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
