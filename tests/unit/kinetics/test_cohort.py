"""Population fits: independent routes to the likelihood, limits, refusals, what is said."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from scipy import integrate, special

from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.kinetics import Observations, Priors, fit
from alphatwin.kinetics.cohort import (
    CohortCurve,
    CohortFit,
    PopulationParameter,
    cohort_fit,
    cohort_log_evidence,
    cohort_priors,
)
from alphatwin.kinetics.cohort_nodes import quadrature
from alphatwin.kinetics.cohort_points import batch
from alphatwin.kinetics.cohort_posterior import laplace, parameters_of
from alphatwin.kinetics.models import CLEARANCE, UPTAKE_AND_CLEARANCE, Scheme, log_fraction, named
from alphatwin.kinetics.parts import FRACTION_PRIOR
from alphatwin.kinetics.prior import Prior
from alphatwin.uncertainty import Lognormal, stream
from alphatwin.uncertainty.distributions import log_sd

HOUR_S = 3600.0
LU177_PER_S = math.log(2.0) / (159.528 * HOUR_S)
ADMINISTERED_BQ = 7.4e9
HALF_LIFE = Lognormal(70.0 * HOUR_S, 1.35)
UPTAKE = Lognormal(3.0 * HOUR_S, 2.0)
SCHEDULES_H = ((4.0, 24.0, 96.0, 168.0), (4.0, 24.0, 96.0), (24.0, 96.0), (4.0, 96.0))
# Nine nodes per axis against adaptive quadrature: evidences within 1 %, three patients.
OF_EVIDENCE = 0.02
# Mean logarithms of 20 000 samples worth 10 000, against nodes: 3.5 standard errors of 0.01 sd.
OF_AN_SD = 0.04


def observed(times_h: tuple[float, ...], activity_bq: np.ndarray, sd: float) -> Observations:
    return Observations(
        np.array(times_h) * HOUR_S,
        activity_bq,
        np.full(len(times_h), sd),
        np.full(len(times_h), np.nan),
        "Lu-177",
        scales_with_volume=False,
    )


def cohort(size: int, *, seed: int = 1, noise: float = 0.1, spread: bool = True):
    generator = stream(seed, "cohort")
    curves = []
    for i in range(size):
        times_h = SCHEDULES_H[i % len(SCHEDULES_H)]
        time_s = np.array(times_h) * HOUR_S
        u_t, u_u, level = generator.standard_normal(3) * (1.0 if spread else 0.0)
        half_life_s = min(HALF_LIFE.median * HALF_LIFE.geometric_sd**u_t, 159.0 * HOUR_S)
        uptake_s = UPTAKE.median * UPTAKE.geometric_sd**u_u
        true = 0.01 * math.exp(level) * 2.0 ** (-time_s / half_life_s)
        true *= 1.0 - 2.0 ** (-time_s / uptake_s)
        error = np.exp(log_sd(noise) * generator.standard_normal(time_s.size))
        seen = observed(times_h, ADMINISTERED_BQ * true * error, noise)
        curves.append(CohortCurve(seen, ADMINISTERED_BQ))
    return curves


def scheme(model: str) -> Scheme:
    return Scheme(
        model=model,
        reference_s=HOUR_S,
        fraction=FRACTION_PRIOR,
        effective_half_life=Prior("half-life", HALF_LIFE, "test", "assumed"),
        uptake_half_time=Prior("uptake", UPTAKE, "test", "assumed"),
        decay_constant_per_s=LU177_PER_S,
    )


def points_of(curves: list[CohortCurve]):
    return batch(
        [curve.observations for curve in curves],
        administered_bq=[curve.administered_bq for curve in curves],
        decay_constant_per_s=LU177_PER_S,
        typical_fraction=FRACTION_PRIOR.median,
    )


def test_one_clearance_curve_against_brute_integration():
    curves = cohort(4)[:3]
    found = cohort_log_evidence(
        curves,
        decay_constant_per_s=LU177_PER_S,
        effective_half_life_s=HALF_LIFE,
        uptake_half_time_s=None,
    )
    expected = sum(_brute_log_evidence(curve.observations) for curve in curves)
    assert found == pytest.approx(expected, abs=OF_EVIDENCE)


def _brute_log_evidence(seen: Observations) -> float:
    """Return the evidence of clearance with the level integrated in closed form.

    Logarithms of the points are jointly normal for a given half-life: the density is written
    with their covariance, broad level included, and integrated over the half-life.
    """
    t, n = seen.time_s, seen.time_s.size
    log_y = np.log(seen.activity_bq / ADMINISTERED_BQ)
    spread = math.sqrt(math.log1p(0.1**2))
    covariance = spread**2 * np.eye(n) + FRACTION_PRIOR.log_sd**2
    inverse, (_, log_det) = np.linalg.inv(covariance), np.linalg.slogdet(covariance)
    share = special.ndtr(math.log(159.528 / 70.0) / HALF_LIFE.log_sd)
    reference_s = t.mean()

    def density(u: float) -> float:
        rate = math.log(2.0) / (HALF_LIFE.median * math.exp(HALF_LIFE.log_sd * u))
        # The level is that at the reference time, decay-corrected.
        mean = -(rate - LU177_PER_S) * (t - reference_s) - LU177_PER_S * t
        away = log_y - math.log(FRACTION_PRIOR.median) - mean
        log_p = -0.5 * (away @ inverse @ away + log_det + n * math.log(2.0 * math.pi))
        # Per fraction and not per its logarithm, decay-corrected as the observations are.
        log_p -= float(np.sum(log_y + LU177_PER_S * t))
        return math.exp(log_p - 0.5 * u * u) / math.sqrt(2.0 * math.pi) / share

    last = math.log(159.528 / 70.0) / HALF_LIFE.log_sd
    value, _ = integrate.quad(density, -8.0, last, epsabs=0.0, epsrel=1e-8, limit=400)
    return math.log(value)


@pytest.mark.parametrize("model", [CLEARANCE, UPTAKE_AND_CLEARANCE])
def test_many_at_once_agree_with_one_at_a_time(model):
    curves = cohort(8)
    points, known = points_of(curves), scheme(model)
    nodes = quadrature(points, known, around=laplace(points, known), n_kinetic=9, n_level=3)
    made = named(known, parameters_of(points, known, nodes.z))
    log_half_life = np.log(made["effective_half_life_s"]).reshape(nodes.weight.shape)
    mean = nodes.mean(log_half_life)
    spread = np.sqrt(nodes.mean((log_half_life - mean[:, None]) ** 2))
    for i, curve in enumerate(curves):
        single = fit(
            curve.observations,
            administered_bq=ADMINISTERED_BQ,
            decay_constant_per_s=LU177_PER_S,
            priors=_priors(),
            model=model,
            samples=20_000,
            generator=stream(i, "single"),
        )
        samples = np.log(single.parameters["effective_half_life_s"])
        assert mean[i] == pytest.approx(samples.mean(), abs=OF_AN_SD * spread[i])
        assert spread[i] == pytest.approx(samples.std(), rel=OF_AN_SD)
        assert nodes.log_evidence[i] == pytest.approx(single.log_evidence[model], abs=OF_AN_SD)


def _priors() -> Priors:
    known = scheme(UPTAKE_AND_CLEARANCE)
    return Priors(known.effective_half_life, known.uptake_half_time)


def test_modes_are_those_of_single_fits():
    curves = cohort(8)
    points, known = points_of(curves), scheme(UPTAKE_AND_CLEARANCE)
    modes = laplace(points, known).centre
    made = parameters_of(points, known, modes[:, None, :])
    for i, curve in enumerate(curves):
        single = fit(
            curve.observations,
            administered_bq=ADMINISTERED_BQ,
            decay_constant_per_s=LU177_PER_S,
            priors=_priors(),
            model=UPTAKE_AND_CLEARANCE,
            samples=10,
            generator=stream(i, "single"),
        )
        best = single.best_parameters
        # Two minimisers that stop at a change of the cost of 1e-10.
        half_life = math.log(2.0) / (made.rate_per_s[i] + LU177_PER_S)
        assert half_life == pytest.approx(best["effective_half_life_s"], rel=1e-3)
        assert math.exp(made.log_amplitude[i]) == pytest.approx(best["uptake_fraction"], rel=1e-3)


def test_absolute_errors_and_padding_change_nothing_that_they_should_not():
    curves = cohort(6)
    alone = [
        cohort_log_evidence(
            [curves[i], curves[(i + 1) % 6], curves[(i + 2) % 6]],
            decay_constant_per_s=LU177_PER_S,
            effective_half_life_s=HALF_LIFE,
            uptake_half_time_s=UPTAKE,
        )
        for i in range(6)
    ]
    together = cohort_log_evidence(
        curves,
        decay_constant_per_s=LU177_PER_S,
        effective_half_life_s=HALF_LIFE,
        uptake_half_time_s=UPTAKE,
    )
    assert together == pytest.approx(sum(alone) / 3.0, abs=1e-8)  # the same sums, other padding


def test_small_absolute_errors_are_small_relative_ones():
    relative = cohort(12, noise=0.02)
    absolute = [
        dataclasses.replace(
            curve,
            observations=Observations(
                curve.observations.time_s,
                curve.observations.activity_bq,
                np.full(curve.observations.time_s.size, np.nan),
                0.02 * curve.observations.activity_bq,
                "Lu-177",
                scales_with_volume=False,
            ),
        )
        for curve in relative
    ]
    one, other = (cohort_fit(c, decay_constant_per_s=LU177_PER_S) for c in (relative, absolute))
    # Normal and lognormal errors of 2 % differ by 2 % of themselves.
    for a, b in (
        (one.effective_half_life, other.effective_half_life),
        (one.uptake_half_time, other.uptake_half_time),
    ):
        assert a.median_s == pytest.approx(b.median_s, rel=0.01)
        assert a.geometric_sd == pytest.approx(b.geometric_sd, rel=0.02)


def test_many_good_curves_give_the_plain_mean_and_spread():
    generator = stream(3, "good")
    times_h = (1.0, 4.0, 24.0, 72.0, 120.0, 168.0)
    time_s = np.array(times_h) * HOUR_S
    log_t = math.log(50.0 * HOUR_S) + 0.2 * generator.standard_normal(60)
    log_u = math.log(4.0 * HOUR_S) + 0.4 * generator.standard_normal(60)
    curves = []
    for half_life_s, uptake_s in zip(np.exp(log_t), np.exp(log_u), strict=True):
        true = 1e8 * 2.0 ** (-time_s / half_life_s) * (1.0 - 2.0 ** (-time_s / uptake_s))
        curves.append(CohortCurve(observed(times_h, true, 0.01), ADMINISTERED_BQ))
    found = cohort_fit(curves, decay_constant_per_s=LU177_PER_S)
    assert found.uptake_half_time is not None
    for one, logs in ((found.effective_half_life, log_t), (found.uptake_half_time, log_u)):
        # Noise of 1 % tells each patient's value, so that textbook mean, SD and errors hold.
        spread = math.log(one.geometric_sd)
        assert math.log(one.median_s) == pytest.approx(logs.mean(), abs=0.03 * spread)
        assert spread == pytest.approx(logs.std(), rel=0.03)
        assert one.median_log_sd == pytest.approx(logs.std() / math.sqrt(60), rel=0.05)
        assert one.spread_log_sd == pytest.approx(1.0 / math.sqrt(120), rel=0.1)
        assert one.n_freedom == pytest.approx(59.0, rel=0.15)
        assert one.unseen_share < 0.1
    assert found.warnings == ()


def test_patients_who_are_alike_leave_no_spread_but_a_finite_one():
    found = cohort_fit(cohort(30, spread=False), decay_constant_per_s=LU177_PER_S)
    assert 1.0 < found.effective_half_life.geometric_sd < 1.15
    assert any("show only" in said for said in found.warnings)


def test_late_scans_say_nothing_of_uptake_and_the_fit_says_so():
    late = [
        dataclasses.replace(
            curve,
            observations=observed(
                (72.0, 96.0, 168.0),
                1e8 * 2.0 ** (-np.array([72.0, 96.0, 168.0]) / (60.0 + i)),
                0.1,
            ),
        )
        for i, curve in enumerate(cohort(20))
    ]
    found = cohort_fit(late, decay_constant_per_s=LU177_PER_S)
    assert found.uptake_half_time is not None
    low, high = found.uptake_half_time.median_interval_s
    assert high / low > 20.0
    assert any(said.startswith("uptake half-time: the points show only") for said in found.warnings)


def test_slow_clearance_stops_at_the_physical_half_life_and_is_said():
    time_s = np.array([24.0, 96.0, 168.0]) * HOUR_S
    curves = [
        CohortCurve(observed((24.0, 96.0, 168.0), 1e8 * np.exp(-LU177_PER_S * time_s), 0.05))
    ] * 12
    found = cohort_fit(curves, decay_constant_per_s=LU177_PER_S, model=CLEARANCE)
    assert found.effective_half_life.median_s < 159.528 * HOUR_S
    assert any("physical half-life" in said for said in found.warnings)
    assert found.uptake_half_time is None


def test_priors_are_wider_than_the_spread_between_patients_and_fit_takes_them():
    found = cohort_fit(cohort(20), decay_constant_per_s=LU177_PER_S)
    priors = cohort_priors(found, source="simulated")
    assert priors.effective_half_life is not None
    assert priors.uptake_half_time is not None
    one = found.effective_half_life
    expected = math.log(one.geometric_sd) ** 2 * math.exp(2 * one.spread_log_sd**2)
    expected += one.median_log_sd**2
    distribution = priors.effective_half_life.distribution
    assert distribution.log_sd**2 == pytest.approx(expected, rel=1e-12)
    assert distribution.geometric_sd > one.geometric_sd
    assert priors.effective_half_life.status == "computed"
    assert "simulated (20 patients, 55 points)" in priors.effective_half_life.source
    single = fit(
        cohort(1, seed=2)[0].observations,
        administered_bq=ADMINISTERED_BQ,
        decay_constant_per_s=LU177_PER_S,
        priors=priors,
        samples=100,
        generator=stream(1, "single"),
    )
    assert priors.effective_half_life in single.priors


def test_intervals_are_those_of_the_stated_errors():
    one = PopulationParameter("effective half-life", 1000.0, 1.5, 0.1, 0.2, 1e9, 0.3)
    low, high = one.median_interval_s
    assert high / low == pytest.approx(math.exp(2 * 1.959964 * 0.1), rel=1e-6)
    low, high = one.geometric_sd_interval
    assert math.log(high) / math.log(low) == pytest.approx(math.exp(2 * 1.959964 * 0.2), rel=1e-6)
    few = dataclasses.replace(one, n_freedom=4.0)
    # Student's t with 4 degrees of freedom, table: 2.776.
    assert math.log(few.median_interval_s[1] / 1000.0) == pytest.approx(0.2776, rel=1e-3)


def refused(curves: list[CohortCurve], **change: object) -> CohortFit:
    asked: dict[str, object] = {"decay_constant_per_s": LU177_PER_S}
    return cohort_fit(curves, **(asked | change))


def test_too_few_patients_are_refused_with_the_reason():
    single = CohortCurve(observed((24.0,), np.array([1e8]), 0.1), ADMINISTERED_BQ)
    with pytest.raises(NotSupportedError, match="at least 3 patients with two points or more"):
        refused([*cohort(2), *[single] * 20])
    with pytest.raises(NotSupportedError, match="got 0 of 0"):
        refused([])


def test_a_small_cohort_is_said_to_be_small():
    assert any("only 4 patients" in said for said in refused(cohort(4)).warnings)


def test_mixed_nuclides_are_refused():
    curves = cohort(6)
    other = dataclasses.replace(curves[0].observations, nuclide="Ac-225")
    with pytest.raises(InvalidValueError, match="of one nuclide, got Ac-225, Lu-177"):
        refused([*curves, CohortCurve(other, ADMINISTERED_BQ)])


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"model": "two-phase clearance"}, "model of a cohort must be one of"),
        ({"decay_constant_per_s": 0.0}, "decay_constant_per_s must be finite and > 0"),
    ],
)
def test_numbers_without_meaning_are_refused(change, match):
    with pytest.raises(InvalidValueError, match=match):
        refused(cohort(4), **change)


def test_activity_at_administration_contradicts_uptake():
    curves = [*cohort(4), CohortCurve(observed((0.0, 24.0), np.array([1e8, 1e8]), 0.1))]
    with pytest.raises(InvalidValueError, match=r"curves\[4\]: activity at administration"):
        refused(curves)
    assert refused(curves, model=CLEARANCE).n_patients == 5


def test_an_impossible_activity_is_named():
    curves = [*cohort(4), CohortCurve(cohort(1)[0].observations, -1.0)]
    with pytest.raises(InvalidValueError, match=r"curves\[4\].administered_bq"):
        refused(curves)


def test_level_free_nodes_reproduce_the_points():
    curves = cohort(4, noise=0.01)
    points, known = points_of(curves), scheme(UPTAKE_AND_CLEARANCE)
    nodes = quadrature(points, known, around=laplace(points, known), n_kinetic=7, n_level=3)
    made = parameters_of(points, known, nodes.z)
    rows = np.repeat(points.time_s, nodes.weight.shape[1], axis=0)
    log_f = log_fraction(known.model, made, rows).reshape(*nodes.weight.shape, -1)
    mean = np.einsum("pk,pkn->pn", nodes.weight, log_f)
    away = np.where(points.is_measured, mean - np.log(points.fraction), 0.0) / points.spread
    assert np.abs(away).max() < 3.0


def test_the_fit_is_the_maximum_also_near_the_physical_half_life():
    # A population that the physical half-life cuts through, where its normalisation matters.
    generator = stream(4, "slow")
    times_h = (4.0, 24.0, 96.0, 168.0)
    time_s = np.array(times_h) * HOUR_S
    half_lives_s = np.minimum(110.0 * HOUR_S * 1.5 ** generator.standard_normal(40), 159 * HOUR_S)
    curves = [
        CohortCurve(observed(times_h, 1e8 * 2.0 ** (-time_s / t), 0.03), ADMINISTERED_BQ)
        for t in half_lives_s
    ]
    found = cohort_fit(curves, decay_constant_per_s=LU177_PER_S, model=CLEARANCE)
    one = found.effective_half_life

    def value(mu: float, log_sigma: float) -> float:
        log_likelihood = cohort_log_evidence(
            curves,
            decay_constant_per_s=LU177_PER_S,
            effective_half_life_s=Lognormal(math.exp(mu), math.exp(math.exp(log_sigma))),
            uptake_half_time_s=None,
            nodes=(15, 3),
        )
        wide = math.log(4.0)
        away = (mu - math.log(0.5 * 159.528 * HOUR_S)) / wide
        return log_likelihood - 0.5 * away**2 + log_sigma - math.exp(log_sigma) / wide

    at = math.log(one.median_s), math.log(math.log(one.geometric_sd))
    for i, error in enumerate((one.median_log_sd, one.spread_log_sd)):
        moved = [list(at), list(at)]
        moved[0][i] -= 0.2 * error
        moved[1][i] += 0.2 * error
        low, middle, high = value(*moved[0]), value(*at), value(*moved[1])
        assert middle > max(low, high)
        # A parabola through the three has its top within a tenth of the step.
        assert abs(high - low) < 0.1 * abs(high + low - 2.0 * middle) * 2.0


def test_no_region_holds_more_than_was_administered():
    times_h = (24.0, 96.0)
    time_s = np.array(times_h) * HOUR_S
    true_bq = 0.97 * ADMINISTERED_BQ * np.exp(-LU177_PER_S * time_s)
    seen = observed(times_h, true_bq, 0.1)
    known = scheme(UPTAKE_AND_CLEARANCE)
    single = fit(
        seen,
        administered_bq=ADMINISTERED_BQ,
        decay_constant_per_s=LU177_PER_S,
        priors=_priors(),
        model=UPTAKE_AND_CLEARANCE,
        samples=20_000,
        generator=stream(1, "wall"),
    )
    for administered_bq, is_bounded in ((ADMINISTERED_BQ, True), (None, False)):
        points = points_of([CohortCurve(seen, administered_bq)])
        nodes = quadrature(points, known, around=laplace(points, known), n_kinetic=15, n_level=7)
        made = named(known, parameters_of(points, known, nodes.z))
        mean = float(nodes.mean(np.log(made["effective_half_life_s"])[None, :])[0])
        samples = np.log(single.parameters["effective_half_life_s"])
        away = abs(mean - samples.mean()) / samples.std()
        # The wall is a kink, which nodes follow less well than a smooth density.
        assert (away < 0.1) == is_bounded


def test_unknown_activity_is_a_matter_of_scale_only():
    curves = cohort(12)

    def scaled(factor: float) -> list[CohortCurve]:
        return [
            CohortCurve(
                Observations(
                    seen.time_s,
                    factor * seen.activity_bq,
                    np.full(seen.time_s.size, np.nan),
                    0.1 * factor * seen.activity_bq,
                    "Lu-177",
                    scales_with_volume=False,
                )
            )
            for seen in (curve.observations for curve in curves)
        ]

    one, other = (
        cohort_fit(scaled(factor), decay_constant_per_s=LU177_PER_S) for factor in (1.0, 1e-6)
    )
    assert one.effective_half_life.median_s == pytest.approx(
        other.effective_half_life.median_s, rel=1e-6
    )
    given = cohort_fit(
        [CohortCurve(c.observations, ADMINISTERED_BQ) for c in scaled(1.0)],
        decay_constant_per_s=LU177_PER_S,
    )
    # The level's prior is broad, so what was administered hardly tells of the kinetics.
    assert one.effective_half_life.median_s == pytest.approx(
        given.effective_half_life.median_s, rel=5e-3
    )
