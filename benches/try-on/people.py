"""Makes the benchmark's pictures of people: people.py --people DIR --photos DIR --out DIR.

Every person of marks.json, as they are and mirrored, tilted, scaled, darkened, cut off and some of these at once; and
truth.json, which has each picture's marks, carried through the same changes. The marks are in pixels of their picture,
measured from its top left corner (a pixel's centre has halves).
"""

import argparse
import json
from pathlib import Path

import numpy as np
from PIL import Image

MARKS = Path(__file__).with_name("marks.json")

# What each picture goes through, in this order: scale, mirror, tilt (degrees, clockwise in the picture), light (linear),
# shade (a factor on the stored values), cut (which part of the face is lost).
VARIANTS = {
    "plain": {}, "mirror": {"mirror": True},
    "tilt-45": {"tilt": -45}, "tilt-30": {"tilt": -30}, "tilt-15": {"tilt": -15},
    "tilt+15": {"tilt": 15}, "tilt+30": {"tilt": 30}, "tilt+45": {"tilt": 45},
    "half": {"scale": 0.5}, "large": {"scale": 1.7}, "dark": {"light": 0.25}, "very-dark": {"shade": 0.25},
    "cut-side": {"cut": "side"}, "cut-chin": {"cut": "chin"},
    "mirror-tilt+30-dark": {"mirror": True, "tilt": 30, "light": 0.25},
    "half-tilt-15": {"scale": 0.5, "tilt": -15},
    "large-mirror-tilt-45": {"scale": 1.7, "mirror": True, "tilt": -45},
    "mirror-cut-chin-dark": {"mirror": True, "cut": "chin", "light": 0.25},
}


def linear(values):
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def stored(values):
    return np.where(values <= 0.0031308, values * 12.92, 1.055 * np.maximum(values, 0.0031308) ** (1 / 2.4) - 0.055)


def mirrored_names(marks):
    """The marks by the names they have in a mirror: who looks out of it has left and right the other way."""
    swap = {"right": "left", "left": "right"}
    return {"_".join(swap.get(part, part) for part in name.split("_")): place for name, place in marks.items()}


def moved(marks, change):
    """The marks through `change`, a function of a point `[x, y]`; those that are not seen stay none."""
    return {name: None if place is None else [float(at) for at in change(np.asarray(place, float))]
            for name, place in marks.items()}


def tilted(picture, marks, degrees):
    """Turned about its middle, clockwise; the corners that this opens are grey."""
    turn = np.radians(degrees)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    width, height = picture.size
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]]) - [width / 2, height / 2]
    size = np.ceil(np.ptp(corners @ matrix.T, axis=0)).astype(int)
    middle, target = np.array([width, height]) / 2, size / 2
    back = matrix.T
    offset = middle - back @ target
    result = picture.transform(tuple(int(at) for at in size), Image.Transform.AFFINE, (*back[0], offset[0], *back[1], offset[1]),
                               Image.Resampling.BICUBIC, fillcolor=(128, 128, 128))
    return result, moved(marks, lambda point: matrix @ (point - middle) + target)


def cut(picture, marks, part):
    """Cut off a little: `chin` at an eighth of the face's height above it, `side` within the right temple."""
    width, height = picture.size
    left = bottom = 0
    if part == "chin":
        eyes = np.mean([marks["right_eye_inner"][1], marks["left_eye_inner"][1]])
        bottom = height - round(marks["chin"][1] - (marks["chin"][1] - eyes) / 8)
    else:
        near, far = sorted((marks["right_temple"][0], marks["left_temple"][0]))
        left = round(near + 0.06 * (far - near))
    result = picture.crop((left, 0, width, height - bottom))
    inside = {name: place if place and place[0] >= left and place[1] <= height - bottom or name in ("chin", "right_temple", "left_temple")
              else None for name, place in marks.items()}
    # Temples and chin keep their places outside: the face's size is measured by them.
    return result, moved(inside, lambda point: point - [left, 0])


def made(picture, marks, scale=1.0, mirror=False, tilt=0, light=1.0, shade=1.0, cut_off=None):
    """The picture and its marks after the changes."""
    if scale != 1.0:
        before = np.array(picture.size)
        picture = picture.resize(tuple(int(at) for at in np.round(before * scale)), Image.Resampling.LANCZOS)
        share = np.array(picture.size) / before
        marks = moved(marks, lambda point: point * share)
    if mirror:
        picture, width = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT), picture.size[0]
        marks = mirrored_names(moved(marks, lambda point: np.array([width - point[0], point[1]])))
    if tilt:
        picture, marks = tilted(picture, marks, tilt)
    if cut_off:
        picture, marks = cut(picture, marks, cut_off)
    if light != 1.0 or shade != 1.0:
        values = stored(linear(np.asarray(picture, np.float64) / 255) * light) * shade
        picture = Image.fromarray(np.round(np.clip(values, 0, 1) * 255).astype(np.uint8))
    return picture, marks


def find(name, folders):
    for folder in folders:
        for path in (folder / name, folder / "images" / name):
            if path.is_file():
                return path
    raise SystemExit(f"people.py: {name} is in none of {', '.join(map(str, folders))}: give the folders that marks.json's pictures lie in")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=Path, required=True)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    (arguments.out / "images").mkdir(parents=True, exist_ok=True)
    truth = []
    for person, entry in json.loads(MARKS.read_text(encoding="utf-8")).items():
        source = Image.open(find(entry["file"], (arguments.people, arguments.photos))).convert("RGB")
        for variant, changes in VARIANTS.items():
            changes = {("cut_off" if key == "cut" else key): value for key, value in changes.items()}
            picture, marks = made(source, entry["marks"], **changes)
            file = f"{person}--{variant}.jpg"
            picture.save(arguments.out / "images" / file, quality=93, subsampling=0)
            truth.append({"file": file, "person": person, "variant": variant, "size": list(picture.size), "marks": marks})
    (arguments.out / "truth.json").write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")
    print(f"{len(truth)} pictures")


if __name__ == "__main__":
    main()
