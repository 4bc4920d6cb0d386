"""Activity, number of atoms and mass of a nuclide, and what a certificate says at injection."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import TYPE_CHECKING

from alphatwin.errors import InvalidValueError
from alphatwin.nuclides.chain_members import decay_chain
from alphatwin.nuclides.decay_data import DecayDataName, nuclide

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alphatwin.nuclides.decay_data import Nuclide

AVOGADRO_PER_MOL = 6.02214076e23
"""Avogadro constant, exact since 2019. [1/mol]"""

_HIGHEST_EXPONENT = 700.0  # exp(700) is the last decade of a float


def molar_activity_bq_per_mol(name: str, *, decay_data: DecayDataName = "icrp107") -> float:
    """Return the activity of one mole of a nuclide, free of carrier. [Bq/mol].

    Raises
    ------
    InvalidValueError
        If the nuclide is stable.
    DataError
        If the nuclide is unknown, or is not in this set.
    """
    return _radioactive(name, decay_data).decay_constant_per_s * AVOGADRO_PER_MOL


def atoms_of_activity(
    activity_bq: float, *, name: str, decay_data: DecayDataName = "icrp107"
) -> float:
    """Return the number of atoms that have an activity [Bq]."""
    member = _radioactive(name, decay_data)
    return _not_negative(activity_bq, "activity_bq") / member.decay_constant_per_s


def activity_of_atoms_bq(
    atoms: float, *, name: str, decay_data: DecayDataName = "icrp107"
) -> float:
    """Return the activity of a number of atoms. [Bq]."""
    return _not_negative(atoms, "atoms") * _radioactive(name, decay_data).decay_constant_per_s


def mass_of_activity_kg(
    activity_bq: float, *, name: str, decay_data: DecayDataName = "icrp107"
) -> float:
    """Return the mass of the neutral atoms that have an activity. [kg]."""
    atoms = atoms_of_activity(activity_bq, name=name, decay_data=decay_data)
    return atoms * _atom_kg(_radioactive(name, decay_data))


def activity_of_mass_bq(
    mass_kg: float, *, name: str, decay_data: DecayDataName = "icrp107"
) -> float:
    """Return the activity of a mass of a nuclide, free of carrier. [Bq]."""
    atoms = _not_negative(mass_kg, "mass_kg") / _atom_kg(_radioactive(name, decay_data))
    return activity_of_atoms_bq(atoms, name=name, decay_data=decay_data)


def activity_at_injection_bq(
    calibrated_activity_bq: float,
    *,
    name: str,
    elapsed_s: float,
    daughters_bq: Mapping[str, float] | None = None,
    decay_data: DecayDataName = "icrp107",
) -> Mapping[str, float]:
    """Return what a calibrated source holds at injection, daughters included.

    Parameters
    ----------
    calibrated_activity_bq
        Activity of the nuclide at the time of calibration. [Bq]
    name
        The nuclide that was calibrated.
    elapsed_s
        Injection time minus calibration time; negative if the certificate is calibrated to a
        later time. [s]
    daughters_bq
        Activities of other members at calibration, if known; else none are there. [Bq]
    decay_data
        ``icrp107`` or ``ensdf``.

    Returns
    -------
    mapping
        Activity by member of the chain, the nuclide first. Before the calibration nothing is
        known of its daughters, and the mapping holds the nuclide alone. [Bq]

    Raises
    ------
    InvalidValueError
        If an activity is negative, a time is not finite, a nuclide is not in the chain, or
        daughters are given for a time before the calibration.
    """
    activity = _not_negative(calibrated_activity_bq, "calibrated_activity_bq")
    if not math.isfinite(elapsed_s):
        msg = f"elapsed_s must be finite, got {elapsed_s}"
        raise InvalidValueError(msg)
    member = _radioactive(name, decay_data)
    if elapsed_s >= 0.0:
        chain = decay_chain(member.name, decay_data=decay_data, allow_untracked=True)
        initial = {**(daughters_bq or {}), member.name: activity}
        found = chain.activity_bq(initial, time_s=elapsed_s)
        return MappingProxyType(dict(zip(chain.nuclides, found.tolist(), strict=True)))
    if daughters_bq:
        msg = (
            f"elapsed_s is {elapsed_s} s, before the calibration: daughters_bq cannot be "
            "followed back in time; leave it out"
        )
        raise InvalidValueError(msg)
    exponent = -elapsed_s * member.decay_constant_per_s
    if exponent > _HIGHEST_EXPONENT:
        msg = (
            f"elapsed_s is {elapsed_s} s: {exponent / math.log(2.0):.0f} half-lives of "
            f"{member.name} before its calibration; check the two times"
        )
        raise InvalidValueError(msg)
    return MappingProxyType({member.name: activity * math.exp(exponent)})


def _radioactive(name: str, decay_data: DecayDataName) -> Nuclide:
    member = nuclide(name, decay_data=decay_data)
    if member.is_stable:
        msg = f"{member.name} is stable, or treated as stable: it has no activity"
        raise InvalidValueError(msg)
    return member


def _atom_kg(member: Nuclide) -> float:
    return member.atomic_mass_g_per_mol * 1e-3 / AVOGADRO_PER_MOL


def _not_negative(value: float, name: str) -> float:
    if not 0.0 <= value < math.inf:
        msg = f"{name} must be finite and >= 0, got {value}"
        raise InvalidValueError(msg)
    return float(value)
