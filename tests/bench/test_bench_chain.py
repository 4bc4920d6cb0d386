"""How fast the 225Ac chain is at 10 000 times, beside radioactivedecay in the same run.

Timings are printed and never asserted; what is asserted is that the faster answer is also the
better one, against 60 digits. Run: ``pytest tests/bench --benchmark-enable -s``.
"""

from __future__ import annotations

import time

import mpmath
import numpy as np
import pytest
import radioactivedecay

from alphatwin.nuclides import decay_chain

POINTS = 10_000
ROUNDS = 5  # the median of so many
DAYS = 30.0
PROMISED = 1e-9
CHECKED = (1, 10, 100, 5000, POINTS - 1)  # rows compared with 60 digits
ALLOWED_SHARE = mpmath.mpf("1e-20")


def exact_activities(chain, times_s):
    """Bateman's solution of the same doubles, with 400 digits."""
    n = len(chain.nuclides)
    with mpmath.workdps(400):
        k = [mpmath.mpf(float(x)) for x in chain.decay_constants_per_s]
        c = [[mpmath.mpf(0)] * n for _ in range(n)]
        for i in range(n):
            for j in range(i):
                made = mpmath.fsum(
                    mpmath.mpf(float(chain.branching[i, m])) * k[m] * c[m][j] for m in range(j, i)
                )
                c[i][j] = made / (k[i] - k[j])
            c[i][i] = (1 / k[0] if i == 0 else mpmath.mpf(0)) - mpmath.fsum(c[i][:i])
        return [
            [
                k[i]
                * mpmath.fsum(c[i][j] * mpmath.exp(-k[j] * mpmath.mpf(float(t))) for j in range(n))
                for i in range(n)
            ]
            for t in times_s
        ]


def worst(found, exact):
    return max(
        float(abs(x - y) / y)
        for row, truth in zip(found, exact, strict=True)
        for x, y in zip(row, truth, strict=True)
        if y > ALLOWED_SHARE
    )


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_actinium_chain_at_ten_thousand_times(benchmark, capsys, scale):
    chain = decay_chain("225Ac")
    stop_s = DAYS * 86400.0
    times_s = {
        "linear": np.linspace(0.0, stop_s, POINTS),
        "log": np.geomspace(stop_s / 1e9, stop_s, POINTS),
    }[scale]
    ours = benchmark.pedantic(
        lambda: chain.activity_bq({"225Ac": 1.0}, time_s=times_s), rounds=ROUNDS, warmup_rounds=1
    )
    inventory = radioactivedecay.Inventory({"Ac-225": 1.0}, "Bq")
    seconds = []
    for _ in range(ROUNDS if benchmark.enabled else 1):
        begun = time.perf_counter()
        _, series = inventory.decay_time_series(
            time_period=times_s, time_units="s", decay_units="Bq"
        )
        seconds.append(time.perf_counter() - begun)
    theirs = np.array([series[name] for name in chain.nuclides]).T
    exact = exact_activities(chain, times_s[list(CHECKED)])
    error = worst(ours[list(CHECKED)], exact)
    their_error = worst(theirs[list(CHECKED)], exact)
    if benchmark.enabled:
        median_s = benchmark.stats.stats.median
        with capsys.disabled():
            print(  # noqa: T201
                f"\n225Ac chain, {POINTS} {scale} times: {median_s * 1e3:.2f} ms, "
                f"radioactivedecay {np.median(seconds):.2f} s, ratio "
                f"{np.median(seconds) / median_s:.0f}; worst error {error:.1e} against "
                f"{their_error:.1e}"
            )
    assert error <= PROMISED
    assert error <= their_error
