"""What a synthetic patient is made of, whatever it is drawn from: solids, or a label map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.geometry import Image

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from alphatwin.geometry import Contours, Grid, VoxelRegion
    from alphatwin.imaging.known_kinetics import KnownKinetics

Shift = tuple[float, float, float]
OVERLAP = 1e-4
"""Share of a voxel that regions may claim twice: round-off of exact areas."""


@dataclass(frozen=True, slots=True)
class KnownRegion:
    """A region of which everything is known.

    Attributes
    ----------
    name, kind
        ``organ`` or ``lesion``.
    volume_ml
        Exact. [mL]
    kinetics
        Of its activity.
    population_region
        Whose published kinetics are its own; empty for its name.
    """

    name: str
    kind: str
    volume_ml: float
    kinetics: KnownKinetics
    population_region: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A synthetic patient on a grid at one time.

    Attributes
    ----------
    concentration
        [Bq/mL]
    regions
        Shares of voxels, region by region.
    inside
        Share of each voxel that is inside of the body. (grid shape)
    """

    concentration: Image
    regions: tuple[VoxelRegion, ...]
    inside: NDArray[np.float32]


class Anatomy(Protocol):
    """Regions with kinetics, and how they lie on grids."""

    @property
    def regions(self) -> tuple[KnownRegion, ...]:
        """What is drawn and known."""

    @property
    def rest(self) -> KnownKinetics | None:
        """Kinetics of everything else in the body; None if nothing is there."""

    @property
    def spect(self) -> Grid:
        """Grid of the SPECT, which stays as it is."""

    def ct(self, shift_mm: Shift) -> Grid:
        """Return the grid of the CT of a patient who lies so far from the start. [mm]."""

    def drawn_on(
        self, grid: Grid, *, shift_mm: Shift
    ) -> tuple[tuple[VoxelRegion, ...], NDArray[np.float32]]:
        """Return the regions and the inside of the body on a grid, moved by a shift. [mm]."""

    def contours(self, grid: Grid, *, shift_mm: Shift) -> tuple[Contours, ...]:
        """Return what is drawn on the slices of a CT, moved by a shift. [mm]."""


def drawn_at(
    anatomy: Anatomy,
    *,
    time_s: float,
    administered_bq: float,
    half_life_s: float,
    shift_mm: Shift = (0.0, 0.0, 0.0),
) -> Drawn:
    """Return the exact activity concentration of a synthetic patient on the grid of the SPECT.

    Parameters
    ----------
    anatomy
        The patient.
    time_s
        Since the administration. [s]
    administered_bq, half_life_s
        [Bq], [s]
    shift_mm
        How far the patient lies from the start. [mm]

    Raises
    ------
    InvalidValueError
        If regions overlap or leave the body.
    """
    regions, inside = anatomy.drawn_on(anatomy.spect, shift_mm=shift_mm)
    given = {"administered_bq": administered_bq, "half_life_s": half_life_s}
    activities = [float(r.kinetics.activity_bq(time_s, **given)) for r in anatomy.regions]
    rest_bq = 0.0 if anatomy.rest is None else float(anatomy.rest.activity_bq(time_s, **given))
    values = concentration(
        anatomy.spect,
        regions,
        inside,
        activities_bq=activities,
        volumes_ml=[r.volume_ml for r in anatomy.regions],
        rest_bq=rest_bq,
    )
    return Drawn(Image(anatomy.spect, values.astype(np.float32)), regions, inside)


def concentration(
    grid: Grid,
    regions: Sequence[VoxelRegion],
    inside: NDArray[np.float32],
    *,
    activities_bq: Sequence[float],
    volumes_ml: Sequence[float],
    rest_bq: float,
) -> NDArray[np.float64]:
    """Return the concentration of even regions, the rest spread over what they leave. [Bq/mL].

    Parameters
    ----------
    grid
        Grid of the regions.
    regions, inside
        Shares of voxels; the inside of the body holds all regions.
    activities_bq, volumes_ml
        Region by region. [Bq], [mL]
    rest_bq
        In all that is no region. [Bq]
    """
    rest = inside.astype(np.float64)
    values = np.zeros(grid.shape)
    for region, activity_bq, volume_ml in zip(regions, activities_bq, volumes_ml, strict=True):
        values[region.box] += activity_bq / volume_ml * region.fractions
        rest[region.box] -= region.fractions
    if rest.min() < -OVERLAP:
        msg = "regions of the synthetic patient overlap, or lie outside of the body"
        raise InvalidValueError(msg)
    volume_ml = float(rest.sum(axis=(1, 2)) @ grid.voxel_volume_ml)
    if rest_bq > 0.0 and volume_ml > 0.0:
        values += rest_bq / volume_ml * np.maximum(rest, 0.0)
    return values
