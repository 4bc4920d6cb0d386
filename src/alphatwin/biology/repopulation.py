r"""Cells that divide during the treatment: the effect that they take back.

Clonogens that double in :math:`T_d` from the kick-off time :math:`T_k` on undo

.. math:: B_\mathrm{lost}(T) = \frac{\ln 2}{\alpha}\, \frac{\max(T - T_k,\, 0)}{T_d}

of the effect [1]_. A source that decays has no end, so that the net effect is taken where it is
largest: where the effect still grows as fast as it is lost (docs/theory-biology.md, eq. E13, E14).

References
----------
.. [1] R. G. Dale, "Radiobiological assessment of permanent implants using tumour repopulation
   factors in the linear-quadratic model", Br. J. Radiol. 62 (1989) 241-244.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.biology.heterogeneity import checked_alpha_per_gy
from alphatwin.biology.quantities import BiologicallyEffectiveDose, checked_alpha_beta_gy
from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from alphatwin.biology.sampled import SampledProtraction

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Repopulation:
    """How fast clonogens grow back.

    Attributes
    ----------
    alpha_per_gy
        () or (n_samples,) linear coefficient, > 0. [1/Gy]
    doubling_time_s
        () or (n_samples,) effective doubling time, > 0. [s]
    kick_off_s
        () or (n_samples,) time after the first administration from which they grow, >= 0. [s]
    """

    alpha_per_gy: Floats
    doubling_time_s: Floats
    kick_off_s: Floats

    def __post_init__(self) -> None:
        doubling = np.atleast_1d(np.asarray(self.doubling_time_s, dtype=np.float64))
        kick_off = np.atleast_1d(np.asarray(self.kick_off_s, dtype=np.float64))
        if not np.all(doubling > 0.0) or not np.all((kick_off >= 0.0) & np.isfinite(kick_off)):
            msg = (
                "doubling_time_s must be > 0 s (infinite: no growth) and kick_off_s finite and "
                f">= 0 s, got {doubling.min():g} and {kick_off.min():g}"
            )
            raise InvalidValueError(msg)
        object.__setattr__(self, "alpha_per_gy", checked_alpha_per_gy(self.alpha_per_gy))
        object.__setattr__(self, "doubling_time_s", doubling)
        object.__setattr__(self, "kick_off_s", kick_off)

    def lost_gy(self, *, time_s: ArrayLike) -> Floats:
        """Return the effect taken back until given times. (n_samples or 1, n_times) [Gy]."""
        times = np.atleast_1d(np.asarray(time_s, dtype=np.float64))
        rate = np.log(2.0) / (self.alpha_per_gy * self.doubling_time_s)
        grown_s = np.maximum(times - self.kick_off_s[:, np.newaxis], 0.0)
        return np.asarray(rate[:, np.newaxis] * grown_s)


@dataclass(frozen=True, slots=True, eq=False)
class NetEffect:
    """The largest net effect, and when it is reached.

    Attributes
    ----------
    bed
        Net biologically effective dose.
    effective_time_s
        (n_samples,) time until which the treatment gains on the growth. [s]
    """

    bed: BiologicallyEffectiveDose
    effective_time_s: Floats


def net_effect(
    given: SampledProtraction,
    *,
    time_s: ArrayLike,
    linear_weight_ratio: ArrayLike,
    repopulation: Repopulation,
    alpha_beta_gy: ArrayLike,
) -> NetEffect:
    """Return the largest difference between effect given and effect taken back.

    Parameters
    ----------
    given
        Dose and protracted product over time, from
        :func:`alphatwin.biology.sampled_protraction`; (n_times,) or (n_samples, n_times).
    time_s : (n_times,) array_like
        Their times, since the first administration; the answer is to the nearest of them. [s]
    linear_weight_ratio : () or (n_samples,) array_like
        Mean RBEmax, weighted with dose.
    repopulation
        How fast clonogens grow back.
    alpha_beta_gy : () or (n_samples,) array_like
        Of the tumour. [Gy]

    Raises
    ------
    InvalidValueError
        If alpha/beta is not > 0, or times and curves differ in number.
    """
    times = np.asarray(time_s, dtype=np.float64)
    ratio = checked_alpha_beta_gy(alpha_beta_gy)
    if given.dose_gy.shape[-1] != times.size:
        msg = f"time_s must have {given.dose_gy.shape[-1]} times, got {times.size}"
        raise InvalidValueError(msg)
    weight = np.asarray(linear_weight_ratio, dtype=np.float64).reshape(-1, 1)
    effect = weight * given.dose_gy + given.quadratic_gy2 / ratio.reshape(-1, 1)
    net = effect - repopulation.lost_gy(time_s=times)
    best = net.argmax(axis=1)
    return NetEffect(
        BiologicallyEffectiveDose(
            np.take_along_axis(net, best[:, np.newaxis], axis=1)[:, 0], ratio
        ),
        times[best],
    )
