"""The tables of biological effects: what one administration does, and on which parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.report.numbers import MISSING, interval, number, prose, ratio
from alphatwin.report.picture import agent_names
from alphatwin.report.tables import Table

if TYPE_CHECKING:
    from alphatwin.report.effect_value import EffectParameter, RegionEffect
    from alphatwin.report.value import DoseReport


def effect_tables(report: DoseReport) -> list[Table]:
    """Return regions against effects, a table for each agent; none where nothing is known.

    Parameters
    ----------
    report
        The report.
    """
    return [
        Table(
            title=prose(
                f"{name}: biological effect of one administration: median [95 % interval]; "
                "last, BED over that of the first column under other models"
            ),
            head=(
                "Region",
                "BED (Gy)\nRBEmax as assumed",
                "BED (Gy)\nRBEmax 1",
                "EQD2 (Gy)\nRBEmax as assumed",
                "EQD2 (Gy)\nRBEmax 1",
                "G",
                "bi-exp. repair",
                "alphas b = 0",
            ),
            rows=tuple(_row(effect) for effect in agent.biological_effect),
        )
        for name, agent in zip(agent_names(report), report.agents, strict=True)
        if agent.biological_effect
    ]


def _row(effect: RegionEffect) -> tuple[str, ...]:
    others = [ratio(a.bed_ratio) for a in effect.alternatives]
    return (
        effect.region,
        interval(effect.bed_gy),
        interval(effect.bed_rbe_one_gy),
        interval(effect.eqd2_gy),
        interval(effect.eqd2_rbe_one_gy),
        interval(effect.lea_catcheside),
        *(others + [MISSING] * 2)[:2],
    )


def parameter_tables(report: DoseReport) -> list[Table]:
    """Return the parameters of every tissue with source and status.

    Parameters
    ----------
    report
        The report.
    """
    rows: dict[tuple[str, ...], dict[str, None]] = {}
    for agent in report.agents:
        for effect in agent.biological_effect:
            for p in effect.parameters:
                rows.setdefault(_parameter(p), {})[effect.region] = None
    if not rows:
        return []
    return [
        Table(
            title="Parameters of the effect: median, geometric standard deviation, source",
            head=("Regions", "Parameter", "Median", "Geometric SD", "Status", "Source"),
            rows=tuple((", ".join(regions), *cells) for cells, regions in rows.items()),
            prose_columns=(0, 5),
            small=True,
        )
    ]


def _parameter(p: EffectParameter) -> tuple[str, ...]:
    words, unit, size = {
        "alpha_beta_gy": ("alpha/beta", " Gy", 1.0),
        "repair_half_time_s": ("repair half-time", " h", 3600.0),
        "rbe_max_alpha": ("RBEmax, alphas", "", 1.0),
        "rbe_max_recoil": ("RBEmax, recoils", "", 1.0),
    }[p.name]
    return (
        words,
        f"{number(p.median / size)}{unit}",
        number(p.geometric_sd),
        p.status,
        prose(p.source),
    )
