//! What is worked out once for a picture, before its pixels: the products where they stand, the bodies that they are
//! for the light, where ground and wall lie, and the light. Whatever draws the picture starts from here, on the
//! processor or on a GPU.

use super::backdrop::{Paper, Surface};
use super::camera::View;
use super::product::{Placed, Position};
use super::reflection::Mirror;
use super::relight::{Lamps, Veil};
use super::shade::{self, Shade};
use super::solid::Solid;
use super::{Error, Layer, Product, Scene, Shadow};
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
}

impl<'a> Stage<'a> {
    /// Checks the scene and brings these cut-outs to their places. `progress`, told 0 to 1, stops the work by answering
    /// false.
    pub(super) fn new(
        scene: &'a Scene,
        cutouts: &[&Cutout],
        progress: &mut dyn FnMut(f32) -> bool,
    ) -> Result<Self, Error> {
        scene.check()?;
        let view = View::new(scene.camera, scene.size);
        let grid = shade::grid(scene.size.width, scene.size.height);
        let mut products = Vec::new();
        for (index, layer) in scene.layers.iter().enumerate() {
            let Layer::Product(product) = layer;
            products.push(Standing::new(product, index, cutouts, scene, view.scaled(grid), grid)?);
            if !progress((index + 1) as f32 / scene.layers.len() as f32) {
                return Err(Error::Cancelled);
            }
        }
        let focus = products.first().map_or(scene.size.height as f32, |product| product.placed.foot);
        let paper = Paper::new(scene, cutouts, view, focus)?;
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

    /// Where each product's cut-out lies.
    pub(super) fn positions(&self) -> Vec<Position> {
        self.products.iter().map(|product| product.placed.position).collect()
    }
}

/// Puts light on the products themselves, where the scene asks for it. `view` in cells of the grid.
fn relight(products: &mut [Standing], scene: &Scene, paper: &Paper, view: View, grid: f32) {
    let Some(lamps) = Lamps::new(scene, paper.mean()) else { return };
    let veil = |index: usize| {
        let standing: &Standing = &products[index];
        let others = products.iter().enumerate().filter(|(other, _)| *other != index);
        let others: Vec<&Solid> = others.filter_map(|(_, other)| other.solid.as_ref()).collect();
        if scene.shadow.mutual <= 0.0 || others.is_empty() {
            return None;
        }
        Veil::new(&standing.placed, standing.solid.as_ref()?, &others, scene, view, grid)
    };
    let veils: Vec<Option<Veil>> = (0..products.len()).map(veil).collect();
    for (product, veil) in products.iter_mut().zip(&veils) {
        lamps.put_on(&mut product.placed, veil.as_ref());
    }
}

impl Standing {
    /// `view` in cells of the grid.
    fn new(
        product: &Product,
        layer: usize,
        cutouts: &[&Cutout],
        scene: &Scene,
        view: View,
        grid: f32,
    ) -> Result<Self, Error> {
        let cutout = cutouts.get(product.picture).ok_or_else(|| Error::NoPicture {
            field: format!("layers[{layer}]"),
            index: product.picture,
            count: cutouts.len(),
        })?;
        let placed = Placed::new(product, cutout, scene.size)?;
        let lit = scene.shadow != Shadow::NONE || scene.floor.gloss > 0.0;
        let solid = if lit { Solid::new(&placed, view, grid, product.depth) } else { None };
        Ok(Self { placed, solid })
    }

    /// Its mirror image, where it stands on ground.
    fn mirror(&self, stage: &Stage<'_>) -> Option<Mirror> {
        let (solid, grid) = (self.solid.as_ref()?, stage.grid);
        Some(Mirror::new(&self.placed, stage.scene.floor, stage.view, |x| solid.ground_at(x * grid) / grid))
    }
}
