//! The canonical face: what a mesh's points are on a face of mean size, and the triangles between them.

use std::sync::OnceLock;

use glam::Vec3;

/// `models/people.py` writes it and says how it is laid out.
static FILE: &[u8] = include_bytes!("../../../models/face_shape.bin");

/// A face of mean size in millimetres: x to its left, y up, z out of the face; the origin lies within the head.
#[derive(Debug)]
pub struct Shape {
    /// 468 places, in the order of a mesh's points; the irises have none.
    pub points: Vec<Vec3>,
    /// Indices of points, counter-clockwise as seen from outside.
    pub triangles: Vec<[u16; 3]>,
    /// Points that say how the head stands, whatever the face does, and how much each counts.
    pub rigid: Vec<(usize, f32)>,
}

/// The canonical face, read once.
pub fn shape() -> &'static Shape {
    static SHAPE: OnceLock<Shape> = OnceLock::new();
    SHAPE.get_or_init(|| {
        let word = |at: usize| [FILE[at], FILE[at + 1], FILE[at + 2], FILE[at + 3]];
        let count = |k: usize| u32::from_le_bytes(word(4 * k)) as usize;
        let single = |at: usize| f32::from_le_bytes(word(at));
        let index = |at: usize| u16::from_le_bytes([FILE[at], FILE[at + 1]]);
        let (points, triangles, rigid) = (count(0), count(1), count(2));
        let (first_point, first_triangle) = (12, 12 + 12 * points);
        let first_rigid = first_triangle + 6 * triangles;
        let first_weight = first_rigid + 2 * rigid;
        let axes = |at: usize| Vec3::new(single(at), single(at + 4), single(at + 8));
        Shape {
            // Centimetres there, millimetres here.
            points: (0..points).map(|k| axes(first_point + 12 * k) * 10.0).collect(),
            triangles: (0..triangles)
                .map(|k| [0, 2, 4].map(|offset| index(first_triangle + 6 * k + offset)))
                .collect(),
            rigid: (0..rigid)
                .map(|k| (usize::from(index(first_rigid + 2 * k)), single(first_weight + 4 * k)))
                .collect(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vision::face::place;

    #[test]
    fn it_is_a_face() {
        let Shape { points, triangles, rigid } = shape();
        assert_eq!((points.len(), triangles.len()), (468, 898));
        assert!(triangles.iter().flatten().all(|&index| usize::from(index) < points.len()));
        assert!(rigid.iter().all(|&(index, weight)| index < points.len() && weight > 0.0));
        let [right, left] = [place::RIGHT_EYE[0], place::LEFT_EYE[0]].map(|eye| points[eye]);
        assert!(right.x < 0.0 && left.x > 0.0 && (right.x + left.x).abs() < 1.0, "{right} {left}");
        let apart = left.x - right.x;
        assert!((80.0..100.0).contains(&apart), "outer corners of the eyes are {apart} mm apart");
        assert!(points[place::CHIN].y < right.y && points[place::NOSE[5]].z > right.z);
    }

    #[test]
    fn triangles_look_outward() {
        let Shape { points, triangles, .. } = shape();
        let middle = points.iter().sum::<Vec3>() / points.len() as f32 - Vec3::Z * 40.0;
        let outward = triangles.iter().filter(|triangle| {
            let [a, b, c] = triangle.map(|index| points[usize::from(index)]);
            (b - a).cross(c - a).dot((a + b + c) / 3.0 - middle) > 0.0
        });
        assert!(outward.count() > triangles.len() * 9 / 10);
    }
}
