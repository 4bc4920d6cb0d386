"""One photon from its birth to its end, by Woodcock tracking (docs/theory-transport.md, eq. T13).

Flight lengths are drawn from the largest attenuation anywhere and a collision is accepted with the
share that the attenuation at its place has, which is exact in any geometry.
"""

# ruff: noqa: PLR0917 - a kernel takes its state and tables as arguments, one by one.
from __future__ import annotations

import math
from typing import Final

from alphatwin.dose.transport.compiling import compiled
from alphatwin.dose.transport.locate import cell_at, has_left, material_in
from alphatwin.dose.transport.media import LEAST_MEV, RANGE
from alphatwin.dose.transport.randomness import uniform
from alphatwin.dose.transport.stack import (
    ELECTRON,
    ESCAPED,
    PHOTON,
    POSITRON,
    deposit,
    isotropic,
    push,
    turned,
)

MASS: Final = 0.51099895
"""Rest energy of the electron. [MeV]"""
PER_ANGSTROM_PER_MEV: Final = 80.65543937
"""1/(hc): momentum transfer of a photon of 1 MeV turned back. [1/(Angstrom MeV)]"""


@compiled
def follow_photon(  # type: ignore[no-untyped-def]
    rng, cells, media, majorant, stack, n, score, weight, account, energy, x, y, z, u, v, w
):
    """Follow a photon (energy [MeV], place [cm]); return the count of the stack."""
    while True:
        place = (math.log(energy) - media.photon_log0) * media.photon_per_log
        i = int(place)
        f = place - i
        most = majorant[i] * (1.0 - f) + majorant[i + 1] * f
        while True:
            step = -math.log(uniform(rng)) / most
            x += u * step
            y += v * step
            z += w * step
            cell = cell_at(cells, x, y, z)
            if cell < 0:
                if has_left(cells, x, y, z):
                    account[ESCAPED] += energy
                    return n
                continue
            material = material_in(cells, cell)
            low, high = media.photon[material, i], media.photon[material, i + 1]
            here = (low[0] * (1.0 - f) + high[0] * f) * cells.density_g_per_cm3[cell]
            if uniform(rng) * most < here:
                break
        choice = uniform(rng)
        if choice < low[2] * (1.0 - f) + high[2] * f:
            if choice < low[1] * (1.0 - f) + high[1] * f:
                return _absorb(
                    rng, cells, media, stack, n, score, weight, account, energy, i, f, material,
                    cell, x, y, z, u, v, w,
                )  # fmt: skip
            after, cosine = _compton(rng, media, energy, material)
            azimuth = 2.0 * math.pi * uniform(rng)
            taken = energy - after
            momentum = math.sqrt(taken * (taken + 2.0 * MASS))
            if momentum > 0.0:
                recoil = min((energy - after * cosine) / momentum, 1.0)
                a, b, c = turned(u, v, w, recoil, azimuth + math.pi)
                n = release(
                    cells, media, stack, n, score, weight, account, taken, cell, x, y, z, a, b, c
                )
            if after <= LEAST_MEV:
                deposit(cells, cell, after, weight, score, account)
                return n
            u, v, w = turned(u, v, w, cosine, azimuth)
            energy = after
        elif choice < low[3] * (1.0 - f) + high[3] * f:
            cosine = _rayleigh(rng, media, energy, material)
            u, v, w = turned(u, v, w, cosine, 2.0 * math.pi * uniform(rng))
        else:
            return _pair(rng, stack, n, energy, cell, x, y, z, u, v, w)


@compiled
def release(  # type: ignore[no-untyped-def]
    cells, media, stack, n, score, weight, account, energy, cell, x, y, z, u, v, w
):
    """Put an electron on the stack, or its energy [MeV] down where its range is short."""
    if energy <= LEAST_MEV:
        deposit(cells, cell, energy, weight, score, account)
        return n
    place = (math.log(energy) - media.electron_log0) * media.electron_per_log
    i = int(place)
    table = media.electron[material_in(cells, cell), 0]
    reach = table[i, RANGE] + (table[i + 1, RANGE] - table[i, RANGE]) * (place - i)
    if reach < cells.local_g_per_cm2:
        deposit(cells, cell, energy, weight, score, account)
        return n
    return push(stack, n, ELECTRON, energy, cell, x, y, z, u, v, w)


@compiled
def _absorb(  # type: ignore[no-untyped-def]
    rng, cells, media, stack, n, score, weight, account, energy, i, f, material, cell,
    x, y, z, u, v, w,
):  # fmt: skip
    """Photoelectric absorption: perhaps an X ray, and all the rest to one electron (Sauter)."""
    lines = media.fluorescence[material, i + 1 if f > 0.5 else i]
    left = energy
    if lines[lines.size - 1] > 0.0:
        choice = uniform(rng)
        for line in range(lines.size):
            if choice < lines[line]:
                ray = media.fluorescence_mev[line]
                if ray < energy:
                    left = energy - ray
                    a, b, c = isotropic(rng)
                    n = push(stack, n, PHOTON, ray, cell, x, y, z, a, b, c)
                break
    cosine = _sauter(rng, left)
    a, b, c = turned(u, v, w, cosine, 2.0 * math.pi * uniform(rng))
    return release(cells, media, stack, n, score, weight, account, left, cell, x, y, z, a, b, c)


@compiled
def _sauter(rng, energy):  # type: ignore[no-untyped-def]
    gamma = 1.0 + energy / MASS
    beta = math.sqrt(1.0 - 1.0 / (gamma * gamma))
    a = 1.0 / beta - 1.0
    b = 0.5 * beta * gamma * (gamma - 1.0) * (gamma - 2.0)
    top = 2.0 * (1.0 / a + b)
    while True:
        t = uniform(rng)
        nu = 2.0 * a * (2.0 * t + (a + 2.0) * math.sqrt(t)) / ((a + 2.0) ** 2 - 4.0 * t)
        if uniform(rng) * top <= (2.0 - nu) * (1.0 / (a + nu) + b):
            return 1.0 - nu


@compiled
def _compton(rng, media, energy, material):  # type: ignore[no-untyped-def]
    """Klein and Nishina, with the incoherent function of the material."""
    k = energy / MASS
    least = 1.0 / (1.0 + 2.0 * k)
    a1 = -math.log(least)
    a2 = 0.5 * (1.0 - least * least)
    while True:
        if uniform(rng) * (a1 + a2) < a1:
            ratio = math.exp(-a1 * uniform(rng))
        else:
            ratio = math.sqrt(least * least + (1.0 - least * least) * uniform(rng))
        t = (1.0 - ratio) / (k * ratio)
        sine2 = t * (2.0 - t)
        if uniform(rng) > 1.0 - ratio * sine2 / (1.0 + ratio * ratio):
            continue
        x2 = (energy * PER_ANGSTROM_PER_MEV) ** 2 * 0.5 * t
        place = (0.5 * math.log(x2 + 1e-30) - media.momentum_log0) * media.momentum_per_log
        last = media.incoherent.shape[1] - 1
        if place <= 0.0:
            bound = media.incoherent[material, 0]
        elif place >= last:
            bound = 1.0
        else:
            i = int(place)
            f = place - i
            bound = (
                media.incoherent[material, i] * (1.0 - f) + media.incoherent[material, i + 1] * f
            )
        if uniform(rng) < bound:
            return energy * ratio, 1.0 - t


@compiled
def _rayleigh(rng, media, energy, material):  # type: ignore[no-untyped-def]
    """Squared form factor by inversion, Thomson's factor by rejection."""
    table = media.coherent[material]
    top2 = (energy * PER_ANGSTROM_PER_MEV) ** 2
    last = table.size - 1
    place = (0.5 * math.log(top2) - media.momentum_log0) * media.momentum_per_log
    if place >= last:
        most = table[last]
    else:
        i = int(place)
        span = media.momentum2[i + 1] - media.momentum2[i]
        most = table[i] + (table[i + 1] - table[i]) * (top2 - media.momentum2[i]) / span
    while True:
        wanted = most * uniform(rng)
        below, above = 0, last
        while above - below > 1:
            middle = (below + above) // 2
            if table[middle] > wanted:
                above = middle
            else:
                below = middle
        part = (wanted - table[below]) / (table[above] - table[below])
        x2 = media.momentum2[below] + part * (media.momentum2[above] - media.momentum2[below])
        cosine = 1.0 - 2.0 * min(max(x2, 0.0) / top2, 1.0)
        if uniform(rng) * 2.0 < 1.0 + cosine * cosine:
            return cosine


@compiled
def _pair(rng, stack, n, energy, cell, x, y, z, u, v, w):  # type: ignore[no-untyped-def]
    """Electron and positron: energies split uniformly, polar angles of a moving dipole."""
    shared = energy - 2.0 * MASS
    first = shared * uniform(rng)
    azimuth = 2.0 * math.pi * uniform(rng)
    for kind in (ELECTRON, POSITRON):
        mine = first if kind == ELECTRON else shared - first
        beta = math.sqrt(mine * (mine + 2.0 * MASS)) / (mine + MASS)
        t = 2.0 * uniform(rng) - 1.0
        a, b, c = turned(u, v, w, (t + beta) / (1.0 + t * beta), azimuth + kind * math.pi)
        n = push(stack, n, kind, mine, cell, x, y, z, a, b, c)
    return n
