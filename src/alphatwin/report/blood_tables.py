"""The tables of blood, marrow and urine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.report.numbers import (
    MISSING,
    dose_unit,
    duration,
    interval,
    nuclide_label,
    number,
    percent,
    prose,
    unit_for,
)
from alphatwin.report.picture import agent_names
from alphatwin.report.tables import Table

if TYPE_CHECKING:
    from alphatwin.report.blood_value import BloodAgent, BloodCurve, BloodRecord, MarrowRecord
    from alphatwin.report.estimates import Estimate
    from alphatwin.report.value import DoseReport


def blood_tables(report: DoseReport) -> list[Table]:
    """Return the tables of blood, marrow and urine; none where the course says nothing of them.

    Parameters
    ----------
    report
        The report.

    Returns
    -------
    list of Table
        Doses and decays by agent, then samples with their curves, then the balance.
    """
    blood = report.blood
    if blood is None:
        return []
    names = agent_names(report)
    tables = [_agents(names, blood), *_fates(names, blood)]
    tables += [_samples(curve) for curve in blood.curves]
    if blood.balance:
        tables.append(_balance(blood))
    return tables


def _agents(names: list[str], blood: BloodRecord) -> Table:
    marrows = [a.red_marrow for a in blood.agents]
    dose = dose_unit(m.absorbed_dose_gy.high for m in marrows if m is not None)
    parents = [next(iter(a.bladder_decays.values())) for a in blood.agents if a.bladder_decays]
    bladder = unit_for(max((p.high for p in parents), default=1.0), "Bq s")
    rest = [a.remainder_bq_s.high for a in blood.agents if a.remainder_bq_s is not None]
    remainder = unit_for(max(rest, default=1.0), "Bq s")
    return Table(
        title="Red marrow from blood, urine and remainder of the body; decays are of the nuclide "
        "on the vector",
        head=(
            "Agent",
            f"Red marrow\n{dose.text}",
            "RBE-weighted\n" + dose.text,
            "Excreted alive",
            f"Bladder contents\n{bladder.text}",
            f"Remainder of the body\n{remainder.text}",
        ),
        rows=tuple(
            (
                prose(name),
                interval(None if m is None else m.absorbed_dose_gy, size=dose.size),
                interval(_weighted(m), size=dose.size),
                MISSING if a.excreted_fraction is None else percent(a.excreted_fraction.median),
                interval(_parent(a), size=bladder.size),
                interval(a.remainder_bq_s, size=remainder.size),
            )
            for name, a, m in zip(names, blood.agents, marrows, strict=True)
        ),
    )


def _fates(names: list[str], blood: BloodRecord) -> list[Table]:
    """Return what the fate of daughters does to marrow, blood and bladder; none without a fate."""
    rows = [(name, a, a.red_marrow) for name, a in zip(names, blood.agents, strict=True)]
    moved = [
        (name, a, m) for name, a, m in rows if m is not None and m.if_daughters_stay_gy is not None
    ]
    if not moved:
        return []
    dose = dose_unit(m.absorbed_dose_gy.high for _, _, m in moved)
    bladder = unit_for(
        max((sum((a.bladder_decays_of_free or {}).values()) for _, a, _ in moved), default=0.0)
        or 1.0,
        "Bq s",
    )
    return [
        Table(
            title="What the fate of daughters does to red marrow, and to blood and bladder",
            head=(
                "Agent",
                f"Red marrow\n{dose.text}",
                f"of it from bone\n{dose.text}",
                f"if daughters stayed\n{dose.text}",
                "Measured in blood\nover the fate",
                f"Free atoms in the bladder\n{bladder.text}",
            ),
            rows=tuple(
                (
                    prose(name),
                    interval(m.absorbed_dose_gy, size=dose.size),
                    interval(m.from_bone_gy, size=dose.size),
                    interval(m.if_daughters_stay_gy, size=dose.size),
                    "; ".join(
                        f"{nuclide_label(member)} {number(ratio.median, digits=2)}"
                        for member, ratio in a.measured_over_fate.items()
                    )
                    or MISSING,
                    MISSING
                    if a.bladder_decays_of_free is None
                    else number(sum(a.bladder_decays_of_free.values()) / bladder.size, digits=2),
                )
                for name, a, m in moved
            ),
        )
    ]


def _weighted(marrow: MarrowRecord | None) -> Estimate | None:
    return None if marrow is None else marrow.rbe_weighted[-1].rbe_weighted_dose_gy


def _parent(agent: BloodAgent) -> Estimate | None:
    return None if not agent.bladder_decays else next(iter(agent.bladder_decays.values()))


def _samples(curve: BloodCurve) -> Table:
    unit = unit_for(max(p.concentration_bq_per_ml for p in curve.points), "Bq/mL")
    half_lives = " and ".join(duration(p.effective_half_life_s) for p in reversed(curve.phases))
    return Table(
        title=prose(
            f"{nuclide_label(curve.nuclide)} in whole blood at drawing, in {unit.text}; effective "
            f"half-life {half_lives} ({curve.model})"
        ),
        head=("Drawn", "Measured", "Fitted", "Residual", "Of equilibrium", "State at drawing"),
        rows=tuple(
            (
                duration(p.time_s),
                _with_sd(p.concentration_bq_per_ml / unit.size, p.sd_bq_per_ml / unit.size),
                interval(p.fitted, size=unit.size),
                f"{p.standardised_residual:+.1f}",
                number(p.share_of_equilibrium, digits=2),
                p.state_at_drawing,
            )
            for p in curve.points
        ),
    )


def _with_sd(value: float, sd: float) -> str:
    return f"{number(value)} ± {number(sd, digits=2)}"


def _balance(blood: BloodRecord) -> Table:
    return Table(
        title="Balance of the whole body: what was found over what was injected",
        head=("Time", "In regions", "In urine", "Not found", "Verdict"),
        rows=tuple(
            (
                duration(b.time_s),
                percent(b.regions_fraction),
                percent(b.urine_fraction),
                f"{100.0 * b.imbalance_fraction:.1f} ± {100.0 * b.imbalance_sd:.1f} %",
                b.verdict,
            )
            for b in blood.balance
        ),
    )
