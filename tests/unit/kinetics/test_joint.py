"""Joint fits: what sharing means for priors, answers, samples and refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest

from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.kinetics import (
    CYCLES,
    JointFit,
    Observations,
    Prior,
    Priors,
    Sharing,
    fit,
    fit_jointly,
)
from alphatwin.kinetics.joint import joint_target
from alphatwin.kinetics.parts import part_of
from alphatwin.uncertainty import Lognormal, stream

HOUR_S = 3600.0
LU177_PER_S = math.log(2.0) / (159.528 * HOUR_S)
HALF_LIFE = Prior("half-life", Lognormal(70.0 * HOUR_S, 1.5), "test", "assumed")
UPTAKE = Prior("uptake", Lognormal(3.0 * HOUR_S, 2.0), "test", "assumed")
TIMES_H = (4.0, 24.0, 120.0)
SAMPLES = 4000
OF_AN_SD = 0.08  # 3.5 standard errors of a median of 4000 samples worth 3000


def observed(times_h, activity_bq, relative_sd=0.1) -> Observations:
    n = len(times_h)
    return Observations(
        np.array(times_h) * HOUR_S,
        np.array(activity_bq),
        np.full(n, relative_sd),
        np.full(n, np.nan),
        "Lu-177",
        scales_with_volume=False,
    )


def lesions(half_lives_h, *, times_h=TIMES_H, noise=0.1, seed=1) -> list[Observations]:
    generator, t = np.random.default_rng(seed), np.array(times_h)
    return [
        observed(
            times_h,
            1e8 * (i + 1) * 2.0 ** (-t / h) * np.exp(noise * generator.standard_normal(t.size)),
        )
        for i, h in enumerate(half_lives_h)
    ]


def jointly(seen, sharing, **change) -> JointFit:
    asked = {
        "administered_bq": [7.4e9] * len(seen),
        "decay_constant_per_s": LU177_PER_S,
        "priors": Priors(HALF_LIFE),
        "samples": SAMPLES,
        "generator": stream(5, "joint"),
    }
    return fit_jointly(seen, sharing=sharing, **(asked | change))


def log_half_lives(found) -> np.ndarray:
    return np.stack([np.log(f.parameters["effective_half_life_s"]) for f in found.fits])


@pytest.mark.parametrize(
    "sharing",
    [CYCLES, Sharing(1.2), Sharing(None, 1.1), Sharing(1.0, None, has_common_phases=True)],
)
@pytest.mark.parametrize("model", ["uptake and clearance", "two-phase clearance"])
def test_every_curve_keeps_its_own_prior(sharing, model):
    parts = tuple(
        part_of(
            model,
            seen,
            administered_bq=7.4e9,
            decay_constant_per_s=LU177_PER_S,
            priors=Priors(HALF_LIFE, UPTAKE),
        )
        for seen in lesions([60.0] * 3)
    )
    target = joint_target(parts, sharing)
    for part in target.parts:
        assert part.mixing @ part.mixing.T == pytest.approx(np.eye(part.scheme.n_shape))
    between = target.parts[0].mixing @ target.parts[1].mixing.T
    spread = sharing.effective_half_life_geometric_sd
    expected = 0.0 if spread is None else 1.0 - (math.log(spread) / math.log(1.5)) ** 2
    assert between[0, 0] == pytest.approx(expected)
    used = np.abs(np.concatenate([p.mixing for p in target.parts])).sum(axis=0)
    assert used.shape == (target.n_shape,)
    assert (used > 0.0).all()


def test_regions_share_and_their_cycles_are_of_one_shape():
    """Two regions after two cycles each: one shape for the cycles, a spread between the regions."""
    found = jointly(
        lesions([60.0, 60.0, 80.0, 80.0]),
        Sharing(1.2),
        shape_of=(0, 0, 1, 1),
        model="clearance",
    )
    logs = log_half_lives(found)
    np.testing.assert_array_equal(logs[0], logs[1])
    np.testing.assert_array_equal(logs[2], logs[3])
    assert np.abs(logs[0] - logs[2]).min() > 0.0
    levels = np.log([f.parameters["uptake_fraction"] for f in found.fits])
    assert not np.array_equal(levels[0], levels[1])


def test_cycles_of_one_region_are_the_same_by_either_way():
    """CYCLES shares every deviate; one shape for all curves has no other."""
    parts = tuple(
        part_of(
            "uptake and clearance",
            seen,
            administered_bq=7.4e9,
            decay_constant_per_s=LU177_PER_S,
            priors=Priors(HALF_LIFE, UPTAKE),
        )
        for seen in lesions([60.0] * 3)
    )
    one = joint_target(parts, CYCLES)
    other = joint_target(parts, Sharing(1.2), (0, 0, 0))
    assert one.n_shape < other.n_shape  # the spread between regions has a deviate of its own
    for part in other.parts:
        np.testing.assert_array_equal(part.mixing, other.parts[0].mixing)
        assert part.mixing @ part.mixing.T == pytest.approx(np.eye(part.scheme.n_shape))


@pytest.mark.parametrize("wrong", [(0,), (0, 2), (1, 1), (0, -1)])
def test_shapes_are_numbered_without_a_gap(wrong):
    with pytest.raises(InvalidValueError, match="without a gap"):
        jointly(lesions([60.0, 60.0]), Sharing(1.0), shape_of=wrong)


def test_one_half_life_for_all_is_one_number_and_narrower():
    seen = lesions([60.0] * 4)
    found = jointly(seen, Sharing(1.0), model="clearance")
    logs = log_half_lives(found)
    assert logs == pytest.approx(np.tile(logs[0], (4, 1)))
    alone = fit(
        seen[0],
        administered_bq=7.4e9,
        decay_constant_per_s=LU177_PER_S,
        priors=Priors(HALF_LIFE),
        model="clearance",
        samples=SAMPLES,
        generator=stream(5, "alone"),
    )
    # Four times the points, one level each: the half-life is known half as uncertainly.
    ratio = logs[0].std() / np.log(alone.parameters["effective_half_life_s"]).std()
    assert ratio == pytest.approx(0.5, abs=0.07)
    assert found.fits[0].effective_sample_size > 2000
    levels = np.log([f.parameters["uptake_fraction"] for f in found.fits])
    assert np.corrcoef(levels)[0, 1] > 0.1  # they share the uncertainty of the half-life


def test_a_joint_fit_of_one_exponential_is_weighted_least_squares():
    # Linear in ln A: levels of their own and one slope, in closed form, the prior next to nothing.
    seen = lesions([60.0, 60.0])
    wide = Prior("half-life", Lognormal(70.0 * HOUR_S, 30.0), "test", "assumed")
    found = jointly(seen, Sharing(1.0), model="clearance", priors=Priors(wide))
    t = np.array(TIMES_H)
    design = np.zeros((6, 3))
    design[:3, 0] = design[3:, 1] = 1.0
    design[:, 2] = np.tile(t, 2)
    y = np.log(np.concatenate([s.activity_bq for s in seen]))
    slope = np.linalg.lstsq(design, y, rcond=None)[0][2]
    best_h = found.fits[0].best_parameters["effective_half_life_s"] / HOUR_S
    assert best_h == pytest.approx(-math.log(2.0) / slope, rel=0.005)


def test_a_stated_spread_lies_between_one_value_and_values_of_their_own():
    seen = lesions([45.0, 80.0])
    gaps = []
    for sharing in (Sharing(1.0), Sharing(1.15), Sharing(1.4999)):
        logs = log_half_lives(jointly(seen, sharing, model="clearance"))
        gaps.append(float(np.median(logs[1] - logs[0])))
    assert gaps[0] == pytest.approx(0.0, abs=1e-12)
    assert 0.1 < gaps[1] < gaps[2] - 0.02


def test_spread_as_wide_as_the_population_is_no_sharing_at_all():
    seen = lesions([45.0, 80.0])
    found = jointly(seen, Sharing(2.0), model="clearance")
    assert found.sharing_log_evidence == pytest.approx(0.0, abs=0.05)
    for i, one in enumerate(seen):
        alone = fit(
            one,
            administered_bq=7.4e9,
            decay_constant_per_s=LU177_PER_S,
            priors=Priors(HALF_LIFE),
            model="clearance",
            samples=SAMPLES,
            generator=stream(5, "alone", str(i)),
        )
        own = np.log(alone.parameters["effective_half_life_s"])
        shared = np.log(found.fits[i].parameters["effective_half_life_s"])
        assert np.median(shared) == pytest.approx(np.median(own), abs=OF_AN_SD * own.std())
        assert shared.std() == pytest.approx(own.std(), rel=0.08)


def test_points_that_speak_against_sharing_are_heard():
    found = jointly(lesions([20.0, 120.0], noise=0.0), Sharing(1.0), model="clearance")
    assert found.sharing_log_evidence < -10.0
    assert "the points speak against sharing" in found.warnings[0]
    agreed = jointly(lesions([60.0] * 4, noise=0.02), Sharing(1.0), model="clearance")
    assert agreed.sharing_log_evidence > 0.0
    assert agreed.warnings == ()


def test_a_cycle_with_one_point_leans_on_the_other():
    first = lesions([60.0], noise=0.0)[0]
    second = observed([24.0], [0.7e8])
    found = jointly([first, second], CYCLES, priors=Priors(), model="clearance")
    half_life_h = found.fits[1].best_parameters["effective_half_life_s"] / HOUR_S
    assert half_life_h == pytest.approx(60.0, rel=0.1)
    assert found.fits[1].points[0].left_out_residual_sd == pytest.approx(0.0, abs=1.5)
    with pytest.raises(NotSupportedError, match="one point cannot tell"):
        jointly([second, second], CYCLES, priors=Priors())


def test_models_are_averaged_and_samples_belong_together():
    seen = lesions([60.0] * 3)
    found = jointly(seen, CYCLES)
    weights = [f.weights for f in found.fits]
    assert weights[0] == weights[1] == weights[2]
    assert len({f.curve.amplitude_fraction.shape for f in found.fits}) == 1
    is_single = [f.curve.amplitude_fraction[:, 1] == 0.0 for f in found.fits]
    assert (is_single[0] == is_single[1]).all()
    assert "fitted" not in found.fits[0].error_model.name


def test_scatter_of_all_curves_together_gives_the_error_model():
    seen = lesions([60.0] * 5, noise=0.25, seed=3)
    found = jointly(seen, CYCLES, error_model="fitted", model="clearance")
    assert found.fits[0].error_model.name == "fitted"
    assert found.fits[0].error_model.proportional_sd > 0.13


def test_the_same_stream_gives_the_same_bits():
    seen = lesions([60.0] * 2)
    first, second = (jointly(seen, CYCLES) for _ in range(2))
    for a, b in zip(first.fits, second.fits, strict=True):
        assert np.array_equal(a.curve.amplitude_fraction, b.curve.amplitude_fraction)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"administered_bq": [7.4e9]}, "one entry per curve, got 1 for 2"),
        ({"administered_bq": [7.4e9, -1.0]}, "administered_bq must be finite"),
        ({"model": "spline"}, "model must be one of"),
        ({"averaging": "bic"}, "averaging must be one of"),
    ],
)
def test_impossible_questions_are_refused_by_name(change, message):
    with pytest.raises(InvalidValueError, match=message):
        jointly(lesions([60.0] * 2), CYCLES, **change)


def test_too_few_too_many_or_mixed_curves_are_refused():
    with pytest.raises(InvalidValueError, match="2 to 20 curves, got 1"):
        jointly(lesions([60.0]), CYCLES)
    with pytest.raises(InvalidValueError, match="2 to 20 curves, got 21"):
        jointly(lesions([60.0] * 21), CYCLES)
    other = Observations([3600.0], [1e6], [0.1], [np.nan], "In-111", scales_with_volume=False)
    with pytest.raises(InvalidValueError, match=r"of one nuclide, got \['In-111', 'Lu-177'\]"):
        jointly([*lesions([60.0]), other], CYCLES)
    with pytest.raises(InvalidValueError, match="needs something shared"):
        Sharing()
    with pytest.raises(InvalidValueError, match=r"at least 1, got 0\.5"):
        Sharing(0.5)
