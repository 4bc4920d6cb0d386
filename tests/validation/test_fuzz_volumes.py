"""Damaged volumes and sidecars: four thousand mutations, each an answer or a clear error.

NIfTI (plain and gzip), NRRD and Interfile of a small image, and the sidecars of all, are cut, bits
of them flipped, bytes overwritten and spans repeated. None may end in anything but an answer or an
error of AlphaTwin.
"""

from __future__ import annotations

import os
import warnings

import numpy as np
import pytest

from alphatwin.dicom.read import read_scans
from alphatwin.errors import AlphaTwinError
from alphatwin.imaging import contradictions

CASES = int(os.environ.get("ALPHATWIN_FUZZ_CASES", "12000")) // 3
SIDECAR = """schema = 1
unit = "Bq/mL"
nuclide = "Lu-177"
time = "24 h"
duration = "20 min"
activity = "7.4 GBq"
decay_corrected_to = "none"
"""
INTERFILE = (
    "!INTERFILE :=\n!matrix size [1] := 6\n!matrix size [2] := 5\n!number of slices := 4\n"
    "scaling factor (mm/pixel) [1] := 2\nscaling factor (mm/pixel) [2] := 2\n"
    "slice thickness (pixels) := 3\n!number of bytes per pixel := 2\n"
    "!number format := unsigned integer\n!name of data file := scan.i33\n"
)


def mutated(raw: bytes, rng: np.random.Generator) -> bytes:
    data = bytearray(raw)
    for _ in range(int(rng.integers(1, 4))):
        kind, at = rng.integers(0, 5), int(rng.integers(0, max(1, min(len(data), 400))))
        if kind == 0:
            data = data[: int(rng.integers(0, len(data) + 1))]
        elif kind == 1 and at < len(data):
            data[at] ^= 1 << int(rng.integers(0, 8))
        elif kind == 2:
            data[at : at + 4] = rng.integers(0, 256, 4).astype(np.uint8).tobytes()
        elif kind == 3:
            data[at:at] = bytes(data[at : at + int(rng.integers(1, 60))])
        else:
            del data[at : at + int(rng.integers(1, 20))]
    return bytes(data)


@pytest.fixture
def whole(tmp_path) -> dict[str, dict[str, bytes]]:
    """Return the files of one scan by form."""
    import SimpleITK

    values = np.arange(120, dtype=np.int16).reshape(4, 5, 6)
    image = SimpleITK.GetImageFromArray(values)
    image.SetSpacing((2.0, 2.0, 3.0))
    found = {}
    for name in ("scan.nii", "scan.nii.gz", "scan.nrrd"):
        SimpleITK.WriteImage(image, str(tmp_path / name))
        found[name] = {name: (tmp_path / name).read_bytes(), "scan.toml": SIDECAR.encode()}
        (tmp_path / name).unlink()
    found["scan.h33"] = {
        "scan.h33": INTERFILE.encode(),
        "scan.i33": values.tobytes(),
        "scan.toml": (SIDECAR + 'axes = "LPS"\n').encode(),
    }
    return found


@pytest.mark.parametrize("form", ["scan.nii", "scan.nii.gz", "scan.nrrd", "scan.h33"])
def test_a_damaged_volume_is_an_answer_or_a_clear_error(whole, tmp_path, form):
    rng = np.random.default_rng([20_27, *form.encode()])
    files = whole[form]
    answers = 0
    for _ in range(CASES // 4):
        hit = sorted(files)[int(rng.integers(0, len(files)))]
        for name, raw in files.items():
            (tmp_path / name).write_bytes(mutated(raw, rng) if name == hit else raw)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                found = read_scans(tmp_path)
                contradictions([s.series for s in found.scans], n_patients=1)
            except AlphaTwinError:
                continue
            answers += 1
    assert 0 < answers < CASES // 4
