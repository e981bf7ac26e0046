//! What share of an adapter's arithmetic a network reaches on it.
//!
//! `cargo bench --bench gpu_conv -- [NETWORK.onnx] [--size=320] [--software] [--tiled] [--registers] [--steps] [--require=25]`
//!
//! Measures the adapter's rate of fused multiply-adds in registers and the rate of the whole network (2
//! operations a multiply-add) in the same run, and prints both and their ratio. `--steps` lists the steps. With
//! `--require` it fails where the ratio is under so many per cent.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::time::Instant;

use vitrine::gpu::{Device, Preference, Readback};
use vitrine::nn::gpu::{Executor, Strategy};
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

/// Operations a second in registers, the best of several runs.
async fn arithmetic_rate(device: &Device) -> Result<f64, Failure> {
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
    let mut best = 0f64;
    for _ in 0..8 {
        let mut encoder = raw.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(&pipeline);
            pass.set_bind_group(0, &bindings, &[]);
            pass.dispatch_workgroups(invocations / 64, 1, 1);
        }
        let start = Instant::now();
        device.read(encoder, &[Readback { buffer: &sums, range: 0..16 }]).await?;
        let seconds = start.elapsed().as_secs_f64();
        best = best.max(f64::from(invocations) * 256.0 * 8.0 * 8.0 / seconds);
        if seconds < 0.05 {
            invocations = (invocations * 4).min(64 * 32768);
        }
    }
    Ok(best)
}

async fn measure(arguments: &[String]) -> Result<(), Failure> {
    let has = |flag: &str| arguments.iter().any(|a| a == flag);
    let file = arguments.iter().find(|a| !a.starts_with("--")).map_or("models/fast.onnx", String::as_str);
    let preference = if has("--software") { Preference::Software } else { Preference::Fastest };
    let device = Device::request(preference).await?;
    println!("adapter     {}{}", device.name(), if device.is_software() { " (software)" } else { "" });
    let rate = arithmetic_rate(&device).await?;
    println!("arithmetic  {:.2} GFLOP/s in registers", rate / 1e9);

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
        _ => Executor::new(&device, plan)?,
    };
    let inputs: Vec<Vec<f32>> = shapes
        .iter()
        .map(|shape| (0..shape.iter().product()).map(|i| ((i * 37) % 255) as f32 / 255.0 - 0.5).collect())
        .collect();
    let inputs: Vec<&[f32]> = inputs.iter().map(Vec::as_slice).collect();
    let mut go_on = |_, _| true;
    executor.run(&inputs, &mut go_on).await?;
    println!("first       {:.2} s, pipelines compiled", start.elapsed().as_secs_f64());
    let mut best = f64::MAX;
    for _ in 0..if device.is_software() { 2 } else { 20 } {
        let start = Instant::now();
        executor.run(&inputs, &mut go_on).await?;
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!("warm        {best:.4} s, {:.2} GFLOP/s", work / best / 1e9);
    println!("ratio       {:.1}% of the arithmetic rate", 100.0 * work / best / rate);
    if has("--steps") {
        let mut steps: Vec<_> = executor.measure().await?.into_iter().zip(&executor.plan().steps).collect();
        let whole: f64 = steps.iter().map(|(seconds, _)| seconds).sum();
        steps.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (seconds, step) in steps.iter().take(40) {
            println!(
                "{:5.1}% {:8.2} ms {:7.2} GFLOP/s  {} {:?} → {:?}",
                100.0 * seconds / whole,
                seconds * 1e3,
                step.multiply_adds() as f64 * 2.0 / seconds / 1e9,
                step.kind.label(),
                step.inputs[0].shape,
                step.output.shape,
            );
        }
    }
    let required = arguments.iter().find_map(|a| a.strip_prefix("--require=")).map_or(Ok(0.0), str::parse)?;
    if 100.0 * work / best / rate < required {
        return Err(format!("the ratio is under {required}%").into());
    }
    Ok(())
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    pollster::block_on(measure(&arguments))
}
