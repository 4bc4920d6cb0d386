r"""RBE-weighted dose for deterministic effects.

.. math:: D_\mathrm{RBE} = \sum_i \mathrm{RBE}_i\, D_i

over radiation types *i* [1]_ (docs/theory.md, eq. 10). The weight is that of deterministic
effects; it is not the low-dose limit RBEmax of the linear-quadratic model and not a radiation
weighting factor, and it never enters a table.

References
----------
.. [1] G. Sgouros et al., "MIRD Pamphlet No. 22: Radiobiology and Dosimetry of alpha-Particle
   Emitters for Targeted Radionuclide Therapy", J. Nucl. Med. 51 (2010) 311-328,
   doi:10.2967/jnumed.108.058651.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.biology.quantities import RbeWeightedDose, require_kind
from alphatwin.dose import RADIATION_TYPES
from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.dose import AbsorbedDose


@dataclass(frozen=True, slots=True, kw_only=True)
class RbeWeights:
    """RBE of each radiation type, for deterministic effects.

    Attributes
    ----------
    alpha, recoil, electron, photon
        RBE of alpha particles, recoil nuclei, electrons and photons; > 0.
    """

    alpha: float = 1.0
    recoil: float = 1.0
    electron: float = 1.0
    photon: float = 1.0

    def __post_init__(self) -> None:
        for name in RADIATION_TYPES:
            value = getattr(self, name)
            if not 0.0 < value < math.inf:
                msg = f"RBE of {name} must be finite and > 0, got {value}"
                raise InvalidValueError(msg)


def rbe_weighted_dose_gy(dose: AbsorbedDose, *, weights: RbeWeights) -> NDArray[np.float64]:
    """Return the RBE-weighted dose of every sample.

    Parameters
    ----------
    dose
        Absorbed dose by nuclide and radiation type.
    weights
        RBE of each radiation type.

    Returns
    -------
    (n_samples,) ndarray
        RBE-weighted dose; not an absorbed dose, though its unit has the same name. [Gy]
    """
    rbe = np.array([getattr(weights, name) for name in RADIATION_TYPES])
    return np.asarray(dose.by_radiation_gy @ rbe)


def rbe_weighted_dose(dose: AbsorbedDose, *, weights: RbeWeights) -> RbeWeightedDose:
    """Return the RBE-weighted dose as a quantity that no other kind of dose can be added to.

    Parameters
    ----------
    dose
        Absorbed dose by nuclide and radiation type.
    weights
        RBE of each radiation type, for deterministic effects; RBEmax is refused.

    Raises
    ------
    InvalidValueError
        If another kind of RBE is given.
    """
    require_kind(weights, RbeWeights, "RbeWeights, those of deterministic effects,")
    return RbeWeightedDose(rbe_weighted_dose_gy(dose, weights=weights))
