"""Scores folders of mattes or cut-outs against ground truth.

    python3 benches/quality/score.py --truth DIR --cutouts NAME=DIR [NAME=DIR …]
        --split tune | held-out     only these photos of a set that is split (default: all)
        --kind KIND …               only these kinds of photo
        --json FILE                 every number, by photo, as JSON
        --per-photo                 a table with a row for each photo as well
        --quick                     leave out gradient and connectivity, which take most of the time

DIR holds MANIFEST.csv with a row for each photo: `id` (the stem), `category` (the kind), `file` and `mask` (paths
in DIR), `mask_kind` (`alpha` is exact; rows of other kinds are skipped unless --all), and optionally
`foreground` (the true colours of the subject, RGB, defined wherever alpha is above 0) and `split`.

A cut-out is DIR/STEM.png of the photo's size: grey (a matte; the colours are then the photo's own) or RGBA with
straight alpha. The names `u2netp` and `isnet` stand for the plain peers (see peers.py); where they are given, every
other name gets columns with its ratio to the better of the two, metric by metric. The names `best` and `fast` are
held to the project's targets.

What each metric means is in README.md beside this file. All figures are ×1000 and lower is better.
"""

import argparse
import csv
import hashlib
import json
import math
import os
import sys
import tempfile
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
from scipy import ndimage

# Lengths below are in pixels of a photo whose longer side has this many; they grow with the photo.
SIDE = 1024
# Half the width of the band around the true contour.
BAND = 10.0
# How far the soft band reaches beyond the pixels of partial alpha.
SOFT_MARGIN = 2.0
# Alpha from here on counts as opaque, or below its complement as empty.
OPAQUE = 0.99
# An estimate below this deep inside the subject is a hole; one above FAINT where nothing is, a halo.
SOLID = 0.9
FAINT = 0.1
# Rhemann's gradient: standard deviation of the Gaussian in pixels of the photo itself.
SIGMA = 1.4
# Rhemann's connectivity: the step between thresholds, and the distance that is forgiven.
STEP = 0.1
FORGIVEN = 0.15
# How much worse than the better peer a single photo's band may be.
TOLERATED = 1.10
# Below this error in the band, ×1000, a photo is right for every peer and a ratio says nothing.
NEGLIGIBLE = 1.0

STRONG = {
    "red": (1.0, 0.0, 0.0), "green": (0.0, 1.0, 0.0), "blue": (0.0, 0.0, 1.0),
    "cyan": (0.0, 1.0, 1.0), "magenta": (1.0, 0.0, 1.0), "yellow": (1.0, 1.0, 0.0),
}
METRICS = ["mae", "mse", "band", "gradient", "connectivity", "holes", "halo", "white", "black", "strong"]
PEERS = ["u2netp", "isnet"]
# What `best` may have of the better peer, and `fast` of plain U²-Net-p.
TARGETS = {
    "best": {"mae": 0.75, "band": 0.75, "holes": 0.5, "halo": 0.5, "strong": 0.5},
    "fast": {metric: 0.75 if metric == "band" else 0.5 if metric == "strong" else 1.0 for metric in METRICS},
}
# Changes when the regions of the truth do, so that no stale ones are read back.
REGIONS_VERSION = 3


def fail(message):
    """Ends with a sentence for a person."""
    sys.exit(f"score.py: {message}")


# Pictures ---------------------------------------------------------------------------------------------------


def matte(picture, path):
    """Alpha of a picture in 0 to 1: its alpha channel where it has one, otherwise its grey values."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        return np.asarray(picture.convert("RGBA"))[..., 3].astype(np.float32) / 255
    if picture.mode.startswith("I"):
        return np.asarray(picture).astype(np.float32) / 65535
    if picture.mode in ("L", "1"):
        return np.asarray(picture.convert("L")).astype(np.float32) / 255
    fail(f"{path} has colours ({picture.mode}) but no alpha channel; give a grey matte or RGBA")


def colours(path):
    """A photo upright, RGB in 0 to 1."""
    picture = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    return np.asarray(picture).astype(np.float32) / 255


def cutout(path, size):
    """Alpha and colours of a cut-out; the colours are None for a grey matte."""
    picture = Image.open(path)
    if picture.size != size:
        fail(f"{path} is {picture.size[0]}×{picture.size[1]}, its photo {size[0]}×{size[1]}; "
             "a cut-out must have the photo's size")
    alpha = matte(picture, path)
    own = None
    if picture.mode == "RGBA":
        own = np.asarray(picture)[..., :3].astype(np.float32) / 255
    return alpha, own


# Regions of the truth ---------------------------------------------------------------------------------------


def regions(truth):
    """The parts of a photo that the metrics look at, from its true alpha `[H, W]`, as booleans of that shape.

    - `band`: within BAND of the true contour, which runs between pixels of alpha below 0.5 and the others; the
      distance is that of centres to the nearest pixel that has a neighbour, above, below or beside, on the other
      side.
    - `inside`: opaque, and farther than BAND from all that is not.
    - `outside`: alpha 0, in the whole photo.
    - `soft`: partial alpha, grown by SOFT_MARGIN.
    """
    scale = max(truth.shape) / SIDE
    subject = truth >= 0.5
    contour = np.zeros_like(subject)
    for axis in (0, 1):
        change = np.diff(subject, axis=axis)
        before = [slice(None)] * 2
        after = [slice(None)] * 2
        before[axis], after[axis] = slice(None, -1), slice(1, None)
        contour[tuple(before)] |= change
        contour[tuple(after)] |= change
    opaque = truth >= OPAQUE
    partial = (truth > 1 - OPAQUE) & ~opaque
    return {
        "band": near(contour, BAND * scale),
        "inside": opaque & ~near(~opaque, BAND * scale),
        "outside": truth <= 0,
        "soft": near(partial | contour, SOFT_MARGIN * scale),
    }


def near(points, distance):
    """Pixels whose centre lies within `distance` px of one of the `points`."""
    if not points.any():
        return np.zeros_like(points)
    if points.all():
        return np.ones_like(points)
    return ndimage.distance_transform_edt(~points) <= distance


def cached_regions(path, truth):
    """`regions`, kept beside the other temporary files: they are the same for every cut-out and every run."""
    stat = os.stat(path)
    key = f"{REGIONS_VERSION} {os.path.realpath(path)} {stat.st_size} {stat.st_mtime_ns}"
    folder = Path(tempfile.gettempdir()) / "vitrine-quality-regions"
    kept = folder / (hashlib.sha256(key.encode()).hexdigest()[:24] + ".npz")
    names = ["band", "inside", "outside", "soft"]
    try:
        with np.load(kept) as file:
            count = truth.size
            return {name: np.unpackbits(file[name], count=count).astype(bool).reshape(truth.shape)
                    for name in names}
    except (OSError, ValueError, KeyError):
        found = regions(truth)
    folder.mkdir(exist_ok=True)
    # Written aside and renamed, so that another process never reads half a file.
    handle, aside = tempfile.mkstemp(dir=folder, suffix=".part")
    with os.fdopen(handle, "wb") as file:
        np.savez(file, **{name: np.packbits(found[name]) for name in names})
    os.replace(aside, kept)
    return found


# Metrics ----------------------------------------------------------------------------------------------------
#
# Each takes alphas `[H, W]` in 0 to 1 and gives a plain figure, not yet ×1000; NaN where the photo has no pixel
# that it could look at.


def mean(values):
    return float(values.mean(dtype=np.float64)) if values.size else math.nan


def absolute_error(alpha, truth):
    return mean(np.abs(alpha - truth))


def squared_error(alpha, truth):
    return mean(np.square(alpha - truth))


def band_error(alpha, truth, band):
    return mean(np.abs(alpha - truth)[band])


def gradient_size(alpha):
    """Length of the gradient of `alpha` smoothed by a Gaussian of SIGMA px."""
    down = ndimage.gaussian_filter(alpha, SIGMA, order=(1, 0), mode="nearest")
    right = ndimage.gaussian_filter(alpha, SIGMA, order=(0, 1), mode="nearest")
    return np.sqrt(down * down + right * right)


def gradient_error(alpha, truth_gradient):
    """Rhemann et al. 2009: the summed squared difference of the gradients' lengths.

    Divided by the photo's scale, as the length of a contour grows with it, and by 1000 as is customary.
    """
    difference = gradient_size(alpha) - truth_gradient
    scale = max(alpha.shape) / SIDE
    return float(np.square(difference).sum(dtype=np.float64)) / scale / 1000


def connectivity_error(alpha, truth):
    """Rhemann et al. 2009: the mean difference of how far each pixel hangs together with the subject.

    The source is the largest region that is in both from threshold to threshold. A pixel's degree is 1 less the
    part of its alpha that lies above the highest threshold at which it still belongs to that source, where this
    part is FORGIVEN or more. Over all pixels, so that it does not depend on the photo's size.
    """
    steps = round(1 / STEP)
    level = np.full(truth.shape, -1.0, np.float32)
    both = np.minimum(alpha, truth)
    for step in range(1, steps + 1):
        labels, count = ndimage.label(both >= step * STEP - 1e-6)
        if count:
            sizes = np.bincount(labels.ravel())
            sizes[0] = 0
            source = labels == sizes.argmax()
        else:
            source = np.zeros(truth.shape, bool)
        level[~source & (level < 0)] = (step - 1) * STEP
        if not count:
            break
    level[level < 0] = 1.0

    def degree(values):
        above = values - level
        return 1 - np.where(above >= FORGIVEN - 1e-6, above, 0)

    return mean(np.abs(degree(alpha) - degree(truth)))


def holes(alpha, inside):
    """Share of the pixels deep inside the subject that are not solid."""
    return mean(alpha[inside] < SOLID)


def halo(alpha, outside):
    """Share of the pixels without any subject that show some."""
    return mean(alpha[outside] > FAINT)


def colour_error(alpha, own, truth, foreground, backdrop):
    """Mean absolute difference over pixels and channels of two composites on `backdrop`.

    `alpha` and `truth` are `[N]`, the colours `own` and `foreground` `[N, 3]`, `backdrop` three numbers, all in 0
    to 1. Composites are mixed as the colours are stored (sRGB), as browsers do.
    """
    backdrop = np.asarray(backdrop, np.float32)
    shown = alpha[:, None] * (own - backdrop)
    wanted = truth[:, None] * (foreground - backdrop)
    return mean(np.abs(shown - wanted))


def strong_colour(truth, foreground):
    """The name of the strong colour that is farthest from the subject's mean colour."""
    weight = float(truth.sum(dtype=np.float64))
    average = (truth[..., None] * foreground).reshape(-1, 3).sum(axis=0, dtype=np.float64) / max(weight, 1e-9)
    return max(STRONG, key=lambda name: float(np.square(np.asarray(STRONG[name]) - average).sum()))


# One photo --------------------------------------------------------------------------------------------------


def reduced(alpha):
    """`alpha` with SIDE px on the longer side, by averaging, where it is larger."""
    height, width = alpha.shape
    scale = SIDE / max(height, width)
    if scale >= 1:
        return alpha
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(Image.fromarray(alpha).resize(size, Image.Resampling.BOX)).clip(0, 1)


def score_photo(job):
    """Every metric of every cut-out of one photo: {name: {metric: figure × 1000}}."""
    folder, row, cutouts, quick = job
    folder = Path(folder)
    mask_path = folder / row["mask"]
    truth = matte(Image.open(mask_path), mask_path)
    photo = colours(folder / row["file"])
    if photo.shape[:2] != truth.shape:
        fail(f"{mask_path} has another size than its photo {row['file']}")
    found = cached_regions(mask_path, truth)
    # Where the true colours are not known, only pixels that are all subject or all backdrop can be judged.
    soft = found["soft"]
    foreground = photo
    if row.get("foreground"):
        foreground = colours(folder / row["foreground"])
    else:
        soft = soft & ((truth >= 1) | (truth <= 0))
    backdrop = STRONG[strong_colour(truth, foreground)]
    soft_truth, soft_foreground, soft_photo = truth[soft], foreground[soft], photo[soft]
    if not quick:
        truth_gradient = gradient_size(truth)
        truth_reduced = reduced(truth)

    scores = {}
    for name, path in cutouts:
        alpha, own = cutout(path, (truth.shape[1], truth.shape[0]))
        own = soft_photo if own is None else own[soft]
        soft_alpha = alpha[soft]
        figures = {
            "mae": absolute_error(alpha, truth),
            "mse": squared_error(alpha, truth),
            "band": band_error(alpha, truth, found["band"]),
            "holes": holes(alpha, found["inside"]),
            "halo": halo(alpha, found["outside"]),
        }
        for metric, colour in (("white", (1, 1, 1)), ("black", (0, 0, 0)), ("strong", backdrop)):
            figures[metric] = colour_error(soft_alpha, own, soft_truth, soft_foreground, colour)
        if not quick:
            figures["gradient"] = gradient_error(alpha, truth_gradient)
            figures["connectivity"] = connectivity_error(reduced(alpha), truth_reduced)
        scores[name] = {metric: 1000 * value for metric, value in figures.items()}
    return row["id"], scores


# Tables -----------------------------------------------------------------------------------------------------


def average(values):
    """The mean of those that are numbers."""
    values = [value for value in values if value is not None and not math.isnan(value)]
    return sum(values) / len(values) if values else math.nan


def number(value):
    if math.isnan(value):
        return "–"
    return f"{value:.1f}" if value < 99.95 else f"{value:.0f}"


def print_table(head, rows):
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    for index, row in enumerate([head, *rows]):
        cells = [cell.ljust(width) if column == 0 else cell.rjust(width)
                 for column, (cell, width) in enumerate(zip(row, widths))]
        print("| " + " | ".join(cells) + " |")
        if index == 0:
            print("| " + " | ".join("-" * width for width in widths) + " |")
    print()


def means_of(scores, stems, names, metrics):
    return {name: {metric: average(scores[stem][name].get(metric) for stem in stems) for metric in metrics}
            for name in names}


def ratio(value, base):
    if math.isnan(value) or math.isnan(base):
        return math.nan
    if base == 0:
        return 0.0 if value == 0 else math.inf
    return value / base


def better(figures, peers):
    values = [figures[name] for name in peers if not math.isnan(figures[name])]
    return min(values) if values else math.nan


def print_means(title, means, names, metrics, peers):
    print(f"## {title}\n")
    judged = [name for name in names if name not in PEERS] if peers else []
    head = ["×1000", *names, *[f"{name}/better" for name in judged]]
    rows = []
    for metric in metrics:
        figures = {name: means[name][metric] for name in names}
        row = [metric, *[number(figures[name]) for name in names]]
        for name in judged:
            value = ratio(figures[name], better(figures, peers))
            row.append("–" if math.isnan(value) else f"{value:.2f}")
        rows.append(row)
    print_table(head, rows)


def check_targets(means, name, metrics, peers):
    """Lines that say whether `best` or `fast` meets what the project asks of it."""
    lines = []
    for metric, most in TARGETS[name].items():
        if metric not in metrics:
            continue
        if name == "best":
            base, against = better({peer: means[peer][metric] for peer in peers}, peers), "the better"
        elif "u2netp" in peers:
            base, against = means["u2netp"][metric], "u2netp"
        else:
            continue
        value = ratio(means[name][metric], base)
        # "Nothing else worse" is read with the noise of a third digit.
        verdict = "met" if value <= most + 0.005 else "–" if math.isnan(value) else "MISSED"
        lines.append(f"{name}: {metric} {value:.2f} of {against}, at most {most:.2f}: {verdict}")
    return lines


def above_tolerated(scores, stems, name, peers):
    """Photos whose band error is more than TOLERATED times the better peer's: (stem, own, peer's)."""
    found = []
    for stem in stems:
        own = scores[stem][name]["band"]
        base = better({peer: scores[stem][peer]["band"] for peer in peers}, peers)
        if not math.isnan(own) and own > TOLERATED * base and own > NEGLIGIBLE:
            found.append((stem, own, base))
    return sorted(found, key=lambda entry: -entry[1] / max(entry[2], 1e-9))


# The command ------------------------------------------------------------------------------------------------


def read_manifest(folder, split=None, kinds=None, everything=False):
    """The rows of MANIFEST.csv that are asked for."""
    path = Path(folder) / "MANIFEST.csv"
    if not path.is_file():
        fail(f"{path} is missing: the folder of ground truth needs one (see ground_truth.py)")
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [row for row in rows
            if (everything or row.get("mask_kind", "alpha") == "alpha")
            and (not split or row.get("split") == split)
            and (not kinds or row["category"] in kinds)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--truth", required=True, metavar="DIR")
    parser.add_argument("--cutouts", required=True, nargs="+", metavar="NAME=DIR")
    parser.add_argument("--split", choices=["tune", "held-out"])
    parser.add_argument("--kind", nargs="+")
    parser.add_argument("--all", action="store_true", help="rows that are no exact truth, too")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--per-photo", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()

    folders = {}
    for item in arguments.cutouts:
        name, separator, folder = item.partition("=")
        if not separator or not Path(folder).is_dir():
            fail(f"'{item}' is not NAME=DIR with a folder that exists")
        folders[name] = Path(folder)
    names = list(folders)
    rows = read_manifest(arguments.truth, arguments.split, arguments.kind, arguments.all)
    jobs, missing = [], []
    for row in rows:
        paths = [(name, folder / f"{row['id']}.png") for name, folder in folders.items()]
        lacking = [name for name, path in paths if not path.is_file()]
        if lacking:
            missing.append((row["id"], f"no cut-out from {', '.join(lacking)}"))
        elif not (Path(arguments.truth) / row["file"]).is_file():
            missing.append((row["id"], f"{row['file']} is missing from the ground truth"))
        else:
            jobs.append((arguments.truth, row, [(name, str(path)) for name, path in paths], arguments.quick))
    if not jobs:
        fail("no photo of the ground truth has a cut-out in every folder")
    with Pool(min(arguments.workers, len(jobs))) as pool:
        scores = dict(pool.imap_unordered(score_photo, jobs))

    metrics = [metric for metric in METRICS if not arguments.quick or metric not in ("gradient", "connectivity")]
    peers = [name for name in PEERS if name in names]
    kind_of = {row["id"]: row["category"] for row in rows}
    stems = sorted(scores)
    groups = {"all": stems}
    for kind in sorted(set(kind_of[stem] for stem in stems)):
        groups[kind] = [stem for stem in stems if kind_of[stem] == kind]
    means = {group: means_of(scores, members, names, metrics) for group, members in groups.items()}
    for group, members in groups.items():
        if group == "all" or len(groups) > 2:
            print_means(f"{group} ({len(members)} photos)", means[group], names, metrics, peers)
    if arguments.per_photo:
        print("## Band by photo\n")
        print_table(["band ×1000", *names], [[stem, *[number(scores[stem][name]["band"]) for name in names]]
                                             for stem in stems])
    for name in TARGETS:
        if name in names and peers:
            print("\n".join(check_targets(means["all"], name, metrics, peers)) + "\n")
    above = {}
    if peers:
        for name in names:
            if name in PEERS:
                continue
            above[name] = above_tolerated(scores, stems, name, peers)
            print(f"{name}: {len(above[name])} of {len(stems)} photos have a band error more than "
                  f"{TOLERATED:.2f} times the better peer's")
            for stem, own, base in above[name]:
                print(f"  {stem}: {number(own)}, the better peer {number(base)} ({own / max(base, 1e-9):.2f})")
        print()
    for stem, reason in missing:
        print(f"score.py: {stem} was left out: {reason}", file=sys.stderr)
    if arguments.json:
        plain = {"truth": str(arguments.truth), "split": arguments.split, "photos": len(stems), "kinds": kind_of,
                 "means": means, "scores": scores,
                 "above_tolerated": {name: [entry[0] for entry in entries] for name, entries in above.items()}}
        # JSON has no NaN.
        text = json.dumps(plain, default=str, indent=1).replace("NaN", "null").replace("Infinity", "null")
        Path(arguments.json).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
