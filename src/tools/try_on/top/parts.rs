//! The parts of a garment, from the silhouette of its picture: collar, shoulders, sleeves, armpits, sides, hem.
//!
//! The picture shows the garment upright from the front, laid flat or on nobody, its sleeves beside it. Rows are
//! followed outward from its axis: where the row through the body suddenly takes in a sleeve is the armpit.

use std::collections::VecDeque;

use glam::Vec2;

use crate::scene::surface::Film;

/// Cells along the longer side of the grid that a silhouette is read on.
const CELLS: usize = 320;
/// How far the axis may lie from the middle of the picture, in parts of its width.
const OFF_AXIS: f32 = 0.12;
/// A row that reaches so much farther than a row a little below it has taken in a sleeve: in parts of the body's half
/// width; and how far below that row lies, in parts of the garment's height.
const JUMP: f32 = 0.12;
const BELOW: f32 = 0.02;
/// Where on the way from its axis to its armpit a garment's shoulder ends.
const SHOULDER: f32 = 0.94;
/// How far a strap may fall inward, in parts of how far that is, over so many cells, and in parts of how deep the collar's
/// opening is.
const STRAP: f32 = 0.35;
const STRAP_CELLS: usize = 4;
const STRAP_DEEP: f32 = 0.5;
/// The least share of the silhouette that a sleeve has.
const SLEEVE: f32 = 0.006;
/// How much a garment may differ from its mirror image, in parts of it.
const UNEVEN: f32 = 0.3;
/// How tall a garment is at least, in parts of half its width.
const LEAST_TALL: f32 = 0.8;
/// Places along a side, and along a sleeve, at which its width is measured.
pub(super) const SIDE_STATIONS: usize = 10;
pub(super) const SLEEVE_STATIONS: usize = 9;

/// A garment's places in its picture, in pixels.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parts {
    /// The middle of the collar's upper edge as the picture shows it, and of the hem.
    pub(super) collar: Vec2,
    pub(super) hem: Vec2,
    /// The half on the picture's left, which is the wearer's right, then the other.
    pub(super) sides: [Side; 2],
}

/// One half of a garment.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Side {
    /// Where the collar ends on the shoulder.
    pub(super) neck: Vec2,
    /// Where the shoulder ends and the sleeve, or nothing, begins.
    pub(super) shoulder: Vec2,
    /// From the armpit down to the hem's corner.
    pub(super) flank: [Vec2; SIDE_STATIONS],
    /// From behind the armhole to the cuff: the upper edge and the lower edge; none without a sleeve.
    pub(super) sleeve: Option<[[Vec2; 2]; SLEEVE_STATIONS]>,
}

impl Side {
    pub(super) fn armpit(&self) -> Vec2 {
        self.flank[0]
    }
}

impl Parts {
    /// Of films, rows top to bottom; `None` where they have no such parts.
    pub(super) fn of(width: usize, films: &[Film]) -> Option<Self> {
        let grid = Grid::of(width, films)?;
        let axis = grid.axis()?;
        let halves = [-1.0, 1.0].map(|way| Half::of(&grid, axis, way));
        let [right, left] = halves;
        let sides = [right?.side()?, left?.side()?];
        let at = |row: usize| Vec2::new(axis, row as f32) * grid.cell;
        let column = |row: &usize| grid.at(axis, *row as f32 + 0.5);
        let first = (0..grid.height).find(column)?;
        let last = (0..grid.height).rev().find(column)?;
        Some(Self { collar: at(first), hem: at(last + 1), sides })
    }

    /// Whether a place belongs to the sleeve of a side.
    pub(super) fn is_sleeve(&self, number: usize, at: Vec2) -> bool {
        let side = &self.sides[number];
        let way = if number == 0 { -1.0 } else { 1.0 };
        let [hole, armpit] = [side.shoulder, side.armpit()];
        if side.sleeve.is_none() {
            return false;
        }
        // Beyond the line through the armhole above the armpit, beyond the body's side below it.
        let from = if at.y <= armpit.y {
            hole.x + (armpit.x - hole.x) * ((at.y - hole.y) / (armpit.y - hole.y).max(1.0)).max(0.0)
        } else {
            let pair = side.flank.windows(2).find(|pair| at.y <= pair[1].y);
            pair.map_or(side.flank[SIDE_STATIONS - 1].x, |pair| {
                pair[0].x + (pair[1].x - pair[0].x) * (at.y - pair[0].y) / (pair[1].y - pair[0].y).max(1.0)
            })
        };
        (at.x - from) * way > 0.0
    }

    /// Its width from armpit to armpit.
    pub(super) fn chest(&self) -> f32 {
        self.sides[0].armpit().distance(self.sides[1].armpit())
    }
}

/// A silhouette, its holes filled.
struct Grid {
    width: usize,
    height: usize,
    inside: Vec<bool>,
    /// Pixels of the picture in a cell, each way.
    cell: f32,
}

impl Grid {
    fn of(width: usize, films: &[Film]) -> Option<Self> {
        let rows = films.len() / width;
        let cell = (width.max(rows) as f32 / CELLS as f32).max(1.0);
        // A ring of nothing around, so that everything outside is one.
        let size = |pixels: usize| (pixels as f32 / cell).ceil() as usize;
        let (across, down) = (size(width), size(rows));
        let covered = (0..across * down).map(|k| {
            let at = |cells: usize| ((cells as f32 + 0.5) * cell) as usize;
            let (x, y) = (at(k % across).min(width - 1), at(k / across).min(rows - 1));
            films[y * width + x].cover() > 0.5
        });
        let covered: Vec<bool> = covered.collect();
        let largest = components(&covered, across, down).into_iter().max_by_key(Vec::len)?;
        let mut solid = vec![false; across * down];
        largest.iter().for_each(|&k| solid[k] = true);
        // What is not reached from the rim is a hole.
        let empty: Vec<bool> = solid.iter().map(|&is| !is).collect();
        for hole in components(&empty, across, down) {
            let is_rim = |&k: &usize| {
                let (x, y) = (k % across, k / across);
                x == 0 || y == 0 || x + 1 == across || y + 1 == down
            };
            if !hole.iter().any(is_rim) {
                hole.iter().for_each(|&k| solid[k] = true);
            }
        }
        Some(Self { width: across, height: down, inside: solid, cell })
    }

    /// Whether a place, in cells, is inside.
    fn at(&self, x: f32, y: f32) -> bool {
        let is_there = (0.0..self.width as f32).contains(&x) && (0.0..self.height as f32).contains(&y);
        is_there && self.inside[y as usize * self.width + x as usize]
    }

    /// The column, in cells, about which it is most like its mirror image; none where it is not like it at all.
    fn axis(&self) -> Option<f32> {
        let area = self.inside.iter().filter(|&&is| is).count();
        let middle = self.width as f32 / 2.0;
        let reach = (OFF_AXIS * self.width as f32 * 2.0) as i32;
        let same = |axis: f32| {
            let is_both = |k: &usize| {
                let (x, y) = ((k % self.width) as f32 + 0.5, (k / self.width) as f32 + 0.5);
                self.inside[*k] && self.at(2.0 * axis - x, y)
            };
            (0..self.inside.len()).filter(is_both).count()
        };
        let axes = (-reach..=reach).map(|half| middle + half as f32 / 2.0);
        let (best, count) = axes.map(|axis| (axis, same(axis))).max_by_key(|&(_, count)| count)?;
        (count as f32 >= (1.0 - UNEVEN) * area as f32).then_some(best)
    }
}

/// The connected parts of what is true.
fn components(is: &[bool], width: usize, height: usize) -> Vec<Vec<usize>> {
    let mut is_seen = vec![false; is.len()];
    let mut parts = Vec::new();
    for start in 0..is.len() {
        if is_seen[start] || !is[start] {
            continue;
        }
        is_seen[start] = true;
        let (mut waiting, mut part) = (VecDeque::from([start]), Vec::new());
        while let Some(k) = waiting.pop_front() {
            part.push(k);
            let (x, y) = (k % width, k / width);
            let beside = [
                (x > 0).then(|| k - 1),
                (x + 1 < width).then_some(k + 1),
                (y > 0).then(|| k - width),
                (y + 1 < height).then_some(k + width),
            ];
            for next in beside.into_iter().flatten() {
                if is[next] && !is_seen[next] {
                    is_seen[next] = true;
                    waiting.push_back(next);
                }
            }
        }
        parts.push(part);
    }
    parts
}

/// One half of a silhouette: columns count outward from the axis, `out`, and rows down.
struct Half<'a> {
    grid: &'a Grid,
    axis: f32,
    way: f32,
    /// The first and the last row on the axis.
    rows: (usize, usize),
    /// How far out each row reaches without a gap, from the axis or from where the collar's opening ends.
    reach: Vec<usize>,
    /// Half of the body's width.
    half: f32,
}

impl<'a> Half<'a> {
    fn of(grid: &'a Grid, axis: f32, way: f32) -> Option<Self> {
        let is = |out: usize, row: usize| grid.at(axis + way * (out as f32 + 0.5), row as f32 + 0.5);
        let first = (0..grid.height).find(|&row| is(0, row))?;
        let last = (0..grid.height).rev().find(|&row| is(0, row))?;
        let reach: Vec<usize> = (0..grid.height)
            .map(|row| {
                let start = (0..grid.width).find(|&out| is(out, row)).unwrap_or(0);
                // Above the collar's middle a row begins where the opening ends; below the hem there is none.
                if row > last { 0 } else { (start..grid.width).find(|&out| !is(out, row)).unwrap_or(0) }
            })
            .collect();
        let mut middle: Vec<usize> = reach[first + (last - first) / 3..=last - (last - first) / 6].to_vec();
        middle.sort_unstable();
        let half = *middle.get(middle.len() / 2)? as f32;
        (half > 4.0 && last > first + 16).then_some(Self {
            grid,
            axis,
            way,
            rows: (first, last),
            reach,
            half,
        })
    }

    fn is(&self, out: usize, row: usize) -> bool {
        self.grid.at(self.axis + self.way * (out as f32 + 0.5), row as f32 + 0.5)
    }

    /// A place in the picture's pixels.
    fn picture(&self, at: Vec2) -> Vec2 {
        Vec2::new(self.axis + self.way * at.x, at.y) * self.grid.cell
    }

    fn side(&self) -> Option<Side> {
        let (first, last) = self.rows;
        let tall = (last - first) as f32;
        let armpit = self.jump();
        let tops: Vec<Option<usize>> =
            (0..self.grid.width).map(|out| (0..self.grid.height).find(|&row| self.is(out, row))).collect();
        let top =
            |out: usize| tops.get(out).copied().flatten().map(|row| Vec2::new(out as f32 + 0.5, row as f32));
        let highest = |score: &dyn Fn(Vec2) -> f32| {
            let places = (0..self.grid.width).filter_map(top);
            places.max_by(|&one, &other| score(one).total_cmp(&score(other)))
        };
        let (neck, shoulder, armpit, is_sleeved) = match armpit {
            Some(armpit) => {
                // Along the upper edge, the corner between collar and shoulder lies highest above the chord.
                let outer = (armpit.x * SHOULDER) as usize;
                let (start, end) = (top(0)?, (0..=outer).rev().find_map(top)?);
                let chord = (end - start).normalize_or(Vec2::X);
                let above = |at: Vec2| if at.x <= end.x { chord.perp_dot(start - at) } else { f32::MIN };
                (highest(&above)?, end, armpit, true)
            }
            None => {
                let peak = highest(&|at| -at.y)?;
                // Of a strap the inner end: from its peak inward as long as it hardly falls.
                let deep = STRAP_DEEP * (top(0)?.y - peak.y);
                let falls = |inner: &Vec2, outer: &Vec2| {
                    inner.y - outer.y > STRAP * STRAP_CELLS as f32 || inner.y - peak.y > deep
                };
                let inward = (0..(peak.x as usize).saturating_sub(STRAP_CELLS)).rev();
                let neck = inward
                    .filter_map(|out| top(out).zip(top(out + STRAP_CELLS)))
                    .find(|(inner, outer)| falls(inner, outer))
                    .map_or(peak, |(_, outer)| outer);
                let [shoulder, armpit] = self.armhole(neck)?;
                (neck, shoulder, armpit, false)
            }
        };
        let sleeve = is_sleeved.then(|| self.sleeve(shoulder, armpit)).flatten();
        let corner = (0..self.grid.height)
            .filter(|&row| row as f32 > armpit.y + 0.5 * (last as f32 - armpit.y))
            .map(|row| Vec2::new(self.torso(row, armpit), row as f32 + 1.0))
            .filter(|at| at.x > 0.0)
            .max_by(|one, other| (one.x + 2.0 * one.y).total_cmp(&(other.x + 2.0 * other.y)))?;
        let flank = std::array::from_fn(|k| {
            let share = k as f32 / (SIDE_STATIONS - 1) as f32;
            if k == 0 {
                return armpit;
            }
            if k + 1 == SIDE_STATIONS {
                return corner;
            }
            let row = armpit.y + (corner.y - armpit.y) * share;
            Vec2::new(self.torso(row as usize, armpit), row)
        });
        let is_whole = corner.y - armpit.y > 0.2 * tall
            && armpit.y > neck.y
            && shoulder.x >= neck.x
            && tall > LEAST_TALL * armpit.x;
        is_whole.then(|| Side {
            neck: self.picture(neck),
            shoulder: self.picture(shoulder),
            flank: flank.map(|at| self.picture(at)),
            sleeve: sleeve.map(|stations| stations.map(|pair| pair.map(|at| self.picture(at)))),
        })
    }

    /// How far the body reaches in a row below the armpit; a sleeve that touches it does not count.
    fn torso(&self, row: usize, armpit: Vec2) -> f32 {
        let reach = self.reach[row.min(self.reach.len() - 1)] as f32;
        let most = armpit.x.max(self.half) * 1.3;
        // A skirt is wider than its armpits and has no sleeves beside it.
        let is_skirt = (self.reach[row.saturating_sub(4)] as f32) > reach - 0.1 * self.half
            && row as f32 > armpit.y + 0.4 * (self.rows.1 as f32 - armpit.y);
        if is_skirt { reach } else { reach.min(most) }
    }

    /// The armpit of a sleeve: the highest row that has suddenly taken one in.
    fn jump(&self) -> Option<Vec2> {
        let (first, last) = self.rows;
        let tall = last - first;
        let below = ((tall as f32 * BELOW) as usize).max(2);
        let from = first + below;
        // A rounded hem rises like a sleeve does.
        let to = last - tall / 8;
        let is_jump = |row: &usize| {
            self.reach[row - below] as f32 - self.reach[*row] as f32 > JUMP * self.half
                && self.reach[*row] as f32 > 0.4 * self.half
        };
        let row = (from..to).find(is_jump)?;
        // All that jumps there: the lowest of these rows is the body's own, and just above it the sleeve begins.
        let row = (row..to).take_while(is_jump).last()?;
        Some(Vec2::new(self.reach[row] as f32, (row - below + 1) as f32))
    }

    /// The end of the shoulder and the armpit of a garment without sleeves.
    fn armhole(&self, neck: Vec2) -> Option<[Vec2; 2]> {
        let (first, last) = self.rows;
        let edge = |row: usize| Vec2::new(self.reach[row] as f32, row as f32);
        let top = neck.y as usize;
        let waist = first + (last - first) / 2;
        let off = |from: Vec2, to: Vec2, at: Vec2| (to - from).normalize_or(Vec2::Y).perp_dot(at - from);
        // The strap's outer end stands out the farthest to the upper outside, the armpit below it.
        let shoulder = (top..waist)
            .map(edge)
            .filter(|at| at.x >= neck.x)
            .max_by(|one, other| (one.x - 1.2 * one.y).total_cmp(&(other.x - 1.2 * other.y)))?;
        let armpit = (shoulder.y as usize + 1..waist).map(edge).min_by(|&one, &other| {
            off(shoulder, edge(waist), one).total_cmp(&off(shoulder, edge(waist), other))
        })?;
        Some([shoulder, armpit])
    }

    /// A sleeve's edges, measured across the way from its armhole to its end.
    fn sleeve(&self, shoulder: Vec2, armpit: Vec2) -> Option<[[Vec2; 2]; SLEEVE_STATIONS]> {
        let mut cells = Vec::new();
        for row in shoulder.y as usize..self.grid.height {
            let begins = if row as f32 <= armpit.y {
                shoulder.x
                    + (armpit.x - shoulder.x) * (row as f32 - shoulder.y) / (armpit.y - shoulder.y).max(1.0)
            } else {
                self.torso(row, armpit) + 1.0
            };
            let outward = (begins.ceil() as usize..self.grid.width).filter(|&out| self.is(out, row));
            cells.extend(outward.map(|out| Vec2::new(out as f32 + 0.5, row as f32 + 0.5)));
        }
        let area = self.grid.inside.iter().filter(|&&is| is).count() as f32;
        if (cells.len() as f32) < SLEEVE * area {
            return None;
        }
        let hole = (shoulder + armpit) / 2.0;
        let along =
            (cells.iter().sum::<Vec2>() / cells.len() as f32 - hole).normalize_or(Vec2::ONE.normalize());
        let across = along.perp();
        let far = cells.iter().map(|cell| (*cell - hole).dot(along)).fold(0.0, f32::max);
        let thick = shoulder.distance(armpit);
        let stations = std::array::from_fn(|k| {
            let share = (k + 1) as f32 / SLEEVE_STATIONS as f32;
            if k + 1 == SLEEVE_STATIONS {
                // The cuff's corners.
                let corner = |way: f32| {
                    let reaches = |cell: &Vec2| (*cell - hole).dot(along + across * (0.5 * way));
                    cells.iter().copied().max_by(|one, other| reaches(one).total_cmp(&reaches(other)))
                };
                return [corner(-1.0).unwrap_or(shoulder), corner(1.0).unwrap_or(armpit)];
            }
            let strip = cells.iter().filter(|cell| ((**cell - hole).dot(along) - share * far).abs() < 1.5);
            let off = |cell: &&Vec2| (**cell - hole).dot(across);
            let upper = strip.clone().min_by(|one, other| off(one).total_cmp(&off(other)));
            let lower = strip.max_by(|one, other| off(one).total_cmp(&off(other)));
            [upper.copied().unwrap_or(shoulder), lower.copied().unwrap_or(armpit)]
        });
        (far > 0.2 * thick).then_some(stations)
    }
}
