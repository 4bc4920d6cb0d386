r"""RBE of alpha particles as a function of their energy or LET: an option, from one experiment.

Survival of spermatogonia in mice after alpha emitters in the testis, against 120 kVp X rays:

.. math:: \mathrm{RBE} = 9.14 - 0.510\, E_\alpha, \quad 3 < E_\alpha < 9\ \mathrm{MeV} \qquad
          \mathrm{RBE} = 4.8 - 6.1\times 10^{-2} L + 1.0\times 10^{-3} L^2

with :math:`E_\alpha` in MeV [1]_ and :math:`L` in keV/um [2]_ (docs/theory-biology.md, eq. E18,
E19). Survival there falls exponentially with the dose of alphas, and doses were low, so that the
ratio is close to one of linear coefficients; it is used as RBEmax, never as the weight of
deterministic effects. The two were fitted to overlapping data and differ outside them.

References
----------
.. [1] R. W. Howell et al., "Radiotoxicity of gadolinium-148 and radium-223 in mouse testes:
   relative biological effectiveness of alpha-particle emitters in vivo", Radiat. Res. 147 (1997)
   342-348 (PMC3321061).
.. [2] R. W. Howell, M. T. Azure, V. R. Narra, D. V. Rao, "Relative biological effectiveness of
   alpha-particle emitters in vivo at low doses", Radiat. Res. 137 (1994) 352-360.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

ENERGY_RANGE_MEV: Final = (3.0, 9.0)
"""Range of validity that the authors state. [MeV]"""
LET_RANGE_KEV_PER_UM: Final = (60.0, 125.0)
"""LET of alphas from 9 to 3 MeV, in the words of the authors of [1]_. [keV/um]"""


def rbe_of_alpha_energy(energy_mev: ArrayLike) -> Floats:
    """Return the RBE of alpha particles of an initial energy (eq. E18). (...).

    Parameters
    ----------
    energy_mev : (...) array_like
        Initial energy. [MeV]

    Raises
    ------
    InvalidValueError
        If an energy is outside of the range in which the relation was found.
    """
    energy = np.asarray(energy_mev, dtype=np.float64)
    _check(energy, ENERGY_RANGE_MEV, "energy_mev", "MeV")
    return np.asarray(9.14 - 0.510 * energy)


def rbe_of_alpha_let(let_kev_per_um: ArrayLike) -> Floats:
    """Return the RBE of alpha particles of an initial LET (eq. E19). (...).

    Parameters
    ----------
    let_kev_per_um : (...) array_like
        Initial LET in water. [keV/um]

    Raises
    ------
    InvalidValueError
        If a value is outside of the range of alphas from 9 to 3 MeV.
    """
    let = np.asarray(let_kev_per_um, dtype=np.float64)
    _check(let, LET_RANGE_KEV_PER_UM, "let_kev_per_um", "keV/um")
    return np.asarray(4.8 - 6.1e-2 * let + 1.0e-3 * let * let)


def rbe_of_alpha_spectrum(energy_mev: ArrayLike, *, dose_share: ArrayLike) -> float:
    """Return the RBE of alphas of several energies, weighted with the dose of each (eq. E18).

    Parameters
    ----------
    energy_mev : (n_lines,) array_like
        Initial energies. [MeV]
    dose_share : (n_lines,) array_like
        Dose of each line, in any unit, none negative.

    Raises
    ------
    InvalidValueError
        If there is no dose, or an energy is out of range.
    """
    share = np.asarray(dose_share, dtype=np.float64)
    if not np.all(share >= 0.0) or not share.sum() > 0.0:
        msg = "dose_share must be >= 0 and not all 0"
        raise InvalidValueError(msg)
    return float(rbe_of_alpha_energy(energy_mev) @ share / share.sum())


def _check(values: Floats, limits: tuple[float, float], name: str, unit: str) -> None:
    good = (values >= limits[0]) & (values <= limits[1])
    if not np.all(good):
        msg = (
            f"{name} must be {limits[0]:g} to {limits[1]:g} {unit}, where the relation was found, "
            f"got {values[~good].ravel()[0]:g}; state an RBEmax instead"
        )
        raise InvalidValueError(msg)
