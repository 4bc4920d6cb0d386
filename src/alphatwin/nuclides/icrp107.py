"""ICRP Publication 107 as the PyPI package ``icrp107_database`` stores it.

The package holds half-lives and emissions, one file per nuclide, read here at run time and
only for the nuclides asked for. It holds no decay branches: see
:mod:`alphatwin.nuclides.decay_data` for how they are found.

References
----------
.. [1] K. Eckerman, A. Endo, "ICRP Publication 107: Nuclear Decay Data for Dosimetric
   Calculations", Ann. ICRP 38 (3), 2008.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.metadata import version
from typing import TYPE_CHECKING

from alphatwin.errors import DataError
from alphatwin.tables.provenance import Provenance

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable

YEAR_S = 365.2422 * 86400.0
"""The year in which ICRP 107 states half-lives. [s]"""

_UNIT_S = {
    "us": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
    "d": 86400.0,
    "y": YEAR_S,
}

KEYS = {
    "alpha": ("alpha",),
    "recoil": ("alpha recoil",),
    "beta": ("beta-", "beta+", "betaD"),
    "conversion": ("IE",),
    "auger": ("auger",),
    "photon": ("gamma", "X", "annihilation"),
}
"""Keys of the package by radiation kind; fission fragments and neutrons are not among them."""


@dataclass(frozen=True, slots=True)
class Record:
    """What ICRP 107 says of one nuclide.

    Attributes
    ----------
    half_life_s
        Half-life. [s]
    lines
        By key of the package: pairs of energy [MeV] and yield per decay.
    """

    half_life_s: float
    lines: Mapping[str, tuple[tuple[float, float], ...]]

    def yield_per_decay(self, key: str) -> float:
        """Return the summed yield of one key of the package, per decay."""
        return float(sum(line[1] for line in self.lines[key]))


# Only such a text becomes the name of a file: user text never reaches the file system.
_FILE_NAME = re.compile(r"[A-Z][a-z]?-[0-9]{1,3}[a-z]?")


@cache
def _folder() -> Traversable:
    return resources.files("icrp107_database").joinpath("icrp107")


@cache
def names() -> tuple[str, ...]:
    """Return every nuclide of the package, sorted."""
    return tuple(sorted(f.name[:-5] for f in _folder().iterdir() if f.name.endswith(".json")))


@cache
def has(name: str) -> bool:
    """Tell whether the package holds a nuclide, without listing it all."""
    return _FILE_NAME.fullmatch(name) is not None and _folder().joinpath(f"{name}.json").is_file()


@cache
def record(name: str) -> Record:
    """Return what ICRP 107 says of a nuclide (canonical name).

    Raises
    ------
    DataError
        If the package does not hold the nuclide.
    """
    if not has(name):
        msg = (
            f"nuclide {name!r} is not in ICRP 107 ({len(names())} radionuclides); "
            "stable nuclides have no emissions"
        )
        raise DataError(msg)
    # The files hold a JSON text inside a JSON text.
    raw = json.loads(json.loads(_folder().joinpath(f"{name}.json").read_bytes()))
    return Record(
        half_life_s=float(raw["half_life"]) * _UNIT_S[raw["time_unit"]],
        lines={
            key: tuple((float(energy), float(amount)) for energy, amount in lines)
            for key, lines in raw["emissions"].items()
        },
    )


@cache
def provenance() -> Provenance:
    """Return where the set comes from."""
    return Provenance(
        name="icrp107",
        title="ICRP Publication 107: nuclear decay data for dosimetric calculations",
        quantity="half-lives and emissions of 1252 radionuclides",
        unit="s; MeV; per decay",
        source=f"PyPI package icrp107-database {version('icrp107-database')}, read at run time",
        doi_or_url="10.1016/j.icrp.2008.10.004",
        retrieved="at run time",
        licence="package LGPL-3.0; the ICRP data are free for not-for-profit use only",
        sha256="not fixed: the installed package is read",
    )
