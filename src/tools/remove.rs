//! The background remover: a photo in, its subject out.

use sha2::{Digest, Sha256};

use super::Error;
use crate::nn::Graph;
use crate::photo::Photo;
use crate::vision::{self, Cutout, Mask, Segmenter};

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

/// INTERIM
pub struct GpuRemover;
#[allow(missing_docs)]
impl GpuRemover {
    pub async fn new(_model: &[u8], _force: bool) -> Result<Self, Error> {
        Err(Error::Device(crate::gpu::Error::NoAdapter))
    }
    pub fn adapter_name(&self) -> &str {
        ""
    }
    pub fn is_lost(&self) -> bool {
        true
    }
    pub async fn cut_out(
        &mut self,
        _photo: Photo,
        _progress: &mut dyn FnMut(Stage, f32) -> bool,
    ) -> Result<Cutout, Error> {
        Err(Error::Device(crate::gpu::Error::NoAdapter))
    }
}
