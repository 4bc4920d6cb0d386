r"""Effect against activity, in two coefficients, and the activity at which a level is reached.

Absorbed dose is linear in the activity :math:`A` of the first cycle, and biologically effective
dose is linear plus quadratic,

.. math:: E(A) = a\,A + \frac{b}{\alpha/\beta}\,A^2 ,

with :math:`a` and :math:`b` of the whole schedule, sample by sample (docs/theory-prescription.md,
eq. P3, P4). The activity at which :math:`E` reaches a level :math:`L`, of which :math:`E_0` is
already used, is the positive root

.. math:: A_L = \frac{2\,(L - E_0)}{a + \sqrt{a^2 + 4\,(L - E_0)\,b/(\alpha/\beta)}} ,

written so that nothing cancels where :math:`b` is small. :math:`E` rises with :math:`A`, so that
the probability of exceeding the level at a planned activity :math:`A_p` is that of
:math:`A_L < A_p`: one sorted array answers for every activity.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class EffectPerActivity:
    """Effect of a schedule in one region, per activity of its first cycle.

    Attributes
    ----------
    linear_gy_per_bq
        Coefficient of the activity. (n_samples,) [Gy/Bq]
    quadratic_gy_per_bq2
        Coefficient of its square, the ratio alpha/beta included; 0 for absorbed dose.
        (n_samples,) [Gy/Bq2]
    """

    linear_gy_per_bq: Floats
    quadratic_gy_per_bq2: Floats

    def __post_init__(self) -> None:
        for name in ("linear_gy_per_bq", "quadratic_gy_per_bq2"):
            values = np.array(getattr(self, name), dtype=np.float64)
            if values.ndim != 1 or values.size == 0:
                msg = f"{name} must hold one value for each sample, got shape {values.shape}"
                raise InvalidValueError(msg)
            if not (np.isfinite(values) & (values >= 0.0)).all():
                worst = values[~(np.isfinite(values) & (values >= 0.0))][0]
                msg = f"{name} must be finite and >= 0, got {worst:g}"
                raise InvalidValueError(msg)
            values.setflags(write=False)
            object.__setattr__(self, name, values)
        if self.linear_gy_per_bq.shape != self.quadratic_gy_per_bq2.shape:
            msg = (
                "linear_gy_per_bq and quadratic_gy_per_bq2 must be of the same samples, got "
                f"{self.linear_gy_per_bq.size} and {self.quadratic_gy_per_bq2.size}"
            )
            raise InvalidValueError(msg)


def linear_effect(linear_gy_per_bq: ArrayLike) -> EffectPerActivity:
    """Return an effect without a quadratic part: absorbed or RBE-weighted dose. [Gy/Bq]."""
    linear = np.atleast_1d(np.asarray(linear_gy_per_bq, dtype=np.float64))
    return EffectPerActivity(linear, np.zeros_like(linear))


def effect_gy(effect: EffectPerActivity, *, activity_bq: float) -> Floats:
    """Return the effect of a schedule, eq. P3.

    Parameters
    ----------
    effect
        The two coefficients.
    activity_bq
        Activity of the first cycle. [Bq]

    Returns
    -------
    (n_samples,) ndarray
        Effect, of the kind that the coefficients are of. [Gy]

    Raises
    ------
    InvalidValueError
        If the activity is negative or not finite.
    """
    if not 0.0 <= activity_bq < math.inf:
        msg = f"activity_bq must be finite and >= 0, got {activity_bq}"
        raise InvalidValueError(msg)
    return np.asarray(
        effect.linear_gy_per_bq * activity_bq + effect.quadratic_gy_per_bq2 * activity_bq**2
    )


def activity_reaching_bq(
    effect: EffectPerActivity, *, level_gy: float, before_gy: ArrayLike = 0.0
) -> Floats:
    """Return the activity of the first cycle at which a level is reached, eq. P4.

    Parameters
    ----------
    effect
        The two coefficients.
    level_gy
        The level, of the kind that the coefficients are of. [Gy]
    before_gy
        Effect of earlier therapies, which uses part of the level. () or (n_samples,) [Gy]

    Returns
    -------
    (n_samples,) ndarray
        Activity; 0 where earlier therapies have reached the level already, infinite where the
        region takes no dose. [Bq]

    Raises
    ------
    InvalidValueError
        If the level is not positive and finite, or what was before is negative or not finite.
    """
    if not 0.0 < level_gy < math.inf:
        msg = f"level_gy must be positive and finite, got {level_gy}"
        raise InvalidValueError(msg)
    before = np.asarray(before_gy, dtype=np.float64)
    if not (np.isfinite(before) & (before >= 0.0)).all():
        msg = f"before_gy must be finite and >= 0, got {before.min():g}"
        raise InvalidValueError(msg)
    room_gy = np.maximum(level_gy - before, 0.0)
    slope = effect.linear_gy_per_bq
    root = np.sqrt(slope**2 + 4.0 * room_gy * effect.quadratic_gy_per_bq2)
    room_gy = np.broadcast_to(room_gy, slope.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = 2.0 * room_gy / (slope + root)
    return np.where(room_gy == 0.0, 0.0, np.where(slope + root == 0.0, np.inf, found))


def probability_above(reaching_bq: ArrayLike, *, activity_bq: ArrayLike) -> Floats:
    """Return the probability that a planned activity exceeds a level.

    Parameters
    ----------
    reaching_bq
        Samples of the activity that reaches the level. (n_samples,) [Bq]
    activity_bq
        Planned activities of the first cycle. (...,) [Bq]

    Returns
    -------
    (...,) ndarray
        Share of the samples that lie below each activity.

    Raises
    ------
    InvalidValueError
        If there are no samples.
    """
    reaching = np.sort(np.asarray(reaching_bq, dtype=np.float64), axis=None)
    if reaching.size == 0:
        msg = "reaching_bq must hold samples, got none"
        raise InvalidValueError(msg)
    planned = np.asarray(activity_bq, dtype=np.float64)
    return np.asarray(np.searchsorted(reaching, planned, side="left") / reaching.size)
