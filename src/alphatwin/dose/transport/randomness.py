"""Random numbers inside a kernel: one splittable counter stream per history.

SplitMix64 with its own odd step per stream [1]_: the n-th number of a history is a hash of
``start + n * step``, and start and step are hashes of the seed and of the number of the history.
So a history draws the same numbers in whichever thread and order it runs.

References
----------
.. [1] G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators",
   OOPSLA 2014, doi:10.1145/2660193.2660195.
"""

from __future__ import annotations

import numpy as np

from alphatwin.dose.transport.compiling import compiled

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX2 = np.uint64(0x94D049BB133111EB)
_S27, _S30, _S31, _S11 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(11)
_ONE = np.uint64(1)
_SCALE = 2.0**-53


@compiled
def mixed(word):  # type: ignore[no-untyped-def]
    """Return the hash of a 64-bit word (dimensionless, [1])."""
    word = (word ^ (word >> _S30)) * _MIX1
    word = (word ^ (word >> _S27)) * _MIX2
    return word ^ (word >> _S31)


@compiled
def start_stream(rng, seed, history):  # type: ignore[no-untyped-def]
    """Put a state (start, step) to the beginning of the stream of a history."""
    key = mixed(np.uint64(seed) + _GOLDEN)
    rng[0] = mixed(key ^ mixed(np.uint64(history) * _GOLDEN + _ONE))
    rng[1] = mixed(rng[0] + key) | _ONE


@compiled
def uniform(rng):  # type: ignore[no-untyped-def]
    """Return a number between 0 and 1, both excluded."""
    rng[0] += rng[1]
    return (np.float64(mixed(rng[0]) >> _S11) + 0.5) * _SCALE
