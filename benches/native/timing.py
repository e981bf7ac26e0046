"""What the peers' scripts share: the input, the times, and the line that `cargo xtask bench --native` reads."""

import json
import time

import numpy

# Rows and columns of U²-Net-p's input.
SIDE = 320


def pixels(side=SIDE):
    """An input `[1, 3, side, side]`, normalised: a coloured disc before white. Every engine gets the same."""
    row, column = numpy.mgrid[0:side, 0:side]
    inside = (row - side // 2) ** 2 + (column - side // 2) ** 2 < (side // 3) ** 2
    planes = [numpy.where(inside, colour, 2.0) for colour in (-1.0, 0.0, 1.0)]
    return numpy.stack(planes)[None].astype(numpy.float32)


def report(package, prepare, runs, **more):
    """Times `prepare()` with the first call of what it gives, then further calls, and prints them as JSON."""
    start = time.perf_counter()
    run = prepare()
    mask = run()
    first = [(time.perf_counter() - start) * 1e3]
    warm = []
    for _ in range(runs):
        start = time.perf_counter()
        mask = run()
        warm.append((time.perf_counter() - start) * 1e3)
    print(json.dumps({"package": package, "first": first, "warm": warm, "covered": float(numpy.mean(mask)), **more}))
