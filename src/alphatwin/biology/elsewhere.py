r"""Dose that a region receives from decays elsewhere, in the course of time of those.

With the own dose :math:`D` of factor :math:`G` and the doses :math:`C_s` from sources *s*, whose
dose rates follow other curves,

.. math:: \Gamma_{ab} = G_{ab} \Bigl[ D_a D_b + \sum_s \rho_s (D_a C_{s,b} + C_{s,a} D_b)
          + \sum_{ss'} \rho_{ss'} C_{s,a} C_{s',b} \Bigr]

(docs/theory-biology.md, eq. E21): the own dose with its chain, sample by sample, and the ratios
:math:`\rho` of the factors of two courses of time to that of the own one. These are taken at the
best curves of what is on the vector, in closed form: for rates :math:`\sum_i a_i e^{-k_i t}` and
:math:`\sum_j a_j e^{-k_j t}` and repair at the rate :math:`\mu`,

.. math:: \Gamma = \sum_{ij} \frac{a_i a_j}{k_i + k_j}
          \Bigl( \frac{1}{k_i + \mu} + \frac{1}{k_j + \mu} \Bigr) .

What varies from sample to sample in :math:`\rho` is lost; doses, :math:`G` and repair are not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from alphatwin.biology.protraction import ProtractedDose
from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from alphatwin.biology.parameters import Repair

    Floats = NDArray[np.float64]


class TimeCourse(NamedTuple):
    """A dose rate in time as a sum of exponentials, of any size.

    Attributes
    ----------
    amplitude_bq
        (n_phases,) amplitudes, negative for uptake; only their ratios count. [Bq]
    rate_per_s
        (n_phases,) rates, > 0. [1/s]
    """

    amplitude_bq: Floats
    rate_per_s: Floats


def overlap_ratios(own: TimeCourse, others: Sequence[TimeCourse], *, repair: Repair) -> Floats:
    """Return the factors of pairs of courses of time over that of the own one with itself.

    Parameters
    ----------
    own, others
        The courses, the own one first in the result.
    repair
        Repair of sublethal damage; of samples the median counts.

    Returns
    -------
    (n + 1, n + 1) ndarray
        Symmetric, 1 in its first place.
    """
    every = (own, *others)
    amplitude = np.concatenate(
        [c.amplitude_bq / (c.amplitude_bq / c.rate_per_s).sum() for c in every]
    )
    k = np.concatenate([c.rate_per_s for c in every])
    first = np.cumsum([0, *(c.rate_per_s.size for c in every[:-1])])
    pairs = amplitude * amplitude[:, np.newaxis] / (k + k[:, np.newaxis])
    found = np.zeros((len(every), len(every)))
    rates_per_s = np.median(repair.rates_per_s, axis=0)
    for mu, share in zip(rates_per_s.tolist(), repair.shares.tolist(), strict=True):
        by_phase = pairs * (1.0 / (k + mu) + 1.0 / (k + mu)[:, np.newaxis])
        found += share * np.add.reduceat(np.add.reduceat(by_phase, first, axis=0), first, axis=1)
    return np.asarray(found / found[0, 0])


def with_dose_elsewhere(
    own_gy: Floats, elsewhere_gy: Sequence[Floats], *, factors: Floats, ratios: Floats
) -> ProtractedDose:
    """Return the dose of a region and its products with what it receives from elsewhere.

    Parameters
    ----------
    own_gy
        (n_samples, n_types) own dose. [Gy]
    elsewhere_gy
        (n_samples, n_types) dose from each source. [Gy]
    factors
        (n_samples, n_types, n_types) factors of Lea and Catcheside of the own course of time, as
        :meth:`~alphatwin.biology.ProtractedDose.lea_catcheside_by_pair` gives them.
    ratios
        From :func:`overlap_ratios`, the own course first.

    Raises
    ------
    InvalidValueError
        If there are not as many courses of time as doses.
    """
    n_sources = len(elsewhere_gy)
    if ratios.shape != (n_sources + 1, n_sources + 1):
        msg = f"{n_sources} sources need ratios of one more courses of time, got {ratios.shape}"
        raise InvalidValueError(msg)
    # Plain sums: the arrays are narrow, and a product of matrices would start threads for them.
    mixed = [
        sum((r * gy for r, gy in zip(row.tolist(), elsewhere_gy, strict=True)), np.zeros(1))
        for row in ratios[:, 1:]
    ]
    first = own_gy + mixed[0]
    pairs = first[:, :, np.newaxis] * first[:, np.newaxis, :]
    # Alphas and recoils stay where they are: most types come from nowhere else.
    is_received = np.any([gy.any(axis=0) for gy in elsewhere_gy], axis=0)
    for a in np.flatnonzero(is_received).tolist():
        for b in np.flatnonzero(is_received[: a + 1]).tolist():
            found = sum(
                (gy[:, a] * other[:, b] for gy, other in zip(elsewhere_gy, mixed[1:], strict=True)),
                -mixed[0][:, a] * mixed[0][:, b],
            )
            pairs[:, a, b] += found
            if a != b:
                pairs[:, b, a] += found
    return ProtractedDose(sum(elsewhere_gy, own_gy), factors * pairs)
