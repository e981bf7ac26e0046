//! Everything that is served, from the sources: wasm, scripts, frame documents, manifests, policies.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::assets::{self, Asset, Folder, Manifest};
use crate::policy::{self, FramePolicy};
use crate::project::{Project, run as run_command};
use crate::published::{self, Files};
use crate::stamp::hex;
use crate::{sbom, setup, stamp, wasm};

/// What the scripts and documents depend on, beside the wasm.
const INPUTS: [&str; 14] = [
    "package-lock.json",
    "tsconfig.json",
    "pkg/src",
    "pkg/package.json",
    "pkg/vite.config.ts",
    "pkg/vite.packages.ts",
    "pkg/tsconfig.json",
    "pkg/tsconfig.build.json",
    "www",
    "models",
    "xtask/src",
    "LICENSE-MIT",
    "LICENSE-APACHE",
    "target/web/wasm/stamp",
];

/// What is put together for a frame: its scripts, wasm and networks, each by name.
struct Bundle {
    /// Of the worker's script, and of the worker among the assets.
    worker: &'static str,
    /// Where the wasm lies, and what its files are called among the assets.
    wasm: (&'static str, &'static str),
    /// The networks that lie in the repository and in every build.
    models: &'static [&'static str],
}

/// Cut-outs, corrections, the studio.
const VITRINE: Bundle = Bundle { worker: "worker", wasm: (wasm::PAGE.out, "vitrine"), models: &["fast"] };

/// The widget of the shops, which fetches nothing that it does not need.
const TRY_ON: Bundle = Bundle {
    worker: "try-on-worker",
    wasm: (wasm::TRY_ON.out, "try-on"),
    models: &["face_detector", "face_mesh", "hair", "body_detector", "body_points"],
};

/// The model of the best quality: not in the repository, fetched by a page only when it is wanted.
const BEST: &str = "best";

/// The terms of the code and of the networks, and their names among the assets.
const LICENCES: [(&str, &str); 4] = [
    ("LICENSE-MIT", "LICENSE-MIT.txt"),
    ("LICENSE-APACHE", "LICENSE-APACHE.txt"),
    ("models/LICENSE-U-2-NET", "LICENSE-U-2-NET.txt"),
    ("models/LICENSE-MEDIAPIPE", "LICENSE-MEDIAPIPE.txt"),
];

/// What was once compressed.
const COMPRESSED: &str = "target/web/compressed";

/// Where the bundled scripts lie before they are placed in documents.
const SCRIPTS: &str = "target/web/scripts";

/// The package, and the page with the demo shop: all that is served or published.
pub(crate) const DIST: [&str; 2] = ["pkg/dist", "www/dist"];

/// Builds what is stale, or everything.
pub(crate) fn run(project: &Project, force: bool) -> Result<()> {
    setup::ensure(project)?;
    wasm::build(project, force)?;

    let stamp_file = project.path("target/web/stamp");
    let now = stamp::of(project, &INPUTS)?;
    let fresh = project.path("www/dist/index.html").is_file() && project.path("pkg/dist/index.js").is_file();
    if !force && fresh && fs::read_to_string(&stamp_file).is_ok_and(|then| then == now) {
        return DIST.iter().try_for_each(|folder| published::print(project, folder));
    }
    println!("bundling the scripts");
    fresh_folder(project, sbom::PACKAGES)?;
    for script in ["worker", "frame", "try-on-worker", "try-on-frame", "try-on-camera"] {
        vite(project, "pkg", script)?;
    }
    vite(project, "www", "app")?;

    package(project)?;
    page(project)?;
    shop(project)?;
    finish(project, DIST[0], &["pkg"])?;
    // The shop in it carries the package's scripts.
    finish(project, DIST[1], &["pkg", "www"])?;
    fs::write(stamp_file, now)?;
    DIST.iter().try_for_each(|folder| published::print(project, folder))
}

/// `pkg/dist`: the npm package, with the try-on widget beside its assets.
fn package(project: &Project) -> Result<()> {
    let dist = fresh_folder(project, "pkg/dist")?;
    let cut_out = enclosed(project, "frame", "frame", "Vitrine: background removal", "allow-scripts", None)?;
    let assets = asset_folder(project, &dist)?;
    let mut manifest = fill(project, &assets, &VITRINE, &cut_out)?;
    manifest.models.extend(best_on_record(project)?.map(|asset| (BEST.to_owned(), asset)));
    write_manifest(project, &assets, "manifest.json", &manifest, "package")?;
    vite(project, "pkg", "index")?;

    let [try_on, camera] = try_on_frames(project)?;
    let mut manifest = fill(project, &assets, &TRY_ON, &try_on)?;
    manifest.camera = Some(camera.add(&Folder { path: &assets })?);
    write_manifest(project, &assets, "try-on-manifest.json", &manifest, "try-on")?;
    vite(project, "pkg", "try-on")?;
    loader_is_small(&dist)?;
    write_headers(&dist, &asset_headers("/assets", &[&cut_out, &try_on, &camera]))?;
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
    )
}

/// `www/dist`: the seller's page.
fn page(project: &Project) -> Result<()> {
    let dist = fresh_folder(project, "www/dist")?;
    let frame = enclosed(project, "frame", "app", "Vitrine", "allow-scripts allow-downloads", None)?;
    let assets = asset_folder(project, &dist)?;
    let mut manifest = fill(project, &assets, &VITRINE, &frame)?;
    manifest.models.extend(add_best(project, &assets)?.map(|asset| (BEST.to_owned(), asset)));
    write_manifest(project, &assets, "manifest.json", &manifest, "page")?;
    // What the model studio runs on, in the page's own frame.
    let try_on = add_parts(project, &assets, &TRY_ON)?;
    write_manifest(project, &assets, "try-on-manifest.json", &try_on, "page-try-on")?;
    vite(project, "www", "shell")?;
    let page_policy = policy::page(&frame.policy());

    let source = project.path("www/index.html");
    let html = fs::read_to_string(&source).with_context(|| format!("{} is not there", source.display()))?;
    let shell = fs::read(project.path(SCRIPTS).join("shell.js"))?;
    let style = fs::read(project.path("www/src/shell.css"))?;
    let html = html
        .replace("%SHELL_INTEGRITY%", &assets::source_hash(&shell))
        .replace("%STYLE_INTEGRITY%", &assets::source_hash(&style));
    let folder = Folder { path: &dist };
    let shell = folder.add("shell", "js", &shell)?;
    let style = folder.add("shell", "css", &style)?;
    let html = html
        .replace("%POLICY%", &page_policy)
        .replace("%SHELL%", &shell.file)
        .replace("%STYLE%", &style.file);
    let index = folder.put("index.html", html.as_bytes())?;
    keep_offline(project, &folder, &[index, shell, style])?;

    let public = project.path("www/public");
    if public.is_dir() {
        copy_folder(&public, &dist)?;
    }
    let common = "  X-Content-Type-Options: nosniff\n  Referrer-Policy: no-referrer\n";
    // Chromium looks up the name that a frame wants to go to before it asks the policies whether it may; this header is
    // asked first, and the photo frame inherits it.
    let document = format!(
        "Content-Security-Policy: {page_policy}; frame-ancestors 'none'\n  Connection-Allowlist: (response-origin)"
    );
    let headers = format!(
        "# Headers by path, for this project's own server and for static hosts that read this format.\n\
         /*\n{common}  Cross-Origin-Opener-Policy: same-origin\n  \
         Permissions-Policy: camera=(), microphone=(), geolocation=(), display-capture=(), payment=(), usb=()\n\
         /\n  {document}\n  Cache-Control: no-cache\n\
         /index.html\n  {document}\n  Cache-Control: no-cache\n\
         /{SERVICE_WORKER}\n  Content-Security-Policy: {}\n  Cache-Control: no-cache\n\
         /shell.*\n  Cache-Control: public, max-age=31536000, immutable\n{}{}",
        policy::SERVICE_WORKER,
        asset_headers("/assets", &[&frame]),
        shop_headers(&try_on_frames(project)?)
    );
    write_headers(&dist, &headers)
}

/// Its name carries no digest: the browser looks under one name whether there is a newer one.
const SERVICE_WORKER: &str = "service-worker.js";

/// Puts the service worker beside the page, with the digests of the files around the frame, which no manifest lists.
fn keep_offline(project: &Project, dist: &Folder<'_>, page: &[Asset]) -> Result<()> {
    fs::write(project.path("target/web/page-files.json"), serde_json::to_string_pretty(page)?)?;
    vite(project, "www", "service-worker")?;
    let script = fs::read(project.path(SCRIPTS).join(SERVICE_WORKER))?;
    dist.put(SERVICE_WORKER, &script)?;
    Ok(())
}

/// `www/dist/shop`: an invented optician's shop that embeds the widget as a merchant would, from files of its own host.
fn shop(project: &Project) -> Result<()> {
    let dist = fresh_folder(project, "www/dist/shop")?;
    let source = project.path("www/shop");
    for entry in fs::read_dir(&source).with_context(|| format!("{} is not there", source.display()))? {
        let entry = entry?.path();
        let Some(name) = entry.file_name() else { continue };
        let extension = entry.extension().unwrap_or_default();
        if ["html", "css", "js", "svg"].iter().any(|served| extension == *served) {
            fs::copy(&entry, dist.join(name))?;
        }
    }
    copy_pictures(&source.join("products"), &dist.join("products"))?;

    let package = project.path("pkg/dist");
    let vitrine = dist.join("vitrine");
    copy_matching(&package, &vitrine, |name| name.starts_with("try-on") && name.ends_with(".js"))?;
    let manifest = fs::read_to_string(package.join("assets/try-on-manifest.json"))?;
    copy_matching(&package.join("assets"), &vitrine.join("assets"), |name| {
        manifest.contains(&format!("\"{name}\"")) || name.starts_with("LICENSE")
    })
}

/// Lists what a folder is made of and what is in it, checks it, and compresses it.
fn finish(project: &Project, folder: &str, scripts: &[&str]) -> Result<()> {
    let dist = project.path(folder);
    let mut files = Files::of(&dist)?;
    let ingredients = sbom::of(project, scripts, &files)?;
    fs::write(dist.join(sbom::NAME), &ingredients)
        .with_context(|| format!("{} could not be written in {folder}", sbom::NAME))?;
    files.add(sbom::NAME.to_owned(), ingredients.as_bytes());
    files.write(&dist)?;
    published::names_no_folder(project, &dist)?;
    assets::compress(&dist, &project.path(COMPRESSED))
}

/// Copies the files of a folder that are wanted, not those in folders within.
fn copy_matching(from: &Path, to: &Path, wanted: impl Fn(&str) -> bool) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("{} is not there", from.display()))? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if path.is_file() && wanted(name) {
            fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}

/// The products' pictures; what makes them stays in the repository.
fn copy_pictures(from: &Path, to: &Path) -> Result<()> {
    copy_matching(from, to, |name| {
        [".png", ".webp", ".jpg", ".glb"].iter().any(|extension| name.ends_with(extension))
    })
}

/// A frame's parts: the digest of its script decides every policy around it.
struct Frame {
    /// Of its file among the assets, before the digest.
    stem: &'static str,
    document: String,
    sandbox: &'static str,
    script_hashes: Vec<String>,
    style_hash: String,
    /// Whether the camera's script is in its enclosure.
    has_camera: bool,
}

impl Frame {
    fn policy(&self) -> FramePolicy<'_> {
        FramePolicy { scripts: &self.script_hashes, style: &self.style_hash }
    }

    /// Puts its document among the assets.
    fn add(&self, folder: &Folder<'_>) -> Result<Asset> {
        folder.add(self.stem, "html", self.document.as_bytes())
    }
}

/// The try-on's frame for photos alone, and the one for the camera too. The latter's enclosure keeps the origin of the
/// host that serves it, without which there is no camera; the frame in it has none, in both.
fn try_on_frames(project: &Project) -> Result<[Frame; 2]> {
    let (script, title, sandbox) = ("try-on-frame", "Vitrine: try-on", "allow-scripts allow-downloads");
    Ok([
        enclosed(project, "try-on-frame", script, title, sandbox, None)?,
        enclosed(project, "try-on-camera-frame", script, title, sandbox, Some("try-on-camera"))?,
    ])
}

/// A script in its frame, and that in its enclosure, which may have the camera's script.
fn enclosed(
    project: &Project,
    stem: &'static str,
    script: &str,
    title: &str,
    sandbox: &'static str,
    camera: Option<&str>,
) -> Result<Frame> {
    let read = |script: &str| -> Result<String> {
        let path = project.path(SCRIPTS).join(format!("{script}.js"));
        let text = fs::read_to_string(&path).with_context(|| format!("{} is not there", path.display()))?;
        assets::inline(&text)
    };
    let (text, camera) = (read(script)?, camera.map(read).transpose()?);
    let script_hashes = camera.iter().chain([&text]).map(assets::source_hash).collect::<Vec<_>>();
    let style_hash = assets::source_hash(assets::ENCLOSURE_STYLE);
    let policy = FramePolicy { scripts: &script_hashes, style: &style_hash };
    let document = assets::frame_document(&policy, &text, title, sandbox, camera.as_deref());
    Ok(Frame { stem, document, sandbox, script_hashes, style_hash, has_camera: camera.is_some() })
}

/// `dist/assets`, with the terms of what lies in it: whoever hands the files on hands these on with them.
fn asset_folder(project: &Project, dist: &Path) -> Result<std::path::PathBuf> {
    let path = dist.join("assets");
    fs::create_dir_all(&path)?;
    for (from, to) in LICENCES {
        fs::copy(project.path(from), path.join(to)).with_context(|| format!("{from} is not there"))?;
    }
    Ok(path)
}

/// Puts a frame, and everything that it runs on, among the assets.
fn fill(project: &Project, assets: &Path, bundle: &Bundle, frame: &Frame) -> Result<Manifest> {
    let frame = frame.add(&Folder { path: assets })?;
    Ok(Manifest { frame: Some(frame), ..add_parts(project, assets, bundle)? })
}

/// Puts what a frame runs on among the assets, whichever document it has.
fn add_parts(project: &Project, assets: &Path, bundle: &Bundle) -> Result<Manifest> {
    let folder = Folder { path: assets };
    let worker = project.path(SCRIPTS).join(format!("{}.js", bundle.worker));
    let worker = fs::read(&worker).with_context(|| format!("{} is not there", worker.display()))?;
    let mut manifest =
        Manifest { worker: Some(folder.add(bundle.worker, "js", &worker)?), ..Manifest::default() };
    let (wasm, stem) = bundle.wasm;
    for variant in &wasm::VARIANTS {
        let source = project.path(wasm).join(format!("{}.wasm", variant.name));
        let bytes = fs::read(&source).with_context(|| format!("{} is not there", source.display()))?;
        let asset = folder.add(&format!("{stem}-{}", variant.name), "wasm", &bytes)?;
        manifest.wasm.insert(variant.name.to_owned(), asset);
    }
    for &name in bundle.models {
        let source = project.path(format!("models/{name}.onnx"));
        let bytes = fs::read(&source).with_context(|| format!("{} is not there", source.display()))?;
        manifest.models.insert(name.to_owned(), folder.add(name, "onnx", &bytes)?);
    }
    Ok(manifest)
}

/// Writes the manifest among the assets, for people, and where the shell's bundle takes it from.
fn write_manifest(
    project: &Project,
    assets: &Path,
    name: &str,
    manifest: &Manifest,
    bundle: &str,
) -> Result<()> {
    let json = serde_json::to_string_pretty(manifest)?;
    fs::write(assets.join(name), &json)?;
    fs::write(project.path(format!("target/web/manifest.{bundle}.json")), &json)?;
    Ok(())
}

fn write_headers(dist: &Path, headers: &str) -> Result<()> {
    let path = dist.join("_headers");
    fs::write(&path, headers).with_context(|| format!("{} could not be written", path.display()))
}

/// The most that a shop's page loads before a shopper asks for the try-on, in bytes of brotli.
const LARGEST_LOADER: usize = 10_000;

fn loader_is_small(dist: &Path) -> Result<()> {
    let path = dist.join("try-on.js");
    let bytes = fs::read(&path).with_context(|| format!("{} is not there", path.display()))?;
    let size = assets::brotli(&bytes)?.len();
    if size > LARGEST_LOADER {
        bail!(
            "{} has {size} bytes compressed, and {LARGEST_LOADER} are the most: load more of it at the first \
             interaction",
            path.display()
        );
    }
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
    fs::write(assets.join(&asset.file), gzip)
        .with_context(|| format!("{} could not be written", asset.file))?;
    Ok(Some(asset))
}

/// Of a folder of assets and of the frames in it; `path` is how the folder is asked for.
fn asset_headers(path: &str, frames: &[&Frame]) -> String {
    // A model's download that broke off goes on where it was: for that the answer's range must be readable.
    let mut headers = format!(
        "{path}/*\n  Access-Control-Allow-Origin: *\n  \
         Access-Control-Expose-Headers: Content-Range, ETag\n  \
         Cross-Origin-Resource-Policy: cross-origin\n  \
         Cache-Control: public, max-age=31536000, immutable\n"
    );
    for frame in frames {
        headers += &format!(
            "{path}/{}.*.html\n  Content-Security-Policy: {}\n  \
             Connection-Allowlist: ()\n  Cross-Origin-Embedder-Policy: require-corp\n",
            frame.stem,
            policy::served_frame(&frame.policy(), frame.sandbox, frame.has_camera)
        );
        if frame.has_camera {
            headers += "  Permissions-Policy: camera=(self)\n";
        }
    }
    headers
}

/// Of the demo shop: its own strict policy, and the widget's files as any host sends them.
fn shop_headers(frames: &[Frame; 2]) -> String {
    let policy = policy::shop();
    format!(
        "/shop/*\n  Permissions-Policy: camera=*\n\
         /shop/\n  Content-Security-Policy: {policy}\n  Cache-Control: no-cache\n\
         /shop/index.html\n  Content-Security-Policy: {policy}\n  Cache-Control: no-cache\n{}",
        asset_headers("/shop/vitrine/assets", &frames.each_ref())
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
