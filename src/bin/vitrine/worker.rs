//! The networks, and the device that photos are cut out and scenes drawn on.

use vitrine::photo::{self, Photo};
use vitrine::scene::{self, Cutouts, GpuPainter, Picture, Scene};
use vitrine::tools;
use vitrine::tools::remove::{GpuRemover, Quality, Remover, Seen, Stage};
use vitrine::vision::Cutout;

use super::models;

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Device {
    Cpu,
    Gpu,
}

/// What `--model` names: the network of the fast quality, and the one that runs beside it for the best.
pub(super) struct Models {
    pub(super) fast: Vec<u8>,
    pub(super) best: Option<Vec<u8>>,
}

impl Models {
    pub(super) fn load(name: &str) -> Result<Self, String> {
        if name == "best" {
            return Ok(Self { fast: models::load("fast")?, best: Some(models::load("best")?) });
        }
        Ok(Self { fast: models::load(name)?, best: None })
    }

    const fn quality(&self) -> Quality {
        if self.best.is_some() { Quality::Best } else { Quality::Fast }
    }

    fn on_the_processor(&self) -> Result<Remover, tools::Error> {
        let mut remover = Remover::new(&self.fast[..])?;
        if let Some(best) = &self.best {
            remover.add_best(&best[..])?;
        }
        Ok(remover)
    }

    fn on_the_gpu(&self, force: bool) -> Result<GpuRemover, tools::Error> {
        pollster::block_on(async {
            let mut remover = GpuRemover::new(force).await?;
            remover.add_fast(&self.fast[..]).await?;
            if let Some(best) = &self.best {
                remover.add_best(&best[..]).await?;
            }
            Ok(remover)
        })
    }
}

/// The device that the photos are cut out on, and the processor in case it fails.
pub(super) struct Worker {
    cpu: Remover,
    gpu: Option<GpuRemover>,
    /// Made when a scene is first drawn, and what it knows of the cut-outs.
    painter: Option<(GpuPainter, Cutouts)>,
    quality: Quality,
    /// What the person should be told about the device.
    pub(super) trouble: Option<String>,
}

impl Worker {
    pub(super) fn new(models: &Models, asked: Option<Device>) -> Result<Self, String> {
        let cpu = models.on_the_processor().map_err(|error| error.to_string())?;
        let gpu = match asked {
            Some(Device::Cpu) => None,
            Some(Device::Gpu) => Some(models.on_the_gpu(true).map_err(|error| error.to_string())?),
            // No GPU is no trouble where nobody asked for one.
            None => models.on_the_gpu(false).ok(),
        };
        Ok(Self { cpu, gpu, painter: None, quality: models.quality(), trouble: None })
    }

    pub(super) fn device(&self) -> &'static str {
        if self.gpu.is_some() { "gpu" } else { "cpu" }
    }

    /// Cuts out; where the GPU fails, on the processor, and there from now on. `again` gives the photo anew.
    pub(super) fn cut_out(
        &mut self,
        photo: Photo,
        again: impl FnOnce() -> Result<Photo, photo::Error>,
        progress: &mut dyn FnMut(Stage, f32) -> bool,
    ) -> Result<Cutout, tools::Error> {
        if let Some((_, cutouts)) = &mut self.painter {
            *cutouts = Cutouts::New;
        }
        let quality = self.quality;
        let Some(gpu) = &mut self.gpu else { return self.cpu.cut_out(photo, quality, progress) };
        match pollster::block_on(gpu.cut_out(photo, quality, Seen::default(), progress)) {
            Err(tools::Error::Device(error)) => {
                self.gpu = None;
                self.trouble = Some(error.to_string());
                self.cpu.cut_out(again()?, quality, progress)
            }
            other => other,
        }
    }

    /// Draws a scene with what was cut out last; where the GPU fails, on the processor, and there from now on.
    pub(super) fn draw(
        &mut self,
        scene: &Scene,
        cutouts: &[&Cutout],
        progress: &mut dyn FnMut(f32) -> bool,
    ) -> Result<Picture, scene::Error> {
        let Some(gpu) = &self.gpu else { return scene::draw(scene, cutouts, progress) };
        let drawn = (|| {
            let (painter, which) = match &mut self.painter {
                Some(painter) => painter,
                none => none.insert((gpu.painter().map_err(|error| error.to_string())?, Cutouts::New)),
            };
            let drawn = pollster::block_on(painter.draw(scene, cutouts, *which, progress));
            *which = Cutouts::AsBefore;
            match drawn {
                Ok(picture) => Ok(Ok(picture)),
                Err(scene::Failed::Scene(error)) => Ok(Err(error)),
                Err(scene::Failed::Device(error)) => Err(error.to_string()),
            }
        })();
        drawn.unwrap_or_else(|trouble| {
            (self.gpu, self.painter, self.trouble) = (None, None, Some(trouble));
            scene::draw(scene, cutouts, progress)
        })
    }
}
