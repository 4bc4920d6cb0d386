"""One electron or positron from its birth to its end: condensed history with a random hinge.

A step is a path of fixed scattering strength; its one deflection lies at a uniformly random point
of it, whatever boundaries the path crosses [1]_. Soft losses are continuous with straggling,
knock-on electrons above :data:`~alphatwin.dose.transport.media.DELTA_MEV` and photons above 1 keV
are made (docs/theory-transport.md, eqs. T14-T16). An electron that cannot reach a boundary is
absorbed at once, after the photons that it would still radiate have been drawn.

References
----------
.. [1] J. Sempau, S. J. Wilderman, A. F. Bielajew, "DPM, a fast, accurate Monte Carlo code",
   Phys. Med. Biol. 45 (2000) 2263-2291.
"""

# ruff: noqa: PLR0912, PLR0915, PLR0917, PLW3301 - a kernel takes its state and tables as arguments, one by one.
from __future__ import annotations

import math
from typing import Final

import numpy as np

from alphatwin.dose.transport.compiling import compiled
from alphatwin.dose.transport.locate import (
    LOOK_AGAIN,
    boundary_cm,
    cell_at,
    material_in,
    safety_cm,
)
from alphatwin.dose.transport.media import (
    DELTA_MEV,
    HARD,
    LEAST_MEV,
    PHOTONS_AHEAD,
    RADIATED,
    RANGE,
    SCREENING,
    SOFT,
    STRAGGLING,
    STRENGTH,
)
from alphatwin.dose.transport.photon_kernel import MASS, release
from alphatwin.dose.transport.randomness import uniform
from alphatwin.dose.transport.scattering import N_LEVELS, STRONGEST
from alphatwin.dose.transport.stack import (
    ESCAPED,
    PHOTON,
    POSITRON,
    deposit,
    isotropic,
    push,
    turned,
)

MOST_LOSS: Final = 0.25
"""Largest share of its energy that an electron loses in one straight piece of path."""


@compiled
def follow_electron(  # type: ignore[no-untyped-def]
    rng, cells, media, stack, n, score, weight, account, kind, energy, cell, x, y, z, u, v, w
):
    """Follow an electron or positron (energy [MeV], place [cm]); return the count of the stack."""
    hard_left = -math.log(uniform(rng))
    left, after, eta_row, level = 0.0, -1.0, 0, 0
    is_new = True
    table = media.electron[material_in(cells, cell), kind]
    density = cells.density_g_per_cm3[cell]
    while energy > LEAST_MEV:
        g = (math.log(energy) - media.electron_log0) * media.electron_per_log
        i = int(g)
        f = g - i
        low, high = table[i], table[i + 1]
        reach = low[RANGE] + (high[RANGE] - low[RANGE]) * f
        if reach < cells.local_g_per_cm2:
            break
        if reach < safety_cm(cells, cell, x, y, z) * density:
            energy, n = _radiate_all(
                rng, media, table, stack, n, energy, material_in(cells, cell), cell, x, y, z
            )
            break
        strength = (low[STRENGTH] + (high[STRENGTH] - low[STRENGTH]) * f) * density
        if is_new:
            level = _level(cells.fine_cm * strength)
            whole = STRONGEST * 0.5**level
            eta_row = int(low[SCREENING] + (high[SCREENING] - low[SCREENING]) * f + uniform(rng))
            eta_row = min(max(eta_row, 0), media.deflection_none.shape[0] - 1)
            left = whole * uniform(rng)
            after = whole - left
            is_new = False
        soft = (low[SOFT] + (high[SOFT] - low[SOFT]) * f) * density
        rate = (
            low[HARD]
            + low[RADIATED]
            + (high[HARD] + high[RADIATED] - low[HARD] - low[RADIATED]) * f
        ) * density + 1e-30
        edge, beyond = boundary_cm(cells, cell, x, y, z, u, v, w)
        longest = MOST_LOSS * energy / soft
        step = min(min(left / strength, hard_left / rate), min(edge, longest))
        # The same once more with the tables at the energy in the middle of the step.
        half = min(0.5 * soft * step / energy, 0.45)
        g += math.log1p(-half) * media.electron_per_log
        g = max(g, 0.0)
        i = int(g)
        f = g - i
        low, high = table[i], table[i + 1]
        strength = (low[STRENGTH] + (high[STRENGTH] - low[STRENGTH]) * f) * density
        soft = (low[SOFT] + (high[SOFT] - low[SOFT]) * f) * density
        hard = (low[HARD] + (high[HARD] - low[HARD]) * f) * density
        rate = hard + (low[RADIATED] + (high[RADIATED] - low[RADIATED]) * f) * density + 1e-30
        to_turn, to_hard = left / strength, hard_left / rate
        step = min(min(to_turn, to_hard), min(edge, longest))
        mean = soft * step
        spread2 = (low[STRAGGLING] + (high[STRAGGLING] - low[STRAGGLING]) * f) * density * step
        lost = min(_straggled(rng, mean, spread2), energy)
        deposit(cells, cell, lost, weight, score, account)
        energy -= lost
        x += u * step
        y += v * step
        z += w * step
        left -= strength * step
        hard_left -= rate * step
        if step == edge or beyond == LOOK_AGAIN:
            if beyond == LOOK_AGAIN:
                beyond = cell_at(cells, x, y, z)
            if beyond < 0:
                account[ESCAPED] += energy + (2.0 * MASS if kind == POSITRON else 0.0)
                return n
            cell = beyond
            table = media.electron[material_in(cells, cell), kind]
            density = cells.density_g_per_cm3[cell]
        if step == to_turn:
            if after >= 0.0:
                if uniform(rng) > media.deflection_none[eta_row, level]:
                    cosine = _deflected(rng, media, eta_row, level)
                    u, v, w = turned(u, v, w, cosine, 2.0 * math.pi * uniform(rng))
                left, after = after, -1.0
            else:
                is_new = True
        elif step == to_hard:
            hard_left = -math.log(uniform(rng))
            if energy <= LEAST_MEV:
                break
            if uniform(rng) * rate < hard:
                energy, u, v, w, n = _collide(
                    rng, cells, media, stack, n, score, weight, account, kind, energy, cell,
                    x, y, z, u, v, w,
                )  # fmt: skip
            else:
                energy, n = _radiate(rng, media, stack, n, energy, cell, cells, x, y, z, u, v, w)
    if energy > 0.0:
        deposit(cells, cell, energy, weight, score, account)
    if kind == POSITRON:
        a, b, c = isotropic(rng)
        n = push(stack, n, PHOTON, MASS, cell, x, y, z, a, b, c)
        n = push(stack, n, PHOTON, MASS, cell, x, y, z, -a, -b, -c)
    return n


@compiled
def _level(most):  # type: ignore[no-untyped-def]
    """Return the level of the strongest step that is not over a limit."""
    level = 0
    strength = STRONGEST
    while strength > most and level < N_LEVELS - 1:
        strength *= 0.5
        level += 1
    return level


@compiled
def _deflected(rng, media, eta_row, level):  # type: ignore[no-untyped-def]
    table = media.deflection[eta_row, level]
    place = (1.0 - math.sqrt(uniform(rng))) * (table.size - 1)
    i = int(place)
    q = table[i] + (table[i + 1] - table[i]) * (place - i)
    a = media.deflection_width[eta_row, level]
    return 1.0 - 2.0 * a * q / (1.0 - q + a)


@compiled
def _straggled(rng, mean, variance):  # type: ignore[no-untyped-def]
    """Return a loss of given mean and variance that is never negative (PENELOPE's form)."""
    if mean * mean > 3.0 * variance:
        return mean + (2.0 * uniform(rng) - 1.0) * math.sqrt(3.0 * variance)
    second = variance + mean * mean
    # Nothing with a share p, else uniform up to b: (1 - p) b / 2 = mean, (1 - p) b^2 / 3 = second.
    b = 1.5 * second / mean
    if uniform(rng) * b < 2.0 * mean:
        return b * uniform(rng)
    return 0.0


@compiled
def _collide(  # type: ignore[no-untyped-def]
    rng, cells, media, stack, n, score, weight, account, kind, energy, cell, x, y, z, u, v, w
):
    """Collide with an electron (Moeller, Bhabha): a knock-on electron and a turn."""
    most = energy if kind == POSITRON else 0.5 * energy
    if most <= DELTA_MEV:
        return energy, u, v, w, n
    tau = energy / MASS
    a = (tau / (tau + 1.0)) ** 2
    while True:
        transfer = 1.0 / (1.0 / DELTA_MEV - uniform(rng) * (1.0 / DELTA_MEV - 1.0 / most))
        eta = transfer / energy
        if kind == POSITRON:
            y1 = 1.0 / (tau + 2.0)
            z1 = 1.0 - 2.0 * y1
            beta2 = tau * (tau + 2.0) / (tau + 1.0) ** 2
            b3 = z1 * z1 * (1.0 + z1)
            series = eta * (
                -(2.0 - y1 * y1) + eta * (z1 * (3.0 + y1 * y1) + eta * (-b3 + eta * z1**3))
            )
            if uniform(rng) < 1.0 + beta2 * series:
                break
        else:
            r = eta / (1.0 - eta)
            if uniform(rng) * (1.0 + 1.25 * a) < 1.0 + r * r - r * (1.0 - a) + a * eta * eta:
                break
    rest = energy - transfer
    azimuth = 2.0 * math.pi * uniform(rng)
    knock = math.sqrt(transfer * (energy + 2.0 * MASS) / (energy * (transfer + 2.0 * MASS)))
    p, q, r = turned(u, v, w, min(knock, 1.0), azimuth + math.pi)
    n = release(cells, media, stack, n, score, weight, account, transfer, cell, x, y, z, p, q, r)
    cosine = math.sqrt(
        max(rest, 0.0) * (energy + 2.0 * MASS) / (energy * (max(rest, 0.0) + 2.0 * MASS))
    )
    u, v, w = turned(u, v, w, min(cosine, 1.0), azimuth)
    return rest, u, v, w, n


@compiled
def _photon_mev(rng, media, energy, material):  # type: ignore[no-untyped-def]
    """Draw the energy of a bremsstrahlung photon above the least. [MeV]."""
    row = (math.log(energy) - media.radiation_log0) * media.radiation_per_log + uniform(rng)
    rows = media.radiation[material]
    table = rows[min(int(row), rows.shape[0] - 1)]
    place = uniform(rng) * (table.size - 1)
    i = int(place)
    t = table[i] + (table[i + 1] - table[i]) * (place - i)
    return LEAST_MEV * (energy / LEAST_MEV) ** t


@compiled
def _radiate(rng, media, stack, n, energy, cell, cells, x, y, z, u, v, w):  # type: ignore[no-untyped-def]
    k = min(_photon_mev(rng, media, energy, material_in(cells, cell)), energy)
    beta = math.sqrt(energy * (energy + 2.0 * MASS)) / (energy + MASS)
    t = 2.0 * uniform(rng) - 1.0
    a, b, c = turned(u, v, w, (t + beta) / (1.0 + t * beta), 2.0 * math.pi * uniform(rng))
    n = push(stack, n, PHOTON, k, cell, x, y, z, a, b, c)
    return energy - k, n


@compiled
def _radiate_all(rng, media, table, stack, n, energy, material, cell, x, y, z):  # type: ignore[no-untyped-def]
    """Draw every photon that an electron will still radiate; return the energy that stays."""
    stays = energy
    while energy > LEAST_MEV:
        g = (math.log(energy) - media.electron_log0) * media.electron_per_log
        i = int(g)
        ahead = table[i, PHOTONS_AHEAD]
        ahead += (table[i + 1, PHOTONS_AHEAD] - ahead) * (g - i)
        ahead += math.log(uniform(rng))
        if ahead <= 0.0:
            break
        below, above = 0, i + 1
        while above - below > 1:
            middle = (below + above) // 2
            if table[middle, PHOTONS_AHEAD] > ahead:
                above = middle
            else:
                below = middle
        span = table[above, PHOTONS_AHEAD] - table[below, PHOTONS_AHEAD]
        part = below + (ahead - table[below, PHOTONS_AHEAD]) / span
        energy = np.exp(media.electron_log0 + part / media.electron_per_log)
        if energy <= LEAST_MEV:
            break
        k = min(_photon_mev(rng, media, energy, material), energy)
        a, b, c = isotropic(rng)
        n = push(stack, n, PHOTON, k, cell, x, y, z, a, b, c)
        energy -= k
        stays -= k
    return max(stays, 0.0), n
