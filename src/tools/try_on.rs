//! Try-on: a product on a person in a photo. It shows the look of it, and says nothing of how it fits.

mod glasses;
mod product;

pub use glasses::Glasses;

use glam::Vec2;

use crate::nn::Graph;
use crate::photo::Photo;
use crate::vision::face::{Face, FaceFinder, Lens, Pose, Smoother};

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
}

/// What a product is, which decides how it is worn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Spectacles and sunglasses.
    Glasses,
}

impl Kind {
    /// Every one.
    pub const ALL: [Self; 1] = [Self::Glasses];

    /// Its name in attributes and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Glasses => "glasses",
        }
    }
}

/// A product that somebody can wear.
#[derive(Clone, Debug)]
pub enum Product {
    /// On the nose.
    Glasses(Glasses),
}

impl Product {
    /// From a picture of it and its width in millimetres.
    ///
    /// # Errors
    /// A width that no such product has ([`Error::Width`]), and a picture that shows none ([`Error::NoProduct`],
    /// [`Error::NotPlain`]).
    pub fn new(kind: Kind, picture: &Photo, millimetres: f32) -> Result<Self, Error> {
        match kind {
            Kind::Glasses => Glasses::new(picture, millimetres).map(Self::Glasses),
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
}

/// A photo of people, and where their faces are.
#[derive(Clone, Debug)]
pub struct Person {
    photo: Photo,
    faces: Vec<Face>,
    lens: Lens,
}

/// Whoever is before a camera, from one picture to the next.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    face: Option<Face>,
    smoother: Smoother,
}

impl TryOn {
    /// Plans the networks of a face: the detector, and the mesh.
    ///
    /// # Errors
    /// [`super::Error::Model`] for a network that is none of these.
    pub fn new(detector: &Graph, mesh: &Graph) -> Result<Self, super::Error> {
        Ok(Self { finder: FaceFinder::new(detector, mesh)? })
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
        let lens = Lens::of(&photo, None);
        Ok(Person { photo, faces, lens })
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
        let lens = Lens::of(&photo, None);
        Ok(watch.face.as_ref().map(|face| {
            let faces = vec![watch.smoother.smooth(face, seconds)];
            Person { photo, faces, lens }
        }))
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

    /// The photo with a product on one of the people, by the number of their face, and where it is.
    ///
    /// # Errors
    /// [`Error::NoSuchFace`], [`Error::Unmeasured`].
    pub fn wear(&self, face: usize, product: &Product) -> Result<(Photo, Placement), Error> {
        let asked = self.faces.get(face).ok_or(Error::NoSuchFace { asked: face, count: self.faces.len() })?;
        let pose = Pose::of(asked, self.lens).ok_or(Error::Unmeasured)?;
        let mut photo = self.photo.clone();
        let placement = match product {
            Product::Glasses(glasses) => glasses.draw(&mut photo, asked, &pose),
        };
        Ok((photo, placement))
    }
}

#[cfg(test)]
mod tests;
