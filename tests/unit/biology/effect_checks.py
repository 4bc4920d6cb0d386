"""What must hold of effects, as functions of an implementation, true or faulty.

Each check takes the names of :mod:`alphatwin.biology` and fails with an assertion. The planted
faults of ``test_planted_faults.py`` are run through the same checks.
"""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.integrate import quad

from alphatwin.dose import absorbed_where_emitted, energy_absorbed_per_decay_j
from alphatwin.errors import InvalidValueError
from alphatwin.kinetics import RegionCurve
from alphatwin.nuclides import decay_chain

HOUR = 3600.0
WEEK = 7.0 * 24.0 * HOUR
LN2 = math.log(2.0)
ROUND_OFF = 1e-11  # closed form against closed form, a few hundred operations
QUADRATURE = 1e-7  # nested adaptive quadrature asks for 1e-9 and loses two digits to its nesting
PRINTED = 5e-5  # of figures printed with four to six digits
TENTH_GY = 0.05  # of doses printed to a tenth of a gray
REFERENCE = {"alpha": 1.0, "recoil": 1.0}


def mono(api, half_life_h, *, gy=1.0):
    rate = LN2 / (half_life_h * HOUR)
    return api.dose_rate_of_phases([gy * rate], rate_per_s=[rate])


def one(api, rate, *, repair, cycles=((0.0, 1.0),)):
    return api.protracted_dose([api.Cycle(rate, t, f) for t, f in cycles], repair=repair)


def chain_dose_rate(api, nuclide="Ac-225", *, biological_h=(60.0, 1.0), samples=1, seed=3):
    """Return the dose rate of a chain whose root is taken up and washed out."""
    rng = np.random.default_rng(seed)
    chain = decay_chain(nuclide)
    energy_j = energy_absorbed_per_decay_j(
        chain.nuclides, mass_kg=0.31, absorbed_fraction=absorbed_where_emitted
    )
    rate = LN2 / (np.array(biological_h) * HOUR) * rng.lognormal(0.0, 0.1, (samples, 2))
    amplitude = np.array([0.03, -0.02]) * rng.lognormal(0.0, 0.1, (samples, 1))
    curve = RegionCurve(amplitude, rate, amplitude[0], rate[0], "two phases")
    return (
        api.dose_rate_of_curve(
            curve, chain=chain, administered_bq=8e6, mass_kg=0.31, energy_j=energy_j
        ),
        chain,
        curve,
        energy_j,
    )


def check_full_decay(api):
    """G of a full mono-exponential decay: Trep / (Trep + Teff), 0.05303 for 50 h and 2.8 h."""
    g = one(api, mono(api, 50.0), repair=api.Repair.mono(2.8 * HOUR)).lea_catcheside()[0]
    assert g == pytest.approx(0.05303, rel=1e-4)
    assert g == pytest.approx(2.8 / 52.8, rel=ROUND_OFF)


def check_constant_rate(api):
    """40 Gy at 0.55 Gy/h, mu 0.46/h, alpha/beta 10: 49.28 (49.57 ignores the finite duration)."""
    window = api.DoseRateWindow(0.55 / HOUR, 0.0, 0.0, 40.0 / 0.55 * HOUR)
    dose = api.protracted_windows([window], repair=api.Repair.mono(LN2 / 0.46 * HOUR))
    bed = api.biologically_effective_dose(
        dose, rbe_max=api.RbeMax.of(**REFERENCE), alpha_beta_gy=10.0
    )
    assert bed.bed_gy[0] == pytest.approx(49.28, rel=PRINTED)
    x = 0.46 * 40.0 / 0.55
    assert dose.lea_catcheside()[0] == pytest.approx(
        2.0 / x**2 * (x - 1.0 + math.exp(-x)), rel=ROUND_OFF
    )


def check_kidney_doses(api):
    """Kidney doses for a BED of 28 and 40 Gy in four cycles, at 50 h and at 10.6 h."""
    expected = {50.0: (24.8, 33.9), 10.6: (19.8, 25.9)}
    for half_life_h, doses_gy in expected.items():
        cycles = [(i * 8.0 * WEEK, 1.0) for i in range(4)]
        dose = one(api, mono(api, half_life_h), repair=api.Repair.mono(2.8 * HOUR), cycles=cycles)
        for bed_gy, wanted in zip((28.0, 40.0), doses_gy, strict=True):
            factor = api.isoeffective_factor(
                bed_gy, dose=dose, rbe_max=api.RbeMax.of(**REFERENCE), alpha_beta_gy=2.5
            )
            assert (factor * dose.total_gy)[0] == pytest.approx(wanted, abs=TENTH_GY)
            back = api.biologically_effective_dose(
                dose.scaled(factor), rbe_max=api.RbeMax.of(**REFERENCE), alpha_beta_gy=2.5
            )
            assert back.bed_gy[0] == pytest.approx(bed_gy, rel=ROUND_OFF)


def check_infinite_repair_time(api):
    """Without repair every G is one, whatever is given when; the effect is the acute one."""
    rate, *_ = chain_dose_rate(api)
    dose = one(api, rate, repair=api.Repair.mono(np.inf), cycles=[(0.0, 1.0), (9.0 * HOUR, 0.7)])
    assert dose.lea_catcheside() == pytest.approx(1.0, rel=ROUND_OFF)
    bed = api.biologically_effective_dose(
        dose, rbe_max=api.RbeMax.of(**REFERENCE), alpha_beta_gy=3.0
    )
    acute = api.acute_bed(dose.total_gy, alpha_beta_gy=3.0)
    assert bed.bed_gy == pytest.approx(acute.bed_gy, rel=ROUND_OFF)


def check_far_cycles_add(api):
    """Cycles far apart add; near ones give more; together at once they give the square."""
    repair = api.Repair.bi(0.5 * HOUR, 4.0 * HOUR, fast_share=0.6)
    rate = mono(api, 20.0)
    alone = one(api, rate, repair=repair)
    far = one(api, rate, repair=repair, cycles=[(0.0, 1.0), (60.0 * WEEK, 1.0)])
    near = one(api, rate, repair=repair, cycles=[(0.0, 1.0), (10.0 * HOUR, 1.0)])
    together = one(api, rate, repair=repair, cycles=[(0.0, 1.0), (0.0, 1.0)])
    assert far.product_gy2 == pytest.approx(2.0 * alone.product_gy2, rel=ROUND_OFF)
    assert far.product_gy2.sum() < near.product_gy2.sum() < together.product_gy2.sum()
    assert together.product_gy2 == pytest.approx(4.0 * alone.product_gy2, rel=ROUND_OFF)
    assert far.product_gy2 == pytest.approx(alone.with_distant(alone).product_gy2, rel=ROUND_OFF)


def check_windows_agree(api):
    """Overlapping cycles of two phases: the linear system against divided differences."""
    phases = (np.array([3e-4, -2e-4]), LN2 / (np.array([50.0, 1.5]) * HOUR))
    rate = api.dose_rate_of_phases(phases[0], rate_per_s=phases[1])
    cycles = [(0.0, 1.0), (20.0 * HOUR, 0.5), (21.0 * HOUR, 2.0)]
    windows = [
        api.DoseRateWindow(a * f, k, t, math.inf)
        for t, f in cycles
        for a, k in zip(*phases, strict=True)
    ]
    for repair in (
        api.Repair.mono(2.8 * HOUR),
        api.Repair.mono(50.0 * HOUR),  # as fast as the dose falls: equal rates
        api.Repair.bi(0.3 * HOUR, 30.0 * HOUR, fast_share=0.4),
    ):
        ours = one(api, rate, repair=repair, cycles=cycles)
        other = api.protracted_windows(windows, repair=repair)
        assert ours.product_gy2 == pytest.approx(other.product_gy2, rel=1e-10)
        assert ours.dose_gy == pytest.approx(other.dose_gy, rel=ROUND_OFF)


def summed_rate_gy_per_s(chain, curve, energy_j, *, starts_s, root_beta):
    """Return r(t) from activities of the chain, by the decay code alone."""
    weights = energy_j @ root_beta / 0.31
    amplitude = curve.best_amplitude_fraction * 8e6
    rates = curve.best_biological_rate_per_s + chain.decay_constants_per_s[0]

    def r(t_s):
        t_s = np.atleast_1d(t_s)
        total = np.zeros(t_s.shape)
        for start_s in starts_s:
            on = t_s >= start_s
            if on.any():
                found = chain.activity_from_phases_bq(amplitude, rates, time_s=t_s[on] - start_s)
                total[on] += found @ weights
        return total

    return r


def check_chain_against_curve(api):
    """Compare the chain of 225Ac, two overlapping cycles, with a densely sampled dose rate."""
    rate, chain, curve, energy_j = chain_dose_rate(api)
    ratio = api.BetaRatio(
        alpha=np.array(0.3), recoil=np.array(0.1), electron=np.array(1.0), photon=np.array(1.0)
    )
    starts_s = (0.0, 30.0 * HOUR)
    r = summed_rate_gy_per_s(
        chain, curve, energy_j, starts_s=starts_s, root_beta=np.sqrt(ratio.as_array()[0])
    )
    repair = api.Repair.bi(0.7 * HOUR, 5.0 * HOUR, fast_share=0.5)
    dose = one(api, rate, repair=repair, cycles=[(t, 1.0) for t in starts_s])
    fine = np.concatenate([[0.0], np.geomspace(1.0, (30.0 - 1e-9) * HOUR, 4000)])
    late = 30.0 * HOUR + np.concatenate([[1e-6], np.geomspace(1.0, 1500.0 * HOUR, 8000)])
    times_s = np.concatenate([fine, late])
    sampled = api.sampled_protraction(times_s, dose_rate_gy_per_s=r(times_s), repair=repair)
    # Trapezoids of 0.2 % steps err by 1e-6 of the whole; the tail after 60 days is below that.
    assert dose.quadratic_gy2(ratio)[0] == pytest.approx(sampled.quadratic_gy2[-1], rel=1e-5)
    assert dose.lea_catcheside(ratio)[0] == pytest.approx(sampled.lea_catcheside, rel=1e-5)


def check_sampled_against_quadrature(api):
    """Compare a piecewise linear rate with nested quadrature of its definition."""
    times_s = np.array([0.0, 1.0, 2.5, 6.0, 30.0]) * HOUR
    rate = np.array([0.0, 2e-4, 1e-4, 3e-4, 0.0])
    repair = api.Repair.bi(0.4 * HOUR, 60.0 * HOUR, fast_share=0.3)
    found = api.sampled_protraction(times_s, dose_rate_gy_per_s=rate, repair=repair)

    def kernel(lag_s):
        return 0.3 * 2.0 ** (-lag_s / (0.4 * HOUR)) + 0.7 * 2.0 ** (-lag_s / (60.0 * HOUR))

    def unrepaired(t_s):
        edges = [e for e in times_s if 0.0 < e < t_s]
        inner = quad(
            lambda s: np.interp(s, times_s, rate) * kernel(t_s - s),
            0.0,
            t_s,
            points=edges or None,
            epsrel=1e-10,
            limit=200,
        )
        return inner[0]

    outer = quad(
        lambda t: np.interp(t, times_s, rate) * unrepaired(t),
        0.0,
        times_s[-1],
        points=times_s[1:-1].tolist(),
        epsrel=1e-9,
        limit=200,
    )
    assert found.quadratic_gy2[-1] == pytest.approx(2.0 * outer[0], rel=QUADRATURE)


def check_slower_is_less(api):
    """See the BED of one dose fall as the dose rate falls, and as repair gets faster."""

    def bed(half_life_h, repair_h):
        dose = one(api, mono(api, half_life_h, gy=20.0), repair=api.Repair.mono(repair_h * HOUR))
        return api.biologically_effective_dose(
            dose, rbe_max=api.RbeMax.of(**REFERENCE), alpha_beta_gy=2.5
        ).bed_gy[0]

    by_rate = [bed(t, 2.8) for t in (0.1, 1.0, 10.0, 50.0, 160.0)]
    by_repair = [bed(50.0, t) for t in (0.1, 1.0, 2.8, 10.0, 1000.0)]
    assert by_rate == sorted(by_rate, reverse=True)
    assert by_repair == sorted(by_repair)
    assert 20.0 < by_rate[-1] < by_rate[0] < 20.0 * (1.0 + 20.0 / 2.5)


def check_radiations_are_summed_before_squaring(api):
    """Two radiations at once: the square of the sum, not the sum of the squares; b acts by root."""
    rate, *_ = chain_dose_rate(api, "Pb-212")
    dose = one(api, rate, repair=api.Repair.mono(1.9 * HOUR))
    separate = np.trace(dose.product_gy2[0])
    whole = dose.quadratic_gy2(api.BetaRatio())[0]
    assert whole > 1.05 * separate
    assert whole == pytest.approx(dose.product_gy2[0].sum(), rel=ROUND_OFF)
    quarter = api.BetaRatio(alpha=np.array(0.25))
    by_hand = np.array([0.5, 1.0, 1.0, 1.0])
    assert dose.quadratic_gy2(quarter)[0] == pytest.approx(
        by_hand @ dose.product_gy2[0] @ by_hand, rel=ROUND_OFF
    )
    none = dose.quadratic_gy2(api.BetaRatio.high_let_zero())[0]
    assert none == pytest.approx(dose.product_gy2[0][2:, 2:].sum(), rel=ROUND_OFF)


def check_rbe_max_is_linear_alone(api):
    """RBEmax multiplies the linear term of its own radiation and leaves the quadratic one."""
    rate, *_ = chain_dose_rate(api)
    dose = one(api, rate, repair=api.Repair.mono(2.8 * HOUR))
    ab = 2.5

    def bed(**rbe):
        return api.biologically_effective_dose(
            dose, rbe_max=api.RbeMax.of(**{**REFERENCE, **rbe}), alpha_beta_gy=ab
        ).bed_gy[0]

    for column, name in enumerate(("alpha", "recoil", "electron", "photon")):
        assert bed(**{name: 4.0}) - bed() == pytest.approx(
            3.0 * dose.dose_gy[0, column], rel=1e-9, abs=1e-14
        )
    assert bed() == pytest.approx(
        dose.total_gy[0] * (1.0 + dose.lea_catcheside()[0] * dose.total_gy[0] / ab), rel=ROUND_OFF
    )


def check_eqd2(api):
    """30 x 2 Gy is its own EQD2; back and forth; 15 x 3 Gy at alpha/beta 3 is 54 Gy."""
    for ab in (2.5, 10.0):
        plain = api.equivalent_dose_2gy(api.acute_bed(60.0, alpha_beta_gy=ab, fractions=30))
        assert plain.eqd2_gy[0] == pytest.approx(60.0, rel=ROUND_OFF)
    bed = api.acute_bed(45.0, alpha_beta_gy=3.0, fractions=15)
    eqd2 = api.equivalent_dose_2gy(bed)
    assert eqd2.eqd2_gy[0] == pytest.approx(54.0, rel=ROUND_OFF)
    assert api.bed_of_eqd2(eqd2).bed_gy == pytest.approx(bed.bed_gy, rel=ROUND_OFF)


def check_time_unit(api):
    """In hours or in seconds: doses and effects are the same numbers."""
    scale = 7.0
    for a, k, half_time in ((3e-4, 5e-6, 9000.0),):
        slow = api.dose_rate_of_phases([a, -a / 2], rate_per_s=[k, 9 * k])
        fast = api.dose_rate_of_phases(
            [a * scale, -a * scale / 2], rate_per_s=[k * scale, 9 * k * scale]
        )
        first = one(api, slow, repair=api.Repair.mono(half_time), cycles=[(0, 1), (7e4, 1)])
        second = one(
            api, fast, repair=api.Repair.mono(half_time / scale), cycles=[(0, 1), (7e4 / scale, 1)]
        )
        assert first.product_gy2 == pytest.approx(second.product_gy2, rel=1e-10)


def check_scaling(api):
    """Activity twice: dose twice, product four times; a factor of a cycle is the same."""
    rate, *_ = chain_dose_rate(api)
    repair = api.Repair.mono(2.8 * HOUR)
    dose = one(api, rate, repair=repair)
    assert dose.scaled(2.0).product_gy2 == pytest.approx(4.0 * dose.product_gy2, rel=ROUND_OFF)
    twice = one(api, rate, repair=repair, cycles=[(0.0, 2.0)])
    assert twice.product_gy2 == pytest.approx(4.0 * dose.product_gy2, rel=ROUND_OFF)
    assert twice.dose_gy == pytest.approx(dose.scaled(2.0).dose_gy, rel=ROUND_OFF)


def check_changed_kinetics(api):
    """Compare a schedule whose second cycle washes out faster with windows."""
    repair = api.Repair.mono(2.8 * HOUR)
    cycles = [
        api.Cycle(mono(api, 60.0, gy=5.0), 0.0),
        api.Cycle(mono(api, 20.0, gy=3.0), 15.0 * HOUR),
    ]
    dose = api.protracted_dose(cycles[::-1], repair=repair)
    k = [LN2 / (60.0 * HOUR), LN2 / (20.0 * HOUR)]
    windows = [
        api.DoseRateWindow(5.0 * k[0], k[0], 0.0, math.inf),
        api.DoseRateWindow(3.0 * k[1], k[1], 15.0 * HOUR, math.inf),
    ]
    other = api.protracted_windows(windows, repair=repair)
    assert dose.product_gy2 == pytest.approx(other.product_gy2, rel=1e-10)
    assert dose.total_gy[0] == pytest.approx(8.0, rel=ROUND_OFF)


def check_infusion(api):
    """See a short infusion tend to a bolus and a long one protract, at the same dose."""
    k, repair = LN2 / (8.0 * HOUR), api.Repair.mono(1.5 * HOUR)
    bolus = one(api, mono(api, 8.0, gy=4.0), repair=repair)
    g = []
    for duration_h in (1e-4, 1.0, 10.0):
        windows = api.infused(
            amplitude_gy_per_s=4.0 * k, rate_per_s=k, start_s=0.0, duration_s=duration_h * HOUR
        )
        dose = api.protracted_windows(windows, repair=repair)
        assert dose.total_gy[0] == pytest.approx(4.0, rel=1e-8)
        g.append(dose.lea_catcheside()[0])
    assert g[0] == pytest.approx(bolus.lea_catcheside()[0], rel=1e-4)
    assert g[0] > g[1] > g[2]


def check_refusals(api):
    """Impossible parameters, and doses of other kinds, are refused by name."""
    dose = one(api, mono(api, 50.0), repair=api.Repair.mono(2.8 * HOUR))
    for bad in (0.0, -2.5, math.nan, math.inf):
        with pytest.raises(InvalidValueError, match="alpha_beta_gy must be finite and > 0"):
            api.biologically_effective_dose(
                dose, rbe_max=api.RbeMax.of(**REFERENCE), alpha_beta_gy=bad
            )
    with pytest.raises(InvalidValueError, match="RBE in the low-dose limit"):
        api.biologically_effective_dose(dose, rbe_max=api.RbeWeights(), alpha_beta_gy=2.5)
    with pytest.raises(InvalidValueError, match="repair half-times must be > 0"):
        api.Repair.mono(0.0)


CHECKS = {name: f for name, f in list(globals().items()) if name.startswith("check_")}


def namespace(**changed):
    """Return the names of the package, some of them replaced."""
    from alphatwin import biology

    names = {name: getattr(biology, name) for name in biology.__all__}
    return SimpleNamespace(**{**names, **changed})
