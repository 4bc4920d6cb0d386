"""The tables of a printed report: every cell as the text that stands in it.

HTML and PDF print the same tables; nothing is formatted anywhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from alphatwin.report.numbers import (
    MISSING,
    borne,
    dose_unit,
    interval,
    nuclide_label,
    number,
    percent,
    prose,
    quantity,
    relative_width,
    unit_for,
)
from alphatwin.report.picture import agent_names
from alphatwin.report.style import radiation_rank

if TYPE_CHECKING:
    from collections.abc import Callable

    from alphatwin.report.estimates import Estimate
    from alphatwin.report.value import AgentReport, DoseReport, RegionDose

AGENTS_PER_TABLE = 4
_HOUR_S = 3600.0
DOUBT = "‡"
NO_MASS = "mass unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table as printed.

    Attributes
    ----------
    title
        What it shows, with the unit if all cells share one.
    head
        Heads of the columns.
    rows
        Cells, row by row.
    prose_columns
        Columns that hold running text, which may be broken into lines.
    small
        Whether it is set in small print, because its text is long.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    prose_columns: tuple[int, ...] = (0,)
    small: bool = False


def _doses_by_region(agent: AgentReport) -> dict[str, RegionDose]:
    return {dose.region: dose for dose in agent.regions}


def absorbed_dose_tables(report: DoseReport) -> list[Table]:
    """Return regions against agents: absorbed dose, median and 95 % interval."""
    return _dose_tables(report, title="Absorbed dose", pick=lambda dose: dose.absorbed_dose_gy)


def weighted_dose_tables(report: DoseReport) -> list[Table]:
    """Return regions against agents: RBE-weighted dose, for each set of RBEs other than one.

    There is none where no agent emits alphas: RBE-weighted doses then equal absorbed doses.
    """
    if not has_alphas(report):
        return []
    pairs = dict.fromkeys(
        (w.rbe_alpha, w.rbe_recoil)
        for agent in report.agents
        for dose in agent.regions
        for w in dose.rbe_weighted
    )
    tables = []
    for pair in pairs:
        if pair != (1.0, 1.0):
            title = f"RBE-weighted dose, {_rbe_text(*pair)}"
            tables += _dose_tables(report, title=title, pick=partial(_weighted, pair=pair))
    return tables


def has_alphas(report: DoseReport) -> bool:
    """Return whether any dose of the report comes from alphas or recoils."""
    return any(_emits_alphas(agent) for agent in report.agents)


def _emits_alphas(agent: AgentReport) -> bool:
    return any(
        dose.absorbed_dose_by_radiation_gy.get(kind, 0.0) > 0.0
        for dose in agent.regions
        for kind in ("alpha", "recoil")
    )


def _rbe_text(rbe_alpha: float, rbe_recoil: float) -> str:
    return f"RBE {rbe_alpha:g} for alphas, {rbe_recoil:g} for recoils"


def _weighted(dose: RegionDose, *, pair: tuple[float, float]) -> Estimate | None:
    for weighted in dose.rbe_weighted:
        if (weighted.rbe_alpha, weighted.rbe_recoil) == pair:
            return weighted.rbe_weighted_dose_gy
    return None


def _dose_tables(
    report: DoseReport, *, title: str, pick: Callable[[RegionDose], Estimate | None]
) -> list[Table]:
    found = [e for a in report.agents for d in a.regions if (e := pick(d)) is not None]
    unit = dose_unit(e.median for e in found)
    agents = list(zip(agent_names(report), report.agents, strict=True))
    tables = []
    for start in range(0, len(agents), AGENTS_PER_TABLE):
        part = agents[start : start + AGENTS_PER_TABLE]
        doses = [_doses_by_region(agent) for _, agent in part]
        rows = []
        for region in report.regions:
            cells = [(d.get(region.name), a.nuclide) for d, (_, a) in zip(doses, part, strict=True)]
            label = f"{region.name}\n{prose(region.kinetics)}"
            rows.append((label, *(_dose_cell(c, pick, unit.size, nuclide) for c, nuclide in cells)))
        tables.append(
            Table(
                title=f"{title} ({unit.text}): median [95 % interval]",
                head=("Region", *(_agent_head(name, agent) for name, agent in part)),
                rows=tuple(rows),
            )
        )
    return tables


def _dose_cell(
    dose: RegionDose | None,
    pick: Callable[[RegionDose], Estimate | None],
    size: float,
    nuclide: str,
) -> str:
    if dose is None:
        return MISSING
    if dose.absorbed_dose_gy is None:
        return NO_MASS
    doubtful = any(s.nuclide == nuclide and not s.informed_by_data for s in dose.decay_shares)
    return interval(pick(dose), size=size) + (f" {DOUBT}" if doubtful else "")


def _agent_head(name: str, agent: AgentReport) -> str:
    activity = quantity(agent.activity_bq, "Bq")
    return f"{prose(name)}\n{agent.role}, {'activity ' * (agent.activity_bq is None)}{activity}"


def agents_table(report: DoseReport) -> Table:
    """Return what each agent is and the activity that its doses are for."""
    rows = tuple(
        (
            prose(name),
            agent.role,
            agent.administration,
            agent.vector,
            agent.receptor_action or "no receptor",
            " → ".join(nuclide_label(n) for n in agent.chain),
            quantity(agent.activity_bq, "Bq"),
            prose(agent.activity_from),
            number(agent.uptake_ratio, digits=2),
        )
        for name, agent in zip(agent_names(report), report.agents, strict=True)
    )
    return Table(
        title="Agents; uptake ratio: uptake over that of the measured agent, as assumed",
        head=(
            "Agent",
            "Role",
            "Administration",
            "Vector",
            "Action",
            "Chain",
            "Activity",
            "Activity from",
            "Uptake ratio",
        ),
        rows=rows,
        prose_columns=(0, 2, 5, 7),
    )


def agent_dose_tables(report: DoseReport) -> list[Table]:
    """Return, for each agent, everything that its dose to each region rests on."""
    return [
        _agent_dose_table(name, agent)
        for name, agent in zip(agent_names(report), report.agents, strict=True)
    ]


def _agent_dose_table(name: str, agent: AgentReport) -> Table:
    doses = agent.regions
    integrals = [d.time_integrated_activity_bq_s.median / _HOUR_S for d in doses]
    unit = unit_for(max(integrals, default=1.0), "Bq h")
    columns = {
        "Region": [d.region for d in doses],
        f"Time-integrated activity ({unit.text})": [
            interval(d.time_integrated_activity_bq_s, size=unit.size * _HOUR_S) for d in doses
        ],
        "Absorbed dose (Gy)": [
            NO_MASS if d.absorbed_dose_gy is None else interval(d.absorbed_dose_gy) for d in doses
        ],
    }
    per = [e.median for d in doses if (e := d.absorbed_dose_per_activity_gy_per_bq)]
    if per:
        dose, activity = _per_activity_unit(max(per))
        columns[f"Absorbed dose per activity ({dose[0]}/{activity[0]})"] = [
            interval(d.absorbed_dose_per_activity_gy_per_bq, size=dose[1] / activity[1])
            for d in doses
        ]
    if _emits_alphas(agent):
        every = ((w.rbe_alpha, w.rbe_recoil) for d in doses for w in d.rbe_weighted)
        for pair in dict.fromkeys(every):
            if pair != (1.0, 1.0):
                title = f"RBE-weighted (Gy), RBE {pair[0]:g}/{pair[1]:g}"
                columns[title] = [interval(_weighted(d, pair=pair)) for d in doses]
    if any(d.cross_dose_gy is not None for d in doses):
        columns["of it cross-dose (Gy)"] = [interval(d.cross_dose_gy) for d in doses]
    columns["Photon energy that leaves"] = [percent(d.photon_energy_not_deposited) for d in doses]
    return Table(
        title=prose(f"{name}: time-integrated activity and dose, median [95 % interval]"),
        head=tuple(columns),
        rows=tuple(zip(*columns.values(), strict=True)),
        small=True,
    )


def _per_activity_unit(largest: float) -> tuple[tuple[str, float], tuple[str, float]]:
    """Return the units of dose and of activity that suit the largest dose per activity."""
    if largest < 1e-8:
        return ("Gy", 1.0), ("GBq", 1e9)
    return ("mGy", 1e-3), ("kBq" if largest > 1e-6 else "MBq", 1e3 if largest > 1e-6 else 1e6)


def decays_tables(report: DoseReport) -> list[Table]:
    """Return the number of decays of every chain member, a table for each agent."""
    return [
        Table(
            title=prose(f"{name}: median number of decays by nuclide"),
            head=("Region", *(nuclide_label(n) for n in agent.chain)),
            rows=tuple((d.region, *(_decays(d, n) for n in agent.chain)) for d in agent.regions),
            small=True,
        )
        for name, agent in zip(agent_names(report), report.agents, strict=True)
        if len(agent.chain) > 1
    ]


def _decays(dose: RegionDose, nuclide: str) -> str:
    """Write a median number of decays as well as those of the agent's nuclide are known."""
    decays = dose.decays.get(nuclide)
    width = relative_width(dose.time_integrated_activity_bq_s) * (decays or 0.0)
    return borne(decays, width=width)


def breakdown_tables(report: DoseReport) -> list[Table]:
    """Return the parts of the median absorbed dose, a table for each agent that has several."""
    tables = []
    for name, agent in zip(agent_names(report), report.agents, strict=True):
        doses = [d for d in agent.regions if d.absorbed_dose_gy is not None]
        by_nuclide = [d.absorbed_dose_by_nuclide_gy for d in doses]
        by_radiation = [d.absorbed_dose_by_radiation_gy for d in doses]
        nuclides = list(dict.fromkeys(n for part in by_nuclide for n in part))
        found = {k for part in by_radiation for k, value in part.items() if value > 0.0}
        kinds = sorted(found, key=radiation_rank)
        rows = tuple(
            (
                d.region,
                *(_part(d.absorbed_dose_by_nuclide_gy, n) for n in nuclides),
                *(_part(d.absorbed_dose_by_radiation_gy, k) for k in kinds),
            )
            for d in doses
        )
        if len(rows) > 1 and len({row[1:] for row in rows}) == 1:
            rows = (("all regions alike", *rows[0][1:]),)
        if rows and len(nuclides) + len(kinds) > 2:
            title = f"{name}: parts of the median absorbed dose, by nuclide and by radiation type"
            head = ("Region", *map(nuclide_label, nuclides), *kinds)
            tables.append(Table(title=prose(title), head=head, rows=rows, small=True))
    return tables


def _part(parts: dict[str, float], key: str) -> str:
    total = sum(parts.values())
    return MISSING if key not in parts or total <= 0.0 else percent(parts[key] / total)


def only_part(report: DoseReport) -> str:
    """Return nuclide and radiation type of a report whose doses all come from one of each."""
    doses = [d for agent in report.agents for d in agent.regions]
    nuclides = dict.fromkeys(n for d in doses for n in d.absorbed_dose_by_nuclide_gy)
    kinds = dict.fromkeys(
        k for d in doses for k, v in d.absorbed_dose_by_radiation_gy.items() if v > 0.0
    )
    return f"{' and '.join(map(nuclide_label, nuclides))}, {' and '.join(kinds)}"
