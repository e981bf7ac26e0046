//! `vitrine remove`: cut-outs of many photos, one after another.

use std::path::{Path, PathBuf};
use std::time::Instant;

use vitrine::listing::report::sha256;
use vitrine::photo::{self, Limits, Output, Rgb};
use vitrine::tools::remove::Stage;
use vitrine::vision::Doubt;

use super::files::{make_folder, read, targets};
use super::progress;
use super::worker::{Device, Models, Worker};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The photos: JPEG, PNG, WebP, GIF, BMP or TIFF
    #[arg(required = true, value_name = "PHOTO")]
    photos: Vec<PathBuf>,
    /// The folder for the cut-outs, one PNG of the same stem for each photo; made where it is missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// `fast`, `best` (both networks fused: the edges of hair, straps and fine structure), or an ONNX file
    #[arg(long, default_value = "fast")]
    model: String,
    /// Where to compute; by default on a real GPU where there is one
    #[arg(long)]
    device: Option<Device>,
    /// Also write where each cut-out is unsure: a small grey PNG of the same stem into this folder, to be laid over
    /// the whole photo, at most 320 cells each way; black is sure, from 65 on it deserves a look
    #[arg(long, value_name = "DIR")]
    doubt: Option<PathBuf>,
    /// Put the subject on a colour (#rrggbb, or a name of white, black, grey) instead of transparency
    #[arg(long, value_name = "COLOR", value_parser = colour)]
    background: Option<Rgb>,
    /// Print one line of JSON for each photo
    #[arg(long)]
    json: bool,
}

/// What `--json` prints for a photo.
#[derive(serde::Serialize)]
struct Line<'a> {
    file: &'a Path,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<&'a Path>,
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
    /// The file's own size, where the photo was reduced.
    #[serde(skip_serializing_if = "Option::is_none")]
    reduced_from: Option<(u32, u32)>,
    /// Share of the picture that is subject, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<f32>,
    /// How sure the cut-out is, 0 to 1; below 0.6 it deserves a look.
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f32>,
    model: &'a str,
    model_sha256: &'a str,
    /// Of the network that `best` runs beside the fast one.
    #[serde(skip_serializing_if = "Option::is_none")]
    best_sha256: Option<&'a str>,
    device: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    milliseconds: Option<Milliseconds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Time by stage.
#[derive(Clone, Copy, Default, serde::Serialize)]
struct Milliseconds {
    decode: f64,
    network: f64,
    refine: f64,
    encode: f64,
    write: f64,
}

/// One photo's result.
struct Done {
    output: PathBuf,
    size: (u32, u32),
    reduced_from: Option<(u32, u32)>,
    coverage: f32,
    confidence: Option<f32>,
    device: &'static str,
    milliseconds: Milliseconds,
}

/// Cuts every photo out. `Ok(false)` where one failed.
pub(crate) fn run(arguments: &Arguments) -> Result<bool, String> {
    let targets = targets(&arguments.photos, &arguments.out)?;
    let maps = match &arguments.doubt {
        Some(folder) => Some(self::targets(&arguments.photos, folder)?),
        None => None,
    };
    let models = Models::load(&arguments.model)?;
    let model_sha256 = sha256(&models.fast);
    let best_sha256 = models.best.as_deref().map(sha256);
    let mut worker = Worker::new(&models, arguments.device)?;
    drop(models);
    make_folder(&arguments.out, "--out")?;
    if let Some(doubt) = &arguments.doubt {
        make_folder(doubt, "--doubt")?;
        if let (Ok(one), Ok(other)) = (arguments.out.canonicalize(), doubt.canonicalize())
            && one == other
        {
            let folder = doubt.display();
            return Err(format!(
                "the maps of doubt would replace the cut-outs in {folder}: choose another --doubt"
            ));
        }
    }
    let bar = progress::bar(arguments.photos.len(), arguments.json)?;
    let mut all_well = true;
    for (index, (photo, target)) in arguments.photos.iter().zip(targets).enumerate() {
        let base = index as u64 * 1000;
        bar.set_position(base);
        bar.set_message(photo.display().to_string());
        let place = Place { output: target, doubt: maps.as_ref().map(|maps| maps[index].as_path()) };
        let result = cut_out(photo, place, arguments.background, &mut worker, &mut |done| {
            bar.set_position(base + (done * 1000.0) as u64);
        });
        if let Some(trouble) = worker.trouble.take() {
            bar.suspend(|| eprintln!("{trouble}"));
        }
        if let Err(error) = &result {
            all_well = false;
            if !arguments.json {
                bar.suspend(|| eprintln!("{}: {error}", photo.display()));
            }
        }
        if arguments.json {
            let done = result.as_ref().ok();
            let line = Line {
                file: photo,
                output: done.map(|done| &*done.output),
                width: done.map(|done| done.size.0),
                height: done.map(|done| done.size.1),
                reduced_from: done.and_then(|done| done.reduced_from),
                coverage: done.map(|done| done.coverage),
                confidence: done.and_then(|done| done.confidence),
                model: &arguments.model,
                model_sha256: &model_sha256,
                best_sha256: best_sha256.as_deref(),
                device: done.map_or(worker.device(), |done| done.device),
                milliseconds: done.map(|done| done.milliseconds),
                error: result.as_ref().err().cloned(),
            };
            println!("{}", serde_json::to_string(&line).map_err(|error| error.to_string())?);
        } else if let Ok(done) = &result {
            let mut note = String::new();
            if let Some((width, height)) = done.reduced_from {
                note = format!(", reduced from {width} × {height}");
            }
            if done.coverage == 0.0 {
                note += ", no subject found: it is transparent everywhere";
            }
            let (width, height) = done.size;
            bar.suspend(|| {
                println!("{} → {} ({width} × {height}{note})", photo.display(), done.output.display());
            });
        }
    }
    bar.finish_and_clear();
    Ok(all_well)
}

/// Where what comes of a photo is written.
struct Place<'a> {
    output: PathBuf,
    doubt: Option<&'a Path>,
}

fn cut_out(
    file: &Path,
    Place { output, doubt }: Place<'_>,
    background: Option<Rgb>,
    worker: &mut Worker,
    progress: &mut dyn FnMut(f32),
) -> Result<Done, String> {
    let mut milliseconds = Milliseconds::default();
    let mut clock = Instant::now();
    let mut lap = || {
        let time = clock.elapsed().as_secs_f64() * 1e3;
        clock = Instant::now();
        (time * 100.0).round() / 100.0
    };
    let bytes = read(file)?;
    let decode = || photo::decode(&bytes, &Limits::PRODUCT);
    let photo = decode().map_err(|error| error.to_string())?;
    let (size, reduced_from) = ((photo.width, photo.height), photo.reduced_from);
    milliseconds.decode = lap();
    let mut network = None;
    let cutout = worker
        .cut_out(photo, decode, &mut |stage, done| {
            // The weights of the stages in the whole, roughly.
            match stage {
                Stage::Network => progress(0.1 + 0.4 * done),
                Stage::Refine => {
                    network.get_or_insert_with(&mut lap);
                    progress(0.5 + 0.3 * done);
                }
            }
            true
        })
        .map_err(|error| error.to_string())?;
    milliseconds.refine = lap();
    milliseconds.network = network.unwrap_or_default();
    let encoded = photo::encode(size.0, size.1, &cutout.pixels, Output::Png { background })
        .map_err(|error| error.to_string())?;
    milliseconds.encode = lap();
    std::fs::write(&output, encoded)
        .map_err(|error| format!("{} cannot be written ({error}): choose another --out", output.display()))?;
    if let (Some(path), Some(doubt)) = (doubt, &cutout.doubt) {
        write_doubt(path, doubt)?;
    }
    milliseconds.write = lap();
    Ok(Done {
        output,
        size,
        reduced_from,
        coverage: cutout.coverage(),
        confidence: cutout.confidence,
        device: worker.device(),
        milliseconds,
    })
}

fn write_doubt(path: &Path, doubt: &Doubt) -> Result<(), String> {
    let pixels: Vec<u8> = doubt.cells.iter().flat_map(|&cell| [cell, cell, cell, 255]).collect();
    let output = Output::Png { background: Some(Rgb([0; 3])) };
    let encoded =
        photo::encode(doubt.width, doubt.height, &pixels, output).map_err(|error| error.to_string())?;
    std::fs::write(path, encoded)
        .map_err(|error| format!("{} cannot be written ({error}): choose another --doubt", path.display()))
}

fn colour(text: &str) -> Result<Rgb, String> {
    match text.to_ascii_lowercase().as_str() {
        "white" => return Ok(Rgb([255; 3])),
        "black" => return Ok(Rgb([0; 3])),
        "grey" | "gray" => return Ok(Rgb([128; 3])),
        _ => {}
    }
    let digits = text.trim_start_matches('#');
    let value = u32::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 6);
    let [_, red, green, blue] =
        value.ok_or("a colour is #rrggbb, such as #ffffff, or white, black or grey")?.to_be_bytes();
    Ok(Rgb([red, green, blue]))
}
