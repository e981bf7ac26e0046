"""How well glasses sit, against the marks: placement.py --truth DIR --faces FILE.jsonl [--out FILE.md].

FILE.jsonl is what `vitrine try-on --json` writes for DIR/images. The centre is expected on the bridge's mark, the roll
along the outer corners of the eyes. Errors of the centre are in parts of the face's width, temple to temple.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import reading

CENTRE_LIMIT, ROLL_LIMIT = 0.03, 2.0


def own_glasses(face):
    """The same measures from a mesh alone, to judge a network without our placing: nose ridge and outer eye corners (33, 263).

    The bridge is where the line through the inner eye corners (133, 362) crosses the nose's ridge (168 above, 6 below).
    """
    points = reading.points_of(face)
    above, below, middle = points[168, :2], points[6, :2], (points[133, :2] + points[362, :2]) / 2
    ridge = (above - below) / np.linalg.norm(above - below)
    centre = below + ridge * float(np.dot(middle - below, ridge))
    x, y = points[263, :2] - points[33, :2]
    return {"centre": centre.tolist(), "roll_degrees": float(np.degrees(np.arctan2(y, x))), "width_px": None}


def judged(entry, faces, mesh):
    """A row of the table for one picture."""
    marks = entry["marks"]
    face = reading.nearest(faces, reading.person_place(marks))
    row = {"file": entry["file"], "person": entry["person"], "variant": entry["variant"], "centre": None, "roll": None, "good": False}
    if face is None:
        return row
    glasses = own_glasses(face) if mesh else face.get("product")
    if not glasses:
        return row
    if marks["bridge"] is not None:
        row["centre"] = float(np.linalg.norm(np.subtract(glasses["centre"], marks["bridge"]))) / reading.face_width(marks)
    roll = reading.roll_of(marks)
    if roll is not None:
        row["roll"] = abs(reading.turned(glasses["roll_degrees"] - roll))
    if glasses.get("width_px"):
        row["width"] = glasses["width_px"] / reading.face_width(marks)
    row["good"] = (row["centre"] is not None and row["centre"] <= CENTRE_LIMIT and (row["roll"] is None or row["roll"] <= ROLL_LIMIT))
    return row


def number(values, digits, scale=1.0, of=np.mean):
    values = [value for value in values if value is not None]
    return f"{of(values) * scale:.{digits}f}" if values else "–"


def line(name, rows):
    seen = [row for row in rows if row["centre"] is not None]
    return (f"| {name} | {len(rows)} | {len(seen)} | {number([row['centre'] for row in rows], 2, 100)} "
            f"| {number([row['centre'] for row in rows], 2, 100, np.max)} | {number([row['roll'] for row in rows], 2)} "
            f"| {number([row['roll'] for row in rows], 2, 1, np.max)} | {100 * sum(row['good'] for row in rows) / len(rows):.1f}% |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--faces", type=Path, required=True)
    parser.add_argument("--mesh", action="store_true", help="judge the mesh by itself: a bridge and a roll from its points")
    parser.add_argument("--out", type=Path, help="the table's file; else it is printed")
    arguments = parser.parse_args()
    faces = reading.faces_by_file(arguments.faces)
    rows = [judged(entry, faces.get(entry["file"], []), arguments.mesh) for entry in reading.truth(arguments.truth)]
    head = ["| pictures | number | face found | centre, mean % | centre, worst % | roll, mean ° | roll, worst ° | within 3% and 2° |",
            "| --- | --- | --- | --- | --- | --- | --- | --- |"]
    text = [*head, line("all", rows)]
    for key in ("person", "variant"):
        text += [line(name, [row for row in rows if row[key] == name]) for name in dict.fromkeys(row[key] for row in rows)]
    bad = [row for row in rows if not row["good"]]
    text += ["", f"Not within: {len(bad)}", ""]
    text += [f"- {row['file']}: " + ("no face" if row["centre"] is None else
             f"centre {100 * row['centre']:.2f}%, roll {number([row['roll']], 2)}°") for row in bad]
    table = "\n".join(text) + "\n"
    if arguments.out:
        arguments.out.write_text(table, encoding="utf-8")
        arguments.out.with_suffix(".json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    else:
        print(table, end="")


main()
