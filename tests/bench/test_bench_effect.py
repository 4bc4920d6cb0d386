"""Speed of the exact G: the 225Ac chain over four cycles, against quadrature at 1e-8.

The other side is what a program without the closed form does: adaptive quadrature of the dose rate
(of which the decay code gives any point exactly) against its unrepaired part, interval by interval.
Times are reported, never asserted.
"""

from __future__ import annotations

import time

import numpy as np
from scipy.integrate import solve_ivp

from unit.biology.effect_checks import HOUR, LN2, WEEK, chain_dose_rate, namespace, one
from unit.biology.effect_checks import summed_rate_gy_per_s as summed_rate

CYCLES = 4
INTERVAL_S = 8.0 * WEEK
RTOL = 1e-8
TAIL_S = 70.0 * 24.0 * HOUR
REPEATS = 20

api = namespace()


def by_quadrature(chain, curve, energy_j):
    """Return G^2 D^2 and its time: dose and unrepaired dose stepped together at 1e-8."""
    mu = LN2 / (2.8 * HOUR)
    starts_s = [i * INTERVAL_S for i in range(CYCLES)]
    r = summed_rate(chain, curve, energy_j, starts_s=starts_s, root_beta=np.ones(4))
    begun, y = time.perf_counter(), np.zeros(2)
    for start_s, stop_s in zip(starts_s, [*starts_s[1:], starts_s[-1] + TAIL_S], strict=True):
        done = solve_ivp(
            lambda t, y: [(rate := float(r(t)[0])) - mu * y[0], 2.0 * rate * y[0]],
            (start_s, np.nextafter(stop_s, 0.0)),
            y,
            method="DOP853",
            rtol=RTOL,
            atol=1e-14,
            first_step=1.0,
        )
        y = done.y[:, -1]
    return y[1], time.perf_counter() - begun


def test_exact_g_against_quadrature(benchmark) -> None:
    rate, chain, curve, energy_j = chain_dose_rate(api)
    many, *_ = chain_dose_rate(api, samples=10_000)
    repair = api.Repair.mono(2.8 * HOUR)
    cycles = [(i * INTERVAL_S, 1.0) for i in range(CYCLES)]
    dose = benchmark(lambda: one(api, rate, repair=repair, cycles=cycles))
    begun = time.perf_counter()
    for _ in range(REPEATS):
        one(api, rate, repair=repair, cycles=cycles)
    exact_s = (time.perf_counter() - begun) / REPEATS
    begun = time.perf_counter()
    one(api, many, repair=repair, cycles=cycles)
    per_sample_s = (time.perf_counter() - begun) / many.n_samples
    found, numeric_s = by_quadrature(chain, curve, energy_j)
    error = abs(found / dose.quadratic_gy2(api.BetaRatio())[0] - 1.0)
    benchmark.extra_info.update(
        exact_s=exact_s,
        exact_per_sample_s=per_sample_s,
        quadrature_s=numeric_s,
        ratio=numeric_s / exact_s,
        ratio_per_sample=numeric_s / per_sample_s,
        relative_difference=error,
    )
    # Not a timing: both must answer the same question.
    assert error < RTOL
