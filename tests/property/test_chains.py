"""Laws of decay chains, for any chain, mixture, time and rate."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphatwin.nuclides import DECAY_DATA_NAMES, decay_chain, exponential

PROMISED = 1e-9  # the accuracy that the chains promise
LEAST = 1e-250  # below this the numbers come near the end of the floating-point range

roots = st.sampled_from(["229Th", "225Ac", "227Ac", "224Ra", "212Pb", "211At", "213Bi", "177Lu"])
chains = st.builds(
    lambda root, data: decay_chain(root, decay_data=data), roots, st.sampled_from(DECAY_DATA_NAMES)
)
activities_bq = st.floats(1e-3, 1e12)
times_s = st.floats(-7.0, 10.0).map(lambda power: 10.0**power)
rates_per_s = st.floats(-8.0, 6.0).map(lambda power: 10.0**power)


@st.composite
def mixtures(draw):
    chain = draw(chains)
    present = draw(st.lists(st.sampled_from(chain.nuclides), min_size=1, unique=True))
    return chain, {name: draw(activities_bq) for name in present}


@st.composite
def systems(draw):
    """Any feeding, rates that may be equal, nearly equal or far apart."""
    n = draw(st.integers(1, 7))
    rates = np.array(draw(st.lists(rates_per_s, min_size=n, max_size=n)))
    nearness = draw(st.sampled_from([None, 0.0, 1e-13, 1e-7]))
    if nearness is not None:
        rates = rates[0] * (1.0 + nearness * np.arange(n))
    shares = np.array(draw(st.lists(st.floats(0.0, 1.0), min_size=n * n, max_size=n * n)))
    feeding = np.tril(shares.reshape(n, n), -1) * rates
    initial = np.array(draw(st.lists(st.floats(0.0, 1e6), min_size=n, max_size=n)))
    return {"rates": rates, "feeding": feeding, "initial": initial}


def same(value):
    return pytest.approx(value, rel=PROMISED, abs=LEAST)


@given(mixture=mixtures(), time_s=times_s)
def test_atoms_are_conserved(mixture, time_s):
    chain, initial = mixture
    before = chain.atoms(initial, time_s=0.0).sum()
    assert chain.atoms(initial, time_s=time_s).sum() == same(before)


@given(mixture=mixtures(), time_s=times_s, factor=st.floats(1e-6, 1e6))
def test_activity_is_linear_in_the_initial_activities(mixture, time_s, factor):
    chain, initial = mixture
    scaled = {name: factor * activity for name, activity in initial.items()}
    whole = chain.activity_bq(scaled, time_s=time_s)
    parts = sum(chain.activity_bq({n: a}, time_s=time_s) for n, a in initial.items())
    assert whole == same(factor * parts)


@given(mixture=mixtures(), ends=st.lists(times_s, min_size=3, max_size=3))
def test_decays_add_up_over_adjoining_intervals(mixture, ends):
    chain, initial = mixture
    first, second, third = sorted(ends)
    parts = chain.cumulated_decays(initial, start_s=first, stop_s=second)
    parts = parts + chain.cumulated_decays(initial, start_s=second, stop_s=third)
    assert parts == same(chain.cumulated_decays(initial, start_s=first, stop_s=third))


@given(mixture=mixtures(), first=times_s, then=times_s)
def test_a_chain_followed_in_two_steps_is_the_chain_followed_in_one(mixture, first, then):
    chain, initial = mixture
    middle = chain.activity_bq(initial, time_s=first)
    carried = dict(zip(chain.nuclides, middle, strict=True))
    end = chain.activity_bq(initial, time_s=first + then)
    # The two steps may differ from the sum of their lengths by a rounding error, times the rate.
    slack = 4e-16 * (first + then) * chain.decay_constants_per_s.max() * (end > 0.0)
    found = chain.activity_bq(carried, time_s=then)
    alive = (end > LEAST) & (slack < PROMISED)
    assert found[alive] == same(end[alive])


@given(mixture=mixtures(), time_s=times_s)
def test_all_decays_are_those_before_and_those_after(mixture, time_s):
    chain, initial = mixture
    before = chain.cumulated_decays(initial, stop_s=time_s)
    after = chain.cumulated_decays(initial, start_s=time_s, stop_s=np.inf)
    assert before + after == same(chain.cumulated_decays(initial, stop_s=np.inf))


@given(system=systems(), time=times_s, factor=st.sampled_from([2.0**-30, 0.125, 2.0**40]))
def test_the_unit_of_time_does_not_matter(system, time, factor):
    scaled = {
        "rates": system["rates"] / factor,
        "feeding": system["feeding"] / factor,
        "initial": system["initial"],
    }
    found = exponential.amounts(**scaled, time=np.array([time * factor]))
    assert found == same(exponential.amounts(**system, time=np.array([time])))
    found = exponential.integrals(**scaled, time=np.array([time * factor]))
    assert found == same(factor * exponential.integrals(**system, time=np.array([time])))


@given(system=systems(), times=st.lists(times_s, min_size=1, max_size=5))
def test_nothing_is_ever_negative_and_integrals_never_fall(system, times):
    times = np.sort(times)
    assert np.all(exponential.amounts(**system, time=times) >= 0.0)
    integrals = exponential.integrals(**system, time=times)
    assert np.all(integrals >= 0.0)
    assert np.all(np.diff(integrals, axis=0) >= -PROMISED * integrals[:-1])


@given(system=systems(), times=st.lists(times_s, min_size=1, max_size=5))
def test_the_order_of_the_times_does_not_matter(system, times):
    together = exponential.amounts(**system, time=np.array(times))
    for row, time in zip(together, times, strict=True):
        assert row == same(exponential.amounts(**system, time=np.array([time]))[0])


@given(
    chain=chains,
    amplitude_bq=activities_bq,
    time_s=times_s,
    uptake=st.floats(1.001, 1e6),
    share=st.floats(0.0, 0.5),
)
def test_phases_add_up(chain, amplitude_bq, time_s, uptake, share):
    slow = float(chain.decay_constants_per_s[0])
    fast = slow * uptake
    amplitudes = [amplitude_bq, -share * amplitude_bq]
    both = chain.activity_from_phases_bq(amplitudes, [slow, fast], time_s=time_s)
    single = [
        chain.activity_from_phases_bq([a], [k], time_s=time_s)
        for a, k in zip(amplitudes, (slow, fast), strict=True)
    ]
    assert both == pytest.approx(sum(single), rel=PROMISED, abs=LEAST)


@given(chain=chains, activity_bq=activities_bq, time_s=times_s)
def test_a_phase_without_clearance_is_the_chain_itself(chain, activity_bq, time_s):
    rate = chain.decay_constants_per_s[0]
    root = {chain.nuclides[0]: activity_bq}
    found = chain.activity_from_phases_bq([activity_bq], [rate], time_s=time_s)
    assert found == same(chain.activity_bq(root, time_s=time_s))
    decays = chain.cumulated_decays_from_phases([activity_bq], [rate], stop_s=[time_s, np.inf])
    assert decays == same(chain.cumulated_decays(root, stop_s=[time_s, np.inf]))
