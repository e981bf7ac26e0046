//! `vitrine log`: whether an activity log is whole, and which files it speaks of. docs/activity-log.md describes the format.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use vitrine::listing::report::sha256;

/// The largest log that is read, in bytes: some hundred thousand entries.
const LARGEST: u64 = 256 << 20;
/// What the first entry says in the place of a hash.
const NOTHING: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// The version of the format that this program reads.
const VERSION: u64 = 1;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Check that a log's entries are all there, unchanged and in order
    Verify {
        /// The log as the page has saved it
        file: PathBuf,
        /// Also say of each file in this folder which entries speak of it
        #[arg(long, value_name = "FOLDER")]
        files: Option<PathBuf>,
        /// The hash of the last entry as it was noted elsewhere: a log that was written anew has another
        #[arg(long, value_name = "SHA256")]
        head: Option<String>,
    },
}

/// What of an entry is needed to check it; the rest is covered by its hash.
#[derive(serde::Deserialize)]
struct Entry {
    n: u64,
    did: String,
    /// SHA-256 of the line before, as it is written, without its line's end.
    previous: String,
    /// The format's version; in the first entry only.
    #[serde(default)]
    log: Option<u64>,
    /// Of the files that went in; null where one could not be read.
    #[serde(default)]
    inputs: Vec<Option<String>>,
    #[serde(default)]
    output: Option<String>,
}

/// A log that holds together.
struct Sound {
    entries: Vec<Entry>,
    /// Hash of the last entry before the seal.
    head: String,
}

/// The first line that is wrong, counted from 1, and how.
#[derive(Debug, PartialEq)]
struct Wrong {
    line: usize,
    how: How,
}

#[derive(Debug, PartialEq)]
enum How {
    Changed,
    Missing(u64),
    Reordered { is: u64, wanted: u64 },
    CutOff,
}

impl fmt::Display for Wrong {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}: ", self.line)?;
        match self.how {
            How::Changed => write!(out, "it has been changed since it was written"),
            How::Missing(entry) => write!(out, "entry {entry} is missing before it"),
            How::Reordered { is, wanted } => {
                write!(out, "reordered, for here stands entry {is} and entry {wanted} comes after it")
            }
            How::CutOff => write!(out, "cut off, for the log ends here without its seal"),
        }
    }
}

/// Does what is asked. `Ok(false)` where the log is not what it was.
pub(crate) fn run(Arguments { command }: &Arguments) -> Result<bool, String> {
    let Command::Verify { file, files, head } = command;
    let named = |error: String| format!("{}: {error}", file.display());
    let unreadable = |error: std::io::Error| named(format!("it cannot be read ({error}): check the path"));
    let bytes = std::fs::metadata(file).map_err(unreadable)?.len();
    if bytes > LARGEST {
        return Err(named(format!(
            "it has {bytes} bytes and the limit is {LARGEST}: this is no activity log"
        )));
    }
    let text = std::fs::read(file).map_err(unreadable)?;
    let Sound { entries, head: found } = match check(&text).map_err(named)? {
        Ok(sound) => sound,
        Err(wrong) => {
            eprintln!("{}: {wrong}", file.display());
            return Ok(false);
        }
    };
    println!("{}: whole, {} entries, the last of them {found}", file.display(), entries.len());
    if let Some(head) = head.as_ref().filter(|head| !head.eq_ignore_ascii_case(&found)) {
        eprintln!("{}: its last entry is not {head}: it was written anew, or goes on", file.display());
        return Ok(false);
    }
    if let Some(folder) = files {
        compare(&entries, folder)?;
    }
    Ok(true)
}

/// The entries without the seal, or the first line that is wrong; an error where it is no log at all.
fn check(text: &[u8]) -> Result<Result<Sound, Wrong>, String> {
    let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    let mut hashes = Vec::with_capacity(lines.len());
    let mut entries: Vec<Option<Entry>> = Vec::with_capacity(lines.len());
    for line in &lines {
        let whole = line.strip_suffix(b"\n");
        hashes.push(sha256(whole.unwrap_or(line)));
        entries.push(whole.and_then(|line| serde_json::from_slice(line).ok()));
    }
    if entries.iter().all(Option::is_none) {
        return Err("it is no activity log: save one from the page".into());
    }
    if let Some(version) = entries[0].as_ref().and_then(|first| first.log).filter(|log| *log != VERSION) {
        return Err(format!("its format is {version} and this program reads {VERSION}: update the program"));
    }
    Ok(match first_wrong(&lines, &hashes, &entries) {
        Some(wrong) => Err(wrong),
        None => {
            let mut entries: Vec<Entry> = entries.into_iter().flatten().collect();
            let seal = entries.pop();
            Ok(Sound { entries, head: seal.map(|seal| seal.previous).unwrap_or_default() })
        }
    })
}

fn first_wrong(lines: &[&[u8]], hashes: &[String], entries: &[Option<Entry>]) -> Option<Wrong> {
    // An entry that another one names by its hash is as it was written.
    let named: HashSet<&str> = entries.iter().flatten().map(|entry| entry.previous.as_str()).collect();
    let is_intact = |at: usize| {
        let is_seal =
            at + 1 == entries.len() && lines[at] == seal(at as u64, &hashes[at.saturating_sub(1)]).as_bytes();
        is_seal || named.contains(hashes[at].as_str())
    };
    let last = lines.len() - 1;
    for (at, entry) in entries.iter().enumerate() {
        let wrong = |line, how| Some(Wrong { line: line + 1, how });
        let Some(Entry { n, did, previous, .. }) = entry else {
            let is_whole = lines[at].ends_with(b"\n");
            return wrong(at, if is_whole { How::Changed } else { How::CutOff });
        };
        let wanted = at as u64 + 1;
        let before = if at == 0 { NOTHING } else { &hashes[at - 1] };
        if previous != before {
            if *n != wanted {
                let is_later = entries[at..].iter().flatten().any(|entry| entry.n == wanted);
                let how = if is_later { How::Reordered { is: *n, wanted } } else { How::Missing(wanted) };
                return wrong(at, how);
            }
            // Either this line or the one before is not what it was.
            return wrong(if at > 0 && (at == last || is_intact(at)) { at - 1 } else { at }, How::Changed);
        }
        let is_sealed = did == "sealed";
        if *n != wanted || is_sealed && (at != last || !is_intact(at)) {
            return wrong(at, How::Changed);
        }
        if at == last && !is_sealed {
            return wrong(at, How::CutOff);
        }
    }
    None
}

/// The last line of a log of so many entries.
fn seal(entries: u64, head: &str) -> String {
    format!("{{\"n\":{},\"did\":\"sealed\",\"entries\":{entries},\"previous\":\"{head}\"}}\n", entries + 1)
}

/// Says of each file in the folder which entries speak of it, and how many files of the log are not there.
fn compare(entries: &[Entry], folder: &Path) -> Result<(), String> {
    let mut spoken: HashMap<&str, Vec<String>> = HashMap::new();
    for Entry { n, did, inputs, output, .. } in entries {
        for input in inputs.iter().flatten() {
            spoken.entry(input).or_default().push(format!("went into entry {n} ({did})"));
        }
        if let Some(output) = output {
            spoken.entry(output).or_default().push(format!("came of entry {n} ({did})"));
        }
    }
    let mut found = HashSet::new();
    for file in files_of(folder)? {
        let hash =
            hash_of(&file).map_err(|error| format!("{}: it cannot be read ({error})", file.display()))?;
        let said = spoken.get_key_value(hash.as_str());
        let words =
            said.map_or("not in this log".into(), |(_, places)| format!("unchanged, {}", places.join(", ")));
        println!("{}: {words}", file.display());
        found.extend(said.map(|(hash, _)| *hash));
    }
    println!("{} of {} files that the log speaks of are there", found.len(), spoken.len());
    Ok(())
}

/// Every file below a folder, in order; links are not followed.
fn files_of(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let unreadable =
        |error: std::io::Error| format!("the folder {} cannot be read ({error})", folder.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let kind = entry.file_type().map_err(unreadable)?;
        if kind.is_dir() {
            files.append(&mut files_of(&entry.path())?);
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

/// A file's SHA-256, however large it is.
fn hash_of(file: &Path) -> std::io::Result<String> {
    let mut open = std::fs::File::open(file)?;
    let mut hasher = Sha256::new();
    let mut part = vec![0; 1 << 20];
    loop {
        let read = open.read(&mut part)?;
        if read == 0 {
            return Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
        }
        hasher.update(&part[..read]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sealed log of six entries, a line each.
    fn lines() -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for n in 1..=6 {
            let previous = lines.last().map_or(NOTHING.into(), |line| sha256(line.trim_end().as_bytes()));
            let what = if n == 1 {
                "\"did\":\"started\",\"log\":1".into()
            } else {
                format!("\"did\":\"opened\",\"inputs\":[\"{}\"]", sha256(&[n]))
            };
            lines.push(format!("{{\"n\":{n},{what},\"previous\":\"{previous}\"}}\n"));
        }
        let head = sha256(lines[5].trim_end().as_bytes());
        lines.push(seal(6, &head));
        lines
    }

    fn verdict(lines: &[String]) -> Result<(usize, String), Wrong> {
        let checked = check(lines.concat().as_bytes()).expect("it is a log");
        checked.map(|Sound { entries, head }| (entries.len(), head))
    }

    fn wrong(line: usize, how: How) -> Result<(usize, String), Wrong> {
        Err(Wrong { line, how })
    }

    #[test]
    fn a_whole_log_is_whole() {
        let lines = lines();
        assert_eq!(verdict(&lines), Ok((6, sha256(lines[5].trim_end().as_bytes()))));
    }

    #[test]
    fn a_line_that_is_gone_is_missed() {
        for gone in 0..6 {
            let mut lines = lines();
            lines.remove(gone);
            let named = gone as u64 + 1;
            assert_eq!(verdict(&lines), wrong(gone + 1, How::Missing(named)), "line {named} is gone");
        }
    }

    #[test]
    fn two_lines_that_changed_places_are_seen() {
        for at in 0..5 {
            let mut lines = lines();
            lines.swap(at, at + 1);
            let wanted = at as u64 + 1;
            assert_eq!(verdict(&lines), wrong(at + 1, How::Reordered { is: wanted + 1, wanted }));
        }
    }

    #[test]
    fn the_end_is_missed() {
        for length in 1..7 {
            assert_eq!(verdict(&lines()[..length]), wrong(length, How::CutOff));
        }
        let mut lines = lines();
        lines[6].truncate(20);
        assert_eq!(verdict(&lines), wrong(7, How::CutOff));
    }

    #[test]
    fn every_changed_byte_is_seen_in_its_line() {
        let whole = lines();
        for at in 0..whole.len() {
            for byte in 0..whole[at].len() - 1 {
                let mut bytes: Vec<Vec<u8>> = whole.iter().map(|line| line.clone().into_bytes()).collect();
                bytes[at][byte] ^= 1;
                // What says which version it is may say another.
                if let Ok(checked) = check(&bytes.concat()) {
                    let found = checked.err().map(|wrong| wrong.line);
                    // Where the seal and the entry before it disagree, none tells which of them is right.
                    let wanted = if at == 6 && found == Some(6) { 6 } else { at + 1 };
                    assert_eq!(found, Some(wanted), "byte {byte} of line {}", at + 1);
                }
            }
        }
    }

    #[test]
    fn nothing_may_follow_the_seal() {
        let mut lines = lines();
        lines.push(seal(7, &sha256(lines[6].trim_end().as_bytes())));
        assert_eq!(verdict(&lines), wrong(7, How::Changed));
    }

    #[test]
    fn what_is_no_log_is_said() {
        for text in ["", "\n", "hello\n", "{\"n\":1}\n"] {
            assert!(check(text.as_bytes()).is_err(), "{text:?}");
        }
        let newer = lines().concat().replace("\"log\":1", "\"log\":2");
        assert!(check(newer.as_bytes()).err().is_some_and(|error| error.contains("update")));
    }
}
