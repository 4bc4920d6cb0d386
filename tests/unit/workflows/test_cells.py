"""`alphatwin cell` and `alphatwin spheroid`: reports, figures, link to a patient, refusals."""

from __future__ import annotations

import json
import math
import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from typing import TYPE_CHECKING

import jsonschema
import pytest
from typer.testing import CliRunner

from alphatwin.cli.main import app
from alphatwin.errors import AlphaTwinError, CourseError, InvalidValueError
from alphatwin.files.cluster_file import read_cluster
from alphatwin.nuclides import alpha_let_kev_per_um, alpha_residual_energy_mev
from alphatwin.report.cell_page import cluster_to_html
from alphatwin.report.figure_cells import draw_cluster
from alphatwin.report.serializer import json_schema, to_json, to_jsonable
from alphatwin.report.single_cell_page import cell_to_html
from alphatwin.workflows.cell import cell_report
from alphatwin.workflows.spheroid import spheroid_report

if TYPE_CHECKING:
    from pathlib import Path

SPECIFICATION = """
schema = 1
[nuclide]
name = "Ac-225"
[cell]
radius = "6 um"
nucleus_radius = "4 um"
[cluster]
kind = "spheroid"
radius = "40 um"
spacing = "12 um"
[uptake]
source = "surface"
labelled_fraction = 0.6
[exposure]
decays_per_cell = 2
replicates = 4
[survival]
alpha_per_gy = 0.8
reference_alpha_per_gy = 0.3
reference_beta_per_gy2 = 0.03
"""


def specified(folder: Path, *changes: tuple[str, str]) -> Path:
    text = SPECIFICATION
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file = folder / "spheroid.toml"
    file.write_text(text, encoding="utf-8")
    return file


def report_of(folder: Path, *changes: tuple[str, str], seed: int = 1):
    return spheroid_report(read_cluster(specified(folder, *changes)), folder=folder, seed=seed)


def test_cell_report_follows_its_schema_and_adds_up():
    report = cell_report(
        "225Ac", cell_radius_um=5.0, nucleus_radius_um=4.0, source="cytoplasm", histories=50_000
    )
    tree = to_jsonable(report)
    jsonschema.validate(tree, json_schema("cell"))
    assert sum(tree["by_nuclide"].values()) == pytest.approx(tree["s_value_gy_per_bq_s"])
    assert sum(tree["by_radiation"].values()) == pytest.approx(tree["s_value_gy_per_bq_s"])
    alphas = tree["by_radiation"]["alpha"]
    hits = tree["hits_per_decay"] * tree["mean_specific_energy_per_hit_gy"]
    assert hits == pytest.approx(alphas, rel=1e-4)
    assert sum(tree["single_event"]["probability"]) == pytest.approx(1.0)


def test_cell_report_after_some_decays_has_their_moments_and_unhit_cells():
    """FFT against S value, against sums over the chain, and against solid angle."""
    report = cell_report(
        "Ac-225", cell_radius_um=5.0, nucleus_radius_um=4.0, source="surface", histories=400_000,
        decays=5.0, site_um=2.0,
    )  # fmt: skip
    z = report.multi_event
    alphas_gy = report.by_radiation["alpha"]
    assert z.mean_gy == pytest.approx(5.0 * alphas_gy, rel=1e-3)
    # C9: the variance is the mean square of the sums of decays that hit.
    sums = report.per_decay
    square_gy2 = sums.dose_mean_gy * sums.frequency_mean_gy * 5.0 * report.decay_hit_probability
    assert z.sd_gy == pytest.approx(math.sqrt(square_gy2), rel=1e-3)
    unhit = math.exp(-5.0 * (1.0 - 0.8**4))
    assert z.unhit_share == pytest.approx(unhit, rel=0.02)
    assert sum(z.probability) == pytest.approx(1.0, abs=1e-6)
    shown_gy = sum(a * b for a, b in zip(z.z_gy, z.probability, strict=True))
    assert shown_gy == pytest.approx(z.mean_gy, rel=0.01)
    assert report.lineal_energy.site_um == 2.0
    jsonschema.validate(to_jsonable(report), json_schema("cell"))


def test_cell_command_writes_a_page_that_needs_nothing_else(tmp_path):
    words = ["cell", "--nuclide", "Ac-225", "--source", "surface", "--histories", "5000"]
    words += ["--cell-radius", "5 um", "--nucleus-radius", "4 um", "--decays", "3"]
    done = CliRunner().invoke(app, [*words, "-o", str(tmp_path / "cell")])
    assert done.exit_code == 0, done.output
    page = (tmp_path / "cell" / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 2
    assert "://" not in page.replace("http://www.w3.org", "")
    assert json.loads((tmp_path / "cell" / "report.json").read_text(encoding="utf-8"))
    unhit = cell_report(
        "Lu-177", cell_radius_um=5.0, nucleus_radius_um=4.0, source="cell", histories=5000
    )
    assert "<svg" not in cell_to_html(unhit)


def test_lineal_energy_of_a_site_is_the_stopping_power_that_crosses_it():
    """Mean energy over mean chord: in a small site, the LET at the distance that was gone."""
    report = cell_report(
        "Po-212", cell_radius_um=20.0, nucleus_radius_um=10.0, source="surface", histories=1000,
        site_um=2.0,
    )  # fmt: skip
    left_mev = alpha_residual_energy_mev(8.785, 20.0)
    let = float(alpha_let_kev_per_um(float(left_mev)))
    assert report.lineal_energy.frequency_mean_kev_per_um == pytest.approx(let, rel=0.01)


def test_cell_command_prints_one_object():
    words = [
        "cell",
        "--nuclide",
        "At-211",
        "--no-chain",
        "--source",
        "nucleus",
        "--histories",
        "5000",
        "--json",
    ]
    words += ["--cell-radius", "5 um", "--nucleus-radius", "4 um", "--radiation", "alpha,recoil"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    tree = json.loads(done.stdout)
    assert tree["kind"] == "cell"
    assert set(tree["by_radiation"]) == {"alpha", "recoil"}
    assert tree["alphas_per_decay"] == pytest.approx(0.418, abs=0.03)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"nucleus_radius_um": 6.0}, "at most the radius of the cell"),
        ({"radiations": ("beta",)}, "radiations are beta"),
        ({"name": "Lu-177", "radiations": ("alpha",)}, "emits no alphas"),
        ({"name": "Xx-1"}, "Xx-1"),
        ({"site_um": 1.99}, "at least 2 um across, got 1.99"),
        ({"site_um": 9.0}, "at most the radius of the nucleus"),
        ({"decays": -1.0}, "decays must be finite and >= 0, got -1"),
    ],
)
def test_cell_report_refuses_bad_input(changes, message):
    told = {
        "name": "Ac-225", "cell_radius_um": 5.0, "nucleus_radius_um": 4.0, "source": "cell",
        "histories": 100,
    } | changes  # fmt: skip
    with pytest.raises(AlphaTwinError, match=message):
        cell_report(told.pop("name"), **told)


def test_spheroid_report_follows_its_schema_and_is_the_same_each_time(tmp_path):
    report = report_of(tmp_path)
    tree = to_jsonable(report)
    jsonschema.validate(tree, json_schema("spheroid"))
    assert tree["survival"]["surviving_fraction"] > tree["survival"]["at_mean_dose"]
    assert sum(row["cells_share"] for row in tree["hits"]) == pytest.approx(1.0)
    shares = tree["dvh_share"]
    assert shares[0] == 1.0
    assert all(a >= b for a, b in pairwise(shares))
    assert to_json(report) == to_json(report_of(tmp_path))
    assert to_json(report) != to_json(report_of(tmp_path, seed=2))


def test_spheroid_command_writes_report_and_figures(tmp_path):
    file = specified(tmp_path, ("[survival]\n", "[daughters]\n[survival]\n"))
    done = CliRunner().invoke(app, ["spheroid", str(file), "-o", str(tmp_path / "out"), "--json"])
    assert done.exit_code == 0, done.output
    tree = json.loads(done.stdout)
    assert json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8")) == tree
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "://" not in page.replace("http://www.w3.org", "")
    figures = re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL)
    assert len(figures) == 3
    for text in figures:
        assert ET.fromstring(text).tag.endswith("svg")
    assert (tmp_path / "out" / "report.pdf").read_bytes().startswith(b"%PDF")
    outside = {row["nuclide"]: row["outside"] for row in tree["places"]}
    assert outside["Bi-213"] > 0.9
    assert outside["Ac-225"] == 0.0


def test_figures_are_left_out_that_have_nothing_to_show(tmp_path):
    report = report_of(
        tmp_path, ('"Ac-225"', '"Lu-177"'), ("decays_per_cell = 2", "decays_per_cell = 50")
    )
    assert report.single_event is None
    assert [p.key for p in draw_cluster(report)] == ["cells", "survival"]
    assert "Single alphas" not in cluster_to_html(report)


def test_a_monolayer_is_flat(tmp_path):
    report = report_of(
        tmp_path,
        ('kind = "spheroid"\nradius = "40 um"', 'kind = "monolayer"\nside = "100 um"'),
    )
    assert report.cluster.kind == "monolayer"
    assert len(report.slice.x_um) == report.cluster.n_cells


DOSE = {
    "schema": 1,
    "kind": "dose",
    "regions": [{"name": "lesion 1", "mass_kg": 0.02}, {"name": "bone", "mass_kg": None}],
    "agents": [
        {
            "agent": "225Ac-DOTATATE",
            "nuclide": "Ac-225",
            "regions": [
                {
                    "region": name,
                    "time_integrated_activity_bq_s": {"median": 2e10, "low": 1e10, "high": 4e10},
                }
                for name in ("lesion 1", "bone")
            ],
        }
    ],
}
LINKED = (
    "decays_per_cell = 2",
    'report = "report.json"\nagent = "225Ac-DOTATATE"\nregion = "lesion 1"',
)


def test_decays_of_a_lesion_become_decays_per_cell(tmp_path):
    """Decays per mass times the mass of a cell's share of a touching FCC lattice, 1222 um3."""
    (tmp_path / "report.json").write_text(json.dumps(DOSE), encoding="utf-8")
    report = report_of(tmp_path, LINKED)
    radius, cells = 40.0, report.cluster.n_cells
    share_kg = 4.0 / 3.0 * 3.141592653589793 * radius**3 / cells * 1e-15
    assert report.exposure.decays_per_cell == pytest.approx(2e10 / 0.02 * share_kg, rel=1e-9)
    assert report.exposure.surviving_fraction_at_low > report.survival.surviving_fraction
    assert report.exposure.surviving_fraction_at_high < report.survival.surviving_fraction
    assert any("lesion 1" in text for text in report.assumptions)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (("lesion 1", "lesion 9"), InvalidValueError, "it has lesion 1, bone"),
        (("lesion 1", "bone"), AlphaTwinError, "mass of bone is unknown"),
        (("225Ac-DOTATATE", "X"), InvalidValueError, "agent 'X' is not in the dose report"),
        (("report.json", "none.json"), CourseError, "none.json: cannot be read"),
        (('"Ac-225"', '"Bi-213"'), InvalidValueError, "carries Ac-225: name that one"),
    ],
)
def test_a_link_that_does_not_hold_is_refused(tmp_path, change, error, message):
    (tmp_path / "report.json").write_text(json.dumps(DOSE), encoding="utf-8")
    with pytest.raises(error, match=message):
        report_of(tmp_path, LINKED, change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("schema = 1", "schema = 2"), r":2: schema"),
        (('nucleus_radius = "4 um"', "nucleus_radius = 4"), r":7: cell.nucleus_radius"),
        (("labelled_fraction = 0.6", "labelled_fraction = 1.6"), r":14: uptake.labelled_fraction"),
        (('radius = "40 um"', 'side = "40 um"'), "a spheroid has a radius and no side"),
        (("decays_per_cell = 2", ""), "give decays_per_cell, or all of report"),
        (("alpha_per_gy = 0.8", ""), "give alpha_per_gy"),
        (("[exposure]", "[exposed]"), "exposed"),
        (("schema = 1", "schema = "), "is not TOML"),
    ],
)
def test_mistakes_of_a_specification_are_named_by_field_and_line(tmp_path, change, message):
    with pytest.raises(CourseError, match=message):
        read_cluster(specified(tmp_path, change))


def test_a_missing_specification_is_no_traceback(tmp_path):
    with pytest.raises(CourseError, match=r"none.toml: cannot be read"):
        read_cluster(tmp_path / "none.toml")


def test_impossible_geometry_of_a_specification_is_refused(tmp_path):
    with pytest.raises(InvalidValueError, match="cells would overlap"):
        report_of(tmp_path, ('spacing = "12 um"', 'spacing = "11 um"'))
