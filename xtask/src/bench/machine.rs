//! What the measurements were made on, in one paragraph.

use std::fs;
use std::process::Command;

use crate::project::Project;

/// The widest vector instructions that an x86 processor can have, widest first.
const VECTORS: [(&str, &str); 3] = [("avx512f", "AVX-512"), ("avx2", "AVX2"), ("sse4_2", "SSE4.2")];

/// Processor, cores, memory, what else ran, the system, and the commit that was measured.
pub(crate) fn describe(project: &Project) -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let processors = read("/proc/cpuinfo");
    let field = |text: &str, name: &str| {
        text.lines()
            .find(|line| line.starts_with(name))
            .and_then(|line| line.split_once(':'))
            .map(|(_, value)| value.trim().to_owned())
    };
    let processor = field(&processors, "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let flags = field(&processors, "flags").unwrap_or_default();
    let vectors = VECTORS
        .iter()
        .find(|(flag, _)| flags.split(' ').any(|have| have == *flag))
        .map_or_else(String::new, |(_, name)| format!(" with {name}"));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = field(&read("/proc/meminfo"), "MemTotal")
        .and_then(|text| text.split(' ').next()?.parse::<f64>().ok())
        .map_or_else(String::new, |kibibytes| {
            format!(", {:.0} GiB of memory", kibibytes / f64::from(1 << 20))
        });
    let system = field(&read("/etc/os-release").replace('=', ":"), "PRETTY_NAME")
        .map_or_else(String::new, |name| format!(", {}", name.trim_matches('"')));
    format!("{processor}{vectors}, {cores} cores{memory}{system}; commit {}", commit(project))
}

/// How many programs wanted a core in the last minute: measurements want this near 0 before they start.
pub(crate) fn load() -> Option<f64> {
    fs::read_to_string("/proc/loadavg").ok()?.split(' ').next()?.parse().ok()
}

/// The commit, and whether the sources differ from it.
fn commit(project: &Project) -> String {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).current_dir(project.path("")).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let Some(commit) = git(&["rev-parse", "--short", "HEAD"]) else { return "unknown".to_owned() };
    // What measures may change while the table is made; what is measured may not go unsaid.
    let changed = git(&[
        "status",
        "--porcelain",
        "--",
        "src",
        "crates",
        "pkg/src",
        "models",
        "Cargo.toml",
        "Cargo.lock",
    ]);
    if changed.is_some_and(|list| !list.is_empty()) { format!("{commit} with changes") } else { commit }
}
