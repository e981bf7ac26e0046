//! The products' pixels on the GPU, in pages of one size, so that a product may be larger than a texture and a picture
//! may hold many.

use super::super::product::{Placed, Stamp};
use super::super::reflection::copies;
use super::kernels::{Kernel, Pipelines};
use crate::gpu::{Device, Error, Memory};

/// Pages that a texture holds under WebGPU's default limits.
const MOST_PAGES: u32 = 256;
/// A page's side is from 2 to the one up to 2 to the other: small ones waste little, large ones hold much.
const SIDES: std::ops::RangeInclusive<u32> = 8..=12;
/// Bytes from one uniform of a buffer to the next.
const STRIDE: usize = 256;

/// All products' pixels.
pub(super) struct Atlas {
    texture: wgpu::Texture,
    /// Ever smaller copies, as levels from half the size on; not there until a floor mirrors.
    copies: Option<wgpu::Texture>,
    /// Of a dummy in the copies' stead.
    nothing: wgpu::Texture,
    /// A page's side is 2 to this.
    pub side: u32,
    pub held: Vec<Held>,
    told: Memory,
}

/// A product in the atlas.
pub(super) struct Held {
    /// Its first page, and pages in a row and in all.
    pub page: u32,
    pub columns: u32,
    pages: u32,
    stamp: Option<Stamp>,
    /// Whether its smaller copies are there.
    copied: bool,
}

/// Where products come: the side of a page, and for each its pages in a row and in all.
type Layout = (u32, Vec<(u32, u32)>);

/// What `pyramid.wgsl` is told.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
struct Parameters {
    size: [u32; 2],
    first: u32,
    columns: u32,
    side: u32,
    unused: u32,
}

fn layout(products: &[&Placed]) -> Result<Layout, Error> {
    for side in SIDES {
        let along = |pixels: u32| pixels.div_ceil(1 << side).max(1);
        let pages: Vec<(u32, u32)> = products
            .iter()
            .map(|placed| {
                let columns = along(placed.width);
                (columns, columns.saturating_mul(along(placed.height)))
            })
            .collect();
        let count = pages.iter().fold(0_u32, |sum, (_, pages)| sum.saturating_add(*pages));
        // The last copy is a pixel of a page at least.
        if count <= MOST_PAGES && products.iter().all(|placed| copies(placed) <= side + 1) {
            return Ok((side, pages));
        }
    }
    let bytes: u64 = products.iter().map(|placed| placed.pixels.len() as u64).sum();
    let limit = u64::from(MOST_PAGES) << (2 * SIDES.end() + 2) >> 20;
    Err(Error::TooLarge { what: "the products".into(), needed: bytes >> 20, limit })
}

fn texture(
    device: &Device,
    format: wgpu::TextureFormat,
    side: u32,
    pages: u32,
    levels: u32,
    usage: wgpu::TextureUsages,
) -> wgpu::Texture {
    device.raw().create_texture(&wgpu::TextureDescriptor {
        label: Some("products"),
        size: wgpu::Extent3d { width: side, height: side, depth_or_array_layers: pages },
        mip_level_count: levels,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format,
        usage: usage | wgpu::TextureUsages::TEXTURE_BINDING,
        view_formats: &[],
    })
}

fn view(texture: &wgpu::Texture, level: Option<u32>) -> wgpu::TextureView {
    texture.create_view(&wgpu::TextureViewDescriptor {
        dimension: Some(wgpu::TextureViewDimension::D2Array),
        base_mip_level: level.unwrap_or(0),
        mip_level_count: level.map(|_| 1),
        ..wgpu::TextureViewDescriptor::default()
    })
}

impl Atlas {
    pub(super) fn new(device: &Device) -> Result<Self, Error> {
        device.check()?;
        let dummy = |format| texture(device, format, 1, 1, 1, wgpu::TextureUsages::empty());
        Ok(Self {
            texture: dummy(wgpu::TextureFormat::Rgba8Uint),
            copies: None,
            nothing: dummy(wgpu::TextureFormat::Rgba16Float),
            side: 0,
            held: Vec::new(),
            told: Memory::uniform(device, "the copies' parameters", STRIDE * *SIDES.end() as usize)?,
        })
    }

    /// Brings products there that are not yet, and where `mirrored` their smaller copies.
    pub(super) fn hold(
        &mut self,
        device: &Device,
        pipelines: &Pipelines,
        products: &[&Placed],
        mirrored: bool,
    ) -> Result<(), Error> {
        let (side, pages) = layout(products)?;
        let fits = side == self.side
            && pages.len() == self.held.len()
            && pages.iter().zip(&self.held).all(|(pages, held)| *pages == (held.columns, held.pages));
        if !fits {
            self.side = side;
            let mut page = 0;
            self.held.clear();
            for (columns, pages) in pages {
                self.held.push(Held { page, columns, pages, stamp: None, copied: false });
                page += pages;
            }
            let page = page.max(1);
            if (self.texture.width(), self.texture.depth_or_array_layers()) != (1 << side, page) {
                self.texture.destroy();
                self.let_copies_go();
                let usage = wgpu::TextureUsages::COPY_DST;
                self.texture = texture(device, wgpu::TextureFormat::Rgba8Uint, 1 << side, page, 1, usage);
            }
        }
        for (held, placed) in self.held.iter_mut().zip(products) {
            if held.stamp != Some(placed.stamp) {
                held.upload(device, &self.texture, side, placed);
            }
        }
        if mirrored {
            self.copy(device, pipelines, products)?;
        }
        device.check()
    }

    /// Makes the smaller copies that are not there.
    fn copy(&mut self, device: &Device, pipelines: &Pipelines, products: &[&Placed]) -> Result<(), Error> {
        let Self { side, ref texture, .. } = *self;
        let copies = self.copies.get_or_insert_with(|| {
            let usage = wgpu::TextureUsages::STORAGE_BINDING;
            let pages = texture.depth_or_array_layers();
            self::texture(device, wgpu::TextureFormat::Rgba16Float, 1 << (side - 1), pages, side, usage)
        });
        let whole = view(texture, None);
        for (held, placed) in self.held.iter_mut().zip(products).filter(|(held, _)| !held.copied) {
            held.copied = true;
            let levels = super::super::reflection::copies(placed) - 1;
            let size = |level: u32| [placed.width, placed.height].map(|pixels| pixels.div_ceil(1 << level));
            let mut told = vec![0; STRIDE * levels.max(1) as usize];
            for (told, level) in told.chunks_exact_mut(STRIDE).zip(0..levels) {
                let parameters = Parameters {
                    size: size(level),
                    first: held.page,
                    columns: held.columns,
                    side: side - level,
                    unused: 0,
                };
                told[..size_of::<Parameters>()].copy_from_slice(bytemuck::bytes_of(&parameters));
            }
            self.told.write(device, &told);
            let mut encoder = device.raw().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            for level in 0..levels {
                let told = wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                    buffer: self.told.buffer(),
                    offset: u64::from(level) * STRIDE as u64,
                    size: wgpu::BufferSize::new(size_of::<Parameters>() as u64),
                });
                let coarser = view(copies, Some(level));
                let coarser = (4, wgpu::BindingResource::TextureView(&coarser));
                let groups = size(level + 1).map(|pixels| pixels.div_ceil(8));
                if level == 0 {
                    let whole = (2, wgpu::BindingResource::TextureView(&whole));
                    let lights = (1, pipelines.lights.buffer().as_entire_binding());
                    let all = [(0, told), lights, whole, coarser];
                    pipelines.record(device, &mut encoder, Kernel::Begin, &all, groups);
                } else {
                    let finer = view(copies, Some(level - 1));
                    let all = [(0, told), (3, wgpu::BindingResource::TextureView(&finer)), coarser];
                    pipelines.record(device, &mut encoder, Kernel::Shrink, &all, groups);
                }
            }
            device.submit(encoder)?;
        }
        Ok(())
    }

    fn let_copies_go(&mut self) {
        if let Some(copies) = self.copies.take() {
            copies.destroy();
        }
        self.held.iter_mut().for_each(|held| held.copied = false);
    }

    /// The pixels, and the smaller copies or a dummy.
    pub(super) fn views(&self) -> [wgpu::TextureView; 2] {
        [view(&self.texture, None), view(self.copies.as_ref().unwrap_or(&self.nothing), None)]
    }
}

impl Held {
    fn upload(&mut self, device: &Device, texture: &wgpu::Texture, side: u32, placed: &Placed) {
        self.stamp = Some(placed.stamp);
        self.copied = false;
        for page in 0..self.pages {
            let (left, top) = ((page % self.columns) << side, (page / self.columns) << side);
            let within = |from: u32, length: u32| (length - from).min(1 << side);
            let first = (top as usize * placed.width as usize + left as usize) * 4;
            device.queue().write_texture(
                wgpu::TexelCopyTextureInfo {
                    texture,
                    mip_level: 0,
                    origin: wgpu::Origin3d { x: 0, y: 0, z: self.page + page },
                    aspect: wgpu::TextureAspect::All,
                },
                &placed.pixels[first..],
                wgpu::TexelCopyBufferLayout {
                    offset: 0,
                    bytes_per_row: Some(placed.width * 4),
                    rows_per_image: None,
                },
                wgpu::Extent3d {
                    width: within(left, placed.width),
                    height: within(top, placed.height),
                    depth_or_array_layers: 1,
                },
            );
        }
    }
}

impl Drop for Atlas {
    fn drop(&mut self) {
        self.let_copies_go();
        self.texture.destroy();
        self.nothing.destroy();
    }
}
