"""What the peers' scripts share: the input, the times, and the line that `cargo xtask bench --native` reads."""

import json
import time

import numpy

# Rows and columns of U²-Net-p's input.
SIDE = 320


def pixels(side=SIDE):
    """An input `[1, 3, side, side]` of 32-bit floats between −2 and 2; every engine gets the same."""
    ramp = numpy.arange(3 * side * side) % 255
    return (ramp / 64 - 2).astype(numpy.float32).reshape(1, 3, side, side)


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
