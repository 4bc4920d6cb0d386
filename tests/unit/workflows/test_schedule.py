"""The schedule report: what it ranks, what it says of itself, what it refuses."""

from __future__ import annotations

import dataclasses
import math

import pytest
from pydantic import TypeAdapter

from alphatwin.agents import agent as catalogue_agent
from alphatwin.errors import DataError, InvalidValueError, NotSupportedError
from alphatwin.report.schedule_value import ScheduleReport
from alphatwin.report.serializer import to_json
from alphatwin.workflows import schedule
from alphatwin.workflows.schedule import schedule_report

HOUR_S = 3600.0
FEW = {"patients": 200}


def hours(one) -> tuple[float, ...]:
    return tuple(t / HOUR_S for t in one.time_s)


def error_of(one, nuclide: str):
    return next(e for e in one.errors if e.nuclide == nuclide)


def test_best_schedules_come_best_first_for_each_agent():
    found = schedule_report("177Lu-DOTATATE", scans=2, predict=["225Ac-DOTATATE"], **FEW)
    assert [r.agent for r in found.best] == ["177Lu-DOTATATE", "225Ac-DOTATATE"]
    assert found.candidates == math.comb(8, 2)
    for ranking in found.best:
        values = [error_of(one, ranking.nuclide).rmse_fraction for one in ranking.schedules]
        assert values == sorted(values)
        assert len(values) == 5
    assert {len(one.time_s) for one in found.usual} == {1, 2}
    best = error_of(found.best[0].schedules[0], "Lu-177").rmse_fraction
    assert all(
        error_of(one, "Lu-177").rmse_fraction >= best for one in found.usual if len(one.time_s) == 2
    )


def test_the_population_is_that_of_the_catalogue_with_its_source():
    found = schedule_report("Lutathera", scans=1, region="kidneys", **FEW)
    figure = catalogue_agent("177Lu-DOTATATE").prior("kidneys", quantity="effective_half_life_s")
    (record,) = found.population
    assert (record.median_s, record.source, record.status) == (
        figure.median,
        figure.source.citation,
        figure.source.status,
    )
    assert found.model == "clearance"
    assert min(found.candidate_time_s) >= 4.0 * HOUR_S
    assert any("early scans look better" in said for said in found.warnings)
    assert any("recalled" in said for said in found.warnings)


def test_the_report_is_one_json_object_with_a_schema():
    found = schedule_report("177Lu-DOTATATE", scans=1, **FEW)
    adapter = TypeAdapter(ScheduleReport)
    assert adapter.validate_json(to_json(found)) == found
    assert adapter.json_schema()["properties"]["best"]["description"]


def test_seed_decides_the_numbers():
    one, same, other = (
        schedule_report("177Lu-DOTATATE", scans=1, seed=seed, **FEW) for seed in (3, 3, 4)
    )
    assert one == same
    assert one.best != other.best


def test_own_times_are_taken():
    times_s = [20.0 * HOUR_S, 100.0 * HOUR_S]
    found = schedule_report("177Lu-DOTATATE", scans=2, time_s=times_s, **FEW)
    assert found.candidates == 1
    assert hours(found.best[0].schedules[0]) == (20.0, 100.0)


def test_another_vector_is_carried_over_with_a_warning():
    found = schedule_report("177Lu-DOTATATE", scans=1, predict=["213Bi-DOTATOC"], **FEW)
    assert any("213Bi-DOTATOC is not on the same vector" in said for said in found.warnings)
    assert hours(found.best[1].schedules[0]) == (1.0,)


def test_what_scans_cannot_tell_is_said():
    found = schedule_report(
        "177Lu-DOTATATE",
        scans=1,
        predict=["213Bi-DOTATOC"],
        time_s=[24.0 * HOUR_S, 96.0 * HOUR_S],
        **FEW,
    )
    assert any(said.startswith("Bi-213: even the best schedule") for said in found.warnings)


def test_short_lived_nuclides_get_early_times():
    lead_per_s = math.log(2.0) / (10.64 * HOUR_S)
    times_s = schedule._times_s(None, lead_per_s, has_uptake=True)
    assert max(times_s) == 24.0 * HOUR_S
    assert min(times_s) == 0.25 * HOUR_S
    bismuth_per_s = math.log(2.0) / (45.6 * 60.0)
    assert max(schedule._times_s(None, bismuth_per_s, has_uptake=True)) == 2.0 * HOUR_S


def test_a_figure_of_another_nuclide_keeps_that_nuclides_decay():
    given = catalogue_agent("177Lu-DOTATATE")
    figure = given.prior("tumour", quantity="effective_half_life_s")
    other = dataclasses.replace(figure, nuclide="In-111")
    assert schedule._prior(figure, given, "icrp107").decay_constant_per_s is None
    # ICRP-107: 111In 2.8047 d.
    assert schedule._prior(other, given, "icrp107").decay_constant_per_s == pytest.approx(
        math.log(2.0) / (2.8047 * 86400.0), rel=1e-4
    )


def test_agents_without_kinetics_are_refused_with_the_way_out():
    with pytest.raises(DataError, match="no population effective_half_life_s of 'tumour'"):
        schedule_report("225Ac-DOTATATE", scans=1)
    with pytest.raises(DataError, match="known for: blood, kidneys"):
        schedule_report("177Lu-DOTATATE", scans=1, region="thyroid")


def test_another_target_is_refused(monkeypatch):
    given = catalogue_agent("177Lu-DOTATATE")
    other = dataclasses.replace(given, name="177Lu-other", target="PSMA")
    monkeypatch.setattr(
        schedule, "catalogue_agent", lambda name: other if name == "177Lu-other" else given
    )
    with pytest.raises(NotSupportedError, match="177Lu-other seeks PSMA"):
        schedule_report("177Lu-DOTATATE", scans=1, predict=["177Lu-other"])


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"scans": 9}, "scans must be from 1 to the number of candidate times, 8"),
        ({"scans": 0}, "scans must be from 1"),
        ({"scans": 4, "time_s": [3600.0 * t for t in range(1, 21)]}, "4845 schedules; allowed"),
        ({"scans": 1, "time_s": []}, "time_s must be finite and > 0"),
        ({"scans": 1, "noise_relative_sd": 0.0}, "relative_sd must be > 0"),
    ],
)
def test_numbers_without_meaning_are_refused(change, match):
    with pytest.raises(InvalidValueError, match=match):
        schedule_report("177Lu-DOTATATE", **change)
