"""Published doses of the report: those of the catalogue, whole, and only of what was given."""

from __future__ import annotations

import pytest

from alphatwin.agents import agent
from alphatwin.files import read_example
from alphatwin.workflows.dose import dose_report

QUANTITY = "dose_coefficient_gy_per_bq"
IN_CATALOGUE = {  # region of the example: region of the catalogue
    "lesion 1": "tumour",
    "lesion 2": "tumour",
    "kidneys": "kidneys",
    "spleen": "spleen",
    "red marrow": "red_marrow",
}


@pytest.fixture(scope="module")
def report():
    return dose_report(read_example("umich_lu177_dotatate"), samples=500)


def _of(report, region):
    return [p for p in report.agents[0].published_doses if p.region == region]


@pytest.mark.parametrize("region", IN_CATALOGUE)
def test_every_figure_of_the_catalogue_and_no_other(report, region):
    wanted = agent("177Lu-DOTATATE").figures(IN_CATALOGUE[region], quantity=QUANTITY)
    assert wanted
    assert [
        (p.mean_gy_per_bq, p.sd_gy_per_bq, p.n, p.n_unit, p.source, p.status)
        for p in _of(report, region)
    ] == [(k.mean, k.sd, k.n, k.n_unit, k.source.citation, k.source.status) for k in wanted]


def test_the_figure_that_stands_in_is_the_basis_and_measured_regions_have_none(report):
    for name in ("lesion 1", "lesion 2"):
        assert not any(p.is_basis for p in _of(report, name))
    basis = {p.region: p for p in report.agents[0].published_doses if p.is_basis}
    assert set(basis) == {"kidneys", "spleen", "red marrow"}
    assert [p.is_basis for p in _of(report, "kidneys")].count(True) == 1
    # the assumption that says what stands in names the same study, by another route
    for region, published in basis.items():
        (said,) = (a for a in report.assumptions if a.name == f"kinetics of {region}")
        assert said.source == published.source


def test_predicted_agents_have_none(report):
    assert len(report.agents) > 1
    assert all(a.published_doses == () for a in report.agents[1:])


def test_kidneys_of_the_example_lie_within_the_published_means(report):
    (dose,) = (r for r in report.agents[0].regions if r.region == "kidneys")
    means = [p.mean_gy_per_bq for p in _of(report, "kidneys")]
    assert min(means) < dose.absorbed_dose_per_activity_gy_per_bq.median < max(means)


def test_every_study_shown_is_among_the_sources(report):
    named = {(s.citation, s.status): s.used_for for s in report.sources}
    for p in report.agents[0].published_doses:
        assert "comparison of the dose to" in named[p.source, p.status]


def test_agent_of_which_nothing_is_published_shows_nothing():
    file = read_example("lu177_psma_patient_1")
    given = dose_report(file, samples=500).agents[0]
    (own,) = (a for a in file.agents if a.name == given.agent)
    assert [k for k in own.kinetics if k.quantity == QUANTITY] == []
    assert given.published_doses == ()
