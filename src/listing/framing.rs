//! Where the product goes in the frame: size, scale and offset, so that it fills what the preset asks for.
//!
//! Never larger than the source has it: rather than invent pixels, the frame becomes smaller, down to the least that
//! the preset takes. Below that the product fills less of the frame. Either way the frame says so.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::preset::{Background, Fill, Preset, SafeInset};
use super::region::{Edges, Subject};

/// Above a demanded least fill by this much: rounding to whole pixels and soft edges must not fall below it.
const MARGIN: f64 = 0.02;

/// The fill where none is asked for, on one colour.
const USUAL_FILL: f64 = 0.85;

/// The fill where none is asked for, in a scene: room for the ground and a shadow.
const SCENE_FILL: f64 = 0.80;

/// Where a cut-out goes. Its point `(u, v)`, in pixels from its upper left corner, comes to
/// `(x + scale · u, y + scale · v)` in the frame; whole numbers are the borders between pixels in both.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Width of the picture in pixels.
    pub width: u32,
    /// Height of the picture in pixels.
    pub height: u32,
    /// Pixels of the frame for each pixel of the cut-out, 0 to 1.
    pub scale: f64,
    /// Where the cut-out's left edge comes, in pixels of the frame.
    pub x: f64,
    /// Where the cut-out's upper edge comes.
    pub y: f64,
    /// How much of the frame, or of what the platform leaves uncovered of it, the product takes, 0 to 1.
    pub fill: f64,
    /// What could not be had, or was done for a reason that is worth a sentence.
    pub notes: Vec<Note>,
}

/// Something about a frame that the seller should know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "note", rename_all = "snake_case")]
pub enum Note {
    /// The photo has fewer pixels than the usual size takes, so the frame is smaller.
    Smaller {
        /// The usual size, `[width, height]`.
        usual: [u32; 2],
        /// This one.
        made: [u32; 2],
    },
    /// The frame cannot be smaller, so the product fills less of it.
    FillsLess {
        /// The fill that was wanted.
        wanted: f64,
        /// This one.
        made: f64,
    },
    /// The photo cuts the product off; it was put to the same edges here.
    Cut {
        /// Where.
        edges: Edges,
    },
    /// Stray specks of the cut-out were left out when the product's box was taken.
    Specks {
        /// How many.
        count: u32,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Smaller { usual: [width, height], made: [w, h] } => write!(
                f,
                "the picture is {w} × {h} pixels instead of {width} × {height}: the product in the photo has no more. Take the photo from nearer, or with more pixels, for the full size"
            ),
            Self::FillsLess { wanted, made } => write!(
                f,
                "the product fills {:.0}% of the frame instead of {:.0}%, because enlarging it would invent pixels. Take the photo from nearer, or with more pixels",
                made * 100.0,
                wanted * 100.0
            ),
            Self::Cut { edges } => write!(
                f,
                "the photo cuts the product off at the {} edge, so it stands at that edge here too. Take the photo with all of the product in it",
                edges.names()
            ),
            Self::Specks { count } => write!(
                f,
                "{count} stray specks beside the product were not counted as part of it. Erase them if they show"
            ),
        }
    }
}

/// Frames a product for a preset.
#[must_use]
pub fn frame(subject: &Subject, preset: &Preset) -> Frame {
    frame_in(subject, preset, preset.size())
}

/// Frames a product for a preset in another size than its usual one, such as one of [`Preset::alternatives`].
#[must_use]
pub fn frame_in(subject: &Subject, preset: &Preset, usual: [u32; 2]) -> Frame {
    let wanted = wanted_fill(preset);
    let inset = preset.safe_inset.unwrap_or_default();
    let box_size = [subject.width, subject.height].map(f64::from);
    let scale_in = |size: [u32; 2]| {
        let [width, height] = room(size, &inset);
        fit(box_size, [width, height], wanted, subject.cut)
    };
    let mut notes = Vec::new();
    let mut size = usual;
    let mut scale = scale_in(size);
    if scale > 1.0 {
        size = smaller(usual, 1.0 / scale, preset);
        scale = scale_in(size).min(1.0);
        if size != usual {
            notes.push(Note::Smaller { usual, made: size });
        }
    }
    let [room_width, room_height] = room(size, &inset);
    let fill = (box_size[0] * scale / room_width).max(box_size[1] * scale / room_height);
    // Half a percent is what rounding the size to whole pixels does.
    if fill < wanted - 0.005 {
        notes.push(Note::FillsLess { wanted, made: fill });
    }
    if subject.cut.any() {
        notes.push(Note::Cut { edges: subject.cut });
    }
    if subject.specks > 0 {
        notes.push(Note::Specks { count: subject.specks });
    }
    let [width, height] = size.map(f64::from);
    let x = place(
        [f64::from(subject.x), box_size[0]],
        scale,
        [inset.left * width, room_width],
        width,
        [subject.cut.left, subject.cut.right],
    );
    let y = place(
        [f64::from(subject.y), box_size[1]],
        scale,
        [inset.top * height, room_height],
        height,
        [subject.cut.top, subject.cut.bottom],
    );
    Frame { width: size[0], height: size[1], scale, x, y, fill, notes }
}

/// The fill to aim for.
fn wanted_fill(preset: &Preset) -> f64 {
    match &preset.fill {
        Some(Fill { least, most: Some(most), .. }) => (least + most) / 2.0,
        // A least that is far from full leaves the choice to us.
        Some(Fill { least, most: None, .. }) => (least + MARGIN).clamp(USUAL_FILL, 1.0),
        None if matches!(preset.background, Background::Free {} | Background::Unstated) => SCENE_FILL,
        None => USUAL_FILL,
    }
}

/// Width and height of what the platform leaves uncovered.
fn room([width, height]: [u32; 2], inset: &SafeInset) -> [f64; 2] {
    [
        f64::from(width) * (1.0 - inset.left - inset.right),
        f64::from(height) * (1.0 - inset.top - inset.bottom),
    ]
}

/// The scale at which a box fills its room as wanted. One that is cut at two opposite edges spans the room between
/// them where the other direction has place for it: its ends must not end in the open.
fn fit(size: [f64; 2], room: [f64; 2], wanted: f64, cut: Edges) -> f64 {
    let [across, down] = [room[0] / size[0], room[1] / size[1]];
    let both = |one: bool, other: bool| one && other;
    match (both(cut.left, cut.right), both(cut.top, cut.bottom)) {
        (true, false) if across <= down => across,
        (false, true) if down <= across => down,
        // Fills the photo: as it was, as large as it goes.
        (true, true) => across.min(down),
        _ => wanted * across.min(down),
    }
}

/// The size reduced by a factor, but not below what the preset demands.
pub(super) fn smaller(usual: [u32; 2], factor: f64, preset: &Preset) -> [u32; 2] {
    let least = preset.demands().filter_map(|bound| bound.least_factor(usual)).fold(0.0, f64::max);
    let factor = factor.max(least).min(1.0);
    let by = |factor: f64| usual.map(|side| (f64::from(side) * factor).round().max(1.0) as u32);
    // Rounding may fall a pixel below the least; half a pixel more does not.
    let half = 0.5 / f64::from(usual[0].min(usual[1]));
    (0..4)
        .map(|more| by(factor + half * f64::from(more)))
        .find(|&size| preset.demands().all(|bound| bound.least.is_none() || bound.allows(size)))
        .unwrap_or(usual)
}

/// Where a cut-out's edge comes, in one direction: its box `[start, length]` in the middle of the room
/// `[start, length]`, or at the edges of the frame that cut it.
fn place([start, length]: [f64; 2], scale: f64, room: [f64; 2], side: f64, [near, far]: [bool; 2]) -> f64 {
    match (near, far) {
        (true, false) => -start * scale,
        (false, true) => side - (start + length) * scale,
        _ => room[0] + room[1] / 2.0 - (start + length / 2.0) * scale,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::preset::{catalog, find};
    use super::*;

    fn subject([x, y, width, height]: [u32; 4], cut: Edges) -> Subject {
        Subject { x, y, width, height, cut, specks: 0 }
    }

    /// The box in the frame: left, top, right, bottom.
    fn placed(subject: &Subject, frame: &Frame) -> [f64; 4] {
        let at = |offset: f64, value: u32| offset + frame.scale * f64::from(value);
        [
            at(frame.x, subject.x),
            at(frame.y, subject.y),
            at(frame.x, subject.x + subject.width),
            at(frame.y, subject.y + subject.height),
        ]
    }

    fn near(found: f64, expected: f64) -> bool {
        (found - expected).abs() < 1e-6
    }

    #[test]
    fn a_large_product_fills_the_frame_as_asked_and_stands_in_its_middle() {
        let wide = subject([100, 900, 3000, 1200], Edges::default());
        for preset in &catalog().presets {
            let frame = frame(&wide, preset);
            assert_eq!([frame.width, frame.height], preset.size(), "{}", preset.id);
            assert!(
                frame.notes.is_empty() && near(frame.fill, wanted_fill(preset)),
                "{}: {frame:?}",
                preset.id
            );
            let [left, top, right, bottom] = placed(&wide, &frame);
            let inset = preset.safe_inset.unwrap_or_default();
            let (w, h) = (f64::from(frame.width), f64::from(frame.height));
            assert!(near(left - inset.left * w, w - inset.right * w - right), "{}", preset.id);
            assert!(near(top - inset.top * h, h - inset.bottom * h - bottom), "{}", preset.id);
            if let Some(fill) = &preset.fill {
                assert!(wide.fill(1, 1) * frame.scale > 0.0 && frame.fill >= fill.least, "{}", preset.id);
                assert!(fill.most.is_none_or(|most| frame.fill <= most), "{}", preset.id);
            }
        }
    }

    #[test]
    fn a_small_product_gets_a_smaller_frame_and_never_more_pixels() {
        let preset = find("amazon_main").unwrap();
        for (side, size, fills) in
            [(1740, 2000, true), (870, 1000, true), (435, 500, true), (200, 500, false)]
        {
            let frame = frame(&subject([10, 10, side, side / 2], Edges::default()), preset);
            assert_eq!([frame.width, frame.height], [size; 2]);
            assert!(frame.scale <= 1.0 && frame.scale > 0.99, "{frame:?}");
            assert_eq!(frame.notes.iter().any(|note| matches!(note, Note::Smaller { .. })), size < 2000);
            assert_eq!(!frame.notes.iter().any(|note| matches!(note, Note::FillsLess { .. })), fills);
            assert_eq!(near((frame.fill * 1000.0).round(), 870.0), fills);
        }
    }

    #[test]
    fn a_smaller_frame_keeps_the_shape_and_the_least_of_every_preset() {
        for preset in &catalog().presets {
            for side in [5, 120, 333, 700, 1001] {
                let frame = frame(&subject([0, 0, side, side], Edges::default()), preset);
                let size = [frame.width, frame.height];
                assert!(frame.scale <= 1.0);
                assert!(preset.demands().all(|bound| bound.allows(size)), "{} {size:?}", preset.id);
                // No larger than it must be: by the least, or by the fill.
                let least = preset.demands().filter_map(|bound| bound.least_factor(size)).fold(0.0, f64::max);
                assert!(frame.fill > 0.75 || least > 0.99, "{} {size:?} {frame:?}", preset.id);
                if let Some(aspect) = &preset.aspect
                    && size[0].min(size[1]) >= 100
                {
                    let off = f64::from(size[0]) / f64::from(size[1]) / aspect.ratio() - 1.0;
                    assert!(off.abs() <= aspect.tolerance, "{} {size:?}", preset.id);
                }
            }
        }
    }

    #[test]
    fn a_product_that_the_photo_cuts_stands_at_the_same_edge() {
        let preset = find("ebay").unwrap();
        let at = |cut: Edges| {
            let subject = subject([0, 500, 4000, 3500], cut);
            let frame = frame(&subject, preset);
            assert!(frame.notes.iter().any(|note| matches!(note, Note::Cut { edges } if *edges == cut)));
            placed(&subject, &frame)
        };
        let no = Edges::default();
        let [left, _, right, bottom] = at(Edges { bottom: true, ..no });
        assert!(near(bottom, 1600.0) && near(left, 1600.0 - right));
        let [left, ..] = at(Edges { left: true, ..no });
        assert!(near(left, 0.0));
        let [left, top, right, bottom] = at(Edges { left: true, right: true, ..no });
        assert!(near(left, 0.0) && near(right, 1600.0) && near(top, 1600.0 - bottom));
        let [_, _, right, bottom] = at(Edges { right: true, bottom: true, ..no });
        assert!(near(right, 1600.0) && near(bottom, 1600.0));
    }

    #[test]
    fn notes_name_the_thing_and_the_remedy() {
        let preset = find("etsy").unwrap();
        let cut = Edges { left: true, bottom: true, ..Edges::default() };
        let frame = frame(&Subject { specks: 3, ..subject([0, 0, 100, 100], cut) }, preset);
        let notes: Vec<String> = frame.notes.iter().map(ToString::to_string).collect();
        assert_eq!(notes.len(), 4);
        assert!(
            notes[0].starts_with("the picture is 2667 × 2000 pixels instead of 3000 × 2250"),
            "{notes:?}"
        );
        assert!(notes[1].contains("fills 5% of the frame instead of 80%"), "{notes:?}");
        assert!(notes[2].contains("left and bottom edge") && notes[3].starts_with("3 stray specks"));
    }
}
