//! The kernels: which WGSL each is made of, and the pipelines of those that a network uses.

use std::collections::HashMap;

use crate::gpu::Device;

/// A kernel, one pipeline. `int8` says that the weights are signed bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kernel {
    /// Convolution three wide with stride 1, without workgroup memory; `wide`: 8 output channels at once, else 4.
    Rows { int8: bool, wide: bool },
    /// Any convolution of one group, without workgroup memory.
    Strip { int8: bool, wide: bool },
    /// Any convolution of one group, through workgroup memory; `wide`: tiles of 64 output channels, else of 16.
    Tiled { int8: bool, wide: bool },
    /// Any convolution, one pixel an invocation.
    Pixel { int8: bool },
    /// A filter for each channel.
    Depthwise { int8: bool },
    /// Transposed convolution.
    Transposed { int8: bool },
    /// Pooling.
    Pool,
    /// Separable resize.
    Resize,
    /// A function of one value.
    Unary,
    /// A function of two values of images.
    Binary,
    /// One value everywhere.
    Fill,
    /// Elements moved one by one.
    Copy,
    /// Elements moved by fours.
    CopyGroups,
    /// A function of two values of plain tensors.
    BinaryPlain,
    /// Softmax.
    Softmax,
    /// Matrix product.
    Product,
}

/// A WGSL module: a name for messages, and the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Module {
    pub(super) name: &'static str,
    pub(super) text: &'static str,
}

const CONV_STRIP: Module = Module {
    name: "conv_strip",
    text: concat!(
        include_str!("activation.wgsl"),
        include_str!("conv_shared.wgsl"),
        include_str!("conv_strip.wgsl")
    ),
};
const CONV_TILED: Module = Module {
    name: "conv_tiled",
    text: concat!(
        include_str!("activation.wgsl"),
        include_str!("conv_shared.wgsl"),
        include_str!("conv_tiled.wgsl")
    ),
};
const CONV_PIXEL: Module = Module {
    name: "conv_pixel",
    text: concat!(
        include_str!("activation.wgsl"),
        include_str!("conv_shared.wgsl"),
        include_str!("conv_pixel.wgsl")
    ),
};
const WINDOW: Module = Module { name: "window", text: include_str!("window.wgsl") };
const ELEMENT: Module =
    Module { name: "element", text: concat!(include_str!("activation.wgsl"), include_str!("element.wgsl")) };
const STRIDED: Module = Module {
    name: "strided",
    text: concat!(include_str!("strided.wgsl"), include_str!("strided_scalar.wgsl")),
};
const STRIDED_GROUPS: Module = Module {
    name: "strided_groups",
    text: concat!(include_str!("strided.wgsl"), include_str!("strided_groups.wgsl")),
};

/// Every module.
#[cfg(test)]
pub(super) const MODULES: [Module; 7] =
    [CONV_STRIP, CONV_TILED, CONV_PIXEL, WINDOW, ELEMENT, STRIDED, STRIDED_GROUPS];

impl Kernel {
    /// The module it is in and its entry point.
    pub(super) fn entry(self) -> (Module, &'static str) {
        match self {
            Self::Rows { .. } => (CONV_STRIP, "rows"),
            Self::Strip { .. } => (CONV_STRIP, "strip"),
            Self::Tiled { .. } => (CONV_TILED, "tiled"),
            Self::Pixel { .. } => (CONV_PIXEL, "pixel"),
            Self::Depthwise { .. } => (CONV_PIXEL, "depthwise"),
            Self::Transposed { .. } => (CONV_PIXEL, "transposed"),
            Self::Pool => (WINDOW, "pool"),
            Self::Resize => (WINDOW, "resize"),
            Self::Unary => (ELEMENT, "unary"),
            Self::Binary => (ELEMENT, "binary"),
            Self::Fill => (ELEMENT, "fill"),
            Self::Copy => (STRIDED, "copy"),
            Self::BinaryPlain => (STRIDED, "binary"),
            Self::Softmax => (STRIDED, "softmax"),
            Self::Product => (STRIDED, "product"),
            Self::CopyGroups => (STRIDED_GROUPS, "copy_groups"),
        }
    }

    /// The values of its pipeline-overridable constants.
    pub(super) fn constants(self) -> Vec<(&'static str, f64)> {
        let flag = |on: bool| if on { 1.0 } else { 0.0 };
        match self {
            Self::Rows { int8, wide } | Self::Strip { int8, wide } => {
                vec![("INT8", flag(int8)), ("WIDTH", 1.0 + flag(wide))]
            }
            Self::Tiled { int8, wide } => {
                let (columns, depth) = if wide { (16.0, 4.0) } else { (4.0, 2.0) };
                vec![("INT8", flag(int8)), ("COLUMNS", columns), ("DEPTH", depth)]
            }
            Self::Pixel { int8 } | Self::Depthwise { int8 } | Self::Transposed { int8 } => {
                vec![("INT8", flag(int8))]
            }
            _ => vec![],
        }
    }

    /// Items that a workgroup works on: invocations, or pixels of a tile.
    pub(super) fn workgroup_items(self) -> usize {
        match self {
            Self::Rows { .. } | Self::Strip { .. } => 32,
            Self::Tiled { wide: true, .. } => 64,
            Self::Tiled { wide: false, .. } => 256,
            _ => 64,
        }
    }
}

/// The pipelines of a network, all with one layout: source, table, parameters, other source, result.
#[derive(Debug)]
pub(super) struct Pipelines {
    pub(super) layout: wgpu::BindGroupLayout,
    pipelines: HashMap<Kernel, wgpu::ComputePipeline>,
}

/// Bytes of parameters that a kernel sees, and the step between neighbours.
pub(super) const PARAMETER_BYTES: usize = 256;

impl Pipelines {
    pub(super) fn new(device: &Device, kernels: impl IntoIterator<Item = Kernel>) -> Self {
        let raw = device.raw();
        let buffer = |binding, ty, has_dynamic_offset, min: u64| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer {
                ty,
                has_dynamic_offset,
                min_binding_size: wgpu::BufferSize::new(min),
            },
            count: None,
        };
        let layout = raw.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("nn"),
            entries: &[
                buffer(0, wgpu::BufferBindingType::Storage { read_only: false }, false, 16),
                buffer(1, wgpu::BufferBindingType::Storage { read_only: true }, false, 16),
                buffer(2, wgpu::BufferBindingType::Uniform, true, PARAMETER_BYTES as u64),
                buffer(3, wgpu::BufferBindingType::Storage { read_only: false }, false, 16),
                buffer(4, wgpu::BufferBindingType::Storage { read_only: false }, false, 16),
            ],
        });
        let pipeline_layout = raw.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("nn"),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let mut modules: HashMap<Module, wgpu::ShaderModule> = HashMap::new();
        let mut pipelines = HashMap::new();
        for kernel in kernels {
            pipelines.entry(kernel).or_insert_with(|| {
                let (module, entry) = kernel.entry();
                let shader = modules.entry(module).or_insert_with(|| {
                    raw.create_shader_module(wgpu::ShaderModuleDescriptor {
                        label: Some(module.name),
                        source: wgpu::ShaderSource::Wgsl(module.text.into()),
                    })
                });
                raw.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                    label: Some(entry),
                    layout: Some(&pipeline_layout),
                    module: shader,
                    entry_point: Some(entry),
                    compilation_options: wgpu::PipelineCompilationOptions {
                        constants: &kernel.constants(),
                        // Every kernel writes its workgroup memory before it reads it.
                        zero_initialize_workgroup_memory: false,
                    },
                    cache: None,
                })
            });
        }
        Self { layout, pipelines }
    }

    /// The pipeline of a kernel that [`Pipelines::new`] was given.
    pub(super) fn get(&self, kernel: Kernel) -> &wgpu::ComputePipeline {
        &self.pipelines[&kernel]
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use naga::valid::{Capabilities, ValidationFlags, Validator};

    /// Without any adapter: every shader parses, is valid, and has the entry points and constants it is asked
    /// for.
    #[test]
    fn every_shader_is_valid() {
        for module in MODULES {
            let parsed = naga::front::wgsl::parse_str(module.text)
                .unwrap_or_else(|e| panic!("{}: {}", module.name, e.emit_to_string(module.text)));
            Validator::new(ValidationFlags::all(), Capabilities::empty())
                .validate(&parsed)
                .unwrap_or_else(|e| panic!("{}: {}", module.name, e.emit_to_string(module.text)));
        }
        let flags = [false, true];
        let kernels = flags.iter().flat_map(|&int8| {
            flags
                .iter()
                .flat_map(move |&wide| {
                    [Kernel::Rows { int8, wide }, Kernel::Strip { int8, wide }, Kernel::Tiled { int8, wide }]
                })
                .chain([Kernel::Pixel { int8 }, Kernel::Depthwise { int8 }, Kernel::Transposed { int8 }])
        });
        let rest = [
            Kernel::Pool,
            Kernel::Resize,
            Kernel::Unary,
            Kernel::Binary,
            Kernel::Fill,
            Kernel::Copy,
            Kernel::CopyGroups,
            Kernel::BinaryPlain,
            Kernel::Softmax,
            Kernel::Product,
        ];
        for kernel in kernels.chain(rest) {
            let (module, entry) = kernel.entry();
            let parsed = naga::front::wgsl::parse_str(module.text).unwrap();
            let point = parsed.entry_points.iter().find(|p| p.name == entry);
            let point = point.unwrap_or_else(|| panic!("{}: no entry point {entry}", module.name));
            let [x, y, z] = point.workgroup_size;
            assert!(x * y * z <= 256, "{entry}");
            for (name, _) in kernel.constants() {
                let known = parsed.overrides.iter().any(|(_, o)| o.name.as_deref() == Some(name));
                assert!(known, "{}: no constant {name}", module.name);
            }
            let workgroup: u64 = parsed
                .global_variables
                .iter()
                .filter(|(_, v)| v.space == naga::AddressSpace::WorkGroup)
                .map(|(_, v)| u64::from(parsed.types[v.ty].inner.size(parsed.to_ctx())))
                .sum();
            assert!(workgroup <= 16 << 10, "{}: {workgroup} bytes of workgroup memory", module.name);
        }
    }
}
