"""The printed tables of what was measured: regions, points, fits, priors, shares of decays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.report.numbers import (
    MISSING,
    Unit,
    count,
    duration,
    interval,
    nuclide_label,
    number,
    percent,
    prose,
    quantity,
    unit_for,
)
from alphatwin.report.picture import agent_names, is_measured
from alphatwin.report.tables import DOUBT, Table

if TYPE_CHECKING:
    from alphatwin.report.estimates import Estimate
    from alphatwin.report.fit_value import PriorRecord, RegionRecord
    from alphatwin.report.value import DecayShare, DoseReport

_HOURS = Unit(text="h", size=3600.0)
PARAMETERS = {  # key of the report: words, and the unit that a reader thinks in
    "uptake_fraction": ("Uptake fraction", Unit(text="%", size=0.01)),
    "extrapolated_activity_bq": (
        "Activity at administration, extrapolated",
        Unit(text="Bq", size=1.0),
    ),
    "uptake_half_time_s": ("Uptake half-time", _HOURS),
    "effective_half_life_s": ("Effective half-life", _HOURS),
    "fast_effective_half_life_s": ("Effective half-life, fast phase", _HOURS),
    "slow_phase_share": ("Share of slow phase", Unit(text="%", size=0.01)),
    "biological_rate_per_s": ("Biological rate", Unit(text="per d", size=1.0 / 86400.0)),
    "dose_coefficient_gy_per_bq": ("Dose coefficient", Unit(text="Gy/GBq", size=1e-9)),
}


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
            prose(_model_and_why(region)),
        )
        for region in report.regions
    )
    return Table(
        title="Regions and how their kinetics are known",
        head=("Region", "Kind", "Mass", "Kinetics", "Model, and why"),
        rows=rows,
        prose_columns=(0, 3, 4),
        small=True,
    )


def _model_and_why(region: RegionRecord) -> str:
    model, why = region.fit.model, region.fit.why
    return why if why.startswith(model) or not is_measured(region) else f"{model}: {why}"


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
                    _signed(point.standardised_residual),
                    "-" if point.left_out_residual is None else _signed(point.left_out_residual),
                    "-" if point.integral_ratio is None else f"{point.integral_ratio:.2f}",
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
            "Residual (SD)",
            "Left out (SD)",
            "Integral without it",
        ),
        rows=tuple(rows),
    )


def _signed(value: float) -> str:
    text = f"{value:+.2f}"
    return "0.00" if float(text) == 0.0 else text.replace("-", "−")


def fit_tables(report: DoseReport) -> list[Table]:
    """Return the parameters and the priors, those of the two tables that have rows."""
    return [t for t in (parameters_table(report), priors_table(report)) if t.rows]


def parameters_table(report: DoseReport) -> Table:
    """Return the fitted parameters, a row for each region and a column for each parameter."""
    fits = [(region, region.fit.parameters) for region in report.regions if region.fit.parameters]
    found = dict.fromkeys(name for _, parameters in fits for name in parameters)
    names = sorted(found, key=lambda n: (list(PARAMETERS).index(n) if n in PARAMETERS else 99, n))
    columns = [(n, _shown_in(n, [p[n] for _, p in fits if n in p])) for n in names]
    rows = [
        (
            region.name,
            *(interval(parameters.get(name), size=unit.size) for name, unit in columns),
            _sample_size(region.fit.effective_sample_size),
        )
        for region, parameters in fits
    ]
    return Table(
        title="Fitted parameters: median [95 % interval]",
        head=("Region", *(_head(name, unit) for name, unit in columns), "Effective samples"),
        rows=tuple(rows),
        small=True,
    )


def _shown_in(name: str, estimates: list[Estimate]) -> Unit:
    """Return the unit of a column of a parameter: hours or days for times, never seconds."""
    if name == "extrapolated_activity_bq":
        return unit_for(max(e.median for e in estimates), "Bq")
    return PARAMETERS[name][1] if name in PARAMETERS else Unit(text="", size=1.0)


def _head(name: str, unit: Unit) -> str:
    words = PARAMETERS[name][0] if name in PARAMETERS else name
    return f"{words} ({unit.text})" if unit.text else words


def _sample_size(size: float | None) -> str:
    return MISSING if size is None else count(size)


def priors_table(report: DoseReport) -> Table:
    """Return the population priors, each with the regions that it was used for."""
    used: dict[tuple[str, ...], list[str]] = {}
    for region in report.regions:
        for prior in region.fit.priors:
            words, median = _prior_in_words(prior)
            key = (words, median, number(prior.geometric_sd), prose(prior.source), prior.status)
            used.setdefault(key, []).append(region.name)
    return Table(
        title="Population priors (lognormal)",
        head=("Parameter", "Geometric mean", "Geometric SD", "Source", "Status", "Used for"),
        rows=tuple((*key, ", ".join(regions)) for key, regions in used.items()),
        prose_columns=(3, 5),
        small=True,
    )


def _prior_in_words(prior: PriorRecord) -> tuple[str, str]:
    """Return the name of the prior's parameter in words, and its median with its unit."""
    key, space, nuclide = prior.parameter.partition(" ")
    if key not in PARAMETERS:
        return prose(prior.parameter), number(prior.median)
    words, unit = PARAMETERS[key]
    value = f"{number(prior.median / unit.size)} {unit.text}".strip()
    return prose(f"{words}{space}{nuclide}"), value


def shares_tables(report: DoseReport) -> list[Table]:
    """Return where in time the decays of every chain member lie, a table for each agent."""
    tables = []
    for name, agent in zip(agent_names(report), report.agents, strict=True):
        shares = {d.region: {s.nuclide: s for s in d.decay_shares} for d in agent.regions}
        rows = tuple(
            (region, *(_share_cell(found.get(nuclide)) for nuclide in agent.chain))
            for region, found in shares.items()
            if found
        )
        if rows:
            title = f"{name}: share of decays before / between / after the measured points (%)"
            head = ("Region", *map(nuclide_label, agent.chain))
            tables.append(Table(title=prose(title), head=head, rows=rows, small=True))
    return tables


def _share_cell(share: DecayShare | None) -> str:
    if share is None:
        return MISSING
    values = (share.before_first_point, share.between_points, share.after_last_point)
    text = " / ".join(percent(v).removesuffix(" %").replace("< ", "<") for v in values)
    return text if share.informed_by_data else f"{text} {DOUBT}"
