"""Mixtures of Student-t distributions: density against scipy's, draws against the density."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from alphatwin.kinetics.mixture import Mixture, density, draws, freedom, joined

ROUND_OFF = 1e-10  # squared distances of up to 1e6 by cancelling monomials


def some(d: int) -> Mixture:
    generator = np.random.default_rng(d)
    factor = np.tril(generator.standard_normal((3, d, d)) * 0.2)
    factor[:, np.arange(d), np.arange(d)] = 1.0
    factor *= np.array([0.02, 1.0, 3.0])[:, None, None]
    return Mixture(generator.standard_normal((3, d)) * 2.0, factor, np.array([0.5, 0.2, 0.3]))


@pytest.mark.parametrize("d", [1, 2, 3, 4, 5, 6, 9])
def test_the_density_is_that_of_the_textbook(d):
    mixture = some(d)
    z = np.concatenate([draws(mixture, 40, np.random.default_rng(1)), np.zeros((1, d))])
    expected = sum(
        share * stats.multivariate_t(centre, factor @ factor.T, df=freedom(d)).pdf(z)
        for centre, factor, share in zip(mixture.centre, mixture.factor, mixture.share, strict=True)
    )
    assert density(mixture, z) == pytest.approx(expected, rel=1e-6, abs=ROUND_OFF)


def test_draws_keep_the_shares_and_follow_the_density():
    mixture = some(2)
    z = draws(mixture, 40_000, np.random.default_rng(2))
    assert z.shape == (40_000, 2)
    # The mean of q'/q over draws from q is 1 for any density q'.
    other = Mixture(mixture.centre[1:2], mixture.factor[1:2] * 0.8, np.ones(1))
    ratio = density(other, z) / density(mixture, z)
    assert ratio.mean() == pytest.approx(1.0, abs=4.0 * ratio.std() / 200.0)


def test_nothing_to_draw_has_density_one():
    nothing = Mixture(np.zeros((1, 0)), np.zeros((1, 0, 0)), np.ones(1))
    z = draws(nothing, 5, np.random.default_rng(3))
    assert z.shape == (5, 0)
    assert density(nothing, z) == pytest.approx(np.ones(5))


def test_mixtures_of_mixtures_keep_their_weights():
    both = joined(((some(2), 3.0), (some(2), 1.0)))
    assert both.share.sum() == pytest.approx(1.0)
    assert both.share[:3].sum() == pytest.approx(0.75)
