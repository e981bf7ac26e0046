//! Where a garment's places are on a body: a frame of the torso with the measures of people, and the bones of the arms.

use glam::Vec2;

use super::parts::{Parts, SIDE_STATIONS, SLEEVE_STATIONS, Side};
use super::warp::Pin;
use super::{Error, before};
use crate::vision::body::{Body, place};

/// Measures of a body in parts of the distance between the joints of its shoulders, across and down from their middle:
/// where the neck meets the shoulder, and the top of the shoulder's end.
const NECK: Vec2 = Vec2::new(0.21, -0.30);
const TIP: Vec2 = Vec2::new(0.50, -0.13);
/// Half widths of the chest at the armpits, of the waist, and of the hips.
const CHEST: f32 = 0.50;
const WAIST: f32 = 0.42;
const HIPS: f32 = 0.52;
/// Half of how thick an arm is at the shoulder, the elbow and the wrist.
const ARM: [f32; 3] = [0.17, 0.13, 0.09];
/// How far the front is before the joints: the collar, the chest and what is below.
const COLLAR_OUT: f32 = 0.12;
const CHEST_OUT: f32 = 0.30;
/// A garment that lies flat is seen narrower on somebody: it goes around. And it is never as narrow as the body.
const AROUND: f32 = 0.78;
const LOOSE: f32 = 1.06;
/// A sleeve around an arm, in the same way.
const SLEEVE_AROUND: f32 = 0.84;
const SLEEVE_LOOSE: f32 = 1.12;
/// Where the armpit of a garment may be, in the same measure below the joints.
const ARMPIT: (f32, f32) = (0.30, 0.62);
/// What is worn before is looked for in steps of so many units; how many it may be lower and higher than a shoulder, and
/// wider than a body.
const STEP: f32 = 0.02;
const LOWER: i32 = 5;
const HIGHER: i32 = 10;
const WIDER: i32 = 14;
/// Pins along a shoulder beside the first, and places of the outline along an arm.
const SHOULDER_PINS: usize = 3;
const ARM_PLACES: usize = 12;
/// The farthest that a torso may be turned, in radians.
const TURNED: f32 = 0.95;
/// The farthest that hips lean otherwise than shoulders, in radians.
const LEAN: f32 = 0.4;
/// The least sureness that a place of the body is seen.
const SEEN: f32 = 0.3;

/// A torso in a photo.
pub(super) struct Torso {
    /// The middle between the joints of the shoulders.
    middle: Vec2,
    /// From the right one to the left one, the same of the hips, and down the spine; unit vectors in the photo.
    across: Vec2,
    hips: Vec2,
    down: Vec2,
    /// How far the joints of the shoulders are apart, in pixels, if seen from the front.
    pub(super) unit: f32,
    /// How far the torso is turned to its left, in radians.
    turn: f32,
    /// From the shoulders to the hips, in units.
    long: f32,
    /// Each arm, the right one first: joints of the shoulder, elbow and wrist.
    arms: [Arm; 2],
}

/// The bones of an arm.
struct Arm {
    joints: [Vec2; 3],
    /// How long the upper and the lower arm are, in pixels, if seen from the side.
    lengths: [f32; 2],
}

impl Torso {
    /// # Errors
    /// [`Error::NoBody`], [`Error::TurnedAway`], [`Error::ArmsBefore`].
    pub(super) fn of(body: &Body) -> Result<Self, Error> {
        let [right, left] = place::SHOULDERS.map(|shoulder| body.seen(shoulder));
        if place::SHOULDERS.iter().any(|&shoulder| body.visibility[shoulder] < SEEN) {
            return Err(Error::NoBody);
        }
        let metres = |from: usize, to: usize| body.metres[to] - body.metres[from];
        let [one, other] = place::SHOULDERS;
        let wide = metres(one, other);
        let turn = wide.z.atan2(wide.truncate().dot((left - right).normalize_or(Vec2::X)));
        if turn.is_nan() || turn.abs() > TURNED {
            return Err(Error::TurnedAway);
        }
        let pixels_each_metre = right.distance(left) / wide.truncate().length().max(0.05);
        let unit = wide.length() * pixels_each_metre;
        let across = (left - right).normalize_or(Vec2::X);
        let middle = (right + left) / 2.0;
        let hips = (body.seen(place::HIPS[0]) + body.seen(place::HIPS[1])) / 2.0;
        let spine = hips - middle;
        // Hips that are out of sight are guessed by the network well enough for a direction, within a limit.
        let lean = across.perp().angle_to(spine.normalize_or(across.perp())).clamp(-LEAN, LEAN);
        let down = Vec2::from_angle(lean).rotate(across.perp());
        let arms = [0, 1].map(|side| {
            let bones = [place::SHOULDERS, place::ELBOWS, place::WRISTS].map(|pair| pair[side]);
            let length = |k: usize| metres(bones[k], bones[k + 1]).length() * pixels_each_metre;
            Arm { joints: bones.map(|joint| body.seen(joint)), lengths: [length(0), length(1)] }
        });
        let long = (spine.length() / unit).clamp(1.1, 2.0);
        let [right_hip, left_hip] = place::HIPS.map(|hip| body.seen(hip));
        let lean = across.angle_to((left_hip - right_hip).normalize_or(across));
        let is_seen = place::HIPS.iter().all(|&hip| body.visibility[hip] > SEEN) && lean.abs() < LEAN;
        let hips = if is_seen { Vec2::from_angle(lean).rotate(across) } else { across };
        let torso = Self { middle, across, hips, down, unit, turn, long, arms };
        if before::is_crossed(body, &torso) {
            return Err(Error::ArmsBefore);
        }
        Ok(torso)
    }

    /// The joints of the shoulders as they are seen, the right one first.
    pub(super) fn shoulders(&self) -> [Vec2; 2] {
        [0, 1].map(|side: usize| self.arms[side].joints[0])
    }

    /// Where a place is: across from the middle and down from the shoulders, in pixels.
    fn place(&self, at: Vec2) -> Vec2 {
        let from = at - self.middle;
        // The axes need not be square to each other, and the first depends on the second.
        let mut place = Vec2::new(0.0, from.dot(self.down));
        for _ in 0..3 {
            let axis = self.across_at(place.y);
            let both = axis.perp_dot(self.down);
            place = Vec2::new(from.perp_dot(self.down), axis.perp_dot(from)) / both;
        }
        Vec2::new(place.x / self.turn.cos(), place.y)
    }

    /// How far down the torso a place is: 0 at the shoulders, 1 at the hips.
    pub(super) fn share(&self, at: Vec2) -> f32 {
        self.place(at).y / (self.unit * self.long)
    }

    /// Whether a place is on the torso, between the shoulders and the hips, within a part of its half width.
    pub(super) fn is_core(&self, at: Vec2, part: f32) -> bool {
        let Vec2 { x, y } = self.place(at);
        (0.1..1.05).contains(&(y / (self.unit * self.long))) && x.abs() < self.half(y) * part
    }

    /// The middle of the arm that a place is beside, and one a little to each side of it; none where no arm is near.
    pub(super) fn bone(&self, at: Vec2) -> Option<[Vec2; 3]> {
        let near = self.arms.iter().filter_map(|arm| {
            let (bone, direction, thick) = arm.along(arm.beside(at));
            let across = direction.perp() * thick * self.unit;
            (at.distance(bone) < 2.0 * thick * self.unit)
                .then(|| [bone, bone - across * 0.7, bone + across * 0.7])
        });
        near.min_by(|one, other| at.distance(one[0]).total_cmp(&at.distance(other[0])))
    }

    /// The torso without what a neckline shows.
    pub(super) fn is_chest(&self, at: Vec2, part: f32) -> bool {
        self.is_core(at, part) && self.place(at).y > 0.25 * self.unit
    }

    /// A place of the torso: across and down from the middle of the shoulders, and out of it, in pixels.
    pub(super) fn at(&self, across: f32, down: f32, out: f32) -> Vec2 {
        let (sine, cosine) = self.turn.sin_cos();
        self.middle + self.across_at(down) * (across * cosine + out * sine) + self.down * down
    }

    /// From right to left so far below the shoulders: the hips may lean otherwise.
    fn across_at(&self, down: f32) -> Vec2 {
        let share = (down / (self.unit * self.long)).clamp(0.0, 1.0);
        self.across.lerp(self.hips, share).normalize_or(self.across)
    }

    /// Half of the torso's width, in pixels, so far below the shoulders.
    fn half(&self, down: f32) -> f32 {
        let share = down / self.unit / self.long;
        let between = |from: f32, to: f32, share: f32| from + (to - from) * share.clamp(0.0, 1.0);
        let waist = 0.72;
        let parts = if share < waist {
            between(CHEST, WAIST, (share - 0.3) / (waist - 0.3))
        } else {
            between(WAIST, HIPS, (share - waist) / (1.1 - waist))
        };
        parts * self.unit
    }
}

/// The pins of a garment on a torso; `scale` is how many of the photo's pixels one of the picture's is.
pub(super) fn pins(parts: &Parts, torso: &Torso, body: &Body, scale: f32) -> Vec<Pin> {
    let Parts { collar, hem, sides } = parts;
    let unit = torso.unit;
    let mut pins = Vec::new();
    let axis = (collar.x + hem.x) / 2.0;
    let mut necks = Vec::new();
    for (number, side) in sides.iter().enumerate() {
        let way = if number == 0 { -1.0 } else { 1.0 };
        let outline =
            Outline::of(torso, body, number, ((side.neck.x - axis).abs() * scale).max(NECK.x * unit));
        let neck = torso.place(outline.along(0.0));
        necks.push(neck.y);
        let long = side.neck.distance(side.shoulder) * scale;
        for k in 0..=SHOULDER_PINS {
            let share = k as f32 / SHOULDER_PINS as f32;
            pins.push((side.neck.lerp(side.shoulder, share), outline.along(share * long)));
        }
        let shoulder = torso.place(outline.along(long));
        let armpit = shoulder.y + (side.armpit().y - side.shoulder.y) * scale;
        let armpit = armpit.clamp(ARMPIT.0 * unit, ARMPIT.1 * unit);
        for k in 0..SIDE_STATIONS {
            // Below the armpit by its own length.
            let down = armpit + (side.flank[k].y - side.armpit().y) * scale;
            let flat = (side.flank[k].x - axis).abs() * scale;
            let half = (flat * AROUND).max(torso.outline(body, way, down) * LOOSE);
            pins.push((side.flank[k], torso.at(way * half, down, 0.0)));
        }
        if let Some(stations) = &side.sleeve {
            sleeve(side, stations, &outline, &torso.arms[number], way, unit, scale, &mut pins);
        }
    }
    let neck = necks.iter().sum::<f32>() / 2.0;
    let top_of = (sides[0].neck.y + sides[1].neck.y) / 2.0;
    for (share, out) in [(0.0, COLLAR_OUT), (0.3, CHEST_OUT), (0.6, CHEST_OUT), (1.0, CHEST_OUT)] {
        let from = collar.lerp(*hem, share);
        pins.push((from, torso.at(0.0, neck + (from.y - top_of) * scale, out * unit)));
    }
    pins
}

/// The line from a side of the neck over the shoulder and down the outer side of the arm, as it is seen.
struct Outline {
    places: Vec<Vec2>,
}

impl Outline {
    /// As people have it, or as far out as what is worn there before; from so far out from the middle.
    fn of(torso: &Torso, body: &Body, number: usize, neck: f32) -> Self {
        let (unit, way, arm) = (torso.unit, if number == 0 { -1.0 } else { 1.0 }, &torso.arms[number]);
        let step = unit * STEP;
        let higher = |usual: Vec2| {
            let is_worn =
                |k: &i32| body.covers(torso.at(way * usual.x, usual.y - *k as f32 * step, 0.0)) > 0.5;
            // Hair or a raised arm goes on and on: then nothing is known.
            let steps = (-LOWER..HIGHER).find(|k| !is_worn(k)).filter(|&k| k > -LOWER);
            steps.unwrap_or(0) as f32 * step
        };
        let (from, tip) = (NECK * unit, TIP * unit);
        let middle = (from + tip) / 2.0;
        let (over_middle, over_tip) = (higher(middle), higher(tip));
        let lines = [
            from - Vec2::new(0.0, over_middle),
            middle - Vec2::new(0.0, over_middle),
            tip - Vec2::new(0.0, over_tip),
        ];
        let share = ((neck - from.x) / (tip.x - from.x)).clamp(0.0, 1.0);
        let start = if share < 0.5 {
            lines[0].lerp(lines[1], share * 2.0)
        } else {
            lines[1].lerp(lines[2], share * 2.0 - 1.0)
        };
        let mut places: Vec<Vec2> = std::iter::once(start)
            .chain(lines[1..].iter().copied().filter(|at| at.x > start.x + 1.0))
            .map(|at| torso.at(way * at.x, at.y, 0.0))
            .collect();
        let whole = arm.lengths[0] + arm.lengths[1];
        for k in 0..ARM_PLACES {
            let (at, direction, thick) =
                arm.along(whole * (0.06 + 0.94 * k as f32 / (ARM_PLACES - 1) as f32));
            let outward = direction.perp() * -way;
            let usual = thick * unit;
            let is_worn = |k: &i32| body.covers(at + outward * (usual + *k as f32 * step)) > 0.5;
            let wider = (0..WIDER).find(|k| !is_worn(k)).unwrap_or(0);
            places.push(at + outward * (usual + wider as f32 * step) * LOOSE);
        }
        Self { places }
    }

    /// The place so far along it, in pixels.
    fn along(&self, length: f32) -> Vec2 {
        let mut left = length;
        for pair in self.places.windows(2) {
            let long = pair[0].distance(pair[1]);
            if left <= long {
                return pair[0].lerp(pair[1], left / long.max(1e-3));
            }
            left -= long;
        }
        // On beyond the wrist.
        let [.., before, last] = self.places[..] else { return self.places[0] };
        last + (last - before).normalize_or(Vec2::Y) * left
    }
}

impl Torso {
    /// Half of the width at which a garment lies, in pixels, so far below the shoulders: the body's, or that of what is
    /// worn before as far as an arm that hangs there lets it be seen.
    fn outline(&self, body: &Body, way: f32, down: f32) -> f32 {
        let usual = self.half(down);
        let arm = &self.arms[usize::from(way > 0.0)];
        let step = self.unit * STEP;
        let is_worn = |k: &i32| body.covers(self.at(way * (usual + *k as f32 * step), down, 0.0)) > 0.5;
        let Some(end) = (0..WIDER).find(|k| !is_worn(k)) else { return usual };
        let seen = usual + end as f32 * step;
        // The arm's bones at this height, less its half.
        let bones = arm.joints.windows(2).find_map(|bone| {
            let [from, to] = [bone[0], bone[1]].map(|joint| self.place(joint));
            let share = (down - from.y) / (to.y - from.y);
            (0.0..=1.0).contains(&share).then_some((from.x + (to.x - from.x) * share) * way)
        });
        bones.map_or(seen, |bone| seen.min(bone - 0.5 * ARM[1] * self.unit)).max(usual)
    }
}

/// A sleeve around its arm: its upper edge on the outline, its lower edge as far from there as it is wide.
fn sleeve(
    side: &Side,
    stations: &[[Vec2; 2]; SLEEVE_STATIONS],
    outline: &Outline,
    arm: &Arm,
    way: f32,
    unit: f32,
    scale: f32,
    pins: &mut Vec<Pin>,
) {
    let mut length = side.neck.distance(side.shoulder) * scale;
    let mut before = side.shoulder;
    for [upper, lower] in stations {
        length += before.distance(*upper) * scale;
        before = *upper;
        let at = outline.along(length);
        let (bone, direction, thick) = arm.along(arm.beside(at));
        let inward = direction.perp() * way;
        let wide = upper.distance(*lower) * scale * SLEEVE_AROUND;
        pins.push((*upper, at));
        pins.push((*lower, at + inward * wide.max(at.distance(bone) + thick * unit * SLEEVE_LOOSE)));
    }
}

impl Arm {
    /// How far down the arm a place beside it is, in pixels.
    fn beside(&self, at: Vec2) -> f32 {
        let [shoulder, elbow, wrist] = self.joints;
        let share = |from: Vec2, to: Vec2| (at - from).dot(to - from) / (to - from).length_squared().max(1.0);
        let upper = share(shoulder, elbow);
        if upper <= 1.0 {
            return upper.max(0.0) * self.lengths[0];
        }
        self.lengths[0] + share(elbow, wrist).max(0.0) * self.lengths[1]
    }

    /// The place on the bones so many pixels of arm below the shoulder, the arm's direction there, and half of how
    /// thick it is in units.
    fn along(&self, length: f32) -> (Vec2, Vec2, f32) {
        let [shoulder, elbow, wrist] = self.joints;
        let upper = (elbow - shoulder).normalize_or(Vec2::Y);
        let lower = (wrist - elbow).normalize_or(upper);
        // Around the elbow the direction goes over from one to the other.
        let share = length / self.lengths[0].max(1.0);
        let bent = ((share - 0.85) / 0.3).clamp(0.0, 1.0);
        let direction = upper.lerp(lower, bent).normalize_or(upper);
        if share <= 1.0 {
            (shoulder.lerp(elbow, share), direction, ARM[0] + (ARM[1] - ARM[0]) * share)
        } else {
            let share = (length - self.lengths[0]) / self.lengths[1].max(1.0);
            (elbow + (wrist - elbow) * share, direction, ARM[1] + (ARM[2] - ARM[1]) * share.min(1.0))
        }
    }
}
