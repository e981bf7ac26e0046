//! What is behind and below: where its surface lies, and its colours.

use std::f32::consts::FRAC_PI_2;

use super::camera::View;
use super::material::{Place, mix};
use super::photograph::Photograph;
use super::shade::towards;
use super::{Backdrop, Camera, Error, Gradient, Material, Scene, Size};
use crate::vision::Cutout;

/// Where the surface lies that is seen in each row, in the rows of one view.
pub(super) enum Surface {
    /// Ground without an end.
    Ground,
    /// Ground that bends into a wall.
    Sweep {
        /// Rows under the horizon in which the wall would stand on the ground.
        wall: f32,
        /// Rows that the bend takes, to either side.
        bend: f32,
    },
}

/// A place on it.
pub(super) struct Point {
    /// From the camera, in the world's unit.
    pub depth: f32,
    /// Over the ground, in the world's unit.
    pub up: f32,
    /// `[right, up, away]`, of length 1.
    pub normal: [f32; 3],
}

/// The wall is at least so many rows under the horizon, of the picture's height: else it would be endlessly far.
const NEAREST_WALL: f32 = 0.02;

impl Surface {
    /// For a view that has `scale` rows along one of the picture's.
    pub(super) fn new(scene: &Scene, scale: f32) -> Self {
        let height = scene.size.height as f32 * scale;
        match scene.backdrop {
            Backdrop::Sweep { wall, bend, .. } => Self::Sweep {
                wall: (wall - scene.camera.horizon).max(NEAREST_WALL) * height,
                bend: bend.max(0.004) * height / 2.0,
            },
            Backdrop::Photo { wall, .. } => Self::Sweep {
                wall: (wall - scene.camera.horizon).max(NEAREST_WALL) * height,
                bend: 0.004 * height / 2.0,
            },
            _ => Self::Ground,
        }
    }

    /// Rows under the horizon of the ground that is as far away as what is seen in a row; 0 where that is endless.
    fn foot(&self, view: View, row: f32) -> f32 {
        let below = row - view.horizon;
        match *self {
            Self::Ground => below.max(0.0),
            Self::Sweep { wall, bend } => smooth_max(below, wall, bend),
        }
    }

    /// The place that is seen in a row; `None` where there is none.
    pub(super) fn at(&self, view: View, row: f32) -> Option<Point> {
        match *self {
            Self::Ground => view.depth_at(row).map(|depth| Point { depth, up: 0.0, normal: [0.0, 1.0, 0.0] }),
            Self::Sweep { wall, bend } => {
                // A depth is the focal length by the rows under the horizon; on the wall it is everywhere that of its
                // foot. Between the two it runs smoothly, and what stands over the ground follows from where it is seen.
                let below = row - view.horizon;
                let foot = self.foot(view, row);
                // Turned evenly over the bend's rows: the curve itself would turn all at once at its upper end.
                let turned = ((wall + bend - below) / (2.0 * bend)).clamp(0.0, 1.0);
                let (away, up) = (turned * turned * (3.0 - 2.0 * turned) * FRAC_PI_2).sin_cos();
                Some(Point { depth: view.focal / foot, up: 1.0 - below / foot, normal: [0.0, up, -away] })
            }
        }
    }
}

/// The larger of two, without a corner where they are nearer to each other than `width`.
fn smooth_max(one: f32, other: f32, width: f32) -> f32 {
    let near = (width - (one - other).abs()).max(0.0) / width;
    one.max(other) + near * near * width / 4.0
}

/// A backdrop's colours in one picture, and the light on it where nothing is in the way.
pub(super) struct Paper {
    pub kind: Kind,
    width: f32,
    height: f32,
}

pub(super) enum Kind {
    Nothing,
    Plain([f32; 3]),
    Linear { from: [f32; 3], to: [f32; 3], along: [f32; 2], start: f32, length: f32 },
    Radial { from: [f32; 3], to: [f32; 3], center: [f32; 2], radius: f32 },
    Photo { photograph: Photograph, lens: Lens },
    Sweep { color: [f32; 3], falloff: f32, middle: f32, light: [f32; 3], brightest: f32, cloth: Cloth },
}

/// What the picture of a photo follows from, apart from the photo.
#[derive(Clone, PartialEq)]
pub(super) struct Lens {
    backdrop: Backdrop,
    camera: Camera,
    size: Size,
    focus: f32,
}

/// What a sweep is made of.
pub(super) struct Cloth {
    pub material: Material,
    /// The pattern's size.
    pub scale: f32,
    pub seed: u32,
}

/// A row of a sweep: where on it the row lies, for its pattern.
#[derive(Clone, Copy)]
pub(super) struct Along {
    /// Units of the world to the right for a pixel.
    pub across: f32,
    /// How far along the sweep the row is, in the world's unit, and how far the next.
    pub away: [f32; 2],
    /// The column that the camera looks at.
    middle: f32,
}

impl Along {
    /// The row of a point, and the point of the row before it.
    pub(super) fn new(view: View, point: &Point, before: &Point) -> Self {
        // Up the wall it goes on as far as it is high.
        let along = |point: &Point| point.depth + point.up;
        Self { across: point.depth / view.focal, away: [along(point), along(before)], middle: view.middle }
    }
}

/// The widest circle that a lens draws, in pictures' heights: of what lies right before it.
const WIDEST: f32 = 0.1;

/// How far the light's pool on a sweep reaches, in pictures' heights.
pub(super) const POOL: f32 = 0.75;

impl Paper {
    /// `focus` is the row in which the ground is sharp, where a lens is drawn; `before` is what was drawn of the same
    /// photo.
    pub(super) fn new(
        scene: &Scene,
        pictures: &[&Cutout],
        view: View,
        focus: f32,
        before: Option<(Lens, Photograph)>,
    ) -> Result<Self, Error> {
        let Scene { ref backdrop, key, size, .. } = *scene;
        let (width, height) = (size.width as f32, size.height as f32);
        let kind = match *backdrop {
            Backdrop::Transparent => Kind::Nothing,
            Backdrop::Solid { color } => Kind::Plain(color.light()),
            Backdrop::Gradient(Gradient::Linear { from, to, angle }) => {
                let (down, across) = angle.to_radians().sin_cos();
                // From the corner where it begins to the opposite one.
                let corners = [(0.0, 0.0), (width, 0.0), (0.0, height), (width, height)];
                let at = corners.map(|(x, y)| x * across + y * down);
                let start = at.into_iter().fold(f32::INFINITY, f32::min);
                let length = at.into_iter().fold(f32::NEG_INFINITY, f32::max) - start;
                Kind::Linear { from: from.light(), to: to.light(), along: [across, down], start, length }
            }
            Backdrop::Gradient(Gradient::Radial { from, to, center: [x, y] }) => {
                let center = [x * width, y * height];
                let radius = center[0].max(width - center[0]).hypot(center[1].max(height - center[1]));
                Kind::Radial { from: from.light(), to: to.light(), center, radius }
            }
            Backdrop::Photo { picture, at, blur, .. } => {
                let photo = pictures.get(picture).ok_or_else(|| Error::NoPicture {
                    field: "backdrop".to_owned(),
                    index: picture,
                    count: pictures.len(),
                })?;
                let surface = Surface::new(scene, 1.0);
                // What stands as high as the horizon, or is no ground, is as far away as the lens can tell.
                let sharp = surface.foot(view, focus).max(NEAREST_WALL * height);
                let radius = |row: f32| {
                    let circle = blur * height * (surface.foot(view, row) / sharp - 1.0).abs();
                    circle.min(WIDEST * height) / 2.0
                };
                let lens = Lens { backdrop: backdrop.clone(), camera: scene.camera, size, focus };
                let photograph = match before.filter(|(before, _)| *before == lens) {
                    Some((_, photograph)) => photograph,
                    None => Photograph::new(photo, size, at, radius)?,
                };
                Kind::Photo { photograph, lens }
            }
            Backdrop::Sweep { color, wall, falloff, material, scale, seed, .. } => {
                let light = towards(key);
                // Somewhere in the bend the paper looks straight into the light, if that comes from the camera's side.
                let brightest = if light[2] < 0.0 { light[1].hypot(light[2]) } else { light[1] };
                let cloth = Cloth { material, scale, seed };
                Kind::Sweep { color: color.light(), falloff, middle: wall, light, brightest, cloth }
            }
        };
        Ok(Self { kind, width, height })
    }

    /// The photo that was drawn for it.
    pub(super) fn into_photograph(self) -> Option<(Lens, Photograph)> {
        match self.kind {
            Kind::Photo { photograph, lens } => Some((lens, photograph)),
            _ => None,
        }
    }

    /// How opaque it is.
    pub(super) fn alpha(&self) -> f32 {
        if matches!(self.kind, Kind::Nothing) { 0.0 } else { 1.0 }
    }

    /// Its mean light; `None` where it is not there.
    pub(super) fn mean(&self) -> Option<[f32; 3]> {
        /// Places along a side.
        const PLACES: u32 = 12;
        let place = |at: u32, length: f32| ((at as f32 + 0.5) / PLACES as f32 * length) as u32;
        let mut sum = [0.0; 3];
        for at in 0..PLACES * PLACES {
            let light = self.at(place(at % PLACES, self.width), place(at / PLACES, self.height), None);
            sum = std::array::from_fn(|channel| sum[channel] + light[channel]);
        }
        (self.alpha() > 0.0).then(|| sum.map(|sum| sum / (PLACES * PLACES) as f32))
    }

    /// How much of the key light falls on a surface of this normal, 0 to 1, 1 where it falls most.
    pub(super) fn facing(&self, normal: [f32; 3]) -> f32 {
        match self.kind {
            Kind::Sweep { light, brightest, .. } => {
                let facing: f32 = (0..3).map(|axis| normal[axis] * light[axis]).sum();
                (facing / brightest).clamp(0.0, 1.0)
            }
            _ => 1.0,
        }
    }

    /// The colour at a pixel's middle; `along` says where on a sweep its row lies.
    pub(super) fn at(&self, column: u32, row: u32, along: Option<Along>) -> [f32; 3] {
        let (x, y) = (column as f32 + 0.5, row as f32 + 0.5);
        match self.kind {
            Kind::Nothing => [0.0; 3],
            Kind::Plain(color) => color,
            Kind::Photo { ref photograph, .. } => photograph.at(column, row),
            Kind::Linear { from, to, along, start, length } => {
                mix(from, to, (x * along[0] + y * along[1] - start) / length)
            }
            Kind::Radial { from, to, center, radius } => {
                mix(from, to, (x - center[0]).hypot(y - center[1]) / radius)
            }
            Kind::Sweep { color, falloff, middle, ref cloth, .. } => {
                let (beside, over) = ((x - self.width / 2.0) / self.height, y / self.height - middle);
                let far = (beside * beside + over * over) / (POOL * POOL);
                let share = 1.0 - falloff * far / (1.0 + far);
                let pattern = along.map_or([1.0; 3], |along| cloth.at(x, along));
                std::array::from_fn(|channel| color[channel] * pattern[channel] * share)
            }
        }
    }
}

impl Cloth {
    fn at(&self, x: f32, along: Along) -> [f32; 3] {
        if self.material == Material::Plain {
            return [1.0; 3];
        }
        let size = self.scale.recip();
        let [away, before] = along.away;
        let at = [(x - along.middle) * along.across * size, away * size];
        self.material.at(Place { at, pixel: [along.across * size, (before - away).abs() * size] }, self.seed)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::scene::Color;

    fn sweep() -> (Scene, View) {
        let mut scene = Scene::plain(400, 400);
        scene.camera = Camera { horizon: 0.2, field_of_view: 30.0 };
        scene.backdrop = Backdrop::Sweep {
            color: Color([200; 3]),
            wall: 0.6,
            bend: 0.2,
            falloff: 0.3,
            material: Material::Plain,
            scale: 1.0,
            seed: 0,
        };
        let view = View::new(scene.camera, scene.size);
        (scene, view)
    }

    #[test]
    fn a_sweep_lies_bends_and_hangs() {
        let (scene, view) = sweep();
        let surface = Surface::new(&scene, 1.0);
        let at = |row: f32| surface.at(view, row).unwrap();
        let (floor, wall, sky) = (at(390.0), at(100.0), at(20.0));
        assert!(floor.up.abs() < 1e-4 && floor.normal[1] > 0.999);
        assert!(wall.up > 0.1 && wall.normal[2] < -0.999 && (wall.depth - sky.depth).abs() < 1e-3);
        let rows: Vec<f32> = (0..390).map(|row| at(row as f32).normal[1]).collect();
        assert!(rows.is_sorted_by(|higher, lower| *higher <= lower + 1e-2), "the bend turns one way");
    }

    #[test]
    fn a_gradient_ends_in_its_colours() {
        let (white, black) = (Color([255; 3]), Color([0; 3]));
        for angle in [0.0, 90.0, 33.0, -120.0] {
            let mut scene = Scene::plain(200, 100);
            scene.backdrop = Backdrop::Gradient(Gradient::Linear { from: white, to: black, angle });
            let view = View::new(scene.camera, scene.size);
            let paper = Paper::new(&scene, &[], view, 0.0, None).unwrap();
            let corners = [(0, 0), (199, 0), (0, 99), (199, 99)].map(|(x, y)| paper.at(x, y, None)[0]);
            let most = corners.into_iter().fold(0.0, f32::max);
            let least = corners.into_iter().fold(1.0, f32::min);
            assert!(most > 0.99 && least < 0.01, "{angle}: {corners:?}");
        }
    }
}
