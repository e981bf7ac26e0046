//! The scene as data: what is written to a file and read back.
//!
//! Lengths are parts of the picture, so that a scene fits any size: across in widths, down in heights, 0 at the left and
//! top. Angles are in degrees. Every field but `version` and `size` has a default, and a field that is not known is an
//! error, so that a slip of the pen does not go by in silence.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Error, Material};
use crate::photo::color;

/// The version that is written. A file of an earlier one is read, one of a later one refused.
pub const VERSION: u32 = 1;

/// The longest side that is drawn, in pixels.
const LONGEST: u32 = 10_000;
/// Most layers.
const LAYERS: usize = 64;

/// A picture as data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scene {
    /// Of this format: [`VERSION`].
    pub version: u32,
    /// In pixels.
    pub size: Size,
    /// From where the ground is seen.
    #[serde(default)]
    pub camera: Camera,
    /// What is behind and below.
    #[serde(default)]
    pub backdrop: Backdrop,
    /// What the ground is, apart from its colour.
    #[serde(default)]
    pub floor: Floor,
    /// The light that casts shadows.
    #[serde(default)]
    pub key: Key,
    /// The light from everywhere.
    #[serde(default)]
    pub fill: Fill,
    /// How strong each kind of shadow is drawn.
    #[serde(default)]
    pub shadow: Shadow,
    /// What is done to the light on the products and on the finished picture.
    #[serde(default)]
    pub relight: Relight,
    /// From back to front.
    #[serde(default)]
    pub layers: Vec<Layer>,
}

/// Pixels across and down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Size {
    /// Pixels in a row, 1 to 10,000.
    pub width: u32,
    /// Rows, 1 to 10,000.
    pub height: u32,
}

/// A camera that looks straight ahead and is shifted, as one for products and buildings: uprights stay upright, and a
/// cut-out stands on the ground as it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Camera {
    /// How far down the picture the ground would vanish, −1 to 1; above 0 it is out of the picture.
    pub horizon: f32,
    /// The vertical angle of view, 5 to 90 degrees. A narrow one flattens.
    pub field_of_view: f32,
}

impl Default for Camera {
    fn default() -> Self {
        Self { horizon: 0.3, field_of_view: 28.0 }
    }
}

/// What is behind and below.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Backdrop {
    /// Nothing: shadows and reflections are kept as alpha.
    Transparent,
    /// One colour.
    Solid {
        /// The colour.
        color: Color,
    },
    /// From one colour to another.
    Gradient(Gradient),
    /// A studio's sweep: it lies as the floor, bends, and hangs as the wall.
    Sweep {
        /// Its colour where the light falls on it most.
        color: Color,
        /// How far down the picture the floor ends, 0 to 1.
        #[serde(default = "sweep_wall")]
        wall: f32,
        /// How much of the picture's height the bend takes, 0 (a corner) to 1.
        #[serde(default = "sweep_bend")]
        bend: f32,
        /// How much less light there is far from the middle of the light, 0 to 1.
        #[serde(default = "sweep_falloff")]
        falloff: f32,
        /// What it is made of.
        #[serde(default)]
        material: Material,
        /// How large the material's pattern is, 0.1 to 10 times its natural size on a table.
        #[serde(default = "natural")]
        scale: f32,
        /// Which piece of the material.
        #[serde(default)]
        seed: u32,
    },
    /// A photo of a place: it fills the picture, sharp where the first product stands, and is left in its own light.
    Photo {
        /// Which of the pictures, from 0.
        picture: usize,
        /// Which part is seen where its shape is another: 0 the left or upper end, 1 the right or lower one.
        #[serde(default = "middle")]
        at: [f32; 2],
        /// How far down the picture its ground ends and what is upright behind it begins, 0 to 1.
        #[serde(default = "photo_wall")]
        wall: f32,
        /// Depth of field: to how much of the picture's height a point that is endlessly far away spreads, 0 (a lens
        /// that is sharp everywhere) to 0.2.
        #[serde(default = "photo_blur")]
        blur: f32,
    },
}

fn photo_wall() -> f32 {
    0.5
}

fn photo_blur() -> f32 {
    0.03
}

fn natural() -> f32 {
    1.0
}

fn sweep_wall() -> f32 {
    0.58
}

fn sweep_bend() -> f32 {
    0.3
}

fn sweep_falloff() -> f32 {
    0.25
}

impl Default for Backdrop {
    fn default() -> Self {
        Self::Solid { color: Color([255; 3]) }
    }
}

/// Colours that run into each other, mixed in linear light.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "shape", rename_all = "snake_case", deny_unknown_fields)]
pub enum Gradient {
    /// Along a line across the whole picture.
    Linear {
        /// Where the line begins.
        from: Color,
        /// Where it ends.
        to: Color,
        /// 0 runs from left to right, 90 from top to bottom.
        #[serde(default = "downwards")]
        angle: f32,
    },
    /// From a point outwards to the farthest corner.
    Radial {
        /// In the middle.
        from: Color,
        /// Outside.
        to: Color,
        /// The middle.
        #[serde(default = "middle")]
        center: [f32; 2],
    },
}

fn downwards() -> f32 {
    90.0
}

fn middle() -> [f32; 2] {
    [0.5, 0.5]
}

/// The ground's gloss.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Floor {
    /// What part of the light is mirrored when looked at from straight above, 0 (dull) to 1; acrylic glass has 0.04.
    /// It grows towards the horizon (Fresnel).
    pub gloss: f32,
    /// 0 (a mirror) to 1: how much the mirror image blurs with its distance from the ground.
    pub roughness: f32,
}

impl Default for Floor {
    fn default() -> Self {
        Self { gloss: 0.0, roughness: 0.25 }
    }
}

/// The light that casts shadows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Key {
    /// Where it comes from: 0 the camera, 90 the right, 180 behind the product, −90 the left.
    pub azimuth: f32,
    /// How high it stands over the ground, 5 to 90 degrees.
    pub elevation: f32,
    /// How large it looks from the product, 0.5 (the sun) to 90 degrees: a larger one has softer shadows.
    pub size: f32,
    /// Its colour.
    pub color: Color,
}

impl Default for Key {
    fn default() -> Self {
        Self { azimuth: -50.0, elevation: 48.0, size: 18.0, color: Color([255; 3]) }
    }
}

/// The light from everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fill {
    /// What part of the light on open ground it is, 0 (black shadows) to 1 (none).
    pub share: f32,
    /// Its colour.
    pub color: Color,
}

impl Default for Fill {
    fn default() -> Self {
        Self { share: 0.45, color: Color([255; 3]) }
    }
}

/// How strong each kind of shadow is drawn: 0 leaves it out, 1 is as the light has it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Shadow {
    /// Where product and ground meet.
    pub contact: f32,
    /// Of the key light.
    pub cast: f32,
    /// What the product keeps of the fill light from the ground near it.
    pub ambient: f32,
    /// What products keep of the light from each other. It changes their own pixels, so a scene has to ask for it.
    pub mutual: f32,
}

impl Shadow {
    /// None at all.
    pub const NONE: Self = Self { contact: 0.0, cast: 0.0, ambient: 0.0, mutual: 0.0 };
}

impl Default for Shadow {
    fn default() -> Self {
        Self { contact: 0.8, cast: 0.8, ambient: 0.8, mutual: 0.0 }
    }
}

/// Light that is put on what was photographed: each 0 (none, as it comes) to 1. It changes the products' own pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Relight {
    /// A bright edge from behind and above, on the side that the key light leaves dark, in the key light's colour.
    pub rim: f32,
    /// A soft light on what is turned away from the key light.
    pub fill: f32,
    /// How far products take on the backdrop's colour, as if it threw its light on them.
    pub harmony: f32,
    /// How much darker the picture is towards its corners: at 1 to 4/10 of the light.
    pub vignette: f32,
}

/// What stands in the picture.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Layer {
    /// A cut-out product that stands on the ground.
    Product(Product),
}

/// A cut-out product.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// Which of the pictures, from 0.
    #[serde(default)]
    pub picture: usize,
    /// Where it is.
    #[serde(default)]
    pub place: Place,
    /// How thick it is beside its width, 0.02 (a card) to 1 (round, as if turned on a lathe).
    #[serde(default = "product_depth")]
    pub depth: f32,
    /// How far it is turned clockwise, −45 to 45 degrees: to straighten what was photographed askew.
    #[serde(default)]
    pub rotation: f32,
}

fn product_depth() -> f32 {
    0.6
}

/// Where a product is, by the box of what is visible of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
pub enum Place {
    /// The middle of its lower edge, and its size: whichever of the two limits is reached first.
    Ground {
        /// Across.
        x: f32,
        /// Down: where it touches the ground.
        y: f32,
        /// At most so much of the picture's width.
        width: f32,
        /// At most so much of the picture's height.
        height: f32,
    },
    /// Pixel by pixel: one pixel of the cut-out becomes `scale` of the picture. What [`crate::scene`] is told by who
    /// has framed already. A product that is turned is turned around the middle of the cut-out picture, which stays
    /// where it is.
    Pixels {
        /// Where the cut-out picture's left edge lies, in pixels.
        x: f32,
        /// Where its upper edge lies, in pixels.
        y: f32,
        /// Pixels of the picture along one of the cut-out.
        scale: f32,
    },
}

impl Default for Place {
    fn default() -> Self {
        Self::Ground { x: 0.5, y: 0.84, width: 0.72, height: 0.68 }
    }
}

/// An sRGB colour, written `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color(pub [u8; 3]);

impl Color {
    /// Its light.
    pub(super) fn light(self) -> [f32; 3] {
        self.0.map(color::light)
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl Serialize for Color {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Color {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let level = |at: usize| {
            let digits = text
                .get(1 + 2 * at..3 + 2 * at)
                .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
            u8::from_str_radix(digits, 16).ok()
        };
        match (text.starts_with('#') && text.len() == 7, level(0), level(1), level(2)) {
            (true, Some(red), Some(green), Some(blue)) => Ok(Self([red, green, blue])),
            _ => Err(D::Error::custom(format_args!("\"{text}\" is no colour: write it as #rrggbb"))),
        }
    }
}

impl Scene {
    /// A white picture of this size without shadows: what a marketplace asks for.
    #[must_use]
    pub fn plain(width: u32, height: u32) -> Self {
        Self {
            version: VERSION,
            size: Size { width, height },
            camera: Camera::default(),
            backdrop: Backdrop::default(),
            floor: Floor::default(),
            key: Key::default(),
            fill: Fill::default(),
            shadow: Shadow::NONE,
            relight: Relight::default(),
            layers: vec![Layer::Product(Product {
                picture: 0,
                place: Place::default(),
                depth: product_depth(),
                rotation: 0.0,
            })],
        }
    }

    /// The same picture with at most `longest` pixels on its longer side; never larger than it is.
    #[must_use]
    pub fn shrunk(&self, longest: u32) -> Self {
        let Size { width, height } = self.size;
        let factor = (longest.max(1) as f32 / width.max(height) as f32).min(1.0);
        let side = |side: u32| ((side as f32 * factor).round() as u32).max(1);
        let mut scene = self.clone();
        scene.size = Size { width: side(width), height: side(height) };
        for Layer::Product(product) in &mut scene.layers {
            if let Place::Pixels { x, y, scale } = &mut product.place {
                (*x, *y, *scale) = (*x * factor, *y * factor, *scale * factor);
            }
        }
        scene
    }

    /// The same picture where a copy of picture `index` with `factor` times fewer pixels along a side stands in for it.
    pub fn of_reduced(&mut self, index: usize, factor: f32) {
        for Layer::Product(product) in &mut self.layers {
            if let (Place::Pixels { scale, .. }, true) = (&mut product.place, product.picture == index) {
                *scale *= factor;
            }
        }
    }

    /// Reads a scene's JSON, and checks it.
    ///
    /// # Errors
    /// [`Error::Newer`], [`Error::Malformed`] with the line, or [`Error::Range`] with the field.
    pub fn read(text: &str) -> Result<Self, Error> {
        /// Read first, so that a later version is named as such and not by its first unknown field.
        #[derive(Deserialize)]
        struct Version {
            version: Option<u32>,
        }
        let malformed = |error: serde_json::Error| Error::Malformed { cause: error.to_string() };
        let version: Version = serde_json::from_str(text).map_err(malformed)?;
        if let Some(found) = version.version.filter(|&version| version > VERSION) {
            return Err(Error::Newer { found, known: VERSION });
        }
        let scene: Self = serde_json::from_str(text).map_err(malformed)?;
        scene.check()?;
        Ok(scene)
    }

    /// The scene's JSON, for a person to read.
    #[must_use]
    pub fn write(&self) -> String {
        // Maps with string keys, and numbers: nothing that JSON cannot hold. What is not finite does not pass `check`.
        serde_json::to_string_pretty(self).expect("a scene is plain data")
    }

    /// Whether every number is in its range.
    ///
    /// # Errors
    /// [`Error::Range`] for the first that is not.
    pub fn check(&self) -> Result<(), Error> {
        range("version", self.version, 1, VERSION)?;
        range("size.width", self.size.width, 1, LONGEST)?;
        range("size.height", self.size.height, 1, LONGEST)?;
        range("camera.horizon", self.camera.horizon, -1.0, 1.0)?;
        range("camera.field_of_view", self.camera.field_of_view, 5.0, 90.0)?;
        self.backdrop.check()?;
        range("floor.gloss", self.floor.gloss, 0.0, 1.0)?;
        range("floor.roughness", self.floor.roughness, 0.0, 1.0)?;
        range("key.azimuth", self.key.azimuth, -360.0, 360.0)?;
        range("key.elevation", self.key.elevation, 5.0, 90.0)?;
        range("key.size", self.key.size, 0.5, 90.0)?;
        range("fill.share", self.fill.share, 0.0, 1.0)?;
        range("shadow.contact", self.shadow.contact, 0.0, 1.0)?;
        range("shadow.cast", self.shadow.cast, 0.0, 1.0)?;
        range("shadow.ambient", self.shadow.ambient, 0.0, 1.0)?;
        range("shadow.mutual", self.shadow.mutual, 0.0, 1.0)?;
        range("relight.rim", self.relight.rim, 0.0, 1.0)?;
        range("relight.fill", self.relight.fill, 0.0, 1.0)?;
        range("relight.harmony", self.relight.harmony, 0.0, 1.0)?;
        range("relight.vignette", self.relight.vignette, 0.0, 1.0)?;
        range("layers: their number", self.layers.len(), 0, LAYERS)?;
        self.layers.iter().enumerate().try_for_each(|(index, layer)| layer.check(index))
    }
}

impl Backdrop {
    /// Makes this picture the photo of the place; one that was there before keeps how it is shown.
    pub fn show(&mut self, place: usize) {
        match self {
            Self::Photo { picture, .. } => *picture = place,
            other => {
                *other = Self::Photo { picture: place, at: middle(), wall: photo_wall(), blur: photo_blur() };
            }
        }
    }

    fn check(&self) -> Result<(), Error> {
        match *self {
            Self::Transparent | Self::Solid { .. } => Ok(()),
            Self::Gradient(Gradient::Linear { angle, .. }) => range("backdrop.angle", angle, -360.0, 360.0),
            Self::Gradient(Gradient::Radial { center: [x, y], .. }) => {
                range("backdrop.center[0]", x, -1.0, 2.0)?;
                range("backdrop.center[1]", y, -1.0, 2.0)
            }
            Self::Sweep { wall, bend, falloff, scale, .. } => {
                range("backdrop.scale", scale, 0.1, 10.0)?;
                range("backdrop.wall", wall, 0.0, 1.0)?;
                range("backdrop.bend", bend, 0.0, 1.0)?;
                range("backdrop.falloff", falloff, 0.0, 1.0)
            }
            Self::Photo { at: [across, down], wall, blur, .. } => {
                range("backdrop.at[0]", across, 0.0, 1.0)?;
                range("backdrop.at[1]", down, 0.0, 1.0)?;
                range("backdrop.wall", wall, 0.0, 1.0)?;
                range("backdrop.blur", blur, 0.0, 0.2)
            }
        }
    }
}

impl Layer {
    fn check(&self, index: usize) -> Result<(), Error> {
        let Self::Product(product) = self;
        let range =
            |field: &str, found, low, high| range(&format!("layers[{index}].{field}"), found, low, high);
        range("depth", product.depth, 0.02, 1.0)?;
        range("rotation", product.rotation, -45.0, 45.0)?;
        match product.place {
            Place::Ground { x, y, width, height } => {
                range("place.x", x, -1.0, 2.0)?;
                range("place.y", y, -1.0, 2.0)?;
                range("place.width", width, 0.01, 4.0)?;
                range("place.height", height, 0.01, 4.0)
            }
            Place::Pixels { x, y, scale } => {
                let far = 4.0 * LONGEST as f32;
                range("place.x", x, -far, far)?;
                range("place.y", y, -far, far)?;
                range("place.scale", scale, 0.001, 100.0)
            }
        }
    }
}

/// What is no number is in no range.
fn range<T: PartialOrd + fmt::Display>(field: &str, found: T, low: T, high: T) -> Result<(), Error> {
    if low <= found && found <= high {
        return Ok(());
    }
    let [found, low, high] = [found, low, high].map(|number| number.to_string());
    Err(Error::Range { field: field.to_owned(), found, low, high })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_scene_comes_back_as_it_was_written() {
        let mut scene = Scene::plain(2000, 1500);
        scene.backdrop = Backdrop::Gradient(Gradient::Radial {
            from: Color([250, 251, 252]),
            to: Color([1, 2, 3]),
            center: [0.25, 0.75],
        });
        assert_eq!(Scene::read(&scene.write()), Ok(scene));
    }

    #[test]
    fn a_smaller_picture_is_the_same_picture() {
        let mut scene = Scene::plain(2000, 1000);
        let Layer::Product(product) = &mut scene.layers[0];
        product.place = Place::Pixels { x: 100.0, y: -50.0, scale: 0.5 };
        let small = scene.shrunk(500);
        assert_eq!(small.size, Size { width: 500, height: 250 });
        let Layer::Product(product) = small.layers[0];
        assert_eq!(product.place, Place::Pixels { x: 25.0, y: -12.5, scale: 0.125 });
        assert_eq!(scene.shrunk(5000), scene);
    }

    #[test]
    fn what_is_not_said_has_a_default() {
        let scene = Scene::read(r#"{"version": 1, "size": {"width": 100, "height": 50}}"#).unwrap();
        assert_eq!((scene.layers.len(), scene.backdrop), (0, Backdrop::Solid { color: Color([255; 3]) }));
        let text = r#"{"version": 1, "size": {"width": 9, "height": 9}, "layers": [{"kind": "product"}]}"#;
        assert_eq!(Scene::read(text).unwrap().layers, Scene::plain(9, 9).layers);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let with = |rest: &str| format!(r#"{{"version": 1, "size": {{"width": 9, "height": 9}}{rest}}}"#);
        for (text, words) in [
            (String::new(), "no scene file"),
            ("[]".to_owned(), "no scene file"),
            (r#"{"version": 2, "wings": true}"#.to_owned(), "version 2 and this Vitrine reads up to 1"),
            (
                r#"{"version": 0, "size": {"width": 9, "height": 9}}"#.to_owned(),
                "version is 0 and has to be from 1",
            ),
            (r#"{"version": 1, "size": {"width": 0, "height": 9}}"#.to_owned(), "size.width is 0"),
            (r#"{"version": 1, "size": {"width": 9, "height": 10001}}"#.to_owned(), "from 1 to 10000"),
            (with(r#", "camera": {"horizon": 1.5}"#), "camera.horizon is 1.5 and has to be from -1 to 1"),
            (with(r#", "camera": {"horizont": 0.5}"#), "unknown field `horizont`"),
            (with(r#", "key": {"elevation": 1e999}"#), "number out of range"),
            (with(r#", "backdrop": {"kind": "solid", "color": "white"}"#), "\"white\" is no colour"),
            (with(r##", "backdrop": {"kind": "solid", "color": "#ééé"}"##), "is no colour"),
            (with(r##", "backdrop": {"kind": "solid", "color": "#+1+2+3"}"##), "is no colour"),
            (with(r#", "backdrop": {"kind": "beach"}"#), "unknown variant `beach`"),
            (with(r#", "layers": [{"kind": "product", "depth": 0}]"#), "layers[0].depth is 0"),
            (with(r#", "layers": [{"kind": "product", "rotation": 50}]"#), "layers[0].rotation is 50"),
        ] {
            let message = Scene::read(&text).unwrap_err().to_string();
            assert!(message.contains(words), "{text}: {message}");
        }
    }
}
