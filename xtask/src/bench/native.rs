//! The comparison without a browser: the same networks in programs of their own, one thread each, in turn.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::peers;
use super::report::{Compared, Figure, Limit, Row, figures, ratio, table};
use super::{Arguments, Section};
use crate::project::{Project, run as run_command};
use crate::{setup, stamp};

const SCRIPTS: &str = "benches/native";
/// The peers in Python have an environment of their own, which sees what the person's has: PyTorch comes from there.
const ENVIRONMENT: &str = "target/bench-python";
/// How long a program on the processor may take, all its answers together.
const PATIENCE: Duration = Duration::from_secs(180);
/// Where Chromium keeps its software adapter, which any Vulkan program can use as a driver.
const SWIFTSHADER: &str = "/usr/lib/chromium/vk_swiftshader_icd.json";
const LAVAPIPE: &str = "/usr/share/vulkan/icd.d/lvp_icd.x86_64.json";

/// A program that takes part.
struct Contestant {
    name: &'static str,
    package: &'static str,
    program: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(&'static str, String)>,
}

impl Contestant {
    fn new(name: &'static str, package: &'static str, program: impl Into<PathBuf>) -> Self {
        Self { name, package, program: program.into(), arguments: Vec::new(), environment: Vec::new() }
    }

    fn with(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(|&argument| argument.to_owned()));
        self
    }

    fn under(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    /// What the program prints, or why there is nothing.
    fn output(&self, project: &Project, limit: Duration) -> Result<String, String> {
        let mut command = project.command(&self.program.to_string_lossy());
        command.args(&self.arguments).envs(self.environment.iter().map(|(name, value)| (name, value)));
        answer(&mut command, limit)
    }

    /// One turn: the program's JSON, added to its row.
    fn turn(&self, project: &Project, limit: Duration, row: &mut Row) {
        if row.failure.is_some() {
            return;
        }
        let said = self.output(project, limit).and_then(|text| {
            let line = text.lines().last().unwrap_or_default();
            serde_json::from_str::<Row>(line).map_err(|error| format!("its answer cannot be read: {error}"))
        });
        match said {
            Ok(turn) => {
                println!(
                    "{}, {}: first {:.0} ms, then {:.0?} ms",
                    row.workload, row.name, turn.first[0], turn.warm
                );
                if !turn.package.is_empty() {
                    row.package = turn.package;
                }
                row.first.extend(turn.first);
                row.warm.extend(turn.warm);
                row.covered = turn.covered;
                row.peak = turn.peak;
            }
            Err(failure) => {
                println!("{}, {}: {failure}", row.workload, row.name);
                row.failure = Some(failure);
            }
        }
    }
}

/// Runs a program for no longer than `limit`; an error is one line for a table.
fn answer(command: &mut Command, limit: Duration) -> Result<String, String> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("it could not be started: {error}"))?;
    // Both ends are read beside the wait: a program whose pipe is full would wait for ever.
    let read = |pipe: Option<Box<dyn std::io::Read + Send>>| {
        std::thread::spawn(move || {
            let mut text = String::new();
            // What is not text is of no use in a table.
            let _ = pipe.map(|mut pipe| pipe.read_to_string(&mut text));
            text
        })
    };
    let out = read(child.stdout.take().map(|pipe| Box::new(pipe) as _));
    let faults = read(child.stderr.take().map(|pipe| Box::new(pipe) as _));
    let start = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if start.elapsed() < limit => std::thread::sleep(Duration::from_millis(20)),
            Ok(None) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("no answer in {} s", limit.as_secs()));
            }
            Err(error) => return Err(error.to_string()),
        }
    };
    let out = out.join().unwrap_or_default();
    let faults = faults.join().unwrap_or_default();
    if status.success() {
        return Ok(out);
    }
    // The reason stands in the last line that is not the interpreter's or the loader's own talk.
    let reason = faults
        .lines()
        .rev()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or("it failed without a word");
    Err(reason.chars().take(160).collect::<String>().replace('|', "/"))
}

/// An interpreter that has the packages of a list in `benches/native`.
fn python(project: &Project, list: &str) -> Result<PathBuf> {
    let list = format!("{SCRIPTS}/{list}");
    let environment = project.path(ENVIRONMENT);
    let python = environment.join("bin/python");
    if !python.is_file() {
        let mut command = project.command("python3");
        command.args(["-m", "venv", "--system-site-packages"]).arg(&environment);
        run_command(&mut command, "install Python 3.11 or newer with venv")?;
    }
    let stamp_file = environment.join(format!("{}.stamp", list.replace('/', "-")));
    let now = stamp::of(project, &[&list])?;
    if fs::read_to_string(&stamp_file).is_ok_and(|then| then == now) {
        return Ok(python);
    }
    println!("installing {list}");
    let mut command = project.command(&python.to_string_lossy());
    command.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", &list]);
    run_command(&mut command, "check the connection to PyPI")?;
    fs::write(&stamp_file, now)?;
    Ok(python)
}

/// Builds one of the crate's benchmarks and gives its program's path.
fn benchmark(project: &Project, name: &str) -> Result<PathBuf> {
    println!("building {name}");
    let mut command = project.command("cargo");
    command.args([
        "bench",
        "--quiet",
        "--bench",
        name,
        "--no-run",
        "--message-format",
        "json-render-diagnostics",
    ]);
    // Cargo builds the crate's programs beside a benchmark, and both times the library has the same file: where they
    // unwind differently, the benchmark may get the other one.
    command.env("CARGO_PROFILE_RELEASE_PANIC", "unwind");
    let output = command.stderr(Stdio::inherit()).output().context("cargo could not be started")?;
    if !output.status.success() {
        bail!("the benchmark {name} does not build: the compiler's message says what is wrong");
    }
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == name)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .with_context(|| format!("cargo named no program for the benchmark {name}"))
}

/// Our time step by step, as `vitrine profile` prints it.
pub(super) fn layers(project: &Project) -> Result<String> {
    let mut command = project.command("cargo");
    command.args(["run", "--quiet", "--release", "--bin", "vitrine", "--", "profile"]);
    answer(&mut command, Duration::from_secs(900))
        .map_err(|reason| anyhow::anyhow!("vitrine profile: {reason}"))
}

/// Prepares everything, measures, and gives the tables.
pub(super) fn measure(project: &Project, arguments: &Arguments) -> Result<Section> {
    let original = peers::original(project)?;
    let float = original.to_string_lossy().into_owned();
    let int8 = "models/fast.onnx";
    let runs = arguments.runs.to_string();
    let rows = processor(project, arguments, &float, int8, &runs)?;
    let mut text = format!("\n**U²-Net-p alone, 320 × 320, one thread**\n\n{}", table(&rows, Compared::Warm));
    let mut judged = judge(&rows);
    if arguments.webgpu {
        setup::ensure_browser(project)?;
        for one in &ADAPTERS {
            if let Some(section) = adapter(project, arguments, one, &float)? {
                text += &section.text;
                judged.extend(section.figures);
            }
        }
    }
    text += &format!("\n**Against the figures that the project set itself**\n\n{}", figures(&judged));
    Ok(Section { part: "native", text, figures: judged })
}

/// The processor, one thread each.
fn processor(
    project: &Project,
    arguments: &Arguments,
    float: &str,
    int8: &str,
    runs: &str,
) -> Result<Vec<Row>> {
    const WORKLOAD: &str = "processor";
    let ours = benchmark(project, "cpu_network")?;
    let runs_option = format!("--runs={runs}");
    let own = |name, vectors| {
        Contestant::new(name, "ours", &ours).with(&[int8, &runs_option]).under("VITRINE_SIMD", vectors)
    };
    let mut contestants = vec![own("Vitrine, widest vectors", "")];
    if cfg!(target_arch = "x86_64") {
        contestants.push(own("Vitrine, AVX2 at most", "avx2"));
    }
    let mut absent = Vec::new();
    match python(project, "requirements.txt") {
        Ok(python) => {
            for (name, network) in [("ONNX Runtime, float", float), ("ONNX Runtime, int8", int8)] {
                contestants.push(Contestant::new(name, "onnxruntime", &python).with(&[
                    "benches/native/onnxruntime_cpu.py",
                    network,
                    "--threads",
                    "1",
                    "--runs",
                    runs,
                ]));
            }
        }
        Err(error) => absent.push(Row::failed(WORKLOAD, "ONNX Runtime", "onnxruntime", format!("{error:#}"))),
    }
    match peers::rten_native(project) {
        Ok(program) => contestants.push(
            Contestant::new("rten, float", "rten", program)
                .with(&[float, runs])
                .under("RTEN_NUM_THREADS", "1"),
        ),
        Err(error) => absent.push(Row::failed(WORKLOAD, "rten, float", "rten", format!("{error:#}"))),
    }
    let mut rows: Vec<Row> = contestants.iter().map(|contestant| empty(WORKLOAD, contestant)).collect();
    for _ in 0..arguments.rounds {
        for (contestant, row) in contestants.iter().zip(&mut rows) {
            contestant.turn(project, PATIENCE, row);
        }
    }
    rows.extend(absent);
    Ok(rows)
}

fn empty(workload: &str, contestant: &Contestant) -> Row {
    Row {
        workload: workload.to_owned(),
        name: contestant.name.to_owned(),
        package: contestant.package.to_owned(),
        ..Row::default()
    }
}

/// An adapter, and how a program is made to take it.
struct Adapter {
    name: &'static str,
    /// The Vulkan driver's description; absent for whatever the machine has.
    driver: Option<&'static str>,
}

/// Software adapters that Linux machines have, and what is there beside them.
const ADAPTERS: [Adapter; 3] = [
    Adapter { name: "lavapipe", driver: Some(LAVAPIPE) },
    Adapter { name: "SwiftShader", driver: Some(SWIFTSHADER) },
    Adapter { name: "this machine's GPU", driver: None },
];

/// One adapter: ours through Vulkan, ONNX Runtime's WebGPU provider on the same one, and on a GPU PyTorch.
///
/// Nothing where the machine has no such adapter.
fn adapter(
    project: &Project,
    arguments: &Arguments,
    adapter: &Adapter,
    float: &str,
) -> Result<Option<Section>> {
    if adapter.driver.is_some_and(|driver| !Path::new(driver).is_file()) {
        return Ok(None);
    }
    let limit = Duration::from_secs(arguments.limit.into());
    let workload = format!("Vulkan, {}", adapter.name);
    let on = |contestant: Contestant| match adapter.driver {
        Some(driver) => contestant.under("VK_ICD_FILENAMES", driver),
        None => contestant,
    };

    let ours = on(Contestant::new("Vitrine", "ours", benchmark(project, "gpu_conv")?)
        .with(&["models/fast.onnx", "--size=320"])
        .with(if adapter.driver.is_some() { &["--software"] } else { &[] })
        .with(if arguments.layers { &["--layers"] } else { &[] }));
    let mut row = empty(&workload, &ours);
    let mut said = String::new();
    match ours.output(project, limit) {
        Ok(output) if adapter.driver.is_none() && output.contains("(software)") => return Ok(None),
        Ok(output) => {
            let in_milliseconds = |name| value(&output, name).map(|seconds| seconds * 1e3);
            row.first.extend(in_milliseconds("first"));
            row.warm.extend(in_milliseconds("warm"));
            row.peak = value(&output, "product").or_else(|| value(&output, "arithmetic"));
            println!("{workload}, Vitrine: first {:.0?} ms, then {:.0?} ms", row.first, row.warm);
            said = output;
        }
        // A machine without a GPU is not a failure.
        Err(_) if adapter.driver.is_none() => return Ok(None),
        Err(failure) => row.failure = Some(failure),
    }
    let share = convolutions(&said);
    let mut rows = vec![row];

    match python(project, "requirements.txt").and_then(|_| python(project, "requirements-webgpu.txt")) {
        Ok(python) => {
            let peer = on(Contestant::new("ONNX Runtime, WebGPU", "onnxruntime-ep-webgpu", &python).with(&[
                "benches/native/onnxruntime_webgpu.py",
                float,
                "--runs",
                "1",
            ]));
            let mut row = empty(&workload, &peer);
            peer.turn(project, limit, &mut row);
            rows.push(row);
            if adapter.driver.is_none() {
                for (name, precision) in [("PyTorch, eager, fp32", "fp32"), ("PyTorch, eager, fp16", "fp16")]
                {
                    let peer = Contestant::new(name, "torch", &python).with(&[
                        "benches/native/pytorch_eager.py",
                        float,
                        "--precision",
                        precision,
                    ]);
                    let mut row = empty(&workload, &peer);
                    peer.turn(project, limit, &mut row);
                    rows.push(row);
                }
            }
        }
        Err(error) => {
            rows.push(Row::failed(
                &workload,
                "ONNX Runtime, WebGPU",
                "onnxruntime-ep-webgpu",
                format!("{error:#}"),
            ));
        }
    }

    let mut figures = Vec::new();
    match adapter.driver {
        Some(LAVAPIPE) => figures.push(Figure {
            what: "convolutions of U²-Net-p on lavapipe: % of its rate of multiply-adds in registers, by processor time"
                .to_owned(),
            value: share,
            limit: Limit::AtLeast(50.0),
        }),
        Some(_) => {}
        None => {
            let torch = rows.iter().find(|row| row.name.ends_with("fp32"));
            figures.push(Figure {
                what: "convolutions of U²-Net-p on the GPU: % of a plain fp32 matrix product, both ours".to_owned(),
                value: share,
                limit: Limit::AtLeast(50.0),
            });
            figures.push(Figure {
                what: "U²-Net-p on the GPU: our time by PyTorch's (eager, fp32)".to_owned(),
                value: ratio(rows[0].time(), torch.and_then(Row::time)),
                limit: Limit::AtMost(1.0),
            });
        }
    }
    let mut text = format!(
        "\n**U²-Net-p alone, 320 × 320, on {}, through Vulkan**\n\n{}",
        adapter.name,
        table(&rows, Compared::Warm)
    );
    if !said.is_empty() {
        text += &format!("\n```\n{}\n```\n", said.trim());
    }
    Ok(Some(Section { part: "native", text, figures }))
}

/// The number that follows a name at the beginning of one of `gpu_conv`'s lines.
fn value(output: &str, name: &str) -> Option<f64> {
    let line = output.lines().find(|line| line.split_whitespace().next() == Some(name))?;
    line.split_whitespace().nth(1)?.trim_end_matches('%').parse().ok()
}

/// What per cent of the adapter's peak the convolutions reach: by processor time where the benchmark tells it,
/// which other programs disturb less, or else by the clock.
fn convolutions(output: &str) -> Option<f64> {
    let percentage = |marker: &str, index: usize| {
        let line = output.lines().find(|line| line.contains(marker))?;
        line.split_whitespace().nth(index)?.trim_end_matches('%').parse().ok()
    };
    percentage("by processor time", 2).or_else(|| percentage("the convolutions,", 0))
}

fn judge(rows: &[Row]) -> Vec<Figure> {
    let time = |name: &str| rows.iter().find(|row| row.name == name).and_then(Row::time);
    let ours = time("Vitrine, widest vectors");
    let runtime = ["ONNX Runtime, float", "ONNX Runtime, int8"].into_iter().filter_map(time).reduce(f64::min);
    vec![
        Figure {
            what: "U²-Net-p, one thread, both with the widest vectors: our time by ONNX Runtime's (its faster file)"
                .to_owned(),
            value: ratio(ours, runtime),
            limit: Limit::AtMost(1.2),
        },
        Figure {
            what: "U²-Net-p, one thread: rten's time by ours".to_owned(),
            value: ratio(time("rten, float"), ours),
            limit: Limit::AtLeast(3.0),
        },
    ]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_line_of_the_adapters_benchmark_is_found_by_its_name() {
        let output = "adapter     llvmpipe (software)\nfirst       3.51 s, pipelines compiled\n\
                      warm        2.3456 s, 16.90 GFLOP/s\nratio       51.3% of the peak, the whole network\n            \
                      55.0% the convolutions, 93% of the time\n            52.1% and 56.5% by processor time: 4 and 5\n";
        assert_eq!(value(output, "warm"), Some(2.3456));
        assert_eq!(value(output, "ratio"), Some(51.3));
        assert_eq!(convolutions(output), Some(56.5));
        assert_eq!(convolutions(&output.replace("by processor time", "")), Some(55.0));
        assert_eq!(value(output, "adapter"), None);
        assert_eq!(value(output, "network"), None);
    }

    #[test]
    fn a_program_that_gives_no_answer_ends_at_its_limit_and_one_that_fails_says_why() {
        let shell = |script: &str, limit| {
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            answer(&mut command, Duration::from_millis(limit))
        };
        assert_eq!(shell("echo a; echo b >&2", 10_000).unwrap(), "a\n");
        assert_eq!(
            shell("echo first >&2; echo 'no | adapter' >&2; exit 3", 10_000).unwrap_err(),
            "no / adapter"
        );
        assert!(shell("exec sleep 60", 100).unwrap_err().starts_with("no answer in"));
    }
}
