//! Fuzzing with coverage: what `cargo fuzz` does, on the stable compiler that builds everything else.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::project::{Project, output, run as run_command};

/// Every target, and the longest input that is tried on it: about the longest of its seeds.
const TARGETS: [(&str, usize); 7] = [
    ("photo", 4096),
    ("metadata", 4096),
    ("profile", 10_000),
    ("lint", 1024),
    ("network", 2048),
    ("scene", 1024),
    ("settings", 1024),
];

/// What `cargo fuzz` asks the compiler for: counters of edges for libFuzzer to read, and what is compared with what.
const COVERAGE: &str = "--cfg fuzzing -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// What `cargo xtask fuzz` is asked for.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The targets; all, one after another, where none is named.
    targets: Vec<String>,
    /// Inputs to try on each.
    #[arg(long, default_value_t = 1_000_000)]
    executions: u64,
    /// With LLVM's address sanitizer, which sees a read or write outside its memory, and takes some times longer.
    #[arg(long)]
    address: bool,
}

/// Builds the targets and runs them. What they learn lies in `target/fuzz`; an input that breaks a rule is left in
/// `fuzz/artifacts`.
pub(crate) fn run(project: &Project, arguments: &Arguments) -> Result<()> {
    if let Some(unknown) =
        arguments.targets.iter().find(|name| TARGETS.iter().all(|(known, _)| known != name))
    {
        bail!("there is no target {unknown}: choose of {}", TARGETS.map(|(name, _)| name).join(", "));
    }
    let host = host(project)?;
    let folder = project.path(if arguments.address { "target/fuzz-address" } else { "target/fuzz" });
    build(project, arguments.address, &host, &folder)?;
    let wanted =
        |name: &str| arguments.targets.is_empty() || arguments.targets.iter().any(|wanted| wanted == name);
    for (name, longest) in TARGETS.into_iter().filter(|(name, _)| wanted(name)) {
        println!("── {name}");
        // What is learnt goes into the first folder alone.
        let learnt = folder.join("corpus").join(name);
        let finds = project.path("fuzz/artifacts").join(name);
        for folder in [&learnt, &finds] {
            fs::create_dir_all(folder).with_context(|| format!("{} could not be made", folder.display()))?;
        }
        let mut command = project.command(&folder.join(&host).join("release").join(name).to_string_lossy());
        command.arg(&learnt).arg(project.path("fuzz/corpus").join(name));
        if name == "photo" {
            command.arg(project.path("tests/fixtures/photos"));
        }
        let dictionary = project.path("fuzz").join(format!("{name}.dict"));
        if dictionary.exists() {
            command.arg(format!("-dict={}", dictionary.display()));
        }
        command
            .arg(format!("-runs={}", arguments.executions))
            .arg(format!("-max_len={longest}"))
            .arg(format!("-artifact_prefix={}/", finds.display()))
            .args(["-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1"]);
        run_command(
            &mut command,
            "the input that broke a rule is named above: mend what it shows, and keep it as a seed",
        )?;
    }
    Ok(())
}

fn build(project: &Project, address: bool, host: &str, folder: &std::path::Path) -> Result<()> {
    let mut command = project.command("cargo");
    command
        .args(["build", "--release", "--manifest-path", "fuzz/Cargo.toml", "--target", host, "--target-dir"])
        .arg(folder);
    if address {
        command.env("RUSTFLAGS", format!("{COVERAGE} -Zsanitizer=address")).env("RUSTC_BOOTSTRAP", "1");
    } else {
        command.env("RUSTFLAGS", COVERAGE);
    }
    run_command(
        &mut command,
        "cargo's message above says why; libFuzzer needs a C++ compiler, such as Debian's g++",
    )
}

/// This machine's target triple.
fn host(project: &Project) -> Result<String> {
    let text = output(project.command("rustc").arg("-vV"), "install Rust's compiler")?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("`rustc -vV` does not name its host")?.to_owned())
}
