"""Samples counted late: parent and daughters at drawing, their uncertainty, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.kinetics.blood import (
    EQUILIBRIUM_REACHED,
    LARGEST_CONDITION,
    equilibrium_activity_ratio,
    sample_at_drawing,
)
from alphatwin.kinetics.counting import CountingWindow, SampleCount
from alphatwin.nuclides import decay_chain

EXACT = 1e-8  # the chain is exact to 1e-9, and the system at most 50 times worse where it is good
STEPPING = 1e-6  # what solve_ivp is asked for, with room
MINUTE, HOUR = 60.0, 3600.0
AC = decay_chain("Ac-225")
PB = decay_chain("Pb-212")
BI_440 = CountingWindow("440 keV", {"Bi-213": 0.026})
FR_218 = CountingWindow("218 keV", {"Fr-221": 0.06, "Bi-213": 0.004})  # with down-scatter
PB_239 = CountingWindow("239 keV", {"Pb-212": 0.2})
TL_583 = CountingWindow("583 keV", {"Tl-208": 0.1})


def short_lived(chain, **activity_bq):
    """Return a state at drawing: those named, descendants that decay at once follow."""
    state = {name.replace("_", "-"): a for name, a in activity_bq.items()}
    if "Bi-213" in state:
        state["Po-213"] = 0.9786 * state["Bi-213"]
    return {name: a for name, a in state.items() if name in chain.nuclides}


def counted(window, state, *, chain, delay_s, duration_s=0.0, relative_sd=0.01):
    if duration_s:
        decays = chain.cumulated_decays(state, start_s=delay_s, stop_s=delay_s + duration_s)
        mean_bq = decays / duration_s
    else:
        mean_bq = chain.activity_bq(state, time_s=delay_s)
    rate = sum(e * mean_bq[chain.index(n)] for n, e in window.counts_per_decay.items())
    return SampleCount(window, delay_s, float(rate), relative_sd * float(rate), duration_s)


def test_two_counts_of_one_window_give_parent_and_daughter_at_drawing():
    ratio = equilibrium_activity_ratio(AC, "Ac-225")
    state = {n: 100.0 * r for n, r in zip(AC.nuclides, ratio, strict=True) if r > 0.0}
    bismuth = equilibrium_activity_ratio(AC, "Bi-213")
    lack = 0.8 * 100.0 * ratio[AC.index("Bi-213")]
    for name, follows in zip(AC.nuclides, bismuth, strict=True):
        if follows > 0.0:
            state[name] -= lack * follows
    drawn = sample_at_drawing(
        [counted(BI_440, state, chain=AC, delay_s=t, duration_s=600.0) for t in (1800.0, 14400.0)],
        chain=AC,
        daughters=["213Bi"],
    )
    assert drawn.state == "solved"
    assert drawn.activity_of("Ac-225").value == pytest.approx(100.0, rel=EXACT)
    assert drawn.activity_of("Bi-213").value == pytest.approx(state["Bi-213"], rel=EXACT)
    assert drawn.share_of_equilibrium("Bi-213").value == pytest.approx(0.2, rel=EXACT)
    assert drawn.n_degrees_of_freedom == 0


def test_two_windows_at_one_time_do_too_with_down_scatter_and_free_francium():
    """221Fr at 60 % and 213Bi at 20 Bq of 100 Bq 225Ac: three unknowns from four counts."""
    state = {"Ac-225": 100.0, "Fr-221": 60.0, "At-217": 60.0, "Bi-213": 20.0, "Po-213": 19.572}
    counts = [
        counted(window, state, chain=AC, delay_s=t, duration_s=300.0)
        for window in (BI_440, FR_218)
        for t in (300.0, 14400.0)
    ]
    drawn = sample_at_drawing(counts, chain=AC, daughters=["Fr-221", "Bi-213"])
    for name in ("Ac-225", "Fr-221", "Bi-213"):
        # What is left is 217At, 32 ms, which is not at rest against 221Fr to the last digit.
        assert drawn.activity_of(name).value == pytest.approx(state[name], rel=1e-5), name
    assert drawn.misfit_number < 1e-6
    assert drawn.n_degrees_of_freedom == 1


def test_leaving_out_a_daughter_that_was_free_shows_in_what_its_absence_would_change():
    state = {"Ac-225": 100.0, "Bi-213": 20.0, "Po-213": 19.572}  # no 221Fr at all
    counts = [counted(BI_440, state, chain=AC, delay_s=t) for t in (600.0, 14400.0)]
    drawn = sample_at_drawing(counts, chain=AC, daughters=["Bi-213"])
    wrong = drawn.activity_of("Bi-213").value
    assert wrong < 15.0
    assert wrong + drawn.change_if_absent_bq[1] == pytest.approx(20.0, rel=1e-3)


def test_one_late_count_reaches_equilibrium_and_one_early_count_assumes_it():
    state = {"Ac-225": 50.0}  # pure at drawing: the worst case
    late = sample_at_drawing([counted(BI_440, state, chain=AC, delay_s=6 * HOUR)], chain=AC)
    assert late.state == "reached"
    assert late.activity_of("Ac-225").value == pytest.approx(50.0, rel=EQUILIBRIUM_REACHED)
    early = sample_at_drawing([counted(BI_440, state, chain=AC, delay_s=HOUR)], chain=AC)
    assert early.state == "assumed"
    value = early.activity_of("Ac-225").value
    assert value < 40.0
    assert value + early.change_if_absent_bq[0] == pytest.approx(50.0, rel=EXACT)


def test_free_212bi_beside_212pb_is_found_through_208tl():
    state = {"Pb-212": 80.0, "Bi-212": 200.0}
    counts = [
        counted(TL_583, state, chain=PB, delay_s=30 * MINUTE, duration_s=600.0),
        counted(TL_583, state, chain=PB, delay_s=8 * HOUR, duration_s=600.0),
        counted(PB_239, state, chain=PB, delay_s=8 * HOUR, duration_s=600.0),
    ]
    drawn = sample_at_drawing(counts, chain=PB, daughters=["Bi-212"])
    assert drawn.activity_of("Pb-212").value == pytest.approx(80.0, rel=1e-4)
    # 208Tl (3 min) was absent at drawing, in equilibrium by assumption: 0.1 % is left at 30 min.
    assert drawn.activity_of("Bi-212").value == pytest.approx(200.0, rel=5e-3)
    assert drawn.share_of_equilibrium("Bi-212").value > 2.0


def test_equilibrium_is_what_the_chain_tends_to():
    """Second route: the chain stepped by solve_ivp from the pure parent for 60 hours."""
    chain = AC
    rate, n = chain.decay_constants_per_s, len(chain.nuclides)
    slow = [i for i in range(n) if rate[i] < 1.0]  # 217At and 213Po follow at once
    feeding = chain.branching[:n]
    at, po = chain.index("At-217"), chain.index("Po-213")

    def d_dt(_, activity):
        full = np.zeros(n)
        full[slow] = activity
        full[at] = full[chain.index("Fr-221")] * feeding[at, chain.index("Fr-221")]
        full[po] = full[chain.index("Bi-213")] * feeding[po, chain.index("Bi-213")]
        return (rate * (feeding @ full - full))[slow]

    start = np.zeros(len(slow))
    start[0] = 1.0
    found = solve_ivp(d_dt, (0.0, 60 * HOUR), start, method="LSODA", rtol=1e-10, atol=1e-14)
    ratio = equilibrium_activity_ratio(chain, "Ac-225")[slow]
    # 209Pb, 3.2 h, is within exp(-60/3.2 ln 2) of it; 217At's 32 ms is left out.
    assert found.y[:, -1] / found.y[0, -1] == pytest.approx(ratio, rel=1e-5)


def test_a_longer_lived_daughter_has_no_equilibrium():
    chain = decay_chain("At-211")
    ratio = equilibrium_activity_ratio(chain, "At-211")
    assert ratio[chain.index("Bi-207")] == 0.0
    assert ratio[chain.index("Po-211")] > 0.5


def test_covariance_is_that_of_simulated_counts():
    rng = np.random.default_rng(3)
    window = CountingWindow("440 keV", {"Bi-213": 0.026}, calibration_relative_sd=0.05)
    state = short_lived(AC, Ac_225=100.0, Bi_213=40.0)
    exact = [counted(window, state, chain=AC, delay_s=t) for t in (900.0, 10800.0, 14400.0)]
    drawn = sample_at_drawing(exact, chain=AC, daughters=["Bi-213"])
    found = []
    for _ in range(3000):
        scale = 1.0 + 0.05 * rng.standard_normal()
        noisy = [
            SampleCount(
                c.window, c.delay_s, scale * c.rate_per_s + c.sd_per_s * rng.normal(), c.sd_per_s
            )
            for c in exact
        ]
        one = sample_at_drawing(noisy, chain=AC, daughters=["Bi-213"])
        found.append([one.activity_of(n).value for n in ("Ac-225", "Bi-213")])
    i = [AC.index("Ac-225"), AC.index("Bi-213")]
    stated = drawn.covariance_bq_bq[np.ix_(i, i)]
    simulated = np.cov(np.array(found).T)
    # 3000 draws fix a variance to 2.6 %; four of these.
    assert np.diag(simulated) == pytest.approx(np.diag(stated), rel=0.11)
    assert simulated[0, 1] == pytest.approx(
        stated[0, 1], abs=0.11 * math.sqrt(stated[0, 0] * stated[1, 1])
    )
    assert np.mean(found, axis=0) == pytest.approx(drawn.activity_bq[i], rel=0.01)


def test_a_calibration_cancels_in_a_ratio_of_one_window_and_not_in_one_of_two():
    bi = CountingWindow("440 keV", {"Bi-213": 0.026}, calibration_relative_sd=0.1)
    fr = CountingWindow("218 keV", {"Fr-221": 0.06}, calibration_relative_sd=0.1)
    ratio = equilibrium_activity_ratio(AC, "Ac-225")
    state = {n: 100.0 * r for n, r in zip(AC.nuclides, ratio, strict=True) if r > 0.0}
    tiny = {"chain": AC, "relative_sd": 1e-6}
    early, late = (counted(bi, state, delay_s=t, **tiny) for t in (900.0, 14400.0))
    one = sample_at_drawing([early, late], chain=AC, daughters=["Bi-213"])
    assert one.activity_of("Bi-213").sd == pytest.approx(
        0.1 * one.activity_of("Bi-213").value, rel=1e-3
    )
    assert one.share_of_equilibrium("Bi-213").sd < 1e-4
    # 221Fr fixes the parent, and 213Bi at drawing itself: two calibrations, each by itself.
    at_once = counted(bi, state, delay_s=0.0, **tiny)
    two = sample_at_drawing(
        [at_once, counted(fr, state, delay_s=14400.0, **tiny)], chain=AC, daughters=["Bi-213"]
    )
    share = two.share_of_equilibrium("Bi-213")
    assert share.value == pytest.approx(1.0, rel=1e-6)
    assert share.sd == pytest.approx(0.1 * math.sqrt(2.0), rel=1e-3)
    assert two.activity_of("Ac-225").sd == pytest.approx(10.0, rel=1e-3)


def test_samples_have_the_mean_and_covariance_of_the_result():
    state = short_lived(AC, Ac_225=100.0, Bi_213=40.0)
    exact = [counted(BI_440, state, chain=AC, delay_s=t) for t in (900.0, 10800.0)]
    drawn = sample_at_drawing(exact, chain=AC, daughters=["Bi-213"])
    draws = drawn.samples_bq(np.random.default_rng(1), 20000)
    assert draws.shape == (20000, len(AC.nuclides))
    assert draws.mean(axis=0) == pytest.approx(drawn.activity_bq, rel=0.01)
    sd = np.sqrt(np.diag(drawn.covariance_bq_bq))
    assert draws.std(axis=0) == pytest.approx(sd, rel=0.03)


def test_delays_that_cannot_tell_them_apart_are_refused_with_the_way_out():
    state = {"Ac-225": 100.0}
    near = [counted(BI_440, state, chain=AC, delay_s=t) for t in (HOUR, HOUR + 120.0)]
    with pytest.raises(
        InvalidValueError, match=r"cannot tell Ac-225 and Bi-213 apart.*again 4 half-lives"
    ):
        sample_at_drawing(near, chain=AC, daughters=["Bi-213"])
    late = [counted(BI_440, state, chain=AC, delay_s=t) for t in (8 * HOUR, 20 * HOUR)]
    with pytest.raises(
        InvalidValueError, match=r"Bi-213 had decayed before the first count \(10\.5"
    ):
        sample_at_drawing(late, chain=AC, daughters=["Bi-213"])
    with pytest.raises(InvalidValueError, match="1 cannot determine 2 unknowns"):
        sample_at_drawing(near[:1], chain=AC, daughters=["Bi-213"])


def test_the_way_out_works():
    """Counting again when the message says is enough."""
    state = short_lived(AC, Ac_225=100.0, Bi_213=10.0)
    first = counted(BI_440, state, chain=AC, delay_s=HOUR)
    again = counted(BI_440, state, chain=AC, delay_s=HOUR + 4.0 * 45.6 * MINUTE)
    drawn = sample_at_drawing([first, again], chain=AC, daughters=["Bi-213"])
    assert drawn.condition_number < LARGEST_CONDITION / 5.0


def test_counts_that_contradict_physics_are_refused():
    state = {"Ac-225": 100.0}
    growing = [counted(BI_440, state, chain=AC, delay_s=t) for t in (600.0, 14400.0)]
    wrong = [SampleCount(BI_440, 600.0, -1.0, 0.01), growing[1]]
    with pytest.raises(InvalidValueError, match=r"Bi-213 at drawing comes out as -.*below zero"):
        sample_at_drawing(wrong, chain=AC, daughters=["Bi-213"])


@pytest.mark.parametrize(
    ("build", "match"),
    [
        (lambda: CountingWindow("a", {}), "sees no nuclide"),
        (lambda: CountingWindow("a", {"Bi-213": 0.0}), "counts_per_decay of Bi-213"),
        (lambda: CountingWindow("a", {"Bi-213": math.nan}), "window .a. must be finite"),
        (lambda: CountingWindow("a", {"Bi-213": 1.0}, 1.0), "calibration_relative_sd"),
        (lambda: SampleCount(BI_440, -1.0, 1.0, 1.0), "delay_s must be"),
        (lambda: SampleCount(BI_440, 1.0, math.inf, 1.0), "rate_per_s must be"),
        (lambda: SampleCount(BI_440, 1.0, 1.0, 0.0), "sd_per_s must be"),
        (lambda: SampleCount(BI_440, 1.0, 1.0, 1.0, -1.0), "duration_s must be"),
    ],
)
def test_bad_input_is_refused_by_field(build, match):
    with pytest.raises(InvalidValueError, match=match):
        build()


def test_unknowns_must_be_members_each_once_of_one_chain():
    count = SampleCount(BI_440, 1.0, 1.0, 0.1)
    with pytest.raises(InvalidValueError, match="Pb-212 is not in this chain"):
        sample_at_drawing([count], chain=AC, daughters=["Pb-212"])
    with pytest.raises(InvalidValueError, match="each once"):
        sample_at_drawing([count], chain=AC, daughters=["Ac-225"])
    with pytest.raises(NotSupportedError, match="chain of one parent"):
        sample_at_drawing([count], chain=decay_chain(["Ac-225", "Ac-227"]))
    with pytest.raises(InvalidValueError, match="is not in this chain"):
        sample_at_drawing([SampleCount(PB_239, 1.0, 1.0, 0.1)], chain=AC)
    with pytest.raises(InvalidValueError, match="0 cannot determine 1"):
        sample_at_drawing([], chain=AC)
