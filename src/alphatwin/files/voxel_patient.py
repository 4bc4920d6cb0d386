"""Reading a label image: numpy arrays with a TOML beside them, or the phantoms of ICRP 110.

``NAME.npz`` (arrays ``labels`` and one of ``ct_number_hu`` and ``density_g_per_cm3``) or
``NAME.npy`` (labels alone) is read with ``NAME.toml`` beside it::

    schema = 1
    spacing_mm = [2.0, 2.0, 3.0]      # along the first, second and third index
    density_g_per_cm3 = 1.04          # of every voxel, where the arrays give neither

    [regions]
    kidneys = [3, 4]
    liver = 1

    [materials]                       # optional, by region
    "lung" = "lung"

An adult of ICRP Publication 110 is read from its folder: ``AM.dat`` and ``AM_organs.dat`` (or
``AF``), as published; the files are not part of AlphaTwin.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from alphatwin.dose.transport.labels import LabelImage, label_image, label_image_from_ct
from alphatwin.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_ARRAYS: Final = ("labels", "ct_number_hu", "density_g_per_cm3")
_KEYS: Final = {"schema", "spacing_mm", "density_g_per_cm3", "regions", "materials"}


class _Adult(NamedTuple):
    """Grid of a phantom of ICRP 110: columns, rows, slices, and the edges of a voxel in mm."""

    shape: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]


ICRP_110: Final = {
    "AM": _Adult((254, 127, 222), (2.137, 2.137, 8.0)),
    "AF": _Adult((299, 137, 348), (1.775, 1.775, 4.84)),
}
"""The adult reference phantoms, table 3 of ICRP 110 as public code quotes it."""
_ORGAN: Final = re.compile(r"\s*(\d+)\s+(.+?)\s{2,}(\d+)\s+([\d.]+)\s*")


def read_label_image(path: str | Path) -> LabelImage:
    """Return the label image of a file or folder; see the module for the forms that are read.

    Parameters
    ----------
    path
        ``.npz``, ``.npy``, or a folder (or ``.dat`` file) of ICRP 110.

    Raises
    ------
    DataError
        If a file is missing or not of its form.
    InvalidValueError
        If the image has no physical meaning; see :mod:`alphatwin.dose.transport.labels`.
    """
    place = Path(path)
    if not place.exists():
        msg = f"{place} does not exist; give a .npz or .npy file, a folder of ICRP 110, or adult"
        raise DataError(msg)
    if place.is_dir() or place.suffix == ".dat":
        return _icrp_110(place)
    if place.suffix not in {".npy", ".npz"}:
        msg = (
            f"{place}: label images are read from .npz and .npy files and from folders of ICRP "
            f"110, not from {place.suffix or 'files without ending'}"
        )
        raise DataError(msg)
    arrays = _arrays(place)
    beside = _sidecar(place.with_suffix(".toml"))
    return _built(place, arrays, beside)


def _arrays(place: Path) -> dict[str, NDArray[Any]]:
    try:
        with place.open("rb") as file:
            loaded = np.load(file, allow_pickle=False)
            if place.suffix == ".npy":
                return {"labels": loaded}
            found = {name: loaded[name] for name in loaded.files}
    except (ValueError, OSError, EOFError) as error:
        msg = f"{place} is no numpy file of plain arrays: {error}"
        raise DataError(msg) from error
    unknown = set(found) - set(_ARRAYS)
    if "labels" not in found or unknown:
        msg = f"{place} must hold labels, and may hold {' or '.join(_ARRAYS[1:])}; got {set(found)}"
        raise DataError(msg)
    return found


def _sidecar(place: Path) -> dict[str, Any]:
    if not place.is_file():
        msg = f"{place} is missing: it gives spacing_mm and [regions] of the array beside it"
        raise DataError(msg)
    try:
        found = tomllib.loads(place.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        msg = f"{place} is no TOML file: {error}"
        raise DataError(msg) from error
    if found.get("schema") != 1:
        msg = f"{place}: schema must be 1, got {found.get('schema')!r}"
        raise DataError(msg)
    unknown = set(found) - _KEYS
    if unknown:
        msg = f"{place}: unknown {', '.join(sorted(unknown))}; allowed: {', '.join(sorted(_KEYS))}"
        raise DataError(msg)
    spacing = found.get("spacing_mm")
    if not (isinstance(spacing, list) and len(spacing) == 3 and all(map(_is_number, spacing))):
        msg = f"{place}: spacing_mm must be three numbers, got {spacing!r}"
        raise DataError(msg)
    regions = found.get("regions")
    if not isinstance(regions, dict) or not all(map(_are_labels, regions.values())):
        msg = f"{place}: [regions] must give a label or a list of labels for each name"
        raise DataError(msg)
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _are_labels(value: object) -> bool:
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, list) and bool(value) and all(isinstance(v, int) for v in value)
    )


def _built(
    place: Path, arrays: Mapping[str, NDArray[Any]], beside: Mapping[str, Any]
) -> LabelImage:
    given = [name for name in _ARRAYS[1:] if name in arrays]
    given += ["density_g_per_cm3 of the sidecar"] * ("density_g_per_cm3" in beside)
    if len(given) != 1:
        msg = (
            f"{place}: density must come from one of ct_number_hu, density_g_per_cm3 (arrays) and "
            f"density_g_per_cm3 (sidecar), got {', '.join(given) or 'none'}"
        )
        raise DataError(msg)
    spacing, regions = beside["spacing_mm"], beside["regions"]
    if "ct_number_hu" in arrays:
        if beside.get("materials"):
            msg = f"{place}: [materials] cannot be given with ct_number_hu, which say them"
            raise DataError(msg)
        return label_image_from_ct(
            arrays["labels"],
            spacing_mm=spacing,
            regions=regions,
            ct_number_hu=arrays["ct_number_hu"],
        )
    return label_image(
        arrays["labels"],
        spacing_mm=spacing,
        regions=regions,
        density_g_per_cm3=arrays.get("density_g_per_cm3", beside.get("density_g_per_cm3", 0.0)),
        material_of_label=_materials(place, beside),
    )


def _materials(place: Path, beside: Mapping[str, Any]) -> dict[int, str]:
    found: dict[int, str] = {}
    for region, name in beside.get("materials", {}).items():
        if region not in beside["regions"]:
            msg = f"{place}: [materials] names {region!r}, which is no region"
            raise DataError(msg)
        labels = beside["regions"][region]
        found |= dict.fromkeys([labels] if isinstance(labels, int) else labels, str(name))
    return found


def _icrp_110(place: Path) -> LabelImage:
    """Return an adult of ICRP 110: ids by column, row and slice; media by their density."""
    folder = place if place.is_dir() else place.parent
    names = [n for n in ICRP_110 if (folder / f"{n}.dat").is_file()]
    if place.suffix == ".dat":
        names = [n for n in names if n == place.stem]
    if len(names) != 1:
        msg = f"{folder} must hold AM.dat or AF.dat of ICRP 110, and one of them; got {names}"
        raise DataError(msg)
    adult = ICRP_110[names[0]]
    text = (folder / f"{names[0]}.dat").read_text(encoding="ascii", errors="replace")
    try:
        ids = np.array(text.split(), dtype=np.int64)
    except ValueError as error:
        msg = f"{folder / names[0]}.dat must hold organ numbers alone: {error}"
        raise DataError(msg) from error
    if ids.size != np.prod(adult.shape):
        msg = (
            f"{folder / names[0]}.dat must hold {np.prod(adult.shape)} numbers "
            f"({' x '.join(map(str, adult.shape))}), got {ids.size}"
        )
        raise DataError(msg)
    organs = _organs(folder / f"{names[0]}_organs.dat")
    return icrp_image(ids.reshape(adult.shape[::-1]).T, organs, spacing_mm=adult.spacing_mm)


def icrp_image(
    labels: NDArray[np.int64],
    organs: Mapping[int, tuple[str, float]],
    *,
    spacing_mm: tuple[float, float, float],
) -> LabelImage:
    """Return a label image from organ numbers and each organ's name and density.

    Parameters
    ----------
    labels
        (n_x, n_y, n_z) organ numbers; 0 is outside of the body.
    organs
        Name and density [g/cm3] by number.
    spacing_mm
        Edges of a voxel. [mm]

    Raises
    ------
    DataError
        If the image holds a number that the list does not.
    """
    present = np.unique(labels).tolist()
    missing = [n for n in present if n != 0 and n not in organs]
    if missing:
        msg = f"organ {missing[0]} is in the image but not in the list of organs"
        raise DataError(msg)
    density = np.zeros(max(present) + 1)
    for number in present:
        if number:
            density[number] = organs[number][1]
    regions: dict[str, list[int]] = {}
    for number in present:
        if number and density[number] > 0.01:  # not the air inside of the body
            regions.setdefault(organs[number][0].lower(), []).append(number)
    kidneys = [n for name, n in regions.items() if name.startswith("kidney")]
    if kidneys:
        regions = {k: v for k, v in regions.items() if not k.startswith("kidney")}
        regions["kidneys"] = sorted(number for numbers in kidneys for number in numbers)
    return label_image(
        labels, spacing_mm=spacing_mm, regions=regions, density_g_per_cm3=density[labels]
    )


def _organs(place: Path) -> dict[int, tuple[str, float]]:
    if not place.is_file():
        msg = f"{place} is missing: it lists number, name, tissue and density of the organs"
        raise DataError(msg)
    found = {}
    for line in place.read_text(encoding="utf-8", errors="replace").splitlines():
        match = _ORGAN.fullmatch(line)
        if match:
            found[int(match[1])] = (match[2].strip(), float(match[4]))
    if not found:
        msg = f"{place} lists no organ: number, name, tissue and density are expected in each line"
        raise DataError(msg)
    return found
