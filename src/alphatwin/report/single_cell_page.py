"""One cell as an HTML page, with the style of the dose report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alphatwin.report.figure_cells import DOSE, events_figure
from alphatwin.report.html import page_of
from alphatwin.report.numbers import MISSING, nuclide_label, number, percent
from alphatwin.report.picture import Picture
from alphatwin.report.style import heading, house_style, panels, svg_text
from alphatwin.report.tables import Table

if TYPE_CHECKING:
    from alphatwin.report.cell_value import CellReport, MultiEventRecord

_HEIGHT_IN = 2.3


def cell_to_html(report: CellReport, *, for_print: bool = False) -> str:
    """Return the report as an HTML page that needs nothing but itself.

    Parameters
    ----------
    report
        The report.
    for_print
        True lays every folded table open, for a page that nobody can click on.
    """
    shown = draw_cell(report)
    return page_of(
        "cell.html.j2",
        report,
        shown,
        for_print=for_print,
        pictures=shown,
        found=found_table(report),
        parts_of=parts_table(report),
    )


def draw_cell(report: CellReport) -> list[Picture]:
    """Return the figures: single events, and specific energy after some decays if there are any.

    Parameters
    ----------
    report
        The report.
    """
    found = []
    with house_style():
        single, lineal = report.single_event, report.lineal_energy
        if single is not None:
            site = "" if lineal is None else f" Lineal energy is that of {lineal.site_um:g} µm."
            found.append(
                Picture(
                    key="events",
                    section="events",
                    caption=(
                        "Single alphas: y f(y) and z f(z) are shares of the alphas, y d(y) and "
                        f"z d(z) shares of their dose; equal areas are equal shares.{site}"
                    ),
                    summary=f"An alpha that hits brings {single.frequency_mean_gy:.3g} Gy.",
                    svg=svg_text(events_figure(lineal, single), key="events"),
                )
            )
        z = report.multi_event
        if z is not None:
            found.append(
                Picture(
                    key="decays",
                    section="events",
                    caption=(
                        f"Specific energy of the {report.target} over cells after "
                        f"{z.decays:g} decays in the mean, by alphas of its own cell; dashed, the "
                        "mean. Cells without a hit stand apart."
                    ),
                    summary=(
                        f"Mean {z.mean_gy:.3g} Gy, standard deviation over cells {z.sd_gy:.3g} Gy; "
                        f"{100.0 * z.unhit_share:.3g} % unhit."
                    ),
                    svg=_decays_svg(z),
                )
            )
    return found


def _decays_svg(z: MultiEventRecord) -> str:
    figure, (axes,) = panels(1, columns=1, panel_height_in=_HEIGHT_IN, left_in=0.6)
    energies, p = np.array(z.z_gy), np.array(z.probability)
    hit = p.copy()
    hit[0] = max(hit[0] - z.unhit_share, 0.0)
    step_gy = float(energies[1] - energies[0]) if energies.size > 1 else 1.0
    density = hit / step_gy
    axes.fill_between(energies, density, step="mid", color="#4a6fa5", linewidth=0.0, alpha=0.85)
    axes.axvline(z.mean_gy, color=DOSE, linewidth=0.9, linestyle=(0, (4, 2)))
    axes.set(
        xlabel="specific energy z (Gy)",
        ylabel="f(z) per Gy",
        xlim=(0.0, None),
        ylim=(0.0, None),
    )
    heading(axes, "After the decays", f"{100.0 * z.unhit_share:.3g} % at z = 0")
    return svg_text(figure, key="decays")


def found_table(report: CellReport) -> Table:
    """Return the main figures of a report.

    Parameters
    ----------
    report
        The report.
    """
    per_hit = report.mean_specific_energy_per_hit_gy
    error = 100.0 * report.relative_standard_error
    each = f"{report.s_value_gy_per_bq_s:.4g} Gy/(Bq s), standard error {error:.2g} %"
    rows = [
        ("S value", each),
        ("An emitted alpha hits", percent(report.hit_probability)),
        ("Hits per decay", number(report.hits_per_decay)),
        ("Decays of which any alpha hits", percent(report.decay_hit_probability)),
        ("Specific energy per hit", MISSING if per_hit is None else f"{number(per_hit)} Gy"),
        ("Energy of recoils over the mass", f"{number(report.recoil_gy_per_bq_s)} Gy/(Bq s)"),
    ]
    return Table(title="What was found", head=("", ""), rows=tuple(rows), prose_columns=(0, 1))


def parts_table(report: CellReport) -> Table:
    """Return the parts of the S value, by member of the chain and by radiation.

    Parameters
    ----------
    report
        The report.
    """
    parts = [(nuclide_label(name), value) for name, value in report.by_nuclide.items()]
    parts += list(report.by_radiation.items())
    return Table(
        title="Parts of the S value, by member of the chain and by radiation",
        head=("Of", "Gy/(Bq s)"),
        rows=tuple((name, number(value)) for name, value in parts),
    )
