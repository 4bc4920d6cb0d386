"""Expected errors of schedules: limits in closed form, order, determinism, refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest

from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.kinetics import Prior, Priors
from alphatwin.kinetics.schedule import candidate_schedules, schedule_errors
from alphatwin.uncertainty import Lognormal, stream
from alphatwin.uncertainty.distributions import log_sd

HOUR_S = 3600.0
LU177_PER_S = math.log(2.0) / (159.528 * HOUR_S)
AC225_PER_S = math.log(2.0) / (9.92 * 24.0 * HOUR_S)
CONSTANTS = {"Lu-177": LU177_PER_S, "Ac-225": AC225_PER_S}
HALF_LIFE = Prior("half-life", Lognormal(70.0 * HOUR_S, 1.35), "test", "assumed")
UPTAKE = Prior("uptake", Lognormal(3.0 * HOUR_S, 2.0), "test", "assumed")
# Root mean square over 1000 patients: a standard error is 2.2 %, of a ratio of two 3 %.
OF_1000 = 0.08


def errors(*schedules_h: tuple[float, ...], **change: object):
    asked: dict[str, object] = {
        "priors": Priors(HALF_LIFE, UPTAKE),
        "decay_constant_per_s": CONSTANTS,
        "relative_sd": 0.1,
        "patients": 1000,
        "generator": stream(1, "schedule"),
    }
    schedules = [tuple(t * HOUR_S for t in one) for one in schedules_h]
    return schedule_errors(schedules, **(asked | change))


def test_a_known_half_life_leaves_the_noise_alone():
    known = Prior("half-life", Lognormal(70.0 * HOUR_S, 1.0 + 1e-9), "test", "assumed")
    one, three = errors((24.0,), (24.0, 72.0, 168.0), priors=Priors(known))
    spread = log_sd(0.1)
    for found, scans in ((one, 1), (three, 3)):
        # The level is then all there is: its variance is that of the mean of the scans.
        expected = math.sqrt(math.expm1(spread**2 / scans))
        assert found.errors[0].rmse_fraction == pytest.approx(expected, rel=OF_1000)
        assert found.errors[0].stated_log_sd == pytest.approx(spread / scans**0.5, rel=1e-3)


def test_one_scan_without_noise_errs_as_the_closed_form_of_madsen_says():
    # With T known to the population only and t = T, ln TIA has the log-sd |1 - ln 2| ln g to
    # first order; a narrow population, so that the first order holds.
    narrow = Prior("half-life", Lognormal(50.0 * HOUR_S, 1.05), "test", "assumed")
    (found,) = errors((50.0,), priors=Priors(narrow), relative_sd=1e-4)
    expected = (1.0 - math.log(2.0)) * math.log(1.05)
    assert found.errors[0].rmse_fraction == pytest.approx(expected, rel=OF_1000)
    assert abs(found.errors[0].bias_fraction) < 5e-3


@pytest.mark.parametrize("priors", [Priors(HALF_LIFE), Priors(HALF_LIFE, UPTAKE)])
def test_fits_state_the_error_that_they_make(priors):
    # Patients drawn from the prior of their own fit: mean squared error and mean posterior
    # variance of ln TIA are equal, whatever the schedule.
    for found in errors((24.0,), (24.0, 96.0), (4.0, 24.0, 120.0), priors=priors):
        for error in found.errors:
            made = math.sqrt(math.log1p(error.rmse_fraction**2))
            assert made == pytest.approx(error.stated_log_sd, rel=0.12)


def test_more_scans_err_less_and_early_scans_alone_err_most():
    early, late, both, three = errors((4.0,), (96.0,), (24.0, 168.0), (24.0, 96.0, 168.0))
    rmse = [one.errors[0].rmse_fraction for one in (early, late, both, three)]
    assert rmse == sorted(rmse, reverse=True)
    assert rmse[0] > 3.0 * rmse[1]


def test_a_longer_lived_nuclide_wants_later_scans():
    times_h = (24.0, 48.0, 72.0, 96.0, 120.0, 168.0)
    found = errors(*[(t,) for t in times_h])
    best = [int(np.argmin([one.errors[i].rmse_fraction for one in found])) for i in (0, 1)]
    assert best[0] <= best[1]
    assert found[2].errors[1].rmse_fraction > found[2].errors[0].rmse_fraction


def test_the_same_seed_gives_the_same_numbers():
    assert errors((24.0, 96.0)) == errors((24.0, 96.0))
    assert errors((24.0, 96.0)) != errors((24.0, 96.0), generator=stream(2, "schedule"))


def test_standard_error_is_the_spread_between_seeds():
    found = [
        errors((96.0,), patients=200, generator=stream(seed, "se"))[0].errors[0]
        for seed in range(30)
    ]
    between = np.std([one.rmse_fraction for one in found], ddof=1)
    stated = np.mean([one.rmse_fraction_sd for one in found])
    assert between == pytest.approx(stated, rel=0.4)  # an SD from 30 has an error of 13 %


def test_candidates_are_every_choice_in_order():
    found = candidate_schedules([96.0, 4.0, 24.0, 24.0], scans=2)
    assert found == ((4.0, 24.0), (4.0, 96.0), (24.0, 96.0))
    assert len(candidate_schedules(range(1, 9), scans=3)) == 56


@pytest.mark.parametrize(
    ("time_s", "scans", "match"),
    [
        ([0.0, 4.0], 1, "time_s must be finite and > 0"),
        ([], 1, "time_s must be finite and > 0"),
        ([4.0, 24.0], 3, "scans must be from 1 to the number of candidate times, 2, got 3"),
        ([4.0], 0, "scans must be from 1"),
    ],
)
def test_impossible_choices_are_refused(time_s, scans, match):
    with pytest.raises(InvalidValueError, match=match):
        candidate_schedules(time_s, scans=scans)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"relative_sd": 0.0}, "relative_sd must be > 0"),
        ({"relative_sd": 1.5}, "relative_sd must be > 0 and <= 1"),
        ({"patients": 5}, "patients must be at least 20"),
        ({"decay_constant_per_s": {}}, "must name at least one nuclide"),
        ({"decay_constant_per_s": {"Lu-177": -1.0}}, "constant > 0"),
    ],
)
def test_numbers_without_meaning_are_refused(change, match):
    with pytest.raises(InvalidValueError, match=match):
        errors((24.0,), **change)


def test_schedules_without_times_are_refused():
    with pytest.raises(InvalidValueError, match="at least one time each"):
        errors(())
    with pytest.raises(InvalidValueError, match="at least one time each"):
        errors((-4.0, 24.0))


def test_no_population_no_expected_error():
    with pytest.raises(NotSupportedError, match="give a prior of the effective half-life"):
        errors((24.0,), priors=Priors(None, UPTAKE))
