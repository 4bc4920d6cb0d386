"""How long a plan takes: 5 agents x 20 activities x 4 schedules x 10 000 samples, two cores.

The bar is 10 s. The time is printed and never asserted. Run:
``pytest tests/bench/test_bench_plan.py --benchmark-enable -s``.
"""

from __future__ import annotations

import os

import pytest

from alphatwin.files import read_example
from alphatwin.workflows.plan import plan_report
from alphatwin.workflows.plan_request import PlanRequest

DAY_S = 86400.0
AGENTS = (
    "177Lu-DOTATATE", "225Ac-DOTATATE", "213Bi-DOTATOC", "212Pb-DOTAMTATE", "225Ac-DOTATOC",
)  # fmt: skip
TWO = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "2")


def file_with_every_agent():
    """Return the example with a stated uptake ratio for the agent that it does not predict."""
    import dataclasses

    from alphatwin.patient import Prediction, UptakeFactor

    file = read_example("umich_lu177_dotatate")
    toc = Prediction("225Ac-DOTATOC", factors=(UptakeFactor("uptake_ratio", 1.0, relative_sd=0.3),))
    course = dataclasses.replace(file.course, predictions=(*file.course.predictions, toc))
    return dataclasses.replace(file, course=course)


def test_time_of_a_plan(benchmark, monkeypatch):
    for name, value in TWO.items():
        monkeypatch.setenv(name, value)
    if hasattr(os, "sched_setaffinity"):
        before = os.sched_getaffinity(0)
        os.sched_setaffinity(0, set(sorted(before)[:2]))
    file = file_with_every_agent()
    request = PlanRequest(agents=AGENTS, cycles=(3, 4), interval_s=(42 * DAY_S, 56 * DAY_S))
    report = benchmark.pedantic(
        plan_report, args=(file,), kwargs={"request": request}, rounds=3, warmup_rounds=1
    )
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, before)
    assert len(report.what_if) == 5 * 4
    assert {len(row.activity_bq) for row in report.what_if} == {20}
    assert report.samples == 10_000


@pytest.mark.parametrize("samples", [1000, 10_000])
def test_time_grows_no_faster_than_samples(benchmark, samples):
    file = file_with_every_agent()
    benchmark.pedantic(plan_report, args=(file,), kwargs={"samples": samples}, rounds=3)
