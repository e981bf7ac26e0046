//! The content security policies: of the page, and of the frame that holds the photos.
//!
//! A policy is written once, here. The build puts it into the documents as a meta tag, which every host
//! keeps, and into `_headers`, which a host that can send headers sends; both hold at once. The demo shop's is in
//! `_headers` alone: this project's own server adds the machine's other name to it, and a meta tag would forbid that.

/// What a frame's script may do.
pub(crate) struct FramePolicy<'a> {
    /// `sha256-…` of the inline scripts: the frame's own, and its enclosure's where that has one.
    pub(crate) scripts: &'a [String],
    /// `sha256-…` of the enclosure's one inline style.
    pub(crate) style: &'a str,
}

impl FramePolicy<'_> {
    /// The frame has no network at all: no fetch, no picture, font, style or frame with an address.
    ///
    /// - `'wasm-unsafe-eval'` allows WebAssembly and no other way to make code from text.
    /// - `worker-src blob:` is the CPU executor, whose script came in by message.
    /// - `frame-src 'none'` in the enclosure is what stops the inner frame from navigating away with a photo
    ///   in the address; a frame's own policy does not.
    /// - Trusted types put every string that becomes HTML before the guard (`pkg/src/airlock/guard.ts`).
    pub(crate) fn text(&self) -> String {
        format!(
            "default-src 'none'; script-src {} 'wasm-unsafe-eval'; worker-src blob:; img-src blob: data:; \
             style-src '{}'; connect-src 'none'; frame-src 'none'; form-action 'none'; base-uri 'none'; \
             require-trusted-types-for 'script'; trusted-types default lit-html",
            self.sources(),
            self.style
        )
    }

    /// The scripts as a policy lists them.
    fn sources(&self) -> String {
        self.scripts.iter().map(|hash| format!("'{hash}'")).collect::<Vec<_>>().join(" ")
    }
}

/// The page's own policy. The photo frame's document inherits it, so it allows what the frame needs; its
/// own scripts and requests are same-origin files, and so is its service worker, which the frame may not have.
pub(crate) fn page(frame: &FramePolicy<'_>) -> String {
    format!(
        "default-src 'none'; script-src 'self' {} 'wasm-unsafe-eval'; connect-src 'self'; \
         style-src 'self' '{}'; img-src 'self' blob: data:; worker-src 'self' blob:; frame-src 'none'; \
         manifest-src 'self'; form-action 'none'; base-uri 'none'; require-trusted-types-for 'script'; \
         trusted-types vitrine-airlock vitrine-offline default lit-html",
        frame.sources(),
        frame.style
    )
}

/// Of the service worker, which asks for files of its own host and runs nothing but itself.
pub(crate) const SERVICE_WORKER: &str = "default-src 'none'; connect-src 'self'";

/// The policy of the demo shop, as strict as a merchant's gets: scripts, styles and pictures of its own host alone, no
/// code from text, no string that becomes markup. The try-on's frame is loaded by address there.
pub(crate) fn shop() -> String {
    shop_with("'self'")
}

/// The same on this machine, where the try-on's files come from its other name, as a merchant has a second host for them.
pub(crate) fn shop_here(port: u16) -> String {
    shop_with(&format!("'self' http://localhost:{port} http://127.0.0.1:{port}"))
}

/// `asset_hosts` are the hosts of the try-on's files, as a policy lists them.
fn shop_with(asset_hosts: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         connect-src {asset_hosts}; frame-src {asset_hosts}; form-action 'self'; base-uri 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'"
    )
}

/// The frame's policy as a header where its document is loaded by address: the same, and the sandbox, in which an
/// enclosure with the camera keeps its origin.
pub(crate) fn served_frame(frame: &FramePolicy<'_>, sandbox: &str, keeps_origin: bool) -> String {
    let origin = if keeps_origin { " allow-same-origin" } else { "" };
    format!("{}; sandbox {sandbox}{origin}", frame.text())
}
