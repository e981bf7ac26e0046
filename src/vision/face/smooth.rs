//! Points that tremble less from one picture of a camera to the next, and still keep up with a head that moves.

use std::f32::consts::TAU;

use glam::Vec3;

use super::Face;

/// What a point that rests is smoothed to, in hertz.
const REST: f32 = 1.2;
/// By how much more, in hertz, for each face's size that it moves in a second.
const MOTION: f32 = 40.0;
/// What speeds are smoothed to, in hertz.
const SPEED: f32 = 1.0;
/// After so many seconds without a picture, or where a point leaps by this part of the face's size, it begins anew.
const GAP: f64 = 0.5;
const LEAP: f32 = 0.3;

/// The 1€ filter (Casiez, Roussel, Vogel 2012) over every coordinate of every point.
#[derive(Clone, Debug, Default)]
pub struct Smoother {
    last: Option<Last>,
}

#[derive(Clone, Debug)]
struct Last {
    seconds: f64,
    points: Vec<Vec3>,
    /// In sizes of the face a second.
    speeds: Vec<Vec3>,
}

impl Smoother {
    /// The face as it is to be drawn; `seconds` is when its picture was taken, from any moment that stays.
    pub fn smooth(&mut self, face: &Face, seconds: f64) -> Face {
        let size = face.size().max(1.0);
        let is_next = |last: &Last| {
            let leap =
                last.points.iter().zip(&face.points).map(|(one, other)| one.distance(*other)).sum::<f32>();
            (0.0..GAP).contains(&(seconds - last.seconds))
                && last.points.len() == face.points.len()
                && leap < LEAP * size * face.points.len() as f32
        };
        let Some(last) = self.last.take().filter(is_next) else {
            let speeds = vec![Vec3::ZERO; face.points.len()];
            self.last = Some(Last { seconds, points: face.points.clone(), speeds });
            return face.clone();
        };
        let passed = (seconds - last.seconds) as f32;
        let mut next = Last { seconds, points: Vec::new(), speeds: Vec::new() };
        for ((&before, &speed), &now) in last.points.iter().zip(&last.speeds).zip(&face.points) {
            let moved = if passed > 0.0 { (now - before) / (size * passed) } else { speed };
            let speed = speed.lerp(moved, share(SPEED, passed));
            let shares = (speed.abs() * MOTION + REST).to_array().map(|cutoff| share(cutoff, passed));
            next.points.push(before + (now - before) * Vec3::from_array(shares));
            next.speeds.push(speed);
        }
        let smooth = Face { points: next.points.clone(), presence: face.presence };
        self.last = Some(next);
        smooth
    }
}

/// How much of a new value a low-pass filter takes after so many seconds.
fn share(hertz: f32, seconds: f32) -> f32 {
    let turns = TAU * hertz * seconds;
    turns / (turns + 1.0)
}

#[cfg(test)]
mod tests {
    use super::super::POINTS;
    use super::*;

    /// A face of 200 px whose corner is at `at`.
    fn face(at: Vec3) -> Face {
        let points = (0..POINTS).map(|k| at + Vec3::new((k % 2) as f32, (k / 2 % 2) as f32, 0.0) * 200.0);
        Face { points: points.collect(), presence: 1.0 }
    }

    #[test]
    fn a_face_that_rests_trembles_less() {
        let mut smoother = Smoother::default();
        let mut random = 1_u32;
        let mut noise = move || {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 8) as f32 / (1 << 24) as f32 - 0.5
        };
        let (mut given, mut left) = (0.0, 0.0);
        for k in 0..120 {
            let off = Vec3::new(noise(), noise(), noise());
            let smooth = smoother.smooth(&face(Vec3::splat(100.0) + off), f64::from(k) / 30.0);
            if k >= 30 {
                given += off.length();
                left += (smooth.points[0] - Vec3::splat(100.0)).length();
            }
        }
        assert!(left < 0.55 * given, "{left} of {given}");
    }

    #[test]
    fn a_face_that_moves_is_not_left_behind() {
        let mut smoother = Smoother::default();
        // A head's width in a second.
        let step = 200.0 / 30.0;
        let mut behind = 0.0;
        for k in 0..30 {
            let at = Vec3::new(100.0 + step * k as f32, 100.0, 0.0);
            behind = (smoother.smooth(&face(at), f64::from(k) / 30.0).points[0] - at).length();
        }
        // Less than half a picture's way.
        assert!(behind < 0.5 * step, "{behind} px");
    }

    #[test]
    fn after_a_pause_or_a_leap_it_begins_anew() {
        let mut smoother = Smoother::default();
        smoother.smooth(&face(Vec3::ZERO), 0.0);
        let later = face(Vec3::splat(5.0));
        assert_eq!(smoother.smooth(&later, 2.0), later);
        let elsewhere = face(Vec3::splat(300.0));
        assert_eq!(smoother.smooth(&elsewhere, 2.03), elsewhere);
        // A clock that goes back.
        assert_eq!(smoother.smooth(&later, 1.0), later);
    }
}
