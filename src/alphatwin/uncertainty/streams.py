"""Random streams that depend on a seed and on names only.

Every use of randomness has its own stream, named by labels (``"fit"``, ``"cycle 1"``,
``"left kidney"``). Streams are independent of each other and of the order in which they are
asked for, so a region added to a course, or a number of threads, changes no other number.

The generator is Philox 4x64, which is counter-based: a stream is its 128-bit key [1]_. The key is
the head of a SHA-256 hash over the seed and the labels.

References
----------
.. [1] J. K. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", Proc. SC11 (2011),
   doi:10.1145/2063384.2063405.
"""

from __future__ import annotations

import hashlib
from typing import Final, Self

import numpy as np

from alphatwin.errors import InvalidValueError

KEY_BYTES = 16
"""Length of a Philox 4x64 key: two words of 64 bits."""


class SplitSeed(int):
    """A seed of which some streams are those of another seed: the two sets of a pick-freeze design.

    Attributes
    ----------
    other
        The other seed, at least 0.
    names
        First labels of the streams that are concerned (``"calibration"``, ``"mass"``).
    is_inside
        Whether those streams take the other seed, or all the others do.
    """

    other: int
    names: frozenset[str]
    is_inside: bool
    # It equals the first seed, so that a cache would take answers under that one for its own.
    __hash__ = None  # type: ignore[assignment]

    def __new__(cls, seed: int, *, other: int, names: frozenset[str], is_inside: bool) -> Self:
        """Return the seed (``InvalidValueError`` if the other one is negative or the same)."""
        if other < 0 or other == seed:
            msg = f"the other seed must be at least 0 and differ from {seed}, got {other}"
            raise InvalidValueError(msg)
        made = super().__new__(cls, seed)
        made.other, made.names, made.is_inside = other, names, is_inside
        return made

    def of(self, label: str) -> int:
        """Return the seed of the streams whose first label this is."""
        return self.other if (label in self.names) == self.is_inside else int(self)


class WatchedSeed(int):
    """A seed that notes of which streams it was asked.

    Attributes
    ----------
    asked
        First labels of those streams, so far.
    """

    asked: set[str]

    def __new__(cls, seed: int) -> Self:
        """Return the seed, not asked yet."""
        made = super().__new__(cls, seed)
        made.asked = set()
        return made

    def of(self, label: str) -> int:
        """Return the seed, and note the label."""
        self.asked.add(label)
        return int(self)


UNLABELLED: Final = ""
"""First label of a stream without labels."""


def seed_of(seed: int, label: str) -> int:
    """Return the seed of the streams of a first label: of a :class:`SplitSeed` one of its two."""
    return seed.of(label) if isinstance(seed, SplitSeed | WatchedSeed) else seed


def stream(seed: int, *labels: str) -> np.random.Generator:
    """Return the random stream of these labels.

    Parameters
    ----------
    seed
        Seed of the whole computation, at least 0; a :class:`SplitSeed` takes another one for some
        first labels.
    *labels
        Names of the use; their order counts.

    Returns
    -------
    numpy.random.Generator
        A fresh generator, at the start of its stream.

    Raises
    ------
    InvalidValueError
        If ``seed`` is negative.
    """
    if seed < 0:
        msg = f"seed must be at least 0, got {seed}"
        raise InvalidValueError(msg)
    seed = seed_of(seed, labels[0] if labels else UNLABELLED)
    digest = hashlib.sha256(str(seed).encode())
    for label in labels:
        text = label.encode()
        # The length keeps ("ab", "c") apart from ("a", "bc").
        digest.update(f"|{len(text)}:".encode() + text)
    key = np.frombuffer(digest.digest()[:KEY_BYTES], dtype="<u8")
    return np.random.Generator(np.random.Philox(key=key))
