//! Turning a picture upright, as the camera noted in the file.

use image::metadata::Orientation;

use super::{Error, memory};

/// Turns RGBA pixels upright. Flips and the half turn happen in place; the quarter turns take a second
/// buffer, and the first is freed before this returns.
pub(super) fn upright(
    width: u32,
    height: u32,
    mut pixels: Vec<u8>,
    orientation: Orientation,
) -> Result<(u32, u32, Vec<u8>), Error> {
    let stride = width as usize;
    match orientation {
        Orientation::NoTransforms => {}
        Orientation::Rotate180 => pixels.as_chunks_mut::<4>().0.reverse(),
        Orientation::FlipHorizontal => {
            for row in pixels.as_chunks_mut::<4>().0.chunks_exact_mut(stride) {
                row.reverse();
            }
        }
        Orientation::FlipVertical => {
            let (top, bottom) = pixels.as_chunks_mut::<4>().0.split_at_mut(stride * (height as usize / 2));
            for (upper, lower) in top.chunks_exact_mut(stride).zip(bottom.rchunks_exact_mut(stride)) {
                upper.swap_with_slice(lower);
            }
        }
        Orientation::Rotate90
        | Orientation::Rotate270
        | Orientation::Rotate90FlipH
        | Orientation::Rotate270FlipH => {
            let turned = transpose(width, height, &pixels, orientation)?;
            return Ok((height, width, turned));
        }
    }
    Ok((width, height, pixels))
}

/// The size of a picture once it is upright.
pub(super) fn upright_size(width: u32, height: u32, orientation: Orientation) -> (u32, u32) {
    match orientation {
        Orientation::Rotate90
        | Orientation::Rotate270
        | Orientation::Rotate90FlipH
        | Orientation::Rotate270FlipH => (height, width),
        _ => (width, height),
    }
}

fn transpose(width: u32, height: u32, pixels: &[u8], orientation: Orientation) -> Result<Vec<u8>, Error> {
    let (width, height) = (width as usize, height as usize);
    let mut turned = memory::zeroed(pixels.len() as u64)?;
    let source = pixels.as_chunks::<4>().0;
    let target = turned.as_chunks_mut::<4>().0;
    // Which source column becomes each target row, and in which direction it runs.
    let (from_right, from_bottom) = match orientation {
        Orientation::Rotate90 => (false, true),
        Orientation::Rotate270 => (true, false),
        Orientation::Rotate270FlipH => (true, true),
        _ => (false, false),
    };
    // Square tiles keep both the rows that are read and those that are written in the cache.
    const TILE: usize = 32;
    for tile_y in (0..width).step_by(TILE) {
        for tile_x in (0..height).step_by(TILE) {
            for y in tile_y..(tile_y + TILE).min(width) {
                let column = if from_right { width - 1 - y } else { y };
                for x in tile_x..(tile_x + TILE).min(height) {
                    let row = if from_bottom { height - 1 - x } else { x };
                    target[y * height + x] = source[row * width + column];
                }
            }
        }
    }
    Ok(turned)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// The 2 × 3 picture `a b / c d / e f` as stored, for each orientation, and what it shows.
    #[test]
    fn each_orientation_shows_what_exif_says() {
        let rows: [(u8, (u32, u32), &str); 8] = [
            (1, (2, 3), "abcdef"),
            (2, (2, 3), "badcfe"),
            (3, (2, 3), "fedcba"),
            (4, (2, 3), "efcdab"),
            (5, (3, 2), "acebdf"),
            (6, (3, 2), "ecafdb"),
            (7, (3, 2), "fdbeca"),
            (8, (3, 2), "bdface"),
        ];
        let stored: Vec<u8> = "abcdef".bytes().flat_map(|byte| [byte; 4]).collect();
        for (number, size, shown) in rows {
            let orientation = Orientation::from_exif(number).unwrap();
            let (width, height, pixels) = upright(2, 3, stored.clone(), orientation).unwrap();
            let letters: String = pixels.iter().step_by(4).map(|&byte| byte as char).collect();
            assert_eq!(((width, height), letters.as_str()), (size, shown), "orientation {number}");
            assert_eq!(upright_size(2, 3, orientation), size);
        }
    }

    #[test]
    fn a_picture_larger_than_a_tile_turns_back_to_itself() {
        let (width, height) = (70, 45);
        let pixels: Vec<u8> = (0..width * height * 4).map(|i| (i * 7 / 3) as u8).collect();
        let (w, h, turned) = upright(width, height, pixels.clone(), Orientation::Rotate90).unwrap();
        assert_ne!(turned, pixels);
        let (w, h, back) = upright(w, h, turned, Orientation::Rotate270).unwrap();
        assert_eq!((w, h, back), (width, height, pixels));
    }
}
