"""How far the figures of a fate may be off, and what it does to a dose."""

from __future__ import annotations

import numpy as np
import pytest

from alphatwin.errors import DataError, InvalidValueError
from alphatwin.files import CourseFile
from alphatwin.kinetics.daughters_fates import fate, fate_names, parse_fate
from alphatwin.kinetics.daughters_uncertainty import beta_samples, sampled_fate
from alphatwin.kinetics.internalised import INTERNALISED
from alphatwin.uncertainty import stream
from alphatwin.workflows.analysis import analyse
from alphatwin.workflows.dose import dose_report
from courses import AC_DOTATATE, PB_DOTAMTATE, course, measurement, region

DRAWS = 40_000
FROM_SAMPLES = 0.02
"""Moments of 40 000 samples: 1/sqrt(2 n) is 0.4 %, of a skewed distribution some times that."""
LITERATURE = ("human_kinetics", "instant_distribution", "bismuth_to_kidneys")


def drawn(name, n_samples=DRAWS, seed=3):
    return sampled_fate(
        fate(name), n_samples=n_samples, generator=lambda label: stream(seed, label)
    )


def test_moments_of_every_kind_of_figure():
    """The second route: logarithms and moments of the samples against what the file states."""
    bismuth, known = drawn("human_kinetics").elements["Bi"], fate("human_kinetics").elements["Bi"]
    blood = np.log(bismuth.blood_half_time_s.samples[""] / known.blood_half_time_s.value)
    assert blood.mean() == pytest.approx(0.0, abs=FROM_SAMPLES)
    assert blood.std() == pytest.approx(np.log(1.5), rel=FROM_SAMPLES)
    kept = bismuth.retention.samples[""]
    assert kept.mean() == pytest.approx(0.85, abs=0.1 * FROM_SAMPLES)
    assert kept.std() == pytest.approx(0.1, rel=FROM_SAMPLES)
    assert ((kept >= 0.0) & (kept <= 1.0)).all()
    shares = bismuth.from_blood.samples
    np.testing.assert_allclose(sum(shares.values()), 1.0, rtol=1e-12)
    # The scale of the sum cancels in the ratio of two: their logarithms differ by sqrt(2) spreads.
    ratio = np.log(shares["kidneys"] / shares["liver"])
    assert ratio.std() == pytest.approx(np.sqrt(2.0) * np.log(1.5), rel=FROM_SAMPLES)


def test_one_perfusion_washes_all_elements_out():
    elements = drawn("human_kinetics", 50).elements
    one, other = (elements[s].washout_half_time_s.samples[""] for s in ("Ac", "Pb"))
    np.testing.assert_array_equal(one, other)
    assert not np.array_equal(
        elements["Bi"].retention.samples[""], elements["Fr"].retention.samples[""]
    )


@pytest.mark.parametrize("name", fate_names())
def test_every_figure_of_the_literature_has_a_spread_or_is_exact(name):
    """A figure without spread is a probability of 0 or 1, a limit, or a bound that says so."""
    for key, figure in fate(name).figures():
        if figure.spread is None:
            exact = set(figure.values.values()) <= {0.0, 1.0}
            assert exact or figure.source.citation.startswith("J. Schwartz"), key
        else:
            assert figure.spread.reason
            assert figure.spread.status in {"read", "recalled", "assumed"}


def test_limits_have_no_spread():
    assert [n for n in fate_names() if not fate(n).has_spread] == ["all_escape", "all_stay"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("factor = 1.7", "factor = 0.9", "a spread needs a factor"),
        ("sd = 0.1", "sd = 0.7", "a spread needs a factor"),
        ('status = "assumed"', 'status = "guessed"', "a spread needs a reason and a status"),
        ("[spreads.newton]", "[spreads.newten]", "newten is no source"),
    ],
)
def test_impossible_spreads_are_refused(old, new, said):
    from importlib import resources

    file = resources.files("alphatwin.kinetics") / "fates" / "human_kinetics.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(DataError, match=said):
        parse_fate(text.replace(old, new, 1), where="changed.toml")


def test_no_probability_is_wider_than_it_can_be():
    with pytest.raises(InvalidValueError, match="no probability has the mean"):
        beta_samples(0.1, 0.4, n_samples=2, generator=np.random.default_rng(1))
    with pytest.raises(InvalidValueError, match="at least 1"):
        drawn("human_kinetics", 0)


def courses(**assumed):
    kidneys = region("kidneys", mass_kg=0.31, population="kidneys", mass_relative_sd=0.0)
    lesion = region(mass_relative_sd=0.0)
    series = (measurement(), measurement("kidneys", values=(9e7, 6e7, 2e7)))
    return course(
        regions=(lesion, kidneys),
        measurements=series,
        predictions=(AC_DOTATATE, PB_DOTAMTATE),
        calibration_relative_sd=0.0,
        **assumed,
    )


def widths(value):
    """Return the log-spread of daughters over parent decays: what the fate adds to the curve's."""
    answer = next(a for a in analyse(value) if a.agent.name == "225Ac-DOTATATE")
    member = answer.members.index("Bi-213")
    return [np.log(r.decays[:, member] / r.decays[:, 0]).std() for r in answer.regions]


@pytest.mark.parametrize("name", LITERATURE)
def test_spreads_reach_the_decays_of_every_region(name, request):
    sampled = widths(courses(daughters=name, samples=2_000))
    request.getfixturevalue("exact_figures")
    alone = widths(courses(daughters=name, samples=2_000))  # the share inside cells
    stated = widths(courses(daughters=name, samples=2_000, internalised_fraction=0.8))
    lesion = 0
    assert sampled[lesion] > 1.2 * alone[lesion] > 0.0
    assert stated[lesion] < 1e-12


def test_the_same_seed_gives_the_same_fates_whatever_else_is_asked():
    value = courses(daughters="human_kinetics", samples=300)
    one, again = (analyse(value, seed=5)[1].regions[0].decays for _ in range(2))
    other = analyse(value, seed=6)[1].regions[0].decays
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)


def test_the_report_shows_intervals_and_what_they_rest_on():
    value = courses(daughters="human_kinetics", samples=1_000)
    file = CourseFile(course=value, sha256="", made_by_course=frozenset(), agents=(), facts=())
    report = dose_report(file)
    agent = next(a for a in report.agents if a.agent == "225Ac-DOTATATE")
    row = next(f for f in agent.daughter_fates if f.region == "lesion")
    dose = agent.regions[0].absorbed_dose_gy
    assert row.preset == "human_kinetics"
    found = (row.absorbed_dose_low_gy, row.absorbed_dose_gy, row.absorbed_dose_high_gy)
    assert found == pytest.approx((dose.low, dose.median, dose.high), rel=1e-9)
    inside = next(a for a in report.assumptions if a.name == "internalised_fraction")
    assert inside.value == "agonist 80 ± 10 %"
    assert inside.status == INTERNALISED["agonist"].source.status == "recalled"
    assert [a.value for a in inside.alternatives] == ["0 %", "50.0 %", "100 %"]
    washed = next(
        a for a in report.assumptions if a.name == "daughters: free Bi" and "wash-out" in a.value
    )
    assert "× or ÷ 2" in washed.value
    assert "Severin" in washed.text
    assert "fate_without_uncertainty" not in {w.code for w in report.warnings}


def test_agonists_hold_more_than_antagonists():
    agonist, antagonist = INTERNALISED["agonist"], INTERNALISED["antagonist"]
    assert agonist.fraction - 2.0 * agonist.sd > antagonist.fraction + 2.0 * antagonist.sd
