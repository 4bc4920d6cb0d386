"""Errors of known kinds planted in studies that were consistent, and the rules that may find them.

Each takes random numbers and a study of `synthetic_evidence`, and returns the study with the error,
or None where it does not fit.
"""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from alphatwin.evidence import Amount, Claim, Proportion, Record
from synthetic_evidence import AT, interval, percent

if TYPE_CHECKING:
    from collections.abc import Callable


def _change(record: Record, field: str, i: int, **change) -> Record:
    rows = list(getattr(record, field))
    rows[i] = replace(rows[i], **change)
    return replace(record, **{field: tuple(rows)})


def _pick(rng, rows, fits) -> int | None:
    chosen = [i for i, row in enumerate(rows) if fits(row)]
    return int(rng.choice(chosen)) if chosen else None


def _other_count(rng, n: int, of: int) -> int:
    """Return a count that is off by more than rounding can hide."""
    step = max(1, math.ceil(0.03 * of)) + int(rng.integers(0, 2))
    return (
        n - step if n - step >= 0 and (rng.random() < 0.5 or n + step > of) else min(n + step, of)
    )


def percentage_of_another_count(rng, one: Record) -> Record | None:
    i = _pick(rng, one.proportions, lambda p: p.n is not None and p.percent is not None)
    if i is None:
        return None
    row, of = one.proportions[i], one.group("judged").n
    wrong = percent(_other_count(rng, row.n, of), of, -row.percent.as_tuple().exponent)
    return _change(one, "proportions", i, percent=wrong, low=None, high=None)


def count_misprinted(rng, one: Record) -> Record | None:
    i = _pick(rng, one.adverse_events, lambda e: e.n is not None and e.percent is not None)
    row = one.adverse_events[i]
    of = row.of or one.group("all").n
    return _change(one, "adverse_events", i, n=_other_count(rng, row.n, of))


def impossible_percentage(rng, one: Record) -> Record | None:
    """Print any percentage, without a count, in a small study."""
    size = one.group("all").n
    if size > 60:
        return None
    wrong = Decimal(int(rng.integers(1, 1000))) / 10
    return _change(one, "adverse_events", 1, percent=wrong.quantize(Decimal("0.1")))


def category_left_out(rng, one: Record) -> Record | None:
    total = one.group("judged").n
    rows = one.proportions
    big = _pick(rng, rows[:5], lambda p: (p.n or 0) > 0.05 * total or (p.percent or 0) > 5)
    if big is None:
        return None
    return replace(one, proportions=(*rows[:big], *rows[big + 1 :]))


def control_is_not_the_sum(rng, one: Record) -> Record | None:
    return _wrong_sum(rng, one, 6)


def response_is_not_the_sum(rng, one: Record) -> Record | None:
    return _wrong_sum(rng, one, 5)


def _wrong_sum(rng, one: Record, i: int) -> Record | None:
    of = one.group("judged").n
    row = one.proportions[i]
    n = row.n if row.n is not None else round(float(row.percent) * of / 100)
    step = max(2, math.ceil(0.08 * of))
    wrong = n + step if n + step <= of else n - step
    if wrong < 0:
        return None
    return _change(one, "proportions", i, n=wrong, percent=None, of=None, low=None, high=None)


def interval_of_another_group(rng, one: Record) -> Record | None:
    i = _pick(rng, one.proportions, lambda p: p.low is not None)
    of = one.group("judged").n
    if i is None or of < 8:
        return None
    row = one.proportions[i]
    n = row.n if row.n is not None else round(float(row.percent) * of / 100)
    other = max(4, round(of * float(rng.choice([0.5, 1.8]))))
    low, high = interval(rng, min(other, round(n * other / of)), other)
    return _change(one, "proportions", i, low=low, high=high)


def interval_beside_its_value(rng, one: Record) -> Record | None:
    i = _pick(rng, one.proportions, lambda p: p.low is not None and 5 < (p.percent or 0) < 95)
    if i is None:
        return None
    row = one.proportions[i]
    return _change(one, "proportions", i, low=row.percent + 2, high=row.percent + 5)


def parts_do_not_add_up(rng, one: Record) -> Record | None:
    men = one.group("men").n
    wrong = men + int(rng.choice([-1, 1, 2]))
    return _change(one, "groups", 2, n=wrong) if 0 < wrong <= one.group("all").n else None


def part_over_whole(rng, one: Record) -> Record | None:
    return _change(one, "groups", 1, n=one.group("all").n + int(rng.integers(1, 9)))


def most_are_lost(rng, one: Record) -> Record | None:
    return _change(one, "groups", 0, n=one.group("all").n * 2)


def unit_restated_wrongly(rng, one: Record) -> Record | None:
    amount = one.regimens[0].activity_restated
    factor = Decimal(str(rng.choice([10, "0.1", "1.37", "0.73"])))
    return _change(
        one, "regimens", 0, activity_restated=replace(amount, value=amount.value * factor)
    )


def limit_below_the_cycles(rng, one: Record) -> Record | None:
    limit = one.regimens[0].cumulative_limit
    small = (limit.value / Decimal(4)).quantize(Decimal("0.001"))
    return _change(one, "regimens", 0, cumulative_limit=replace(limit, value=small))


def point_shifted(rng, one: Record) -> Record | None:
    row = one.regimens[0]
    factor = Decimal(str(rng.choice([20, 200, "0.01"])))
    wrong = replace(row.activity, value=row.activity.value * factor)
    return _change(
        one, "regimens", 0, activity=wrong, activity_restated=None, cumulative_limit=None
    )


def more_cycles_than_possible(rng, one: Record) -> Record | None:
    wrong = one.group("all").n * one.regimens[2].cycles + int(rng.integers(1, 30))
    return _change(one, "regimens", 1, cycles=wrong)


def fewer_cycles_than_patients(rng, one: Record) -> Record | None:
    return _change(one, "regimens", 1, cycles=int(rng.integers(1, one.group("all").n)))


def ends_before_it_starts(rng, one: Record) -> Record | None:
    return _change(one, "dates", 2, date="2014-01")


def estimate_long_past(rng, one: Record) -> Record | None:
    return _change(one, "dates", 1, date="2019-12")


def survival_below_progression(rng, one: Record) -> Record | None:
    i = int(rng.choice([0, 2]))
    rows = one.times_to_event
    changed = _change(one, "times_to_event", i, value=rows[i + 1].value, low=None, high=None)
    return _change(changed, "times_to_event", i + 1, value=rows[i].value, low=None, high=None)


def ratio_misprinted(rng, one: Record) -> Record | None:
    row = one.times_to_event[4]
    value = (row.low * Decimal("1.02")).quantize(Decimal("0.01"))
    return _change(one, "times_to_event", 4, value=max(value, row.low))


def denominator_of_another(rng, one: Record) -> Record | None:
    i = _pick(rng, one.proportions, lambda p: p.of is not None)
    if i is None or one.proportions[i].n is None:
        return None
    row = one.proportions[i]
    other = row.of + int(rng.integers(1, 10))
    return _change(
        one, "proportions", i, of=other, percent=percent(row.n, other, 1), low=None, high=None
    )


def figure_given_twice(rng, one: Record) -> Record | None:
    row = one.proportions[1]
    of = one.group("judged").n
    n = row.n if row.n is not None else round(float(row.percent) * of / 100)
    other = Proportion("PR", "judged", AT, n=_other_count(rng, n, of), criteria="RECIST 1.1")
    return replace(one, proportions=(*one.proportions, other))


def false_claim(rng, one: Record) -> Record | None:
    wrong = (
        Claim("receptor action", "225Ac-DOTATATE", "antagonist", AT),
        Claim("receptor action", "161Tb-DOTA-LM3", "agonist", AT),
        Claim("emitter class", "Pb-212", "alpha emitter", AT),
        Claim("emitter class", "Tb-161", "auger emitter", AT),
        Claim("emitter class", "Lu-177", "in vivo generator", AT),
        Claim("half-life", "Pb-212", "51.9 h", AT, Amount(Decimal("51.9"), "h")),
        Claim("half-life", "Ac-225", "6.65 days", AT, Amount(Decimal("6.65"), "days")),
        Claim("photon energy", "Bi-213", "511 keV", AT, Amount(Decimal(511), "keV")),
    )
    return replace(one, claims=(wrong[int(rng.integers(len(wrong)))],))


def answers_differ(rng, one: Record) -> Record | None:
    subject = "activity above which toxicity rises"
    return replace(
        one,
        claims=tuple(
            Claim("threshold", subject, f"{mbq} MBq", AT, Amount(Decimal(mbq), "MBq"))
            for mbq in (40, 44)
        ),
    )


# Kind of error, and the rules that may find it
ERRORS: dict[Callable[..., Record | None], set[str]] = {
    percentage_of_another_count: {"percentage_of_count"},
    count_misprinted: {"percentage_of_count", "count_over_group"},
    impossible_percentage: {"percentage_impossible"},
    category_left_out: {"categories_add_up"},
    control_is_not_the_sum: {"disease_control"},
    response_is_not_the_sum: {"objective_response"},
    interval_of_another_group: {"interval_of_count", "interval_holds_value"},
    interval_beside_its_value: {"interval_holds_value"},
    parts_do_not_add_up: {"groups_add_up"},
    part_over_whole: {"group_within"},
    most_are_lost: {"all_accounted"},
    unit_restated_wrongly: {"units_restated"},
    limit_below_the_cycles: {"limit_of_cycles"},
    point_shifted: {"activity_like_others"},
    more_cycles_than_possible: {"cycles_of_patients"},
    fewer_cycles_than_patients: {"cycles_of_patients"},
    ends_before_it_starts: {"dates_in_order"},
    estimate_long_past: {"estimate_past"},
    survival_below_progression: {"progression_before_death"},
    ratio_misprinted: {"ratio_midway"},
    denominator_of_another: {"denominator_of_group"},
    figure_given_twice: {"figure_twice", "percentage_of_count"},
    false_claim: {"receptor_action", "emitter_class", "half_life", "photon_energy"},
    answers_differ: {"thresholds_agree"},
}
