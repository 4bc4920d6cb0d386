"""Published regimens for one patient: activity, caps, schedule, and what is said of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alphatwin.agents import agent
from alphatwin.errors import InvalidValueError
from alphatwin.prescription import (
    activity_mci,
    planned_regimen,
    published_regimen,
    published_regimens,
)

DAY_S = 86400.0
EXACT = 1e-12  # sums and products of a few decimal numbers


def regimen(name, starts, weight_kg=70.0, **kwargs):
    one = agent(name)
    found = next(p for p in one.prescriptions if p.name.startswith(starts))
    return published_regimen(one, found, weight_kg=weight_kg, **kwargs)


@pytest.mark.parametrize(
    ("name", "starts", "activity_bq", "cycles", "interval_d"),
    [
        ("225Ac-DOTATATE", "100 kBq/kg up to", 7.0e6, 7, 56),
        ("225Ac-DOTATATE", "120 kBq/kg", 8.4e6, 4, 56),
        ("225Ac-DOTATATE", "10.2 MBq", 10.2e6, 4, 56),
        ("212Pb-DOTAMTATE", "2.50 MBq/kg", 175.0e6, 4, 56),
        ("177Lu-DOTATATE", "NETTER-1", 7.4e9, 4, 56),
        ("225Ac-DOTATOC", "40 MBq once", 40.0e6, 1, None),
        ("225Ac-DOTATOC", "25 MBq", 25.0e6, 3, 4 * 30.4375),
        ("225Ac-DOTATOC", "18.5 MBq", 18.5e6, 4, 2 * 30.4375),
        ("225Ac-DOTATOC", "about 8 MBq", 8.0e6, 1, None),
    ],
)
def test_regimens_of_the_studies_for_a_patient_of_70_kg(
    name, starts, activity_bq, cycles, interval_d
):
    found = regimen(name, starts)
    assert [c.activity_bq for c in found.cycles] == pytest.approx([activity_bq] * cycles, rel=EXACT)
    assert len(found.cycles) == cycles
    if interval_d is not None:
        starts_s = [c.start_s for c in found.cycles]
        assert starts_s == pytest.approx([i * interval_d * DAY_S for i in range(cycles)])
    assert found.source is not None


def test_a_cap_leaves_whole_cycles_and_says_what_is_not_given():
    found = regimen("225Ac-DOTATATE", "100 kBq/kg up to", weight_kg=93.0)
    assert len(found.cycles) == 5
    assert found.cumulative_bq == pytest.approx(46.5e6, rel=EXACT)
    assert found.said == (
        "the cumulative cap of 55.5 MBq leaves room for 5 whole cycles; 9 MBq of it are not given",
    )


def test_a_cap_can_reduce_the_last_cycle_and_says_to_what():
    found = regimen("225Ac-DOTATATE", "100 kBq/kg up to", weight_kg=93.0, last_cycle="reduced")
    assert found.cumulative_bq == pytest.approx(55.5e6, rel=EXACT)
    assert found.weights == pytest.approx((1, 1, 1, 1, 1, 9.0 / 9.3), rel=EXACT)
    assert "one more is reduced to the 9 MBq that are left" in found.said[0]


def test_a_cap_that_whole_cycles_reach_loses_none_to_rounding():
    found = regimen("225Ac-DOTATATE", "100 kBq/kg up to", weight_kg=55.5)
    assert len(found.cycles) == 10
    assert "10 cycles reach" in found.said[0]
    label = regimen("177Lu-DOTATATE", "NETTER-1")
    assert label.cumulative_bq == pytest.approx(29.6e9, rel=EXACT)
    assert label.said == ()


def test_a_patient_for_whom_one_cycle_is_above_the_cap_gets_the_cap_once():
    one = agent("225Ac-DOTATATE")
    small = replace(one.prescriptions[0], cumulative_limit_bq=5e6)
    found = published_regimen(one, small, weight_kg=70.0)
    assert [c.activity_bq for c in found.cycles] == [5e6]
    assert "above the cumulative cap" in found.said[0]


def test_the_single_cap_holds_and_is_said():
    one = agent("225Ac-DOTATATE")
    capped = replace(one.prescriptions[1], single_limit_bq=8e6)
    found = published_regimen(one, capped, weight_kg=100.0)
    assert {c.activity_bq for c in found.cycles} == {8e6}
    assert "above the single cap" in found.said[0]


def test_what_a_publication_leaves_open_is_said():
    found = regimen("225Ac-DOTATATE", "10 MBq, three cycles")
    assert [c.start_s for c in found.cycles] == [0.0, None, None]
    assert "interval between cycles is not published" in found.said[0]
    one = agent("225Ac-DOTATATE")
    open_ended = replace(one.prescriptions[1], cycles=None)
    assert (
        "number of cycles is not published"
        in (published_regimen(one, open_ended, weight_kg=70.0).said[0])
    )


def test_an_agent_without_a_published_regimen_gives_none():
    assert published_regimens(agent("213Bi-DOTATOC"), weight_kg=70.0) == ()


def test_a_body_mass_that_makes_a_hundred_cycles_is_refused():
    one = agent("225Ac-DOTATATE")
    with pytest.raises(InvalidValueError, match="check the body mass"):
        published_regimen(one, one.prescriptions[0], weight_kg=0.5)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("activity_bq", 0.0, "activity_bq must be positive"),
        ("activity_bq", float("nan"), "activity_bq must be positive"),
        ("cycles", 0, "cycles must lie between 1 and 100"),
        ("interval_s", -1.0, "interval_s must be positive"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(field, value, message):
    stated = {"activity_bq": 1e7, "cycles": 4, "interval_s": 56 * DAY_S}
    with pytest.raises(InvalidValueError, match=message):
        planned_regimen("225Ac-DOTATATE", **(stated | {field: value}))


def test_millicurie_are_those_of_the_units():
    assert activity_mci(7.4e9) == pytest.approx(200.0, rel=EXACT)
    assert activity_mci(55.5e6) == pytest.approx(1.5, rel=EXACT)
