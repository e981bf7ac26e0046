"""Trains the network that draws edges: per unsure cell, from colours and mask around it, what alpha is.

    python3 -m pip install -r models/edges/requirements.txt
    python3 models/edges/train.py --photos DIR/photos --masks DIR/masks --out models/edges.onnx

Photos: STEM.jpg with its exact alpha STEM.png (see photos.py). Masks: STEM.npy, the fused mask of both segmentation
networks as the engine gives it, in bytes: cargo run --release --example fused_masks -- DIR/masks DIR/photos/*.jpg

`features` is the definition that src/vision/edges.rs follows; its test holds the two together with
tests/fixtures/edges.npz, which --fixture writes.
"""

import argparse
import sys
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from PIL import Image
from scipy import ndimage

# As in src/vision/edges.rs.
CELLS = 1024  # of the grid's longer side at most
LEVELS = 4
RADIUS = 2
SURE = (0.1, 0.9)
SURE_RADIUS = 2

HIDDEN = 48
PER_PHOTO = 8000
BATCH = 8192
STEPS = 8_000
# Where a segmentation network missed a part, edges cannot mend it: cells whose surroundings are wrong by more than
# this on the mean are left out.
GROSS = 0.35


def covering(size, count):
    """`[count, size]`: how much of each of `count` cells each of `size` pixels makes up."""
    edges = np.arange(count + 1) * size / count
    pixels = np.arange(size)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    return (overlap.clip(0, None) * count / size).astype(np.float32)


def reduced(plane, width, height):
    """Area averages; Pillow's box filter is one only where a cell is a whole number of pixels."""
    return covering(plane.shape[0], height) @ plane @ covering(plane.shape[1], width).T


def resampled(plane, width, height):
    """Bilinear, for grids that are no coarser."""
    return np.asarray(Image.fromarray(np.ascontiguousarray(plane)).resize((width, height), Image.Resampling.BILINEAR))


def window_mean(plane, count):
    return ndimage.uniform_filter(plane, 2 * RADIUS + 1, mode="constant") / count


def gradient(plane):
    """Length of the central differences; a neighbour beyond the picture is the cell itself."""
    down, along = (ndimage.correlate1d(plane, [-0.5, 0, 0.5], axis, mode="nearest") for axis in (0, 1))
    return np.hypot(down, along)


def unsure(mask):
    size = 2 * SURE_RADIUS + 1
    return ~((ndimage.minimum_filter(mask, size) >= SURE[1]) | (ndimage.maximum_filter(mask, size) <= SURE[0]))


def features(guide, mask):
    """`[K, h, w]` from colours `[3, h, w]` of −½ to ½ and a mask `[h, w]` of 0 to 1."""
    height, width = mask.shape
    found = [mask, gradient(mask), gradient(guide.mean(0))]
    colours, share = guide, mask
    for level in range(LEVELS):
        if level:
            w, h = -(-share.shape[1] // 2), -(-share.shape[0] // 2)
            colours, share = np.stack([reduced(c, w, h) for c in colours]), reduced(share, w, h)
        count = ndimage.uniform_filter(np.ones_like(share), 2 * RADIUS + 1, mode="constant")
        squares = (colours * colours).sum(0)
        sides = []
        for weight in (share**4, (1 - share) ** 4):
            total = window_mean(weight, count)
            mean = np.stack([window_mean(weight * c, count) / (total + 1e-4) for c in colours])
            variance = window_mean(weight * squares, count) / (total + 1e-4) - (mean * mean).sum(0)
            sides.append((mean, np.sqrt(np.maximum(variance, 0)), total))
        at_cells = (lambda plane: plane) if level == 0 else (lambda plane: resampled(plane, width, height))
        (inner, inner_spread, inner_weight), (outer, outer_spread, outer_weight) = sides
        inner, outer = (np.stack([at_cells(c) for c in mean]) for mean in (inner, outer))
        across = inner - outer
        square = (across * across).sum(0)
        alpha = ((guide - outer) * across).sum(0) / (square + 2e-4)
        beside = guide - outer - alpha * across
        found += [alpha.clip(-0.5, 1.5), np.sqrt(square), np.sqrt((beside * beside).sum(0))]
        found += [at_cells(p) for p in (inner_spread, outer_spread, inner_weight, outer_weight, window_mean(share, count))]
    return np.stack(found)


def grid_of(photo, mask):
    """Guide and mask on the fine grid of src/vision/matte.rs, for a photo `[H, W, 3]` of 8 bits."""
    height, width = photo.shape[:2]
    longer = max(width, height)
    cells = min(CELLS, longer)
    w, h = ((size * cells + longer // 2) // longer for size in (width, height))
    guide = np.stack([reduced(photo[..., c].astype(np.float32) / 255, w, h) for c in range(3)]) - 0.5
    return guide, resampled(mask, w, h)


def cells_of(paths):
    """Features and alpha of some unsure cells of one photo."""
    photo, masks = paths
    picture = np.asarray(Image.open(photo).convert("RGB"))
    guide, mask = grid_of(picture, np.load(masks / f"{photo.stem}.npy").astype(np.float32) / 255)
    alpha = np.asarray(Image.open(photo.with_suffix(".png")).convert("L")).astype(np.float32) / 255
    return sampled(guide, mask, reduced(alpha, mask.shape[1], mask.shape[0]))


def sampled(guide, mask, alpha):
    usable = unsure(mask) & (ndimage.uniform_filter(np.abs(mask - alpha), 17) <= GROSS)
    chosen = np.random.default_rng(0).permutation(np.flatnonzero(usable))[:PER_PHOTO]
    found = features(guide, mask)
    return found.reshape(len(found), -1)[:, chosen].T.astype(np.float32), alpha.ravel()[chosen]


def trained(inputs, alpha):
    """The layers `[(weights, bias)]`, the first with the inputs' normalization in it."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    mean, deviation = inputs.mean(0), inputs.std(0) + 1e-4
    mask = torch.from_numpy(inputs[:, 0].copy())
    inputs, alpha = torch.from_numpy((inputs - mean) / deviation), torch.from_numpy(alpha)
    net = nn.Sequential(nn.Linear(inputs.shape[1], HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, HIDDEN), nn.ReLU(),
                        nn.Linear(HIDDEN, 1))
    optimizer = torch.optim.Adam(net.parameters())
    mean_error = 0.0
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = 3e-3 * (0.5 * (1 + np.cos(np.pi * step / STEPS)) + 0.003)
        batch = torch.randint(len(alpha), (BATCH,))
        # The absolute error, which is what cut-outs are judged by.
        error = (net(inputs[batch])[:, 0] + mask[batch] - alpha[batch]).abs().mean()
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
        mean_error += error.item() / 1000
        if step % 1000 == 999:
            print(f"step {step + 1}: {mean_error:.5f} (the mask alone: {(mask - alpha).abs().mean():.5f})", flush=True)
            mean_error = 0.0
    layers = [(layer.weight.detach().numpy(), layer.bias.detach().numpy()) for layer in net if isinstance(layer, nn.Linear)]
    weights, bias = layers[0]
    layers[0] = (weights / deviation, bias - (weights / deviation) @ mean)
    return layers


def save(layers, path):
    """As ONNX: 1×1 convolutions over cells in rows, [1, K, 1, cells] → [1, 1, 1, cells], the change of the mask."""
    import onnx
    from onnx import helper, numpy_helper

    nodes, tensors, name = [], [], "features"
    for index, (weights, bias) in enumerate(layers):
        tensors.append(numpy_helper.from_array(weights[:, :, None, None].astype(np.float32), f"weights{index}"))
        tensors.append(numpy_helper.from_array(bias.astype(np.float32), f"bias{index}"))
        last = index == len(layers) - 1
        nodes.append(helper.make_node("Conv", [name, f"weights{index}", f"bias{index}"], ["change" if last else f"sum{index}"],
                                      kernel_shape=[1, 1]))
        if not last:
            nodes.append(helper.make_node("Relu", [f"sum{index}"], [f"layer{index}"]))
        name = f"layer{index}"
    count = layers[0][0].shape[1]
    port = lambda name, channels: helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1, channels, 1, "cells"])
    graph = helper.make_graph(nodes, "edges", [port("features", count)], [port("change", 1)], tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="models/edges/train.py")
    model.ir_version = 8
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


def evaluated(layers, values):
    """`[cells, K]` → `[cells]`."""
    for index, (weights, bias) in enumerate(layers):
        values = values @ weights.T + bias
        if index < len(layers) - 1:
            values = np.maximum(values, 0)
    return values[:, 0]


def loaded(path):
    import onnx
    from onnx import numpy_helper

    tensors = [numpy_helper.to_array(t) for t in onnx.load(path).graph.initializer]
    return [(tensors[i][:, :, 0, 0], tensors[i + 1]) for i in range(0, len(tensors), 2)]


def solved(guide, mask, layers):
    """Alphas on the grid."""
    alpha = (mask > 0.5).astype(np.float32)
    cells = np.flatnonzero(unsure(mask))
    found = features(guide, mask)
    values = mask.ravel()[cells] + evaluated(layers, found.reshape(len(found), -1)[:, cells].T)
    alpha.ravel()[cells] = values.clip(0, 1)
    return alpha


def fixture(layers, path):
    """A small picture of odd sides with a disc, a stripe and noise; its features and alphas: raw little-endian floats."""
    random = np.random.default_rng(1)
    height, width = 23, 29
    y, x = np.mgrid[:height, :width].astype(np.float32)
    mask = np.clip((8 - np.hypot(x - 14, y - 11)) / 3 + 0.5, 0, 1).astype(np.float32)
    guide = (0.3 * mask - 0.2 + np.stack([0.2 * np.sin(x / 5), 0.1 * np.cos(y / 4), 0.002 * x])).astype(np.float32)
    guide = (guide + 0.03 * random.normal(size=guide.shape)).astype(np.float32).clip(-0.5, 0.5)
    parts = [np.array([width, height], "<f4"), guide, mask, features(guide, mask), solved(guide, mask, layers)]
    path.write_bytes(b"".join(np.ascontiguousarray(part, "<f4").tobytes() for part in parts))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, metavar="DIR")
    parser.add_argument("--masks", type=Path, metavar="DIR")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the network; read where there are no --photos")
    parser.add_argument("--fixture", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    if arguments.photos:
        photos = [p for p in sorted(arguments.photos.glob("*.jpg")) if (arguments.masks / f"{p.stem}.npy").exists()]
        if not photos:
            sys.exit(f"train.py: no STEM.jpg in {arguments.photos} has a STEM.npy in {arguments.masks}")
        with Pool() as pool:
            parts = pool.map(cells_of, [(photo, arguments.masks) for photo in photos])
        inputs, alpha = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
        print(f"{len(photos)} photos, {len(alpha)} cells of {inputs.shape[1]} features")
        save(trained(inputs, alpha), arguments.out)
    if arguments.fixture:
        fixture(loaded(arguments.out), arguments.fixture)


if __name__ == "__main__":
    main()
