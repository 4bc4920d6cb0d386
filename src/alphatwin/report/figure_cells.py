"""Figures of a cluster of cells: dose over cells, single events, what lives over activity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alphatwin.report.picture import Picture
from alphatwin.report.style import FAINT, INK, RULE, heading, house_style, panels, svg_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from alphatwin.report.cell_value import LinealRecord, SpectrumRecord
    from alphatwin.report.spheroid_value import CurvePoint, SpheroidReport

DOSE, FREQUENCY = "#882255", "#4a6fa5"
_POINTS_PER_DECADE = 20
_HEIGHT_IN = 2.5
_LEAST_SURVIVAL = 1e-6  # what is drawn; below, a figure says nothing more


def draw_cluster(report: SpheroidReport) -> tuple[Picture, ...]:
    """Return the figures of a report; those that have nothing to show are left out.

    Parameters
    ----------
    report
        The report.
    """
    found = []
    with house_style():
        found.append(
            Picture(
                key="cells",
                section="cells",
                caption=(
                    f"Left: specific energy of each {report.cluster.target} near the middle plane, "
                    "one treatment. Right: share of the cells with at least so much, over all "
                    f"{report.replicates} treatments; dashed, their mean."
                ),
                summary=(
                    f"Mean {report.mean_dose_gy:.3g} Gy; no alpha hits "
                    f"{100.0 * report.unhit_share:.2g} % of the cells."
                ),
                svg=svg_text(_cells_figure(report), key="cells"),
            )
        )
        if report.curve:
            found.append(
                Picture(
                    key="survival",
                    section="survival",
                    caption=(
                        "Share of the cells that lives over the activity, all else being the same; "
                        "dashed, what it would be if every cell had the mean dose. The mark is "
                        "this report."
                    ),
                    summary=_survival_words(report),
                    svg=svg_text(_survival_figure(report), key="survival"),
                )
            )
        if report.single_event is not None:
            found.append(
                Picture(
                    key="events",
                    section="events",
                    caption=(
                        "Single alphas. y f(y) and z f(z) are shares of the alphas, y d(y) and "
                        "z d(z) shares of their dose; equal areas are equal shares. "
                        + _site_words(report.lineal_energy)
                    ),
                    summary=(
                        f"An alpha that hits brings {report.single_event.frequency_mean_gy:.3g} Gy "
                        f"in the mean over alphas, {report.single_event.dose_mean_gy:.3g} Gy over "
                        "dose."
                    ),
                    svg=svg_text(
                        events_figure(report.lineal_energy, report.single_event), key="events"
                    ),
                )
            )
    return tuple(found)


def events_figure(lineal: LinealRecord | None, single: SpectrumRecord) -> Figure:
    """Return y f(y), where there is a site for it, and z f(z); to be called in the house style.

    Parameters
    ----------
    lineal
        Lineal energy of single events.
    single
        Specific energy of single events.
    """
    if lineal is None:
        figure, (right,) = panels(1, columns=1, panel_height_in=_HEIGHT_IN)
    else:
        figure, (left, right) = panels(2, columns=2, panel_height_in=_HEIGHT_IN)
        left.step(lineal.y_kev_per_um, lineal.y_f_y, where="mid", color=FREQUENCY, label="y f(y)")
        left.step(lineal.y_kev_per_um, lineal.y_d_y, where="mid", color=DOSE, label="y d(y)")
        _logarithmic(left, "lineal energy y (keV/µm)", "per unit of ln y")
        heading(
            left,
            "Lineal energy",
            f"means {lineal.frequency_mean_kev_per_um:.3g}, {lineal.dose_mean_kev_per_um:.3g} "
            "keV/µm",
        )
    _draw_specific(right, single)
    return figure


def _cells_figure(report: SpheroidReport) -> Figure:
    figure, (left, right) = panels(
        2, columns=2, panel_height_in=2.9, gap_in=(1.05, 0.4), left_in=0.5
    )
    _draw_slice(figure, left, report)
    right.plot(report.dvh_z_gy, 100.0 * np.array(report.dvh_share), color=INK)
    right.axvline(report.mean_dose_gy, color=DOSE, linewidth=0.8, linestyle=(0, (4, 2)))
    right.set(
        xlabel=f"specific energy of the {report.cluster.target} (Gy)",
        ylabel="cells with at least as much (%)",
        ylim=(0.0, 102.0),
        xlim=(0.0, None),
    )
    heading(right, "Over cells")
    return figure


def _draw_slice(figure: Figure, axes: Axes, report: SpheroidReport) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.collections import EllipseCollection
    from matplotlib.colors import Normalize

    cells = report.slice
    scale = Normalize(0.0, max(max(cells.z_gy, default=0.0), 1e-12))
    mapped = ScalarMappable(norm=scale, cmap="magma_r")
    sizes = np.full(len(cells.x_um), 2.0 * report.cluster.cell_radius_um)
    places = np.column_stack([cells.x_um, cells.y_um]) if cells.x_um else np.zeros((0, 2))
    axes.add_collection(
        EllipseCollection(
            sizes,
            sizes,
            np.zeros_like(sizes),
            units="xy",
            offsets=places,
            offset_transform=axes.transData,
            facecolors=mapped.to_rgba(np.array(cells.z_gy)),
            edgecolors=FAINT,
            linewidths=0.2,
        )
    )
    limit = float(np.abs(places).max(initial=0.0)) + 1.8 * report.cluster.cell_radius_um
    axes.set(xlim=(-limit, limit), ylim=(-limit, limit), xlabel="µm", aspect="equal")
    box = axes.get_position()
    bar = figure.colorbar(mapped, cax=figure.add_axes((box.x1 + 0.012, box.y0, 0.012, box.height)))
    bar.outline.set_visible(False)
    bar.set_label("Gy", labelpad=1)
    heading(axes, "Middle plane")


def _draw_specific(axes: Axes, found: SpectrumRecord) -> None:
    z_gy, p = np.array(found.z_gy), np.array(found.probability)
    step = z_gy[1] - z_gy[0] if z_gy.size > 1 else z_gy[0]
    bounds = np.concatenate([[max(z_gy[0] - 0.5 * step, 0.0)], z_gy + 0.5 * step])
    first = np.floor(np.log10(bounds[bounds > 0.0].min()) * _POINTS_PER_DECADE)
    last = np.ceil(np.log10(bounds[-1]) * _POINTS_PER_DECADE)
    edges = np.arange(first, last + 1) / _POINTS_PER_DECADE
    width = np.log(10.0) / _POINTS_PER_DECADE
    middle = 10.0 ** (0.5 * (edges[1:] + edges[:-1]))
    for weight, colour, name in (
        (p, FREQUENCY, "z f(z)"),
        (p * z_gy / found.frequency_mean_gy, DOSE, "z d(z)"),
    ):
        below = np.interp(10.0**edges, bounds, np.concatenate([[0.0], np.cumsum(weight)]))
        axes.step(middle, np.diff(below) / width, where="mid", color=colour, label=name)
    _logarithmic(axes, "specific energy z of one alpha (Gy)", "per unit of ln z")
    heading(
        axes,
        "Specific energy",
        f"means {found.frequency_mean_gy:.3g}, {found.dose_mean_gy:.3g} Gy",
    )


def _survival_figure(report: SpheroidReport) -> Figure:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    figure, (axes,) = panels(1, columns=1, panel_height_in=_HEIGHT_IN, left_in=0.6)
    points = report.curve
    ratio = [0.0, *(p.activity_ratio for p in points)]
    lives = [1.0, *(p.surviving_fraction for p in points)]
    even = [1.0, *(p.at_mean_dose for p in points)]
    axes.plot(ratio, lives, color=INK, marker="o", markersize=2.6, label="surviving fraction")
    axes.plot(
        ratio, even, color=FAINT, linewidth=0.9, linestyle=(0, (4, 2)), label="at the mean dose"
    )
    if report.survival is not None:
        axes.plot(
            [1.0], [report.survival.surviving_fraction], marker="D", color=DOSE, linestyle="none"
        )
    least = max(min(v for v in lives if v > 0.0), _LEAST_SURVIVAL)
    axes.set(yscale="log", ylim=(0.5 * least, 1.3), xlim=(0.0, None))
    axes.yaxis.set_major_locator(LogLocator(numticks=8))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.grid(axis="y", color=RULE, linewidth=0.4)
    each = report.exposure.decays_per_cell
    name = "activity over that of the report"
    axes.set_xlabel(f"{name} ({each:.3g} decays per cell)" if each > 0.0 else name)
    axes.set_ylabel("share of the cells")
    axes.legend(frameon=False, fontsize=7.5)
    heading(axes, "Survival over activity")
    return figure


def _survival_words(report: SpheroidReport) -> str:
    if report.survival is None:
        return ""
    lives = report.survival.surviving_fraction
    return (
        f"Of the cells, {lives:.3g} live; {report.survival.at_mean_dose:.3g} would if each had the "
        f"mean dose.{_control_words(report.curve, report.cluster.n_scored)}"
    )


def _control_words(points: tuple[CurvePoint, ...], n_scored: int) -> str:
    first = next((p for p in points if p.control_probability >= 0.5), None)
    if first is None:
        most = points[-1].activity_ratio
        return f" Up to {most:g} times the activity, one of {n_scored} cells likely lives."
    least = first.activity_ratio
    return f" From {least:g} times the activity on, likely none of {n_scored} cells lives."


def _site_words(lineal: LinealRecord | None) -> str:
    if lineal is None:
        return ""
    return (
        f"Lineal energy is that of a sphere of {lineal.site_um:g} µm in the middle of the target; "
        "straggling and delta rays would widen it."
    )


def _logarithmic(axes: Axes, x_name: str, y_name: str) -> None:
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axes.set(xscale="log", xlabel=x_name, ylabel=y_name, ylim=(0.0, None))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.legend(frameon=False, fontsize=7.5)
