//! Two networks' answers made one: one says what is inside, the other where the edge runs.
//!
//! A network that looks closely (IS-Net) finds every strap, and leaves a white shirt on white full of holes; one
//! that looks from far (U²-Net-p) is solid there, and soft at the edge. So the close answer stands wherever the
//! two agree or an edge is near, and the far one fills what lies well inside it.

use super::Mask;
use super::guided::between;
use super::matte::{extremes, smooth_step};

/// How far inside the far network's subject a cell must lie to be filled, in that network's cells: its edges are
/// soft over about that much.
const INSIDE_RADIUS: usize = 4;

/// How sure the far network must be over that whole neighbourhood: from the first a little, from the second on
/// wholly.
const INSIDE: (f32, f32) = (0.6, 0.95);

/// The edges of `edge` around the inside of `inside`, at the size of `edge`. Both cover the whole photo.
#[must_use]
pub fn fuse(inside: &Mask, edge: &Mask) -> Mask {
    let (width, height) = (inside.width as usize, inside.height as usize);
    let least = extremes(&inside.values, width, height, INSIDE_RADIUS, f32::min);
    let columns: Vec<_> = (0..edge.width as usize).map(|x| between(x, edge.width as usize, width)).collect();
    let mut values = edge.values.clone();
    for (y, row) in values.chunks_exact_mut(edge.width.max(1) as usize).enumerate() {
        let (above, below, down) = between(y, edge.height as usize, height);
        for (value, &(left, right, along)) in row.iter_mut().zip(&columns) {
            let at = |row: usize, column: usize| least[row * width + column];
            let mix = |a: f32, b: f32, part: f32| a + (b - a) * part;
            let solid = mix(
                mix(at(above, left), at(above, right), along),
                mix(at(below, left), at(below, right), along),
                down,
            );
            *value = value.max(smooth_step(solid, INSIDE));
        }
    }
    Mask { values, ..*edge }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(size: u32, from: u32, to: u32) -> Mask {
        let within = |x: u32, y: u32| (from..to).contains(&x) && (from..to).contains(&y);
        let values = (0..size * size).map(|i| f32::from(u8::from(within(i % size, i / size)))).collect();
        Mask { width: size, height: size, values }
    }

    #[test]
    fn a_hole_well_inside_is_filled_and_the_edge_stays() {
        let inside = square(80, 20, 60);
        let mut edge = square(160, 38, 122);
        edge.values[80 * 160 + 80] = 0.0;
        let fused = fuse(&inside, &edge);
        assert_eq!(fused, square(160, 38, 122));
    }

    #[test]
    fn a_hole_in_both_stays() {
        let mut inside = square(80, 20, 60);
        let mut edge = square(160, 40, 120);
        for y in 35..45 {
            inside.values[y * 80 + 35..y * 80 + 45].fill(0.0);
        }
        edge.values[80 * 160 + 80] = 0.0;
        assert_eq!(fuse(&inside, &edge).values[80 * 160 + 80], 0.0);
    }
}
