"""Which sphere a region is taken as, and the energy that photons carry out of it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from alphatwin.dose import RADIATION_TYPES, absorbed_where_emitted, energy_absorbed_per_decay_j
from alphatwin.dose.mird import JOULE_PER_MEV
from alphatwin.dose.transport.sphere_table import sphere_absorption
from alphatwin.nuclides import energy_per_decay_mev

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from alphatwin.dose import AbsorbedFraction
    from alphatwin.patient import DecayDataName, Region
    from alphatwin.workflows.analysis import AgentAnswer
    from alphatwin.workflows.region_answers import RegionAnswer

MARROW: Final = frozenset({"red_marrow", "bone_marrow", "marrow"})
"""Spread over the skeleton: no sphere at all."""
LUNGS: Final = frozenset({"lung", "lungs", "left_lung", "right_lung"})
PAIRED: Final = frozenset(
    {
        "kidneys", "lungs", "adrenals", "parotids", "parotid_glands", "salivary_glands",
        "submandibular_glands", "lacrimal_glands", "testes", "ovaries", "breasts",
    }
)  # fmt: skip
"""Two organs under one name: each is a sphere of half the mass."""


def region_absorption(region: Region, *, decay_data: DecayDataName) -> AbsorbedFraction:
    """Return how a region absorbs what it emits: as one sphere, or two if it is a pair.

    Parameters
    ----------
    region
        The region; lungs are of lung, marrow keeps what is charged, all else is soft tissue.
    decay_data
        Set of the emissions.
    """
    return _absorption(_key(region), decay_data=decay_data)


def _key(region: Region) -> str:
    return region.name.strip().lower().replace(" ", "_")


def _absorption(key: str, *, decay_data: DecayDataName) -> AbsorbedFraction:
    if key in MARROW:
        return absorbed_where_emitted
    material = "lung" if key in LUNGS else "soft_tissue"
    sphere = sphere_absorption(material=material, decay_data=decay_data)
    parts = 2.0 if key in PAIRED else 1.0

    def in_region(emission: str, *, nuclide: str, mass_kg: float) -> float:
        return sphere(emission, nuclide=nuclide, mass_kg=mass_kg / parts)

    return in_region


def region_energy_j(
    region: Region,
    members: Sequence[str],
    *,
    decay_data: DecayDataName,
    mass_kg: float | None = None,
) -> NDArray[np.float64]:
    """Return what a region absorbs of each decay in it, by radiation type; not writable.

    Parameters
    ----------
    region
        The region.
    members
        Nuclides that decay in it.
    decay_data
        Set of the emissions.
    mass_kg
        Mass to take it at, if it states none. [kg]

    Returns
    -------
    (n_members, n_radiation_types) ndarray
        Energy absorbed per decay. [J]
    """
    mass = region.mass_kg if mass_kg is None else mass_kg
    assert mass is not None
    return _region_energy_j(_key(region), mass, tuple(members), decay_data)


@lru_cache(maxsize=512)
def _region_energy_j(
    key: str, mass_kg: float, members: tuple[str, ...], decay_data: DecayDataName
) -> NDArray[np.float64]:
    """Work out once what every sample, agent and alternative asks for again."""
    energy_j = energy_absorbed_per_decay_j(
        members,
        mass_kg=mass_kg,
        absorbed_fraction=_absorption(key, decay_data=decay_data),
        decay_data=decay_data,
    )
    energy_j.setflags(write=False)
    return energy_j


def photon_energy_leaving(
    region: Region,
    members: Sequence[str],
    decays: NDArray[np.float64],
    *,
    decay_data: DecayDataName,
) -> float:
    """Return the share of the energy emitted in a region that its photons carry out of it.

    Parameters
    ----------
    region
        The region; of unknown mass it keeps no photon energy.
    members, decays
        Nuclides and (n_members,) decays of each in the region. [Bq s]
    decay_data
        Set of the emissions.
    """
    each = [energy_per_decay_mev(name, decay_data=decay_data) for name in members]
    total = sum(n * e.total for n, e in zip(decays, each, strict=True))
    photons = sum(n * e.photon for n, e in zip(decays, each, strict=True))
    if region.mass_kg is not None:
        column = RADIATION_TYPES.index("photon")
        kept_j = region_energy_j(region, members, decay_data=decay_data)[:, column]
        photons -= float(decays @ kept_j) / JOULE_PER_MEV
    return float(photons / total)


def all_absorbed(emission: str, *, nuclide: str, mass_kg: float) -> float:  # noqa: ARG001
    """Return 1 for every emission: the upper bound."""
    return 1.0


def dose_ratio(answer: AgentAnswer, region: RegionAnswer, *, other: AbsorbedFraction) -> float:
    """Return the own dose of a region with another absorbed fraction, over its whole dose."""
    decay_data = answer.chain.decay_data
    mine = region_absorption(region.region, decay_data=decay_data)
    absorbed = [
        energy_absorbed_per_decay_j(
            answer.members,
            mass_kg=region.region.mass_kg or 1.0,
            absorbed_fraction=fraction,
            decay_data=decay_data,
        ).sum(axis=1)
        for fraction in (other, mine)
    ]
    decays = region.decays.mean(axis=0)
    own = float(decays @ absorbed[0] / (decays @ absorbed[1]))
    if region.dose is None:
        return own
    return own * (1.0 - region.share_received())
