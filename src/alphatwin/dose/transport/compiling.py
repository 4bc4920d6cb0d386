"""How kernels are compiled: kept in a cache, without the GIL, divisions without checks.

Kernels neither make nor keep arrays, so the counting of references is switched off: it took four
fifths of their time.
"""

from __future__ import annotations

from numba import njit

_OPTIONS = {
    "cache": True,
    "nogil": True,
    "error_model": "numpy",
    "fastmath": {"contract"},
    "_nrt": False,
}
compiled = njit(**_OPTIONS)
"""Decorator of every kernel. Fused multiply-adds are the one liberty taken with arithmetic."""

inlined = njit(inline="always", **_OPTIONS)
"""The same for leaves of hot loops: tables passed by value would cost more than their work."""
