r"""Standardised uptake values: concentration over what the body would hold if it were even.

With the concentration :math:`c` [Bq/mL] and the activity :math:`A` [Bq] in the body that are stated
for the same time (docs/theory-imaging.md, eqs. I2 to I4),

.. math:: \mathrm{SUV_{bw}} = \frac{c}{A}\,m, \qquad \mathrm{SUV_{lbm}} = \frac{c}{A}\,m_l,
          \qquad \mathrm{SUV_{bsa}} = \frac{c}{A}\,S,

with body mass :math:`m`, lean body mass :math:`m_l` and body surface :math:`S`
(:mod:`alphatwin.imaging.body_size`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def suv_by_mass(
    concentration_bq_per_ml: ArrayLike, *, activity_bq: float, mass_kg: float
) -> NDArray[np.float64]:
    """Return SUV by body mass or, of lean body mass, SUL, in g/mL; eqs. I2 and I3.

    Parameters
    ----------
    concentration_bq_per_ml
        (...), [Bq/mL]
    activity_bq
        Administered, decayed to the time of the concentration. [Bq]
    mass_kg
        Of the body, or its lean part. [kg]

    Raises
    ------
    InvalidValueError
        If activity or mass are not above zero.
    """
    return _over(concentration_bq_per_ml, activity_bq, 1e3 * mass_kg)


def suv_by_surface(
    concentration_bq_per_ml: ArrayLike, *, activity_bq: float, surface_cm2: float
) -> NDArray[np.float64]:
    """Return SUV by body surface, in cm2/mL; eq. I4.

    Parameters
    ----------
    concentration_bq_per_ml, activity_bq
        As in `suv_by_mass`.
    surface_cm2
        From `body_surface_cm2`. [cm2]

    Raises
    ------
    InvalidValueError
        If activity or surface are not above zero.
    """
    return _over(concentration_bq_per_ml, activity_bq, surface_cm2)


def _over(
    concentration_bq_per_ml: ArrayLike, activity_bq: float, size: float
) -> NDArray[np.float64]:
    if not activity_bq > 0.0 or not size > 0.0:
        msg = (
            "the administered activity and the mass or surface must be > 0, got "
            f"{activity_bq} Bq and {size} (g or cm2)"
        )
        raise InvalidValueError(msg)
    values: NDArray[np.float64] = np.asarray(concentration_bq_per_ml, dtype=np.float64)
    return values * (size / activity_bq)
