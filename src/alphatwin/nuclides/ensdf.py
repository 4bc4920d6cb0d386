"""The ENSDF set: half-lives, branches, masses and emissions from the shipped tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from alphatwin.tables import loader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alphatwin.tables.provenance import Provenance


@dataclass(frozen=True, slots=True)
class Structure:
    """What ENSDF says of one nuclide.

    Attributes
    ----------
    half_life_s
        Half-life. [s]
    stated
        Fraction of decays by mode (``alpha``, ``beta-``, ``EC/beta+``) as stated.
    others
        The same for modes that the chains do not follow (cluster decay, fission).
    q_alpha_mev
        Energy released by alpha decay between ground states. [MeV]
    atomic_mass_u
        Mass of the neutral atom. [u]
    """

    half_life_s: float
    stated: Mapping[str, float]
    others: Mapping[str, float]
    q_alpha_mev: float
    atomic_mass_u: float


_MODES = {
    "alpha": "alpha_pct",
    "beta-": "beta_minus_pct",
    "EC/beta+": "ec_beta_plus_pct",
}


@cache
def structure() -> Mapping[str, Structure]:
    """Return the decay structure of every nuclide of the table, by canonical name."""
    return {row["nuclide"]: _structure(row) for row in loader.load("ensdf_decay").rows}


def _structure(row: Mapping[str, str]) -> Structure:
    others = (part.split(":") for part in row["other_pct"].split(";") if part)
    return Structure(
        half_life_s=float(row["half_life_s"]),
        stated={m: float(row[column]) / 100.0 for m, column in _MODES.items() if row[column]},
        others={mode: float(percent) / 100.0 for mode, percent in others},
        q_alpha_mev=float(row["q_alpha_kev"]) / 1e3,
        atomic_mass_u=float(row["atomic_mass_u"]),
    )


@cache
def ends() -> Mapping[str, str]:
    """Return the nuclides at which chains end, each with a note (empty: stable)."""
    return {row["nuclide"]: row["note"] for row in loader.load("chain_ends").rows}


@cache
def lines() -> Mapping[str, Mapping[str, tuple[tuple[float, float], ...]]]:
    """Return energy [MeV] and yield per decay of every line, by nuclide and radiation kind."""
    found: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for row in loader.load("ensdf_emissions").rows:
        pair = (float(row["energy_kev"]) / 1e3, float(row["yield_pct"]) / 100.0)
        found.setdefault(row["nuclide"], {}).setdefault(row["kind"], []).append(pair)
    return {
        name: {kind: tuple(sorted(pairs)) for kind, pairs in kinds.items()}
        for name, kinds in found.items()
    }


def provenance() -> Provenance:
    """Return where the set comes from."""
    return loader.load("ensdf_decay").provenance
