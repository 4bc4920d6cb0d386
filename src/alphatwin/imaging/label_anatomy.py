"""A synthetic patient from a label map: whole voxels with known kinetics, by region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.geometry import Grid, Image, resample_activity
from alphatwin.geometry.voxel_edges import contours_of_voxels
from alphatwin.imaging.anatomy import KnownRegion
from alphatwin.imaging.region_reading import cut_to_region

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.geometry import Contours, VoxelRegion
    from alphatwin.imaging.anatomy import Shift
    from alphatwin.imaging.known_kinetics import KnownKinetics

SPECT_MM = 4.4
AROUND_MM = 20.0
"""What the SPECT sees beyond the label map: patients move between scans."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelledRegion:
    """A region of a label map.

    Attributes
    ----------
    name, kind
        ``organ`` or ``lesion``.
    kinetics
        Of its activity.
    mask
        Its voxels. (grid shape)
    population_region
        Whose published kinetics are its own; empty for its name.
    """

    name: str
    kind: str
    kinetics: KnownKinetics
    mask: NDArray[np.bool_]
    population_region: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class LabelAnatomy:
    """A label map with known kinetics; the CT has its voxels, and moves with the patient.

    Attributes
    ----------
    grid
        Of the label map, along the patient's axes.
    labelled
        Regions, which share no voxel.
    rest
        Kinetics of the rest of the body; None if nothing is there.
    body
        All voxels of the body, regions included. (grid shape)
    """

    grid: Grid
    labelled: tuple[LabelledRegion, ...]
    rest: KnownKinetics | None
    body: NDArray[np.bool_]

    def __post_init__(self) -> None:
        taken = np.zeros(self.grid.shape, dtype=np.bool_)
        for region in self.labelled:
            if region.mask.shape != self.grid.shape or not region.mask.any():
                msg = f"region {region.name!r} of the label map has no voxel"
                raise InvalidValueError(msg)
            if np.any(taken & region.mask):
                msg = f"region {region.name!r} of the label map overlaps another one"
                raise InvalidValueError(msg)
            taken |= region.mask
        if np.any(taken & ~self.body):
            msg = "regions of the label map must lie within the body"
            raise InvalidValueError(msg)

    @property
    def regions(self) -> tuple[KnownRegion, ...]:
        """What is drawn and known."""
        voxel_ml = self.grid.voxel_volume_ml
        return tuple(
            KnownRegion(
                r.name,
                r.kind,
                float(r.mask.sum(axis=(1, 2)) @ voxel_ml),
                r.kinetics,
                r.population_region,
            )
            for r in self.labelled
        )

    @property
    def spect(self) -> Grid:
        """Grid of the SPECT: the box of the label map, and somewhat more."""
        n_z, n_y, n_x = self.grid.shape
        steps = np.array([*self.grid.spacing_mm, self.grid.slice_spacing_mm])
        low = self.grid.origin_mm - 0.5 * steps - AROUND_MM
        size = steps * np.array([n_x, n_y, n_z]) + 2.0 * AROUND_MM
        n = np.ceil(size / SPECT_MM).astype(int)
        return Grid.regular(
            shape=(int(n[2]), int(n[1]), int(n[0])),
            origin_mm=low + 0.5 * SPECT_MM,
            spacing_mm=[SPECT_MM] * 3,
        )

    def ct(self, shift_mm: Shift) -> Grid:
        """Return the grid of the label map, moved with the patient. [mm]."""
        steps = [*self.grid.spacing_mm, self.grid.slice_spacing_mm]
        return Grid.regular(
            shape=self.grid.shape,
            origin_mm=self.grid.origin_mm + np.array(shift_mm),
            spacing_mm=steps,
        )

    def drawn_on(
        self, grid: Grid, *, shift_mm: Shift
    ) -> tuple[tuple[VoxelRegion, ...], NDArray[np.float32]]:
        """Return exact shares of the voxels of a grid, the patient moved by a shift. [mm]."""
        moved = self.ct(shift_mm)
        found = tuple(
            cut_to_region(r.name, _shares(r.mask, moved, grid), grid=grid) for r in self.labelled
        )
        return found, _shares(self.body, moved, grid)

    def contours(self, grid: Grid, *, shift_mm: Shift) -> tuple[Contours, ...]:
        """Return the edges of the voxels of each region, on the grid of the CT. [mm]."""
        if not grid.same_as(self.ct(shift_mm)):
            msg = "a label map is drawn on its own voxels alone"
            raise InvalidValueError(msg)
        return tuple(contours_of_voxels(r.name, mask=r.mask, grid=grid) for r in self.labelled)


def _shares(mask: NDArray[np.bool_], of: Grid, grid: Grid) -> NDArray[np.float32]:
    if grid.same_as(of):
        return mask.astype(np.float32)
    moved = resample_activity(Image(of, mask.astype(np.float32)), grid=grid)
    return np.clip(moved.image.values, 0.0, 1.0)
