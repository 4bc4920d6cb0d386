r"""Dose kernels of any nuclide or chain in any material, by radiation type.

A *point kernel* is the energy that shells around a point absorb per decay at it; a *voxel kernel*
is the dose of each voxel of a uniform medium per decay in the central one. With a voxel kernel *K*
the dose of a map of decays is the sum (docs/theory-transport-sources.md, eq. R7)

.. math:: D_i = \sum_j K_{i-j}\, \tilde A_j ,

exact where the medium is uniform for as far as the kernel reaches. Alphas slow down along straight
tracks by their ranges in water of the same density, in a point kernel in closed form, in a voxel
kernel track by track (:mod:`alphatwin.dose.transport.alpha_tracks`); recoils stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.dose.absorption import RADIATION_TYPES
from alphatwin.dose.mird import JOULE_PER_MEV
from alphatwin.dose.transport.emission_source import emission_source
from alphatwin.dose.transport.s_values import dose_per_decay
from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

    from alphatwin.dose.transport.emission_source import EmissionSource
    from alphatwin.dose.transport.materials import Material
    from alphatwin.nuclides import DecayDataName

    Floats = NDArray[np.float64]

MARGIN_CM: Final = 20.0
"""How far the medium goes beyond the kernel, for photons scattered back. [cm]"""
MOST_VOXELS_PER_SIDE: Final = 160
"""Largest side of the grid that is followed, margin included."""
MOST_SHELLS: Final = 500


@dataclass(frozen=True, slots=True, eq=False)
class PointKernel:
    """Energy absorbed in shells around a point, per decay.

    Attributes
    ----------
    parent, is_chain
        The nuclide whose decays count, and whether its daughters decay with it.
    material
        Name of the medium.
    density_g_per_cm3
        Its density. [g/cm3]
    radii_cm
        (n_shells,) outer radius of each shell. [cm]
    energy_mev
        (n_shells, n_radiation_types) energy absorbed per decay, by radiation type as
        :data:`alphatwin.dose.RADIATION_TYPES`. [MeV]
    sd_mev
        Standard errors. [MeV]
    emitted_mev
        (n_radiation_types,) energy emitted per decay. [MeV]
    histories
        Particles that were followed.
    is_complete
        Whether all were.
    """

    parent: str
    is_chain: bool
    material: str
    density_g_per_cm3: float
    radii_cm: Floats
    energy_mev: Floats
    sd_mev: Floats
    emitted_mev: Floats
    histories: int
    is_complete: bool

    @property
    def masses_kg(self) -> Floats:
        """(n_shells,) masses of the shells in kg."""
        cubes = np.diff(np.concatenate([[0.0], self.radii_cm]) ** 3)
        return np.asarray(4.0 / 3.0 * np.pi * cubes * self.density_g_per_cm3 * 1e-3)

    @property
    def dose_gy_per_bq_s(self) -> Floats:
        """(n_shells, n_radiation_types) mean dose of each shell per decay in Gy/(Bq s)."""
        return np.asarray(self.energy_mev * JOULE_PER_MEV / self.masses_kg[:, np.newaxis])

    def radius_holding_cm(self, share: float, *, radiation: str) -> float:
        """Return the radius that holds a share of the energy emitted in one radiation type.

        Parameters
        ----------
        share
            Share of the emitted energy; 0.9 gives x90.
        radiation
            One of :data:`alphatwin.dose.RADIATION_TYPES`.

        Returns
        -------
        float
            Radius. [cm]

        Raises
        ------
        InvalidValueError
            If that radiation is not emitted, or the kernel holds less of it.
        """
        column = RADIATION_TYPES.index(radiation)
        held = np.concatenate([[0.0], np.cumsum(self.energy_mev[:, column])])
        wanted = share * float(self.emitted_mev[column])
        if not 0.0 < wanted <= held[-1]:
            msg = (
                f"share must lie above 0 and up to {held[-1] / max(wanted / share, 1e-99):.3f}, "
                f"which the kernel holds of the {radiation} energy of {self.parent}, got {share}"
            )
            raise InvalidValueError(msg)
        return float(np.interp(wanted, held, np.concatenate([[0.0], self.radii_cm])))


@dataclass(frozen=True, slots=True, eq=False)
class VoxelKernel:
    """Dose of voxels around one in which decays are uniform, per decay.

    Attributes
    ----------
    parent, is_chain, material, density_g_per_cm3, histories, is_complete
        As in :class:`PointKernel`. [g/cm3]
    spacing_mm
        (3,) edges of a voxel. [mm]
    dose_gy_per_bq_s
        (n_radiation_types, n_x, n_y, n_z) dose, with the source in the middle; each n is odd.
        [Gy/(Bq s)]
    sd_gy_per_bq_s
        Standard errors. [Gy/(Bq s)]
    """

    parent: str
    is_chain: bool
    material: str
    density_g_per_cm3: float
    spacing_mm: Floats
    dose_gy_per_bq_s: Floats
    sd_gy_per_bq_s: Floats
    histories: int
    is_complete: bool

    @property
    def total_gy_per_bq_s(self) -> Floats:
        """(n_x, n_y, n_z) dose of all radiation types in Gy/(Bq s)."""
        return np.asarray(self.dose_gy_per_bq_s.sum(axis=0))

    def convolved_gy(self, decays: ArrayLike) -> Floats:
        """Return the dose of a map of decays in a uniform medium of the kernel's voxels.

        Parameters
        ----------
        decays
            (n_x, n_y, n_z) decays of the parent in each voxel. [Bq s]

        Returns
        -------
        (n_radiation_types, n_x, n_y, n_z) ndarray
            Absorbed dose; outside of the map there are no decays. [Gy]
        """
        from scipy.signal import fftconvolve

        source = np.asarray(decays, dtype=np.float64)
        if source.ndim != 3 or not (np.isfinite(source) & (source >= 0.0)).all():
            msg = (
                "decays must have shape (n_x, n_y, n_z) and be finite and >= 0, got shape "
                f"{source.shape}"
            )
            raise InvalidValueError(msg)
        found = [fftconvolve(source, part, mode="same") for part in self.dose_gy_per_bq_s]
        return np.asarray(np.maximum(np.array(found), 0.0))


def point_kernel(
    nuclide: str,
    *,
    material: Material,
    radii_cm: Sequence[float],
    chain: bool = False,
    histories: int = 200_000,
    seed: int = 1,
    decay_data: DecayDataName = "icrp107",
    progress: Callable[[int, int], None] | None = None,
) -> PointKernel:
    """Return the point kernel of a nuclide or a chain.

    Parameters
    ----------
    nuclide, chain, decay_data
        What decays at the point.
    material
        The medium.
    radii_cm
        Outer radii of the shells, ascending. [cm]
    histories, seed, progress
        As in :func:`alphatwin.dose.transport.transport`.

    Raises
    ------
    InvalidValueError
        If radii do not ascend or are too many.
    """
    from alphatwin.dose.transport.geometry import Spheres
    from alphatwin.dose.transport.source import Point

    radii = np.asarray(radii_cm, dtype=np.float64)
    if not 1 <= radii.size <= MOST_SHELLS or not (np.diff(radii, prepend=0.0) > 0.0).all():
        msg = f"radii_cm must be 1 to {MOST_SHELLS} radii > 0 that ascend, got {radii.size} of them"
        raise InvalidValueError(msg)
    emitted = emission_source(nuclide, chain=chain, decay_data=decay_data)
    outer = float(radii[-1]) + MARGIN_CM
    geometry = Spheres((*radii.tolist(), outer), (material,) * (radii.size + 1))
    found = dose_per_decay(
        geometry,
        Point(),
        emitted=emitted,
        local_share=np.eye(1, radii.size + 1)[0],
        histories=histories,
        seed=seed,
        progress=progress,
    )
    joule = geometry.masses_g[:-1] * 1e-3 / JOULE_PER_MEV
    energy = found.dose_gy_per_bq_s[:, :-1] * joule
    for number, group in enumerate(emitted.groups):
        if group.radiation == "alpha":
            energy[number] = _alpha_shells_mev(
                emitted, number, radii, density_g_per_cm3=material.density_g_per_cm3
            )
    column = _columns(emitted)
    return PointKernel(
        parent=emitted.parent,
        is_chain=chain,
        material=material.name,
        density_g_per_cm3=material.density_g_per_cm3,
        radii_cm=radii,
        energy_mev=(column.T @ energy).T,
        sd_mev=np.sqrt(column.T @ (found.standard_error_gy_per_bq_s[:, :-1] * joule) ** 2).T,
        emitted_mev=column.T @ emitted.energy_per_decay_mev,
        histories=found.histories,
        is_complete=found.is_complete,
    )


def voxel_kernel(
    nuclide: str,
    *,
    material: Material,
    spacing_mm: Sequence[float],
    voxels_per_side: int = 21,
    chain: bool = False,
    histories: int = 1_000_000,
    seed: int = 1,
    decay_data: DecayDataName = "icrp107",
    progress: Callable[[int, int], None] | None = None,
) -> VoxelKernel:
    """Return the voxel kernel of a nuclide or a chain.

    The eight octants are averaged, which is exact by symmetry.

    Parameters
    ----------
    nuclide, chain, decay_data, material, histories, seed, progress
        As in :func:`point_kernel`.
    spacing_mm
        Edges of a voxel. (3,) [mm]
    voxels_per_side
        Odd number of voxels along each axis.

    Raises
    ------
    InvalidValueError
        If the number of voxels is even, too large or below 1, or an edge is not positive.
    """
    from alphatwin.dose.transport.geometry import Voxels
    from alphatwin.dose.transport.source import VoxelMap

    edges = np.asarray(spacing_mm, dtype=np.float64)
    _check_grid(edges, voxels_per_side)
    margin = [_margin(float(e), voxels_per_side) for e in edges]
    shape = tuple(voxels_per_side + 2 * m for m in margin)
    inner = tuple(slice(m, m + voxels_per_side) for m in margin)
    regions = np.full(shape, voxels_per_side**3, dtype=np.int32)
    regions[inner] = np.arange(voxels_per_side**3).reshape((voxels_per_side,) * 3)
    source = np.zeros(shape)
    source[tuple(n // 2 for n in shape)] = 1.0
    emitted = emission_source(nuclide, chain=chain, decay_data=decay_data)
    local = np.zeros(voxels_per_side**3 + 1)
    local[voxels_per_side**3 // 2] = 1.0
    found = dose_per_decay(
        Voxels(
            materials=(material,),
            material_index=np.zeros(shape, dtype=np.uint8),
            density_g_per_cm3=np.full(shape, material.density_g_per_cm3),
            spacing_cm=(0.1 * float(edges[0]), 0.1 * float(edges[1]), 0.1 * float(edges[2])),
            regions=regions,
        ),
        VoxelMap(source),
        emitted=emitted,
        local_share=local,
        histories=histories,
        seed=seed,
        progress=progress,
    )
    column = _columns(emitted)
    side = (voxels_per_side,) * 3
    dose = (column.T @ found.dose_gy_per_bq_s[:, :-1]).reshape(-1, *side)
    variance = (column.T @ found.standard_error_gy_per_bq_s[:, :-1] ** 2).reshape(-1, *side)
    return VoxelKernel(
        parent=emitted.parent,
        is_chain=chain,
        material=material.name,
        density_g_per_cm3=material.density_g_per_cm3,
        spacing_mm=edges,
        dose_gy_per_bq_s=_mirrored(dose),
        sd_gy_per_bq_s=np.sqrt(_mirrored(variance) / 8.0),
        histories=found.histories,
        is_complete=found.is_complete,
    )


def _mirrored(values: Floats) -> Floats:
    """Return the mean over the mirror images of the three axes behind the first."""
    for axis in (1, 2, 3):
        values = 0.5 * (values + np.flip(values, axis=axis))
    return values


def _columns(emitted: EmissionSource) -> Floats:
    """Return (n_groups, n_radiation_types) ones where a group is of a type."""
    table = np.zeros((len(emitted.groups), len(RADIATION_TYPES)))
    for row, group in enumerate(emitted.groups):
        table[row, RADIATION_TYPES.index(group.radiation_type)] = 1.0
    return table


def _alpha_shells_mev(
    emitted: EmissionSource, number: int, radii: Floats, *, density_g_per_cm3: float
) -> Floats:
    """Return the energy that alphas of a group leave in each shell per decay. [MeV]."""
    from alphatwin.nuclides import alpha_residual_energy_mev

    kept = emitted.group == number
    energy, amount = emitted.low_mev[kept], emitted.yield_per_decay[kept]
    left = alpha_residual_energy_mev(
        energy[:, np.newaxis], 1e4 * radii[np.newaxis, :], density_g_per_cm3=density_g_per_cm3
    )
    before = np.column_stack([energy, left[:, :-1]])
    return np.asarray(amount @ (before - left))


def _check_grid(edges: Floats, voxels_per_side: int) -> None:
    if edges.shape != (3,) or not (np.isfinite(edges) & (edges > 0.0)).all():
        msg = f"spacing_mm must be three finite numbers > 0, got {edges.tolist()}"
        raise InvalidValueError(msg)
    if voxels_per_side % 2 == 0 or not 1 <= voxels_per_side <= MOST_VOXELS_PER_SIDE:
        msg = (
            f"voxels_per_side must be odd, so that one is in the middle, and at most "
            f"{MOST_VOXELS_PER_SIDE - 1}, got {voxels_per_side}"
        )
        raise InvalidValueError(msg)


def _margin(edge_mm: float, voxels_per_side: int) -> int:
    wanted = int(np.ceil(10.0 * MARGIN_CM / edge_mm))
    return max(min(wanted, (MOST_VOXELS_PER_SIDE - voxels_per_side) // 2), 0)
