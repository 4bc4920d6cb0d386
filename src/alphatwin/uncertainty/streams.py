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

import numpy as np

from alphatwin.errors import InvalidValueError

KEY_BYTES = 16
"""Length of a Philox 4x64 key: two words of 64 bits."""


def stream(seed: int, *labels: str) -> np.random.Generator:
    """Return the random stream of these labels.

    Parameters
    ----------
    seed
        Seed of the whole computation, at least 0.
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
    digest = hashlib.sha256(str(seed).encode())
    for label in labels:
        text = label.encode()
        # The length keeps ("ab", "c") apart from ("a", "bc").
        digest.update(f"|{len(text)}:".encode() + text)
    key = np.frombuffer(digest.digest()[:KEY_BYTES], dtype="<u8")
    return np.random.Generator(np.random.Philox(key=key))
