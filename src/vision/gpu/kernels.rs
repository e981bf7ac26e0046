//! The kernels: their WGSL, pipelines and memory.

use super::super::foreground::{GRADIENT_WEIGHT, REGULARIZATION, TILE};
use super::super::matte::{FINE_SNAP, SURE};
use super::HALO;
use super::tiles::{EMPTY, FULL};
use crate::gpu::wgsl::wgsl;
use crate::gpu::{self, Device, Entry, Error, Memory};

/// A kernel, one pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kernel {
    /// The matte of open tiles.
    Matte,
    /// The matte at some pixels.
    Probe,
    /// The subject's shares into patches.
    Share,
    /// The first sweep of a level.
    Begin,
    /// The second, and the finished pixels.
    Solve,
}

const KERNELS: [Kernel; 5] = [Kernel::Matte, Kernel::Probe, Kernel::Share, Kernel::Begin, Kernel::Solve];

/// The WGSL modules: a name for messages, and the text after the common part.
const MODULES: [(&str, &str); 3] = [
    ("matte", wgsl!("matte.wgsl")),
    ("probe", wgsl!("probe.wgsl")),
    ("foreground", wgsl!("foreground.wgsl")),
];

impl Kernel {
    /// The index of its module and the name of its entry point.
    fn entry(self) -> Entry {
        match self {
            Self::Matte => (0, "matte"),
            Self::Probe => (1, "probe"),
            Self::Share => (2, "share"),
            Self::Begin => (2, "begin"),
            Self::Solve => (2, "solve"),
        }
    }
}

/// A module's whole text: the constants of the twins, the common part, its own.
fn text(own: &str) -> String {
    let common = wgsl!("common.wgsl");
    format!(
        "const TILE: u32 = {TILE}u;
const HALO: u32 = {HALO}u;
const EMPTY: u32 = {EMPTY}u;
const FULL: u32 = {FULL}u;
const FINE_SNAP = vec2f{FINE_SNAP:?};
const SURE = vec2f{SURE:?};
const REGULARIZATION: f32 = {REGULARIZATION:?};
const GRADIENT_WEIGHT: f32 = {GRADIENT_WEIGHT:?};
{common}{own}"
    )
}

/// What the kernels are told, `Parameters` in WGSL; see there.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, bytemuck::Pod, bytemuck::Zeroable)]
pub(super) struct Parameters {
    pub(super) photo: [u32; 2],
    pub(super) level: [u32; 2],
    pub(super) grid: [u32; 2],
    pub(super) columns: u32,
    pub(super) level_columns: u32,
    pub(super) coarse_columns: u32,
    pub(super) shift: u32,
    pub(super) blur: u32,
    pub(super) has_alpha: u32,
    pub(super) straight: u32,
    pub(super) unused: u32,
    pub(super) first: u32,
    pub(super) count: u32,
}

/// The text of every module.
fn modules() -> [(&'static str, String); 3] {
    MODULES.map(|(name, own)| (name, text(own)))
}

/// Every pipeline.
pub(super) struct Pipelines(gpu::Pipelines);

impl Pipelines {
    pub(super) fn new(device: &Device) -> Result<Self, Error> {
        gpu::Pipelines::new(device, &modules(), &KERNELS.map(Kernel::entry)).map(Self)
    }

    /// Records a kernel with the memory that it uses, by binding.
    pub(super) fn record(
        &self,
        device: &Device,
        encoder: &mut wgpu::CommandEncoder,
        kernel: Kernel,
        memory: &[(u32, &Memory)],
        workgroups: [u32; 2],
    ) {
        let uses = memory.iter().map(|(binding, memory)| (*binding, memory.buffer().as_entire_binding()));
        self.0.record(device, encoder, kernel as usize, uses, workgroups);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shader_is_valid() {
        gpu::validate(&modules(), &[size_of::<Parameters>(); 3], &KERNELS.map(Kernel::entry));
    }
}
