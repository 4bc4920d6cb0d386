"""Distributions, growth and probabilities: analytic cases, limits and refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm

from alphatwin.errors import InvalidValueError
from unit.biology.effect_checks import HOUR, LN2, mono, namespace, one

api = namespace()
ROUND_OFF = 1e-11
# 20 001 bins of a normal distribution cut at 8 standard deviations, by the midpoint rule.
BINNED = 1e-6
DAY = 24.0 * HOUR
REFERENCE = api.RbeMax.of(alpha=1.0, recoil=1.0)


def normal_spread(relative_sd):
    x = np.linspace(1.0 - 8.0 * relative_sd, 1.0 + 8.0 * relative_sd, 20001)
    return api.RelativeDistribution.from_doses(
        x, volume_ml=np.exp(-0.5 * ((x - 1.0) / relative_sd) ** 2)
    )


def dose(gy=30.0, half_life_h=60.0, repair_h=1.9):
    return one(api, mono(api, half_life_h, gy=gy), repair=api.Repair.mono(repair_h * HOUR))


def test_uniform_dose_changes_nothing():
    flat = api.RelativeDistribution(np.ones(3), np.array([0.2, 0.3, 0.5]))
    parts = api.bed_distribution_gy(dose(), spread=flat, rbe_max=REFERENCE, alpha_beta_gy=10.0)
    whole = api.biologically_effective_dose(dose(), rbe_max=REFERENCE, alpha_beta_gy=10.0)
    assert parts == pytest.approx(np.full((1, 3), whole.bed_gy[0]), rel=ROUND_OFF)
    same = api.uniform_bed(
        parts, volume_share=flat.volume_share, alpha_per_gy=0.2, alpha_beta_gy=10.0
    )
    assert same.bed_gy == pytest.approx(whole.bed_gy, rel=ROUND_OFF)
    assert api.uniform_dose_gy(dose(), uniform=same, rbe_max=REFERENCE) == pytest.approx(
        30.0, rel=ROUND_OFF
    )


def test_a_normal_distribution_of_effect_costs_alpha_variance_over_two():
    """The logarithm of the mean of exp(-a x) over a normal x is -a mu + a^2 sd^2 / 2."""
    spread, alpha = normal_spread(0.08), 0.1
    bed_gy = 20.0 * spread.dose_ratio[np.newaxis, :]
    found = api.uniform_bed(
        bed_gy, volume_share=spread.volume_share, alpha_per_gy=alpha, alpha_beta_gy=10.0
    )
    assert found.bed_gy[0] == pytest.approx(20.0 - alpha * 1.6**2 / 2.0, rel=BINNED)


def test_uniform_bed_is_where_as_many_cells_survive_and_does_not_underflow():
    bed_gy = np.array([[1500.0, 3000.0]])
    share = np.array([0.25, 0.75])
    found = api.uniform_bed(bed_gy, volume_share=share, alpha_per_gy=0.9, alpha_beta_gy=10.0)
    assert found.bed_gy[0] == pytest.approx(1500.0 - math.log(0.25) / 0.9, rel=ROUND_OFF)
    assert found.bed_gy[0] < bed_gy @ share


@pytest.mark.parametrize(("exponent", "wanted"), [(1.0, 15.0), (2.0, math.sqrt(250.0))])
def test_generalised_eud_by_hand(exponent, wanted):
    found = api.generalised_eud_gy([10.0, 20.0], volume_share=[0.5, 0.5], volume_exponent=exponent)
    assert found == pytest.approx(wanted, rel=ROUND_OFF)


def test_generalised_eud_tends_to_the_extremes_without_overflow():
    parts = {"dose_gy": np.array([1.0, 50.0, 400.0]), "volume_share": np.array([0.2, 0.5, 0.3])}
    at = lambda a: float(api.generalised_eud_gy(**parts, volume_exponent=a))  # noqa: E731
    assert at(2000.0) == pytest.approx(400.0, rel=1e-3)
    assert at(-2000.0) == pytest.approx(1.0, rel=1e-3)
    assert at(-5.0) < at(1.0) < at(5.0)
    cold = {"dose_gy": np.array([0.0, 50.0]), "volume_share": np.array([0.1, 0.9])}
    assert api.generalised_eud_gy(**cold, volume_exponent=-5.0) == 0.0
    with pytest.raises(InvalidValueError, match="not 0"):
        api.generalised_eud_gy(**parts, volume_exponent=0.0)


def test_shares_that_do_not_sum_to_one_are_refused():
    with pytest.raises(InvalidValueError, match="volume shares must come to 1"):
        api.RelativeDistribution(np.ones(2), np.array([0.5, 0.4]))
    with pytest.raises(InvalidValueError, match="mean dose ratio must come to 1"):
        api.RelativeDistribution(np.array([1.0, 2.0]), np.array([0.5, 0.5]))


# --- growth -------------------------------------------------------------------------------------


def grown(alpha=0.2, doubling_d=20.0, kick_off_d=0.0):
    return api.Repopulation(np.array(alpha), np.array(doubling_d * DAY), np.array(kick_off_d * DAY))


def test_nothing_is_lost_before_the_kick_off():
    found = grown(kick_off_d=10.0).lost_gy(time_s=np.array([0.0, 10.0, 30.0]) * DAY)
    assert found[0] == pytest.approx([0.0, 0.0, LN2 / 0.2 * 1.0], rel=ROUND_OFF)


def test_net_effect_ends_where_the_treatment_no_longer_gains():
    """Against the root of d BED/dt = loss, of the closed form of a mono-exponential dose rate."""
    k, mu, ab = LN2 / (60.0 * HOUR), LN2 / (1.9 * HOUR), 10.0
    r0, loss = 30.0 * k, LN2 / (0.2 * 20.0 * DAY)

    def gain(t):
        rate = r0 * math.exp(-k * t)
        unrepaired = r0 * (math.exp(-k * t) - math.exp(-mu * t)) / (mu - k)
        return rate + 2.0 / ab * rate * unrepaired - loss

    end_s = brentq(gain, 20.0 * HOUR, 3000.0 * HOUR)
    times_s = np.linspace(0.0, 1200.0 * HOUR, 24001)
    given = api.sampled_protraction(
        times_s,
        dose_rate_gy_per_s=r0 * np.exp(-k * times_s),
        repair=api.Repair.mono(1.9 * HOUR),
    )
    found = api.net_effect(
        given,
        time_s=times_s,
        linear_weight_ratio=1.0,
        repopulation=grown(),
        alpha_beta_gy=ab,
    )
    assert found.effective_time_s[0] == pytest.approx(end_s, abs=times_s[1])
    without = api.biologically_effective_dose(dose(), rbe_max=REFERENCE, alpha_beta_gy=ab)
    assert 0.0 < found.bed.bed_gy[0] < without.bed_gy[0] - 0.9 * loss * end_s


def test_no_growth_loses_nothing():
    times_s = np.linspace(0.0, 1000.0 * HOUR, 2001)
    given = api.sampled_protraction(
        times_s, dose_rate_gy_per_s=np.exp(-1e-5 * times_s), repair=api.Repair.mono(HOUR)
    )
    found = api.net_effect(
        given,
        time_s=times_s,
        linear_weight_ratio=1.0,
        repopulation=grown(doubling_d=np.inf),
        alpha_beta_gy=10.0,
    )
    everything = given.dose_gy[-1] + given.quadratic_gy2[-1] / 10.0
    assert found.bed.bed_gy[0] == pytest.approx(everything, rel=ROUND_OFF)


# --- probabilities ------------------------------------------------------------------------------


def test_tumour_control_of_one_expected_survivor_is_one_over_e():
    bed = api.BiologicallyEffectiveDose(np.array([math.log(1e9) / 0.3]), np.array(10.0))
    found = api.tumour_control_probability(bed, alpha_per_gy=0.3, n_clonogens=1e9)
    assert found[0] == pytest.approx(math.exp(-1.0), rel=1e-10)
    assert api.surviving_fraction(bed, alpha_per_gy=0.3)[0] == pytest.approx(1e-9, rel=1e-10)


def test_spread_of_sensitivity_flattens_tumour_control():
    rng = np.random.default_rng(5)
    bed = api.BiologicallyEffectiveDose(np.full(20000, 80.0), np.array(10.0))
    sharp = api.tumour_control_probability(bed, alpha_per_gy=0.3, n_clonogens=1e9).mean()
    flat = api.tumour_control_probability(
        bed, alpha_per_gy=0.3 * rng.lognormal(0.0, 0.3, 20000), n_clonogens=1e9
    ).mean()
    assert 0.5 < flat < sharp


def complication(model, slope=0.1, kind="eqd2"):
    return api.Complication(
        endpoint="test", dose_kind=kind, half_dose_gy=28.0, slope_ratio=slope, model=model
    )


def eqd2(*values):
    return api.EquivalentDose2Gy(np.array(values), np.array(2.5))


@pytest.mark.parametrize("model", ["lkb", "logistic"])
def test_half_of_the_patients_at_the_half_dose(model):
    found = api.complication_probability(eqd2(28.0, 30.0), complication=complication(model))
    assert found[0] == pytest.approx(0.5, rel=ROUND_OFF)
    assert found[1] > found[0]


def test_lkb_is_the_normal_distribution_and_gamma_is_the_slope():
    lkb = api.complication_probability(eqd2(23.0), complication=complication("lkb"))
    assert lkb[0] == pytest.approx(norm.cdf((23.0 - 28.0) / 2.8), rel=1e-10)
    near = api.complication_probability(
        eqd2(28.0 * 0.9999, 28.0 * 1.0001), complication=complication("logistic", slope=3.0)
    )
    assert (near[1] - near[0]) / 2e-4 == pytest.approx(3.0, rel=1e-6)


def test_parameters_of_one_kind_of_dose_refuse_another():
    bed = api.BiologicallyEffectiveDose(np.array([40.0]), np.array(2.5))
    with pytest.raises(InvalidValueError, match="an equivalent dose in 2-Gy fractions is needed"):
        api.complication_probability(bed, complication=complication("lkb"))


def test_kinds_of_dose_add_to_their_own_alone():
    bed = api.BiologicallyEffectiveDose(np.array([40.0]), np.array(2.5))
    other = api.BiologicallyEffectiveDose(np.array([40.0]), np.array(10.0))
    assert (bed + bed).bed_gy[0] == 80.0
    for wrong in (other, eqd2(1.0), api.RbeWeightedDose(np.array([1.0])), 1.0, np.ones(1)):
        with pytest.raises((InvalidValueError, TypeError)):
            bed + wrong
    with pytest.raises(TypeError):
        np.ones(1) + bed


# --- published parameters -----------------------------------------------------------------------


def test_published_complication_is_that_of_the_printed_row():
    found = api.published_complication("kidneys_nephritis")
    assert (found.half_dose_gy, found.slope_ratio, found.dose_kind) == (28.0, 0.10, "eqd2")


def test_a_tissue_is_found_by_its_names_and_none_is_guessed():
    for name in ("kidneys", "left kidney", "Kidney_right"):
        tissue = api.tissue_or_none(name, kind="organ")
        assert tissue.alpha_beta.distribution.median == 2.5
        assert tissue.repair_half_time.distribution.median == 2.8 * HOUR
        assert tissue.alpha_beta.status == "recalled"
    assert api.tissue_or_none("kidneys", kind="lesion").alpha_beta.distribution.median == 10.0
    assert api.tissue_or_none("spleen", kind="organ") is None


# --- RBE by energy and LET ----------------------------------------------------------------------


def test_the_relation_predicts_its_authors_value_of_radium():
    """223Ra with daughters: 5.6 predicted by the authors of the relation, 5.4 +- 0.9 measured."""
    energies_mev = np.array([5.67, 6.75, 7.39, 6.57])  # 223Ra, 219Rn, 215Po, 211Bi: mean energies
    found = api.rbe_of_alpha_spectrum(energies_mev, dose_share=energies_mev)
    assert found == pytest.approx(5.6, abs=0.15)


def test_the_relation_gives_its_authors_value_of_gadolinium():
    assert api.rbe_of_alpha_energy(3.2) == pytest.approx(7.4, abs=0.2)


def test_outside_of_the_experiment_nothing_is_extrapolated():
    with pytest.raises(InvalidValueError, match="3 to 9 MeV"):
        api.rbe_of_alpha_energy(1.5)
    with pytest.raises(InvalidValueError, match="60 to 125 keV/um"):
        api.rbe_of_alpha_let(200.0)


def test_let_relation_at_its_ends():
    assert api.rbe_of_alpha_let([60.0, 125.0]) == pytest.approx([4.74, 12.8], rel=1e-3)
