//! The models that the program knows, and how fast they run.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use vitrine::nn::{self, Graph, Plan, cpu};

/// The models that the program carries in itself, by name.
const CARRIED: [(&str, &[u8]); 6] = [
    ("fast", include_bytes!("../../../models/fast.onnx")),
    ("face_detector", include_bytes!("../../../models/face_detector.onnx")),
    ("face_mesh", include_bytes!("../../../models/face_mesh.onnx")),
    ("body_detector", include_bytes!("../../../models/body_detector.onnx")),
    ("body_points", include_bytes!("../../../models/body_points.onnx")),
    ("hair", include_bytes!("../../../models/hair.onnx")),
];

/// The models that are made and not carried, and the task that makes them.
const MADE: [(&str, &str); 1] = [("best", "cargo xtask models best")];

/// Says in which folder the models that are not carried lie.
const FOLDER_VARIABLE: &str = "VITRINE_MODELS";

/// The bytes of a model: one that is carried or was made, by its name, or an ONNX file.
pub(crate) fn load(name: &str) -> Result<Vec<u8>, String> {
    if let Some((_, bytes)) = CARRIED.iter().find(|(carried, _)| *carried == name) {
        return Ok(bytes.to_vec());
    }
    if let Some((_, task)) = MADE.iter().find(|(made, _)| *made == name) {
        return made(name, task);
    }
    let names: Vec<&str> =
        CARRIED.iter().map(|(name, _)| *name).chain(MADE.iter().map(|(name, _)| *name)).collect();
    let names = names.join(", ");
    if Path::new(name).extension().is_none() {
        return Err(format!("there is no model '{name}': use {names}, or the path of an ONNX file"));
    }
    std::fs::read(name).map_err(|error| {
        format!("the model {name} cannot be read ({error}): use {names}, or the path of an ONNX file")
    })
}

/// A model that was made: from the folder that the environment names and no other, or else from beside the
/// program, or from the sources that it was built from.
fn made(name: &str, task: &str) -> Result<Vec<u8>, String> {
    let folders = match std::env::var_os(FOLDER_VARIABLE) {
        Some(folder) => vec![PathBuf::from(folder)],
        None => {
            let beside = std::env::current_exe().ok().and_then(|program| Some(program.parent()?.to_owned()));
            let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
            beside.into_iter().chain([sources]).collect()
        }
    };
    let files: Vec<PathBuf> = folders.iter().map(|folder| folder.join(format!("{name}.onnx"))).collect();
    match files.iter().find(|file| file.is_file()) {
        Some(file) => {
            std::fs::read(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))
        }
        None => {
            let places: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
            Err(format!(
                "the model '{name}' is not there ({}): make it with `{task}`, or name its folder in {FOLDER_VARIABLE}",
                places.join(", ")
            ))
        }
    }
}

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// A model by name, or an ONNX file
    #[arg(long, default_value = "fast")]
    model: String,
    /// Rows and columns of the input, where the model leaves them open
    #[arg(long, default_value_t = 320)]
    size: usize,
    /// Runs, of which the fastest counts for each step
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    runs: u16,
    /// Write the network's first output (32-bit floats, little endian) to this file
    #[arg(long)]
    output: Option<PathBuf>,
    /// Read the input (32-bit floats, little endian) from this file instead of a ramp
    #[arg(long)]
    input: Option<PathBuf>,
}

/// Prints the plan with the time of each step.
pub(crate) fn profile(arguments: &Arguments) -> Result<(), String> {
    let graph = Graph::from_onnx(load(&arguments.model)?).map_err(|error| error.to_string())?;
    let shapes: Vec<Vec<usize>> = graph
        .inputs
        .iter()
        .map(|port| {
            let open = |axis: usize| if axis < 2 { [1, 3][axis] } else { arguments.size };
            port.shape.iter().enumerate().map(|(axis, size)| size.unwrap_or_else(|| open(axis))).collect()
        })
        .collect();
    let plan = Plan::of(&graph, &shapes, nn::MEMORY_LIMIT).map_err(|error| error.to_string())?;
    let executor = cpu::Executor::new(plan);
    let plan = executor.plan();
    let mut inputs: Vec<Vec<f32>> = plan
        .inputs
        .iter()
        .map(|port| (0..port.tensor.len()).map(|i| (i % 255) as f32 / 64.0 - 2.0).collect())
        .collect();
    if let Some(file) = &arguments.input {
        let bytes =
            std::fs::read(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
        inputs[0] = bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
    }
    let slices: Vec<&[f32]> = inputs.iter().map(Vec::as_slice).collect();
    let mut best = vec![Duration::MAX; plan.steps.len()];
    let mut whole = Duration::MAX;
    for _ in 0..arguments.runs {
        let start = Instant::now();
        let mut last = start;
        let outputs = executor
            .run(&slices, &mut |done, _| {
                best[done - 1] = best[done - 1].min(last.elapsed());
                last = Instant::now();
                true
            })
            .map_err(|error| error.to_string())?;
        whole = whole.min(start.elapsed());
        if let Some(file) = &arguments.output {
            let bytes: Vec<u8> = outputs[0].iter().flat_map(|value| value.to_le_bytes()).collect();
            std::fs::write(file, bytes)
                .map_err(|error| format!("{} cannot be written: {error}", file.display()))?;
        }
    }
    let lines = plan.to_string();
    for (line, time) in lines.lines().zip(&best) {
        println!("{line} {:>9.3} ms", time.as_secs_f64() * 1e3);
    }
    println!("{}", lines.lines().last().unwrap_or_default());
    println!(
        "{:.1} ms a run, {:.1} GMAC/s, {:.1} MiB of memory in all",
        whole.as_secs_f64() * 1e3,
        plan.multiply_adds() as f64 / whole.as_secs_f64() / 1e9,
        executor.memory() as f64 / f64::from(1 << 20)
    );
    Ok(())
}
