r"""Dose and effect of a whole schedule, per activity of its first cycle.

With the dose :math:`d_a` of radiation type *a* by one cycle, its protracted products
:math:`\Gamma_{ab}` (docs/theory-biology.md, eq. E3) and those of two cycles a lag apart, all per
activity, a schedule of cycles with weights :math:`w_c` (activity over that of the first) and
factors :math:`f_c` (uptake over that in the first) gives

.. math:: D_a = d_a \sum_c w_c f_c, \qquad
          \Gamma^{\mathrm{all}}_{ab} = \Gamma_{ab}(0) \sum_c w_c^2 f_c^2
          + \sum_{c<c'} w_c w_{c'} f_c f_{c'} \,\Gamma^{\pm}_{ab}(t_{c'} - t_c)

(docs/theory-prescription.md, eq. P5), :math:`\Gamma^{\pm}` in both orders. Every activity, and
every schedule with the same lags, then costs no more than sums.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.biology import (
    BetaRatio,
    Cycle,
    ProtractedDose,
    RbeMax,
    RbeWeights,
    Repair,
    protracted_dose,
)
from alphatwin.biology.effect import linear_gy
from alphatwin.biology.quantities import checked_alpha_beta_gy
from alphatwin.dose import RADIATION_TYPES
from alphatwin.errors import InvalidValueError
from alphatwin.prescription.effect import EffectPerActivity, linear_effect

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import ArrayLike, NDArray

    from alphatwin.biology import DoseRate
    from alphatwin.prescription.regimen import Regimen

    Floats = NDArray[np.float64]

GONE: Final = 40.0
"""Slowest rate times lag beyond which nothing of a cycle is left: exp(-40) is below round-off."""


@dataclass(frozen=True, slots=True, eq=False)
class UnitDose:
    """What one cycle of unit activity does, and two of them a lag apart.

    Attributes
    ----------
    one
        Dose and products of one cycle, per Bq and per Bq squared.
    pairs
        By the lag [s], the products of two cycles with each other, both orders. Lags after which
        nothing of the first cycle is left are not in it.
        (n_samples, n_types, n_types) [Gy^2/Bq^2]
    """

    one: ProtractedDose
    pairs: Mapping[float, Floats]


def unit_dose(dose_rate: DoseRate, *, lags_s: Iterable[float], repair: Repair) -> UnitDose:
    """Return what one cycle does, and what two do with each other, per activity.

    Parameters
    ----------
    dose_rate
        Dose rate after an administration of 1 Bq.
    lags_s
        Times between cycles that will be asked for, > 0. [s]
    repair
        Repair of sublethal damage.

    Raises
    ------
    InvalidValueError
        If a lag is not positive.
    """
    one = protracted_dose([Cycle(dose_rate, 0.0)], repair=repair)
    slowest_per_s = float(np.min(dose_rate.rates_per_s))
    slowest_per_s = min(slowest_per_s, float(np.min(repair.rates_per_s)))
    pairs: dict[float, Floats] = {}
    for lag_s in sorted(set(lags_s)):
        if not lag_s > 0.0:
            msg = f"lags_s must be > 0, got {lag_s}"
            raise InvalidValueError(msg)
        if slowest_per_s * lag_s < GONE:
            both = protracted_dose([Cycle(dose_rate, 0.0), Cycle(dose_rate, lag_s)], repair=repair)
            pairs[lag_s] = np.maximum(both.product_gy2 - 2.0 * one.product_gy2, 0.0)
    return UnitDose(one, pairs)


def lags_s(regimen: Regimen) -> tuple[float, ...]:
    """Return every time between two cycles of a regimen in s; empty if it is not known."""
    starts = [c.start_s for c in regimen.cycles if c.start_s is not None]
    return tuple(sorted({b - a for i, a in enumerate(starts) for b in starts[i + 1 :]}))


def schedule_dose(
    unit: UnitDose, *, regimen: Regimen, factor: ArrayLike | None = None
) -> ProtractedDose:
    """Return dose and products of a schedule per activity of its first cycle, eq. P5.

    Parameters
    ----------
    unit
        What one cycle does, with the lags of this regimen.
    regimen
        The administrations; where an interval is not known, cycles do not overlap.
    factor : (n_samples or 1, n_cycles) array_like
        What each cycle does over what the first does; one for all by default.

    Returns
    -------
    ProtractedDose
        Per Bq, and per Bq squared.

    Raises
    ------
    InvalidValueError
        If the factors do not fit the cycles.
    """
    weights = np.asarray(regimen.weights)
    f = np.ones((1, weights.size)) if factor is None else np.asarray(factor, dtype=np.float64)
    if f.ndim != 2 or f.shape[1] != weights.size or f.shape[0] not in {1, unit.one.n_samples}:
        msg = f"factor must have shape ({unit.one.n_samples} or 1, {weights.size}), got {f.shape}"
        raise InvalidValueError(msg)
    given = f * weights
    dose = unit.one.dose_gy * given.sum(axis=1)[:, np.newaxis]
    product = unit.one.product_gy2 * (given**2).sum(axis=1)[:, np.newaxis, np.newaxis]
    starts = [c.start_s for c in regimen.cycles]
    for c, first_s in enumerate(starts):
        for later in range(c + 1, len(starts)):
            second_s = starts[later]
            if first_s is None or second_s is None:
                continue
            pair = unit.pairs.get(second_s - first_s)
            if pair is not None:
                product = product + (given[:, c] * given[:, later])[:, None, None] * pair
    return ProtractedDose(dose, product)


def bed_per_activity(
    dose: ProtractedDose,
    *,
    rbe_max: RbeMax,
    alpha_beta_gy: ArrayLike,
    beta_ratio: BetaRatio | None = None,
) -> EffectPerActivity:
    """Return the biologically effective dose of a schedule in two coefficients, eq. P3.

    Parameters
    ----------
    dose
        Dose and products per activity, from :func:`schedule_dose`.
    rbe_max
        RBE in the low-dose limit.
    alpha_beta_gy : () or (n_samples,) array_like
        Of the tissue, for the reference radiation. [Gy]
    beta_ratio
        Quadratic coefficients over that of the reference; one for all types by default.

    Raises
    ------
    InvalidValueError
        If alpha/beta is not > 0.
    """
    ratio = checked_alpha_beta_gy(alpha_beta_gy)
    quadratic = dose.quadratic_gy2(BetaRatio() if beta_ratio is None else beta_ratio) / ratio
    linear = linear_gy(dose, rbe_max=rbe_max)
    return EffectPerActivity(linear, np.broadcast_to(quadratic, linear.shape))


def weighted_per_activity(dose_gy_per_bq: ArrayLike, *, weights: RbeWeights) -> EffectPerActivity:
    """Return the RBE-weighted dose of a schedule per activity; with every RBE 1 the absorbed dose.

    Parameters
    ----------
    dose_gy_per_bq : (n_samples, n_types) array_like
        Dose of the schedule by radiation type. [Gy/Bq]
    weights
        RBE of deterministic effects.
    """
    rbe = np.array([getattr(weights, name) for name in RADIATION_TYPES])
    return linear_effect(np.asarray(dose_gy_per_bq, dtype=np.float64) @ rbe)
