r"""The stylised adult phantom: organs as solids with equations, their volumes and masses.

It is the adult of Cristy and Eckerman [1]_. The printed equations could not be opened: the figures
are recalled, and verified together by the tabulated volumes, by the absence of overlaps and by
photon specific absorbed fractions that were published for the same phantom (docs/validation.md).
The lower quarter of the sigmoid colon is a whole quarter of a torus, which brings back the
tabulated mass.

The skeleton is one homogeneous mixture: there is no marrow and no bone surface, no cortex or
medulla of the kidney, no salivary gland; the breasts and the neck are left out. A region of the
phantom has the mass of its solid, :math:`\rho V`, and apart from it a *reference mass*, to which
published S-values are scaled; the two are never mixed.

References
----------
.. [1] M. Cristy, K. F. Eckerman, "Specific absorbed fractions of energy at various ages from
   internal photon sources", ORNL/TM-8381, Oak Ridge National Laboratory (1987), volume 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.dose.transport.packed_solids import part_rows, solids_as_array
from alphatwin.dose.transport.phantom_surfaces import part
from alphatwin.errors import DataError, InvalidValueError
from alphatwin.tables import loader

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.dose.transport.geometry import Solids
    from alphatwin.dose.transport.materials import Material
    from alphatwin.dose.transport.source import InRegion
    from alphatwin.tables.provenance import Provenance

REST: Final = "rest of the body"
SOLIDS: Final = "phantom_adult_solids"
REGIONS: Final = "phantom_adult_regions"
MATERIALS: Final = "phantom_materials"


@dataclass(frozen=True, slots=True)
class PhantomRegion:
    """A region of the phantom.

    Attributes
    ----------
    name
        Name, such as ``stomach wall``.
    material
        Name of its material.
    density_g_per_cm3
        Mass density. [g/cm3]
    volume_cm3
        Volume of the solid, computed. [cm3]
    reference_mass_kg
        Mass of the reference adult, for scaling; ``None`` if there is none. [kg]
    """

    name: str
    material: str
    density_g_per_cm3: float
    volume_cm3: float
    reference_mass_kg: float | None

    @property
    def mass_kg(self) -> float:
        """Mass of the solid in kg: density times volume."""
        return self.density_g_per_cm3 * self.volume_cm3 * 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Phantom:
    """The phantom: regions, and the solids that make them.

    Attributes
    ----------
    name
        Name of the phantom.
    regions
        Regions; the place of one, from 0, is what ``region_at`` returns.
    primitives
        Solids, for compiled functions; see :mod:`alphatwin.dose.transport.solids`.
    provenance
        Where the figures come from.
    """

    name: str
    regions: tuple[PhantomRegion, ...]
    primitives: NDArray[np.float64]
    provenance: tuple[Provenance, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the regions."""
        return tuple(r.name for r in self.regions)

    def number(self, name: str) -> int:
        """Return the number of a region, as ``region_at`` returns it.

        Raises
        ------
        InvalidValueError
            If there is no such region.
        """
        wanted = name.replace("_", " ").lower()
        if wanted not in self.names:
            msg = f"the {self.name} phantom has no region {name!r}; it has {', '.join(self.names)}"
            raise InvalidValueError(msg)
        return self.names.index(wanted)

    def region(self, name: str) -> PhantomRegion:
        """Return a region by name."""
        return self.regions[self.number(name)]

    def boxes_cm(self, name: str) -> NDArray[np.float64]:
        """Return (n, 6) boxes that hold a region, low and high of x, y and z in cm."""
        boxes = []
        for row in part_rows(self.primitives):
            if row[7] == self.number(name):
                boxes.append(row[:6])
                if row[6]:
                    boxes.append(np.array([-row[1], -row[0], *row[2:6]]))
        return np.array(boxes)

    def box_cm(self, name: str | None = None) -> NDArray[np.float64]:
        """Return the box of a region, or of the body. (6,) low and high of x, y, z in cm."""
        boxes = np.concatenate([self.boxes_cm(n) for n in ((name,) if name else self.names)])
        low, high = boxes[:, ::2].min(axis=0), boxes[:, 1::2].max(axis=0)
        return np.column_stack([low, high]).ravel()

    def solids(self) -> Solids:
        """Return the phantom as a geometry for transport; masses are those of the solids, in g."""
        from alphatwin.dose.transport.geometry import Solids

        return Solids(
            primitives=self.primitives,
            materials=tuple(phantom_material(r.material) for r in self.regions),
            masses_g=np.array([1e3 * r.mass_kg for r in self.regions]),
            box_cm=self.box_cm().reshape(3, 2).T.copy(),
        )

    def uniform_in(self, name: str) -> InRegion:
        """Return the law of a source uniform in a region (box in cm)."""
        from alphatwin.dose.transport.source import InRegion

        x, y, z = self.box_cm(name).reshape(3, 2)
        return InRegion(
            region=self.number(name),
            low_cm=(float(x[0]), float(y[0]), float(z[0])),
            high_cm=(float(x[1]), float(y[1]), float(z[1])),
        )


@cache
def phantom_material(name: str) -> Material:
    """Return a material of the phantom, density in g/cm3.

    Raises
    ------
    DataError
        If the phantom has no such material.
    """
    from alphatwin.dose.transport.materials import Material

    rows = [row for row in loader.load(MATERIALS).rows if row["material"] == name]
    if not rows:
        msg = f"the phantom has no material {name!r}"
        raise DataError(msg)
    return Material(
        name=name,
        density_g_per_cm3=float(rows[0]["density_g_per_cm3"]),
        mass_fractions=tuple((int(row["z"]), float(row["mass_fraction"])) for row in rows),
    )


@cache
def adult_phantom() -> Phantom:
    """Return the stylised adult phantom.

    Raises
    ------
    DataError
        If a table is damaged.
    """
    tables = (SOLIDS, REGIONS, MATERIALS)
    return Phantom(
        name="adult",
        regions=adult_regions(),
        primitives=phantom_primitives(),
        provenance=tuple(loader.load(name).provenance for name in tables),
    )


@cache
def adult_regions() -> tuple[PhantomRegion, ...]:
    """Return the regions of the adult phantom alone, masses in kg: no solid is packed for it."""
    rows = {row["region"]: row for row in loader.load(REGIONS).rows}
    return tuple(_region(name, rows[name]) for name in region_names())


def _region(name: str, row: dict[str, str]) -> PhantomRegion:
    reference = row["reference_mass_kg"]
    return PhantomRegion(
        name=name,
        material=row["material"],
        density_g_per_cm3=float(row["density_g_per_cm3"]),
        volume_cm3=float(row["volume_cm3"]),
        reference_mass_kg=float(reference) if reference else None,
    )


def region_names() -> tuple[str, ...]:
    """Return the names of the adult phantom's regions, in the order of their numbers."""
    return tuple(dict.fromkeys(row["region"] for row in loader.load(SOLIDS).rows))


@cache
def phantom_primitives() -> NDArray[np.float64]:
    """Return the solids of the adult phantom as one array, in order of precedence, in cm."""
    rows = loader.load(SOLIDS).rows
    groups = [list(g) for _, g in groupby(rows, key=lambda row: (row["region"], row["part"]))]
    names = region_names()
    regions = [names.index(g[0]["region"]) for g in groups]
    return solids_as_array([part(g) for g in groups], regions)
