//! Light that is put on a product after it was photographed: a rim, a soft fill, the backdrop's colour, and what other
//! products keep from it. All of it is off unless a scene asks for it, for it changes the product's own pixels.
//!
//! A photo does not say which way a surface faces. The matte is inflated like a cushion: over it the solution of
//! ∇²u = −1 that is 0 at the edge has for a disc the square of a sphere's height, so that the surface 2√u is round
//! where the matte is (as in S. F. Johnston, "Lumo", 2002, normals run from the edge inwards).

use super::camera::View;
use super::grid;
use super::product::Placed;
use super::shade::{self, towards};
use super::solid::Solid;
use super::{Relight, Scene};
use crate::photo::color::{self, luminance};

/// Cells along a product's longer side that its normals are made on.
const CELLS: f32 = 192.0;
/// How much brighter a full fill makes what is turned away from the key light.
const FILL: f32 = 0.9;
/// What a full rim adds where it is brightest, and how much brighter it makes what is there.
const RIM: [f32; 2] = [1.6, 4.0];
/// How much of a backdrop's colour a product takes on at most.
const HARMONY: f32 = 0.45;

/// What a scene does to the light on its products.
#[derive(Clone, PartialEq)]
pub(super) struct Lamps {
    relight: Relight,
    /// What part of the light the fill is.
    share: f32,
    /// The directions to the key and the rim, `[right, up, away]`.
    key: [f32; 3],
    rim: [f32; 3],
    color: [f32; 3],
    /// By how much each channel is multiplied.
    tint: [f32; 3],
}

impl Lamps {
    /// `around` is the mean light of the backdrop, where there is one. `None` where nothing is put on any product.
    pub(super) fn new(scene: &Scene, around: Option<[f32; 3]>) -> Option<Self> {
        let relight = scene.relight;
        if relight.rim <= 0.0 && relight.fill <= 0.0 && relight.harmony <= 0.0 && scene.shadow.mutual <= 0.0 {
            return None;
        }
        let key = towards(scene.key);
        // From behind and above, on the side that the key light leaves dark.
        let beside = if key[0] > 0.0 { -1.0 } else { 1.0 };
        let tint = around.map_or([1.0; 3], |around| {
            let grey = luminance(around).max(1e-4);
            around.map(|light| 1.0 + HARMONY * relight.harmony * ((light / grey).clamp(0.25, 4.0) - 1.0))
        });
        // What the colour takes of the light is given back.
        let kept = luminance(tint).max(1e-4);
        Some(Self {
            relight,
            share: scene.fill.share,
            key,
            rim: [0.77 * beside, 0.55, 0.32],
            color: scene.key.color.light(),
            tint: tint.map(|tint| tint / kept),
        })
    }

    /// Lights a product; `shadow` is what others keep of the key and of the fill light from it.
    pub(super) fn put_on(&self, placed: &mut Placed, shadow: Option<&Veil>) {
        let is_shaped = self.relight.rim > 0.0 || self.relight.fill > 0.0;
        let cushion = is_shaped.then(|| Cushion::new(placed));
        let width = placed.width as usize;
        for (y, row) in placed.pixels.chunks_exact_mut(width * 4).enumerate() {
            for (x, pixel) in row.as_chunks_mut::<4>().0.iter_mut().enumerate().filter(|(_, it)| it[3] > 0) {
                let mut gain = 1.0;
                let mut added = 0.0;
                if let Some(cushion) = &cushion {
                    let normal = cushion.normal(x, y);
                    let facing = |light: [f32; 3]| (0..3).map(|axis| normal[axis] * light[axis]).sum::<f32>();
                    // How flat it is looked at: 0 straight ahead, 1 at the edge.
                    let flat = 1.0 + normal[2];
                    let rim = self.relight.rim * facing(self.rim).max(0.0) * flat.clamp(0.0, 1.0).powf(1.5);
                    gain += self.relight.fill * FILL * (0.5 - 0.5 * facing(self.key)) + RIM[1] * rim;
                    added = RIM[0] * rim;
                }
                if let Some(shadow) = shadow {
                    let [key, fill] = shadow.at(x, y);
                    gain *= (1.0 - self.share) * key + self.share * fill;
                }
                let own = [pixel[0], pixel[1], pixel[2]].map(color::light);
                // What is dark shines less.
                let added = added * luminance(own).sqrt();
                for (channel, level) in pixel[..3].iter_mut().enumerate() {
                    let light = own[channel] * gain * self.tint[channel];
                    let lit = light + added * self.color[channel] * (1.0 - light).max(0.0);
                    *level = color::to_level(lit);
                }
            }
        }
    }
}

/// What brings a corner to 4/10 by a full vignette.
pub(super) const CORNER: f32 = 0.58;

/// A picture's darker corners.
pub(super) struct Vignette {
    strength: f32,
    middle: [f32; 2],
}

impl Vignette {
    pub(super) fn new(scene: &Scene) -> Self {
        let middle = [scene.size.width, scene.size.height].map(|side| side as f32 / 2.0);
        Self { strength: scene.relight.vignette, middle }
    }

    /// Darkens a row of premultiplied light as a lens does, by a fourth power of the angle's cosine.
    pub(super) fn darken(&self, y: u32, row: &mut [[f32; 4]]) {
        if self.strength <= 0.0 {
            return;
        }
        let corner = self.middle[0].powi(2) + self.middle[1].powi(2);
        let down = (y as f32 + 0.5 - self.middle[1]).powi(2);
        for (x, pixel) in row.iter_mut().enumerate() {
            let far = ((x as f32 + 0.5 - self.middle[0]).powi(2) + down) / corner;
            let rest = (1.0 + CORNER * self.strength * far).powi(-2);
            pixel[..3].iter_mut().for_each(|light| *light *= rest);
        }
    }
}

/// Which way a product's surface faces, if its matte is a cushion.
struct Cushion {
    /// Cells along a pixel.
    grid: f32,
    width: usize,
    height: usize,
    /// `[right, up, away]`, of length 1.
    normals: Vec<[f32; 3]>,
}

impl Cushion {
    fn new(placed: &Placed) -> Self {
        let grid = (CELLS / placed.width.max(placed.height) as f32).min(1.0);
        // An empty cell on each side, so that every edge has one.
        let cells = |length: u32| (length as f32 * grid).ceil() as usize + 2;
        let (width, height) = (cells(placed.width), cells(placed.height));
        let mut inside = vec![0.0; width * height];
        let share = grid * grid / 255.0;
        for (y, row) in placed.pixels.chunks_exact(placed.width as usize * 4).enumerate() {
            let cells = &mut inside[((y as f32 + 0.5) * grid + 1.0) as usize * width..][..width];
            for (x, pixel) in row.as_chunks::<4>().0.iter().enumerate() {
                cells[((x as f32 + 0.5) * grid + 1.0) as usize] += f32::from(pixel[3]) * share;
            }
        }
        let inflated = inflate(&inside, width, height);
        let at = |x: usize, y: usize| inflated[y.min(height - 1) * width + x.min(width - 1)];
        let normals = (0..width * height).map(|cell| {
            let (x, y) = (cell % width, cell / width);
            let right = at(x + 1, y) - at(x.saturating_sub(1), y);
            let down = at(x, y + 1) - at(x, y.saturating_sub(1));
            let (across, up) = (-right / 2.0, down / 2.0);
            let ahead = inflated[cell].max(0.0).sqrt();
            let length = (across * across + up * up + ahead * ahead).sqrt();
            if length > 1e-6 { [across / length, up / length, -ahead / length] } else { [0.0, 0.0, -1.0] }
        });
        Self { grid, width, height, normals: normals.collect() }
    }

    fn normal(&self, x: usize, y: usize) -> [f32; 3] {
        let place = [x, y].map(|at| (at as f32 + 0.5) * self.grid + 0.5);
        grid::mix(|cell| self.normals[cell], self.width, self.height, place)
    }
}

/// The solution of ∇²u = −1 inside a shape, 0 outside, lengths in cells: from ever finer grids, each begun with what
/// the one before has found.
fn inflate(inside: &[f32], width: usize, height: usize) -> Vec<f32> {
    /// Successive over-relaxation, and how often.
    const OVER: f32 = 1.6;
    const TIMES: usize = 24;
    let mut found = vec![0.0; width * height];
    if width.max(height) > 12 {
        let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
        let mut coarse = vec![0.0; half_width * half_height];
        for (at, inside) in inside.iter().enumerate() {
            coarse[at / width / 2 * half_width + at % width / 2] += inside / 4.0;
        }
        let coarse = inflate(&coarse, half_width, half_height);
        for (at, found) in found.iter_mut().enumerate() {
            let place = [at % width, at / width].map(|at| at as f32 / 2.0 - 0.25);
            // A length of one cell there is two here.
            let [value] = grid::mix(|cell| [coarse[cell]], half_width, half_height, place);
            *found = 4.0 * value;
        }
    }
    for (found, inside) in found.iter_mut().zip(inside) {
        *found *= inside.min(1.0);
    }
    for _ in 0..TIMES {
        for y in 1..height.saturating_sub(1) {
            for x in 1..width.saturating_sub(1) {
                let at = y * width + x;
                if inside[at] < 0.5 {
                    continue;
                }
                let around = found[at - 1] + found[at + 1] + found[at - width] + found[at + width];
                found[at] += OVER * ((around + 1.0) / 4.0 - found[at]);
            }
        }
    }
    found
}

/// What other products keep of the key and of the fill light from a product's front, 1 where nothing is in the way.
pub(super) struct Veil {
    /// Cells along a pixel.
    grid: f32,
    /// Where the first pixel's middle lies, in cells.
    from: [f32; 2],
    width: usize,
    height: usize,
    light: Vec<[f32; 2]>,
}

impl Veil {
    /// `view` in cells. `None` where no other reaches it.
    pub(super) fn new(
        placed: &Placed,
        own: &Solid,
        others: &[&Solid],
        scene: &Scene,
        view: View,
        grid: f32,
    ) -> Option<Self> {
        let first = |at: i64| at as f32 * grid;
        let (left, top) = (first(placed.left).floor(), first(placed.top).floor());
        let cells = |length: u32| (length as f32 * grid).ceil() as usize + 2;
        let (width, height) = (cells(placed.width), cells(placed.height));
        let mut light = vec![[1.0; 2]; width * height];
        let mut is_reached = false;
        for (y, row) in light.chunks_exact_mut(width).enumerate() {
            for (x, light) in row.iter_mut().enumerate() {
                let Some(place) = own.front([left + x as f32 + 0.5, top + y as f32 + 0.5]) else { continue };
                for other in others {
                    let seen = own.place_in(other, place, view);
                    let [key, fill] = shade::between(other, seen, scene.key, scene.shadow.mutual);
                    light[0] *= key;
                    light[1] *= fill;
                }
                is_reached |= light[0] < 1.0 || light[1] < 1.0;
            }
        }
        let from = [first(placed.left) - left, first(placed.top) - top].map(|at| at + 0.5 * grid - 0.5);
        is_reached.then_some(Self { grid, from, width, height, light })
    }

    fn at(&self, x: usize, y: usize) -> [f32; 2] {
        let place = [x as f32 * self.grid + self.from[0], y as f32 * self.grid + self.from[1]];
        grid::mix(|cell| self.light[cell], self.width, self.height, place)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::scene::product::tests::cutout;
    use crate::scene::{Key, Layer, Picture, Place, Product, Shadow, draw};
    use crate::vision::Cutout;

    #[test]
    fn a_disc_becomes_half_a_ball() {
        let (side, radius) = (101_usize, 40.0_f32);
        let far = |at: usize| ((at % side) as f32 - 50.0).hypot((at / side) as f32 - 50.0);
        let inside: Vec<f32> = (0..side * side).map(|at| (radius + 0.5 - far(at)).clamp(0.0, 1.0)).collect();
        let found = inflate(&inside, side, side);
        for at in (0..side * side).filter(|&at| far(at) < 0.9 * radius) {
            let (height, expected) =
                (2.0 * found[at].max(0.0).sqrt(), (radius * radius - far(at).powi(2)).sqrt());
            assert!((height - expected).abs() < 0.05 * radius, "{}: {height} not {expected}", far(at));
        }
    }

    /// A grey ball of 120 pixels in the middle of 200 × 200.
    fn ball() -> Cutout {
        cutout(200, 200, |x, y| {
            let far = (x as f32 + 0.5 - 100.0).hypot(y as f32 + 0.5 - 100.0);
            if far < 60.0 { [120, 120, 120, 255] } else { [0; 4] }
        })
    }

    fn scene(relight: Relight) -> Scene {
        let mut scene = Scene::plain(200, 200);
        scene.key = Key { azimuth: -60.0, ..Key::default() };
        let Layer::Product(product) = &mut scene.layers[0];
        product.place = Place::Pixels { x: 0.0, y: 0.0, scale: 1.0 };
        scene.relight = relight;
        scene
    }

    fn level(picture: &Picture, x: usize, y: usize) -> u8 {
        picture.pixels[(y * 200 + x) * 4]
    }

    #[test]
    fn each_light_falls_where_it_should() {
        let drawn = |relight| draw(&scene(relight), &[&ball()], &mut |_| true).unwrap();
        let (left, middle, right) = ((44, 100), (100, 100), (155, 100));
        let at = |picture: &Picture, (x, y)| level(picture, x, y);
        let rim = drawn(Relight { rim: 1.0, ..Relight::default() });
        assert!(at(&rim, right) > 160 && at(&rim, middle) == 120 && at(&rim, left) == 120);
        let fill = drawn(Relight { fill: 1.0, ..Relight::default() });
        assert!(at(&fill, right) > at(&fill, middle) && at(&fill, middle) >= at(&fill, left));
        let vignette = drawn(Relight { vignette: 1.0, ..Relight::default() });
        assert!(level(&vignette, 0, 0) < 180 && level(&vignette, 100, 20) > level(&vignette, 0, 0));
        assert_eq!(at(&vignette, middle), 120);
    }

    #[test]
    fn a_product_takes_on_a_colour_and_keeps_its_lightness() {
        let mut scene = scene(Relight { harmony: 1.0, ..Relight::default() });
        scene.backdrop = crate::scene::Backdrop::Solid { color: crate::scene::Color([230, 120, 60]) };
        let picture = draw(&scene, &[&ball()], &mut |_| true).unwrap();
        let pixel = &picture.pixels[(100 * 200 + 100) * 4..][..3];
        assert!(pixel[0] > 125 && pixel[2] < 115, "{pixel:?}");
        let before = luminance([120; 3].map(color::light));
        let after = luminance([pixel[0], pixel[1], pixel[2]].map(color::light));
        assert!((after / before - 1.0).abs() < 0.03, "{after} {before}");
    }

    #[test]
    fn what_stands_in_the_light_shades_what_is_behind_it() {
        let post = cutout(200, 200, |x, y| {
            if (80..120).contains(&x) && (20..180).contains(&y) { [120, 120, 120, 255] } else { [0; 4] }
        });
        let pair = |mutual| {
            let mut scene = Scene::plain(200, 200);
            scene.shadow = Shadow { mutual, ..Shadow::NONE };
            scene.key = Key { azimuth: -90.0, elevation: 20.0, size: 4.0, ..Key::default() };
            scene.layers = [0.3, 0.7]
                .map(|x| {
                    let place = Place::Ground { x, y: 0.9, width: 0.5, height: 0.6 };
                    Layer::Product(Product { picture: 0, place, depth: 1.0, rotation: 0.0 })
                })
                .to_vec();
            draw(&scene, &[&post], &mut |_| true).unwrap()
        };
        let (apart, together) = (pair(0.0), pair(1.0));
        assert_eq!(level(&apart, 140, 160), 120);
        assert!(level(&together, 128, 160) < 105, "{}", level(&together, 128, 160));
        assert_eq!(level(&together, 60, 120), 120, "the first stands in the light");
    }
}
