"""That marks stay on what they mark: a dot is drawn on each mark, and found again where the mark was carried to."""

import numpy as np
import people
from PIL import Image, ImageDraw

MARKS = {"right_eye_outer": [150.5, 140.5], "right_eye_inner": [180.5, 141.5], "left_eye_inner": [215.5, 139.5], "left_eye_outer": [246.5, 138.5],
         "right_temple": [130.5, 140.5], "left_temple": [270.5, 138.5], "right_ear": None, "left_ear": [281.5, 137.5],
         "bridge": [198.5, 138.5], "chin": [200.5, 250.5]}


def dotted(name):
    picture = Image.new("RGB", (400, 300))
    x, y = MARKS[name]
    ImageDraw.Draw(picture).ellipse([x - 3.5, y - 3.5, x + 2.5, y + 2.5], fill=(255, 255, 255))
    return picture


def main():
    checked = failed = 0
    for variant, changes in people.VARIANTS.items():
        changes = {("cut_off" if key == "cut" else key): value for key, value in changes.items()}
        for name in MARKS:
            if MARKS[name] is None:
                continue
            picture, marks = people.made(dotted(name), MARKS, **changes)
            seen = people.mirrored_names({name: 0}).popitem()[0] if changes.get("mirror") else name
            place = marks[seen]
            if place is None or not (6 < place[0] < picture.size[0] - 6 and 6 < place[1] < picture.size[1] - 6):
                continue
            x, y = (round(at) for at in place)
            light = np.asarray(picture, float).sum(2)[y - 6:y + 7, x - 6:x + 7]
            rows, columns = np.mgrid[y - 6:y + 7, x - 6:x + 7] + 0.5
            found = np.array([(columns * light).sum(), (rows * light).sum()]) / max(light.sum(), 1e-9)
            checked += 1
            if np.linalg.norm(found - place) > 0.6:
                failed += 1
                print(f"{variant}, {name}: carried to {np.round(place, 2)}, seen at {np.round(found, 2)}")
    print(f"{checked - failed} passed, {failed} failed")
    raise SystemExit(failed > 0 or checked == 0)


main()
