//! What a page fetches: frame documents, scripts, wasm and models under names that carry their digest,
//! the manifest that says so, and a compressed copy beside each.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::policy::FramePolicy;
use crate::stamp::hex;

/// One file that the shell fetches and checks.
#[derive(Clone, Serialize)]
pub(crate) struct Asset {
    /// Name under the asset base.
    pub(crate) file: String,
    /// SHA-256 of the bytes, hexadecimal.
    sha256: String,
    /// Length in bytes, uncompressed.
    bytes: u64,
    /// Where the file is a gzip of what `sha256` and `bytes` speak of: its own length in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    packed: Option<u64>,
}

impl Asset {
    /// A gzip file that someone puts among the assets; `sha256` and `bytes` are of what it unpacks to.
    pub(crate) fn packed(stem: &str, sha256: String, bytes: u64, gzip_sha256: &str, gzip_bytes: u64) -> Self {
        // The name carries the digest of the file's own bytes, for that is what caches keep by name.
        let short = gzip_sha256.get(..12).unwrap_or(gzip_sha256);
        Self { file: format!("{stem}.{short}.onnx.gz"), sha256, bytes, packed: Some(gzip_bytes) }
    }
}

/// Every file by its role; `pkg/src/airlock/manifest.ts` reads it.
#[derive(Clone, Default, Serialize)]
pub(crate) struct Manifest {
    /// The document of the photo frame, where it has one of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) frame: Option<Asset>,
    /// The same frame in an enclosure that has the camera; it works only where it is loaded by its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) camera: Option<Asset>,
    /// The worker's script.
    pub(crate) worker: Option<Asset>,
    /// The wasm, by variant.
    pub(crate) wasm: BTreeMap<String, Asset>,
    /// The networks, by name.
    pub(crate) models: BTreeMap<String, Asset>,
}

/// A folder of assets that is being filled.
pub(crate) struct Folder<'a> {
    pub(crate) path: &'a Path,
}

impl Folder<'_> {
    /// Writes `bytes` as `stem.<digest>.extension`.
    pub(crate) fn add(&self, stem: &str, extension: &str, bytes: &[u8]) -> Result<Asset> {
        let sha256 = hex(&Sha256::digest(bytes));
        self.put(&format!("{stem}.{}.{extension}", &sha256[..12]), bytes)
    }

    /// Writes `bytes` under a name that does not change with them.
    pub(crate) fn put(&self, file: &str, bytes: &[u8]) -> Result<Asset> {
        let path = self.path.join(file);
        fs::write(&path, bytes).with_context(|| format!("{} could not be written", path.display()))?;
        let sha256 = hex(&Sha256::digest(bytes));
        Ok(Asset { file: file.to_owned(), sha256, bytes: bytes.len() as u64, packed: None })
    }
}

/// `sha256-…` as a content security policy and HTML's `integrity` write it.
pub(crate) fn source_hash(bytes: impl AsRef<[u8]>) -> String {
    format!("sha256-{}", base64::engine::general_purpose::STANDARD.encode(Sha256::digest(bytes)))
}

/// The only style of the enclosure: the inner frame fills it.
pub(crate) const ENCLOSURE_STYLE: &str =
    "html,body{height:100%;margin:0}iframe{display:block;width:100%;height:100%;border:0}";

/// Makes a script safe between `<script>` and `</script>` without changing what it does.
///
/// Inside string, template and regular-expression literals, where alone these can stand in minified code,
/// `\x3C` is `<`. The result must hold no line ending that the HTML parser would rewrite, for the policy's
/// digest is over the text after parsing.
pub(crate) fn inline(script: &str) -> Result<String> {
    if script.contains(['\r', '\0']) {
        bail!("the frame's script holds a carriage return or a zero, which HTML would rewrite");
    }
    Ok(script
        .replace("</script", "\\x3C/script")
        .replace("<!--", "\\x3C!--")
        .replace("<script", "\\x3Cscript"))
}

/// The frame's document: an enclosure whose policy forbids frames with an address, around the frame proper.
///
/// The inner frame inherits the enclosure's policy and repeats it. The shell speaks to it through `contentWindow[0]`. The
/// enclosure has no script, or the one that brings a camera's pictures to the inner frame, which no browser gives any.
pub(crate) fn frame_document(
    policy: &FramePolicy<'_>,
    script: &str,
    title: &str,
    sandbox: &str,
    camera: Option<&str>,
) -> String {
    let head = format!(
        "<meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\
         <meta http-equiv=\"x-dns-prefetch-control\" content=\"off\"><meta name=\"referrer\" content=\"no-referrer\">\
         <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\">\
         <title>{title}</title>",
        policy.text()
    );
    let inner = format!(
        "<!doctype html><html lang=\"en\"><head>{head}</head><body><script>{script}</script></body></html>"
    );
    let camera = camera.map(|script| format!("<script>{script}</script>")).unwrap_or_default();
    format!(
        "<!doctype html><html lang=\"en\"><head>{head}<style>{ENCLOSURE_STYLE}</style>{camera}</head><body>\
         <iframe title=\"{title}\" sandbox=\"{sandbox}\" srcdoc=\"{}\"></iframe></body></html>",
        inner.replace('&', "&amp;").replace('"', "&quot;")
    )
}

/// As small as brotli gets it.
pub(crate) fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut smaller = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &*bytes, &mut smaller, &parameters)?;
    Ok(smaller)
}

/// Writes `.br` and `.gz` beside every file that gets smaller by it. What was once compressed lies in `kept` by its
/// digest: the page, the package and the shop have their largest files in common, and most builds change none of them.
pub(crate) fn compress(folder: &Path, kept: &Path) -> Result<()> {
    fs::create_dir_all(kept).with_context(|| format!("{} could not be made", kept.display()))?;
    for entry in fs::read_dir(folder).with_context(|| format!("{} could not be read", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            compress(&path, kept)?;
            continue;
        }
        let extension = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        if !["html", "js", "css", "json", "wasm", "onnx", "svg", "txt"].contains(&extension.as_str()) {
            continue;
        }
        let bytes = fs::read(&path)?;
        let digest = hex(&Sha256::digest(&bytes));
        for (suffix, encode) in [("gz", gzip as fn(&[u8]) -> Result<Vec<u8>>), ("br", brotli)] {
            let known = kept.join(format!("{digest}.{suffix}"));
            let smaller = match fs::read(&known) {
                Ok(smaller) => smaller,
                Err(_) => {
                    let smaller = encode(&bytes)?;
                    // A build that is stopped leaves no half of it.
                    let part = known.with_extension("part");
                    fs::write(&part, &smaller).and_then(|()| fs::rename(&part, &known))?;
                    smaller
                }
            };
            if smaller.len() < bytes.len() {
                fs::write(path.with_extension(format!("{extension}.{suffix}")), smaller)?;
            }
        }
    }
    Ok(())
}

/// As small as gzip gets it.
fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(bytes)?;
    Ok(gzip.finish()?)
}
