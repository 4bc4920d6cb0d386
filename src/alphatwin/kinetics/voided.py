r"""What a fate of daughters excretes, in a bladder that is voided at a constant interval.

Atoms come at any moment between two voids alike. With the propagator :math:`E` of an interval
:math:`T`, its integral :math:`I`, the contents :math:`p_n` and decays :math:`\tilde p_n` that a
constant flow of one atom of member :math:`n` per interval leaves at its end, and the residual
fraction :math:`q`, the decays per atom that comes are

.. math:: K_n = \tilde p_n + \Lambda I\,(1 - q E)^{-1} q\,p_n

(docs/theory-blood.md, eq. B21).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.kinetics.network_checks import checked
from alphatwin.nuclides import exponential

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from alphatwin.nuclides import DecayChain

    Floats = NDArray[np.float64]


def entered_atoms(decays_bq_s: ArrayLike, *, chain: DecayChain) -> Floats:
    """Return the atoms of every member that came to a place from which nothing returns.

    Parameters
    ----------
    decays_bq_s
        All decays there, in the order of the chain. (..., m) [Bq s]
    chain
        The decay chain.

    Returns
    -------
    (..., m) ndarray
        Decays less what decays there have made; never below zero.
    """
    decays = checked("decays_bq_s", decays_bq_s)
    made = decays @ chain.branching[: len(chain.nuclides)].T
    return np.maximum(decays - made, 0.0)


def voided_decays_per_atom(
    chain: DecayChain, *, interval_s: float, residual_fraction: float = 0.0
) -> Floats:
    """Return the decays of every member in a bladder per atom that comes to it.

    Parameters
    ----------
    chain
        The decay chain.
    interval_s
        Time between two voids. [s]
    residual_fraction
        What a void leaves, at least 0 and below 1.

    Returns
    -------
    (m, m) ndarray
        Decays of the row's member per atom of the column's.

    Raises
    ------
    InvalidValueError
        If the interval is not positive and finite, or the residual fraction is none.
    """
    if not 0.0 < interval_s < math.inf:
        msg = f"interval_s must be finite and > 0, got {interval_s}"
        raise InvalidValueError(msg)
    if not 0.0 <= residual_fraction < 1.0:
        msg = f"residual_fraction must be at least 0 and below 1, got {residual_fraction}"
        raise InvalidValueError(msg)
    rates = chain.decay_constants_per_s
    n = rates.size
    feeding = chain.branching[:n] * rates
    width = np.array([interval_s])
    kept, stay, filled, filled_stay = (np.zeros((n, n)) for _ in range(4))
    for column, unit in enumerate(np.eye(n)):
        kept[:, column] = exponential.amounts(
            rates=rates, feeding=feeding, initial=unit, time=width
        )[0]
        stay[:, column] = exponential.integrals(
            rates=rates, feeding=feeding, initial=unit, time=width
        )[0]
        # A source that does not decay, and gives one atom in the interval.
        with_source = np.zeros((n + 1, n + 1))
        with_source[1:, 1:] = feeding
        with_source[1 + column, 0] = 1.0 / interval_s
        flowing = {
            "rates": np.concatenate([[0.0], rates]),
            "feeding": with_source,
            "initial": np.eye(n + 1)[0],
            "time": width,
        }
        filled[:, column] = exponential.amounts(**flowing)[0][1:]
        filled_stay[:, column] = exponential.integrals(**flowing)[0][1:]
    q = residual_fraction
    after_voids = np.linalg.solve(np.eye(n) - q * kept, q * filled)
    return np.asarray(rates[:, None] * (filled_stay + stay @ after_voids))
