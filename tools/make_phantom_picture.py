"""Draw slices of the adult phantom: docs/phantom.png.

``python tools/make_phantom_picture.py``
"""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np

from alphatwin.dose.transport.phantom import adult_phantom
from alphatwin.dose.transport.solids import region_at

mpl.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

PICTURE = Path(__file__).parents[1] / "docs" / "phantom.png"
STEP_CM = 0.1
# Alike organs share a colour; what is grey is not named.
COLOURS = {
    "kidneys": "#b5442e",
    "liver": "#8a5a3c",
    "spleen": "#7a4fa0",
    "pancreas": "#e0a030",
    "adrenals": "#f2d13c",
    "lungs": "#9ecae1",
    "heart": "#d65f7a",
    "stomach wall": "#4f9d69",
    "stomach contents": "#a9d7b5",
    "small intestine": "#c9a98a",
    "upper large intestine wall": "#5b8fa8",
    "upper large intestine contents": "#a8c8d8",
    "lower large intestine wall": "#3c6f88",
    "lower large intestine contents": "#88b0c4",
    "urinary bladder wall": "#c7b23a",
    "urinary bladder contents": "#efe39a",
    "gall bladder wall": "#2f7d4f",
    "gall bladder contents": "#2f7d4f",
    "brain": "#d9a6c0",
    "thyroid": "#e0592a",
    "thymus": "#b58fd0",
    "testes": "#c46a3a",
    "uterus": "#d98aa0",
    "ovaries": "#c0507a",
    "skeleton": "#6f6f6f",
    "rest of the body": "#eeeae6",
    "skin": "#d8cfc7",
}
NAMED = (
    "kidneys", "liver", "spleen", "pancreas", "adrenals", "lungs", "heart", "stomach wall",
    "small intestine", "upper large intestine wall", "lower large intestine wall",
    "urinary bladder wall", "gall bladder wall", "brain", "thyroid", "thymus", "skeleton",
)  # fmt: skip


def slice_at(axis: int, place_cm: float, extent: tuple[float, float, float, float]) -> np.ndarray:
    """Return numbers of regions in a plane; rows go up, columns to the right."""
    primitives = adult_phantom().primitives
    first = np.arange(extent[0], extent[1], STEP_CM) + 0.5 * STEP_CM
    second = np.arange(extent[2], extent[3], STEP_CM) + 0.5 * STEP_CM
    picture = np.zeros((second.size, first.size), dtype=int)
    for row, b in enumerate(second):
        for column, a in enumerate(first):
            point = (a, place_cm, b) if axis == 1 else (a, b, place_cm)
            picture[row, column] = region_at(*point, primitives)
    return picture


def main() -> None:
    """Draw the picture."""
    phantom = adult_phantom()
    colours = ListedColormap(["white", *(COLOURS[name] for name in phantom.names)])
    planes = (
        (1, 6.0, (-21.0, 21.0, -10.0, 95.0), "y = 6 cm: kidneys, spine"),
        (1, 0.0, (-21.0, 21.0, -10.0, 95.0), "y = 0: liver, pancreas, lungs"),
        (1, -4.0, (-21.0, 21.0, -10.0, 95.0), "y = -4 cm: stomach, bowel, bladder"),
        (2, 35.5, (-21.0, 21.0, -11.0, 11.0), "z = 35.5 cm"),
    )
    figure = plt.figure(figsize=(10.0, 8.6), dpi=90)
    grid = figure.add_gridspec(2, 3, height_ratios=(2.9, 1.0), hspace=0.22, wspace=0.05)
    for number, (axis, place, extent, title) in enumerate(planes):
        axes = figure.add_subplot(grid[0, number] if number < 3 else grid[1, 0])
        axes.imshow(
            slice_at(axis, place, extent) + 1,
            origin="lower",
            extent=extent,
            cmap=colours,
            vmin=-0.5,
            vmax=len(phantom.names) + 0.5,
            interpolation="nearest",
        )
        axes.set_title(title, fontsize=9, loc="left")
        axes.tick_params(labelsize=7)
        axes.set_xlabel("x (cm), to the phantom's left", fontsize=7)
        axes.set_ylabel("z (cm)" if axis == 1 else "y (cm), to the back", fontsize=7)
    legend = figure.add_subplot(grid[1, 1:])
    legend.axis("off")
    patches = [Patch(color=COLOURS[name], label=name.removesuffix(" wall")) for name in NAMED]
    legend.legend(handles=patches, ncol=3, fontsize=8, frameon=False, loc="center")
    figure.savefig(PICTURE, bbox_inches="tight")


if __name__ == "__main__":
    main()
