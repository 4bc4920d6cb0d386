"""The figure of a tissue: the middle plane of its labels, coloured by their mean dose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alphatwin.report.figure_cells import DOSE, FREQUENCY
from alphatwin.report.picture import Picture
from alphatwin.report.style import INK, heading, house_style, panels, shorten, svg_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from alphatwin.report.tissue_value import TissueReport

_LONGEST_NAME = 18


def draw_tissue(report: TissueReport) -> Picture:
    """Return the middle plane beside the dose to every label.

    Parameters
    ----------
    report
        The report.
    """
    with house_style():
        svg = svg_text(_figure(report), key="tissue")
    most = max((one for one in report.labels if one.is_tissue), key=lambda o: o.mean_dose_gy)
    return Picture(
        key="tissue",
        section="tissue",
        caption=(
            "Left: the middle plane of the image, every label in the colour of its mean dose. "
            "Right: mean dose to each label, by alphas and by other radiation; the line is the "
            "mean over the tissue."
        ),
        summary=(
            f"{most.label} gets most: {most.mean_dose_gy:.3g} Gy, {most.over_tissue_mean:.3g} "
            "times the mean of the tissue."
        ),
        svg=svg,
    )


def _figure(report: TissueReport) -> Figure:
    figure, (left, right) = panels(
        2, columns=2, panel_height_in=2.7, gap_in=(2.0, 0.4), left_in=0.5
    )
    _draw_plane(figure, left, report)
    labels = list(reversed(report.labels))
    places = np.arange(len(labels))
    alpha = np.array([one.by_radiation_gy.get("alpha", 0.0) for one in labels])
    whole = np.array([one.mean_dose_gy for one in labels])
    right.barh(places, alpha, height=0.62, color=FREQUENCY, label="alphas")
    right.barh(places, whole - alpha, left=alpha, height=0.62, color="#aab4bc", label="others")
    right.axvline(report.tissue_mean_dose_gy, color=DOSE, linewidth=0.9, linestyle=(0, (4, 2)))
    names = [shorten(one.label, longest=_LONGEST_NAME) for one in labels]
    right.set_yticks(places, names)
    right.tick_params(axis="y", length=0)
    right.set(xlabel="mean dose (Gy)", xlim=(0.0, None))
    right.legend(
        frameon=False, fontsize=7.5, ncols=2, loc="lower right", bbox_to_anchor=(1.0, 1.0),
        borderaxespad=0.0,
    )  # fmt: skip
    heading(right, "Dose by label")
    return figure


def _draw_plane(figure: Figure, axes: Axes, report: TissueReport) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    doses = np.array([one.mean_dose_gy for one in report.labels])
    mapped = ScalarMappable(norm=Normalize(0.0, max(float(doses.max()), 1e-300)), cmap="magma_r")
    plane = np.array(report.slice.rows)
    width_um, height_um = (
        n * side for n, side in zip(plane.shape, report.slice.side_um, strict=True)
    )
    axes.imshow(
        mapped.to_rgba(doses[plane]).transpose(1, 0, 2),
        origin="lower",
        extent=(0.0, width_um, 0.0, height_um),
        interpolation="nearest",
    )
    axes.set(xlabel="µm", aspect="equal")
    axes.spines[["left", "bottom"]].set_color(INK)
    box = axes.get_position()
    bar = figure.colorbar(mapped, cax=figure.add_axes((box.x1 + 0.012, box.y0, 0.012, box.height)))
    bar.outline.set_visible(False)
    bar.set_label("Gy", labelpad=1)
    heading(axes, "Middle plane")
