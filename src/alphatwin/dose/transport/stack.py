"""Particles that wait to be followed, and where energy is put down."""

# ruff: noqa: PLR0917 - a kernel takes its state and tables as arguments, one by one.
from __future__ import annotations

import math
from typing import Final

from alphatwin.dose.transport.compiling import compiled
from alphatwin.dose.transport.locate import region_of
from alphatwin.dose.transport.randomness import uniform

DEPTH: Final = 256
"""Particles that can wait; a cascade in tissue below 10 MeV never has more than some tens."""
WIDTH: Final = 9

ELECTRON: Final = 0
POSITRON: Final = 1
PHOTON: Final = 2
KINDS: Final = ("electron", "positron", "photon")

# Slots of the account of a history. [MeV]
DEPOSITED, ESCAPED = range(2)


@compiled
def push(stack, n, kind, energy, cell, x, y, z, u, v, w):  # type: ignore[no-untyped-def]
    """Put a particle (energy [MeV], place [cm]) on the stack and return the new count."""
    row = stack[n]
    row[0] = kind
    row[1] = energy
    row[2] = cell
    row[3] = x
    row[4] = y
    row[5] = z
    row[6] = u
    row[7] = v
    row[8] = w
    return n + 1


@compiled
def deposit(cells, cell, energy, weight, score, account):  # type: ignore[no-untyped-def]
    """Score energy [MeV] in a cell."""
    score[region_of(cells, cell)] += energy * weight
    account[DEPOSITED] += energy


@compiled
def turned(u, v, w, cosine, azimuth):  # type: ignore[no-untyped-def]
    """Return a direction turned by a polar angle of given cosine about itself (azimuth [rad])."""
    sine = math.sqrt(max(1.0 - cosine * cosine, 0.0))
    a, b = sine * math.cos(azimuth), sine * math.sin(azimuth)
    across = u * u + v * v
    if across < 1e-12:
        side = 1.0 if w > 0.0 else -1.0
        return a, b, side * cosine
    root = math.sqrt(across)
    un = u * cosine + (a * u * w - b * v) / root
    vn = v * cosine + (a * v * w + b * u) / root
    wn = w * cosine - a * root
    # Rounding is taken out, so that thousands of turns keep the length.
    scale = 1.5 - 0.5 * (un * un + vn * vn + wn * wn)
    return un * scale, vn * scale, wn * scale


@compiled
def isotropic(rng):  # type: ignore[no-untyped-def]
    """Return a direction, uniform on the sphere (dimensionless, [1])."""
    w = 2.0 * uniform(rng) - 1.0
    azimuth = 2.0 * math.pi * uniform(rng)
    sine = math.sqrt(1.0 - w * w)
    return sine * math.cos(azimuth), sine * math.sin(azimuth), w
