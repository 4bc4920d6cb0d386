"""The audit on studies made up from people, whole and with one error planted in each.

Truth is the construction: a study is drawn from counts, and its percentages, sums and intervals
are printed by arithmetic that the audit does not share (decimal rounding, quantiles of SciPy). An
error is one of 24 kinds, each larger than what rounding hides; `tests/planted_errors.py` says
which.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from alphatwin.evidence.audit import audit
from planted_errors import ERRORS
from synthetic_evidence import study

STUDIES = 1000  # as the base's requirement asks, of each sort
CAUGHT = 0.95  # share of planted errors, as the requirement asks
CAUGHT_OF_A_KIND = 0.8  # an impossible percentage may hit a possible one: about n in 1000 do
ALARMS = ("error", "warning")  # a note says what is good to know, not that something is wrong


def test_no_false_alarm_on_consistent_studies():
    rng = np.random.default_rng(20261122)
    alarms = Counter(
        finding.rule
        for _ in range(STUDIES)
        for finding in audit((study(rng),))
        if finding.severity in ALARMS
    )
    assert not alarms


def test_planted_errors_are_caught_by_their_rule():
    rng = np.random.default_rng(20261123)
    kinds = list(ERRORS)
    planted: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    while planted.total() < STUDIES:
        kind = kinds[planted.total() % len(kinds)]
        wrong = kind(rng, study(rng))
        if wrong is None:
            continue
        found = {f.rule for f in audit((wrong,)) if f.severity in ALARMS}
        planted[kind.__name__] += 1
        caught[kind.__name__] += bool(found & ERRORS[kind])
    assert caught.total() >= CAUGHT * planted.total()
    low = {k: (caught[k], n) for k, n in planted.items() if caught[k] < CAUGHT_OF_A_KIND * n}
    assert not low
