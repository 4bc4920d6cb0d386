"""Figures of a cluster of cells: y f(y), z f(z), a slice coloured by dose, the DVH over cells."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.report.style import FAINT, INK, heading, house_style, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from alphatwin.report.cell_value import SpectrumRecord
    from alphatwin.report.spheroid_value import SpheroidReport

_DOSE, _FREQUENCY = "#882255", "#4a6fa5"
_POINTS_PER_DECADE = 20
_HEIGHT_IN = 2.6


def draw_cluster(report: SpheroidReport) -> dict[str, str]:
    """Return the figures of a report as SVG, by the name of their file.

    Parameters
    ----------
    report
        The report; figures that have nothing to show are left out.
    """
    figures = {}
    with house_style():
        if report.lineal_energy is not None:
            figures["lineal_energy.svg"] = _lineal(report)
        if report.single_event is not None:
            figures["specific_energy.svg"] = _specific(report.single_event)
        figures["slice.svg"] = _slice(report)
        figures["dvh.svg"] = _dvh(report)
    return figures


def _lineal(report: SpheroidReport) -> str:
    figure, axes = _one_panel()
    found = report.lineal_energy
    if found is None:
        return ""
    axes.step(found.y_kev_per_um, found.y_f_y, where="mid", color=_FREQUENCY, label="y f(y)")
    axes.step(found.y_kev_per_um, found.y_d_y, where="mid", color=_DOSE, label="y d(y)")
    _logarithmic(axes, "lineal energy y (keV/um)", "per unit of ln y")
    heading(
        axes,
        "Single alphas in a nucleus",
        f"mean {found.frequency_mean_kev_per_um:.3g} over events, "
        f"{found.dose_mean_kev_per_um:.3g} keV/um over dose",
    )
    return _svg(figure, key="lineal-energy")


def _specific(found: SpectrumRecord) -> str:
    figure, axes = _one_panel()
    z_gy, p = np.array(found.z_gy), np.array(found.probability)
    step = z_gy[1] - z_gy[0] if z_gy.size > 1 else z_gy[0]
    bounds = np.concatenate([[max(z_gy[0] - 0.5 * step, 0.0)], z_gy + 0.5 * step])
    first = np.floor(np.log10(bounds[bounds > 0.0].min()) * _POINTS_PER_DECADE)
    last = np.ceil(np.log10(bounds[-1]) * _POINTS_PER_DECADE)
    edges = np.arange(first, last + 1) / _POINTS_PER_DECADE
    width = np.log(10.0) / _POINTS_PER_DECADE
    middle = 10.0 ** (0.5 * (edges[1:] + edges[:-1]))
    for weight, colour, name in (
        (p, _FREQUENCY, "z f(z)"),
        (p * z_gy / found.frequency_mean_gy, _DOSE, "z d(z)"),
    ):
        below = np.interp(10.0**edges, bounds, np.concatenate([[0.0], np.cumsum(weight)]))
        axes.step(middle, np.diff(below) / width, where="mid", color=colour, label=name)
    _logarithmic(axes, "specific energy z of one alpha (Gy)", "per unit of ln z")
    heading(axes, "Single alphas in a nucleus", f"mean {found.frequency_mean_gy:.3g} Gy per hit")
    return _svg(figure, key="specific-energy")


def _slice(report: SpheroidReport) -> str:
    from matplotlib.cm import ScalarMappable
    from matplotlib.collections import EllipseCollection
    from matplotlib.colors import Normalize
    from matplotlib.figure import Figure

    cells = report.slice
    figure = Figure(figsize=(4.6, 4.0))
    axes = figure.add_axes((0.13, 0.12, 0.68, 0.78))
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
    extent = report.cluster.extent_um * (1.0 if report.cluster.kind == "spheroid" else 0.5)
    limit = extent + 1.5 * report.cluster.cell_radius_um
    axes.set(xlim=(-limit, limit), ylim=(-limit, limit), xlabel="um", ylabel="um", aspect="equal")
    bar = figure.colorbar(mapped, cax=figure.add_axes((0.85, 0.12, 0.03, 0.78)))
    bar.set_label("specific energy of the nucleus (Gy)")
    heading(axes, "Middle plane", "one treatment")
    return _svg(figure, key="slice")


def _dvh(report: SpheroidReport) -> str:
    figure, axes = _one_panel()
    axes.plot(report.dvh_z_gy, 100.0 * np.array(report.dvh_share), color=INK)
    axes.axvline(report.mean_dose_gy, color=_DOSE, linewidth=0.8, linestyle=(0, (4, 2)))
    axes.set(
        xlabel="specific energy of the nucleus (Gy)",
        ylabel="cells with at least as much (%)",
        ylim=(0.0, 102.0),
        xlim=(0.0, None),
    )
    heading(
        axes,
        "Dose-volume histogram over cells",
        f"mean {report.mean_dose_gy:.3g} Gy (dashed), {100.0 * report.unhit_share:.2g} % unhit",
    )
    return _svg(figure, key="dvh")


def _one_panel() -> tuple[Figure, Axes]:
    figure, (axes,) = panels(1, columns=1, panel_height_in=_HEIGHT_IN, left_in=0.6)
    return figure, axes


def _svg(figure: Figure, *, key: str) -> str:
    """Return a figure as a file of its own: no page brings the font, so letters are drawn."""
    import matplotlib as mpl

    stream = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": key}):
        figure.savefig(stream, format="svg", metadata={"Date": None})
    return stream.getvalue()


def _logarithmic(axes: Axes, x_name: str, y_name: str) -> None:
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axes.set(xscale="log", xlabel=x_name, ylabel=y_name, ylim=(0.0, None))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.legend(frameon=False, fontsize=7.5)
