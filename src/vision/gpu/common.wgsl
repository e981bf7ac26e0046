// What every kernel of the cut-out is told, and how it finds the matte. Rust puts the constants in capitals above.

struct Parameters {
    // Width and height of the photo and of the level being worked on, pixels.
    photo: vec2u,
    level: vec2u,
    // Width and height of the grid of models, cells.
    grid: vec2u,
    // Tiles in a row of the photo, of the level, and of the level above it.
    columns: u32,
    level_columns: u32,
    coarse_columns: u32,
    // The level's pixels are 2^shift of the photo's.
    shift: u32,
    // Half the side of the square that a colour is averaged over.
    blur: u32,
    // Whether the photo has an alpha of its own: 0 or 1.
    has_alpha: u32,
    // Whether answers become opacities by a straight ramp, not by a smooth step: 0 or 1.
    straight: u32,
    // Keeps the size a multiple of eight bytes.
    unused: u32,
    // Where the bound patches start in the list of all (matte, finish), or where the tiles are to be put (solve).
    first: u32,
    // How many items there are (probe).
    count: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
// For each tile to be worked on: its patch in `patches`, and which tile of the level it is.
@group(0) @binding(1) var<storage, read> places: array<vec2u>;
// PATCH x PATCH pixels each: a tile and HALO pixels around it, red in the lowest byte.
@group(0) @binding(2) var<storage, read_write> patches: array<u32>;
// For each tile of the photo where its opacities are in `alpha`, or EMPTY or FULL.
@group(0) @binding(3) var<storage, read> tiles: array<u32>;
// TILE x TILE opacities a tile, four in a word, the leftmost in the lowest byte.
@group(0) @binding(4) var<storage, read_write> alpha: array<u32>;

const PATCH: u32 = TILE + 2u * HALO;

// The first pixel of a tile.
fn corner(tile: u32, columns: u32) -> vec2u {
    return vec2u(tile % columns, tile / columns) * TILE;
}

// Of the tiles in `alpha`, the opacity of one pixel.
fn stored(tile: u32, at: vec2u) -> u32 {
    let word = alpha[tile * (TILE * TILE / 4u) + at.y * (TILE / 4u) + at.x / 4u];
    return (word >> (8u * (at.x % 4u))) & 255u;
}

// The matte at a pixel of the photo, 0 to 255.
fn matte_at(at: vec2u) -> u32 {
    let tile = tiles[at.y / TILE * parameters.columns + at.x / TILE];
    if tile == EMPTY {
        return 0u;
    }
    if tile == FULL {
        return 255u;
    }
    return stored(tile, at % TILE);
}

// How much of a pixel's colour is the subject's, 0 to 255; `own` is the photo's own alpha there.
fn share_of(opacity: u32, own: u32) -> u32 {
    if parameters.has_alpha == 0u {
        return opacity;
    }
    if own == 0u {
        return 0u;
    }
    return min((opacity * 255u + own / 2u) / own, 255u);
}
