//! `listing` from a cut-out to files: every preset's export is decoded and linted, and its report is borne out.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use vitrine::listing::report::{Evidence, Geometry, Operation, Report, Touches, Verdict, report};
use vitrine::listing::{
    Background, Check, Context, Exported, Frame, Kind, Picture, Preset, Subject, catalog, export, find,
    frame, lint,
};
use vitrine::photo::metadata::{DigitalSourceType, Metadata, MetadataKind};
use vitrine::photo::{Limits, Photo, decode, place};

/// A photo of 2,600 × 2,300 pixels: a bag with a strap, stripes and a soft edge in a room; and its opacity.
fn bag() -> (Photo, Vec<u8>) {
    const SIZE: [u32; 2] = [2600, 2300];
    let mut state = 11_u32;
    let (mut pixels, mut alpha) = (Vec::new(), Vec::new());
    for y in 0..SIZE[1] {
        for x in 0..SIZE[0] {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let grain = (state >> 29) as u8;
            let (dx, dy) = ((f64::from(x) - 1250.0) / 1200.0, (f64::from(y) - 1400.0) / 800.0);
            let body = 1.0 - (dx.powi(4) + dy.powi(4)).powf(0.25);
            let ring = 0.05 - ((dx * 1.4).hypot(dy + 1.0) - 0.6).abs();
            let inside = (body.max(ring) * 900.0).clamp(0.0, 3.0) / 3.0;
            let stripe = ((f64::from(x) + f64::from(y) * 0.6) / 23.0).sin() * 60.0;
            let bag = [140.0 + stripe, 70.0 + stripe / 2.0, 50.0];
            let room = [200.0, 195.0, 180.0];
            for channel in 0..3 {
                let level: f64 = bag[channel] * inside + room[channel] * (1.0 - inside);
                pixels.push(level as u8 + grain);
            }
            pixels.push(255);
            alpha.push((inside * 255.0) as u8);
        }
    }
    (Photo { width: SIZE[0], height: SIZE[1], pixels, has_alpha: false, reduced_from: None }, alpha)
}

/// A photo with an opacity, as a cut-out.
fn cut(photo: &Photo, alpha: &[u8]) -> Photo {
    let mut pixels = photo.pixels.clone();
    for (pixel, &alpha) in pixels.as_chunks_mut::<4>().0.iter_mut().zip(alpha) {
        *pixel = if alpha > 0 { [pixel[0], pixel[1], pixel[2], alpha] } else { [0; 4] };
    }
    Photo { pixels, has_alpha: true, ..photo.clone() }
}

/// A cut-out framed, its pixels in the frame, and the export.
fn made(cutout: &Photo, preset: &Preset, source: Option<&DigitalSourceType>) -> (Frame, Vec<u8>, Exported) {
    let subject = Subject::of_cutout(cutout.width, cutout.height, &cutout.pixels).unwrap();
    let frame = frame(&subject, preset);
    let placed = place(cutout, frame.width, frame.height, frame.scale, [frame.x, frame.y]);
    let picture = Picture {
        width: frame.width,
        height: frame.height,
        pixels: &placed.pixels,
        product: None,
        resampling: Some(frame.scale),
        digital_source_type: source,
    };
    let exported = export(&picture, preset, &Limits::PRODUCT).unwrap();
    (frame, placed.pixels, exported)
}

#[test]
fn every_preset_gets_a_file_that_passes_its_own_rules_and_a_report_that_says_so() {
    let (photo, alpha) = bag();
    let cutout = cut(&photo, &alpha);
    for preset in &catalog().presets {
        let id = &preset.id;
        let (frame, picture, exported) = made(&cutout, preset, None);
        let product: Vec<u8> = picture.iter().skip(3).step_by(4).copied().collect();
        assert!(exported.lint.is_clean(), "{}", exported.lint);
        // Advice may be there, but only what cannot be otherwise: a light file is only wished for, and 2,000 pixels
        // are not the 5,000 of a master.
        for finding in &exported.lint.findings {
            assert!(matches!(finding.check, Check::Bytes | Check::Size), "{id}: {}", finding.message);
        }
        // The linter says the same without being told where the product is, wherever white is behind it.
        let blind = lint(&exported.bytes, preset, &Context::default(), &Limits::PRODUCT);
        assert!(blind.is_clean(), "{blind}");
        let decoded = decode(&exported.bytes, &Limits::PRODUCT).unwrap();
        assert_eq!((decoded.width, decoded.height), (frame.width, frame.height), "{id}");
        // Where nothing is asked for behind the product, a format that can leaves it transparent.
        let stays = exported.kind == Kind::Png && preset.background.color().is_none();
        assert_eq!(decoded.has_alpha, stays, "{id}");
        if matches!(preset.background, Background::Exact { .. } | Background::White { .. }) {
            assert_eq!(decoded.pixels[..4], [255; 4], "{id}");
        }
        let operations = [
            Operation { name: "cut_out".into(), touches: Touches::Edge, parameters: serde_json::Value::Null },
            Operation {
                name: "frame".into(),
                touches: Touches::Geometry,
                parameters: serde_json::to_value(&frame).unwrap(),
            },
        ];
        let evidence = Evidence {
            source: b"a photo",
            photo: &photo,
            geometry: Geometry { scale: frame.scale, x: frame.x, y: frame.y, rotation: 0.0 },
            product: &product,
            models: &[],
            operations: &operations,
            picture: &picture,
            corrected: None,
            exported: (&exported).into(),
        };
        let report = report(&evidence, &Limits::PRODUCT).unwrap();
        assert_eq!(report.verdict, Verdict::NoPixelInvented, "{id}: {:?}", report.difference);
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
    }
}

#[test]
fn a_product_of_few_pixels_is_not_enlarged_and_the_linter_says_what_it_lacks() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/photos/cut-out.png");
    let cutout = decode(&fs::read(path).unwrap(), &Limits::PRODUCT).unwrap();
    let (frame, _, exported) = made(&cutout, find("amazon_main").unwrap(), None);
    assert!(
        frame.scale <= 1.0 && [frame.width, frame.height] == [500; 2] && frame.notes.len() >= 2,
        "{frame:?}"
    );
    let fill: Vec<_> = exported.lint.of(Check::Fill).collect();
    assert_eq!(fill.len(), 1, "{}", exported.lint);
    assert!(exported.lint.of(Check::Resolution).next().is_none());
}

#[test]
fn nothing_of_the_photo_s_metadata_leaves_but_how_it_came_to_be() {
    let (photo, alpha) = bag();
    let cutout = cut(&photo, &alpha);
    let source = DigitalSourceType::new("compositeWithTrainedAlgorithmicMedia").unwrap();
    for id in ["google_merchant", "pinterest_pin"] {
        let (_, _, exported) = made(&cutout, find(id).unwrap(), Some(&source));
        let metadata = Metadata::of(&exported.bytes);
        assert_eq!(metadata.digital_source_type.as_ref(), Some(&source));
        let kinds: Vec<MetadataKind> = metadata.found.iter().map(|found| found.kind).collect();
        assert_eq!(kinds, [MetadataKind::Xmp, MetadataKind::DigitalSourceType], "{id}");
        assert!(exported.lint.is_clean(), "{}", exported.lint);
    }
}
