"""Dose kernels: around a point, and of voxels."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.dose.absorption import RADIATION_TYPES
from alphatwin.errors import InvalidValueError
from alphatwin.report.transport_value import KernelReport

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from alphatwin.dose.transport.kernels import PointKernel, VoxelKernel
    from alphatwin.nuclides import DecayDataName

    Progress = Callable[[int, int], None]

SHELLS: Final = 100


def kernel_report(
    nuclide: str,
    *,
    spacing_mm: Sequence[float] | None = None,
    radius_mm: float | None = None,
    voxels_per_side: int = 21,
    material: str = "water",
    chain: bool = False,
    histories: int = 500_000,
    seed: int = 1,
    decay_data: DecayDataName = "icrp107",
    output: str | Path | None = None,
    progress: Progress | None = None,
) -> KernelReport:
    """Return a voxel kernel (with ``spacing_mm``) or a point kernel (with ``radius_mm``).

    Parameters
    ----------
    nuclide, chain, decay_data
        What decays.
    spacing_mm
        Edges of a voxel; one number stands for three. (1,) or (3,) [mm]
    radius_mm
        Outer radius of a point kernel, of 100 shells. [mm]
    voxels_per_side
        Odd number of voxels along each axis.
    material
        Name of the medium.
    histories, seed, progress
        As in :func:`alphatwin.dose.transport.transport`.
    output
        ``.csv`` or ``.npz`` file to write, with a ``.toml`` beside it; ``None``: nothing.

    Raises
    ------
    AlphaTwinError
        If neither or both of ``spacing_mm`` and ``radius_mm`` are given, or a value is refused.
    """
    from alphatwin.dose.transport import material as named
    from alphatwin.dose.transport.kernels import point_kernel, voxel_kernel
    from alphatwin.files.kernel_files import check_kernel_path, write_kernel

    if (spacing_mm is None) == (radius_mm is None):
        msg = "give either the edges of a voxel (voxel kernel) or a radius (point kernel)"
        raise InvalidValueError(msg)
    if output is not None:
        check_kernel_path(output)
    kernel: PointKernel | VoxelKernel
    if spacing_mm is not None:
        edges = tuple(spacing_mm) * (3 if len(tuple(spacing_mm)) == 1 else 1)
        kernel = voxel_kernel(
            nuclide,
            material=named(material),
            spacing_mm=edges,
            voxels_per_side=voxels_per_side,
            chain=chain,
            histories=histories,
            seed=seed,
            decay_data=decay_data,
            progress=progress,
        )
        report = _voxel_report(kernel, seed=seed, decay_data=decay_data)
    else:
        if not 0.0 < float(radius_mm or 0.0) <= 1000.0:
            msg = f"the radius must lie above 0 and up to 1000 mm, got {radius_mm}"
            raise InvalidValueError(msg)
        kernel = point_kernel(
            nuclide,
            material=named(material),
            radii_cm=np.linspace(0.0, 0.1 * float(radius_mm or 0.0), SHELLS + 1)[1:].tolist(),
            chain=chain,
            histories=histories,
            seed=seed,
            decay_data=decay_data,
            progress=progress,
        )
        report = _point_report(kernel, seed=seed, decay_data=decay_data)
    files = () if output is None else write_kernel(output, kernel, seed=seed)
    return _with_files(report, files)


def _with_files(report: KernelReport, files: tuple[str, ...]) -> KernelReport:
    return dataclasses.replace(report, files=files)


def _point_report(kernel: PointKernel, *, seed: int, decay_data: str) -> KernelReport:
    emitted = kernel.emitted_mev
    held = kernel.energy_mev.sum(axis=0)
    scale = kernel.dose_gy_per_bq_s / np.where(kernel.energy_mev > 0.0, kernel.energy_mev, 1.0)
    x90: dict[str, float | None] = {}
    for column, name in enumerate(RADIATION_TYPES):
        if emitted[column] > 0.0:
            enough = held[column] >= 0.9 * emitted[column]
            radius = kernel.radius_holding_cm(0.9, radiation=name) if enough else None
            x90[name] = None if radius is None else 10.0 * radius
    return KernelReport(
        schema=1,
        kind="kernel",
        nuclide=kernel.parent,
        is_chain=kernel.is_chain,
        decay_data=decay_data,
        shape="point",
        material=kernel.material,
        density_g_per_cm3=kernel.density_g_per_cm3,
        radii_mm=tuple((10.0 * kernel.radii_cm).tolist()),
        spacing_mm=(),
        voxels_per_side=None,
        dose_gy_per_bq_s=_by_radiation(kernel.dose_gy_per_bq_s.T),
        standard_error_gy_per_bq_s=_by_radiation((kernel.sd_mev * scale).T),
        energy_held_fraction={
            name: float(held[c] / emitted[c])
            for c, name in enumerate(RADIATION_TYPES)
            if emitted[c] > 0.0
        },
        x90_mm=x90,
        histories=kernel.histories,
        seed=seed,
        is_complete=kernel.is_complete,
        files=(),
        assumptions=(
            "alphas go straight by their ranges in water of the medium's density; recoils stay",
            "doses are means over a shell",
        ),
    )


def _voxel_report(kernel: VoxelKernel, *, seed: int, decay_data: str) -> KernelReport:
    side = kernel.dose_gy_per_bq_s.shape[1]
    middle = side // 2
    along = (slice(None), slice(middle, None), middle, middle)
    mass_kg = float(np.prod(kernel.spacing_mm)) * 1e-6 * kernel.density_g_per_cm3
    joule = kernel.dose_gy_per_bq_s.sum(axis=(1, 2, 3)) * mass_kg
    emitted = _emitted_j(kernel, decay_data=decay_data)
    return KernelReport(
        schema=1,
        kind="kernel",
        nuclide=kernel.parent,
        is_chain=kernel.is_chain,
        decay_data=decay_data,
        shape="voxel",
        material=kernel.material,
        density_g_per_cm3=kernel.density_g_per_cm3,
        radii_mm=(),
        spacing_mm=tuple(kernel.spacing_mm.tolist()),
        voxels_per_side=side,
        dose_gy_per_bq_s=_by_radiation(kernel.dose_gy_per_bq_s[along]),
        standard_error_gy_per_bq_s=_by_radiation(kernel.sd_gy_per_bq_s[along]),
        energy_held_fraction={
            name: float(joule[c] / emitted[c])
            for c, name in enumerate(RADIATION_TYPES)
            if emitted[c] > 0.0
        },
        x90_mm={},
        histories=kernel.histories,
        seed=seed,
        is_complete=kernel.is_complete,
        files=(),
        assumptions=(
            "decays are uniform in the central voxel; the eight octants are averaged",
            "alphas and recoils stay in the central voxel",
            "the medium goes on around the kernel, for up to 20 cm",
        ),
    )


def _emitted_j(kernel: VoxelKernel, *, decay_data: str) -> NDArray[np.float64]:
    from alphatwin.dose.mird import JOULE_PER_MEV
    from alphatwin.dose.transport.emission_source import emission_source

    emitted = emission_source(
        kernel.parent,
        chain=kernel.is_chain,
        decay_data="ensdf" if decay_data == "ensdf" else "icrp107",
    )
    energy_j = np.zeros(len(RADIATION_TYPES))
    for group, energy_mev in zip(emitted.groups, emitted.energy_per_decay_mev, strict=True):
        energy_j[RADIATION_TYPES.index(group.radiation_type)] += energy_mev * JOULE_PER_MEV
    return energy_j


def _by_radiation(values: NDArray[np.float64]) -> dict[str, tuple[float, ...]]:
    return {name: tuple(row.tolist()) for name, row in zip(RADIATION_TYPES, values, strict=True)}
