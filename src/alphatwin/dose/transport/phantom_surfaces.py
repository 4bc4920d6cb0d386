"""Surfaces of the stylised phantom: from named shapes with their figures to ten coefficients.

All but the tori and the thyroid are quadrics (docs/theory-transport-sources.md, eq. R1)

    A x^2 + B y^2 + C z^2 + D x y + E x z + F y z + G x + H y + I z + J <= 0,

in the coordinates of the phantom: origin at the centre of the base of the trunk, x to the phantom's
left, y to its back, z to its head. All lengths are in cm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

QUADRIC: Final = 0
TORUS_ABOUT_Y: Final = 1
TORUS_ABOUT_Z: Final = 2
THYROID_LOBE: Final = 3
N_COEFFICIENTS: Final = 10
_SLABS: Final = ("slab_x", "slab_y", "slab_z")


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """One condition of a part: inside (or outside) of one surface.

    Attributes
    ----------
    kind
        :data:`QUADRIC`, a torus or the lobe of the thyroid.
    coefficients
        (10,) the coefficients of the quadric, or the figures of another shape. [cm]
    """

    kind: int
    coefficients: Floats

    def outside(self) -> Surface:
        """Return the same surface, seen from outside: only quadrics have one."""
        if self.kind != QUADRIC:
            msg = "only the outside of a quadric is a part of the phantom"
            raise DataError(msg)
        return Surface(QUADRIC, -self.coefficients)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    r"""A convex or toric piece of a region: all of its conditions hold.

    Attributes
    ----------
    is_folded
        Whether the conditions are on \|x\|: the part has a mirror image.
    box_cm
        (6,) bounds of x (or \|x\|), y and z, low and high in turn. [cm]
    surfaces
        Its conditions; the box is one more.
    """

    is_folded: bool
    box_cm: Floats
    surfaces: tuple[Surface, ...]


def part(rows: Sequence[Mapping[str, str]]) -> Part:
    """Return the part that these rows of the table describe.

    Parameters
    ----------
    rows
        Rows with ``fold_x``, ``sense``, ``surface`` and ``parameters_cm``.

    Raises
    ------
    DataError
        If a shape is unknown or has another number of figures.
    """
    is_folded = rows[0]["fold_x"] == "yes"
    box = np.array([0.0 if is_folded else -np.inf, np.inf, -np.inf, np.inf, -np.inf, np.inf])
    surfaces: list[Surface] = []
    for row in sorted(rows, key=lambda r: not r["surface"].startswith("slab")):
        figures = np.array([float(text) for text in row["parameters_cm"].split()])
        name = row["surface"]
        if name in _SLABS:
            axis = _SLABS.index(name)
            _narrow(box, axis, low_cm=float(figures[0]), high_cm=float(figures[1]))
            continue
        found = _shape(name)(figures)
        if row["sense"] == "out":
            surfaces += [s.outside() for s in found]
            continue
        surfaces += found
        for axis, (low, high) in enumerate(_extent(name, figures, box)):
            _narrow(box, axis, low_cm=low, high_cm=high)
    if not np.isfinite(box).all():
        msg = f"a part of the phantom is unbounded: {rows[0]}; give it slabs"
        raise DataError(msg)
    return Part(is_folded, box, tuple(surfaces))


def _narrow(box: Floats, axis: int, *, low_cm: float, high_cm: float) -> None:
    box[2 * axis] = max(box[2 * axis], low_cm)
    box[2 * axis + 1] = min(box[2 * axis + 1], high_cm)


def _shape(name: str) -> Callable[[Floats], list[Surface]]:
    shapes: dict[str, Callable[[Floats], list[Surface]]] = {
        "ellipsoid": _ellipsoid,
        "plane": _plane,
        "frustum": _frustum,
        "rotated_ellipsoid": _rotated_ellipsoid,
        "rotated_plane": _rotated_plane,
        "rotated_frustum": _rotated_frustum,
        "torus_y": lambda f: [_padded(TORUS_ABOUT_Y, f)],
        "torus_z": lambda f: [_padded(TORUS_ABOUT_Z, f)],
        "thyroid_lobe": lambda f: [_padded(THYROID_LOBE, f)],
    }
    if name not in shapes:
        msg = f"surface {name!r} of the phantom is unknown; allowed: {', '.join(shapes)}"
        raise DataError(msg)
    return shapes[name]


def _padded(kind: int, figures: Floats) -> Surface:
    return Surface(kind, np.concatenate([figures, np.zeros(N_COEFFICIENTS - figures.size)]))


def _quadric(matrix: Floats, *, centre: Floats, level: float) -> Surface:
    """Return (r - c)^T M (r - c) <= level."""
    linear = -2.0 * matrix @ centre
    constant = float(centre @ matrix @ centre) - level
    m = matrix + matrix.T
    squares = np.diag(matrix)
    return Surface(
        QUADRIC, np.array([*squares, m[0, 1], m[0, 2], m[1, 2], *linear, constant], dtype=float)
    )


def _ellipsoid(figures: Floats) -> list[Surface]:
    centre, axes = figures[:3], figures[3:]
    return [_quadric(np.diag(axes**-2.0), centre=centre, level=1.0)]


def _rotated_ellipsoid(figures: Floats) -> list[Surface]:
    rotation = figures[3:12].reshape(3, 3)
    matrix = rotation.T @ np.diag(figures[12:] ** -2.0) @ rotation
    return [_quadric(matrix, centre=figures[:3], level=1.0)]


def _plane(figures: Floats) -> list[Surface]:
    return [Surface(QUADRIC, np.array([0, 0, 0, 0, 0, 0, *figures[:3], -figures[3]], dtype=float))]


def _rotated_plane(figures: Floats) -> list[Surface]:
    return _plane(np.array([*figures[3:], figures[3:] @ figures[:3]]))


def _cone(rows: Floats, offsets: Floats, *, scale: Floats, scale_offset: float) -> Surface:
    """Return sum_k (rows_k . r + offsets_k)^2 <= (scale . r + scale_offset)^2."""
    matrix = rows.T @ rows - np.outer(scale, scale)
    linear = 2.0 * (rows.T @ offsets - scale_offset * scale)
    m = matrix + matrix.T
    constant = float(offsets @ offsets) - scale_offset**2
    return Surface(
        QUADRIC,
        np.array([*np.diag(matrix), m[0, 1], m[0, 2], m[1, 2], *linear, constant], dtype=float),
    )


def _frustum(figures: Floats) -> list[Surface]:
    x0, x_per_z, y0, y_per_z, a, b, s0, s_per_z = figures
    rows = np.array([[1.0 / a, 0.0, -x_per_z / a], [0.0, 1.0 / b, -y_per_z / b]])
    offsets = np.array([-x0 / a, -y0 / b])
    return [_cone(rows, offsets, scale=np.array([0.0, 0.0, s_per_z]), scale_offset=float(s0))]


def _rotated_frustum(figures: Floats) -> list[Surface]:
    origin, rotation = figures[:3], figures[3:12].reshape(3, 3)
    radius, slope, length = figures[12:]
    scale = slope * rotation[2]
    cone = _cone(
        rotation[:2],
        -rotation[:2] @ origin,
        scale=scale,
        scale_offset=float(radius - scale @ origin),
    )
    end = origin + length * rotation[2]
    caps = [*_rotated_plane(np.array([*origin, *-rotation[2]]))]
    return [cone, *caps, *_rotated_plane(np.array([*end, *rotation[2]]))]


def _extent(  # noqa: PLR0911 - one for each shape
    name: str, figures: Floats, box: Floats
) -> list[tuple[float, float]]:
    """Return bounds of each axis; slabs in z must have been applied already."""
    everywhere = (-np.inf, np.inf)
    if name == "ellipsoid":
        return [(c - a, c + a) for c, a in zip(figures[:3], figures[3:], strict=True)]
    if name == "rotated_ellipsoid":
        reach = np.sqrt(((figures[12:, None] * figures[3:12].reshape(3, 3)) ** 2).sum(axis=0))
        return [(c - a, c + a) for c, a in zip(figures[:3], reach, strict=True)]
    if name == "rotated_frustum":
        ends = np.array([figures[:3], figures[:3] + figures[14] * figures[9:12]])
        return [
            (low - figures[12], high + figures[12])
            for low, high in zip(ends.min(axis=0), ends.max(axis=0), strict=True)
        ]
    if name == "frustum":
        z = box[4:]
        size = figures[6] + figures[7] * z
        x, y = figures[0] + figures[1] * z, figures[2] + figures[3] * z
        sides = ((x, figures[4] * size), (y, figures[5] * size))
        reach_x, reach_y = (((c - a).min(), (c + a).max()) for c, a in sides)
        return [reach_x, reach_y, everywhere]
    if name.startswith("torus"):
        wide, thin = figures[3] + figures[4], figures[4]
        half = (wide, thin, wide) if name == "torus_y" else (wide, wide, thin)
        return [(c - a, c + a) for c, a in zip(figures[:3], half, strict=True)]
    if name == "plane" and np.count_nonzero(figures[:3]) == 2:
        return _plane_extent(figures, box)
    return [everywhere, everywhere, everywhere]


def _plane_extent(figures: Floats, box: Floats) -> list[tuple[float, float]]:
    """Return the bound of the axis with a coefficient of 1 or -1, from the slab in z."""
    bounds = [(-np.inf, np.inf)] * 3
    limits = figures[3] - figures[2] * box[4:]
    if not np.isfinite(limits).all() or figures[2] == 0.0:
        return bounds
    if figures[0] == 1.0:
        bounds[0] = (-np.inf, float(limits.max()))
    if figures[1] == -1.0:
        bounds[1] = (-float(limits.max()), np.inf)
    return bounds
