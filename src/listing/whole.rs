//! A finished picture, such as a photo of somebody who wears a product, as the file that a marketplace takes: cut to the
//! shape that it asks for, around what matters, and brought to its size.
//!
//! Where the picture has too few pixels the file is smaller, even than the least that is demanded, which the linter then
//! says: nothing is enlarged.

use super::export::{Exported, Picture, export_first};
use super::framing::smaller;
use super::preset::{Aspect, Kind, Preset};
use crate::photo::{self, Limits, Photo, resample};

/// A picture for a marketplace.
#[derive(Clone, Debug, PartialEq)]
pub struct Whole {
    /// The file, and what the linter says of it.
    pub exported: Exported,
    /// `[width, height]` in pixels.
    pub size: [u32; 2],
    /// What the seller should know, in sentences.
    pub notes: Vec<String>,
}

/// A part of a picture, in its pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part {
    left: u32,
    top: u32,
    width: u32,
    height: u32,
}

/// Makes the file: a JPEG where one is taken, for it is a photo. `focus` is what should be in its middle, in parts of the picture's width and height, 0 to 1.
///
/// # Errors
/// As [`export`].
pub fn whole(
    picture: &Photo,
    focus: [f64; 2],
    preset: &Preset,
    limits: &Limits,
) -> Result<Whole, photo::Error> {
    let part = part(picture, focus, preset.aspect.as_ref());
    let usual = usual(part, preset);
    let size = within(part, smaller(usual, share(part, usual), preset));
    let [width, height] = size;
    let mut notes = Vec::new();
    let left_out = 1.0
        - f64::from(part.width) * f64::from(part.height)
            / (f64::from(picture.width) * f64::from(picture.height));
    if let Some(aspect) = preset.aspect.as_ref().filter(|_| left_out > 0.005) {
        notes.push(format!(
            "the picture was cut to {aspect}, which leaves {:.0}% of it out. Take the photo with more room around the product to keep all of it",
            left_out * 100.0
        ));
    }
    if width < usual[0] {
        notes.push(format!(
            "the picture is {width} × {height} pixels instead of {} × {}: the photo has no more. Take one with more pixels for the full size",
            usual[0], usual[1]
        ));
    }
    let Photo { pixels, has_alpha, .. } = resample(&cut(picture, part), width, height);
    let made = Picture {
        width,
        height,
        pixels: &pixels,
        product: None,
        resampling: Some(f64::from(width) / f64::from(part.width)),
        digital_source_type: None,
    };
    let kind = match &preset.formats {
        Some(formats) if has_alpha || !formats.accepted.contains(&Kind::Jpeg) => formats.preferred,
        _ => Kind::Jpeg,
    };
    Ok(Whole { exported: export_first(&made, preset, kind, limits)?, size, notes })
}

/// Pixels of a part for each of a size, on the side that has fewer.
fn share(part: Part, [width, height]: [u32; 2]) -> f64 {
    (f64::from(part.width) / f64::from(width)).min(f64::from(part.height) / f64::from(height))
}

/// A size in its shape, brought down to what a part has.
fn within(part: Part, size: [u32; 2]) -> [u32; 2] {
    let share = share(part, size).min(1.0);
    let side = |side: u32, most: u32| ((f64::from(side) * share).round() as u32).clamp(1, most);
    [side(size[0], part.width), side(size[1], part.height)]
}

/// The largest part of the shape that is asked for, as near to the focus as it goes.
fn part(picture: &Photo, focus: [f64; 2], aspect: Option<&Aspect>) -> Part {
    let all = Part { left: 0, top: 0, width: picture.width, height: picture.height };
    let [width, height] = [picture.width, picture.height].map(f64::from);
    let Some(aspect) = aspect else { return all };
    let ratio = aspect.ratio();
    if (width / height / ratio - 1.0).abs() <= aspect.tolerance {
        return all;
    }
    let side = |side: f64, most: u32| (side.round() as u32).clamp(1, most);
    let size = [side(height * ratio, picture.width), side(width / ratio, picture.height)];
    let [part_width, part_height] =
        if width / height > ratio { [size[0], picture.height] } else { [picture.width, size[1]] };
    let from = |focus: f64, all: u32, part: u32| {
        let most = f64::from(all - part);
        // Not a number: in the middle.
        let at = if focus.is_finite() { focus } else { 0.5 };
        (at * f64::from(all) - f64::from(part) / 2.0).round().clamp(0.0, most) as u32
    };
    Part {
        left: from(focus[0], picture.width, part_width),
        top: from(focus[1], picture.height, part_height),
        width: part_width,
        height: part_height,
    }
}

/// The size to make of a part: the preset's own, where it has a shape; else as large as that on its longer side, and as the
/// bounds ask.
fn usual(part: Part, preset: &Preset) -> [u32; 2] {
    if preset.aspect.is_some() {
        return preset.size();
    }
    let [width, height] = [part.width, part.height].map(f64::from);
    let longest = f64::from(preset.size()[0].max(preset.size()[1]));
    let by = |factor: f64| [width, height].map(|side| (side * factor).round().max(1.0) as u32);
    let size = by(longest / width.max(height));
    let more = preset.demands().map(|bound| bound.correction(size)).fold(1.0, f64::max);
    by(longest / width.max(height) * more)
}

fn cut(picture: &Photo, Part { left, top, width, height }: Part) -> Photo {
    let row = |y: u32| {
        let first = (y as usize * picture.width as usize + left as usize) * 4;
        &picture.pixels[first..first + width as usize * 4]
    };
    let pixels = (top..top + height).flat_map(row).copied().collect();
    Photo { width, height, pixels, has_alpha: picture.has_alpha, reduced_from: None }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::lint::Check;
    use super::super::preset::{catalog, find};
    use super::*;

    /// Each column of another grey.
    fn picture(width: u32, height: u32) -> Photo {
        let row = |_| (0..width).flat_map(move |x| [(x * 200 / width) as u8, 90, 60, 255]);
        Photo {
            width,
            height,
            pixels: (0..height).flat_map(row).collect(),
            has_alpha: false,
            reduced_from: None,
        }
    }

    #[test]
    fn it_is_cut_around_what_matters() {
        let picture = picture(300, 200);
        let square = Aspect {
            width: 1.0,
            height: 1.0,
            tolerance: 0.0,
            force: super::super::preset::Force::Must,
            note: None,
        };
        let left = |focus: [f64; 2]| part(&picture, focus, Some(&square));
        assert_eq!(left([0.5, 0.5]), Part { left: 50, top: 0, width: 200, height: 200 });
        assert_eq!(left([0.1, 0.9]).left, 0);
        assert_eq!(left([2.0, 0.0]).left, 100);
        assert_eq!(left([f64::NAN, 0.0]).left, 50);
        let tall = Aspect { width: 2.0, height: 3.0, ..square.clone() };
        let part_of = part(&picture, [0.5, 0.5], Some(&tall));
        assert_eq!((part_of.width, part_of.height), (133, 200));
        assert_eq!(part(&picture, [0.5; 2], None).width, 300);
        assert_eq!(cut(&picture, left([0.5, 0.5])).pixels[..4], picture.pixels[200..204]);
    }

    #[test]
    fn every_marketplace_gets_a_file_of_a_size_that_it_takes() {
        let limits = Limits::PRODUCT;
        for preset in &catalog().presets {
            let whole = whole(&picture(3000, 3000), [0.5, 0.3], preset, &limits).unwrap();
            let [width, height] = whole.size;
            let file = photo::decode(&whole.exported.bytes, &limits).unwrap();
            assert_eq!((file.width, file.height), (width, height), "{}", preset.id);
            assert!(
                preset.demands().all(|bound| bound.least.is_none() || bound.allows(whole.size)),
                "{}",
                preset.id
            );
            if let Some(aspect) = &preset.aspect {
                let off = f64::from(width) / f64::from(height) / aspect.ratio() - 1.0;
                assert!(off.abs() <= aspect.tolerance.max(0.01), "{}: {width} × {height}", preset.id);
            }
        }
    }

    #[test]
    fn nothing_is_enlarged_and_a_file_below_the_least_is_told() {
        let limits = Limits::PRODUCT;
        for preset in &catalog().presets {
            let whole = whole(&picture(90, 120), [0.5, 0.3], preset, &limits).unwrap();
            let [width, height] = whole.size;
            assert!(width <= 90 && height <= 120, "{}: {width} × {height}", preset.id);
            assert!(whole.exported.lint.of(Check::Resolution).next().is_none(), "{}", preset.id);
            let is_below = preset.demands().any(|bound| bound.least.is_some() && !bound.allows(whole.size));
            assert!(!is_below || whole.exported.lint.of(Check::Size).next().is_some(), "{}", preset.id);
        }
    }

    #[test]
    fn a_photo_is_a_jpeg_where_one_is_taken() {
        let whole =
            |preset| whole(&picture(1200, 1800), [0.5; 2], find(preset).unwrap(), &Limits::PRODUCT).unwrap();
        assert_eq!(whole("pinterest_pin").exported.kind, Kind::Jpeg);
    }

    #[test]
    fn what_a_marketplace_wants_white_is_said() {
        let limits = Limits::PRODUCT;
        let whole = whole(&picture(2400, 2400), [0.5; 2], find("amazon_main").unwrap(), &limits).unwrap();
        assert_eq!(whole.notes, Vec::<String>::new());
        assert!(whole.exported.lint.of(Check::Background).next().is_some());
        let small =
            super::whole(&picture(600, 1200), [0.5; 2], find("amazon_main").unwrap(), &limits).unwrap();
        assert_eq!(small.notes.len(), 2, "{:?}", small.notes);
    }
}
