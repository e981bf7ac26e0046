//! The comparison in Chromium: prepares it, lets `benches/browser/src/bench.ts` measure, and judges its rows.

use std::fs;
use std::process::Stdio;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::peers::{self, BUILT, FOLDER};
use super::report::{Compared, Figure, Limit, Row, figures, median, ratio, table};
use super::{Arguments, Section};
use crate::project::{Project, run as run_command};
use crate::{build, models, setup};

/// What the driver writes.
#[derive(Deserialize)]
struct Measured {
    /// Name and version.
    browser: String,
    photo: Photo,
    rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Photo {
    megapixels: f64,
    bytes: u64,
}

/// The largest compressed size of the wasm, in bytes.
const WASM_BYTES: f64 = 900e3;

/// Prepares everything, measures, and gives the tables.
pub(super) fn measure(project: &Project, arguments: &Arguments) -> Result<Section> {
    if !arguments.quick {
        models::ensure(project, models::Wanted::All)
            .context("`cargo xtask bench --quick` goes without the model `best`")?;
    }
    build::run(project, false)?;
    setup::ensure_browser(project)?;
    setup::ensure_packages(project, FOLDER)?;
    peers::rten_wasm(project)?;
    for mode in ["node", "pages"] {
        peers::bundle(project, mode)?;
    }
    let mut notes = Vec::new();
    let original = match peers::original(project) {
        Ok(original) => Some(original),
        Err(error) => {
            notes.push(format!("The peers' float network is missing ({error:#}); they ran our int8 file."));
            None
        }
    };
    if !arguments.quick
        && let Err(error) = peers::imgly(project)
    {
        notes.push(format!("@imgly/background-removal could not be installed: {error:#}."));
    }

    let out = project.path(BUILT).join("rows.json");
    let mut command = project.command("node");
    command.arg(project.path(BUILT).join("node/bench.js")).arg("--out").arg(&out);
    for (name, value) in [
        ("--rounds", arguments.rounds.to_string()),
        ("--runs", arguments.runs.to_string()),
        ("--megapixels", arguments.megapixels.to_string()),
        ("--limit", arguments.limit.to_string()),
    ] {
        command.arg(name).arg(value);
    }
    if let Some(original) = &original {
        command.arg("--float").arg(original);
    }
    if arguments.webgpu {
        command.arg("--webgpu");
    }
    if arguments.quick {
        command.args(["--only", "network"]);
    }
    run_command(&mut command, "the message above says what went wrong")?;
    let measured: Measured = serde_json::from_slice(&fs::read(&out)?)
        .with_context(|| format!("{} is not what this reads", out.display()))?;
    let batch = arguments.batch.map(|photos| batch(project, photos)).transpose()?;
    Ok(section(project, &measured, &notes, batch.as_ref()))
}

/// What `tests/browser/src/measure.ts` writes of many photos handed in at once.
#[derive(Deserialize)]
struct Batch {
    photos: u32,
    megapixels: f64,
    milliseconds_a_photo: f64,
    /// Photos a second, by those of one photo after the other's end.
    throughput_of_one_alone: f64,
    mib_after_10: f64,
    mib_after_all: f64,
}

/// Many photos in one go.
fn batch(project: &Project, photos: u32) -> Result<Batch> {
    println!("handing in {photos} photos");
    let mut command = project.command("npm");
    command.args(["run", "--silent", "measure", "--workspace", "tests/browser", "--", "--runs", "4"]);
    command.args(["--megapixels", "12", "--photos", &photos.to_string()]);
    let output = command.stderr(Stdio::inherit()).output().context("npm could not be started")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().last().unwrap_or_default();
    serde_json::from_str(line)
        .with_context(|| format!("`npm run measure` printed no figures of a batch: {line}"))
}

fn section(project: &Project, measured: &Measured, notes: &[String], batch: Option<&Batch>) -> Section {
    let of = |workload: &str| -> Vec<Row> {
        measured.rows.iter().filter(|row| row.workload == workload).cloned().collect()
    };
    let mut text = format!(
        "{}; photo of {} MP ({:.1} MB).\n",
        measured.browser,
        measured.photo.megapixels,
        measured.photo.bytes as f64 / 1e6
    );
    for note in notes {
        text += &format!("\n{note}\n");
    }
    let tables = [
        ("network", "U²-Net-p alone, 320 × 320", Compared::Warm),
        (
            "page",
            "Page opened to the first cut-out, everything cold, and further ones: U²-Net-p",
            Compared::First,
        ),
        ("page-slow", "The same over 20 Mbit/s with 40 ms before each answer", Compared::First),
        ("best", "IS-Net 1024 × 1024, from the photo's bytes to the PNG", Compared::Warm),
    ];
    for (workload, title, compared) in tables {
        let rows = of(workload);
        if !rows.is_empty() {
            text += &format!("\n**{title}**\n\n{}", table(&rows, compared));
        }
    }
    let mut judged = judge(&measured.rows, wasm_bytes(project));
    if let Some(batch) = batch {
        text += &format!(
            "\n**{} photos of {:.0} MP in one go**, `fast`: {:.0} ms a photo; {:.0} MiB while photos 6 to 10 were done \
             and {:.0} MiB while the last five were.\n",
            batch.photos,
            batch.megapixels,
            batch.milliseconds_a_photo,
            batch.mib_after_10,
            batch.mib_after_all
        );
        judged.extend(judge_batch(batch));
    }
    text += &format!("\n**Against the figures that the project set itself**\n\n{}", figures(&judged));
    Section { part: "browser", text, figures: judged }
}

/// The larger of the two builds' sizes as they are sent, by brotli: every browser with WebAssembly's SIMD takes that.
fn wasm_bytes(project: &Project) -> Option<f64> {
    let files = fs::read_dir(project.path("pkg/dist/assets")).ok()?;
    files
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().ends_with(".wasm.br"))
        .filter_map(|entry| Some(entry.metadata().ok()?.len() as f64))
        .reduce(f64::max)
}

fn judge(rows: &[Row], wasm_bytes: Option<f64>) -> Vec<Figure> {
    let row =
        |workload: &str, name: &str| rows.iter().find(|row| row.workload == workload && row.name == name);
    let warm = |workload: &str, name: &str| row(workload, name).and_then(Row::time);
    let first = |workload: &str, name: &str| row(workload, name).and_then(|row| median(&row.first));
    let memory = |workload: &str, name: &str| row(workload, name).and_then(|row| row.memory);
    let has = |workload: &str| rows.iter().any(|row| row.workload == workload);
    // The peer is the faster of its two files.
    let ort = ["onnxruntime-web, float", "onnxruntime-web, int8"]
        .into_iter()
        .filter_map(|name| warm("network", name))
        .reduce(f64::min);
    let third = 1.0 / 3.0;
    let mut figures = Vec::new();
    let mut ask = |what: &str, value: Option<f64>, limit: Limit| {
        figures.push(Figure { what: what.to_owned(), value, limit });
    };
    if has("network") {
        ask(
            "U²-Net-p, wasm, one thread each: our time by onnxruntime-web's (its faster file)",
            ratio(warm("network", "Vitrine, one worker"), ort),
            Limit::AtMost(third),
        );
    }
    if has("page") {
        ask(
            "page opened to first cut-out, cold: our time by onnxruntime-web's",
            ratio(first("page", "Vitrine"), first("page", "onnxruntime-web, float")),
            Limit::AtMost(0.25),
        );
    }
    if has("best") {
        let peer = "@imgly, quint8, 2 threads";
        ask(
            "IS-Net cut-out, warm: our time by imgly's (quint8, 2 threads)",
            ratio(warm("best", "Vitrine"), warm("best", peer)),
            Limit::AtMost(0.25),
        );
        ask(
            "the same: our peak memory by theirs",
            ratio(memory("best", "Vitrine"), memory("best", peer)),
            Limit::AtMost(0.5),
        );
    }
    if row("network", "Vitrine, WebGPU").is_some() {
        ask(
            "U²-Net-p on SwiftShader in Chromium, s",
            warm("network", "Vitrine, WebGPU").map(|milliseconds| milliseconds / 1e3),
            Limit::AtMost(20.0),
        );
    }
    ask(
        "wasm of engine and tools, as sent (brotli), KB",
        wasm_bytes.map(|bytes| bytes / 1e3),
        Limit::AtMost(WASM_BYTES / 1e3),
    );
    figures
}

fn judge_batch(batch: &Batch) -> [Figure; 2] {
    [
        Figure {
            what: "a batch: memory after the last photo by that after photo 10".to_owned(),
            value: ratio(Some(batch.mib_after_all), Some(batch.mib_after_10)),
            limit: Limit::AtMost(1.05),
        },
        Figure {
            what: "a batch: photos a second by those of one photo at a time".to_owned(),
            value: Some(batch.throughput_of_one_alone),
            limit: Limit::AtLeast(0.9),
        },
    ]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn row(name: &str, warm: f64) -> Row {
        Row { workload: "network".to_owned(), name: name.to_owned(), warm: vec![warm], ..Row::default() }
    }

    #[test]
    fn the_peer_is_the_faster_of_its_two_files_and_what_was_not_run_is_not_judged() {
        let rows = [
            row("Vitrine, one worker", 300.0),
            row("onnxruntime-web, float", 2000.0),
            row("onnxruntime-web, int8", 1200.0),
        ];
        let figures = judge(&rows, Some(850e3));
        assert_eq!(figures.len(), 2);
        assert_eq!(figures[0].value, Some(0.25));
        assert!(figures.iter().all(Figure::met));
    }
}
