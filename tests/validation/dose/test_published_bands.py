"""Published organ doses that a report shows, against the table of those that were read.

Source: `lu177_organ_doses.csv` of the reference data, absorbed dose per activity of 177Lu agents by
study, rows whose figure was seen in its source; means and standard deviations as printed.
"""

from __future__ import annotations

import csv
import dataclasses
import re

import pytest

from alphatwin.files import read_example
from alphatwin.workflows.dose import dose_report

AS_PRINTED = 1e-9  # the same printed digits, written once more
MEDIAN_FOR_MEAN = 0.022  # Staanum 2021: the table holds the median 0.47, the report the mean 0.46
REGION = {"kidney": "kidneys", "tumour": "lesion 1", "pituitary": "lesion 2"}
CITATION = {  # how a source of the table begins, and what its citation in the report holds
    "Willowson 2018": "Willowson et al.",
    "Staanum 2021": "Staanum et al.",
    "EJNMMI Res 2018": "EJNMMI Res 8 (2018)",
    "Gupta 2013": "Gupta et al.",
}
# Rows seen that are of no report of 177Lu-DOTATATE in one cycle.
ELSEWHERE = {
    ("Staanum 2021", "177Lu-DOTATOC"): "another peptide",
    ("Rudisile 2019", "177Lu-DOTATATE"): "sum over cycles, in Gy",
    ("Frellsen/pig", "177Lu-OPS201 (pig)"): "pigs",
}


def _rows(reference):
    with (reference / "clinical" / "lu177_organ_doses.csv").open(encoding="utf-8") as lines:
        return [row for row in csv.DictReader(lines) if row["status"] == "seen"]


def _is_elsewhere(row):
    return any(
        row["source"].startswith(source) and row["agent"] == agent for source, agent in ELSEWHERE
    )


@pytest.fixture(scope="module")
def shown():
    """Give those of the example, with a liver added and lesion 2 in place of the pituitary."""
    file = read_example("umich_lu177_dotatate")
    regions = {r.name: r for r in file.course.regions}
    regions["liver"] = dataclasses.replace(
        regions["spleen"], name="liver", population_region="liver"
    )
    regions["lesion 2"] = dataclasses.replace(regions["lesion 2"], population_region="pituitary")
    course = dataclasses.replace(file.course, regions=tuple(regions.values()), predictions=())
    report = dose_report(dataclasses.replace(file, course=course), samples=500)
    return report.agents[0].published_doses


def test_every_row_that_was_seen_is_shown_as_printed(shown, reference):
    rows = [row for row in _rows(reference) if not _is_elsewhere(row)]
    for row in rows:
        (citation,) = (c for start, c in CITATION.items() if row["source"].startswith(start))
        region = REGION.get(row["organ"], row["organ"])
        (found,) = (
            p for p in shown if p.region == region and citation in p.source and p.status == "read"
        )
        tolerance = MEDIAN_FOR_MEAN if "median" in row["range_or_note"] else AS_PRINTED
        printed = float(row["mean_Gy_per_GBq"]) * 1e-9
        assert found.mean_gy_per_bq == pytest.approx(printed, rel=tolerance, abs=0.0), row
        if row["sd"]:
            assert found.sd_gy_per_bq == pytest.approx(
                float(row["sd"]) * 1e-9, rel=AS_PRINTED, abs=0.0
            )
        else:
            assert found.sd_gy_per_bq is None
        assert str(found.n) in re.findall(r"\d+", row["n"]), row
    assert len(rows) == 9


def test_no_figure_is_called_read_that_the_table_does_not_hold_as_seen(shown, reference):
    rows = _rows(reference)
    compared = [p for p in shown if p.status == "read" and p.region != "red marrow"]
    for p in compared:  # the table has no row of marrow that was seen
        starts = [start for start, citation in CITATION.items() if citation in p.source]
        assert any(
            row["source"].startswith(start) and REGION.get(row["organ"], row["organ"]) == p.region
            for start in starts
            for row in rows
        ), p
    assert len(compared) == 9


def test_rows_that_are_left_out_are_those_that_are_named(reference):
    left_out = [row for row in _rows(reference) if _is_elsewhere(row)]
    assert len(left_out) == len(ELSEWHERE)
