"""Studies made up so that every figure follows from people.

A study is drawn from counts alone; percentages, sums and intervals are printed from these counts
by arithmetic of this module, not by that of the audit.
"""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from scipy.special import betaincinv

from alphatwin.agents import agents
from alphatwin.evidence import (
    AdverseEvent,
    Amount,
    Citation,
    Claim,
    DatedEvent,
    FollowUp,
    Group,
    Place,
    Proportion,
    Record,
    Regimen,
    TimeToEvent,
)

if TYPE_CHECKING:
    import numpy as np

AT = Place("paper", "table 1")
GIVEN = [a for a in agents() if a.use == "therapy" and a.prescriptions]
TRUE_CLAIMS = (
    Claim("receptor action", "225Ac-DOTATATE", "agonist", AT),
    Claim("receptor action", "161Tb-DOTA-LM3", "antagonist", AT),
    Claim("emitter class", "Ac-225", "alpha emitter", AT),
    Claim("emitter class", "At-211", "alpha emitter", AT),
    Claim("emitter class", "Lu-177", "beta emitter", AT),
    Claim("emitter class", "Pb-212", "in vivo generator", AT),
    Claim("half-life", "Lu-177", "6.65 days", AT, Amount(Decimal("6.65"), "days")),
    Claim("half-life", "Bi-213", "46 min", AT, Amount(Decimal(46), "min")),
    Claim("photon energy", "Lu-177", "208 keV", AT, Amount(Decimal(208), "keV")),
    Claim("photon energy", "Bi-213", "440 keV", AT, Amount(Decimal(440), "keV")),
)


def percent(n: int, of: int, digits: int, way: str = ROUND_HALF_UP) -> Decimal:
    """Return a share as a paper prints it."""
    return (Decimal(100 * n) / Decimal(of)).quantize(Decimal(1).scaleb(-digits), rounding=way)


def study(rng: np.random.Generator) -> Record:
    """Return a study whose figures all follow from the same people."""
    size = int(rng.integers(6, 300))
    lost = int(rng.integers(0, max(1, size // 8)))
    judged, men = size - lost, int(rng.integers(1, size))
    digits = int(rng.integers(0, 3))
    way = str(rng.choice([ROUND_HALF_UP, ROUND_HALF_EVEN]))
    counts = [int(c) for c in rng.multinomial(judged, rng.dirichlet([0.4, 3.0, 3.0, 1.5, 0.3]))]
    groups = (
        Group("all", "treated", "everybody", AT, n=size),
        Group("judged", "evaluable", "judged for response", AT, n=judged, within="all"),
        Group("men", "subgroup", "men", AT, n=men, within="all", partition="sex"),
        Group("women", "subgroup", "women", AT, n=size - men, within="all", partition="sex"),
    )
    given = GIVEN[int(rng.integers(len(GIVEN)))]
    return Record(
        id="made-up",
        title="A made-up study",
        kind="cohort",
        design="single arm",
        agents=(given.name,),
        population="made up",
        prior="naive",
        sources=(Citation("paper", "Nobody 2020", "no DOI known", "paper", published="2020-06"),),
        groups=groups,
        regimens=_regimens(rng, given, size),
        follow_up=(FollowUp(Amount(Decimal(40), "months"), "median", AT, "all"),),
        proportions=_responses(rng, counts, judged, digits, way),
        adverse_events=_events(rng, size, digits, way),
        times_to_event=_times(rng),
        claims=tuple(TRUE_CLAIMS[i] for i in rng.choice(len(TRUE_CLAIMS), 3, replace=False)),
        dates=(
            DatedEvent("start", "2015-03", AT),
            DatedEvent("primary completion", "2021-09", AT, is_estimate=True),
            DatedEvent("published", "2022-06", AT),
        ),
    )


def _responses(rng, counts, judged, digits, way) -> tuple[Proportion, ...]:
    names = ("CR", "PR", "SD", "PD", "NE")
    derived = (("ORR", sum(counts[:2])), ("DCR", sum(counts[:3])))
    rows = []
    for name, n in (*zip(names, counts, strict=True), *derived):
        form = rng.integers(3)  # count, percentage, both
        ends = {}
        if name in {"ORR", "DCR"} and rng.random() < 0.7:
            low, high = interval(rng, n, judged)
            ends = {"low": low, "high": high}
        rows.append(
            Proportion(
                outcome=name,
                group="judged",
                place=AT,
                n=None if form == 1 else n,
                of=judged if form == 2 and rng.random() < 0.5 else None,
                percent=None if form == 0 else percent(n, judged, digits, way),
                criteria="RECIST 1.1",
                table="best",
                **ends,
            )
        )
    return tuple(rows)


def interval(rng, n: int, of: int) -> tuple[Decimal, Decimal]:
    """Return an exact or a Wilson interval in per cent, as printed."""
    if rng.random() < 0.5:
        low = 0.0 if n == 0 else float(betaincinv(n, of - n + 1, 0.025))
        high = 1.0 if n == of else float(betaincinv(n + 1, of - n, 0.975))
    else:
        z2 = 1.959963984540054**2
        middle, half = n + z2 / 2, math.sqrt(z2 * n * (of - n) / of + z2 * z2 / 4)
        low, high = (middle - half) / (of + z2), (middle + half) / (of + z2)
    ends = (Decimal(repr(100 * min(max(end, 0.0), 1.0))) for end in (low, high))
    low_p, high_p = (end.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP) for end in ends)
    return low_p, high_p


def _events(rng, size, digits, way) -> tuple[AdverseEvent, ...]:
    few, many, total = (int(rng.integers(0, most + 1)) for most in (size, size, 400))
    total += 20
    some = int(rng.integers(0, total + 1))
    few_percent, many_percent = (percent(n, size, digits, way) for n in (few, many))
    return (
        AdverseEvent("anaemia", "all", AT, grade="3-4", n=few, percent=few_percent),
        AdverseEvent("nausea", "all", AT, percent=many_percent),
        AdverseEvent("any adverse event", "all", AT, counts="events", n=total),
        AdverseEvent(
            "any adverse event",
            "all",
            AT,
            counts="events",
            relatedness="related",
            n=some,
            of=total,
            percent=percent(some, total, digits, way),
        ),
    )


def _times(rng) -> tuple[TimeToEvent, ...]:
    progress = Decimal(int(rng.integers(50, 300))) / 10
    survival = progress + Decimal(int(rng.integers(10, 300))) / 10
    free = Decimal(int(rng.integers(10, 60)))
    ratio, width = rng.uniform(0.2, 0.9), rng.uniform(1.2, 2.2)
    low, value, high = (Decimal(f"{r:.2f}") for r in (ratio / width, ratio, ratio * width))
    at = Amount(Decimal(12), "months")
    return (
        TimeToEvent("PFS", "median", "all", AT, value=progress, low=progress * Decimal("0.7")),
        TimeToEvent("OS", "median", "all", AT, value=survival, high=survival * 2),
        TimeToEvent("PFS", "landmark", "all", AT, value=free, time=at),
        TimeToEvent("OS", "landmark", "all", AT, value=free + 20, time=at),
        TimeToEvent(
            "PFS", "hazard ratio", "men", AT, value=value, low=low, high=high, versus="women"
        ),
    )


def _regimens(rng, given, size) -> tuple[Regimen, ...]:
    first = given.prescriptions[0]
    is_per_mass = first.activity_bq is None
    bq = (first.activity_bq_per_kg if is_per_mass else first.activity_bq) * rng.uniform(0.6, 1.6)
    per = "/kg" if is_per_mass else ""
    activity = Amount(Decimal(f"{bq / 1e6:.4g}").normalize() * 1, f"MBq{per}")
    activity = replace(
        activity, value=Decimal(f"{float(activity.value):f}".rstrip("0").rstrip("."))
    )
    mci = Decimal(f"{float(activity.value) / 37e-3:.1f}")
    cycles = int(rng.integers(1, 7))
    limit = float(activity.value) * cycles * (110.0 if is_per_mass else 1.05)
    planned = Regimen(
        given.name, AT, activity=activity, activity_restated=Amount(mci, f"uCi{per}"),
        cycles=cycles, interval=Amount(Decimal(8), "weeks"),
        cumulative_limit=Amount(Decimal(f"{limit:.0f}") + 1, "MBq"),
    )  # fmt: skip
    each = rng.integers(1, cycles + 1, size)
    total = Regimen(given.name, AT, cycles=int(each.sum()), cycles_are="all patients")
    most = Regimen(given.name, AT, cycles=cycles, cycles_are="at most")
    return (planned, total, most)
