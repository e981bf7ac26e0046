//! A hat from one front picture: bent around the head's crown as if it were as round there as it is broad, its lower
//! edge on the forehead.

use glam::{Mat3, Vec2, Vec3};

use super::head::Head;
use super::laid::{Laid, Layer, On, Shadow, sheet, vertex};
use super::press::Outline;
use super::{Error, Kind, Placement, product};
use crate::photo::Photo;
use crate::scene::surface::{Depth, Film, Frame, Surface, Texture};
use crate::vision::face::{Face, Pose, place};
use crate::vision::hair::Hair;

/// How far down a hat's height its crown's breadth is taken, in parts of it.
const CROWN: f32 = 0.4;
/// A row that is broader than the crown by this factor belongs to a brim.
const BRIM: f32 = 1.2;
/// A hat without a brim whose crown is broader than a head by this factor is soft and lies empty in its picture: on a
/// head it is as broad as the head is with its hair.
const EMPTY: f32 = 1.15;
/// How much broader a hat is than the head in it, and how much larger than it says one is drawn for that: a pointed one
/// is narrow where others are as broad as the head.
const ROOM: f32 = 1.08;
const STRETCH: f32 = 1.3;
/// The least breadth of a crown, in parts of the picture's.
const LEAST: f32 = 0.05;
/// Where the lower edge lies on the forehead, from between the brows (0) to the hairline (1): without a brim, and the
/// middle of a brim's front.
const EDGE: (f32, f32) = (0.4, 0.3);
/// How far a hat leans back, in radians: without a brim, and with one.
const LEAN: (f32, f32) = (0.2, 0.08);
/// How much higher than the head with its hair a hat is that lay empty, in parts of the crown's half axis.
const SLACK: f32 = 0.25;
/// Millimetres between the forehead and the hat.
const CLEAR: f32 = 3.0;
/// Parts around half of the hat, and down.
const GRID: (usize, usize) = (24, 40);
/// The part of a row's breadth that its picture is taken from: what is at its very ends is half transparent.
const INNER: f32 = 0.975;
/// From where in a hat hair is pressed under it, in parts of its height from its lower edge.
const CENTRE: f32 = 0.2;
const SHADOW: Shadow = Shadow { dark: 0.45, down: 0.05, soft: 0.04, on: On::Face };

/// A hat.
#[derive(Clone, Debug)]
pub struct Hat {
    texture: Texture,
    /// Millimetres in a pixel of the texture.
    scale: f32,
    /// The middle and half of the breadth of each row, or of one above that is broader, in the texture's pixels.
    rows: Vec<(f32, f32)>,
    /// Half of the crown's breadth, in the same.
    crown: f32,
}

impl Hat {
    /// From a picture of its front, with transparency or before a plain ground, and how wide all of it is, in
    /// millimetres (120 to 600).
    ///
    /// # Errors
    /// [`Error::Width`], and a picture that shows no product ([`Error::NoProduct`], [`Error::NotPlain`]).
    pub fn new(picture: &Photo, millimetres: f32) -> Result<Self, Error> {
        let product::Product { width, films } = product::read(picture, Kind::Hat, millimetres)?;
        // Down its axis it never narrows again: a lower edge is curved because it is seen from above or below.
        let mut widest = (width as f32 / 2.0, 0.0);
        let rows: Vec<(f32, f32)> = films
            .chunks_exact(width)
            .map(|row| {
                let is_there = |film: &Film| film.cover() > 0.5;
                if let Some((first, last)) = row.iter().position(is_there).zip(row.iter().rposition(is_there))
                {
                    let (first, end) = (first as f32, last as f32 + 1.0);
                    if (end - first) / 2.0 > widest.1 {
                        widest = ((first + end) / 2.0, (end - first) / 2.0);
                    }
                }
                widest
            })
            .collect();
        let crown = rows[(rows.len() as f32 * CROWN) as usize].1;
        if crown * 2.0 < LEAST * width as f32 {
            return Err(Error::NoProduct);
        }
        Ok(Self { texture: Texture::new(width, films), scale: millimetres / width as f32, rows, crown })
    }

    /// Draws it on a head.
    pub(super) fn draw(&self, photo: &mut Photo, face: &Face, pose: &Pose, hair: Option<&Hair>) -> Placement {
        let seat = Seat::of(self, photo, pose, hair);
        let crown = self.around(pose, &seat);
        if let Some(hair) = hair {
            self.press(photo, face, &crown, pose, &seat, hair);
        }
        let layers = vec![Layer { surface: crown, texture: &self.texture, slack: 0.0..1e6 }];
        Laid { layers, hair: None, shadow: SHADOW }.draw(photo, face, pose);

        let size = self.texture.size();
        let at = |x: f32, y: f32| {
            pose.project(seat.place(Vec3::new(
                (x - size.x / 2.0) * seat.scale,
                (size.y - y) * seat.tall,
                0.0,
            )))
        };
        let (right, left) = (at(0.0, size.y), at(size.x, size.y));
        Placement::across(right, left, at(size.x / 2.0, size.y / 2.0))
    }

    /// Presses what hair is around its crown under it.
    fn press(&self, photo: &mut Photo, face: &Face, crown: &Surface, pose: &Pose, seat: &Seat, hair: &Hair) {
        let seen = || crown.vertices.iter().map(|vertex| vertex.seen);
        let frame = Frame::around(seen(), 1.0, photo);
        let places: Vec<(Vec2, f32)> =
            crown.vertices.iter().map(|vertex| (vertex.seen, vertex.distance)).collect();
        let triangles: Vec<[u16; 3]> =
            crown.triangles.iter().map(|triangle| triangle.map(|index| index as u16)).collect();
        let covered = Depth::of(&places, &triangles, &frame);
        let height = self.texture.size().y * seat.tall;
        let axis = |share: f32| pose.project(seat.place(Vec3::Y * height * share));
        let (centre, top) = (axis(CENTRE), axis(1.0));
        let across = Vec3::X * self.crown * seat.scale;
        let breadth = pose.project(seat.place(across)).distance(pose.project(seat.place(-across)));
        let up = (top - centre).normalize_or(-Vec2::Y);
        Outline { centre, up, covered: &covered, frame: &frame, breadth, face: &face.points }
            .press(photo, hair);
    }

    /// The hat as a body around its axis, the half that is seen.
    fn around(&self, pose: &Pose, seat: &Seat) -> Surface {
        let size = self.texture.size();
        let middle = size.x / 2.0;
        let mut surface = sheet((2 * GRID.0, GRID.1), size, |at| {
            let (centre, half) = self.row(at.y);
            let around = (at.x / size.x - 0.5) * std::f32::consts::TAU;
            let out = Vec2::new(around.sin(), around.cos()) * half;
            let place = Vec3::new(
                (centre - middle + out.x) * seat.scale,
                (size.y - at.y) * seat.tall,
                out.y.signum() * (out.y.abs().min(self.crown * BRIM)) * seat.scale * seat.deep,
            );
            vertex(pose.lens, pose.place(seat.place(place)), Vec2::new(centre + out.x * INNER, at.y), 1.0)
        });
        let Surface { vertices, triangles } = &mut surface;
        triangles.retain(|triangle| {
            let [a, b, c] = triangle.map(|index| vertices[index as usize].seen);
            (b - a).perp_dot(c - a) > 0.0
        });
        surface
    }

    /// The middle and half of the breadth at a height of the texture.
    fn row(&self, y: f32) -> (f32, f32) {
        self.rows[(y.max(0.0) as usize).min(self.rows.len() - 1)]
    }
}

/// How a hat stands on a head: the middle of its lower edge, and its axes.
struct Seat {
    middle: Vec3,
    axes: Mat3,
    /// Millimetres in a pixel of the texture, as it is worn: across and along the axis.
    scale: f32,
    tall: f32,
    /// How deep it is for how broad it is.
    deep: f32,
}

impl Seat {
    fn of(hat: &Hat, photo: &Photo, pose: &Pose, hair: Option<&Hair>) -> Self {
        let head = Head::of(pose);
        let has_brim = hat.rows.iter().any(|row| row.1 > hat.crown * BRIM);
        let filled = head.radii.x * ROOM / hat.crown;
        let is_empty = !has_brim && hat.scale > filled * EMPTY;
        let scale = if is_empty { filled } else { hat.scale.max(filled.min(hat.scale * STRETCH)) };
        let [brow, hairline] = [place::BROWS, place::HAIRLINE].map(|point| pose.points[point]);
        let edge = brow + (hairline - brow) * if has_brim { EDGE.1 } else { EDGE.0 };
        let lean = Mat3::from_rotation_x(if has_brim { -LEAN.1 } else { -LEAN.0 });
        // Straight back from the edge on the forehead to the head's axis.
        let back = edge.z + CLEAR - head.middle.z;
        let middle = Vec3::new(head.middle.x, edge.y, edge.z + CLEAR) - lean * Vec3::Z * back;
        let lowest = hat.rows.last().map_or(hat.crown, |row| row.1).min(hat.crown * BRIM).max(1.0);
        let top = head.middle.y + head.radii.y * (1.0 + head.hair(photo, pose, hair).min(SLACK) + SLACK);
        let highest = (top - middle.y) / hat.texture.size().y;
        let tall = if is_empty { scale.min(highest) } else { scale };
        Self { middle, axes: lean, scale, tall, deep: back / (lowest * scale) }
    }

    /// A place of the hat in the head's axes.
    fn place(&self, at: Vec3) -> Vec3 {
        self.middle + self.axes * at
    }
}
