"""Photos for training: foregrounds turned, scaled and coloured anew over other backgrounds, with exact alpha.

    python3 models/edges/photos.py --from DIR --sources DIR/sources --each 6

DIR is what foregrounds.py wrote. Writes DIR/photos/STEM.jpg and its alpha STEM.png. What makes edges hard in real photos is made here at random: a lens's blur,
enlargement, sharpening, grain, JPEG, and backgrounds of the subject's own colour.
"""

import argparse
import zlib
from pathlib import Path

import numpy as np
from PIL import Image
from scipy import ndimage

SIZES = ((1024, 768), (768, 1024), (1024, 1024), (900, 900), (1200, 1200), (1024, 683), (683, 1024), (1400, 1050))


def pictures_of(files, size=None):
    """0 to 1; those of one colour are left out."""
    opened = [Image.open(file).convert("RGB") for file in sorted(files)]
    pictures = [np.asarray(picture.resize(size) if size else picture).astype(np.float32) / 255 for picture in opened]
    return [picture for picture in pictures if picture.std() > 0.01]


def surface(pictures, height, width, random, part):
    """A random piece of a random picture, `part` of its height, brought to a size."""
    picture = pictures[random.integers(len(pictures))]
    rows = max(8, int(picture.shape[0] * part))
    columns = max(8, min(picture.shape[1], int(rows * width / height)))
    y, x = random.integers(0, picture.shape[0] - rows + 1), random.integers(0, picture.shape[1] - columns + 1)
    piece = picture[y:y + rows, x:x + columns]
    planes = [np.asarray(Image.fromarray(np.ascontiguousarray(piece[..., k])).resize((width, height), Image.Resampling.BICUBIC))
              for k in range(3)]
    return np.stack(planes, -1).clip(0, 1)


def paper(height, width, random, x, y):
    """A studio's paper with a horizon, falling light and a soft shadow somewhere."""
    shade = random.choice([random.uniform(0.9, 1), random.uniform(0.75, 0.97), random.uniform(0.1, 0.8)])
    tint = shade * (1 - random.uniform(0, 0.08, 3)) if random.random() < 0.7 else random.uniform(0.1, 0.95, 3)
    light = 1 + 0.05 * random.normal() * x + 0.08 * random.normal() * y - 0.06 * random.random() * (x**2 + y**2)
    if random.random() < 0.5:
        light = light * (1 + 0.05 * random.normal() / (1 + np.exp(-(y - random.uniform(-0.2, 0.8)) * random.choice([6, 20, 200]))))
    at, wide = random.uniform([-0.5, 0], [0.5, 0.9]), random.uniform([0.2, 0.05], [0.7, 0.4])
    light = light * (1 - random.uniform(0, 0.5) * np.exp(-(((x - at[0]) / wide[0]) ** 2) - ((y - at[1]) / wide[1]) ** 2))
    return light[..., None] * tint


def backdrop(height, width, random, pictures, rooms):
    """`[height, width, 3]`, 0 to 1."""
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    which = random.random()
    if which < 0.3:
        made = paper(height, width, random, x, y)
    elif which < 0.6:
        made = surface(pictures, height, width, random, random.uniform(0.25, 1)) ** random.uniform(0.6, 1.6)
        mean = made.mean()
        made = (made - mean) * random.uniform(0.5, 1.2) + mean + 0.1 * random.normal()
        if random.random() < 0.5:
            made = ndimage.gaussian_filter(made, (*[random.uniform(0.5, 5)] * 2, 0))
    else:
        made = surface(rooms, height, width, random, random.uniform(0.3, 0.9))
        made = ndimage.gaussian_filter(made, (*[random.choice([0.6, 1.5, 4, 10])] * 2, 0))
        if random.random() < 0.5:
            table = surface(pictures, height, width, random, random.uniform(0.4, 1))
            before = 1 / (1 + np.exp(-60 * (y - random.uniform(-0.2, 0.7))))
            made = made + (table - made) * before[..., None]
    return made.clip(0, 1).astype(np.float32)


def placed(layer, height, width, random):
    """Premultiplied RGBA `[H, W, 4]` turned and scaled into a frame."""
    rows, columns = (np.flatnonzero((layer[..., 3] > 0.05).any(axis)) for axis in (1, 0))
    fill = random.uniform(0.55, 0.95)
    scale = min(fill * height / np.ptp(rows), fill * width / np.ptp(columns), 1.6)
    angle = np.deg2rad(8 * random.normal() if random.random() < 0.7 else random.uniform(-180, 180))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / scale
    middle = np.array([rows[[0, -1]].mean(), columns[[0, -1]].mean()])
    offset = middle - turn @ (np.array([height, width]) * (0.5 + 0.03 * random.normal(size=2)))
    if scale < 1:
        layer = ndimage.gaussian_filter(layer, (0.35 / scale, 0.35 / scale, 0))
    planes = [ndimage.affine_transform(layer[..., k], turn, offset, (height, width), order=1 if scale < 1 else 3) for k in range(4)]
    return np.stack(planes, -1).clip(0, 1)


def photo(foreground, random, pictures, rooms):
    """8-bit photo and alpha."""
    height, width = SIZES[random.integers(len(SIZES))]
    if random.random() < 0.5:
        foreground = foreground[:, ::-1]
    layer = np.dstack([foreground[..., :3] * foreground[..., 3:], foreground[..., 3]])
    layer = placed(layer, height, width, random)
    lens = random.choice([0.3, 0.5, 0.8, 1.2], p=[0.35, 0.35, 0.2, 0.1])
    layer = ndimage.gaussian_filter(layer, (lens, lens, 0))
    alpha = np.where(layer[..., 3] < 0.006, 0, np.where(layer[..., 3] > 0.994, 1, layer[..., 3]))
    colour = (layer[..., :3] / np.maximum(alpha, 1e-3)[..., None]).clip(0, 1)
    if random.random() < 0.4:
        colour = colour[..., random.permutation(3)]
    colour = colour ** random.uniform(0.7, 1.4) * random.uniform(0.75, 1.15)
    if random.random() < 0.25:
        pattern = surface(pictures, height, width, random, random.uniform(0.3, 1))
        colour = colour * (1 + random.uniform(0.3, 0.9) * (pattern / pattern.mean() - 1))
    colour = colour.clip(0, 1)
    background = backdrop(height, width, random, pictures, rooms)
    if random.random() < 0.12:
        mean = (colour * alpha[..., None]).sum((0, 1)) / alpha.sum()
        background = (background + (mean - background.mean((0, 1))) * random.uniform(0.7, 1)).clip(0, 1)
    made = alpha[..., None] * colour + (1 - alpha[..., None]) * background
    if random.random() < 0.3:
        made = made + (made - ndimage.gaussian_filter(made, (0.9, 0.9, 0))) * random.uniform(0.2, 1)
    grain = random.normal(size=made.shape) + 0.6 * random.normal(size=(height, width, 1))
    grain = 1.6 * ndimage.gaussian_filter(grain, (0.5, 0.5, 0))
    made = made + random.uniform(0.001, 0.016) * grain * (1.15 - 0.75 * made)
    return np.rint(made.clip(0, 1) * 255).astype(np.uint8), np.rint(alpha * 255).astype(np.uint8)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", type=Path, required=True, dest="folder", metavar="DIR")
    parser.add_argument("--sources", type=Path, required=True)
    parser.add_argument("--each", type=int, default=6, metavar="N", help="photos of each foreground")
    arguments = parser.parse_args()
    out = arguments.folder / "photos"
    out.mkdir(parents=True, exist_ok=True)
    assets = arguments.sources / "metaworld/metaworld/assets"
    pictures = pictures_of([*assets.glob("textures/*.png"), *assets.glob("scene/textures/*.png")], (1024, 1024))
    rooms = pictures_of(arguments.folder.glob("rooms/*.png"))
    for file in sorted(arguments.folder.glob("foregrounds/*.png")):
        foreground = np.asarray(Image.open(file)).astype(np.float32) / 255
        if not 0.01 < (foreground[..., 3] > 0.5).mean() < 0.9:
            continue
        for number in range(arguments.each):
            stem = f"{file.stem}_{number}"
            random = np.random.default_rng(zlib.crc32(stem.encode()))
            made, alpha = photo(foreground, random, pictures, rooms)
            quality, subsampling = int(random.integers(75, 97)), int(random.choice([0, 2]))
            Image.fromarray(made).save(out / f"{stem}.jpg", quality=quality, subsampling=subsampling)
            Image.fromarray(alpha).save(out / f"{stem}.png")


if __name__ == "__main__":
    main()
