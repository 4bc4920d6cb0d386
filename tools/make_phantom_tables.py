"""Compute the volumes of the phantom's regions from its solids.

``python tools/make_phantom_tables.py`` puts one random point into each of ``EDGE`` cubed equal
cells of every part's box, counts those that ``region_at`` finds in the region, and writes
phantom_adult_regions.csv with its sidecar, and the hash of the solids into theirs. The solids
themselves, ``FIGURES`` below and the words of the sidecars are written by hand.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from alphatwin.dose.transport.packed_solids import part_rows
from alphatwin.dose.transport.phantom import (
    REGIONS,
    SOLIDS,
    phantom_primitives,
    region_names,
)
from alphatwin.dose.transport.solids import is_in_part, region_at
from alphatwin.files.atomic import write_text_atomically

if TYPE_CHECKING:
    from numpy.typing import NDArray

TABLES = Path(__file__).parents[1] / "src" / "alphatwin" / "tables"
EDGE = 100
REPEATS = 4  # the spread between them is the standard error
DENSITY_G_PER_CM3 = {"phantom soft tissue": 1.04, "phantom skeleton": 1.4, "phantom lung": 0.296}
MATERIALS = {"lungs": "phantom lung", "skeleton": "phantom skeleton"}
# Mass of ORNL/TM-8381 [g, recalled] and reference mass of DCAL [g, read in REGMASS.AM].
FIGURES: dict[str, tuple[float | None, float | None]] = {
    "kidneys": (299, 310),
    "liver": (1910, 1800),
    "spleen": (183, 180),
    "pancreas": (94.3, 100),
    "adrenals": (16.3, 14),
    "lungs": (1000, 1000),
    "heart": (770, 830),
    "stomach contents": (260, 250),
    "stomach wall": (158, 150),
    "upper large intestine contents": (232, 220),
    "upper large intestine wall": (220, 210),
    "lower large intestine contents": (143, 135),
    "lower large intestine wall": (167, 160),
    "small intestine": (1100, 1040),
    "urinary bladder contents": (211, 120),
    "urinary bladder wall": (47.6, 45),
    "gall bladder contents": (55.7, 62),
    "gall bladder wall": (10.5, 10),
    "brain": (1420, 1400),
    "thyroid": (20.7, 20),
    "thymus": (20.9, 20),
    "testes": (39.1, 35),
    "uterus": (79, 80),
    "ovaries": (8.71, 11),
    "skeleton": (10000, None),
    "rest of the body": (None, None),
    "skin": (3010, 2600),
}


@njit(cache=True)
def _hits(  # type: ignore[no-untyped-def]  # noqa: PLR0917
    part, first_part, region, mirrored, edge, seed, box, solids
):
    """Count points of a part's box that are in the part and, first of all parts, in its region."""
    np.random.seed(seed)  # noqa: NPY002 - numba has no other generator in a kernel
    step_x, step_y, step_z = (
        (box[1] - box[0]) / edge,
        (box[3] - box[2]) / edge,
        (box[5] - box[4]) / edge,
    )
    hits = 0
    for i in range(edge):
        for j in range(edge):
            for k in range(edge):
                x = box[0] + (i + np.random.random()) * step_x  # noqa: NPY002
                y = box[2] + (j + np.random.random()) * step_y  # noqa: NPY002
                z = box[4] + (k + np.random.random()) * step_z  # noqa: NPY002
                if mirrored:
                    x = -x
                if not is_in_part(part, x, y, z, solids):
                    continue
                # A point in several parts of one region belongs to the first of them.
                first = True
                for other in range(first_part, part):
                    if is_in_part(other, x, y, z, solids):
                        first = False
                        break
                if first and region_at(x, y, z, solids) == region:
                    hits += 1
    return hits


def volumes_cm3(solids: NDArray[np.float64], *, seed: int) -> NDArray[np.float64]:
    """Return (n_regions,) volumes of the regions in cm3, the mirror images of parts included."""
    rows = part_rows(solids)
    regions = rows[:, 7].astype(int)
    volumes = np.zeros(regions.max() + 1)
    for part, (row, region) in enumerate(zip(rows, regions, strict=True)):
        box = row[:6].copy()
        size = float(np.prod(box[1::2] - box[::2]))
        first = int(np.flatnonzero(regions == region)[0])
        for mirrored in (False, True)[: 1 + int(row[6])]:
            start = seed + 1000 * part + mirrored
            hits = _hits(part, first, region, mirrored, EDGE, start, box, solids)
            volumes[region] += size * hits / EDGE**3
    return volumes


def _rows() -> list[dict[str, str]]:
    solids = phantom_primitives()
    runs = np.array([volumes_cm3(solids, seed=100_000 * (i + 1)) for i in range(REPEATS)])
    means, errors = runs.mean(axis=0), runs.std(axis=0, ddof=1) / np.sqrt(REPEATS)
    rows = []
    for name, volume, error in zip(region_names(), means, errors, strict=True):
        material = MATERIALS.get(name, "phantom soft tissue")
        published, reference = FIGURES[name]
        rows.append(
            {
                "region": name,
                "material": material,
                "density_g_per_cm3": f"{DENSITY_G_PER_CM3[material]:g}",
                "volume_cm3": f"{volume:.5g}",
                "volume_relative_standard_error": f"{error / volume:.1e}",
                "tm8381_mass_kg": "" if published is None else f"{published / 1000:g}",
                "reference_mass_kg": "" if reference is None else f"{reference / 1000:g}",
            }
        )
    return rows


def _seal(name: str) -> None:
    """Write the hash of a table into its sidecar."""
    sidecar = TABLES / f"{name}.toml"
    digest = hashlib.sha256((TABLES / f"{name}.csv").read_bytes()).hexdigest()
    text = re.sub(
        r'^sha256 = ".*"$', f'sha256 = "{digest}"', sidecar.read_text("utf-8"), flags=re.MULTILINE
    )
    write_text_atomically(sidecar, text)


def main() -> None:
    """Write the table of regions and both hashes."""
    _seal(SOLIDS)
    rows = _rows()
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text_atomically(TABLES / f"{REGIONS}.csv", text.getvalue())
    _seal(REGIONS)


if __name__ == "__main__":
    main()
