//! Asks a network where the subject is.

use super::Mask;
use crate::nn::cpu::{Rows, Run, Turn};
use crate::nn::{self, Band, Graph, Plan, cpu, gpu};
use crate::photo::{Filter, Photo, network_input};

/// Rows and columns where the network leaves them open: what U²-Net was trained at.
const SIZE: usize = 320;

/// How a picture of 0 to 1 becomes a network's input: `(value / range − mean) / deviation`, by channel.
///
/// A file says it in ONNX's `metadata_props`, so that a network brings its own:
/// - `vitrine.input.range`: `full`, values as they are, or `largest`, divided by the picture's largest value;
/// - `vitrine.input.mean` and `vitrine.input.deviation`: three numbers, red first, with commas between.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Normalization {
    range: Range,
    mean: [f32; 3],
    deviation: [f32; 3],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Range {
    Full,
    Largest,
}

impl Normalization {
    /// What U²-Net's training did, with ImageNet's means and standard deviations: where a file says nothing.
    const U2_NET: Self =
        Self { range: Range::Largest, mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };

    /// What the file says of its input.
    pub(super) fn of(graph: &Graph) -> Result<Self, nn::Error> {
        let said = |key: &str| graph.metadata.get(key).map(String::as_str);
        let wrong = |key: &str, value: &str, wanted: &str| {
            nn::Error::Graph(format!("its metadata '{key}' is '{value}' and must be {wanted}"))
        };
        let range = match said("vitrine.input.range") {
            None | Some("largest") => Range::Largest,
            Some("full") => Range::Full,
            Some(other) => return Err(wrong("vitrine.input.range", other, "'full' or 'largest'")),
        };
        let numbers = |key: &str, default: [f32; 3], allowed: fn(f32) -> bool, wanted: &str| {
            let Some(text) = said(key) else { return Ok(default) };
            let numbers: Option<Vec<f32>> = text
                .split(',')
                .map(|number| number.trim().parse().ok().filter(|&value: &f32| allowed(value)))
                .collect();
            numbers.and_then(|numbers| numbers.try_into().ok()).ok_or_else(|| wrong(key, text, wanted))
        };
        Ok(Self {
            range,
            mean: numbers(
                "vitrine.input.mean",
                Self::U2_NET.mean,
                f32::is_finite,
                "three numbers with commas between",
            )?,
            deviation: numbers(
                "vitrine.input.deviation",
                Self::U2_NET.deviation,
                |value| value.is_normal() && value > 0.0,
                "three numbers above zero with commas between",
            )?,
        })
    }

    /// Planes of `area` values of 0 to 1, as a network was trained on them.
    pub(super) fn apply(self, mut planes: Vec<f32>, area: usize) -> Vec<f32> {
        let divisor = match self.range {
            Range::Full => 1.0,
            Range::Largest => planes.iter().fold(0.0, |a: f32, &b| a.max(b)).max(1e-6),
        };
        for ((plane, mean), deviation) in planes.chunks_exact_mut(area).zip(self.mean).zip(self.deviation) {
            for value in plane {
                *value = (*value / divisor - mean) / deviation;
            }
        }
        planes
    }
}

/// A network of U²-Net's kind: one picture `[1, 3, H, W]` in, one map `[1, 1, h, w]` of 0 to 1 out (the first of
/// several outputs).
pub struct Segmenter {
    executor: cpu::Executor,
    normalization: Normalization,
    input: (u32, u32),
    output: (u32, u32),
}

impl Segmenter {
    /// Plans the network for the processor.
    ///
    /// # Errors
    /// A network that this engine does not run, or that does not take and give what a segmentation network
    /// does.
    pub fn new(graph: Graph) -> Result<Self, nn::Error> {
        Self::of_band(graph, Band::WHOLE)
    }

    /// As [`Segmenter::new`], for one of several workers that share the network.
    ///
    /// # Errors
    /// As [`Segmenter::new`].
    pub fn of_band(graph: Graph, band: Band) -> Result<Self, nn::Error> {
        let normalization = Normalization::of(&graph)?;
        let plan = plan(graph, band)?;
        let [input, output] = sizes(&plan);
        Ok(Self { executor: cpu::Executor::new(plan), normalization, input, output })
    }

    /// Where the subject is. `progress` is told the part done, 0 to 1; where it answers false the work stops
    /// with [`nn::Error::Cancelled`].
    pub fn mask(&self, photo: &Photo, progress: &mut dyn FnMut(f32) -> bool) -> Result<Mask, nn::Error> {
        let mut step = |done, total| progress(done as f32 / total as f32);
        // Before the run: making it takes more memory than it has.
        let input = self.input_of(photo);
        let mut run = self.begin();
        self.feed(&mut run, &input)?;
        drop(input);
        match self.executor.advance(&mut run, &mut step)? {
            Turn::Done => Ok(self.mask_of(&run)),
            Turn::Send(_) | Turn::Wait => Err(nn::Error::Alone),
        }
    }

    /// The photo as the network takes it, `[3, height, width]`: for [`Segmenter::begin`], in every worker that shares
    /// the network.
    pub fn input_of(&self, photo: &Photo) -> Vec<f32> {
        prepare(photo, self.input, self.normalization)
    }

    /// Takes the memory of a run that several workers share.
    pub fn begin(&self) -> Run {
        self.executor.begin()
    }

    /// Gives it the next part of the input.
    ///
    /// # Errors
    /// [`nn::Error::Input`] where the input has no more.
    pub fn feed(&self, run: &mut Run, part: &[f32]) -> Result<(), nn::Error> {
        self.executor.feed(run, 0, part)
    }

    /// Goes on with such a run; as [`cpu::Executor::advance`], with the progress of [`Segmenter::mask`].
    ///
    /// # Errors
    /// [`nn::Error::Cancelled`].
    pub fn advance(&self, run: &mut Run, progress: &mut dyn FnMut(f32) -> bool) -> Result<Turn, nn::Error> {
        self.executor.advance(run, &mut |done, total| progress(done as f32 / total as f32))
    }

    /// Takes what another worker sent; as [`cpu::Executor::deliver`].
    ///
    /// # Errors
    /// [`nn::Error::Rows`] where nobody expects it.
    pub fn deliver(&self, run: &mut Run, rows: Rows) -> Result<(), nn::Error> {
        self.executor.deliver(run, rows)
    }

    /// What came of a run that is done; the worker with the first band knows.
    pub fn mask_of(&self, run: &Run) -> Mask {
        mask(self.output, self.executor.outputs(run).swap_remove(0))
    }
}

/// The same on the GPU.
pub struct GpuSegmenter {
    executor: gpu::Executor,
    normalization: Normalization,
    input: (u32, u32),
    output: (u32, u32),
}

impl GpuSegmenter {
    /// Plans the network and puts it on the kernels' device.
    ///
    /// # Errors
    /// As [`Segmenter::new`], and [`nn::Error::Device`] where the device cannot hold it.
    pub async fn new(graph: Graph, kernels: &gpu::Kernels) -> Result<Self, nn::Error> {
        let normalization = Normalization::of(&graph)?;
        let plan = plan(graph, Band::WHOLE)?;
        let [input, output] = sizes(&plan);
        // Both before and after are long for a thread that draws a page.
        kernels.device().settle().await?;
        let executor = gpu::Executor::with_kernels(kernels, plan)?;
        Ok(Self { executor, normalization, input, output })
    }

    /// Width and height at which the network looks at a photo.
    pub const fn input_size(&self) -> (u32, u32) {
        self.input
    }

    /// Where the subject is, in a photo of which [`shrunk`] has made planes of [`GpuSegmenter::input_size`]; else as
    /// [`Segmenter::mask`].
    pub async fn mask(
        &self,
        planes: Vec<f32>,
        progress: &mut dyn FnMut(f32) -> bool,
    ) -> Result<Mask, nn::Error> {
        let area = self.input.0 as usize * self.input.1 as usize;
        if planes.len() != 3 * area {
            let expected = 3 * area;
            return Err(nn::Error::Input { name: "the photo".into(), expected, given: planes.len() });
        }
        let input = self.normalization.apply(planes, area);
        let mut step = |done, total| progress(done as f32 / total as f32);
        let values = self.executor.run(&[&input], &mut step).await?.swap_remove(0);
        Ok(mask(self.output, values))
    }
}

/// The plan of a segmentation network, checked to be one. What the file holds and the plan does not is gone after.
fn plan(mut graph: Graph, band: Band) -> Result<Plan, nn::Error> {
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
    graph.outputs.truncate(1);
    let plan = Plan::shared(&graph, &[shape.to_vec()], nn::MEMORY_LIMIT, band)?;
    match plan.outputs.first().map(|port| &port.tensor.shape[..]) {
        // Of a band but the first, a part of the map, or nothing.
        Some(_) if band.index > 0 => Ok(plan),
        Some([1, 1, height, width]) if *height > 0 && *width > 0 => Ok(plan),
        Some(shape) => Err(wrong(&format!("its first output is {shape:?}"))),
        None => Err(wrong("it has no output")),
    }
}

/// Width and height of the network's input and output; the output's of the first band or the only one.
fn sizes(plan: &Plan) -> [(u32, u32); 2] {
    [&plan.input_shape(0), &plan.outputs[0].tensor.shape].map(|shape| (shape[3] as u32, shape[2] as u32))
}

/// The photo as the network takes it, `[3, height, width]`.
fn prepare(photo: &Photo, (width, height): (u32, u32), normalization: Normalization) -> Vec<f32> {
    normalization.apply(shrunk(photo, width, height), width as usize * height as usize)
}

/// A photo at a network's size, without keeping its proportions: `[3, height, width]`, 0 to 1.
pub fn shrunk(photo: &Photo, width: u32, height: u32) -> Vec<f32> {
    network_input(photo, width, height, Filter::Lanczos)
}

/// What the network said, held to 0 to 1.
fn mask((width, height): (u32, u32), mut values: Vec<f32>) -> Mask {
    for value in &mut values {
        // A NaN says nothing about a subject.
        *value = if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) };
    }
    Mask { width, height, values }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn said(entries: &[(&str, &str)]) -> Result<Normalization, nn::Error> {
        let metadata = entries.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect();
        let graph = Graph {
            values: Vec::new(),
            nodes: Vec::new(),
            constants: HashMap::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            opset: 17,
            metadata,
        };
        Normalization::of(&graph)
    }

    #[test]
    fn a_file_that_says_nothing_is_fed_as_u2_net_is() {
        assert_eq!(said(&[]).unwrap(), Normalization::U2_NET);
    }

    #[test]
    fn a_file_says_how_it_is_fed() {
        let normalization = said(&[
            ("vitrine.input.range", "full"),
            ("vitrine.input.mean", "0.5, 0.25,0"),
            ("vitrine.input.deviation", "1,2,0.5"),
        ]);
        let expected =
            Normalization { range: Range::Full, mean: [0.5, 0.25, 0.0], deviation: [1.0, 2.0, 0.5] };
        assert_eq!(normalization.unwrap(), expected);
    }

    #[test]
    fn what_cannot_be_meant_is_refused_by_name() {
        for (key, value) in [
            ("vitrine.input.range", "half"),
            ("vitrine.input.mean", "0.5"),
            ("vitrine.input.mean", "0.5,0.5,NaN"),
            ("vitrine.input.mean", "0.5,0.5,0.5,0.5"),
            ("vitrine.input.deviation", "1,0,1"),
            ("vitrine.input.deviation", "1,-1,1"),
        ] {
            let message = said(&[(key, value)]).unwrap_err().to_string();
            assert!(message.contains(key) && message.contains(value), "{message}");
        }
    }
}
