//! A tensor in host memory: what an ONNX file holds and what a caller feeds or reads.

use std::sync::Arc;

use super::onnx::{TensorProto, data_type};

/// Most elements in one tensor of a file or a plan: 2 GiB of 32-bit floats, above any sensible network.
pub const MAX_ELEMENTS: usize = 1 << 29;

/// Most axes of one tensor; supported networks have six at most.
pub const MAX_RANK: usize = 16;

/// The elements of a [`Tensor`], row-major in the tensor's logical order.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// 32-bit floats; 16-bit and 64-bit ones are converted on loading.
    F32(Vec<f32>),
    /// Integers and booleans, widened on loading.
    I64(Vec<i64>),
    /// Signed bytes: quantized weights, which a plan shares with the graph.
    I8(Arc<Vec<i8>>),
    /// Unsigned bytes: quantized weights or activations.
    U8(Vec<u8>),
}

/// A tensor in host memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Sizes, outermost first; empty for a scalar.
    pub shape: Vec<usize>,
    /// The elements.
    pub data: Data,
}

/// Number of elements of a shape, or `None` past [`MAX_ELEMENTS`] or [`MAX_RANK`].
pub fn elements(shape: &[usize]) -> Option<usize> {
    if shape.len() > MAX_RANK {
        return None;
    }
    shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d)).filter(|&n| n <= MAX_ELEMENTS)
}

impl Tensor {
    /// A tensor of 32-bit floats.
    pub fn f32(shape: impl Into<Vec<usize>>, data: Vec<f32>) -> Self {
        Self { shape: shape.into(), data: Data::F32(data) }
    }

    /// A tensor of integers.
    pub fn i64(shape: impl Into<Vec<usize>>, data: Vec<i64>) -> Self {
        Self { shape: shape.into(), data: Data::I64(data) }
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        match &self.data {
            Data::F32(v) => v.len(),
            Data::I64(v) => v.len(),
            Data::I8(v) => v.len(),
            Data::U8(v) => v.len(),
        }
    }

    /// Whether the tensor holds no element.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The elements as floats, whatever they are stored as.
    pub fn to_f32(&self) -> Vec<f32> {
        match &self.data {
            Data::F32(v) => v.clone(),
            Data::I64(v) => v.iter().map(|&x| x as f32).collect(),
            Data::I8(v) => v.iter().map(|&x| f32::from(x)).collect(),
            Data::U8(v) => v.iter().map(|&x| f32::from(x)).collect(),
        }
    }

    /// The elements as integers; floats only where they are whole.
    pub fn to_i64(&self) -> Option<Vec<i64>> {
        match &self.data {
            Data::F32(v) => v.iter().map(|&x| (x.fract() == 0.0).then_some(x as i64)).collect(),
            Data::I64(v) => Some(v.clone()),
            Data::I8(v) => Some(v.iter().map(|&x| i64::from(x)).collect()),
            Data::U8(v) => Some(v.iter().map(|&x| i64::from(x)).collect()),
        }
    }

    /// Reads a tensor of an ONNX file. The error is a sentence without the tensor's name.
    #[inline(never)]
    pub fn from_proto(proto: TensorProto) -> Result<Self, String> {
        if proto.data_location != 0 {
            return Err("its data lies in another file, and a network must come as one file".into());
        }
        let shape = proto
            .dims
            .iter()
            .map(|&d| usize::try_from(d).map_err(|_| format!("it has a negative size {d}")))
            .collect::<Result<Vec<_>, _>>()?;
        let count =
            elements(&shape).ok_or("it declares more elements or axes than any supported network has")?;
        let raw = proto.raw_data;
        let data = match proto.data_type {
            data_type::FLOAT => Data::F32(if raw.is_empty() {
                proto.float_data
            } else {
                raw.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect()
            }),
            data_type::DOUBLE => Data::F32(if raw.is_empty() {
                proto.double_data.iter().map(|&x| x as f32).collect()
            } else {
                raw.as_chunks().0.iter().map(|b| f64::from_le_bytes(*b) as f32).collect()
            }),
            data_type::FLOAT16 => Data::F32(if raw.is_empty() {
                proto.int32_data.iter().map(|&x| f32_from_f16(x as u16)).collect()
            } else {
                raw.as_chunks().0.iter().map(|b| f32_from_f16(u16::from_le_bytes(*b))).collect()
            }),
            data_type::INT8 => Data::I8(Arc::new(if raw.is_empty() {
                proto.int32_data.iter().map(|&x| x as i8).collect()
            } else {
                signed(raw)
            })),
            data_type::UINT8 => Data::U8(if raw.is_empty() {
                proto.int32_data.iter().map(|&x| x as u8).collect()
            } else {
                raw
            }),
            data_type::BOOL => Data::I64(if raw.is_empty() {
                proto.int32_data.iter().map(|&x| i64::from(x)).collect()
            } else {
                raw.iter().map(|&b| i64::from(b)).collect()
            }),
            data_type::INT32 => Data::I64(if raw.is_empty() {
                proto.int32_data.iter().map(|&x| i64::from(x)).collect()
            } else {
                raw.as_chunks().0.iter().map(|b| i64::from(i32::from_le_bytes(*b))).collect()
            }),
            data_type::INT64 => Data::I64(if raw.is_empty() {
                proto.int64_data
            } else {
                raw.as_chunks().0.iter().map(|b| i64::from_le_bytes(*b)).collect()
            }),
            other => return Err(format!("its element type {other} is not supported")),
        };
        let tensor = Self { shape, data };
        if tensor.len() != count {
            return Err(format!("its shape asks for {count} elements and it holds {}", tensor.len()));
        }
        Ok(tensor)
    }
}

/// The same bytes with a sign, in the same memory.
#[inline(never)]
fn signed(bytes: Vec<u8>) -> Vec<i8> {
    bytes.into_iter().map(|b| b as i8).collect()
}

/// IEEE 754 half precision to single, exactly.
pub fn f32_from_f16(bits: u16) -> f32 {
    let sign = u32::from(bits >> 15) << 31;
    let exponent = u32::from(bits >> 10) & 0x1f;
    let mantissa = u32::from(bits & 0x3ff);
    match exponent {
        // Zero and subnormals: the value is mantissa × 2⁻²⁴, exact in single precision.
        0 => {
            let magnitude = mantissa as f32 * (1.0 / 16_777_216.0);
            f32::from_bits(magnitude.to_bits() | sign)
        }
        0x1f => f32::from_bits(sign | 0x7f80_0000 | (mantissa << 13)),
        _ => f32::from_bits(sign | ((exponent + 112) << 23) | (mantissa << 13)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_precision_widens_exactly() {
        for (bits, value) in [
            (0x0000u16, 0.0f32),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0001, 5.960_464_5e-8),
            (0x0400, 6.103_515_6e-5),
            (0x3555, 0.333_251_95),
            (0xfc00, f32::NEG_INFINITY),
        ] {
            assert_eq!(f32_from_f16(bits), value, "{bits:04x}");
        }
        assert!(f32_from_f16(0x7e00).is_nan());
    }

    #[test]
    fn a_tensor_that_lies_about_its_size_is_refused() {
        let proto = |dims: &[i64], raw: usize| TensorProto {
            dims: dims.to_vec(),
            data_type: data_type::FLOAT,
            raw_data: vec![0; raw],
            ..TensorProto::default()
        };
        assert!(Tensor::from_proto(proto(&[2, 2], 16)).is_ok());
        assert!(Tensor::from_proto(proto(&[2, 2], 12)).is_err());
        assert!(Tensor::from_proto(proto(&[-1, 2], 8)).is_err());
        assert!(Tensor::from_proto(proto(&[i64::MAX, i64::MAX, 2], 8)).is_err());
        assert!(Tensor::from_proto(proto(&[1 << 40], 8)).is_err());
    }
}
