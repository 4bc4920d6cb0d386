"""Volumes that state no physics, with a sidecar that does: NIfTI, NRRD, Interfile.

``scan.nii.gz`` (or ``scan.nrrd``, ``scan.h33``, ``scan.hv``) is read with ``scan.toml`` beside it,
which states what the volume cannot; without it the volume is refused::

    schema = 1
    unit = "Bq/mL"                 # or counts, HU, labels
    nuclide = "Lu-177"             # of Bq/mL and counts, as the next four
    time = "24 h"                  # from the injection to the start
    duration = "20 min"            # optional
    activity = "7.4 GBq"           # optional
    decay_corrected_to = "none"    # or start, administration
    frame_of = 1                   # series whose frame of reference it shares, as
                                   # `alphatwin scan` lists them; left out: its own
    axes = "LPS"                   # of Interfile: where columns, rows and slices grow

    [regions]                      # of labels: which voxels are which region
    kidneys = [3, 4]
    liver = 1
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from alphatwin import units
from alphatwin.dicom.read.interfile import read_interfile
from alphatwin.dicom.read.nifti import on_affine_grid, read_volume
from alphatwin.dicom.read.nrrd import read_nrrd
from alphatwin.errors import AlphaTwinError, ScanError
from alphatwin.imaging.region_reading import cut_to_region
from alphatwin.imaging.scan import DecayConvention, ScanSeries, Tracer, Units
from alphatwin.nuclides import canonical_name, nuclide

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from alphatwin.geometry import Image, VoxelRegion

NIFTI = (".nii", ".nii.gz")
NRRD = ".nrrd"
INTERFILE = (".h33", ".hv", ".hdr")
UNITS: Final[dict[str, Units]] = {
    "Bq/mL": "bq_per_ml", "counts": "counts", "HU": "hounsfield", "labels": "other",
}  # fmt: skip
KEYS: Final = {
    "schema", "unit", "nuclide", "time", "duration", "activity", "decay_corrected_to", "weight",
    "frame_of", "axes", "regions",
}  # fmt: skip
OF_ACTIVITY: Final = ("nuclide", "time", "decay_corrected_to")
CONVENTIONS: Final = ("none", "start", "administration")
AXES: Final = {
    "L": (1, 0, 0), "R": (-1, 0, 0), "P": (0, 1, 0), "A": (0, -1, 0), "S": (0, 0, 1),
    "I": (0, 0, -1),
}  # fmt: skip
"""Left, back and head are positive."""


@dataclass(frozen=True, slots=True, eq=False)
class VolumeScan:
    """A volume and what its sidecar states.

    Attributes
    ----------
    series
        As a value of the core.
    path, image
        File, and its values.
    frame_of
        Number of the series whose frame of reference it shares; None for a frame of its own.
    regions
        Of a label volume.
    """

    series: ScanSeries
    path: Path
    image: Image
    frame_of: int | None
    regions: tuple[VoxelRegion, ...]


def is_volume(path: Path) -> bool:
    """Whether a name is that of a volume that is read with a sidecar."""
    if path.name.endswith((*NIFTI, NRRD)):
        return True
    if path.suffix not in INTERFILE:
        return False
    with path.open("rb") as file:
        return b"INTERFILE" in file.read(200)


def sidecar_of(path: Path) -> Path:
    """Return where the sidecar of a volume lies."""
    stem = path.name.removesuffix(".gz").removesuffix(".nii")
    if not path.name.endswith(NIFTI):
        stem = path.stem
    return path.with_name(f"{stem}.toml")


def read_volume_scan(path: Path, *, number: int) -> VolumeScan:
    """Return a volume with its sidecar; module docstring.

    Parameters
    ----------
    path
        NIfTI, NRRD or header of Interfile.
    number
        Number of the series.

    Raises
    ------
    ScanError
        If the file is no whole volume, or its sidecar is missing or wrong.
    """
    name = f"volume {number}"
    stated = _sidecar(path, name)
    image = _image(path, stated, name)
    series = _series(stated, image, number)
    regions = _regions(stated, image, name) if stated["unit"] == "labels" else ()
    return VolumeScan(series, path, image, stated.get("frame_of"), regions)


def _image(path: Path, stated: dict[str, Any], name: str) -> Image:
    if path.name.endswith((*NIFTI, NRRD)) and "axes" in stated:
        msg = f"{name}: the file says itself where its axes point: leave axes out"
        raise ScanError(msg)
    return values_of(path, axes=str(stated.get("axes", "")), name=name)


def values_of(path: Path, *, axes: str, name: str) -> Image:
    """Return the values of a volume on the patient's axes.

    Parameters
    ----------
    path
        NIfTI, NRRD, or the header of Interfile.
    axes
        Of Interfile: where columns, rows and slices grow, such as ``LPS``.
    name
        Of the file in messages.

    Raises
    ------
    ScanError
        If the file is no whole volume, or does not say where its axes point.
    """
    if path.name.endswith(NIFTI):
        return read_volume(path, name=name)
    if path.suffix == NRRD:
        return read_nrrd(path, name=name)
    steps = [AXES.get(letter, (0, 0, 0)) for letter in axes]
    if len(axes) != 3 or abs(round(float(np.linalg.det(np.array(steps))))) != 1:
        msg = (
            f'{name}: Interfile does not say where its axes point; state axes = "LPS" (left, back, '
            f"head; or R, A, I) of columns, rows and slices, got {axes!r}"
        )
        raise ScanError(msg)
    plain = read_interfile(path)
    spacing = [float(v) for v in plain.grid.spacing_mm] + [plain.grid.slice_spacing_mm]
    columns = np.array(steps, dtype=np.float64).T * np.array(spacing)
    return on_affine_grid(plain.values, affine_mm=np.column_stack([columns, np.zeros(3)]))


def _sidecar(path: Path, name: str) -> dict[str, Any]:
    beside = sidecar_of(path)
    if not beside.is_file():
        msg = (
            f"{name}: NIfTI states no unit, nuclide or time, nor does Interfile; write them into a "
            'file beside it of the same name in .toml: schema = 1, unit = "Bq/mL", nuclide = '
            '"Lu-177", time = "24 h", activity = "7.4 GBq", decay_corrected_to = "none"'
        )
        raise ScanError(msg)
    try:
        found = tomllib.loads(beside.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"{name}: its sidecar is no TOML: {error}"
        raise ScanError(msg) from error
    unknown = sorted(set(found) - KEYS)
    if unknown or found.get("schema") != 1:
        what = f"keys {', '.join(unknown)}" if unknown else f"schema {found.get('schema')!r}"
        msg = f"{name}: its sidecar has {what}; allowed: schema = 1, {', '.join(sorted(KEYS))}"
        raise ScanError(msg)
    if found.get("unit") not in UNITS:
        msg = f"{name}: unit must be one of {', '.join(UNITS)}, got {found.get('unit')!r}"
        raise ScanError(msg)
    _check_keys(found, name)
    return found


def _check_keys(found: dict[str, Any], name: str) -> None:
    if UNITS[found["unit"]] in {"bq_per_ml", "counts"}:
        for key in OF_ACTIVITY:
            if not isinstance(found.get(key), str):
                msg = f"{name}: its sidecar must state {key} as a text in quotes"
                raise ScanError(msg)
        if found["decay_corrected_to"] not in CONVENTIONS:
            msg = (
                f"{name}: decay_corrected_to must be one of {', '.join(CONVENTIONS)}, got "
                f"{found['decay_corrected_to']!r}"
            )
            raise ScanError(msg)
    frame_of = found.get("frame_of")
    if frame_of is not None and (not isinstance(frame_of, int) or isinstance(frame_of, bool)):
        msg = f"{name}: frame_of must be the number of a series, got {frame_of!r}"
        raise ScanError(msg)
    if ("regions" in found) != (found["unit"] == "labels"):
        msg = f'{name}: [regions] belongs to unit = "labels", and every label volume needs it'
        raise ScanError(msg)
    if found["unit"] == "labels" and frame_of is None:
        msg = f"{name}: labels need frame_of, the number of the series that they are drawn on"
        raise ScanError(msg)


def _regions(stated: dict[str, Any], image: Image, name: str) -> tuple[VoxelRegion, ...]:
    regions = stated["regions"]
    if not isinstance(regions, dict) or not all(map(_are_labels, regions.values())):
        msg = f"{name}: [regions] must give a label or a list of labels for each name"
        raise ScanError(msg)
    found = []
    for region, labels in regions.items():
        mask = np.isin(image.values, np.atleast_1d(np.array(labels, dtype=np.float32)))
        if not mask.any():
            msg = f"{name}: no voxel has the label {labels} of {region!r}"
            raise ScanError(msg)
        found.append(cut_to_region(str(region), mask.astype(np.float32), grid=image.grid))
    return tuple(found)


def _are_labels(value: object) -> bool:
    values = value if isinstance(value, list) else [value]
    return bool(values) and all(isinstance(v, int) and not isinstance(v, bool) for v in values)


def _series(stated: dict[str, Any], image: Image, number: int) -> ScanSeries:
    def read(key: str, parse: Callable[[str], float]) -> float | None:
        return None if stated.get(key) is None else parse(str(stated[key]))

    is_counted = UNITS[stated["unit"]] in {"bq_per_ml", "counts"}
    try:
        tracer = _tracer(stated) if is_counted else None
        time_s = read("time", units.parse_time_s)
        duration_s = read("duration", units.parse_time_s)
        mass_kg = read("weight", units.parse_mass_kg)
    except AlphaTwinError as error:
        msg = f"volume {number}: its sidecar: {error}"
        raise ScanError(msg) from error
    convention: DecayConvention = stated["decay_corrected_to"] if is_counted else "unknown"
    return ScanSeries(
        number=number,
        modality={"HU": "CT", "labels": "labels"}.get(stated["unit"], "volume"),
        is_tomographic=stated["unit"] != "labels",
        n_images=1,
        tracer=tracer,
        time_since_injection_s=time_s,
        reference_since_injection_s=time_s,
        duration_s=duration_s,
        study_day_differs=False,
        units=UNITS[stated["unit"]],
        decay_convention=convention,
        says_decay_corrected=convention in {"start", "administration"},
        decay_factors=None,
        mid_slice_since_reference_s=None,
        body_mass_kg=mass_kg,
        height_m=None,
        sex=None,
        frame=None,
        grid=image.grid,
        activity_in_view_bq=image.integral_ml() if stated["unit"] == "Bq/mL" else None,
    )


def _tracer(stated: dict[str, Any]) -> Tracer:
    name = canonical_name(stated["nuclide"])
    nuclide(name)
    activity = stated.get("activity")
    administered_bq = None if activity is None else units.parse_activity_bq(str(activity))
    return Tracer(
        name=None,
        nuclide=name,
        nuclide_text=None,
        code_is_standard=True,
        half_life_s=None,
        administered_bq=administered_bq,
        injection_date_known=True,
    )
