"""What a nuclide emits, as the source of a direct Monte Carlo run."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from alphatwin.dose.transport.emission_source import emission_source
from alphatwin.dose.transport.s_values import as_emitted

if TYPE_CHECKING:
    from alphatwin.dose.transport import Emitted


def electrons_and_photons(name: str) -> tuple[Emitted, ...]:
    """Return betas as their spectrum, electrons and photons as lines: groups 0 and 1."""
    parts = as_emitted(emission_source(name))
    return tuple(dataclasses.replace(p, group=int(p.particle == "photon")) for p in parts)
