//! The kernels: which WGSL each is made of, and the pipelines of those that a network uses.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::lower::{Strategy, Target, Winograd};
use crate::gpu::Device;
use crate::gpu::wgsl::wgsl;
use crate::nn::step::{Activation, Conv, Residual};

/// The end of a convolution's work that a pipeline is made for: software adapters run through all that a kernel
/// could do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Tail {
    /// Whatever the parameters say.
    Any,
    /// No function or max(x, 0), with the residual where there is one.
    Clamp { relu: bool, residual: Option<Residual> },
}

impl Tail {
    pub(super) fn of(conv: &Conv) -> Self {
        match conv.activation {
            Activation::Identity => Self::Clamp { relu: false, residual: conv.residual },
            Activation::Relu => Self::Clamp { relu: true, residual: conv.residual },
            _ => Self::Any,
        }
    }

    /// The values of FUNCTION and RESIDUAL in conv_shared.wgsl.
    fn constants(self) -> [(&'static str, f64); 2] {
        let (function, residual) = match self {
            Self::Any => (255.0, 255.0),
            Self::Clamp { relu, residual } => {
                (if relu { 1.0 } else { 0.0 }, f64::from(residual_place(residual)))
            }
        };
        [("FUNCTION", function), ("RESIDUAL", residual)]
    }
}

/// What the kernels call the place of a residual.
pub(super) fn residual_place(residual: Option<Residual>) -> u32 {
    match residual {
        None => 0,
        Some(Residual::BeforeActivation) => 1,
        Some(Residual::AfterActivation) => 2,
    }
}

/// A kernel, one pipeline. `int8` says that the weights are signed bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kernel {
    /// Convolution three wide with stride 1, without workgroup memory; `wide`: 8 output channels at once, else 4.
    Rows { int8: bool, wide: bool, tail: Tail },
    /// Any convolution of one group, without workgroup memory.
    Strip { int8: bool, wide: bool, tail: Tail },
    /// Any convolution of one group, through workgroup memory.
    Tiled { int8: bool, columns: Columns, half: bool, tail: Tail },
    /// Any convolution, one pixel an invocation.
    Pixel { int8: bool, tail: Tail },
    /// A filter for each channel.
    Depthwise { int8: bool, tail: Tail },
    /// Transposed convolution.
    Transposed { int8: bool, tail: Tail },
    /// The filters of a 3×3 convolution, transformed for Winograd's way.
    WinogradFilters { int8: bool },
    /// The inputs of a strip of tiles, transformed.
    WinogradInputs,
    /// The products of the two, without workgroup memory; `tall`: eight tiles an invocation, else four.
    WinogradMultiply { subgroups: bool, tall: bool },
    /// The products of the two, through workgroup memory.
    WinogradTiled { columns: Columns },
    /// The products transformed back.
    WinogradOutputs { tail: Tail },
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

/// Invocations side by side along the output channels of a tile in workgroup memory; each computes eight channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Columns {
    /// 16 channels, 512 pixels.
    Two = 2,
    /// 32 channels, 256 pixels.
    Four = 4,
    /// 64 channels, 128 pixels.
    Eight = 8,
}

impl Columns {
    /// The narrowest tile that covers `groups` output groups, or the widest.
    pub(super) fn covering(groups: usize) -> Self {
        match groups {
            0..=4 => Self::Two,
            5..=8 => Self::Four,
            _ => Self::Eight,
        }
    }

    fn count(self) -> f64 {
        f64::from(self as u32)
    }

    /// Output groups of a tile.
    pub(super) fn groups(self) -> usize {
        2 * self as usize
    }

    /// Pixels of a tile.
    pub(super) fn pixels(self) -> usize {
        1024 / self as usize
    }
}

/// A WGSL module: a name for messages, and the parts of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Module {
    pub(super) name: &'static str,
    parts: &'static [&'static str],
}

/// What several modules begin with.
const ACTIVATION: &str = wgsl!("activation.wgsl");
const CONV_SHARED: &str = wgsl!("conv_shared.wgsl");
const TILED_FULL: &str = wgsl!("tiled_full.wgsl");
const TILED_SHARED: &str = wgsl!("tiled_shared.wgsl");
const WINOGRAD_PRODUCT: &str = wgsl!("winograd_multiply.wgsl");
const STRIDES: &str = wgsl!("strided.wgsl");

const CONV_STRIP: Module =
    Module { name: "conv_strip", parts: &[ACTIVATION, CONV_SHARED, wgsl!("conv_strip.wgsl")] };
const CONV_TILED: Module = Module {
    name: "conv_tiled",
    parts: &[TILED_FULL, ACTIVATION, CONV_SHARED, TILED_SHARED, wgsl!("conv_tiled.wgsl")],
};
const CONV_TILED_HALF: Module = Module {
    name: "conv_tiled_half",
    parts: &[wgsl!("tiled_half.wgsl"), ACTIVATION, CONV_SHARED, TILED_SHARED, wgsl!("conv_tiled.wgsl")],
};
const WINOGRAD_TILED: Module = Module {
    name: "winograd_tiled",
    parts: &[TILED_FULL, ACTIVATION, CONV_SHARED, TILED_SHARED, wgsl!("winograd_tiled.wgsl")],
};
const CONV_PIXEL: Module =
    Module { name: "conv_pixel", parts: &[ACTIVATION, CONV_SHARED, wgsl!("conv_pixel.wgsl")] };
const WINOGRAD: Module =
    Module { name: "winograd", parts: &[ACTIVATION, CONV_SHARED, wgsl!("winograd.wgsl")] };
const WINOGRAD_MULTIPLY: Module = Module {
    name: "winograd_multiply",
    parts: &[ACTIVATION, CONV_SHARED, WINOGRAD_PRODUCT, wgsl!("winograd_weights_plain.wgsl")],
};
const WINOGRAD_MULTIPLY_SUBGROUP: Module = Module {
    name: "winograd_multiply_subgroup",
    parts: &[ACTIVATION, CONV_SHARED, WINOGRAD_PRODUCT, wgsl!("winograd_weights_subgroup.wgsl")],
};
const WINDOW: Module = Module { name: "window", parts: &[wgsl!("window.wgsl")] };
const ELEMENT: Module = Module { name: "element", parts: &[ACTIVATION, wgsl!("element.wgsl")] };
const STRIDED: Module = Module { name: "strided", parts: &[STRIDES, wgsl!("strided_scalar.wgsl")] };
const STRIDED_GROUPS: Module =
    Module { name: "strided_groups", parts: &[STRIDES, wgsl!("strided_groups.wgsl")] };

/// Every module.
#[cfg(test)]
pub(super) const MODULES: [Module; 12] = [
    CONV_STRIP,
    CONV_TILED,
    CONV_TILED_HALF,
    CONV_PIXEL,
    WINOGRAD,
    WINOGRAD_MULTIPLY,
    WINOGRAD_MULTIPLY_SUBGROUP,
    WINOGRAD_TILED,
    WINDOW,
    ELEMENT,
    STRIDED,
    STRIDED_GROUPS,
];

impl Module {
    pub(super) fn text(&self) -> String {
        self.parts.concat()
    }
}

impl Kernel {
    /// The module it is in and its entry point.
    pub(super) fn entry(self) -> (Module, &'static str) {
        match self {
            Self::Rows { .. } => (CONV_STRIP, "rows"),
            Self::Strip { .. } => (CONV_STRIP, "strip"),
            Self::Tiled { half: false, .. } => (CONV_TILED, "tiled"),
            Self::Tiled { half: true, .. } => (CONV_TILED_HALF, "tiled"),
            Self::Pixel { .. } => (CONV_PIXEL, "pixel"),
            Self::Depthwise { .. } => (CONV_PIXEL, "depthwise"),
            Self::Transposed { .. } => (CONV_PIXEL, "transposed"),
            Self::WinogradFilters { .. } => (WINOGRAD, "filters"),
            Self::WinogradInputs => (WINOGRAD, "inputs"),
            Self::WinogradMultiply { subgroups: false, .. } => (WINOGRAD_MULTIPLY, "multiply"),
            Self::WinogradMultiply { subgroups: true, .. } => (WINOGRAD_MULTIPLY_SUBGROUP, "multiply"),
            Self::WinogradTiled { .. } => (WINOGRAD_TILED, "tiled"),
            Self::WinogradOutputs { .. } => (WINOGRAD, "outputs"),
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
        let mut constants = match self {
            Self::Rows { int8, wide, .. } | Self::Strip { int8, wide, .. } => {
                vec![("INT8", flag(int8)), ("WIDTH", 1.0 + flag(wide))]
            }
            Self::Tiled { int8, columns, .. } => {
                vec![("INT8", flag(int8)), ("COLUMNS", columns.count()), ("DEPTH", columns.count() / 2.0)]
            }
            Self::WinogradMultiply { tall, .. } => vec![("TILES", 4.0 + 4.0 * flag(tall))],
            Self::WinogradTiled { columns } => {
                vec![("COLUMNS", columns.count()), ("DEPTH", columns.count() / 2.0)]
            }
            Self::Pixel { int8, .. }
            | Self::Depthwise { int8, .. }
            | Self::Transposed { int8, .. }
            | Self::WinogradFilters { int8 } => vec![("INT8", flag(int8))],
            _ => vec![],
        };
        match self {
            Self::Rows { tail, .. }
            | Self::Strip { tail, .. }
            | Self::Tiled { tail, .. }
            | Self::Pixel { tail, .. }
            | Self::Depthwise { tail, .. }
            | Self::Transposed { tail, .. }
            | Self::WinogradOutputs { tail } => constants.extend(tail.constants()),
            _ => {}
        }
        constants
    }

    /// Items that a workgroup works on: invocations, or pixels of a tile.
    pub(super) fn workgroup_items(self) -> usize {
        match self {
            Self::Rows { .. } | Self::Strip { .. } => 32,
            Self::WinogradMultiply { tall, .. } => 128 << u32::from(tall),
            Self::Tiled { columns, .. } | Self::WinogradTiled { columns } => columns.pixels(),
            _ => 64,
        }
    }
}

/// The kernels that networks of U²-Net's kind use, the ones that take the longest to compile first.
pub(super) fn usual(target: &Target) -> Vec<Kernel> {
    let int8 = true;
    let relu = Tail::Clamp { relu: true, residual: None };
    let sum = Tail::Clamp { relu: true, residual: Some(Residual::AfterActivation) };
    let plain = Tail::Clamp { relu: false, residual: None };
    let mut kernels = Vec::new();
    let winograd = target.strategy == Strategy::Registers || target.winograd != Winograd::From(usize::MAX);
    if winograd {
        kernels.extend([relu, sum].map(|tail| Kernel::WinogradOutputs { tail }));
        kernels.push(Kernel::WinogradInputs);
        // The first layer's weights are often floats.
        kernels.extend([true, false].map(|int8| Kernel::WinogradFilters { int8 }));
    }
    match target.strategy {
        Strategy::Registers => {
            let subgroups = target.subgroups;
            kernels.extend([true, false].map(|tall| Kernel::WinogradMultiply { subgroups, tall }));
            kernels.push(Kernel::Rows { int8, wide: true, tail: Tail::Any });
            kernels.push(Kernel::Rows { int8, wide: false, tail: plain });
            kernels.extend([true, false].map(|wide| Kernel::Strip { int8, wide, tail: Tail::Any }));
        }
        Strategy::Tiled => {
            let all = [Columns::Eight, Columns::Four, Columns::Two];
            for columns in all {
                if winograd {
                    kernels.push(Kernel::WinogradTiled { columns });
                }
                let half = target.half;
                kernels.extend([relu, sum].map(|tail| Kernel::Tiled { int8, columns, half, tail }));
            }
            let half = target.half;
            let columns = Columns::Eight;
            kernels.extend([relu, sum].map(|tail| Kernel::Tiled { int8: false, columns, half, tail }));
            kernels.extend([plain, Tail::Any].map(|tail| Kernel::Pixel { int8, tail }));
        }
    }
    kernels.extend([Kernel::Pool, Kernel::Resize, Kernel::Copy, Kernel::CopyGroups, Kernel::Fill]);
    kernels
}

/// The pipelines on a device, all with one layout: source, table, parameters, other source, result. Each is made when
/// it is first asked for.
#[derive(Debug)]
pub(super) struct Pipelines {
    pub(super) layout: wgpu::BindGroupLayout,
    pipeline_layout: wgpu::PipelineLayout,
    made: Mutex<Made>,
}

#[derive(Debug, Default)]
struct Made {
    modules: HashMap<Module, wgpu::ShaderModule>,
    pipelines: HashMap<Kernel, wgpu::ComputePipeline>,
}

/// Bytes of parameters that a kernel sees, and the step between neighbours.
pub(super) const PARAMETER_BYTES: usize = 256;

impl Pipelines {
    pub(super) fn new(device: &Device) -> Self {
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
        Self { layout, pipeline_layout, made: Mutex::default() }
    }

    /// Whether a kernel's pipeline was made already.
    pub(super) fn has(&self, kernel: Kernel) -> bool {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).pipelines.contains_key(&kernel)
    }

    /// The pipeline of a kernel.
    pub(super) fn get(&self, device: &Device, kernel: Kernel) -> wgpu::ComputePipeline {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let Made { modules, pipelines } = &mut *made;
        let make = || {
            let (module, entry) = kernel.entry();
            let shader = modules.entry(module).or_insert_with(|| {
                device.raw().create_shader_module(wgpu::ShaderModuleDescriptor {
                    label: Some(module.name),
                    source: wgpu::ShaderSource::Wgsl(module.text().into()),
                })
            });
            device.raw().create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(entry),
                layout: Some(&self.pipeline_layout),
                module: shader,
                entry_point: Some(entry),
                compilation_options: wgpu::PipelineCompilationOptions {
                    constants: &kernel.constants(),
                    // Every kernel writes its workgroup memory before it reads it.
                    zero_initialize_workgroup_memory: false,
                },
                cache: None,
            })
        };
        pipelines.entry(kernel).or_insert_with(make).clone()
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
            let text = module.text();
            let parsed = naga::front::wgsl::parse_str(&text)
                .unwrap_or_else(|e| panic!("{}: {}", module.name, e.emit_to_string(&text)));
            let allowed = Capabilities::SUBGROUP | Capabilities::SHADER_FLOAT16;
            Validator::new(ValidationFlags::all(), allowed)
                .validate(&parsed)
                .unwrap_or_else(|e| panic!("{}: {}", module.name, e.emit_to_string(&text)));
        }
        let flags = [false, true];
        let tail = Tail::Clamp { relu: true, residual: Some(Residual::AfterActivation) };
        let all = [Columns::Two, Columns::Four, Columns::Eight];
        let kernels = flags.iter().flat_map(|&int8| {
            flags
                .iter()
                .flat_map(move |&wide| {
                    [Kernel::Rows { int8, wide, tail }, Kernel::Strip { int8, wide, tail }]
                        .into_iter()
                        .chain(all.map(|columns| Kernel::Tiled { int8, columns, half: wide, tail }))
                        .chain(all.map(|columns| Kernel::WinogradTiled { columns }))
                })
                .chain([
                    Kernel::Pixel { int8, tail },
                    Kernel::Depthwise { int8, tail },
                    Kernel::Transposed { int8, tail },
                ])
                .chain([Kernel::WinogradFilters { int8 }])
        });
        let rest = [
            Kernel::WinogradInputs,
            Kernel::WinogradMultiply { subgroups: false, tall: false },
            Kernel::WinogradMultiply { subgroups: true, tall: true },
            Kernel::WinogradOutputs { tail },
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
            let parsed = naga::front::wgsl::parse_str(&module.text()).unwrap();
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
