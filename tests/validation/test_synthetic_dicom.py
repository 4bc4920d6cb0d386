"""Judges from outside over the files that `alphatwin synthesize` writes."""

from __future__ import annotations

import shutil
import subprocess

import numpy as np
import pytest

from alphatwin.dicom.read import read_image, read_scans
from alphatwin.workflows.synthesize import SyntheticRequest, synthesize

DCIODVFY = shutil.which("dciodvfy")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    where = tmp_path_factory.mktemp("synthetic") / "patient"
    synthesize(SyntheticRequest(times_s=(14400.0, 345600.0)), where)
    return where / "scans"


@pytest.mark.skipif(DCIODVFY is None, reason="dciodvfy of dicom3tools is not installed")
def test_dciodvfy_finds_no_error(folder):
    for path in sorted(folder.rglob("*.dcm")):
        done = subprocess.run([DCIODVFY, path], capture_output=True, text=True, check=False)
        said = (done.stdout + done.stderr).splitlines()
        assert not [line for line in said if line.startswith("Error")], path.name


def test_pydicom_reads_every_value_under_its_strict_rules(folder):
    import pydicom
    from pydicom import config

    before = config.settings.reading_validation_mode
    config.settings.reading_validation_mode = config.RAISE
    try:
        for path in folder.rglob("*.dcm"):
            for element in pydicom.dcmread(path).iterall():
                assert element.tag.is_private is False
    finally:
        config.settings.reading_validation_mode = before


def test_highdicom_puts_every_voxel_of_the_ct_where_we_do(folder):
    """Highdicom sorts and places slices on its own; both hold the same value at one place."""
    import pydicom

    highdicom = pytest.importorskip("highdicom", reason="highdicom is not installed")
    for scan in read_scans(folder).scans:
        if scan.series.modality != "CT":
            continue
        image = read_image(scan.files)
        slices = [pydicom.dcmread(h.part.path) for h in scan.files.headers]
        theirs = highdicom.get_volume_from_series(slices)
        for index in ((0, 0, 0), (30, 52, 76), (59, 103, 151)):
            where = image.grid.position_mm(index)
            other = np.round(theirs.map_reference_to_indices(where[None])[0]).astype(int)
            assert theirs.map_indices_to_reference(other[None])[0] == pytest.approx(where, abs=1e-6)
            assert theirs.array[tuple(other)] == pytest.approx(image.values[index])
