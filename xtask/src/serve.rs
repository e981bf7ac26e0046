//! A small file server for this machine: compressed copies, the headers that `_headers` asks for, nothing else.

use std::fs::{self, File};
use std::io::{Read, Write as _};
use std::net::TcpListener;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use tiny_http::{Header, Method, Request, Response, Server, StatusCode};

/// How many requests are answered at once; a page asks for a handful.
const WORKERS: usize = 4;

/// Serves `root` until the process is stopped.
pub(crate) fn run(root: &Path, port: u16) -> Result<()> {
    if !root.join("index.html").is_file() {
        bail!("{} has no index.html: run `cargo xtask build` first", root.display());
    }
    let site = Arc::new(Site { root: root.to_owned(), rules: Rule::read(&root.join("_headers"))? });
    let listener = listen(port)?;
    let address = listener.local_addr()?;
    let server = Server::from_listener(listener, None).map_err(|error| anyhow::anyhow!(error))?;
    println!("Vitrine is at http://{address}/  (Ctrl+C ends it)");
    std::io::stdout().flush()?;

    let server = Arc::new(server);
    let workers: Vec<_> = (0..WORKERS)
        .map(|_| {
            let (server, site) = (Arc::clone(&server), Arc::clone(&site));
            std::thread::spawn(move || {
                while let Ok(request) = server.recv() {
                    // A browser that hangs up in the middle is its own business.
                    let _ = site.answer(request);
                }
            })
        })
        .collect();
    for worker in workers {
        let _ = worker.join();
    }
    Ok(())
}

/// The port, or the next free one of a hundred.
fn listen(port: u16) -> Result<TcpListener> {
    let last = if port == 0 { 0 } else { port.saturating_add(99) };
    for candidate in port..=last {
        match TcpListener::bind(("127.0.0.1", candidate)) {
            Ok(listener) => return Ok(listener),
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {}
            Err(error) => return Err(error).with_context(|| format!("port {candidate} could not be opened")),
        }
    }
    bail!("ports {port} to {last} are all taken: choose another with --port")
}

/// Headers for the paths that match a pattern; the format of `_headers` on common static hosts.
struct Rule {
    /// `*` stands for any characters.
    pattern: String,
    headers: Vec<(String, String)>,
}

impl Rule {
    fn read(path: &Path) -> Result<Vec<Self>> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error).with_context(|| format!("{} could not be read", path.display())),
        };
        let mut rules: Vec<Self> = Vec::new();
        for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
            match (line.starts_with(char::is_whitespace), line.split_once(':'), rules.last_mut()) {
                (false, _, _) => rules.push(Self { pattern: line.trim().to_owned(), headers: Vec::new() }),
                (true, Some((name, value)), Some(rule)) => {
                    rule.headers.push((name.trim().to_owned(), value.trim().to_owned()));
                }
                _ => bail!("{}: cannot read the line `{line}`", path.display()),
            }
        }
        Ok(rules)
    }
}

/// Whether `path` matches a pattern in which `*` stands for any characters.
fn matches(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == path,
        Some((before, after)) => path.strip_prefix(before).is_some_and(|rest| {
            (0..=rest.len()).filter(|&at| rest.is_char_boundary(at)).any(|at| matches(after, &rest[at..]))
        }),
    }
}

struct Site {
    root: PathBuf,
    rules: Vec<Rule>,
}

impl Site {
    fn answer(&self, request: Request) -> Result<()> {
        if !matches!(request.method(), Method::Get | Method::Head) {
            return Ok(request.respond(plain(405, "only GET and HEAD are answered here\n"))?);
        }
        let url = request.url().split(['?', '#']).next().unwrap_or("/").to_owned();
        let url = if url.ends_with('/') { format!("{url}index.html") } else { url };
        let Some(path) = self.file(&url) else {
            return Ok(request.respond(plain(404, "there is no such file here\n"))?);
        };

        let accepted = accepted_encodings(&request);
        let encoded = [("br", "br"), ("gzip", "gz")].into_iter().find_map(|(encoding, suffix)| {
            let mut name = path.as_os_str().to_owned();
            name.push(".");
            name.push(suffix);
            let copy = PathBuf::from(name);
            (accepted.iter().any(|one| one == encoding) && copy.is_file()).then_some((encoding, copy))
        });
        let (encoding, source) =
            encoded.map_or((None, path.clone()), |(encoding, copy)| (Some(encoding), copy));
        let file = File::open(&source)?;
        let length = usize::try_from(file.metadata()?.len())?;

        let mut headers =
            vec![header("Content-Type", media_type(&path))?, header("Vary", "Accept-Encoding")?];
        if let Some(encoding) = encoding {
            headers.push(header("Content-Encoding", encoding)?);
        }
        for rule in self.rules.iter().filter(|rule| matches(&rule.pattern, &url)) {
            for (name, value) in &rule.headers {
                headers.push(header(name, value)?);
            }
        }
        let body: Box<dyn Read + Send> = Box::new(file);
        let response = Response::new(StatusCode(200), headers, body, Some(length), None);
        // With its length, which a progress bar needs, whatever the size.
        Ok(request.respond(response.with_chunked_threshold(usize::MAX))?)
    }

    /// The file at an address, if it is inside the root.
    fn file(&self, url: &str) -> Option<PathBuf> {
        let relative = Path::new(url.trim_start_matches('/'));
        // Names here are ASCII without escapes, so an address needs no decoding, and `..` has no business in it.
        let inside = relative.components().all(|part| matches!(part, Component::Normal(_)));
        let path = self.root.join(relative);
        (inside && path.is_file()).then_some(path)
    }
}

fn accepted_encodings(request: &Request) -> Vec<String> {
    request
        .headers()
        .iter()
        .filter(|header| header.field.equiv("Accept-Encoding"))
        .flat_map(|header| header.value.as_str().split(','))
        .filter_map(|entry| {
            let (name, weight) = entry.split_once(';').unwrap_or((entry, ""));
            let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
            (!refused).then(|| name.trim().to_ascii_lowercase())
        })
        .collect()
}

fn header(name: &str, value: &str) -> Result<Header> {
    Header::from_bytes(name, value).map_err(|()| anyhow::anyhow!("`{name}: {value}` is no valid header"))
}

fn plain(status: u16, text: &str) -> Response<std::io::Cursor<Vec<u8>>> {
    Response::from_string(text).with_status_code(status)
}

fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg") => "image/jpeg",
        Some("webp") => "image/webp",
        Some("ico") => "image/x-icon",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, path, expected) in [
            ("/*", "/index.html", true),
            ("/assets/*", "/index.html", false),
            ("/assets/frame.*.html", "/assets/frame.0123.html", true),
            ("/assets/frame.*.html", "/assets/frame.0123.js", false),
            ("/index.html", "/index.html", true),
            ("/index.html", "/index.html.br", false),
        ] {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        }
    }
}
