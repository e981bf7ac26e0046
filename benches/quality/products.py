"""The things that ground_truth.py photographs: builders for Blender, each leaves one product in an empty scene.

A builder takes `random`, a NumPy generator of the scene's own, and `sources`, the folder of the packages; it makes
objects that stand on the plane z = 0 and look towards −y, in metres or thereabouts. All models are made here, but
those that `model` and `stl` read from packages; their builders say from which, as `package`.
"""

import math

import bpy
import numpy as np

# Blender's other modules exist only once bpy has been imported.
import bmesh
from mathutils import Vector
from scipy import ndimage

# Materials --------------------------------------------------------------------------------------------------


def linear(colour):
    """sRGB in 0 to 1 as linear light."""
    colour = np.asarray(colour, float)
    return np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)


def paint(colour, rough=0.45, metal=0.0, coat=0.0, sheen=0.0, transmission=0.0, subsurface=0.0, bump=None,
          mottle=0.0, mottle_scale=8.0, alpha=1.0, ior=1.45):
    """A principled material of an sRGB colour; `bump` is (scale, strength) of a fine noise."""
    material = bpy.data.materials.new("paint")
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    shader = nodes["Principled BSDF"]
    rgba = (*linear(colour), 1.0)
    shader.inputs["Base Color"].default_value = rgba
    shader.inputs["Roughness"].default_value = rough
    shader.inputs["Metallic"].default_value = metal
    shader.inputs["Coat Weight"].default_value = coat
    shader.inputs["Sheen Weight"].default_value = sheen
    shader.inputs["Transmission Weight"].default_value = transmission
    shader.inputs["Subsurface Weight"].default_value = subsurface
    shader.inputs["Alpha"].default_value = alpha
    shader.inputs["IOR"].default_value = ior
    place = None
    if mottle or bump:
        place = nodes.new("ShaderNodeTexCoord").outputs["Object"]
    if mottle:
        noise = nodes.new("ShaderNodeTexNoise")
        noise.inputs["Scale"].default_value = mottle_scale
        noise.inputs["Detail"].default_value = 8
        links.new(place, noise.inputs["Vector"])
        ramp = nodes.new("ShaderNodeMix")
        ramp.data_type = "RGBA"
        ramp.inputs[6].default_value = (*(linear(colour) * (1 - mottle)), 1)
        ramp.inputs[7].default_value = (*np.minimum(linear(colour) * (1 + mottle), 1), 1)
        links.new(noise.outputs["Fac"], ramp.inputs[0])
        links.new(ramp.outputs[2], shader.inputs["Base Color"])
    if bump:
        noise = nodes.new("ShaderNodeTexNoise")
        noise.inputs["Scale"].default_value = bump[0]
        noise.inputs["Detail"].default_value = 4
        links.new(place, noise.inputs["Vector"])
        node = nodes.new("ShaderNodeBump")
        node.inputs["Strength"].default_value = bump[1]
        node.inputs["Distance"].default_value = 0.01
        links.new(noise.outputs["Fac"], node.inputs["Height"])
        links.new(node.outputs["Normal"], shader.inputs["Normal"])
    return material


def pictured(pixels, rough=0.5, coat=0.0, sheen=0.0, repeat=True, coordinates="UV", scale=1.0, translucent=False):
    """A material that wears a picture: sRGB(A) pixels `[H, W, 3 or 4]` in 0 to 1, first row on top."""
    height, width = pixels.shape[:2]
    image = bpy.data.images.new("picture", width, height, alpha=True)
    rgba = np.ones((height, width, 4), np.float32)
    rgba[..., :pixels.shape[2]] = pixels
    image.pixels.foreach_set(rgba[::-1].ravel())
    image.pack()
    material = bpy.data.materials.new("pictured")
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    shader = nodes["Principled BSDF"]
    texture = nodes.new("ShaderNodeTexImage")
    texture.image = image
    texture.extension = "REPEAT" if repeat else "EXTEND"
    mapping = nodes.new("ShaderNodeMapping")
    mapping.inputs["Scale"].default_value = (scale, scale, scale)
    links.new(nodes.new("ShaderNodeTexCoord").outputs[coordinates], mapping.inputs["Vector"])
    links.new(mapping.outputs["Vector"], texture.inputs["Vector"])
    links.new(texture.outputs["Color"], shader.inputs["Base Color"])
    if pixels.shape[2] == 4:
        links.new(texture.outputs["Alpha"], shader.inputs["Alpha"])
    shader.inputs["Roughness"].default_value = rough
    shader.inputs["Coat Weight"].default_value = coat
    shader.inputs["Sheen Weight"].default_value = sheen
    return material


def glass(colour=(1, 1, 1), rough=0.0):
    """Clear or tinted glass: where it is seen through, alpha is partial."""
    return paint(colour, rough=rough, transmission=1.0, ior=1.45)


def colour_of(random, light=(0.25, 0.85), saturation=(0.15, 0.8)):
    """A colour that a product might have, sRGB."""
    import colorsys

    return colorsys.hsv_to_rgb(random.random(), random.uniform(*saturation), random.uniform(*light))


# Shapes -----------------------------------------------------------------------------------------------------


def mesh_object(vertices, faces, material, smooth=True, name="part"):
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([tuple(map(float, v)) for v in vertices], [], [tuple(map(int, f)) for f in faces])
    mesh.update()
    if smooth:
        mesh.polygons.foreach_set("use_smooth", [True] * len(mesh.polygons))
    made = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(made)
    if material:
        made.data.materials.append(material)
    return made


def lathe(profile, material, at=(0, 0, 0), segments=128, smooth=3):
    """Turns a profile of (radius, height) about the z axis; the profile is rounded by `smooth` rounds of cutting."""
    points = np.asarray(profile, float)
    for _ in range(smooth):
        first, last = points[:1], points[-1:]
        a = 0.75 * points[:-1] + 0.25 * points[1:]
        b = 0.25 * points[:-1] + 0.75 * points[1:]
        points = np.concatenate([first, np.stack([a, b], 1).reshape(-1, 2), last])
    angles = np.arange(segments) * 2 * math.pi / segments
    rings = len(points)
    x = points[:, 0, None] * np.cos(angles) + at[0]
    y = points[:, 0, None] * np.sin(angles) + at[1]
    z = np.broadcast_to(points[:, 1, None] + at[2], x.shape)
    vertices = np.stack([x, y, z], -1).reshape(-1, 3)
    faces = []
    for ring in range(rings - 1):
        a = ring * segments + np.arange(segments)
        b = ring * segments + (np.arange(segments) + 1) % segments
        faces.extend(np.stack([a, b, b + segments, a + segments], 1))
    made = mesh_object(vertices, faces, material)
    layer = made.data.uv_layers.new(name="UVMap")
    # u runs twice around, v from the lowest to the highest point.
    low, span = points[:, 1].min(), max(np.ptp(points[:, 1]), 1e-9)
    loops = np.zeros((len(made.data.loops), 2))
    index = np.zeros(len(made.data.loops), int)
    made.data.loops.foreach_get("vertex_index", index)
    loops[:, 0] = (index % segments) / segments * 2
    # The seam would run the whole picture backwards through one strip of faces.
    quads = loops[:, 0].reshape(-1, 4)
    quads[(quads.max(1) - quads.min(1)) > 1] = np.where(
        quads[(quads.max(1) - quads.min(1)) > 1] < 1, quads[(quads.max(1) - quads.min(1)) > 1] + 2,
        quads[(quads.max(1) - quads.min(1)) > 1])
    loops[:, 0] = quads.ravel()
    loops[:, 1] = (points[index // segments, 1] - low) / span
    layer.data.foreach_set("uv", loops.ravel())
    return made


def wall(outer, thick):
    """A closed profile of a vessel: the outer profile from the centre of its foot to its rim, and back inside."""
    outer = [tuple(p) for p in outer]
    inner = [(max(r - thick, 0.0), max(z, outer[0][1] + thick)) for r, z in outer[::-1]]
    inner[-1] = (0.0, outer[0][1] + thick)
    return outer + inner


def tube(points, radius, material, closed=False, smooth=True, resolution=3):
    """A round bar along points `[N, 3]`; `radius` one number or one a point."""
    curve = bpy.data.curves.new("tube", "CURVE")
    curve.dimensions = "3D"
    curve.bevel_depth = 1.0
    curve.bevel_resolution = resolution
    curve.use_fill_caps = True
    points = np.asarray(points, float)
    radii = np.broadcast_to(radius, len(points))
    spline = curve.splines.new("NURBS" if smooth else "POLY")
    spline.points.add(len(points) - 1)
    for point, place, size in zip(spline.points, points, radii):
        point.co = (*place, 1)
        point.radius = float(size)
    if smooth:
        spline.order_u = 3
        spline.use_endpoint_u = True
        spline.resolution_u = 4
    spline.use_cyclic_u = closed
    made = bpy.data.objects.new("tube", curve)
    bpy.context.scene.collection.objects.link(made)
    made.data.materials.append(material)
    return made


def tubes(lines, radius, material, resolution=2):
    """Many bars of one thickness in one object."""
    curve = bpy.data.curves.new("tubes", "CURVE")
    curve.dimensions = "3D"
    curve.bevel_depth = radius
    curve.bevel_resolution = resolution
    curve.use_fill_caps = True
    for line in lines:
        spline = curve.splines.new("POLY")
        spline.points.add(len(line) - 1)
        spline.points.foreach_set("co", np.c_[np.asarray(line, float), np.ones(len(line))].ravel())
    made = bpy.data.objects.new("tubes", curve)
    bpy.context.scene.collection.objects.link(made)
    made.data.materials.append(material)
    return made


def box(size, material, at=(0, 0, 0), bevel=0.01, turn=0.0):
    """A box with rounded edges whose foot's centre is `at`."""
    sx, sy, sz = (s / 2 for s in size)
    corners = [(x, y, z) for x in (-sx, sx) for y in (-sy, sy) for z in (0, 2 * sz)]
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    made = mesh_object(corners, faces, material, smooth=False)
    layer = made.data.uv_layers.new(name="UVMap")
    for polygon in made.data.polygons:
        for k, loop in enumerate(polygon.loop_indices):
            x, y, z = made.data.vertices[made.data.loops[loop].vertex_index].co
            normal = polygon.normal
            if abs(normal.z) > 0.5:
                uv = (x / size[0] + 0.5, y / size[1] + 0.5)
            elif abs(normal.y) > 0.5:
                uv = ((x if normal.y < 0 else -x) / size[0] + 0.5, z / size[2])
            else:
                uv = ((y if normal.x > 0 else -y) / size[1] + 0.5, z / size[2])
            layer.data[loop].uv = uv
    if bevel:
        modifier = made.modifiers.new("bevel", "BEVEL")
        modifier.width = bevel
        modifier.segments = 4
        modifier.harden_normals = False
        made.data.polygons.foreach_set("use_smooth", [True] * len(made.data.polygons))
    made.location = at
    made.rotation_euler = (0, 0, turn)
    return made


def ball(radius, material, at=(0, 0, 0), stretch=(1, 1, 1), detail=5):
    mesh = bpy.data.meshes.new("ball")
    work = bmesh.new()
    bmesh.ops.create_icosphere(work, subdivisions=detail, radius=radius)
    work.to_mesh(mesh)
    work.free()
    mesh.polygons.foreach_set("use_smooth", [True] * len(mesh.polygons))
    made = bpy.data.objects.new("ball", mesh)
    bpy.context.scene.collection.objects.link(made)
    made.location = at
    made.scale = stretch
    made.data.materials.append(material)
    return made


def ring(centre, radius, thick, material, axis="z", count=48, turn=0.0):
    """A closed ring."""
    angle = np.arange(count) * 2 * math.pi / count
    a, b = radius * np.cos(angle), radius * np.sin(angle)
    zero = np.zeros(count)
    points = {"z": np.stack([a, b, zero], 1), "y": np.stack([a, zero, b], 1), "x": np.stack([zero, a, b], 1)}[axis]
    if turn:
        c, s = math.cos(turn), math.sin(turn)
        points = points @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
    return tube(points + np.asarray(centre), thick, material, closed=True)


def label(random, width=512, height=512, ground=None, lines=None):
    """A printed picture for a carton or a bottle: a few bars, a disc and words."""
    from PIL import Image, ImageDraw, ImageFont

    def tone(**limits):
        return tuple(int(255 * c) for c in colour_of(random, **limits))

    ground = ground or tone(light=(0.5, 1.0), saturation=(0.05, 0.6))
    page = Image.new("RGB", (width, height), ground)
    draw = ImageDraw.Draw(page)
    draw.rectangle([0, int(height * 0.62), width, int(height * 0.8)], fill=tone())
    cx, cy, r = int(width * random.uniform(0.3, 0.7)), int(height * 0.36), int(min(width, height) * 0.2)
    draw.ellipse([cx - r, cy - r, cx + r, cy + r], fill=tone())
    words = lines or [["VERA", "NORD", "SOLE", "LUMI", "OAK & CO", "FJORD"][random.integers(6)], "No. 7", "250 g"]
    for k, word in enumerate(words):
        font = ImageFont.load_default(size=int(height * (0.16 if k == 0 else 0.07)))
        box_ = draw.textbbox((0, 0), word, font=font)
        x = (width - box_[2]) // 2
        draw.text((x, int(height * [0.1, 0.64, 0.86][k % 3])), word, font=font, fill=(20, 20, 25))
    return np.asarray(page).astype(np.float32) / 255


# Plain products ---------------------------------------------------------------------------------------------


def mug(random, sources, pale=False, at=(0, 0)):
    colour = (0.95, 0.95, 0.94) if pale else colour_of(random)
    material = paint(colour, rough=0.25, coat=0.6)
    r, h = 0.042, random.uniform(0.085, 0.11)
    lathe(wall([(0, 0), (r * 0.92, 0), (r, 0.006), (r, h * 0.5), (r * 1.03, h)], 0.004), material, at=(*at, 0))
    side = random.uniform(-0.5, 0.3)
    a = np.linspace(-1.5, 1.5, 18)
    reach = 0.034
    points = np.stack([(r - 0.003 + reach * np.cos(a) * 0.95) * math.cos(side) + at[0],
                       (r - 0.003 + reach * np.cos(a) * 0.95) * math.sin(side) + at[1],
                       h * 0.52 + np.sin(a) * h * 0.36], 1)
    tube(points, 0.0055, material)


def vase(random, sources, pale=False, at=(0, 0), scale=1.0):
    colour = (0.96, 0.95, 0.93) if pale else colour_of(random)
    material = paint(colour, rough=random.uniform(0.2, 0.7), mottle=0.0 if pale else 0.15, bump=(60, 0.05))
    h = 0.26 * scale
    body = random.uniform(0.05, 0.09) * scale
    neck = random.uniform(0.018, 0.04) * scale
    profile = [(0, 0), (0.04 * scale, 0), (body * 0.8, h * 0.12), (body, h * 0.4), (neck, h * 0.75),
               (neck, h * 0.9), (neck * 1.4, h)]
    lathe(wall(profile, 0.004 * scale), material, at=(*at, 0))


def bottle(random, sources, at=(0, 0), pale=False):
    colour = (0.97, 0.97, 0.96) if pale else colour_of(random, saturation=(0.2, 0.7))
    material = paint(colour, rough=0.3, coat=0.3)
    cap = paint((0.93, 0.92, 0.9) if pale else colour_of(random, light=(0.1, 0.9)), rough=0.35)
    r, h = 0.035, random.uniform(0.14, 0.19)
    lathe([(0, 0), (r * 0.95, 0), (r, 0.004), (r, h * 0.78), (r * 0.85, h * 0.87), (0.012, h * 0.91), (0.012, h * 0.95)],
          material, at=(*at, 0), smooth=2)
    lathe([(0, h * 0.93), (0.017, h * 0.93), (0.017, h * 1.12), (0, h * 1.12)], cap, at=(*at, 0), smooth=0)
    paper = pictured(label(random, 1024, 512, ground=(247, 246, 242) if pale else None), rough=0.6)
    lathe([(r + 0.0004, h * 0.2), (r + 0.0004, h * 0.65)], paper, at=(*at, 0), smooth=0)


def carton(random, sources, pale=False, at=(0, 0)):
    ground = (246, 246, 244) if pale else None
    size = (random.uniform(0.1, 0.16), random.uniform(0.05, 0.09), random.uniform(0.14, 0.22))
    box(size, pictured(label(random, 512, int(512 * size[2] / size[0]), ground), rough=0.5, repeat=False),
        at=(*at, 0), bevel=0.0015, turn=random.uniform(-0.7, 0.7))


def bowl(random, sources, pale=False):
    material = paint((0.95, 0.95, 0.95) if pale else colour_of(random), rough=0.15, coat=0.8)
    lathe(wall([(0, 0), (0.035, 0), (0.036, 0.008), (0.075, 0.03), (0.095, 0.075)], 0.004), material)


def kettle(random, sources):
    steel = paint((0.75, 0.76, 0.78), rough=0.12, metal=1.0)
    dark = paint((0.06, 0.06, 0.07), rough=0.5)
    lathe([(0, 0), (0.085, 0), (0.09, 0.02), (0.08, 0.09), (0.045, 0.14), (0, 0.145)], steel)
    ball(0.012, dark, (0, 0, 0.157))
    tube([(0.07, 0, 0.06), (0.11, 0, 0.08), (0.125, 0, 0.12), (0.14, 0, 0.135)], [0.018, 0.014, 0.011, 0.009], steel)
    a = np.linspace(0.15, math.pi - 0.15, 18)
    tube(np.stack([0.075 * np.cos(a), 0 * a, 0.1 + 0.115 * np.sin(a)], 1), 0.007, dark)


def lamp(random, sources):
    brass = paint((0.8, 0.62, 0.3), rough=0.25, metal=1.0)
    shade = paint(colour_of(random, light=(0.6, 0.95), saturation=(0.05, 0.4)), rough=0.9, bump=(400, 0.1))
    lathe([(0, 0), (0.075, 0), (0.075, 0.012), (0.01, 0.02), (0.007, 0.3), (0, 0.3)], brass, smooth=1)
    lathe(wall([(0.115, 0.25), (0.07, 0.42)], 0.002)[:4], shade, smooth=0)


def book_stack(random, sources):
    z = 0.0
    for _ in range(int(random.integers(3, 6))):
        size = (random.uniform(0.13, 0.17), random.uniform(0.19, 0.24), random.uniform(0.018, 0.04))
        turn = random.uniform(-0.35, 0.35)
        cover = paint(colour_of(random), rough=0.55, bump=(300, 0.1))
        pages = paint((0.93, 0.9, 0.83), rough=0.9)
        box((size[0], size[1], 0.003), cover, (0, 0, z), 0.001, turn)
        box((size[0] * 0.97, size[1] * 0.96, size[2] - 0.006), pages, (0, 0, z + 0.003), 0.0005, turn)
        box((size[0], size[1], 0.003), cover, (0, 0, z + size[2] - 0.003), 0.001, turn)
        z += size[2]


def camera(random, sources):
    body = paint((0.08, 0.08, 0.085), rough=0.6, bump=(500, 0.3))
    silver = paint((0.78, 0.78, 0.77), rough=0.3, metal=0.9)
    lens = paint((0.05, 0.05, 0.06), rough=0.3)
    box((0.13, 0.045, 0.06), body, bevel=0.008)
    box((0.13, 0.045, 0.018), silver, (0, 0, 0.06), 0.006)
    box((0.045, 0.04, 0.02), silver, (0, 0, 0.075), 0.006)
    for name, r, depth, mat in [("a", 0.03, 0.05, lens), ("b", 0.026, 0.062, silver), ("c", 0.022, 0.066, lens)]:
        made = lathe([(0, 0), (r, 0), (r, depth - 0.022), (r * 0.85, depth - 0.02), (0, depth - 0.021)], mat, smooth=0)
        made.rotation_euler = (math.pi / 2, 0, 0)
        made.location = (0.0, -0.0225, 0.036)
    for x in (-0.048, 0.042):
        lathe([(0, 0), (0.011, 0), (0.011, 0.01), (0, 0.01)], silver, (x, 0, 0.078), smooth=0)
    strap = paint((0.3, 0.18, 0.1), rough=0.7)
    a = np.linspace(0, math.pi, 24)
    wave = 0.02 * np.sin(a * 3 + random.uniform(0, 6))
    tube(np.stack([0.066 * np.cos(a) * (1 + 0.6 * np.sin(a)), 0.03 + wave, 0.07 * (1 - np.sin(a)) + 0.003], 1),
         0.003, strap)


def shoe(random, sources, pale=False, at=(0, 0), turn=0.0):
    """A trainer: a sole, an upper that narrows to the mouth, laces."""
    white = paint((0.95, 0.95, 0.94), rough=0.6, bump=(300, 0.1))
    upper = paint((0.93, 0.93, 0.92) if pale else colour_of(random), rough=0.8, bump=(600, 0.3), sheen=0.2)
    t = np.linspace(0, 2 * math.pi, 96, endpoint=False)
    # The outline of a foot, heel at x = −0.14, toe at 0.14.
    x = 0.14 * np.cos(t)
    y = 0.046 * np.sin(t) * (1 + 0.18 * np.cos(t)) + 0.008 * np.cos(t)
    levels = [(0.0, 0.96, 0), (0.004, 1.02, 0), (0.026, 1.03, 0), (0.03, 0.99, 1), (0.04, 0.97, 1), (0.055, 0.9, 1),
              (0.07, 0.78, 1), (0.085, 0.62, 1), (0.1, 0.48, 1), (0.108, 0.42, 1)]
    c, s = math.cos(turn), math.sin(turn)

    def layer(z, k, upper_part):
        # The toe stays low: higher rings end nearer to the heel.
        limit = np.interp(z, [0.03, 0.05, 0.075, 0.108], [0.14, 0.125, 0.05, -0.005])
        px = np.minimum(x * (1.0 if k > 0.9 else 0.97), limit + 0.0 * x) if upper_part else x * k
        px = np.where(x < 0, np.maximum(px, -0.137 + 0.02 * max(0, z - 0.03) / 0.08), px)
        wide = y * (k if upper_part else 1.0) + 0.0
        zz = np.full_like(px, z) + (0.012 * np.clip((-px - 0.09) / 0.05, 0, 1) if z > 0.1 else 0)
        return np.stack([px * c - wide * s + at[0], px * s + wide * c + at[1], zz], 1)

    for chosen, material in [(0, white), (1, upper)]:
        rings = [layer(z, k, part) for z, k, part in levels if part == chosen]
        if chosen == 0:
            rings = [rings[0] * [0.9, 0.9, 1] + np.array([at[0], at[1], 0]) * 0.1] + rings
        n = len(t)
        faces = []
        for r in range(len(rings) - 1):
            a = r * n + np.arange(n)
            b = r * n + (np.arange(n) + 1) % n
            faces.extend(np.stack([a, b, b + n, a + n], 1))
        if chosen == 0:
            faces.append(tuple(range(n))[::-1])
            faces.append(tuple(range((len(rings) - 1) * n, len(rings) * n)))
        made = mesh_object(np.concatenate(rings), faces, material)
        modifier = made.modifiers.new("smooth", "SUBSURF")
        modifier.levels = modifier.render_levels = 2
        if chosen == 1:
            solid = made.modifiers.new("thick", "SOLIDIFY")
            solid.thickness = 0.004
    inside = paint((0.15, 0.15, 0.16), rough=0.95)
    ball(0.03, inside, (at[0] - 0.07 * c, at[1] - 0.07 * s, 0.085), (1.9, 0.55, 0.4) if abs(c) > 0.7 else (0.8, 1.2, 0.4))
    lace = paint((0.97, 0.97, 0.97), rough=0.9)
    for k in range(5):
        px = 0.005 + k * 0.02
        z = np.interp(px, [-0.01, 0.04, 0.1], [0.108, 0.083, 0.062])
        w = 0.016
        line = np.array([(px, -w, z - 0.003), (px + 0.004, 0, z + 0.003), (px + 0.008, w, z - 0.003)])
        line = np.stack([line[:, 0] * c - line[:, 1] * s + at[0], line[:, 0] * s + line[:, 1] * c + at[1], line[:, 2]], 1)
        tube(line, 0.0022, lace)


def model(path, size=0.25, upright=(0, 0, 0)):
    """A builder for a glTF model of a package: `path` below the sources."""

    def build(random, sources, at=(0, 0), turn=None):
        before = set(bpy.data.objects)
        bpy.ops.import_scene.gltf(filepath=str(sources / path))
        made = [o for o in bpy.data.objects if o not in before]
        roots = [o for o in made if o.parent is None]
        for helper in [o for o in made if o.type == "MESH" and o.name.startswith("Icosphere")]:
            made.remove(helper)
            bpy.data.objects.remove(helper)
        holder = bpy.data.objects.new("holder", None)
        bpy.context.scene.collection.objects.link(holder)
        for root in roots:
            root.parent = holder
        turn = random.uniform(-0.8, 0.8) if turn is None else turn
        holder.rotation_euler = (upright[0], upright[1], upright[2] + turn)
        bpy.context.view_layer.update()
        settle(made, holder, size, at)

    build.package = path.partition("/")[0]
    return build


def settle(made, holder, size, at=(0, 0)):
    """Scales what hangs on `holder` to `size` m on its longest side, and sets it on the floor at `at`."""
    low, high = bounds(made)
    holder.scale = [size / max(high - low)] * 3
    bpy.context.view_layer.update()
    low, high = bounds(made)
    holder.location = (at[0] - (low[0] + high[0]) / 2, at[1] - (low[1] + high[1]) / 2, -low[2])
    bpy.context.view_layer.update()


def bounds(objects):
    points = [np.array(o.matrix_world @ Vector(corner)) for o in objects if o.type in ("MESH", "CURVE")
              for corner in o.bound_box]
    return np.min(points, 0), np.max(points, 0)


def stl(parts, size=0.25, upright=(0, 0, 0)):
    """A builder for parts in STL files of a package: (path, colour, roughness, metal) each."""

    def build(random, sources, at=(0, 0)):
        holder = bpy.data.objects.new("holder", None)
        bpy.context.scene.collection.objects.link(holder)
        made = []
        for path, colour, rough, metal in parts:
            before = set(bpy.data.objects)
            bpy.ops.wm.stl_import(filepath=str(sources / path))
            for part in set(bpy.data.objects) - before:
                part.data.materials.clear()
                part.data.materials.append(paint(colour, rough=rough, metal=metal))
                part.parent = holder
                made.append(part)
        holder.rotation_euler = (upright[0], upright[1], upright[2] + random.uniform(-0.5, 0.5))
        bpy.context.view_layer.update()
        settle(made, holder, size, at)

    build.package = parts[0][0].partition("/")[0]
    return build


# Garments ---------------------------------------------------------------------------------------------------

TEE = [(-0.08, 0.68), (-0.2, 0.63), (-0.38, 0.47), (-0.28, 0.38), (-0.21, 0.46), (-0.22, 0.2), (-0.225, 0.0),
       (0.225, 0.0), (0.22, 0.2), (0.21, 0.46), (0.28, 0.38), (0.38, 0.47), (0.2, 0.63), (0.08, 0.68),
       (0.055, 0.63), (0.0, 0.61), (-0.055, 0.63)]
LONG = [(-0.08, 0.72), (-0.2, 0.68), (-0.27, 0.5), (-0.37, 0.12), (-0.3, 0.09), (-0.21, 0.46), (-0.22, 0.2),
        (-0.225, 0.0), (0.225, 0.0), (0.22, 0.2), (0.21, 0.46), (0.3, 0.09), (0.37, 0.12), (0.27, 0.5), (0.2, 0.68),
        (0.08, 0.72), (0.05, 0.68), (0.0, 0.66), (-0.05, 0.68)]
DRESS = [(-0.13, 0.98), (-0.15, 0.98), (-0.16, 0.82), (-0.14, 0.6), (-0.2, 0.3), (-0.28, 0.0), (-0.14, -0.02),
         (0.0, -0.025), (0.14, -0.02), (0.28, 0.0), (0.2, 0.3), (0.14, 0.6), (0.16, 0.82), (0.15, 0.98), (0.13, 0.98),
         (0.1, 0.86), (0.0, 0.82), (-0.1, 0.86)]
TROUSERS = [(-0.19, 0.98), (-0.23, 0.75), (-0.21, 0.0), (-0.08, 0.0), (-0.01, 0.68), (0.01, 0.68), (0.08, 0.0),
            (0.21, 0.0), (0.23, 0.75), (0.19, 0.98)]
APRON = [(-0.1, 0.75), (-0.12, 0.72), (-0.25, 0.48), (-0.26, 0.0), (0.26, 0.0), (0.25, 0.48), (0.12, 0.72),
         (0.1, 0.75)]


def rounded(outline):
    """An outline with its corners cut twice, so that they are soft but stay."""
    points = np.asarray(outline, float)
    for share in (0.1, 0.2):
        following = np.roll(points, -1, 0)
        points = np.stack([(1 - share) * points + share * following, share * points + (1 - share) * following], 1)
        points = points.reshape(-1, 2)
    return points


def inside_polygon(points, outline):
    """Which of `points` `[N, 2]` lie in a closed outline: the crossings of a ray to the right are odd."""
    inside = np.zeros(len(points), bool)
    for (x0, y0), (x1, y1) in zip(outline, np.roll(outline, -1, 0)):
        if y0 == y1:
            continue
        spans = (points[:, 1] >= min(y0, y1)) & (points[:, 1] < max(y0, y1))
        inside ^= spans & (points[:, 0] < x0 + (points[:, 1] - y0) * (x1 - x0) / (y1 - y0))
    return inside


def cloth(random, outline, material, lift=0.005, folds=0.007, offset=0.0, spacing=0.0055):
    """A panel over an outline in x and y: it lies `lift` m high, with folds; the rim rolls down.

    Gives the height of the cloth as a function of points `[N, 2]`, for what is sewn onto it.
    """
    from mathutils.geometry import delaunay_2d_cdt

    edge = rounded(outline)
    # Points along the rim at an even distance.
    closed = np.vstack([edge, edge[:1]])
    length = np.r_[0, np.cumsum(np.hypot(*np.diff(closed, axis=0).T))]
    count = int(length[-1] / (spacing * 0.5))
    along = np.linspace(0, length[-1], count, endpoint=False)
    rim = np.stack([np.interp(along, length, closed[:, k]) for k in (0, 1)], 1)
    # A hem is never quite straight.
    wobble = ndimage.gaussian_filter1d(random.normal(size=(count, 2)), 25, axis=0, mode="wrap")
    rim = rim + 0.004 * wobble / wobble.std()
    low, high = rim.min(0) - 0.01, rim.max(0) + 0.01
    grid = np.stack(np.meshgrid(np.arange(low[0], high[0], spacing), np.arange(low[1], high[1], spacing)), -1)
    grid = grid.reshape(-1, 2) + random.uniform(-0.2, 0.2, (grid.size // 2, 2)) * spacing
    grid = grid[inside_polygon(grid, rim)]
    from scipy.spatial import cKDTree

    tree = cKDTree(rim)
    away = tree.query(grid)[0]
    grid, away = grid[away > spacing * 0.45], away[away > spacing * 0.45]
    points = np.vstack([rim, grid])
    edges = [(k, (k + 1) % count) for k in range(count)]
    found = delaunay_2d_cdt([Vector(p) for p in points], edges, [], 1, 1e-6)
    flat = np.array([tuple(v) for v in found[0]])
    distance = tree.query(flat)[0]
    # Folds: ridges of smoothed noise, in two directions.
    cells = 0.004
    shape = np.ceil((high - low) / cells).astype(int) + 2
    height = np.zeros(shape[::-1])
    for across, weight in [((5, 16), 0.35), ((28, 5), 0.6), ((14, 14), 0.7), ((3, 4), 0.12)]:
        noise = ndimage.gaussian_filter(random.normal(size=shape[::-1]), across)
        noise /= noise.std()
        # Creases are sharp above and soft below.
        height += weight * (1 - np.abs(noise)).clip(-0.5) ** 2
    relief = ndimage.map_coordinates(height, [(flat[:, 1] - low[1]) / cells, (flat[:, 0] - low[0]) / cells], order=1)
    rise = np.sqrt(np.clip(1 - (1 - np.clip(distance / 0.012, 0, 1)) ** 2, 0, 1))
    z = rise * (lift + folds * relief) + offset
    made = mesh_object(np.c_[flat, np.maximum(z, 0.0005 + offset)], found[2], material)
    layer = made.data.uv_layers.new(name="UVMap")
    index = np.zeros(len(made.data.loops), int)
    made.data.loops.foreach_get("vertex_index", index)
    layer.data.foreach_set("uv", (flat[index] / 0.25).ravel())
    surface = cKDTree(flat)
    return lambda places: z[surface.query(np.asarray(places))[1]]


def fabric(random, colour, pattern=None):
    """Woven stuff; `pattern` is stripes, checks or None."""
    if pattern is None:
        return paint(colour, rough=0.95, sheen=0.3, bump=(900, 0.35), mottle=0.03, mottle_scale=40)
    size = 256
    other = np.array(colour_of(random))
    t = np.arange(size)
    rows = ((t // 16) % 4 == 0) if pattern == "stripes" else ((t // 32) % 2 == 0)
    amount = rows[:, None] * np.ones(size)[None]
    if pattern == "checks":
        amount = (rows[:, None] * 0.5 + rows[None, :] * 0.5)
    pixels = np.asarray(colour)[None, None] * (1 - amount[..., None]) + other * amount[..., None]
    return pictured(pixels.astype(np.float32), rough=0.95, sheen=0.3)


def seam(points, material, surface, radius=0.0009, above=0.0003):
    """A line of stitches or a roll of cloth along points `[N, 2]` on a surface that `cloth` gave."""
    points = np.asarray(points, float)
    heights = ndimage.gaussian_filter1d(surface(points), 1.0)
    tube(np.c_[points, heights + above], radius, material, smooth=False)


def garment(cut, colour=None, pattern=None, collar=False, buttons=False, straps=False):
    """A builder for a garment laid flat, seen from above; `cut` is its outline."""

    def build(random, sources):
        own = np.asarray(colour if colour is not None else colour_of(random))
        material = fabric(random, own, pattern)
        darker = paint(own * 0.86, rough=0.95, bump=(900, 0.3))
        stitches = paint(own * 0.72, rough=0.95)
        shift = 0.04 if cut is LONG else 0.0
        if collar:
            # The inside of the back, seen through the neck.
            neck = [(-0.078, 0.672), (-0.05, 0.692), (0.05, 0.692), (0.078, 0.672), (0.06, 0.58), (-0.06, 0.58)]
            cloth(random, [(x, y + shift) for x, y in neck], darker, lift=0.002, folds=0.0008)
        surface = cloth(random, cut, material, offset=0.003)
        low = min(y for _, y in cut)
        feet = [x for x, y in cut if y < low + 0.03]
        if cut in (TEE, LONG, APRON):
            for y in (0.02, 0.024):
                seam([(x, low + y) for x in np.linspace(min(feet) + 0.008, max(feet) - 0.008, 60)], stitches, surface, 0.0006)
        t = np.linspace(0.06, 0.94, 24)[:, None]
        for side in (-1, 1):
            if cut is TEE:
                # Sleeve hems, and where the sleeves are set in.
                seam(np.array([side * 0.365, 0.48]) + t * [side * -0.092, -0.09], stitches, surface, 0.0006)
                seam(np.array([side * 0.195, 0.625]) + t * [side * 0.012, -0.16] + [side * 0.012, 0] * np.sin(3.1 * t),
                     stitches, surface, 0.0007)
            if cut is LONG:
                seam(np.array([side * 0.36, 0.17]) + t * [side * -0.065, -0.025], stitches, surface, 0.0008)
                seam(np.array([side * 0.198, 0.675]) + t * [side * 0.012, -0.2] + [side * 0.012, 0] * np.sin(3.1 * t),
                     stitches, surface, 0.0007)
            if cut is TROUSERS:
                seam(np.array([side * 0.205, 0.93]) + t * [side * -0.075, -0.03], stitches, surface, 0.0008)
                seam(np.array([side * 0.2, 0.022]) + t * [side * -0.11, 0], stitches, surface, 0.0006)
        if cut is TROUSERS:
            seam([(x, 0.945) for x in np.linspace(-0.185, 0.185, 60)], stitches, surface, 0.0007)
            seam([(0.006 * math.sin(9 * y), y) for y in np.linspace(0.7, 0.94, 40)], stitches, surface, 0.0008)
            ball(0.007, paint((0.6, 0.55, 0.45), rough=0.3, metal=0.8), (0, 0.962, surface([(0, 0.962)])[0]), (1, 1, 0.5), 3)
        if collar and buttons:
            # Two flaps that meet at the top button.
            for side in (-1, 1):
                flap = [(side * 0.002, 0.655), (side * 0.055, 0.59), (side * 0.105, 0.635), (side * 0.082, 0.69)]
                cloth(random, [(x, y + shift) for x, y in (flap if side > 0 else flap[::-1])], material, lift=0.005,
                      folds=0.001, offset=0.012, spacing=0.004)
        elif collar:
            # A ribbed neckband along the cut.
            a = np.linspace(math.pi + 0.12, 2 * math.pi - 0.12, 40)
            tube(np.stack([0.07 * np.cos(a), 0.672 + shift + 0.058 * np.sin(a), 0.009 + 0 * a], 1), 0.0065, material)
        if buttons:
            line = np.linspace(0.02, 0.6 + shift, 80)
            for x in (-0.017, 0.017):
                seam([(x, y) for y in line], stitches, surface, 0.0006)
            seam([(0.021, y) for y in line], darker, surface, 0.0012)
            pearl = paint((0.9, 0.88, 0.84), rough=0.2, coat=0.5)
            for y in np.linspace(0.06, 0.58 + shift, 7):
                ball(0.006, pearl, (0.0, y, surface([(0, y)])[0] + 0.001), (1, 1, 0.45), 3)
        if straps:
            for side in (-1, 1):
                a = np.linspace(0, 1, 20)
                tube(np.stack([side * (0.1 + 0.09 * np.sin(a * 3)), 0.74 + 0.25 * a * (1 - a) * 4, 0.006 + 0 * a], 1),
                     0.007, material)

    return build


def folded(random, sources, colour=None):
    """Folded towels or jumpers in a pile, with fringes at the front."""
    z = 0.0
    for _ in range(int(random.integers(2, 4))):
        tone = colour if colour is not None else colour_of(random, light=(0.5, 0.95), saturation=(0.1, 0.5))
        material = paint(tone, rough=1.0, sheen=0.5, bump=(350, 0.9))
        for _ in range(2):
            made = box((0.3, 0.2, 0.026), material, (random.uniform(-0.004, 0.004), 0, z), 0.012)
            divided = made.modifiers.new("fine", "SUBSURF")
            divided.subdivision_type = "SIMPLE"
            divided.levels = divided.render_levels = 4
            texture = bpy.data.textures.new("soft", "CLOUDS")
            texture.noise_scale = 0.06
            displaced = made.modifiers.new("soft", "DISPLACE")
            displaced.texture = texture
            displaced.strength = 0.012
            z += 0.027
        lines = []
        for x in np.arange(-0.145, 0.145, 0.0045):
            drop = random.uniform(0.025, 0.04)
            lean = random.normal(0, 0.003)
            lines.append([(x, -0.099, z - 0.02), (x + lean / 2, -0.108, z - 0.03), (x + lean, -0.11, z - 0.02 - drop)])
        tubes(lines, 0.0011, material)


# Hair and fur -----------------------------------------------------------------------------------------------


def furred(made, random, colour, length=0.03, count=4000, children=30, root=0.0006, rough=0.01, clump=0.2):
    """Grows hair on an object."""
    hair = bpy.data.materials.new("hair")
    hair.use_nodes = True
    nodes = hair.node_tree.nodes
    nodes.remove(nodes["Principled BSDF"])
    shader = nodes.new("ShaderNodeBsdfHairPrincipled")
    shader.parametrization = "COLOR"
    shader.inputs["Color"].default_value = (*linear(colour), 1)
    shader.inputs["Roughness"].default_value = 0.4
    hair.node_tree.links.new(shader.outputs[0], nodes["Material Output"].inputs[0])
    made.data.materials.append(hair)
    modifier = made.modifiers.new("fur", "PARTICLE_SYSTEM")
    settings = modifier.particle_system.settings
    modifier.particle_system.seed = int(random.integers(1, 10_000))
    settings.type = "HAIR"
    settings.count = count
    settings.hair_length = length
    settings.hair_step = 4
    # As a speed, of which a hair's length is four: a quarter of it in any direction.
    settings.factor_random = 0.25 * length / 4
    settings.child_type = "INTERPOLATED"
    settings.child_percent = 1
    settings.rendered_child_count = children
    settings.roughness_1 = rough
    settings.roughness_2 = rough * 2
    settings.roughness_endpoint = rough * 1.5
    settings.clump_factor = clump
    settings.root_radius = root / 0.01
    settings.tip_radius = 0.1 * root / 0.01
    settings.radius_scale = 0.01
    settings.material = len(made.data.materials)
    settings.use_hair_bspline = True
    settings.render_step = 4
    return made


def pompom(random, sources, colour=None, at=(0, 0)):
    tone = colour if colour is not None else colour_of(random)
    furred(ball(0.05, paint(tone, rough=1), (*at, 0.085)), random, tone, length=0.04, count=3000, children=25)


def teddy(random, sources, colour=None):
    tone = colour if colour is not None else colour_of(random, light=(0.35, 0.75), saturation=(0.25, 0.6))
    material = paint(tone, rough=1)
    parts = [((0, 0, 0.1), 0.085, (1, 0.85, 1.1)), ((0, -0.01, 0.235), 0.068, (1.08, 0.95, 0.95)),
             ((-0.06, 0, 0.295), 0.026, (1, 0.6, 1)), ((0.06, 0, 0.295), 0.026, (1, 0.6, 1)),
             ((-0.1, -0.02, 0.13), 0.035, (0.9, 0.9, 1.7)), ((0.1, -0.02, 0.13), 0.035, (0.9, 0.9, 1.7)),
             ((-0.06, -0.085, 0.04), 0.04, (0.9, 1.7, 0.95)), ((0.06, -0.085, 0.04), 0.04, (0.9, 1.7, 0.95)),
             ((0, -0.065, 0.225), 0.03, (1.1, 0.9, 0.85))]
    for at, radius, stretch in parts:
        furred(ball(radius, material, at, stretch, 4), random, tone, length=0.014, count=1500, children=25, root=0.0005)
    black = paint((0.02, 0.02, 0.02), rough=0.1, coat=1)
    for at, radius in [((-0.026, -0.07, 0.252), 0.008), ((0.026, -0.07, 0.252), 0.008), ((0, -0.1, 0.235), 0.011)]:
        ball(radius, black, at, detail=3)


def furry_model(path, length=0.03):
    def build(random, sources):
        model(path, 0.25)(random, sources)
        tone = colour_of(random, light=(0.4, 0.9), saturation=(0.1, 0.5))
        for made in [o for o in bpy.data.objects if o.type == "MESH"]:
            made.data.materials.clear()
            made.data.materials.append(paint(tone, rough=1))
            scale = made.matrix_world.to_scale()[0]
            furred(made, random, tone, length=length / scale, count=5000, children=25, root=0.0005 / scale,
                   rough=0.006 / scale)

    build.package = path.partition("/")[0]
    return build


def brush(random, sources):
    wood = paint((0.62, 0.43, 0.25), rough=0.4, mottle=0.2, mottle_scale=20)
    steel = paint((0.8, 0.8, 0.8), rough=0.2, metal=1)
    lathe([(0, 0), (0.016, 0), (0.02, 0.04), (0.012, 0.09), (0.014, 0.1), (0, 0.1)], wood)
    lathe([(0.014, 0.098), (0.015, 0.1), (0.016, 0.125), (0, 0.125)], steel, smooth=1)
    lines = []
    for _ in range(900):
        a, r = random.uniform(0, 2 * math.pi), 0.0145 * math.sqrt(random.random())
        spread = 1 + random.uniform(0.5, 1.4)
        tip = 0.06 * (1 - 0.5 * (r / 0.0145) ** 2) * random.uniform(0.92, 1.05)
        x, y = r * math.cos(a), r * math.sin(a)
        lines.append([(x, y, 0.12), (x * 1.4, y * 1.4, 0.12 + tip * 0.5), (x * spread, y * spread, 0.12 + tip)])
    tubes(lines, 0.00028, paint(colour_of(random, light=(0.1, 0.5)), rough=0.5), 0)


def feather_duster(random, sources):
    tube([(0, 0, 0.0), (0, 0, 0.3)], 0.008, paint((0.65, 0.45, 0.28), rough=0.4))
    head = ball(0.03, paint((0.6, 0.55, 0.5), rough=1), (0, 0, 0.33), (1, 1, 1.6), 4)
    furred(head, random, colour_of(random, light=(0.6, 1.0)), length=0.09, count=1800, children=20, rough=0.03)


def wig(random, sources):
    """A head form with long hair that hangs: strands of our own, as gravity is not simulated."""
    pale = paint((0.88, 0.84, 0.8), rough=0.5)
    ball(0.085, pale, (0, 0, 0.3), (0.92, 1.05, 1.25))
    lathe([(0, 0.0), (0.09, 0), (0.09, 0.02), (0.045, 0.05), (0.045, 0.22), (0, 0.22)], pale)
    tone = np.array([(0.12, 0.08, 0.06), (0.35, 0.2, 0.1), (0.72, 0.55, 0.32), (0.5, 0.22, 0.1)][random.integers(4)])
    lines = []
    for _ in range(7000):
        a = random.uniform(-0.35, math.pi + 0.35)
        up = random.uniform(0.15, 1.45)
        root = np.array([0.082 * math.cos(a) * math.cos(up), 0.092 * math.sin(a) * math.cos(up),
                         0.3 + 0.108 * math.sin(up)])
        out = root - np.array([0, 0, 0.3])
        out /= np.linalg.norm(out)
        length = random.uniform(0.16, 0.3)
        t = np.linspace(0, 1, 9)[:, None]
        side = random.normal(size=3) * 0.016
        lines.append(root + out * (0.03 * np.sqrt(t)) + np.array([0, 0, -1]) * length * t ** 1.5
                     + out * [1, 1, 0] * 0.03 * t + side * t + 0.006 * np.sin(6 * t + random.uniform(0, 6)))
    for _ in range(150):
        # Fly-aways.
        a, up = random.uniform(-0.3, math.pi + 0.3), random.uniform(0.2, 1.5)
        root = np.array([0.084 * math.cos(a) * math.cos(up), 0.094 * math.sin(a) * math.cos(up), 0.3 + 0.11 * math.sin(up)])
        out = root - np.array([0, 0, 0.3])
        t = np.linspace(0, 1, 9)[:, None]
        lines.append(root + out * (random.uniform(0.05, 0.2) * t) + random.normal(size=3) * 0.05 * t ** 2
                     + np.array([0, 0, -0.1]) * t ** 2)
    tubes(lines, 0.00026, paint(tone, rough=0.35, sheen=0.2), 0)


# Thin things and openings -----------------------------------------------------------------------------------


def necklace(random, sources):
    gold = paint((0.95, 0.76, 0.35) if random.random() < 0.6 else (0.85, 0.86, 0.88), rough=0.15, metal=1)
    a = np.linspace(0.25, 2 * math.pi - 0.25, 120)
    x, y = 0.09 * np.sin(a), 0.12 * -np.cos(a) * (1 + 0.15 * np.cos(a))
    for k in range(len(a) - 1):
        turn = math.atan2(y[k + 1] - y[k], x[k + 1] - x[k])
        step = math.hypot(x[k + 1] - x[k], y[k + 1] - y[k])
        u = np.linspace(0, 2 * math.pi, 12, endpoint=False)
        link = np.stack([step * 0.72 * np.cos(u), 0.0022 * np.sin(u) * (k % 2), 0.0022 * np.sin(u) * ((k + 1) % 2)], 1)
        c, s = math.cos(turn), math.sin(turn)
        link = link @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]]) + [x[k], y[k], 0.004]
        tube(link, 0.00065, gold, closed=True, resolution=1)
    ring((0, -0.15, 0.004), 0.012, 0.0018, gold)
    ball(0.007, paint(colour_of(random, saturation=(0.6, 0.9)), rough=0.05, coat=1), (0, -0.15, 0.005), (1, 1, 0.6))


def chain_link(random, sources):
    steel = paint((0.7, 0.7, 0.72), rough=0.3, metal=1)
    a = np.linspace(0, 1, 22)
    x, y = 0.4 * a, 0.08 * np.sin(a * 7)
    for k in range(len(a) - 1):
        turn = math.atan2(y[k + 1] - y[k], x[k + 1] - x[k])
        u = np.linspace(0, 2 * math.pi, 24, endpoint=False)
        link = np.stack([0.0155 * np.cos(u), 0.009 * np.sin(u), 0 * u], 1)
        if k % 2:
            link = link[:, [0, 2, 1]]
        c, s = math.cos(turn), math.sin(turn)
        tube(link @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]]) + [x[k], y[k], 0.012], 0.0028, steel, closed=True)


def chair(random, sources, spindles=7):
    wood = paint(colour_of(random, light=(0.3, 0.9), saturation=(0.2, 0.6)), rough=0.4, mottle=0.15, mottle_scale=25)
    for x, y in [(-0.19, -0.19), (0.19, -0.19), (-0.17, 0.18), (0.17, 0.18)]:
        tube([(x * 1.1, y * 1.1, 0), (x, y, 0.44)], [0.013, 0.02], wood, smooth=False)
    box((0.44, 0.42, 0.03), wood, (0, 0, 0.44), 0.012)
    for z in (0.15, 0.25):
        tube([(-0.2, -0.2, z), (0.2, -0.2, z)], 0.008, wood, smooth=False)
        tube([(-0.2, -0.19, z), (-0.18, 0.19, z)], 0.008, wood, smooth=False)
        tube([(0.2, -0.19, z), (0.18, 0.19, z)], 0.008, wood, smooth=False)
    for x in np.linspace(-0.18, 0.18, spindles):
        edge = abs(x) > 0.17
        tube([(x, 0.18, 0.46), (x * 1.05, 0.23 - 0.3 * x * x, 0.7), (x * 1.1, 0.27 - 0.6 * x * x, 0.92)],
             0.014 if edge else 0.007, wood)
    a = np.linspace(-1, 1, 20)
    tube(np.stack([0.21 * a, 0.275 - 0.03 * a * a, 0.93 + 0.02 * (1 - a * a)], 1), 0.02, wood)


def basket(random, sources, colour=None):
    straw = paint(colour or (0.78, 0.62, 0.4), rough=0.7, mottle=0.25, mottle_scale=60)
    stakes, height = 36, 0.16
    for row in range(16):
        z = 0.008 + row * height / 16
        r = 0.1 + 0.025 * z / height
        a = np.linspace(0, 2 * math.pi, stakes * 4, endpoint=False)
        wave = 0.0045 * np.cos(a * stakes / 2 + math.pi * row)
        tube(np.stack([(r + wave) * np.cos(a), (r + wave) * np.sin(a), z + 0 * a], 1), 0.0032, straw, closed=True)
    for k in range(stakes):
        a = 2 * math.pi * (k + 0.5) / stakes
        tube([(0.1 * math.cos(a), 0.1 * math.sin(a), 0), (0.126 * math.cos(a), 0.126 * math.sin(a), height)], 0.0025, straw)
    lathe([(0, 0.002), (0.1, 0.002), (0.1, 0.006), (0, 0.006)], straw, smooth=0)
    a = np.linspace(0, math.pi, 40)
    for phase in (0, 2.1, 4.2):
        twist = np.stack([0.124 * np.cos(a), 0.006 * np.sin(12 * a + phase), height + 0.14 * np.sin(a)
                          + 0.006 * np.cos(12 * a + phase)], 1)
        tube(twist, 0.0045, straw)


def wire_basket(random, sources):
    steel = paint((0.1, 0.1, 0.1) if random.random() < 0.5 else (0.85, 0.85, 0.85), rough=0.3, metal=0.8)
    w, d, h = 0.17, 0.11, 0.14
    lines = []
    for x in np.linspace(-w, w, 15):
        lines.append([(x * 1.1, -d * 1.1, h), (x, -d, 0.003), (x, d, 0.003), (x * 1.1, d * 1.1, h)])
    for y in np.linspace(-d, d, 10):
        lines.append([(-w * 1.1, y * 1.1, h), (-w, y, 0.003), (w, y, 0.003), (w * 1.1, y * 1.1, h)])
    for z in np.linspace(0.02, h, 5):
        k = 1 + 0.1 * z / h
        lines.append([(-w * k, -d * k, z), (w * k, -d * k, z), (w * k, d * k, z), (-w * k, d * k, z), (-w * k, -d * k, z)])
    tubes(lines, 0.0016, steel)


def lace(random, sources, colour=(0.96, 0.95, 0.93), hang=True):
    """A doily or a curtain: threads as tubes over a gently waved sheet."""
    thread = paint(colour, rough=0.9, sheen=0.3)
    lines = []

    def on(x, y):
        wave = 0.012 * np.sin(x * 30 + 2 * y * 9) + 0.006 * np.sin(x * 71 + 1)
        return np.stack([x, wave if hang else y, y + 0.02 if hang else 0.003 + 0.15 * np.abs(wave)], -1)

    radius = 0.2
    t = np.linspace(0, 2 * math.pi, 500)
    for k in range(10):
        r = radius * (k + 1) / 10
        petals = 12 if k % 2 else 24
        rr = r * (1 + 0.05 * np.cos(petals * t))
        lines.append(on(rr * np.cos(t), radius * 1.1 + rr * np.sin(t)))
    for k in range(48):
        a = 2 * math.pi * k / 48
        r = np.linspace(0.01, radius * 1.0, 60)
        bend = a + 0.06 * np.sin(r * 90 + k)
        lines.append(on(r * np.cos(bend), radius * 1.1 + r * np.sin(bend)))
    for k in range(24):
        a = 2 * math.pi * k / 24
        for r0, size in ((radius * 1.02, 0.021), (radius * 0.72, 0.015), (radius * 0.45, 0.01)):
            lines.append(on(r0 * math.cos(a) + size * np.cos(t), radius * 1.1 + r0 * math.sin(a) + size * np.sin(t)))
    tubes(lines, 0.0013, thread, 1)


def net_bag(random, sources):
    """A mesh shopping bag with fruit in it."""
    string = paint(colour_of(random, light=(0.6, 0.95), saturation=(0.05, 0.3)), rough=0.9)
    fruit = [((0.0, 0.0, 0.055), 0.05), ((0.075, 0.02, 0.05), 0.045), ((-0.075, 0.0, 0.05), 0.047),
             ((0.03, -0.02, 0.13), 0.047), ((-0.045, 0.01, 0.128), 0.046)]
    for at, radius in fruit:
        ball(radius, paint((0.95, 0.55, 0.1), rough=0.45, bump=(250, 0.25), subsurface=0.1), at)
    lines = []
    z = np.linspace(0.0, 0.3, 40)
    wide = np.interp(z, [0, 0.05, 0.1, 0.18, 0.25, 0.3], [0.06, 0.125, 0.13, 0.1, 0.06, 0.035])
    for k in range(30):
        for direction in (1, -1):
            a = 2 * math.pi * k / 30 + direction * z * 12
            lines.append(np.stack([wide * np.cos(a), 0.65 * wide * np.sin(a), z], 1))
    tubes(lines, 0.0011, string, 1)
    a = np.linspace(0, math.pi, 30)
    for y in (-0.012, 0.012):
        tube(np.stack([0.035 * np.cos(a), y + 0 * a, 0.3 + 0.12 * np.sin(a)], 1), 0.003, string)


def glasses(random, sources):
    frame = paint(colour_of(random, light=(0.03, 0.5)), rough=0.25, coat=0.5)
    lens = glass(rough=0.0)
    for side in (-1, 1):
        ring((side * 0.036, -0.06, 0.026), 0.026, 0.0022, frame, "y")
        pane = ball(0.025, lens, (side * 0.036, -0.06, 0.026), (1, 0.06, 1), 4)
        pane.visible_shadow = False
        tube([(side * 0.062, -0.06, 0.032), (side * 0.069, -0.04, 0.032), (side * 0.068, 0.05, 0.03),
              (side * 0.066, 0.075, 0.012)], 0.002, frame)
    a = np.linspace(0, math.pi, 12)
    tube(np.stack([0.011 * np.cos(a), -0.06 + 0 * a, 0.028 + 0.008 * np.sin(a)], 1), 0.002, frame)


def whisk(random, sources):
    steel = paint((0.8, 0.8, 0.82), rough=0.2, metal=1)
    tube([(0, 0, 0.28), (0, 0, 0.15)], [0.011, 0.008], paint(colour_of(random), rough=0.4), smooth=False)
    t = np.linspace(0, math.pi, 40)
    for k in range(8):
        a = math.pi * k / 8
        r = 0.036 * np.sin(t) ** 0.8
        sign = np.where(np.arange(40) < 20, 1, 1)
        left = np.stack([r * math.cos(a) * sign, r * math.sin(a) * sign, 0.15 - 0.145 * (1 - np.cos(t)) / 2], 1)
        tube(left[:40], 0.0011, steel)
        tube(left * [-1, -1, 1], 0.0011, steel)


def fan(random, sources):
    steel = paint((0.88, 0.88, 0.88), rough=0.3, metal=0.7)
    body = paint(colour_of(random, light=(0.5, 0.95)), rough=0.4)
    lathe([(0, 0), (0.09, 0), (0.09, 0.012), (0.02, 0.022), (0.014, 0.1), (0, 0.1)], body)
    centre = np.array([0, 0, 0.23])
    for r in np.linspace(0.03, 0.135, 9):
        bulge = -0.04 * math.sqrt(1 - (r / 0.14) ** 2)
        ring(centre + [0, bulge, 0], r, 0.001, steel, "y", 64)
    for k in range(24):
        a = 2 * math.pi * k / 24
        r = np.linspace(0.02, 0.138, 14)
        tube(np.stack([r * math.cos(a), -0.04 * np.sqrt(1 - (r / 0.14) ** 2), 0.23 + r * math.sin(a)], 1), 0.0009, steel)
    ring(centre, 0.138, 0.004, steel, "y", 64)
    for k in range(3):
        a = 2 * math.pi * k / 3 + 0.4
        blade = ball(0.05, body, (0.065 * math.cos(a), 0.0, 0.23 + 0.065 * math.sin(a)), (1.1, 0.06, 0.65), 4)
        blade.rotation_euler = (0, -a, 0)
    ball(0.022, body, (0, -0.03, 0.23))


def plant(random, sources):
    lathe(wall([(0, 0), (0.055, 0), (0.075, 0.13)], 0.005), paint(colour_of(random, light=(0.5, 0.9)), rough=0.7))
    lathe([(0, 0.115), (0.068, 0.115)], paint((0.16, 0.11, 0.08), rough=1, bump=(200, 1)), smooth=0)
    green = [paint((0.13, 0.36, 0.12), rough=0.4, mottle=0.2), paint((0.3, 0.5, 0.2), rough=0.4, mottle=0.2)]
    for k in range(26):
        a, lean = 2.4 * k, random.uniform(0.25, 1.15)
        length = random.uniform(0.14, 0.26)
        t = np.linspace(0, 1, 16)
        r = 0.02 + length * lean * t ** 1.4
        z = 0.115 + length * (1.25 - 0.5 * lean) * t - 0.1 * lean * t ** 3
        wide = random.uniform(0.008, 0.02) * np.sin(math.pi * np.clip(t * 0.97 + 0.03, 0, 1)) ** 0.7
        middle = np.stack([r * math.cos(a), r * math.sin(a), z], 1)
        side = np.array([-math.sin(a), math.cos(a), 0])
        rows = np.stack([middle - wide[:, None] * side + [0, 0, 0.004], middle, middle + wide[:, None] * side + [0, 0, 0.004]], 1)
        faces = [(3 * i + j, 3 * i + j + 1, 3 * i + j + 4, 3 * i + j + 3) for i in range(15) for j in range(2)]
        mesh_object(rows.reshape(-1, 3), faces, green[k % 2])


def bicycle_wheel(random, sources):
    tyre = paint((0.05, 0.05, 0.05), rough=0.8)
    steel = paint((0.85, 0.85, 0.86), rough=0.2, metal=1)
    centre = np.array([0, 0, 0.33])
    ring(centre, 0.315, 0.016, tyre, "y", 96)
    ring(centre, 0.295, 0.009, steel, "y", 96)
    tube([(0, -0.04, 0.33), (0, 0.04, 0.33)], 0.014, steel, smooth=False)
    lines = []
    for k in range(36):
        a = 2 * math.pi * k / 36
        b = a + (0.9 if k % 4 < 2 else -0.9)
        side = 0.03 if k % 2 else -0.03
        lines.append([(0.29 * math.cos(a), 0, 0.33 + 0.29 * math.sin(a)),
                      (0.02 * math.cos(b), side, 0.33 + 0.02 * math.sin(b))])
    tubes(lines, 0.0011, steel)


def headphones(random, sources, pale=False):
    tone = (0.94, 0.94, 0.93) if pale else colour_of(random, light=(0.05, 0.8))
    material, soft = paint(tone, rough=0.4, coat=0.2), paint(np.asarray(tone) * (0.9 if pale else 0.4), rough=0.9)
    a = np.linspace(-0.2, math.pi + 0.2, 40)
    tube(np.stack([0.085 * np.cos(a), 0 * a, 0.1 + 0.1 * np.sin(a)], 1), 0.008, material)
    for side in (-1, 1):
        for depth, r, mat in ((0.0, 0.04, material), (-0.022, 0.036, soft)):
            ball(r, mat, (side * (0.088 + depth), 0, 0.06), (0.42, 0.85, 1.1))


# See-through ------------------------------------------------------------------------------------------------


def wine_glass(random, sources, at=(0, 0), wine=True):
    clear = glass()
    profile = [(0, 0), (0.035, 0), (0.035, 0.002), (0.006, 0.008), (0.004, 0.05), (0.005, 0.09), (0.03, 0.105),
               (0.042, 0.14), (0.036, 0.2)]
    inner = [(0.0345, 0.2), (0.0405, 0.14), (0.028, 0.107), (0, 0.1)]
    lathe(profile + inner, clear, at=(*at, 0))
    if wine:
        lathe([(0, 0.1005), (0.0275, 0.1075), (0.0398, 0.138), (0.0398, 0.14), (0, 0.14)],
              paint((0.35, 0.02, 0.06), rough=0.05, transmission=0.6), at=(*at, 0), smooth=1)


def jar(random, sources):
    clear = glass((0.9, 0.97, 0.95))
    lathe(wall([(0, 0), (0.045, 0), (0.05, 0.006), (0.05, 0.1), (0.042, 0.115), (0.042, 0.13)], 0.003), clear)
    lathe([(0, 0.122), (0.045, 0.122), (0.045, 0.142), (0, 0.142)], paint((0.8, 0.68, 0.35), rough=0.3, metal=1), smooth=0)
    for _ in range(int(random.integers(30, 60))):
        a, r = random.uniform(0, 6.28), 0.034 * math.sqrt(random.random())
        ball(0.0095, paint(colour_of(random, saturation=(0.5, 0.9)), rough=0.4), (r * math.cos(a), r * math.sin(a),
             0.014 + random.uniform(0, 0.06)), detail=3)


def perfume(random, sources):
    tint = colour_of(random, light=(0.85, 1.0), saturation=(0.05, 0.35))
    box((0.07, 0.03, 0.09), glass(tint), bevel=0.006)
    box((0.058, 0.018, 0.06), paint(tint, rough=0.1, transmission=0.7), (0, 0, 0.008), 0.003)
    lathe([(0, 0.09), (0.009, 0.09), (0.009, 0.1), (0, 0.1)], paint((0.85, 0.7, 0.4), rough=0.2, metal=1), smooth=0)
    lathe([(0, 0.1), (0.016, 0.1), (0.016, 0.13), (0, 0.13)], paint((0.05, 0.05, 0.05), rough=0.2, coat=1), smooth=0)


def veil(random, sources):
    """A sheer scarf: cloth with an even alpha, folded over itself."""
    tone = colour_of(random, light=(0.6, 0.95), saturation=(0.1, 0.7))
    material = paint(tone, rough=0.7, sheen=0.5, alpha=0.45, bump=(900, 0.2))
    # Woven twice as densely at its hems.
    dense = paint(tone, rough=0.8, alpha=0.9)
    n = 90
    u, v = np.meshgrid(np.linspace(0, 1, n), np.linspace(0, 1, n))
    x = (u - 0.5) * (0.36 - 0.1 * v) + 0.012 * np.sin(9 * v + 3)
    z = 0.02 + 0.42 * v + 0.01 * np.sin(11 * u)
    y = 0.025 * np.sin(u * 26 + 2 * v) + 0.012 * np.sin(u * 53 + 5 * v)
    points = np.stack([x, y, z], -1).reshape(-1, 3)
    faces = [(i * n + j, i * n + j + 1, (i + 1) * n + j + 1, (i + 1) * n + j) for i in range(n - 1) for j in range(n - 1)]
    mesh_object(points, faces, material)
    grid = points.reshape(n, n, 3)
    for line in (grid[0], grid[-1], grid[:, 0], grid[:, -1]):
        tube(line, 0.0018, dense, smooth=False)


def bubble_bag(random, sources):
    """A product in a clear pouch."""
    carton(random, sources)
    film = paint((1, 1, 1), rough=0.05, alpha=0.16, coat=1.0)
    made = box((0.22, 0.14, 0.27), film, bevel=0.03)
    fine = made.modifiers.new("fine", "SUBSURF")
    fine.levels = fine.render_levels = 4
    texture = bpy.data.textures.new("crinkle", "CLOUDS")
    texture.noise_scale = 0.05
    crinkle = made.modifiers.new("crinkle", "DISPLACE")
    crinkle.texture = texture
    crinkle.strength = 0.02


# Several ----------------------------------------------------------------------------------------------------


def crockery(random, sources, pale=False):
    mug(random, sources, pale, at=(-0.12, -0.02))
    vase(random, sources, pale, at=(0.02, 0.08), scale=0.9)
    mug(random, sources, pale, at=(0.15, -0.04))


def bottles(random, sources, pale=False):
    for x, y in [(-0.1, 0.02), (0.0, -0.02), (0.1, 0.03)]:
        bottle(random, sources, (x, y), pale)


def toiletries(random, sources):
    bottle(random, sources, (-0.09, 0.02))
    carton(random, sources, at=(0.06, 0.06))
    mug(random, sources, True, at=(0.02, -0.07))


def shoes(random, sources, pale=False):
    shoe(random, sources, pale, (0, -0.07), 0.15)
    shoe(random, sources, pale, (0.03, 0.07), -0.1)


def pair(first, second, apart=0.16):
    """A builder for two models side by side."""

    def build(random, sources):
        first(random, sources, at=(-apart / 2, 0))
        second(random, sources, at=(apart / 2, 0))

    build.package = first.package
    return build
