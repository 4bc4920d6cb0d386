"""A decay chain as the arrays that track kernels read: what one primary decay sets free.

One primary decay runs down the chain: at every member a branch is drawn, and an alpha is set
free exactly if the branch is an alpha decay, so that the alphas of one chain are correlated as
they are in nature (213Bi gives its own alpha or that of 213Po, never both). Members that live
longer than a year, the parent apart, are not followed: their decays come after the cell.

Electrons below 1 keV (a range of 0.06 um) leave their energy where they start. Photons leave.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from alphatwin.dose.cell.slowing import (
    alpha_table,
    electron_table,
    inverse_alpha_range_um,
    inverse_electron_range_um,
)
from alphatwin.errors import NotSupportedError
from alphatwin.nuclides import decay_chain, emissions, nuclide

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.nuclides import DecayDataName, Emissions, Nuclide

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

LONGEST_DAUGHTER_HALF_LIFE_S = 365.25 * 86400.0
"""Daughters of a longer half-life than this are not followed: a year. [s]"""
LEAST_TRACKED_ELECTRON_KEV = 1.0
"""Electrons of less energy stay where they start. [keV]"""
BETA_POINTS = 513  # of the inverse of a beta spectrum's cumulative distribution


class SchemeArrays(NamedTuple):
    """What kernels read; members in the order of `Scheme.nuclides`.

    ``..._start`` says where the rows of each member begin, with the end of the last one after
    it. Energies in keV, ranges in um, decay constants per second; a branch's daughter is -1
    where the chain ends, its ``alpha`` 1 if it is an alpha decay.
    """

    branch_start: Integers
    branch_cumulative_probability: Floats
    branch_daughter: Integers
    branch_alpha: Integers
    alpha_start: Integers
    alpha_cumulative_probability: Floats
    alpha_range_um: Floats
    recoil_energy_kev: Floats
    beta_probability: Floats
    beta_energy_kev: Floats
    line_start: Integers
    line_cumulative_probability: Floats
    line_range_um: Floats
    lines_per_decay: Floats
    soft_energy_kev: Floats
    decay_constant_per_s: Floats
    alpha_table_kev: Floats
    electron_table_kev: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Scheme:
    """A nuclide, alone or with its chain, ready for track kernels.

    Attributes
    ----------
    parent
        The nuclide whose decays are counted.
    nuclides
        Members that are followed, the parent first.
    decays_per_parent_decay
        Decays of each member per decay of the parent. (n,)
    alphas_per_parent_decay
        Alphas of all members per decay of the parent.
    energy_per_parent_decay_kev
        Energy set free by member and radiation: alpha, recoil, electron. (n, 3) [keV]
    left_out
        Members of the chain that are not followed.
    arrays
        What kernels read.
    """

    parent: str
    nuclides: tuple[str, ...]
    decays_per_parent_decay: Floats
    alphas_per_parent_decay: float
    energy_per_parent_decay_kev: Floats
    left_out: tuple[str, ...]
    arrays: SchemeArrays


def scheme(
    name: str,
    *,
    with_chain: bool = True,
    decay_data: DecayDataName = "icrp107",
    stopping: str = "icru90",
) -> Scheme:
    """Return what a primary decay of a nuclide sets free.

    Parameters
    ----------
    name
        The parent, in any usual spelling.
    with_chain
        Whether its daughters decay at the same place, or the nuclide is alone.
    decay_data
        ``icrp107`` or ``ensdf``.
    stopping
        Stopping powers of alphas, ``icru90`` or ``astar``.

    Raises
    ------
    DataError, NotSupportedError
        If the nuclide or its chain is unknown, or it emits neither alphas nor electrons.
    InvalidValueError
        If a set is unknown.
    """
    parent = nuclide(name, decay_data=decay_data)
    return _scheme(parent.name, with_chain, decay_data, stopping)


@cache
def _scheme(
    parent: str,
    with_chain: bool,  # noqa: FBT001
    decay_data: DecayDataName,
    stopping: str,
) -> Scheme:
    members, left_out = _members(parent, with_chain=with_chain, decay_data=decay_data)
    known = [nuclide(member, decay_data=decay_data) for member in members]
    emitted = [emissions(member, decay_data=decay_data) for member in members]
    branches = [_branches(k, e, members) for k, e in zip(known, emitted, strict=True)]
    decays = _decays(branches)
    arrays = _arrays(known, emitted, branches, stopping=stopping)
    alphas = [sum(p for p, _, is_alpha in rows if is_alpha) for rows in branches]
    energy = np.array(
        [
            [e.alpha.energy_per_decay_mev, e.recoil.energy_per_decay_mev, _electrons_mev(e)]
            for e in emitted
        ]
    )
    if not np.any(energy):
        msg = f"{parent} emits neither alphas nor electrons: it gives no dose to cells"
        raise NotSupportedError(msg)
    return Scheme(
        parent=parent,
        nuclides=members,
        decays_per_parent_decay=decays,
        alphas_per_parent_decay=float(decays @ np.array(alphas)),
        energy_per_parent_decay_kev=energy * decays[:, None] * 1e3,
        left_out=left_out,
        arrays=arrays,
    )


def _members(
    parent: str, *, with_chain: bool, decay_data: DecayDataName
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if not with_chain:
        return (parent,), ()
    chain = decay_chain(parent, decay_data=decay_data)
    half_life_s = np.log(2.0) / chain.decay_constants_per_s
    left_out = {
        name
        for name, life_s in zip(chain.nuclides, half_life_s, strict=True)
        if name != chain.nuclides[0] and life_s > LONGEST_DAUGHTER_HALF_LIFE_S
    }
    reached = [chain.nuclides[0]]
    for name in chain.nuclides:
        if name in reached:
            branches = nuclide(name, decay_data=decay_data).branches
            reached += [
                b.daughter
                for b in branches
                if b.daughter in chain.nuclides
                and b.daughter not in left_out
                and b.daughter not in reached
            ]
    kept = tuple(name for name in chain.nuclides if name in reached)
    return kept, tuple(name for name in chain.nuclides if name not in reached)


def _branches(
    known: Nuclide, emitted: Emissions, members: tuple[str, ...]
) -> list[tuple[float, int, bool]]:
    """Return probability, daughter and whether it is an alpha decay, of every branch."""
    rows = [
        (b.fraction, members.index(b.daughter) if b.daughter in members else -1, b.mode == "alpha")
        for b in known.branches
    ]
    alpha_followed = sum(p for p, _, is_alpha in rows if is_alpha)
    rest = max(0.0, 1.0 - sum(p for p, _, _ in rows))
    alpha_rest = min(rest, max(0.0, emitted.alpha.yield_per_decay - alpha_followed))
    rows += [(alpha_rest, -1, True), (rest - alpha_rest, -1, False)]
    return [row for row in rows if row[0] > 0.0]


def _decays(branches: list[list[tuple[float, int, bool]]]) -> Floats:
    """Return decays of each member per decay of the first; parents come before daughters."""
    decays = np.zeros(len(branches))
    decays[0] = 1.0
    for i, rows in enumerate(branches):
        for probability, daughter, _ in rows:
            if daughter >= 0:
                decays[daughter] += decays[i] * probability
    return decays


def _arrays(
    known: list[Nuclide],
    emitted: list[Emissions],
    branches: list[list[tuple[float, int, bool]]],
    *,
    stopping: str,
) -> SchemeArrays:
    flat = [row for rows in branches for row in rows]
    alphas, electrons = alpha_table(stopping), electron_table()
    alpha_fraction = [sum(p for p, _, is_alpha in rows if is_alpha) for rows in branches]
    lines = [_electron_lines(e) for e in emitted]
    tracked = [rows[rows[:, 0] >= LEAST_TRACKED_ELECTRON_KEV] for rows in lines]
    soft = [
        float(r[:, 0] @ r[:, 1]) - float(t[:, 0] @ t[:, 1])
        for r, t in zip(lines, tracked, strict=True)
    ]
    alpha_kev = np.concatenate([e.alpha.energies_mev for e in emitted]) * 1e3
    line_kev = np.concatenate([rows[:, 0] for rows in tracked])
    return SchemeArrays(
        branch_start=_starts([len(rows) for rows in branches]),
        branch_cumulative_probability=np.concatenate(
            [np.cumsum([p for p, _, _ in rows]) for rows in branches]
        ),
        branch_daughter=np.array([d for _, d, _ in flat], dtype=np.int64),
        branch_alpha=np.array([int(a) for _, _, a in flat], dtype=np.int64),
        alpha_start=_starts([e.alpha.energies_mev.size for e in emitted]),
        alpha_cumulative_probability=np.concatenate(
            [
                _line_shares(e.alpha.yields_per_decay, fraction)
                for e, fraction in zip(emitted, alpha_fraction, strict=True)
            ]
        ),
        alpha_range_um=inverse_alpha_range_um(alphas, alpha_kev),
        recoil_energy_kev=np.concatenate([_recoils_kev(e) for e in emitted]),
        beta_probability=np.array(
            [
                min(1.0, e.beta.yield_per_decay / max(1.0 - fraction, 1e-12))
                for e, fraction in zip(emitted, alpha_fraction, strict=True)
            ]
        ),
        beta_energy_kev=np.array([_beta_quantiles_kev(e) for e in emitted]),
        line_start=_starts([len(rows) for rows in tracked]),
        line_cumulative_probability=np.concatenate(
            [np.cumsum(rows[:, 1]) / max(rows[:, 1].sum(), 1e-300) for rows in tracked]
        ),
        line_range_um=inverse_electron_range_um(electrons, line_kev),
        lines_per_decay=np.array([rows[:, 1].sum() for rows in tracked]),
        soft_energy_kev=np.array(soft),
        decay_constant_per_s=np.array([k.decay_constant_per_s for k in known]),
        alpha_table_kev=alphas.energy_kev,
        electron_table_kev=electrons.energy_kev,
    )


def _starts(counts: list[int]) -> Integers:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _line_shares(yields: Floats, fraction: float) -> Floats:
    """Return cumulative shares of alpha lines; a set that lacks lines leaves them below one."""
    if yields.size == 0:
        return np.zeros(0)
    return np.asarray(np.cumsum(yields) / max(fraction, float(yields.sum())))


def _recoils_kev(emitted: Emissions) -> Floats:
    """Return the recoil that belongs to each alpha line; both are in ascending order. [keV]."""
    alpha, recoil = emitted.alpha, emitted.recoil
    if recoil.energies_mev.size == alpha.energies_mev.size:
        return np.asarray(recoil.energies_mev * 1e3)
    share = recoil.energy_per_decay_mev / max(alpha.energy_per_decay_mev, 1e-300)
    return np.asarray(alpha.energies_mev * share * 1e3)


def _electrons_mev(emitted: Emissions) -> float:
    kinds = (emitted.beta, emitted.conversion, emitted.auger)
    return sum(kind.energy_per_decay_mev for kind in kinds)


def _electron_lines(emitted: Emissions) -> Floats:
    """Return energy in keV and yield of every conversion and Auger electron, as rows."""
    kinds = (emitted.conversion, emitted.auger)
    energy = np.concatenate([kind.energies_mev for kind in kinds]) * 1e3
    amount = np.concatenate([kind.yields_per_decay for kind in kinds])
    return np.stack([energy, amount], axis=1)


def _beta_quantiles_kev(emitted: Emissions) -> Floats:
    """Return the energies at equal steps of the cumulative beta spectrum. [keV]."""
    if emitted.beta.energies_mev.size == 0:
        return np.zeros(BETA_POINTS)
    steps = np.linspace(0.0, 1.0, BETA_POINTS)
    try:
        spectrum = emitted.beta_spectrum()
    except NotSupportedError:  # only mean energies of the branches are known
        yields = emitted.beta.yields_per_decay
        place = np.searchsorted(np.cumsum(yields) / yields.sum(), steps * (1.0 - 1e-12))
        return np.asarray(emitted.beta.energies_mev[place] * 1e3)
    width = np.diff(spectrum.energies_mev)
    height = spectrum.betas_per_decay_per_mev
    cumulative = np.concatenate([[0.0], np.cumsum(width * 0.5 * (height[1:] + height[:-1]))])
    energy = np.interp(steps * cumulative[-1], cumulative, spectrum.energies_mev)
    mean = 0.5 * (energy[1:] + energy[:-1]).mean()
    wanted = emitted.beta.energy_per_decay_mev / emitted.beta.yield_per_decay
    return np.asarray(energy * (wanted / mean) * 1e3)
