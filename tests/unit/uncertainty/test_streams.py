"""Streams depend on seed and labels, and on nothing else."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from alphatwin.errors import InvalidValueError
from alphatwin.uncertainty import stream

# Where 10 000 independent pairs should have a correlation within +-4.5/sqrt(n): one in 1e5.
LARGEST_CORRELATION = 0.045


def test_a_stream_is_the_same_whoever_asks_first():
    alone = stream(7, "fit", "left kidney").standard_normal(5)
    stream(7, "fit", "right kidney").standard_normal(1000)
    assert np.array_equal(stream(7, "fit", "left kidney").standard_normal(5), alone)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((1, "a"), (2, "a")),
        ((1, "a", "b"), (1, "b", "a")),
        ((1, "ab", "c"), (1, "a", "bc")),
        ((1, "a"), (1, "a", "")),
        ((1, "1:a"), (11, "a")),
        ((1,), (1, "")),
    ],
)
def test_other_labels_give_an_unrelated_stream(one, other):
    first, second = (stream(*key).standard_normal(10_000) for key in (one, other))
    assert abs(np.corrcoef(first, second)[0, 1]) < LARGEST_CORRELATION


def test_the_key_is_the_head_of_a_sha256():
    # Second route: the documented construction, by hand; pins the numbers of every report.
    digest = hashlib.sha256(b"42|3:fit|6:kidney").digest()
    key = int.from_bytes(digest[:16], "little")
    by_hand = np.random.Generator(np.random.Philox(key=key)).random(3)
    assert np.array_equal(stream(42, "fit", "kidney").random(3), by_hand)


def test_a_negative_seed_is_refused():
    with pytest.raises(InvalidValueError, match="seed must be at least 0, got -1"):
        stream(-1, "fit")
