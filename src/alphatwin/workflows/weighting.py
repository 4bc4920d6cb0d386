"""RBE-weighted doses with the uncertainty of the RBE, and samples as numbers of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.biology import RbeWeights, rbe_weighted_dose_gy
from alphatwin.dose import RADIATION_TYPES
from alphatwin.report.estimates import Estimate, WeightedDose
from alphatwin.uncertainty import lognormal_factor, stream, summarise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.dose import AbsorbedDose
    from alphatwin.patient import Assumptions

SAMPLES_OF_ALTERNATIVES: Final = 1_000
"""Alternatives share their random streams with the basis, so that ratios need few samples."""
RBE: Final = "rbe"
"""Stream of the RBE: one error for all regions and agents."""


def estimate(samples: NDArray[np.float64]) -> Estimate:
    """Return median and central 95 % interval of (n_samples,) samples."""
    interval = summarise(samples)
    return Estimate(
        median=float(interval.median), low=float(interval.low), high=float(interval.high)
    )


def rbe_samples(assumed: Assumptions, *, seed: int) -> NDArray[np.float64]:
    """Return the RBE of every radiation type, (n_samples, n_radiation_types)."""
    rbe = np.ones((assumed.samples, len(RADIATION_TYPES)))
    for kind, value, spread in (
        ("alpha", assumed.rbe_alpha, assumed.rbe_alpha_relative_sd),
        ("recoil", assumed.rbe_recoil, assumed.rbe_recoil_relative_sd),
    ):
        factor = lognormal_factor(spread, stream(seed, RBE, kind), assumed.samples)
        rbe[:, RADIATION_TYPES.index(kind)] = value * factor
    return rbe


def weighted_doses(
    dose: AbsorbedDose, assumed: Assumptions, *, seed: int
) -> tuple[WeightedDose, ...]:
    """Return the RBE-weighted dose with every RBE 1, then as assumed with its uncertainty."""
    plain = rbe_weighted_dose_gy(dose, weights=RbeWeights())
    weighted = np.einsum("ij,ij->i", dose.by_radiation_gy, rbe_samples(assumed, seed=seed))
    return (
        WeightedDose(rbe_alpha=1.0, rbe_recoil=1.0, rbe_weighted_dose_gy=estimate(plain)),
        WeightedDose(
            rbe_alpha=assumed.rbe_alpha,
            rbe_recoil=assumed.rbe_recoil,
            rbe_weighted_dose_gy=estimate(weighted),
        ),
    )
