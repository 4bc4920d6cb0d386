"""The tables of where daughters go: every fate side by side, and what decays elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.report.numbers import (
    MISSING,
    borne,
    dose_unit,
    nuclide_label,
    number,
    percent,
    prose,
    ratio,
    relative_width,
)
from alphatwin.report.picture import agent_names
from alphatwin.report.tables import Table

if TYPE_CHECKING:
    from alphatwin.report.value import AgentReport, DoseReport, FateDose


def fate_tables(report: DoseReport) -> list[Table]:
    """Return regions against fates, a table for each agent with daughters.

    Parameters
    ----------
    report
        The report.

    Returns
    -------
    list of Table
        Median absorbed dose and its ratio to the fate in force, which comes first.
    """
    return [
        _fates(name, agent)
        for name, agent in zip(agent_names(report), report.agents, strict=True)
        if agent.daughter_fates
    ]


def _fates(name: str, agent: AgentReport) -> Table:
    presets = list(dict.fromkeys(row.preset for row in agent.daughter_fates))
    cells = {(row.region, row.preset): row for row in agent.daughter_fates}
    medians = [r.absorbed_dose_gy for r in agent.daughter_fates if r.absorbed_dose_gy is not None]
    unit = dose_unit(medians)
    widths = {d.region: relative_width(d.absorbed_dose_gy) for d in agent.regions}
    return Table(
        title=prose(
            f"{name}: median absorbed dose ({unit.text}) under each fate of its daughters, with "
            "its 95 % interval; then its ratio to the fate in force, absorbed / RBE-weighted"
        ),
        head=("Region", *(_head(preset, in_force=i == 0) for i, preset in enumerate(presets))),
        rows=tuple(
            (
                region,
                *(_cell(cells[region, preset], unit.size, widths[region]) for preset in presets),
            )
            for region in dict.fromkeys(row.region for row in agent.daughter_fates)
        ),
    )


def _head(preset: str, *, in_force: bool) -> str:
    words = preset.replace("_", " ")
    return f"{words}\nin force" if in_force else words


def _cell(row: FateDose, size: float, relative: float) -> str:
    absorbed, weighted = row.absorbed_dose_ratio, row.rbe_weighted_dose_ratio
    if row.absorbed_dose_gy is None or absorbed is None or weighted is None:
        return MISSING
    ratios = f"{ratio(absorbed)} / {ratio(weighted)}"
    low, high = row.absorbed_dose_low_gy or 0.0, row.absorbed_dose_high_gy or 0.0
    limits = f"{number(low / size)} to {number(high / size)}"
    dose = row.absorbed_dose_gy / size
    return f"{borne(dose, width=relative * dose)}\n({limits})\n{ratios}"


def elsewhere_tables(report: DoseReport) -> list[Table]:
    """Return the decays outside of the regions of the course, a table for each agent.

    Parameters
    ----------
    report
        The report.
    """
    tables = []
    for name, agent in zip(agent_names(report), report.agents, strict=True):
        rows = sorted(agent.decays_elsewhere, key=lambda e: -e.energy_share)
        members = [n for n in agent.chain if any(n in e.decays for e in rows)]
        if rows:
            tables.append(
                Table(
                    title=prose(
                        f"{name}: decays outside of the regions, counted and not dosed (median)"
                    ),
                    head=("Where", "Share of energy", *map(nuclide_label, members)),
                    rows=tuple(
                        (
                            row.compartment.replace("_", " "),
                            percent(row.energy_share),
                            *(number(row.decays.get(n)) for n in members),
                        )
                        for row in rows
                    ),
                )
            )
    return tables


def fate_notes(report: DoseReport) -> list[tuple[str, str]]:
    """Return each fate that is shown with its note.

    Parameters
    ----------
    report
        The report.
    """
    notes = {
        (row.preset.replace("_", " "), row.note)
        for agent in report.agents
        for row in agent.daughter_fates
    }
    return sorted(notes)
