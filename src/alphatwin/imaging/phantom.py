r"""A synthetic patient of simple solids, whose every volume and activity is known exactly.

Organs and lesions are ellipsoids within an elliptical trunk. What is drawn in a slice is the
ellipse whose area is the mean over the thickness of the slice of the area that the ellipsoid cuts,

.. math:: \bar S_k = \frac{\pi a b}{d_k} \int_{z_k}^{z_{k+1}} \max(0, 1 - z^2/c^2)\,dz,

so that the drawn volume is :math:`\frac{4}{3}\pi a b c` exactly (eq. I15).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.geometry import Contours, Grid, voxel_fractions
from alphatwin.imaging.anatomy import KnownRegion
from alphatwin.imaging.known_kinetics import KnownKinetics

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.geometry import VoxelRegion
    from alphatwin.imaging.anatomy import Shift

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
        if min(self.half_axes_mm) <= 0.0:
            msg = f"solid {self.name!r} must have half axes > 0, got {self.half_axes_mm}"
            raise InvalidValueError(msg)
        _ = self.kinetics  # refuses what has no meaning

    @property
    def volume_ml(self) -> float:
        """Volume. [mL]."""
        a, b, c = self.half_axes_mm
        return 4.0 / 3.0 * math.pi * a * b * c * 1e-3

    @property
    def kinetics(self) -> KnownKinetics:
        """Kinetics of its activity."""
        return KnownKinetics(
            self.uptake_fraction, self.uptake_half_time_s, self.clearance_half_time_s
        )

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


POPULATION = {"left kidney": "kidneys", "right kidney": "kidneys"}
SPECT = Grid.regular(shape=(60, 52, 76), origin_mm=[-165, -112.2, -129.8], spacing_mm=[4.4] * 3)
CT = Grid.regular(
    shape=(60, 104, 152), origin_mm=[-166.1, -113.3, -129.8], spacing_mm=[2.2, 2.2, 4.4]
)


@dataclass(frozen=True, slots=True)
class SolidAnatomy:
    """Ellipsoids in an elliptical trunk, on grids that stay as they are.

    Attributes
    ----------
    solids
        Organs and lesions; none may overlap.
    spect
        Grid of the SPECT, along the patient's axes.
    """

    solids: tuple[Solid, ...] = PATIENT
    spect: Grid = SPECT

    @property
    def regions(self) -> tuple[KnownRegion, ...]:
        """What is drawn and known."""
        return tuple(
            KnownRegion(s.name, s.kind, s.volume_ml, s.kinetics, POPULATION.get(s.name, ""))
            for s in self.solids
        )

    @property
    def rest(self) -> KnownKinetics:
        """Kinetics of the trunk."""
        return TRUNK.kinetics

    def ct(self, shift_mm: Shift) -> Grid:  # noqa: ARG002 - the table stays, the patient moves
        """Return the grid of the CT, which a shift leaves where it is. [mm]."""
        return CT

    def drawn_on(
        self, grid: Grid, *, shift_mm: Shift
    ) -> tuple[tuple[VoxelRegion, ...], NDArray[np.float32]]:
        """Return solids and the inside of the trunk on a grid, moved by a shift. [mm]."""
        inside = np.zeros(grid.shape, dtype=np.float32)
        trunk = voxel_fractions(TRUNK.contours(grid, shift_mm=shift_mm), grid=grid)
        inside[trunk.box] = trunk.fractions
        drawn = self.contours(grid, shift_mm=shift_mm)
        return tuple(voxel_fractions(c, grid=grid) for c in drawn), inside

    def contours(self, grid: Grid, *, shift_mm: Shift) -> tuple[Contours, ...]:
        """Return what is drawn on the slices of a grid, moved by a shift. [mm]."""
        return tuple(s.contours(grid, shift_mm=shift_mm) for s in self.solids)
