"""Bladder contents: closed forms, and the chain stepped through every void by solve_ivp."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp

from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.kinetics.bladder import (
    CUSTOMARY_INTERVAL_S,
    Voiding,
    bladder_activity_bq,
    bladder_contents,
)
from alphatwin.kinetics.excretion import excretion_given
from alphatwin.nuclides import decay_chain

ROUND_OFF = 1e-12
STEPPING = 1e-7  # solve_ivp is asked for 1e-10
HOUR = 3600.0
LU, AC, PB = (decay_chain(name) for name in ("Lu-177", "Ac-225", "Pb-212"))
EVERY = Voiding((1.5 * HOUR, 4.0 * HOUR), 3.5 * HOUR, 0.15)
URINE = excretion_given([0.5, 0.3], [1.2 * HOUR, 25.0 * HOUR])
INJECTED = 1e8


def stepped(chain, excretion, voiding, *, stop_s):
    """Decays, and atoms left, by stepping the equations through every void."""
    n, rate = len(chain.nuclides), chain.decay_constants_per_s
    feeding = chain.branching[:n] * rate
    share, k = excretion.share_fraction[0], excretion.biological_rate_per_s[0]

    def d_dt(t, state):
        atoms = state[:n]
        change = feeding @ atoms - rate * atoms
        change[0] += INJECTED / rate[0] * np.sum(share * k * np.exp(-(k + rate[0]) * t))
        return np.concatenate([change, rate * atoms])

    def jacobian(_t, _state):
        matrix = np.zeros((2 * n, 2 * n))
        matrix[:n, :n] = feeding - np.diag(rate)
        matrix[n:, :n] = np.diag(rate)
        return matrix

    state = np.zeros(2 * n)
    edges = [0.0, *voiding.until(stop_s), stop_s]
    for start, stop in itertools.pairwise(edges):
        if start > 0.0:
            state[:n] *= voiding.residual_fraction
        state = solve_ivp(
            d_dt, (start, stop), state, method="Radau", jac=jacobian, rtol=1e-10, atol=1e-3
        ).y[:, -1]
    return state[n:], state[:n]


@pytest.mark.parametrize("chain", [LU, AC, PB], ids=lambda chain: chain.roots[0])
def test_decays_of_every_member_are_those_of_stepping(chain):
    stop_s = 30.0 * HOUR
    decays, left = stepped(chain, URINE, EVERY, stop_s=stop_s)
    found = bladder_contents(
        URINE, chain=chain, voiding=EVERY, administered_bq=INJECTED, stop_s=stop_s
    )
    assert found.decays_bq_s[0] == pytest.approx(decays, rel=STEPPING)
    assert found.end_atoms[0] == pytest.approx(left, rel=STEPPING, abs=1.0)
    assert found.balance_error_ratio()[0] < ROUND_OFF
    activity = bladder_activity_bq(
        URINE, chain=chain, voiding=EVERY, administered_bq=INJECTED, time_s=[stop_s]
    )
    assert activity[0, 0] == pytest.approx(chain.decay_constants_per_s * found.end_atoms[0])


def test_decays_are_the_integral_of_the_activity():
    stop_s = 20.0 * HOUR
    found = bladder_contents(
        URINE, chain=PB, voiding=EVERY, administered_bq=INJECTED, stop_s=stop_s
    )

    def activity(t):
        return bladder_activity_bq(
            URINE, chain=PB, voiding=EVERY, administered_bq=INJECTED, time_s=[t]
        )[0, 0, :2]

    edges = [0.0, *EVERY.until(stop_s), stop_s]
    for member in (0, 1):
        total = sum(
            quad(lambda t, i=member: activity(t)[i], a + 1e-6, b, epsrel=1e-9)[0]
            for a, b in itertools.pairwise(edges)
        )
        assert found.decays_bq_s[0, member] == pytest.approx(total, rel=1e-7)


def test_voids_for_ever_are_the_limit_of_many_voids():
    endless = bladder_contents(URINE, chain=LU, voiding=EVERY, administered_bq=INJECTED)
    many = bladder_contents(
        URINE, chain=LU, voiding=EVERY, administered_bq=INJECTED, stop_s=4000.0 * HOUR
    )
    # After 25 half-lives of 177Lu on top of 160 of the slow phase nothing is left.
    assert endless.decays_bq_s == pytest.approx(many.decays_bq_s, rel=1e-11)
    assert endless.voided_atoms[:, 0] == pytest.approx(many.voided_atoms[:, 0], rel=1e-11)
    assert endless.balance_error_ratio()[0] < ROUND_OFF


def test_one_phase_one_interval_is_the_textbook_closed_form():
    """Content refills from zero at each void: sum over voids of A0 f [(e^-mu t)...] (eq. B13)."""
    decay = float(LU.decay_constants_per_s[0])
    k, interval = math.log(2.0) / (2.0 * HOUR), CUSTOMARY_INTERVAL_S
    one_fill = -math.expm1(-decay * interval) / decay + math.expm1(-(decay + k) * interval) / (
        decay + k
    )
    expected = INJECTED * 0.6 * one_fill / -math.expm1(-(decay + k) * interval)
    found = bladder_contents(
        excretion_given([0.6], [2.0 * HOUR]),
        chain=LU,
        voiding=Voiding(interval_s=interval),
        administered_bq=INJECTED,
    )
    assert found.decays_bq_s[0, 0] == pytest.approx(expected, rel=1e-11)


def test_without_voids_all_that_is_excreted_decays_in_the_bladder():
    decay = float(LU.decay_constants_per_s[0])
    found = bladder_contents(URINE, chain=LU, voiding=Voiding(), administered_bq=INJECTED)
    k = URINE.biological_rate_per_s[0]
    expected = INJECTED / decay * float(np.sum(URINE.share_fraction[0] * k / (k + decay)))
    assert found.decays_bq_s[0, 0] == pytest.approx(expected, rel=ROUND_OFF)
    assert found.voided_atoms[0, 0] == 0.0


def test_a_bladder_voided_all_the_time_holds_nothing():
    by_interval = [
        bladder_contents(
            URINE, chain=AC, voiding=Voiding(interval_s=t), administered_bq=INJECTED
        ).decays_bq_s[0]
        for t in (3600.0, 36.0, 0.36)
    ]
    assert (by_interval[1][0] / by_interval[0][0]) == pytest.approx(0.01, rel=0.2)
    assert (by_interval[2][0] / by_interval[1][0]) == pytest.approx(0.01, rel=1e-2)
    # Daughters need time to grow: each falls faster than its parent.
    fall = by_interval[2] / by_interval[1]
    assert fall[AC.index("Bi-213")] < fall[AC.index("Fr-221")] < fall[0] < 0.0101


def test_225ac_in_the_bladder_is_not_in_equilibrium_with_213bi():
    found = bladder_contents(
        URINE, chain=AC, voiding=Voiding(interval_s=3.5 * HOUR), administered_bq=INJECTED
    )
    share = found.decays_bq_s[0, AC.index("Bi-213")] / found.decays_bq_s[0, 0]
    assert 0.4 < share < 0.8


def test_activity_falls_at_a_void_and_time_zero_is_empty():
    before = EVERY.times_s[0]
    found = bladder_activity_bq(
        URINE, chain=LU, voiding=EVERY, administered_bq=INJECTED,
        time_s=[0.0, before, before * (1 + 1e-12), 1.0],
    )[0, :, 0]  # fmt: skip
    assert found[0] == 0.0
    assert found[2] == pytest.approx(0.15 * found[1], rel=1e-9)
    assert found[3] == pytest.approx(
        INJECTED * float(np.sum(URINE.share_fraction * URINE.biological_rate_per_s)), rel=1e-3
    )


def test_a_void_at_the_end_is_not_yet_done():
    stop_s = EVERY.times_s[1]
    found = bladder_contents(
        URINE, chain=LU, voiding=EVERY, administered_bq=INJECTED, stop_s=stop_s
    )
    just_before = bladder_contents(
        URINE, chain=LU, voiding=EVERY, administered_bq=INJECTED, stop_s=stop_s * (1 - 1e-12)
    )
    assert found.end_atoms == pytest.approx(just_before.end_atoms, rel=1e-9)
    assert list(EVERY.until(stop_s)) == [EVERY.times_s[0]]
    assert list(Voiding((), 2.0).until(6.0)) == [2.0, 4.0]


def test_samples_are_solved_each_by_itself():
    rng = np.random.default_rng(4)
    share, half = rng.uniform(0.1, 0.4, (5, 2)), HOUR * rng.uniform(0.5, 50.0, (5, 2))
    together = bladder_contents(
        excretion_given(share, half), chain=AC, voiding=EVERY, administered_bq=INJECTED
    )
    for row in range(5):
        alone = bladder_contents(
            excretion_given(share[row], half[row]),
            chain=AC,
            voiding=EVERY,
            administered_bq=INJECTED,
        )
        assert together.decays_bq_s[row] == pytest.approx(alone.decays_bq_s[0], rel=1e-11)


@pytest.mark.parametrize(
    ("build", "match"),
    [
        (lambda: Voiding((2.0, 1.0)), "increasing"),
        (lambda: Voiding((0.0,)), "increasing"),
        (lambda: Voiding((math.inf,)), "increasing"),
        (lambda: Voiding((), 0.0), "interval_s of voiding"),
        (lambda: Voiding((), 1.0, 1.0), "residual_fraction"),
        (lambda: Voiding((), 1.0, -0.1), "residual_fraction"),
        (
            lambda: bladder_contents(URINE, chain=LU, voiding=EVERY, administered_bq=-1.0),
            "administered_bq",
        ),
        (
            lambda: bladder_contents(
                URINE, chain=LU, voiding=EVERY, administered_bq=1.0, stop_s=-1.0
            ),
            "stop_s",
        ),
        (
            lambda: bladder_activity_bq(
                URINE, chain=LU, voiding=EVERY, administered_bq=1.0, time_s=[-1.0]
            ),
            "time_s",
        ),
    ],
    ids=[str(i) for i in range(9)],
)
def test_bad_input_is_refused_by_field(build, match):
    with pytest.raises(InvalidValueError, match=match):
        build()


def test_several_roots_are_not_followed():
    with pytest.raises(NotSupportedError, match="chain of one nuclide"):
        bladder_contents(
            URINE, chain=decay_chain(["Ac-225", "Ac-227"]), voiding=EVERY, administered_bq=1.0
        )
