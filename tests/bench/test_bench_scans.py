"""How fast scans are read, resampled and filled, and how much memory it takes.

Times are ratios to plain pydicom or plain numpy on the same machine; they are printed and never
asserted. What is asserted is the answer, and the peak of memory. Run:
``pytest tests/bench --benchmark-enable -s``.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pydicom
import pytest

from alphatwin.dicom.read import parts_in, read_image
from alphatwin.dicom.write import SyntheticSeries, write_series
from alphatwin.geometry import Contours, Grid, Image, Rigid, resample_activity, voxel_fractions
from alphatwin.imaging.phantom import PATIENT

SLICES = 2000
MOST_MEMORY = 4.0  # times the images as float32
BIG = Grid.regular(shape=(199, 256, 256), origin_mm=[-250, -250, -194], spacing_mm=[1.95] * 3)


@pytest.fixture(scope="module")
def slices(tmp_path_factory):
    """Return a folder of 2 000 slices of CT, in no order of names."""
    folder = tmp_path_factory.mktemp("slices")
    n = SLICES
    grid = Grid.regular(shape=(n, 128, 128), origin_mm=[-64, -64, 0], spacing_mm=[1, 1, 0.5])
    counts = Grid.regular(shape=(4, 8, 8), origin_mm=[0, 0, 0], spacing_mm=[9, 9, 9])
    series = SyntheticSeries(
        number=1,
        counts=Image(counts, np.ones(counts.shape, np.float32)),
        ct=Image(grid, np.random.default_rng(1).normal(0, 99, grid.shape).astype(np.float32)),
        contours=(),
        time_s=3600.0,
        duration_s=60.0,
        administered_bq=1e9,
        half_life_s=574301.0,
        body_mass_kg=70.0,
    )
    write_series(series, folder, seed=1)
    for name in ("spect.dcm", "structures.dcm"):
        (folder / name).unlink()
    for i, path in enumerate(sorted(folder.glob("*.dcm"))):
        path.rename(folder / f"{(i * 7919) % n:05d}.dcm")
    return folder


def seconds(call) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def test_two_thousand_slices_are_read_and_sorted(slices):
    def plain() -> None:
        every = [pydicom.dcmread(p) for p in slices.glob("*.dcm")]
        every.sort(key=lambda d: float(d.ImagePositionPatient[2]))
        np.stack([d.pixel_array * float(d.RescaleSlope) for d in every])

    theirs = seconds(plain)
    start = time.perf_counter()
    (one,) = parts_in(slices).series
    sorted_s = time.perf_counter() - start
    image = read_image(one)
    mine = time.perf_counter() - start
    assert image.grid.shape[0] == SLICES
    assert image.grid.is_even
    print(  # noqa: T201
        f"\n{SLICES} slices: plain pydicom {theirs:.2f} s; sorted {sorted_s:.2f} s, with pixels "
        f"{mine:.2f} s: {mine / theirs:.2f} times as long"
    )


def test_a_large_grid_is_resampled_and_filled():
    values = np.random.default_rng(2).random(BIG.shape).astype(np.float32)
    image = Image(BIG, values)
    coarse = Grid.regular(shape=(97, 125, 125), origin_mm=[-249, -249, -193], spacing_mm=[4] * 3)
    angle = np.radians(3.0)
    turn = np.array(
        [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    )
    copy = seconds(values.copy)
    parallel = seconds(lambda: resample_activity(image, grid=coarse))
    move = Rigid(turn, np.array([1.0, 2.0, 3.0]))
    turned = seconds(lambda: resample_activity(image, grid=coarse, transform=move))
    contours: list[Contours] = [solid.contours(BIG) for solid in PATIENT]
    filling = seconds(lambda: [voxel_fractions(c, grid=BIG) for c in contours])
    volume = voxel_fractions(contours[0], grid=BIG).volume_ml
    assert volume == pytest.approx(PATIENT[0].volume_ml, rel=1e-3)
    print(  # noqa: T201
        f"\n256 x 256 x 199: copy {copy * 1e3:.0f} ms, parallel {parallel:.2f} s, rigid "
        f"{turned:.2f} s, {len(contours)} regions filled {filling:.2f} s"
    )


def test_memory_stays_below_four_times_the_images(reference):
    """In a process of its own: the peak over what the imports take."""
    folder = reference / "images" / "umich_lu177_dotatate_spect"
    code = (
        "import sys; from pathlib import Path;"
        "peak = lambda: int(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0]);"
        "from alphatwin.dicom.read import read_image, read_scans; import pydicom.pixels;"
        "before = peak();"
        "found = read_scans(Path(sys.argv[1]));"
        "images = [read_image(s.files) for s in found.scans if s.files.grid is not None];"
        "after = peak();"
        "print((after - before) * 1024 / sum(i.values.nbytes for i in images))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        env={"PYTHONPATH": str(Path(__file__).parents[2] / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    ratio = float(done.stdout)
    assert ratio < MOST_MEMORY
    print(f"\npeak memory {ratio:.2f} times the float32 images")  # noqa: T201
