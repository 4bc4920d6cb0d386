"""Meta-regression of shares on a group of studies, such as agent or earlier therapy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.evidence.pooling.effects import check_counts
from alphatwin.evidence.pooling.likelihood import Sets, maximise
from alphatwin.evidence.pooling.quantiles import chi2_tail, student_quantile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_START_TAU = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """Odds of one group of studies over those of the reference group.

    Attributes
    ----------
    group
        The group.
    studies
        Number of its studies.
    odds_ratio
        Odds of the outcome over those in the reference group; of different studies, not of
        randomised arms.
    low
        Lower end of the 95 % interval (Wald, Student's t).
    high
        Upper end of the 95 % interval.
    """

    group: str
    studies: int
    odds_ratio: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """How much of the differences between studies goes with their group.

    Attributes
    ----------
    moderator
        What the groups are.
    reference
        Group that the others are set against: the one with most patients.
    contrasts
        The other groups.
    tau2
        Variance between studies within groups, on the scale of log odds.
    without_groups_tau2
        Variance between studies without regard to groups.
    likelihood_ratio
        Twice the gain in log-likelihood by the groups.
    degrees_of_freedom
        Number of contrasts.
    tail_probability
        Probability of such a gain if groups made no difference; by chi-squared, too small when
        studies are few.
    left_out
        Groups that a regression cannot hold, and why.
    """

    moderator: str
    reference: str
    contrasts: tuple[Contrast, ...]
    tau2: float
    without_groups_tau2: float
    likelihood_ratio: float
    degrees_of_freedom: int
    tail_probability: float
    left_out: tuple[str, ...]


def regress(
    events: Sequence[int], sizes: Sequence[int], *, groups: Sequence[str], moderator: str
) -> Regression | None:
    """Return the binomial-normal regression on groups (eq. V25), None where none is possible.

    A group whose studies have no event, or nothing but events, has infinite log odds and is left
    out, as said in the answer. None is returned unless two groups are left, and more studies than
    coefficients.

    Parameters
    ----------
    events, sizes
        Counts and denominators of the studies.
    groups
        Group of each study.
    moderator
        What the groups are, in words.

    Raises
    ------
    InvalidValueError
        If a count is impossible, or not every study has a group.
    """
    check_counts(events, sizes)
    if len(groups) != len(events):
        msg = f"every study needs a group, got {len(events)} studies and {len(groups)} groups"
        raise InvalidValueError(msg)
    x, n = np.asarray(events, dtype=float), np.asarray(sizes, dtype=float)
    names = np.asarray(groups)
    left_out, kept = [], np.ones(x.size, dtype=bool)
    for name in dict.fromkeys(groups):
        mine = names == name
        if x[mine].sum() in {0.0, n[mine].sum()}:
            left_out.append(f"{name}: none or all of its patients have the outcome")
            kept &= ~mine
    x, n, names = x[kept], n[kept], names[kept]
    order = sorted(dict.fromkeys(names.tolist()), key=lambda g: (-n[names == g].sum(), g))
    if len(order) < 2 or x.size <= len(order):
        return None
    return _fitted(x, n, names, order, moderator=moderator, left_out=tuple(left_out))


def _fitted(
    x: NDArray[np.float64],
    n: NDArray[np.float64],
    names: NDArray[np.str_],
    order: list[str],
    *,
    moderator: str,
    left_out: tuple[str, ...],
) -> Regression:
    design = np.stack([np.ones(x.size), *(names == g for g in order[1:])], axis=1).astype(float)
    with_groups, without = (_sets(x, n, d) for d in (design, design[:, :1]))
    start = np.zeros((1, len(order) + 1))
    start[0, 0] = np.log((x.sum() + 0.5) / (n.sum() - x.sum() + 0.5))
    start[0, -1] = _START_TAU
    top = maximise(start, with_groups)
    alone = maximise(start[:, [0, -1]], without)
    gain = max(0.0, 2.0 * float(top.surface.value[0] - alone.surface.value[0]))
    errors = top.standard_errors()[0]
    quantile = student_quantile(x.size - len(order))
    return Regression(
        moderator=moderator,
        reference=order[0],
        contrasts=tuple(
            Contrast(
                group=name,
                studies=int((names == name).sum()),
                odds_ratio=float(np.exp(top.theta[0, i])),
                low=float(np.exp(top.theta[0, i] - quantile * errors[i])),
                high=float(np.exp(top.theta[0, i] + quantile * errors[i])),
            )
            for i, name in enumerate(order[1:], start=1)
        ),
        tau2=float(top.theta[0, -1]) ** 2,
        without_groups_tau2=float(alone.theta[0, -1]) ** 2,
        likelihood_ratio=gain,
        degrees_of_freedom=len(order) - 1,
        tail_probability=chi2_tail(gain, degrees_of_freedom=len(order) - 1),
        left_out=left_out,
    )


def _sets(x: NDArray[np.float64], n: NDArray[np.float64], design: NDArray[np.float64]) -> Sets:
    return Sets(x[None], n[None], design[None], np.ones((1, x.size)), "binomial")
