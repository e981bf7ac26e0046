//! Try-on: a product on a person in a photo. It shows the look of it, and says nothing of how it fits.

mod glasses;
mod product;
mod top;

pub use glasses::Glasses;
pub use top::Top;

use glam::Vec2;

use crate::nn::Graph;
use crate::photo::Photo;
use crate::vision::body::{Body, BodyFinder};
use crate::vision::face::{Face, FaceFinder, Lens, Pose};

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
    /// A width that no glasses have.
    #[error(
        "glasses of {millimetres} mm were asked for: the frame's width has to be from {least} to {most} mm"
    )]
    Width {
        /// The width asked for, rounded.
        millimetres: u32,
        /// The least.
        least: u32,
        /// The most.
        most: u32,
    },
    /// A width that no garment has.
    #[error(
        "a garment of {millimetres} mm was asked for: its width from armpit to armpit, laid flat, has to be from {least} to {most} mm"
    )]
    Chest {
        /// The width asked for, rounded.
        millimetres: u32,
        /// The least.
        least: u32,
        /// The most.
        most: u32,
    },
}

/// What a product is, which decides how it is worn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Spectacles and sunglasses.
    Glasses,
    /// What is worn above the hips: shirts, blouses, sweaters.
    Top,
    /// What also goes over the legs in one piece.
    Dress,
}

impl Kind {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Glasses, Self::Top, Self::Dress];

    /// Its name in attributes and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Glasses => "glasses",
            Self::Top => "top",
            Self::Dress => "dress",
        }
    }

    /// The networks that it needs beyond those of faces, by name.
    #[must_use]
    pub const fn networks(self) -> &'static [&'static str] {
        match self {
            Self::Glasses => &[],
            Self::Top | Self::Dress => &["body_detector", "body_points"],
        }
    }
}

/// A product that somebody can wear.
#[derive(Clone, Debug)]
pub enum Product {
    /// On the nose.
    Glasses(Glasses),
    /// On the shoulders.
    Top(Top),
}

impl Product {
    /// From a picture of it and its width in millimetres.
    ///
    /// # Errors
    /// A width that no such product has ([`Error::Width`], [`Error::Chest`]), and a picture that shows none
    /// ([`Error::NoProduct`], [`Error::NotPlain`], [`Error::NoGarment`]).
    pub fn new(kind: Kind, picture: &Photo, millimetres: f32) -> Result<Self, Error> {
        match kind {
            Kind::Glasses => Glasses::new(picture, millimetres).map(Self::Glasses),
            Kind::Top | Kind::Dress => Top::new(picture, millimetres).map(Self::Top),
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

/// Finds who is in a photo. Holds the networks; photos pass through.
pub struct TryOn {
    finder: FaceFinder,
    bodies: Option<BodyFinder>,
}

/// A photo of people, and where their faces are.
#[derive(Clone, Debug)]
pub struct Person {
    photo: Photo,
    faces: Vec<Face>,
    /// One for each face where bodies were looked for.
    bodies: Vec<Option<Body>>,
    lens: Lens,
}

impl TryOn {
    /// Plans the networks of a face: the detector, and the mesh.
    ///
    /// # Errors
    /// [`super::Error::Model`] for a network that is none of these.
    pub fn new(detector: &Graph, mesh: &Graph) -> Result<Self, super::Error> {
        Ok(Self { finder: FaceFinder::new(detector, mesh)?, bodies: None })
    }

    /// Also looks for bodies from now on, for the kinds whose [`Kind::networks`] has these two: the detector, and the
    /// points.
    ///
    /// # Errors
    /// [`super::Error::Model`] for a network that is none of these.
    pub fn look_for_bodies(&mut self, detector: &Graph, points: &Graph) -> Result<(), super::Error> {
        self.bodies = Some(BodyFinder::new(detector, points)?);
        Ok(())
    }

    fn seen(&self, photo: Photo, faces: Vec<Face>) -> Result<Person, super::Error> {
        let bodies = match &self.bodies {
            Some(finder) => faces.iter().map(|face| finder.find(&photo, face)).collect::<Result<_, _>>()?,
            None => vec![None; faces.len()],
        };
        let lens = Lens::of(&photo, None);
        Ok(Person { photo, faces, bodies, lens })
    }

    /// Looks for the faces in a photo.
    ///
    /// # Errors
    /// [`Error::NoFace`], and what the engine says.
    pub fn person(&self, photo: Photo) -> Result<Person, super::Error> {
        let faces = self.finder.find(&photo)?;
        if faces.is_empty() {
            return Err(Error::NoFace.into());
        }
        self.seen(photo, faces)
    }

    /// The next picture of a camera, with the same face where it still is; `None` where nobody is in it.
    ///
    /// # Errors
    /// What the engine says.
    pub fn next(&self, photo: Photo, before: Option<&Person>) -> Result<Option<Person>, super::Error> {
        let followed = match before.and_then(|person| person.faces.first()) {
            Some(face) => self.finder.follow(&photo, face)?,
            None => None,
        };
        let faces = match followed {
            Some(face) => vec![face],
            None => self.finder.find(&photo)?,
        };
        if faces.is_empty() { Ok(None) } else { self.seen(photo, faces).map(Some) }
    }
}

impl Person {
    /// The photo as it came.
    #[must_use]
    pub const fn photo(&self) -> &Photo {
        &self.photo
    }

    /// The faces, the largest first.
    #[must_use]
    pub fn faces(&self) -> &[Face] {
        &self.faces
    }

    /// The body of each face, where bodies were looked for and it was found.
    #[must_use]
    pub fn bodies(&self) -> &[Option<Body>] {
        &self.bodies
    }

    /// The photo with a product on one of the people, by the number of their face, and where it is.
    ///
    /// # Errors
    /// [`Error::NoSuchFace`], [`Error::Unmeasured`]; for garments also [`Error::NoBody`], [`Error::TurnedAway`].
    pub fn wear(&self, face: usize, product: &Product) -> Result<(Photo, Placement), Error> {
        let asked = self.faces.get(face).ok_or(Error::NoSuchFace { asked: face, count: self.faces.len() })?;
        let pose = Pose::of(asked, self.lens).ok_or(Error::Unmeasured)?;
        let mut photo = self.photo.clone();
        let placement = match product {
            Product::Glasses(glasses) => glasses.draw(&mut photo, asked, &pose),
            Product::Top(top) => {
                let body = self.bodies[face].as_ref().ok_or(Error::NoBody)?;
                top.draw(&mut photo, asked, &pose, body)?
            }
        };
        Ok((photo, placement))
    }
}

#[cfg(test)]
mod tests;
