"""Resizing in every coordinate mode, by scales and by sizes."""

from record import Model

LINEAR_MODES = ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"]
NEAREST_MODES = ["floor", "ceil", "round_prefer_floor", "round_prefer_ceil"]

SIZES = [([3, 4], [6, 8]), ([3, 4], [7, 9]), ([6, 5], [3, 2]), ([7, 8], [5, 3]), ([1, 1], [4, 5]), ([4, 5], [1, 1]),
         ([5, 3], [5, 9]), ([1, 4], [3, 1]), ([2, 3], [32, 3])]
# Numbers that single precision holds exactly, and numbers that it does not.
SCALES = [(2.0, 2.0), (1.5, 2.5), (0.5, 0.5), (0.75, 0.625), (4.0, 1.0), (1.3, 2.7), (0.6, 0.3)]


def by_sizes(family, name, x, target, opset=13, **attributes):
    model = Model(name, opset)
    value = model.input(x)
    model.output(model.node("Resize", [value, "", "", model.ints(*x[:2], *target)], **attributes))
    family.add(model)


def by_scales(family, name, x, scales, opset=13, **attributes):
    model = Model(name, opset)
    value = model.input(x)
    scales = model.floats(1, 1, *scales)
    roi = [""] if opset >= 13 else [model.floats()]
    inputs = [value, *roi, scales] if opset >= 11 else [value, scales]
    model.output(model.node("Resize", inputs, **attributes))
    family.add(model)


def record(family):
    for coordinates in LINEAR_MODES:
        given = {"mode": "linear", "coordinate_transformation_mode": coordinates}
        for (h, w), target in SIZES:
            by_sizes(family, f"linear {coordinates} {h}x{w} to {target[0]}x{target[1]}", [1, 3, h, w], target, **given)
        for scales in SCALES:
            by_scales(family, f"linear {coordinates} scales {scales[0]}x{scales[1]}", [1, 3, 5, 6], scales, **given)
    for coordinates in LINEAR_MODES:
        for rounding in NEAREST_MODES:
            given = {"mode": "nearest", "coordinate_transformation_mode": coordinates, "nearest_mode": rounding}
            for (h, w), target in SIZES:
                by_sizes(family, f"nearest {rounding} {coordinates} {h}x{w} to {target[0]}x{target[1]}",
                         [1, 1, h, w], target, **given)
            for scales in SCALES:
                by_scales(family, f"nearest {rounding} {coordinates} scales {scales[0]}x{scales[1]}", [1, 1, 5, 6],
                          scales, **given)

    # Only up to operator set 12.
    for opset in (11, 12):
        for (h, w), target in [([3, 4], [6, 8]), ([6, 5], [3, 2]), ([4, 4], [7, 3])]:
            model = Model(f"nearest tf_half_pixel_for_nn {h}x{w} to {target[0]}x{target[1]} operator set {opset}", opset)
            inputs = [model.input([1, 3, h, w]), model.floats(), model.floats(), model.ints(1, 3, *target)]
            model.output(model.node("Resize", inputs, mode="nearest", nearest_mode="floor",
                                    coordinate_transformation_mode="tf_half_pixel_for_nn"))
            family.add(model)

    for c in (1, 3, 4, 8, 13):
        for mode in ("linear", "nearest"):
            by_sizes(family, f"{mode} channels {c}", [1, c, 3, 4], [5, 8], mode=mode)
    for mode in ("linear", "nearest"):
        by_sizes(family, f"{mode} batch 2", [2, 5, 3, 4], [6, 8], mode=mode)
        by_sizes(family, f"{mode} to the same size", [1, 5, 3, 4], [3, 4], mode=mode)
        by_sizes(family, f"{mode} ×8", [1, 2, 2, 3], [16, 24], mode=mode,
                 coordinate_transformation_mode="pytorch_half_pixel" if mode == "linear" else "asymmetric")
        by_sizes(family, f"{mode} no attributes but mode", [1, 5, 3, 4], [6, 7], mode=mode)
    model = Model("no attributes", 13)
    model.output(model.node("Resize", [model.input([1, 3, 3, 4]), "", model.floats(1, 1, 2, 2)]))
    family.add(model)

    # Empty tensors in place of inputs that are left out, as exporters write them for operator set 11.
    for mode in ("linear", "nearest"):
        model = Model(f"{mode} by sizes with empty roi and scales", 11)
        inputs = [model.input([1, 3, 3, 4]), model.floats(), model.floats(), model.ints(1, 3, 6, 7)]
        model.output(model.node("Resize", inputs, mode=mode, coordinate_transformation_mode="pytorch_half_pixel"))
        family.add(model)
        by_scales(family, f"{mode} operator set 11", [1, 3, 3, 4], [2, 3], 11, mode=mode)
        by_scales(family, f"{mode} operator set 10", [1, 3, 3, 4], [2, 3], 10, mode=mode)
        by_scales(family, f"{mode} operator set 10 fractions", [1, 3, 5, 4], [1.5, 0.75], 10, mode=mode)
        by_sizes(family, f"{mode} operator set 17", [1, 3, 3, 4], [5, 7], 17, mode=mode)
        for opset in (18, 19):
            model = Model(f"{mode} rows and columns only, operator set {opset}", opset)
            inputs = [model.input([1, 3, 3, 4]), "", "", model.ints(5, 7)]
            model.output(model.node("Resize", inputs, mode=mode, axes=[2, 3]))
            family.add(model)
            model = Model(f"{mode} columns before rows by scales, operator set {opset}", opset)
            inputs = [model.input([1, 3, 3, 4]), "", model.floats(2, 3)]
            model.output(model.node("Resize", inputs, mode=mode, axes=[3, 2]))
            family.add(model)

    # Upsample: scales as an attribute, then as an input.
    for mode in ("linear", "nearest"):
        for scales in [(2, 2), (3, 1), (1.5, 2.5)]:
            model = Model(f"Upsample {mode} scales {scales[0]}x{scales[1]} operator set 7", 7)
            model.output(model.node("Upsample", model.input([1, 3, 3, 4]), mode=mode,
                                    scales=[1.0, 1.0, float(scales[0]), float(scales[1])]))
            family.add(model)
            model = Model(f"Upsample {mode} scales {scales[0]}x{scales[1]} operator set 9", 9)
            model.output(model.node("Upsample", [model.input([1, 3, 3, 4]), model.floats(1, 1, *scales)], mode=mode))
            family.add(model)
