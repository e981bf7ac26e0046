//! Draws a scene on the processor, row by row.

use super::product::{Placed, Position};
use super::reflection::Mirror;
use super::relight::Vignette;
use super::shade::Shade;
use super::stage::{Kept, Line, Stage};
use super::{Error, Scene};
use crate::photo::color;
use crate::vision::Cutout;

/// A drawn scene.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// `width × height × 4` bytes, sRGB, straight alpha, rows top to bottom.
    pub pixels: Vec<u8>,
    /// How much of each pixel is product, 0 to 255: `width × height` values.
    pub covered: Vec<u8>,
    /// Where each product's cut-out lies in it.
    pub positions: Vec<Position>,
}

/// Draws a scene with these cut-outs. `progress`, told 0 to 1, stops the work by answering false.
///
/// The same scene and cut-outs give the same bytes. A pixel that a product covers wholly, at its own size, keeps its
/// bytes.
///
/// # Errors
/// Whatever [`Scene::check`] finds; [`Error::NoPicture`], [`Error::Empty`], [`Error::Memory`], [`Error::Cancelled`].
pub fn draw(
    scene: &Scene,
    cutouts: &[&Cutout],
    progress: &mut dyn FnMut(f32) -> bool,
) -> Result<Picture, Error> {
    let size = scene.size;
    let going_on = |go: bool| if go { Ok(()) } else { Err(Error::Cancelled) };
    let mut stage = Stage::new(scene, cutouts, &mut Kept::default(), &mut |part| progress(0.3 * part))?;
    let (mirrors, shade) = (stage.mirrors(), stage.shade());
    // Their memory is wanted for the picture.
    stage.products.iter_mut().for_each(|product| (product.solid, product.unlit) = (None, None));
    going_on(progress(0.6))?;

    let no_memory = |_| Error::Memory { width: size.width, height: size.height };
    let area = size.width as usize * size.height as usize;
    let (mut pixels, mut all_covered) = (Vec::new(), Vec::new());
    pixels.try_reserve_exact(area * 4).map_err(no_memory)?;
    all_covered.try_reserve_exact(area).map_err(no_memory)?;
    let behind = Behind { stage: &stage, shade, mirrors };
    let vignette = Vignette::new(scene);
    let mut row = vec![[0.0_f32; 4]; size.width as usize];
    let mut covered = vec![0.0_f32; size.width as usize];
    for y in 0..size.height {
        covered.fill(0.0);
        for product in &stage.products {
            cover(&product.placed, y, scene, &mut covered);
        }
        behind.draw(y, &covered, &mut row);
        for product in &stage.products {
            put(&product.placed, y, scene, &mut row);
        }
        vignette.darken(y, &mut row);
        all_covered.extend(covered.iter().map(|covered| (covered * 255.0 + 0.5) as u8));
        for ((x, pixel), covered) in (0..).zip(&row).zip(&covered) {
            pixels.extend(encode(*pixel, *covered, x, y));
        }
        if y % 64 == 63 {
            going_on(progress(0.6 + 0.4 * (y + 1) as f32 / size.height as f32))?;
        }
    }
    let positions = stage.positions();
    Ok(Picture { width: size.width, height: size.height, pixels, covered: all_covered, positions })
}

/// All that is behind the products: the backdrop in its light, and what a floor mirrors.
struct Behind<'a> {
    stage: &'a Stage<'a>,
    shade: Option<Shade>,
    mirrors: Vec<Mirror>,
}

impl Behind<'_> {
    /// Draws a row, but for what products cover wholly.
    fn draw(&self, y: u32, covered: &[f32], row: &mut [[f32; 4]]) {
        let Stage { paper, light, .. } = self.stage;
        let shade = self.shade.as_ref().map(|shade| shade.row(y));
        let Line { facing, along } = self.stage.line(y);
        let opaque = paper.alpha() > 0.0;
        for ((x, pixel), _) in (0..).zip(row).zip(covered).filter(|(_, covered)| **covered < 1.0) {
            let [direct, around] = shade.as_ref().map_or([1.0; 2], |shade| shade.at(x));
            *pixel = if opaque {
                let paper = paper.at(x, y, along);
                let [red, green, blue] = std::array::from_fn(|channel| {
                    paper[channel] * (light.key[channel] * facing * direct + light.fill[channel] * around)
                });
                [red, green, blue, 1.0]
            } else {
                // Of a backdrop that is not there, what is missing of the light stays: as black with alpha.
                [0.0, 0.0, 0.0, 1.0 - ((1.0 - light.share) * direct + light.share * around)]
            };
            for mirror in &self.mirrors {
                over(pixel, mirror.at(x, y));
            }
        }
    }
}

/// Puts a premultiplied pixel over another.
fn over(under: &mut [f32; 4], pixel: [f32; 4]) {
    let rest = 1.0 - pixel[3];
    for (under, value) in under.iter_mut().zip(pixel) {
        *under = value + *under * rest;
    }
}

/// A row of a product: its pixels in the picture, and the column of the first.
fn row_of<'a>(product: &'a Placed, y: u32, scene: &Scene) -> (&'a [[u8; 4]], usize) {
    let own = usize::try_from(i64::from(y) - product.top).ok().filter(|&own| own < product.height as usize);
    let Some(own) = own else { return (&[], 0) };
    let columns = product.columns(scene.size);
    if columns.is_empty() {
        return (&[], 0);
    }
    let first = (product.left + columns.start as i64).max(0) as usize;
    (&product.pixels.as_chunks::<4>().0[own * product.width as usize..][columns], first)
}

/// Adds to how much of each pixel of a row is covered by products.
fn cover(product: &Placed, y: u32, scene: &Scene, covered: &mut [f32]) {
    let (pixels, first) = row_of(product, y, scene);
    for (&[.., alpha], covered) in pixels.iter().zip(&mut covered[first..]) {
        *covered = match alpha {
            255 => 1.0,
            alpha => *covered + f32::from(alpha) / 255.0 * (1.0 - *covered),
        };
    }
}

/// Draws a row of a product.
fn put(product: &Placed, y: u32, scene: &Scene, row: &mut [[f32; 4]]) {
    let (pixels, first) = row_of(product, y, scene);
    for (&[red, green, blue, alpha], under) in pixels.iter().zip(&mut row[first..]) {
        let color = [red, green, blue].map(color::light);
        match alpha {
            0 => {}
            255 => *under = [color[0], color[1], color[2], 1.0],
            _ => {
                let opacity = f32::from(alpha) / 255.0;
                let [red, green, blue] = color.map(|light| light * opacity);
                over(under, [red, green, blue, opacity]);
            }
        }
    }
}

/// A premultiplied linear pixel as bytes, straight.
///
/// What is not product is dithered, so that a slow gradient has no steps; a product's own levels, and levels that are
/// whole already, stay as they are.
fn encode([red, green, blue, alpha]: [f32; 4], covered: f32, x: u32, y: u32) -> [u8; 4] {
    if alpha <= 0.0 {
        return [0; 4];
    }
    // A little less than a whole step: levels that a rounding has moved off a whole one come back to it.
    let dither = 0.98 * (noise(x, y) - 0.5) * (1.0 - covered);
    let whole = 1.0 / alpha;
    let [red, green, blue] =
        [red, green, blue].map(|light| (color::level(light * whole) + 0.5 + dither) as u8);
    [red, green, blue, (255.0 * alpha + 0.5 + dither).clamp(0.0, 255.0) as u8]
}

/// Noise without a pattern that the eye finds, 0 to 1: the fractions of a plane (J. Jimenez, "Next Generation
/// Post-Processing in Call of Duty: Advanced Warfare", 2014), in integers, so that every device has the same.
fn noise(x: u32, y: u32) -> f32 {
    // 0.06711056 and 0.00583715 in 2³²nds, and then 52.9829189 in 2¹⁶ths.
    let plane = x.wrapping_mul(288_237_660).wrapping_add(y.wrapping_mul(25_070_364));
    let turned = (u64::from(plane) * 3_472_289) >> 16;
    (turned as u32 >> 8) as f32 / 16_777_216.0
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::scene::product::tests::cutout;
    use crate::scene::{Backdrop, Color, Floor, Key, Layer, Material, Place, Product, Shadow};

    /// A box of one colour, 60 × 80 in the middle of 100 × 100.
    fn subject() -> Cutout {
        cutout(100, 100, |x, y| {
            if (20..80).contains(&x) && (10..90).contains(&y) { [x as u8, y as u8, 200, 255] } else { [0; 4] }
        })
    }

    fn scene() -> Scene {
        let mut scene = Scene::plain(200, 200);
        let Layer::Product(product) = &mut scene.layers[0];
        product.place = Place::Pixels { x: 50.0, y: 80.0, scale: 1.0 };
        scene
    }

    fn at(picture: &Picture, x: u32, y: u32) -> [u8; 4] {
        picture.pixels.as_chunks::<4>().0[(y * picture.width + x) as usize]
    }

    fn drawn(scene: &Scene) -> Picture {
        draw(scene, &[&subject()], &mut |_| true).unwrap()
    }

    #[test]
    fn without_shadows_all_but_the_product_is_the_backdrop() {
        let picture = drawn(&scene());
        for y in 0..200 {
            for x in 0..200 {
                let inside = (70..130).contains(&x) && (90..170).contains(&y);
                let expected = if inside { [(x - 50) as u8, (y - 80) as u8, 200, 255] } else { [255; 4] };
                assert_eq!(at(&picture, x, y), expected, "{x} {y}");
            }
        }
        assert_eq!(picture.positions, [Position { scale: 1.0, x: 50.0, y: 80.0, rotation: 0.0 }]);
    }

    #[test]
    fn with_everything_on_the_product_keeps_its_bytes() {
        let mut scene = scene();
        scene.shadow = Shadow::default();
        scene.floor = Floor { gloss: 0.3, roughness: 0.2 };
        scene.backdrop = Backdrop::Sweep {
            color: Color([180, 170, 160]),
            wall: 0.6,
            bend: 0.2,
            falloff: 0.3,
            material: Material::Wood,
            scale: 1.0,
            seed: 3,
        };
        let picture = drawn(&scene);
        for (x, y) in [(71, 91), (100, 130), (128, 168)] {
            assert_eq!(at(&picture, x, y), [(x - 50) as u8, (y - 80) as u8, 200, 255]);
        }
        assert_eq!(drawn(&scene), picture, "the same bytes again");
    }

    #[test]
    fn a_shadow_falls_away_from_the_light_and_is_darkest_at_the_foot() {
        for (azimuth, lit, shaded) in [(-80.0, 40, 150), (80.0, 160, 50)] {
            let mut scene = scene();
            scene.shadow = Shadow::default();
            scene.key = Key { azimuth, elevation: 40.0, size: 6.0, ..Key::default() };
            let picture = drawn(&scene);
            let level = |x, y| at(&picture, x, y)[0];
            assert!(level(shaded, 166) < 200, "{azimuth}: {}", level(shaded, 166));
            assert!(level(lit, 166) > 235, "{azimuth}: {}", level(lit, 166));
            assert!(level(100, 171) < level(100, 176) && level(100, 176) < level(100, 190));
            assert_eq!(level(5, 10), 255, "no shadow in the sky");
        }
    }

    #[test]
    fn on_nothing_a_shadow_is_black_with_alpha() {
        let mut scene = scene();
        scene.backdrop = Backdrop::Transparent;
        scene.shadow = Shadow::default();
        let picture = drawn(&scene);
        let [red, green, blue, alpha] = at(&picture, 100, 171);
        assert_eq!([red, green, blue], [0; 3]);
        assert!((30..255).contains(&alpha), "{alpha}");
        assert_eq!(at(&picture, 3, 3), [0; 4]);
    }

    #[test]
    fn a_glossy_floor_turns_the_product_over() {
        let mut scene = scene();
        scene.floor = Floor { gloss: 1.0, roughness: 0.0 };
        let picture = drawn(&scene);
        for (x, below) in [(80, 2), (100, 10), (120, 20)] {
            let [red, green, ..] = at(&picture, x, 170 + below);
            let [own_red, own_green, ..] = at(&picture, x, 169 - below);
            assert!(red.abs_diff(own_red) < 4 && green.abs_diff(own_green) < 4, "{x} {below}");
        }
    }

    #[test]
    fn products_in_front_cover_those_behind() {
        let mut scene = scene();
        let Layer::Product(first) = scene.layers[0];
        scene.layers.push(Layer::Product(Product { picture: 1, ..first }));
        let red = cutout(100, 100, |x, _| if x < 40 { [255, 0, 0, 255] } else { [0; 4] });
        let picture = draw(&scene, &[&subject(), &red], &mut |_| true).unwrap();
        assert_eq!(at(&picture, 80, 120), [255, 0, 0, 255]);
        assert_eq!(at(&picture, 95, 120), [45, 40, 200, 255]);
    }

    #[test]
    fn what_is_missing_or_unwanted_is_said() {
        let draw = |scene: &Scene, cutouts: &[&Cutout]| draw(scene, cutouts, &mut |_| true);
        let message = draw(&scene(), &[]).unwrap_err().to_string();
        assert_eq!(
            message,
            "layers[0] shows picture 0 and 0 were given: add the picture, or take the layer out"
        );
        let nothing = cutout(4, 4, |_, _| [0; 4]);
        assert_eq!(draw(&scene(), &[&nothing]), Err(Error::Empty { index: 0 }));
        let stopped = super::draw(&scene(), &[&subject()], &mut |_| false);
        assert_eq!(stopped, Err(Error::Cancelled));
    }

    #[test]
    fn a_product_larger_than_the_picture_and_one_beside_it_are_drawn() {
        for place in [
            Place::Pixels { x: -3000.0, y: -3000.0, scale: 100.0 },
            Place::Pixels { x: 900.0, y: 900.0, scale: 1.0 },
            Place::Pixels { x: 900.0, y: 10.0, scale: 1.0 },
            Place::Pixels { x: -900.0, y: 10.0, scale: 1.0 },
            Place::Ground { x: 1.9, y: 1.9, width: 4.0, height: 4.0 },
        ] {
            let mut scene = scene();
            scene.shadow = Shadow::default();
            scene.floor.gloss = 0.2;
            let Layer::Product(product) = &mut scene.layers[0];
            product.place = place;
            assert_eq!(drawn(&scene).pixels.len(), 200 * 200 * 4);
        }
    }

    #[test]
    fn levels_that_are_whole_stay_whole() {
        for level in [0_u8, 1, 127, 254, 255] {
            let light = color::light(level);
            for x in 0..300 {
                assert_eq!(
                    encode([light * 0.999_999_9, light, light, 1.0], 0.0, x, x * 7),
                    [level, level, level, 255]
                );
            }
        }
    }
}
