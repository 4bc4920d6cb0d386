"""Laws of excretion: balance, linearity, additivity of time, more voids and fewer decays."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from alphatwin.kinetics import RegionCurve
from alphatwin.kinetics.bladder import Voiding, bladder_activity_bq, bladder_contents
from alphatwin.kinetics.body_balance import remainder, whole_body_atoms
from alphatwin.kinetics.excretion import Excretion, excretion_given
from alphatwin.nuclides import decay_chain

CONSERVED = 1e-10
"""What is promised for atoms."""
ROUND_OFF = 1e-9  # sums of many intervals
HOUR = 3600.0
INJECTED = 1e7
CHAINS = {name: decay_chain(name) for name in ("F-18", "Lu-177", "Bi-213", "Pb-212", "Ac-225")}

half_times = st.floats(0.1, 300.0).map(lambda h: h * HOUR)
chains = st.sampled_from(sorted(CHAINS))


@st.composite
def excretions(draw: st.DrawFn) -> Excretion:
    n_phases = draw(st.integers(1, 3))
    raw = draw(st.lists(st.floats(0.01, 1.0), min_size=n_phases, max_size=n_phases))
    total = draw(st.floats(0.05, 1.0))
    half = draw(st.lists(half_times, min_size=n_phases, max_size=n_phases))
    return excretion_given([total * share / sum(raw) for share in raw], half)


@st.composite
def voidings(draw: st.DrawFn) -> Voiding:
    gaps = draw(st.lists(st.floats(0.2, 9.0), max_size=3))
    times = tuple(float(t) * HOUR for t in np.cumsum(gaps))
    interval = draw(st.one_of(st.none(), st.floats(0.5, 12.0).map(lambda h: h * HOUR)))
    return Voiding(times, interval, draw(st.floats(0.0, 0.9)))


def contents(excretion, voiding, *, root, stop_s=math.inf, scale=1.0):
    return bladder_contents(
        excretion,
        chain=CHAINS[root],
        voiding=voiding,
        administered_bq=scale * INJECTED,
        stop_s=stop_s,
    )


@settings(max_examples=60)
@given(excretions(), voidings(), chains, st.one_of(st.just(0.0), st.floats(1e-6, 80.0)))
def test_no_excreted_atom_is_lost_of_any_member(excretion, voiding, root, stop_h):
    for stop_s in (stop_h * HOUR, math.inf):
        found = contents(excretion, voiding, root=root, stop_s=stop_s)
        assert (found.balance_error_ratio() < CONSERVED).all()
        chain = CHAINS[root]
        made = found.decays_bq_s @ chain.branching[: len(chain.nuclides)].T
        made[:, 0] += found.entered_atoms
        gone = found.decays_bq_s + found.end_atoms + found.voided_atoms
        assert gone == pytest.approx(made, rel=CONSERVED, abs=CONSERVED * made.max(initial=0.0))


@settings(max_examples=40)
@given(excretions(), voidings(), chains, st.floats(0.1, 10.0))
def test_decays_are_proportional_to_what_was_injected(excretion, voiding, root, scale):
    one = contents(excretion, voiding, root=root)
    more = contents(excretion, voiding, root=root, scale=scale)
    assert more.decays_bq_s == pytest.approx(scale * one.decays_bq_s, rel=ROUND_OFF)


@settings(max_examples=40)
@given(excretions(), voidings(), chains)
def test_phases_add_up(excretion, voiding, root):
    half = math.log(2.0) / excretion.biological_rate_per_s[0]
    parts = [
        contents(excretion_given([share], [time]), voiding, root=root).decays_bq_s
        for share, time in zip(excretion.share_fraction[0], half, strict=True)
    ]
    whole = contents(excretion, voiding, root=root).decays_bq_s
    assert sum(parts) == pytest.approx(whole, rel=ROUND_OFF)


@settings(max_examples=40)
@given(excretions(), voidings(), chains, st.floats(0.5, 60.0), st.floats(0.0, 1.0))
def test_a_mark_in_time_changes_nothing(excretion, voiding, root, stop_h, share):
    """Voids listed one by one, and the interval they stand for, are the same; so are parts."""
    stop_s = stop_h * HOUR
    whole = contents(excretion, voiding, root=root, stop_s=stop_s)
    listed = Voiding(tuple(voiding.until(stop_s)), None, voiding.residual_fraction)
    assert contents(excretion, listed, root=root, stop_s=stop_s).decays_bq_s == pytest.approx(
        whole.decays_bq_s, rel=ROUND_OFF
    )
    part = contents(excretion, voiding, root=root, stop_s=share * stop_s)
    assert (part.decays_bq_s <= whole.decays_bq_s * (1 + ROUND_OFF)).all()


@settings(max_examples=40)
@given(excretions(), voidings(), chains, st.floats(0.5, 30.0))
def test_one_more_void_never_adds_decays_and_a_better_one_takes_more(
    excretion, voiding, root, extra_h
):
    stop_s = 200.0 * HOUR
    times = tuple(voiding.until(stop_s))
    before = contents(excretion, Voiding(times, None, 0.3), root=root, stop_s=stop_s).decays_bq_s
    more = tuple(sorted({*times, extra_h * HOUR}))
    after = contents(excretion, Voiding(more, None, 0.3), root=root, stop_s=stop_s).decays_bq_s
    better = contents(excretion, Voiding(more, None, 0.0), root=root, stop_s=stop_s).decays_bq_s
    assert (after <= before * (1 + ROUND_OFF)).all()
    assert (better <= after * (1 + ROUND_OFF)).all()


@settings(max_examples=30)
@given(excretions(), voidings(), st.lists(st.floats(0.0, 100.0), min_size=1, max_size=5))
def test_activity_at_a_time_is_what_is_left_at_that_time(excretion, voiding, hours):
    times = [h * HOUR for h in hours]
    found = bladder_activity_bq(
        excretion,
        chain=CHAINS["Pb-212"],
        voiding=voiding,
        administered_bq=INJECTED,
        time_s=times,
    )
    for row, stop_s in enumerate(times):
        end = contents(excretion, voiding, root="Pb-212", stop_s=stop_s).end_atoms
        expected = end * CHAINS["Pb-212"].decay_constants_per_s
        assert found[:, row] == pytest.approx(expected, rel=ROUND_OFF, abs=1e-12)


amplitudes = st.lists(st.floats(0.01, 0.2), min_size=1, max_size=3)
rates = st.floats(1e-8, 1e-3)


@settings(max_examples=60)
@given(st.lists(st.tuples(amplitudes, rates), min_size=1, max_size=3), excretions(), st.data())
def test_the_body_is_whole_at_all_times(regions, excretion, data):
    curves = {}
    for number, (a, k) in enumerate(regions):
        rate = k * (1.0 + np.arange(len(a)))
        curves[f"r{number}"] = RegionCurve([a], [rate], a, rate, "test")
    assume(sum(sum(a) for a, _ in regions) < 0.9)
    rest = remainder(curves, excretion=excretion, tolerated_fraction=0.95)
    times = data.draw(st.lists(st.floats(0.0, 1e8), min_size=1, max_size=4))
    atoms = whole_body_atoms(
        curves,
        remainder_curve=rest.curve,
        excretion=excretion,
        decay_constant_per_s=data.draw(st.floats(1e-8, 1e-3)),
        time_s=times,
    )
    assert np.abs(atoms.error_fraction()).max() < CONSERVED
