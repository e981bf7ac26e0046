//! The background remover: a photo in, its subject out.

use std::fmt;

use prost::bytes::Buf;

use super::Error;
use crate::gpu::{self, Device, Preference};
use crate::nn::cpu::{Rows, Run, Turn};
use crate::nn::gpu::Kernels;
use crate::nn::{Band, Graph};
use crate::photo::Photo;
use crate::scene::GpuPainter;
use crate::vision::{self, Cutout, GpuRefiner, GpuSegmenter, Mask, Segmenter};

/// What the tool is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Asking the networks where the subject is.
    Network,
    /// Bringing their answer to the photo's full size, and cleaning the colours of the edges.
    Refine,
}

/// How good a cut-out is wanted, and so how long it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quality {
    /// The fast network alone.
    Fast,
    /// Both networks: the fast one says what is inside, the best one where the edge runs.
    Best,
}

impl fmt::Display for Quality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fast => "fast",
            Self::Best => "best",
        })
    }
}

/// The share of [`Stage::Network`] that the fast network takes where both run: U²-Net-p's 20 of 180 GMAC.
const FAST_SHARE: f32 = 0.11;

/// What the networks said of a photo.
struct Answers {
    /// The one whose edges are the finer.
    edge: Mask,
    /// The second one's, and what the two say together.
    second: Option<(Mask, Mask)>,
}

impl Answers {
    const fn of_one(mask: Mask) -> Self {
        Self { edge: mask, second: None }
    }

    fn of_two(photo: &Photo, inside: Mask, edge: Mask) -> Self {
        let fused = vision::fuse(photo, &inside, &edge);
        Self { edge, second: Some((inside, fused)) }
    }

    /// What the cut-out is made from.
    fn mask(&self) -> &Mask {
        self.second.as_ref().map_or(&self.edge, |(_, fused)| fused)
    }

    fn judge(&self, cutout: Cutout) -> Cutout {
        cutout.judged(&self.edge, self.second.as_ref().map(|(inside, _)| inside))
    }
}

/// Cuts out on the processor.
///
/// By itself, through [`Remover::cut_out`]; or with others that share no memory with it, each in a worker of its own:
/// a remover for each [`Band`] computes that band of the networks' rows. All of them [`begin`](Remover::begin) with the
/// input that the first has made of its photo, take turns as [`Remover::advance`] says, and the first makes the cut-out
/// of the masks. What comes out is the same to the bit.
pub struct Remover {
    fast: Segmenter,
    best: Option<Segmenter>,
    band: Band,
}

/// A network's run that several removers share.
pub struct SharedRun {
    network: Quality,
    run: Run,
}

impl SharedRun {
    /// The network that runs.
    pub const fn network(&self) -> Quality {
        self.network
    }
}

impl Remover {
    /// Loads the ONNX model of the fast quality: a slice, or a file in pieces that gives each back as soon as it has
    /// been read, so that the network's own memory may lie where they were.
    ///
    /// # Errors
    /// [`Error::Model`] where the bytes are no such model.
    pub fn new(fast: impl Buf) -> Result<Self, Error> {
        Self::of_band(fast, Band::WHOLE)
    }

    /// As [`Remover::new`], for one of several that share each photo.
    ///
    /// # Errors
    /// As [`Remover::new`].
    pub fn of_band(fast: impl Buf, band: Band) -> Result<Self, Error> {
        Ok(Self { fast: Segmenter::of_band(Graph::read(fast)?, band)?, best: None, band })
    }

    /// Loads the ONNX model that [`Quality::Best`] runs beside the fast one; one that was there goes first.
    ///
    /// # Errors
    /// [`Error::Model`] where the bytes are no such model: the fast quality stays.
    pub fn add_best(&mut self, model: impl Buf) -> Result<(), Error> {
        self.best = None;
        self.best = Some(Segmenter::of_band(Graph::read(model)?, self.band)?);
        Ok(())
    }

    /// Whether [`Quality::Best`] can be asked for.
    pub fn has_best(&self) -> bool {
        self.best.is_some()
    }

    /// Gives the best network's memory back.
    pub fn drop_best(&mut self) {
        self.best = None;
    }

    fn network(&self, quality: Quality) -> Result<&Segmenter, Error> {
        match quality {
            Quality::Fast => Ok(&self.fast),
            Quality::Best => self.best.as_ref().ok_or(Error::NoNetwork(quality)),
        }
    }

    /// A photo as a network takes it, `[3, height, width]`: every remover that shares the photo begins with it.
    ///
    /// # Errors
    /// [`Error::NoNetwork`].
    pub fn input_of(&self, photo: &Photo, network: Quality) -> Result<Vec<f32>, Error> {
        Ok(self.network(network)?.input_of(photo))
    }

    /// Begins with one network, whose input is fed before it advances.
    ///
    /// # Errors
    /// [`Error::NoNetwork`].
    pub fn begin(&self, network: Quality) -> Result<SharedRun, Error> {
        Ok(SharedRun { network, run: self.network(network)?.begin() })
    }

    /// Gives a run the next part of its input, of any length, so that all of it need not be in memory at once.
    ///
    /// # Errors
    /// [`Error::NoNetwork`] where the network is there no more; [`Error::Model`] where the input is of another size.
    pub fn feed(&self, run: &mut SharedRun, part: &[f32]) -> Result<(), Error> {
        Ok(self.network(run.network)?.feed(&mut run.run, part)?)
    }

    /// Goes on until there are rows to send to another remover, or to wait for, or all is done. `progress` is told the
    /// part of this network that is done, 0 to 1; where it answers false the work stops.
    ///
    /// # Errors
    /// [`Error::Cancelled`]; [`Error::NoNetwork`] where the network is there no more.
    pub fn advance(&self, run: &mut SharedRun, progress: &mut dyn FnMut(f32) -> bool) -> Result<Turn, Error> {
        Ok(self.network(run.network)?.advance(&mut run.run, progress)?)
    }

    /// Takes rows that another remover sent.
    ///
    /// # Errors
    /// [`Error::Model`] where nobody expects them.
    pub fn deliver(&self, run: &mut SharedRun, rows: Rows) -> Result<(), Error> {
        Ok(self.network(run.network)?.deliver(&mut run.run, rows)?)
    }

    /// What a network said when it is done; the remover of the first band knows.
    ///
    /// # Errors
    /// [`Error::NoNetwork`] where the network is there no more.
    pub fn mask(&self, run: SharedRun) -> Result<Mask, Error> {
        let SharedRun { network, run } = run;
        Ok(self.network(network)?.mask_of(&run))
    }

    /// Makes the cut-out of what the networks said: of `fast` alone, or of both. As [`Remover::cut_out`] does.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    pub fn finish(
        photo: Photo,
        fast: Mask,
        best: Option<Mask>,
        progress: &mut dyn FnMut(Stage, f32) -> bool,
    ) -> Result<Cutout, Error> {
        let answers = match best {
            None => Answers::of_one(fast),
            Some(best) => Answers::of_two(&photo, fast, best),
        };
        let cutout = refine(photo, answers.mask(), progress)?;
        Ok(answers.judge(cutout))
    }

    /// Cuts the subject out. The photo is taken by value because the cut-out is made in its memory. A photo
    /// without a subject gives a cut-out that is transparent everywhere: an answer, not an error.
    ///
    /// `progress` is told the stage and the part of it that is done, 0 to 1; where it answers false the work
    /// stops.
    ///
    /// # Errors
    /// [`Error::Cancelled`]; [`Error::NoNetwork`] where [`Quality::Best`] is asked for before its network came.
    pub fn cut_out(
        &mut self,
        photo: Photo,
        quality: Quality,
        progress: &mut dyn FnMut(Stage, f32) -> bool,
    ) -> Result<Cutout, Error> {
        let mut run = |network| {
            self.network(network)?
                .mask(&photo, &mut |done| progress(Stage::Network, network_part(quality, network, done)))
                .map_err(Error::from)
        };
        // What is missing shows before the first network has run.
        self.network(quality)?;
        let fast = run(Quality::Fast)?;
        let best = (quality == Quality::Best).then(|| run(Quality::Best)).transpose()?;
        Self::finish(photo, fast, best, progress)
    }
}

/// What [`vision::shrunk`] has made of a photo for each network, where that was done elsewhere: it takes a while, and
/// the thread that speaks with a GPU may have a page to draw.
#[derive(Debug, Default)]
pub struct Seen {
    /// For the fast one.
    pub fast: Option<Vec<f32>>,
    /// For the best one.
    pub best: Option<Vec<f32>>,
}

/// Cuts out on the GPU.
pub struct GpuRemover {
    device: Device,
    kernels: Kernels,
    fast: Option<GpuSegmenter>,
    best: Option<GpuSegmenter>,
    refiner: GpuRefiner,
}

impl GpuRemover {
    /// Asks for a GPU, and makes there what needs no network, so that it may go on while one is on its way. A
    /// software adapter is slower than the processor that it runs on, so it is taken only where `force` says so.
    ///
    /// # Errors
    /// [`Error::Device`] where there is no GPU.
    pub async fn new(force: bool) -> Result<Self, Error> {
        let device = Device::request(Preference::Fastest).await?;
        if device.is_software() && !force {
            return Err(gpu::Error::NoAdapter.into());
        }
        let refiner = GpuRefiner::new(&device)?;
        // The networks that come share them. A page hardly waits for a pipeline: it compiles elsewhere.
        let kernels = Kernels::tuned(&device).await?;
        while kernels.prepare_next() {}
        // What is compiling now is ready, or refused, before anything waits for it.
        device.settle().await?;
        Ok(Self { device, kernels, fast: None, best: None, refiner })
    }

    /// Puts the ONNX model of the fast quality on the device. Between its steps the thread is free for others.
    ///
    /// # Errors
    /// [`Error::Model`] where the bytes are no such model, [`Error::Device`] where the device cannot hold it.
    pub async fn add_fast(&mut self, model: impl Buf) -> Result<(), Error> {
        self.fast = Some(self.segmenter(model).await?);
        Ok(())
    }

    /// Puts the ONNX model on the device that [`Quality::Best`] runs beside the fast one; as
    /// [`GpuRemover::add_fast`].
    ///
    /// # Errors
    /// As [`GpuRemover::add_fast`]: the fast quality goes on working unless the device is lost.
    pub async fn add_best(&mut self, model: impl Buf) -> Result<(), Error> {
        self.best = Some(self.segmenter(model).await?);
        Ok(())
    }

    async fn segmenter(&self, model: impl Buf) -> Result<GpuSegmenter, Error> {
        let graph = Graph::read(model)?;
        self.device.settle().await?;
        let segmenter = GpuSegmenter::new(graph, &self.kernels).await?;
        self.device.settle().await?;
        Ok(segmenter)
    }

    /// Takes the best network off the device again, with its memory.
    pub fn drop_best(&mut self) {
        self.best = None;
    }

    /// Whether [`Quality::Best`] can be asked for.
    pub fn has_best(&self) -> bool {
        self.best.is_some()
    }

    /// The adapter's name, as far as the driver or the browser tells it.
    pub fn adapter_name(&self) -> &str {
        self.device.name()
    }

    /// What draws scenes on the same device.
    ///
    /// # Errors
    /// [`Error::Device`] where the device is lost or refuses a pipeline.
    pub fn painter(&self) -> Result<GpuPainter, Error> {
        Ok(GpuPainter::new(&self.device)?)
    }

    /// Whether the device was lost; a lost remover answers nothing more.
    pub fn is_lost(&self) -> bool {
        self.device.is_lost()
    }

    /// Width and height at which a network looks at a photo.
    ///
    /// # Errors
    /// [`Error::NoNetwork`].
    pub fn input_size(&self, network: Quality) -> Result<(u32, u32), Error> {
        Ok(self.network(network)?.input_size())
    }

    fn network(&self, quality: Quality) -> Result<&GpuSegmenter, Error> {
        match quality {
            Quality::Fast => self.fast.as_ref(),
            Quality::Best => self.best.as_ref(),
        }
        .ok_or(Error::NoNetwork(quality))
    }

    /// Cuts the subject out; as [`Remover::cut_out`].
    ///
    /// # Errors
    /// [`Error::Cancelled`]; [`Error::NoNetwork`]; [`Error::Device`] where the device fails or is lost: the photo
    /// must then be decoded again, and goes to a [`Remover`].
    pub async fn cut_out(
        &mut self,
        photo: Photo,
        quality: Quality,
        mut seen: Seen,
        progress: &mut dyn FnMut(Stage, f32) -> bool,
    ) -> Result<Cutout, Error> {
        let mut ask = async |network| {
            let segmenter = self.network(network)?;
            let mut part = |done| progress(Stage::Network, network_part(quality, network, done));
            let made = match network {
                Quality::Fast => seen.fast.take(),
                Quality::Best => seen.best.take(),
            };
            let (width, height) = segmenter.input_size();
            let planes = made.unwrap_or_else(|| vision::shrunk(&photo, width, height));
            Ok::<_, Error>(segmenter.mask(planes, &mut part).await?)
        };
        // What is missing shows before the first network has run.
        self.network(quality)?;
        let fast = ask(Quality::Fast).await?;
        let answers = match quality {
            Quality::Fast => Answers::of_one(fast),
            Quality::Best => {
                self.device.settle().await?;
                let best = ask(Quality::Best).await?;
                Answers::of_two(&photo, fast, best)
            }
        };
        // The network's memory goes before the refiner's comes, and that before the cut-out is encoded.
        self.device.settle().await?;
        let cutout = self
            .refiner
            .cut_out(photo, answers.mask(), &mut |done| progress(Stage::Refine, done))
            .await
            .map_err(|failed| failed.error)?;
        // The cut-out is there: a device that fails now says so at the next photo.
        let _ = self.device.settle().await;
        let cutout = cutout.ok_or(Error::Cancelled)?;
        Ok(answers.judge(cutout))
    }
}

/// How far [`Stage::Network`] of a quality is when one of its networks has done this part of its own.
pub fn network_part(quality: Quality, network: Quality, done: f32) -> f32 {
    match (quality, network) {
        (Quality::Fast, _) => done,
        (Quality::Best, Quality::Fast) => FAST_SHARE * done,
        (Quality::Best, Quality::Best) => after_fast(done),
    }
}

/// How far both networks are when the best one, which comes second, has done this part of its own.
fn after_fast(done: f32) -> f32 {
    FAST_SHARE + (1.0 - FAST_SHARE) * done
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{Quality, Remover, SharedRun, Stage};
    use crate::nn::Band;
    use crate::nn::cpu::{Rows, Turn};
    use crate::photo::Photo;
    use crate::tools::Error;

    const FAST: &[u8] = include_bytes!("../../models/fast.onnx");

    /// A dark disc on white.
    fn photo() -> Photo {
        let (width, height) = (96, 64);
        let inside = |x: i32, y: i32| (x - 48).pow(2) + (y - 32).pow(2) < 24 * 24;
        let pixels = (0..height)
            .flat_map(|y| (0..width).map(move |x| if inside(x, y) { [40, 60, 90, 255] } else { [255; 4] }))
            .flatten()
            .collect();
        Photo { width: width as u32, height: height as u32, pixels, has_alpha: false, reduced_from: None }
    }

    #[test]
    fn the_best_quality_waits_for_its_network_and_runs_both() {
        let mut remover = Remover::new(FAST).unwrap();
        assert!(!remover.has_best());
        let refused = remover.cut_out(photo(), Quality::Best, &mut |_, _| true);
        assert_eq!(refused, Err(Error::NoNetwork(Quality::Best)));
        assert!(remover.add_best(&b"no network"[..]).is_err() && !remover.has_best());

        // Any network that segments will do here.
        remover.add_best(FAST).unwrap();
        let mut last = (Stage::Network, 0.0);
        let best = remover
            .cut_out(photo(), Quality::Best, &mut |stage, done| {
                assert!(stage != last.0 || done >= last.1, "{stage:?} went back from {} to {done}", last.1);
                last = (stage, done);
                true
            })
            .unwrap();
        assert_eq!((best.width, best.height), (96, 64));
        let doubt = best.doubt.as_ref().unwrap();
        assert_eq!((doubt.width, doubt.height, doubt.cells.len()), (32, 21, 32 * 21));
        assert_eq!(best.confidence, Some(doubt.confidence(best.coverage())));
        let stop = remover.cut_out(photo(), Quality::Best, &mut |_, done| done < 0.5);
        assert_eq!(stop, Err(Error::Cancelled));
    }

    #[test]
    fn removers_that_share_a_photo_make_the_cut_out_of_one_alone() {
        let mut go_on = |_: Stage, _: f32| true;
        let alone = Remover::new(FAST).unwrap().cut_out(photo(), Quality::Fast, &mut go_on).unwrap();

        let count = 3;
        let of_band = |index| Remover::of_band(FAST, Band { index, count }).unwrap();
        let removers: Vec<Remover> = (0..count).map(of_band).collect();
        let input = removers[0].input_of(&photo(), Quality::Fast).unwrap();
        let begin = |remover: &Remover| {
            let mut run = remover.begin(Quality::Fast).unwrap();
            remover.feed(&mut run, &input).unwrap();
            run
        };
        let mut runs: Vec<SharedRun> = removers.iter().map(begin).collect();
        let mut done = vec![false; count];
        while !done.iter().all(|&done| done) {
            let before = done.clone();
            let mut moved = false;
            for (index, remover) in removers.iter().enumerate().filter(|&(index, _)| !before[index]) {
                loop {
                    match remover.advance(&mut runs[index], &mut |_| true).unwrap() {
                        Turn::Wait => break,
                        Turn::Done => {
                            done[index] = true;
                            moved = true;
                            break;
                        }
                        Turn::Send(rows) => {
                            let to = rows.peer;
                            let rows = Rows { peer: index, ..rows };
                            removers[to].deliver(&mut runs[to], rows).unwrap();
                            moved = true;
                        }
                    }
                }
            }
            assert!(moved, "each waits for another");
        }
        let mask = removers[0].mask(runs.swap_remove(0)).unwrap();
        let together = Remover::finish(photo(), mask, None, &mut go_on).unwrap();
        assert!(together == alone, "the same to the bit");
    }
}
