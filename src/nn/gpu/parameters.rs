//! The parameters of the kernels, laid out as the structs of the same name in WGSL.

use bytemuck::{Pod, Zeroable};

use super::kernel::PARAMETER_BYTES;

/// `Convolution` in conv_shared.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub(super) struct Convolution {
    pub(super) source: u32,
    pub(super) source_pitch: u32,
    pub(super) source_size: [u32; 2],
    pub(super) result: u32,
    pub(super) result_pitch: u32,
    pub(super) result_size: [u32; 2],
    pub(super) residual: u32,
    pub(super) residual_pitch: u32,
    pub(super) has_residual: u32,
    pub(super) images: u32,
    pub(super) kernel: [u32; 2],
    pub(super) stride: [u32; 2],
    pub(super) dilation: [u32; 2],
    pub(super) padding: [u32; 2],
    pub(super) depth: u32,
    pub(super) outputs: u32,
    pub(super) group_outputs: u32,
    pub(super) weights: u32,
    pub(super) scales: u32,
    pub(super) biases: u32,
    pub(super) residual_in: u32,
    pub(super) first: u32,
    pub(super) end: u32,
    pub(super) row_of_items: u32,
    pub(super) strips: u32,
    pub(super) function: u32,
    pub(super) slopes: u32,
    pub(super) values: [f32; 4],
    pub(super) tile_rows: u32,
    pub(super) block: u32,
}

/// `Window` in window.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub(super) struct Window {
    pub(super) source: u32,
    pub(super) source_pitch: u32,
    pub(super) source_size: [u32; 2],
    pub(super) result: u32,
    pub(super) result_pitch: u32,
    pub(super) result_size: [u32; 2],
    pub(super) groups: u32,
    pub(super) end: u32,
    pub(super) row_of_items: u32,
    pub(super) mode: u32,
    pub(super) kernel: [u32; 2],
    pub(super) stride: [u32; 2],
    pub(super) dilation: [u32; 2],
    pub(super) padding: [u32; 4],
    pub(super) rows: u32,
    pub(super) columns: u32,
}

/// `Element` in element.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub(super) struct Element {
    pub(super) result: u32,
    pub(super) result_pitch: u32,
    pub(super) groups: u32,
    pub(super) channels: u32,
    pub(super) a: u32,
    pub(super) b: u32,
    pub(super) a_single: u32,
    pub(super) b_single: u32,
    pub(super) a_strides: [u32; 4],
    pub(super) b_strides: [u32; 4],
    pub(super) size: [u32; 2],
    pub(super) end: u32,
    pub(super) row_of_items: u32,
    pub(super) function: u32,
    pub(super) slopes: u32,
    pub(super) last_axis: u32,
    pub(super) values: [f32; 4],
    pub(super) b_in: u32,
}

/// Axes that `Strided` has room for.
pub(super) const AXES: usize = 12;

/// `Axis` in strided.wgsl. Steps may be negative, as two's complement.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub(super) struct Axis {
    pub(super) size: u32,
    pub(super) a: i32,
    pub(super) b: i32,
    pub(super) result: i32,
}

/// `Strided` in strided.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub(super) struct Strided {
    pub(super) a: u32,
    pub(super) b: u32,
    pub(super) result: u32,
    pub(super) end: u32,
    pub(super) row_of_items: u32,
    pub(super) operation: u32,
    pub(super) used: u32,
    pub(super) length: u32,
    pub(super) length_a: u32,
    pub(super) length_b: u32,
    pub(super) length_result: u32,
    pub(super) b_in: u32,
    pub(super) axes: [Axis; AXES],
}

const _: () = assert!(
    size_of::<Convolution>() <= PARAMETER_BYTES
        && size_of::<Window>() <= PARAMETER_BYTES
        && size_of::<Element>() <= PARAMETER_BYTES
        && size_of::<Strided>() <= PARAMETER_BYTES
);
