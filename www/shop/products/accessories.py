"""A hat, a headband, earrings and a necklace by their measures in mm; the same dict as a pair of glasses has.

The origin is the middle of what is worn. `stands` says whether the studio's picture stands on paper (at the y of its lowest point) or
hangs before it (at z = `wall`).
"""

import numpy as np
from geometry import (Part, circle, ellipsoid, open_spline, resampled, revolved,
                      rotation, sweep)


def ribbed(profile, columns, ribs, depth, material, crown=None):
    """A knitted surface of revolution: round ribs with narrow valleys, gathered towards the crown."""
    rows = len(profile)
    fade = np.ones(rows) if crown is None else crown

    def wobble(row, angle):
        ridge = np.abs(np.cos(angle * ribs / 2)) ** 0.7
        # No two ribs of a knitted thing are quite alike.
        uneven = 0.12 * np.sin(angle * 5 + row * 0.11) + 0.1 * np.sin(angle * 11 - row * 0.07)
        return depth * fade[row] * (ridge - 0.6 + uneven)
    return revolved(profile, columns, material, wobble)


def flattened(depth_share):
    """Heads are longer than broad, but a hat that lies on a stand is not quite round either."""
    def change(points):
        return points * [1, 1, depth_share]
    return change


def beanie():
    crown = open_spline([(108, -34), (110, -10), (110, 25), (105, 62), (91, 96), (66, 122), (34, 136), (0.5, 139)], 150)
    fade = np.interp(np.arange(150), [0, 95, 140, 149], [1, 1, 0.55, 0])
    cuff = open_spline([(104, -86), (111.5, -90), (115.5, -86), (117, -60), (117, -36), (115, -29), (109, -28)], 70)
    ribs = 64
    dome = ribbed(crown, ribs * 9, ribs, 3.2, "wool", fade)
    dome.low = ribbed(crown[::7], ribs * 2, ribs, 2.0, "wool", fade[::7])
    band = ribbed(cuff, ribs * 9, ribs, 3.6, "wool", np.interp(np.arange(70), [0, 8, 62, 69], [0.6, 1, 1, 0.5]))
    band.low = ribbed(cuff[::6], ribs * 2, ribs, 2.2, "wool")

    def slouch(points):
        # A little soft: the crown sinks to one side and the cuff's edge waves.
        x, y, z = points.T
        high = np.clip((y + 30) / 170, 0, 1) ** 2
        wave = 1.6 * np.sin(np.arctan2(x, z) * 3 + 0.6) * np.clip((-y - 40) / 50, 0, 1)
        return np.column_stack([x + 5 * high, y - 3 * high * np.cos(x / 60) + wave, z * 1.12])
    return {"front": [dome.moved(slouch), band.moved(slouch)], "width": 234, "stands": True, "fill": 0.8,
            "marks": {"brim": [0, -90, 130], "crown": [5, 136, 0]},
            "note": "Width across the cuff as it lies empty; worn, a head of 150 mm to 160 mm fills it."}


def headband():
    turn = np.linspace(np.radians(-32), np.radians(212), 150)
    path = np.column_stack([71 * np.cos(turn), 78 * np.sin(turn), 6 * np.sin(turn) - 2])
    share = np.interp(np.linspace(0, 1, 150), [0, 0.05, 0.5, 0.95, 1], [0.22, 0.36, 1, 0.36, 0.22])
    # The cross-section: broad from front to back, a padded roll as high as it is thick.
    section = circle(9.5, 40, 17)
    roll = sweep(path, section, "velvet", up=(0, 0, 1), scale=np.column_stack([share, share]))
    roll.low = sweep(resampled(path, 72, False), circle(9.5, 20, 17), "velvet", up=(0, 0, 1),
                     scale=np.column_stack([share[::2][:72], share[::2][:72]]))
    return {"front": [roll], "width": 158, "stands": True, "fill": 0.72,
            "marks": {"top": [0, 87, 8], "tips": [[-60, -42, -5], [60, -42, -5]]},
            "note": "Seen from the front; it is worn from ear to ear over the crown."}


def drop(x):
    """One earring: hook, ring, cap and pearl, its pearl's centre `x` mm from the middle."""
    hook = [[0, 10.0, 0], [0.2, 12.5, 0], [-0.6, 17.5, 1.2], [0.2, 22.3, 0.2], [2.6, 24.6, -2.6], [4.0, 22.0, -6.8], [3.4, 14.0, -8.6],
            [3.0, 7.5, -8.2]]
    wire = sweep(open_spline(hook, 110), circle(0.52, 12), "gold", up=(0.9, 0.1, 0.45))
    ring_turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    ring = sweep(np.column_stack([1.5 * np.cos(ring_turn), 8.7 + 1.5 * np.sin(ring_turn), 0.0 * ring_turn]), circle(0.42, 10), "gold",
                 closed=True)
    cap_profile = open_spline([(0.6, 7.9), (1.4, 7.3), (2.8, 6.0), (4.3, 4.3), (4.4, 3.9)], 24)
    petals = revolved(cap_profile, 72, "gold", lambda row, angle: 0.16 * (row / 24) * np.cos(angle * 8))
    bead = ellipsoid([0, 8.0, 0], [0.95, 0.7, 0.95], "gold")
    pearl = ellipsoid([0, -1.6, 0], [6.0, 7.0, 6.0], "pearl", rows=60, columns=90)
    pearl.low = ellipsoid([0, -1.6, 0], [6.0, 7.0, 6.0], "pearl", rows=18, columns=28)
    return [part.moved(lambda points: points + [x, 0, 0]) for part in (wire, ring, petals, bead, pearl)]


def drops():
    gap = 30.0
    parts = drop(gap / 2)
    left = [part.mirrored() for part in parts]
    return {"front": [*parts, *left], "width": 42, "stands": False, "wall": -12.0, "fill": 0.55,
            "marks": {"hooks": [[-gap / 2 - 2.6, 24.9, -2.6], [gap / 2 + 2.6, 24.9, -2.6]],
                      "pearls": [[-gap / 2, -1.6, 6], [gap / 2, -1.6, 6]]},
            "pieces_mm": [{"x": -gap / 2, "width": 12.0, "height": 33.6}, {"x": gap / 2, "width": 12.0, "height": 33.6}],
            "note": "The picture shows the pair, and width_mm is the pair's; pieces_mm has one earring's own measures."}


def necklace():
    # A chain that hangs on a bust: a rounded V, the clasp behind the neck out of sight.
    right = [[0, -78, 0], [9, -73.5, 0], [24, -60, -0.5], [44, -34, -2], [58, -4, -6], [65, 26, -14], [66, 52, -26], [60, 70, -38]]
    half = open_spline(right, 800)
    whole = np.vstack([(half * [-1, 1, 1])[:0:-1], half])
    length = np.linalg.norm(np.diff(whole, axis=0), axis=1).sum()
    long, thin, wire = 1.9, 1.15, 0.34
    count = int(length / (2 * (long - wire) * 0.985)) // 2 * 2
    places = resampled(whole, count, closed=False)
    ahead = np.gradient(places, axis=0)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)

    def links(around, across):
        turn = np.linspace(0, 2 * np.pi, around, endpoint=False)
        oval = np.column_stack([long * np.cos(turn), thin * np.sin(turn), np.zeros(around)])
        link = sweep(oval, circle(wire, across), "gold", closed=True)
        points, faces = [], []
        for index, (place, way) in enumerate(zip(places, ahead, strict=True)):
            side = np.cross(way, [0, 0, 1.0])
            side /= np.linalg.norm(side)
            frame = np.stack([way, side, np.cross(way, side)], 1)
            # Each link lies at right angles to its neighbours, all of them turned half towards the viewer.
            spin = rotation("x", 45 if index % 2 else -45)
            points.append(link.points @ spin.T @ frame.T + place)
            faces.append(link.faces + index * len(link.points))
        return Part("gold", np.vstack(points), np.vstack(faces))
    chain = links(28, 10)
    chain.low = links(8, 4)
    bail = sweep(np.column_stack([np.zeros(40), -81.3 + 2.6 * np.sin(np.linspace(0, 2 * np.pi, 40, endpoint=False)),
                                  2.2 * np.cos(np.linspace(0, 2 * np.pi, 40, endpoint=False))]),
                 circle(0.6, 12, 1.1), "gold", closed=True, up=(1, 0, 0))
    turn = np.linspace(0, 2 * np.pi, 100, endpoint=False)
    bezel = sweep(np.column_stack([8.2 * np.cos(turn), -94 + 10.2 * np.sin(turn), np.zeros(100)]), circle(0.95, 16, 1.7), "gold",
                  closed=True)
    bezel.low = sweep(np.column_stack([8.2 * np.cos(turn[::3]), -94 + 10.2 * np.sin(turn[::3]), np.zeros(34)]), circle(0.95, 8, 1.7),
                      "gold", closed=True)
    back = ellipsoid([0, -94, -0.6], [8.0, 10.0, 0.5], "gold", rotation("x", 0))
    stone = cut_stone(7.7, 9.7, -94)
    return {"front": [chain, bail, bezel, back, stone], "width": 132, "stands": False, "wall": -44.0, "fill": 0.62,
            "marks": {"lowest_link": [0, -78, 0], "pendant": [0, -94, 3], "ends": [[-60, 70, -38], [60, 70, -38]]},
            "note": "Hangs as on a neck; the chain ends where it passes behind the neck."}


def cut_stone(wide, tall, y):
    """A faceted oval: table, crown and girdle, every facet flat."""
    sides = 16
    turn = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    rings = [(1.0, 0.6, 0.0), (0.84, 2.2, np.pi / sides), (0.58, 3.0, 0.0)]
    corners = [np.column_stack([wide * share * np.cos(turn + by), y + tall * share * np.sin(turn + by), np.full(sides, z)])
               for share, z, by in rings]
    faces = []
    for ring in range(2):
        low, high = ring * sides, (ring + 1) * sides
        for i in range(sides):
            j = (i + 1) % sides
            if ring == 0:
                faces += [[low + i, low + j, high + i], [low + j, high + j, high + i]]
            else:
                faces += [[low + i, high + j, high + i], [low + i, low + j, high + j]]
    top = 2 * sides
    faces += [[top, top + i, top + i + 1] for i in range(1, sides - 1)]
    points, faces = np.vstack(corners), np.array(faces)
    # Every triangle gets points of its own, so that no shading is smoothed over an edge.
    return Part("stone", points[faces].reshape(-1, 3), np.arange(len(faces) * 3).reshape(-1, 3))
