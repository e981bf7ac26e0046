//! What every product on a person has in common: pictures on surfaces, what stands before them, how light they are and
//! the shadow that they throw.

use std::ops::Range;

use glam::{Vec2, Vec3};

use crate::photo::{Photo, color};
use crate::scene::surface::{Depth, Film, Frame, Surface, Texture, Vertex, lay, merge};
use crate::vision::face::{Face, Lens, Pose, shape};
use crate::vision::hair::Hair;

/// How light the lightest fiftieth of a face is in good light, in linear light.
const BRIGHT: f32 = 0.6;

/// A picture on a surface.
pub(super) struct Layer<'a> {
    pub(super) surface: Surface,
    pub(super) texture: &'a Texture,
    /// Millimetres by which something must be in front of it before it hides it; in between it fades.
    pub(super) slack: Range<f32>,
}

/// What a shadow falls on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum On {
    /// The skin of the face.
    Face,
    /// Whatever is there.
    All,
}

/// A shadow straight down: light comes from above, as it nearly always does.
pub(super) struct Shadow {
    /// How dark it is, 0 to 1.
    pub(super) dark: f32,
    /// How far down it falls, in parts of the face's width.
    pub(super) down: f32,
    /// How soft it is, in the same.
    pub(super) soft: f32,
    pub(super) on: On,
}

/// A product's layers, those behind first, with what they need to lie in a photo.
pub(super) struct Laid<'a> {
    pub(super) layers: Vec<Layer<'a>>,
    /// Hair that lies before them.
    pub(super) hair: Option<&'a Hair>,
    pub(super) shadow: Shadow,
}

impl Laid<'_> {
    /// Draws them: as light as the face is lit, with their shadow.
    pub(super) fn draw(&self, photo: &mut Photo, face: &Face, pose: &Pose) {
        let (low, high) = face.bounds();
        let face_width = (high - low).x;
        let Shadow { down, soft, .. } = self.shadow;
        let seen = self.layers.iter().flat_map(|layer| &layer.surface.vertices).map(|vertex| vertex.seen);
        let frame = Frame::around(seen, face_width * (down + 3.0 * soft), photo);
        if frame.area() == 0 {
            return;
        }
        let skin = skin(pose, &frame);
        let mut films = vec![Film::CLEAR; frame.area()];
        for Layer { surface, texture, slack } in &self.layers {
            lay(surface, texture, &skin, slack.clone(), &frame, &mut films);
        }
        let gain = exposure(photo, low, high);
        films.iter_mut().for_each(|film| film.light *= gain);
        self.shade(&mut films, &skin, &frame, face_width);
        if let Some(hair) = self.hair {
            for (k, film) in films.iter_mut().enumerate().filter(|(_, film)| **film != Film::CLEAR) {
                let (x, y) = (frame.left + k % frame.width, frame.top + k / frame.width);
                *film = film.part(1.0 - hair.at(photo, x, y));
            }
        }
        merge(photo, &frame, &films);
    }

    /// The shadow: what is covered, lower and softer.
    fn shade(&self, films: &mut [Film], skin: &Depth, frame: &Frame, face_width: f32) {
        let size = face_width * self.shadow.soft;
        let down = (face_width * self.shadow.down) as usize;
        let cover: Vec<f32> = films.iter().map(|film| film.cover()).collect();
        let cover = softened(&cover, frame, size);
        let lit = match self.shadow.on {
            On::Face => softened(&skin.covered(), frame, size),
            On::All => vec![1.0; films.len()],
        };
        for (k, film) in films.iter_mut().enumerate() {
            let (x, y) = (k % frame.width, k / frame.width);
            let Some(above) = y.checked_sub(down) else { continue };
            let dark = self.shadow.dark * cover[above * frame.width + x] * lit[k];
            // Below half a level nobody sees it, and the photo's bytes stay.
            if dark > 0.004 {
                film.through *= 1.0 - dark;
            }
        }
    }
}

/// How far the skin of a face is in a frame.
pub(super) fn skin(pose: &Pose, frame: &Frame) -> Depth {
    let points: Vec<(Vec2, f32)> =
        pose.points.iter().map(|&point| (pose.project(point), -pose.place(point).z)).collect();
    Depth::of(&points, &shape().triangles, frame)
}

/// A plane over a frame, each value the mean of what is around it, near to it more: two boxes of `2 × size + 1` pixels.
pub(super) fn softened(plane: &[f32], frame: &Frame, size: f32) -> Vec<f32> {
    let radius = (size as usize).max(1);
    let (width, height) = (frame.width, frame.height);
    let mut plane = plane.to_vec();
    let mut line = Vec::new();
    for _ in 0..2 {
        for y in 0..height {
            mean(&mut plane, (y * width, 1, width), radius, &mut line);
        }
        for x in 0..width {
            mean(&mut plane, (x, width, height), radius, &mut line);
        }
    }
    plane
}

/// Means over a line of a plane, from its first index by steps, of what lies within the line.
fn mean(plane: &mut [f32], (first, step, count): (usize, usize, usize), radius: usize, line: &mut Vec<f64>) {
    // Sums from the line's start: shadows are soft, and a sum anew for each pixel would cost as much as they are wide.
    line.clear();
    line.push(0.0);
    let mut sum = 0.0;
    for k in 0..count {
        sum += f64::from(plane[first + k * step]);
        line.push(sum);
    }
    for k in 0..count {
        let (from, end) = (k.saturating_sub(radius), (k + radius + 1).min(count));
        plane[first + k * step] = ((line[end] - line[from]) / (end - from) as f64) as f32;
    }
}

/// A corner of a surface at a place before the camera, in millimetres.
pub(super) fn vertex(lens: Lens, at: Vec3, texture: Vec2, opacity: f32) -> Vertex {
    Vertex { seen: lens.project(at), distance: -at.z, texture, opacity }
}

/// A whole texture of `size` on a grid of parts across and down; `corner` says where a place of it goes.
pub(super) fn sheet(
    (columns, rows): (usize, usize),
    size: Vec2,
    mut corner: impl FnMut(Vec2) -> Vertex,
) -> Surface {
    let mut surface = Surface::default();
    for row in 0..=rows {
        for column in 0..=columns {
            let share = Vec2::new(column as f32 / columns as f32, row as f32 / rows as f32);
            surface.vertices.push(corner(share * size));
        }
    }
    for row in 0..rows {
        for column in 0..columns {
            let first = (row * (columns + 1) + column) as u32;
            let below = first + columns as u32 + 1;
            surface.triangles.extend([[first, first + 1, below], [first + 1, below + 1, below]]);
        }
    }
    surface
}

/// How bright a product is in this photo: as bright as in its own, where the face's lightest places (the whites of the
/// eyes, teeth, what shines) are as light as they are in good light, and darker in a photo that was taken in the dark.
pub(super) fn exposure(photo: &Photo, low: Vec2, high: Vec2) -> f32 {
    let face = Frame::around([low, high].into_iter(), 0.0, photo);
    let mut counts = [0_usize; 256];
    for row in face.top..face.top + face.height {
        let first = (row * photo.width as usize + face.left) * 4;
        for pixel in photo.pixels[first..first + face.width * 4].as_chunks::<4>().0 {
            counts[usize::from(pixel[0].max(pixel[1]).max(pixel[2]))] += 1;
        }
    }
    let mut above = face.area() / 50;
    let brightest = (0..=255_u8).rev().find(|&level| {
        let count = counts[usize::from(level)];
        let is_it = count > above;
        above = above.saturating_sub(count);
        is_it
    });
    (color::light(brightest.unwrap_or(255)) / BRIGHT).clamp(0.02, 1.0)
}
