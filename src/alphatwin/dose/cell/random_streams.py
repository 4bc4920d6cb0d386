"""Counter-based random numbers inside kernels: Philox 4x32-10.

A history has its own stream, named by its number: its numbers depend on the seed and on that
number only, so that neither the count of threads nor the order of the work changes a result [1]_.
This module imports numba: only modules that run kernels import it.

References
----------
.. [1] J. K. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", Proc. SC11 (2011),
   doi:10.1145/2063384.2063405.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from alphatwin.uncertainty import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)
_ONE = np.uint64(1)
_TO_UNIT = 1.0 / 4294967296.0

# A stream is ten words: the key (0, 1), the history (2, 3), the block (4), what the block holds
# (5 to 8) and how much of it is used (9).
STREAM_WORDS = 10


def new_stream(seed: int, *labels: str) -> Words:
    """Return the words of a stream whose key belongs to a seed and to labels."""
    words = np.zeros(STREAM_WORDS, dtype=np.uint64)
    words[:2] = stream(seed, "cell tracks", *labels).integers(0, 2**32, size=2, dtype=np.uint64)
    return words


@njit(cache=True, nogil=True, error_model="numpy")
def begin_history(words: Words, history: int) -> None:
    """Put a stream at the start of a history."""
    number = np.uint64(history)
    words[2] = number & _LOW
    words[3] = number >> _SHIFT
    words[4] = 0
    words[9] = 4


@njit(cache=True, nogil=True, error_model="numpy")
def refill(words: Words) -> None:
    """Make the next block of a stream."""
    c0, c1, c2, c3 = words[4], np.uint64(0), words[2], words[3]
    k0, k1 = words[0], words[1]
    for _ in range(10):
        p0 = _M0 * c0
        p1 = _M1 * c2
        c0 = (p1 >> _SHIFT) ^ c1 ^ k0
        c1 = p1 & _LOW
        c2 = (p0 >> _SHIFT) ^ c3 ^ k1
        c3 = p0 & _LOW
        k0 = (k0 + _W0) & _LOW
        k1 = (k1 + _W1) & _LOW
    words[5], words[6], words[7], words[8] = c0, c1, c2, c3
    words[4] += _ONE
    words[9] = 0


@njit(cache=True, nogil=True, error_model="numpy")
def uniform(words: Words) -> float:
    """Return the next number of a stream, inside (0, 1)."""
    used = np.int64(words[9])
    if used == 4:
        refill(words)
        used = np.int64(0)
    words[9] = np.uint64(used + 1)
    return (np.float64(words[5 + used]) + 0.5) * _TO_UNIT


@njit(cache=True, nogil=True, error_model="numpy")
def direction(words: Words) -> tuple[float, float, float]:
    """Return a direction, uniform on the sphere (Marsaglia 1972), as three cosines."""
    while True:
        # A block of four holds two pairs; what the first leaves, the next draw takes.
        refill(words)
        for pair in range(2):
            a = 2.0 * _TO_UNIT * (np.float64(words[5 + 2 * pair]) + 0.5) - 1.0
            b = 2.0 * _TO_UNIT * (np.float64(words[6 + 2 * pair]) + 0.5) - 1.0
            s = a * a + b * b
            if s < 1.0:
                words[9] = np.uint64(2 + 2 * pair)
                scale = 2.0 * np.sqrt(1.0 - s)
                return a * scale, b * scale, 1.0 - 2.0 * s
