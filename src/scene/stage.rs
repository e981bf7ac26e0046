//! What is worked out once for a picture, before its pixels: the products where they stand, the bodies that they are
//! for the light, where ground and wall lie, and the light. Whatever draws the picture starts from here, on the
//! processor or on a GPU.

use super::backdrop::{Along, Lens, Paper, Surface};
use super::camera::View;
use super::photograph::Photograph;
use super::product::{Placed, Position, Stamp};
use super::reflection::Mirror;
use super::relight::{Lamps, Veil};
use super::shade::{self, Shade};
use super::solid::Solid;
use super::{Camera, Error, Key, Layer, Product, Scene, Shadow, Size};
use crate::vision::Cutout;

/// A scene, ready to be drawn.
pub(super) struct Stage<'a> {
    pub scene: &'a Scene,
    pub view: View,
    /// Cells along a pixel, of the grid that light is computed on.
    pub grid: f32,
    pub surface: Surface,
    pub paper: Paper,
    pub light: Light,
    /// From the back to the front.
    pub products: Vec<Standing>,
}

/// The light on open ground, which is 1 for white lights.
pub(super) struct Light {
    /// What part of it the fill is.
    pub share: f32,
    /// The key light's part, by channel.
    pub key: [f32; 3],
    /// The fill light's.
    pub fill: [f32; 3],
}

/// A product where it stands, with the body that it is for the light.
pub(super) struct Standing {
    pub placed: Placed,
    /// Not there where it stands over no ground, or nothing asks for it.
    pub solid: Option<Solid>,
    /// Its pixels without the light that was put on them, where any was.
    pub unlit: Option<Unlit>,
    from: From,
}

/// A product's own pixels, and what was put on them.
pub(super) struct Unlit {
    pixels: Vec<u8>,
    stamp: Stamp,
    by: Lit,
}

/// What light on a product follows from, apart from the product.
#[derive(Clone, PartialEq)]
struct Lit {
    lamps: Lamps,
    key: Key,
    mutual: f32,
    bodies: Vec<Stamp>,
}

/// What a stage leaves to the next with the same cut-outs.
#[derive(Default)]
pub(super) struct Kept {
    products: Vec<Standing>,
    photograph: Option<(Lens, Photograph)>,
}

/// What a standing product follows from, apart from its cut-out.
#[derive(Clone, Copy, PartialEq)]
struct From {
    product: Product,
    size: Size,
    camera: Camera,
    /// Whether anything asks for its body.
    lit: bool,
}

/// What is the same along a row of the picture.
pub(super) struct Line {
    /// How much of the key light falls there, 1 where it falls most.
    pub facing: f32,
    /// Where on a sweep it lies.
    pub along: Option<Along>,
}

impl<'a> Stage<'a> {
    /// Checks the scene and brings these cut-outs to their places. What `kept` holds of a stage before, with the same
    /// cut-outs, is not made anew. `progress`, told 0 to 1, stops the work by answering false.
    pub(super) fn new(
        scene: &'a Scene,
        cutouts: &[&Cutout],
        kept: &mut Kept,
        progress: &mut dyn FnMut(f32) -> bool,
    ) -> Result<Self, Error> {
        scene.check()?;
        let view = View::new(scene.camera, scene.size);
        let grid = shade::grid(scene.size.width, scene.size.height);
        let mut products = Vec::new();
        for (index, layer) in scene.layers.iter().enumerate() {
            let Layer::Product(product) = layer;
            products.push(Standing::new(product, index, cutouts, scene, &mut kept.products)?);
            if !progress((index + 1) as f32 / scene.layers.len() as f32) {
                return Err(Error::Cancelled);
            }
        }
        let focus = products.first().map_or(scene.size.height as f32, |product| product.placed.foot);
        let paper = Paper::new(scene, cutouts, view, focus, kept.photograph.take())?;
        relight(&mut products, scene, &paper, view.scaled(grid), grid);
        let share = scene.fill.share;
        Ok(Self {
            scene,
            view,
            grid,
            surface: Surface::new(scene, 1.0),
            paper,
            light: Light {
                share,
                key: scene.key.color.light().map(|light| light * (1.0 - share)),
                fill: scene.fill.color.light().map(|light| light * share),
            },
            products,
        })
    }

    /// What is seen in a row.
    pub(super) fn line(&self, y: u32) -> Line {
        let point = self.surface.at(self.view, y as f32 + 0.5);
        let facing = point.as_ref().map_or(1.0, |point| self.paper.facing(point.normal));
        let before = self.surface.at(self.view, y as f32 - 0.5);
        let along = point.zip(before).map(|(point, before)| Along::new(self.view, &point, &before));
        Line { facing, along }
    }

    /// The light that reaches ground and wall; `None` where nothing throws a shadow.
    pub(super) fn shade(&self) -> Option<Shade> {
        let solids: Vec<&Solid> = self.products.iter().filter_map(|product| product.solid.as_ref()).collect();
        let size = (self.scene.size.width, self.scene.size.height);
        let surface = Surface::new(self.scene, self.grid);
        let view = self.view.scaled(self.grid);
        Shade::new(size, view, &surface, &solids, self.scene.key, self.scene.shadow)
    }

    /// What the floor mirrors, of products that stand on ground.
    pub(super) fn mirrors(&self) -> Vec<Mirror> {
        if self.scene.floor.gloss > 0.0 {
            self.products.iter().filter_map(|product| product.mirror(self)).collect()
        } else {
            Vec::new()
        }
    }

    /// What the next stage may use again.
    pub(super) fn into_kept(self) -> Kept {
        Kept { products: self.products, photograph: self.paper.into_photograph() }
    }

    /// Where each product's cut-out lies.
    pub(super) fn positions(&self) -> Vec<Position> {
        self.products.iter().map(|product| product.placed.position).collect()
    }
}

/// Puts light on the products themselves, where the scene asks for it. `view` in cells of the grid.
fn relight(products: &mut [Standing], scene: &Scene, paper: &Paper, view: View, grid: f32) {
    let bodies = products.iter().filter_map(|product| product.solid.as_ref()).map(|solid| solid.stamp);
    let by = Lamps::new(scene, paper.mean()).map(|lamps| Lit {
        lamps,
        key: scene.key,
        mutual: scene.shadow.mutual,
        bodies: bodies.collect(),
    });
    let is_done = |product: &Standing| product.unlit.as_ref().map(|unlit| &unlit.by) == by.as_ref();
    let veil = |index: usize| {
        let standing: &Standing = &products[index];
        let others = products.iter().enumerate().filter(|(other, _)| *other != index);
        let others: Vec<&Solid> = others.filter_map(|(_, other)| other.solid.as_ref()).collect();
        if scene.shadow.mutual <= 0.0 || others.is_empty() || is_done(standing) {
            return None;
        }
        Veil::new(&standing.placed, standing.solid.as_ref()?, &others, scene, view, grid)
    };
    let veils: Vec<Option<Veil>> = (0..products.len()).map(veil).collect();
    for (product, veil) in products.iter_mut().zip(&veils).filter(|(product, _)| !is_done(product)) {
        product.darken();
        if let Some(by) = &by {
            let placed = &mut product.placed;
            let (pixels, stamp) = (placed.pixels.clone(), placed.stamp);
            by.lamps.put_on(placed, veil.as_ref());
            placed.stamp = Stamp::new();
            product.unlit = Some(Unlit { pixels, stamp, by: by.clone() });
        }
    }
}

impl Standing {
    fn new(
        product: &Product,
        layer: usize,
        cutouts: &[&Cutout],
        scene: &Scene,
        kept: &mut Vec<Self>,
    ) -> Result<Self, Error> {
        let cutout = cutouts.get(product.picture).ok_or_else(|| Error::NoPicture {
            field: format!("layers[{layer}]"),
            index: product.picture,
            count: cutouts.len(),
        })?;
        let Scene { size, camera, .. } = *scene;
        let lit = scene.shadow != Shadow::NONE || scene.floor.gloss > 0.0;
        let from = From { product: *product, size, camera, lit };
        let same = |kept: &Self| From { lit, ..kept.from } == from && (kept.from.lit || !lit);
        if let Some(at) = kept.iter().position(same) {
            return Ok(kept.swap_remove(at));
        }
        let before = kept.iter().position(|kept| kept.from.product.picture == product.picture);
        let before = before.map(|at| {
            let mut before = kept.swap_remove(at);
            before.darken();
            before.placed
        });
        let placed = Placed::new(product, cutout, size, before)?;
        let grid = shade::grid(size.width, size.height);
        let view = View::new(camera, size).scaled(grid);
        let solid = if lit { Solid::new(&placed, view, grid, product.depth) } else { None };
        Ok(Self { placed, solid, unlit: None, from })
    }

    /// Takes the light off it that was put on.
    fn darken(&mut self) {
        if let Some(Unlit { pixels, stamp, .. }) = self.unlit.take() {
            (self.placed.pixels, self.placed.stamp) = (pixels, stamp);
        }
    }

    /// Its mirror image, where it stands on ground.
    fn mirror(&self, stage: &Stage<'_>) -> Option<Mirror> {
        Some(Mirror::new(&self.placed, self.ground(stage.grid)?, stage.scene.floor, stage.view))
    }

    /// The row of the ground under each of its columns, as a row of the picture.
    pub(super) fn ground(&self, grid: f32) -> Option<Vec<f32>> {
        let solid = self.solid.as_ref()?;
        let under = |x: u32| solid.ground_at(((self.placed.left + i64::from(x)) as f32 + 0.5) * grid) / grid;
        Some((0..self.placed.width).map(under).collect())
    }
}
