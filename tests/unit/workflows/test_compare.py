"""Agents side by side: ratios from shared samples, and what is refused."""

from __future__ import annotations

import dataclasses

import pytest

from alphatwin.errors import DataError, InvalidValueError, NotSupportedError
from alphatwin.files import CourseFile
from alphatwin.workflows.compare import compare_report
from courses import AC_DOTATATE, PB_DOTAMTATE, course, measurement, region

ROUND_OFF = 1e-9  # ratios of the same samples
LU, AC, PB = "177Lu-DOTATATE", "225Ac-DOTATATE", "212Pb-DOTAMTATE"


def file_of(value):
    return CourseFile(course=value, sha256="", made_by_course=frozenset(), agents=(), facts=())


def two_regions(**changes):
    kidneys = region("kidneys", mass_kg=0.31, kinetics="population", population="kidneys")
    return course(regions=(region(), kidneys), **changes)


def test_ratios_are_of_samples_not_of_medians():
    """Errors that agents share (volume, calibration) cancel: the ratio is narrower than both."""
    wide = dataclasses.replace(region(), mass_relative_sd=0.5)
    report = compare_report(file_of(course(regions=(wide,))), agents=(LU, AC))
    row = report.regions[0].agents[1]
    own = row.absorbed_dose_gy.high / row.absorbed_dose_gy.low
    shared = row.absorbed_dose_ratio.high / row.absorbed_dose_ratio.low
    assert shared < 0.5 * own


def test_the_first_agent_is_the_basis():
    report = compare_report(file_of(two_regions()), agents=(AC, LU))
    for compared in report.regions:
        basis = compared.agents[0].absorbed_dose_ratio
        assert (basis.low, basis.median, basis.high) == (1.0, 1.0, 1.0)
    other = compare_report(file_of(two_regions()), agents=(LU, AC))
    forth = report.regions[0].agents[1].absorbed_dose_ratio.median
    back = other.regions[0].agents[1].absorbed_dose_ratio.median
    # The median of an inverse is the inverse of the median but for the pair in the middle.
    assert forth * back == pytest.approx(1.0, rel=1e-3)


def test_lesion_to_organ_does_not_depend_on_the_activity():
    eight, twenty = (
        compare_report(
            file_of(two_regions(predictions=(dataclasses.replace(AC_DOTATATE, activity_bq=a),))),
            agents=(LU, AC),
        ).lesion_to_organ[-1]
        for a in (8e6, 20e6)
    )
    assert eight.agent == AC
    assert eight.absorbed_dose_ratio.median == pytest.approx(
        twenty.absorbed_dose_ratio.median, rel=ROUND_OFF
    )


def test_an_agent_that_is_not_in_the_course_gets_its_first_prescription():
    report = compare_report(file_of(course()), agents=(LU, "RYZ101"))
    assert report.agents[1].agent == AC
    assert report.agents[1].activity_from.startswith("published prescription")
    assert report.agents[1].activity_bq == pytest.approx(100e3 * 80.0)


def test_a_region_without_mass_is_left_out():
    regions = (region("a"), region("b", mass_kg=None))
    series = (measurement("a"), measurement("b"))
    report = compare_report(file_of(course(regions=regions, measurements=series)), agents=(LU, AC))
    assert [r.region for r in report.regions] == ["a"]


def test_what_cannot_be_compared_is_refused():
    plain = file_of(course(predictions=(PB_DOTAMTATE,)))
    with pytest.raises(InvalidValueError, match="at least two different agents"):
        compare_report(plain, agents=(LU, "Lutathera"))
    with pytest.raises(InvalidValueError, match="at least two different agents"):
        compare_report(plain, agents=(LU,))
    with pytest.raises(DataError, match="177Lu-DOTATOX"):
        compare_report(plain, agents=(LU, "177Lu-DOTATOX"))
    with pytest.raises(NotSupportedError, match="state uptake_ratio"):
        compare_report(file_of(course()), agents=(LU, PB))
