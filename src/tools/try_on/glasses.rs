//! Glasses from one front picture: as wide as they are, on the bridge of the nose, bent as a frame is, their arms
//! going back to the ears, with the shadow that they throw on the face.

use std::ops::Range;

use glam::{Mat3, Vec2, Vec3};

use super::laid::{Laid, Layer, On, Shadow, sheet, vertex};
use super::{Error, Kind, Placement, product};
use crate::photo::Photo;
use crate::scene::surface::{Film, Surface, Texture};
use crate::vision::face::{Face, Pose, place};

/// Radius to which a front is bent, in millimetres: its ends lie 6 mm behind its middle.
const BEND: f32 = 400.0;
/// How far the lower rim is nearer to the face than the upper, in radians: the pantoscopic tilt opticians aim at.
const TILT: f32 = 0.12;
/// Millimetres between the skin of the nose and a frame's middle plane.
const CLEAR: f32 = 4.0;
/// Parts of the grid that a front is drawn in, across and down.
const GRID: (usize, usize) = (32, 8);
/// Millimetres by which the face must be in front of a frame, and of an arm, before it hides it; in between it fades.
/// A frame is held to lie before the face; where its arms are is known less well, but that they lie beside it is.
const SLACK: Range<f32> = 4.0..10.0;
const ARM_SLACK: Range<f32> = 0.0..2.0;
/// The part of a frame's width, from its end, where its hinge is, and where an arm has its colour from.
const HINGE: f32 = 0.03;
/// How high an arm is at the hinge, at most, in millimetres.
const THICK: f32 = 8.0;
/// A column of the picture that goes through a rim has this part of the frame's height between its ends, and one
/// through the ends of the arms alone has not.
const RIM: f32 = 0.7;
/// The first such column lies within this part of the width, or the picture shows no rims.
const RIM_WITHIN: f32 = 0.25;
/// Millimetres from the cheekbone's side, where the mesh ends, back to the top of the ear, and outwards.
const EAR: (f32, f32) = (35.0, 4.0);
const SHADOW: Shadow = Shadow { dark: 0.32, down: 0.03, soft: 0.018, on: On::Face };

/// A pair of glasses.
#[derive(Clone, Debug)]
pub struct Glasses {
    texture: Texture,
    /// Millimetres in a pixel of the texture.
    scale: f32,
    /// Where the bridge ends at its lower side, in the texture's pixels from the top.
    bridge: f32,
    /// Where arms begin, right and left of the person: the upper and the lower end in the texture's pixels from the
    /// top; none where the picture's end shows nothing.
    hinges: [Option<(f32, f32)>; 2],
}

impl Glasses {
    /// From a picture of their front, with transparency or before a plain ground, and how wide the frame is, in
    /// millimetres (80 to 200).
    ///
    /// # Errors
    /// [`Error::Width`], and a picture that shows no product ([`Error::NoProduct`], [`Error::NotPlain`]).
    pub fn new(picture: &Photo, millimetres: f32) -> Result<Self, Error> {
        let product = product::read(picture, Kind::Glasses, millimetres)?;
        let product::Product { width, films } = without_tips(product)?;
        let height = films.len() / width;
        let covered = |columns: Range<usize>| -> Option<(f32, f32)> {
            let count = columns.len() as f32;
            let cover = |row: usize| {
                columns.clone().map(|column| films[row * width + column].cover()).sum::<f32>() / count
            };
            let rows: Vec<usize> = (0..height).filter(|&row| cover(row) > 0.4).collect();
            Some((*rows.first()? as f32, *rows.last()? as f32 + 1.0))
        };
        let strip = ((width as f32 * HINGE) as usize).max(1);
        let middle = covered((width - strip) / 2..(width + strip) / 2);
        Ok(Self {
            scale: millimetres / width as f32,
            bridge: middle.map_or(height as f32 * 0.4, |(_, lower)| lower),
            hinges: [covered(0..strip), covered(width - strip..width)].map(|rows| {
                rows.map(|(upper, lower)| (upper, lower.min(upper + THICK * width as f32 / millimetres)))
            }),
            texture: Texture::new(width, films),
        })
    }

    /// Draws them on a face.
    pub(super) fn draw(&self, photo: &mut Photo, face: &Face, pose: &Pose) -> Placement {
        let seat = Seat::of(self, pose);
        let front = self.front(pose, &seat);
        let arms: Vec<Surface> = [-1.0, 1.0]
            .into_iter()
            .zip(self.hinges)
            .filter_map(|(side, hinge)| Some(self.arm(pose, &seat, side, hinge?)))
            .collect();

        let layer = |surface, slack| Layer { surface, texture: &self.texture, slack };
        let mut layers: Vec<Layer<'_>> = arms.into_iter().map(|arm| layer(arm, ARM_SLACK)).collect();
        layers.push(layer(front, SLACK));
        Laid { layers, hair: None, shadow: SHADOW }.draw(photo, face, pose);

        Placement::of(self.texture.size(), |at| pose.project(seat.place(self.flat(at))))
    }

    /// A place of the texture in millimetres from its middle, x to the person's left and y up.
    fn flat(&self, at: Vec2) -> Vec2 {
        (at - self.texture.size() / 2.0) * Vec2::new(self.scale, -self.scale)
    }

    /// The front, bent.
    fn front(&self, pose: &Pose, seat: &Seat) -> Surface {
        sheet(GRID, self.texture.size(), |texture| {
            vertex(pose.lens, pose.place(seat.place(self.flat(texture))), texture, 1.0)
        })
    }

    /// An arm, from the frame's end back to the ear, in the colour that the frame has at its end; it fades before the
    /// ear, which the picture's mesh does not know.
    fn arm(&self, pose: &Pose, seat: &Seat, side: f32, (upper, lower): (f32, f32)) -> Surface {
        let size = self.texture.size();
        let end = if side < 0.0 { 0.0 } else { size.x };
        let colour = end - side * size.x * HINGE * 0.6;
        let hinge = [upper, lower].map(|row| seat.place(self.flat(Vec2::new(end - side, row))));
        let temple = pose.points[place::SIDES[usize::from(side > 0.0)]];
        let middle = (hinge[0] + hinge[1]) / 2.0;
        // As high at the ear as at the hinge, and never nearer to the head than the frame is wide.
        let out = (temple.x * side + EAR.1).max(middle.x * side - EAR.1) * side;
        let ear = Vec3::new(out, temple.y.max(middle.y - 10.0), temple.z - EAR.0);
        let mut surface = Surface::default();
        for (share, opacity) in [(0.0, 1.0), (0.55, 1.0), (0.85, 0.5), (1.0, 0.0)] {
            for (corner, row) in hinge.into_iter().zip([upper, lower]) {
                let slim = middle + (corner - middle) * (1.0 - 0.4 * share);
                let at = slim + (ear - middle) * share;
                surface.vertices.push(vertex(pose.lens, pose.place(at), Vec2::new(colour, row), opacity));
            }
        }
        for k in 0..3 {
            let first = 2 * k;
            surface.triangles.extend([[first, first + 1, first + 2], [first + 1, first + 3, first + 2]]);
        }
        surface
    }
}

/// The product without the ends of its arms, which a picture from the front shows hanging beside or behind the rims:
/// what is beyond the rims stays as far as it goes outward from them.
fn without_tips(mut product: product::Product) -> Result<product::Product, Error> {
    let width = product.width;
    let height = product.films.len() / width;
    let apart = (height / 50).max(2);
    let is_covered = |films: &[Film], column: usize, row: usize| films[row * width + column].cover() > 0.2;
    for mirrored in [false, true] {
        let column = |from_end: usize| if mirrored { width - 1 - from_end } else { from_end };
        let reach = |from_end: usize| {
            let mut rows = (0..height).filter(|&row| is_covered(&product.films, column(from_end), row));
            let first = rows.next().unwrap_or(0);
            (rows.next_back().unwrap_or(first) - first) as f32
        };
        let rim = (0..(width as f32 * RIM_WITHIN) as usize).find(|&at| reach(at) >= RIM * height as f32);
        let Some(rim) = rim else { continue };
        // Outward from the rim, a column keeps the runs that touch what the one before has kept.
        let mut kept: Vec<bool> =
            (0..height).map(|row| is_covered(&product.films, column(rim), row)).collect();
        for from_end in (0..rim).rev() {
            let mut next = vec![false; height];
            let mut row = 0;
            while row < height {
                let start = row;
                while row < height && is_covered(&product.films, column(from_end), row) {
                    row += 1;
                }
                // What shines looks like a gap.
                let touches = kept[start.saturating_sub(apart)..(row + apart).min(height)].contains(&true);
                next[start..row].fill(row > start && touches);
                row += 1;
            }
            // The soft edge of what is kept stays with it.
            let near = |row: usize| next[row.saturating_sub(2)..(row + 3).min(height)].contains(&true);
            for row in (0..height).filter(|&row| !near(row)) {
                product.films[row * width + column(from_end)] = Film::CLEAR;
            }
            kept = next;
        }
    }
    product::cropped(width, &product.films).ok_or(Error::NoProduct)
}

/// Where the middle of a frame is on a head, and how it stands.
struct Seat {
    middle: Vec3,
    axes: Mat3,
}

impl Seat {
    fn of(glasses: &Glasses, pose: &Pose) -> Self {
        let at = |point: usize| pose.points[point];
        let right = (at(place::RIGHT_EYE[0]) + at(place::RIGHT_EYE[1])) / 2.0;
        let left = (at(place::LEFT_EYE[0]) + at(place::LEFT_EYE[1])) / 2.0;
        let lean = (left - right).y.atan2((left - right).x);
        let axes = Mat3::from_rotation_z(lean) * Mat3::from_rotation_x(TILT);
        let nose = &place::NOSE.map(at);
        let x = (nose[0].x + nose[1].x) / 2.0;
        let y = eye_height(pose).unwrap_or((right.y + left.y) / 2.0);
        // The bridge touches the nose where its lower side is.
        let bridge = y + glasses.flat(Vec2::new(0.0, glasses.bridge)).y;
        let skin = nose.windows(2).find(|pair| bridge >= pair[1].y).map_or(nose[1].z, |pair| {
            let share = ((pair[0].y - bridge) / (pair[0].y - pair[1].y).max(1e-3)).clamp(0.0, 1.0);
            pair[0].z + (pair[1].z - pair[0].z) * share
        });
        Self { middle: Vec3::new(x, y, skin + CLEAR), axes }
    }

    /// A place on the bent front, in the head's axes, from one on the flat picture.
    fn place(&self, flat: Vec2) -> Vec3 {
        let angle = flat.x / BEND;
        self.middle + self.axes * Vec3::new(BEND * angle.sin(), flat.y, BEND * (angle.cos() - 1.0))
    }
}

/// How high on the nose's ridge the eyes are, as they are seen: opticians have them at the middle of the lenses, or a
/// little above. What is seen is surer than how far the head nods, which moves what stands out from it.
fn eye_height(pose: &Pose) -> Option<f32> {
    let [from, to] =
        [place::RIGHT_EYE[1], place::LEFT_EYE[1]].map(|corner| pose.project(pose.points[corner]));
    let below = |point: Vec3| (to - from).perp_dot(pose.project(point) - from);
    let ridge = place::NOSE.map(|point| pose.points[point]);
    let crossing = ridge.windows(2).find(|pair| below(pair[0]) <= 0.0 && below(pair[1]) > 0.0)?;
    let (above, under) = (below(crossing[0]), below(crossing[1]));
    Some(crossing[0].y + (crossing[1].y - crossing[0].y) * (-above / (under - above)))
}
