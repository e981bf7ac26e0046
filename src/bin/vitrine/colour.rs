//! `vitrine colour`: the colours of many photos, corrected one after another.

use std::path::{Path, PathBuf};

use vitrine::photo::{self, Limits, Output, Photo};
use vitrine::tools::colour::{self, Before, Change, MatchBasis, Settings, Statistics};

use super::files::{make_folder, read, targets};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The photos or cut-outs: JPEG, PNG, WebP, GIF, BMP or TIFF
    #[arg(required = true, value_name = "PHOTO")]
    photos: Vec<PathBuf>,
    /// The folder for the corrected pictures, one PNG of the same stem for each; made where it is missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// A correction as JSON: what it holds goes to every photo
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Bring white balance and exposure of every photo to this one's
    #[arg(long, value_name = "PHOTO", conflicts_with_all = ["auto", "neutral"])]
    reference: Option<PathBuf>,
    /// A grey place in the first photo, in pixels: it becomes neutral, and every photo gets this white balance
    #[arg(long, value_name = "X,Y", value_parser = place)]
    neutral: Option<[u32; 2]>,
    /// Estimate exposure, and white balance unless there is a --neutral
    #[arg(long)]
    auto: bool,
    /// A folder with the photos' cut-outs, as `vitrine remove` writes them: they tell the product from what is behind it,
    /// and estimates get better
    #[arg(long, value_name = "DIR")]
    cutouts: Option<PathBuf>,
    /// Print one line of JSON for each photo
    #[arg(long)]
    json: bool,
}

/// What `--json` prints for a photo.
#[derive(serde::Serialize)]
struct Line<'a> {
    file: &'a Path,
    #[serde(flatten)]
    done: Option<&'a Done>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

/// One photo's result.
#[derive(serde::Serialize)]
struct Done {
    output: PathBuf,
    settings: Settings,
    /// CIEDE2000 of the correction, over the product where it is known.
    change: Change,
    /// CIEDE2000 between this photo's backdrop and the reference's, before and after.
    #[serde(skip_serializing_if = "Option::is_none")]
    background: Option<(f32, f32)>,
    /// What was held against the reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    matched_by: Option<MatchBasis>,
    /// Whether the reference was out of reach.
    #[serde(skip_serializing_if = "Option::is_none")]
    limited: Option<bool>,
    /// How sure the estimated white balance is, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f32>,
    /// Time of the correction alone.
    milliseconds: f64,
}

/// What goes to every photo.
struct Plan {
    settings: Settings,
    neutral: Option<[f32; 3]>,
    reference: Option<Statistics>,
    auto: bool,
}

/// Corrects every photo. `Ok(false)` where one failed.
pub(crate) fn run(arguments: &Arguments) -> Result<bool, String> {
    if arguments.settings.is_none()
        && arguments.reference.is_none()
        && arguments.neutral.is_none()
        && !arguments.auto
    {
        return Err("nothing to do: give --settings, --reference, --neutral or --auto".into());
    }
    let targets = targets(&arguments.photos, &arguments.out)?;
    let plan = plan(arguments)?;
    make_folder(&arguments.out, "--out")?;
    let (mut all_well, mut apart) = (true, Vec::new());
    for (photo, target) in arguments.photos.iter().zip(targets) {
        let result = correct(photo, target, &plan, arguments.cutouts.as_deref());
        all_well &= result.is_ok();
        if let Ok(Done { background: Some(pair), .. }) = &result {
            apart.push(*pair);
        }
        if arguments.json {
            let error = result.as_ref().err().map(String::as_str);
            let line = Line { file: photo, done: result.as_ref().ok(), error };
            println!("{}", serde_json::to_string(&line).map_err(|error| error.to_string())?);
            continue;
        }
        match result {
            Ok(Done { output, change, limited, .. }) => {
                let note = if limited == Some(true) { "; the reference is out of reach" } else { "" };
                println!(
                    "{} → {} (colours moved by ΔE2000 {:.1} on average, {:.1} at most{note})",
                    photo.display(),
                    output.display(),
                    change.mean,
                    change.max
                );
            }
            Err(error) => eprintln!("{}: {error}", photo.display()),
        }
    }
    if !apart.is_empty() && !arguments.json {
        let mean = |pick: fn(&(f32, f32)) -> f32| apart.iter().map(pick).sum::<f32>() / apart.len() as f32;
        println!(
            "backdrops lay ΔE2000 {:.1} from the reference's on average, and lie {:.1} from it now",
            mean(|pair| pair.0),
            mean(|pair| pair.1)
        );
    }
    Ok(all_well)
}

fn plan(arguments: &Arguments) -> Result<Plan, String> {
    let settings = match &arguments.settings {
        None => Settings::default(),
        Some(file) => {
            let named = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
            let text = std::fs::read_to_string(file)
                .map_err(|error| named(&format!("it cannot be read ({error}): check the path")))?;
            Settings::from_json(&text).map_err(|error| named(&error))?
        }
    };
    let statistics = |file: &Path| {
        let photo = open(file)?;
        let matte = matte(file, &photo, arguments.cutouts.as_deref())?;
        Statistics::of(&photo, matte.as_deref()).map_err(|error| error.to_string())
    };
    let reference = match &arguments.reference {
        None => None,
        Some(file) => Some(statistics(file).map_err(|error| format!("{}: {error}", file.display()))?),
    };
    let neutral = match (arguments.neutral, arguments.photos.first()) {
        (Some([x, y]), Some(first)) => {
            let picked = open(first)
                .and_then(|photo| colour::pick_neutral(&photo, x, y).map_err(|error| error.to_string()));
            Some(picked.map_err(|error| format!("{}: {error}", first.display()))?)
        }
        _ => None,
    };
    Ok(Plan { settings, neutral, reference, auto: arguments.auto })
}

fn correct(file: &Path, output: PathBuf, plan: &Plan, cutouts: Option<&Path>) -> Result<Done, String> {
    let mut photo = open(file)?;
    let matte = matte(file, &photo, cutouts)?;
    let matte = matte.as_deref();
    let measure = |photo: &Photo| Statistics::of(photo, matte).map_err(|error| error.to_string());
    let mut settings = plan.settings;
    let (mut matched, mut confidence, mut before) = (None, None, None);
    if let Some(reference) = &plan.reference {
        let own = measure(&photo)?;
        let found = own.match_to(reference);
        settings.white_balance.neutral = found.settings.white_balance.neutral;
        settings.exposure = found.settings.exposure;
        before = own.background_difference(reference);
        matched = Some(found);
    } else if plan.auto {
        let own = measure(&photo)?;
        let found = own.automatic();
        settings.white_balance.neutral = found.white_balance.neutral;
        settings.exposure = found.exposure;
        confidence = own.light.map(|light| light.confidence);
    }
    if let Some(neutral) = plan.neutral {
        settings.white_balance.neutral = Some(neutral);
        confidence = None;
    }
    let original = Before::of(&photo.pixels, matte).map_err(|error| error.to_string())?;
    let clock = std::time::Instant::now();
    colour::correct(&mut photo, &settings).map_err(|error| error.to_string())?;
    let milliseconds = (clock.elapsed().as_secs_f64() * 1e5).round() / 100.0;
    let change = original.change(&photo.pixels).map_err(|error| error.to_string())?;
    let after = match &plan.reference {
        Some(reference) => measure(&photo)?.background_difference(reference),
        None => None,
    };
    let encoded = photo::encode(photo.width, photo.height, &photo.pixels, Output::Png { background: None })
        .map_err(|error| error.to_string())?;
    std::fs::write(&output, encoded)
        .map_err(|error| format!("{} cannot be written ({error}): choose another --out", output.display()))?;
    Ok(Done {
        output,
        settings,
        change,
        background: before.zip(after),
        matched_by: matched.map(|found| found.basis),
        limited: matched.map(|found| found.limited),
        confidence,
        milliseconds,
    })
}

fn open(file: &Path) -> Result<Photo, String> {
    photo::decode(&read(file)?, &Limits::PRODUCT).map_err(|error| error.to_string())
}

/// The opacity of a photo's cut-out, where a folder has one; a photo without one goes without.
fn matte(file: &Path, photo: &Photo, cutouts: Option<&Path>) -> Result<Option<Vec<u8>>, String> {
    let (Some(folder), Some(stem)) = (cutouts, file.file_stem()) else { return Ok(None) };
    let mut name = stem.to_owned();
    name.push(".png");
    let path = folder.join(name);
    if !path.exists() {
        return Ok(None);
    }
    let named = |error: String| format!("its cut-out {}: {error}", path.display());
    let cutout = open(&path).map_err(named)?;
    if (cutout.width, cutout.height) != (photo.width, photo.height) {
        let (width, height) = (cutout.width, cutout.height);
        return Err(named(format!(
            "it is {width} × {height} pixels and the photo {} × {}: cut this very photo out again",
            photo.width, photo.height
        )));
    }
    Ok(Some(cutout.pixels.iter().skip(3).step_by(4).copied().collect()))
}

fn place(text: &str) -> Result<[u32; 2], String> {
    let place =
        text.split_once(',').and_then(|(x, y)| Some([x.trim().parse().ok()?, y.trim().parse().ok()?]));
    place.ok_or_else(|| "a place is its column and its row, such as 120,80".into())
}
