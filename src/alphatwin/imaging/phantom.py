r"""A synthetic patient of simple solids, whose every volume and activity is known exactly.

Organs and lesions are ellipsoids within an elliptical trunk. What is drawn in a slice is the
ellipse whose area is the mean over the thickness of the slice of the area that the ellipsoid cuts,

.. math:: \bar S_k = \frac{\pi a b}{d_k} \int_{z_k}^{z_{k+1}} \max(0, 1 - z^2/c^2)\,dz,

so that the drawn volume is :math:`\frac{4}{3}\pi a b c` exactly (eq. I15). Activity in a region is

.. math:: A(t) = A_0 f \left(e^{-\lambda_c t} - e^{-\lambda_u t}\right) e^{-\lambda t}

with clearance :math:`\lambda_c`, uptake :math:`\lambda_u` and decay :math:`\lambda` (eq. I16).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.geometry import Contours, Grid, Image, VoxelRegion, voxel_fractions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

CORNERS = 128
"""Of the polygon that stands for an ellipse; its area is made that of the ellipse."""
LEAST_SHARE = 1e-3
"""Of the largest area: a slice that is cut by less is not drawn."""


@dataclass(frozen=True, slots=True)
class Solid:
    """An ellipsoid along the patient's axes.

    Attributes
    ----------
    name, kind
        Of the region; ``organ`` or ``lesion``.
    centre_mm, half_axes_mm
        (3,), [mm]
    uptake_fraction
        :math:`f`: share of the administered activity, extrapolated.
    uptake_half_time_s, clearance_half_time_s
        Biological, without decay. [s]
    """

    name: str
    kind: str
    centre_mm: tuple[float, float, float]
    half_axes_mm: tuple[float, float, float]
    uptake_fraction: float
    uptake_half_time_s: float
    clearance_half_time_s: float

    def __post_init__(self) -> None:
        if min(self.half_axes_mm) <= 0.0 or not 0.0 <= self.uptake_fraction <= 1.0:
            msg = f"solid {self.name!r} must have half axes > 0 and an uptake of 0 to 1"
            raise InvalidValueError(msg)
        if not 0.0 < self.uptake_half_time_s < self.clearance_half_time_s:
            msg = f"solid {self.name!r} must take up faster than it clears"
            raise InvalidValueError(msg)

    @property
    def volume_ml(self) -> float:
        """Volume. [mL]."""
        a, b, c = self.half_axes_mm
        return 4.0 / 3.0 * math.pi * a * b * c * 1e-3

    def activity_bq(
        self, time_s: ArrayLike, *, administered_bq: float, half_life_s: float
    ) -> NDArray[np.float64]:
        """Return the activity at times since the administration; eq. I16. [Bq]."""
        time = np.asarray(time_s, dtype=np.float64)
        clears, takes, decays = self._rates_per_s(half_life_s)
        share = np.exp(-clears * time) - np.exp(-takes * time)
        activity: NDArray[np.float64] = (
            administered_bq * self.uptake_fraction * share * np.exp(-decays * time)
        )
        return activity

    def time_integrated_activity_bq_s(self, *, administered_bq: float, half_life_s: float) -> float:
        """Return the integral of the activity to the end of time, in closed form. [Bq s]."""
        clears, takes, decays = self._rates_per_s(half_life_s)
        each = 1.0 / (clears + decays) - 1.0 / (takes + decays)
        return administered_bq * self.uptake_fraction * each

    def _rates_per_s(self, half_life_s: float) -> tuple[float, float, float]:
        half_times = (self.clearance_half_time_s, self.uptake_half_time_s, half_life_s)
        clears, takes, decays = (math.log(2.0) / t for t in half_times)
        return clears, takes, decays

    def contours(
        self, grid: Grid, *, shift_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    ) -> Contours:
        """Return what is drawn of it on the slices of a grid along the patient's axes; eq. I15.

        Parameters
        ----------
        grid
            Its axes must be those of the patient.
        shift_mm
            How far the patient lies from where the solid says. [mm]

        Raises
        ------
        InvalidValueError
            If the grid is turned, or sees nothing of it.
        """
        if np.abs(grid.axes - np.eye(3)).max() > 1e-9:
            msg = "a synthetic patient is drawn on grids along the patient's axes alone"
            raise InvalidValueError(msg)
        x, y, z = (c + s for c, s in zip(self.centre_mm, shift_mm, strict=True))
        a, b, c = self.half_axes_mm
        edges = np.clip((grid.slice_edges_mm + grid.origin_mm[2] - z) / c, -1.0, 1.0)
        area = np.diff(edges - edges**3 / 3.0) * c / np.diff(grid.slice_edges_mm)
        angle = np.linspace(0.0, 2.0 * np.pi, CORNERS, endpoint=False)
        polygon = 0.5 * CORNERS * math.sin(2.0 * math.pi / CORNERS) / math.pi
        loops = []
        for k in np.flatnonzero(area > LEAST_SHARE):
            size = math.sqrt(area[k] / polygon)
            height = np.full(CORNERS, grid.origin_mm[2] + grid.slice_offsets_mm[k])
            ring = [x + a * size * np.cos(angle), y + b * size * np.sin(angle), height]
            loops.append(np.stack(ring, axis=1))
        if not loops:
            msg = f"the grid sees nothing of {self.name!r}"
            raise InvalidValueError(msg)
        return Contours(self.name, tuple(loops))


HOUR_S = 3600.0
_Three = tuple[float, float, float]
_SIZES_AND_UPTAKE: tuple[tuple[str, str, _Three, _Three, _Three], ...] = (
    ("liver", "organ", (-60.0, 0.0, 30.0), (65.0, 60.0, 60.0), (0.06, 1.0, 90.0)),
    ("spleen", "organ", (85.0, 25.0, 40.0), (22.0, 30.0, 38.0), (0.035, 0.8, 80.0)),
    ("left kidney", "organ", (60.0, 45.0, -50.0), (24.0, 22.0, 42.0), (0.02, 0.5, 60.0)),
    ("right kidney", "organ", (-60.0, 45.0, -75.0), (24.0, 22.0, 42.0), (0.02, 0.5, 60.0)),
    ("lesion 1", "lesion", (0.0, -20.0, -60.0), (20.0, 20.0, 20.0), (0.012, 3.0, 160.0)),
    ("lesion 2", "lesion", (30.0, 20.0, 75.0), (13.0, 13.0, 16.0), (0.004, 3.0, 120.0)),
)
PATIENT = tuple(
    Solid(name, kind, centre, half_axes, f, takes * HOUR_S, clears * HOUR_S)
    for name, kind, centre, half_axes, (f, takes, clears) in _SIZES_AND_UPTAKE
)
"""Six regions of plausible sizes and kinetics of 177Lu-DOTATATE; nobody's figures."""
TRUNK = Solid(
    "trunk", "organ", (0.0, 0.0, 0.0), (145.0, 100.0, 1e5), 0.10, 0.1 * HOUR_S, 20.0 * HOUR_S
)
"""Everything else, as a cylinder: an ellipsoid of endless height."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A synthetic patient on a grid at one time.

    Attributes
    ----------
    concentration
        [Bq/mL]
    regions
        Shares of voxels, solid by solid.
    inside
        Share of each voxel that is inside of the trunk. (grid shape)
    """

    concentration: Image
    regions: tuple[VoxelRegion, ...]
    inside: NDArray[np.float32]


def drawn_patient(
    grid: Grid,
    *,
    solids: Sequence[Solid] = PATIENT,
    time_s: float,
    administered_bq: float,
    half_life_s: float,
    shift_mm: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> Drawn:
    """Return the exact activity concentration of a synthetic patient.

    Parameters
    ----------
    grid
        Along the patient's axes.
    solids
        Organs and lesions; none may overlap.
    time_s
        Since the administration. [s]
    administered_bq, half_life_s
        [Bq], [s]
    shift_mm
        How far the patient lies from where the solids say. [mm]

    Raises
    ------
    InvalidValueError
        If solids overlap or leave the trunk.
    """
    inside = np.zeros(grid.shape, dtype=np.float32)
    trunk = voxel_fractions(TRUNK.contours(grid, shift_mm=shift_mm), grid=grid)
    inside[trunk.box] = trunk.fractions
    rest = inside.astype(np.float64)
    values = np.zeros(grid.shape)
    regions = []
    for solid in solids:
        region = voxel_fractions(solid.contours(grid, shift_mm=shift_mm), grid=grid)
        activity_bq = float(
            solid.activity_bq(time_s, administered_bq=administered_bq, half_life_s=half_life_s)
        )
        values[region.box] += activity_bq / solid.volume_ml * region.fractions
        rest[region.box] -= region.fractions
        regions.append(region)
    if rest.min() < -1e-4:
        msg = "solids of the synthetic patient overlap, or lie outside of the trunk"
        raise InvalidValueError(msg)
    left_bq = float(
        TRUNK.activity_bq(time_s, administered_bq=administered_bq, half_life_s=half_life_s)
    )
    volume_ml = float(rest.sum(axis=(1, 2)) @ grid.voxel_volume_ml)
    values += left_bq / volume_ml * np.maximum(rest, 0.0)
    return Drawn(Image(grid, values.astype(np.float32)), tuple(regions), inside)
