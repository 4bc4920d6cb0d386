"""How fast courses are fitted: 1 000 courses of 5 regions with 3 points, on two processes.

Every fit averages over the models that 3 points allow, draws 10 000 samples, and leaves every
point out once. Timings are printed and never asserted; what is asserted is that the samples are
worth what they cost. Run: ``pytest tests/bench --benchmark-enable -s``.
"""

from __future__ import annotations

import os
import time
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from alphatwin.kinetics import Observations, Prior, Priors, fit
from alphatwin.uncertainty import Lognormal, stream

HOUR_S = 3600.0
LU177_PER_S = np.log(2.0) / (159.528 * HOUR_S)
REGIONS = 5
COURSES = 1000
SAMPLES = 10_000
TIMES_H = np.array([4.0, 24.0, 120.0])
WORKERS = 2
LEAST_EFFECTIVE = 5000.0
"""Effective sample size that the median region must have."""


def course(number: int) -> tuple[list[float], list[float]]:
    """Fit the regions of one course; return effective sizes, and seconds per region."""
    generator = stream(1, "bench", str(number))
    sizes, seconds = [], []
    for region in range(REGIONS):
        half_life_h = 70.0 * 1.35 ** generator.standard_normal()
        rise = 1.0 - 2.0 ** (-TIMES_H / 4.0) if region % 2 else 1.0
        noise = np.exp(0.1 * generator.standard_normal(3))
        seen = Observations(
            TIMES_H * HOUR_S,
            1e8 * rise * 2.0 ** (-TIMES_H / half_life_h) * noise,
            np.full(3, 0.1),
            np.full(3, np.nan),
            "Lu-177",
            scales_with_volume=False,
        )
        begun = time.perf_counter()
        found = fit(
            seen,
            administered_bq=7.4e9,
            decay_constant_per_s=LU177_PER_S,
            priors=Priors(
                Prior("half-life", Lognormal(70.0 * HOUR_S, 1.35), "bench", "assumed"),
                Prior("uptake", Lognormal(3.0 * HOUR_S, 2.0), "bench", "assumed")
                if region % 2
                else None,
            ),
            samples=SAMPLES,
            generator=generator,
        )
        seconds.append(time.perf_counter() - begun)
        sizes.append(found.effective_sample_size)
    return sizes, seconds


def alone() -> None:
    """Let a process use one core: threads of linear algebra only get in each other's way."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = "1"


def test_a_thousand_courses(benchmark, capsys):
    courses = COURSES if benchmark.enabled else 2
    begun = time.perf_counter()
    if benchmark.enabled:
        with ProcessPoolExecutor(WORKERS, initializer=alone) as pool:
            found = list(pool.map(course, range(courses), chunksize=25))
    else:
        found = [course(i) for i in range(courses)]
    elapsed_s = time.perf_counter() - begun
    sizes = np.array([size for one, _ in found for size in one])
    benchmark.pedantic(lambda: course(0), rounds=3, warmup_rounds=1)
    if benchmark.enabled:
        each_ms = 1e3 * np.median([s for _, one in found for s in one])
        with capsys.disabled():
            print(  # noqa: T201
                f"\n{courses} courses of {REGIONS} regions with 3 points, {SAMPLES} samples, "
                f"averaged over models, {WORKERS} processes: {elapsed_s:.1f} s, "
                f"{each_ms:.1f} ms per region; effective sample size {np.median(sizes):.0f} "
                f"(median), {sizes.min():.0f} (least)"
            )
    assert np.median(sizes) > LEAST_EFFECTIVE
