//! Bends a garment's picture so that its places come to lie on the body's: moving least squares (Schaefer, McPhail,
//! Warren, *Image deformation using moving least squares*, 2006) over a grid of the picture.
//!
//! How near a place is to a pin is measured inside the garment, so that a sleeve beside the body is not moved by it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use glam::{Mat2, Vec2};

/// Cells along the longer side of the grid.
const CELLS: usize = 88;
/// How much of a similarity is mixed into each place's own transform: where pins lie on a line it alone is certain.
const SIMILAR: f32 = 0.06;
/// Rounds in which folds are taken out, at most.
const ROUNDS: usize = 600;
/// After so many rounds each, what moves for it grows by a cell.
const WIDEN: usize = 6;
/// Steps on the way back to the picture, where that was not enough.
const STEPS: usize = 16;

/// A place of the picture and where it is to be seen in the photo.
pub(super) type Pin = (Vec2, Vec2);

/// A garment's grid: places of the picture in its pixels, and the triangles between them.
#[derive(Clone, Debug)]
pub(super) struct Mesh {
    pub(super) places: Vec<Vec2>,
    pub(super) triangles: Vec<[u32; 3]>,
    /// The corners each one shares a cell with, and how far away they are.
    beside: Vec<Vec<(usize, f32)>>,
}

impl Mesh {
    /// Over all cells of a picture in which `is_there` says of a box (from, to) that something is.
    pub(super) fn over(size: Vec2, is_there: impl Fn(Vec2, Vec2) -> bool) -> Self {
        let cell = size.max_element() / CELLS as f32;
        let [columns, rows] = (size / cell).ceil().to_array().map(|cells| cells as usize);
        let at = |column: usize, row: usize| Vec2::new(column as f32, row as f32) * cell;
        let mut number = vec![None; (columns + 1) * (rows + 1)];
        let mut mesh = Self { places: Vec::new(), triangles: Vec::new(), beside: Vec::new() };
        for row in 0..rows {
            for column in 0..columns {
                if !is_there(at(column, row), at(column + 1, row + 1)) {
                    continue;
                }
                let corners = [(column, row), (column + 1, row), (column, row + 1), (column + 1, row + 1)];
                let corners = corners.map(|(column, row)| {
                    *number[row * (columns + 1) + column].get_or_insert_with(|| {
                        mesh.places.push(at(column, row));
                        mesh.beside.push(Vec::new());
                        mesh.places.len() - 1
                    })
                });
                let [a, b, c, d] = corners.map(|corner| corner as u32);
                mesh.triangles.extend([[a, b, c], [b, d, c]]);
                for one in corners {
                    for other in corners.into_iter().filter(|&other| other != one) {
                        let apart = mesh.places[one].distance(mesh.places[other]);
                        if !mesh.beside[one].contains(&(other, apart)) {
                            mesh.beside[one].push((other, apart));
                        }
                    }
                }
            }
        }
        mesh
    }

    /// Where each corner of the grid is seen; without folds.
    pub(super) fn bent(&self, pins: &[Pin]) -> Vec<Vec2> {
        let ways: Vec<Vec<f32>> = pins.iter().map(|pin| self.ways(pin.0)).collect();
        let soft = self.beside.iter().flatten().map(|&(_, apart)| apart).fold(f32::INFINITY, f32::min);
        let place = |k: usize| {
            let weights = || ways.iter().map(|way| (way[k].powi(2) + soft.powi(2)).powi(-2));
            moved(self.places[k], pins, weights)
        };
        let mut seen: Vec<Vec2> = (0..self.places.len()).map(place).collect();
        // What is folded moves until every corner lies to those around it as it does in the picture, turned and of the
        // garment's own scale (Sorkine, Alexa, *As-rigid-as-possible surface modeling*, 2007); and more and more of what
        // is around with it, until it lies flat.
        let scale = self.scale(&seen);
        let mut is_loose = vec![false; seen.len()];
        for round in 1..=ROUNDS {
            let is_folded = self.folded(&seen);
            if !is_folded.contains(&true) {
                break;
            }
            is_loose.iter_mut().zip(is_folded).for_each(|(is_loose, is_folded)| *is_loose |= is_folded);
            if round % WIDEN == 0 {
                is_loose = self.grown(&is_loose);
            }
            let turns: Vec<Vec2> = (0..seen.len()).map(|k| self.turn(k, &seen) * scale).collect();
            for k in (0..seen.len()).filter(|&k| is_loose[k]) {
                let around = self.beside[k].iter().map(|&(other, _)| {
                    let turn = (turns[k] + turns[other]) / 2.0;
                    seen[other] + turn.rotate(self.places[k] - self.places[other])
                });
                seen[k] = around.sum::<Vec2>() / self.beside[k].len() as f32;
            }
        }
        self.flat(&seen)
    }

    /// The same, nearer to the garment as it lies in the picture until nothing is folded.
    fn flat(&self, seen: &[Vec2]) -> Vec<Vec2> {
        let count = seen.len().max(1) as f32;
        let [from, to] = [&self.places[..], seen].map(|places| places.iter().sum::<Vec2>() / count);
        let turns = self.places.iter().zip(seen).map(|(&place, &seen)| {
            let (place, seen) = (place - from, seen - to);
            Vec2::new(place.dot(seen), place.perp_dot(seen))
        });
        let turn = turns.sum::<Vec2>().normalize_or(Vec2::X) * self.scale(seen);
        let plain: Vec<Vec2> = self.places.iter().map(|&place| to + turn.rotate(place - from)).collect();
        let nearer =
            |share: f32| seen.iter().zip(&plain).map(|(seen, plain)| seen.lerp(*plain, share)).collect();
        (0..STEPS)
            .map(|step| nearer(step as f32 / STEPS as f32))
            .find(|places: &Vec<Vec2>| !self.folded(places).contains(&true))
            .unwrap_or(plain)
    }

    /// How many times as long as in the picture its edges are seen, on average.
    fn scale(&self, seen: &[Vec2]) -> f32 {
        let edges = || {
            self.beside.iter().enumerate().flat_map(|(k, beside)| beside.iter().map(move |edge| (k, edge)))
        };
        let long: f32 = edges().map(|(k, &(other, _))| seen[k].distance(seen[other])).sum();
        long / edges().map(|(_, &(_, apart))| apart).sum::<f32>().max(1.0)
    }

    /// How far what is around a corner is turned, as a unit vector: the rotation that suits it best.
    fn turn(&self, k: usize, seen: &[Vec2]) -> Vec2 {
        let around = self.beside[k].iter().map(|&(other, _)| {
            let (from, to) = (self.places[other] - self.places[k], seen[other] - seen[k]);
            Vec2::new(from.dot(to), from.perp_dot(to))
        });
        around.sum::<Vec2>().normalize_or(Vec2::X)
    }

    /// Corners and those beside them.
    pub(super) fn grown(&self, is: &[bool]) -> Vec<bool> {
        (0..is.len()).map(|k| is[k] || self.beside[k].iter().any(|&(other, _)| is[other])).collect()
    }

    /// Which corners are of triangles that are seen from behind.
    pub(super) fn folded(&self, seen: &[Vec2]) -> Vec<bool> {
        let mut is_folded = vec![false; seen.len()];
        for triangle in &self.triangles {
            let [a, b, c] = triangle.map(|corner| seen[corner as usize]);
            if (b - a).perp_dot(c - a) <= 0.0 {
                triangle.iter().for_each(|&corner| is_folded[corner as usize] = true);
            }
        }
        is_folded
    }

    /// How far each corner is from a place, by ways inside the garment, in the picture's pixels.
    fn ways(&self, from: Vec2) -> Vec<f32> {
        let mut ways = vec![f32::INFINITY; self.places.len()];
        let mut waiting = BinaryHeap::new();
        let nearest = self.places.iter().map(|place| place.distance(from)).fold(f32::INFINITY, f32::min);
        let cell = self.beside.iter().flatten().map(|&(_, apart)| apart).fold(0.0, f32::max);
        for (k, place) in self.places.iter().enumerate() {
            let apart = place.distance(from);
            if apart <= nearest + cell {
                ways[k] = apart;
                waiting.push(Reverse((apart.to_bits(), k)));
            }
        }
        // Bits of floats that are not negative are in the order of the floats.
        while let Some(Reverse((bits, k))) = waiting.pop() {
            if f32::from_bits(bits) > ways[k] {
                continue;
            }
            for &(next, apart) in &self.beside[k] {
                let way = ways[k] + apart;
                if way < ways[next] {
                    ways[next] = way;
                    waiting.push(Reverse((way.to_bits(), next)));
                }
            }
        }
        ways
    }
}

/// Where a place comes to lie: by the affine transform that suits the pins best, each by its weight.
fn moved<I: Iterator<Item = f32>>(at: Vec2, pins: &[Pin], weights: impl Fn() -> I) -> Vec2 {
    let total: f32 = weights().sum();
    let mean = |of: fn(&Pin) -> Vec2| {
        pins.iter().zip(weights()).map(|(pin, weight)| of(pin) * weight).sum::<Vec2>() / total
    };
    let (from, to) = (mean(|pin| pin.0), mean(|pin| pin.1));
    let mut spread = Mat2::ZERO;
    let mut moment = Mat2::ZERO;
    let mut similar = Vec2::ZERO;
    for ((source, target), weight) in pins.iter().zip(weights()) {
        let (source, target) = (*source - from, *target - to);
        let share = weight / total;
        spread += Mat2::from_cols(source * source.x, source * source.y) * share;
        moment += Mat2::from_cols(target * source.x, target * source.y) * share;
        similar += Vec2::new(source.dot(target), source.perp_dot(target)) * share;
    }
    let power = spread.col(0).x + spread.col(1).y;
    if power <= 0.0 {
        return to + (at - from);
    }
    // The similarity that suits them best, as a matrix.
    let Vec2 { x: scale, y: turn } = similar / power;
    let similarity = Mat2::from_cols(Vec2::new(scale, turn), Vec2::new(-turn, scale));
    let mixed = SIMILAR * power;
    let affine = (moment + similarity * mixed) * (spread + Mat2::IDENTITY * mixed).inverse();
    to + affine * (at - from)
}
