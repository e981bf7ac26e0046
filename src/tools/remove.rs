//! The background remover: a photo in, its subject out.

use sha2::{Digest, Sha256};

use super::Error;
use crate::gpu::{self, Device, Preference};
use crate::nn::Graph;
use crate::photo::Photo;
use crate::vision::{self, Cutout, GpuRefiner, GpuSegmenter, Mask, Segmenter};

/// What the tool is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Asking the network where the subject is.
    Network,
    /// Bringing its answer to the photo's full size, and cleaning the colours of the edges.
    Refine,
}

/// Cuts out on the processor.
pub struct Remover {
    segmenter: Segmenter,
    model_sha256: String,
}

impl Remover {
    /// Loads an ONNX model for cut-outs.
    ///
    /// # Errors
    /// [`Error::Model`] where the bytes are no such model.
    pub fn new(model: &[u8]) -> Result<Self, Error> {
        Ok(Self { segmenter: Segmenter::new(&Graph::from_onnx(model)?)?, model_sha256: sha256(model) })
    }

    /// The model's SHA-256 in hexadecimal.
    pub fn model_sha256(&self) -> &str {
        &self.model_sha256
    }

    /// Cuts the subject out. The photo is taken by value because the cut-out is made in its memory. A photo
    /// without a subject gives a cut-out that is transparent everywhere: an answer, not an error.
    ///
    /// `progress` is told the stage and the part of it that is done, 0 to 1; where it answers false the work
    /// stops.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    pub fn cut_out(
        &mut self,
        photo: Photo,
        progress: &mut dyn FnMut(Stage, f32) -> bool,
    ) -> Result<Cutout, Error> {
        let mask = self.segmenter.mask(&photo, &mut |done| progress(Stage::Network, done))?;
        refine(photo, &mask, progress)
    }
}

/// Cuts out on the GPU.
pub struct GpuRemover {
    device: Device,
    segmenter: GpuSegmenter,
    refiner: GpuRefiner,
    model_sha256: String,
}

impl GpuRemover {
    /// Asks for a GPU and puts an ONNX model for cut-outs on it. A software adapter is slower than the processor
    /// that it runs on, so it is taken only where `force` says so.
    ///
    /// # Errors
    /// [`Error::Device`] where there is no GPU or it cannot hold the model, [`Error::Model`] where the bytes are
    /// no such model.
    pub async fn new(model: &[u8], force: bool) -> Result<Self, Error> {
        let graph = Graph::from_onnx(model)?;
        let device = Device::request(Preference::Fastest).await?;
        if device.is_software() && !force {
            return Err(gpu::Error::NoAdapter.into());
        }
        let segmenter = GpuSegmenter::new(&graph, &device)?;
        let refiner = GpuRefiner::new(&device)?;
        Ok(Self { device, segmenter, refiner, model_sha256: sha256(model) })
    }

    /// The model's SHA-256 in hexadecimal.
    pub fn model_sha256(&self) -> &str {
        &self.model_sha256
    }

    /// The adapter's name, as far as the driver or the browser tells it.
    pub fn adapter_name(&self) -> &str {
        self.device.name()
    }

    /// Whether the device was lost; a lost remover answers nothing more.
    pub fn is_lost(&self) -> bool {
        self.device.is_lost()
    }

    /// Cuts the subject out; as [`Remover::cut_out`].
    ///
    /// # Errors
    /// [`Error::Cancelled`]; [`Error::Device`] where the device fails or is lost: the photo must then be decoded
    /// again, and goes to a [`Remover`].
    pub async fn cut_out(
        &mut self,
        photo: Photo,
        progress: &mut dyn FnMut(Stage, f32) -> bool,
    ) -> Result<Cutout, Error> {
        let mask = self.segmenter.mask(&photo, &mut |done| progress(Stage::Network, done)).await?;
        let cutout = self
            .refiner
            .cut_out(photo, &mask, &mut |done| progress(Stage::Refine, done))
            .await
            .map_err(|failed| failed.error)?;
        cutout.ok_or(Error::Cancelled)
    }
}

impl Drop for GpuRemover {
    fn drop(&mut self) {
        // The browser would free the device's memory when it collects garbage, which can be long after.
        self.device.destroy();
    }
}

/// From the network's answer to the cut-out, on the processor.
fn refine(photo: Photo, mask: &Mask, progress: &mut dyn FnMut(Stage, f32) -> bool) -> Result<Cutout, Error> {
    let mut part = |from: f32, done: f32| progress(Stage::Refine, from + done / 2.0);
    let mut matte = vision::refine(&photo, mask, &mut |done| part(0.0, done)).ok_or(Error::Cancelled)?;
    if !vision::has_subject(&matte) {
        matte.alpha.fill(0);
    }
    vision::foreground(photo, &matte, &mut |done| part(0.5, done)).ok_or(Error::Cancelled)
}

/// The SHA-256 of some bytes, in hexadecimal.
fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
