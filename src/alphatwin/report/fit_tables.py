"""The printed tables of what was measured: regions, points, fits, priors, shares of decays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.report.numbers import (
    MISSING,
    duration,
    interval,
    nuclide_label,
    number,
    percent,
    prose,
    quantity,
    unit_for,
)
from alphatwin.report.picture import agent_names
from alphatwin.report.tables import Table

if TYPE_CHECKING:
    from alphatwin.report.value import DoseReport


def regions_table(report: DoseReport) -> Table:
    """Return the regions, their mass and how their kinetics are known."""
    rows = tuple(
        (
            region.name,
            region.kind,
            "not known"
            if region.mass_kg is None
            else f"{quantity(1e3 * region.mass_kg, 'g')} ± {percent(region.mass_relative_sd)}",
            prose(region.kinetics),
            prose(region.fit.model),
            prose(region.fit.why),
        )
        for region in report.regions
    )
    return Table(
        title="Regions and how their kinetics are known",
        head=("Region", "Kind", "Mass", "Kinetics", "Model", "Why"),
        rows=rows,
        prose_columns=(0, 3, 4, 5),
    )


def points_table(report: DoseReport) -> Table:
    """Return the measured points beside the fit."""
    rows = []
    for region in report.regions:
        for point in region.fit.points:
            unit = unit_for(point.activity_bq, "Bq")
            low, high = (number(v / unit.size) for v in (point.low_bq, point.high_bq))
            rows.append(
                (
                    region.name,
                    nuclide_label(region.fit.nuclide),
                    duration(point.time_s),
                    f"{quantity(point.activity_bq, 'Bq')} [{low}–{high}]",
                    f"{interval(point.fitted, size=unit.size)} {unit.text}",
                    f"{point.standardised_residual:+.2f}".replace("-", "−"),
                )
            )
    return Table(
        title="Measured points and the fit at their times",
        head=(
            "Region",
            "Counted",
            "Time",
            "Measured [± two standard uncertainties]",
            "Fitted [95 % interval]",
            "Standardised residual",
        ),
        rows=tuple(rows),
    )


def parameters_table(report: DoseReport) -> Table:
    """Return the fitted parameters."""
    rows = [
        (region.name, key, interval(estimate), _sample_size(region.fit.effective_sample_size))
        for region in report.regions
        for key, estimate in region.fit.parameters.items()
    ]
    return Table(
        title="Fitted parameters, each name ending in its unit: median [95 % interval]",
        head=("Region", "Parameter", "Value", "Effective sample size"),
        rows=tuple(rows),
    )


def _sample_size(size: float | None) -> str:
    return MISSING if size is None else f"{size:.0f}"


def priors_table(report: DoseReport) -> Table:
    """Return the population priors, each with the regions that it was used for."""
    used: dict[tuple[str, ...], list[str]] = {}
    for region in report.regions:
        for prior in region.fit.priors:
            key = (
                prose(prior.parameter),
                number(prior.median),
                number(prior.geometric_sd),
                prose(prior.source),
                prior.status,
            )
            used.setdefault(key, []).append(region.name)
    return Table(
        title="Population priors (lognormal)",
        head=("Parameter", "Geometric mean", "Geometric SD", "Source", "Status", "Used for"),
        rows=tuple((*key, ", ".join(regions)) for key, regions in used.items()),
        prose_columns=(0, 3, 5),
    )


def shares_table(report: DoseReport) -> Table:
    """Return where in time the decays of every chain member lie."""
    rows = [
        (
            prose(name),
            dose.region,
            nuclide_label(share.nuclide),
            percent(share.before_first_point),
            percent(share.between_points),
            percent(share.after_last_point),
            "yes" if share.informed_by_data else "no",
        )
        for name, agent in zip(agent_names(report), report.agents, strict=True)
        for dose in agent.regions
        for share in dose.decay_shares
    ]
    return Table(
        title="Share of the decays of every chain member before, between and after the points",
        head=("Agent", "Region", "Nuclide", "Before", "Between", "After", "Informed by the data"),
        rows=tuple(rows),
        prose_columns=(0, 1),
    )
