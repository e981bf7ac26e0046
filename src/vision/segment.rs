//! Asks a network where the subject is.

use super::Mask;
use crate::gpu::Device;
use crate::nn::{self, Graph, Plan, cpu, gpu};
use crate::photo::{Filter, Photo, network_input};

/// Rows and columns where the network leaves them open: what U²-Net was trained at.
const SIZE: usize = 320;

/// Means and standard deviations of ImageNet's red, green and blue, by which U²-Net's training divided.
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];

/// A network of U²-Net's kind: one picture `[1, 3, H, W]` in, one map `[1, 1, h, w]` of 0 to 1 out (the first of
/// several outputs).
pub struct Segmenter {
    executor: cpu::Executor,
    input: (u32, u32),
    output: (u32, u32),
}

impl Segmenter {
    /// Plans the network for the processor.
    ///
    /// # Errors
    /// A network that this engine does not run, or that does not take and give what a segmentation network
    /// does.
    pub fn new(graph: &Graph) -> Result<Self, nn::Error> {
        let plan = plan(graph)?;
        let [input, output] = sizes(&plan);
        Ok(Self { executor: cpu::Executor::new(plan), input, output })
    }

    /// Where the subject is. `progress` is told the part done, 0 to 1; where it answers false the work stops
    /// with [`nn::Error::Cancelled`].
    pub fn mask(&self, photo: &Photo, progress: &mut dyn FnMut(f32) -> bool) -> Result<Mask, nn::Error> {
        let input = prepare(photo, self.input);
        let mut step = |done, total| progress(done as f32 / total as f32);
        let values = self.executor.run(&[&input], &mut step)?.swap_remove(0);
        Ok(mask(self.output, values))
    }
}

/// The same on the GPU.
pub struct GpuSegmenter {
    executor: gpu::Executor,
    input: (u32, u32),
    output: (u32, u32),
}

impl GpuSegmenter {
    /// Plans the network and puts it on the device.
    ///
    /// # Errors
    /// As [`Segmenter::new`], and [`nn::Error::Device`] where the device cannot hold it.
    pub fn new(graph: &Graph, device: &Device) -> Result<Self, nn::Error> {
        let plan = plan(graph)?;
        let [input, output] = sizes(&plan);
        Ok(Self { executor: gpu::Executor::new(device, plan)?, input, output })
    }

    /// Where the subject is; as [`Segmenter::mask`].
    pub async fn mask(
        &self,
        photo: &Photo,
        progress: &mut dyn FnMut(f32) -> bool,
    ) -> Result<Mask, nn::Error> {
        let input = prepare(photo, self.input);
        let mut step = |done, total| progress(done as f32 / total as f32);
        let values = self.executor.run(&[&input], &mut step).await?.swap_remove(0);
        Ok(mask(self.output, values))
    }
}

/// The plan of a segmentation network, checked to be one.
fn plan(graph: &Graph) -> Result<Plan, nn::Error> {
    let wrong = |what: &str| {
        nn::Error::Graph(format!(
            "{what}: a model for cut-outs takes one picture [1, 3, height, width] and gives a map [1, 1, height, width]"
        ))
    };
    let [input] = &graph.inputs[..] else {
        return Err(wrong(&format!("it has {} inputs", graph.inputs.len())));
    };
    let shape = match input.shape[..] {
        [batch, channels, height, width] => {
            [batch.unwrap_or(1), channels.unwrap_or(3), height.unwrap_or(SIZE), width.unwrap_or(SIZE)]
        }
        ref other => return Err(wrong(&format!("its input has {} axes", other.len()))),
    };
    if shape[..2] != [1, 3] {
        return Err(wrong(&format!("its input is {shape:?}")));
    }
    let mut graph = graph.clone();
    graph.outputs.truncate(1);
    let plan = Plan::of(&graph, &[shape.to_vec()], nn::MEMORY_LIMIT)?;
    match plan.outputs.first().map(|port| &port.tensor.shape[..]) {
        Some([1, 1, height, width]) if *height > 0 && *width > 0 => Ok(plan),
        Some(shape) => Err(wrong(&format!("its first output is {shape:?}"))),
        None => Err(wrong("it has no output")),
    }
}

/// Width and height of the network's input and output.
fn sizes(plan: &Plan) -> [(u32, u32); 2] {
    [&plan.inputs[0], &plan.outputs[0]].map(|port| (port.tensor.shape[3] as u32, port.tensor.shape[2] as u32))
}

/// The photo as the network takes it: resized, divided by its largest value, by mean and deviation.
fn prepare(photo: &Photo, (width, height): (u32, u32)) -> Vec<f32> {
    let mut planes = network_input(photo, width, height, Filter::Lanczos);
    let largest = planes.iter().fold(0.0, |a: f32, &b| a.max(b)).max(1e-6);
    for (channel, plane) in planes.chunks_exact_mut(width as usize * height as usize).enumerate() {
        for value in plane {
            *value = (*value / largest - MEAN[channel]) / DEVIATION[channel];
        }
    }
    planes
}

/// What the network said, held to 0 to 1.
fn mask((width, height): (u32, u32), mut values: Vec<f32>) -> Mask {
    for value in &mut values {
        // A NaN says nothing about a subject.
        *value = if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) };
    }
    Mask { width, height, values }
}
