r"""Daughters that leave: how far they get before they decay, and what share of the chain stays.

A free atom diffuses with the coefficient *D* and decays after a time of mean
:math:`1/\lambda`. Its displacement then has the transform :math:`1/(1 + k^2/\kappa^2)`
with :math:`\kappa = \sqrt{\lambda/D}`, and several free members of a chain in a row multiply
theirs. Of atoms set free evenly in a sphere of radius *a*, the share

.. math:: s(\kappa a) = 1 - 3\,(1 + x)\,e^{-x}\,\frac{x \cosh x - \sinh x}{x^3}, \qquad x = \kappa a

decays inside of it (docs/theory-cells.md, eqs. C12 to C14). Nothing clears an atom but decay: no
flow, no binding in between.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.nuclides import canonical_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from alphatwin.dose.cell.scheme import Scheme

    Floats = NDArray[np.float64]

DIFFUSION_CM2_PER_S = 1e-5
"""Diffusion coefficient of small ions in water, for members that none is given for. [cm2/s]"""
_UM2_PER_CM2 = 1e8
_SERIES_BELOW = 0.02  # of x: the closed form loses digits there
_APART = 1e-4  # least relative distance of two kappas squared in partial fractions


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """How daughters leave.

    Attributes
    ----------
    escape_probability
        Probability that a member is set free when it is made, by name; 1 for those not named.
    diffusion_cm2_per_s
        Diffusion coefficients, by name; 1e-5 for those not named. [cm2/s]
    internalised_fraction
        Share of the primary decays that are inside cells, in the cytoplasm, which keeps daughters.
    """

    escape_probability: Mapping[str, float]
    diffusion_cm2_per_s: Mapping[str, float]
    internalised_fraction: float = 0.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.internalised_fraction <= 1.0:
            msg = f"internalised_fraction must be from 0 to 1, got {self.internalised_fraction}"
            raise InvalidValueError(msg)
        for name, p in self.escape_probability.items():
            if not 0.0 <= p <= 1.0:
                msg = f"escape_probability of {name} must be from 0 to 1, got {p}"
                raise InvalidValueError(msg)
        for name, value in self.diffusion_cm2_per_s.items():
            if not 0.0 <= value < math.inf:
                msg = f"diffusion_cm2_per_s of {name} must be finite and >= 0, got {value}"
                raise InvalidValueError(msg)

    def free_probability(self, scheme: Scheme) -> Floats:
        """Return the probability that each member is set free when it is made. (n,) [1]."""
        found = _by_member(self.escape_probability, scheme, otherwise=1.0)
        found[0] = 0.0  # the parent is on its vector
        return found

    def diffusion_um2_per_s(self, scheme: Scheme) -> Floats:
        """Return the diffusion coefficient of each member. (n,) [um2/s]."""
        found = _by_member(self.diffusion_cm2_per_s, scheme, otherwise=DIFFUSION_CM2_PER_S)
        return found * _UM2_PER_CM2


@dataclass(frozen=True, slots=True, eq=False)
class ChainShares:
    """Where the decays of every member are, per decay of the parent in the sphere.

    Attributes
    ----------
    nuclides
        Members, the parent first.
    at_site, inside, outside
        Decays at the site of the parent, elsewhere in the sphere and outside of it. (n,)
    energy_kev
        Alpha energy of each member per decay of the parent. (n,) [keV]
    """

    nuclides: tuple[str, ...]
    at_site: Floats
    inside: Floats
    outside: Floats
    energy_kev: Floats

    @property
    def energy_share(self) -> float:
        """Share of the chain's alpha energy that is set free in the sphere."""
        total = self.at_site + self.inside + self.outside
        per_decay = self.energy_kev / np.maximum(total, 1e-300)
        stays = float(per_decay @ (self.at_site + self.inside))
        return stays / float(self.energy_kev.sum())


def stays_in_sphere_share(
    *, radius_um: float, half_lives_s: Sequence[float], diffusion_um2_per_s: Sequence[float]
) -> float:
    """Return the share of atoms, set free evenly in a sphere, whose last decay is in it.

    Parameters
    ----------
    radius_um
        Radius of the sphere. [um]
    half_lives_s
        Half-lives of the members that are free, one after the other. [s]
    diffusion_um2_per_s
        Their diffusion coefficients. [um2/s]

    Raises
    ------
    InvalidValueError
        If a number is out of its range.
    """
    if not 0.0 < radius_um < math.inf:
        msg = f"radius_um must be finite and above 0 um, got {radius_um}"
        raise InvalidValueError(msg)
    squares = [  # 1/kappa^2: mean squared displacement over 6
        diffusion * half_life / math.log(2.0)
        for half_life, diffusion in zip(half_lives_s, diffusion_um2_per_s, strict=True)
    ]
    moving = _apart(sorted(square for square in squares if square > 0.0))
    share = 0.0
    for i, square in enumerate(moving):
        weight = math.prod(square / (square - o) for j, o in enumerate(moving) if j != i)
        share += weight * _single_share(radius_um / math.sqrt(square))
    return min(max(share, 0.0), 1.0) if moving else 1.0


def chain_shares(scheme: Scheme, *, radius_um: float, leaving: Leaving) -> ChainShares:
    """Return where the members of a chain decay whose parent is spread evenly over a sphere.

    Parameters
    ----------
    scheme
        The chain.
    radius_um
        Radius of the sphere. [um]
    leaving
        How daughters leave.

    Returns
    -------
    ChainShares
        Decays of each member: what stays, what moves and what leaves add up to all.
    """
    arrays = scheme.arrays
    free = leaving.free_probability(scheme)
    diffusion = leaving.diffusion_um2_per_s(scheme)
    half_life = np.log(2.0) / arrays.decay_constant_per_s
    n = len(scheme.nuclides)
    at_site = np.zeros(n)
    inside = np.zeros(n)
    outside = np.zeros(n)
    kept = leaving.internalised_fraction
    # Every path of the chain: the member, its weight and the members free so far, if any.
    waiting: list[tuple[int, float, tuple[int, ...], bool]] = [(0, 1.0 - kept, (), False)]
    if kept > 0.0:
        waiting.append((0, kept, (), True))
    while waiting:
        member, weight, moved, is_kept = waiting.pop()
        states = [(weight, moved)]
        if moved:
            states = [(weight, (*moved, member))]
        elif not is_kept and free[member] > 0.0:
            states = [(weight * (1.0 - free[member]), ()), (weight * free[member], (member,))]
        for part, path in states:
            if part <= 0.0:
                continue
            stays = 1.0
            if path:
                stays = stays_in_sphere_share(
                    radius_um=radius_um,
                    half_lives_s=[float(half_life[m]) for m in path],
                    diffusion_um2_per_s=[float(diffusion[m]) for m in path],
                )
            (inside if path else at_site)[member] += part * stays
            outside[member] += part * (1.0 - stays)
            for row in range(arrays.branch_start[member], arrays.branch_start[member + 1]):
                daughter = int(arrays.branch_daughter[row])
                if daughter >= 0:
                    p = _branch_probability(scheme, member, row)
                    waiting.append((daughter, part * p, path, is_kept))
    return ChainShares(
        scheme.nuclides, at_site, inside, outside, scheme.energy_per_parent_decay_kev[:, 0]
    )


def _branch_probability(scheme: Scheme, member: int, row: int) -> float:
    cumulative = scheme.arrays.branch_cumulative_probability
    first = int(scheme.arrays.branch_start[member])
    below = 0.0 if row == first else float(cumulative[row - 1])
    return float(cumulative[row]) - below


def _single_share(x: float) -> float:
    if x < _SERIES_BELOW:  # x^2 (2/5) ... of the closed form, to a relative 1e-7
        return x * x * (0.4 - x / 3.0 + x * x * 6.0 / 35.0)
    # (1 + x) e^-x (x cosh x - sinh x), without overflow
    product = 0.5 * (1.0 + x) * ((x - 1.0) + (x + 1.0) * math.exp(-2.0 * x))
    return 1.0 - 3.0 * product / x**3


def _apart(squares: list[float]) -> list[float]:
    """Return ascending values, moved by a hair where two are too near for partial fractions."""
    moved: list[float] = []
    for value in squares:
        least = moved[-1] * (1.0 + _APART) if moved else 0.0
        moved.append(max(value, least))
    return moved


def _by_member(values: Mapping[str, float], scheme: Scheme, *, otherwise: float) -> Floats:
    named = {canonical_name(name): value for name, value in values.items()}
    strangers = [name for name in named if name not in scheme.nuclides]
    if strangers:
        msg = (
            f"{', '.join(strangers)}: no member of the chain of {scheme.parent}; "
            f"allowed: {', '.join(scheme.nuclides)}"
        )
        raise InvalidValueError(msg)
    return np.array([named.get(name, otherwise) for name in scheme.nuclides])
