"""Makes the demo shop's products: pictures, models and products.json, beside this file.

    python3.11 -m pip install -r requirements.txt
    python3.11 make.py [--only NAME…] [--samples 96] [--out DIR]

Every product is modelled here from measures in mm, so all that a picture shows is known to a part of a pixel. All of it
is given to the public domain (CC0 1.0).
"""

import argparse
import io
import json
import tempfile
from pathlib import Path

import bpy
import numpy as np
import trimesh
from PIL import Image
from scipy import ndimage

import accessories
import glasses
import materials
import studio
from geometry import Part, grid_faces

# The most that one file may weigh, in bytes.
CUT_OUT_LIMIT, STUDIO_LIMIT, MODEL_LIMIT = 250_000, 120_000, 300_000

PRODUCTS = {
    "round-gold": (glasses.round_wire, "glasses", "Round, gold wire"),
    "wayfarer-tortoise": (glasses.wayfarer, "glasses", "Square, tortoise acetate"),
    "cat-eye-berry": (glasses.cat_eye, "glasses", "Cat-eye, berry acetate"),
    "aviator-smoke": (glasses.aviator, "glasses", "Aviator sunglasses, gunmetal with graded smoke lenses"),
    "beanie-rust": (accessories.beanie, "hat", "Ribbed beanie, rust wool"),
    "headband-velvet": (accessories.headband, "hat", "Padded headband, green velvet"),
    "pearl-drops": (accessories.drops, "earrings", "Pearl drops on gold hooks"),
    "chain-pendant": (accessories.necklace, "necklace", "Gold chain with a green stone"),
}


def pixel(point, view):
    """Where a point in mm is in the picture, in pixels from the picture's top left corner."""
    x, y, z = point
    spread = studio.DISTANCE / (studio.DISTANCE - z)
    x = view["centre"][0] + (x - view["centre"][0]) * spread
    eye = view["centre"][1] + view["rise"]
    y = eye + (y - eye) * spread
    return [round(view["width"] / 2 + (x - view["centre"][0]) / view["mm_per_px"], 2),
            round(view["height"] / 2 - (y - view["centre"][1]) / view["mm_per_px"], 2)]


def lights(scene, size, power=1.0):
    """The shop's studio, scaled to a thing `size` mm wide: a great softbox above, a strip at the left, a fill at the right."""
    near = size * 3.4
    watts = power * (near * studio.MM) ** 2
    studio.softbox(scene, (-0.25 * near, 1.0 * near, 0.75 * near), (0, 0, 0), 1.5 * near, 0.8 * near, 15 * watts)
    studio.softbox(scene, (-1.05 * near, 0.15 * near, 0.55 * near), (0, 0, 0), 0.28 * near, 1.4 * near, 7 * watts)
    studio.softbox(scene, (1.0 * near, 0.25 * near, 0.7 * near), (0, 0, 0), 0.5 * near, 0.9 * near, 3.5 * watts)
    studio.room(scene, (1.0, 1.0, 1.0), (0.20, 0.20, 0.21), 0.55)


def set_up(parts, view, samples):
    scene = studio.new_scene(view["width"], view["height"], samples)
    studio.camera(scene, view["mm_per_px"], view["centre"], view["rise"])
    known = {}
    for part in parts:
        if part.material not in known:
            known[part.material] = materials.build(part.material)
        if part.material in materials.TEXTURED:
            part = Part(part.material, part.points, part.faces, materials.laid(part))
        studio.mesh(scene, part, known[part.material])
    return scene


def rendered(scene):
    """The picture `[H, W, 4]`: straight alpha, sRGB, 0 to 1."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "render.png"
        studio.render(scene, path)
        image = bpy.data.images.load(str(path))
        image.colorspace_settings.name = "Non-Color"
        image.alpha_mode = "CHANNEL_PACKED"
        pixels = np.empty(image.size[0] * image.size[1] * 4, np.float32)
        image.pixels.foreach_get(pixels)
        return pixels.reshape(image.size[1], image.size[0], 4)[::-1].copy()


def steady(picture):
    """The picture with the grain of chance in see-through lenses evened out: the renderer cleans colour, not alpha."""
    alpha = picture[..., 3]
    # A lens is where alpha is partial all around; an edge's partial alpha is a pixel or two wide and stays.
    inner = ndimage.binary_erosion((alpha > 0.004) & (alpha < 0.985), iterations=3)
    wide = ndimage.binary_opening(inner, iterations=3)
    weight = wide.astype(np.float32)
    # Blurred as light is added: colour times alpha, within the lens alone.
    light = np.concatenate([picture[..., :3] * alpha[..., None], alpha[..., None]], -1) * weight[..., None]
    even = (ndimage.gaussian_filter(light, (4, 4, 0))
            / np.maximum(ndimage.gaussian_filter(weight, 4.0), 1e-4)[..., None])
    even[..., :3] /= np.maximum(even[..., 3:], 1e-4)
    return np.where(wide[..., None], even, picture)


def cut_out(design, view, samples):
    """The product on transparency, RGBA of 8 bits."""
    scene = set_up(design["front"] + design.get("stubs", []), view, samples)
    scene.render.film_transparent = True
    lights(scene, design["width"])
    picture = steady(rendered(scene))
    eight = np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    eight[eight[..., 3] == 0] = 0
    return Image.fromarray(eight)


def on_white(design, view, samples):
    """The product as a seller photographs it: standing on, or hanging before, white paper, with its shadow."""
    scene = set_up(design["front"] + design.get("arms", []), view, samples)
    lights(scene, design["width"])
    paper = studio.Nodes("paper")
    white = paper.principled(Base_Color=(0.9, 0.9, 0.9), Roughness=0.9, Specular_IOR_Level=0.0)
    size = design["width"]
    if design["stands"]:
        # A sweep of paper: a floor that curves up into a wall, well behind.
        turn = np.linspace(0, np.pi / 2, 16)
        floor = min(part.points[:, 1].min() for part in design["front"] + design.get("arms", [])) - 0.05
        back, radius = -2.2 * size, 1.2 * size
        profile = np.vstack([[6 * size, floor], np.column_stack([back - radius * np.sin(turn), floor + radius * (1 - np.cos(turn))]),
                             [back - radius, floor + 8 * size]])
    else:
        wall = design["wall"]
        profile = np.array([[wall, -6 * size], [wall, 6 * size]])
    across = np.linspace(-12 * size, 12 * size, 2)
    points = np.array([[x, y, z] for z, y in profile for x in across])
    studio.mesh(scene, Part("paper", points, grid_faces(len(profile), 2)), white)
    picture = rendered(scene)[..., :3]
    # Exposed as a shop's photo is: the paper's median just white, its shadow left.
    edge = np.concatenate([picture[:40].reshape(-1, 3), picture[:, :40].reshape(-1, 3), picture[:, -40:].reshape(-1, 3)])
    light = studio.linear(picture) * (0.93 / studio.linear(np.median(edge, 0)))
    picture = np.where(light <= 0.0031308, light * 12.92, 1.055 * np.clip(light, 0.0031308, 1) ** (1 / 2.4) - 0.055)
    return Image.fromarray(np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8))


def model(design, name, budget=4200):
    """The product as a .glb: metres, y up, facing +z, the origin at the bridge or the middle."""
    parts = design["front"] + design.get("arms", [])
    # Small parts get more than their share of triangles, or a lens would be a polygon beside its front.
    shares = [len((part.low or part).faces) ** 0.6 for part in parts]
    scene = trimesh.Scene()
    groups = {}
    for part, share in zip(parts, shares, strict=True):
        part = part.low or part
        points, faces = studio.decimated(part, int(budget * share / sum(shares)))
        groups.setdefault(part.material, []).append((points, faces, Part(part.material, points, faces, part.uv)))
    for material, meshes in groups.items():
        colour, metal, rough, *opacity = materials.GLTF[material]
        options = {"baseColorFactor": [*studio.linear(colour), *(opacity or [1.0])], "metallicFactor": metal,
                   "roughnessFactor": rough, "name": material, "doubleSided": bool(opacity),
                   "alphaMode": "BLEND" if opacity else "OPAQUE"}
        if material in materials.TEXTURED:
            buffer = io.BytesIO()
            pixels = np.round(materials.tortoise(512) * 255).astype(np.uint8)
            Image.fromarray(pixels).save(buffer, "JPEG", quality=82)
            options["baseColorTexture"] = Image.open(buffer)
        points, faces, uv, start = [], [], [], 0
        for part_points, part_faces, part in meshes:
            points.append(part_points)
            faces.append(part_faces + start)
            uv.append(materials.laid(part) if material in materials.TEXTURED else np.zeros((len(part_points), 2)))
            start += len(part_points)
        shape = trimesh.Trimesh(np.vstack(points) * studio.MM, np.vstack(faces), process=False)
        shape.visual = trimesh.visual.TextureVisuals(
            uv=np.vstack(uv) if material in materials.TEXTURED else None,
            material=trimesh.visual.material.PBRMaterial(**options))
        shape.vertex_normals  # so that it is written out
        scene.add_geometry(shape, node_name=material, geom_name=material)
    scene.metadata["extras"] = {"name": name, "licence": "CC0-1.0"}
    return scene.export(file_type="glb", include_normals=True)


def described(name, kind, title, design, view):
    """The product's entry in products.json."""
    points = np.vstack([part.points for part in design["front"] + design.get("stubs", [])])
    corners = [pixel(point, view) for point in points]
    low, high = np.min(corners, 0), np.max(corners, 0)
    entry = {"name": name, "title": title, "kind": kind, "width_mm": design["width"], "mm_per_px": view["mm_per_px"],
             "size_px": [view["width"], view["height"]],
             "box_px": [round(float(at), 1) for at in (*low, *(high - low))],
             "files": {"transparent": f"{name}.png", "studio": f"{name}.jpg", "model": f"{name}.glb"},
             "marks_px": {mark: [pixel(at, view) for at in place] if isinstance(place[0], list) else pixel(place, view)
                          for mark, place in design["marks"].items()},
             "marks_mm": design["marks"]}
    if "lens" in design:
        entry["lens_mm"] = {key: design["lens"][key] for key in ("width", "bridge")}
    for key in ("pieces_mm", "note"):
        if key in design:
            entry[key] = design[key]
    return entry


def measured(design):
    """The design with its true width in mm, from its parts."""
    points = np.vstack([part.points for part in design["front"] + design.get("stubs", [])])
    return {**design, "width": round(float(np.ptp(points[:, 0])), 1)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", choices=PRODUCTS, help="these alone; the others' entries stay as they are")
    parser.add_argument("--samples", type=int, default=96, help="rays through each pixel of a cut-out, at most; half as many in the studio")
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--width", type=int, default=1200, help="of the pictures, in pixels")
    parser.add_argument("--parts", nargs="*", default=["transparent", "studio", "model"])
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    listing = arguments.out / "products.json"
    entries = {entry["name"]: entry for entry in json.loads(listing.read_text())["products"]} if listing.exists() else {}
    for name in arguments.only or PRODUCTS:
        builder, kind, title = PRODUCTS[name]
        design = measured(builder())
        points = np.vstack([part.points for part in design["front"] + design.get("stubs", [])])
        low, high = points.min(0), points.max(0)
        across = design["width"] / (0.90 if kind == "glasses" else design.get("fill", 0.86))
        view = {"width": arguments.width, "mm_per_px": round(across / arguments.width, 5), "rise": 0.0,
                "centre": [0.0, round(float(low[1] + high[1]) / 2, 2)]}
        view["height"] = int(np.ceil(((high[1] - low[1]) / view["mm_per_px"] + arguments.width * 0.1) / 20) * 20)
        if "transparent" in arguments.parts:
            path = arguments.out / f"{name}.png"
            picture = cut_out(design, view, arguments.samples)
            picture.save(path, optimize=True)
            if path.stat().st_size > CUT_OUT_LIMIT:
                # A texture all over is no thing for PNG.
                path.unlink()
                path = path.with_suffix(".webp")
                picture.save(path, quality=90, alpha_quality=100, method=6)
            print(path.name, path.stat().st_size)
        if "studio" in arguments.parts:
            tall = {**view, "height": view["height"] + 2 * int(arguments.width * 0.06), "rise": 220.0 if design["stands"] else 0.0}
            picture = on_white(design, tall, max(16, arguments.samples // 2))
            path = arguments.out / f"{name}.jpg"
            for quality in (86, 80, 74, 68):
                picture.save(path, quality=quality, optimize=True, subsampling=0)
                if path.stat().st_size <= STUDIO_LIMIT:
                    break
            print(path.name, path.stat().st_size)
        if "model" in arguments.parts:
            path = arguments.out / f"{name}.glb"
            path.write_bytes(model(design, name))
            if path.stat().st_size > MODEL_LIMIT:
                raise SystemExit(f"make.py: {path.name} weighs {path.stat().st_size} bytes and may weigh {MODEL_LIMIT}: fewer triangles")
            print(path.name, path.stat().st_size)
        entry = described(name, kind, title, design, view)
        if (arguments.out / f"{name}.webp").exists():
            entry["files"]["transparent"] = f"{name}.webp"
        # What has not been made is not promised.
        entry["files"] = {use: file for use, file in entry["files"].items() if (arguments.out / file).exists()}
        entry["studio_size_px"] = [arguments.width, view["height"] + 2 * int(arguments.width * 0.06)]
        entries[name] = entry
    ordered = [entries[name] for name in PRODUCTS if name in entries]
    listing.write_text(json.dumps({"licence": "CC0-1.0", "products": ordered}, indent=1) + "\n")


main()
