//! How a head stands before the camera, in millimetres.

use glam::{Mat3, Vec2, Vec3};

use super::{Face, place, shape};
use crate::photo::Photo;

/// Diameter of a visible iris, in millimetres: 11.7 ± 0.5 in adults (Rüfer et al. 2005, and what MediaPipe takes).
const IRIS: f32 = 11.7;
/// How far it lies from that, in parts of it, one standard deviation.
const IRIS_SPREAD: f32 = 0.043;
/// How far a point of an iris lies from where it is, in pixels of the network's input, and what those are in parts of
/// the face's size.
const IRIS_NOISE: f32 = 0.6 / 170.0;
/// How far a face lies from the canonical one in size, in parts of it.
const FACE_SPREAD: f32 = 0.05;
/// Rounds of fitting: each takes the distance from the one before.
const ROUNDS: usize = 4;

/// A camera: places in millimetres before it (x right, y up, z towards whoever looks, the lens at the origin) to
/// pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lens {
    /// Focal length in pixels.
    pub focal: f32,
    /// What it points at, in pixels.
    pub centre: Vec2,
}

impl Lens {
    /// Of a photo whose file says its focal length as on film of 36 × 24 mm, in millimetres, or else as a photo's
    /// longer side: about 53° over that side, a phone at arm's length or a portrait that was cut a little.
    pub fn of(photo: &Photo, on_film: Option<f32>) -> Self {
        let size = Vec2::new(photo.width as f32, photo.height as f32);
        let diagonal = Vec2::new(36.0, 24.0).length();
        let focal = match on_film {
            Some(length) if (8.0..=1200.0).contains(&length) => size.length() * length / diagonal,
            _ => size.max_element(),
        };
        Self { focal, centre: size / 2.0 }
    }

    /// Where a place is seen.
    pub fn project(self, at: Vec3) -> Vec2 {
        self.centre + Vec2::new(at.x, -at.y) * (self.focal / -at.z)
    }

    /// The place that is seen at `pixel` and lies `distance` millimetres before the camera.
    fn unproject(self, pixel: Vec2, distance: f32) -> Vec3 {
        let at = (pixel - self.centre) * (distance / self.focal);
        Vec3::new(at.x, -at.y, -distance)
    }
}

/// A head before the camera.
#[derive(Clone, Debug, PartialEq)]
pub struct Pose {
    /// From the head's axes (x to its left, y up, z out of the face) to the camera's.
    pub rotation: Mat3,
    /// Where the head's origin is, in millimetres before the camera.
    pub translation: Vec3,
    /// The face's own points in the head's axes, in millimetres.
    pub points: Vec<Vec3>,
    /// The camera.
    pub lens: Lens,
}

impl Pose {
    /// Fits the canonical face to the points, weighted least squares over rotation, place and size, and takes the
    /// size from the irises and from what faces are. `None` for points that are no face's.
    pub fn of(face: &Face, lens: Lens) -> Option<Self> {
        let shape = shape();
        // As if seen from far away: pixels in all three axes.
        let flat =
            |point: Vec3| (point.truncate() - lens.centre).extend(point.z) * Vec3::new(1.0, -1.0, -1.0);
        let rigid = |place: &dyn Fn(Vec3) -> Vec3| -> Vec<(Vec3, Vec3, f32)> {
            let pair =
                |&(index, weight): &(usize, f32)| (shape.points[index], place(face.points[index]), weight);
            shape.rigid.iter().map(pair).collect()
        };
        let mut fit = Fit::of(&rigid(&flat))?;
        let pixels_each_millimetre = fit.scale;
        // Of the plane from which the points' z counts.
        let mut distance = lens.focal / pixels_each_millimetre;
        let mut size = 1.0 / pixels_each_millimetre;
        for _ in 0..ROUNDS {
            let before = |point: Vec3| lens.unproject(point.truncate(), distance + point.z * size);
            fit = Fit::of(&rigid(&before))?;
            distance /= fit.scale;
            size /= fit.scale;
        }
        let before = |point: Vec3| lens.unproject(point.truncate(), distance + point.z * size);
        let placed: Vec<Vec3> = face.points.iter().map(|&point| before(point)).collect();
        let grown = grown(face, &placed);
        let head = |at: &Vec3| fit.rotation.transpose() * (*at - fit.translation) * grown;
        Some(Self {
            rotation: fit.rotation,
            translation: fit.translation * grown,
            points: placed.iter().map(head).collect(),
            lens,
        })
    }

    /// A place of the head before the camera, in millimetres.
    pub fn place(&self, at: Vec3) -> Vec3 {
        self.rotation * at + self.translation
    }

    /// Where a place of the head is seen, in the photo's pixels.
    pub fn project(&self, at: Vec3) -> Vec2 {
        self.lens.project(self.place(at))
    }

    /// How far the head is turned to its left, nods down and leans to its left shoulder's side as seen, in radians.
    pub fn angles(&self) -> Vec3 {
        let out = self.rotation * Vec3::Z;
        let across = self.rotation * Vec3::X;
        Vec3::new(out.x.atan2(out.z), -out.y.clamp(-1.0, 1.0).asin(), across.y.atan2(across.x))
    }
}

/// By how much a face of the canonical size must grow to be as large as it is: the irises say, as far as they are
/// seen well, and otherwise it is as faces are.
fn grown(face: &Face, placed: &[Vec3]) -> f32 {
    let across = |iris: [usize; 5]| {
        let [_, one, above, other, below] = iris.map(|point| placed[point]);
        // An iris that is turned away is narrower, one behind its lids lower.
        one.distance(other).max(above.distance(below))
    };
    let seen = (across(place::RIGHT_IRIS) + across(place::LEFT_IRIS)) / 2.0;
    let pixels = face.seen(place::LEFT_IRIS[1]).distance(face.seen(place::LEFT_IRIS[3])).max(1e-3);
    let noise = IRIS_NOISE * face.size() / pixels;
    let spread = IRIS_SPREAD.powi(2) + noise.powi(2);
    let trust = FACE_SPREAD.powi(2) / (FACE_SPREAD.powi(2) + spread);
    let asked = (IRIS / seen.max(1e-3)).ln() * trust;
    if asked.is_finite() { asked.clamp(-0.2, 0.2).exp() } else { 1.0 }
}

/// A similarity: `to ≈ scale · rotation · from + translation`.
struct Fit {
    rotation: Mat3,
    scale: f32,
    translation: Vec3,
}

impl Fit {
    /// The one with the least weighted squares: rotation by the polar factor of the covariance (Umeyama 1991).
    fn of(pairs: &[(Vec3, Vec3, f32)]) -> Option<Self> {
        let total: f32 = pairs.iter().map(|pair| pair.2).sum();
        let middle = |side: fn(&(Vec3, Vec3, f32)) -> Vec3| {
            pairs.iter().map(|pair| side(pair) * pair.2).sum::<Vec3>() / total
        };
        let (from, to) = (middle(|pair| pair.0), middle(|pair| pair.1));
        let mut covariance = Mat3::ZERO;
        let mut power = 0.0;
        for &(one, other, weight) in pairs {
            let (one, other) = (one - from, other - to);
            covariance += Mat3::from_cols(other * one.x, other * one.y, other * one.z) * weight;
            power += one.length_squared() * weight;
        }
        let rotation = polar(covariance)?;
        let along: f32 = pairs
            .iter()
            .map(|&(one, other, weight)| (rotation * (one - from)).dot(other - to) * weight)
            .sum();
        let scale = along / power;
        let is_sound = scale.is_finite() && scale > 0.0;
        is_sound.then(|| Self { rotation, scale, translation: to - rotation * from * scale })
    }
}

/// The rotation nearest to a matrix, by Higham's iteration; `None` where it mirrors or has no inverse.
fn polar(matrix: Mat3) -> Option<Mat3> {
    let size = matrix.to_cols_array().iter().map(|value| value.abs()).fold(0.0, f32::max);
    let mut rotation = matrix * (1.0 / size);
    let volume = rotation.determinant();
    if volume <= 1e-9 || volume.is_nan() {
        return None;
    }
    for _ in 0..20 {
        rotation = (rotation + rotation.inverse().transpose()) * 0.5;
    }
    rotation.is_finite().then_some(rotation)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A face of the canonical shape, `size` times as large, turned and placed, as a mesh would have its points.
    fn seen(rotation: Mat3, translation: Vec3, size: f32, lens: Lens) -> Face {
        let mut points: Vec<Vec3> = shape().points.clone();
        // Irises of their true size at the eyes' middles.
        for eye in [place::RIGHT_EYE, place::LEFT_EYE] {
            let middle = (points[eye[0]] + points[eye[1]]) / 2.0;
            let rim = IRIS / 2.0 / size;
            points.extend([Vec3::ZERO, Vec3::X, Vec3::Y, -Vec3::X, -Vec3::Y].map(|to| middle + to * rim));
        }
        let placed: Vec<Vec3> = points.iter().map(|&point| rotation * point * size + translation).collect();
        let pixels = lens.focal / -translation.z;
        let point = |at: &Vec3| lens.project(*at).extend((translation.z - at.z) * pixels);
        Face { points: placed.iter().map(point).collect(), presence: 1.0 }
    }

    const LENS: Lens = Lens { focal: 1000.0, centre: Vec2::new(400.0, 500.0) };

    #[test]
    fn a_turned_head_is_found_where_it_is() {
        for (yaw, pitch, roll) in [(0.0, 0.0, 0.0), (0.5, 0.0, 0.0), (-0.3, 0.2, 0.7), (0.2, -0.4, -0.5)] {
            let rotation =
                Mat3::from_rotation_z(roll) * Mat3::from_rotation_x(pitch) * Mat3::from_rotation_y(yaw);
            let translation = Vec3::new(40.0, -30.0, -520.0);
            let pose = Pose::of(&seen(rotation, translation, 1.0, LENS), LENS).expect("a face");
            for axis in [Vec3::X, Vec3::Y, Vec3::Z] {
                let off = (pose.rotation * axis).angle_between(rotation * axis).to_degrees();
                assert!(off < 1.0, "{off}° at {yaw} {pitch} {roll}");
            }
            assert!(pose.translation.distance(translation) < 12.0, "{}", pose.translation);
            let point = shape().points[place::NOSE[0]];
            let apart = pose
                .project(pose.points[place::NOSE[0]])
                .distance(LENS.project(rotation * point + translation));
            assert!(apart < 0.5, "{apart} px");
        }
    }

    #[test]
    fn the_irises_say_how_large_a_face_is() {
        for size in [0.92, 1.0, 1.1] {
            let face = seen(Mat3::IDENTITY, Vec3::new(0.0, 0.0, -500.0), size, LENS);
            let pose = Pose::of(&face, LENS).expect("a face");
            let [right, left] = [place::RIGHT_EYE[0], place::LEFT_EYE[0]].map(|eye| pose.points[eye].x);
            let canonical = shape().points[place::LEFT_EYE[0]].x - shape().points[place::RIGHT_EYE[0]].x;
            let found = (left - right) / canonical;
            // A good part of the way; for the rest, faces are as faces are.
            let way =
                if size == 1.0 { 1.0 - (found - 1.0).abs() * 100.0 } else { (found - 1.0) / (size - 1.0) };
            assert!((0.3..1.01).contains(&way), "{found} for {size}");
        }
    }

    #[test]
    fn points_in_one_place_are_no_face() {
        let face = Face { points: vec![Vec3::new(5.0, 5.0, 0.0); super::super::POINTS], presence: 1.0 };
        assert_eq!(Pose::of(&face, LENS), None);
    }
}
