"""Makes the network of hair again, to the byte, from MediaPipe's file.

    python3 -m pip install -r models/requirements.txt
    python3 models/hair.py FILE            write hair.onnx and hair.json from hair_segmentation.tflite
    python3 models/hair.py FILE --check    compare with the files that are there, write nothing

No package carries the file: it is `mediapipe/models/hair_segmentation.tflite` of MediaPipe's repository, up to the commit
before 7c22caf9d66b, which took it out. What changes on the way is said in `tflite_to_onnx.py`.
"""

import argparse
import sys
from pathlib import Path

from people import metadata
from quantize import checked, entry, listed, settle
from tflite_to_onnx import convert

FILE_SHA256 = "d2c940c4fd80edeaf38f5d7387d1b4235ee320ed120080df67c663e749e77633"


def make(path):
    data = checked(path, Path(path).read_bytes(), FILE_SHA256)
    # The fourth channel is the hair of the picture before, where there is one: here there never is.
    network = convert(data, "hair", {"hair": "conv2d_transpose_4"}, metadata(0.0, 1.0), channels=3)
    source = {
        "repository": "https://github.com/google-ai-edge/mediapipe, before 7c22caf9d66b",
        "file": "mediapipe/models/hair_segmentation.tflite",
        "fileSha256": FILE_SHA256,
        "authors": "https://github.com/google-ai-edge/mediapipe",
    }
    hair = entry("hair.onnx", network, "MediaPipe's hair segmentation, int8 weights per output channel", "hair.md", source)
    return {"hair.onnx": network, "hair.json": listed({"hair": hair})}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file", help="hair_segmentation.tflite")
    parser.add_argument("--check", action="store_true", help="compare with the files that are there, write nothing")
    options = parser.parse_args()

    settle(make(options.file), options.check)


if __name__ == "__main__":
    sys.exit(main())
