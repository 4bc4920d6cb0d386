r"""The microdosimetric-kinetic model: domains below a micrometre, in amorphous alpha tracks.

A nucleus is many domains of radius :math:`r_d`. An alpha passes a domain at a distance *b* and
leaves there the mean of the radial dose over the domain's disc, :math:`z(b)`; core and penumbra
are those of Kiefer and Chatterjee [1]_, their total being the LET. Saturated, the dose-mean
specific energy of the domain is

.. math:: z^*_{1D} = \frac{\int z_\mathrm{sat}(b)\, z_\mathrm{sat}(b)\, b\,\mathrm{d}b}
   {\int z(b)\, b\,\mathrm{d}b}, \qquad
   z_\mathrm{sat} = z_0 \sqrt{1 - e^{-z^2/z_0^2}}, \qquad
   z_0 = \frac{(R_n/r_d)^2}{\sqrt{\beta\,[1 + (R_n/r_d)^2]}}

and :math:`-\ln S = (\alpha_0 + \beta z^*_{1D})\,D + \beta D^2` [2]_ (docs/theory-cells.md,
eqs. C20 to C22).

References
----------
.. [1] Y. Kase et al., "Biophysical calculation of cell survival probabilities using amorphous
   track structure models for heavy-ion irradiation", Phys. Med. Biol. 53 (2008) 37-59.
.. [2] Y. Kase et al., "Microdosimetric measurements and estimation of human cell survival for
   heavy-ion beams", Radiat. Res. 166 (2006) 629-638.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dose.cell.survival import Inactivation
from alphatwin.errors import InvalidValueError
from alphatwin.nuclides import alpha_let_kev_per_um

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_ALPHA_REST_MEV = 3727.379
_NUCLEONS = 4.0
_GY_UM2_PER_KEV_UM = 0.160218  # 1 keV/um through 1 um2 of water
_PATHS = 400  # impact parameters
_RINGS = 400  # of a domain's disc around the track


@dataclass(frozen=True, slots=True, kw_only=True)
class KineticModel:
    """Parameters of the microdosimetric-kinetic model.

    Attributes
    ----------
    linear_per_gy
        alpha_0, the slope for a LET of nothing. [1/Gy]
    quadratic_per_gy2
        beta, in 1/Gy squared; above 0.
    domain_radius_um
        Radius of a domain, from 0.05 to 1 um. [um]
    nucleus_radius_um
        Radius of the sensitive nucleus, above that of a domain. [um]
    """

    linear_per_gy: float
    quadratic_per_gy2: float
    domain_radius_um: float
    nucleus_radius_um: float

    def __post_init__(self) -> None:
        if not (0.0 <= self.linear_per_gy < math.inf and 0.0 < self.quadratic_per_gy2 < math.inf):
            msg = (
                "linear_per_gy must be >= 0 and quadratic_per_gy2 above 0, both finite, got "
                f"{self.linear_per_gy} and {self.quadratic_per_gy2}"
            )
            raise InvalidValueError(msg)
        if not 0.05 <= self.domain_radius_um <= 1.0:
            msg = f"domain_radius_um must be from 0.05 to 1 um, got {self.domain_radius_um}"
            raise InvalidValueError(msg)
        if not self.domain_radius_um < self.nucleus_radius_um < math.inf:
            msg = (
                f"nucleus_radius_um must be finite and above the radius of a domain, "
                f"{self.domain_radius_um:g} um, got {self.nucleus_radius_um}"
            )
            raise InvalidValueError(msg)

    @property
    def saturation_gy(self) -> float:
        """Specific energy of a domain where damage saturates. [Gy]."""
        ratio = (self.nucleus_radius_um / self.domain_radius_um) ** 2
        return ratio / math.sqrt(self.quadratic_per_gy2 * (1.0 + ratio))

    def inactivation(self, energy_mev: float, *, stopping: str = "icru90") -> Inactivation:
        """Return the linear-quadratic answer to alphas of an energy [MeV]."""
        z_gy = domain_dose_mean_gy(energy_mev, model=self, stopping=stopping)
        return Inactivation(
            self.linear_per_gy + self.quadratic_per_gy2 * z_gy, self.quadratic_per_gy2
        )


def radial_dose_gy(radius_um: Floats, *, energy_mev: float, stopping: str = "icru90") -> Floats:
    """Return the dose at distances from an alpha's track, after Kiefer and Chatterjee.

    Parameters
    ----------
    radius_um
        Distances from the track. (...) [um]
    energy_mev
        Energy of the alpha, from 0.2 to 10 MeV. [MeV]
    stopping
        Stopping powers, ``icru90`` or ``astar``.

    Returns
    -------
    (...) ndarray
        Dose; zero beyond the penumbra. [Gy]

    Raises
    ------
    InvalidValueError
        If the energy is out of range.
    """
    core_um, penumbra_um, slope_gy_um2, core_gy = _track(energy_mev, stopping)
    r = np.asarray(radius_um, dtype=np.float64)
    outer = slope_gy_um2 / np.maximum(r, core_um) ** 2
    return np.where(r <= core_um, core_gy, np.where(r <= penumbra_um, outer, 0.0))


def domain_dose_mean_gy(
    energy_mev: float, *, model: KineticModel, stopping: str = "icru90"
) -> float:
    """Return the saturated dose-mean specific energy of a domain, for alphas [MeV]. [Gy]."""
    domain_um = model.domain_radius_um
    _, penumbra_um, _, _ = _track(energy_mev, stopping)
    edges = np.linspace(0.0, domain_um + penumbra_um, _PATHS + 1)
    paths_um = 0.5 * (edges[1:] + edges[:-1])
    z = np.array([_disc_mean_gy(b, domain_um, energy_mev, stopping) for b in paths_um])
    limit = model.saturation_gy
    saturated = limit * np.sqrt(-np.expm1(-((z / limit) ** 2)))
    return float((saturated**2 * paths_um).sum() / (z * paths_um).sum())


def _track(energy_mev: float, stopping: str) -> tuple[float, float, float, float]:
    """Return radius of the core, of the penumbra [um], its slope [Gy um2] and the core's dose."""
    if not 0.2 <= energy_mev <= 10.0:
        msg = f"energy_mev of an alpha in domains must be from 0.2 to 10 MeV, got {energy_mev}"
        raise InvalidValueError(msg)
    gamma = 1.0 + energy_mev / _ALPHA_REST_MEV
    beta = math.sqrt(1.0 - 1.0 / gamma**2)
    charge = 2.0 * (1.0 - math.exp(-125.0 * beta * 2.0 ** (-2.0 / 3.0)))  # Barkas
    core_um = 0.0116 * beta
    penumbra_um = max(0.0616 * (energy_mev / _NUCLEONS) ** 1.7, 1.5 * core_um)
    slope = 1.25e-4 * (charge / beta) ** 2
    let = float(alpha_let_kev_per_um(energy_mev, stopping=stopping)) * _GY_UM2_PER_KEV_UM
    in_penumbra = 2.0 * math.pi * slope * math.log(penumbra_um / core_um)
    core_gy = max(let - in_penumbra, 0.0) / (math.pi * core_um**2)
    return core_um, penumbra_um, slope, core_gy


def _disc_mean_gy(path_um: float, domain_um: float, energy_mev: float, stopping: str) -> float:
    """Return the mean dose over a disc whose centre the track passes at a distance. [Gy]."""
    core_um, penumbra_um, _, _ = _track(energy_mev, stopping)
    top = min(penumbra_um, path_um + domain_um)
    bottom = max(path_um - domain_um, 0.0)
    if top <= bottom:
        return 0.0
    # Rings: one block for the core, even in the logarithm outside of it.
    inner = np.linspace(bottom, max(min(core_um, top), bottom), 40)
    low = max(core_um, bottom, 1e-9)
    outer = np.geomspace(low, top, _RINGS) if top > low else np.zeros(0)
    edges = np.unique(np.concatenate([inner, outer]))
    middle = 0.5 * (edges[1:] + edges[:-1])
    inside = _arc(middle, path_um, domain_um)
    dose = radial_dose_gy(middle, energy_mev=energy_mev, stopping=stopping)
    return float((dose * inside * middle * np.diff(edges)).sum() / (math.pi * domain_um**2))


def _arc(radius_um: Floats, path_um: float, domain_um: float) -> Floats:
    """Return the angle over which rings around a track lie in a disc at a distance. [rad]."""
    if path_um == 0.0:
        return np.where(radius_um <= domain_um, 2.0 * np.pi, 0.0)
    cosine = (radius_um**2 + path_um**2 - domain_um**2) / (2.0 * radius_um * path_um)
    return np.asarray(2.0 * np.arccos(np.clip(cosine, -1.0, 1.0)))
