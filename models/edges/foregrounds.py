"""Renders products with exact alpha for training: RGBA PNGs, sRGB, straight alpha, longer side 1024; and rooms.

    python3.11 -m pip install -r benches/quality/requirements-truth.txt
    python3.11 models/edges/foregrounds.py --sources DIR/sources --out DIR --rounds 1

DIR/sources is what benches/quality/ground_truth.py fetched. Rendered are kinds of products of its split `tune`, and models
that it does not use, each turned, lit and coloured at random: no picture of `held-out` (some of its products are of the
same kinds) and no photo of ../shared/data takes part. They go to DIR/foregrounds; the surroundings of DIR/sources, as
pictures to stand before, to DIR/rooms.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benches/quality"))
import ground_truth as truth
import products as p

PLACES = ("white", "grey", "colour", "dark", "wood", "plaster", "room:lobby", "room:park", "room:studio", "room:apartment")
SIZES = ((1024, 1024), (1024, 800), (800, 1024))
CONTROLLERS = ("htc-vive/none", "htc-vive-cosmos/left", "pico-4/right", "hp-mixed-reality/left", "generic-hand/left",
               "logitech-mx-ink/left", "oculus-go/none", "meta-quest-touch-pro/left", "samsung-odyssey/left",
               "pico-neo3/left", "samsung-gearvr/none", "htc-vive-focus-3/left")


def kinds():
    """Name → (how it is built, whether it has hair or threads, whether it lies flat)."""

    def pale(build):
        return lambda random, sources: build(random, sources, pale=True)

    solid = {"mug": p.mug, "mug-pale": pale(p.mug), "vase": p.vase, "vase-pale": pale(p.vase), "chair": p.chair,
             "wine-glass": p.wine_glass, "kettle": p.kettle, "headphones": p.headphones,
             "headphones-pale": pale(p.headphones), "perfume": p.perfume}
    fine = {"lace": p.lace, "pompom": p.pompom, "wig": p.wig, "brush": p.brush, "whisk": p.whisk, "glasses": p.glasses,
            "wire-basket": p.wire_basket, "basket": p.basket, "short-fur": p.furry_model("pmndrs/package/models/suzi.glb", 0.02),
            "long-fur": p.furry_model("pmndrs/package/models/suzi.glb", 0.045)}
    flat = {"dress": p.garment(p.DRESS, straps=False), "tee": p.garment(p.TEE, None, collar=True),
            "shirt": p.garment(p.LONG, None, "checks", True, True), "trousers": p.garment(p.TROUSERS, (0.96, 0.96, 0.95)),
            "tee-stripes": p.garment(p.TEE, None, "stripes", True), "tee-pale": p.garment(p.TEE, (0.93, 0.92, 0.9), collar=True)}
    for name in CONTROLLERS:
        solid[name.replace("/", "-")] = p.model(f"webxr/package/dist/profiles/{name}.glb")
    made = {name: (build, False, False) for name, build in solid.items()}
    made |= {name: (build, True, False) for name, build in fine.items()}
    return made | {name: (build, False, True) for name, build in flat.items()}


def foreground(stem, build, fine, flat, sources):
    """`[H, W, 4]` of 8 bits."""
    import bpy

    random = truth.generator(f"train {stem}")
    view = (0, 88, 60) if flat else (random.uniform(-60, 60), random.uniform(2, 45), random.choice([50, 70, 85]))
    place = str(random.choice(PLACES))
    if flat:
        place = "flat-" + ("white" if place.startswith("room:") else place)
    size = SIZES[random.integers(len(SIZES))]
    scene = truth.Scene(stem, "", build, place, view, random.uniform(0.7, 1.02), size, fine)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    build(random, sources)
    bpy.context.view_layer.update()
    made = [thing for thing in bpy.data.objects if thing.type in ("MESH", "CURVE")]
    low, high = p.bounds(made)
    ground = truth.stage(place, random, sources, float(max(high - low)))
    points = truth.aim(scene, made, random)
    bpy.context.scene.render.film_transparent = True
    for part in ground:
        part.visible_camera = False
    path = Path(tempfile.gettempdir()) / f"foreground-{os.getpid()}.exr"
    light = truth.render(path, *size, 10 if fine else 5, truth.region(points))
    alpha = light[..., 3].clip(0, 1)
    colour = light[..., :3] / np.maximum(alpha, 1e-4)[..., None]
    mean = (alpha[..., None] * colour).mean() / max(alpha.mean(), 1e-6)
    colour = truth.encoded(colour * random.uniform(0.2, 0.6) / max(mean, 1e-4))
    colour = truth.bleed(colour.astype(np.float32).clip(0, 1), alpha)
    return np.rint(np.dstack([colour.clip(0, 1), alpha]) * 255).astype(np.uint8)


def room(path):
    """The middle of a panorama `[H, W, 3]` of 8 bits, bright parts held down."""
    import bpy

    image = bpy.data.images.load(str(path))
    width, height = image.size
    light = np.zeros(width * height * 4, np.float32)
    image.pixels.foreach_get(light)
    light = light.reshape(height, width, 4)[::-1, :, :3] * 0.25 / max(np.median(light), 1e-4)
    return np.rint(truth.encoded(1.3 * light / (1 + light))[height // 6:height * 5 // 6].clip(0, 1) * 255).astype(np.uint8)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=1, metavar="N", help="how many of each kind")
    arguments = parser.parse_args()
    for folder in ("rooms", "foregrounds"):
        (arguments.out / folder).mkdir(parents=True, exist_ok=True)
    for path in sorted((arguments.sources / "pmndrs/package/hdri").glob("*.exr")):
        Image.fromarray(room(path)).save(arguments.out / f"rooms/{path.stem}.png")
    for number in range(arguments.rounds):
        for name, how in kinds().items():
            path = arguments.out / f"foregrounds/{name}-{number}.png"
            if not path.exists():
                Image.fromarray(foreground(path.stem, *how, arguments.sources)).save(path)
                print(path.stem, flush=True)


if __name__ == "__main__":
    main()
