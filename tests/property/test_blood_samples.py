"""Laws of samples counted late: what was in comes out, scale and order do not matter."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from alphatwin.errors import InvalidValueError
from alphatwin.kinetics.blood import DrawnSample, equilibrium_activity_ratio, sample_at_drawing
from alphatwin.kinetics.counting import CountingWindow, SampleCount
from alphatwin.nuclides import decay_chain

EXACT = 1e-7  # 1e-9 of the chain, grown by a condition number of at most 50
MINUTE = 60.0
AC, PB = decay_chain("Ac-225"), decay_chain("Pb-212")
CASES = {
    "Bi-213": (AC, CountingWindow("440 keV", {"Bi-213": 0.026}), 45.6 * MINUTE),
    "Bi-212": (PB, CountingWindow("727 keV", {"Bi-212": 0.005, "Tl-208": 0.001}), 60.6 * MINUTE),
}


def state_of(chain, daughter, parent_bq, share):
    """Return the chain in equilibrium but for a daughter, and what follows it at once."""
    state = parent_bq * equilibrium_activity_ratio(chain, chain.roots[0])
    excess = (share - 1.0) * state[chain.index(daughter)]
    return state + excess * equilibrium_activity_ratio(chain, daughter)


def counts_of(chain, window, state, *, delays_s, duration_s, scale=1.0) -> list[SampleCount]:
    initial = {n: float(max(a, 0.0)) for n, a in zip(chain.nuclides, state, strict=True)}
    found = []
    for delay_s in delays_s:
        stop_s = delay_s + duration_s
        mean = chain.cumulated_decays(initial, start_s=delay_s, stop_s=stop_s) / duration_s
        rate = sum(e * mean[chain.index(n)] for n, e in window.counts_per_decay.items())
        rate = scale * float(rate)
        found.append(SampleCount(window, delay_s, rate, 0.01 * rate, duration_s))
    return found


def solved(counts, chain, daughter) -> DrawnSample:
    """Return the solution, where the delays allow one."""
    try:
        return sample_at_drawing(counts, chain=chain, daughters=[daughter])
    except InvalidValueError as error:
        assume("cannot tell" not in str(error))
        raise


@settings(max_examples=80)
@given(
    st.sampled_from(sorted(CASES)),
    st.floats(1e-2, 1e6),
    st.floats(0.0, 5.0),
    st.lists(st.floats(0.02, 8.0), min_size=2, max_size=4),
    st.tuples(st.floats(60.0, 3600.0), st.floats(1e-3, 1e3)),
)
def test_what_was_in_the_sample_comes_out(daughter, parent_bq, share, lives, duration_and_scale):
    duration_s, scale = duration_and_scale
    chain, window, half_life_s = CASES[daughter]
    state = state_of(chain, daughter, parent_bq, share)
    # A short-lived descendant of nothing cannot be below nothing.
    assume((state >= 0.0).all())
    delays_s = [life * half_life_s for life in lives]
    given_counts = {"delays_s": delays_s, "duration_s": duration_s}
    drawn = solved(counts_of(chain, window, state, **given_counts), chain, daughter)
    assert drawn.activity_bq[0] == pytest.approx(parent_bq, rel=EXACT)
    own = chain.index(daughter)
    assert drawn.activity_bq[own] == pytest.approx(state[own], rel=EXACT, abs=EXACT * parent_bq)
    scaled = solved(
        counts_of(chain, window, state, scale=scale, **given_counts)[::-1], chain, daughter
    )
    assert scaled.activity_bq == pytest.approx(
        scale * drawn.activity_bq, rel=EXACT, abs=EXACT * scale * parent_bq
    )
    assert np.diag(scaled.covariance_bq_bq) == pytest.approx(
        scale**2 * np.diag(drawn.covariance_bq_bq), rel=1e-6, abs=1e-12
    )
    assert (np.linalg.eigvalsh(drawn.covariance_bq_bq) > -1e-9 * parent_bq**2).all()


@settings(max_examples=40)
@given(st.floats(0.0, 3.0), st.floats(0.1, 1.0), st.floats(3.0, 6.0), st.floats(1.0, 8.0))
def test_another_count_never_makes_it_less_certain(share, early, late, third):
    chain, window, half_life_s = CASES["Bi-213"]
    state = state_of(chain, "Bi-213", 100.0, share)
    assume((state >= 0.0).all())
    delays_s = [half_life_s * x for x in (early, late, third)]
    counts = counts_of(chain, window, state, delays_s=delays_s, duration_s=600.0)
    two = sample_at_drawing(counts[:2], chain=chain, daughters=["Bi-213"])
    three = sample_at_drawing(counts, chain=chain, daughters=["Bi-213"])
    for name in ("Ac-225", "Bi-213"):
        assert three.activity_of(name).sd <= two.activity_of(name).sd * (1 + 1e-9)
