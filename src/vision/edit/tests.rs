//! Corrections of drawn photos.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use super::*;

const RED: [u8; 4] = [190, 40, 50, 255];
const SAND: [u8; 4] = [205, 190, 160, 255];

/// A photo, and the cut-out whose opacity `alpha` gives; both by column and row.
fn drawn(
    (width, height): (u32, u32),
    colour: impl Fn(u32, u32) -> [u8; 4],
    alpha: impl Fn(u32, u32) -> u8,
) -> Edit {
    let at = |index: u32| (index % width, index / width);
    let pixels: Vec<u8> = (0..width * height)
        .flat_map(|index| {
            let (x, y) = at(index);
            // Grain of ±3, the same on every run.
            let grain = (index.wrapping_mul(2_654_435_761) >> 13) % 7;
            let [r, g, b, a] = colour(x, y);
            let [r, g, b] = [r, g, b].map(|value| value.saturating_add(grain as u8).saturating_sub(3));
            [r, g, b, a]
        })
        .collect();
    let has_alpha = pixels.iter().skip(3).step_by(4).any(|&alpha| alpha < 255);
    let photo = Photo { width, height, pixels, has_alpha, reduced_from: None };
    let matte =
        Matte { width, height, alpha: (0..width * height).map(|i| alpha(at(i).0, at(i).1)).collect() };
    let cutout = foreground(photo.clone(), &matte, &mut |_| true).unwrap();
    Edit::new(photo, cutout).unwrap()
}

fn alpha(edit: &Edit, x: u32, y: u32) -> u8 {
    edit.pixels[((y * edit.size().0 + x) * 4 + 3) as usize]
}

/// A red product on sand, its left edge at column 150; the matte took 25 columns of sand with it.
fn with_a_halo() -> Edit {
    drawn((400, 300), |x, _| if x >= 150 { RED } else { SAND }, |x, _| if x >= 125 { 255 } else { 0 })
}

const DOWN: [[f32; 2]; 2] = [[110.0, 60.0], [110.0, 240.0]];

#[test]
fn an_erase_along_an_edge_snaps_to_it() {
    let mut edit = with_a_halo();
    // The core ends at column 140; the rim goes on to 170, well into the product.
    let stroke = Stroke { points: &DOWN, radius: 60.0, softness: 0.5, intent: Intent::Erase };
    let area = edit.stroke(&stroke).unwrap();
    assert!(area.left >= 125 && area.left + area.width <= 185, "{area:?}");
    for y in 100..200 {
        assert_eq!(alpha(&edit, 135, y), 0, "under the brush");
        assert!(alpha(&edit, 147, y) < 20, "sand within the rim: {}", alpha(&edit, 147, y));
        assert!(alpha(&edit, 153, y) > 235, "product within the rim: {}", alpha(&edit, 153, y));
        assert_eq!(alpha(&edit, 200, y), 255, "beyond");
    }
}

#[test]
fn a_keep_along_an_edge_snaps_to_it() {
    // The matte lost 25 columns of the product.
    let colour = |x, _| if x >= 150 { RED } else { SAND };
    let mut edit = drawn((400, 300), colour, |x, _| if x >= 175 { 255 } else { 0 });
    let points = [[190.0, 60.0], [190.0, 240.0]];
    edit.stroke(&Stroke { points: &points, radius: 60.0, softness: 0.5, intent: Intent::Keep }).unwrap();
    for y in 100..200 {
        assert_eq!(alpha(&edit, 165, y), 255);
        assert!(alpha(&edit, 153, y) > 235, "product within the rim: {}", alpha(&edit, 153, y));
        assert!(alpha(&edit, 146, y) < 20, "sand within the rim: {}", alpha(&edit, 146, y));
        // The photo's own colours came back with it.
        let pixel = &edit.pixels[((y * 400 + 165) * 4) as usize..][..4];
        assert_eq!(pixel, &edit.photo.pixels[((y * 400 + 165) * 4) as usize..][..4]);
    }
}

#[test]
fn within_one_colour_the_rim_is_smooth() {
    let mut edit = drawn((300, 300), |_, _| RED, |_, _| 255);
    let centre = [[150.0, 150.0]];
    edit.stroke(&Stroke { points: &centre, radius: 80.0, softness: 0.6, intent: Intent::Erase }).unwrap();
    let across: Vec<u8> = (150..300).map(|x| alpha(&edit, x, 150)).collect();
    assert!(across.windows(2).all(|pair| pair[1].saturating_add(12) >= pair[0]), "{across:?}");
    assert!(across.windows(2).all(|pair| pair[1].abs_diff(pair[0]) < 60), "{across:?}");
    assert_eq!((across[20], across[100]), (0, 255));
    assert!(across.iter().filter(|&&alpha| alpha > 20 && alpha < 235).count() > 8, "{across:?}");
}

#[test]
fn a_hard_brush_is_round_and_stays_within_itself() {
    let mut edit = drawn((200, 200), |_, _| RED, |_, _| 255);
    let centre = [[100.0, 100.0]];
    edit.stroke(&Stroke { points: &centre, radius: 30.0, softness: 0.0, intent: Intent::Erase }).unwrap();
    for y in 0..200_u32 {
        for x in 0..200_u32 {
            let distance = (x as f32 + 0.5 - 100.0).hypot(y as f32 + 0.5 - 100.0);
            if distance < 29.0 {
                assert_eq!(alpha(&edit, x, y), 0);
            } else if distance > 36.0 {
                assert_eq!(alpha(&edit, x, y), 255);
            }
        }
    }
}

#[test]
fn a_stroke_is_the_same_however_it_falls_on_the_blocks() {
    // The same picture twice, the second a hundred pixels further on; its stroke crosses other blocks.
    let edits = [0, 100].map(|shift| {
        let inside = move |x: u32, y: u32| (x - shift).pow(2) + (y - shift).pow(2) < 300 * 300;
        let mut edit = drawn(
            (700 + shift, 700 + shift),
            |x, y| if x >= shift && y >= shift && inside(x, y) { RED } else { SAND },
            |x, y| if x >= shift && y >= shift && inside(x, y) { 255 } else { 0 },
        );
        let offset = shift as f32;
        let points =
            [[100.0, 320.0], [330.0, 250.0]].map(|point: [f32; 2]| point.map(|value| value + offset));
        edit.stroke(&Stroke { points: &points, radius: 70.0, softness: 0.4, intent: Intent::Erase }).unwrap();
        edit
    });
    let apart = (0..600 * 600_u32).filter(|&index| {
        let (x, y) = (50 + index % 600, 50 + index / 600);
        alpha(&edits[0], x, y).abs_diff(alpha(&edits[1], x + 100, y + 100)) > 40
    });
    let apart = apart.count();
    assert!(apart < 600, "{apart} pixels");
}

#[test]
fn a_click_erases_a_region_to_its_edge_and_no_further() {
    // A sand-coloured gap in a red product; outside of the product there is sand as well.
    let gap = |x: u32, y: u32| (180..260).contains(&x) && (100..200).contains(&y);
    let mut edit = drawn(
        (400, 300),
        |x, y| if x < 100 || gap(x, y) { SAND } else { RED },
        |x, _| if x < 100 { 0 } else { 255 },
    );
    let before = edit.pixels.clone();
    edit.region(&Region { point: [220.0, 150.0], tolerance: 0.2, intent: Intent::Erase }).unwrap();
    for y in 0..300 {
        for x in 0..400 {
            let near_border = (177..264).contains(&x) && (97..204).contains(&y) && !(183..257).contains(&x)
                || (177..264).contains(&x) && (97..204).contains(&y) && !(103..197).contains(&y);
            let expected = if x < 100 || gap(x, y) { 0 } else { 255 };
            if near_border {
                assert!(alpha(&edit, x, y).abs_diff(expected) < 60, "({x}, {y}): {}", alpha(&edit, x, y));
            } else {
                assert_eq!(alpha(&edit, x, y), expected, "({x}, {y})");
            }
        }
    }
    // A click on the product gives the gap's red surroundings nothing to keep; on the gap it comes back.
    assert_eq!(edit.region(&Region { point: [120.0, 20.0], tolerance: 0.2, intent: Intent::Keep }), None);
    edit.region(&Region { point: [220.0, 150.0], tolerance: 0.2, intent: Intent::Keep }).unwrap();
    assert_eq!(alpha(&edit, 220, 150), 255);
    assert!(edit.undo().is_some() && edit.undo().is_some());
    assert_eq!(edit.pixels, before);
}

#[test]
fn a_region_is_never_most_of_the_photo() {
    let mut edit = drawn((300, 300), |x, _| if x < 20 { SAND } else { RED }, |_, _| 255);
    let all = Region { point: [150.0, 150.0], tolerance: 1.0, intent: Intent::Erase };
    assert_eq!(edit.region(&all), None, "red alone is nine tenths");
    assert_eq!(alpha(&edit, 150, 150), 255);
    // The narrow one is found at any tolerance: it is halved until the region fits.
    edit.region(&Region { point: [8.0, 150.0], ..all }).unwrap();
    assert_eq!((alpha(&edit, 8, 10), alpha(&edit, 100, 10)), (0, 255));
}

#[test]
fn undo_and_redo_restore_every_byte() {
    let mut edit = with_a_halo();
    let mut versions = vec![edit.pixels.clone()];
    assert!(!edit.can_undo() && edit.undo().is_none() && edit.redo().is_none());
    let strokes = [
        Stroke { points: &DOWN, radius: 60.0, softness: 0.5, intent: Intent::Erase },
        Stroke { points: &[[140.0, 100.0]], radius: 30.0, softness: 1.0, intent: Intent::Keep },
        Stroke { points: &[[0.0, 0.0], [400.0, 300.0]], radius: 12.0, softness: 0.2, intent: Intent::Erase },
    ];
    for stroke in &strokes {
        edit.stroke(stroke).unwrap();
        versions.push(edit.pixels.clone());
    }
    for version in versions.iter().rev().skip(1) {
        edit.undo().unwrap();
        assert_eq!(&edit.pixels, version);
    }
    assert!(!edit.can_undo() && edit.can_redo());
    for version in &versions[1..] {
        edit.redo().unwrap();
        assert_eq!(&edit.pixels, version);
    }
    assert!(!edit.can_redo());
}

#[test]
fn what_changes_nothing_is_no_step() {
    let mut edit = with_a_halo();
    let keep = Stroke { points: &[[300.0, 150.0]], radius: 40.0, softness: 0.5, intent: Intent::Keep };
    assert_eq!(edit.stroke(&keep), None);
    assert!(!edit.can_undo());
}

#[test]
fn only_what_is_in_the_answer_has_changed() {
    let mut edit = with_a_halo();
    let before = edit.pixels.clone();
    let stroke = Stroke { points: &DOWN, radius: 60.0, softness: 0.5, intent: Intent::Erase };
    let area = edit.stroke(&stroke).unwrap();
    let (mut least, mut most) = ([u32::MAX; 2], [0; 2]);
    for (index, (old, new)) in before.chunks_exact(4).zip(edit.pixels.chunks_exact(4)).enumerate() {
        if old != new {
            let place = [index as u32 % 400, index as u32 / 400];
            for axis in 0..2 {
                least[axis] = least[axis].min(place[axis]);
                most[axis] = most[axis].max(place[axis] + 1);
            }
        }
    }
    assert_eq!(least, [area.left, area.top]);
    assert_eq!(most, [area.left + area.width, area.top + area.height]);
}

#[test]
fn a_photos_own_alpha_is_never_exceeded() {
    let mut edit = drawn((60, 60), |_, _| [190, 40, 50, 100], |_, _| 0);
    edit.stroke(&Stroke { points: &[[30.0, 30.0]], radius: 20.0, softness: 0.5, intent: Intent::Keep })
        .unwrap();
    assert_eq!(alpha(&edit, 30, 30), 100);
    assert!(edit.pixels.iter().skip(3).step_by(4).all(|&alpha| alpha <= 100));
}

#[test]
fn anything_may_be_asked_of_any_photo() {
    let wild = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -1e30, 1e30, -3.0, 0.0, 0.5, 7.0];
    for (width, height) in [(1, 1), (1, 40), (9, 2), (33, 17)] {
        let mut edit =
            drawn((width, height), |x, _| if x % 2 == 0 { RED } else { SAND }, |_, y| (y * 60) as u8);
        for &one in &wild {
            for &other in &wild {
                for intent in [Intent::Keep, Intent::Erase] {
                    let points = [[one, other], [other, one], [0.4, 0.4]];
                    edit.stroke(&Stroke { points: &points, radius: one, softness: other, intent });
                    edit.stroke(&Stroke { points: &points[..1], radius: other, softness: one, intent });
                    edit.region(&Region { point: [one, other], tolerance: one, intent });
                    edit.region(&Region { point: [0.5, 0.5], tolerance: other, intent });
                }
            }
            edit.undo();
        }
        edit.stroke(&Stroke { points: &[], radius: 3.0, softness: 0.5, intent: Intent::Keep });
        let dab = [[0.5, 0.5]];
        edit.stroke(&Stroke { points: &dab, radius: 0.0, softness: 0.0, intent: Intent::Keep });
        edit.stroke(&Stroke { points: &dab, radius: 0.0, softness: 0.0, intent: Intent::Erase });
        assert_eq!(alpha(&edit, 0, 0), 0);
    }
}

#[test]
fn sizes_must_agree() {
    let edit = with_a_halo();
    let cutout = Cutout { width: 2, height: 1, pixels: vec![0; 8], confidence: None, doubt: None };
    let error = Edit::new(edit.photo, cutout).err().unwrap();
    assert!(error.to_string().starts_with("the cut-out has 2 × 1 pixels and the photo 400 × 300"));
}

#[test]
fn views_for_the_screen_cover_what_they_are_asked_for() {
    let edit = drawn((10, 7), |x, _| if x < 4 { RED } else { SAND }, |x, _| if x < 4 { 255 } else { 0 });
    let area = Area { left: 3, top: 2, width: 4, height: 5 };
    let whole = edit.view(area, 1).unwrap();
    assert_eq!((whole.area, whole.pixels.len()), (area, 80));
    let half = edit.view(area, 2).unwrap();
    assert_eq!(half.area, Area { left: 1, top: 1, width: 3, height: 3 });
    assert_eq!(half.pixels.len(), 36);
    assert_eq!(half.pixels[3], 255, "columns 2 and 3");
    assert_eq!(&half.pixels[4..8], &[0; 4], "columns 4 and 5");
    assert!(half.pixels[0] > 150 && half.pixels[1] < 60, "the subject's colour");
    assert_eq!(edit.view(Area { width: 8, ..area }, 1), None);
    assert_eq!(edit.view(Area { left: u32::MAX, ..area }, 1), None);
}

/// `cargo test --release --lib vision::edit -- --ignored --nocapture`
#[test]
#[ignore = "measures"]
fn time_of_a_stroke_on_12_megapixels() {
    let inside = |x: u32, y: u32| (x as f32 - 2000.0).hypot(y as f32 - 1500.0) < 1000.0;
    let mut edit = drawn(
        (4000, 3000),
        |x, y| if inside(x, y) { RED } else { SAND },
        |x, y| if inside(x, y) { 255 } else { 0 },
    );
    for (name, radius, softness) in [("small", 20.0, 0.5), ("usual", 100.0, 0.5), ("large", 400.0, 0.7)] {
        let points: Vec<_> = (0..80).map(|i| [1000.0 + i as f32 * 2.0, 1200.0 + i as f32 * 7.0]).collect();
        let from = std::time::Instant::now();
        let area = edit.stroke(&Stroke { points: &points, radius, softness, intent: Intent::Erase });
        eprintln!("{name}: {:?}, {area:?}", from.elapsed());
        let from = std::time::Instant::now();
        edit.undo();
        eprintln!("  undo: {:?}", from.elapsed());
    }
    for _ in 0..2 {
        let from = std::time::Instant::now();
        let region = Region { point: [2000.0, 1500.0], tolerance: 0.2, intent: Intent::Erase };
        let area = edit.region(&region);
        eprintln!("region: {:?}, {area:?}", from.elapsed());
        edit.undo();
    }
}

/// A product of 300 × 260 with a slow shade and fine stripes, wholly visible but for a frame, with a black speck.
fn with_a_speck() -> Edit {
    let colour = |x: u32, y: u32| {
        let far = (x as f32 - 200.0).hypot(y as f32 - 150.0);
        if far < 6.0 {
            return [20, 20, 20, 255];
        }
        let stripe = if (x / 4).is_multiple_of(2) { 12 } else { 0 };
        [90 + (x / 5) as u8 + stripe, 120 + (y / 6) as u8 + stripe, 140, 255]
    };
    drawn((400, 300), colour, |x, y| if (50..350).contains(&x) && (20..280).contains(&y) { 255 } else { 0 })
}

fn pixel(edit: &Edit, x: u32, y: u32) -> [u8; 4] {
    edit.pixels.as_chunks::<4>().0[(y * edit.size().0 + x) as usize]
}

#[test]
fn a_healed_speck_is_gone_and_its_surroundings_go_on() {
    let mut edit = with_a_speck();
    let before = edit.pixels.clone();
    let area = edit.heal(&[[200.5, 150.5]], 10.0).unwrap().unwrap();
    assert!(area.left >= 189 && area.left + area.width <= 213 && area.height <= 23, "{area:?}");
    for y in 140..=160 {
        for x in 190..=210_u32 {
            let stripe = if (x / 4).is_multiple_of(2) { 12.0 } else { 0.0 };
            let expected = [90.0 + x as f32 / 5.0 + stripe, 120.0 + y as f32 / 6.0 + stripe, 140.0];
            let found = pixel(&edit, x, y);
            for channel in 0..3 {
                let off = (f32::from(found[channel]) - expected[channel]).abs();
                assert!(off < 9.0, "{x} {y}: {found:?} instead of {expected:?}");
            }
        }
    }
    let changed = |edit: &Edit| {
        edit.pixels
            .as_chunks::<4>()
            .0
            .iter()
            .zip(before.as_chunks::<4>().0)
            .filter(|(now, old)| now != old)
            .count()
    };
    assert!(edit.pixels.iter().skip(3).step_by(4).eq(before.iter().skip(3).step_by(4)), "opacity stays");
    assert_eq!(edit.retouched(), Retouched { spots: 1, pixels: changed(&edit) });
    let healed = edit.pixels.clone();
    assert_eq!(edit.undo(), Some(area));
    assert_eq!(edit.pixels, before);
    assert_eq!(edit.retouched(), Retouched::default());
    assert_eq!(edit.redo(), Some(area));
    assert_eq!(edit.pixels, healed);
    let mut again = with_a_speck();
    again.heal(&[[200.5, 150.5]], 10.0).unwrap();
    assert_eq!(again.pixels, healed, "the same bytes again");
}

#[test]
fn a_speck_at_the_edge_of_the_product_takes_no_colour_from_beyond_it() {
    let mut edit = with_a_speck();
    let before = edit.pixels.clone();
    edit.heal(&[[52.0, 100.0], [52.0, 112.0]], 6.0).unwrap().unwrap();
    for (y, x) in (100..112).flat_map(|y| (50..57).map(move |x| (y, x))) {
        let [red, green, blue, alpha] = pixel(&edit, x, y);
        assert!(
            red.abs_diff(106) < 20 && green.abs_diff(142) < 20 && blue.abs_diff(140) < 14,
            "{x} {y} {red}"
        );
        assert_eq!(alpha, before[((y * 400 + x) * 4 + 3) as usize]);
        assert_eq!(pixel(&edit, 45, y), [0; 4]);
    }
}

#[test]
fn what_is_no_speck_is_refused_and_what_is_nothing_stays() {
    let mut edit = with_a_speck();
    let before = edit.pixels.clone();
    let refused = edit.heal(&[[100.0, 100.0], [200.0, 100.0]], 20.0).unwrap_err();
    assert!(matches!(refused, Refused::TooLarge { percent } if percent > 5.0), "{refused:?}");
    assert!(refused.to_string().contains("2% is the most"), "{refused}");
    assert_eq!(edit.heal(&[[10.0, 10.0]], 8.0), Ok(None));
    assert_eq!(edit.heal(&[[f32::NAN, 10.0]], 8.0), Ok(None));
    assert_eq!(edit.heal(&[], 8.0), Ok(None));
    assert_eq!(edit.pixels, before);
    assert!(!edit.can_undo());
}

#[test]
fn a_product_too_narrow_for_a_copy_is_healed_from_its_rim() {
    // A line of five columns: no patch of it has the spot's size and lies beside the spot.
    let colour = |_, y| if (198..203).contains(&y) { [0, 0, 0, 255] } else { [200, 80, 60, 255] };
    let mut edit = drawn((100, 400), colour, |x, _| if (48..53).contains(&x) { 255 } else { 0 });
    edit.heal(&[[50.5, 200.5]], 4.0).unwrap().unwrap();
    for y in 198..203 {
        let [red, green, ..] = pixel(&edit, 50, y);
        assert!(red.abs_diff(200) < 12 && green.abs_diff(80) < 12, "{red} {green}");
    }
}
