"""What earlier radionuclide therapies have left in a region: added where stated, else unknown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from alphatwin.uncertainty import lognormal_factor

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from alphatwin.patient import PreviousDose, PreviousTherapy

    Floats = NDArray[np.float64]

Knowledge = Literal["none", "stated", "part", "unknown"]


@dataclass(frozen=True, slots=True, eq=False)
class Before:
    """Earlier therapies in one region.

    Attributes
    ----------
    knowledge
        ``none``: there was no earlier therapy; ``stated``: the course says what all of them did;
        ``part``: what is stated is added, and something is not known; ``unknown``: nothing is.
    stated_gy
        What is stated, 0 where nothing is. (n_samples,) [Gy]
    said
        In words, for every cumulative figure of the region.
    """

    knowledge: Knowledge
    stated_gy: Floats
    said: str


def absorbed_before(
    therapies: tuple[PreviousTherapy, ...] | None,
    *,
    region: str,
    samples: int,
    generator: Callable[[str], np.random.Generator],
) -> Before:
    """Return the absorbed dose that earlier therapies left in a region.

    Parameters
    ----------
    therapies
        Earlier therapies; ``None`` if it is not known whether there were any.
    region
        Name of the region.
    samples
        Number of samples.
    generator
        Gives the random stream of a therapy by its name.

    Returns
    -------
    Before
        Absorbed dose, in Gy.
    """
    return _before(
        therapies, "absorbed dose", region, samples, generator, value=lambda d: d.absorbed_dose_gy
    )


def bed_before(
    therapies: tuple[PreviousTherapy, ...] | None,
    *,
    region: str,
    samples: int,
    generator: Callable[[str], np.random.Generator],
) -> Before:
    """Return the biologically effective dose that earlier therapies left in a region.

    A BED is taken as stated: from an absorbed dose alone it does not follow. Its relative error is
    that of the absorbed dose. Parameters are those of :func:`absorbed_before`; in Gy.
    """
    return _before(therapies, "BED", region, samples, generator, value=lambda d: d.bed_gy)


def _before(
    therapies: tuple[PreviousTherapy, ...] | None,
    what: str,
    region: str,
    samples: int,
    generator: Callable[[str], np.random.Generator],
    *,
    value: Callable[[PreviousDose], float | None],
) -> Before:
    total_gy = np.zeros(samples)
    if therapies is None:
        return Before(
            "unknown", total_gy, f"{what} of previous therapies: unknown, and not included"
        )
    if not therapies:
        return Before("none", total_gy, "no previous radionuclide therapy")
    unknown, known = [], []
    for i, therapy in enumerate(therapies):
        dose = therapy.dose(region)
        found_gy = None if dose is None else value(dose)
        if dose is None or found_gy is None:
            unknown.append(therapy.agent)
            continue
        stream = generator(f"{therapy.agent} {i}")
        total_gy = total_gy + found_gy * lognormal_factor(dose.relative_sd, stream, samples)
        known.append(f"{found_gy:g} Gy by {therapy.agent}")
    included = f"{what} of previous therapies included: {', '.join(known)}"
    missing = f"{what} of {', '.join(unknown)} before: unknown, and not included"
    if not unknown:
        return Before("stated", total_gy, included)
    if not known:
        return Before("unknown", total_gy, missing)
    return Before("part", total_gy, f"{included}; {missing}")
