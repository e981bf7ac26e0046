//! A JPEG whose white background is still white after it was decoded.
//!
//! A JPEG of a product on white rings: in the blocks of 8 × 8 pixels that hold an edge, white comes out as 250 to
//! 260 in luma and as a trace of colour in chroma. Two different remedies, in those blocks alone:
//!
//! - **Luma** is cut off at 255 by every decoder, and that helps: where the encoder asks for *whiter* than white, the
//!   ringing stays above 255 and nobody sees it. So the luma of the white pixels is raised by what they fell short of,
//!   and the block is quantised again, until all of them decode as white (projection onto convex sets).
//! - **Chroma** has no such end: white needs exactly none of it. So the chroma table has steps of 1. Blocks inside the
//!   product keep to multiples of the usual steps and cost little more for it; in blocks of the edge a search over
//!   single steps finds coefficients whose pixels all round to no colour where it is white. The product's own pixels
//!   have the freedom that this takes: they move by a level or two.
//!
//! Baseline, 4:4:4, the luma table of ITU-T T.81 Annex K scaled as the Independent JPEG Group does, Huffman tables made
//! for the picture. Floats are used, but no function of the platform's mathematics library: every machine writes the
//! same bytes.

use super::Backdrop;
use crate::photo::{Error, Format, Rgb, check_length, memory};

/// Rounds after which the luma of a block is left as it is; most take two or three.
const ROUNDS: usize = 96;

/// How far above white the luma of a white pixel is brought, for decoders whose inverse transform is a little off.
const MARGIN: f32 = 0.75;

/// Moves after which the chroma of a block is left as it is; most take fewer than ten.
const MOVES: usize = 800;

/// How far from none the chroma of a white pixel may be: rounded it is none, and decoders may be a little off.
const COLORLESS: f32 = 0.4;

/// What the squared error of a product's pixel weighs beside that of a white one.
const PRODUCT_WEIGHT: f32 = 0.002;

/// A move may not be undone for so many moves, so that the search leaves a hollow that is none of its goals.
const HELD: usize = 9;

/// How far above white a target may go: twice what the worst ringing of quality 60 takes.
const MOST: f32 = 255.0 + 96.0;

/// Coefficients keep within what 8-bit baseline files may hold; a mean may be that of [`MOST`], since it is written as
/// its difference from the one before, of twice the range, in steps of at least [`MEAN_STEP`].
const LARGEST: f32 = 1023.0;
const LARGEST_MEAN: f32 = 8.0 * (MOST - 128.0);

/// The least step of luma's mean: with 1, a difference from black could not be written.
const MEAN_STEP: u16 = 2;

/// `cos((2x + 1) u π / 16) / 2`, and `1 / (2 √2)` for `u = 0`: row `u`, column `x`.
#[rustfmt::skip]
const BASIS: [[f32; 8]; 8] = {
    const A: f32 = 0.353_553_4;
    const B: f32 = 0.490_392_64;
    const C: f32 = 0.461_939_77;
    const D: f32 = 0.415_734_8;
    const E: f32 = 0.277_785_12;
    const F: f32 = 0.191_341_72;
    const G: f32 = 0.097_545_16;
    [
        [A,  A,  A,  A,  A,  A,  A,  A],
        [B,  D,  E,  G, -G, -E, -D, -B],
        [C,  F, -F, -C, -C, -F,  F,  C],
        [D, -G, -B, -E,  E,  B,  G, -D],
        [A, -A, -A,  A,  A, -A, -A,  A],
        [E, -B,  G,  D, -D, -G,  B, -E],
        [F, -C,  C, -F, -F,  C, -C,  F],
        [G, -E,  D, -B,  B, -D,  E, -G],
    ]
};

#[rustfmt::skip]
const LUMA: [u16; 64] = [
    16, 11, 10, 16, 24, 40, 51, 61,
    12, 12, 14, 19, 26, 58, 60, 55,
    14, 13, 16, 24, 40, 57, 69, 56,
    14, 17, 22, 29, 51, 87, 80, 62,
    18, 22, 37, 56, 68, 109, 103, 77,
    24, 35, 55, 64, 81, 104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101,
    72, 92, 95, 98, 112, 100, 103, 99,
];

#[rustfmt::skip]
const CHROMA: [u16; 64] = [
    17, 18, 24, 47, 99, 99, 99, 99,
    18, 21, 26, 66, 99, 99, 99, 99,
    24, 26, 56, 99, 99, 99, 99, 99,
    47, 66, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
];

/// Chroma's table as it is written.
const FINE: [u16; 64] = [1; 64];

/// The order in which a block's coefficients are written: places in a block of rows.
#[rustfmt::skip]
const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5,
    12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
    58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

type Block = [f32; 64];

/// A block's colours, which of them stay white, and the coefficients that were made of them.
type Done = ([[u8; 3]; 64], u64, [[i16; 64]; 3]);

/// Encodes a picture as a JPEG on white: `width × height × 4` bytes of straight sRGB RGBA. Pixels for which
/// `stays_white` says so, by their index, and which are white, decode as exactly 255, 255, 255.
///
/// # Errors
/// A buffer of another length, a side of more than 65,535 pixels or none, a quality outside 1 to 100, or no memory.
pub fn encode_on_white(
    width: u32,
    height: u32,
    pixels: &[u8],
    quality: u8,
    stays_white: impl Fn(usize) -> bool,
) -> Result<Vec<u8>, Error> {
    const LIMIT: u32 = 65_535;
    check_length(width, height, pixels)?;
    if width == 0 || height == 0 {
        return Err(Error::NoPixels { width, height });
    }
    if width > LIMIT || height > LIMIT {
        return Err(Error::TooLargeFor { format: Format::Jpeg, width, height, limit: LIMIT });
    }
    if !(1..=100).contains(&quality) {
        return Err(Error::Quality(quality));
    }
    let mut steps = [scaled(&LUMA, quality), scaled(&CHROMA, quality)];
    steps[0][0] = steps[0][0].max(MEAN_STEP);
    let coefficients = quantised(width as usize, height as usize, pixels, &steps, stays_white)?;
    Ok(write(width, height, &[steps[0], FINE], &coefficients))
}

/// A table of quantisation steps at a quality.
fn scaled(table: &[u16; 64], quality: u8) -> [u16; 64] {
    let quality = u32::from(quality);
    let percent = if quality < 50 { 5000 / quality } else { 200 - 2 * quality };
    table.map(|step| ((u32::from(step) * percent + 50) / 100).clamp(1, 255) as u16)
}

/// The coefficients of all blocks in zigzag order, for each place luma, blue and red chroma.
fn quantised(
    width: usize,
    height: usize,
    pixels: &[u8],
    steps: &[[u16; 64]; 2],
    stays_white: impl Fn(usize) -> bool,
) -> Result<Vec<[i16; 64]>, Error> {
    let (columns, rows) = (width.div_ceil(8), height.div_ceil(8));
    // Asked for as bytes, so that a refusal is an answer.
    drop(memory::zeroed((columns * rows * 3 * size_of::<[i16; 64]>()) as u64)?);
    let mut coefficients = Vec::with_capacity(columns * rows * 3);
    let pixels = pixels.as_chunks::<4>().0;
    let backdrop = Backdrop::new(Rgb([255; 3]));
    let mut last: Option<Done> = None;
    for row in 0..rows {
        for column in 0..columns {
            let mut colors = [[0; 3]; 64];
            // One bit for each pixel that must stay white.
            let mut white = 0_u64;
            for (at, color) in colors.iter_mut().enumerate() {
                let (x, y) = (column * 8 + at % 8, row * 8 + at / 8);
                let inside = x < width && y < height;
                let index = y.min(height - 1) * width + x.min(width - 1);
                *color = backdrop.under(pixels[index]);
                white |= u64::from(inside && *color == [255; 3] && stays_white(index)) << at;
            }
            // Most of a listing photo is one block of white after another.
            let blocks = match &last {
                Some((before, mask, blocks)) if *before == colors && *mask == white => *blocks,
                _ => encode_block(&colors, white, steps),
            };
            last = Some((colors, white, blocks));
            coefficients.extend(blocks);
        }
    }
    Ok(coefficients)
}

/// Luma and chroma of one block. `white`: a bit for each pixel that must decode as white.
fn encode_block(colors: &[[u8; 3]; 64], white: u64, steps: &[[u16; 64]; 2]) -> [[i16; 64]; 3] {
    if white == u64::MAX {
        // White is 127 above the middle, the mean has a weight of 8; rounded up, it cannot come out darker.
        let mut luma = [0; 64];
        luma[0] = (127 * 8_u16).div_ceil(steps[0][0]) as i16;
        return [luma, [0; 64], [0; 64]];
    }
    let plane = |weights: [f32; 3], middle: f32| -> Block {
        colors.map(|color| {
            let [red, green, blue] = color.map(f32::from);
            weights[0] * red + weights[1] * green + weights[2] * blue - middle
        })
    };
    let mut luma = plane([0.299, 0.587, 0.114], 128.0);
    let blue = chroma(&plane([-0.168_735_9, -0.331_264_1, 0.5], 0.0), white, &steps[1]);
    let red = chroma(&plane([0.5, -0.418_687_6, -0.081_312_4], 0.0), white, &steps[1]);
    let mut best = round(&forward(&luma), &steps[0]);
    if white != 0 {
        let needed = 127.0 + MARGIN;
        let is_white = |at: usize| white >> at & 1 != 0;
        let mut fewest = u32::MAX;
        let mut tried = best;
        for _ in 0..ROUNDS {
            let decoded = inverse(&tried, &steps[0]);
            let mut short = 0;
            for at in (0..64).filter(|&at| is_white(at)) {
                let missing = needed - decoded[at];
                if missing > 0.0 {
                    short += 1;
                    // A little more than is missing, so that rounding cannot hold it back.
                    luma[at] = (luma[at] + missing + 0.5).min(MOST - 128.0);
                }
            }
            if short < fewest {
                (fewest, best) = (short, tried);
            }
            if short == 0 {
                break;
            }
            tried = round(&forward(&luma), &steps[0]);
        }
    }
    [best, blue, red].map(|block| ZIGZAG.map(|place| block[usize::from(place)]))
}

/// The chroma coefficients of a block, in steps of 1; `usual`: the steps that the quality asks for.
fn chroma(wanted: &Block, white: u64, usual: &[u16; 64]) -> [i16; 64] {
    let spectrum = forward(wanted);
    if white == 0 {
        let coarse = round(&spectrum, usual);
        return std::array::from_fn(|at| coarse[at] * usual[at] as i16);
    }
    let mut block = round(&spectrum, &FINE);
    if block == [0; 64] {
        return block;
    }
    let is_white = |at: usize| white >> at & 1 != 0;
    // How far a pixel is from where it may be: nowhere, for one that rounds to no colour.
    let off = |at: usize, value: f32| {
        if is_white(at) { value - value.clamp(-COLORLESS, COLORLESS) } else { value - wanted[at] }
    };
    let weight = |at: usize| if is_white(at) { 1.0 } else { PRODUCT_WEIGHT };
    let mut decoded = inverse(&block, &FINE);
    let mut best = block;
    let mut least = f32::INFINITY;
    let mut moved = [0_usize; 64];
    for turn in 1..=MOVES {
        let errors: Block = std::array::from_fn(|at| off(at, decoded[at]));
        let short: f32 = (0..64).filter(|&at| is_white(at)).map(|at| errors[at] * errors[at]).sum();
        if short < least {
            (least, best) = (short, block);
        }
        if short == 0.0 {
            break;
        }
        // The slope of the cost along each coefficient; the moves that promise most are tried exactly.
        let slope = forward(&std::array::from_fn(|at| errors[at] * weight(at)));
        let mut candidates = [(0.0_f32, 0_usize); 8];
        for (at, &slope) in slope.iter().enumerate() {
            let is_held = moved[at] > 0 && turn - moved[at] < HELD;
            if !is_held && slope.abs() > candidates[7].0 {
                candidates[7] = (slope.abs(), at);
                candidates.sort_by(|one, other| other.0.total_cmp(&one.0));
            }
        }
        let mut chosen: Option<(f32, usize, f32)> = None;
        for &(_, place) in candidates.iter().filter(|candidate| candidate.0 > 0.0) {
            let step = -slope[place].signum();
            let (row, column) = (&BASIS[place / 8], &BASIS[place % 8]);
            let cost: f32 = (0..64)
                .map(|at| {
                    let error = off(at, decoded[at] + step * row[at / 8] * column[at % 8]);
                    error * error * weight(at)
                })
                .sum();
            if chosen.is_none_or(|(least, ..)| cost < least) {
                chosen = Some((cost, place, step));
            }
        }
        let Some((_, place, step)) = chosen else { break };
        block[place] += step as i16;
        moved[place] = turn;
        for (at, value) in decoded.iter_mut().enumerate() {
            *value += step * BASIS[place / 8][at / 8] * BASIS[place % 8][at % 8];
        }
    }
    best
}

/// The discrete cosine transform of a block of rows.
fn forward(block: &Block) -> Block {
    let mut rows = [0.0; 64];
    for y in 0..8 {
        for u in 0..8 {
            rows[y * 8 + u] = (0..8).map(|x| BASIS[u][x] * block[y * 8 + x]).sum();
        }
    }
    let mut result = [0.0; 64];
    for v in 0..8 {
        for u in 0..8 {
            result[v * 8 + u] = (0..8).map(|y| BASIS[v][y] * rows[y * 8 + u]).sum();
        }
    }
    result
}

/// What a decoder makes of a block, before it adds the middle and cuts off.
fn inverse(block: &[i16; 64], steps: &[u16; 64]) -> Block {
    let value = |at: usize| f32::from(block[at]) * f32::from(steps[at]);
    let mut rows = [0.0; 64];
    for v in 0..8 {
        for x in 0..8 {
            rows[v * 8 + x] = (0..8).map(|u| BASIS[u][x] * value(v * 8 + u)).sum();
        }
    }
    let mut result = [0.0; 64];
    for y in 0..8 {
        for x in 0..8 {
            result[y * 8 + x] = (0..8).map(|v| BASIS[v][y] * rows[v * 8 + x]).sum();
        }
    }
    result
}

fn round(block: &Block, steps: &[u16; 64]) -> [i16; 64] {
    std::array::from_fn(|at| {
        let step = f32::from(steps[at]);
        let most = (if at == 0 { LARGEST_MEAN } else { LARGEST } / step).floor();
        (block[at] / step).round().clamp(-most, most) as i16
    })
}

/// The Huffman code of one kind of symbols.
struct Code {
    /// How many symbols there are of each length, 1 to 16.
    counts: [u8; 16],
    /// The symbols, the shortest first.
    symbols: Vec<u8>,
    /// For each symbol its code and its length.
    codes: [(u16, u8); 256],
}

impl Code {
    /// The shortest code of at most 16 bits (T.81, Annex K.2): `uses` says how often each symbol comes.
    fn of(uses: &[u32; 256]) -> Self {
        // One more, the rarest, takes the code of all ones, which no symbol may have.
        let mut weights: Vec<u64> = uses.iter().map(|&uses| u64::from(uses)).chain([1]).collect();
        let mut lengths = vec![0_usize; 257];
        // The symbols that hang on each root.
        let mut members: Vec<Vec<usize>> = (0..257).map(|symbol| vec![symbol]).collect();
        loop {
            let rarest = |but: Option<usize>| {
                (0..257)
                    .rev()
                    .filter(|&root| weights[root] > 0 && Some(root) != but)
                    .min_by_key(|&root| weights[root])
            };
            let Some(one) = rarest(None) else { break };
            let Some(other) = rarest(Some(one)) else { break };
            weights[one] += weights[other];
            weights[other] = 0;
            let joined = std::mem::take(&mut members[other]);
            members[one].extend(joined);
            for &symbol in &members[one] {
                lengths[symbol] += 1;
            }
        }
        let mut counts = [0_usize; 258];
        for &length in lengths.iter().filter(|&&length| length > 0) {
            counts[length] += 1;
        }
        // Longer codes than 16 bits: two of them move up beside another that splits.
        for length in (17..counts.len()).rev() {
            while counts[length] > 0 {
                let mut shorter = length - 2;
                while counts[shorter] == 0 {
                    shorter -= 1;
                }
                counts[length] -= 2;
                counts[length - 1] += 1;
                counts[shorter + 1] += 2;
                counts[shorter] -= 1;
            }
        }
        let mut order: Vec<usize> = (0..257).filter(|&symbol| lengths[symbol] > 0).collect();
        // The one of all ones is last of the longest.
        order.sort_by_key(|&symbol| (lengths[symbol], symbol));
        order.retain(|&symbol| symbol != 256);
        if let Some(longest) = (1..=16).rev().find(|&length| counts[length] > 0) {
            counts[longest] -= 1;
        }
        let mut codes = [(0, 0); 256];
        let (mut code, mut next) = (0_u32, order.iter());
        for (length, &count) in (1..).zip(&counts[1..=16]) {
            for &symbol in next.by_ref().take(count) {
                codes[symbol] = (code as u16, length);
                code += 1;
            }
            code <<= 1;
        }
        Self {
            counts: std::array::from_fn(|length| counts[length + 1] as u8),
            symbols: order.into_iter().map(|symbol| symbol as u8).collect(),
            codes,
        }
    }
}

/// How many bits a coefficient takes, and which.
fn bits_of(value: i32) -> (u8, u32) {
    let size = (32 - value.unsigned_abs().leading_zeros()) as u8;
    let bits = if value < 0 { value + (1 << size) - 1 } else { value };
    (size, bits as u32)
}

/// Calls for every symbol of a block: whether it is the mean's, the symbol, and the bits that follow it.
fn symbols(block: &[i16; 64], before: i16, mut emit: impl FnMut(bool, u8, u8, u32)) {
    let (size, bits) = bits_of(i32::from(block[0]) - i32::from(before));
    emit(true, size, size, bits);
    let mut zeros = 0;
    for &value in &block[1..] {
        if value == 0 {
            zeros += 1;
            continue;
        }
        while zeros > 15 {
            emit(false, 0xf0, 0, 0);
            zeros -= 16;
        }
        let (size, bits) = bits_of(i32::from(value));
        emit(false, zeros << 4 | size, size, bits);
        zeros = 0;
    }
    if zeros > 0 {
        emit(false, 0, 0, 0);
    }
}

/// Every block in the order of the file, with the mean of the one before it of the same plane, and which tables it
/// takes.
fn walk(coefficients: &[[i16; 64]], mut each: impl FnMut(&[i16; 64], i16, usize)) {
    let mut before = [0; 3];
    for (at, block) in coefficients.iter().enumerate() {
        each(block, before[at % 3], usize::from(at % 3 > 0));
        before[at % 3] = block[0];
    }
}

fn write(width: u32, height: u32, steps: &[[u16; 64]; 2], coefficients: &[[i16; 64]]) -> Vec<u8> {
    // Luma's mean and rest, chroma's mean and rest.
    let mut uses = [[0_u32; 256]; 4];
    walk(coefficients, |block, before, table| {
        symbols(block, before, |is_mean, symbol, _, _| {
            uses[table * 2 + usize::from(!is_mean)][usize::from(symbol)] += 1;
        });
    });
    let codes = uses.each_ref().map(Code::of);

    let mut file = vec![0xff, 0xd8];
    let mut segment = |marker: u8, body: &[u8]| {
        file.extend([0xff, marker]);
        file.extend((body.len() as u16 + 2).to_be_bytes());
        file.extend(body);
    };
    segment(0xe0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0");
    for (table, steps) in steps.iter().enumerate() {
        let in_order = ZIGZAG.map(|place| steps[usize::from(place)] as u8);
        segment(0xdb, &[&[table as u8][..], &in_order].concat());
    }
    let [high, low] = (height as u16).to_be_bytes();
    let [left, right] = (width as u16).to_be_bytes();
    segment(0xc0, &[8, high, low, left, right, 3, 1, 0x11, 0, 2, 0x11, 1, 3, 0x11, 1]);
    for (at, code) in codes.iter().enumerate() {
        // Upper half: 0 for means, 1 for the rest; lower half: 0 for luma, 1 for chroma.
        let class = (((at % 2) << 4) | (at / 2)) as u8;
        segment(0xc4, &[&[class][..], &code.counts, &code.symbols].concat());
    }
    segment(0xda, &[3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]);

    let (mut pending, mut held) = (0_u64, 0_u32);
    let mut put = |file: &mut Vec<u8>, bits: u32, count: u8| {
        pending = pending << count | u64::from(bits);
        held += u32::from(count);
        while held >= 8 {
            held -= 8;
            let byte = (pending >> held) as u8;
            file.push(byte);
            if byte == 0xff {
                // So that no decoder takes it for a marker.
                file.push(0);
            }
        }
        held
    };
    walk(coefficients, |block, before, table| {
        symbols(block, before, |is_mean, symbol, size, bits| {
            let (code, length) = codes[table * 2 + usize::from(!is_mean)].codes[usize::from(symbol)];
            put(&mut file, u32::from(code), length);
            put(&mut file, bits, size);
        });
    });
    // Filled up with ones.
    let held = put(&mut file, 0, 0);
    if held > 0 {
        put(&mut file, (1 << (8 - held)) - 1, (8 - held) as u8);
    }
    file.extend([0xff, 0xd9]);
    file
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::photo::{Limits, decode};

    /// A picture of coloured discs, stripes and noise with white around and between them.
    fn picture(width: usize, height: usize) -> Vec<u8> {
        let mut state = 7_u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        let mut pixels = Vec::new();
        for y in 0..height {
            for x in 0..width {
                let (dx, dy) = (x as f64 - width as f64 / 2.0, y as f64 - height as f64 / 2.0);
                let radius = dx.hypot(dy);
                pixels.extend(match () {
                    () if radius < width as f64 / 6.0 => [noise(), noise(), noise(), 255],
                    () if radius < width as f64 / 4.0 => [200, 10, 30, 255],
                    () if radius < width as f64 / 3.0 && (x / 3) % 2 == 0 => [0, 0, 0, 255],
                    () if x > width * 4 / 5 && y > height * 4 / 5 => [20, 60, 250, 128],
                    () => [0; 4],
                });
            }
        }
        pixels
    }

    #[test]
    fn white_decodes_as_white_at_every_quality() {
        let (width, height) = (203, 157);
        let pixels = picture(width, height);
        let is_white = |at: usize| pixels[at * 4 + 3] == 0;
        let mut off = Vec::new();
        for quality in [60, 75, 85, 92, 95, 98, 100] {
            let file = encode_on_white(width as u32, height as u32, &pixels, quality, is_white).unwrap();
            let photo = decode(&file, &Limits::PRODUCT).unwrap();
            let decoded = photo.pixels.as_chunks::<4>().0;
            let here = (0..width * height).filter(|&at| is_white(at) && decoded[at] != [255; 4]).count();
            off.push((quality, here));
        }
        assert!(off.iter().all(|&(_, here)| here == 0), "{off:?}");
    }

    #[test]
    fn the_product_is_as_near_as_in_an_ordinary_jpeg_and_the_file_little_larger() {
        let (width, height) = (203, 157);
        let pixels = picture(width, height);
        let output = crate::photo::Output::Jpeg { quality: 95, background: Rgb([255; 3]) };
        let plain = crate::photo::encode(width as u32, height as u32, &pixels, output).unwrap();
        let ours =
            encode_on_white(width as u32, height as u32, &pixels, 95, |at| pixels[at * 4 + 3] == 0).unwrap();
        let none = encode_on_white(width as u32, height as u32, &pixels, 95, |_| false).unwrap();
        let error = |file: &[u8]| {
            let photo = decode(file, &Limits::PRODUCT).unwrap();
            let pairs = photo.pixels.as_chunks::<4>().0.iter().zip(pixels.as_chunks::<4>().0);
            let (mut sum, mut count) = (0_u64, 0_u64);
            for (found, expected) in pairs.filter(|(_, expected)| expected[3] == 255) {
                for (found, expected) in found[..3].iter().zip(expected) {
                    sum += u64::from(found.abs_diff(*expected)).pow(2);
                    count += 1;
                }
            }
            (sum as f64 / count as f64).sqrt()
        };
        let errors = [error(&plain), error(&none), error(&ours)];
        assert!(errors[1] <= errors[0] * 1.02 && errors[2] <= errors[0] * 1.25, "{errors:?}");
        let sizes = [plain.len(), none.len(), ours.len()];
        assert!(sizes[1] * 10 <= sizes[0] * 13 && sizes[2] * 10 <= sizes[0] * 15, "{sizes:?}");
    }

    #[test]
    fn any_size_and_the_plainest_picture_make_a_file() {
        for (width, height) in [(1, 1), (7, 9), (8, 8), (17, 1), (1, 33)] {
            for level in [0, 255] {
                let pixels = [level, level, level, 255].repeat(width * height);
                let file = encode_on_white(width as u32, height as u32, &pixels, 90, |_| true).unwrap();
                let photo = decode(&file, &Limits::PRODUCT).unwrap();
                assert_eq!((photo.width, photo.height), (width as u32, height as u32));
                assert!(
                    photo.pixels.as_chunks::<4>().0.iter().all(|p| p[0].abs_diff(level) <= 1),
                    "{width} {level}"
                );
            }
        }
        assert_eq!(encode_on_white(1, 1, &[0; 4], 0, |_| true), Err(Error::Quality(0)));
        assert_eq!(encode_on_white(0, 1, &[], 90, |_| true), Err(Error::NoPixels { width: 0, height: 1 }));
    }

    #[test]
    fn a_code_is_never_longer_than_sixteen_bits_nor_all_ones() {
        // Fibonacci's numbers make the deepest of trees.
        let mut uses = [0; 256];
        let (mut one, mut other) = (1, 1);
        for uses in uses.iter_mut().take(40) {
            *uses = one;
            (one, other) = (other, one + other);
        }
        let code = Code::of(&uses);
        assert_eq!(code.symbols.len(), 40);
        assert_eq!(code.counts.iter().map(|&count| usize::from(count)).sum::<usize>(), 40);
        let kraft: f64 = code.codes[..40].iter().map(|&(_, length)| 0.5_f64.powi(i32::from(length))).sum();
        assert!(
            kraft < 1.0
                && code.codes[..40].iter().all(|&(code, length)| u32::from(code) != (1 << length) - 1)
        );
        let single = Code::of(&std::array::from_fn(|symbol| u32::from(symbol == 9)));
        assert_eq!((single.codes[9], &single.symbols[..]), ((0, 1), &[9][..]));
    }
}
