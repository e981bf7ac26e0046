//! Scenes on the GPU: the twin of [`draw`](super::draw()).
//!
//! Products are brought to their places and their bodies worked out on the processor, as ever; that is kept from one
//! picture to the next, there and here, as long as it does not change. So a picture in which only light, floor,
//! backdrop or shadows differ uploads some rows of numbers and nothing of a product. On the GPU:
//!
//! 1. `pyramid.wgsl` makes the smaller copies of a product that a rough floor mirrors;
//! 2. `shade.wgsl` finds the light that reaches each cell of ground and wall;
//! 3. `compose.wgsl` draws the picture, tile by tile: a tile is some whole rows, one submission, and all that is ever
//!    held of the picture there.
//!
//! Colours are 32-bit floats from the table of levels to the finished bytes; what is stored between, the smaller copies,
//! 16-bit ones. What is the same along a row is worked out on the processor, with the same words as for a picture that
//! is drawn there.

mod atlas;
mod kernels;
#[cfg(test)]
mod tests;

use atlas::Atlas;
use kernels::{
    Compose, ComposeProduct, ComposeRow, Kernel, LINEAR, NOTHING, PHOTO, PLAIN, Pipelines, RADIAL, SWEEP,
    ShadeRow, ShadeSolid,
};

use super::backdrop::{Kind, Surface};
use super::product::{Placed, Stamp};
use super::reflection::{BLUR, copies, mirrored};
use super::relight::CORNER;
use super::shade::{cells, facing, row_at, spread, towards};
use super::solid::Solid;
use super::stage::{Kept, Line, Stage};
use super::{Error, Picture, Scene, Shadow};
use crate::gpu::{self, Device, Memory, Readback};
use crate::vision::Cutout;

/// Pixels of a tile: 16 MiB.
const TILE: usize = 4 << 20;
/// The same on an adapter that is a program: a quarter of a second or less.
const SOFTWARE_TILE: usize = 1 << 18;
/// Rows of the grid of light in a submission to such a one.
const SOFTWARE_ROWS: usize = 64;

/// Why there is no picture, by whose fault it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// The scene's: it cannot be drawn anywhere.
    #[error(transparent)]
    Scene(#[from] Error),
    /// The GPU's: draw it on the processor.
    #[error(transparent)]
    Device(#[from] gpu::Error),
}

/// Whether cut-outs are those of the last picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cutouts {
    /// They are others, or it is the first picture.
    New,
    /// Every one is: what was made of them is used again.
    AsBefore,
}

/// Draws scenes on a GPU, and keeps what the next picture of the same cut-outs needs again.
pub struct GpuPainter {
    device: Device,
    pipelines: Pipelines,
    kept: Kept,
    atlas: Atlas,
    shade: Shaded,
    memory: Frame,
}

/// A buffer that is made anew only where it is too small.
struct Slot {
    what: &'static str,
    uniform: bool,
    memory: Option<(Memory, usize)>,
}

impl Slot {
    const fn new(what: &'static str) -> Self {
        Self { what, uniform: false, memory: None }
    }

    const fn uniform(what: &'static str) -> Self {
        Self { what, uniform: true, memory: None }
    }

    /// With room for so many bytes.
    fn room(&mut self, device: &Device, bytes: usize) -> Result<&Memory, gpu::Error> {
        let fits = self.memory.take().filter(|(_, room)| *room >= bytes);
        let memory = match fits {
            Some(memory) => memory,
            None if self.uniform => (Memory::uniform(device, self.what, bytes)?, bytes),
            None => (Memory::new(device, self.what, bytes)?, bytes),
        };
        Ok(&self.memory.insert(memory).0)
    }

    fn put(&mut self, device: &Device, contents: &[u8]) -> Result<(), gpu::Error> {
        self.room(device, contents.len())?.write(device, contents);
        Ok(())
    }

    /// All of it; it was put or given room before.
    fn binding(&self) -> wgpu::BindingResource<'_> {
        self.buffer().as_entire_binding()
    }

    fn buffer(&self) -> &wgpu::Buffer {
        // Every caller puts first, in the same function.
        self.memory.as_ref().map(|(memory, _)| memory.buffer()).expect("it was put before")
    }
}

/// The light that reaches ground and wall, and what it was found from.
struct Shaded {
    parameters: Slot,
    rows: Slot,
    solids: Slot,
    cells: Slot,
    middles: Slot,
    reached: Slot,
    /// The bodies that are there.
    bodies: Vec<Stamp>,
    /// What was told when it was found.
    told: Option<Told>,
}

/// All that the light follows from but the bodies' own cells.
#[derive(PartialEq)]
struct Told {
    parameters: kernels::Shade,
    rows: Vec<ShadeRow>,
    bodies: Vec<Stamp>,
}

/// What a picture takes beside its products and its light.
struct Frame {
    parameters: Slot,
    rows: Slot,
    products: Slot,
    grounds: Slot,
    pixels: Slot,
    coverage: Slot,
    photo: Slot,
    /// Which photo's which rows are there.
    shown: Option<(Stamp, u32, u32)>,
    staging: Option<(Memory, u64)>,
}

impl GpuPainter {
    /// Makes the pipelines.
    ///
    /// # Errors
    /// Where the device is lost or refuses a pipeline.
    pub fn new(device: &Device) -> Result<Self, gpu::Error> {
        Ok(Self {
            device: device.clone(),
            pipelines: Pipelines::new(device)?,
            kept: Kept::default(),
            atlas: Atlas::new(device)?,
            shade: Shaded {
                parameters: Slot::uniform("the light's parameters"),
                rows: Slot::new("the light's rows"),
                solids: Slot::new("the bodies"),
                cells: Slot::new("the bodies' cells"),
                middles: Slot::new("the bodies' middles"),
                reached: Slot::new("the light"),
                bodies: Vec::new(),
                told: None,
            },
            memory: Frame {
                parameters: Slot::uniform("the scene"),
                rows: Slot::new("the scene's rows"),
                products: Slot::new("the scene's products"),
                grounds: Slot::new("the ground under products"),
                pixels: Slot::new("a tile"),
                coverage: Slot::new("a tile's coverage"),
                photo: Slot::new("a tile's photo"),
                shown: None,
                staging: None,
            },
        })
    }

    /// Draws a scene with these cut-outs: what [`draw`](super::draw()) gives, within one 8-bit step. `progress`, told 0
    /// to 1, stops the work by answering false.
    ///
    /// # Errors
    /// [`Failed::Scene`] with whatever [`draw`](super::draw()) finds wrong, [`Failed::Device`] where the GPU fails or
    /// has too little memory.
    pub async fn draw(
        &mut self,
        scene: &Scene,
        cutouts: &[&Cutout],
        which: Cutouts,
        progress: &mut dyn FnMut(f32) -> bool,
    ) -> Result<Picture, Failed> {
        if which == Cutouts::New {
            self.kept = Kept::default();
        }
        let stage = Stage::new(scene, cutouts, &mut self.kept, &mut |part| progress(0.3 * part))?;
        let picture = self.paint(&stage, progress).await;
        self.kept = stage.into_kept();
        picture
    }

    async fn paint(
        &mut self,
        stage: &Stage<'_>,
        progress: &mut dyn FnMut(f32) -> bool,
    ) -> Result<Picture, Failed> {
        let mut going_on = |part| if progress(part) { Ok(()) } else { Err(Error::Cancelled) };
        let placed: Vec<&Placed> = stage.products.iter().map(|product| &product.placed).collect();
        self.atlas.hold(&self.device, &self.pipelines, &placed, stage.scene.floor.gloss > 0.0)?;
        going_on(0.4)?;
        let lit = self.shade.find(&self.device, &self.pipelines, stage).await?;
        going_on(0.6)?;

        let size = stage.scene.size;
        let (width, height) = (size.width as usize, size.height as usize);
        let mut parameters = self.tell(stage, lit)?;
        // Four pixels are drawn at a time.
        let stride = width.next_multiple_of(4);
        let tile = if self.device.is_software() { SOFTWARE_TILE } else { TILE };
        let rows = (tile / stride).clamp(1, height);
        let no_memory = |_| Error::Memory { width: size.width, height: size.height };
        let (mut pixels, mut covered) = (Vec::new(), Vec::new());
        pixels.try_reserve_exact(width * height * 4).map_err(no_memory)?;
        covered.try_reserve_exact(width * height).map_err(no_memory)?;
        for first in (0..height).step_by(rows) {
            parameters.first = first as u32;
            parameters.rows = rows.min(height - first) as u32;
            self.show(stage, &parameters)?;
            let [tile, coverage] = self.tile(&parameters).await?;
            put(&mut pixels, tile, stride * 4, width * 4);
            put(&mut covered, coverage, stride, width);
            going_on(0.6 + 0.4 * (first + parameters.rows as usize) as f32 / height as f32)?;
        }
        Ok(Picture { width: size.width, height: size.height, pixels, covered, positions: stage.positions() })
    }

    /// What is the same for all tiles.
    fn tell(&mut self, stage: &Stage<'_>, lit: bool) -> Result<Compose, gpu::Error> {
        let Scene { size, floor, .. } = *stage.scene;
        let (columns, rows) = cells(size.width, size.height);
        let row = |y: u32| {
            let Line { facing, along } = stage.line(y);
            let (cell, part) = row_at(y, stage.grid, rows);
            let mut row = ComposeRow { facing, cell: cell as u32, part, ..ComposeRow::default() };
            if let Some(along) = along {
                let [away, before] = along.away;
                (row.across, row.away, row.long) = (along.across, away, (before - away).abs());
            }
            if floor.gloss > 0.0 {
                row.gloss = mirrored(floor, stage.view, y as f32 + 0.5);
            }
            row
        };
        let rows_told: Vec<ComposeRow> = (0..size.height).map(row).collect();
        let mut grounds: Vec<f32> = Vec::new();
        let mut products = Vec::new();
        for (standing, held) in stage.products.iter().zip(&self.atlas.held) {
            let placed = &standing.placed;
            let mut product = ComposeProduct {
                corner: [placed.left, placed.top].map(|at| at as i32),
                size: [placed.width, placed.height],
                page: held.page,
                columns: held.columns,
                ..ComposeProduct::default()
            };
            if let Some(ground) = standing.ground(stage.grid).filter(|_| floor.gloss > 0.0) {
                (product.levels, product.ground) = (copies(placed), grounds.len() as u32);
                grounds.extend(ground);
            }
            products.push(product);
        }
        let (device, memory) = (&self.device, &mut self.memory);
        memory.rows.put(device, bytemuck::cast_slice(&rows_told))?;
        memory.grounds.put(device, bytemuck::cast_slice(&grounds))?;
        memory.products.put(device, bytemuck::cast_slice(&products))?;
        if !lit {
            self.shade.reached.room(device, 1)?;
        }
        let with = |[red, green, blue]: [f32; 3], rest| [red, green, blue, rest];
        let light = &stage.light;
        let parameters = Compose {
            size: [size.width, size.height],
            products: products.len() as u32,
            key: with(light.key, light.share),
            fill: with(light.fill, stage.grid),
            cells: if lit { [columns as u32, rows as u32] } else { [0; 2] },
            side: self.atlas.side,
            blur: BLUR * floor.roughness,
            vignette: CORNER * stage.scene.relight.vignette,
            ..Compose::default()
        };
        Ok(match stage.paper.kind {
            Kind::Nothing => Compose { paper: NOTHING, ..parameters },
            Kind::Plain(color) => Compose { paper: PLAIN, start: with(color, 0.0), ..parameters },
            Kind::Linear { from, to, along: [across, down], start, length } => Compose {
                paper: LINEAR,
                start: with(from, 0.0),
                end: with(to, 0.0),
                shape: [across, down, start, length],
                ..parameters
            },
            Kind::Radial { from, to, center: [x, y], radius } => Compose {
                paper: RADIAL,
                start: with(from, 0.0),
                end: with(to, 0.0),
                shape: [x, y, radius, 0.0],
                ..parameters
            },
            Kind::Photo { .. } => Compose { paper: PHOTO, ..parameters },
            Kind::Sweep { color, falloff, middle, ref cloth, .. } => Compose {
                paper: SWEEP,
                material: cloth.material as u32,
                seed: cloth.seed,
                start: with(color, 0.0),
                shape: [middle, falloff, cloth.scale.recip(), stage.view.middle],
                ..parameters
            },
        })
    }

    /// Brings the part of a backdrop's photo there that a tile shows, where it is another.
    fn show(&mut self, stage: &Stage<'_>, parameters: &Compose) -> Result<(), gpu::Error> {
        let memory = &mut self.memory;
        let Kind::Photo { photograph, .. } = &stage.paper.kind else {
            memory.photo.room(&self.device, 1)?;
            return Ok(());
        };
        let Compose { size: [width, _], first, rows, .. } = *parameters;
        let shown = Some((photograph.stamp, first, rows));
        if memory.shown == shown {
            return Ok(());
        }
        memory.shown = None;
        let pixel = |x: u32, y: u32| {
            let [red, green, blue] = photograph.at(x, y).map(|light| (light * 65_535.0 + 0.5) as u32);
            [red | green << 16, blue]
        };
        let rows = first..first + rows;
        let pixels: Vec<[u32; 2]> = rows.flat_map(|y| (0..width).map(move |x| pixel(x, y))).collect();
        memory.photo.put(&self.device, bytemuck::cast_slice(&pixels))?;
        memory.shown = shown;
        Ok(())
    }

    /// Draws a tile: its pixels and their coverage.
    async fn tile(&mut self, parameters: &Compose) -> Result<[Vec<u8>; 2], gpu::Error> {
        let (device, memory) = (&self.device, &mut self.memory);
        let groups = parameters.size[0].div_ceil(4);
        let words = (groups * parameters.rows) as usize;
        memory.parameters.put(device, bytemuck::bytes_of(parameters))?;
        memory.pixels.room(device, words * 16)?;
        memory.coverage.room(device, words * 4)?;
        let total = words as u64 * 20;
        if memory.staging.as_ref().is_none_or(|(_, room)| *room < total) {
            memory.staging = Some((Memory::staging(device, "a tile's copy for reading", total)?, total));
        }
        let [atlas, copies] = self.atlas.views();
        let uses = [
            (0, memory.parameters.binding()),
            (1, self.pipelines.lights.buffer().as_entire_binding()),
            (2, memory.rows.binding()),
            (3, memory.products.binding()),
            (4, memory.grounds.binding()),
            (5, self.shade.reached.binding()),
            (6, memory.pixels.binding()),
            (7, memory.coverage.binding()),
            (8, wgpu::BindingResource::TextureView(&atlas)),
            (9, wgpu::BindingResource::TextureView(&copies)),
            (10, memory.photo.binding()),
        ];
        let mut encoder = device.raw().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let workgroups = [groups.div_ceil(8), parameters.rows.div_ceil(8)];
        self.pipelines.record(device, &mut encoder, Kernel::Compose, &uses, workgroups);
        let parts = [
            Readback { buffer: memory.pixels.buffer(), range: 0..words as u64 * 16 },
            Readback { buffer: memory.coverage.buffer(), range: 0..words as u64 * 4 },
        ];
        let read = match &memory.staging {
            Some((staging, _)) => device.read_through(staging.buffer(), encoder, &parts).await?,
            None => device.read(encoder, &parts).await?,
        };
        read.try_into().map_err(|_| gpu::Error::Refused("a tile came back in another number of parts".into()))
    }
}

/// Appends rows of `width` bytes that lie `stride` apart.
fn put(all: &mut Vec<u8>, tile: Vec<u8>, stride: usize, width: usize) {
    if all.is_empty() && stride == width {
        // Often the whole picture.
        let room = all.capacity();
        *all = tile;
        all.reserve_exact(room.saturating_sub(all.len()));
    } else {
        tile.chunks_exact(stride).for_each(|row| all.extend_from_slice(&row[..width]));
    }
}

impl Shaded {
    /// Finds the light where it is not known; false where nothing throws a shadow.
    async fn find(
        &mut self,
        device: &Device,
        pipelines: &Pipelines,
        stage: &Stage<'_>,
    ) -> Result<bool, gpu::Error> {
        let Scene { size, key, shadow, .. } = *stage.scene;
        let solids: Vec<&Solid> =
            stage.products.iter().filter_map(|product| product.solid.as_ref()).collect();
        if solids.is_empty() || shadow == Shadow::NONE {
            return Ok(false);
        }
        let bodies: Vec<Stamp> = solids.iter().map(|solid| solid.stamp).collect();
        let (width, height) = cells(size.width, size.height);
        let view = stage.view.scaled(stage.grid);
        let parameters = kernels::Shade {
            light: towards(key),
            spread: spread(key),
            shadow: [shadow.contact, shadow.cast, shadow.ambient],
            focal: view.focal,
            middle: view.middle,
            solids: solids.len() as u32,
            width: width as u32,
            ..kernels::Shade::default()
        };
        let surface = Surface::new(stage.scene, stage.grid);
        let row = |y: usize| {
            surface.at(view, y as f32).map_or(ShadeRow::default(), |point| ShadeRow {
                depth: point.depth,
                up: point.up,
                normal: [point.normal[1], point.normal[2]],
                lit: 1 + u32::from(facing(point.normal, parameters.light)),
            })
        };
        let told = Told { parameters, rows: (0..height).map(row).collect(), bodies };
        if self.told.as_ref() == Some(&told) {
            return Ok(true);
        }
        self.told = None;
        self.rows.put(device, bytemuck::cast_slice(&told.rows))?;
        if self.bodies != told.bodies {
            self.bodies.clear();
            self.upload(device, &solids)?;
            self.bodies.clone_from(&told.bodies);
        }
        self.reached.room(device, width * height * size_of::<[f32; 2]>())?;
        let rows = if device.is_software() { SOFTWARE_ROWS } else { height };
        for first in (0..height).step_by(rows) {
            let end = (first + rows).min(height);
            let parameters = kernels::Shade { first: first as u32, end: end as u32, ..parameters };
            self.parameters.put(device, bytemuck::bytes_of(&parameters))?;
            let uses = [
                (0, &self.parameters),
                (1, &self.rows),
                (2, &self.solids),
                (3, &self.cells),
                (4, &self.middles),
                (5, &self.reached),
            ]
            .map(|(binding, slot)| (binding, slot.binding()));
            let mut encoder = device.raw().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            let workgroups = [width, end - first].map(|cells| cells.div_ceil(8) as u32);
            pipelines.record(device, &mut encoder, Kernel::Shade, &uses, workgroups);
            let submitted = device.submit(encoder)?;
            if device.is_software() {
                device.finished(submitted).await?;
            }
        }
        self.told = Some(told);
        Ok(true)
    }

    fn upload(&mut self, device: &Device, solids: &[&Solid]) -> Result<(), gpu::Error> {
        let (mut heads, mut cells, mut middles) = (Vec::new(), Vec::<[f32; 2]>::new(), Vec::new());
        for solid in solids {
            let [low, high] = solid.bounds;
            heads.push(ShadeSolid {
                low,
                scale: solid.scale,
                high,
                left: solid.left,
                width: solid.width as u32,
                height: solid.height as u32,
                cell: cells.len() as u32,
                column: middles.len() as u32,
            });
            cells.extend(solid.outside.iter().zip(&solid.half).map(|(&outside, &half)| [outside, half]));
            middles.extend_from_slice(&solid.middle);
        }
        self.solids.put(device, bytemuck::cast_slice(&heads))?;
        self.cells.put(device, bytemuck::cast_slice(&cells))?;
        self.middles.put(device, bytemuck::cast_slice(&middles))
    }
}
