//! Try-on: a product on a person in a photo. It shows the look of it, and says nothing of how it fits.

mod earrings;
mod glasses;
mod hat;
mod head;
mod headband;
mod laid;
mod neck;
mod necklace;
mod press;
mod product;
mod top;

pub use earrings::Earrings;
pub use glasses::Glasses;
pub use hat::Hat;
pub use headband::Headband;
pub use necklace::Necklace;
pub use top::Top;

use std::str::FromStr;
use std::sync::{Arc, OnceLock};

use glam::Vec2;

use crate::nn::{self, Graph};
use crate::photo::Photo;
use crate::vision::body::{Body, BodyFinder};
use crate::vision::face::{Face, FaceFinder, Lens, Pose, Smoother};
use crate::vision::hair::{Hair, HairFinder};

/// Why a product cannot be tried on: the product's picture, the person's photo, or a number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A photo of nobody.
    #[error("no face was found in this photo: choose one that shows a face from the front, in good light")]
    NoFace,
    /// A face asked for that is not there.
    #[error("face {asked} was asked for and the photo shows {count}: choose one from 0 to {}", count - 1)]
    NoSuchFace {
        /// The one asked for, from 0.
        asked: usize,
        /// How many there are.
        count: usize,
    },
    /// A place that is not in the photo, or behind something.
    #[error("this photo does not show where to put the {}: choose one that shows {}", kind.name(), kind.place())]
    OutOfSight {
        /// What was to be put there.
        kind: Kind,
    },
    /// A face whose points make no head.
    #[error("this face cannot be measured: choose a photo that shows it from the front")]
    Unmeasured,
    /// A picture of nothing.
    #[error(
        "the product's picture shows nothing: every pixel is transparent or of one colour. Give another picture"
    )]
    NoProduct,
    /// A product that does not stand out.
    #[error(
        "the product's picture has no plain background: give one on white or any plain colour, or with transparency"
    )]
    NotPlain,
    /// A picture of something else than a garment seen from the front.
    #[error(
        "the picture shows no garment from the front: give one laid flat or on nobody, upright, with its sleeves beside it"
    )]
    NoGarment,
    /// A body of which too little is seen, or that no network looked for.
    #[error(
        "the shoulders of this person are not seen: choose a photo from the head to the hips, facing the camera"
    )]
    NoBody,
    /// A person who is turned away.
    #[error("this person is turned too far to the side: choose a photo that shows the chest from the front")]
    TurnedAway,
    /// Arms that hide what a garment would lie on.
    #[error("the arms of this person are crossed over the chest: choose a photo with the arms at the sides")]
    ArmsBefore,
    /// A kind that there is not.
    #[error("this version tries on {}, and {asked} was asked for", Kind::ALL.map(Kind::name).join(", "))]
    NoSuchKind {
        /// The name asked for.
        asked: String,
    },
    /// A width that no such product has.
    #[error("{millimetres} mm were asked for: {} has to be from {} to {} mm", kind.width(), kind.widths().0, kind.widths().1)]
    Width {
        /// What was to have it.
        kind: Kind,
        /// The width asked for, as it was written.
        millimetres: String,
    },
}

/// What a product is, which decides how it is worn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Spectacles and sunglasses.
    Glasses,
    /// Anything on the head that covers its top.
    Hat,
    /// A band over the hair, from ear to ear.
    Headband,
    /// One or a pair.
    Earrings,
    /// Around the neck.
    Necklace,
    /// What is worn above the hips: shirts, blouses, sweaters.
    Top,
    /// What also goes over the legs in one piece.
    Dress,
}

impl Kind {
    /// Every one.
    pub const ALL: [Self; 7] =
        [Self::Glasses, Self::Hat, Self::Headband, Self::Earrings, Self::Necklace, Self::Top, Self::Dress];

    /// Its name in attributes and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Glasses => "glasses",
            Self::Hat => "hat",
            Self::Headband => "headband",
            Self::Earrings => "earrings",
            Self::Necklace => "necklace",
            Self::Top => "top",
            Self::Dress => "dress",
        }
    }

    /// What its width is, in words.
    const fn width(self) -> &'static str {
        match self {
            Self::Glasses => "the whole width of glasses",
            Self::Hat => "the whole width of a hat",
            Self::Headband => "the whole width of a headband",
            Self::Earrings => "the whole width of earrings",
            Self::Necklace => "the whole width of a necklace",
            Self::Top => "the width of a top from armpit to armpit, laid flat,",
            Self::Dress => "the width of a dress from armpit to armpit, laid flat,",
        }
    }

    /// The least and the greatest width that one has, in millimetres: that of what its picture shows; of garments, from
    /// armpit to armpit, laid flat.
    #[must_use]
    pub const fn widths(self) -> (f32, f32) {
        match self {
            // From a small child's to a mask.
            Self::Glasses => (80.0, 200.0),
            // From a child's cap to a sun hat.
            Self::Hat => (120.0, 600.0),
            Self::Headband => (90.0, 250.0),
            // From one stud to a pair of hoops side by side.
            Self::Earrings => (3.0, 250.0),
            // From a choker to a chain laid out.
            Self::Necklace => (80.0, 400.0),
            // From a small child's to a tent's.
            Self::Top | Self::Dress => (200.0, 1200.0),
        }
    }

    /// What is usual for an adult, in millimetres.
    #[must_use]
    pub const fn usual_width(self) -> f32 {
        match self {
            Self::Glasses => 140.0,
            Self::Hat => 240.0,
            Self::Headband | Self::Necklace => 150.0,
            Self::Earrings => 40.0,
            Self::Top => 500.0,
            Self::Dress => 450.0,
        }
    }

    /// What a photo has to show.
    const fn place(self) -> &'static str {
        match self {
            Self::Glasses => "the face from the front",
            Self::Hat => "all of the head",
            Self::Headband => "all of the hair",
            Self::Earrings => "an ear, with the hair back",
            Self::Necklace => "the neck and the shoulders",
            Self::Top => "the body from the head to the hips",
            Self::Dress => "the body from the head to the knees",
        }
    }

    /// The networks that it needs beside those of a face, by name.
    #[must_use]
    pub const fn networks(self) -> &'static [&'static str] {
        match self {
            Self::Glasses => &[],
            Self::Hat | Self::Headband | Self::Earrings | Self::Necklace => &["hair"],
            Self::Top | Self::Dress => &["body_detector", "body_points", "hair"],
        }
    }
}

impl FromStr for Kind {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let known = Self::ALL.into_iter().find(|kind| kind.name() == name);
        known.ok_or_else(|| Error::NoSuchKind { asked: name.to_owned() })
    }
}

/// A product that somebody can wear.
#[derive(Clone, Debug)]
pub enum Product {
    /// On the nose.
    Glasses(Glasses),
    /// On the head.
    Hat(Hat),
    /// Over the hair.
    Headband(Headband),
    /// On the lobes.
    Earrings(Earrings),
    /// Around the neck.
    Necklace(Necklace),
    /// On the shoulders.
    Top(Box<Top>),
}

impl Product {
    /// From a picture of it and its width in millimetres.
    ///
    /// # Errors
    /// A width that no such product has ([`Error::Width`]), and a picture that shows none
    /// ([`Error::NoProduct`], [`Error::NotPlain`], [`Error::NoGarment`]).
    pub fn new(kind: Kind, picture: &Photo, millimetres: f32) -> Result<Self, Error> {
        match kind {
            Kind::Glasses => Glasses::new(picture, millimetres).map(Self::Glasses),
            Kind::Hat => Hat::new(picture, millimetres).map(Self::Hat),
            Kind::Headband => Headband::new(picture, millimetres).map(Self::Headband),
            Kind::Earrings => Earrings::new(picture, millimetres).map(Self::Earrings),
            Kind::Necklace => Necklace::new(picture, millimetres).map(Self::Necklace),
            Kind::Top | Kind::Dress => {
                Top::new(kind, picture, millimetres).map(|top| Self::Top(Box::new(top)))
            }
        }
    }

    /// What it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Glasses(_) => Kind::Glasses,
            Self::Hat(_) => Kind::Hat,
            Self::Headband(_) => Kind::Headband,
            Self::Earrings(_) => Kind::Earrings,
            Self::Necklace(_) => Kind::Necklace,
            Self::Top(top) => top.kind(),
        }
    }
}

/// Where a product is in a photo, in its pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    /// The middle of its front.
    pub centre: Vec2,
    /// How far it leans, in degrees, clockwise as seen.
    pub roll: f32,
    /// From one end to the other.
    pub width: f32,
}

impl Placement {
    /// Of a picture of a size whose places are `seen` there: the middle of its height, from end to end.
    fn of(size: Vec2, seen: impl Fn(Vec2) -> Vec2) -> Self {
        let [right, middle, left] = [0.0, 0.5, 1.0].map(|share| seen(size * Vec2::new(share, 0.5)));
        Self::across(right, left, middle)
    }

    /// Of a front whose right and left end, the person's own, and middle are seen there.
    fn across(right: Vec2, left: Vec2, centre: Vec2) -> Self {
        let across = left - right;
        Self { centre, roll: across.y.atan2(across.x).to_degrees(), width: across.length() }
    }
}

/// Finds who is in a photo. Holds the networks; photos pass through.
pub struct TryOn {
    finder: FaceFinder,
    beyond: Beyond,
}

/// What finds more than faces, where its networks were brought.
#[derive(Clone, Default)]
struct Beyond {
    hair: Option<Arc<HairFinder>>,
    bodies: Option<Arc<BodyFinder>>,
}

/// A photo of people, and where their faces are; what more a product needs is found when it is first worn.
#[derive(Clone)]
pub struct Person {
    photo: Photo,
    people: Vec<One>,
    lens: Lens,
    beyond: Beyond,
}

/// One of the people of a photo.
#[derive(Clone)]
struct One {
    face: Face,
    hair: Arc<OnceLock<Hair>>,
    body: OnceLock<Option<Body>>,
}

/// Whoever is before a camera, from one picture to the next.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    face: Option<Face>,
    smoother: Smoother,
    /// When hair was last looked for, and what was found.
    hair: Option<(f64, Arc<OnceLock<Hair>>)>,
}

/// For so many seconds hair is taken to move as the face does.
const HAIR_FOLLOWS: f64 = 0.3;

impl TryOn {
    /// Plans the networks of a face: the detector, and the mesh.
    ///
    /// # Errors
    /// [`super::Error::Model`] for a network that is none of these.
    pub fn new(detector: &Graph, mesh: &Graph) -> Result<Self, super::Error> {
        Ok(Self { finder: FaceFinder::new(detector, mesh)?, beyond: Beyond::default() })
    }

    /// With the network of hair, behind which earrings, necklaces and garments lie, and which hats press and headbands
    /// lie on: without it they lie before all hair, and hair is taken to be as thick as usual.
    ///
    /// # Errors
    /// [`super::Error::Model`] for a network that is none.
    pub fn with_hair(mut self, network: &Graph) -> Result<Self, super::Error> {
        self.beyond.hair = Some(Arc::new(HairFinder::new(network)?));
        Ok(self)
    }

    /// With the networks of bodies, which garments need: the detector, and the points.
    ///
    /// # Errors
    /// [`super::Error::Model`] for a network that is none of these.
    pub fn with_bodies(mut self, detector: &Graph, points: &Graph) -> Result<Self, super::Error> {
        self.beyond.bodies = Some(Arc::new(BodyFinder::new(detector, points)?));
        Ok(self)
    }

    /// Looks for the faces in a photo, whose file may say its focal length as on film of 36 × 24 mm, in millimetres
    /// ([`Metadata::film_focal`](crate::photo::metadata::Metadata::film_focal)); what is usual is assumed where it does
    /// not ([`Lens::of`]).
    ///
    /// # Errors
    /// [`Error::NoFace`], and what the engine says.
    pub fn person(&self, photo: Photo, film_focal: Option<u16>) -> Result<Person, super::Error> {
        let faces = self.finder.find(&photo)?;
        if faces.is_empty() {
            return Err(Error::NoFace.into());
        }
        Ok(Person::new(photo, film_focal, faces, self.beyond.clone()))
    }

    /// The next picture of a camera, taken `seconds` after some moment that stays, and whoever was in the one before, or
    /// the one with the largest face; `None` where nobody is in it.
    ///
    /// # Errors
    /// What the engine says.
    pub fn next(
        &self,
        photo: Photo,
        seconds: f64,
        watch: &mut Watch,
    ) -> Result<Option<Person>, super::Error> {
        let followed = match &watch.face {
            Some(face) => self.finder.follow(&photo, face)?,
            None => None,
        };
        watch.face = match followed {
            Some(face) => Some(face),
            None => self.finder.glance(&photo)?,
        };
        let Some(face) = &watch.face else { return Ok(None) };
        let face = watch.smoother.smooth(face, seconds);
        let lately = watch.hair.as_ref().filter(|(then, _)| (0.0..HAIR_FOLLOWS).contains(&(seconds - then)));
        let moved = lately.and_then(|(_, hair)| hair.get()).map(|hair| hair.moved(&face));
        let mut person = Person::new(photo, None, vec![face], self.beyond.clone());
        for one in &mut person.people {
            match &moved {
                Some(hair) => one.hair = Arc::new(OnceLock::from(hair.clone())),
                None => watch.hair = Some((seconds, Arc::clone(&one.hair))),
            }
        }
        Ok(Some(person))
    }
}

impl Person {
    fn new(photo: Photo, film_focal: Option<u16>, faces: Vec<Face>, beyond: Beyond) -> Self {
        let one = |face| One { face, hair: Arc::default(), body: OnceLock::new() };
        let lens = Lens::of(&photo, film_focal.map(f32::from));
        Self { photo, people: faces.into_iter().map(one).collect(), lens, beyond }
    }

    /// The photo as it came.
    #[must_use]
    pub const fn photo(&self) -> &Photo {
        &self.photo
    }

    /// The faces, the largest first.
    pub fn faces(&self) -> impl ExactSizeIterator<Item = &Face> {
        self.people.iter().map(|one| &one.face)
    }

    /// The body of somebody, by the number of their face; `None` where none is found, or no network is there for it.
    ///
    /// # Errors
    /// [`Error::NoSuchFace`], and what the engine says.
    pub fn body(&self, face: usize) -> Result<Option<&Body>, super::Error> {
        let one = self.one(face)?;
        let Some(finder) = &self.beyond.bodies else { return Ok(None) };
        let found = found(&one.body, || finder.find(&self.photo, &one.face))?;
        Ok(found.as_ref())
    }

    fn hair<'a>(&self, one: &'a One) -> Result<Option<&'a Hair>, nn::Error> {
        let Some(finder) = &self.beyond.hair else { return Ok(None) };
        found(&one.hair, || finder.find(&self.photo, &one.face)).map(Some)
    }

    fn one(&self, face: usize) -> Result<&One, Error> {
        self.people.get(face).ok_or(Error::NoSuchFace { asked: face, count: self.people.len() })
    }

    /// The photo with a product on one of the people, by the number of their face, and where it is.
    ///
    /// # Errors
    /// [`Error::NoSuchFace`], [`Error::Unmeasured`], [`Error::OutOfSight`] where nothing of it would be seen; for
    /// garments also [`Error::NoBody`], [`Error::TurnedAway`], [`Error::ArmsBefore`]; and what the engine says.
    pub fn wear(&self, face: usize, product: &Product) -> Result<(Photo, Placement), super::Error> {
        let one = self.one(face)?;
        let asked = &one.face;
        let pose = Pose::of(asked, self.lens).ok_or(Error::Unmeasured)?;
        let hair = if product.kind().networks().contains(&"hair") { self.hair(one)? } else { None };
        let mut photo = self.photo.clone();
        let placement = match product {
            Product::Glasses(glasses) => glasses.draw(&mut photo, asked, &pose),
            Product::Hat(hat) => hat.draw(&mut photo, asked, &pose, hair),
            Product::Headband(headband) => headband.draw(&mut photo, asked, &pose, hair),
            Product::Earrings(earrings) => earrings.draw(&mut photo, asked, &pose, hair),
            Product::Necklace(necklace) => necklace.draw(&mut photo, asked, &pose, hair),
            Product::Top(top) => {
                let body = self.body(face)?.ok_or(Error::NoBody)?;
                top.draw(&mut photo, asked, &pose, body, hair)?
            }
        };
        if photo.pixels == self.photo.pixels {
            return Err(Error::OutOfSight { kind: product.kind() }.into());
        }
        Ok((photo, placement))
    }
}

/// What was found before, or is now.
fn found<T>(cell: &OnceLock<T>, find: impl FnOnce() -> Result<T, nn::Error>) -> Result<&T, nn::Error> {
    if let Some(known) = cell.get() {
        return Ok(known);
    }
    let new = find()?;
    Ok(cell.get_or_init(|| new))
}

#[cfg(test)]
mod tests;
