"""Absorbed dose by the MIRD schema, kept apart by nuclide and by radiation type."""

from alphatwin.dose.absorption import (
    RADIATION_TYPES,
    AbsorbedFraction,
    absorbed_where_emitted,
)
from alphatwin.dose.mird import AbsorbedDose, Deposit, absorbed_dose, energy_absorbed_per_decay_j

__all__ = [
    "RADIATION_TYPES",
    "AbsorbedDose",
    "AbsorbedFraction",
    "Deposit",
    "absorbed_dose",
    "absorbed_where_emitted",
    "energy_absorbed_per_decay_j",
]
