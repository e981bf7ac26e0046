"""Makes the network of hair again, to the byte, from MediaPipe's file.

    python3 -m pip install -r models/requirements.txt
    python3 models/hair.py FILE            write hair.onnx and hair.json from hair_segmentation.tflite
    python3 models/hair.py FILE --check    compare with the files that are there, write nothing

No package carries the file: it is `mediapipe/models/hair_segmentation.tflite` of MediaPipe's repository, up to the commit
before 7c22caf9d66b, which took it out. What changes on the way is said in `tflite_to_onnx.py`.
"""

import argparse
import json
import sys
from pathlib import Path

from people import HERE, metadata
from quantize import fail, sha256
from tflite_to_onnx import convert

FILE_SHA256 = "d2c940c4fd80edeaf38f5d7387d1b4235ee320ed120080df67c663e749e77633"


def make(path):
    data = Path(path).read_bytes()
    if sha256(data) != FILE_SHA256:
        fail(f"{path} has the SHA-256 {sha256(data)} and must have {FILE_SHA256}: it is another file")
    # The fourth channel is the hair of the picture before, where there is one: here there never is.
    network = convert(data, "hair", {"hair": "conv2d_transpose_4"}, metadata(0.0, 1.0), channels=3)
    entry = {
        "file": "hair.onnx",
        "sha256": sha256(network),
        "bytes": len(network),
        "network": "MediaPipe's hair segmentation, int8 weights per output channel",
        "licence": "Apache-2.0",
        "card": "hair.md",
        "source": {
            "repository": "https://github.com/google-ai-edge/mediapipe, before 7c22caf9d66b",
            "file": "mediapipe/models/hair_segmentation.tflite",
            "fileSha256": FILE_SHA256,
            "authors": "https://github.com/google-ai-edge/mediapipe",
        },
    }
    listed = (json.dumps({"hair": entry}, indent=2, ensure_ascii=False) + "\n").encode()
    return {"hair.onnx": network, "hair.json": listed}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file", help="hair_segmentation.tflite")
    parser.add_argument("--check", action="store_true", help="compare with the files that are there, write nothing")
    options = parser.parse_args()

    for name, data in make(options.file).items():
        path = HERE / name
        if options.check:
            if not path.is_file() or path.read_bytes() != data:
                fail(f"{name} differs from what the source gives; run without --check and look at the change")
        else:
            path.write_bytes(data)
        print(f"{name}: {len(data)} bytes, SHA-256 {sha256(data)}")


if __name__ == "__main__":
    sys.exit(main())
