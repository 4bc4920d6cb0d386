"""What a nuclide emits, as the source of a direct Monte Carlo run."""

from __future__ import annotations

import numpy as np

from alphatwin.dose.transport import Emitted
from alphatwin.nuclides import emissions


def electrons_and_photons(name: str) -> tuple[Emitted, ...]:
    """Return betas as their spectrum, electrons and photons as lines, of ICRP 107."""
    found = emissions(name)
    parts = []
    if found.beta.energies_mev.size:
        spectrum = found.beta_spectrum()
        parts.append(
            Emitted(
                "electron",
                np.array(spectrum.energies_mev),
                np.array(spectrum.betas_per_decay_per_mev),
                is_spectrum=True,
            )
        )
    for kind, particle, group in (
        ("conversion", "electron", 0),
        ("auger", "electron", 0),
        ("photon", "photon", 1),
    ):
        lines = found.by_kind[kind]
        if lines.energies_mev.size:
            parts.append(
                Emitted(
                    particle,
                    np.array(lines.energies_mev),
                    np.array(lines.yields_per_decay),
                    group=group,
                )
            )
    return tuple(parts)
