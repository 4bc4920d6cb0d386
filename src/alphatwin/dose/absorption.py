"""The absorbed fraction: which share of an emission's energy stays in the region that emits it.

One replaceable function. The form here holds for alpha particles and recoil nuclei in any region
larger than their range (below 0.1 mm), and approximately for electrons in regions of grams;
photons escape. Electrons and photons in spheres:
:func:`alphatwin.dose.transport.sphere_table.sphere_absorption`.
"""

from __future__ import annotations

from typing import Final, Protocol

from alphatwin.errors import InvalidValueError

RADIATION_TYPES: Final = ("alpha", "recoil", "electron", "photon")
"""Radiation types of dose; electrons are beta, conversion and Auger emissions together."""

RADIATION_TYPE_OF_EMISSION: Final = {
    "alpha": "alpha",
    "recoil": "recoil",
    "beta": "electron",
    "conversion": "electron",
    "auger": "electron",
    "photon": "photon",
}


class AbsorbedFraction(Protocol):
    """Share of the energy of one kind of emission that the source region itself absorbs."""

    def __call__(self, emission: str, *, nuclide: str, mass_kg: float) -> float:
        """Return the absorbed fraction, between 0 and 1.

        Parameters
        ----------
        emission
            Kind of emission, one of :data:`alphatwin.nuclides.RADIATIONS`.
        nuclide
            Nuclide that emits, in canonical form.
        mass_kg
            Mass of the region. [kg]
        """
        ...  # pragma: no cover - a protocol has no body


def absorbed_where_emitted(emission: str, *, nuclide: str, mass_kg: float) -> float:  # noqa: ARG001
    """Return 1 for every charged emission and 0 for photons, the simplest form.

    Parameters
    ----------
    emission
        Kind of emission, one of :data:`alphatwin.nuclides.RADIATIONS`.
    nuclide, mass_kg
        Not used: the answer is the same for every nuclide and mass [kg].

    Raises
    ------
    InvalidValueError
        If the kind of emission is unknown.
    """
    if emission not in RADIATION_TYPE_OF_EMISSION:
        msg = f"emission {emission!r} is unknown; allowed: {', '.join(RADIATION_TYPE_OF_EMISSION)}"
        raise InvalidValueError(msg)
    return 0.0 if emission == "photon" else 1.0
