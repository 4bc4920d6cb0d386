"""Effects of dose over time: published figures, second routes, laws, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from unit.biology.effect_checks import CHECKS, HOUR, LN2, chain_dose_rate, mono, namespace, one

api = namespace()


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_check(check):
    check(api)


def test_samples_of_everything_are_each_the_answer_of_one():
    """Rates, amplitudes and repair sampled together, against one sample at a time."""
    rate, *_ = chain_dose_rate(api, samples=4)
    half_times_s = np.array([1.0, 2.0, 3.0, 4.0]) * HOUR
    cycles = [(0.0, 1.0), (12.0 * HOUR, 0.5)]
    together = one(api, rate, repair=api.Repair.mono(half_times_s), cycles=cycles)
    for i in range(4):
        single = api.DoseRate(
            rate.start_bq_per_kg[:, i : i + 1],
            rate.rates_per_s[:, i : i + 1],
            rate.feeding_per_s,
            rate.energy_j,
            rate.n_phases,
        )
        alone = one(api, single, repair=api.Repair.mono(half_times_s[i]), cycles=cycles)
        assert together.product_gy2[i] == pytest.approx(alone.product_gy2[0], rel=1e-10)
        assert together.dose_gy[i] == pytest.approx(alone.dose_gy[0], rel=1e-12)


def test_a_phase_as_fast_as_a_daughter_is_no_special_case():
    """Biological uptake at the rate of 213Bi: coefficients of exponentials would be infinite."""
    answers = []
    for nudge in (1.0 - 1e-7, 1.0, 1.0 + 1e-7):
        rate, chain, *_ = chain_dose_rate(api, biological_h=(60.0, 1.0))
        rates = np.array(rate.rates_per_s)
        rates[1] = nudge * chain.decay_constants_per_s[chain.index("Bi-213")]
        equal = api.DoseRate(
            rate.start_bq_per_kg, rates, rate.feeding_per_s, rate.energy_j, rate.n_phases
        )
        repair = api.Repair.mono(LN2 / rates[1, 0])
        answers.append(
            one(api, equal, repair=repair, cycles=[(0.0, 1.0), (2.0 * HOUR, 1.0)]).lea_catcheside()[
                0
            ]
        )
    assert answers[1] == pytest.approx(0.5 * (answers[0] + answers[2]), rel=1e-10)


def test_dose_is_that_of_the_decays():
    rate, chain, curve, energy_j = chain_dose_rate(api)
    per_parent = chain.decays_per_parent_decay()
    effective = curve.best_biological_rate_per_s + chain.decay_constants_per_s[0]
    decays = 8e6 * (curve.best_amplitude_fraction / effective).sum() * per_parent
    assert rate.dose_gy()[0] == pytest.approx(decays @ energy_j / 0.31, rel=1e-12)


def test_isoeffective_dose_has_no_cancellation_at_small_effects():
    dose = one(api, mono(api, 50.0), repair=api.Repair.mono(2.8 * HOUR))
    factor = api.isoeffective_factor(
        1e-12, dose=dose, rbe_max=api.RbeMax.of(alpha=1.0, recoil=1.0), alpha_beta_gy=2.5
    )
    assert factor[0] == pytest.approx(1e-12, rel=1e-11)


def test_a_schedule_without_cycles_or_with_other_samples_is_refused():
    with pytest.raises(api_error(), match="at least one cycle"):
        api.protracted_dose([], repair=api.Repair.mono(1.0))
    rate, *_ = chain_dose_rate(api, samples=3)
    with pytest.raises(api_error(), match="same number of samples"):
        one(api, rate, repair=api.Repair.mono([1.0, 2.0]))


def test_a_rate_that_never_ends_is_refused():
    with pytest.raises(api_error(), match="use windows for a constant rate"):
        api.dose_rate_of_phases([1.0], rate_per_s=[0.0])
    with pytest.raises(api_error(), match="the end finite where rate_per_s is 0"):
        api.DoseRateWindow(1.0, 0.0, 0.0, np.inf)


def api_error():
    from alphatwin.errors import InvalidValueError

    return InvalidValueError
