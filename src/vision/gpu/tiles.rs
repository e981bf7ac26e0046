//! Which tiles of a photo need its pixels, and their pixels for the GPU.

use super::super::foreground::{TILE, sample_at, size_at};
use super::super::guided::{self, Coefficients};
use super::super::matte::settled;
use super::HALO;
use crate::photo::Photo;

/// A tile that is wholly background, or a tile that holds nothing.
pub(super) const EMPTY: u32 = u32::MAX;
/// A tile that is wholly subject.
pub(super) const FULL: u32 = u32::MAX - 1;

/// Pixels along a patch: a tile and what is seen around it.
pub(super) const PATCH: usize = TILE + 2 * HALO;

/// Bytes of a patch.
pub(super) const PATCH_BYTES: usize = PATCH * PATCH * 4;

/// The photo's tiles, row by row.
pub(super) struct Tiles {
    /// Tiles in a row.
    pub(super) columns: usize,
    /// For each tile [`EMPTY`], [`FULL`], or its place among the open ones.
    pub(super) table: Vec<u32>,
    /// The tiles whose matte depends on the photo's pixels.
    pub(super) open: Vec<usize>,
    /// Pixels in the full ones.
    pub(super) full_pixels: usize,
}

/// Where each pixel of an axis lies between the cells: the cell before, and how far on the way to the next (the
/// bits of an `f32`).
pub(super) fn axis(size: usize, cells: usize) -> impl Iterator<Item = [u32; 2]> {
    (0..size).map(move |index| {
        let (before, _, part) = guided::between(index, size, cells);
        [before as u32, part.to_bits()]
    })
}

impl Tiles {
    /// Decides, from the model and the prior alone, which tiles are wholly empty or full whatever the colours.
    pub(super) fn of(photo: &Photo, model: &Coefficients, prior: &[f32]) -> Self {
        let (width, height) = (photo.width as usize, photo.height as usize);
        let decided = decided(model, prior);
        let cells =
            |size, cells| -> Vec<usize> { axis(size, cells).map(|[before, _]| before as usize).collect() };
        let (across, down) = (cells(width, model.width), cells(height, model.height));
        let (columns, rows) = (width.div_ceil(TILE), height.div_ceil(TILE));
        let mut tiles =
            Self { columns, table: Vec::with_capacity(columns * rows), open: vec![], full_pixels: 0 };
        for tile in 0..columns * rows {
            let (left, top) = (tile % columns * TILE, tile / columns * TILE);
            let (right, bottom) = ((left + TILE).min(width), (top + TILE).min(height));
            let first = decided[down[top] * model.width + across[left]];
            let same = first.is_some()
                && (down[top]..=down[bottom - 1]).all(|row| {
                    decided[row * model.width..][across[left]..=across[right - 1]]
                        .iter()
                        .all(|&cell| cell == first)
                });
            // What the photo's own alpha takes away is for the kernels to see.
            let own = |y: usize| photo.pixels[(y * width + left) * 4..(y * width + right) * 4].iter();
            let solid = || (top..bottom).all(|y| own(y).skip(3).step_by(4).all(|&alpha| alpha == 255));
            tiles.table.push(match first {
                Some(0) if same => EMPTY,
                Some(_) if same && (!photo.has_alpha || solid()) => {
                    tiles.full_pixels += (right - left) * (bottom - top);
                    FULL
                }
                _ => {
                    tiles.open.push(tile);
                    tiles.open.len() as u32 - 1
                }
            });
        }
        tiles
    }
}

/// For each cell, the alpha of every pixel between it and the next ones to the right and below, where that does
/// not depend on colours.
fn decided(model: &Coefficients, prior: &[f32]) -> Vec<Option<u8>> {
    let (width, height) = (model.width, model.height);
    let mut decided = Vec::with_capacity(width * height);
    for y in 0..height {
        let (above, below) = (y * width, (y + 1).min(height - 1) * width);
        for x in 0..width {
            let next = (x + 1).min(width - 1);
            let corners = [above + x, above + next, below + x, below + next];
            decided.push(settled(
                corners.map(|corner| &model.cells[corner]),
                corners.map(|corner| prior[corner]),
            ));
        }
    }
    decided
}

/// Copies a tile of the level `2^shift` times smaller than the photo, and the pixels around it, to `patch`
/// ([`PATCH_BYTES`]). What would lie beyond the level is left as it is.
pub(super) fn copy_patch(photo: &Photo, shift: usize, tile: usize, patch: &mut [u8]) {
    let size = (photo.width as usize, photo.height as usize);
    let (width, height) = size_at(size, shift);
    let columns = width.div_ceil(TILE);
    let (left, top) = (tile % columns * TILE, tile / columns * TILE);
    let xs = left.saturating_sub(HALO)..(left + TILE + HALO).min(width);
    for y in top.saturating_sub(HALO)..(top + TILE + HALO).min(height) {
        let row = &mut patch[((y + HALO - top) * PATCH + xs.start + HALO - left) * 4..][..xs.len() * 4];
        if shift == 0 {
            row.copy_from_slice(&photo.pixels[(y * width + xs.start) * 4..][..xs.len() * 4]);
        } else {
            for (pixel, x) in row.chunks_exact_mut(4).zip(xs.clone()) {
                pixel.copy_from_slice(&photo.pixels[sample_at(size, shift, x, y) * 4..][..4]);
            }
        }
    }
}

/// Copies the part of a finished tile (`TILE × TILE` pixels) that the picture has.
pub(super) fn put_tile(pixels: &mut [u8], (width, height): (usize, usize), tile: usize, from: &[u8]) {
    let columns = width.div_ceil(TILE);
    let (left, top) = (tile % columns * TILE, tile / columns * TILE);
    let length = ((left + TILE).min(width) - left) * 4;
    for (row, from) in (top..height).zip(from.chunks_exact(TILE * 4)) {
        pixels[(row * width + left) * 4..][..length].copy_from_slice(&from[..length]);
    }
}

/// Makes a tile of the picture transparent black.
pub(super) fn clear_tile(pixels: &mut [u8], size: (usize, usize), tile: usize) {
    put_tile(pixels, size, tile, &[0; TILE * TILE * 4]);
}
