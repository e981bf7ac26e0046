"""What the products are made of: each by its name, for the renderer and for glTF."""

import numpy as np
from scipy import ndimage
from studio import Nodes, lens, linear, picture

# sRGB colour, metallic, roughness of glTF's material; `opacity` where light passes.
GLTF = {
    "gold": ((0.94, 0.76, 0.46), 1.0, 0.16), "steel": ((0.80, 0.80, 0.79), 1.0, 0.2),
    "gunmetal": ((0.36, 0.37, 0.40), 1.0, 0.22), "silicone": ((0.93, 0.94, 0.95), 0.0, 0.3, 0.4),
    "tortoise": ((1.0, 1.0, 1.0), 0.0, 0.16), "berry": ((0.50, 0.05, 0.14), 0.0, 0.14), "black": ((0.03, 0.03, 0.035), 0.0, 0.2),
    "clear": ((0.93, 0.97, 1.0), 0.0, 0.02, 0.03), "smoke": ((0.05, 0.075, 0.06), 0.0, 0.02, 0.8),
    "wool": ((0.62, 0.24, 0.12), 0.0, 0.9), "velvet": ((0.05, 0.22, 0.17), 0.0, 0.85),
    "pearl": ((0.95, 0.92, 0.88), 0.0, 0.22), "stone": ((0.05, 0.30, 0.27), 0.0, 0.08),
}
TEXTURED = {"tortoise"}
# The picture of the tortoise covers this many mm, and repeats.
TORTOISE_MM = (160.0, 80.0)


def tortoise(width):
    """Honey-coloured acetate with brown clouds: sRGB `[width / 2, width, 3]`, 0 to 1, seamless."""
    random = np.random.default_rng(20)
    height = width // 2

    def cloud(size):
        noise = ndimage.gaussian_filter(random.standard_normal((320, 640)), size * 4.0, mode="wrap")
        noise = noise / noise.std()
        return ndimage.zoom(noise, (height / 320, width / 640), order=1, mode="grid-wrap", grid_mode=True)

    spots = 0.8 * cloud(3.4) + 0.5 * cloud(1.3) + 0.16 * cloud(0.5)
    dark = 1 / (1 + np.exp(-5.0 * (spots + 0.12)))
    black = 1 / (1 + np.exp(-5.0 * (spots - 0.75)))
    honey = np.array([0.60, 0.325, 0.12]) + cloud(6)[..., None] * [0.04, 0.03, 0.012]
    colour = honey * (1 - dark[..., None]) + np.array([0.23, 0.095, 0.045]) * dark[..., None]
    colour = colour * (1 - black[..., None]) + np.array([0.10, 0.045, 0.03]) * black[..., None]
    return np.clip(colour, 0, 1)


def laid(part):
    """uv for the tortoise, from where the part's points lie: by x and y, or by z and y on what runs back."""
    size = np.ptp(part.points, axis=0)
    along = part.points[:, 2] if size[2] > size[0] else part.points[:, 0]
    return np.column_stack([along / TORTOISE_MM[0] + 0.5, part.points[:, 1] / TORTOISE_MM[1] + 0.5])


def build(name):
    """The material of that name in the scene that is open."""
    if name == "clear":
        return lens("clear", (0.80, 0.88, 0.90), 0.02)
    if name == "smoke":
        return lens("smoke", (0.10, 0.145, 0.115), 0.90, 0.52)
    nodes = Nodes(name)
    colour, metal, rough = GLTF[name][:3]
    if metal:
        return nodes.principled(Base_Color=tuple(linear(colour)), Metallic=1.0, Roughness=rough)
    if name == "tortoise":
        return nodes.principled(Base_Color=picture(nodes, tortoise(1280)), Roughness=0.2, Coat_Weight=0.7, Coat_Roughness=0.04)
    if name in ("berry", "black"):
        return nodes.principled(Base_Color=tuple(linear(colour)), Roughness=0.2, Coat_Weight=0.8, Coat_Roughness=0.04)
    if name == "silicone":
        return nodes.principled(Base_Color=tuple(linear(colour)), Roughness=0.25, Alpha=0.45)
    if name == "pearl":
        return nodes.principled(Base_Color=tuple(linear(colour)), Roughness=0.32, Coat_Weight=1.0, Coat_Roughness=0.08,
                                Sheen_Weight=0.3)
    if name == "stone":
        return nodes.principled(Base_Color=tuple(linear(colour)), Roughness=0.06, Coat_Weight=1.0, IOR=1.7)
    if name == "velvet":
        noise = nodes.add("ShaderNodeTexNoise", Scale=2600.0, Detail=2.0)
        bump = nodes.add("ShaderNodeBump", Strength=0.25, Distance=0.0004, Height=noise.outputs["Fac"])
        return nodes.principled(Base_Color=tuple(linear(colour)), Roughness=0.85, Sheen_Weight=1.0, Sheen_Roughness=0.35,
                                Sheen_Tint=(0.35, 0.75, 0.62), Normal=bump.outputs[0])
    if name == "wool":
        noise = nodes.add("ShaderNodeTexNoise", Scale=900.0, Detail=6.0)
        bump = nodes.add("ShaderNodeBump", Strength=0.5, Distance=0.0008, Height=noise.outputs["Fac"])
        return nodes.principled(Base_Color=tuple(linear(colour)), Roughness=0.95, Sheen_Weight=0.6, Sheen_Roughness=0.5,
                                Sheen_Tint=(0.9, 0.6, 0.45), Normal=bump.outputs[0])
    raise KeyError(name)
