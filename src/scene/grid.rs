//! Values on a grid, between its cells.

/// Between the middles of four cells, at a place in cells whose whole numbers are those middles; beyond the edge as at
/// it. `cell` gives the values of a cell, of `width × height`, row by row.
pub(super) fn mix<const N: usize>(
    cell: impl Fn(usize) -> [f32; N],
    width: usize,
    height: usize,
    [x, y]: [f32; 2],
) -> [f32; N] {
    let (x, y) = (x.clamp(0.0, (width - 1) as f32), y.clamp(0.0, (height - 1) as f32));
    let (left, top) = (x as usize, y as usize);
    let (right, bottom) = ((left + 1).min(width - 1), (top + 1).min(height - 1));
    let (part_x, part_y) = (x - left as f32, y - top as f32);
    let along = |y: usize| {
        let (one, other) = (cell(y * width + left), cell(y * width + right));
        std::array::from_fn::<f32, N, _>(|value| one[value] + (other[value] - one[value]) * part_x)
    };
    let (upper, lower) = (along(top), along(bottom));
    std::array::from_fn(|value| upper[value] + (lower[value] - upper[value]) * part_y)
}
