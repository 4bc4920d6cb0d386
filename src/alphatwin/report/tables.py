"""The tables of a printed report: every cell as the text that stands in it.

HTML and PDF print the same tables; nothing is formatted anywhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from alphatwin.report.numbers import (
    MISSING,
    dose_unit,
    interval,
    nuclide_label,
    number,
    percent,
    prose,
    quantity,
    ratio,
    unit_for,
)
from alphatwin.report.picture import agent_names
from alphatwin.report.style import radiation_rank
from alphatwin.report.value import Caution

if TYPE_CHECKING:
    from collections.abc import Callable

    from alphatwin.report.value import (
        AgentReport,
        Alternative,
        Assumption,
        DoseReport,
        Effect,
        Estimate,
        RegionDose,
        SourceRecord,
    )

_AGENTS_PER_TABLE = 4
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
    return any(
        dose.absorbed_dose_by_radiation_gy.get(kind, 0.0) > 0.0
        for agent in report.agents
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
    for start in range(0, len(agents), _AGENTS_PER_TABLE):
        part = agents[start : start + _AGENTS_PER_TABLE]
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
            agent.receptor_action,
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
    tables = []
    for name, agent in zip(agent_names(report), report.agents, strict=True):
        integrals = [d.time_integrated_activity_bq_s.median / _HOUR_S for d in agent.regions]
        unit = unit_for(max(integrals, default=1.0), "Bq h")
        per = [e.median for d in agent.regions if (e := d.absorbed_dose_per_activity_gy_per_bq)]
        dose, activity = _per_activity_unit(max(per, default=1e-9))
        every = ((w.rbe_alpha, w.rbe_recoil) for d in agent.regions for w in d.rbe_weighted)
        pairs = [pair for pair in dict.fromkeys(every) if pair != (1.0, 1.0)]
        rows = tuple(
            (
                d.region,
                interval(d.time_integrated_activity_bq_s, size=unit.size * _HOUR_S),
                NO_MASS if d.absorbed_dose_gy is None else interval(d.absorbed_dose_gy),
                interval(d.absorbed_dose_per_activity_gy_per_bq, size=dose[1] / activity[1]),
                *(interval(_weighted(d, pair=pair)) for pair in pairs),
                percent(d.photon_energy_not_deposited),
            )
            for d in agent.regions
        )
        tables.append(
            Table(
                title=prose(f"{name}: time-integrated activity and dose, median [95 % interval]"),
                head=(
                    "Region",
                    f"Time-integrated activity ({unit.text})",
                    "Absorbed dose (Gy)",
                    f"Absorbed dose per activity ({dose[0]}/{activity[0]})",
                    *(f"RBE-weighted (Gy), RBE {a:g}/{r:g}" for a, r in pairs),
                    "Photon energy left out",
                ),
                rows=rows,
            )
        )
    return tables


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
            rows=tuple(
                (d.region, *(number(d.decays.get(n)) for n in agent.chain)) for d in agent.regions
            ),
        )
        for name, agent in zip(agent_names(report), report.agents, strict=True)
        if len(agent.chain) > 1
    ]


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
            tables.append(Table(title=prose(title), head=head, rows=rows))
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


def effects_tables(report: DoseReport) -> list[Table]:
    """Return what every alternative to an assumption would do: alternatives against agents.

    Parameters
    ----------
    report
        The report.

    Returns
    -------
    list of Table
        Four agents in each; a cell holds the least and the greatest ratio over the regions. An
        alternative that changes nothing of these agents has no row; none has, no table.
    """
    every = list(dict.fromkeys(a.agent for a in report.agents))
    tables = []
    for start in range(0, len(every), _AGENTS_PER_TABLE):
        agents = every[start : start + _AGENTS_PER_TABLE]
        rows = []
        for assumption in report.assumptions:
            last = ""
            for alternative in assumption.alternatives:
                for name, effects in _by_quantity(alternative):
                    cells = [_effect_cell([e for e in effects if e.agent == a]) for a in agents]
                    if any(cell != MISSING for cell in cells):
                        weighted = " (RBE-weighted)" if name == "rbe_weighted_dose_gy" else ""
                        instead = prose(alternative.value + weighted)
                        first = "" if last == assumption.name else prose(assumption.name)
                        used = prose(assumption.value) if first else ""
                        rows.append((first, used, instead, *cells))
                        last = assumption.name
        if rows:
            tables.append(
                Table(
                    title="Ratio of the dose under the alternative to that of this report: "
                    "range over the regions",
                    head=("Assumption", "Used", "Instead", *map(prose, agents)),
                    rows=tuple(rows),
                    prose_columns=(0, 1, 2),
                    small=True,
                )
            )
    return tables


def _by_quantity(alternative: Alternative) -> list[tuple[str, list[Effect]]]:
    names = dict.fromkeys(e.quantity for e in alternative.effects)
    return [(n, [e for e in alternative.effects if e.quantity == n]) for n in names]


def _effect_cell(effects: list[Effect]) -> str:
    if not effects:
        return MISSING
    ratios = [e.ratio for e in effects]
    least, most = ratio(min(ratios)), ratio(max(ratios))
    return least if least == most else f"{least}–{most}"


def without_effect(report: DoseReport, assumption: Assumption) -> list[str]:
    """Return the alternatives of which no effect on this report is given."""
    agents = {a.agent for a in report.agents}
    return [
        prose(a.value)
        for a in assumption.alternatives
        if not any(e.agent in agents for e in a.effects)
    ]


def grouped_warnings(report: DoseReport, *, loud: bool) -> list[Caution]:
    """Return the loud or the quiet warnings; those that say the same of several places once."""
    groups: dict[tuple[str, str], list[str]] = {}
    for caution in report.warnings:
        if caution.loud == loud:
            groups.setdefault((caution.code, caution.message), []).append(caution.where)
    return [
        Caution(code=code, loud=loud, where=", ".join(dict.fromkeys(places)), message=message)
        for (code, message), places in groups.items()
    ]


def source_line(source: SourceRecord) -> str:
    """Return a source in one line: citation, place, use and status, whichever it has."""
    status = f"status: {source.status}"
    return " ".join(
        sentence(part)
        for part in (source.citation, source.used_for, status, source.doi_or_url)
        if part.strip(" .")
    )


def sentence(text: str) -> str:
    """Return the text as a sentence: one capital at its start and one full stop at its end."""
    text = text.strip()
    if not text or text.startswith("http"):
        return text
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")
