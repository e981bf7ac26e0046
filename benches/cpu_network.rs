//! Times of a network on the processor, one thread, for the comparison with others.
//!
//! `cargo bench --bench cpu_network -- [NETWORK.onnx] [--size=320] [--runs=5]`
//!
//! Prints JSON: `first`, the milliseconds from the file's bytes to the first answer; `warm`, those of each
//! further one; `covered`, the mean of the first output; `multiply_adds`, of one run.
//! `VITRINE_SIMD=sse2` or `avx2` holds the width of the vectors back; `vitrine profile` tells the steps.

#![allow(clippy::print_stdout, reason = "its output is what it is for")]

use std::time::Instant;

use vitrine::nn::{Graph, MEMORY_LIMIT, Plan, cpu};

type Failure = Box<dyn std::error::Error>;

/// The input that every engine gets in `cargo xtask bench --native`, `[1, 3, side, side]`: a coloured disc before
/// white, normalised.
fn disc(shape: &[usize]) -> Vec<f32> {
    let side = shape[shape.len() - 1];
    let middle = side / 2;
    (0..shape.iter().product())
        .map(|index| {
            let (channel, row, column) = (index / (side * side), index / side % side, index % side);
            let inside = row.abs_diff(middle).pow(2) + column.abs_diff(middle).pow(2) < (side / 3).pow(2);
            if inside { channel as f32 - 1.0 } else { 2.0 }
        })
        .collect()
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let option = |name: &str| arguments.iter().find_map(|argument| argument.strip_prefix(name));
    let file = arguments
        .iter()
        .find(|argument| !argument.starts_with("--"))
        .map_or("models/fast.onnx", String::as_str);
    let size: usize = option("--size=").map_or(Ok(320), str::parse)?;
    let runs: usize = option("--runs=").map_or(Ok(5), str::parse)?;

    let bytes = std::fs::read(file)?;
    let start = Instant::now();
    let graph = Graph::from_onnx(&bytes)?;
    // Where the file leaves the rows and columns open, the size that was asked for.
    let shapes: Vec<Vec<usize>> = graph
        .inputs
        .iter()
        .map(|port| {
            let open = |axis: usize| if axis < 2 { [1, 3][axis] } else { size };
            port.shape.iter().enumerate().map(|(axis, known)| known.unwrap_or_else(|| open(axis))).collect()
        })
        .collect();
    let executor = cpu::Executor::new(Plan::of(&graph, &shapes, MEMORY_LIMIT)?);
    drop(graph);
    let inputs: Vec<Vec<f32>> = shapes.iter().map(|shape| disc(shape)).collect();
    let inputs: Vec<&[f32]> = inputs.iter().map(Vec::as_slice).collect();

    let mut times = Vec::new();
    let mut covered = 0.0;
    let mut since = start;
    for _ in 0..=runs {
        let outputs = executor.run(&inputs, &mut |_, _| true)?;
        times.push(format!("{:.3}", since.elapsed().as_secs_f64() * 1e3));
        covered = outputs[0].iter().sum::<f32>() / outputs[0].len() as f32;
        since = Instant::now();
    }
    let warm = times.split_off(1);
    println!(
        "{{\"first\":[{}],\"warm\":[{}],\"covered\":{covered},\"multiply_adds\":{}}}",
        times.join(","),
        warm.join(","),
        executor.plan().multiply_adds()
    );
    Ok(())
}
