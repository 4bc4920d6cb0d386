"""Bladder contents against a matrix exponential of 60 digits, and against published ones."""

from __future__ import annotations

import itertools
import math

import mpmath as mp
import numpy as np
import pytest

from alphatwin.kinetics.bladder import Voiding, bladder_contents
from alphatwin.kinetics.excretion import excretion_given
from alphatwin.nuclides import decay_chain

EXACT = 1e-12  # some ten exact steps, each to about 1e-15
HOUR = 3600.0


def to_sixty_digits(chain, excretion, voiding, *, stop_s):
    """Decays of every member by exponentials of the whole system, phases, atoms and decays."""
    with mp.workdps(60):
        n, phases = len(chain.nuclides), excretion.share_fraction.shape[1]
        rate = [mp.mpf(float(r)) for r in chain.decay_constants_per_s]
        size = phases + 2 * n
        system = mp.zeros(size)
        state = mp.zeros(size, 1)
        for j in range(phases):
            k = mp.mpf(float(excretion.biological_rate_per_s[0, j]))
            system[j, j] = -(k + rate[0])
            system[phases, j] = mp.mpf(float(excretion.share_fraction[0, j])) * k / rate[0]
            state[j] = 1
        for i in range(n):
            row = phases + i
            system[row, row] -= rate[i]
            for j in range(i):
                system[row, phases + j] = mp.mpf(float(chain.branching[i, j])) * rate[j]
            system[phases + n + i, row] = rate[i]
        edges = [0.0, *voiding.until(stop_s), stop_s]
        known: dict[float, mp.matrix] = {}
        for start, stop in itertools.pairwise(edges):
            if start > 0.0:
                for i in range(n):
                    state[phases + i] *= mp.mpf(voiding.residual_fraction)
            width = stop - start
            if width not in known:
                known[width] = mp.expm(system * mp.mpf(width))
            state = known[width] * state
        return np.array([float(state[phases + n + i]) for i in range(n)])


def half_time(rate_per_s):
    return math.log(2.0) / rate_per_s


PB, AC = decay_chain("Pb-212"), decay_chain("Ac-225")
PB_RATE = PB.decay_constants_per_s


@pytest.mark.parametrize(
    ("chain", "half_times_s"),
    [
        (PB, [2 * HOUR, 30 * HOUR]),
        # Effective rate equal to that of 212Bi: Bateman's formula divides by zero.
        (PB, [half_time(PB_RATE[1] - PB_RATE[0]), 5 * HOUR]),
        (PB, [half_time((PB_RATE[1] - PB_RATE[0]) * (1 + 1e-9)), 5 * HOUR]),
        (AC, [1 * HOUR, 1000 * HOUR]),
    ],
    ids=["Pb-212", "equal rates", "nearly equal rates", "Ac-225"],
)
@pytest.mark.parametrize("residual", [0.0, 0.2])
def test_decays_are_those_of_sixty_digits(chain, half_times_s, residual):
    excretion = excretion_given([0.6, 0.3], half_times_s)
    voiding = Voiding((0.5 * HOUR, 3.0 * HOUR), 4.0 * HOUR, residual)
    stop_s = 20.0 * HOUR
    found = bladder_contents(
        excretion, chain=chain, voiding=voiding, administered_bq=1.0, stop_s=stop_s
    )
    expected = to_sixty_digits(chain, excretion, voiding, stop_s=stop_s)
    assert found.decays_bq_s[0] == pytest.approx(expected, rel=EXACT)


# Normalised cumulated activity of 18F in the bladder contents and urine of six volunteers, without
# voids, and in the contents with a void every 3.5 h by OLINDA's dynamic bladder model, in h:
# E. J. Somer et al., EJNMMI Res. 6 (2016), doi:10.1186/s13550-016-0239-y, table 2 (read).
WITHOUT_VOIDS_H = np.array([1.14, 1.09, 0.887, 0.913, 1.14, 1.15])
DYNAMIC_H = np.array([0.594, 0.615, 0.500, 0.529, 0.641, 0.652])
OTHER_FIT = 0.10
"""OLINDA was given a fit of its own, which is not printed: one phase of all urine stands for it."""
MEAN_OF_SIX = 0.02


def test_published_dynamic_bladder_of_an_18f_agent():
    """One phase that excretes all, with the half-time of the first row, gives the second."""
    chain = decay_chain("F-18")
    decay_per_h = float(chain.decay_constants_per_s[0]) * HOUR
    effective_per_h = decay_per_h / (1.0 - np.minimum(WITHOUT_VOIDS_H * decay_per_h, 0.9))
    half_times_s = HOUR * math.log(2.0) / (effective_per_h - decay_per_h)
    excretion = excretion_given(np.ones((6, 1)), half_times_s[:, None])
    given = {"chain": chain, "administered_bq": 1.0}
    unvoided = bladder_contents(excretion, voiding=Voiding(), **given).decays_bq_s[:, 0] / HOUR
    assert unvoided == pytest.approx(WITHOUT_VOIDS_H, rel=1e-9)
    every = Voiding(interval_s=3.5 * HOUR)
    found = bladder_contents(excretion, voiding=every, **given).decays_bq_s[:, 0] / HOUR
    assert found == pytest.approx(DYNAMIC_H, rel=OTHER_FIT)
    assert found.mean() == pytest.approx(DYNAMIC_H.mean(), rel=MEAN_OF_SIX)
