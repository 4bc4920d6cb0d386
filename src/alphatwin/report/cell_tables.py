"""The tables of a cluster of cells: what was found, S values, hits, where members decay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.report.numbers import MISSING, nuclide_label, number, percent
from alphatwin.report.tables import Table

if TYPE_CHECKING:
    from alphatwin.report.spheroid_value import SpheroidReport

_ORIGINS = {"self": "own cell", "cross": "other cells"}


def found_table(report: SpheroidReport) -> Table:
    """Return the main figures of a report.

    Parameters
    ----------
    report
        The report.
    """
    told, exposure = report.cluster, report.exposure
    rows = [
        ("Cells", f"{told.n_cells}, {told.packing}; {percent(told.cell_fraction)} of its volume"),
        (
            "A cell",
            f"radius {number(told.cell_radius_um)} µm, nucleus {number(told.nucleus_radius_um)} µm",
        ),
        ("Activity", _activity(report)),
        ("Decays per cell", _decays(report)),
        (f"Mean dose to the {told.target}", f"{number(report.mean_dose_gy)} Gy"),
        (f"Alphas per {told.target}", number(report.mean_hits)),
        ("Without any hit", percent(report.unhit_share)),
    ]
    if told.n_scored < told.n_cells:
        rows.insert(1, ("Scored", f"{told.n_scored} cells in the middle"))
    if report.medium is not None:
        rows.append(("Dose from the medium", f"{number(report.medium.mean_dose_gy)} Gy"))
    if exposure.region_absorbed_dose_gy is not None:
        dose = number(exposure.region_absorbed_dose_gy)
        rows.append((f"Dose to {exposure.region} in its report", f"{dose} Gy"))
    if report.survival is not None:
        found = report.survival
        rows += [
            ("Surviving fraction", number(found.surviving_fraction)),
            ("Probability of control", number(found.control_probability)),
            (
                "RBE against the reference radiation",
                MISSING if found.rbe is None else number(found.rbe),
            ),
        ]
    return Table(title="What was found", head=("", ""), rows=tuple(rows), prose_columns=(0, 1))


def s_values_table(report: SpheroidReport) -> Table | None:
    """Return S values of nuclei and cells; none if they were not asked for.

    Parameters
    ----------
    report
        The report.
    """
    if not report.s_values:
        return None
    return Table(
        title="S values at even uptake, Gy per decay in every cell (standard error in brackets)",
        head=("To", "From", "Its own cell", "Other cells"),
        rows=tuple(
            (
                one.target,
                one.source,
                _with_error(one.self_gy_per_bq_s, one.self_standard_error_gy_per_bq_s),
                _with_error(one.cross_gy_per_bq_s, one.cross_standard_error_gy_per_bq_s),
            )
            for one in report.s_values
        ),
    )


def parts_table(report: SpheroidReport) -> Table:
    """Return the mean dose per decay in every cell, by origin and radiation.

    Parameters
    ----------
    report
        The report.
    """
    rows = []
    for name, value in report.parts_gy_per_bq_s.items():
        origin, _, radiation = name.partition("_")
        rows.append((_ORIGINS[origin], radiation, number(value)))
    return Table(
        title="Where the dose comes from, Gy per decay in every cell",
        head=("From", "Radiation", "Gy/(Bq s)"),
        rows=tuple(rows),
    )


def hits_table(report: SpheroidReport) -> Table:
    """Return the cells by the number of alphas that hit them.

    Parameters
    ----------
    report
        The report.
    """
    last = report.hits[-1].hits
    return Table(
        title=f"Cells by alphas that hit the {report.cluster.target}",
        head=("Alphas", "Cells", "Mean specific energy (Gy)", "Survival"),
        rows=tuple(
            (
                f"{row.hits}{' and more' if row.hits == last and last >= 20 else ''}",
                percent(row.cells_share),
                number(row.mean_z_gy),
                MISSING if row.survival is None else number(row.survival),
            )
            for row in report.hits
        ),
    )


def places_table(report: SpheroidReport) -> Table:
    """Return where the members of the chain decay.

    Parameters
    ----------
    report
        The report.
    """
    return Table(
        title="Decays in cells, per decay of the parent in them",
        head=("Member", "At the site", "Elsewhere in the cluster", "Outside of it"),
        rows=tuple(
            (
                nuclide_label(row.nuclide),
                number(row.at_site),
                number(row.inside),
                number(row.outside),
            )
            for row in report.places
        ),
    )


def _activity(report: SpheroidReport) -> str:
    told = report.cluster
    words = [f"{told.source} of {percent(told.labelled_fraction)} of the cells"]
    if told.lognormal_sd > 0.0:
        words.append(f"lognormal with a standard deviation of {number(told.lognormal_sd)}")
    if told.penetration_um is not None:
        words.append(f"falling to 1/e in {number(told.penetration_um)} µm")
    return ", ".join(words)


def _decays(report: SpheroidReport) -> str:
    told = report.exposure
    if told.low is None or told.high is None:
        return number(told.decays_per_cell)
    width = f"[{number(told.low)}, {number(told.high)}]"
    return f"{number(told.decays_per_cell)} {width} of {told.agent} in {told.region}"


def _with_error(value: float, error: float) -> str:
    return f"{value:.4g} ({error:.1g})"
