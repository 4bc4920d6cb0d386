"""Chains: their members, shapes of answers, refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest

from alphatwin.errors import DataError, InvalidValueError, NotSupportedError
from alphatwin.nuclides import DECAY_DATA_NAMES, decay_chain, ensdf, nuclide

ROUND_OFF = 1e-12
AC225 = ("Ac-225", "Fr-221", "At-217", "Bi-213", "Po-213", "Tl-209", "Pb-209")


def test_members_of_the_actinium_chain():
    chain = decay_chain("225Ac")
    assert chain.roots == ("Ac-225",)
    assert chain.nuclides == AC225
    assert chain.stable_ends == ("Bi-209",)
    assert chain.atom_labels == (*AC225, "Bi-209", "untracked")
    assert chain.index("213Bi") == 3
    assert "Rn-217" in decay_chain("225Ac", decay_data="ensdf").nuclides


@pytest.mark.parametrize("decay_data", DECAY_DATA_NAMES)
@pytest.mark.parametrize("name", sorted(ensdf.structure()))
def test_parents_come_before_their_daughters(name, decay_data):
    chain = decay_chain(name, decay_data=decay_data, allow_untracked=True)
    assert chain.nuclides[0] == name
    n = len(chain.nuclides)
    assert np.all(np.triu(chain.branching[:n]) == 0.0)
    lost = 1.0 - chain.branching.sum(axis=0)
    assert lost == pytest.approx(chain.untracked_fractions, abs=1e-15)
    assert not chain.branching.flags.writeable


def test_decays_per_parent_decay_follow_the_branches():
    decays = dict(zip(AC225, decay_chain("225Ac").decays_per_parent_decay(), strict=True))
    assert decays["At-217"] == 1.0
    assert decays["Po-213"] == pytest.approx(0.99988 * 0.9791, rel=ROUND_OFF)
    assert decays["Pb-209"] == pytest.approx(0.99988, rel=ROUND_OFF)


def test_a_single_nuclide_decays_exponentially():
    chain = decay_chain("177Lu")
    half_life_s = nuclide("177Lu").half_life_s
    activity = chain.activity_bq({"177Lu": 8.0}, time_s=[0.0, half_life_s, 3.0 * half_life_s])
    assert activity[:, 0] == pytest.approx([8.0, 4.0, 1.0], rel=ROUND_OFF)
    decays = chain.cumulated_decays({"177Lu": 8.0}, stop_s=math.inf)
    assert decays[0] == pytest.approx(8.0 * half_life_s / math.log(2.0), rel=ROUND_OFF)


@pytest.mark.parametrize("shape", [(), (0,), (4,), (2, 3)])
def test_answers_keep_the_shape_of_the_times(shape):
    chain = decay_chain("225Ac")
    times = np.full(shape, 3600.0)
    assert chain.activity_bq({"225Ac": 1.0}, time_s=times).shape == (*shape, 7)
    assert chain.cumulated_decays({"225Ac": 1.0}, stop_s=times).shape == (*shape, 7)
    assert chain.atoms({"225Ac": 1.0}, time_s=times).shape == (*shape, 9)
    assert chain.activity_from_phases_bq([1.0], [1e-5], time_s=times).shape == (*shape, 7)
    phases = chain.cumulated_decays_from_phases([1.0], [1e-5], stop_s=times)
    assert phases.shape == (*shape, 7)


def test_more_times_than_a_block_and_in_any_order():
    chain = decay_chain("225Ac")
    times = np.geomspace(1e-6, 1e7, 5001)
    mixed = np.random.default_rng(1).permutation(times.size)
    ordered = chain.activity_bq({"225Ac": 1.0}, time_s=times)
    assert np.allclose(
        chain.activity_bq({"225Ac": 1.0}, time_s=times[mixed]), ordered[mixed], rtol=1e-9, atol=0.0
    )
    some = chain.activity_bq({"225Ac": 1.0}, time_s=times[::1000])
    assert np.allclose(some, ordered[::1000], rtol=1e-9, atol=0.0)


def test_time_zero_gives_back_what_was_put_in():
    chain = decay_chain("225Ac")
    initial = {"225Ac": 5.0, "213Bi": 2.0}
    activity = chain.activity_bq(initial, time_s=0.0)
    assert activity == pytest.approx([5.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0], rel=ROUND_OFF)
    assert np.all(chain.cumulated_decays(initial, stop_s=0.0) == 0.0)


def test_several_roots_share_their_members():
    chain = decay_chain(["225Ac", "227Ac"])
    assert set(AC225) < set(chain.nuclides)
    assert chain.stable_ends == ("Bi-209", "Pb-207")
    alone = decay_chain("225Ac").activity_bq({"225Ac": 3.0}, time_s=1e5)
    mixed = chain.activity_bq({"225Ac": 3.0, "227Ac": 1.0}, time_s=1e5)
    for i, name in enumerate(AC225):
        assert mixed[chain.index(name)] == pytest.approx(alone[i], rel=1e-9)
    with pytest.raises(InvalidValueError, match="has 2 roots"):
        chain.decays_per_parent_decay()


def test_an_uptake_phase_begins_from_nothing():
    chain = decay_chain("225Ac")
    rate = float(chain.decay_constants_per_s[0])
    activity = chain.activity_from_phases_bq([4.0, -4.0], [rate, 1e-3], time_s=[0.0, 1e5])
    assert activity[0] == pytest.approx(np.zeros(7), abs=1e-9)
    assert activity[1, 0] == pytest.approx(4.0 * math.exp(-rate * 1e5), rel=ROUND_OFF)


def test_to_infinity_every_daughter_decays_where_the_root_did():
    chain = decay_chain("225Ac")
    rate = 5.0 * float(chain.decay_constants_per_s[0])
    found = chain.cumulated_decays_from_phases([2.0], [rate], stop_s=math.inf)
    assert found == pytest.approx(2.0 / rate * chain.decays_per_parent_decay(), rel=ROUND_OFF)
    parts = [
        chain.cumulated_decays_from_phases([2.0], [rate], start_s=a, stop_s=b)
        for a, b in ((0.0, 1e3), (1e3, 1e6), (1e6, math.inf))
    ]
    assert sum(parts) == pytest.approx(found, rel=1e-9)


@pytest.mark.parametrize("root", ["225Ac", "227Ac", "212Pb", "177Lu"])
def test_samples_of_phases_are_each_what_they_are_alone(root):
    """The rates of the samples lie at, near and far from those of the members."""
    chain = decay_chain(root)
    rates = chain.decay_constants_per_s
    first = np.array([1.0, 1.0 + 1e-12, 1.3, 1e3, *(rates[1:] / rates[0])])
    first = rates[0] * first[first >= 1.0]
    phases_rate = np.stack([first, 2.0 * first], axis=-1)[:, None, :]  # (n, 1, 2)
    amplitude = np.broadcast_to([3.0, -1.0], phases_rate.shape)
    times = np.array([0.0, 1e-3, 30.0, 4e3, 1e6])
    activity = chain.activity_from_phases_bq(amplitude, phases_rate, time_s=times)
    assert activity.shape == (first.size, 1, times.size, rates.size)
    stops = [*times[1:], math.inf]
    for start in (0.0, 1e-3):
        decays = chain.cumulated_decays_from_phases(
            amplitude, phases_rate, start_s=start, stop_s=stops
        )
        for i in range(first.size):
            alone = chain.cumulated_decays_from_phases(
                amplitude[i, 0], phases_rate[i, 0], start_s=start, stop_s=stops
            )
            assert decays[i, 0] == pytest.approx(alone, rel=1e-9)
    for i in range(first.size):
        alone = chain.activity_from_phases_bq(amplitude[i, 0], phases_rate[i, 0], time_s=times)
        assert activity[i, 0] == pytest.approx(alone, rel=1e-9)


@pytest.mark.parametrize(
    ("initial", "time_s", "message"),
    [
        ({"225Ac": -1.0}, 1.0, r"initial_bq\['225Ac'\] must be finite and >= 0, got -1"),
        ({"225Ac": math.nan}, 1.0, "must be finite and >= 0, got nan"),
        ({"225Ac": 1.0, "Ac-225": 2.0}, 1.0, "initial_bq names Ac-225 twice"),
        ({"177Lu": 1.0}, 1.0, "Lu-177 is not in this chain; its members: Ac-225"),
        ({"225Ac": 1.0}, -2.0, "time_s must be finite and >= 0 s, got -2"),
        ({"225Ac": 1.0}, [1.0, math.inf], "got inf"),
        ({"225Ac": 1.0}, math.nan, "got nan"),
    ],
)
def test_impossible_questions_are_refused(initial, time_s, message):
    with pytest.raises(InvalidValueError, match=message):
        decay_chain("225Ac").activity_bq(initial, time_s=time_s)


@pytest.mark.parametrize(
    ("start_s", "stop_s", "message"),
    [
        (-1.0, 1.0, "start_s must be finite"),
        (math.inf, math.inf, "start_s must be finite"),
        (2.0, 1.0, r"stop_s must be at least start_s \(2 s\), got 1 s"),
        (0.0, math.nan, "stop_s must be at least"),
    ],
)
def test_impossible_intervals_are_refused(start_s, stop_s, message):
    with pytest.raises(InvalidValueError, match=message):
        decay_chain("225Ac").cumulated_decays({"225Ac": 1.0}, start_s=start_s, stop_s=stop_s)


@pytest.mark.parametrize(
    ("amplitudes", "rates", "message"),
    [
        ([1.0], [1e-9], "at least the decay constant of Ac-225 in icrp107, 8.0225"),
        ([1.0], [math.inf], "must be finite"),
        ([], [], "at least one phase"),
        ([math.nan], [1.0], "phases_amplitude_bq must be finite"),
        ([1.0, 2.0], [1.0], r"must have one shape, \(..., n_phases\), .* got \(2,\) and \(1,\)"),
    ],
)
def test_impossible_phases_are_refused(amplitudes, rates, message):
    with pytest.raises(InvalidValueError, match=message):
        decay_chain("225Ac").activity_from_phases_bq(amplitudes, rates, time_s=1.0)


def test_chains_that_leave_the_data_are_refused_unless_asked_for():
    with pytest.raises(NotSupportedError, match=r"leaves the data at Tb-149: .*Gd-149"):
        decay_chain("149Tb", decay_data="ensdf")
    chain = decay_chain("149Tb", decay_data="ensdf", allow_untracked=True)
    assert chain.untracked_fractions == pytest.approx([1.0])


def test_beyond_the_ensdf_table_lines_tell_the_branches():
    assert decay_chain("166Ho").stable_ends == ("Er-166",)
    radium = decay_chain("226Ra")
    assert radium.nuclides == (
        *("Ra-226", "Rn-222", "Po-218", "Pb-214", "At-218", "Bi-214"),
        *("Tl-210", "Rn-218", "Po-214", "Pb-210", "Bi-210", "Po-210"),
    )
    assert radium.stable_ends == ("Pb-206",)
    with pytest.raises(NotSupportedError, match="those of isomers and of fissioning nuclides"):
        decay_chain("99mTc")
    with pytest.raises(NotSupportedError, match="which is not in the ENSDF table"):
        decay_chain("226Ra", decay_data="ensdf")


def test_stable_unknown_and_absent_roots_are_refused():
    with pytest.raises(NotSupportedError, match="Bi-209 is stable, or treated as stable"):
        decay_chain("209Bi")
    with pytest.raises(
        NotSupportedError, match="leaves the data at Cs-137: beta- 1 to Ba-137 or Ba-137m"
    ):
        decay_chain("137Cs")
    with pytest.raises(DataError, match="not in the decay data"):
        decay_chain("Xx-1")
    with pytest.raises(InvalidValueError, match="at least one nuclide"):
        decay_chain([])
