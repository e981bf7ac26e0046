//! The cut-out on the GPU: the twin of [`refine`](super::refine) and [`foreground`](super::foreground).
//!
//! The network's mask and the models of the small grids (steps 1 to 3 of `matte.rs`) are worked out on the
//! processor, and tell it which tiles of the photo are wholly subject or wholly background whatever their
//! pixels. Those stay where they are, to the byte. The pixels of all others go to the GPU once, and there:
//!
//! 1. `matte.wgsl` makes the matte of these open tiles;
//! 2. the few numbers that decide what comes next are read: what each tile holds, and the matte at the 65,536
//!    pixels that the mean colours and the smallest levels (up to 32 pixels a side, solved on the processor: they
//!    are less work than a submission) are taken from;
//! 3. `foreground.wgsl` solves the levels above that, from small to large, in the tiles that a soft pixel depends
//!    on, and at the photo's own level turns them into finished pixels, read back once.
//!
//! Work, traffic and GPU memory thus grow with the length of the subject's edge, not with the photo: there is no
//! buffer of the photo's size. Where the network is unsure everywhere, all tiles are open: the GPU then holds
//! about 10 bytes a pixel of the photo, in buffers of 3 bytes a pixel at most, which WebGPU's smallest limit of
//! 128 MiB allows up to 44 megapixels; beyond that the caller is told, and goes to the processor.

mod kernels;
#[cfg(test)]
mod tests;
mod tiles;

use kernels::{Kernel, Parameters, Pipelines};
use tiles::{EMPTY, PATCH, PATCH_BYTES, Tiles, axis, clear_tile, copy_patch, put_tile};

use super::foreground::{
    Colours, LARGE_SWEEPS, SMALL, Source, TILE, mean_samples, needed_of_levels, sample_at, share, size_at,
    small_shift, solve_small,
};
use super::guided::Coefficients;
use super::matte::{Fine, MOST_BLUR, blur, fine_model, is_subject, shows_nothing};
use super::{Cutout, Mask, foreground, has_subject, refine};
use crate::gpu::{self, Device, Memory, Readback, Submitted};
use crate::photo::Photo;

/// How far around a tile its pixels are looked at: by the sweeps, and by the averaging of colours.
const HALO: usize = if LARGE_SWEEPS > MOST_BLUR { LARGE_SWEEPS } else { MOST_BLUR };

// What `foreground.wgsl` takes for granted: two sweeps between the smallest level, which is one tile, and the photo.
const _: () = assert!(LARGE_SWEEPS == 2 && HALO == 2 && SMALL <= TILE);

/// Tiles in a submission: 850,000 pixels, a quarter of a second or less on a software adapter.
const BATCH: usize = 832;

// Chromium (Dawn) takes buffers of up to 4 MiB from heaps of 8 MiB that it keeps until the device goes, and gives
// the memory of larger ones back.
const _: () = assert!(BATCH * PATCH_BYTES > 4 << 20);

/// What `matte.wgsl` finds in a tile: bits, and above them how many pixels are more than half opaque.
const NOT_EMPTY: u32 = 1;
const NOT_OPAQUE: u32 = 2;
const SOFT: u32 = 4;
const OPAQUE_SHIFT: u32 = 3;

/// Invocations in a workgroup of every kernel but the matte's.
const GROUP: usize = 64;

/// Pixels along a tile and one pixel around it.
const INNER: usize = TILE + 2;

/// The GPU failed; the photo comes back as it was.
#[derive(Debug)]
pub struct Failed {
    /// Why.
    pub error: gpu::Error,
    /// The photo, to be worked on by the processor.
    pub photo: Photo,
}

/// Cuts subjects out on a GPU, given the network's mask.
pub struct GpuRefiner {
    device: Device,
    pipelines: Pipelines,
}

/// What was found out, to be put into the photo's own memory.
enum Outcome {
    /// No subject: transparent everywhere.
    Nothing,
    Tiles(Finished),
}

#[derive(Default)]
struct Finished {
    /// Tiles that become transparent.
    empty: Vec<usize>,
    /// Tiles with finished pixels, in the order of their slots.
    mixed: Vec<Mixed>,
    /// Those pixels, `TILE × TILE × 4` bytes a tile, some tiles a piece as they were read.
    pixels: Vec<Vec<u8>>,
}

/// A tile that is neither all empty nor all opaque.
struct Mixed {
    /// Its place among the open tiles.
    slot: usize,
    /// Its place among all.
    tile: usize,
}

impl GpuRefiner {
    /// Makes the pipelines.
    ///
    /// # Errors
    /// Where the device is lost or refuses a pipeline.
    pub fn new(device: &Device) -> Result<Self, gpu::Error> {
        Ok(Self { device: device.clone(), pipelines: Pipelines::new(device)? })
    }

    /// From photo and mask to the cut-out: what [`refine`], [`has_subject`] and
    /// [`foreground`](super::foreground()) give, within one 8-bit step on 99.9% of the pixels.
    ///
    /// A photo without a subject is transparent everywhere. `progress` is told the part done, 0 to 1; when it
    /// answers false the work stops and the result is `None`. The cut-out is made in the photo's own memory, and
    /// only once nothing can fail any more.
    ///
    /// # Errors
    /// [`Failed`] with the photo where the device fails or has too little memory.
    ///
    /// # Panics
    /// Where a `width × height` does not match its data or is zero: a mistake of the caller, not of a photo.
    pub async fn cut_out(
        &self,
        photo: Photo,
        mask: &Mask,
        progress: &mut dyn FnMut(f32) -> bool,
    ) -> Result<Option<Cutout>, Failed> {
        assert!(
            !photo.pixels.is_empty()
                && photo.pixels.len() == photo.width as usize * photo.height as usize * 4
                && !mask.values.is_empty()
                && mask.values.len() == mask.width as usize * mask.height as usize,
            "a picture's size and its data"
        );
        // All its levels are small.
        if photo.width.max(photo.height) as usize <= SMALL {
            return Ok(on_the_processor(photo, mask, progress));
        }
        match self.outcome(&photo, mask, progress).await {
            Ok(Some(outcome)) => Ok(progress(1.0).then(|| apply(photo, &outcome))),
            Ok(None) => Ok(None),
            Err(error) => Err(Failed { error, photo }),
        }
    }

    async fn outcome(
        &self,
        photo: &Photo,
        mask: &Mask,
        progress: &mut dyn FnMut(f32) -> bool,
    ) -> Result<Option<Outcome>, gpu::Error> {
        if shows_nothing(mask) {
            return Ok(Some(Outcome::Nothing));
        }
        let Some(fine) = fine_model(photo, mask, &mut |part| progress(0.3 * part)) else {
            return Ok(None);
        };
        let tiles = Tiles::of(photo, &fine.model, &fine.prior);
        let mut job = Job::new(self, photo, &fine, &tiles)?;
        let models = Models::new(&self.device, photo, &fine.model, &fine.prior, &tiles)?;
        drop(fine);
        let mut part = |from: f32, to: f32, done: usize, all: usize| {
            progress(from + (to - from) * done as f32 / all.max(1) as f32)
        };

        let all = tiles.open.len();
        let Some(patches) = job.matte(&tiles, &models, &mut |done| part(0.3, 0.5, done, all)).await? else {
            return Ok(None);
        };
        let (findings, sampled) = job.look(&models, all).await?;
        drop(models);
        if findings.iter().any(|found| found & (NOT_EMPTY | NOT_OPAQUE) == 0) {
            return Err(unanswered());
        }
        let opaque = findings.iter().map(|&found| (found >> OPAQUE_SHIFT) as usize).sum::<usize>();
        if !is_subject(tiles.full_pixels + opaque, job.size.0 * job.size.1) {
            return Ok(Some(Outcome::Nothing));
        }

        let mut needed = vec![false; tiles.table.len()];
        for (&tile, found) in tiles.open.iter().zip(&findings) {
            needed[tile] = found & SOFT != 0;
        }
        let lists: Vec<Vec<usize>> = needed_of_levels(job.size, TILE, needed)
            .into_iter()
            .map(|needed| (0..needed.len()).filter(|&tile| needed[tile]).collect())
            .collect();
        let small = small_shift(job.size);
        let mut coarser = job.small_level(&sampled)?;
        drop(sampled);
        let all: usize = lists[1..small].iter().map(Vec::len).sum();
        let mut before = 0;
        for shift in (1..small).rev() {
            let mut tell = |done| part(0.5, 0.7, before + done, all);
            let Some(level) = job.level(shift, &lists[shift], &coarser, &mut tell).await? else {
                return Ok(None);
            };
            before += lists[shift].len();
            coarser = level;
        }

        let mut finished = Finished::default();
        finished.empty.extend((0..tiles.table.len()).filter(|&tile| tiles.table[tile] == EMPTY));
        for (slot, (&tile, found)) in tiles.open.iter().zip(&findings).enumerate() {
            match (found & NOT_EMPTY != 0, found & NOT_OPAQUE != 0) {
                (true, true) => finished.mixed.push(Mixed { slot, tile }),
                // The photo's own pixels are the answer.
                (true, false) => {}
                (false, _) => finished.empty.push(tile),
            }
        }
        let all = finished.mixed.len();
        let more =
            job.finish(patches, &mut finished, &coarser, &mut |done| part(0.7, 1.0, done, all)).await?;
        Ok(more.then_some(Outcome::Tiles(finished)))
    }
}

/// Every tile holds something, so an answer of zeros was not written by a kernel: memory that could not be had
/// shows like this where the driver says so late.
fn unanswered() -> gpu::Error {
    gpu::Error::Refused("it left a part of the cut-out empty".into())
}

/// The same on the processor: a photo so small that it is less work than a submission.
fn on_the_processor(photo: Photo, mask: &Mask, progress: &mut dyn FnMut(f32) -> bool) -> Option<Cutout> {
    let mut matte = refine(&photo, mask, &mut |part| progress(0.5 * part))?;
    if !has_subject(&matte) {
        matte.alpha.fill(0);
    }
    foreground(photo, &matte, &mut |part| progress(0.5 + 0.5 * part))
}

/// Turns the photo into the cut-out.
fn apply(photo: Photo, outcome: &Outcome) -> Cutout {
    let Photo { width, height, mut pixels, .. } = photo;
    let size = (width as usize, height as usize);
    match outcome {
        Outcome::Nothing => pixels.fill(0),
        Outcome::Tiles(finished) => {
            for &tile in &finished.empty {
                clear_tile(&mut pixels, size, tile);
            }
            let from = finished.pixels.iter().flat_map(|batch| batch.chunks_exact(TILE * TILE * 4));
            for (mixed, from) in finished.mixed.iter().zip(from) {
                put_tile(&mut pixels, size, mixed.tile, from);
            }
        }
    }
    Cutout { width, height, pixels, confidence: None, doubt: None }
}

/// The memory of the matte's kernel.
struct Models {
    cells: Memory,
    priors: Memory,
    axes: Memory,
    findings: Memory,
}

impl Models {
    fn new(
        device: &Device,
        photo: &Photo,
        model: &Coefficients,
        prior: &[f32],
        tiles: &Tiles,
    ) -> Result<Self, gpu::Error> {
        let axes: Vec<[u32; 2]> = axis(photo.width as usize, model.width)
            .chain(axis(photo.height as usize, model.height))
            .collect();
        Ok(Self {
            cells: Memory::of(device, "the models of colours", bytemuck::cast_slice(&model.cells))?,
            priors: Memory::of(device, "the mask", bytemuck::cast_slice(prior))?,
            axes: Memory::of(device, "the pixels' cells", bytemuck::cast_slice(&axes))?,
            findings: Memory::new(device, "what the tiles hold", tiles.open.len() * size_of::<u32>())?,
        })
    }
}

/// The solved colours of a level.
struct Level {
    /// For each tile, where it is in `colours`.
    table: Memory,
    colours: Memory,
    /// Tiles in a row.
    columns: u32,
}

/// The matte at some pixels of a photo, in the order of their indices.
struct Sampled<'a> {
    photo: &'a Photo,
    indices: Vec<u32>,
    alpha: Vec<u8>,
}

impl Source for Sampled<'_> {
    fn size(&self) -> (usize, usize) {
        (self.photo.width as usize, self.photo.height as usize)
    }

    fn share(&self, index: usize) -> u8 {
        let alpha = self.indices.binary_search(&(index as u32)).map_or(0, |found| self.alpha[found]);
        share(alpha, self.photo.has_alpha.then(|| self.photo.pixels[index * 4 + 3]))
    }

    fn colour(&self, index: usize) -> &[u8] {
        &self.photo.pixels[index * 4..][..3]
    }
}

/// The pixels of which [`Sampled`] must know the matte.
fn sampled_pixels(size: (usize, usize)) -> Vec<u32> {
    let mut indices: Vec<u32> = mean_samples(size).map(|index| index as u32).collect();
    for shift in small_shift(size).. {
        let (width, height) = size_at(size, shift);
        for y in 0..height {
            indices.extend((0..width).map(|x| sample_at(size, shift, x, y) as u32));
        }
        if (width, height) == (1, 1) {
            break;
        }
    }
    indices.sort_unstable();
    indices.dedup();
    indices
}

/// One photo being cut out.
struct Job<'a> {
    device: &'a Device,
    pipelines: &'a Pipelines,
    photo: &'a Photo,
    size: (usize, usize),
    /// What is the same for every kernel, at the photo's own level.
    parameters: Parameters,
    told: Memory,
    places: Memory,
    table: Memory,
    alpha: Memory,
    /// The colours of [`BATCH`] tiles between two sweeps.
    halfway: Memory,
    under_way: Option<Submitted>,
}

impl<'a> Job<'a> {
    fn new(
        refiner: &'a GpuRefiner,
        photo: &'a Photo,
        fine: &Fine,
        tiles: &Tiles,
    ) -> Result<Self, gpu::Error> {
        let device = &refiner.device;
        let model = &fine.model;
        let size = (photo.width as usize, photo.height as usize);
        Ok(Self {
            device,
            pipelines: &refiner.pipelines,
            photo,
            size,
            parameters: Parameters {
                photo: [photo.width, photo.height],
                level: [photo.width, photo.height],
                grid: [model.width as u32, model.height as u32],
                columns: tiles.columns as u32,
                level_columns: tiles.columns as u32,
                blur: blur(size, (model.width, model.height)) as u32,
                has_alpha: u32::from(photo.has_alpha),
                straight: u32::from(fine.straight),
                ..Parameters::default()
            },
            told: Memory::uniform(device, "the cut-out's parameters", size_of::<Parameters>())?,
            places: Memory::new(device, "the list of tiles", BATCH * size_of::<[u32; 2]>())?,
            table: Memory::of(device, "the table of tiles", bytemuck::cast_slice(&tiles.table))?,
            alpha: Memory::new(device, "the matte", tiles.open.len() * TILE * TILE)?,
            halfway: Memory::new(
                device,
                "colours between sweeps",
                tiles.table.len().min(BATCH) * INNER * INNER * size_of::<Colours>(),
            )?,
            under_way: None,
        })
    }

    fn encoder(&self) -> wgpu::CommandEncoder {
        self.device.raw().create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("cut-out") })
    }

    /// What the next submission's kernels are told: the tiles by their patch and their place in the level.
    fn tell(&self, parameters: &Parameters, places: impl Iterator<Item = (usize, usize)>) {
        let places: Vec<[u32; 2]> = places.map(|(patch, tile)| [patch as u32, tile as u32]).collect();
        self.places.write(self.device, bytemuck::cast_slice(&places));
        self.told.write(self.device, bytemuck::bytes_of(parameters));
    }

    fn record(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        kernel: Kernel,
        memory: &[(u32, &Memory)],
        workgroups: [usize; 2],
    ) {
        let mut all = vec![(0, &self.told)];
        all.extend_from_slice(memory);
        self.pipelines.record(self.device, encoder, kernel, &all, workgroups.map(|count| count as u32));
    }

    /// Submits, and waits for what was submitted before, so that two are under way.
    async fn submit(&mut self, encoder: wgpu::CommandEncoder) -> Result<(), gpu::Error> {
        let submitted = self.device.submit(encoder)?;
        match self.under_way.replace(submitted) {
            Some(earlier) => self.device.finished(earlier).await,
            None => Ok(()),
        }
    }

    /// Uploads the open tiles and makes their matte. Gives their patches, [`BATCH`] by [`BATCH`]; `None` where
    /// `tell`, told the tiles done, says to stop.
    async fn matte(
        &mut self,
        tiles: &Tiles,
        models: &Models,
        tell: &mut dyn FnMut(usize) -> bool,
    ) -> Result<Option<Vec<Memory>>, gpu::Error> {
        let mut all = Vec::new();
        let mut host = vec![0; tiles.open.len().min(BATCH) * PATCH_BYTES];
        for (batch, open) in tiles.open.chunks(BATCH).enumerate() {
            for (patch, &tile) in host.chunks_exact_mut(PATCH_BYTES).zip(open) {
                copy_patch(self.photo, 0, tile, patch);
            }
            // The last batch too has room for a whole one; see `BATCH`.
            let patches = Memory::new(self.device, "the photo's tiles", host.len())?;
            patches.write(self.device, &host[..open.len() * PATCH_BYTES]);
            let first = batch * BATCH;
            let parameters = Parameters { first: first as u32, ..self.parameters };
            self.tell(&parameters, open.iter().copied().enumerate());
            let mut encoder = self.encoder();
            let memory = [
                (1, &self.places),
                (2, &patches),
                (4, &self.alpha),
                (5, &models.cells),
                (6, &models.priors),
                (7, &models.axes),
                (8, &models.findings),
            ];
            self.record(&mut encoder, Kernel::Matte, &memory, [open.len(), 1]);
            self.submit(encoder).await?;
            all.push(patches);
            if !tell(first + open.len()) {
                return Ok(None);
            }
        }
        Ok(Some(all))
    }

    /// Reads what each open tile holds, and the matte where it must be known to go on.
    async fn look(&mut self, models: &Models, open: usize) -> Result<(Vec<u32>, Sampled<'a>), gpu::Error> {
        let indices = sampled_pixels(self.size);
        let bytes = indices.len() * size_of::<u32>();
        let wanted = Memory::of(self.device, "the sampled pixels", bytemuck::cast_slice(&indices))?;
        let found = Memory::new(self.device, "the sampled matte", bytes)?;
        self.tell(&Parameters { count: indices.len() as u32, ..self.parameters }, [].into_iter());
        let mut encoder = self.encoder();
        let memory = [(3, &self.table), (4, &self.alpha), (5, &wanted), (6, &found)];
        self.record(&mut encoder, Kernel::Probe, &memory, [indices.len().div_ceil(GROUP), 1]);
        let parts = [
            Readback { buffer: found.buffer(), range: 0..bytes as u64 },
            Readback { buffer: models.findings.buffer(), range: 0..(open * size_of::<u32>()) as u64 },
        ];
        let read = self.device.read(encoder, &parts).await?;
        // Each a word, little-endian, of which the lowest byte counts.
        let alpha = read[0].iter().copied().step_by(size_of::<u32>()).collect();
        Ok((bytemuck::pod_collect_to_vec(&read[1]), Sampled { photo: self.photo, indices, alpha }))
    }

    /// The level that the processor solves.
    fn small_level(&self, sampled: &Sampled<'_>) -> Result<Level, gpu::Error> {
        let colours: Vec<Colours> = solve_small(sampled);
        Ok(Level {
            table: Memory::of(self.device, "a table of tiles", bytemuck::bytes_of(&0_u32))?,
            colours: Memory::of(self.device, "a level's colours", bytemuck::cast_slice(&colours))?,
            columns: 1,
        })
    }

    /// Solves the listed tiles of the level `2^shift` times smaller than the photo. `None` where `tell`, told the
    /// tiles done, says to stop.
    async fn level(
        &mut self,
        shift: usize,
        list: &[usize],
        coarser: &Level,
        tell: &mut dyn FnMut(usize) -> bool,
    ) -> Result<Option<Level>, gpu::Error> {
        let (width, height) = size_at(self.size, shift);
        let columns = width.div_ceil(TILE);
        let mut table = vec![EMPTY; columns * height.div_ceil(TILE)];
        for (place, &tile) in list.iter().enumerate() {
            table[tile] = place as u32;
        }
        let level = Level {
            table: Memory::of(self.device, "a table of tiles", bytemuck::cast_slice(&table))?,
            colours: Memory::new(
                self.device,
                "a level's colours",
                list.len() * TILE * TILE * size_of::<Colours>(),
            )?,
            columns: columns as u32,
        };
        let mut host = vec![0; list.len().min(BATCH) * PATCH_BYTES];
        let patches = Memory::new(self.device, "a level's tiles", host.len())?;
        for (batch, list) in list.chunks(BATCH).enumerate() {
            for (patch, &tile) in host.chunks_exact_mut(PATCH_BYTES).zip(list) {
                copy_patch(self.photo, shift, tile, patch);
            }
            patches.write(self.device, &host[..list.len() * PATCH_BYTES]);
            let first = batch * BATCH;
            let parameters = Parameters {
                level: [width as u32, height as u32],
                level_columns: level.columns,
                coarse_columns: coarser.columns,
                shift: shift as u32,
                first: first as u32,
                ..self.parameters
            };
            self.tell(&parameters, list.iter().copied().enumerate());
            let mut encoder = self.encoder();
            self.record_level(&mut encoder, &patches, coarser, &level.colours, list.len());
            self.submit(encoder).await?;
            if !tell(first + list.len()) {
                return Ok(None);
            }
        }
        Ok(Some(level))
    }

    /// Everything about the told tiles of a level, from their patches and the level above to their colours.
    fn record_level(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        patches: &Memory,
        coarser: &Level,
        colours: &Memory,
        tiles: usize,
    ) {
        let [places, patches] = [(1, &self.places), (2, patches)];
        let memory = [places, patches, (3, &self.table), (4, &self.alpha)];
        self.record(encoder, Kernel::Share, &memory, [(PATCH * PATCH).div_ceil(GROUP), tiles]);
        let memory = [places, patches, (5, &coarser.table), (6, &coarser.colours), (8, &self.halfway)];
        self.record(encoder, Kernel::Begin, &memory, [(INNER * INNER).div_ceil(GROUP), tiles]);
        let memory = [places, patches, (4, &self.alpha), (7, colours), (8, &self.halfway)];
        self.record(encoder, Kernel::Solve, &memory, [(TILE * TILE).div_ceil(GROUP), tiles]);
    }

    /// Solves the photo's own level and reads the finished pixels of the mixed tiles. False where `tell`, told
    /// the tiles done, says to stop.
    async fn finish(
        &mut self,
        patches: Vec<Memory>,
        finished: &mut Finished,
        coarser: &Level,
        tell: &mut dyn FnMut(usize) -> bool,
    ) -> Result<bool, gpu::Error> {
        let mut rest = &finished.mixed[..];
        for (batch, patches) in patches.into_iter().enumerate() {
            let first = batch * BATCH;
            let (mixed, later) = rest.split_at(rest.partition_point(|mixed| mixed.slot < first + BATCH));
            rest = later;
            if mixed.is_empty() {
                continue;
            }
            let parameters =
                Parameters { coarse_columns: coarser.columns, first: first as u32, ..self.parameters };
            self.tell(&parameters, mixed.iter().map(|mixed| (mixed.slot - first, mixed.tile)));
            let bytes = mixed.len() * TILE * TILE * 4;
            let out = Memory::new(self.device, "the finished tiles", bytes)?;
            let mut encoder = self.encoder();
            self.record_level(&mut encoder, &patches, coarser, &out, mixed.len());
            let part = Readback { buffer: out.buffer(), range: 0..bytes as u64 };
            let mut pixels = self.device.read(encoder, &[part]).await?;
            let tiles = pixels.iter().flat_map(|pixels| pixels.chunks_exact(TILE * TILE * 4));
            if tiles.into_iter().any(|tile| tile.iter().all(|&value| value == 0)) {
                return Err(unanswered());
            }
            finished.pixels.append(&mut pixels);
            if !tell(finished.mixed.len() - rest.len()) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
