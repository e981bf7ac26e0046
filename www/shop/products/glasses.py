"""Four pairs of glasses by their measures in mm. The origin is the bridge's centre, on the front's plane.

A pair is a dict: `front` (parts seen from the front), `arms` (whole) and `stubs` (the arms' first millimetres, for a
picture with the arms taken off behind, as try-on pictures are), and `marks`: bridge, hinges and lens centres `[x, y, z]`.
"""

import numpy as np
import shapely
from geometry import (Part, circle, closed_spline, disc, ellipsoid, open_spline, resampled, rotation,
                      rounded_rectangle, slab, sweep)

ARM_LENGTH = 145.0
PANTOSCOPIC_DEGREES = 6.0


def wrap(radius):
    """The slight bend of a front about the face: points move back by their distance from the middle."""
    def change(points):
        return points - np.column_stack([np.zeros((len(points), 2)), points[:, 0] ** 2 / (2 * radius)])
    return change


def both(part):
    return [part, part.mirrored()]


def polygon(points):
    return shapely.Polygon(points).buffer(0)


def smoothed(shape, convex, concave):
    """The shape with its outward corners rounded by `convex` mm and its inward ones by `concave` mm."""
    return shape.buffer(-convex, 32).buffer(convex + concave, 32).buffer(-concave, 32)


def arm_path(hinge, floor, splay, count=60):
    """From the hinge back: straight, dropping by the pantoscopic tilt, then down behind the ear to `floor` mm of y."""
    x, y, z = hinge
    slope = np.tan(np.radians(PANTOSCOPIC_DEGREES))
    points = [[x + splay * at / 100, y - slope * at, z - at] for at in (0, 18, 36, 54, 72, 90)]
    last = points[-1]
    points += [[last[0] - 0.6, last[1] - 4.2, last[2] - 14], [last[0] - 2.6, (last[1] - 4.2 + floor) / 2 - 1, last[2] - 29],
               [last[0] - 5.5, floor, last[2] - 42]]
    path = open_spline(points, count * 4)
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    return resampled(path[length <= ARM_LENGTH], count, closed=False)


def stub(path, length):
    """The first `length` mm of a path."""
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    dense = resampled(path, 400, closed=False)
    far = np.linspace(0, along[-1], 400)
    return resampled(dense[far <= length], 10, closed=False)


def acetate_front(lens, centre, rim, extra, convex, concave, thickness, material, hollow=0.6):
    """A plate with two lens openings: rims of `rim` mm, joined with the `extra` shapes (given on the viewer's right)."""
    opening = polygon(lens + centre)
    whole = [opening.buffer(rim, 32)] + extra
    right = shapely.union_all(whole)
    left = shapely.affinity.scale(right, -1, 1, origin=(0, 0))
    silhouette = smoothed(shapely.union_all([right, left]), convex, concave)
    hole = opening.buffer(-hollow, 32)
    plate = silhouette.difference(hole).difference(shapely.affinity.scale(hole, -1, 1, origin=(0, 0)))
    return slab(plate, thickness, 1.5, 0.4, material), silhouette


def acetate_arms(hinge, floor, splay, material, height):
    """Flat arms that narrow, then broaden at the tip, with the metal hinge's block behind the front."""
    path = arm_path(hinge, floor, splay)
    at = np.linspace(0, 1, len(path))
    tall = np.interp(at, [0, 0.12, 0.55, 0.75, 0.96, 1], [height / 7, height / 8.4, 0.78, 0.9, 1.05, 0.75])
    thick = np.interp(at, [0, 0.2, 1], [1.15, 1.0, 0.95])
    section = rounded_rectangle(3.8, 7.0, 1.3)
    # `sweep` puts the section's second axis along `up`: y here.
    full = sweep(path, section, material, up=(0, 1, 0), scale=np.column_stack([thick, tall]))
    cut = stub(path, 9)
    short = sweep(cut, section, material, up=(0, 1, 0), scale=np.column_stack([np.full(10, 1.15), np.full(10, height / 7)]))
    return full, short


def saddle_pads(inner, y, material):
    """The nose pads moulded to an acetate front."""
    return ellipsoid([inner, y, -3.2], [1.7, 6.0, 3.0], material, rotation("z", 16) @ rotation("y", -28))


def wayfarer():
    lens = closed_spline([(25, 4), (24.6, 12), (20, 18), (8, 19.6), (-8, 18.6), (-20, 16), (-24.6, 9.5), (-24.4, 1),
                          (-21.5, -9), (-15, -17), (-4, -20.6), (8, -19.8), (18, -14.5), (23.5, -5.5)], 160)
    centre = np.array([34.3, -2.0])
    brow = polygon([(0, 11.5), (8, 15.5), (20, 20.5), (40, 22.6), (58, 22.8), (69.5, 21.6), (72.2, 18.5), (71, 11),
                    (66, 6), (58, 2), (40, 0), (20, 0), (10, 2), (0, 4.2)])
    shape = polygon([(0, 12.2), (14, 17), (14, 2), (0, 4.0)])
    front, _ = acetate_front(lens, centre, 4.3, [brow.difference(polygon(lens + centre)), shape], 2.2, 5.5, 4.4, "tortoise")
    change = wrap(360)
    glass = disc(lens + centre, "clear", 150).moved(change)
    hinge = (68.6, 14.5, -8.0)
    arm, short = acetate_arms(hinge, -26.9 + 3.6, 1.6, "tortoise", 9.5)
    pins = [ellipsoid([64.6, y, 2.2], [0.62, 1.5, 0.35], "steel", rotation("z", -14), rows=8, columns=14).moved(change)
            for y in (12.2, 16.6)]
    pads = saddle_pads(10.2, -5.5, "tortoise").moved(change)
    right = [glass, pads, *pins]
    return {"front": [front.moved(change), *right, *(part.mirrored() for part in right)],
            "arms": both(arm), "stubs": both(short), "width": 144, "stands": True,
            "marks": {"bridge": [0, 8.0, 2.2], "hinges": [[-68.6, 14.5, -8], [68.6, 14.5, -8]]},
            "lens": {"width": 50, "bridge": 18.6, "centre": centre, "wrap": 360}}


def cat_eye():
    lens = closed_spline([(25.6, 10), (23.8, 15.5), (16, 16.2), (4, 14.8), (-9, 13.6), (-19, 11.5), (-24.4, 5.5), (-24.6, -2),
                          (-21, -10.5), (-13, -16.5), (-2, -19.2), (9, -17.6), (18, -11.5), (23.6, -1.5)], 160)
    centre = np.array([34.6, -1.0])
    top = open_spline([(-4, 10.3), (8, 11.5), (19, 15.0), (31, 17.4), (45, 19.8), (57, 23.2), (69, 28.6)], 80)
    brow = polygon([*top, (71.8, 27.4), (71.4, 22.5), (69.2, 15.5), (65, 7), (61, -2), (50, 4), (34, 8), (20, 5), (10, 0),
                    (5, 4.2), (-4, 5.4)]).difference(polygon(lens + centre))
    front, _ = acetate_front(lens, centre, 3.7, [brow], 1.6, 4.0, 4.0, "berry")
    change = wrap(330)
    glass = disc(lens + centre, "clear", 140).moved(change)
    hinge = (67.2, 19.5, -8.6)
    arm, short = acetate_arms(hinge, -23.9 + 3.4, 1.6, "berry", 7.5)
    pins = [ellipsoid([64.5 + d, 20.6 + d * 0.9, 1.95], [1.15, 0.55, 0.35], "gold", rotation("z", 40), rows=8, columns=14)
            .moved(change) for d in (-1.5, 1.5)]
    pads = saddle_pads(10.4, -5.5, "berry").moved(change)
    right = [glass, pads, *pins]
    return {"front": [front.moved(change), *right, *(part.mirrored() for part in right)],
            "arms": both(arm), "stubs": both(short), "width": 142, "stands": True,
            "marks": {"bridge": [0, 7.2, 2.0], "hinges": [[-67.2, 19.5, -8.6], [67.2, 19.5, -8.6]]},
            "lens": {"width": 50.5, "bridge": 18.6, "centre": centre, "wrap": 330}}


def wire(points, radius, material, count, sides=12, closed=False, up=(0, 0, 1)):
    path = resampled(np.asarray(points, float), count, closed) if closed else open_spline(points, count)
    return sweep(path, circle(radius, sides), material, closed=closed, up=up)


def pad_with_arm(inner, y, metal):
    """A clear pad on its thin bent wire, from the rim's inner edge."""
    pad = ellipsoid([inner - 2.6, y - 1.0, -6.2], [1.1, 6.2, 3.3], "silicone", rotation("z", 14) @ rotation("y", -32))
    arm = wire([[inner + 1.2, y + 4.5, -0.6], [inner + 1.6, y + 3, -3.4], [inner + 0.6, y + 0.6, -6.4], [inner - 1.6, y - 0.6, -6.9]],
               0.42, metal, 22, 8, up=(0.3, 0.9, 0.3))
    return [pad, arm]


def metal_arms(start, outer, floor, splay, metal, tip, height=1.5):
    """A wire from the rim, out over the end piece and back; the tip wears a sleeve. Returns whole parts and stubs."""
    x, y, z = outer
    back = arm_path((x, y - 0.8, z - 6), floor, splay, 60)
    bend = [start, [(start[0] * 0.55 + x * 0.45), y + 0.1, (start[2] * 0.8 + z * 0.2)], [x - 1.7, y, z + 0.9],
            [x - 0.1, y - 0.2, z - 2.2]]
    path = resampled(open_spline(np.vstack([bend, back[:-6]]), 400), 110, closed=False)
    tall = np.interp(np.linspace(0, 1, 110), [0, 0.05, 0.1, 1], [1.0, 1.2, 1.25, 0.9])
    section = rounded_rectangle(1.7, 1.6 * height, 0.7, 4)
    rod = sweep(path, section, metal, up=(0, 1, 0.02), scale=np.column_stack([np.ones(110), tall]))
    sleeve = back[-24:]
    swell = np.interp(np.linspace(0, 1, 24), [0, 0.06, 0.5, 0.93, 1], [0.62, 0.9, 1.0, 1.15, 0.6])
    cover = sweep(sleeve, rounded_rectangle(3.0, 4.6, 1.4), tip, up=(0, 1, 0), scale=np.column_stack([swell, swell]))
    cut = stub(path, np.linalg.norm(np.subtract(outer, start)) + 9)
    cut = resampled(cut, 40, closed=False)
    short = sweep(cut, section, metal, up=(0, 1, 0.02), scale=np.column_stack([np.ones(40), np.full(40, 1.15)]))
    block = ellipsoid([x - 0.9, y - 0.3, z - 2.6], [1.3, 2.3, 2.6], metal)
    return [rod, cover, block], [short, block]


def round_wire():
    turn = np.linspace(0, 2 * np.pi, 160, endpoint=False)
    lens = np.stack([24.4 * np.cos(turn), 22.9 * np.sin(turn) + 0.5 * np.cos(2 * turn)], 1)
    centre = np.array([34.3, 0.0])
    change = wrap(420)
    ring = np.column_stack([lens + centre, np.zeros(160)])
    rim = sweep(ring, circle(0.95, 14), "gold", closed=True).moved(change)
    glass = disc(lens + centre, "clear", 150).moved(change)
    arch = wire([[-10.6, 5.2, 0.1], [-7.2, 8.4, 1.0], [0, 10.2, 1.7], [7.2, 8.4, 1.0], [10.6, 5.2, 0.1]], 1.05, "gold", 60, 14, up=(0, 0.2, 1))
    edge = np.array([58.2, 6.4, -4.0])
    hinge = (69.0, 8.0, -8.0)
    arms, stubs = metal_arms(edge, hinge, -23.9 + 2.2, 1.8, "gold", "tortoise")
    right = [rim, glass, *(part.moved(change) for part in pad_with_arm(10.7, -5.0, "gold"))]
    return {"front": [arch, *right, *(part.mirrored() for part in right)],
            "arms": [*arms, *(part.mirrored() for part in arms)], "stubs": [*stubs, *(part.mirrored() for part in stubs)],
            "width": 139, "stands": True, "marks": {"bridge": [0, 10.2, 1.7], "hinges": [[-69, 8, -8], [69, 8, -8]]},
            "lens": {"width": 48.8, "bridge": 19.8, "centre": centre, "wrap": 420}}


def aviator():
    lens = closed_spline([(25.4, 9), (23.5, 17), (15, 21.2), (2, 22), (-11, 20.6), (-21.6, 16.2), (-25.4, 8), (-23.6, -3),
                          (-16, -16), (-4.5, -24.4), (8, -25), (18, -18), (23.4, -6)], 160)
    centre = np.array([34.8, -2.5])
    change = wrap(260)
    ring = np.column_stack([lens + centre, np.zeros(160)])
    rim = sweep(ring, circle(0.9, 14), "gunmetal", closed=True).moved(change)
    glass = disc(lens + centre, "smoke", 110).moved(change)
    bar = wire([[-24.5, 18.2, 0.2], [-12, 17.0, 1.4], [0, 16.6, 1.9], [12, 17.0, 1.4], [24.5, 18.2, 0.2]], 1.0, "gunmetal", 60, 14, up=(0, 0.1, 1))
    arch = wire([[-9.6, 4.6, 0.0], [-6, 7.0, 0.9], [0, 8.2, 1.5], [6, 7.0, 0.9], [9.6, 4.6, 0.0]], 1.0, "gunmetal", 50, 14, up=(0, 0.2, 1))
    edge = np.array([59.2, 11.0, -6.7])
    hinge = (70.2, 12.2, -10.5)
    arms, stubs = metal_arms(edge, hinge, -28.4 + 2.2, 1.8, "gunmetal", "black")
    right = [rim, glass, *(part.moved(change) for part in pad_with_arm(10.4, -5.5, "gunmetal"))]
    return {"front": [bar, arch, *right, *(part.mirrored() for part in right)],
            "arms": [*arms, *(part.mirrored() for part in arms)], "stubs": [*stubs, *(part.mirrored() for part in stubs)],
            "width": 141, "stands": True, "marks": {"bridge": [0, 8.2, 1.5], "hinges": [[-70.2, 12.2, -10.5], [70.2, 12.2, -10.5]]},
            "lens": {"width": 50.8, "bridge": 18.8, "centre": centre, "wrap": 260}}
