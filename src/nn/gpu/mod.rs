//! Runs a plan on the GPU: weights stay in GPU memory as signed bytes and are expanded where they are used.
//!
//! Every kernel of the family `x.wgsl` has its twin in the CPU executor; the tests compare the two.

mod kernel;
mod lower;
mod pack;
mod parameters;
#[cfg(test)]
mod tests;
mod tune;
mod winograd;

use std::ops::Range;
use std::sync::Arc;

use kernel::{Kernel, PARAMETER_BYTES, Pipelines};
pub use lower::Strategy;
use lower::{Areas, Dispatch, Program, Target, Winograd, lower};

use super::error::Error;
use super::plan::{Plan, View};
use crate::gpu::{self, Device, Readback, Submitted};

/// Most dispatches in a submission.
const MOST_DISPATCHES: usize = 24;

/// On a software adapter, most multiply-adds in a submission: about half a second at 1 GFLOP/s.
const SHORT_SUBMISSION: u64 = 250_000_000;

/// The kernels on a device, with what was found out about it: which of the ways to convolve suits it. Networks that
/// run on one device share them; clones are the same kernels.
#[derive(Clone, Debug)]
pub struct Kernels {
    device: Device,
    target: Target,
    pipelines: Arc<Pipelines>,
}

impl Kernels {
    /// For a device as it looks: software adapters work in registers, others through workgroup memory. Nothing is
    /// compiled yet.
    pub fn new(device: &Device) -> Self {
        let strategy = if device.is_software() { Strategy::Registers } else { Strategy::Tiled };
        Self::of(device, Self::target(device, strategy))
    }

    /// As [`Kernels::new`], where a real GPU first tries the variants on two layers of common sizes, which takes it
    /// some tens of milliseconds, most of it compiling. What is found out lasts as long as these kernels.
    ///
    /// # Errors
    /// [`Error::Device`] where the device fails.
    pub async fn tuned(device: &Device) -> Result<Self, Error> {
        let mut kernels = Self::new(device);
        if !device.is_software() {
            kernels.target = tune::fastest(&kernels).await?;
        }
        Ok(kernels)
    }

    fn of(device: &Device, target: Target) -> Self {
        Self { device: device.clone(), target, pipelines: Arc::new(Pipelines::new(device)) }
    }

    fn target(device: &Device, strategy: Strategy) -> Target {
        let winograd = match strategy {
            Strategy::Registers => Winograd::WhereFaster,
            // Until a probe shows that it is faster.
            Strategy::Tiled => Winograd::From(usize::MAX),
        };
        Target { strategy, winograd, subgroups: device.subgroup_size() >= 8, half: false }
    }

    /// The device that they are on.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Makes one more of the pipelines that segmentation networks commonly use, and says whether there may be more:
    /// for a page that has its GPU before its model, a pipeline between two frames.
    pub fn prepare_next(&self) -> bool {
        let next = kernel::usual(&self.target).into_iter().find(|&kernel| !self.pipelines.has(kernel));
        next.inspect(|&kernel| drop(self.pipelines.get(&self.device, kernel))).is_some()
    }

    /// What the probe or the device's kind decided, in words.
    pub fn describe(&self) -> String {
        let Target { strategy, winograd, subgroups, half } = self.target;
        match strategy {
            Strategy::Registers if subgroups => "in registers, weights shared in subgroups".into(),
            Strategy::Registers => "in registers".into(),
            Strategy::Tiled => {
                let precision = if half { "half" } else { "single" };
                match winograd {
                    Winograd::From(usize::MAX) => format!("workgroup tiles in {precision} precision"),
                    Winograd::From(least) => {
                        let channels = 4.0 * (least as f64).sqrt();
                        format!(
                            "workgroup tiles in {precision} precision, Winograd from about {channels:.0} channels"
                        )
                    }
                    Winograd::WhereFaster => format!("workgroup tiles in {precision} precision, Winograd"),
                }
            }
        }
    }
}

/// A plan on a device: its weights and the list of dispatches. The tensors have memory only while it runs, unless the
/// caller keeps it.
#[derive(Debug)]
pub struct Executor {
    device: Device,
    plan: Arc<Plan>,
    table: wgpu::Buffer,
    parameters: wgpu::Buffer,
    /// What is bound where a kernel reads less than two tensors.
    spare: wgpu::Buffer,
    pipelines: Arc<Pipelines>,
    /// One for each dispatch.
    compiled: Vec<wgpu::ComputePipeline>,
    areas: Vec<Areas>,
    dispatches: Vec<Dispatch>,
    batches: Vec<Range<usize>>,
    /// Bytes of a [`Tensors`].
    tensor_bytes: u64,
}

/// The memory that holds every tensor of a run, given back when this is dropped.
#[derive(Debug)]
pub struct Tensors {
    arena: wgpu::Buffer,
    /// One for each of the areas that the dispatches work on.
    bindings: Vec<wgpu::BindGroup>,
    /// Where the outputs are read.
    outputs: wgpu::Buffer,
}

impl Tensors {
    /// The buffer; the plan's views say where each tensor lies. For stages that read the network's outputs, or
    /// write its inputs, on the GPU. The usages are `STORAGE`, `COPY_SRC` and `COPY_DST`.
    pub fn buffer(&self) -> &wgpu::Buffer {
        &self.arena
    }
}

impl Drop for Tensors {
    fn drop(&mut self) {
        // The browser frees buffers when it collects garbage, which can be long after.
        self.arena.destroy();
        self.outputs.destroy();
    }
}

impl Executor {
    /// Puts a plan on a device, with the kernels that suit it.
    ///
    /// # Errors
    /// [`Error::Device`] where a tensor is more than the device binds at once, all of them more than its largest
    /// buffer, the device is lost, or a step is beyond the kernels. The caller falls back to the CPU executor.
    pub fn new(device: &Device, plan: impl Into<Arc<Plan>>) -> Result<Self, Error> {
        Self::with_kernels(&Kernels::new(device), plan)
    }

    /// As [`Executor::new`], with a given way to convolve.
    ///
    /// # Errors
    /// As [`Executor::new`].
    pub fn with_strategy(
        device: &Device,
        plan: impl Into<Arc<Plan>>,
        strategy: Strategy,
    ) -> Result<Self, Error> {
        Self::with_kernels(&Kernels::of(device, Kernels::target(device, strategy)), plan)
    }

    /// As [`Executor::new`], with kernels that other networks on the device use too.
    ///
    /// # Errors
    /// As [`Executor::new`].
    pub fn with_kernels(kernels: &Kernels, plan: impl Into<Arc<Plan>>) -> Result<Self, Error> {
        let Kernels { device, target, pipelines } = kernels;
        let plan = plan.into();
        device.check()?;
        let program = lower(&plan, *target)?;
        let bytes = |words: usize| words as u64 * 4;
        let tensor_bytes = tensor_bytes(device, &program)?;
        let spare = device.storage("no tensor", 2 * SPARE)?;
        let table = device.buffer(
            "the network's weights",
            bytes(program.table.len()),
            wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST,
        )?;
        let parameters = device.buffer(
            "the network's parameters",
            program.parameters.len() as u64,
            wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
        )?;
        device.queue().write_buffer(&table, 0, bytemuck::cast_slice(&program.table));
        device.queue().write_buffer(&parameters, 0, &program.parameters);

        let compiled = program.dispatches.iter().map(|d| pipelines.get(device, d.kernel)).collect();
        device.check()?;
        let batches = batches(&program.dispatches, target.strategy);
        Ok(Self {
            device: device.clone(),
            plan,
            table,
            parameters,
            spare,
            pipelines: pipelines.clone(),
            compiled,
            areas: program.areas,
            dispatches: program.dispatches,
            batches,
            tensor_bytes,
        })
    }

    /// The plan that it runs.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Bytes of GPU memory that it holds all the time: weights and parameters.
    pub fn bytes(&self) -> u64 {
        self.table.size() + self.parameters.size()
    }

    /// Bytes of GPU memory that it holds beside [`Executor::bytes`] while it runs.
    pub fn tensor_bytes(&self) -> u64 {
        self.tensor_bytes
    }

    /// Makes the memory of a run, with the plan's constants in it.
    ///
    /// # Errors
    /// [`Error::Device`] where the device is lost; a failed allocation shows when the memory is used.
    pub fn tensors(&self) -> Result<Tensors, Error> {
        self.device.check()?;
        let arena = self.device.raw().create_buffer(&wgpu::BufferDescriptor {
            label: Some("the network's memory"),
            size: self.tensor_bytes,
            usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC,
            mapped_at_creation: false,
        });
        let part = |binding, buffer, offset, size| wgpu::BindGroupEntry {
            binding,
            resource: wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                buffer,
                offset,
                size: wgpu::BufferSize::new(size),
            }),
        };
        let area = |binding, area: &Option<Range<usize>>, spare_at| match area {
            Some(area) => part(binding, &arena, area.start as u64 * 4, area.len() as u64 * 4),
            None => part(binding, &self.spare, spare_at, SPARE),
        };
        let bindings = self
            .areas
            .iter()
            .map(|areas| {
                self.device.raw().create_bind_group(&wgpu::BindGroupDescriptor {
                    label: Some("nn"),
                    layout: &self.pipelines.layout,
                    entries: &[
                        area(0, &areas.source, 0),
                        wgpu::BindGroupEntry { binding: 1, resource: self.table.as_entire_binding() },
                        part(2, &self.parameters, 0, PARAMETER_BYTES as u64),
                        area(3, &areas.other, SPARE),
                        area(4, &Some(areas.result.clone()), 0),
                    ],
                })
            })
            .collect();
        let read: u64 = self.plan.outputs.iter().map(|port| port.tensor.range().len() as u64 * 4).sum();
        let usage = wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ;
        let outputs = self.device.buffer("the network's outputs for reading", read, usage)?;
        let tensors = Tensors { arena, bindings, outputs };
        for (view, elements) in &self.plan.constants {
            self.write(&tensors, view, elements);
        }
        self.device.check()?;
        Ok(tensors)
    }

    fn write(&self, tensors: &Tensors, view: &View, elements: &[f32]) {
        let range = view.range();
        let mut memory = vec![0.0; range.len()];
        view.pack(elements, &mut memory);
        if !memory.is_empty() {
            let at = range.start as u64 * 4;
            self.device.queue().write_buffer(&tensors.arena, at, bytemuck::cast_slice(&memory));
        }
    }

    /// Puts the inputs into GPU memory: one slice an input, in logical order.
    ///
    /// # Errors
    /// [`Error::Input`] where a slice has another number of values than its input.
    pub fn upload(&self, tensors: &Tensors, inputs: &[&[f32]]) -> Result<(), Error> {
        self.plan.check(inputs)?;
        for (port, input) in self.plan.inputs.iter().zip(inputs) {
            self.write(tensors, &port.tensor, input);
        }
        Ok(())
    }

    /// Records the whole network: from the inputs in the tensors' memory to the outputs there. For callers that
    /// have no need to stop in between; [`Executor::execute`] submits in short pieces.
    pub fn encode(&self, tensors: &Tensors, encoder: &mut wgpu::CommandEncoder) {
        self.record(tensors, encoder, 0..self.dispatches.len());
    }

    fn record(&self, tensors: &Tensors, encoder: &mut wgpu::CommandEncoder, range: Range<usize>) {
        self.record_pass(tensors, encoder, range, None);
    }

    fn record_pass(
        &self,
        tensors: &Tensors,
        encoder: &mut wgpu::CommandEncoder,
        range: Range<usize>,
        timestamp_writes: Option<wgpu::ComputePassTimestampWrites<'_>>,
    ) {
        let label = Some("nn");
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor { label, timestamp_writes });
        let mut current: Option<Kernel> = None;
        for (dispatch, pipeline) in self.dispatches[range.clone()].iter().zip(&self.compiled[range]) {
            if current.replace(dispatch.kernel) != Some(dispatch.kernel) {
                pass.set_pipeline(pipeline);
            }
            pass.set_bind_group(0, &tensors.bindings[dispatch.areas], &[dispatch.parameters]);
            let [x, y, z] = dispatch.workgroups;
            pass.dispatch_workgroups(x, y, z);
        }
    }

    fn encoder(&self) -> wgpu::CommandEncoder {
        self.device.raw().create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("nn") })
    }

    /// Runs from the inputs in GPU memory to the outputs there, in short submissions of which two are under way
    /// at a time. `progress` is given the steps done and the steps there are, and answers whether to go on.
    ///
    /// # Errors
    /// [`Error::Cancelled`] where `progress` says so; [`Error::Device`] where the device fails.
    pub async fn execute(
        &self,
        tensors: &Tensors,
        progress: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Result<(), Error> {
        let total = self.plan.steps.len();
        let mut under_way: Option<(Submitted, usize)> = None;
        if !progress(0, total) {
            return Err(Error::Cancelled);
        }
        for batch in &self.batches {
            // A step may be cut into several dispatches; it is done with its last.
            let done = self.dispatches.get(batch.end).map_or(total, |next| next.step);
            let mut encoder = self.encoder();
            self.record(tensors, &mut encoder, batch.clone());
            let submitted = self.device.submit(encoder)?;
            if let Some((earlier, step)) = under_way.replace((submitted, done)) {
                self.device.finished(earlier).await?;
                if !progress(step, total) {
                    return Err(Error::Cancelled);
                }
            }
        }
        if let Some((earlier, _)) = under_way {
            self.device.finished(earlier).await?;
        }
        if progress(total, total) { Ok(()) } else { Err(Error::Cancelled) }
    }

    /// Runs on zeros once and gives the seconds that each step took: by the adapter's clock where it has one
    /// ([`Device::has_clock`]), else each dispatch by itself, where waiting costs time of its own. For tuning.
    ///
    /// # Errors
    /// [`Error::Device`] where the device fails.
    #[cfg(not(target_arch = "wasm32"))]
    pub async fn measure(&self) -> Result<Vec<f64>, Error> {
        let tensors = &self.tensors()?;
        let mut seconds = vec![0.0; self.plan.steps.len()];
        for batch in &self.batches {
            let taken = if self.device.has_clock() {
                self.time_by_queries(tensors, batch.clone()).await?
            } else {
                self.time_by_waiting(tensors, batch.clone()).await?
            };
            for (dispatch, taken) in self.dispatches[batch.clone()].iter().zip(taken) {
                seconds[dispatch.step] += taken;
            }
        }
        Ok(seconds)
    }

    /// The seconds of each of some dispatches, each a pass with a timestamp before and after it.
    #[cfg(not(target_arch = "wasm32"))]
    async fn time_by_queries(&self, tensors: &Tensors, range: Range<usize>) -> Result<Vec<f64>, Error> {
        let count = 2 * range.len() as u32;
        let queries = self.device.raw().create_query_set(&wgpu::QuerySetDescriptor {
            label: Some("the steps' times"),
            ty: wgpu::QueryType::Timestamp,
            count,
        });
        let bytes = u64::from(count) * 8;
        let usage = wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC;
        let times = self.device.buffer("the steps' times", bytes, usage)?;
        let mut encoder = self.encoder();
        for (nth, index) in range.enumerate() {
            let writes = wgpu::ComputePassTimestampWrites {
                query_set: &queries,
                beginning_of_pass_write_index: Some(2 * nth as u32),
                end_of_pass_write_index: Some(2 * nth as u32 + 1),
            };
            self.record_pass(tensors, &mut encoder, index..index + 1, Some(writes));
        }
        encoder.resolve_query_set(&queries, 0..count, &times, 0);
        let read = self.device.read(encoder, &[Readback { buffer: &times, range: 0..bytes }]).await?;
        times.destroy();
        let period = f64::from(self.device.queue().get_timestamp_period()) * 1e-9;
        let ticks: Vec<u64> = bytemuck::pod_collect_to_vec(&read[0]);
        Ok(ticks.chunks(2).map(|pair| pair[1].saturating_sub(pair[0]) as f64 * period).collect())
    }

    #[cfg(not(target_arch = "wasm32"))]
    async fn time_by_waiting(&self, tensors: &Tensors, range: Range<usize>) -> Result<Vec<f64>, Error> {
        let mut seconds = Vec::with_capacity(range.len());
        for index in range {
            let start = std::time::Instant::now();
            let mut encoder = self.encoder();
            self.record(tensors, &mut encoder, index..index + 1);
            let submitted = self.device.submit(encoder)?;
            self.device.finished(submitted).await?;
            seconds.push(start.elapsed().as_secs_f64());
        }
        Ok(seconds)
    }

    /// Runs the network: takes one slice an input and gives one vector an output, all in logical order
    /// (`[N, C, H, W]`, row-major). The tensors' memory is made for it and given back after: whatever comes next
    /// may need as much.
    ///
    /// # Errors
    /// [`Error::Input`] where an input does not fit; else as [`Executor::execute`].
    pub async fn run(
        &self,
        inputs: &[&[f32]],
        progress: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Result<Vec<Vec<f32>>, Error> {
        // Checked before there is memory to be filled.
        self.plan.check(inputs)?;
        self.run_in(&self.tensors()?, inputs, progress).await
    }

    /// As [`Executor::run`], in memory that the caller keeps from run to run: then a run allocates no GPU memory.
    /// Dropping it gives it back.
    ///
    /// # Errors
    /// As [`Executor::run`].
    pub async fn run_in(
        &self,
        tensors: &Tensors,
        inputs: &[&[f32]],
        progress: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Result<Vec<Vec<f32>>, Error> {
        self.upload(tensors, inputs)?;
        self.execute(tensors, progress).await?;
        let parts: Vec<Readback<'_>> = self
            .plan
            .outputs
            .iter()
            .map(|port| {
                let range = port.tensor.range();
                Readback { buffer: &tensors.arena, range: range.start as u64 * 4..range.end as u64 * 4 }
            })
            .collect();
        let read = self.device.read_through(&tensors.outputs, self.encoder(), &parts).await?;
        Ok(self
            .plan
            .outputs
            .iter()
            .zip(&read)
            .map(|(port, bytes)| port.tensor.unpack(&bytemuck::pod_collect_to_vec(bytes)))
            .collect())
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        // The browser frees buffers when it collects garbage, which can be long after.
        self.table.destroy();
        self.parameters.destroy();
        self.spare.destroy();
    }
}

/// Bytes of each of the two ranges that are bound in place of a tensor: a multiple of every offset alignment.
const SPARE: u64 = 256;

/// Bytes of the buffer for every tensor. Kernels see it in parts, so it may be larger than what the device binds
/// at once.
fn tensor_bytes(device: &Device, program: &Program) -> Result<u64, gpu::Error> {
    let limits = device.raw().limits();
    let largest = program.areas.iter().map(Areas::largest).max().unwrap_or(0) as u64 * 4;
    let all = program.arena as u64 * 4;
    for (what, needed, limit) in [
        ("the network's largest tensor", largest, limits.max_storage_buffer_binding_size),
        ("the network's memory", all, limits.max_buffer_size),
    ] {
        if needed > limit {
            let (needed, limit) = (needed.div_ceil(1 << 20), limit >> 20);
            return Err(gpu::Error::TooLarge { what: what.into(), needed, limit });
        }
    }
    Ok(all)
}

/// Cuts the list of dispatches into submissions.
fn batches(dispatches: &[Dispatch], strategy: Strategy) -> Vec<Range<usize>> {
    let most_work = match strategy {
        Strategy::Registers => SHORT_SUBMISSION,
        Strategy::Tiled => u64::MAX,
    };
    let mut result = Vec::new();
    let (mut start, mut work) = (0, 0u64);
    for (index, dispatch) in dispatches.iter().enumerate() {
        if index > start
            && (index - start == MOST_DISPATCHES || work.saturating_add(dispatch.work) > most_work)
        {
            result.push(start..index);
            (start, work) = (index, 0);
        }
        work += dispatch.work;
    }
    if start < dispatches.len() {
        result.push(start..dispatches.len());
    }
    result
}
