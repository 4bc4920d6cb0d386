"""A synthetic patient through the commands: synthesize, scan, image; and what goes wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*words: object, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-c", "from alphatwin.cli import main; main()", *map(str, words)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    where = tmp_path_factory.mktemp("e2e") / "patient"
    truth = json.loads(run("synthesize", "-o", where, "--seed", 3, "--json").stdout)
    assert truth["kind"] == "truth"
    return where


def test_scan_answers_one_object_without_dates(folder):
    done = run("scan", folder / "scans", "--json")
    report = json.loads(done.stdout)
    assert [s["modality"] for s in report["series"]].count("NM") == 3
    assert {c["rule"] for c in report["contradictions"]} == {"not_activity", "frames"}
    assert "2000" not in json.dumps([s["time_since_injection_s"] for s in report["series"]])
    assert "scans" in run("scan", folder / "nowhere", code=1).stderr


def test_image_writes_the_whole_report_or_nothing(folder, tmp_path):
    report = json.loads(
        run("image", folder / "course.toml", "-o", tmp_path / "out", "--json").stdout
    )
    names = {p.name for p in (tmp_path / "out").iterdir()}
    assert names == {"report.json", "report.html", "report.pdf"}
    assert report["images"]["scans"][0]["nuclide"] == "Lu-177"
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "The scans, and what was drawn on them" in page
    assert page.count("data:image/png") >= 6
    text = (folder / "course.toml").read_text().replace("calibration =", "# calibration =")
    (folder / "wrong.toml").write_text(text)
    done = run("image", folder / "wrong.toml", "-o", tmp_path / "no", code=1)
    assert "calibration" in done.stderr
    assert not (tmp_path / "no").exists()
    assert "alphatwin image" in run("dose", folder / "course.toml", code=1).stderr


ASKED = """
[uptake]
liver = "liver"
spleen = "spleen"
uncertainty = "5 %"

[[windows]]
parent = "Pb-212"
energy = "239 keV"
width = "20 %"
precision = "10 %"
duration = "30 min"
time = "18 h"
counts_per_photon = 1e-4
"""


def test_uptake_corrections_and_windows_are_printed(folder):
    (folder / "asked.toml").write_text((folder / "course.toml").read_text() + ASKED)
    printed = run("image", folder / "asked.toml").stdout
    for title in (
        "Corrections of activity",
        "Uptake as measured",
        "Energy windows",
        "That question",
    ):
        assert title in printed
    assert "SYNTHETIC" not in printed


def test_a_label_map_becomes_a_patient(tmp_path):
    import numpy as np
    import SimpleITK

    values = np.zeros((12, 30, 30), dtype=np.uint8)
    values[:, 4:26, 4:26] = 1
    values[4:8, 10:18, 10:18] = 2
    image = SimpleITK.GetImageFromArray(values)
    image.SetSpacing((5.0, 5.0, 5.0))
    SimpleITK.WriteImage(image, str(tmp_path / "labels.nii.gz"))
    (tmp_path / "anatomy.toml").write_text(
        'schema = 1\nlabels = "labels.nii.gz"\nactivity = "7.4 GBq"\nweight = "70 kg"\n'
        '[[regions]]\nname = "cube"\nkind = "lesion"\nlabels = [2]\nuptake = "1 %"\n'
        'uptake_half_time = "2 h"\nclearance_half_time = "90 h"\n'
        '[rest]\nlabels = [1]\nuptake = "9 %"\nuptake_half_time = "1 h"\n'
        'clearance_half_time = "20 h"\n'
    )
    words = (
        "synthesize",
        "--anatomy",
        tmp_path / "anatomy.toml",
        "-o",
        tmp_path / "made",
        "--json",
    )
    truth = json.loads(run(*words).stdout)
    assert truth["regions"][0]["volume_ml"] == pytest.approx(4 * 8 * 8 * 0.125)
    listed = json.loads(run("scan", tmp_path / "made" / "scans", "--json").stdout)
    assert {name for s in listed["series"] for name in s["regions"]} == {"cube"}
