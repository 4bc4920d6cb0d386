r"""Doses given over time: the Lea-Catcheside factor of a summed dose rate, in closed form.

For radiation types *a*, *b* and repair :math:`\varphi(t) = \sum_k w_k e^{-\mu_k t}`,

.. math:: \Gamma_{ab} = \int\!\!\int \dot D_a(s)\, \dot D_b(t)\, \varphi(|t-s|)\, ds\, dt ,
          \qquad
          G[r] \Big(\int r\Big)^2 = \sum_{ab} \sqrt{b_a b_b}\; \Gamma_{ab}

for :math:`r = \sum_a \sqrt{b_a}\,\dot D_a` (docs/theory-biology.md, eq. E2-E5). One matrix serves
every choice of the :math:`b`. It is found without exponentials: products of the members of two
linear systems obey a linear system themselves, whose integral to infinity

.. math:: (k_i + k_j)\, S_{ij} = x_i(0)\, x_j(0) + \sum_l f_{il} S_{lj} + \sum_l f_{jl} S_{il}

needs sums of rates only, so that equal rates are no special case and nothing is subtracted but
what phases of uptake subtract. Two administrations a lag apart are one such integral from the
later on, where the earlier begins from its state and its unrepaired dose at that time; cycles that
overlap need no approximation. The cost of one pair is :math:`O(n^2)` array operations over samples
for *n* members; pairs that share both systems and the lag are solved once.

References
----------
.. [1] D. E. Lea, D. G. Catcheside, "The mechanism of the induction by radiation of chromosome
   aberrations in Tradescantia", J. Genet. 44 (1942) 216-245, doi:10.1007/BF02982830.
.. [2] R. G. Dale, "The application of the linear-quadratic dose-effect equation to fractionated
   and protracted radiotherapy", Br. J. Radiol. 58 (1985) 515-528.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.biology.parameters import BetaRatio, Repair
from alphatwin.dose import RADIATION_TYPES
from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from alphatwin.biology.dose_rate import DoseRate

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Cycle:
    """One administration of a schedule.

    Attributes
    ----------
    dose_rate
        Dose rate since the administration; its own in every cycle if kinetics change.
    start_s
        When it is given, since any common zero. [s]
    factor
        Activity given over that of the dose rate.
    """

    dose_rate: DoseRate
    start_s: float
    factor: float = 1.0

    def __post_init__(self) -> None:
        if not np.isfinite(self.start_s) or not 0.0 <= self.factor < np.inf:
            msg = (
                "a cycle needs a finite start_s and a finite factor >= 0, got "
                f"start_s={self.start_s}, factor={self.factor}"
            )
            raise InvalidValueError(msg)


@dataclass(frozen=True, slots=True, eq=False)
class ProtractedDose:
    """Dose by radiation type, and its products weighted with what is not repaired in between.

    Attributes
    ----------
    dose_gy
        (n_samples, n_types) absorbed dose, types as :data:`alphatwin.dose.RADIATION_TYPES`. [Gy]
    product_gy2
        (n_samples, n_types, n_types) the matrix of eq. E3, symmetric. [Gy^2]
    """

    dose_gy: Floats
    product_gy2: Floats

    def __post_init__(self) -> None:
        types = len(RADIATION_TYPES)
        dose = np.array(self.dose_gy, dtype=np.float64)
        product = np.array(self.product_gy2, dtype=np.float64)
        if dose.ndim != 2 or dose.shape[1] != types or product.shape != (len(dose), types, types):
            msg = (
                f"a protracted dose needs (n_samples, {types}) dose_gy and (n_samples, {types}, "
                f"{types}) product_gy2, got {dose.shape} and {product.shape}"
            )
            raise InvalidValueError(msg)
        for name, values in (("dose_gy", dose), ("product_gy2", product)):
            values.setflags(write=False)
            object.__setattr__(self, name, values)

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return int(self.dose_gy.shape[0])

    @property
    def total_gy(self) -> Floats:
        """(n_samples,) absorbed dose of all radiation types in Gy."""
        return np.asarray(self.dose_gy.sum(axis=1))

    def quadratic_gy2(self, beta_ratio: BetaRatio) -> Floats:
        """Return ``G[r] (integral of r)^2``. (n_samples,) [Gy^2]."""
        root = np.sqrt(beta_ratio.as_array())
        return np.asarray(np.einsum("sa,sab,sb->s", *self._matched(root), optimize=False))

    def lea_catcheside(self, beta_ratio: BetaRatio | None = None) -> Floats:
        """Return G of the summed dose rate; 0 where no dose has a quadratic term. (n_samples,)."""
        ratio = BetaRatio() if beta_ratio is None else beta_ratio
        root_dose: Floats = np.sum(self.dose_gy * np.sqrt(ratio.as_array()), axis=1)
        whole = root_dose * root_dose
        found = np.zeros_like(whole)
        np.divide(self.quadratic_gy2(ratio), whole, out=found, where=whole > 0.0)
        return found

    def lea_catcheside_by_pair(self) -> Floats:
        """Return G of every pair of radiations; that of the sum where a pair is empty.

        Returns
        -------
        (n_samples, n_types, n_types) ndarray
            What the course of time alone makes of the products of two doses.
        """
        pairs = self.dose_gy[:, :, np.newaxis] * self.dose_gy[:, np.newaxis, :]
        factors = np.repeat(self.lea_catcheside(), pairs[0].size).reshape(pairs.shape)
        np.divide(self.product_gy2, pairs, out=factors, where=pairs > 0.0)
        return factors

    def scaled(self, factor: ArrayLike) -> ProtractedDose:
        """Return what another activity gives, or another mass: all dose rates times a factor.

        Parameters
        ----------
        factor : () or (n_samples,) array_like
            At least 0.
        """
        f = np.asarray(factor, dtype=np.float64).reshape(-1, 1)
        return ProtractedDose(self.dose_gy * f, self.product_gy2 * (f * f)[:, :, np.newaxis])

    def with_distant(self, other: ProtractedDose) -> ProtractedDose:
        """Return both doses, so far apart in time that all damage of one is repaired."""
        return ProtractedDose(self.dose_gy + other.dose_gy, self.product_gy2 + other.product_gy2)

    def _matched(self, root: Floats) -> tuple[Floats, Floats, Floats]:
        n = max(self.n_samples, root.shape[0])
        types = len(RADIATION_TYPES)
        each = np.broadcast_to(root, (n, types))
        return each, np.broadcast_to(self.product_gy2, (n, types, types)), each


def protracted_dose(cycles: Sequence[Cycle], *, repair: Repair) -> ProtractedDose:
    """Return dose and weighted products of a schedule, exact for any overlap of its cycles.

    Parameters
    ----------
    cycles
        The administrations, in any order.
    repair
        Repair of sublethal damage, with samples or without.

    Returns
    -------
    ProtractedDose
        For as many samples as dose rates or repair have.

    Raises
    ------
    InvalidValueError
        If there is no cycle, or samples differ in number.
    """
    if not cycles:
        msg = "a schedule needs at least one cycle"
        raise InvalidValueError(msg)
    ordered = sorted(cycles, key=lambda cycle: cycle.start_s)
    n = _n_samples(ordered, repair)
    types = len(RADIATION_TYPES)
    dose, product = np.zeros((n, types)), np.zeros((n, types, types))
    for cycle in ordered:
        dose += cycle.factor * cycle.dose_rate.dose_gy()
    for rate_per_s, share in zip(repair.rates_per_s.T, repair.shares.tolist(), strict=True):
        known: dict[tuple[int, int, float], Floats] = {}
        for later, second in enumerate(ordered):
            for first in ordered[: later + 1]:
                lag_s = second.start_s - first.start_s
                key = (id(first.dose_rate), id(second.dose_rate), lag_s)
                if key not in known:
                    known[key] = _pair_gy2(
                        first.dose_rate, second.dose_rate, lag_s=lag_s, repair_rate_per_s=rate_per_s
                    )
                pair = share * first.factor * second.factor * known[key]
                # A pair of different cycles counts in both orders.
                product += pair if first is second else pair + pair.transpose(0, 2, 1)
    return ProtractedDose(dose, product)


def _n_samples(cycles: Sequence[Cycle], repair: Repair) -> int:
    sizes = {c.dose_rate.n_samples for c in cycles} | {repair.half_times_s.shape[0]}
    several = sorted(sizes - {1})
    if len(several) > 1:
        msg = f"dose rates and repair must have the same number of samples, got {several}"
        raise InvalidValueError(msg)
    return several[0] if several else 1


def _pair_gy2(
    first: DoseRate, second: DoseRate, *, lag_s: float, repair_rate_per_s: Floats
) -> Floats:
    """Return the double integral of two dose rates, the second later. (n_samples, a, b)."""
    n = max(first.n_samples, second.n_samples, repair_rate_per_s.size)
    mu = np.array(np.broadcast_to(repair_rate_per_s, (n,)))
    if lag_s > 0.0:
        start, unrepaired = first.state_at(time_s=lag_s, repair_rate_per_s=repair_rate_per_s)
    else:
        start, unrepaired = first.start_bq_per_kg, np.zeros((len(RADIATION_TYPES), 1))
    products = _products(first, second, start=start, n=n)
    shape = (len(RADIATION_TYPES), n)
    # Unrepaired dose of the second, seen by the first; then of the first, seen by the second.
    by_first = np.empty((first.energy_j.shape[0], *shape))
    seen = np.einsum("ijs,jb->ibs", products, second.energy_j)
    for i, feeders in enumerate(first.feeders()):
        total = seen[i]
        for j in feeders:
            total = total + first.feeding_per_s[i, j] * by_first[j]
        by_first[i] = total / (first.rates_per_s[i] + mu)
    by_second = np.empty((second.energy_j.shape[0], *shape))
    seen = np.einsum("ijs,ia->jas", products, first.energy_j)
    for j, feeders in enumerate(second.feeders()):
        total = seen[j] + second.start_bq_per_kg[j] * unrepaired
        for i in feeders:
            total = total + second.feeding_per_s[j, i] * by_second[i]
        by_second[j] = total / (second.rates_per_s[j] + mu)
    found = np.einsum("ia,ibs->sab", first.energy_j, by_first)
    found += np.einsum("jb,jas->sab", second.energy_j, by_second)
    return np.asarray(found)


def _products(first: DoseRate, second: DoseRate, *, start: Floats, n: int) -> Floats:
    """Return the integrals of products of members from a common start. (i, j, n_samples)."""
    found = np.empty((first.energy_j.shape[0], second.energy_j.shape[0], n))
    of_second = second.feeders()
    same = first is second and start is first.start_bq_per_kg
    for i, feeders in enumerate(first.feeders()):
        for j in range(found.shape[1]):
            if same and j < i:
                found[i, j] = found[j, i]
                continue
            total = np.array(np.broadcast_to(start[i] * second.start_bq_per_kg[j], (n,)))
            for k in feeders:
                total += first.feeding_per_s[i, k] * found[k, j]
            for k in of_second[j]:
                total += second.feeding_per_s[j, k] * found[i, k]
            total /= first.rates_per_s[i] + second.rates_per_s[j]
            found[i, j] = total
    return found
