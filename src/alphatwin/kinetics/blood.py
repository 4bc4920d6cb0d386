r"""Blood samples that are counted later: what was in them when they were drawn.

In the body, daughters that have left the vector are carried away, so blood is not in equilibrium.
In the tube nothing moves: from drawing on, the chain decays and grows by itself. The state at
drawing is taken as the parent with its whole chain in transient equilibrium, plus an *excess*
:math:`x_d` (negative: a lack) of each daughter that is asked for, with those of its descendants
that decay faster than it. A count :math:`c` of window :math:`w` from delay :math:`t_c` on for a
duration :math:`\tau_c` has the mean net rate

.. math:: y_c = \sum_n \varepsilon_{wn}\,\frac{1}{\tau_c}\int_{t_c}^{t_c+\tau_c} A_n\,dt
          = \sum_k M_{ck}\,\theta_k, \qquad \theta = (A_\mathrm{parent}, x_{d_1}, \ldots),

linear in the unknowns, with the exact chain in :math:`M` (docs/theory-blood.md, eqs. B1-B4). This
is the protocol of several counts at different times of [1]_, for any chain, window and number of
counts, with the down-scatter of one window into another as one more :math:`\varepsilon`.

References
----------
.. [1] "Gamma counting protocols for the accurate quantification of 225Ac and 213Bi without the
   need for a secular equilibrium between parent and gamma-emitting daughter", EJNMMI
   Radiopharm. Chem. 7 (2022), doi:10.1186/s41181-022-00174-z; its abstract was read.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import numpy as np

from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.nuclides import canonical_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from alphatwin.kinetics.counting import SampleCount
    from alphatwin.nuclides import DecayChain

    Floats = NDArray[np.float64]

LARGEST_CONDITION: Final = 50.0
"""An error of 1 % of a count may become 50 % of an unknown; beyond, nothing is learnt."""
EQUILIBRIUM_REACHED: Final = 0.01
"""Change of the parent's activity below which the state at drawing no longer matters."""
BEYOND_UNCERTAINTY: Final = 3.0
"""Standard uncertainties below zero from which an activity is a contradiction, not noise."""
_DECAYED_SHARE = 0.05  # of an excess, below which it can no longer be counted
_HALF_LIVES_TO_WAIT = 4.0  # after which 6 % of an excess is left
_HALF_LIVES_AT_MOST = 2.0  # after drawing, for the first count

EquilibriumState = Literal["solved", "reached", "assumed"]


class Estimate(NamedTuple):
    """A value with its standard uncertainty, both in the unit of what was asked for."""

    value: float
    sd: float


@dataclass(frozen=True, slots=True, eq=False)
class DrawnSample:
    """Activity in a sample when it was drawn.

    Attributes
    ----------
    nuclides
        Members of the chain, the parent first. (n)
    activity_bq
        Activity of each at drawing. (n,) [Bq]
    covariance_bq_bq
        Covariance of the activities. (n, n) [Bq Bq]
    equilibrium_ratio
        Activity over the parent's in transient equilibrium; 0 where there is none. (n,)
    solved
        The parent, and the daughters that the counts determine by themselves.
    state
        ``solved``: daughters were asked for; ``reached``: equilibrium had set in by the time of
        counting; ``assumed``: it had not, and the parent leans on the assumption that the
        daughters that were not asked for were in equilibrium at drawing.
    change_if_absent_bq
        Change of each solved activity if all other daughters had been absent at drawing. [Bq]
    condition_number
        Of the system, rows and columns scaled: how much a relative error may grow at worst.
    misfit_number, n_degrees_of_freedom
        Weighted sum of squared residuals (chi-squared), and counts beyond the unknowns.
    """

    nuclides: tuple[str, ...]
    activity_bq: Floats
    covariance_bq_bq: Floats
    equilibrium_ratio: Floats
    solved: tuple[str, ...]
    state: EquilibriumState
    change_if_absent_bq: Floats
    condition_number: float
    misfit_number: float
    n_degrees_of_freedom: int

    def __post_init__(self) -> None:
        for name in ("activity_bq", "covariance_bq_bq", "equilibrium_ratio", "change_if_absent_bq"):
            getattr(self, name).setflags(write=False)

    def activity_of(self, name: str) -> Estimate:
        """Return the activity of a member at drawing. [Bq]."""
        i = self._index(name)
        return Estimate(
            float(self.activity_bq[i]), math.sqrt(max(float(self.covariance_bq_bq[i, i]), 0.0))
        )

    def share_of_equilibrium(self, name: str) -> Estimate:
        """Return a daughter's activity over that in equilibrium with the parent (no unit).

        Below one, free daughters are cleared faster than made; above one, they came along.

        Raises
        ------
        NotSupportedError
            If the daughter outlives the parent, or the parent's activity is not above zero.
        """
        i = self._index(name)
        parent = float(self.activity_bq[0])
        if self.equilibrium_ratio[i] == 0.0 or parent <= 0.0:
            msg = f"{name} has no equilibrium with {self.nuclides[0]} in this sample ({parent} Bq)"
            raise NotSupportedError(msg)
        share = float(self.activity_bq[i]) / (float(self.equilibrium_ratio[i]) * parent)
        slope = np.zeros(len(self.nuclides))
        slope[i] = 1.0 / (float(self.equilibrium_ratio[i]) * parent)
        slope[0] -= share / parent
        return Estimate(share, math.sqrt(max(float(slope @ self.covariance_bq_bq @ slope), 0.0)))

    def samples_bq(self, generator: np.random.Generator, n_samples: int) -> Floats:
        """Return draws of all activities, correlated as they are. (n_samples, n) [Bq]."""
        return np.asarray(
            generator.multivariate_normal(
                self.activity_bq,
                self.covariance_bq_bq,
                size=n_samples,
                method="eigh",
                check_valid="ignore",
            )
        )

    def _index(self, name: str) -> int:
        wanted = canonical_name(name)
        if wanted not in self.nuclides:
            msg = f"{wanted} is not in this chain; its members: {', '.join(self.nuclides)}"
            raise InvalidValueError(msg)
        return self.nuclides.index(wanted)


def equilibrium_activity_ratio(chain: DecayChain, name: str) -> Floats:
    r"""Return the activities in transient equilibrium with a member, over that member's.

    .. math:: \frac{A_i}{A_m} = \frac{\lambda_i}{\lambda_i - \lambda_m}\sum_j b_{ij}\frac{A_j}{A_m}

    (docs/theory-blood.md, eq. B2): exact once all but the member's own exponential are gone. A
    descendant that outlives the member has no equilibrium and counts as absent, as do members
    that are no descendants.

    Parameters
    ----------
    chain
        The chain, rates in [1/s].
    name
        The member.

    Returns
    -------
    (n,) ndarray
        Ratios; 1 for the member.
    """
    own = chain.index(name)
    rate = chain.decay_constants_per_s
    ratio = np.zeros(rate.size)
    ratio[own] = 1.0
    for i in range(own + 1, rate.size):
        if rate[i] > rate[own]:
            fed = float(chain.branching[i, :i] @ ratio[:i])
            ratio[i] = fed * rate[i] / (rate[i] - rate[own])
    return ratio


def sample_at_drawing(
    counts: Sequence[SampleCount], *, chain: DecayChain, daughters: Sequence[str] = ()
) -> DrawnSample:
    """Return the activity of the parent and of each daughter when the sample was drawn.

    Parameters
    ----------
    counts
        The counts of one sample, in any order. (n_counts)
    chain
        Chain of the parent, ``decay_chain("Ac-225")``.
    daughters
        Daughters whose activity at drawing is solved for; all others are taken in equilibrium,
        with the nearest of these where they decay faster, and the result says what that is worth.

    Raises
    ------
    InvalidValueError
        If there are fewer counts than unknowns, a window sees no member, the delays cannot tell
        the unknowns apart, or an activity comes out negative beyond its uncertainty.
    NotSupportedError
        If the chain has several roots.
    """
    names = _unknowns(chain, daughters)
    if len(counts) < len(names):
        msg = (
            f"counts: {len(counts)} cannot determine {len(names)} unknowns "
            f"({', '.join(names)} at drawing); {_way_out(counts, chain, names[1:])}"
        )
        raise InvalidValueError(msg)
    basis = np.stack([equilibrium_activity_ratio(chain, name) for name in names], axis=1)
    matrix = np.array([[_response(c, chain, column) for column in basis.T] for c in counts])
    condition = _condition(matrix, basis[_rows(chain, names), 0])
    if not condition <= LARGEST_CONDITION:
        msg = (
            f"counts: the delays cannot tell {' and '.join(names)} apart (condition number "
            f"{condition:.3g}, at most {LARGEST_CONDITION:g} is allowed); "
            f"{_way_out(counts, chain, names[1:])}"
        )
        raise InvalidValueError(msg)
    unknowns, covariance, chi_squared = _least_squares(counts, matrix)
    change = _if_absent_bq(counts, chain, basis, names) - (basis @ unknowns)[_rows(chain, names)]
    drawn = DrawnSample(
        nuclides=chain.nuclides,
        activity_bq=basis @ unknowns,
        covariance_bq_bq=basis @ covariance @ basis.T,
        equilibrium_ratio=basis[:, 0].copy(),
        solved=names,
        state=_state(names, change, float(unknowns[0])),
        change_if_absent_bq=change,
        condition_number=condition,
        misfit_number=chi_squared,
        n_degrees_of_freedom=len(counts) - len(names),
    )
    _refuse_negative(drawn)
    return drawn


def _unknowns(chain: DecayChain, daughters: Sequence[str]) -> tuple[str, ...]:
    if len(chain.roots) != 1:
        msg = f"a sample needs the chain of one parent, got roots {', '.join(chain.roots)}"
        raise NotSupportedError(msg)
    names = (chain.roots[0], *(canonical_name(name) for name in daughters))
    for name in names:
        chain.index(name)
    if len(set(names)) < len(names):
        msg = f"daughters must be others than the parent, each once; got {', '.join(names[1:])}"
        raise InvalidValueError(msg)
    return names


def _response(count: SampleCount, chain: DecayChain, state: Floats) -> float:
    """Return the mean rate of a count from a state at drawing that has no negative activity."""
    initial = {n: float(a) for n, a in zip(chain.nuclides, state, strict=True) if a > 0.0}
    if count.duration_s == 0.0:
        mean_bq = chain.activity_bq(initial, time_s=count.delay_s)
    else:
        stop_s = count.delay_s + count.duration_s
        decays = chain.cumulated_decays(initial, start_s=count.delay_s, stop_s=stop_s)
        mean_bq = decays / count.duration_s
    seen = count.window.counts_per_decay.items()
    return float(sum(response * mean_bq[chain.index(name)] for name, response in seen))


def _condition(matrix: Floats, scale: Floats) -> float:
    """Return the condition number with unknowns in units of equilibrium, rows of equal size."""
    scaled = matrix * np.where(scale > 0.0, scale, 1.0)
    size = np.linalg.norm(scaled, axis=1, keepdims=True)
    if not (size > 0.0).all():
        return math.inf
    return float(np.linalg.cond(scaled / size))


def _least_squares(counts: Sequence[SampleCount], matrix: Floats) -> tuple[Floats, Floats, float]:
    """Return unknowns, covariance and chi-squared: statistics weigh, calibrations only widen.

    A calibration in the weights would pull the result low (Peelle's puzzle).
    """
    sd = np.array([c.sd_per_s for c in counts])
    rates = np.array([c.rate_per_s for c in counts])
    inverse = np.linalg.pinv(matrix / sd[:, None], rcond=1e-15)
    gain = inverse / sd
    unknowns = gain @ rates
    covariance = inverse @ inverse.T
    predicted = matrix @ unknowns
    for window in {id(c.window): c.window for c in counts}.values():
        own = np.array([c.window is window for c in counts])
        shift = gain @ np.where(own, predicted, 0.0)
        covariance = covariance + window.calibration_relative_sd**2 * np.outer(shift, shift)
    return unknowns, covariance, float(np.sum(((rates - predicted) / sd) ** 2))


def _rows(chain: DecayChain, names: Sequence[str]) -> list[int]:
    return [chain.index(name) for name in names]


def _if_absent_bq(
    counts: Sequence[SampleCount], chain: DecayChain, basis: Floats, names: tuple[str, ...]
) -> Floats:
    """Return the solved activities if what is not asked for was absent at drawing."""
    listed = _rows(chain, names)
    alone = np.zeros_like(basis)
    alone[listed] = basis[listed]
    matrix = np.array([[_response(c, chain, column) for column in alone.T] for c in counts])
    if not np.isfinite(_condition(matrix, alone[listed, 0])):
        return np.full(len(names), np.inf)
    return np.asarray((alone @ _least_squares(counts, matrix)[0])[listed])


def _state(names: tuple[str, ...], change_bq: Floats, parent_bq: float) -> EquilibriumState:
    if len(names) > 1:
        return "solved"
    negligible = abs(float(change_bq[0])) <= EQUILIBRIUM_REACHED * abs(parent_bq)
    return "reached" if negligible else "assumed"


def _way_out(counts: Sequence[SampleCount], chain: DecayChain, daughters: Sequence[str]) -> str:
    """Return what would determine the unknowns, in words with times."""
    first_s = min((c.delay_s for c in counts), default=0.0)
    for name in daughters:
        half_life_s = math.log(2.0) / float(chain.decay_constants_per_s[chain.index(name)])
        if 0.5 ** (first_s / half_life_s) < _DECAYED_SHARE:
            return (
                f"{name} had decayed before the first count ({first_s / half_life_s:.1f} "
                f"half-lives after drawing): count the next sample within {_HALF_LIVES_AT_MOST:g} "
                f"half-lives ({_HALF_LIVES_AT_MOST * half_life_s / 60.0:.3g} min) of drawing, or "
                "leave it out of daughters"
            )
    if not daughters:
        return "count the sample at least once"
    slowest_s = max(
        math.log(2.0) / float(chain.decay_constants_per_s[chain.index(n)]) for n in daughters
    )
    again_s = first_s + _HALF_LIVES_TO_WAIT * slowest_s
    return (
        f"count again {_HALF_LIVES_TO_WAIT:g} half-lives after the first count "
        f"({again_s / 3600.0:.3g} h after drawing), or ask for fewer daughters"
    )


def _refuse_negative(drawn: DrawnSample) -> None:
    for name in drawn.solved:
        value, sd = drawn.activity_of(name)
        if value < -BEYOND_UNCERTAINTY * sd:
            msg = (
                f"counts: the activity of {name} at drawing comes out as {value:.4g} Bq, below "
                f"zero by more than {BEYOND_UNCERTAINTY:g} standard uncertainties ({sd:.2g} Bq): "
                "check delays, windows and backgrounds, or ask for the daughters that were free"
            )
            raise InvalidValueError(msg)
