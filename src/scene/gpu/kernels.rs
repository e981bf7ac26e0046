//! The kernels: their WGSL and pipelines, and what they are told.

use super::super::backdrop::POOL;
use super::super::material::RING_EDGE;
use super::super::shade::{AMBIENT_MOST, AMBIENT_REACH, CONTACT_REACH, SHARPEST, STEPS};
use super::super::solid::MARGIN;
use crate::gpu::wgsl::wgsl;
use crate::gpu::{self, Device, Entry, Error, Memory};
use crate::photo::color;

/// A kernel, one pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kernel {
    /// The first of a product's smaller copies.
    Begin,
    /// The next.
    Shrink,
    /// The light that reaches ground and wall.
    Shade,
    /// A tile of the picture.
    Compose,
}

const KERNELS: [Kernel; 4] = [Kernel::Begin, Kernel::Shrink, Kernel::Shade, Kernel::Compose];

/// The WGSL modules: a name for messages, and the parts of the text.
const MODULES: [(&str, &[&str]); 3] = [
    ("pyramid", &[wgsl!("light.wgsl"), wgsl!("pyramid.wgsl")]),
    ("shade", &[wgsl!("shade.wgsl")]),
    ("compose", &[wgsl!("light.wgsl"), wgsl!("material.wgsl"), wgsl!("compose.wgsl")]),
];

impl Kernel {
    /// The index of its module and the name of its entry point.
    fn entry(self) -> Entry {
        match self {
            Self::Begin => (0, "begin"),
            Self::Shrink => (0, "shrink"),
            Self::Shade => (1, "shade"),
            Self::Compose => (2, "compose"),
        }
    }
}

/// What a paper is, for `compose.wgsl`.
pub(super) const NOTHING: u32 = 0;
pub(super) const PLAIN: u32 = 1;
pub(super) const LINEAR: u32 = 2;
pub(super) const RADIAL: u32 = 3;
pub(super) const SWEEP: u32 = 4;
pub(super) const PHOTO: u32 = 5;

/// A module's whole text: the constants of the twins, then its parts.
fn text(parts: &[&str]) -> String {
    format!(
        "const NOTHING: u32 = {NOTHING}u;
const LINEAR: u32 = {LINEAR}u;
const RADIAL: u32 = {RADIAL}u;
const SWEEP: u32 = {SWEEP}u;
const PHOTO: u32 = {PHOTO}u;
const POOL: f32 = {POOL:?};
const RING_EDGE: f32 = {RING_EDGE:?};
const MARGIN: u32 = {MARGIN}u;
const STEPS: u32 = {STEPS}u;
const AMBIENT_REACH: f32 = {AMBIENT_REACH:?};
const AMBIENT_MOST: f32 = {AMBIENT_MOST:?};
const CONTACT_REACH: f32 = {CONTACT_REACH:?};
const SHARPEST: f32 = {SHARPEST:?};
{}",
        parts.concat()
    )
}

/// What `compose.wgsl` is told; see there.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, bytemuck::Pod, bytemuck::Zeroable)]
pub(super) struct Compose {
    pub size: [u32; 2],
    pub first: u32,
    pub rows: u32,
    pub paper: u32,
    pub material: u32,
    pub seed: u32,
    pub products: u32,
    pub start: [f32; 4],
    pub end: [f32; 4],
    pub shape: [f32; 4],
    pub key: [f32; 4],
    pub fill: [f32; 4],
    pub cells: [u32; 2],
    pub side: u32,
    pub blur: f32,
    pub vignette: f32,
    pub unused: [u32; 3],
}

/// A row of the picture.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, bytemuck::Pod, bytemuck::Zeroable)]
pub(super) struct ComposeRow {
    pub facing: f32,
    pub across: f32,
    pub away: f32,
    pub long: f32,
    pub cell: u32,
    pub part: f32,
    pub gloss: f32,
    pub unused: u32,
}

/// A product in the picture.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, bytemuck::Pod, bytemuck::Zeroable)]
pub(super) struct ComposeProduct {
    pub corner: [i32; 2],
    pub size: [u32; 2],
    pub page: u32,
    pub columns: u32,
    pub levels: u32,
    pub ground: u32,
}

/// What `shade.wgsl` is told; see there.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
pub(super) struct Shade {
    pub light: [f32; 3],
    pub spread: f32,
    pub shadow: [f32; 3],
    pub focal: f32,
    pub middle: f32,
    pub solids: u32,
    pub width: u32,
    pub first: u32,
    pub end: u32,
    pub unused: [u32; 3],
}

/// A row of the grid of light.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
pub(super) struct ShadeRow {
    pub depth: f32,
    pub up: f32,
    pub normal: [f32; 2],
    pub lit: u32,
}

/// A body that throws shadows.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, bytemuck::Pod, bytemuck::Zeroable)]
pub(super) struct ShadeSolid {
    pub low: [f32; 3],
    pub scale: f32,
    pub high: [f32; 3],
    pub left: f32,
    pub width: u32,
    pub height: u32,
    pub cell: u32,
    pub column: u32,
}

/// The text of every module.
fn modules() -> [(&'static str, String); 3] {
    MODULES.map(|(name, parts)| (name, text(parts)))
}

/// Every pipeline, and the table that turns levels into light.
pub(super) struct Pipelines {
    all: gpu::Pipelines,
    pub lights: Memory,
}

impl Pipelines {
    pub(super) fn new(device: &Device) -> Result<Self, Error> {
        let all = gpu::Pipelines::new(device, &modules(), &KERNELS.map(Kernel::entry))?;
        let lights: [f32; 256] = std::array::from_fn(|level| color::light(level as u8));
        let lights = Memory::of(device, "the levels' light", bytemuck::cast_slice(&lights))?;
        device.check()?;
        Ok(Self { all, lights })
    }

    /// Records a kernel with what it uses, by binding.
    pub(super) fn record(
        &self,
        device: &Device,
        encoder: &mut wgpu::CommandEncoder,
        kernel: Kernel,
        uses: &[(u32, wgpu::BindingResource<'_>)],
        workgroups: [u32; 2],
    ) {
        self.all.record(device, encoder, kernel as usize, uses.iter().cloned(), workgroups);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shader_is_valid() {
        // The pyramid is told its six numbers in place.
        gpu::validate(
            &modules(),
            &[24, size_of::<Shade>(), size_of::<Compose>()],
            &KERNELS.map(Kernel::entry),
        );
    }
}
