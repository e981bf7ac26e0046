//! Gzip, the same bytes wherever and whenever they are made.

use anyhow::{Result, bail};
use flate2::Crc;
use miniz_oxide::deflate::core::{
    CompressionStrategy, CompressorOxide, TDEFLFlush, TDEFLStatus, compress,
    create_comp_flags_from_zip_params,
};

/// A header without name, time or system: deflate, no flags.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255];

/// Raw deflate, without zlib's wrapping.
const RAW: i32 = 0;

/// Compresses quantized weights: noise, in which a short repetition that deflate finds costs more bits than the
/// codes of its bytes. The strategy that takes only long ones saves a tenth of the file.
pub(super) fn compressed(bytes: &[u8]) -> Result<Vec<u8>> {
    let flags = create_comp_flags_from_zip_params(9, RAW, CompressionStrategy::HuffmanOnly as i32);
    let mut compressor = CompressorOxide::new(flags);
    let mut out = HEADER.to_vec();
    let mut buffer = vec![0; 1 << 20];
    let mut rest = bytes;
    loop {
        let (status, read, written) = compress(&mut compressor, rest, &mut buffer, TDEFLFlush::Finish);
        out.extend_from_slice(&buffer[..written]);
        rest = &rest[read..];
        match status {
            TDEFLStatus::Done => break,
            TDEFLStatus::Okay => {}
            other => bail!("the model could not be compressed ({other:?})"),
        }
    }
    let mut crc = Crc::new();
    crc.update(bytes);
    out.extend_from_slice(&crc.sum().to_le_bytes());
    // The length is of 32 bits in the format, and wraps.
    out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    Ok(out)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn what_was_compressed_unpacks() {
        // Longer than the buffer in either form, and with little to find in it.
        let mut state = 1u32;
        let bytes: Vec<u8> = (0..3 << 20)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 28) as u8
            })
            .collect();
        let packed = compressed(&bytes).unwrap();
        assert!(packed.len() < bytes.len() * 51 / 100, "{} bytes", packed.len());
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, bytes);
    }
}
