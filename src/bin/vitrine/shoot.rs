//! `vitrine shoot`: listing-ready pictures of many products.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use indicatif::ProgressBar;
use vitrine::listing::report::{Model, Report, sha256};
use vitrine::listing::{self, Finding, Preset, Severity};
use vitrine::photo::{self, Limits, Photo};
use vitrine::scene::Scene;
use vitrine::tools::colour::{Recipe, Settings, Statistics, correct_cutout};
use vitrine::tools::remove::Stage;
use vitrine::tools::studio::{self, Correction, Original};
use vitrine::vision::{Cutout, Retouched};

use super::files::{make_folder, read};
use super::progress;
use super::worker::{Device, Models, Worker};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The photos: JPEG, PNG, WebP, GIF, BMP or TIFF
    #[arg(required = true, value_name = "PHOTO")]
    photos: Vec<PathBuf>,
    /// The folder for the pictures, `STEM-PRESET.jpg` for each photo and marketplace; made where it is missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// A scene's file, or one of the studio's looks by its id; without it, the cut-out on what each preset asks for
    #[arg(long, value_name = "SCENE")]
    scene: Option<String>,
    /// A photo of a place to stand the products in, blurred with its distance; a scene says where its ground ends
    #[arg(long, value_name = "PHOTO")]
    backdrop: Option<PathBuf>,
    /// A correction of colour as JSON: settings as `vitrine colour` takes them, or the `colour` of the page's settings
    /// file, by which each photo's own light may be found
    #[arg(long, value_name = "FILE")]
    colour: Option<PathBuf>,
    /// The marketplaces, by their ids
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    preset: Vec<String>,
    /// `fast`, `best` (both networks fused), or an ONNX file
    #[arg(long, default_value = "fast")]
    model: String,
    /// Where photos are cut out and scenes are drawn; by default on a real GPU where there is one
    #[arg(long)]
    device: Option<Device>,
    /// Print one line of JSON for each file
    #[arg(long)]
    json: bool,
}

/// What `--json` prints for a file.
#[derive(serde::Serialize)]
struct Line<'a> {
    file: &'a Path,
    #[serde(skip_serializing_if = "Option::is_none")]
    preset: Option<&'a str>,
    #[serde(flatten)]
    done: Option<&'a Done>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

/// One file.
#[derive(serde::Serialize)]
struct Done {
    output: PathBuf,
    width: u32,
    height: u32,
    bytes: usize,
    notes: Vec<String>,
    findings: Vec<Finding>,
    /// What was done to the product and what it changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<Report>,
}

/// Makes every picture. `Ok(false)` where one failed, or breaks a marketplace's rule.
pub(crate) fn run(arguments: &Arguments) -> Result<bool, String> {
    let presets = arguments.preset.iter().map(|id| listing::find(id).map_err(|error| error.to_string()));
    let presets: Vec<&Preset> = presets.collect::<Result<_, _>>()?;
    let mut scene = arguments.scene.as_deref().map(scene).transpose()?;
    let place = arguments.backdrop.as_deref().map(place).transpose()?;
    if place.is_some() {
        let scene = scene.get_or_insert_with(|| studio::looks()[0].scene.clone());
        // After the product's.
        scene.backdrop.show(1);
    }
    if presets.is_empty() && scene.is_none() {
        return Err("nothing says what the pictures shall be: give --preset, --scene or both".to_owned());
    }
    let colour = arguments.colour.as_deref().map(recipe).transpose()?;
    stems(&arguments.photos)?;
    let models = Models::load(&arguments.model)?;
    let network = |name: &str, file: &[u8]| Model { name: name.to_owned(), sha256: sha256(file) };
    let mut networks =
        vec![network(if models.best.is_some() { "fast" } else { &arguments.model }, &models.fast)];
    networks.extend(models.best.iter().map(|best| network("best", best)));
    let mut worker = Worker::new(&models, arguments.device)?;
    drop(models);
    make_folder(&arguments.out, "--out")?;

    let bar = progress::bar(arguments.photos.len(), arguments.json)?;
    let wanted: Vec<Option<&Preset>> =
        if presets.is_empty() { vec![None] } else { presets.iter().copied().map(Some).collect() };
    let mut all_well = true;
    for (index, photo) in arguments.photos.iter().enumerate() {
        let base = index as u64 * 1000;
        bar.set_message(photo.display().to_string());
        let cutout =
            Taken::new(photo, &mut worker, &mut |done| bar.set_position(base + (done * 500.0) as u64))
                .and_then(|taken| taken.corrected(colour.as_ref()));
        for (number, &preset) in wanted.iter().enumerate() {
            let result = cutout.as_ref().map_err(Clone::clone).and_then(|taken| {
                let correction = taken.before.as_ref();
                let correction = correction.map(|(settings, before)| Correction { settings, before });
                let original = Original {
                    file: &taken.file,
                    photo: Some(&taken.photo),
                    models: &networks,
                    correction,
                    retouched: Retouched::default(),
                };
                let pictures: Vec<&Cutout> = std::iter::once(&taken.cutout).chain(&place).collect();
                let shot = studio::shoot_with(
                    &mut |scene, cutouts, progress| worker.draw(scene, cutouts, progress),
                    &pictures,
                    scene.as_ref(),
                    preset,
                    &[Some(original)],
                    &[],
                    &mut |_| true,
                );
                write(photo, &arguments.out, preset, shot.map_err(|error| error.to_string())?)
            });
            if let Some(trouble) = worker.trouble.take() {
                bar.suspend(|| eprintln!("{trouble}"));
            }
            bar.set_position(base + 500 + 500 * (number as u64 + 1) / wanted.len() as u64);
            all_well &= tell(arguments.json, &bar, photo, preset, &result)?;
        }
    }
    bar.finish_and_clear();
    Ok(all_well)
}

/// A scene's file, or a look's.
fn scene(name: &str) -> Result<Scene, String> {
    if let Some(look) = studio::looks().iter().find(|look| look.id == name) {
        return Ok(look.scene.clone());
    }
    let text = std::fs::read_to_string(name).map_err(|error| {
        let looks: Vec<&str> = studio::looks().iter().map(|look| look.id.as_str()).collect();
        format!("the scene {name} cannot be read ({error}): give a file, or one of {}", looks.join(", "))
    })?;
    Scene::read(&text).map_err(|error| format!("{name}: {error}"))
}

/// A photo as a scene's backdrop takes it.
fn place(path: &Path) -> Result<Cutout, String> {
    let photo = photo::decode(&read(path)?, &Limits::PRODUCT)
        .map_err(|error| format!("--backdrop {}: {error}", path.display()))?;
    Ok(photo.into())
}

/// A correction's file, or what the page saves.
fn recipe(path: &Path) -> Result<Recipe, String> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        format!("{} cannot be read ({error}): give a file with a correction of colour", path.display())
    })?;
    // The page's file holds more than the correction.
    let whole = serde_json::from_str::<serde_json::Value>(&text).ok();
    let part = whole.as_ref().and_then(|whole| whole.get("vitrine").and(whole.get("colour")));
    let text = part.map_or(text, ToString::to_string);
    Recipe::from_json(&text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Two photos of one stem would fall on one file: refused before anything is written.
fn stems(photos: &[PathBuf]) -> Result<(), String> {
    let mut taken: HashMap<&std::ffi::OsStr, &Path> = HashMap::new();
    for photo in photos {
        let stem = photo.file_stem().ok_or_else(|| format!("{} is not a file's name", photo.display()))?;
        if let Some(other) = taken.insert(stem, photo) {
            return Err(format!(
                "{} and {} would give pictures of the same names: rename one, or run them into different folders",
                other.display(),
                photo.display()
            ));
        }
    }
    Ok(())
}

/// A photo and its cut-out.
struct Taken {
    file: Vec<u8>,
    photo: Photo,
    cutout: Cutout,
    /// The settings that its colours were corrected by, and the cut-out without them.
    before: Option<(Settings, Cutout)>,
}

impl Taken {
    fn new(path: &Path, worker: &mut Worker, progress: &mut dyn FnMut(f32)) -> Result<Self, String> {
        let file = read(path)?;
        let decode = || photo::decode(&file, &Limits::PRODUCT);
        let photo = decode().map_err(|error| error.to_string())?;
        let cutout = worker
            .cut_out(photo.clone(), decode, &mut |stage, done| {
                progress(match stage {
                    Stage::Network => 0.6 * done,
                    Stage::Refine => 0.6 + 0.4 * done,
                });
                true
            })
            .map_err(|error| error.to_string())?;
        Ok(Self { file, photo, cutout, before: None })
    }

    /// With the cut-out's colours corrected.
    fn corrected(mut self, recipe: Option<&Recipe>) -> Result<Self, String> {
        let Some(recipe) = recipe else { return Ok(self) };
        let measure = || {
            let matte: Vec<u8> = self.cutout.pixels.iter().skip(3).step_by(4).copied().collect();
            Statistics::of(&self.photo, Some(&matte)).map_err(|error| error.to_string())
        };
        let own = recipe.is_by_photo().then(measure).transpose()?;
        let settings = recipe.settle(own.as_ref()).settings;
        if !settings.is_identity() {
            let before = self.cutout.clone();
            correct_cutout(&mut self.cutout, &settings).map_err(|error| error.to_string())?;
            self.before = Some((settings, before));
        }
        Ok(self)
    }
}

fn write(photo: &Path, folder: &Path, preset: Option<&Preset>, shot: studio::Shot) -> Result<Done, String> {
    let mut name = photo.file_stem().unwrap_or_default().to_owned();
    if let Some(preset) = preset {
        name.push("-");
        name.push(&preset.id);
    }
    name.push(".");
    name.push(shot.kind.extension());
    let output = folder.join(name);
    if output.canonicalize().is_ok_and(|output| photo.canonicalize().is_ok_and(|photo| photo == output)) {
        return Err(format!("{} would replace the photo: choose another --out", output.display()));
    }
    std::fs::write(&output, &shot.bytes)
        .map_err(|error| format!("{} cannot be written ({error}): choose another --out", output.display()))?;
    let studio::Shot { bytes, width, height, notes, lint, reports, .. } = shot;
    let report = reports.into_iter().next();
    let findings = lint.map(|lint| lint.findings).unwrap_or_default();
    Ok(Done { output, width, height, bytes: bytes.len(), notes, findings, report })
}

/// Says what came of a file; whether all is well with it.
fn tell(
    json: bool,
    bar: &ProgressBar,
    photo: &Path,
    preset: Option<&Preset>,
    result: &Result<Done, String>,
) -> Result<bool, String> {
    let (done, error) = (result.as_ref().ok(), result.as_ref().err());
    if json {
        let preset = preset.map(|preset| preset.id.as_str());
        let line = Line { file: photo, preset, done, error: error.map(String::as_str) };
        println!("{}", serde_json::to_string(&line).map_err(|error| error.to_string())?);
    } else {
        bar.suspend(|| match result {
            Ok(done) => {
                println!(
                    "{} → {} ({} × {})",
                    photo.display(),
                    done.output.display(),
                    done.width,
                    done.height
                );
                for note in &done.notes {
                    println!("    {note}");
                }
                if let Some(report) = &done.report {
                    println!("    {}", report.verdict);
                }
                for finding in &done.findings {
                    println!("    {}", finding.message);
                }
            }
            Err(error) => eprintln!("{}: {error}", photo.display()),
        });
    }
    Ok(done.is_some_and(|done| done.findings.iter().all(|finding| finding.severity < Severity::Error)))
}
