"""Writing kernels: a table (CSV) or arrays (NPZ), with a TOML beside it that says what they are."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.dose.absorption import RADIATION_TYPES
from alphatwin.dose.transport.kernels import PointKernel
from alphatwin.errors import OutputError
from alphatwin.files.atomic import write_bytes_atomically, write_text_atomically
from alphatwin.version import __version__

if TYPE_CHECKING:
    from alphatwin.dose.transport.kernels import VoxelKernel

ENDINGS: Final = (".csv", ".npz")


def check_kernel_path(path: str | Path) -> Path:
    """Return where a kernel is to be written, before the work is done.

    Raises
    ------
    OutputError
        If the ending is not known or the folder is missing.
    """
    place = Path(path)
    if place.suffix not in ENDINGS:
        msg = f"{place}: a kernel is written as {' or '.join(ENDINGS)}, got {place.suffix!r}"
        raise OutputError(msg)
    if not place.parent.is_dir():
        msg = f"{place}: the folder {place.parent} does not exist"
        raise OutputError(msg)
    return place


def write_kernel(
    path: str | Path, kernel: PointKernel | VoxelKernel, *, seed: int
) -> tuple[str, str]:
    """Write a kernel and its sidecar, each whole or not at all.

    Parameters
    ----------
    path
        ``.csv`` or ``.npz``; the sidecar has the same name and the ending ``.toml``.
    kernel
        The kernel. Doses are in Gy/(Bq s), lengths in mm.
    seed
        Seed with which it was made.

    Returns
    -------
    tuple of str
        Names of both files.

    Raises
    ------
    OutputError
        If they cannot be written.
    """
    place = check_kernel_path(path)
    beside = place.with_suffix(".toml")
    if place.suffix == ".csv":
        write_text_atomically(place, _csv(kernel))
    else:
        write_bytes_atomically(place, _npz(kernel))
    write_text_atomically(beside, _sidecar(kernel, seed=seed))
    return place.name, beside.name


def _csv(kernel: PointKernel | VoxelKernel) -> str:
    dose = [f"{r}_gy_per_bq_s" for r in RADIATION_TYPES]
    error = [f"{r}_standard_error_gy_per_bq_s" for r in RADIATION_TYPES]
    lines: list[str] = []
    if isinstance(kernel, PointKernel):
        lines.append(",".join(["inner_mm", "outer_mm", *dose, *error]))
        outer = 10.0 * kernel.radii_cm
        inner = np.concatenate([[0.0], outer[:-1]])
        sd = kernel.sd_mev * (
            kernel.dose_gy_per_bq_s / np.where(kernel.energy_mev, kernel.energy_mev, 1.0)
        )
        table = np.column_stack([inner, outer, kernel.dose_gy_per_bq_s, sd])
        lines += [",".join(f"{v:.7g}" for v in row) for row in table]
        return "\n".join(lines) + "\n"
    lines.append(",".join(["x_mm", "y_mm", "z_mm", *dose, *error]))
    side = kernel.dose_gy_per_bq_s.shape[1]
    steps = np.arange(side) - side // 2
    grid = np.stack(np.meshgrid(*(steps * s for s in kernel.spacing_mm), indexing="ij"), axis=-1)
    flat = [
        a.reshape(len(RADIATION_TYPES), -1).T
        for a in (kernel.dose_gy_per_bq_s, kernel.sd_gy_per_bq_s)
    ]
    table = np.column_stack([grid.reshape(-1, 3), *flat])
    lines += [",".join(f"{v:.6g}" for v in row) for row in table]
    return "\n".join(lines) + "\n"


def _npz(kernel: PointKernel | VoxelKernel) -> bytes:
    file = io.BytesIO()
    if isinstance(kernel, PointKernel):
        np.savez_compressed(
            file,
            radii_mm=10.0 * kernel.radii_cm,
            energy_mev=kernel.energy_mev,
            standard_error_mev=kernel.sd_mev,
            dose_gy_per_bq_s=kernel.dose_gy_per_bq_s,
        )
    else:
        np.savez_compressed(
            file,
            spacing_mm=kernel.spacing_mm,
            dose_gy_per_bq_s=kernel.dose_gy_per_bq_s,
            standard_error_gy_per_bq_s=kernel.sd_gy_per_bq_s,
        )
    return file.getvalue()


def _sidecar(kernel: PointKernel | VoxelKernel, *, seed: int) -> str:
    is_point = isinstance(kernel, PointKernel)
    rows = {
        "schema": 1,
        "kind": "point kernel" if is_point else "voxel kernel",
        "nuclide": kernel.parent,
        "is_chain": kernel.is_chain,
        "material": kernel.material,
        "density_g_per_cm3": kernel.density_g_per_cm3,
        "radiation_types": list(RADIATION_TYPES),
        "units": "dose in Gy per decay of the nuclide (Gy/(Bq s)); lengths in mm; energy in MeV",
        "axes": "shell, radiation" if is_point else "radiation, x, y, z; source in the middle",
        "histories": kernel.histories,
        "is_complete": kernel.is_complete,
        "seed": seed,
        "program": f"AlphaTwin {__version__}",
        "notice": "For research use only. AlphaTwin is not a medical device.",
    }
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in rows.items())
