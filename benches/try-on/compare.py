"""Our landmarks against the original networks': compare.py --truth DIR --reference FILE.jsonl --faces FILE.jsonl [--out FILE.md].

The error of a picture is the mean distance in the picture's plane of the points from the reference's, divided by the
size of the reference's face: the square root of the area of the box about its points. Pictures in which the original
finds no face are counted apart; so are those in which we find none.
"""

import argparse
from pathlib import Path

import numpy as np
import reading

LIMIT = 0.01


def size_of(points):
    return float(np.sqrt(np.prod(np.ptp(points[:, :2], axis=0))))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--reference", type=Path, required=True)
    parser.add_argument("--faces", type=Path, required=True)
    parser.add_argument("--out", type=Path, help="the table's file; else it is printed")
    arguments = parser.parse_args()
    reference, ours = reading.faces_by_file(arguments.reference), reading.faces_by_file(arguments.faces)
    rows, neither, alone, missed = [], [], [], []
    for entry in reading.truth(arguments.truth):
        place = reading.person_place(entry["marks"])
        theirs = reading.nearest(reference.get(entry["file"], []), place)
        mine = reading.nearest(ours.get(entry["file"], []), place)
        if theirs is None or mine is None:
            (neither if theirs is None and mine is None else alone if theirs is None else missed).append(entry["file"])
            continue
        a, b = reading.points_of(theirs), reading.points_of(mine)
        if a.shape != b.shape:
            raise SystemExit(f"compare.py: {entry['file']} has {len(b)} points and the reference {len(a)}: give meshes of the same network")
        size = size_of(a)
        plane = np.linalg.norm(a[:, :2] - b[:, :2], axis=1) / size
        rows.append((entry["file"], plane.mean(), plane.max(), np.abs(a[:, 2] - b[:, 2]).mean() / size))
    text = ["| pictures | mean error % | worst picture % | worst point % | depth, mean % | within 1% |", "| --- | --- | --- | --- | --- | --- |"]
    if rows:
        means = np.array([row[1:] for row in rows])
        text.append(f"| {len(rows)} | {100 * means[:, 0].mean():.3f} | {100 * means[:, 0].max():.3f} | {100 * means[:, 1].max():.3f} "
                    f"| {100 * means[:, 2].mean():.3f} | {100 * (means[:, 0] <= LIMIT).mean():.1f}% |")
    for title, files in (("No face by either", neither), ("No face by the original, one by us", alone), ("No face by us, one by the original", missed)):
        text += ["", f"{title}: {len(files)}", *(f"- {file}" for file in files)]
    text += ["", "| picture | mean % | worst point % | depth % |", "| --- | --- | --- | --- |"]
    text += [f"| {file} | {100 * mean:.3f} | {100 * worst:.3f} | {100 * depth:.3f} |" for file, mean, worst, depth in sorted(rows, key=lambda row: -row[1])]
    table = "\n".join(text) + "\n"
    if arguments.out:
        arguments.out.write_text(table, encoding="utf-8")
    else:
        print(table, end="")


main()
