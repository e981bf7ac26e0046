"""What the benchmark's scripts share: the truth, JSON lines of faces, and which face of a picture is the person's."""

import json
from pathlib import Path

import numpy as np


def truth(folder):
    return json.loads((Path(folder) / "truth.json").read_text(encoding="utf-8"))


def faces_by_file(path):
    """`{file name: faces}` of JSON lines; a file's folders do not count."""
    result = {}
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            try:
                entry = json.loads(line)
                result[Path(entry["file"]).name] = entry["faces"]
            except (ValueError, KeyError, TypeError) as error:
                raise SystemExit(f"{path}: line {number} is not a picture's faces ({error}): give what vitrine try-on --json wrote") from error
    return result


def points_of(face):
    """The mesh `[478, 3]` in pixels of the photo, or what there is of it."""
    return np.asarray(face["points"], float)


def nearest(faces, place):
    """The face whose mesh is centred nearest to `place` `[x, y]`, or none."""
    if not faces:
        return None
    return min(faces, key=lambda face: float(np.linalg.norm(points_of(face)[:, :2].mean(0) - place)))


def face_width(marks):
    """The distance between the temples, in pixels."""
    return float(np.linalg.norm(np.subtract(marks["left_temple"], marks["right_temple"])))


def person_place(marks):
    """The middle of the marked face: between the temples' middle and the chin."""
    temples = np.mean([marks["left_temple"], marks["right_temple"]], axis=0)
    return (temples * 2 + np.asarray(marks["chin"])) / 3


def roll_of(marks):
    """Degrees, clockwise in the picture, of the line through the outer eye corners; none where one is cut off."""
    right, left = marks["right_eye_outer"], marks["left_eye_outer"]
    if right is None or left is None:
        return None
    x, y = np.subtract(left, right)
    return float(np.degrees(np.arctan2(y, x)))


def turned(degrees):
    """An angle between −180 and 180."""
    return (degrees + 180) % 360 - 180
