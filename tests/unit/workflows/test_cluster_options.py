"""What a specification of cells may ask for: targets, S values, a site, a medium, a scored core."""

from __future__ import annotations

import json
import math

import jsonschema
import pytest
from typer.testing import CliRunner

from alphatwin.cli.main import app
from alphatwin.dose.cell import (
    CellShape,
    KineticModel,
    domain_dose_mean_gy,
    run_concentric,
    scheme,
)
from alphatwin.errors import AlphaTwinError, CourseError
from alphatwin.files.cluster_file import read_cluster
from alphatwin.report.cell_page import cluster_to_html
from alphatwin.report.serializer import json_schema, to_jsonable
from alphatwin.workflows import spheroid as workflow
from alphatwin.workflows.spheroid import spheroid_report

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
[uptake]
source = "surface"
[exposure]
decays_per_cell = 2
replicates = 6
[survival]
alpha_per_gy = 0.3
beta_per_gy2 = 0.05
"""
LAYER = ('kind = "spheroid"\nradius = "40 um"', 'kind = "monolayer"\nside = "150 um"')
MEDIUM = (
    "[uptake]",
    '[medium]\nconcentration = "50 kBq/mL"\nduration = "96 h"\ndepth = "3 mm"\n[uptake]',
)
FIVE_SIGMA = 5.0
LATTICE = 0.06  # of nuclei in a lattice that absorb as an even medium does, and statistics


def report_of(folder, *changes, seed=1):
    text = SPECIFICATION
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file = folder / "cells.toml"
    file.write_text(text, encoding="utf-8")
    return spheroid_report(read_cluster(file), folder=folder, seed=seed)


def test_s_values_hold_every_pair_and_the_self_dose_of_one_cell(tmp_path):
    report = report_of(tmp_path, ("[uptake]", "[s_values]\ndecays = 40000\n[uptake]"))
    jsonschema.validate(to_jsonable(report), json_schema("spheroid"))
    pairs = {(one.target, one.source): one for one in report.s_values}
    assert len(pairs) == 8
    shape = CellShape(radius_um=6.0, nucleus_radius_um=4.0)
    for (target, source), one in pairs.items():
        alone = run_concentric(scheme("Ac-225"), shape, source=source, histories=200_000)
        wanted = alone.s_value(target)
        error = math.hypot(
            one.self_standard_error_gy_per_bq_s,
            wanted.relative_standard_error * wanted.value_gy_per_bq_s,
        )
        assert one.self_gy_per_bq_s == pytest.approx(
            wanted.value_gy_per_bq_s, abs=FIVE_SIGMA * error
        )
        assert one.cross_gy_per_bq_s > 0.0
    assert "S values" in cluster_to_html(report)


def test_a_site_of_two_micrometres_has_larger_lineal_energies_than_a_nucleus(tmp_path):
    whole = report_of(tmp_path).lineal_energy
    small = report_of(
        tmp_path, ("[uptake]", '[lineal_energy]\nsite = "2 um"\n[uptake]')
    ).lineal_energy
    assert (whole.site_um, small.site_um) == (8.0, 2.0)
    assert small.frequency_mean_kev_per_um != whole.frequency_mean_kev_per_um
    # Fewer tracks end in a small site, and none slows down in it: less spread about the mean.
    spread = [s.dose_mean_kev_per_um / s.frequency_mean_kev_per_um for s in (whole, small)]
    assert spread[1] == pytest.approx(spread[0], rel=0.1)
    for site, message in (("1.9 um", "at least 2 um across, got 1.9"), ("9 um", "site_radius_um")):
        with pytest.raises(AlphaTwinError, match=message):
            report_of(tmp_path, ("[uptake]", f'[lineal_energy]\nsite = "{site}"\n[uptake]'))


def test_whole_cells_as_targets_get_nearly_the_dose_of_nuclei(tmp_path):
    nuclei = report_of(tmp_path)
    cells = report_of(
        tmp_path, ('nucleus_radius = "4 um"', 'nucleus_radius = "4 um"\ntarget = "cell"')
    )
    assert cells.cluster.target == "cell"
    assert cells.mean_hits > 1.5 * nuclei.mean_hits
    assert cells.mean_dose_gy == pytest.approx(nuclei.mean_dose_gy, rel=0.2)


def test_a_curve_of_survival_goes_through_the_report(tmp_path):
    report = report_of(tmp_path, ("replicates = 6", "replicates = 60"))
    (here,) = (p for p in report.curve if p.activity_ratio == 1.0)
    assert here.decays_per_cell == pytest.approx(2.0)
    assert here.mean_dose_gy == pytest.approx(report.mean_dose_gy, rel=0.15)
    assert here.surviving_fraction == pytest.approx(report.survival.surviving_fraction, rel=0.2)
    # Doses go with the activity: the first point has a quarter of it, the last three times.
    first, last = report.curve[0], report.curve[-1]
    assert first.mean_dose_gy == pytest.approx(0.25 * report.mean_dose_gy, rel=0.25)
    assert last.mean_dose_gy == pytest.approx(3.0 * report.mean_dose_gy, rel=0.1)
    lives = [p.surviving_fraction for p in report.curve]
    assert lives == sorted(lives, reverse=True)
    assert all(p.surviving_fraction > p.at_mean_dose for p in report.curve)


def test_a_medium_irradiates_cells_that_hold_nothing(tmp_path):
    report = report_of(tmp_path, LAYER, MEDIUM, ("decays_per_cell = 2", "decays_per_cell = 0"))
    jsonschema.validate(to_jsonable(report), json_schema("spheroid"))
    rate = math.log(2.0) / (10.0 * 86400.0)
    decays = 5e4 * (1.0 - math.exp(-rate * 96 * 3600.0)) / rate
    assert report.medium.decays_per_ml == pytest.approx(decays, rel=1e-3)
    assert report.s_value_gy_per_bq_s is None
    assert report.medium.mean_dose_gy == pytest.approx(report.mean_dose_gy, rel=1e-9)
    assert report.medium.mean_hits == pytest.approx(report.mean_hits, rel=1e-9)
    # n R / 2 times the area of a nucleus, for a plane; cells keep some of the medium away.
    ranges_um = 48.02 + 54.71 + 64.99 + 0.9791 * 85.37 + 0.0209 * 48.5
    plane = decays * 1e-12 * ranges_um * math.pi * 16.0 / 2.0
    assert 0.7 * plane < report.mean_hits < plane
    assert report.curve[3].mean_dose_gy == pytest.approx(report.mean_dose_gy, rel=0.1)
    assert "Dose from the medium" in cluster_to_html(report)
    both = report_of(tmp_path, LAYER, MEDIUM)
    assert both.mean_dose_gy > both.medium.mean_dose_gy


def test_cells_in_the_middle_of_a_lesion_have_the_dose_of_its_report(tmp_path):
    """Two independent ways: tracks through 20 000 cells, and energy per mass of the region."""
    done = CliRunner().invoke(app, ["demo", "-o", str(tmp_path / "patient")])
    assert done.exit_code == 0, done.output
    linked = (
        "decays_per_cell = 2",
        'report = "patient/report.json"\nagent = "225Ac-DOTATATE"\nregion = "lesion 1"',
    )
    report = report_of(
        tmp_path,
        linked,
        ('radius = "40 um"', 'radius = "180 um"\nscored_radius = "70 um"'),
        ('source = "surface"', 'source = "cell"'),
        ('name = "Ac-225"', 'name = "Ac-225"\nradiations = ["alpha"]'),
        ("replicates = 6", "replicates = 2"),
    )
    dose = json.loads((tmp_path / "patient" / "report.json").read_text(encoding="utf-8"))
    (agent,) = (a for a in dose["agents"] if a["agent"] == "225Ac-DOTATATE")
    (region,) = (r for r in agent["regions"] if r["region"] == "lesion 1")
    assert report.mean_dose_gy == pytest.approx(
        region["absorbed_dose_by_radiation_gy"]["alpha"], rel=LATTICE
    )
    assert report.cluster.n_scored < 0.1 * report.cluster.n_cells
    assert report.exposure.region_absorbed_dose_gy == region["absorbed_dose_gy"]["median"]
    assert any("in the middle are scored" in text for text in report.assumptions)


def test_the_kinetic_model_stands_between_its_highest_and_its_lowest_energy(tmp_path):
    model = KineticModel(
        linear_per_gy=0.3, quadratic_per_gy2=0.05, domain_radius_um=0.3, nucleus_radius_um=4.0
    )
    found = model.chain_inactivation(scheme("Ac-225"))
    z = [domain_dose_mean_gy(e, model=model) for e in (8.4, 6.0, 3.0, 1.0, 0.5, 0.2)]
    mean_gy = (found.linear_per_gy - 0.3) / 0.05
    assert min(z) < mean_gy < max(z)
    # By the midpoint rule in energy, with 60 points of its own for each of the four main lines.
    lines = ((5.8, 1.0), (6.3, 1.0), (7.07, 1.0), (8.376, 0.979))
    total = weight = 0.0
    for top, amount in lines:
        energies = [max(top * (i + 0.5) / 60, 0.2) for i in range(60)]
        each = sum(domain_dose_mean_gy(e, model=model) for e in energies[::6]) / 10
        total += amount * top * each
        weight += amount * top
    assert mean_gy == pytest.approx(total / weight, rel=0.05)
    plain = report_of(tmp_path)
    with_model = report_of(
        tmp_path, ("alpha_per_gy = 0.3", 'alpha_per_gy = 0.3\ndomain_radius = "0.3 um"')
    )
    assert with_model.survival.surviving_fraction < plain.survival.surviving_fraction
    assert f"a = {found.linear_per_gy:.4g}" in with_model.survival.model
    with pytest.raises(AlphaTwinError, match="emits no alphas"):
        model.chain_inactivation(scheme("Lu-177"))


def test_an_interrupt_of_further_runs_keeps_the_main_one(tmp_path, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(workflow, "curve", stop)
    report = report_of(tmp_path)
    assert report.is_partial
    assert report.curve == ()
    assert report.survival is not None
    assert "Interrupted" in cluster_to_html(report)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ((MEDIUM,), CourseError, "lies over a monolayer"),
        ((("decays_per_cell = 2", "decays_per_cell = 0"),), CourseError, "nothing decays"),
        ((LAYER, (*MEDIUM[:1], MEDIUM[1].replace("3 mm", "0 mm"))), AlphaTwinError, "depth"),
        ((LAYER, (*MEDIUM[:1], MEDIUM[1].replace("50 kBq/mL", "50 kBq"))), CourseError, "concentr"),
        (
            (('radius = "40 um"', 'radius = "40 um"\nscored_radius = "0 um"'),),
            CourseError,
            "scored_r",
        ),
        ((("[uptake]", "[s_values]\ndecays = 3\n[uptake]"),), CourseError, "s_values.decays"),
        ((("beta_per_gy2 = 0.05", 'domain_radius = "0.3 um"'),), CourseError, "domain_radius"),
        (
            (("beta_per_gy2 = 0.05", 'beta_per_gy2 = 0.05\ndomain_radius = "3 um"'),),
            AlphaTwinError,
            "from 0.05 to 1 um, got 3",
        ),
        (
            (('nucleus_radius = "4 um"', 'nucleus_radius = "4 um"\ntarget = "membrane"'),),
            CourseError,
            "cell.target",
        ),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, changes, error, message):
    with pytest.raises(error, match=message):
        report_of(tmp_path, *changes)
