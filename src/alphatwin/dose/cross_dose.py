"""Dose to regions from decays in other regions: which pairs irradiate each other, and how much.

Organs irradiate each other by the S-values of the adult phantom (eq. R9 of the page of theory on
sources and targets). To first order the dose depends neither on the mass of the source nor on that
of the target, so it is not scaled, whereas a region's own dose is; distances are those of the
phantom. A lesion within an organ gives to other organs and takes from them as that organ does; what
it and the organ around it give each other is the energy that leaves the lesion and stays in the
organ (eq. R10), by the spheres that also give the own dose of both, so that nothing is counted
twice. The rest of the body is every region of the phantom that no region of the course stands for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from alphatwin.dose.absorption import RADIATION_TYPES
from alphatwin.dose.nested_spheres import nested_s_values
from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from alphatwin.nuclides import DecayDataName

    Floats = NDArray[np.float64]

Role = Literal["source", "target"]
REST: Final = "rest"
"""Place of what is spread over the body outside of the regions."""
SKELETON: Final = "skeleton"
_ALIKE: Final = (
    "kidneys", "liver", "spleen", "pancreas", "adrenals", "lungs", "heart", "brain", "thyroid",
    "thymus", "testes", "uterus", "ovaries", "small intestine", SKELETON, "skin",
)  # fmt: skip
_HOLLOW: Final = ("stomach", "gall bladder", "upper large intestine", "lower large intestine")
_REST_NAMES: Final = (
    REST, "rest of body", "rest of the body", "remainder", "remainder of body",
    "remainder of the body", "remaining body",
)  # fmt: skip
_PLACES: Final[dict[str, tuple[str | None, str | None]]] = {
    **{name: (name, name) for name in _ALIKE},
    **{
        f"{side} {one}": (pair, pair)
        for one, pair in (("kidney", "kidneys"), ("lung", "lungs"), ("adrenal", "adrenals"))
        for side in ("left", "right")
    },
    "adrenal glands": ("adrenals", "adrenals"),
    "bone": (SKELETON, SKELETON),
    "bones": (SKELETON, SKELETON),
    **{name: (f"{name} contents", f"{name} wall") for name in _HOLLOW},
    "gallbladder": ("gall bladder contents", "gall bladder wall"),
    "urinary bladder": ("urinary bladder contents", "urinary bladder wall"),
    "bladder": ("urinary bladder contents", "urinary bladder wall"),
    # Marrow gives photons as the skeleton does; what it receives has a route of its own.
    **dict.fromkeys(("red marrow", "bone marrow", "marrow"), (SKELETON, None)),
    **dict.fromkeys(_REST_NAMES, (REST, REST)),
}
"""Source and target in the phantom."""
HOSTS: Final = tuple(n for n in _ALIKE if n != "skin")
"""Organs that a lesion may be said to lie within."""
PAIRS: Final = ("kidneys", "lungs", "adrenals", "testes", "ovaries")


@dataclass(frozen=True, slots=True)
class Site:
    """Where a region of a course lies in the phantom.

    Attributes
    ----------
    name
        Name of the region.
    source, target
        Region of the phantom in which it gives, and that receives as it does; :data:`REST` for
        the rest of the body; ``None``: it does neither.
    mass_kg
        Its mass; ``None`` if it is not known. [kg]
    is_lesion
        Whether it is a lesion within the organ that ``source`` names.
    """

    name: str
    source: str | None
    target: str | None
    mass_kg: float | None = None
    is_lesion: bool = False


def place_in_phantom(region: str, *, role: Role) -> str | None:
    """Return the region of the phantom that stands for an organ of a course.

    Parameters
    ----------
    region
        Name in the course.
    role
        ``source`` (of hollow organs the contents) or ``target`` (the wall).

    Returns
    -------
    str or None
        Name in the phantom, or :data:`REST`; ``None`` if there is none.
    """
    found = _PLACES.get(_key(region), (None, None))
    return found[0] if role == "source" else found[1]


def organ_site(name: str, *, aliases: Sequence[str] = (), mass_kg: float | None = None) -> Site:
    """Return where an organ lies, by its name or another name of it.

    Parameters
    ----------
    name, aliases
        Names; the first that is known counts.
    mass_kg
        Mass of the organ. [kg]
    """
    known = next((n for n in (name, *aliases) if _key(n) in _PLACES), name)
    source, target = _PLACES.get(_key(known), (None, None))
    return Site(name, source, target, mass_kg)


def lesion_site(name: str, *, within: str | None, mass_kg: float | None = None) -> Site:
    """Return where a lesion lies; nowhere if the organ around it is not stated.

    Parameters
    ----------
    name
        Name of the lesion.
    within
        Organ around it.
    mass_kg
        Mass of the lesion. [kg]

    Raises
    ------
    InvalidValueError
        If the organ has no place in the phantom, or is hollow.
    """
    if within is None:
        return Site(name, None, None, mass_kg, is_lesion=True)
    host = host_of(within)
    return Site(name, host, host, mass_kg, is_lesion=True)


def host_of(within: str) -> str:
    """Return the region of the phantom around a lesion.

    Raises
    ------
    InvalidValueError
        If it is none of :data:`HOSTS`.
    """
    host = place_in_phantom(within, role="target")
    if host not in HOSTS or host != place_in_phantom(within, role="source"):
        msg = (
            f"within = {within!r} is no solid organ of the phantom; allowed: {', '.join(HOSTS)}; "
            "or leave it out: the lesion then irradiates nothing else"
        )
        raise InvalidValueError(msg)
    return host


def _key(name: str) -> str:
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split())


@lru_cache(maxsize=64)
def cross_s_values(
    sites: tuple[Site, ...], *, nuclides: tuple[str, ...], decay_data: DecayDataName = "icrp107"
) -> Mapping[tuple[str, str], Floats]:
    """Return the dose of every region per decay in each other one.

    Parameters
    ----------
    sites
        Where the regions lie; names are unique.
    nuclides
        Nuclides in canonical form, each for itself.
    decay_data
        Decay-data set of the emissions.

    Returns
    -------
    mapping
        (n_nuclides, n_radiation_types) by target and source; pairs of which nothing is known are
        left out. Not writable. [Gy/(Bq s)]
    """
    found: dict[tuple[str, str], Floats] = {}
    fold = _Fold(sites, nuclides, decay_data)
    for target in sites:
        for source in sites:
            if target.name == source.name or target.target is None or source.source is None:
                continue
            values = fold.between(source, target)
            if values is not None and values.any():
                values.setflags(write=False)
                found[target.name, source.name] = values
    return MappingProxyType(found)


class _Fold:
    """S-values between sites, from those of the phantom and of spheres."""

    def __init__(
        self, sites: tuple[Site, ...], nuclides: tuple[str, ...], decay_data: DecayDataName
    ) -> None:
        from alphatwin.dose.transport.phantom import adult_regions, region_names
        from alphatwin.dose.transport.phantom_matrix import phantom_s_matrix

        self._nuclides, self._decay_data = nuclides, decay_data
        self._number = {name: i for i, name in enumerate(region_names())}
        self._mass_kg = {r.name: r.mass_kg for r in adult_regions()}
        self._matrix = np.stack([phantom_s_matrix(n, decay_data=decay_data) for n in nuclides])
        organs = [s for s in sites if not s.is_lesion]
        self._organs = organs
        taken = {place for s in organs for place in (s.source, s.target)}
        self._free = [n for n in self._number if n not in taken and not n.endswith(" contents")]

    def between(self, source: Site, target: Site) -> Floats | None:
        """Return (n_nuclides, n_radiation_types), or ``None`` if nothing is known of the pair."""
        here, there = str(source.source), str(target.target)
        if REST in (here, there):
            return None if here == there else self._with_rest(here, there)
        if there not in (here, source.target):
            return self._matrix[:, self._number[here], self._number[there]].copy()
        if not (source.is_lesion or target.is_lesion):
            return None
        return self._nested(source, target, place=there)

    def _with_rest(self, here: str, there: str) -> Floats:
        """Return the mean over the free regions, by mass, of what they give or receive.

        What is spread in an organ around a lesion exchanges photons alone with it.
        """
        place = there if here == REST else here
        numbers = [self._number[n] for n in self._free if n != place]
        masses = np.array([self._mass_kg[n] for n in self._free if n != place])
        whole_kg = masses.sum() + (self._mass_kg[place] if place in self._free else 0.0)
        own = self._number[place]
        pairs = self._matrix[:, numbers, own] if here == REST else self._matrix[:, own, numbers]
        found = np.einsum("npr,p->nr", pairs, masses / whole_kg)
        if place in self._free:
            column = RADIATION_TYPES.index("photon")
            share = self._mass_kg[place] / whole_kg
            found[:, column] += share * self._matrix[:, own, own, column]
        return np.asarray(found)

    def _nested(self, source: Site, target: Site, *, place: str) -> Floats | None:
        """Return what a lesion and the organ around it, or another lesion in it, give each other.

        Of two lesions the larger counts, of which the smaller is no part: the fraction is then the
        same both ways, as it must be.
        """
        lesions = [s.mass_kg for s in (source, target) if s.is_lesion]
        if place == SKELETON or None in lesions:
            return None
        mass_kg, parts = self._host(place)
        found = nested_s_values(
            self._nuclides,
            lesion_mass_kg=max(m for m in lesions if m is not None),
            host_mass_kg=mass_kg,
            parts=parts,
            material="lung" if place == "lungs" else "soft_tissue",
            decay_data=self._decay_data,
        )
        if len(lesions) == 2:  # charged particles do not reach from one to the other
            found[:, [i for i, kind in enumerate(RADIATION_TYPES) if kind != "photon"]] = 0.0
        return found

    def _host(self, place: str) -> tuple[float, int]:
        """Return the mass of an organ, the phantom's if it is not known, and its parts. [kg]."""
        parts = [s for s in self._organs if s.target == place]
        known = [s.mass_kg for s in parts if s.mass_kg is not None]
        is_pair = place in PAIRS and not (
            len(parts) == 1 and _key(parts[0].name).startswith(("left ", "right "))
        )
        if not known or len(known) < len(parts):
            return self._mass_kg[place], 2 if place in PAIRS else 1
        return sum(known), 2 if is_pair else 1
