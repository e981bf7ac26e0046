"""Prints how far the masks of `best.onnx` are from those of the network it was made from: the table of its card.

    cargo xtask models best --source target/models/isnet.onnx
    python3 -m pip install -r models/requirements.txt
    python3 models/compare.py target/models/isnet.onnx models/best.onnx PHOTOS

PHOTOS is a folder. The contour is where the package's own network crosses the half; the band around it reaches
10 px to each side, at the networks' 1024×1024.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image, ImageOps

SIDE = 1024
# Half the width of the band around the contour, px.
REACH = 10


def prepared(path):
    """A photo as both networks take it: `[1, 3, 1024, 1024]`, composited over white, red first."""
    photo = ImageOps.exif_transpose(Image.open(path)).convert("RGBA")
    white = Image.new("RGBA", photo.size, (255, 255, 255, 255))
    photo = Image.alpha_composite(white, photo).convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    return ((np.asarray(photo, np.float32) - 128) / 256).transpose(2, 0, 1)[None]


def widened(region):
    """The pixels within REACH of a region, measured along rows and columns."""
    for axis in (0, 1):
        padded = np.pad(region.astype(np.int32), [(REACH, REACH) if k == axis else (0, 0) for k in (0, 1)])
        window = np.lib.stride_tricks.sliding_window_view(padded, 2 * REACH + 1, axis=axis)
        region = window.max(axis=-1) > 0
    return region


class Network:
    """A segmentation network in ONNX Runtime, on the processor."""

    def __init__(self, path):
        self.session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])

    def mask(self, image):
        """`[1024, 1024]`, 0 to 1: the first output."""
        name, output = self.session.get_inputs()[0].name, self.session.get_outputs()[0].name
        return self.session.run([output], {name: image})[0][0, 0].astype(np.float64)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("source", help="the package's own network")
    parser.add_argument("model", help="the network that is compared with it")
    parser.add_argument("photos", help="a folder")
    options = parser.parse_args()
    photos = [p for p in sorted(Path(options.photos).iterdir())
              if p.suffix.lower() in {".jpg", ".jpeg", ".png", ".webp"}]
    if not photos:
        sys.exit(f"compare.py: {options.photos} holds no photo")

    source, model = Network(options.source), Network(options.model)
    rows = []
    print("| photo | mean difference | in the band | cross the half |\n| --- | --- | --- | --- |")
    for photo in photos:
        image = prepared(photo)
        before, after = source.mask(image), model.mask(image)
        difference, inside = np.abs(before - after), before >= 0.5
        band = widened(inside) & widened(~inside)
        in_band = difference[band].mean() if band.any() else 0.0
        rows.append((difference.mean(), in_band, (inside != (after >= 0.5)).mean()))
        print(f"| {photo.stem} | {rows[-1][0]:.5f} | {in_band:.4f} | {rows[-1][2]:.3%} |", flush=True)
    mean, worst = np.mean(rows, axis=0), np.max(rows, axis=0)
    for name, row in (("**mean**", mean), ("**worst**", worst)):
        print(f"| {name} | {row[0]:.5f} | {row[1]:.4f} | {row[2]:.3%} |")


if __name__ == "__main__":
    main()
