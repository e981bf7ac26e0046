"""A contact sheet: each photo, its true matte, and cut-outs on magenta and on white.

    python3 benches/quality/sheet.py --truth DIR --out FILE.png [--cutouts NAME=DIR …] [--stems STEM …]
        [--split tune | held-out] [--side PX] [--crop]

--crop shows the square of the truth with the most soft edge at full size, where fringes are seen; without it whole
photos are shown. The columns are photo, truth, and for each cut-out magenta and white.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from score import cutout, colours, matte, read_manifest

MAGENTA, WHITE = (1.0, 0.0, 1.0), (1.0, 1.0, 1.0)


def composite(alpha, colour, backdrop):
    return alpha[..., None] * colour + (1 - alpha[..., None]) * np.asarray(backdrop, np.float32)


def softest(alpha, side):
    """The square of `side` px with the most partial alpha, as slices."""
    side = min(side, *alpha.shape)
    soft = ((alpha > 0.02) & (alpha < 0.98)).astype(np.float32)
    density = ndimage.uniform_filter(soft, side, mode="constant")
    y, x = np.unravel_index(density.argmax(), density.shape)
    y = int(np.clip(y - side // 2, 0, alpha.shape[0] - side))
    x = int(np.clip(x - side // 2, 0, alpha.shape[1] - side))
    return slice(y, y + side), slice(x, x + side)


def tile(values, side):
    picture = Image.fromarray(np.rint(values.clip(0, 1) * 255).astype(np.uint8)).convert("RGB")
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    sheet = Image.new("RGB", (side, side), (48, 48, 48))
    sheet.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    return sheet


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--truth", required=True, type=Path)
    parser.add_argument("--out", required=True)
    parser.add_argument("--cutouts", nargs="*", default=[], metavar="NAME=DIR")
    parser.add_argument("--stems", nargs="*")
    parser.add_argument("--split", choices=["tune", "held-out"])
    parser.add_argument("--side", type=int, default=240)
    parser.add_argument("--crop", action="store_true")
    parser.add_argument("--across", type=int, default=1, help="photos side by side")
    arguments = parser.parse_args()
    rows = read_manifest(arguments.truth, arguments.split)
    if arguments.stems:
        rows = [row for row in rows if row["id"] in arguments.stems]
    if not rows:
        sys.exit("sheet.py: no photo of the ground truth was asked for")
    folders = [item.partition("=")[::2] for item in arguments.cutouts]
    side, head, gap = arguments.side, 16, 4
    strips = []
    for row in rows:
        photo = colours(arguments.truth / row["file"])
        path = arguments.truth / row["mask"]
        truth = matte(Image.open(path), path)
        part = softest(truth, side) if arguments.crop else (slice(None), slice(None))
        cells = [("photo", photo[part]), (row["id"], truth[part])]
        if row.get("foreground") and arguments.crop:
            true_colours = colours(arguments.truth / row["foreground"])
            cells.append(("true colours", composite(truth, true_colours, MAGENTA)[part]))
        for name, folder in folders:
            path = Path(folder) / f"{row['id']}.png"
            if not path.is_file():
                cells += [(f"{name}: none", np.zeros((2, 2, 3)))] * 2
                continue
            alpha, own = cutout(path, (photo.shape[1], photo.shape[0]))
            own = photo if own is None else own
            cells += [(name, composite(alpha, own, backdrop)[part]) for backdrop in (MAGENTA, WHITE)]
        strip = Image.new("RGB", (len(cells) * (side + gap), side + head + gap), (24, 24, 24))
        draw = ImageDraw.Draw(strip)
        for index, (title, values) in enumerate(cells):
            strip.paste(tile(values, side), (index * (side + gap), head))
            draw.text((index * (side + gap) + 2, 2), title, fill=(230, 230, 230))
        strips.append(strip)
    across = arguments.across
    width, height = strips[0].size
    sheet = Image.new("RGB", (width * across, height * -(-len(strips) // across)), (24, 24, 24))
    for index, strip in enumerate(strips):
        sheet.paste(strip, (index % across * width, index // across * height))
    sheet.save(arguments.out, optimize=True)


if __name__ == "__main__":
    main()
