"""Draws the demo shop's garments as a shop photographs them on nobody: outlines in mm, folds as heights, lit from the
upper left.

    python3.11 garments.py              # both, into this folder

Ours, and given to the public domain (CC0 1.0).
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

# Pixels in a millimetre of the picture, and how many times finer it is drawn.
SCALE, FINE = 1.1, 2


def spline(points, each=24):
    """An open Catmull-Rom curve through points `[x, y]`; a point given twice is a corner."""
    points = np.asarray(points, float)
    padded = np.vstack([points[:1], points, points[-1:]])
    curve = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:]):
        t = np.linspace(0, 1, each, endpoint=False)[:, None]
        curve.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.vstack([*curve, points[-1:]])


class Canvas:
    def __init__(self, width, height):
        self.size = round(width * SCALE) * FINE, round(height * SCALE) * FINE
        self.origin = np.array([width / 2, 0.0])
        x, y = np.meshgrid(np.arange(self.size[0]) + 0.5, np.arange(self.size[1]) + 0.5)
        # Millimetres of each pixel: x from the axis, y down from the picture's top.
        self.x, self.y = x / (SCALE * FINE) - width / 2, y / (SCALE * FINE)

    def pixels(self, points):
        return [tuple(at) for at in (np.asarray(points, float) + self.origin) * SCALE * FINE]

    def area(self, points):
        picture = Image.new("L", self.size)
        ImageDraw.Draw(picture).polygon(self.pixels(points), fill=255)
        return np.asarray(picture, np.float32) / 255

    def line(self, points, width):
        picture = Image.new("L", self.size)
        ImageDraw.Draw(picture).line(self.pixels(points), fill=255, width=max(1, round(width * SCALE * FINE)), joint="curve")
        return np.asarray(picture, np.float32) / 255

    def soft(self, plane, radius):
        low, high = float(plane.min()), float(plane.max())
        span = max(high - low, 1e-6)
        # Sixteen bits would be better; three passes at eight with noise below a level are enough here.
        small = Image.fromarray(((plane - low) / span * 255).astype(np.float32), "F")
        factor = max(1, int(radius * SCALE * FINE / 6))
        reduced = small.resize((max(1, self.size[0] // factor), max(1, self.size[1] // factor)), Image.Resampling.BOX)
        values = np.asarray(reduced, np.float32)
        r = max(1, round(radius * SCALE * FINE / factor))
        for _ in range(3):
            for axis in (0, 1):
                values = box(values, r // 2 + 1, axis)
        back = Image.fromarray(values, "F").resize(self.size, Image.Resampling.BICUBIC)
        return np.asarray(back, np.float32) / 255 * span + low


def box(values, radius, axis):
    padded = np.concatenate([np.repeat(values.take([0], axis), radius + 1, axis), values, np.repeat(values.take([-1], axis), radius, axis)], axis)
    total = np.cumsum(padded, axis, dtype=np.float64)
    length = values.shape[axis]
    top, bottom = total.take(range(2 * radius + 1, 2 * radius + 1 + length), axis), total.take(range(length), axis)
    return ((top - bottom) / (2 * radius + 1)).astype(np.float32)


def mirrored(half):
    """A closed outline from its right half (x ≥ 0, from the top of the axis to its bottom)."""
    half = np.asarray(half)
    return np.vstack([half, (half * [-1, 1])[::-1]])


def ridge(canvas, start, end, width, height, bend=0.0):
    """A fold from one place to another, with soft ends."""
    start, end = np.asarray(start, float), np.asarray(end, float)
    along = end - start
    length = np.hypot(*along)
    along /= length
    dx, dy = canvas.x - start[0], canvas.y - start[1]
    t = (dx * along[0] + dy * along[1]) / length
    off = -dx * along[1] + dy * along[0] - bend * length * (4 * t * (1 - t))
    fade = np.clip(1 - np.abs(2 * t - 1), 0, 1) ** 0.7
    spread = width * (0.6 + 0.8 * np.clip(t, 0, 1))
    return height * fade * np.exp(-((off / spread) ** 2))


def knit(canvas, seed, amount=0.05):
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, 1, (canvas.size[1], canvas.size[0])).astype(np.float32)
    fine = box(box(noise, 1, 0), 1, 1)
    return amount * fine * 1.5


def waves(canvas, seed, cell, amount):
    rng = np.random.default_rng(seed)
    rows, columns = int(canvas.size[1] / (cell * SCALE * FINE)) + 3, int(canvas.size[0] / (cell * 0.7 * SCALE * FINE)) + 3
    small = Image.fromarray(rng.normal(0, amount, (rows, columns)).astype(np.float32), "F")
    return np.asarray(small.resize(canvas.size, Image.Resampling.BICUBIC), np.float32)


def linear(colour):
    colour = np.asarray(colour, float) / 255
    return np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)


def stored(light):
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055) * 255


def garment(width, height, half, back_neck, front_neck, colour, folds, seams=(), hems=(), pattern=None, rib=18, seed=1):
    """`half`: the right half of the outline without the neck, from the neck's side to the hem's middle.

    `back_neck` and `front_neck`: curves from the axis to the neck's side.
    """
    canvas = Canvas(width, height)
    back = np.asarray(back_neck)
    outline = mirrored(np.vstack([back, half]))
    body = canvas.area(outline)
    front = np.asarray(front_neck)
    opening = canvas.area(np.vstack([back, front[::-1], front * [-1, 1], (back * [-1, 1])[::-1]]))
    inside = body * opening

    pillow = np.minimum(canvas.soft(body, 9), 1)
    relief = 14 * np.sqrt(np.clip((pillow - 0.45) / 0.55, 0, 1))
    for fold in folds:
        for way in (1, -1):
            (x0, y0), (x1, y1), wide, tall, *bend = fold
            shift = 1 if way > 0 else 0.8
            relief = relief + ridge(canvas, (way * x0, y0 + 9 * (way < 0)), (way * x1 * shift, y1), wide, tall * shift, way * (bend[0] if bend else 0))
    relief = relief + waves(canvas, seed, 150, 2.2) + waves(canvas, seed + 1, 60, 0.55)
    mask = (body * (1 - opening))[..., None]

    # Seams lie in a groove, ribs stand up.
    for seam in seams:
        for way in (1, -1):
            curve = np.asarray(seam) * [way, 1]
            groove = canvas.soft(canvas.line(curve, 3.0), 2)
            relief = relief - 2.2 * groove
    stitches = np.zeros_like(relief)
    for hem in hems:
        for way in (1, -1):
            curve = np.asarray(hem) * [way, 1]
            for offset in (0, 5):
                stitches = np.maximum(stitches, canvas.line(curve + [0, offset], 1.0))
    relief = relief - 0.7 * stitches
    if rib:
        whole = np.vstack([front[::-1] * [-1, 1], front])
        band = canvas.line(whole, 2 * rib) * (1 - opening)
        angle = np.arctan2(canvas.y - back[0][1], canvas.x)
        relief = relief + canvas.soft(band, 2) * (2.0 + 0.35 * np.sin(angle * 260))

    gy, gx = np.gradient(relief, 1 / (SCALE * FINE))
    normal = np.stack([-gx, -gy, np.ones_like(gx)], -1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    light = np.array([-0.42, -0.55, 0.72])
    light /= np.linalg.norm(light)
    lambert = np.clip(normal @ light, 0, 1)
    hollow = np.clip((canvas.soft(relief, 18) - relief) / 14, -0.3, 0.6)
    shade = 0.36 + 0.80 * lambert - 0.30 * hollow
    base = np.broadcast_to(linear(colour), (*relief.shape, 3)).copy()
    if pattern is not None:
        base = pattern(canvas, base)
    texture = 1 + knit(canvas, seed + 7)
    outside = base * (shade * texture)[..., None]
    outside *= (1 - 0.25 * stitches)[..., None]

    depth = canvas.soft(opening, 26)
    inner = linear(colour) * (0.30 + 0.30 * (1 - depth))[..., None] * texture[..., None]
    label = canvas.area([(-17, back[0][1] + 12), (17, back[0][1] + 12), (17, back[0][1] + 34), (-17, back[0][1] + 34)]) * inside
    inner = inner * (1 - label[..., None]) + 0.55 * label[..., None]
    neck = canvas.soft(canvas.line(np.vstack([front[::-1] * [-1, 1], front]), 2), 6)
    inner = inner * (1 - 0.5 * np.clip(neck * 2, 0, 1))[..., None]
    colour_of = outside * mask + inner * (1 - mask)

    rgba = np.dstack([stored(colour_of), 255 * body]).clip(0, 255).astype(np.uint8)
    cover = np.dstack([rgba[..., 3:] / 255] * 3 + [np.ones((*relief.shape, 1))])
    premultiplied = Image.fromarray((rgba * cover).astype(np.uint8), "RGBA")
    small = premultiplied.resize((canvas.size[0] // FINE, canvas.size[1] // FINE), Image.Resampling.BOX)
    values = np.asarray(small, np.float32)
    straight = values.copy()
    straight[..., :3] = np.where(values[..., 3:] > 0, values[..., :3] * 255 / np.maximum(values[..., 3:], 1), 0)
    return Image.fromarray(straight.clip(0, 255).astype(np.uint8), "RGBA")


def stripes(one, wide, period, first=150):
    def draw(canvas, base):
        row = (canvas.y - first) % period < wide
        return np.where((row & (canvas.y > first - 60))[..., None], linear(one), base)
    return draw


def flowers(colours, seed):
    def draw(canvas, base):
        rng = np.random.default_rng(seed)
        picture = Image.fromarray(stored(base).astype(np.uint8), "RGB")
        pen = ImageDraw.Draw(picture)
        for _ in range(520):
            x, y = rng.uniform(0, canvas.size[0]), rng.uniform(0, canvas.size[1])
            colour, size, turn = colours[rng.integers(len(colours))], rng.uniform(5, 10) * SCALE * FINE, rng.uniform(0, 6)
            for k in range(5):
                a = turn + k * 2 * np.pi / 5
                cx, cy = x + np.cos(a) * size * 0.8, y + np.sin(a) * size * 0.8
                pen.ellipse([cx - size * 0.6, cy - size * 0.6, cx + size * 0.6, cy + size * 0.6], fill=colour)
            pen.ellipse([x - size * 0.4, y - size * 0.4, x + size * 0.4, y + size * 0.4], fill=(240, 200, 90))
        return linear(np.asarray(picture))
    return draw


NECK_BACK = spline([(0, 52), (50, 50), (92, 40)]) * [0.98, 1]
NECK_FRONT = spline([(0, 138), (46, 126), (80, 88), (92, 40)]) * [0.98, 0.9] + [0, 4]
LONG_HALF = np.vstack([
    spline([(90, 40), (150, 58), (214, 82)]),
    spline([(214, 82), (262, 150), (300, 300), (352, 610)]),
    spline([(352, 610), (350, 616), (286, 634)]),
    spline([(286, 634), (262, 470), (244, 330), (232, 290)]),
    spline([(232, 290), (228, 420), (232, 560), (238, 664)]),
    spline([(238, 664), (130, 676), (0, 678)]),
])
LONG_FOLDS = [
    ((228, 300), (110, 400), 15, 6), ((230, 330), (120, 520), 18, 5), ((220, 250), (90, 290), 14, 4), ((270, 330), (240, 250), 12, 6), ((310, 420), (262, 400), 10, 5),
    ((320, 470), (272, 480), 10, 5), ((330, 540), (285, 520), 10, 4), ((100, 460), (120, 660), 22, 5), ((40, 360), (30, 640), 26, 4), ((200, 480), (195, 660), 16, 4),
]
LONG_SEAMS = [spline([(214, 82), (204, 160), (210, 230), (232, 290)])]
LONG_HEMS = [spline([(236, 630), (130, 642), (0, 644)]), [(346, 580), (280, 602)]]

DRESS_HALF = np.vstack([
    spline([(112, 40), (146, 48), (168, 60)]),
    spline([(168, 60), (162, 130), (176, 190), (222, 246)]),
    spline([(222, 246), (196, 360), (186, 440)]),
    spline([(186, 440), (232, 620), (300, 840), (352, 1000)]),
    spline([(352, 1000), (180, 1034), (0, 1042)]),
])
DRESS_BACK = spline([(0, 66), (60, 62), (112, 40)])
DRESS_FRONT = spline([(0, 210), (60, 130), (112, 40)])
DRESS_SEAMS = [spline([(186, 440), (90, 452), (0, 454)])]
DRESS_HEMS = [spline([(346, 976), (180, 1010), (0, 1018)])]
DRESS_FOLDS = [
    ((180, 440), (300, 1000), 20, 9), ((140, 440), (220, 1020), 22, 10), ((90, 440), (120, 1030), 22, 9), ((40, 440), (40, 1040), 22, 9), ((210, 500), (330, 960), 14, 6),
    ((215, 255), (110, 330), 14, 5), ((190, 300), (90, 420), 14, 5), ((120, 330), (80, 436), 12, 4),
]

# Drawn when asked for; from armpit to armpit the first is 464 mm wide and the second 444 mm.
PRODUCTS = {
    "breton-cotton": lambda: garment(
        780, 730, LONG_HALF, NECK_BACK, NECK_FRONT, (238, 233, 220), LONG_FOLDS, LONG_SEAMS, LONG_HEMS,
        pattern=stripes((36, 44, 74), 13, 34), rib=8, seed=9,
    ),
    "dress-meadow": lambda: garment(
        800, 1090, DRESS_HALF, DRESS_BACK, DRESS_FRONT, (34, 92, 74), DRESS_FOLDS, DRESS_SEAMS, DRESS_HEMS,
        pattern=flowers([(228, 120, 130), (236, 222, 196), (206, 84, 70)], 4), rib=6, seed=15,
    ),
}

if __name__ == "__main__":
    for name, draw in PRODUCTS.items():
        draw().save(Path(__file__).parent / f"{name}.webp", quality=88, method=6)
