//! `vitrine try-on`: a product on the people of many photos, one after another.

use std::path::{Path, PathBuf};

use vitrine::nn::Graph;
use vitrine::photo::metadata::Metadata;
use vitrine::photo::{self, Limits, Output};
use vitrine::tools::try_on::{Kind, Product, TryOn};

use super::files::{make_folder, read, targets};
use super::models;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Photos of people: JPEG, PNG, WebP, GIF, BMP or TIFF
    #[arg(required = true, value_name = "PHOTO")]
    photos: Vec<PathBuf>,
    /// The product from the front, on transparency or before a plain ground
    #[arg(long, value_name = "PICTURE")]
    product: PathBuf,
    /// What the product is
    #[arg(long, default_value = "glasses")]
    kind: Kind,
    /// How wide what its picture shows is, in millimetres; what is usual for the kind if not given
    #[arg(long, value_name = "MM")]
    width_mm: Option<f32>,
    /// The folder for the pictures, one PNG of the same stem for each photo; made where it is missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Which face wears it, the largest being 0
    #[arg(long, default_value_t = 0)]
    face: usize,
    /// Print one line of JSON for each photo: the faces' boxes, and where the product is
    #[arg(long)]
    json: bool,
    /// With --json, also the points of each face's mesh, and of its body where the kind needs it, in the photo's pixels
    #[arg(long, requires = "json")]
    points: bool,
}

/// What `--json` prints for a photo.
#[derive(serde::Serialize)]
struct Line<'a> {
    file: &'a Path,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<&'a Path>,
    faces: Vec<FaceLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

#[derive(serde::Serialize)]
struct FaceLine {
    /// Left, upper, right and lower end, in pixels.
    r#box: [f32; 4],
    presence: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    points: Option<Vec<[f32; 3]>>,
    /// Of the body, where the kind of product needs one.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Vec<[f32; 3]>>,
    /// On the face that wears it.
    #[serde(skip_serializing_if = "Option::is_none")]
    product: Option<ProductLine>,
}

#[derive(serde::Serialize)]
struct ProductLine {
    centre: [f32; 2],
    roll_degrees: f32,
    width_px: f32,
}

/// Puts the product on everyone. `Ok(false)` where one photo failed.
pub(crate) fn run(arguments: &Arguments) -> Result<bool, String> {
    let targets = targets(&arguments.photos, &arguments.out)?;
    let network = |name: &str| {
        Graph::from_onnx(models::load(name)?).map_err(|error| format!("the model {name}: {error}"))
    };
    let mut try_on =
        TryOn::new(&network("face_detector")?, &network("face_mesh")?).map_err(|error| error.to_string())?;
    let needs = |name: &str| arguments.kind.networks().contains(&name);
    if needs("hair") {
        try_on = try_on.with_hair(&network("hair")?).map_err(|error| error.to_string())?;
    }
    if needs("body_points") {
        let [detector, points] = [network("body_detector")?, network("body_points")?];
        try_on = try_on.with_bodies(&detector, &points).map_err(|error| error.to_string())?;
    }
    let product = || {
        let picture =
            photo::decode(&read(&arguments.product)?, &Limits::PRODUCT).map_err(|error| error.to_string())?;
        let millimetres = arguments.width_mm.unwrap_or(arguments.kind.usual_width());
        Product::new(arguments.kind, &picture, millimetres).map_err(|error| error.to_string())
    };
    let product = product().map_err(|error: String| format!("{}: {error}", arguments.product.display()))?;
    make_folder(&arguments.out, "--out")?;
    let mut all_well = true;
    for (photo, target) in arguments.photos.iter().zip(targets) {
        let mut faces = Vec::new();
        let done = wear(photo, &target, &try_on, &product, arguments, &mut faces);
        all_well &= done.is_ok();
        if arguments.json {
            let output = done.is_ok().then_some(&*target);
            let line = Line { file: photo, output, faces, error: done.as_ref().err().map(String::as_str) };
            println!("{}", serde_json::to_string(&line).map_err(|error| error.to_string())?);
        } else {
            match done {
                Ok(()) => println!("{} → {}", photo.display(), target.display()),
                Err(error) => eprintln!("{}: {error}", photo.display()),
            }
        }
    }
    Ok(all_well)
}

fn wear(
    file: &Path,
    target: &Path,
    try_on: &TryOn,
    product: &Product,
    arguments: &Arguments,
    faces: &mut Vec<FaceLine>,
) -> Result<(), String> {
    let bytes = read(file)?;
    let photo = photo::decode(&bytes, &Limits::PRODUCT).map_err(|error| error.to_string())?;
    let person = try_on.person(photo, Metadata::of(&bytes).film_focal).map_err(|error| error.to_string())?;
    let points = |points: &[glam::Vec3]| points.iter().map(glam::Vec3::to_array).collect();
    for (number, face) in person.faces().enumerate() {
        let (low, high) = face.bounds();
        let body =
            if arguments.points { person.body(number).map_err(|error| error.to_string())? } else { None };
        faces.push(FaceLine {
            r#box: [low.x, low.y, high.x, high.y],
            presence: face.presence,
            points: arguments.points.then(|| points(&face.points)),
            body: body.map(|body| points(&body.points)),
            product: None,
        });
    }
    let (picture, placement) = person.wear(arguments.face, product).map_err(|error| error.to_string())?;
    if let Some(face) = faces.get_mut(arguments.face) {
        face.product = Some(ProductLine {
            centre: placement.centre.to_array(),
            roll_degrees: placement.roll,
            width_px: placement.width,
        });
    }
    let png = photo::encode(picture.width, picture.height, &picture.pixels, Output::Png { background: None })
        .map_err(|error| error.to_string())?;
    std::fs::write(target, png)
        .map_err(|error| format!("{} cannot be written ({error}): choose another --out", target.display()))
}
