//! The try-on, in its worker.

use wasm_bindgen::prelude::wasm_bindgen;

use super::fault::Fault;
use super::picture::{PhotoHandle, Preview};
use crate::nn::Graph;
use crate::photo::{self, Output, Photo, Rgb};
use crate::tools;
use crate::tools::try_on::{Error, Person, Product, TryOn, Watch};

/// Quality of the JPEG that a shopper saves: their photo was one.
const QUALITY: u8 = 92;

fn graph(file: &[u8]) -> Result<Graph, Fault> {
    Ok(Graph::from_onnx(file).map_err(tools::Error::from)?)
}

/// Holds the networks, a product, a person, and the last picture that was drawn.
#[wasm_bindgen(js_name = TryOn)]
pub struct TryOnHandle {
    try_on: TryOn,
    product: Option<Product>,
    person: Option<Person>,
    watch: Watch,
    is_somebody_seen: bool,
    drawn: Option<Photo>,
}

#[wasm_bindgen(js_class = TryOn)]
impl TryOnHandle {
    /// Plans the networks of a face: the detector's file, and the mesh's.
    #[wasm_bindgen(constructor)]
    pub fn new(detector: &[u8], mesh: &[u8]) -> Result<Self, Fault> {
        let try_on = TryOn::new(&graph(detector)?, &graph(mesh)?)?;
        Ok(Self {
            try_on,
            product: None,
            person: None,
            watch: Watch::default(),
            is_somebody_seen: false,
            drawn: None,
        })
    }

    /// With the network of hair, for the kinds that lie behind some. Frees the handle it is called on.
    #[wasm_bindgen(js_name = withHair)]
    pub fn with_hair(self, network: &[u8]) -> Result<Self, Fault> {
        let try_on = self.try_on.with_hair(&graph(network)?)?;
        Ok(Self { try_on, ..self })
    }

    /// With the networks of bodies, for the kinds that need one. Frees the handle it is called on.
    #[wasm_bindgen(js_name = withBodies)]
    pub fn with_bodies(self, detector: &[u8], points: &[u8]) -> Result<Self, Fault> {
        let try_on = self.try_on.with_bodies(&graph(detector)?, &graph(points)?)?;
        Ok(Self { try_on, ..self })
    }

    /// Takes the picture of a product of this kind and width. Frees the picture.
    pub fn product(&mut self, picture: PhotoHandle, kind: &str, millimetres: f32) -> Result<(), Fault> {
        self.product = None;
        self.product = Some(Product::new(kind.parse()?, &picture.into_photo(), millimetres)?);
        Ok(())
    }

    /// Takes a photo of people and gives the faces' boxes, the largest first: x, y, width and height of each in parts
    /// of the photo. Frees the photo.
    pub fn person(&mut self, photo: PhotoHandle) -> Result<Vec<f32>, Fault> {
        self.drawn = None;
        self.person = None;
        let film_focal = photo.film_focal();
        let person = match self.try_on.person(photo.into_photo(), film_focal) {
            Ok(person) => person,
            Err(tools::Error::TryOn(Error::NoFace)) => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let (width, height) = (person.photo().width as f32, person.photo().height as f32);
        let boxes = person.faces().flat_map(|face| {
            let (low, high) = face.bounds();
            [low.x / width, low.y / height, (high.x - low.x) / width, (high.y - low.y) / height]
        });
        let boxes = boxes.collect();
        self.person = Some(person);
        Ok(boxes)
    }

    /// The photo with the product on one of the faces.
    pub fn draw(&mut self, face: usize) -> Result<Preview, Fault> {
        let (Some(person), Some(product)) = (&self.person, &self.product) else {
            return Err(Fault::caller("there is no person or no product yet: bring both before drawing"));
        };
        let (photo, _) = person.wear(face, product)?;
        let preview = Preview::of_picture(photo.width, photo.height, photo.pixels.clone());
        self.drawn = Some(photo);
        Ok(preview)
    }

    /// The next picture of a camera, `seconds` after some moment that stays, with the product on whoever is in it;
    /// nothing where nobody is, or where it has no place ([`Self::is_somebody_seen`] tells which). Frees the picture.
    pub fn live(&mut self, picture: PhotoHandle, seconds: f64) -> Result<Option<Preview>, Fault> {
        let Some(product) = &self.product else {
            return Err(Fault::caller("there is no product yet: bring it before the camera's pictures"));
        };
        let person = self.try_on.next(picture.into_photo(), seconds, &mut self.watch)?;
        self.is_somebody_seen = person.is_some();
        let Some(person) = person else { return Ok(None) };
        match person.wear(0, product) {
            Ok((photo, _)) => Ok(Some(Preview::of_picture(photo.width, photo.height, photo.pixels))),
            // What does not work on this picture may on the next.
            Err(tools::Error::TryOn(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether somebody was in the last of a camera's pictures.
    #[wasm_bindgen(getter, js_name = isSomebodySeen)]
    pub fn is_somebody_seen(&self) -> bool {
        self.is_somebody_seen
    }

    /// The last picture drawn, as a JPEG.
    pub fn save(&self) -> Result<Vec<u8>, Fault> {
        let Some(Photo { width, height, pixels, .. }) = &self.drawn else {
            return Err(Fault::caller("nothing was drawn yet: draw before saving"));
        };
        let output = Output::Jpeg { quality: QUALITY, background: Rgb([255; 3]) };
        Ok(photo::encode(*width, *height, pixels, output)?)
    }
}
