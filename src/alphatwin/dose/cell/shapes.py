"""One cell: a nucleus in the middle of a sphere, and the parts that may hold activity."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal, get_args

from alphatwin.errors import InvalidValueError

SourceName = Literal["surface", "cytoplasm", "nucleus", "cell"]
SOURCES: Final[tuple[SourceName, ...]] = get_args(SourceName)
TargetName = Literal["nucleus", "cell"]
TARGETS: Final[tuple[TargetName, ...]] = get_args(TargetName)
CELL_RADIATIONS: Final = ("alpha", "recoil", "electron")
"""Radiation types that are scored in cells; photons leave."""
COUNTED_RADIATIONS: Final = ("alpha", "electron")
"""Those that are counted if nothing else is said: recoil nuclei go 0.1 um, so that their energy
is no dose to a nucleus as a whole; it is told apart."""

KG_PER_UM3: Final = 1e-15
"""Mass of a cubic micrometre of water. [kg]"""
JOULE_PER_KEV: Final = 1.602176634e-16
"""Exact since the SI of 2019. [J/keV]"""
LARGEST_CELL_UM: Final = 1000.0


@dataclass(frozen=True, slots=True)
class CellShape:
    """A nucleus concentric with its cell, both of unit density.

    Attributes
    ----------
    radius_um
        Radius of the cell. [um]
    nucleus_radius_um
        Radius of its nucleus, at most that of the cell. [um]
    """

    radius_um: float
    nucleus_radius_um: float

    def __post_init__(self) -> None:
        if not 0.0 < self.radius_um <= LARGEST_CELL_UM:
            msg = (
                f"radius_um of a cell must be above 0 and at most {LARGEST_CELL_UM:g} um, "
                f"got {self.radius_um}"
            )
            raise InvalidValueError(msg)
        if not 0.0 < self.nucleus_radius_um <= self.radius_um:
            msg = (
                "nucleus_radius_um must be above 0 and at most the radius of the cell, "
                f"{self.radius_um:g} um, got {self.nucleus_radius_um}"
            )
            raise InvalidValueError(msg)

    def target_radius_um(self, target: TargetName) -> float:
        """Return the radius of a target. [um]."""
        return self.nucleus_radius_um if check_target(target) == "nucleus" else self.radius_um

    def target_mass_kg(self, target: TargetName) -> float:
        """Return the mass of a target. [kg]."""
        return sphere_mass_kg(self.target_radius_um(target))

    def source_shell_um(self, source: SourceName) -> tuple[float, float]:
        """Return the inner and the outer radius of a source; equal for the membrane. [um].

        Raises
        ------
        InvalidValueError
            If the source is unknown, or is the cytoplasm of a cell that has none.
        """
        if source not in SOURCES:
            msg = f"source is {source!r}; allowed: {', '.join(SOURCES)}"
            raise InvalidValueError(msg)
        if source == "cytoplasm" and self.nucleus_radius_um == self.radius_um:
            msg = "a nucleus as large as its cell leaves no cytoplasm to hold activity"
            raise InvalidValueError(msg)
        nucleus, cell = self.nucleus_radius_um, self.radius_um
        shells = {
            "surface": (cell, cell),
            "cytoplasm": (nucleus, cell),
            "nucleus": (0.0, nucleus),
            "cell": (0.0, cell),
        }
        return shells[source]


def sphere_mass_kg(radius_um: float) -> float:
    """Return the mass of a sphere of water of a radius [um]. [kg]."""
    return 4.0 / 3.0 * math.pi * radius_um**3 * KG_PER_UM3


def check_target(target: str) -> str:
    """Return a target, or raise InvalidValueError if it is unknown."""
    if target not in TARGETS:
        msg = f"target is {target!r}; allowed: {', '.join(TARGETS)}"
        raise InvalidValueError(msg)
    return target


def check_radiations(radiations: tuple[str, ...]) -> tuple[str, ...]:
    """Return radiation types, or raise InvalidValueError if one is unknown or none is given."""
    unknown = [name for name in radiations if name not in CELL_RADIATIONS]
    if unknown or not radiations or len(set(radiations)) < len(radiations):
        msg = (
            f"radiations are {', '.join(radiations) or 'none'}; allowed: one or more of "
            f"{', '.join(CELL_RADIATIONS)}, each once"
        )
        raise InvalidValueError(msg)
    return radiations
