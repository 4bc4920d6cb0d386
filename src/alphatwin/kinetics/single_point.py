r"""Time-integrated activity from one scan: two published rules, and where they hold.

Both take one phase of clearance, :math:`A(t') = A(t)\,2^{-(t'-t)/T}`, of which the integral is
:math:`\tilde A = A(t)\,2^{t/T}\,T/\ln 2`. Haenscheid [1]_ puts :math:`2^{t/T}\,T \approx 2t`:

.. math:: \tilde A \approx A(t)\,\frac{2t}{\ln 2}, \qquad
          \frac{\text{rule}}{\text{truth}} = x\,2^{1-x}, \quad x = t/T,

exact at one and two effective half-lives and within 12 % from 0.75 to 2.5 of them, without the
half-life being known. Madsen [2]_ puts the population's rate :math:`k = \ln 2/T_\text{pop}` in
place of the patient's,

.. math:: \tilde A \approx A(t)\,\frac{e^{kt}}{k},

which to first order does not depend on :math:`k` at :math:`t = 1/k`, 1.44 half-lives. Either rule
holds for the effective half-life of one nuclide: a scan of another nuclide on the same vector has
other decay between scan and integral, so an exchange of nuclide is refused.

References
----------
.. [1] H. Haenscheid et al., "Dose mapping after endoradiotherapy with 177Lu-DOTATATE/DOTATOC by a
   single measurement after 4 days", J. Nucl. Med. 59 (2018) 75-81,
   doi:10.2967/jnumed.117.193706. Rule and window recalled; the rule read in another program.
.. [2] M. T. Madsen et al., "Technical note: Single time point imaging method for absorbed dose
   calculations in targeted radionuclide therapy", Med. Phys. 40 (2013). Recalled; the rule read in
   another program.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.nuclides import canonical_name
from alphatwin.uncertainty.distributions import log_of_truncated

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from alphatwin.uncertainty import Lognormal

WINDOW_HALF_LIVES = (0.75, 2.5)
"""Time of the scan in effective half-lives between which the rules may be used."""


def haenscheid_time_integrated_activity_bq_s(
    activity_bq: ArrayLike,
    *,
    time_s: float,
    effective_half_life_s: float,
    counted_nuclide: str,
    wanted_nuclide: str,
) -> NDArray[np.float64]:
    """Return the number of decays by Haenscheid's rule, A(t) 2t / ln 2.

    Parameters
    ----------
    activity_bq : (...,) array_like
        Activity in the region at the time of the scan, not decay-corrected; samples of it. [Bq]
    time_s
        Time of the scan since administration. [s]
    effective_half_life_s
        Half-life that is assumed. It is not in the rule; it says whether the rule holds. [s]
    counted_nuclide, wanted_nuclide
        Nuclide that was counted, and nuclide whose decays are wanted: they must be the same.

    Returns
    -------
    (...,) ndarray
        Time-integrated activity to infinity, same shape as ``activity_bq``. [Bq s]

    Raises
    ------
    NotSupportedError
        If the scan is outside 0.75 to 2.5 effective half-lives, or the nuclides differ.
    InvalidValueError
        If an activity, the time or the half-life has no meaning.
    """
    counts_bq = _checked(
        "Haenscheid", activity_bq, time_s, effective_half_life_s, (counted_nuclide, wanted_nuclide)
    )
    return counts_bq * (2.0 * time_s / math.log(2.0))


def haenscheid_error(half_lives_number: ArrayLike) -> NDArray[np.float64]:
    """Return how far Haenscheid's rule is off under one phase of clearance, ``x 2^(1-x) - 1``.

    Parameters
    ----------
    half_lives_number : (...,) array_like
        True number of effective half-lives from administration to the scan.
    """
    x = np.asarray(half_lives_number, dtype=np.float64)
    return np.asarray(x * 2.0 ** (1.0 - x) - 1.0)


def madsen_time_integrated_activity_bq_s(
    activity_bq: ArrayLike,
    *,
    time_s: float,
    effective_half_life: Lognormal,
    decay_constant_per_s: float,
    counted_nuclide: str,
    wanted_nuclide: str,
) -> NDArray[np.float64]:
    """Return the number of decays by Madsen's rule, A(t) exp(kt) / k.

    Parameters
    ----------
    activity_bq : (...,) array_like
        Activity in the region at the time of the scan, not decay-corrected; samples of it. [Bq]
    time_s
        Time of the scan since administration. [s]
    effective_half_life
        Of the population, under the nuclide that was counted; its median is used. [s]
    decay_constant_per_s
        Of the nuclide that was counted; no effective half-life is longer than physics. [1/s]
    counted_nuclide, wanted_nuclide
        Nuclide that was counted, and nuclide whose decays are wanted: they must be the same.

    Returns
    -------
    (...,) ndarray
        Time-integrated activity to infinity, same shape as ``activity_bq``. [Bq s]

    Raises
    ------
    NotSupportedError
        If the scan is outside 0.75 to 2.5 median half-lives, or the nuclides differ.
    InvalidValueError
        If an activity, the time or the half-life has no meaning.
    """
    counts_bq = _checked(
        "Madsen", activity_bq, time_s, effective_half_life.median, (counted_nuclide, wanted_nuclide)
    )
    _physical_half_life_s(effective_half_life, decay_constant_per_s)
    rate_per_s = math.log(2.0) / effective_half_life.median
    return counts_bq * (math.exp(rate_per_s * time_s) / rate_per_s)


def madsen_samples_bq_s(
    activity_bq: ArrayLike,
    *,
    time_s: float,
    effective_half_life: Lognormal,
    decay_constant_per_s: float,
    counted_nuclide: str,
    wanted_nuclide: str,
    generator: np.random.Generator,
) -> NDArray[np.float64]:
    """Return samples of Madsen's rule, the spread of the population's half-life included.

    Parameters
    ----------
    activity_bq : (n_samples,) array_like
        Samples of the activity at the time of the scan, its own error included. [Bq]
    time_s, effective_half_life, decay_constant_per_s, counted_nuclide, wanted_nuclide
        As in :func:`madsen_time_integrated_activity_bq_s`; each sample has its own half-life,
        drawn from the population and cut off at the physical half-life.
    generator
        Random stream.

    Returns
    -------
    (n_samples,) ndarray
        Time-integrated activity to infinity. [Bq s]

    Raises
    ------
    NotSupportedError, InvalidValueError
        As in :func:`madsen_time_integrated_activity_bq_s`.
    """
    counts_bq = _checked(
        "Madsen", activity_bq, time_s, effective_half_life.median, (counted_nuclide, wanted_nuclide)
    )
    if counts_bq.ndim != 1 or counts_bq.size == 0:
        msg = f"activity_bq must be (n_samples,) with n_samples >= 1, got {counts_bq.shape}"
        raise InvalidValueError(msg)
    upper_s = _physical_half_life_s(effective_half_life, decay_constant_per_s)
    z = generator.standard_normal(counts_bq.size)
    rate_per_s = math.log(2.0) / np.exp(log_of_truncated(effective_half_life, upper=upper_s, z=z))
    return np.asarray(counts_bq * np.exp(rate_per_s * time_s) / rate_per_s)


def _physical_half_life_s(effective_half_life: Lognormal, decay_constant_per_s: float) -> float:
    if not 0.0 < decay_constant_per_s < math.inf:
        msg = f"decay_constant_per_s must be finite and > 0, got {decay_constant_per_s}"
        raise InvalidValueError(msg)
    physical_s = math.log(2.0) / decay_constant_per_s
    if effective_half_life.median > physical_s:
        msg = (
            f"effective_half_life: median {effective_half_life.median:.6g} s is longer than the "
            f"physical half-life {physical_s:.6g} s; give it for the nuclide that was counted"
        )
        raise InvalidValueError(msg)
    return physical_s


def _checked(
    rule: str,
    activity_bq: ArrayLike,
    time_s: float,
    effective_half_life_s: float,
    nuclides: tuple[str, str],
) -> NDArray[np.float64]:
    """Return the activities, if the rule holds."""
    counted, wanted = (canonical_name(name) for name in nuclides)
    if counted != wanted:
        msg = (
            f"{rule}'s rule: {counted} was counted and {wanted} is wanted; one scan and one "
            f"effective half-life of {counted} say nothing of the decays of {wanted}, whose own "
            "half-life is another. Fit a curve with a population prior and predict from that"
        )
        raise NotSupportedError(msg)
    for name, value in (("time_s", time_s), ("effective_half_life_s", effective_half_life_s)):
        if not 0.0 < value < math.inf:
            msg = f"{name} must be finite and > 0, got {value}"
            raise InvalidValueError(msg)
    low, high = WINDOW_HALF_LIVES
    half_lives = time_s / effective_half_life_s
    if not low <= half_lives <= high:
        msg = (
            f"{rule}'s rule: a scan at {time_s / 3600.0:.4g} h is at {half_lives:.3g} effective "
            f"half-lives of {effective_half_life_s / 3600.0:.4g} h; allowed are {low} to {high}, "
            f"{low * effective_half_life_s / 3600.0:.4g} h to "
            f"{high * effective_half_life_s / 3600.0:.4g} h. Fit a curve with a population prior"
        )
        raise NotSupportedError(msg)
    counts_bq = np.asarray(activity_bq, dtype=np.float64)
    if not (np.isfinite(counts_bq) & (counts_bq >= 0.0)).all():
        msg = "activity_bq must be finite and >= 0"
        raise InvalidValueError(msg)
    return counts_bq
