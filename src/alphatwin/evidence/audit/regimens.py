"""Regimens: units restated, cycles against limits, activities against those of others."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from alphatwin.agents import agent
from alphatwin.errors import DataError
from alphatwin.evidence.amounts import ACTIVITY_BQ, Amount, decimals
from alphatwin.evidence.audit.finding import AuditFinding, found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alphatwin.evidence.record import Record
    from alphatwin.evidence.types import Place, Regimen

REFERENCE_MASS_KG = 70.0  # adult to whom an activity per mass is compared with a fixed one
LIGHTEST_KG = 40.0  # hardly an adult is lighter: a limit that even they reach is an error
FACTOR = 5.0  # beyond this an activity is no step of an escalation but another order


def audit_regimens(record: Record) -> Iterator[AuditFinding]:
    """Yield what is wrong with the regimens of a record."""
    for i, regimen in enumerate(record.regimens):
        path = f"regimens[{i}]"
        for field in ("activity", "cumulative_limit"):
            one, two = getattr(regimen, field), getattr(regimen, f"{field}_restated")
            if one is not None and two is not None:
                yield from _restated(record, f"{path}.{field}_restated", regimen.place, one, two)
        yield from _limit(record, path, regimen)
        yield from _like_others(record, path, regimen)


def _restated(
    record: Record, field: str, place: Place, one: Amount, two: Amount
) -> Iterator[AuditFinding]:
    """Two printed activities are one if their intervals of rounding overlap (eq. V10)."""
    (low, high), (other_low, other_high) = _span(one), _span(two)
    if one.is_per_mass == two.is_per_mass and low <= other_high and other_low <= high:
        return
    wanted = one.value * ACTIVITY_BQ[one.unit.removesuffix("/kg")]
    unit = two.unit.removesuffix("/kg")
    computed = f"{one.text()} = {wanted / ACTIVITY_BQ[unit]:.4g} {unit}"
    yield found(
        record,
        field,
        "units_restated",
        place=place,
        stated=f"{one.text()} ({two.text()})",
        computed=computed + ("/kg" if one.is_per_mass else ""),
        suggestion="one of the two is misprinted",
    )


def _span(amount: Amount) -> tuple[Decimal, Decimal]:
    """Return the activities that are printed so, in Bq or Bq/kg."""
    half = Decimal(5).scaleb(-decimals(amount.value) - 1)
    factor = ACTIVITY_BQ[amount.unit.removesuffix("/kg")]
    top = amount.value if amount.high is None else amount.high
    return (amount.value - half) * factor, (top + half) * factor


def _limit(record: Record, path: str, regimen: Regimen) -> Iterator[AuditFinding]:
    activity, limit, cycles = regimen.activity, regimen.cumulative_limit, regimen.cycles
    if activity is None or limit is None or (limit.is_per_mass and not activity.is_per_mass):
        return
    if regimen.cycles_are not in {"planned", "at most", "given"}:
        return
    times = cycles or 1
    least, most = float(_span(activity)[0]) * times, float(_span(limit)[1])
    mass = LIGHTEST_KG if activity.is_per_mass and not limit.is_per_mass else 1.0
    typical = REFERENCE_MASS_KG if mass > 1.0 else 1.0
    if least * typical <= most:
        return
    reached = most / (float(activity.base()) * typical)
    yield found(
        record,
        f"{path}.cumulative_limit",
        "limit_of_cycles",
        place=regimen.place,
        severity="error" if least * mass > most else "warning",
        stated=f"{times} x {activity.text()} within {limit.text()}",
        computed=f"the limit is reached after {reached:.1f} cycles"
        + (f" at {REFERENCE_MASS_KG:.0f} kg" if mass > 1.0 else ""),
        suggestion="see whether activity, cycles or limit is misprinted",
    )


def _like_others(record: Record, path: str, regimen: Regimen) -> Iterator[AuditFinding]:
    if regimen.activity is None:
        return
    try:
        published = agent(regimen.agent).prescriptions
    except DataError:
        return
    others = [p.activity_for_bq(REFERENCE_MASS_KG) for p in published]
    if not others:
        return
    mass = REFERENCE_MASS_KG if regimen.activity.is_per_mass else 1.0
    mine = float(regimen.activity.base()) * mass
    if min(others) / FACTOR <= mine <= max(others) * FACTOR:
        return
    yield found(
        record,
        f"{path}.activity",
        "activity_like_others",
        place=regimen.place,
        severity="warning",
        stated=f"{regimen.activity.text()} of {regimen.agent}",
        computed=f"{mine / 1e6:.3g} MBq at {REFERENCE_MASS_KG:.0f} kg; others "
        f"{min(others) / 1e6:.3g} to {max(others) / 1e6:.3g} MBq",
        suggestion="a factor of ten is a shifted point: see the source again",
    )
