//! The body that a cut-out stands for, as far as light is concerned.
//!
//! A photo shows a silhouette. What throws a shadow is taken to be that silhouette with a thickness: along each height
//! over the ground the matte is a few runs of opaque cells, and each run is the diameter of a round column, so that a
//! bottle becomes a bottle and a chair keeps its legs; a product that is flatter says so by its depth.
//!
//! Where it stands is read from the matte's lower contour. A string is drawn tight under it; where it touches, the
//! product does. A round foot photographed from above bends that line by as much as the camera's height lets it, and a
//! foot that stands askew tilts it.
//!
//! Lengths are in cells of the grid that light is computed on. A place is `[x, up, away]`: the column in the picture,
//! the height over the ground, and the depth behind the product's lowest point, all at the scale of that point.

use super::camera::View;
use super::distance;
use super::product::{Placed, Stamp};

/// Of a cell: from so much on it belongs to the body.
const INSIDE: f32 = 0.5;

/// Cells around the grid, so that a shape that reaches its box's edge has one.
pub(super) const MARGIN: usize = 2;

pub(super) struct Solid {
    /// Column of the grid's first cell.
    pub left: f32,
    pub width: usize,
    pub height: usize,
    /// How far each cell is outside the silhouette, row by row from the ground up.
    pub outside: Vec<f32>,
    /// Half the thickness in each cell.
    pub half: Vec<f32>,
    /// How far behind the lowest point the middle of each column is.
    pub middle: Vec<f32>,
    /// Where all of it is: the least and the most of each of `[x, up, away]`.
    pub bounds: [[f32; 3]; 2],
    /// The row of the ground under each column of the grid.
    ground: Vec<f32>,
    /// Cells along the world's unit.
    pub scale: f32,
    pub stamp: Stamp,
}

impl Solid {
    /// `None` where the product is not over ground that is seen, or has no cell of its own.
    pub(super) fn new(placed: &Placed, view: View, grid: f32, depth: f32) -> Option<Self> {
        let matte = Silhouette::new(placed, grid);
        let low: Vec<Option<f32>> = (0..matte.width).map(|x| matte.low(x)).collect();
        let base = low.iter().flatten().copied().reduce(f32::max)?;
        let scale = view.scale_at(matte.top + base)?;
        let foot = Foot::new(&matte, &low, base, view.foreshortening(matte.top + base));
        let (inside, height) = matte.upright(&foot.string);
        let width = matte.width;
        let half = smooth(&half_thickness(&inside, width, depth), width);
        let outside = distance::signed(&inside, width, height);

        // The front of each column is where the string is; the middle lies half a thickness behind.
        let at_foot = MARGIN + height / 32;
        let base_depth = view.depth_at(matte.top + base)?;
        let away =
            |row: f32| view.depth_at(matte.top + row).map_or(0.0, |depth| (depth - base_depth) * scale);
        let row = at_foot.min(height - 1) * width;
        let behind = level(&half[row..row + width], &foot.contact);
        let middle: Vec<f32> =
            foot.string.iter().zip(behind).map(|(&row, behind)| away(row) + behind).collect();

        let thickest = half.iter().copied().fold(0.0, f32::max);
        let (near, far) = middle.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(near, far), &middle| {
            (near.min(middle), far.max(middle))
        });
        let bounds = [
            [matte.left, 0.0, near - thickest],
            [matte.left + width as f32, (height - MARGIN) as f32, far + thickest],
        ];
        let ground = foot.string.iter().map(|row| matte.top + row).collect();
        Some(Self {
            left: matte.left,
            width,
            height,
            outside,
            half,
            middle,
            bounds,
            ground,
            scale,
            stamp: Stamp::new(),
        })
    }

    /// About how far a place is from the body's surface, below 0 inside; and how far it is at least, 0 inside.
    pub(super) fn distance(&self, place: [f32; 3]) -> [f32; 2] {
        let cell = self.cell(place);
        let outside = cell.mix(&self.outside, self.width) + cell.beside;
        let middle = self.middle[cell.x] + (self.middle[cell.next_x] - self.middle[cell.x]) * cell.part_x;
        let away = (place[2] - middle).abs();
        if outside > 0.0 {
            return [outside.hypot(away), outside];
        }
        let behind = away - cell.mix(&self.half, self.width);
        // A round surface is nearer than straight ahead, and so is one that leans back.
        if behind > 0.0 { [0.7 * behind, 0.5 * behind] } else { [behind.max(outside), 0.0] }
    }

    /// The place of the body's front that is seen at a cell of the picture; `None` where it is not.
    pub(super) fn front(&self, [column, row]: [f32; 2]) -> Option<[f32; 3]> {
        let up = self.ground_at(column) - row;
        let cell = self.cell([column, up, 0.0]);
        if up < 0.0 || cell.beside > 1.0 {
            return None;
        }
        let middle = self.middle[cell.x] + (self.middle[cell.next_x] - self.middle[cell.x]) * cell.part_x;
        Some([column, up, middle - cell.mix(&self.half, self.width)])
    }

    /// A place as it is among another body's cells; `view` in cells.
    pub(super) fn place_in(&self, other: &Self, [column, up, away]: [f32; 3], view: View) -> [f32; 3] {
        let depth = |solid: &Self| view.focal / solid.scale;
        let across = (column - view.middle) / self.scale;
        let away = away / self.scale + depth(self) - depth(other);
        [view.middle + across * other.scale, up / self.scale * other.scale, away * other.scale]
    }

    /// The cells around a place.
    fn cell(&self, [x, up, _]: [f32; 3]) -> Cell {
        let (column, row) = (x - self.left - 0.5, up + MARGIN as f32 - 0.5);
        let (inner_column, inner_row) =
            (column.clamp(0.0, (self.width - 1) as f32), row.clamp(0.0, (self.height - 1) as f32));
        let (x, y) = (inner_column as usize, inner_row as usize);
        Cell {
            x,
            y,
            next_x: (x + 1).min(self.width - 1),
            next_y: (y + 1).min(self.height - 1),
            part_x: inner_column - x as f32,
            part_y: inner_row - y as f32,
            beside: (column - inner_column).hypot(row - inner_row),
        }
    }

    /// The row of the ground under a column of the picture.
    pub(super) fn ground_at(&self, x: f32) -> f32 {
        let at = (x - self.left - 0.5).clamp(0.0, (self.width - 1) as f32);
        let (column, part) = (at as usize, at - at.floor());
        let next = (column + 1).min(self.width - 1);
        self.ground[column] + (self.ground[next] - self.ground[column]) * part
    }

    /// The size of it, by which the reach of soft shadows is chosen: the side of a square as large as its box.
    pub(super) fn reach(&self) -> f32 {
        let [low, high] = self.bounds;
        ((high[0] - low[0]) * (high[1] - low[1])).sqrt()
    }
}

/// Four cells of a grid, and where a place lies among them.
struct Cell {
    x: usize,
    y: usize,
    next_x: usize,
    next_y: usize,
    part_x: f32,
    part_y: f32,
    /// How far the place is beside the grid.
    beside: f32,
}

impl Cell {
    fn mix(&self, values: &[f32], width: usize) -> f32 {
        let along = |y: usize| {
            let row = &values[y * width..][..width];
            row[self.x] + (row[self.next_x] - row[self.x]) * self.part_x
        };
        let (low, high) = (along(self.y), along(self.next_y));
        low + (high - low) * self.part_y
    }
}

/// A product's matte on the grid.
struct Silhouette {
    left: f32,
    top: f32,
    width: usize,
    height: usize,
    /// How much of each cell is opaque, 0 to 1.
    inside: Vec<f32>,
}

impl Silhouette {
    fn new(placed: &Placed, grid: f32) -> Self {
        let first = |at: i64| (at as f32 * grid).floor() as i64 - MARGIN as i64;
        let (left, top) = (first(placed.left), first(placed.top));
        let cell = |at: i64, first: i64| ((at as f32 + 0.5) * grid).floor() as i64 - first;
        let columns: Vec<usize> =
            (0..i64::from(placed.width)).map(|x| cell(placed.left + x, left) as usize).collect();
        let length =
            |at: i64, pixels: u32, first: i64| cell(at + i64::from(pixels), first) as usize + 1 + MARGIN;
        let width = length(placed.left, placed.width, left);
        let height = length(placed.top, placed.height, top);
        let mut inside = vec![0.0; width * height];
        let share = grid * grid / 255.0;
        let rows = placed.pixels.chunks_exact(placed.width as usize * 4);
        for (y, pixels) in (0_i64..).zip(rows) {
            let row = &mut inside[cell(placed.top + y, top) as usize * width..][..width];
            for (pixel, &column) in pixels.as_chunks::<4>().0.iter().zip(&columns) {
                row[column] += f32::from(pixel[3]) * share;
            }
        }
        inside.iter_mut().for_each(|inside| *inside = inside.min(1.0));
        Self { left: left as f32, top: top as f32, width, height, inside }
    }

    /// Where a column ends below, between cells too.
    fn low(&self, x: usize) -> Option<f32> {
        let at = |y: usize| self.inside[y * self.width + x];
        let last = (0..self.height).rev().find(|&y| at(y) >= INSIDE)?;
        let rest = if last + 1 < self.height { at(last + 1) } else { 0.0 };
        Some((last as f32 + at(last) + rest).max(last as f32 + INSIDE))
    }

    /// The same with the ground under each column as its first row after the margin, from the ground up; and how many
    /// rows that are.
    fn upright(&self, string: &[f32]) -> (Vec<f32>, usize) {
        let deepest = string.iter().copied().fold(0.0, f32::max);
        let height = deepest.ceil() as usize + 2 * MARGIN;
        let mut inside = vec![0.0; self.width * height];
        for (up, row) in inside.chunks_exact_mut(self.width).enumerate().skip(MARGIN) {
            for (x, (inside, string)) in row.iter_mut().zip(string).enumerate() {
                // The middle of the cell, as a row of the matte.
                let from = string - (up - MARGIN) as f32 - 1.0;
                let (row, part) = (from.floor(), from - from.floor());
                let at = |row: f32| {
                    let seen = row >= 0.0 && (row as usize) < self.height;
                    if seen { self.inside[row as usize * self.width + x] } else { 0.0 }
                };
                *inside = at(row) + (at(row + 1.0) - at(row)) * part;
            }
        }
        (inside, height)
    }
}

/// Where a product stands.
struct Foot {
    /// The row of the ground in each column.
    string: Vec<f32>,
    /// Whether the product touches it there.
    contact: Vec<bool>,
}

/// A part of the string as long as this, of the product's width, is an edge that lies on the ground.
const STRAIGHT: f32 = 0.2;
/// And no steeper than this, as a line on the ground that runs by 60 degrees away: what rises faster is a spout or a
/// handle that hangs over the ground, or was photographed from higher up than the scene is seen from.
const STEEPEST: f32 = 1.7;
/// How far down a product's foot reaches, of its height: the runs there are what it stands on.
const FOOT: f32 = 0.15;
/// A column that ends so near over the ground touches it, of the product's height.
const TOUCHES: f32 = 0.03;

impl Foot {
    /// `flat` is how flat the ground is seen, rows for a column.
    fn new(matte: &Silhouette, low: &[Option<f32>], base: f32, flat: f32) -> Self {
        let points: Vec<(f32, f32)> =
            low.iter().enumerate().filter_map(|(x, low)| low.map(|low| (x as f32, low))).collect();
        let string = tight(&points);
        let (first, last) = (string[0].0, string[string.len() - 1].0);
        let width = (last - first + 1.0).max(1.0);
        let top =
            (0..matte.inside.len()).find(|&at| matte.inside[at] >= INSIDE).map_or(0, |at| at / matte.width);
        let height = (base - top as f32).max(1.0);

        let foot = base - FOOT * height;
        let (mut from, mut to) = (f32::INFINITY, f32::NEG_INFINITY);
        for &(x, low) in &points {
            if low >= foot {
                (from, to) = (from.min(x), to.max(x));
            }
        }
        let (middle, radius) = ((from + to) / 2.0, ((to - from) / 2.0).max(1.0));
        // Half of a circle on the ground: its sides lie farther back than its front by its radius.
        let round = |x: f32| {
            let part = ((x - middle) / radius).clamp(-1.0, 1.0);
            base - flat * radius * (1.0 - (1.0 - part * part).sqrt())
        };

        let edges = straightened(&string);
        let lowest = (0..edges.len()).max_by(|&a, &b| edges[a].1.total_cmp(&edges[b].1)).unwrap_or(0);
        // From the lowest corner outwards, as far as edges lie on the ground: short ones on the way belong to it, a
        // curve of short ones alone does not.
        let reach = |corners: &mut dyn Iterator<Item = usize>| {
            let (mut end, mut last) = (lowest, lowest);
            for corner in corners {
                let (one, other) = (edges[last], edges[corner]);
                let (across, down) = ((other.0 - one.0).abs(), (other.1 - one.1).abs());
                if down > STEEPEST * flat * across {
                    break;
                }
                last = corner;
                if across >= STRAIGHT * width {
                    end = corner;
                }
            }
            end
        };
        let left = reach(&mut (0..lowest).rev());
        let right = reach(&mut (lowest + 1..edges.len()));

        let row = |x: f32| {
            let tight = along(&string, x);
            let end = if x < edges[left].0 { edges[left] } else { edges[right] };
            if (edges[left].0..=edges[right].0).contains(&x) {
                tight
            } else {
                tight.max(end.1 + round(x) - round(end.0))
            }
        };
        let string: Vec<f32> = (0..matte.width).map(|x| row((x as f32).clamp(first, last))).collect();
        let touches =
            |(low, string): (&Option<f32>, &f32)| low.is_some_and(|low| string - low <= TOUCHES * height);
        let contact = low.iter().zip(&string).map(touches).collect();
        Self { string, contact }
    }
}

/// The string: the points that a tight one touches from below, rows counted downwards.
fn tight(points: &[(f32, f32)]) -> Vec<(f32, f32)> {
    let mut string: Vec<(f32, f32)> = Vec::new();
    for &point in points {
        while let [.., one, two] = string[..] {
            let turn = (two.0 - one.0) * (point.1 - one.1) - (two.1 - one.1) * (point.0 - one.0);
            if turn < 0.0 {
                break;
            }
            string.pop();
        }
        string.push(point);
    }
    string
}

/// The string's corners, without those that only cells have made: none that is left out lies as much as a cell beside.
fn straightened(string: &[(f32, f32)]) -> Vec<(f32, f32)> {
    let mut corners = vec![string[0]];
    let mut from = 0;
    while from + 1 < string.len() {
        let straight = |to: usize| {
            let ends = [string[from], string[to]];
            string[from..to].iter().all(|&(x, row)| (row - along(&ends, x)).abs() < 1.0)
        };
        let to = (from + 1..string.len()).take_while(|&to| straight(to)).last().unwrap_or(from + 1);
        corners.push(string[to]);
        from = to;
    }
    corners
}

/// The row of the string in a column.
fn along(string: &[(f32, f32)], x: f32) -> f32 {
    let next = string.partition_point(|point| point.0 < x);
    match (next.checked_sub(1).and_then(|before| string.get(before)), string.get(next)) {
        (Some(one), Some(two)) => one.1 + (two.1 - one.1) * (x - one.0) / (two.0 - one.0),
        (Some(only), None) | (None, Some(only)) => only.1,
        (None, None) => 0.0,
    }
}

/// Half the thickness of each cell: over a run from `a` to `b` that of a column of round section, √((x − a)(b − x)),
/// times `depth`.
fn half_thickness(inside: &[f32], width: usize, depth: f32) -> Vec<f32> {
    let mut half = vec![0.0; inside.len()];
    for (inside, half) in inside.chunks_exact(width).zip(half.chunks_exact_mut(width)) {
        let mut x = 0;
        while x < width {
            let start = x;
            while x < width && inside[x] >= INSIDE {
                x += 1;
            }
            for (at, half) in half.iter_mut().enumerate().take(x).skip(start) {
                let (before, after) = (at as f32 + 0.5 - start as f32, x as f32 - at as f32 - 0.5);
                *half = depth * (before * after).sqrt();
            }
            x += usize::from(x == start);
        }
    }
    half
}

/// The same, a mean over a few rows: a run that ends in one row and not in the next would be a step in the body, which
/// low light draws out far over the ground.
fn smooth(half: &[f32], width: usize) -> Vec<f32> {
    let height = half.len() / width;
    let radius = (height / 40).max(1);
    let mut mean = vec![0.0; half.len()];
    for x in 0..width {
        let at = |y: usize| half[y * width + x];
        let mut sum: f32 = (0..radius.min(height)).map(at).sum();
        for y in 0..height {
            if y + radius < height {
                sum += at(y + radius);
            }
            if y > radius {
                sum -= at(y - radius - 1);
            }
            // Nothing is added where nothing is.
            let rows = (y + radius + 1).min(height) - y.saturating_sub(radius);
            if at(y) > 0.0 {
                mean[y * width + x] = (sum / rows as f32).max(0.0);
            }
        }
    }
    mean
}

/// Makes of the columns' thickness at the foot one that runs smoothly; what touches nothing hangs over the mean of what
/// does.
fn level(half: &[f32], contact: &[bool]) -> Vec<f32> {
    let touching = || half.iter().zip(contact).filter(|(_, contact)| **contact).map(|(half, _)| *half);
    let mean = touching().sum::<f32>() / touching().count().max(1) as f32;
    let level: Vec<f32> =
        half.iter().zip(contact).map(|(&half, &contact)| if contact { half } else { mean }).collect();
    let radius = half.len() / 20;
    (0..half.len())
        .map(|x| {
            let window = &level[x.saturating_sub(radius)..(x + radius + 1).min(level.len())];
            window.iter().sum::<f32>() / window.len() as f32
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::scene::product::tests::cutout;
    use crate::scene::{Camera, Layer, Place, Scene, Size};
    use crate::vision::Cutout;

    const SIZE: Size = Size { width: 200, height: 200 };

    fn view(horizon: f32) -> View {
        View::new(Camera { horizon, field_of_view: 40.0 }, SIZE)
    }

    /// The body of what `solid` says is opaque, pixel by pixel.
    fn solid(view: View, opaque: impl Fn(f32, f32) -> bool) -> Option<Solid> {
        let subject: Cutout =
            cutout(200, 200, |x, y| if opaque(x as f32 + 0.5, y as f32 + 0.5) { [255; 4] } else { [0; 4] });
        let Layer::Product(product) = Scene::plain(1, 1).layers[0];
        let product =
            crate::scene::Product { place: Place::Pixels { x: 0.0, y: 0.0, scale: 1.0 }, ..product };
        Solid::new(&Placed::new(&product, &subject, SIZE, None).unwrap(), view, 1.0, 1.0)
    }

    #[test]
    fn a_bottle_is_round_and_stands_on_its_whole_foot() {
        // A bottle whose foot is seen as an ellipse.
        let view = view(0.1);
        let flat = view.foreshortening(180.0);
        let bottle = solid(view, |x, y| {
            let part = ((x - 100.0) / 30.0).clamp(-1.0, 1.0);
            (70.0..130.0).contains(&x)
                && y > 60.0
                && y < 180.0 - flat * 30.0 * (1.0 - (1.0 - part * part).sqrt())
        })
        .unwrap();
        // As far around as it is wide: the same in front, behind and beside, at any height.
        for up in [5.0, 60.0] {
            for turn in 0..12 {
                let (away, right) = (turn as f32 * 30.0_f32.to_radians()).sin_cos();
                let at = |radius: f32| bottle.distance([100.0 + radius * right, up, 30.0 + radius * away])[0];
                assert!(at(40.0) > 3.0, "outside at {turn} {up}: {}", at(40.0));
                assert!(at(22.0) < 0.0, "inside at {turn} {up}: {}", at(22.0));
            }
        }
        assert!(bottle.distance([100.0, 130.0, 30.0])[0] > 5.0, "over its top");
        assert!((bottle.ground_at(100.0) - 180.0).abs() < 1.5);
        assert!((bottle.ground_at(71.0) - (180.0 - flat * 22.0)).abs() < 4.0);
    }

    #[test]
    fn a_ball_touches_the_ground_in_the_middle_only() {
        let ball = solid(view(0.6), |x, y| (x - 100.0).hypot(y - 120.0) < 50.0).unwrap();
        let under = |x: f32| ball.distance([x, 0.0, ball.middle[ball.width / 2]])[0];
        assert!(under(100.0) < 1.0 && under(130.0) > 3.0 && under(145.0) > 12.0, "{}", under(130.0));
    }

    #[test]
    fn a_handle_hangs_over_the_ground() {
        // A pot with a spout that ends high up.
        let pot = solid(view(0.3), |x, y| {
            ((80.0..140.0).contains(&x) && (80.0..160.0).contains(&y))
                || ((40.0..80.0).contains(&x) && (90.0..110.0).contains(&y))
        })
        .unwrap();
        assert!(pot.ground_at(50.0) > 150.0);
        assert!(pot.distance([50.0, 10.0, 10.0])[0] > 10.0);
    }

    #[test]
    fn edges_that_meet_at_a_corner_lie_on_the_ground() {
        // A box that stands askew: its lower edges rise to both sides.
        let edge = |x: f32| 170.0 - 0.4 * (x - 90.0).abs();
        let corner = solid(view(-0.1), |x, y| (40.0..160.0).contains(&x) && y > 60.0 && y < edge(x)).unwrap();
        for x in [50.0, 90.0, 150.0] {
            assert!((corner.ground_at(x) - edge(x)).abs() < 2.0, "{x}: {}", corner.ground_at(x));
        }
    }

    #[test]
    fn without_ground_there_is_no_body() {
        assert!(solid(view(0.95), |x, y| (80.0..120.0).contains(&x) && (60.0..150.0).contains(&y)).is_none());
        assert!(solid(view(0.3), |x, y| x < 1.0 && y < 1.0).is_none(), "over the horizon");
    }
}
