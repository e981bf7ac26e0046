//! What share of an adapter's arithmetic a network reaches on it.
//!
//! `cargo bench --bench gpu_conv -- [NETWORK.onnx] [--size=320] [--software] [--tiled] [--registers] [--steps] [--layers] [--require=25]`
//!
//! Measures the adapter's peak, the rate of the whole network and that of its convolutions (2 operations for each
//! multiply-add of a plain evaluation) in the same run, and prints them and their ratios. The peak is that of fused
//! multiply-adds in registers, and on a real GPU that of a plain matrix product as well.
//!
//! Steps are timed by the adapter's clock (timestamp queries) where it has one. `--steps` lists those that take the
//! longest, `--layers` all of them in order. A software adapter is timed by the processor time of its threads too,
//! which stays about the same when other programs run. With `--require` it fails where the convolutions reach less
//! than so many per cent of the peak.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::time::Instant;

use vitrine::gpu::{Device, Preference, Readback};
use vitrine::nn::gpu::{Executor, Kernels, Strategy};
use vitrine::nn::plan::Step;
use vitrine::nn::step::Kind;
use vitrine::nn::{Graph, MEMORY_LIMIT, Plan};

/// Eight independent chains of `vec4` multiply-adds: enough to hide the latency of any adapter.
const PROBE: &str = r"
@group(0) @binding(0) var<storage, read_write> sums: array<vec4<f32>>;
@compute @workgroup_size(64)
fn probe(@builtin(global_invocation_id) id: vec3<u32>) {
    let x = vec4(f32(id.x) * 1e-9 + 0.999);
    var a = x; var b = x + 1.0; var c = x + 2.0; var d = x + 3.0;
    var e = x + 4.0; var f = x + 5.0; var g = x + 6.0; var h = x + 7.0;
    for (var i = 0u; i < 256u; i++) {
        a = fma(a, x, x); b = fma(b, x, x); c = fma(c, x, x); d = fma(d, x, x);
        e = fma(e, x, x); f = fma(f, x, x); g = fma(g, x, x); h = fma(h, x, x);
    }
    sums[id.x] = a + b + c + d + e + f + g + h;
}
";

type Failure = Box<dyn std::error::Error>;

/// Seconds that something took: on the clock, and of all this program's threads together (0 where the system does
/// not tell).
#[derive(Clone, Copy, Debug)]
struct Taken {
    clock: f64,
    threads: f64,
}

impl Taken {
    const FOREVER: Self = Self { clock: f64::MAX, threads: f64::MAX };

    /// Each the smaller of both.
    fn least(self, other: Self) -> Self {
        Self { clock: self.clock.min(other.clock), threads: self.threads.min(other.threads) }
    }
}

struct Stopwatch {
    clock: Instant,
    threads: f64,
}

impl Stopwatch {
    fn start() -> Self {
        Self { clock: Instant::now(), threads: thread_seconds() }
    }

    fn stop(&self) -> Taken {
        Taken { clock: self.clock.elapsed().as_secs_f64(), threads: thread_seconds() - self.threads }
    }
}

/// Processor time of this program's threads so far, in seconds, as Linux tells it.
fn thread_seconds() -> f64 {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else { return 0.0 };
    threads
        .flatten()
        .filter_map(|thread| std::fs::read_to_string(thread.path().join("schedstat")).ok())
        .filter_map(|text| text.split(' ').next()?.parse::<f64>().ok())
        .sum::<f64>()
        * 1e-9
}

/// Operations in registers, and the least time that a dispatch of so many took.
async fn arithmetic(device: &Device) -> Result<(f64, Taken), Failure> {
    let raw = device.raw();
    let mut invocations = 64 * 256u32;
    let sums = device.storage("sums", 16 * (64 * 32768))?;
    let module = raw.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: None,
        source: wgpu::ShaderSource::Wgsl(PROBE.into()),
    });
    let pipeline = raw.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: None,
        layout: None,
        module: &module,
        entry_point: Some("probe"),
        compilation_options: wgpu::PipelineCompilationOptions::default(),
        cache: None,
    });
    let bindings = raw.create_bind_group(&wgpu::BindGroupDescriptor {
        label: None,
        layout: &pipeline.get_bind_group_layout(0),
        entries: &[wgpu::BindGroupEntry { binding: 0, resource: sums.as_entire_binding() }],
    });
    let mut best = Taken::FOREVER;
    for _ in 0..8 {
        let mut encoder = raw.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(&pipeline);
            pass.set_bind_group(0, &bindings, &[]);
            pass.dispatch_workgroups(invocations / 64, 1, 1);
        }
        let watch = Stopwatch::start();
        device.read(encoder, &[Readback { buffer: &sums, range: 0..16 }]).await?;
        let taken = watch.stop();
        if taken.clock < 0.05 && invocations < 64 * 32768 {
            invocations = (invocations * 4).min(64 * 32768);
            best = Taken::FOREVER;
        } else {
            best = best.least(taken);
        }
    }
    Ok((f64::from(invocations) * 256.0 * 8.0 * 8.0, best))
}

/// A matrix product of square matrices of this size, a multiple of 128.
const SIZE: u32 = 4096;

/// C = A B, plain: 128 × 128 results a workgroup, 8 × 8 an invocation, eight deep in workgroup memory. `Real` is f32
/// or f16.
const PRODUCT: &str = r"
@group(0) @binding(0) var<storage, read> a: array<vec4<Real>>;
@group(0) @binding(1) var<storage, read> b: array<vec4<Real>>;
@group(0) @binding(2) var<storage, read_write> c: array<vec4<Real>>;
var<workgroup> rows: array<array<Real, 132>, 8>;
var<workgroup> columns: array<array<vec4<Real>, 32>, 8>;
const PITCH = SIZEu / 4u;
@compute @workgroup_size(256)
fn product(@builtin(workgroup_id) tile: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let y = local / 16u;
    let x = local % 16u;
    let row = local / 2u;
    let part = local % 2u;
    var left = a[(tile.y * 128u + row) * PITCH + part];
    var right = b[(local / 32u) * PITCH + tile.x * 32u + local % 32u];
    var sums: array<array<vec4<Real>, 2>, 8>;
    for (var k = 0u; k < SIZEu; k += 8u) {
        for (var i = 0u; i < 4u; i++) { rows[part * 4u + i][row] = left[i]; }
        columns[local / 32u][local % 32u] = right;
        workgroupBarrier();
        if k + 8u < SIZEu {
            left = a[(tile.y * 128u + row) * PITCH + k / 4u + 2u + part];
            right = b[(k + 8u + local / 32u) * PITCH + tile.x * 32u + local % 32u];
        }
        for (var d = 0u; d < 8u; d++) {
            let r0 = columns[d][x];
            let r1 = columns[d][x + 16u];
            for (var i = 0u; i < 8u; i++) {
                let l = vec4<Real>(rows[d][y + i * 16u]);
                sums[i][0] = fma(l, r0, sums[i][0]);
                sums[i][1] = fma(l, r1, sums[i][1]);
            }
        }
        workgroupBarrier();
    }
    for (var i = 0u; i < 8u; i++) {
        let at = (tile.y * 128u + y + i * 16u) * PITCH + tile.x * 32u + x;
        c[at] = sums[i][0];
        c[at + 16u] = sums[i][1];
    }
}
";

/// Operations a second of a plain matrix product through workgroup memory, the best of several runs.
async fn product_rate(device: &Device, half: bool) -> Result<f64, Failure> {
    let raw = device.raw();
    let head = if half { "enable f16; alias Real = f16;" } else { "alias Real = f32;" };
    let text = format!("{head}{PRODUCT}").replace("SIZE", &SIZE.to_string());
    let module = raw.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some("product"),
        source: wgpu::ShaderSource::Wgsl(text.into()),
    });
    let pipeline = raw.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: Some("product"),
        layout: None,
        module: &module,
        entry_point: Some("product"),
        compilation_options: wgpu::PipelineCompilationOptions::default(),
        cache: None,
    });
    let bytes = u64::from(SIZE) * u64::from(SIZE) * if half { 2 } else { 4 };
    let matrices = [device.storage("a", bytes)?, device.storage("b", bytes)?, device.storage("c", bytes)?];
    let entries = [0, 1, 2].map(|binding: u32| wgpu::BindGroupEntry {
        binding,
        resource: matrices[binding as usize].as_entire_binding(),
    });
    let bindings = raw.create_bind_group(&wgpu::BindGroupDescriptor {
        label: None,
        layout: &pipeline.get_bind_group_layout(0),
        entries: &entries,
    });
    let mut best = f64::MAX;
    for _ in 0..6 {
        let mut encoder = raw.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(&pipeline);
            pass.set_bind_group(0, &bindings, &[]);
            for _ in 0..4 {
                pass.dispatch_workgroups(SIZE / 128, SIZE / 128, 1);
            }
        }
        let start = Instant::now();
        device.read(encoder, &[Readback { buffer: &matrices[2], range: 0..16 }]).await?;
        best = best.min(start.elapsed().as_secs_f64() / 4.0);
    }
    Ok(2.0 * f64::from(SIZE).powi(3) / best)
}

fn is_convolution(step: &Step) -> bool {
    matches!(step.kind, Kind::Conv(_) | Kind::ConvTranspose(_))
}

/// A line for a step: its share of the time, the time, its rate and what that is of the peak.
fn describe(step: &Step, seconds: f64, whole: f64, peak: f64) -> String {
    let rate = step.multiply_adds() as f64 * 2.0 / seconds;
    let shape = |shape: &[usize]| shape.iter().map(usize::to_string).collect::<Vec<_>>().join("×");
    format!(
        "{:5.1}% {:8.3} ms {:9.2} GFLOP/s {:5.1}%  {:<32} {:>14} → {}",
        100.0 * seconds / whole,
        seconds * 1e3,
        rate / 1e9,
        100.0 * rate / peak,
        step.kind.label(),
        step.inputs.first().map_or(String::new(), |input| shape(&input.shape)),
        shape(&step.output.shape),
    )
}

async fn measure(arguments: &[String]) -> Result<(), Failure> {
    let has = |flag: &str| arguments.iter().any(|a| a == flag);
    let file = arguments.iter().find(|a| !a.starts_with("--")).map_or("models/fast.onnx", String::as_str);
    let preference = if has("--software") { Preference::Software } else { Preference::Fastest };
    let device = Device::request(preference).await?;
    println!("adapter     {}{}", device.name(), if device.is_software() { " (software)" } else { "" });
    let (operations, taken) = arithmetic(&device).await?;
    let mut peak = operations / taken.clock;
    println!("arithmetic  {:.2} GFLOP/s in registers", peak / 1e9);
    if !device.is_software() {
        peak = product_rate(&device, false).await?;
        println!("product     {:.2} GFLOP/s, 32 bits, {SIZE}×{SIZE}", peak / 1e9);
        if device.has_half_precision() {
            let half = product_rate(&device, true).await?;
            println!("product     {:.2} GFLOP/s, 16 bits, {SIZE}×{SIZE}", half / 1e9);
        }
    }

    let graph = Graph::from_onnx(&std::fs::read(file)?)?;
    // Where the file leaves rows and columns open, the size at which the network was trained.
    let size = arguments.iter().find_map(|a| a.strip_prefix("--size=")).map_or(Ok(320), str::parse)?;
    let shapes: Vec<Vec<usize>> = graph
        .inputs
        .iter()
        .map(|port| {
            let open = |axis| if axis < 2 { 1 } else { size };
            port.shape.iter().enumerate().map(|(axis, known)| known.unwrap_or_else(|| open(axis))).collect()
        })
        .collect();
    let plan = Plan::of(&graph, &shapes, MEMORY_LIMIT)?;
    let work = plan.multiply_adds() as f64 * 2.0;
    println!(
        "network     {file}: {} steps, {:.1} GFLOP, {:.0} MiB",
        plan.steps.len(),
        work / 1e9,
        plan.arena as f64 / f64::from(1 << 18)
    );
    let start = Instant::now();
    let executor = match (has("--tiled"), has("--registers")) {
        (true, _) => Executor::with_strategy(&device, plan, Strategy::Tiled)?,
        (_, true) => Executor::with_strategy(&device, plan, Strategy::Registers)?,
        _ => {
            let kernels = Kernels::tuned(&device).await?;
            println!("kernels     {}, chosen in {:.2} s", kernels.describe(), start.elapsed().as_secs_f64());
            Executor::with_kernels(&kernels, plan)?
        }
    };
    let inputs: Vec<Vec<f32>> = shapes
        .iter()
        .map(|shape| (0..shape.iter().product()).map(|i| ((i * 37) % 255) as f32 / 255.0 - 0.5).collect())
        .collect();
    let inputs: Vec<&[f32]> = inputs.iter().map(Vec::as_slice).collect();
    let mut go_on = |_, _| true;
    executor.run(&inputs, &mut go_on).await?;
    println!("first       {:.2} s, pipelines compiled", start.elapsed().as_secs_f64());
    let mut best = Taken::FOREVER;
    for _ in 0..if device.is_software() { 3 } else { 20 } {
        let watch = Stopwatch::start();
        executor.run(&inputs, &mut go_on).await?;
        best = best.least(watch.stop());
    }
    println!("warm        {:.4} s, {:.2} GFLOP/s", best.clock, work / best.clock / 1e9);
    println!("memory      {} MiB in a run", (executor.bytes() + executor.tensor_bytes()) >> 20);

    // Steps timed one by one leave out what lies between them: only their proportions are taken.
    let steps: Vec<_> = executor.measure().await?.into_iter().zip(&executor.plan().steps).collect();
    let whole: f64 = steps.iter().map(|(seconds, _)| seconds).sum();
    let convolutions = || steps.iter().filter(|(_, step)| is_convolution(step));
    let part = convolutions().map(|(seconds, _)| seconds).sum::<f64>() / whole;
    let useful = convolutions().map(|(_, step)| step.multiply_adds() as f64 * 2.0).sum::<f64>();
    let share = |work: f64, part: f64| 100.0 * work / (best.clock * part) / peak;
    println!("ratio       {:.1}% of the peak, the whole network", share(work, 1.0));
    println!("            {:.1}% the convolutions, {:.0}% of the time", share(useful, part), 100.0 * part);
    if device.is_software() && taken.threads > 0.0 {
        let peak = operations / taken.threads;
        let share = |work: f64, part: f64| 100.0 * work / (best.threads * part) / peak;
        println!(
            "            {:.1}% and {:.1}% by processor time: {:.2} and {:.2} GFLOP/s a thread of {:.2}",
            share(work, 1.0),
            share(useful, part),
            work / best.threads / 1e9,
            useful / (best.threads * part) / 1e9,
            peak / 1e9,
        );
    }
    // Steps at the rates of the whole run.
    let scale = best.clock / whole;
    if has("--layers") {
        for (index, (seconds, step)) in steps.iter().enumerate() {
            println!("{index:>4} {}", describe(step, seconds * scale, best.clock, peak));
        }
    } else if has("--steps") {
        let mut longest = steps.clone();
        longest.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (seconds, step) in longest.iter().take(40) {
            println!("{}", describe(step, seconds * scale, best.clock, peak));
        }
    }
    let required = arguments.iter().find_map(|a| a.strip_prefix("--require=")).map_or(Ok(0.0), str::parse)?;
    if share(useful, part) < required {
        return Err(format!("the convolutions reach less than {required}% of the peak").into());
    }
    Ok(())
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    pollster::block_on(measure(&arguments))
}
