"""The tables of what makes doses uncertain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.report.numbers import dose_unit, interval, number, prose, shown_share
from alphatwin.report.tables import Table

if TYPE_CHECKING:
    from alphatwin.report.uncertainty_value import DoseUncertainty
    from alphatwin.report.value import DoseReport

_QUANTITY = {
    "absorbed_dose_gy": "absorbed dose",
    "rbe_weighted_dose_gy": "RBE-weighted dose",
    "bed_gy": "biologically effective dose",
}


def uncertainty_tables(report: DoseReport) -> list[Table]:
    """Return the sources of uncertainty of every dose, a table for each agent and quantity.

    Parameters
    ----------
    report
        The report.
    """
    found: dict[tuple[str, str, str], list[DoseUncertainty]] = {}
    for row in report.uncertainty_contributions:
        found.setdefault((row.agent, row.administration, row.quantity), []).append(row)
    several = len({(a, b) for a, b, _ in found}) > len({a for a, _, _ in found})
    tables = []
    for (agent, administration, quantity), rows in found.items():
        unit = dose_unit(row.estimate.median for row in rows)
        name = f"{agent}, {administration}" if several else agent
        tables.append(
            Table(
                title=prose(
                    f"{name}: {_QUANTITY[quantity]} ({unit.text}), everything sampled "
                    "together, and the shares of the variance of its logarithm"
                ),
                head=("Region", "Median [95 %]", "Geometric SD", "What makes it uncertain"),
                rows=tuple(
                    (
                        row.region,
                        interval(row.estimate, size=unit.size),
                        number(row.geometric_sd, digits=3),
                        _sources(row),
                    )
                    for row in rows
                ),
                prose_columns=(0, 3),
            )
        )
    return tables


def _sources(found: DoseUncertainty) -> str:
    if not found.contributions:
        return "nothing is stated as uncertain"
    parts = (f"{row.source} {shown_share(row.total_share, row.total_sd)}" for row in found.told)
    return ", ".join(parts).replace(" %", "\u00a0%")  # a sign alone on a line is lost
