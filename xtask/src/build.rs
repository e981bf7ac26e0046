//! Everything that is served, from the sources: wasm, scripts, frame documents, manifests, policies.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::assets::{self, Asset, Folder, Manifest};
use crate::policy::{self, FramePolicy};
use crate::project::{Project, run as run_command};
use crate::stamp::hex;
use crate::{setup, stamp, wasm};

/// What the scripts and documents depend on, beside the wasm.
const INPUTS: [&str; 13] = [
    "package-lock.json",
    "tsconfig.json",
    "pkg/src",
    "pkg/package.json",
    "pkg/vite.config.ts",
    "pkg/tsconfig.json",
    "pkg/tsconfig.build.json",
    "www",
    "models",
    "xtask/src",
    "LICENSE-MIT",
    "LICENSE-APACHE",
    "target/web/wasm/stamp",
];

/// The models that lie in the repository and in every build, by name.
const MODELS: [&str; 1] = ["fast"];

/// The model of the best quality: not in the repository, fetched by a page only when it is wanted.
const BEST: &str = "best";

/// The terms of the code and of the networks, and their names among the assets.
const LICENCES: [(&str, &str); 3] = [
    ("LICENSE-MIT", "LICENSE-MIT.txt"),
    ("LICENSE-APACHE", "LICENSE-APACHE.txt"),
    ("models/LICENSE-U-2-NET", "LICENSE-U-2-NET.txt"),
];

/// Where the bundled scripts lie before they are placed in documents.
const SCRIPTS: &str = "target/web/scripts";

/// Builds what is stale, or everything.
pub(crate) fn run(project: &Project, force: bool) -> Result<()> {
    setup::ensure(project)?;
    wasm::build(project, force)?;

    let stamp_file = project.path("target/web/stamp");
    let now = stamp::of(project, &INPUTS)?;
    let fresh = project.path("www/dist/index.html").is_file() && project.path("pkg/dist/index.js").is_file();
    if !force && fresh && fs::read_to_string(&stamp_file).is_ok_and(|then| then == now) {
        return Ok(());
    }
    println!("bundling the scripts");
    for script in ["worker", "frame"] {
        vite(project, "pkg", script)?;
    }
    vite(project, "www", "app")?;

    package(project)?;
    page(project)?;
    fs::write(stamp_file, now)?;
    Ok(())
}

/// `pkg/dist`: the npm package.
fn package(project: &Project) -> Result<()> {
    let dist = fresh_folder(project, "pkg/dist")?;
    let frame = frame(project, "frame", "Vitrine: background removal", "allow-scripts")?;
    let best = best_on_record(project)?;
    write_assets(project, &dist, &frame, best, "package")?;
    vite(project, "pkg", "index")?;
    // Beside its package.json, where npm packs them from.
    for name in ["LICENSE-MIT", "LICENSE-APACHE"] {
        fs::copy(project.path(name), project.path("pkg").join(name))
            .with_context(|| format!("{name} is not there"))?;
    }
    println!("checking and writing the package's types");
    run_command(
        project.command("node").args([
            "node_modules/typescript/bin/tsc",
            "--project",
            "pkg/tsconfig.build.json",
        ]),
        "tsc's message above says what is wrong",
    )?;
    assets::compress(&dist)
}

/// `www/dist`: the seller's page.
fn page(project: &Project) -> Result<()> {
    let dist = fresh_folder(project, "www/dist")?;
    let frame = frame(project, "app", "Vitrine", "allow-scripts allow-downloads")?;
    let best = add_best(project, &dist.join("assets"))?;
    write_assets(project, &dist, &frame, best, "page")?;
    vite(project, "www", "shell")?;
    let page_policy = policy::page(&frame.policy());

    let source = project.path("www/index.html");
    let html = fs::read_to_string(&source).with_context(|| format!("{} is not there", source.display()))?;
    let shell = fs::read(project.path(SCRIPTS).join("shell.js"))?;
    let style = fs::read(project.path("www/src/shell.css"))?;
    let folder = Folder { path: &dist };
    let shell = folder.add("shell", "js", &shell)?;
    let style = folder.add("shell", "css", &style)?;
    let html = html
        .replace("%POLICY%", &page_policy)
        .replace("%SHELL%", &shell.file)
        .replace("%STYLE%", &style.file);
    fs::write(dist.join("index.html"), html)?;

    let public = project.path("www/public");
    if public.is_dir() {
        copy_folder(&public, &dist)?;
    }
    let common = "  X-Content-Type-Options: nosniff\n  Referrer-Policy: no-referrer\n";
    let headers = format!(
        "# Headers by path, for this project's own server and for static hosts that read this format.\n\
         /*\n{common}  Cross-Origin-Opener-Policy: same-origin\n  \
         Permissions-Policy: camera=(), microphone=(), geolocation=(), display-capture=(), payment=(), usb=()\n\
         /\n  Content-Security-Policy: {page_policy}\n  Cache-Control: no-cache\n\
         /index.html\n  Content-Security-Policy: {page_policy}\n  Cache-Control: no-cache\n\
         /shell.*\n  Cache-Control: public, max-age=31536000, immutable\n{}",
        asset_headers(&frame)
    );
    fs::write(dist.join("_headers"), headers)?;
    assets::compress(&dist)
}

/// A frame's parts: the digest of its script decides every policy around it.
struct Frame {
    document: String,
    sandbox: &'static str,
    script_hash: String,
    style_hash: String,
}

impl Frame {
    fn policy(&self) -> FramePolicy<'_> {
        FramePolicy { script: &self.script_hash, style: &self.style_hash }
    }
}

fn frame(project: &Project, script: &str, title: &str, sandbox: &'static str) -> Result<Frame> {
    let path = project.path(SCRIPTS).join(format!("{script}.js"));
    let text = fs::read_to_string(&path).with_context(|| format!("{} is not there", path.display()))?;
    let text = assets::inline(&text)?;
    let script_hash = assets::source_hash(&text);
    let style_hash = assets::source_hash(assets::ENCLOSURE_STYLE);
    let policy = FramePolicy { script: &script_hash, style: &style_hash };
    let document = assets::frame_document(&policy, &text, title, sandbox);
    Ok(Frame { document, sandbox, script_hash, style_hash })
}

/// Fills `dist/assets` and writes the manifest there, and where the shell's bundle takes it from.
fn write_assets(
    project: &Project,
    dist: &Path,
    frame: &Frame,
    best: Option<Asset>,
    bundle: &str,
) -> Result<()> {
    let path = dist.join("assets");
    fs::create_dir_all(&path)?;
    let folder = Folder { path: &path };
    let mut manifest = Manifest {
        frame: Some(folder.add("frame", "html", frame.document.as_bytes())?),
        worker: Some(folder.add("worker", "js", &fs::read(project.path(SCRIPTS).join("worker.js"))?)?),
        ..Manifest::default()
    };
    for variant in &wasm::VARIANTS {
        let bytes = fs::read(project.path(wasm::PAGE.out).join(format!("{}.wasm", variant.name)))?;
        let asset = folder.add(&format!("vitrine-{}", variant.name), "wasm", &bytes)?;
        manifest.wasm.insert(variant.name.to_owned(), asset);
    }
    for name in MODELS {
        let source = project.path(format!("models/{name}.onnx"));
        let bytes = fs::read(&source).with_context(|| format!("{} is not there", source.display()))?;
        manifest.models.insert(name.to_owned(), folder.add(name, "onnx", &bytes)?);
    }
    manifest.models.extend(best.map(|asset| (BEST.to_owned(), asset)));
    // Whoever hands the files on hands these on with them.
    for (from, to) in LICENCES {
        fs::copy(project.path(from), path.join(to)).with_context(|| format!("{from} is not there"))?;
    }
    let json = serde_json::to_string_pretty(&manifest)?;
    fs::write(path.join("manifest.json"), &json)?;
    fs::write(project.path(format!("target/web/manifest.{bundle}.json")), &json)?;
    fs::write(dist.join("_headers"), asset_headers(frame))?;
    Ok(())
}

/// What `models/best.json` says of the model that is made on demand; see `cargo xtask models best`.
#[derive(serde::Deserialize)]
struct Record {
    sha256: String,
    bytes: u64,
    compressed: Compressed,
}

/// The file as it travels.
#[derive(serde::Deserialize)]
struct Compressed {
    sha256: String,
    bytes: u64,
}

fn record(project: &Project) -> Result<Option<Record>> {
    let path = project.path(format!("models/{BEST}.json"));
    if !path.is_file() {
        return Ok(None);
    }
    let mut entries: std::collections::BTreeMap<String, Record> =
        serde_json::from_slice(&fs::read(&path)?)
            .with_context(|| format!("{} is not a model's record", path.display()))?;
    Ok(entries.remove(BEST))
}

/// The package knows the model by its digest and does not carry it: its licence is for the merchant to judge, who
/// puts the file among the assets.
fn best_on_record(project: &Project) -> Result<Option<Asset>> {
    Ok(record(project)?.map(|Record { sha256, bytes, compressed }| {
        Asset::packed(BEST, sha256, bytes, &compressed.sha256, compressed.bytes)
    }))
}

/// Puts the model among the page's assets where it was made; the page offers it only then.
fn add_best(project: &Project, assets: &Path) -> Result<Option<Asset>> {
    let source = project.path(format!("models/{BEST}.onnx.gz"));
    if !source.is_file() {
        return Ok(None);
    }
    let gzip = fs::read(&source).with_context(|| format!("{} could not be read", source.display()))?;
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(gzip.as_slice())
        .read_to_end(&mut bytes)
        .with_context(|| format!("{} is no gzip file: run `cargo xtask models best`", source.display()))?;
    let sha256 = hex(&Sha256::digest(&bytes));
    if record(project)?.is_some_and(|record| record.sha256 != sha256) {
        bail!(
            "{} is not the model that models/{BEST}.json describes: run `cargo xtask models best`",
            source.display()
        );
    }
    let gzip_sha256 = hex(&Sha256::digest(&gzip));
    let asset = Asset::packed(BEST, sha256, bytes.len() as u64, &gzip_sha256, gzip.len() as u64);
    fs::create_dir_all(assets)?;
    fs::write(assets.join(&asset.file), gzip)
        .with_context(|| format!("{} could not be written", asset.file))?;
    Ok(Some(asset))
}

fn asset_headers(frame: &Frame) -> String {
    // A model's download that broke off goes on where it was: for that the answer's range must be readable.
    format!(
        "/assets/*\n  Access-Control-Allow-Origin: *\n  \
         Access-Control-Expose-Headers: Content-Range, ETag\n  \
         Cross-Origin-Resource-Policy: cross-origin\n  \
         Cache-Control: public, max-age=31536000, immutable\n\
         /assets/frame.*.html\n  Content-Security-Policy: {}\n  \
         Cross-Origin-Embedder-Policy: require-corp\n",
        policy::served_frame(&frame.policy(), frame.sandbox)
    )
}

fn vite(project: &Project, folder: &str, mode: &str) -> Result<()> {
    run_command(
        project.command("node").args([
            "node_modules/vite/bin/vite.js",
            "build",
            "--config",
            &format!("{folder}/vite.config.ts"),
            "--mode",
            mode,
            "--logLevel",
            "warn",
        ]),
        "Vite's message above says what is wrong",
    )
}

fn fresh_folder(project: &Project, relative: &str) -> Result<std::path::PathBuf> {
    let path = project.path(relative);
    if path.exists() {
        fs::remove_dir_all(&path).with_context(|| format!("{} could not be emptied", path.display()))?;
    }
    fs::create_dir_all(&path).with_context(|| format!("{} could not be made", path.display()))?;
    Ok(path)
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?.path();
        let Some(name) = entry.file_name() else { continue };
        if entry.is_dir() {
            fs::create_dir_all(to.join(name))?;
            copy_folder(&entry, &to.join(name))?;
        } else {
            fs::copy(&entry, to.join(name))?;
        }
    }
    Ok(())
}
