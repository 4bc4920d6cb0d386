"""Chains against solutions of the same equations with 60 and more significant digits.

Source: mpmath, by two routes of its own: Bateman's partial fractions in 400-digit arithmetic,
which leave 60 digits after the worst cancellation of these chains (1e-180), and the matrix
exponential where decay constants are equal. The decay constants and branches are the doubles
of the program, taken over exactly, so that only the solution is judged.

Tolerance: 1e-9, the accuracy that is promised; the errors found are below 1e-11.
"""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from alphatwin.nuclides import DECAY_DATA_NAMES, decay_chain, exponential

PROMISED = 1e-9
DIGITS = 400
LEAST_SHARE = mpmath.mpf("1e-20")  # of the initial activity: what is promised, and judged
YEAR_S = 365.2422 * 86400.0
TIMES_S = np.geomspace(1e-6, 100.0 * YEAR_S, 43)
CHAINS = ("229Th", "225Ra", "225Ac", "227Ac", "227Th", "228Th", "224Ra", "212Pb", "211At")


def bateman(rates, feeding, initial, time, *, integrate=False):
    """Amounts, or their integrals, of every member by partial fractions."""
    n = len(rates)
    k = [mpmath.mpf(float(rate)) for rate in rates]
    c = [[mpmath.mpf(0)] * n for _ in range(n)]
    for i in range(n):
        for j in range(i):
            fed = mpmath.fsum(mpmath.mpf(float(feeding[i][m])) * c[m][j] for m in range(j, i))
            c[i][j] = fed / (k[i] - k[j]) if fed else fed
        c[i][i] = mpmath.mpf(float(initial[i])) - mpmath.fsum(c[i][:i])
    t = mpmath.mpf(float(time))
    modes = [(1 - mpmath.exp(-x * t)) / x if integrate else mpmath.exp(-x * t) for x in k]
    return [mpmath.fsum(a * m for a, m in zip(row, modes, strict=True)) for row in c]


def by_matrix_exponential(rates, feeding, initial, time, *, integrate=False):
    """Solve the same by mpmath's matrix exponential, for any rates, integrals as members."""
    n = len(rates)
    matrix = mpmath.zeros(2 * n)
    for i in range(n):
        matrix[i, i] = -mpmath.mpf(float(rates[i]))
        matrix[n + i, i] = 1
        for j in range(i):
            matrix[i, j] = mpmath.mpf(float(feeding[i][j]))
    start = mpmath.matrix([*map(float, initial), *([0] * n)])
    end = mpmath.expm(matrix * mpmath.mpf(float(time))) * start
    return [end[n + i] if integrate else end[i] for i in range(n)]


def worst_error(found, exact, *, least):
    """Largest relative error among the entries above the least."""
    errors = [abs(x - y) / y for x, y in zip(found, exact, strict=True) if y > least]
    return float(max(errors, default=mpmath.mpf(0)))


@pytest.mark.parametrize("decay_data", DECAY_DATA_NAMES)
@pytest.mark.parametrize("root", CHAINS)
def test_every_member_from_a_microsecond_to_a_century(root, decay_data):
    chain = decay_chain(root, decay_data=decay_data)
    rates = chain.decay_constants_per_s
    feeding = chain.branching[: rates.size] * rates
    initial = np.zeros(rates.size)
    initial[0] = 1.0 / rates[0]
    activity = chain.activity_bq({root: 1.0}, time_s=TIMES_S)
    decays = chain.cumulated_decays({root: 1.0}, stop_s=TIMES_S)
    worst = 0.0
    with mpmath.workdps(DIGITS):
        k = [mpmath.mpf(float(rate)) for rate in rates]
        for row, time in enumerate(TIMES_S):
            atoms = bateman(rates, feeding, initial, time)
            exact = [x * n for x, n in zip(k, atoms, strict=True)]
            worst = max(worst, worst_error(activity[row], exact, least=LEAST_SHARE))
            integrals = bateman(rates, feeding, initial, time, integrate=True)
            exact = [x * n for x, n in zip(k, integrals, strict=True)]
            worst = max(worst, worst_error(decays[row], exact, least=LEAST_SHARE))
    assert worst <= PROMISED


@pytest.mark.parametrize("root", ["225Ac", "227Ac"])
def test_a_mixture_on_short_and_late_intervals(root):
    chain = decay_chain(root)
    rates = chain.decay_constants_per_s
    feeding = chain.branching[: rates.size] * rates
    mixture = {name: 10.0**-i for i, name in enumerate(chain.nuclides)}
    initial = np.array(list(mixture.values())) / rates
    intervals = [(0.0, 1e-3), (3600.0, 3600.001), (30.0 * 86400.0, 31.0 * 86400.0)]
    for start, stop in intervals:
        found = chain.cumulated_decays(mixture, start_s=start, stop_s=stop)
        with mpmath.workdps(DIGITS):
            whole = bateman(rates, feeding, initial, stop, integrate=True)
            before = bateman(rates, feeding, initial, start, integrate=True)
            exact = [
                mpmath.mpf(float(k)) * (b - a) for k, a, b in zip(rates, before, whole, strict=True)
            ]
            assert worst_error(found, exact, least=LEAST_SHARE) <= PROMISED


EQUAL = {
    "all equal": [1e-3] * 6,
    "two pairs": [1e-5, 1e-5, 3.0, 3.0, 1e-2],
    "far and equal": [1e4, 1e-6, 1e4, 1e-6, 1e4, 1e-6],
    "stable among them": [0.0, 1e-3, 0.0, 1e-3],
}
NEARLY = {
    f"gaps of {gap:g}": [1e-3 * (1.0 + gap * i) for i in range(7)]
    for gap in (1e-15, 1e-12, 1e-9, 1e-6, 1e-3)
}


@pytest.mark.parametrize("name", [*EQUAL, *NEARLY])
def test_equal_and_nearly_equal_rates(name):
    rates = np.array((EQUAL | NEARLY)[name])
    feeding = np.diag(0.9 * rates[:-1] + 1e-4, -1)
    feeding[-1, 0] = 1e-5  # a shortcut, so that two paths meet
    initial = np.zeros(rates.size)
    initial[0] = 1.0
    times = np.geomspace(1e-6, 1e5, 12)
    for integrate, solve in ((False, exponential.amounts), (True, exponential.integrals)):
        found = solve(rates=rates, feeding=feeding, initial=initial, time=times)
        with mpmath.workdps(DIGITS):
            for row, time in zip(found, times, strict=True):
                exact = by_matrix_exponential(rates, feeding, initial, time, integrate=integrate)
                assert worst_error(row, exact, least=mpmath.mpf("1e-60")) <= PROMISED


@pytest.mark.parametrize("ratio", [1.0, 1.0 + 1e-9, 1.5, 40.0])
def test_daughters_that_stay_where_the_root_washes_out(ratio):
    chain = decay_chain("225Ac")
    rates = chain.decay_constants_per_s.copy()
    feeding = chain.branching[: rates.size] * rates
    rates[0] *= ratio
    feeding[:, 0] = chain.branching[: rates.size, 0]
    initial = np.zeros(rates.size)
    initial[0] = 2.0
    times = np.geomspace(1e-3, 1e7, 9)
    activity = chain.activity_from_phases_bq([2.0], [rates[0]], time_s=times)
    decays = chain.cumulated_decays_from_phases([2.0], [rates[0]], stop_s=times)
    per_amount = [1.0, *map(float, rates[1:])]
    with mpmath.workdps(DIGITS):
        for row, time in enumerate(times):
            for found, integrate in ((activity[row], False), (decays[row], True)):
                amounts = bateman(rates, feeding, initial, time, integrate=integrate)
                exact = [f * n for f, n in zip(per_amount, amounts, strict=True)]
                assert worst_error(found, exact, least=LEAST_SHARE) <= PROMISED
