//! The cut-out on either device.

use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::arriving::ArrivingFile;
use super::cutout::CutoutHandle;
use super::fault::Fault;
use super::live::LiveStudioHandle;
use super::picture::PhotoHandle;
use crate::nn::Band;
use crate::nn::cpu::{Rows, Turn};
use crate::tools;
use crate::tools::remove::{GpuRemover, Quality, Remover, Seen, SharedRun, Stage, network_part};
use crate::vision::Mask;

/// Calls `listener(stage, fraction)`; going on is anything but `false`.
///
/// A listener that throws does not stop the work: what it wanted to say is lost, the photo is not.
fn report(listener: &Function, stage: Stage, fraction: f32) -> bool {
    let stage = match stage {
        Stage::Network => "network",
        Stage::Refine => "refine",
    };
    listener
        .call2(&JsValue::UNDEFINED, &stage.into(), &fraction.into())
        .map_or(true, |answer| answer.as_bool() != Some(false))
}

/// `fast` or `best`, as the TypeScript side writes it.
fn quality(name: &str) -> Result<Quality, Fault> {
    match name {
        "fast" => Ok(Quality::Fast),
        "best" => Ok(Quality::Best),
        _ => Err(Fault::caller(format!("there is no quality {name}: choose fast or best"))),
    }
}

/// Reads a model. One of which a part did not come is no bad model.
fn read<T>(
    mut model: ArrivingFile,
    load: impl FnOnce(&mut ArrivingFile) -> Result<T, tools::Error>,
) -> Result<T, Fault> {
    let loaded = load(&mut model);
    if model.is_cut_off() {
        return Err(Fault::device(
            "The browser could not read the model that it had fetched: close other tabs and load the page again.",
        ));
    }
    Ok(loaded?)
}

/// Cuts out on the CPU, in the worker.
#[wasm_bindgen(js_name = CpuRemover)]
pub struct CpuRemoverHandle {
    remover: Remover,
}

#[wasm_bindgen(js_class = CpuRemover)]
impl CpuRemoverHandle {
    /// Loads the ONNX model of the fast quality, for the worker numbered `band` of the `bands` that share each
    /// photo, or, as 0 of 1, for one alone. Frees `model`.
    #[wasm_bindgen(constructor)]
    pub fn new(model: ArrivingFile, band: usize, bands: usize) -> Result<Self, Fault> {
        if band >= bands {
            return Err(Fault::caller(format!("there is no worker {band} of {bands}")));
        }
        let band = Band { index: band, count: bands };
        Ok(Self { remover: read(model, |file| Remover::of_band(file, band))? })
    }

    /// Gives the best network's memory back.
    #[wasm_bindgen(js_name = dropBest)]
    pub fn drop_best(&mut self) {
        self.remover.drop_best();
    }

    /// A photo as the network `fast` or `best` takes it: every worker that shares the photo begins with it.
    #[wasm_bindgen(js_name = inputOf)]
    pub fn input_of(&self, photo: &PhotoHandle, network: &str) -> Result<Vec<f32>, Fault> {
        Ok(self.remover.input_of(photo.photo(), quality(network)?)?)
    }

    /// Begins with one network, `fast` or `best`.
    pub fn begin(&self, network: &str) -> Result<SharedRunHandle, Fault> {
        let run = self.remover.begin(quality(network)?)?;
        Ok(SharedRunHandle { run, outgoing: None })
    }

    /// Gives it the next part of its input, of any length; all of it before it advances.
    pub fn feed(&self, run: &mut SharedRunHandle, part: &[f32]) -> Result<(), Fault> {
        Ok(self.remover.feed(&mut run.run, part)?)
    }

    /// Goes on with it; `photo_quality` is what the photo is cut out in, `progress` as in `cutOut`.
    pub fn advance(
        &self,
        run: &mut SharedRunHandle,
        photo_quality: &str,
        progress: &Function,
    ) -> Result<Next, Fault> {
        let (quality, network) = (quality(photo_quality)?, run.run.network());
        let mut listener = |done| report(progress, Stage::Network, network_part(quality, network, done));
        Ok(match self.remover.advance(&mut run.run, &mut listener)? {
            Turn::Done => Next::Nothing,
            Turn::Wait => Next::Wait,
            Turn::Send(rows) => {
                run.outgoing = Some(rows);
                Next::Send
            }
        })
    }

    /// Takes rows that the worker numbered `peer` sent.
    pub fn deliver(
        &self,
        run: &mut SharedRunHandle,
        peer: usize,
        after: usize,
        row: usize,
        values: Vec<f32>,
    ) -> Result<(), Fault> {
        Ok(self.remover.deliver(&mut run.run, Rows { peer, after, row, values })?)
    }

    /// What a network said, in the worker of the first band. Frees the run, whose memory others may take.
    pub fn mask(&self, run: SharedRunHandle) -> Result<MaskHandle, Fault> {
        Ok(MaskHandle { mask: self.remover.mask(run.run)? })
    }

    /// Makes the cut-out of what the networks said. Frees photo and masks.
    pub fn finish(
        &self,
        photo: PhotoHandle,
        fast: MaskHandle,
        best: Option<MaskHandle>,
        progress: &Function,
    ) -> Result<CutoutHandle, Fault> {
        let mut listener = |stage, done| report(progress, stage, done);
        let best = best.map(|best| best.mask);
        Ok(Remover::finish(photo.into_photo(), fast.mask, best, &mut listener)?.into())
    }

    /// Loads the ONNX model that the best quality runs beside the fast one. Frees `model`.
    #[wasm_bindgen(js_name = addBest)]
    pub fn add_best(&mut self, model: ArrivingFile) -> Result<(), Fault> {
        read(model, |file| self.remover.add_best(file))
    }

    /// Whether the best quality can be asked for.
    #[wasm_bindgen(getter, js_name = hasBest)]
    pub fn has_best(&self) -> bool {
        self.remover.has_best()
    }

    /// Cuts the subject out. Frees `photo`. `quality` is `fast` or `best`; `progress(stage, fraction)` stops
    /// the work by returning `false`.
    #[wasm_bindgen(js_name = cutOut)]
    pub fn cut_out(
        &mut self,
        photo: PhotoHandle,
        quality: &str,
        progress: &Function,
    ) -> Result<CutoutHandle, Fault> {
        let mut listener = |stage, done| report(progress, stage, done);
        let cutout = self.remover.cut_out(photo.into_photo(), self::quality(quality)?, &mut listener)?;
        Ok(cutout.into())
    }
}

/// What a worker that shares a photo does next.
#[wasm_bindgen]
#[derive(Clone, Copy)]
pub enum Next {
    /// Sends the rows that `takeRows` gives, and goes on.
    Send,
    /// Waits for rows of another worker.
    Wait,
    /// Nothing: this network is done.
    Nothing,
}

/// What a network said of a photo.
#[wasm_bindgen(js_name = Mask)]
pub struct MaskHandle {
    mask: Mask,
}

/// A network's run that several workers share.
#[wasm_bindgen(js_name = SharedRun)]
pub struct SharedRunHandle {
    run: SharedRun,
    outgoing: Option<Rows>,
}

#[wasm_bindgen(js_class = SharedRun)]
impl SharedRunHandle {
    /// The rows that are to be sent, once.
    #[wasm_bindgen(js_name = takeRows)]
    pub fn take_rows(&mut self) -> Option<OutgoingRows> {
        self.outgoing.take().map(|rows| OutgoingRows { rows })
    }
}

/// Rows of a picture inside a network, on their way to another worker.
#[wasm_bindgen]
pub struct OutgoingRows {
    rows: Rows,
}

#[wasm_bindgen]
impl OutgoingRows {
    /// The worker that they go to.
    #[wasm_bindgen(getter)]
    pub fn peer(&self) -> usize {
        self.rows.peer
    }

    /// The step that made them.
    #[wasm_bindgen(getter)]
    pub fn after(&self) -> usize {
        self.rows.after
    }

    /// The first of them.
    #[wasm_bindgen(getter)]
    pub fn row(&self) -> usize {
        self.rows.row
    }

    /// The numbers. Frees the handle.
    #[wasm_bindgen(js_name = intoValues)]
    pub fn into_values(self) -> Vec<f32> {
        self.rows.values
    }
}

/// Cuts out through WebGPU, on the frame's own thread.
#[wasm_bindgen(js_name = GpuRemover)]
pub struct GpuRemoverHandle {
    remover: GpuRemover,
}

#[wasm_bindgen(js_class = GpuRemover)]
impl GpuRemoverHandle {
    /// Asks for an adapter and a device; `force` takes a software adapter too.
    ///
    /// Ask `navigator.gpu.requestAdapter()` first: wgpu panics where the browser answers null.
    pub async fn create(force: bool) -> Result<GpuRemoverHandle, Fault> {
        Ok(Self { remover: GpuRemover::new(force).await? })
    }

    /// Puts the ONNX model of the fast quality on the device. Frees `model`.
    #[wasm_bindgen(js_name = addFast)]
    pub async fn add_fast(&mut self, model: ArrivingFile) -> Result<(), Fault> {
        Ok(self.remover.add_fast(model).await?)
    }

    /// The adapter's name, as far as the browser tells it.
    #[wasm_bindgen(getter, js_name = adapterName)]
    pub fn adapter_name(&self) -> String {
        self.remover.adapter_name().to_owned()
    }

    /// What draws the studio's moving pictures on the same device.
    pub fn studio(&self) -> Result<LiveStudioHandle, Fault> {
        Ok(LiveStudioHandle::new(self.remover.painter()?))
    }

    /// Whether the device was lost; a lost remover answers nothing more.
    #[wasm_bindgen(getter, js_name = isLost)]
    pub fn is_lost(&self) -> bool {
        self.remover.is_lost()
    }

    /// Puts the ONNX model on the device that the best quality runs beside the fast one. Frees `model`.
    #[wasm_bindgen(js_name = addBest)]
    pub async fn add_best(&mut self, model: ArrivingFile) -> Result<(), Fault> {
        Ok(self.remover.add_best(model).await?)
    }

    /// Whether the best quality can be asked for.
    #[wasm_bindgen(getter, js_name = hasBest)]
    pub fn has_best(&self) -> bool {
        self.remover.has_best()
    }

    /// Takes the best network off the device again, with its memory.
    #[wasm_bindgen(js_name = dropBest)]
    pub fn drop_best(&mut self) {
        self.remover.drop_best();
    }

    /// Width and height at which the network `fast` or `best` looks at a photo.
    #[wasm_bindgen(js_name = inputSize)]
    pub fn input_size(&self, network: &str) -> Result<Vec<u32>, Fault> {
        let (width, height) = self.remover.input_size(quality(network)?)?;
        Ok(vec![width, height])
    }

    /// Cuts the subject out. Frees `photo`. `quality` is `fast` or `best`; `fast` and `best` are what `shrunk` has
    /// made of the photo for those networks; `progress(stage, fraction)` stops the work by returning `false`.
    #[wasm_bindgen(js_name = cutOut)]
    pub async fn cut_out(
        &mut self,
        photo: PhotoHandle,
        quality: String,
        fast: Vec<f32>,
        best: Option<Vec<f32>>,
        progress: Function,
    ) -> Result<CutoutHandle, Fault> {
        let mut listener = |stage, done| report(&progress, stage, done);
        let seen = Seen { fast: Some(fast), best };
        let quality = self::quality(&quality)?;
        let cutout = self.remover.cut_out(photo.into_photo(), quality, seen, &mut listener).await?;
        Ok(cutout.into())
    }
}
