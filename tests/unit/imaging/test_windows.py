"""Windows of alpha agents: against decay data by hand, Bateman's solution, and sampled counts."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphatwin.errors import InvalidValueError
from alphatwin.imaging import (
    WINDOWS,
    Window,
    counting_relative_sd,
    least_activity_bq,
    net_counts_needed,
    window_yield,
)

W440, W218, W239, W79 = WINDOWS
PRINTED = 0.02  # yields differ by this much between decay-data sets


def test_the_window_of_440_kev_counts_bismuth_in_equilibrium_with_actinium():
    """440.5 keV, 26 % of decays of 213Bi (ICRP 107: 0.261); 225Ac passes it all its decays."""
    seen = window_yield("Ac-225", window=W440)
    assert seen.counted[0].nuclide == "Bi-213"
    assert seen.counted[0].share == pytest.approx(0.261 / (0.261 + 0.0209 * 1.12), rel=0.01)
    assert seen.counted[1].nuclide == "Tl-209"  # its line of 465 keV falls into the window
    assert seen.counted[0].photons_per_decay == pytest.approx(0.261, rel=PRINTED)
    decay_s = 10.0 * 86400
    assert seen.counted[0].activity_ratio == pytest.approx(decay_s / (decay_s - 2735), rel=1e-3)


def test_a_daughter_that_lives_longer_and_is_not_counted_does_no_harm():
    """209Pb, of 3.2 h, follows 213Bi, of 46 min; the window sees none of it."""
    seen = window_yield("Bi-213", window=W440)
    assert [c.nuclide for c in seen.counted] == ["Bi-213", "Tl-209"]
    assert seen.photons_per_decay == pytest.approx(0.261 + 0.0209 * 1.0, rel=0.02)


def test_the_window_of_218_kev_counts_francium():
    seen = window_yield("Ac-225", window=W218)
    assert seen.counted[0].nuclide == "Fr-221"
    assert seen.counted[0].photons_per_decay == pytest.approx(0.116, rel=PRINTED)


def test_the_window_of_239_kev_counts_lead_itself_and_needs_no_equilibrium():
    fresh = window_yield("Pb-212", window=W239, time_since_purification_s=0.0)
    later = window_yield("Pb-212", window=W239)
    assert fresh.counted[0].nuclide == later.counted[0].nuclide == "Pb-212"
    assert fresh.counted[0].photons_per_decay == pytest.approx(0.433, rel=PRINTED)
    assert fresh.photons_per_decay == pytest.approx(later.photons_per_decay, rel=0.05)
    assert window_yield("Pb-212", window=W79).photons_per_decay > 0.3


def test_before_equilibrium_the_share_is_that_of_bateman():
    """Two members, by hand: A2/A1 = l2/(l2-l1) (1 - exp(-(l2-l1) t))."""
    seen = window_yield("Ac-225", window=W218, time_since_purification_s=300.0)
    parent, daughter = (math.log(2) / t for t in (10.0 * 86400, 294.0))
    ratio = daughter / (daughter - parent) * -math.expm1(-(daughter - parent) * 300.0)
    found = next(c for c in seen.counted if c.nuclide == "Fr-221")
    assert found.activity_ratio == pytest.approx(ratio, rel=0.01)
    assert not seen.in_equilibrium


def test_the_counts_that_a_precision_needs_are_those_of_sampling():
    needed = net_counts_needed(0.05, n_background=900.0)
    rng = np.random.default_rng(3)
    net = rng.poisson(needed + 900.0, 100_000) - rng.poisson(900.0, 100_000)
    assert np.std(net) / np.mean(net) == pytest.approx(0.05, rel=0.02)
    assert net_counts_needed(0.1) == pytest.approx(100.0)


@given(st.floats(0.001, 0.9), st.floats(0.0, 1e9))
def test_precision_and_counts_are_inverse(relative_sd, background):
    needed = net_counts_needed(relative_sd, n_background=background)
    assert counting_relative_sd(needed, n_background=background) == pytest.approx(relative_sd)


def test_the_least_activity_gives_the_counts_back():
    seen = window_yield("Ac-225", window=W440)
    least = least_activity_bq(
        seen, relative_sd=0.05, duration_s=1800.0, counts_per_photon_fraction=1e-4
    )
    counts = least * seen.photons_per_decay * 1e-4 * 1800.0
    assert counts == pytest.approx(400.0)
    assert 1e3 < least < 1e5


def test_a_measurement_as_long_as_the_half_life_needs_more_activity():
    """Of 213Bi, half has decayed at the end of 45.6 min: 1 / (ln 2 / (1 - 1/2)) less is counted."""
    seen = window_yield("Bi-213", window=W440)
    told = {"relative_sd": 0.1, "duration_s": 2736.0, "counts_per_photon_fraction": 1e-4}
    lasting = least_activity_bq(seen, **told)
    decaying = least_activity_bq(seen, half_life_s=2736.0, **told)
    assert decaying / lasting == pytest.approx(2.0 * math.log(2.0), rel=1e-12)


def test_what_has_no_meaning_is_refused():
    nothing = window_yield("Ac-225", window=Window("none", 3.9, 4.0))
    assert nothing.counted == ()
    with pytest.raises(InvalidValueError, match="no member"):
        least_activity_bq(nothing, relative_sd=0.1, duration_s=1.0, counts_per_photon_fraction=0.1)
    with pytest.raises(InvalidValueError, match="lives longer"):
        window_yield("At-211", window=Window("1064 keV of 207Bi", 1.0, 1.1))
    with pytest.raises(InvalidValueError, match="0 < low < high"):
        Window("wrong", 0.5, 0.4)
    with pytest.raises(InvalidValueError, match="relative_sd"):
        net_counts_needed(0.0)
    with pytest.raises(InvalidValueError, match="net counts"):
        counting_relative_sd(0.0)
    with pytest.raises(InvalidValueError, match="duration_s"):
        least_activity_bq(
            window_yield("Ac-225", window=W440), relative_sd=0.1, duration_s=0.0,
            counts_per_photon_fraction=0.1,
        )  # fmt: skip
