"""What stepping through time costs: 225Ac in three compartments, beside the exact solution.

The one open program for redistributing 225Ac daughters advances by steps of 60 s: each nuclide
decays by its exact share of the step, what it makes appears at the end of the step, and so does
what moves. The same plan is written here in plain loops, with transfer rates in place of its
instant distribution. Every generation and every move arrives late, and what competes with a short
half-life (221Fr, 4.8 min; 209Tl, 2.2 min) is shared out wrongly. The error is of the first order
of the step.
"""

from __future__ import annotations

import numpy as np
import pytest

from alphatwin.kinetics.network import Network, free_element, network, transfers
from alphatwin.kinetics.network_solution import cumulated_decays
from alphatwin.kinetics.network_sources import BoundCurves, Sources
from alphatwin.nuclides import decay_chain

PLACES = ("lesion", "blood", "kidneys")
DURATION_S = 4 * 3600.0
"""The shortest run of that program."""
MOVES_PER_S = {("lesion", "blood"): 1 / 300.0, ("blood", "kidneys"): 1 / 240.0}
EXCRETION_PER_S = (0.0, 1 / 600.0, 0.0)
STEP_OF_THE_PROGRAM_S = 60.0
FIRST_ORDER = (1.7, 2.3)
"""Halving a step halves an error of the first order; the next order makes some tenths."""


def exact_case() -> tuple[Network, Sources]:
    chain = decay_chain("Ac-225")
    element = free_element(
        3, transfer_per_s=transfers(PLACES, MOVES_PER_S), excretion_per_s=EXCRETION_PER_S
    )
    net = network(
        PLACES,
        chain=chain,
        elements={name.split("-")[0]: element for name in chain.nuclides},
    )
    decay_per_s = float(chain.decay_constants_per_s[0])
    curves = BoundCurves(
        "Ac-225",
        amplitude_bq=np.array([[1e6], [0.0], [0.0]]),
        rate_per_s=np.full((3, 1), decay_per_s),
    )
    return net, Sources(curves=(curves,))


def stepped_decays(step_s: float) -> np.ndarray:
    """Return decays (n, m) by steps; the vector stays in the lesion, every daughter is free."""
    net, _ = exact_case()
    chain = net.chain
    m = len(chain.nuclides)
    decay_per_s = chain.decay_constants_per_s
    gone = -np.expm1(-decay_per_s * step_s)
    atoms = np.zeros((3, m))
    atoms[0, 0] = 1e6 / decay_per_s[0]
    decays = np.zeros((3, m))
    for _ in range(round(DURATION_S / step_s)):
        now = atoms * gone
        decays += now
        made = now @ chain.branching[:m].T
        atoms = atoms - now
        moved = np.zeros_like(atoms)
        for (source, target), rate_per_s in MOVES_PER_S.items():
            flow = atoms[PLACES.index(source)] * -np.expm1(-rate_per_s * step_s)
            flow[0] = 0.0  # bound to the vector
            moved[PLACES.index(source)] -= flow
            moved[PLACES.index(target)] += flow
        moved[1] -= atoms[1] * -np.expm1(-EXCRETION_PER_S[1] * step_s)
        atoms = atoms + moved + made
    return decays


def errors(step_s: float) -> np.ndarray:
    net, sources = exact_case()
    exact = cumulated_decays(net, sources, stop_s=DURATION_S).decays_bq_s[0]
    found = stepped_decays(step_s)
    return np.divide(found - exact, exact, out=np.zeros_like(exact), where=exact > 0.0)


def test_step_of_the_program_is_wrong_by_more_than_a_tenth() -> None:
    worst = float(np.abs(errors(STEP_OF_THE_PROGRAM_S)).max())
    assert 0.1 < worst < 0.5


@pytest.mark.parametrize("step_s", [16.0, 8.0, 4.0])
def test_stepping_converges_to_the_exact_solution(step_s: float) -> None:
    coarse = np.abs(errors(step_s)).max()
    fine = np.abs(errors(step_s / 2.0)).max()
    assert FIRST_ORDER[0] < coarse / fine < FIRST_ORDER[1]
