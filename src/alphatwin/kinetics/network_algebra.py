r"""Linear algebra of compartments without a subtraction: every entry keeps its own accuracy.

A system of compartments loses its contents by transfer and by leaving:

.. math:: \dot x = -M x, \qquad M_{ij} = -f_{ij}\ (i \ne j), \qquad
          M_{jj} = v_j + \sum_{i \ne j} f_{ij},

with the transfer rate :math:`f_{ij} \ge 0` from :math:`j` to :math:`i` and the rate
:math:`v_j \ge 0` at which :math:`j` loses to the outside. :math:`M` is an M-matrix. Kept as
:math:`(f, v)`, without its diagonal, it can be eliminated by sums of non-negative terms only [1]_:
the solution of :math:`M y = b \ge 0` is exact to round-off in every entry, however different the
rates are.

The exponential and its integral over a short step :math:`h` come from uniformisation [2]_: with
:math:`\delta` at least every :math:`M_{jj}` and :math:`P = 1 - M/\delta \ge 0`,

.. math:: e^{-Mh} = \sum_k \mathrm{Pois}(k; \delta h)\, P^k, \qquad
          \int_0^h e^{-Ms}\,ds = \frac{1}{\delta} \sum_k \mathrm{Pois}(>k; \delta h)\, P^k ,

again without a subtraction, and longer times from doubling: :math:`E(2h) = E(h)^2`,
:math:`I(2h) = I(h) + I(h) E(h)`. Nothing is lost from the sum of a column,
:math:`\sum_i E_{ij} + \sum_i v_i I_{ij} = 1`; restoring it after each doubling keeps rounding
errors from doubling too.

References
----------
.. [1] A. S. Alfa, J. Xue, Q. Ye, "Accurate computation of the smallest eigenvalue of a diagonally
   dominant M-matrix", Math. Comp. 71 (2002) 217-236; after W. K. Grassmann, M. I. Taksar,
   D. P. Heyman, Oper. Res. 33 (1985) 1107-1116.
.. [2] A. Jensen, "Markoff chains as an aid in the study of Markoff processes", Scand. Actuar. J.
   36 (1953) 87-91.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# A step is short if no compartment empties by more than 1 - exp(-1/2) in it ...
_LARGEST_STEP = 0.5
# ... so that 20 terms leave 0.5**20/20! = 4e-25 of each column.
_TERMS = 20
# Where more than half of a column is still there, its sum is known better than its entries.
_LEAST_PRESENT = 0.5


class Closed(NamedTuple):
    """A system of compartments of which each was closed in turn: :math:`M` in two triangles.

    Attributes
    ----------
    transfer_per_s
        Rates among the compartments that were open, when the one of the row was closed.
        (n, n, 1 or n_samples) [1/s]
    onward_fraction
        Share of what leaves the compartment of the column that goes to that of the row, then.
        (n, n, 1 or n_samples)
    out_per_s
        Rate at which a compartment was left, then. (n, 1 or n_samples) [1/s]
    """

    transfer_per_s: Floats
    onward_fraction: Floats
    out_per_s: Floats

    @classmethod
    def of(cls, transfer_per_s: Floats, leaving_per_s: Floats) -> Self:
        """Close every compartment.

        Parameters
        ----------
        transfer_per_s
            Rate from compartment j to i, zero where i = j; the last axis, which runs over samples,
            has length 1 or n_samples. (n, n, 1 or n_samples) [1/s]
        leaving_per_s
            Rate to the outside, positive on every way out. (n, 1 or n_samples) [1/s]
        """
        f, v = np.array(transfer_per_s), np.array(leaving_per_s)
        n = v.shape[0]
        if f.shape[-1] < v.shape[-1]:
            f = np.repeat(f, v.shape[-1], axis=-1)
        elif v.shape[-1] < f.shape[-1]:
            v = np.repeat(v, f.shape[-1], axis=-1)
        out = np.empty_like(v)
        onward_fraction = np.zeros_like(f)
        # The last compartment is closed first: what passes through it goes on to the others.
        for k in range(n - 1, -1, -1):
            out[k] = v[k] + f[:k, k].sum(axis=0)
            np.divide(f[:k, k], out[k], out=onward_fraction[:k, k])
            if k > 0:
                f[:k, :k] += onward_fraction[:k, k, None] * f[k, None, :k]
                v[:k] += (v[k] / out[k]) * f[k, :k]
        return cls(f, onward_fraction, out)

    def integrals(self, start: Floats) -> Floats:
        r"""Return :math:`M^{-1} b`: the integral over all time of every content.

        Parameters
        ----------
        start
            Contents at the start, none negative. (n, n_samples)

        Returns
        -------
        (n, n_samples) ndarray
            Integrals, in the unit of ``start`` times s; relative error of each below about
            :math:`n^3` round-offs.
        """
        n, samples = self.out_per_s.shape
        b = np.array(np.broadcast_to(start, (n, max(start.shape[-1], samples))))
        for k in range(n - 1, 0, -1):
            b[:k] += self.onward_fraction[:k, k] * b[k]
        for k in range(n):
            b[k] = (b[k] + (self.transfer_per_s[k, :k] * b[:k]).sum(axis=0)) / self.out_per_s[k]
        return b


class Propagators(NamedTuple):
    """What a step in time does to the contents.

    Attributes
    ----------
    state : (n_samples, n, n) ndarray
        Content of i at the end, per content of j at the start.
    integral : (n_samples, n, n) ndarray
        Integral of the content of i over the step, per content of j at the start. [s]
    """

    state: Floats
    integral: Floats


def propagators(transfer_per_s: Floats, leaving_per_s: Floats, *, time_s: float) -> Propagators:
    """Return the exponential of a system of compartments and its integral.

    Parameters
    ----------
    transfer_per_s
        Rate from compartment j to i, zero where i = j. (n_samples, n, n) [1/s]
    leaving_per_s
        Rate to the outside. (n_samples, n) [1/s]
    time_s
        Length of the step, positive and finite. [s]
    """
    total_per_s = leaving_per_s + transfer_per_s.sum(axis=-2)
    fastest_per_s = max(float(total_per_s.max()), np.finfo(np.float64).tiny)
    doublings = max(0, math.ceil(math.log2(fastest_per_s * time_s / _LARGEST_STEP)))
    state, integral = _short_step(
        transfer_per_s, total_per_s, fastest_per_s, math.ldexp(time_s, -doublings)
    )
    for _ in range(doublings):
        integral += integral @ state
        state = state @ state
        present = 1.0 - np.matmul(leaving_per_s[:, None, :], integral)
        found = state.sum(axis=-2, keepdims=True)
        known = present >= _LEAST_PRESENT
        state *= np.divide(present, found, out=np.ones_like(found), where=known)
    return Propagators(state, integral)


def _short_step(
    transfer_per_s: Floats, total_per_s: Floats, fastest_per_s: float, step_s: float
) -> tuple[Floats, Floats]:
    """Return the exponential over one short step, and its integral, by uniformisation."""
    n = total_per_s.shape[-1]
    jump = transfer_per_s / fastest_per_s
    jump[:, range(n), range(n)] = 1.0 - total_per_s / fastest_per_s
    mean = fastest_per_s * step_s
    poisson = [math.exp(-mean) * mean**k / math.factorial(k) for k in range(2 * _TERMS)]
    power = np.broadcast_to(np.eye(n), jump.shape).copy()
    state = poisson[0] * power
    integral = (sum(poisson[1:]) / fastest_per_s) * power
    for k in range(1, _TERMS):
        power = jump @ power
        state += poisson[k] * power
        integral += (sum(poisson[k + 1 :]) / fastest_per_s) * power
    return state, integral
