"""Triangle meshes out of curves and distances, in mm: x to the viewer's right, y up, z towards the viewer."""

from dataclasses import dataclass, field

import numpy as np
import shapely
from scipy.interpolate import CubicSpline
from skimage.measure import marching_cubes


@dataclass
class Part:
    """One mesh of one material: `points` `[N, 3]` in mm, `faces` `[M, 3]`, `uv` `[N, 2]` where the material has a picture."""

    material: str
    points: np.ndarray
    faces: np.ndarray
    uv: np.ndarray | None = None
    # Where a low-poly twin is built with other parameters, or none where this mesh is small enough as it is.
    low: "Part | None" = field(default=None, repr=False)

    def moved(self, change):
        """The part with `change` applied to its points `[N, 3]`."""
        low = self.low.moved(change) if self.low else None
        return Part(self.material, change(self.points), self.faces, self.uv, low)

    def mirrored(self):
        """The part on the other side of the plane x = 0, its faces still outward."""
        low = self.low.mirrored() if self.low else None
        return Part(self.material, self.points * [-1, 1, 1], self.faces[:, ::-1], self.uv, low)


def closed_spline(points, count):
    """A smooth closed curve `[count, 2]` through hand-set points, evenly spaced along its length."""
    points = np.asarray(points, float)
    ring = np.vstack([points, points[:1]])
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(ring, axis=0), axis=1))])
    dense = CubicSpline(length, ring, bc_type="periodic")(np.linspace(0, length[-1], count * 16, endpoint=False))
    return resampled(dense, count, closed=True)


def open_spline(points, count):
    """A smooth open curve `[count, D]` through hand-set points, evenly spaced along its length."""
    points = np.asarray(points, float)
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    return resampled(CubicSpline(length, points)(np.linspace(0, length[-1], count * 16)), count, closed=False)


def resampled(curve, count, closed):
    """`count` points at even distances along a polyline."""
    ring = np.vstack([curve, curve[:1]]) if closed else curve
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(ring, axis=0), axis=1))])
    at = np.linspace(0, length[-1], count, endpoint=not closed)
    return np.stack([np.interp(at, length, ring[:, axis]) for axis in range(ring.shape[1])], axis=1)


def grid_faces(rows, columns, close_rows=False, close_columns=False):
    """Triangles of a `rows × columns` grid of points, row-major."""
    row = np.arange(rows if close_rows else rows - 1)
    column = np.arange(columns if close_columns else columns - 1)
    row, column = (part.ravel() for part in np.meshgrid(row, column, indexing="ij"))
    below, right = (row + 1) % rows, (column + 1) % columns
    a, b, c, d = row * columns + column, row * columns + right, below * columns + right, below * columns + column
    return np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])


def sweep(path, section, material, closed=False, up=(0, 0, 1), scale=None):
    """A closed section `[M, 2]` (across, up) carried along `path` `[N, 3]`; `scale` `[N, 2]` widens it on the way."""
    path, section = np.asarray(path, float), np.asarray(section, float)
    ahead = np.roll(path, -1, 0) - np.roll(path, 1, 0) if closed else np.gradient(path, axis=0)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    across = np.cross(ahead, np.asarray(up, float))
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    above = np.cross(across, ahead)
    scale = np.ones((len(path), 2)) if scale is None else np.asarray(scale, float)
    points = (path[:, None] + across[:, None] * (section[None, :, :1] * scale[:, None, :1])
              + above[:, None] * (section[None, :, 1:] * scale[:, None, 1:]))
    faces = grid_faces(len(path), len(section), close_rows=closed, close_columns=True)
    points = points.reshape(-1, 3)
    if not closed:
        # Flat caps: a fan about a centre of each end, of points of their own so that their shading stays flat.
        for end, flip in ((0, False), (len(path) - 1, True)):
            ring = points[end * len(section):(end + 1) * len(section)]
            start = len(points)
            points = np.vstack([points, ring, ring.mean(0, keepdims=True)])
            turn = np.arange(len(section))
            fan = np.stack([start + turn, np.full_like(turn, start + len(section)), start + (turn + 1) % len(section)], 1)
            faces = np.vstack([faces, fan[:, ::-1] if flip else fan])
    return Part(material, points, outward(points, faces))


def outward(points, faces):
    """The faces turned so that the mesh's volume is positive."""
    a, b, c = (points[faces[:, i]] - points.mean(0) for i in range(3))
    return faces if np.einsum("ij,ij->", a, np.cross(b, c)) > 0 else faces[:, ::-1]


def circle(radius, count, second=None):
    """An ellipse's points `[count, 2]`."""
    turn = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.stack([radius * np.cos(turn), (second or radius) * np.sin(turn)], 1)


def rounded_rectangle(width, height, radius, corner=5):
    """A rectangle's points with round corners."""
    turn = np.linspace(0, np.pi / 2, corner)
    points = []
    for quarter, (x, y) in enumerate([(1, 1), (-1, 1), (-1, -1), (1, -1)]):
        angle = turn + quarter * np.pi / 2
        points.append(np.stack([x * (width / 2 - radius) + radius * np.cos(angle),
                                y * (height / 2 - radius) + radius * np.sin(angle)], 1))
    return np.vstack(points)


def ellipsoid(centre, radii, material, turn=None, rows=14, columns=22):
    """An ellipsoid; `turn` is a rotation matrix `[3, 3]`."""
    theta = np.linspace(0, np.pi, rows)[:, None]
    phi = np.linspace(0, 2 * np.pi, columns, endpoint=False)[None]
    points = np.stack([np.sin(theta) * np.cos(phi), np.cos(theta) * np.ones_like(phi), np.sin(theta) * np.sin(phi)], -1)
    points = points.reshape(-1, 3) * radii
    if turn is not None:
        points = points @ np.asarray(turn).T
    points = points + centre
    return Part(material, points, outward(points, grid_faces(rows, columns, close_columns=True)))


def rotation(axis, degrees):
    """A rotation matrix about x, y or z."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    first, second = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    matrix = np.eye(3)
    matrix[first, first] = matrix[second, second] = c
    matrix[first, second], matrix[second, first] = -s, s
    return matrix


def signed_distance(shape, points):
    """Distance of `points` `[N, 2]` to the edge of a shapely shape, negative inside."""
    places = shapely.points(points)
    distance = shapely.distance(shape.boundary, places)
    return np.where(shapely.contains(shape, places), -distance, distance)


def slab(shape, thickness, rounding, step, material):
    """A plate of a flat `shape`, its edges rounded, by marching cubes over its distance: exact at any `step`."""
    left, bottom, right, top = shape.bounds
    x = np.arange(left - 2 * step, right + 2.5 * step, step)
    y = np.arange(bottom - 2 * step, top + 2.5 * step, step)
    z = np.linspace(-thickness / 2 - 2 * step, thickness / 2 + 2 * step, 2 * int(np.ceil(thickness / 2 / step + 2)) + 1)
    flat = signed_distance(shape, np.stack(np.meshgrid(x, y, indexing="ij"), -1).reshape(-1, 2)).reshape(len(x), len(y), 1)
    side, front = flat + rounding, np.abs(z)[None, None] - thickness / 2 + rounding
    field = (np.hypot(np.maximum(side, 0), np.maximum(front, 0)) + np.minimum(np.maximum(side, front), 0) - rounding)
    points, faces, _, _ = marching_cubes(field, 0.0)
    points = points * [step, step, z[1] - z[0]] + [x[0], y[0], z[0]]
    return Part(material, points, outward(points, faces))


def disc(contour, material, bulge, rings=10):
    """A lens: the inside of a flat closed contour `[N, 2]`, raised towards the viewer by a sphere of radius `bulge`."""
    centre = contour.mean(0)
    share = np.linspace(0, 1, rings + 1)[1:]
    flat = np.vstack([centre[None], (centre + (contour - centre) * share[:, None, None]).reshape(-1, 2)])
    count = len(contour)
    turn = np.arange(count)
    hub = np.stack([np.zeros(count, int), 1 + turn, 1 + (turn + 1) % count], 1)
    faces = np.vstack([hub, 1 + grid_faces(rings, count, close_columns=True)])
    reach = (contour - centre) ** 2
    distance = ((flat - centre) ** 2).sum(1)
    height = (reach.sum(1).mean() - distance) / (2 * bulge)
    points = np.column_stack([flat, height])
    low, high = flat.min(0), flat.max(0)
    uv = (flat - low) / (high - low)
    normal = np.cross(points[faces[:, 1]] - points[faces[:, 0]], points[faces[:, 2]] - points[faces[:, 0]])
    faces = faces if normal[:, 2].sum() > 0 else faces[:, ::-1]
    return Part(material, points, faces, uv)


def revolved(profile, columns, material, wobble=None):
    """A profile `[N, 2]` (radius, y) turned about the y axis; `wobble(row, angle)` is added to the radius in mm."""
    angle = np.linspace(0, 2 * np.pi, columns, endpoint=False)
    radius = np.asarray(profile)[:, :1] + (wobble(np.arange(len(profile))[:, None], angle[None]) if wobble else 0)
    points = np.stack([radius * np.sin(angle), np.repeat(np.asarray(profile)[:, 1:], columns, 1), radius * np.cos(angle)], -1)
    points = points.reshape(-1, 3)
    return Part(material, points, outward(points, grid_faces(len(profile), columns, close_columns=True)))
