//! The kernels: their WGSL, pipelines and memory.

use super::super::foreground::{GRADIENT_WEIGHT, REGULARIZATION, TILE};
use super::super::matte::{FINE_SNAP, SURE};
use super::HALO;
use super::tiles::{EMPTY, FULL};
use crate::gpu::{Device, Error, Memory};

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
    ("matte", include_str!("matte.wgsl")),
    ("probe", include_str!("probe.wgsl")),
    ("foreground", include_str!("foreground.wgsl")),
];

impl Kernel {
    /// The index of its module and the name of its entry point.
    fn entry(self) -> (usize, &'static str) {
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
    let common = include_str!("common.wgsl");
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

/// Every pipeline.
pub(super) struct Pipelines([wgpu::ComputePipeline; 5]);

impl Pipelines {
    pub(super) fn new(device: &Device) -> Result<Self, Error> {
        device.check()?;
        let modules = MODULES.map(|(name, own)| {
            device.raw().create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some(name),
                source: wgpu::ShaderSource::Wgsl(text(own).into()),
            })
        });
        let pipelines = KERNELS.map(|kernel| {
            let (module, entry) = kernel.entry();
            device.raw().create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(entry),
                layout: None,
                module: &modules[module],
                entry_point: Some(entry),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                cache: None,
            })
        });
        device.check()?;
        Ok(Self(pipelines))
    }

    /// Records a kernel with the memory that it uses, by binding.
    pub(super) fn record(
        &self,
        device: &Device,
        encoder: &mut wgpu::CommandEncoder,
        kernel: Kernel,
        memory: &[(u32, &Memory)],
        [x, y]: [u32; 2],
    ) {
        let pipeline = &self.0[kernel as usize];
        let entries: Vec<_> = memory
            .iter()
            .map(|(binding, memory)| wgpu::BindGroupEntry {
                binding: *binding,
                resource: memory.buffer().as_entire_binding(),
            })
            .collect();
        let bindings = device.raw().create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(kernel.entry().1),
            layout: &pipeline.get_bind_group_layout(0),
            entries: &entries,
        });
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor {
            label: Some(kernel.entry().1),
            timestamp_writes: None,
        });
        pass.set_pipeline(pipeline);
        pass.set_bind_group(0, &bindings, &[]);
        pass.dispatch_workgroups(x, y, 1);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use naga::valid::{Capabilities, ValidationFlags, Validator};

    /// Without any adapter: every shader parses, is valid, has the entry points that it is asked for, and keeps
    /// to WebGPU's default limits.
    #[test]
    fn every_shader_is_valid() {
        let modules = MODULES.map(|(name, own)| {
            let text = text(own);
            let parsed = naga::front::wgsl::parse_str(&text)
                .unwrap_or_else(|e| panic!("{name}: {}", e.emit_to_string(&text)));
            Validator::new(ValidationFlags::all(), Capabilities::empty())
                .validate(&parsed)
                .unwrap_or_else(|e| panic!("{name}: {}", e.emit_to_string(&text)));
            let size = |space| -> u64 {
                let of_space = parsed.global_variables.iter().filter(|(_, v)| v.space == space);
                of_space.map(|(_, v)| u64::from(parsed.types[v.ty].inner.size(parsed.to_ctx()))).sum()
            };
            assert!(size(naga::AddressSpace::WorkGroup) <= 16 << 10, "{name}");
            assert_eq!(size(naga::AddressSpace::Uniform), size_of::<Parameters>() as u64, "{name}");
            let storage = parsed
                .global_variables
                .iter()
                .filter(|(_, v)| matches!(v.space, naga::AddressSpace::Storage { .. }));
            assert!(storage.count() <= 8, "{name}");
            parsed
        });
        for kernel in KERNELS {
            let (module, entry) = kernel.entry();
            let point = modules[module].entry_points.iter().find(|point| point.name == entry).unwrap();
            let [x, y, z] = point.workgroup_size;
            assert!(x * y * z <= 256, "{entry}");
        }
    }
}
