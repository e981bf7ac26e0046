//! The cut-out on either device.

use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::fault::Fault;
use super::picture::{ArrivingFile, CutoutHandle, PhotoHandle};
use crate::tools::remove::{GpuRemover, Quality, Remover, Stage};

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

/// Cuts out on the CPU, in the worker.
#[wasm_bindgen(js_name = CpuRemover)]
pub struct CpuRemoverHandle {
    remover: Remover,
}

#[wasm_bindgen(js_class = CpuRemover)]
impl CpuRemoverHandle {
    /// Loads the ONNX model of the fast quality. Frees `model`.
    #[wasm_bindgen(constructor)]
    pub fn new(model: ArrivingFile) -> Result<Self, Fault> {
        Ok(Self { remover: Remover::new(model.into_bytes())? })
    }

    /// Loads the ONNX model that the best quality runs beside the fast one. Frees `model`.
    #[wasm_bindgen(js_name = addBest)]
    pub fn add_best(&mut self, model: ArrivingFile) -> Result<(), Fault> {
        Ok(self.remover.add_best(model.into_bytes())?)
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
        Ok(self.remover.add_fast(model.into_bytes()).await?)
    }

    /// The adapter's name, as far as the browser tells it.
    #[wasm_bindgen(getter, js_name = adapterName)]
    pub fn adapter_name(&self) -> String {
        self.remover.adapter_name().to_owned()
    }

    /// Whether the device was lost; a lost remover answers nothing more.
    #[wasm_bindgen(getter, js_name = isLost)]
    pub fn is_lost(&self) -> bool {
        self.remover.is_lost()
    }

    /// Puts the ONNX model on the device that the best quality runs beside the fast one. Frees `model`.
    #[wasm_bindgen(js_name = addBest)]
    pub async fn add_best(&mut self, model: ArrivingFile) -> Result<(), Fault> {
        Ok(self.remover.add_best(model.into_bytes()).await?)
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

    /// Cuts the subject out. Frees `photo`. `quality` is `fast` or `best`; `progress(stage, fraction)` stops
    /// the work by returning `false`.
    #[wasm_bindgen(js_name = cutOut)]
    pub async fn cut_out(
        &mut self,
        photo: PhotoHandle,
        quality: String,
        progress: Function,
    ) -> Result<CutoutHandle, Fault> {
        let mut listener = |stage, done| report(&progress, stage, done);
        let quality = self::quality(&quality)?;
        let cutout = self.remover.cut_out(photo.into_photo(), quality, &mut listener).await?;
        Ok(cutout.into())
    }
}
