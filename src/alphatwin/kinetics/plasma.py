r"""Blood and plasma: one concentration from the other, in the units in which they are reported.

With haematocrit :math:`H` and the concentration in cells over that in plasma :math:`r`,

.. math:: C_\mathrm{blood} = (1 - H + H r)\,C_\mathrm{plasma}

(docs/theory-blood.md, eq. B5): :math:`r = 0` for an agent that stays out of cells, as peptides on a
chelator do, :math:`r = 1` for one that does not tell them apart, large for free lead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.kinetics.curve import curve_scaled
from alphatwin.kinetics.network_checks import checked
from alphatwin.patient import Point

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from alphatwin.kinetics.blood import DrawnSample
    from alphatwin.kinetics.curve import RegionCurve

    Floats = NDArray[np.float64]

BLOOD_DENSITY_G_PER_ML: Final = 1.06
"""Whole blood at 37 degrees (recalled; read at second hand as 1.060 at hypertextbook.com)."""
_GRAMS_PER_KG = 1e3
_ML_PER_L = 1e3


def plasma_to_blood_ratio(
    *, haematocrit_fraction: ArrayLike, cell_to_plasma_ratio: ArrayLike
) -> Floats:
    """Return the concentration in plasma over that in whole blood, per volume (no unit).

    Parameters
    ----------
    haematocrit_fraction
        Share of the blood volume that is cells, above 0 and below 1. (...)
    cell_to_plasma_ratio
        Concentration in cells over that in plasma, at least 0. (...)

    Raises
    ------
    InvalidValueError
        If a value is out of range.
    """
    cells = _haematocrit(haematocrit_fraction)
    partition = checked("cell_to_plasma_ratio", cell_to_plasma_ratio)
    return np.asarray(1.0 / (1.0 - cells + cells * partition))


def cell_to_plasma_ratio(
    *, blood_bq_per_ml: ArrayLike, plasma_bq_per_ml: ArrayLike, haematocrit_fraction: ArrayLike
) -> Floats:
    """Return the concentration in cells over that in plasma from both measured ones.

    Parameters
    ----------
    blood_bq_per_ml, plasma_bq_per_ml
        Concentrations in whole blood and in its plasma, of one sample. (...) [Bq/mL]
    haematocrit_fraction
        Share of the blood volume that is cells. (...)

    Raises
    ------
    InvalidValueError
        If blood holds less than its plasma alone would.
    """
    blood = checked("blood_bq_per_ml", blood_bq_per_ml)
    plasma = checked("plasma_bq_per_ml", plasma_bq_per_ml)
    cells = _haematocrit(haematocrit_fraction)
    if not (plasma > 0.0).all():
        msg = f"plasma_bq_per_ml must be > 0, got {plasma.min():g}"
        raise InvalidValueError(msg)
    ratio = np.asarray((blood / plasma - (1.0 - cells)) / cells)
    if (ratio < 0.0).any():
        msg = (
            f"blood_bq_per_ml is {np.min(blood / plasma):.4g} of plasma_bq_per_ml, less than the "
            f"plasma alone makes ({np.max(1.0 - cells):.4g}); check haematocrit and counts, "
            "or state cell_to_plasma_ratio = 0"
        )
        raise InvalidValueError(msg)
    return ratio


def concentration_bq_per_kg(
    concentration_bq_per_ml: ArrayLike, *, density_g_per_ml: float = BLOOD_DENSITY_G_PER_ML
) -> Floats:
    """Return a concentration per mass.

    Parameters
    ----------
    concentration_bq_per_ml
        Per volume; of samples weighed, not pipetted, nothing is to be turned. (...) [Bq/mL]
    density_g_per_ml
        Density of the fluid. [g/mL]

    Returns
    -------
    (...) ndarray
        Per mass. [Bq/kg]
    """
    if not 0.5 < density_g_per_ml < 2.0:
        msg = f"density_g_per_ml of a body fluid must lie between 0.5 and 2, got {density_g_per_ml}"
        raise InvalidValueError(msg)
    per_ml = checked("concentration_bq_per_ml", concentration_bq_per_ml)
    return np.asarray(per_ml * _GRAMS_PER_KG / density_g_per_ml)


def injected_percent_per_litre(
    concentration_bq_per_ml: ArrayLike,
    *,
    administered_bq: float,
    decay_constant_per_s: float = 0.0,
    time_s: ArrayLike = 0.0,
) -> Floats:
    """Return a concentration as % of the administered activity per litre, %IA/L.

    Parameters
    ----------
    concentration_bq_per_ml
        As it was at the time. (...) [Bq/mL]
    administered_bq
        Activity at administration. [Bq]
    decay_constant_per_s, time_s
        To correct for decay to administration; by default nothing is corrected. [1/s], (...) [s]
    """
    if not 0.0 < administered_bq < np.inf:
        msg = f"administered_bq must be finite and > 0, got {administered_bq}"
        raise InvalidValueError(msg)
    per_ml = checked("concentration_bq_per_ml", concentration_bq_per_ml)
    growth = np.exp(decay_constant_per_s * checked("time_s", time_s))
    return np.asarray(100.0 * _ML_PER_L * per_ml * growth / administered_bq)


def plasma_curve(
    blood: RegionCurve, *, haematocrit_fraction: ArrayLike, cell_to_plasma_ratio: ArrayLike
) -> RegionCurve:
    """Return the curve of the plasma concentration from that of whole blood, both per volume.

    Parameters
    ----------
    blood
        Curve whose amplitude is a concentration in blood over the administered activity.
    haematocrit_fraction, cell_to_plasma_ratio
        As in :func:`plasma_to_blood_ratio`, one number or one per sample.
    """
    ratio = plasma_to_blood_ratio(
        haematocrit_fraction=haematocrit_fraction, cell_to_plasma_ratio=cell_to_plasma_ratio
    )
    return curve_scaled(blood, ratio)


def concentration_point(
    drawn: DrawnSample,
    name: str,
    *,
    drawn_at_s: float,
    volume_ml: float,
    volume_relative_sd: float = 0.0,
) -> Point:
    """Return a sample's concentration of one nuclide as a point of a curve.

    Parameters
    ----------
    drawn
        The sample at drawing.
    name
        The nuclide.
    drawn_at_s
        Time of drawing since administration. [s]
    volume_ml
        Volume of the sample. [mL]
    volume_relative_sd
        Standard uncertainty of the volume over it.

    Returns
    -------
    Point
        Concentration with its standard uncertainty. [Bq/mL]

    Raises
    ------
    InvalidValueError
        If the volume is not positive, or the activity is below zero.
    """
    if not 0.0 < volume_ml < np.inf:
        msg = f"volume_ml must be finite and > 0, got {volume_ml}"
        raise InvalidValueError(msg)
    value_bq, sd_bq = drawn.activity_of(name)
    if value_bq < 0.0:
        msg = (
            f"{name} in the sample of {drawn_at_s:g} s is {value_bq:.3g} Bq, below zero: leave the "
            "point out, or solve for fewer daughters"
        )
        raise InvalidValueError(msg)
    sd = float(np.hypot(sd_bq, value_bq * volume_relative_sd)) / volume_ml
    return Point(time_s=drawn_at_s, value=value_bq / volume_ml, sd=sd)


def _haematocrit(value: ArrayLike) -> Floats:
    values = checked("haematocrit_fraction", value)
    if not ((values > 0.0) & (values < 1.0)).all():
        worst = values[~((values > 0.0) & (values < 1.0))].ravel()[0]
        msg = f"haematocrit_fraction must lie above 0 and below 1 (0.42, not 42 %), got {worst:g}"
        raise InvalidValueError(msg)
    return values
