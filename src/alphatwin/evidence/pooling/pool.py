"""Shares and rates of several studies in one number, with what that number is worth.

The leading method is the exact likelihood with a normal effect between studies; its interval is
Wald's with a quantile of Student's t, which covers as often as it says also where studies are few
(docs/theory-evidence.md, equations (V19) to (V25), and the page of validation).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.evidence.intervals import exact_interval
from alphatwin.evidence.pooling.effects import (
    check_counts,
    check_rates,
    double_arcsines,
    expit,
    log_rates,
    logits,
    share_of_double_arcsine,
)
from alphatwin.evidence.pooling.likelihood import Sets, maximise
from alphatwin.evidence.pooling.normal import fit_normal, typical_variance
from alphatwin.evidence.pooling.profile import profile_interval
from alphatwin.evidence.pooling.quantiles import normal_quantile, student_quantile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from alphatwin.evidence.pooling.effects import Effects
    from alphatwin.evidence.pooling.likelihood import Family, Maximum
    from alphatwin.evidence.pooling.normal import Estimator

    Back = Callable[[float], float]

LEVEL_FRACTION = 0.95
_START_TAU = 0.5
EXACT_SUM = "sum of all patients"
_FLAT = 1e-5  # gradient of a likelihood at its top
_GREATEST_TAU = 8.0  # studies with no event beside studies with nothing else
_NO_TOP = (
    "studies with no event stand beside studies with nothing else: the exact likelihood has no "
    "highest point at a finite variance between studies, and logits stand in its place"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledEstimate:
    """A pooled share or rate by one method.

    Attributes
    ----------
    method
        Model, and how its variance between studies was found.
    interval
        How the interval was made.
    value
        Pooled share as a fraction, or pooled rate per unit of exposure: that of a study in the
        middle of all such studies.
    low
        Lower end of the 95 % interval.
    high
        Upper end of the 95 % interval.
    prediction_low
        Lower end of the 95 % interval for the share or rate of a further study; null where the
        studies are too few for one.
    prediction_high
        Upper end of that interval.
    tau2
        Variance between studies on the scale of the method; null where there is none.
    i2_fraction
        Share of the variance of estimates that is between studies; null where there is none.
    """

    method: str
    interval: str
    value: float
    low: float
    high: float
    prediction_low: float | None = None
    prediction_high: float | None = None
    tau2: float | None = None
    i2_fraction: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """Studies in one number.

    Attributes
    ----------
    studies
        Number of studies.
    events
        Events of all studies.
    size
        Patients of all studies, or their time at risk.
    leading
        The estimate to read.
    others
        Other methods, for comparison.
    cautions
        What a reader must know.
    """

    studies: int
    events: int
    size: float
    leading: PooledEstimate
    others: tuple[PooledEstimate, ...]
    cautions: tuple[str, ...]


def pool_shares(events: Sequence[int], sizes: Sequence[int]) -> Pooled:
    """Return shares of several studies in one (eqs. V19 to V24).

    Parameters
    ----------
    events, sizes
        Counts and denominators, one pair for each study; empty and full cells need no correction.

    Raises
    ------
    InvalidValueError
        If a count is impossible, or there is no study.
    """
    check_counts(events, sizes)
    x, n = np.asarray(events, dtype=float), np.asarray(sizes, dtype=float)
    total, size = int(x.sum()), int(n.sum())
    if x.size == 1 or total in {0, size}:
        return _exact(total, size, studies=x.size)
    arcsines, log_odds = double_arcsines(x, n), logits(x, n)
    others = [
        _normal(log_odds, "logit", _share_of_logit, "REML"),
        _normal(log_odds, "logit", _share_of_logit, "DL"),
        _normal(arcsines, "Freeman-Tukey", _share_of_arcsine(n), "REML"),
        _normal(arcsines, "Freeman-Tukey", _share_of_arcsine(n), "DL"),
    ]
    top, cautions = _fit(x, n, "binomial"), _cautions(x.size)
    if np.abs(top.surface.gradient).max() > _FLAT or top.theta[0, -1] > _GREATEST_TAU:
        leading, cautions = others[0], (*cautions, _NO_TOP)
    else:
        leading = _leading(top, log_odds, "binomial")
        others.insert(0, _profiled(top, _sets(x, n, "binomial"), "binomial"))
    return Pooled(
        studies=x.size,
        events=total,
        size=size,
        leading=leading,
        others=tuple(others),
        cautions=cautions,
    )


def pool_rates(events: Sequence[int], exposures: Sequence[float]) -> Pooled:
    """Return rates of several studies in one: Poisson events with normal effects (eq. V20).

    Parameters
    ----------
    events, exposures
        Events and times at risk, in any one unit, one pair for each study.

    Raises
    ------
    InvalidValueError
        If a pair is impossible, there are fewer than two studies, or none has an event.
    """
    from alphatwin.errors import InvalidValueError

    check_rates(events, exposures)
    x, t = np.asarray(events, dtype=float), np.asarray(exposures, dtype=float)
    if x.size < 2 or not x.any():
        msg = f"a pooled rate needs two studies and an event, got {x.size} and {int(x.sum())}"
        raise InvalidValueError(msg)
    effects, top = log_rates(x, t), _fit(x, t, "poisson")
    return Pooled(
        studies=x.size,
        events=int(x.sum()),
        size=float(t.sum()),
        leading=_leading(top, effects, "poisson"),
        others=(
            _profiled(top, _sets(x, t, "poisson"), "poisson"),
            _normal(effects, "log rate", _exp, "DL"),
            _normal(effects, "log rate", _exp, "REML"),
        ),
        cautions=_cautions(x.size),
    )


def leave_one_out(events: Sequence[int], sizes: Sequence[int]) -> tuple[PooledEstimate, ...]:
    """Return the pooled share without each study in turn, in their order.

    Parameters
    ----------
    events, sizes
        Counts and denominators of at least two studies.

    Raises
    ------
    InvalidValueError
        If a count is impossible, or there is one study only.
    """
    check_counts(events, sizes)
    x, n = np.asarray(events, dtype=float), np.asarray(sizes, dtype=float)
    k = x.size
    if k < 2:
        from alphatwin.errors import InvalidValueError

        msg = "leaving one out needs at least two studies, got 1"
        raise InvalidValueError(msg)
    weights = 1.0 - np.eye(k)
    left, of = weights @ x, weights @ n
    plain = (left == 0) | (left == of) | (k == 2)
    rows = np.flatnonzero(~plain)
    found: list[PooledEstimate | None] = [None] * k
    for i in np.flatnonzero(plain):
        found[i] = _exact(int(left[i]), int(of[i]), studies=k - 1).leading
    if rows.size:
        sets = Sets(
            np.tile(x, (rows.size, 1)),
            np.tile(n, (rows.size, 1)),
            np.ones((rows.size, k, 1)),
            weights[rows],
            "binomial",
        )
        top = maximise(_start(sets), sets)
        errors = top.standard_errors()[:, 0]
        for i, theta, error in zip(rows, top.theta, errors, strict=True):
            variance = typical_variance(logits(np.delete(x, i), np.delete(n, i)).variances)
            found[i] = _wald(theta, error, k - 1, variance, "binomial")
    return tuple(one for one in found if one is not None)


def _leading(top: Maximum, effects: Effects, family: Family) -> PooledEstimate:
    error = float(top.standard_errors()[0, 0])
    variance = typical_variance(effects.variances)
    return _wald(top.theta[0], error, effects.variances.size, variance, family)


def _wald(
    theta: NDArray[np.float64], error: float, k: int, variance: float, family: Family
) -> PooledEstimate:
    """Return Wald's interval with Student's t, and the interval of prediction (V23, V24)."""
    centre, tau2 = float(theta[0]), float(theta[1]) ** 2
    back = _share_of_logit if family == "binomial" else _exp
    half = student_quantile(k - 1) * error
    apart = None if k < 3 else student_quantile(k - 2) * float(np.sqrt(tau2 + error * error))
    return PooledEstimate(
        method=f"{family}-normal, ML",
        interval="Wald, Student's t",
        value=back(centre),
        low=back(centre - half),
        high=back(centre + half),
        prediction_low=None if apart is None else back(centre - apart),
        prediction_high=None if apart is None else back(centre + apart),
        tau2=tau2,
        i2_fraction=tau2 / (tau2 + variance),
    )


def _profiled(top: Maximum, sets: Sets, family: Family) -> PooledEstimate:
    quantile = np.array([normal_quantile()])
    low, high = profile_interval(sets, top, quantile=quantile)[0]
    back = _share_of_logit if family == "binomial" else _exp
    return PooledEstimate(
        method=f"{family}-normal, ML",
        interval="profile likelihood",
        value=back(float(top.theta[0, 0])),
        low=0.0 if np.isnan(low) else back(float(low)),
        high=1.0 if np.isnan(high) else back(float(high)),
        tau2=float(top.theta[0, 1]) ** 2,
    )


def _normal(effects: Effects, scale: str, back: Back, estimator: Estimator) -> PooledEstimate:
    """Return the inverse-variance estimate with the interval of Hartung and Knapp (V15)."""
    fit = fit_normal(effects.estimates, effects.variances, estimator=estimator, hartung_knapp=True)
    k, centre = effects.estimates.size, float(fit.coefficients[0])
    error = float(fit.standard_errors[0])
    half = student_quantile(k - 1) * error
    apart = None if k < 3 else student_quantile(k - 2) * float(np.sqrt(fit.tau2 + error**2))
    return PooledEstimate(
        method=f"{scale}, inverse variance, {estimator}",
        interval="Hartung-Knapp",
        value=back(centre),
        low=back(centre - half),
        high=back(centre + half),
        prediction_low=None if apart is None else back(centre - apart),
        prediction_high=None if apart is None else back(centre + apart),
        tau2=fit.tau2,
        i2_fraction=fit.i2_fraction,
    )


def _exact(total: int, size: int, *, studies: int) -> Pooled:
    """Return one study, or studies without any or with nothing but events, as what they are."""
    ends = exact_interval(total, of=size)
    cautions = ["one study only: nothing is pooled"] if studies == 1 else []
    if studies > 1:
        what = "has an event" if total == 0 else "has a patient without the event"
        cautions.append(
            f"no study {what}: the likelihood has no highest point; the patients of all studies "
            "stand together with their exact interval, which takes the studies for alike"
        )
    return Pooled(
        studies=studies,
        events=total,
        size=size,
        leading=PooledEstimate(
            method="one study" if studies == 1 else EXACT_SUM,
            interval="exact (Clopper-Pearson)",
            value=total / size,
            low=ends.low_fraction,
            high=ends.high_fraction,
        ),
        others=(),
        cautions=tuple(cautions),
    )


def _cautions(k: int) -> tuple[str, ...]:
    if k == 2:
        return ("two studies: the variance between studies is hardly known",)
    if k < 5:
        return (f"{k} studies: the variance between studies is poorly known",)
    return ()


def _fit(x: NDArray[np.float64], n: NDArray[np.float64], family: Family) -> Maximum:
    sets = _sets(x, n, family)
    return maximise(_start(sets), sets)


def _sets(x: NDArray[np.float64], n: NDArray[np.float64], family: Family) -> Sets:
    return Sets(x[None], n[None], np.ones((1, x.size, 1)), np.ones((1, x.size)), family)


def _start(sets: Sets) -> NDArray[np.float64]:
    """Return the log odds (or log rate) of the sums, and a middling tau."""
    x, n = (sets.weights * sets.events).sum(axis=1), (sets.weights * sets.sizes).sum(axis=1)
    centre = np.log((x + 0.5) / (n - x + 0.5)) if sets.family == "binomial" else np.log(x / n)
    return np.stack([centre, np.full(len(x), _START_TAU)], axis=1)


def _share_of_logit(value: float) -> float:
    return float(expit(value))


def _share_of_arcsine(n: NDArray[np.float64]) -> Back:
    return lambda value: float(share_of_double_arcsine(value, sizes=n))


def _exp(value: float) -> float:
    return float(np.exp(value))
