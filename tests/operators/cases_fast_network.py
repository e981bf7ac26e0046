"""The network `fast` as it is committed, on made scenes."""

import numpy as np

from record import ROOT, encoded, runtime, stored

SIZES = [(64, 64, 1), (96, 80, 2), (320, 320, 3)]


def scene(height, width, seed):
    """`[1, 3, height, width]`, 32-bit floats: a noisy ellipse on noisy ground, the same on every machine.

    Elements in order, channel by channel and row by row, each from one step of a generator on 32 bits:

        state = (1664525 × state + 1013904223) mod 2³², starting at `seed`
        noise = state >> 26                                                 0 to 63
        inside = (2y + 1 − height)² × width² + (2x + 1 − width)² × height² < (height² × width²) / 4
        value = (noise + (160 if inside else 32 × channel)) / 64 − 1.5

    All in whole numbers up to the last line, whose division and difference are exact.
    """
    values = np.empty((3, height, width), np.float32)
    state = seed
    for channel in range(3):
        for y in range(height):
            for x in range(width):
                state = (1664525 * state + 1013904223) % 2**32
                across = (2 * y + 1 - height) ** 2 * width**2 + (2 * x + 1 - width) ** 2 * height**2
                inside = 4 * across < height**2 * width**2
                values[channel, y, x] = ((state >> 26) + (160 if inside else 32 * channel)) / 64 - 1.5
    return values[None]


def record(family):
    session = runtime((ROOT / "models" / "fast.onnx").read_bytes())
    for height, width, seed in SIZES:
        name = f"{height}x{width} seed {seed}"
        family.claim(name)
        image = scene(height, width, seed)
        mask = session.run(["mask"], {"image": image})[0]
        print(f"{name}: from {mask.min():.4f} to {mask.max():.4f}, {(mask > 0.5).mean():.1%} of it object")
        inputs = [stored(image, "image")] if height == 64 else []
        family.parts.append(encoded(name, None, inputs, [stored(mask, "mask")]))
