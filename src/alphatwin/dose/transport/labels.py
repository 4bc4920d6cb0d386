"""Label images: regions of any voxel patient, with a density and a material in every voxel.

Index order is x, y, z; sizes are in mm. Label 0 is what no region claims, inside or outside of the
body. A voxel of a density below :data:`VOID_G_PER_CM3` is outside of the body and is air.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.dose.transport import ct_numbers
from alphatwin.dose.transport.materials import Material, material, material_names
from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from alphatwin.dose.transport.geometry import Voxels
    from alphatwin.dose.transport.source import VoxelMap

VOID_G_PER_CM3: Final = 0.02
"""Least density inside of the body; inflated lung has ten times as much. [g/cm3]"""
AIR_G_PER_CM3: Final = 0.0012
"""Least density that is followed. [g/cm3]"""
BODY_MM: Final = (10.0, 2500.0)
"""What the longest side of a body may measure, from a mouse's organ to a man. [mm]"""
BODY_KG: Final = (1e-4, 400.0)
"""What a body in an image may weigh. [kg]"""


@dataclass(frozen=True, slots=True, eq=False)
class LabelImage:
    """Regions of a voxel patient.

    Attributes
    ----------
    labels
        (n_x, n_y, n_z) label of each voxel.
    spacing_mm
        Edges of a voxel along x, y and z; they may differ. (3,) [mm]
    regions
        Labels of each region by name; a region may have several.
    materials
        Materials that occur.
    material
        (n_x, n_y, n_z) place of each voxel's material in ``materials``.
    density_g_per_cm3
        (n_x, n_y, n_z) mass density. [g/cm3]
    """

    labels: NDArray[np.int64]
    spacing_mm: NDArray[np.float64]
    regions: Mapping[str, tuple[int, ...]]
    materials: tuple[Material, ...]
    material: NDArray[np.int64]
    density_g_per_cm3: NDArray[np.float64]

    def __post_init__(self) -> None:
        _check_shapes(self)
        _check_spacing(self.spacing_mm)
        _check_regions(self)
        _check_density(self)
        _check_size(self)
        for array in (self.labels, self.spacing_mm, self.material, self.density_g_per_cm3):
            array.setflags(write=False)

    @property
    def voxel_cm3(self) -> float:
        """Volume of a voxel in cm3."""
        return float(np.prod(self.spacing_mm)) * 1e-3

    def mask(self, region: str) -> NDArray[np.bool_]:
        """Return the voxels of a region. (n_x, n_y, n_z).

        Raises
        ------
        InvalidValueError
            If there is no such region.
        """
        wanted = region.replace("_", " ")
        if wanted not in self.regions:
            msg = f"the image has no region {region!r}; it has {', '.join(self.regions)}"
            raise InvalidValueError(msg)
        return np.isin(self.labels, self.regions[wanted])

    def mass_kg(self, region: str) -> float:
        """Return the mass of a region, density times volume. [kg]."""
        return float(self.density_g_per_cm3[self.mask(region)].sum() * self.voxel_cm3 * 1e-3)

    def voxels(self) -> Voxels:
        """Return the image as a geometry: what no region claims, then each region, in cm."""
        from alphatwin.dose.transport.geometry import Voxels

        places = np.zeros(self.labels.shape, dtype=np.int32)
        for number, name in enumerate(self.regions, start=1):
            places[self.mask(name)] = number
        return Voxels(
            materials=self.materials,
            material_index=self.material,
            density_g_per_cm3=np.maximum(self.density_g_per_cm3, AIR_G_PER_CM3),
            spacing_cm=tuple(0.1 * self.spacing_mm),
            regions=places,
        )

    def number(self, region: str) -> int:
        """Return the place of a region in the tally of :meth:`voxels`."""
        self.mask(region)
        return 1 + tuple(self.regions).index(region.replace("_", " "))

    def uniform_in(self, region: str) -> VoxelMap:
        """Return the law of a source uniform by volume in a region (dimensionless, [1])."""
        from alphatwin.dose.transport.source import VoxelMap

        return VoxelMap(self.mask(region).astype(np.float64))


def label_image(
    labels: ArrayLike,
    *,
    spacing_mm: Sequence[float],
    regions: Mapping[str, int | Sequence[int]],
    density_g_per_cm3: ArrayLike,
    material_of_label: Mapping[int, str] | None = None,
) -> LabelImage:
    """Return a label image with a given density of each voxel.

    Parameters
    ----------
    labels
        (n_x, n_y, n_z) integers.
    spacing_mm
        Edges of a voxel. (3,) [mm]
    regions
        Label, or labels, of each region.
    density_g_per_cm3
        (n_x, n_y, n_z) or () mass density. [g/cm3]
    material_of_label
        Name of each label's material; of other labels it is taken by density.

    Raises
    ------
    InvalidValueError, DataError
        If a value is out of range, a region is empty or a material is unknown.
    """
    array = _integers(labels)
    density = np.broadcast_to(np.asarray(density_g_per_cm3, dtype=np.float64), array.shape).copy()
    names, index = _materials_by_density(density)
    for label, name in (material_of_label or {}).items():
        found = material(name).name
        if found not in names:
            names.append(found)
        index[array == label] = names.index(found)
    return LabelImage(
        labels=array,
        spacing_mm=np.array(spacing_mm, dtype=np.float64),
        regions=_as_tuples(regions),
        materials=tuple(material(name) for name in names),
        material=index,
        density_g_per_cm3=density,
    )


def label_image_from_ct(
    labels: ArrayLike,
    *,
    spacing_mm: Sequence[float],
    regions: Mapping[str, int | Sequence[int]],
    ct_number_hu: ArrayLike,
) -> LabelImage:
    """Return a label image whose density and material follow from CT numbers.

    Parameters
    ----------
    labels, spacing_mm, regions
        As in :func:`label_image`. [mm]
    ct_number_hu
        (n_x, n_y, n_z) CT numbers. [HU]

    Raises
    ------
    InvalidValueError
        As in :func:`label_image`, or if the CT numbers are none (0 to 1 or 0 to 4095 with water
        at 1000).
    """
    array = _integers(labels)
    numbers = np.asarray(ct_number_hu, dtype=np.float64)
    if numbers.shape != array.shape:
        msg = f"ct_number_hu must have the shape of labels {array.shape}, got {numbers.shape}"
        raise InvalidValueError(msg)
    materials, index = ct_numbers.material_by_ct_number(numbers)
    return LabelImage(
        labels=array,
        spacing_mm=np.array(spacing_mm, dtype=np.float64),
        regions=_as_tuples(regions),
        materials=materials,
        material=index,
        density_g_per_cm3=ct_numbers.density_g_per_cm3(numbers),
    )


# --- materials ----------------------------------------------------------------------------------

# Lowest density at which each material stands in, where only the density is known. [g/cm3]
_BY_DENSITY: Final = (
    (-np.inf, "air"),
    (VOID_G_PER_CM3, "lung"),
    (0.8, "adipose"),
    (0.98, "soft_tissue"),
    (1.25, "cortical_bone"),
)


def _materials_by_density(density: NDArray[np.float64]) -> tuple[list[str], NDArray[np.int64]]:
    limits = [low for low, _ in _BY_DENSITY]
    index = np.searchsorted(limits, density, side="right") - 1
    return [name for _, name in _BY_DENSITY], np.clip(index, 0, None).astype(np.int64)


# --- refusals -----------------------------------------------------------------------------------


def _integers(labels: ArrayLike) -> NDArray[np.int64]:
    array = np.asarray(labels)
    if array.ndim != 3 or array.size == 0:
        msg = f"labels must have shape (n_x, n_y, n_z), none of them 0, got {array.shape}"
        raise InvalidValueError(msg)
    if not np.issubdtype(array.dtype, np.integer) and not (array == np.rint(array)).all():
        msg = f"labels must be integers, got {array.dtype} with fractions"
        raise InvalidValueError(msg)
    return array.astype(np.int64)


def _as_tuples(regions: Mapping[str, int | Sequence[int]]) -> dict[str, tuple[int, ...]]:
    return {
        name.replace("_", " "): (int(found),) if isinstance(found, int) else tuple(found)
        for name, found in regions.items()
    }


def _check_shapes(image: LabelImage) -> None:
    for name in ("material", "density_g_per_cm3"):
        shape = getattr(image, name).shape
        if shape != image.labels.shape:
            msg = f"{name} must have the shape of labels {image.labels.shape}, got {shape}"
            raise InvalidValueError(msg)
    if image.material.min() < 0 or image.material.max() >= len(image.materials):
        msg = (
            f"material must lie between 0 and {len(image.materials) - 1}, got "
            f"{image.material.min()} to {image.material.max()}; shipped: "
            f"{', '.join(material_names())}"
        )
        raise InvalidValueError(msg)


def _check_spacing(spacing_mm: NDArray[np.float64]) -> None:
    good = np.isfinite(spacing_mm) & (spacing_mm > 0.0)
    if spacing_mm.shape != (3,) or not good.all():
        msg = f"spacing_mm must be three finite numbers > 0, got {spacing_mm.tolist()}"
        raise InvalidValueError(msg)


def _check_regions(image: LabelImage) -> None:
    present = set(np.unique(image.labels).tolist())
    if not image.regions:
        msg = "the image names no region; give regions, such as {'kidneys': [3, 4]}"
        raise InvalidValueError(msg)
    claimed: dict[int, str] = {}
    for name, labels in image.regions.items():
        for label in labels:
            if label in claimed:
                msg = f"label {label} is in two regions, {claimed[label]!r} and {name!r}"
                raise InvalidValueError(msg)
            claimed[label] = name
        if not present.intersection(labels):
            msg = (
                f"region {name!r} has no voxel: label {', '.join(map(str, labels))} is not in the "
                f"image, which holds {', '.join(map(str, sorted(present)[:40]))}"
            )
            raise InvalidValueError(msg)


def _check_density(image: LabelImage) -> None:
    density = image.density_g_per_cm3
    if not (np.isfinite(density) & (density >= 0.0)).all():
        bad = density[~(np.isfinite(density) & (density >= 0.0))].ravel()[0]
        msg = f"density_g_per_cm3 must be finite and >= 0 in every voxel, got {bad:g}"
        raise InvalidValueError(msg)
    if density.max() > 25.0:
        msg = (
            f"density_g_per_cm3 goes up to {density.max():g}, more than any metal: is it in kg/m3, "
            "or are these CT numbers? Give g/cm3, or CT numbers as ct_number_hu"
        )
        raise InvalidValueError(msg)
    for name in image.regions:
        inside = density[image.mask(name)]
        if (inside < VOID_G_PER_CM3).any():
            msg = (
                f"region {name!r} has {(inside < VOID_G_PER_CM3).sum()} of {inside.size} voxels "
                f"with a density below {VOID_G_PER_CM3} g/cm3: a region of the body has no void; "
                "mend the density map or the labels"
            )
            raise InvalidValueError(msg)


def _check_size(image: LabelImage) -> None:
    body = image.density_g_per_cm3 >= VOID_G_PER_CM3
    if not body.any():
        msg = (
            f"no voxel has a density of {VOID_G_PER_CM3} g/cm3 or more: there is no body in the "
            "image"
        )
        raise InvalidValueError(msg)
    sides = [
        np.ptp(np.flatnonzero(body.any(axis=tuple({0, 1, 2} - {axis})))) + 1 for axis in range(3)
    ]
    longest_mm = float(max(n * edge for n, edge in zip(sides, image.spacing_mm, strict=True)))
    mass_kg = float(image.density_g_per_cm3[body].sum()) * image.voxel_cm3 * 1e-3
    if not BODY_MM[0] <= longest_mm <= BODY_MM[1] or not BODY_KG[0] <= mass_kg <= BODY_KG[1]:
        factor = 10.0 if longest_mm < BODY_MM[0] or mass_kg < BODY_KG[0] else 0.1
        guess = [round(factor * s, 6) for s in image.spacing_mm.tolist()]
        msg = (
            f"with spacing_mm {image.spacing_mm.tolist()} the body is {longest_mm:.4g} mm long and "
            f"weighs {mass_kg:.3g} kg; between {BODY_MM[0]:g} and {BODY_MM[1]:g} mm and "
            f"{BODY_KG[0]:g} and {BODY_KG[1]:g} kg are expected: is the spacing in cm? "
            f"Then spacing_mm is {guess}"
        )
        raise InvalidValueError(msg)
