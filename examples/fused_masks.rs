//! The fused mask of both segmentation networks for each photo, as the network of the edges is trained on them.
//!
//!     cargo run --release --example fused_masks -- OUT PHOTO…
//!
//! Writes `OUT/STEM.npy`: `[1024, 1024]` bytes, 0 to 255, for models/edges/train.py.

use std::path::Path;
use std::{env, error::Error, fs};

use vitrine::nn::Graph;
use vitrine::photo::{self, Limits};
use vitrine::vision::{Segmenter, fuse};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let out = arguments.next().ok_or("usage: fused_masks OUT PHOTO…")?;
    fs::create_dir_all(&out)?;
    let load = |name: &str| -> Result<Segmenter, Box<dyn Error>> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models").join(name);
        Ok(Segmenter::new(Graph::from_onnx(&fs::read(path)?)?)?)
    };
    let (fast, best) = (load("fast.onnx")?, load("best.onnx")?);
    for path in arguments {
        let stem =
            Path::new(&path).file_stem().and_then(|stem| stem.to_str()).ok_or("a photo without a name")?;
        let photo = photo::decode(&fs::read(&path)?, &Limits::PRODUCT)?;
        let mask = fuse(&photo, &fast.mask(&photo, &mut |_| true)?, &best.mask(&photo, &mut |_| true)?);
        let mut header = format!(
            "{{'descr': '|u1', 'fortran_order': False, 'shape': ({}, {}), }}",
            mask.height, mask.width
        );
        // The header ends with a line feed at a multiple of 64 bytes.
        while (10 + header.len() + 1) % 64 != 0 {
            header.push(' ');
        }
        header.push('\n');
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend(u16::try_from(header.len())?.to_le_bytes());
        bytes.extend(header.bytes());
        bytes.extend(mask.values.iter().map(|value| (value * 255.0 + 0.5) as u8));
        fs::write(Path::new(&out).join(format!("{stem}.npy")), bytes)?;
    }
    Ok(())
}
