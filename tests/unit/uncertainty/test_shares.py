"""Variance shares: closed forms of sums and products, and the streams of the design."""

from __future__ import annotations

import math

import numpy as np
import pytest

from alphatwin.errors import InvalidValueError
from alphatwin.uncertainty import SplitSeed, between_share, stream, variance_share

SAMPLES = 40_000
ESTIMATED = 0.02  # four standard errors of a share from so many samples


def _runs(answer):
    """Return the three runs of a design for the first of three inputs."""
    rng = np.random.default_rng(5)
    a, b = rng.standard_normal((2, 3, SAMPLES))
    return answer(*a), answer(b[0], a[1], a[2]), answer(a[0], b[1], b[2])


def test_shares_of_a_sum_are_its_squares():
    y, renewed, others = _runs(lambda x, u, w: 2.0 * x + u + 0.5 * w)
    found = variance_share(y, renewed_values=renewed, others_renewed_values=others)
    assert found.total_share == pytest.approx(4.0 / 5.25, abs=ESTIMATED)
    assert found.first_order_share == pytest.approx(4.0 / 5.25, abs=ESTIMATED)


def test_an_interaction_counts_in_the_total_alone():
    """Y = x + x u: first order 1 of 2, total all."""
    y, renewed, others = _runs(lambda x, u, w: x + x * u)
    found = variance_share(y, renewed_values=renewed, others_renewed_values=others)
    assert found.first_order_share == pytest.approx(0.5, abs=ESTIMATED)
    assert found.total_share == pytest.approx(1.0, abs=ESTIMATED)


def test_standard_error_is_that_of_repeated_designs():
    found = []
    for seed in range(200):
        a, b = np.random.default_rng(seed).standard_normal((2, 2, 500))
        y = a[0] + a[1]
        found.append(
            variance_share(y, renewed_values=b[0] + a[1], others_renewed_values=a[0] + b[1])
        )
    spread = np.std([f.total_share for f in found])
    # The variance in the denominator goes with the numerator: the error is stated too wide.
    assert 0.6 * found[0].total_sd < spread < 1.1 * found[0].total_sd


def test_what_does_not_vary_has_no_shares():
    y = np.ones(10)
    assert variance_share(y, renewed_values=y, others_renewed_values=y).total_share == 0.0
    with pytest.raises(InvalidValueError, match="one length"):
        variance_share(y, renewed_values=y[:5], others_renewed_values=y)


def test_variance_between_labels_is_that_of_their_means():
    labels = np.repeat([0, 1], 500)
    inside = np.tile([-1.0, 1.0], 500)
    assert between_share(inside + 3.0 * labels, labels=labels) == pytest.approx(2.25 / 3.25)
    assert between_share(inside, labels=np.zeros(1000)) == 0.0
    assert between_share(np.ones(4), labels=np.arange(4)) == 0.0


def test_a_split_seed_takes_another_seed_for_the_named_streams_alone():
    inside = SplitSeed(1, other=2, names=frozenset({"mass"}), is_inside=True)
    outside = SplitSeed(1, other=2, names=frozenset({"mass"}), is_inside=False)

    def draw(seed, *labels):
        return stream(seed, *labels).random()

    assert draw(inside, "mass", "liver") == draw(2, "mass", "liver")
    assert draw(inside, "fit", "mass") == draw(1, "fit", "mass")
    assert draw(outside, "mass", "liver") == draw(1, "mass", "liver")
    assert draw(outside, "fit", "mass") == draw(2, "fit", "mass")
    assert inside == 1
    assert draw(inside) == draw(1)


@pytest.mark.parametrize("other", [-1, 1])
def test_the_other_seed_is_another_one(other):
    with pytest.raises(InvalidValueError, match="differ from 1"):
        SplitSeed(1, other=other, names=frozenset(), is_inside=True)


def test_nan_in_the_answer_is_not_hidden():
    y = np.array([1.0, 2.0, math.nan])
    found = variance_share(y, renewed_values=y, others_renewed_values=y)
    assert math.isnan(found.total_share)


def test_a_split_seed_is_no_key_of_a_cache():
    split = SplitSeed(1, other=2, names=frozenset({"mass"}), is_inside=True)
    assert split == 1  # so that what was kept under 1 would be taken for it
    with pytest.raises(TypeError, match="unhashable"):
        hash(split)
