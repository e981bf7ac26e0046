//! Fewer pixels: for a working copy, a preview, or a network.
//!
//! All of it is the fixed-point convolution of `fast_image_resize`, whose result does not depend on the
//! instruction set; a test holds it to that.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, MulDiv, PixelType, ResizeAlg, ResizeOptions, Resizer};

use super::{Error, Photo, memory};

/// The filter that a network's own preprocessing uses. Both widen with the scale, as Pillow's do, so that
/// every source pixel counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// A triangle, two target pixels wide: Pillow's `BILINEAR`.
    Bilinear,
    /// A windowed sinc, six target pixels wide: Pillow's `LANCZOS`.
    Lanczos,
}

impl Filter {
    fn algorithm(self) -> ResizeAlg {
        ResizeAlg::Convolution(match self {
            Self::Bilinear => FilterType::Bilinear,
            Self::Lanczos => FilterType::Lanczos3,
        })
    }
}

/// A high-quality copy of a photo at another size, each side at least one pixel. Colours are weighted with
/// their alpha, so that what lies hidden under transparent pixels does not bleed into the edges.
pub fn resample(photo: &Photo, width: u32, height: u32) -> Photo {
    let (width, height) = (width.max(1), height.max(1));
    let mut pixels = vec![0; width as usize * height as usize * 4];
    if (width, height) == (photo.width, photo.height) {
        pixels.copy_from_slice(&photo.pixels);
    } else {
        let alpha = if photo.has_alpha { Alpha::Straight } else { Alpha::Opaque };
        convolve(
            Resizer::new(),
            (photo.width, photo.height, &photo.pixels),
            (width, height, &mut pixels),
            Filter::Lanczos,
            alpha,
        );
    }
    Photo { width, height, pixels, has_alpha: photo.has_alpha, reduced_from: photo.reduced_from }
}

/// A photo at another scale on an empty picture of `width × height` pixels: its point `(u, v)` comes to
/// `(x + scale · u, y + scale · v)`, whole numbers being the borders between pixels in both. The same filter as
/// [`resample`]; pixels that the photo covers only in part, at its own border, stay empty.
pub fn place(photo: &Photo, width: u32, height: u32, scale: f64, [x, y]: [f64; 2]) -> Photo {
    let (width, height) = (width.max(1), height.max(1));
    let mut pixels = vec![0; width as usize * height as usize * 4];
    // What rounding leaves of a border that lies on a border.
    const SLACK: f64 = 1e-6;
    let span = |from: f64, length: u32, end: u32| {
        let first = (from - SLACK).ceil().clamp(0.0, f64::from(end));
        let last = (from + scale * f64::from(length) + SLACK).floor().clamp(first, f64::from(end));
        (first, last - first)
    };
    let (left, columns) = span(x, photo.width, width);
    let (top, rows) = span(y, photo.height, height);
    let empty = |pixels| Photo { width, height, pixels, has_alpha: true, reduced_from: photo.reduced_from };
    if columns < 1.0 || rows < 1.0 || scale.is_nan() || scale <= 0.0 {
        return empty(pixels);
    }
    // The part of the photo that falls on those pixels.
    let part = |first: f64, count: f64, from: f64, length: u32| {
        let start = ((first - from) / scale).clamp(0.0, f64::from(length));
        (start, (count / scale).min(f64::from(length) - start))
    };
    let (part_left, part_width) = part(left, columns, x, photo.width);
    let (part_top, part_height) = part(top, rows, y, photo.height);
    let (columns, rows) = (columns as u32, rows as u32);
    let mut placed = vec![0; columns as usize * rows as usize * 4];
    let from = ImageRef::new(photo.width, photo.height, &photo.pixels, PixelType::U8x4)
        .expect("a picture's buffer has its length");
    let mut to = Image::from_slice_u8(columns, rows, &mut placed, PixelType::U8x4)
        .expect("the buffer was made for this size");
    let options = ResizeOptions::new()
        .resize_alg(Filter::Lanczos.algorithm())
        .use_alpha(photo.has_alpha)
        .crop(part_left, part_top, part_width, part_height);
    if Resizer::new().resize(&from, &mut to, &options).is_err() {
        return empty(pixels);
    }
    let (left, top) = (left as usize, top as usize);
    for (row, placed) in placed.chunks_exact(columns as usize * 4).enumerate() {
        pixels[((top + row) * width as usize + left) * 4..][..placed.len()].copy_from_slice(placed);
    }
    let is_covered = (columns, rows) == (width, height) && !photo.has_alpha;
    Photo { width, height, pixels, has_alpha: !is_covered, reduced_from: photo.reduced_from }
}

/// A photo as a network takes it: `[3, height, width]`, red, green and blue planes, 0 to 1 in sRGB's own
/// encoding, what is transparent on white. The values are multiples of 1/255, as if Pillow had resized.
pub fn network_input(photo: &Photo, width: u32, height: u32, filter: Filter) -> Vec<f32> {
    let (width, height) = (width.max(1), height.max(1));
    let area = width as usize * height as usize;
    let mut resized = Vec::new();
    let pixels = if (width, height) == (photo.width, photo.height) {
        &photo.pixels
    } else {
        resized.resize(area * 4, 0);
        let alpha = if photo.has_alpha { Alpha::Straight } else { Alpha::Opaque };
        convolve(
            Resizer::new(),
            (photo.width, photo.height, &photo.pixels),
            (width, height, &mut resized),
            filter,
            alpha,
        );
        &resized
    };
    let mut planes = vec![0.0; area * 3];
    for (channel, plane) in planes.chunks_exact_mut(area).enumerate() {
        for (value, pixel) in plane.iter_mut().zip(pixels.as_chunks::<4>().0) {
            let alpha = u32::from(pixel[3]);
            let level = (u32::from(pixel[channel]) * alpha + 255 * (255 - alpha) + 127) / 255;
            *value = level as f32 / 255.0;
        }
    }
    planes
}

/// The largest size of the same shape with at most `most` pixels.
pub(super) fn fit(width: u32, height: u32, most: u64) -> (u32, u32) {
    let (long, short) = (width.max(height), width.min(height));
    let scale = (most as f64 / (f64::from(width) * f64::from(height))).sqrt();
    let short_fit = (f64::from(short) * scale).floor().max(1.0);
    // From the rounded short side, so that a strip one pixel wide still fits.
    let long_fit = (f64::from(long) * scale).floor().min((most as f64 / short_fit).floor()).max(1.0);
    let (short_fit, long_fit) = (short_fit as u32, long_fit as u32);
    if width >= height { (long_fit, short_fit) } else { (short_fit, long_fit) }
}

/// Resizes RGBA pixels whose buffer may be spent: they are premultiplied in place, where a borrowed picture
/// would need a copy of its own size.
pub(super) fn reduce(
    mut pixels: Vec<u8>,
    (width, height): (u32, u32),
    (to_width, to_height): (u32, u32),
    has_alpha: bool,
) -> Result<Vec<u8>, Error> {
    let mut reduced = memory::zeroed(u64::from(to_width) * u64::from(to_height) * 4)?;
    let alpha = if has_alpha {
        premultiply(width, height, &mut pixels, true);
        Alpha::Premultiplied
    } else {
        Alpha::Opaque
    };
    convolve(
        Resizer::new(),
        (width, height, &pixels),
        (to_width, to_height, &mut reduced),
        Filter::Lanczos,
        alpha,
    );
    drop(pixels);
    if has_alpha {
        premultiply(to_width, to_height, &mut reduced, false);
    }
    Ok(reduced)
}

#[derive(Clone, Copy, PartialEq)]
enum Alpha {
    Opaque,
    Straight,
    Premultiplied,
}

fn convolve(
    mut resizer: Resizer,
    (from_width, from_height, from): (u32, u32, &[u8]),
    (width, height, to): (u32, u32, &mut [u8]),
    filter: Filter,
    alpha: Alpha,
) {
    let options = ResizeOptions::new().resize_alg(filter.algorithm()).use_alpha(alpha == Alpha::Straight);
    let from = ImageRef::new(from_width, from_height, from, PixelType::U8x4)
        .expect("a picture's buffer has its length");
    let mut to =
        Image::from_slice_u8(width, height, to, PixelType::U8x4).expect("the buffer was made for this size");
    resizer.resize(&from, &mut to, &options).expect("both are of the same pixel type");
}

/// Straight → premultiplied, or back.
fn premultiply(width: u32, height: u32, pixels: &mut [u8], forth: bool) {
    let mut image = Image::from_slice_u8(width, height, pixels, PixelType::U8x4)
        .expect("a picture's buffer has its length");
    let worker = MulDiv::new();
    let done = if forth {
        worker.multiply_alpha_inplace(&mut image)
    } else {
        worker.divide_alpha_inplace(&mut image)
    };
    done.expect("the pixel type has an alpha");
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use fast_image_resize::CpuExtensions;

    use super::*;

    /// Numbers that look like noise and are the same everywhere.
    fn noise(length: usize) -> Vec<u8> {
        let mut state = 1_u32;
        (0..length)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .collect()
    }

    fn photo(width: u32, height: u32, pixels: Vec<u8>) -> Photo {
        let has_alpha = pixels.iter().skip(3).step_by(4).any(|&alpha| alpha < 255);
        Photo { width, height, pixels, has_alpha, reduced_from: None }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bytes() {
        let from = noise(157 * 93 * 4);
        let sets = [
            CpuExtensions::None,
            #[cfg(target_arch = "x86_64")]
            CpuExtensions::Sse4_1,
            #[cfg(target_arch = "x86_64")]
            CpuExtensions::Avx2,
            #[cfg(target_arch = "aarch64")]
            CpuExtensions::Neon,
        ];
        for (width, height) in [(32, 32), (61, 17), (150, 90), (300, 200)] {
            for filter in [Filter::Bilinear, Filter::Lanczos] {
                for alpha in [Alpha::Opaque, Alpha::Straight] {
                    let results: Vec<Vec<u8>> = sets
                        .iter()
                        .filter(|set| set.is_supported())
                        .map(|&set| {
                            let mut resizer = Resizer::new();
                            // SAFETY: the instruction set was just asked for.
                            unsafe { resizer.set_cpu_extensions(set) };
                            let mut to = vec![0; (width * height * 4) as usize];
                            convolve(resizer, (157, 93, &from), (width, height, &mut to), filter, alpha);
                            to
                        })
                        .collect();
                    for result in &results {
                        assert!(*result == results[0], "{width} × {height} {filter:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_hides_under_transparent_pixels_does_not_bleed() {
        // Opaque white beside transparent black.
        let pixels: Vec<u8> =
            (0..64).flat_map(|i| if i % 8 < 4 { [255, 255, 255, 255] } else { [0, 0, 0, 0] }).collect();
        let small = resample(&photo(8, 8, pixels.clone()), 3, 3);
        assert!(small.has_alpha);
        for pixel in small.pixels.as_chunks::<4>().0 {
            assert!(pixel[3] == 0 || pixel[..3].iter().all(|&level| level >= 254), "{pixel:?}");
        }
        let reduced = reduce(pixels, (8, 8), (3, 3), true).unwrap();
        assert_eq!(reduced, small.pixels);
    }

    #[test]
    fn placing_at_full_scale_moves_pixels_and_nothing_else() {
        let from = photo(9, 7, noise(9 * 7 * 4));
        let to = place(&from, 20, 15, 1.0, [4.0, -2.0]);
        for (at, pixel) in to.pixels.as_chunks::<4>().0.iter().enumerate() {
            let (x, y) = ((at % 20) as i32 - 4, (at / 20) as i32 + 2);
            let inside = (0..9).contains(&x) && (0..7).contains(&y);
            let source = if inside { from.pixels.as_chunks::<4>().0[(y * 9 + x) as usize] } else { [0; 4] };
            assert!(*pixel == source || source[3] == 0 && pixel[3] == 0, "{x}, {y}: {pixel:?} {source:?}");
        }
    }

    #[test]
    fn placing_a_whole_photo_in_its_own_frame_is_resampling_it() {
        let from = photo(90, 60, noise(90 * 60 * 4));
        assert_eq!(place(&from, 45, 30, 0.5, [0.0; 2]).pixels, resample(&from, 45, 30).pixels);
        let mut opaque = from;
        opaque.pixels.iter_mut().skip(3).step_by(4).for_each(|alpha| *alpha = 255);
        opaque.has_alpha = false;
        assert!(!place(&opaque, 45, 30, 0.5, [0.0; 2]).has_alpha);
        assert!(place(&opaque, 46, 30, 0.5, [0.0; 2]).has_alpha);
    }

    #[test]
    fn placing_outside_or_at_no_scale_gives_an_empty_picture() {
        let from = photo(9, 7, noise(9 * 7 * 4));
        for (scale, at) in
            [(1.0, [50.0, 0.0]), (1.0, [-9.0, 0.0]), (0.0, [0.0; 2]), (f64::NAN, [0.0; 2]), (0.01, [3.0; 2])]
        {
            let to = place(&from, 10, 10, scale, at);
            assert!(to.has_alpha && to.pixels.iter().all(|&value| value == 0), "{scale} {at:?}");
        }
    }

    #[test]
    fn an_opaque_photo_stays_opaque() {
        let mut pixels = noise(50 * 40 * 4);
        pixels.iter_mut().skip(3).step_by(4).for_each(|alpha| *alpha = 255);
        for (width, height) in [(1, 1), (7, 9), (49, 39), (120, 90)] {
            let small = resample(&photo(50, 40, pixels.clone()), width, height);
            assert!(small.pixels.iter().skip(3).step_by(4).all(|&alpha| alpha == 255));
        }
    }

    #[test]
    fn a_network_sees_transparent_pixels_as_white() {
        let input = network_input(&photo(2, 1, vec![10, 20, 30, 255, 10, 20, 30, 0]), 2, 1, Filter::Bilinear);
        let levels: Vec<u32> = input.iter().map(|value| (value * 255.0).round() as u32).collect();
        assert_eq!(levels, [10, 255, 20, 255, 30, 255]);
    }

    #[test]
    fn the_working_size_never_exceeds_the_limit_and_keeps_the_shape() {
        for (width, height, most) in [
            (8160, 6120, 48_000_000),
            (10_000, 10_000, 48_000_000),
            (100_000_000, 1, 48_000_000),
            (1, 60_000_000, 48_000_000),
            (3, 3, 8),
            (2, 1, 1),
        ] {
            let (w, h) = fit(width, height, most);
            assert!(w >= 1 && h >= 1 && u64::from(w) * u64::from(h) <= most, "{w} × {h}");
            if most > 10 && width.min(height) > 1 {
                let stretch = f64::from(w) / f64::from(h) / (f64::from(width) / f64::from(height));
                assert!((stretch - 1.0).abs() < 1e-3);
            }
        }
    }
}
