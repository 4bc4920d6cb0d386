"""Curves that share a half-life, or cycles that share all rates, from a course to its answers."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from alphatwin.errors import InvalidValueError
from alphatwin.patient import Administration, Prediction, SharedFit
from alphatwin.workflows.analysis import analyse
from alphatwin.workflows.sharing_assumptions import sharing_assumptions
from courses import AC_DOTATATE, course, measurement, region

LESIONS = ("lesion 1", "lesion 2", "lesion 3", "lesion 4")
HOURS = (24.0, 96.0)
HALF_LIFE_H = 60.0
SAME_HALF_LIFE = SharedFit(LESIONS, effective_half_life_geometric_sd=1.0)
CYCLES = SharedFit(("lesion",), is_over_cycles=True)
NARROWER = 0.92
"""Width over that of single fits, four curves of two points each: 0.80 to 0.88 for the agent that
was given and 0.74 to 0.81 for a longer-lived one, over eight seeds."""
SAME_CURVES = 0.05
"""Cycles of one shape differ by their uptake alone; medians of 2 000 samples of 8 % spread."""


def values(scale):
    return tuple(scale * 2.0 ** (-t / HALF_LIFE_H) for t in HOURS)


def lesions(*sharing, beside=(), samples=2_000):
    names = (*LESIONS, *beside)
    made = course(
        regions=tuple(region(name) for name in names),
        measurements=tuple(
            measurement(name, hours=HOURS, values=values(1e8 * (i + 1)), relative_sd=0.15)
            for i, name in enumerate(names)
        ),
        predictions=(AC_DOTATATE,),
        samples=samples,
    )
    return dataclasses.replace(made, sharing=sharing)


def cycles(*sharing, agents=("177Lu-DOTATATE", "177Lu-DOTATATE")):
    names = [f"cycle {i + 1}" for i in range(len(agents))]
    made = course()
    return dataclasses.replace(
        made,
        administrations=tuple(
            Administration(n, a, 7.4e9) for n, a in zip(names, agents, strict=True)
        ),
        measurements=tuple(
            measurement(hours=HOURS, values=values(1e8 / (i + 1)), administration=n)
            for i, n in enumerate(names)
        ),
        sharing=sharing,
    )


def half_lives_s(answer, i):
    return answer.regions[i].kinetics.fitted.parameters["effective_half_life_s"]


def log_width(answer, i):
    low, high = np.quantile(answer.regions[i].decays[:, 0], (0.025, 0.975))
    return math.log(high / low)


def test_a_half_life_in_common_narrows_every_interval():
    alone, jointly = analyse(lesions()), analyse(lesions(SAME_HALF_LIFE))
    for with_agent in range(2):
        for i in range(len(LESIONS)):
            ratio = log_width(jointly[with_agent], i) / log_width(alone[with_agent], i)
            assert ratio < NARROWER


def test_sample_i_of_regions_that_share_belongs_together():
    (answer, _) = analyse(lesions(SAME_HALF_LIFE))
    first = half_lives_s(answer, 0)
    assert np.ptp(first) > 0.0
    for i in range(1, len(LESIONS)):
        assert half_lives_s(answer, i) == pytest.approx(first, rel=1e-9)


def test_a_spread_ties_regions_less_than_one_value():
    spread = dataclasses.replace(SAME_HALF_LIFE, effective_half_life_geometric_sd=1.1)
    (answer, _) = analyse(lesions(spread))
    correlation = np.corrcoef(half_lives_s(answer, 0), half_lives_s(answer, 1))[0, 1]
    assert 0.2 < correlation < 0.98


def test_regions_outside_of_the_group_keep_every_bit():
    beside = ("other", "another")
    alone = analyse(lesions(beside=beside))
    jointly = analyse(lesions(SAME_HALF_LIFE, beside=beside))
    for before, after in zip(alone, jointly, strict=True):
        for i in (4, 5):
            assert (before.regions[i].dose.total_gy == after.regions[i].dose.total_gy).all()
        assert (before.regions[0].dose.total_gy != after.regions[0].dose.total_gy).any()


def test_a_group_does_not_depend_on_the_regions_beside_it_nor_on_the_order_of_its_names():
    turned = dataclasses.replace(SAME_HALF_LIFE, regions=LESIONS[::-1])
    first = analyse(lesions(SAME_HALF_LIFE))[0]
    other = analyse(lesions(turned, beside=("other",)))[0]
    for i in range(len(LESIONS)):
        assert (first.regions[i].decays == other.regions[i].decays).all()


def test_the_report_says_with_whom_a_curve_was_fitted():
    why = analyse(lesions(SAME_HALF_LIFE))[0].regions[1].kinetics.fitted.why
    assert "fitted jointly with lesion 1, lesion 3, lesion 4 (the same effective half-life" in why


def test_cycles_share_rates_and_keep_their_uptake():
    alone, jointly = analyse(cycles()), analyse(cycles(CYCLES))
    assert half_lives_s(jointly[0], 0) == pytest.approx(half_lives_s(jointly[1], 0), rel=1e-9)
    for before, after in zip(alone, jointly, strict=True):
        assert log_width(after, 0) < log_width(before, 0)
    first, second = (np.median(a.regions[0].decays[:, 0]) for a in jointly)
    assert first / second == pytest.approx(2.0, rel=SAME_CURVES)
    assert "fitted jointly with cycle 2 (all rates" in jointly[0].regions[0].kinetics.fitted.why


def test_a_prediction_uses_the_joint_curve_of_the_last_cycle():
    again = Prediction("177Lu-DOTATATE", activity_bq=7.4e9)
    made = dataclasses.replace(cycles(CYCLES), predictions=(again,))
    _, last, predicted = analyse(made)
    assert predicted.regions[0].decays == pytest.approx(last.regions[0].decays, rel=1e-12)


def test_cycles_that_contradict_sharing_are_warned_of():
    made = cycles(CYCLES)
    fast = measurement(hours=HOURS, values=(1e8, 1e6), relative_sd=0.05, administration="cycle 2")
    made = dataclasses.replace(made, measurements=(made.measurements[0], fast))
    (text,) = analyse(made)[0].regions[0].kinetics.sharing_warnings
    assert "speak against sharing" in text
    assert analyse(cycles(CYCLES))[0].regions[0].kinetics.sharing_warnings == ()


def test_the_alternative_takes_one_group_apart_and_leaves_the_others():
    pairs = tuple(
        SharedFit(names, uptake_half_time_geometric_sd=1.2) for names in (LESIONS[:2], LESIONS[2:])
    )
    made, seen = lesions(*pairs), []

    def under(change):
        seen.append(change(made).sharing)
        return ()

    found = list(sharing_assumptions(made, under=under))
    assert seen == [pairs[1:], pairs[:1]]
    assert found[0].value == "uptake half-time within a geometric SD of 1.2"
    assert found[0].alternatives[0].value == "each on its own"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"regions": ("lesion 1", "liver")}, "'liver' of a joint fit is not measured"),
        ({"regions": ("lesion 1", "lesion 1")}, "once each"),
        ({"regions": ("lesion 1",)}, "must be 2 to 20, got 1"),
        ({"effective_half_life_geometric_sd": None}, "got neither"),
        ({"effective_half_life_geometric_sd": 0.9}, "at least 1, got 0.9"),
        (
            {"effective_half_life_geometric_sd": None, "is_over_cycles": True},
            "measured after two administrations",
        ),
    ],
)
def test_what_cannot_be_shared_is_refused(changes, says):
    with pytest.raises(InvalidValueError, match=says):
        lesions(dataclasses.replace(SAME_HALF_LIFE, **changes))


def test_a_region_stands_in_one_joint_fit():
    with pytest.raises(InvalidValueError, match="in two joint fits"):
        lesions(SAME_HALF_LIFE, dataclasses.replace(SAME_HALF_LIFE, regions=LESIONS[1:3]))


def test_regions_of_two_populations_have_no_prior_in_common():
    made = lesions()
    other = dataclasses.replace(made.regions[1], population_region="liver")
    with pytest.raises(InvalidValueError, match="one population_region"):
        dataclasses.replace(
            made, regions=(made.regions[0], other, *made.regions[2:]), sharing=(SAME_HALF_LIFE,)
        )


def test_cycles_of_two_agents_share_nothing():
    with pytest.raises(InvalidValueError, match="one agent and nuclide"):
        cycles(CYCLES, agents=("177Lu-DOTATATE", "177Lu-PSMA"))


def regions_and_cycles(*sharing):
    """Return two lesions, each measured after two cycles, of half-lives 20 % apart."""
    made = cycles()
    names = ("lesion", "other")
    series = tuple(
        measurement(
            name,
            hours=HOURS,
            values=tuple(
                1e8 * (i + k + 1) * 2.0 ** (-t / (HALF_LIFE_H * (1.0 + 0.2 * i))) for t in HOURS
            ),
            relative_sd=0.15,
            administration=f"cycle {k + 1}",
        )
        for i, name in enumerate(names)
        for k in range(2)
    )
    return dataclasses.replace(
        made,
        regions=tuple(region(name) for name in names),
        measurements=series,
        sharing=sharing,
    )


def test_regions_and_cycles_share_at_once():
    both = SharedFit(("lesion", "other"), effective_half_life_geometric_sd=1.2, is_over_cycles=True)
    only = dataclasses.replace(both, effective_half_life_geometric_sd=None)
    made = analyse(regions_and_cycles(both))
    by_cycles = analyse(regions_and_cycles(only))
    for i in range(2):
        assert half_lives_s(made[0], i) == pytest.approx(half_lives_s(made[1], i), rel=1e-9)
        # What the other region adds makes it narrower than its own cycles do.
        assert log_width(made[0], i) < log_width(by_cycles[0], i)
    assert not np.allclose(half_lives_s(made[0], 0), half_lives_s(made[0], 1))
    why = made[0].regions[0].kinetics.fitted.why
    assert "other, cycle 2" in why
    assert "all rates of a region the same" in why


def test_regions_and_cycles_at_once_are_one_population():
    both = SharedFit(("lesion", "liver"), effective_half_life_geometric_sd=1.2, is_over_cycles=True)
    made = regions_and_cycles()
    liver = region("liver", population="liver")
    series = tuple(
        dataclasses.replace(m, region="liver") if m.region == "other" else m
        for m in made.measurements
    )
    with pytest.raises(InvalidValueError, match="one population_region"):
        dataclasses.replace(
            made, regions=(made.regions[0], liver), measurements=series, sharing=(both,)
        )
