"""Photographs parts with Blender's Cycles: a long lens straight ahead, two softboxes and a bright room.

The camera's picture plane is parallel to z = 0, which it shows at exactly `mm_per_px`; it stands `DISTANCE` mm away
and `rise` mm up (with the lens shifted down, as view cameras do, so that z = 0 stays undistorted).
"""

import math

import bpy
import numpy as np

DISTANCE = 2400.0
MM = 0.001


def linear(colour):
    """sRGB in 0 to 1 as linear light."""
    colour = np.asarray(colour, float)
    return np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)


class Nodes:
    """Short words for building a material's nodes."""

    def __init__(self, name):
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self.tree = self.material.node_tree
        self.shader = self.tree.nodes["Principled BSDF"]
        self.output = self.tree.nodes["Material Output"]

    def add(self, kind, **inputs):
        node = self.tree.nodes.new(kind)
        for name, value in inputs.items():
            self.put(node.inputs[name.replace("_", " ")], value)
        return node

    def put(self, socket, value):
        if isinstance(value, bpy.types.NodeSocket):
            self.tree.links.new(value, socket)
        elif socket.type == "RGBA":
            socket.default_value = (*value, 1.0)
        else:
            socket.default_value = value

    def principled(self, **inputs):
        for name, value in inputs.items():
            self.put(self.shader.inputs[name.replace("_", " ")], value)
        return self.material


def picture(nodes, pixels):
    """An image node of sRGB pixels `[H, W, 3]` in 0 to 1, first row on top, laid by the mesh's uv."""
    height, width = pixels.shape[:2]
    image = bpy.data.images.new("picture", width, height)
    rgba = np.ones((height, width, 4), np.float32)
    rgba[..., :3] = pixels
    image.pixels.foreach_set(rgba[::-1].ravel())
    image.pack()
    node = nodes.tree.nodes.new("ShaderNodeTexImage")
    node.image = image
    return node.outputs["Color"]


def lens(name, body, opacity, low=None):
    """A thin coated lens: see-through but for `opacity` of its own `body` colour and what its surface mirrors.

    With `low` the opacity runs from `opacity` at the top to `low` at the bottom. A film transparent behind it gets
    exactly that as partial alpha.
    """
    nodes = Nodes(name)
    clear = nodes.add("ShaderNodeBsdfTransparent", Color=(1, 1, 1))
    tint = nodes.add("ShaderNodeEmission", Color=tuple(linear(body)), Strength=1.0)
    share = opacity
    if low is not None:
        place = nodes.add("ShaderNodeUVMap")
        split = nodes.add("ShaderNodeSeparateXYZ", Vector=place.outputs[0])
        run = nodes.add("ShaderNodeMapRange")
        nodes.put(run.inputs["Value"], split.outputs["Y"])
        nodes.put(run.inputs["From Min"], 0.05)
        nodes.put(run.inputs["From Max"], 0.95)
        nodes.put(run.inputs["To Min"], low)
        nodes.put(run.inputs["To Max"], opacity)
        share = run.outputs[0]
    through = nodes.add("ShaderNodeMixShader")
    nodes.put(through.inputs[0], share)
    nodes.put(through.inputs[1], clear.outputs[0])
    nodes.put(through.inputs[2], tint.outputs[0])
    mirror = nodes.add("ShaderNodeBsdfGlossy", Color=(0.93, 0.97, 1.0), Roughness=0.015)
    edge = nodes.add("ShaderNodeFresnel", IOR=1.36)
    whole = nodes.add("ShaderNodeMixShader")
    nodes.put(whole.inputs[0], edge.outputs[0])
    nodes.put(whole.inputs[1], through.outputs[0])
    nodes.put(whole.inputs[2], mirror.outputs[0])
    nodes.put(nodes.output.inputs["Surface"], whole.outputs[0])
    return nodes.material


def new_scene(width, height, samples):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.samples = samples
    scene.cycles.use_adaptive_sampling = True
    scene.cycles.adaptive_threshold = 0.008
    scene.cycles.use_denoising = True
    scene.cycles.denoiser = "OPENIMAGEDENOISE"
    scene.cycles.seed = 1
    scene.cycles.max_bounces = 6
    scene.cycles.transparent_max_bounces = 24
    scene.cycles.caustics_reflective = False
    scene.cycles.caustics_refractive = False
    scene.render.threads_mode = "FIXED"
    scene.render.threads = 2
    scene.render.resolution_x, scene.render.resolution_y = width, height
    scene.view_settings.view_transform = "Standard"
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_mode = "RGBA"
    scene.render.image_settings.color_depth = "16"
    return scene


def camera(scene, mm_per_px, centre, rise=0.0):
    """Looks along −z at z = 0, whose point `centre` `[x, y]` in mm is the picture's centre."""
    width = scene.render.resolution_x
    data = bpy.data.cameras.new("camera")
    data.sensor_width = 36
    data.sensor_fit = "HORIZONTAL"
    data.lens = 36 * DISTANCE / (mm_per_px * width)
    data.clip_start, data.clip_end = 0.1, 20
    # Blender's shift is in parts of the picture's longer side, which is the width here or is made so.
    data.shift_y = -rise / (mm_per_px * width)
    thing = bpy.data.objects.new("camera", data)
    thing.location = (centre[0] * MM, (centre[1] + rise) * MM, DISTANCE * MM)
    scene.collection.objects.link(thing)
    scene.camera = thing


def softbox(scene, place, toward, width, height, power):
    """A rectangular light at `place` in mm that faces `toward`, of `power` watts, unseen by the camera."""
    data = bpy.data.lights.new("softbox", "AREA")
    data.shape = "RECTANGLE"
    data.size, data.size_y = width * MM, height * MM
    data.energy = power
    thing = bpy.data.objects.new("softbox", data)
    thing.location = np.asarray(place) * MM
    from mathutils import Vector
    thing.rotation_euler = Vector(np.subtract(toward, place)).to_track_quat("-Z", "Y").to_euler()
    thing.visible_camera = False
    scene.collection.objects.link(thing)


def room(scene, top, bottom, strength):
    """A world bright above and darker below, which metal and lenses mirror."""
    world = bpy.data.worlds.new("room")
    world.use_nodes = True
    scene.world = world
    nodes, links = world.node_tree.nodes, world.node_tree.links
    place = nodes.new("ShaderNodeTexCoord")
    split = nodes.new("ShaderNodeSeparateXYZ")
    links.new(place.outputs["Generated"], split.inputs[0])
    ramp = nodes.new("ShaderNodeValToRGB")
    run = nodes.new("ShaderNodeMapRange")
    run.inputs["From Min"].default_value, run.inputs["From Max"].default_value = -1, 1
    links.new(split.outputs["Y"], run.inputs["Value"])
    links.new(run.outputs[0], ramp.inputs[0])
    stops = ramp.color_ramp
    stops.elements[0].position, stops.elements[0].color = 0.25, (*bottom, 1)
    stops.elements[1].position, stops.elements[1].color = 0.72, (*top, 1)
    links.new(ramp.outputs[0], nodes["Background"].inputs["Color"])
    nodes["Background"].inputs["Strength"].default_value = strength


def mesh(scene, part, material, smooth_degrees=38):
    """A part as an object, shaded smooth but for edges sharper than `smooth_degrees`."""
    data = bpy.data.meshes.new("part")
    data.from_pydata((part.points * MM).tolist(), [], part.faces.tolist())
    if part.uv is not None:
        layer = data.uv_layers.new()
        layer.data.foreach_set("uv", part.uv[part.faces.ravel()].ravel().astype(np.float32))
    data.shade_smooth()
    data.set_sharp_from_angle(angle=math.radians(smooth_degrees))
    data.materials.append(material)
    thing = bpy.data.objects.new("part", data)
    scene.collection.objects.link(thing)
    return thing


def decimated(part, triangles):
    """The part with about `triangles` triangles, its outline kept as well as they allow; none has a picture's uv."""
    if len(part.faces) <= triangles:
        return part.points, part.faces
    # Marching cubes leaves slivers that stand in the way of fewer triangles: points within 0.05 mm become one.
    _, first, same = np.unique(np.round(part.points / 0.05), axis=0, return_index=True, return_inverse=True)
    faces = same.reshape(-1)[part.faces]
    faces = faces[(faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])]
    points = part.points[first]
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    data = bpy.data.meshes.new("part")
    data.from_pydata(points.tolist(), [], faces.tolist())
    thing = bpy.data.objects.new("part", data)
    scene.collection.objects.link(thing)
    change = thing.modifiers.new("fewer", "DECIMATE")
    change.ratio = min(1.0, triangles / len(faces))
    done = thing.evaluated_get(bpy.context.evaluated_depsgraph_get()).to_mesh()
    done.calc_loop_triangles()
    points = np.empty(len(done.vertices) * 3, np.float32)
    done.vertices.foreach_get("co", points)
    faces = np.empty(len(done.loop_triangles) * 3, np.int32)
    done.loop_triangles.foreach_get("vertices", faces)
    return points.reshape(-1, 3).astype(float), faces.reshape(-1, 3)


def render(scene, path):
    """Renders to a PNG of 16 bits: straight alpha, sRGB."""
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
