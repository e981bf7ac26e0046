//! rten natively on one thread: `vitrine-bench-rten MODEL RUNS` prints the time of each run as JSON.

use std::process::ExitCode;
use std::time::Instant;

use bench_rten::{disc, load, run};

/// The version, from the one place where it stands.
fn package() -> String {
    let version = include_str!("../Cargo.toml").lines().find_map(|line| line.strip_prefix("rten = \"="));
    format!("rten {}", version.unwrap_or_default().trim_end_matches('"'))
}

fn measure() -> Result<String, String> {
    let mut arguments = std::env::args().skip(1);
    let model = arguments.next().ok_or("usage: vitrine-bench-rten MODEL RUNS")?;
    let runs: usize =
        arguments.next().and_then(|runs| runs.parse().ok()).ok_or("usage: vitrine-bench-rten MODEL RUNS")?;
    let model = load(std::fs::read(&model).map_err(|error| format!("{model}: {error}"))?)?;
    let pixels = disc();
    let mut times = Vec::new();
    let mut covered = 0.0;
    for _ in 0..=runs {
        let pixels = pixels.clone();
        let start = Instant::now();
        let mask = run(&model, pixels)?;
        times.push((start.elapsed().as_secs_f64() * 1e3).to_string());
        covered = mask.iter().sum::<f32>() / mask.len() as f32;
    }
    let warm = times.split_off(1);
    let [first, warm, package] = [times.join(","), warm.join(","), package()];
    Ok(format!(r#"{{"package":"{package}","first":[{first}],"warm":[{warm}],"covered":{covered}}}"#))
}

fn main() -> ExitCode {
    match measure() {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}
