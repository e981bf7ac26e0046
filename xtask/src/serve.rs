//! A small file server for this machine: compressed copies, the headers that `_headers` asks for, its other name for the
//! demo shop, parts of files for downloads that broke off, nothing else.
//!
//! A thread for each connection and one answer on each: a browser opens several at once and keeps them, and a
//! pool whose threads wait on kept connections leaves the next one without an answer.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use anyhow::{Context, Result, bail};

use crate::policy;

/// The most that a request's line and headers may take, in bytes.
const MOST_HEAD: usize = 16 << 10;
/// The most headers that a request may have.
const MOST_HEADERS: usize = 64;
/// How long a browser may say or take nothing.
const PATIENCE: Duration = Duration::from_secs(30);

/// Serves `root` until the process is stopped.
pub(crate) fn run(root: &Path, port: u16) -> Result<()> {
    if !root.join("index.html").is_file() {
        bail!("{} has no index.html: run `cargo xtask build` first", root.display());
    }
    let mut rules = Rule::read(&root.join("_headers"))?;
    let listener = listen(port)?;
    let address = listener.local_addr()?;
    add_other_name(&mut rules, address.port());
    let site = Arc::new(Site { root: root.to_owned(), rules });
    println!("Vitrine is at http://{address}/  (Ctrl+C ends it)");
    io::stdout().flush()?;
    serve(&listener, &site)
}

fn serve(listener: &TcpListener, site: &Arc<Site>) -> ! {
    loop {
        // Where the system has no connection or thread to give, it has one again soon.
        let Ok((stream, _)) = listener.accept() else {
            std::thread::sleep(Duration::from_millis(20));
            continue;
        };
        let site = Arc::clone(site);
        let _ = std::thread::Builder::new().spawn(move || {
            // A browser that hangs up in the middle is its own business.
            let _ = converse(&site, stream);
        });
    }
}

/// One request and its answer.
fn converse(site: &Site, mut stream: TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    let mut head = Vec::new();
    let mut part = [0; 4096];
    let request = loop {
        let count = stream.read(&mut part)?;
        if count == 0 {
            return Ok(());
        }
        head.extend_from_slice(&part[..count]);
        match Request::parse(&head) {
            Ok(Some(request)) => break Ok(request),
            Ok(None) if head.len() > MOST_HEAD => {
                break Err(Answer::plain(431, "the headers are too long\n"));
            }
            Ok(None) => {}
            Err(_) => break Err(Answer::plain(400, "this is no HTTP request\n")),
        }
    };
    let (answer, wants_body) = match request {
        Ok(request) => (site.answer(&request)?, request.method != "HEAD"),
        Err(refusal) => (refusal, true),
    };
    answer.send(&mut stream, wants_body)
}

/// What matters here of a request.
struct Request {
    method: String,
    /// Path without query.
    path: String,
    /// The values of `Accept-Encoding`.
    accepts: String,
    /// The value of `Range`.
    range: Option<String>,
    /// The value of `If-Range`: what the range must be a part of.
    range_of: Option<String>,
}

impl Request {
    /// The request that begins with these bytes; nothing yet where more must come.
    fn parse(head: &[u8]) -> Result<Option<Self>, httparse::Error> {
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut request = httparse::Request::new(&mut headers);
        if request.parse(head)?.is_partial() {
            return Ok(None);
        }
        let values = |name: &str| {
            request
                .headers
                .iter()
                .filter(|header| header.name.eq_ignore_ascii_case(name))
                .map(|header| String::from_utf8_lossy(header.value))
                .collect::<Vec<_>>()
                .join(",")
        };
        let value = |name| Some(values(name)).filter(|value| !value.is_empty());
        Ok(Some(Self {
            method: request.method.unwrap_or_default().to_owned(),
            path: request.path.unwrap_or_default().split(['?', '#']).next().unwrap_or_default().to_owned(),
            accepts: values("Accept-Encoding"),
            range: value("Range"),
            range_of: value("If-Range"),
        }))
    }

    /// Whether the browser takes this encoding.
    fn takes(&self, encoding: &str) -> bool {
        self.accepts.split(',').any(|entry| {
            let (name, weight) = entry.split_once(';').unwrap_or((entry, ""));
            let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
            !refused && name.trim().eq_ignore_ascii_case(encoding)
        })
    }
}

/// The part of a file that a `Range` header asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// All of it: nothing was asked for, or something that this server does not do, such as several ranges.
    Whole,
    /// Bytes from the first to the last, both included.
    Of(u64, u64),
    /// None of it: the range begins behind the end.
    None,
}

impl Part {
    /// Of a file of `length` bytes (RFC 9110, section 14).
    fn parse(range: &str, length: u64) -> Self {
        let Some((first, last)) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
            return Self::Whole;
        };
        match (first.trim().parse::<u64>(), last.trim()) {
            (Ok(first), _) if first >= length => Self::None,
            (Ok(first), "") => Self::Of(first, length - 1),
            (Ok(first), last) => match last.parse::<u64>() {
                Ok(last) if last >= first => Self::Of(first, last.min(length - 1)),
                _ => Self::Whole,
            },
            (Err(_), last) if first.trim().is_empty() => match last.parse::<u64>() {
                Ok(0) => Self::None,
                Ok(count) if length > 0 => Self::Of(length.saturating_sub(count), length - 1),
                _ => Self::Whole,
            },
            _ => Self::Whole,
        }
    }
}

/// What goes back.
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Body,
}

enum Body {
    Text(&'static str),
    File { file: File, bytes: u64 },
}

impl Answer {
    fn plain(status: u16, text: &'static str) -> Self {
        let headers = vec![("Content-Type".to_owned(), "text/plain; charset=utf-8".to_owned())];
        Self { status, headers, body: Body::Text(text) }
    }

    fn send(self, stream: &mut TcpStream, wants_body: bool) -> io::Result<()> {
        let reason = match self.status {
            200 => "OK",
            206 => "Partial Content",
            416 => "Range Not Satisfiable",
            404 => "Not Found",
            405 => "Method Not Allowed",
            431 => "Request Header Fields Too Large",
            _ => "Bad Request",
        };
        // With its length, which a progress bar needs, whatever the size.
        let bytes = match &self.body {
            Body::Text(text) => text.len() as u64,
            Body::File { bytes, .. } => *bytes,
        };
        let mut head =
            format!("HTTP/1.1 {} {reason}\r\nConnection: close\r\nContent-Length: {bytes}\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes())?;
        if wants_body {
            match self.body {
                Body::Text(text) => stream.write_all(text.as_bytes())?,
                Body::File { file, bytes } => {
                    io::copy(&mut file.take(bytes), stream)?;
                }
            }
        }
        stream.flush()
    }
}

/// The port, or the next free one of a hundred.
fn listen(port: u16) -> Result<TcpListener> {
    let last = if port == 0 { 0 } else { port.saturating_add(99) };
    for candidate in port..=last {
        match TcpListener::bind(("127.0.0.1", candidate)) {
            Ok(listener) => return Ok(listener),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
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
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
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

/// Lets the demo shop have the try-on's files from this machine's other name, where `www/shop/shop.js` looks for them.
fn add_other_name(rules: &mut [Rule], port: u16) {
    let (built, here) = (policy::shop(), policy::shop_here(port));
    for (_, value) in rules.iter_mut().flat_map(|rule| &mut rule.headers) {
        if *value == built {
            value.clone_from(&here);
        }
    }
}

struct Site {
    root: PathBuf,
    rules: Vec<Rule>,
}

impl Site {
    fn answer(&self, request: &Request) -> io::Result<Answer> {
        if !matches!(request.method.as_str(), "GET" | "HEAD") {
            return Ok(Answer::plain(405, "only GET and HEAD are answered here\n"));
        }
        let mut url = request.path.clone();
        if url.ends_with('/') {
            url.push_str("index.html");
        }
        let Some(path) = self.file(&url) else {
            return Ok(Answer::plain(404, "there is no such file here\n"));
        };

        let encoded = [("br", "br"), ("gzip", "gz")].into_iter().find_map(|(encoding, suffix)| {
            let mut name = path.as_os_str().to_owned();
            name.push(".");
            name.push(suffix);
            let copy = PathBuf::from(name);
            (request.takes(encoding) && copy.is_file()).then_some((encoding, copy))
        });
        let (encoding, source) =
            encoded.map_or((None, path.clone()), |(encoding, copy)| (Some(encoding), copy));
        let mut file = File::open(&source)?;
        let metadata = file.metadata()?;
        let length = metadata.len();
        let changed = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        let tag = format!("\"{length:x}-{:x}\"", changed.as_nanos());

        let mut headers = vec![
            ("Content-Type".to_owned(), media_type(&path).to_owned()),
            ("Vary".to_owned(), "Accept-Encoding".to_owned()),
            ("Accept-Ranges".to_owned(), "bytes".to_owned()),
        ];
        headers.extend(encoding.map(|encoding| ("Content-Encoding".to_owned(), encoding.to_owned())));
        for rule in self.rules.iter().filter(|rule| matches(&rule.pattern, &url)) {
            headers.extend(rule.headers.iter().cloned());
        }
        // A part of another version than the one here would not fit what the browser has.
        let fits = request.range_of.as_ref().is_none_or(|wanted| *wanted == tag);
        headers.push(("ETag".to_owned(), tag));
        let range = request.range.as_deref().filter(|_| fits && request.method == "GET");
        let (status, bytes) = match range.map_or(Part::Whole, |range| Part::parse(range, length)) {
            Part::Whole => (200, length),
            Part::Of(first, last) => {
                file.seek(SeekFrom::Start(first))?;
                headers.push(("Content-Range".to_owned(), format!("bytes {first}-{last}/{length}")));
                (206, last - first + 1)
            }
            Part::None => {
                headers.push(("Content-Range".to_owned(), format!("bytes */{length}")));
                (416, 0)
            }
        };
        Ok(Answer { status, headers, body: Body::File { file, bytes } })
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
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;
    use std::io::{Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};
    use std::sync::Arc;

    use super::{Part, Rule, Site, add_other_name, matches, serve};
    use crate::policy;

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

    #[test]
    fn this_machines_other_name_is_in_the_shops_policy_here_and_in_no_build() {
        let built = policy::shop();
        assert!(!built.contains("http"), "{built}");
        let rule =
            |value: &str| Rule { pattern: "/".to_owned(), headers: vec![("X".to_owned(), value.to_owned())] };
        let mut rules = [rule(&built), rule("connect-src 'self'")];
        add_other_name(&mut rules, 8081);
        let [shop, other] = rules.map(|rule| rule.headers[0].1.clone());
        let hosts = "'self' http://localhost:8081 http://127.0.0.1:8081;";
        for directive in ["connect-src", "frame-src"] {
            assert!(shop.contains(&format!("; {directive} {hosts}")), "{shop}");
        }
        assert_eq!(other, "connect-src 'self'");
    }

    /// A server on a folder with `index.html` (plain and brotli) and rules; the answer to each request.
    fn ask(requests: &[&str]) -> Vec<String> {
        let root =
            std::env::temp_dir().join(format!("vitrine-serve-{}-{}", std::process::id(), requests.len()));
        fs::create_dir_all(&root).unwrap();
        fs::write(root.join("index.html"), "plain").unwrap();
        fs::write(root.join("index.html.br"), "small").unwrap();
        fs::write(root.join("_headers"), "/*\n  X-Own: yes\n").unwrap();
        let site = Arc::new(Site { rules: Rule::read(&root.join("_headers")).unwrap(), root: root.clone() });
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || serve(&listener, &site));
        // Connections that say nothing, as a browser keeps some: they must not keep the others waiting.
        let _silent: Vec<_> = (0..32).map(|_| TcpStream::connect(address).unwrap()).collect();
        let answers = requests
            .iter()
            .map(|request| {
                let mut stream = TcpStream::connect(address).unwrap();
                stream.write_all(request.as_bytes()).unwrap();
                let mut answer = String::new();
                stream.read_to_string(&mut answer).unwrap();
                answer
            })
            .collect();
        fs::remove_dir_all(root).unwrap();
        answers
    }

    #[test]
    fn files_go_out_with_their_headers_compressed_where_that_is_taken() {
        let answers = ask(&[
            "GET /?device=cpu HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET / HTTP/1.1\r\nAccept-Encoding: gzip, br\r\n\r\n",
            "GET / HTTP/1.1\r\nAccept-Encoding: br;q=0\r\n\r\n",
            "HEAD / HTTP/1.1\r\n\r\n",
        ]);
        assert!(answers[0].starts_with("HTTP/1.1 200 OK\r\n") && answers[0].ends_with("\r\n\r\nplain"));
        assert!(answers[0].contains("X-Own: yes\r\n") && answers[0].contains("Content-Length: 5\r\n"));
        assert!(answers[1].contains("Content-Encoding: br\r\n") && answers[1].ends_with("small"));
        assert!(answers[2].ends_with("plain"));
        assert!(answers[3].contains("Content-Length: 5\r\n") && answers[3].ends_with("\r\n\r\n"));
    }

    #[test]
    fn a_range_is_a_part_of_the_file() {
        for (range, length, expected) in [
            ("bytes=0-", 5, Part::Of(0, 4)),
            ("bytes=2-", 5, Part::Of(2, 4)),
            ("bytes=1-2", 5, Part::Of(1, 2)),
            ("bytes=1-99", 5, Part::Of(1, 4)),
            ("bytes=-2", 5, Part::Of(3, 4)),
            ("bytes=-9", 5, Part::Of(0, 4)),
            ("bytes=5-", 5, Part::None),
            ("bytes=0-", 0, Part::None),
            ("bytes=-0", 5, Part::None),
            ("bytes=3-1", 5, Part::Whole),
            ("bytes=0-1,3-4", 5, Part::Whole),
            ("lines=0-", 5, Part::Whole),
            ("bytes=", 5, Part::Whole),
        ] {
            assert_eq!(Part::parse(range, length), expected, "{range} of {length}");
        }
    }

    #[test]
    fn a_download_goes_on_where_it_was_unless_the_file_is_another() {
        let answers = ask(&[
            "GET / HTTP/1.1\r\nRange: bytes=2-\r\n\r\n",
            "GET / HTTP/1.1\r\nRange: bytes=9-\r\n\r\n",
            "GET / HTTP/1.1\r\nRange: bytes=2-\r\nIf-Range: \"of another\"\r\n\r\n",
        ]);
        assert!(answers[0].starts_with("HTTP/1.1 206 ") && answers[0].ends_with("\r\n\r\nain"));
        assert!(answers[0].contains("Content-Range: bytes 2-4/5\r\n") && answers[0].contains("ETag: \""));
        assert!(answers[1].starts_with("HTTP/1.1 416 ") && answers[1].contains("bytes */5"));
        assert!(answers[2].starts_with("HTTP/1.1 200 ") && answers[2].ends_with("\r\n\r\nplain"));
    }

    #[test]
    fn what_is_no_file_here_is_refused() {
        let long = format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(20_000));
        let answers = ask(&[
            "GET /missing.js HTTP/1.1\r\n\r\n",
            "GET /../Cargo.toml HTTP/1.1\r\n\r\n",
            "GET //etc/passwd HTTP/1.1\r\n\r\n",
            "POST / HTTP/1.1\r\n\r\n",
            "nonsense\r\n\r\n",
            &long,
        ]);
        for (answer, status) in answers.iter().zip(["404", "404", "404", "405", "400", "431"]) {
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        }
    }
}
