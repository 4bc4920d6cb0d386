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

from alphatwin.dose.cell.slowing import ALPHA_STEPS_PER_UM
from alphatwin.dose.cell.survival import Inactivation
from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.nuclides import alpha_let_kev_per_um

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.dose.cell.scheme import Scheme

    Floats = NDArray[np.float64]

LEAST_MEV, MOST_MEV = 0.2, 10.0
"""Energies of alphas for which tracks in domains hold. [MeV]"""
_ENERGIES = 24  # of the mean over slowing down, even in the logarithm
_STEPS = 400  # of an alpha's way down
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

    def chain_inactivation(self, scheme: Scheme, *, stopping: str = "icru90") -> Inactivation:
        """Return the answer to the alphas of a scheme, met at all energies of their slowing down.

        The mean over dose is then a mean over the energy that an alpha loses, from its first to
        none; what is below 0.2 MeV counts as 0.2 MeV.

        Raises
        ------
        NotSupportedError
            If nothing in it emits alphas.
        """
        ends_mev = _line_energies_mev(scheme)
        if ends_mev.size == 0:
            msg = f"{scheme.parent} emits no alphas: the model of their tracks does not hold for it"
            raise NotSupportedError(msg)
        grid = np.geomspace(LEAST_MEV, MOST_MEV, _ENERGIES)
        z_gy = np.array([domain_dose_mean_gy(e, model=self, stopping=stopping) for e in grid])
        steps = np.linspace(0.0, 1.0, _STEPS + 1)
        middle = 0.5 * (steps[1:] + steps[:-1])
        means = np.array([np.interp(end * middle, grid, z_gy).mean() for end, _ in ends_mev])
        weights = ends_mev[:, 0] * ends_mev[:, 1]
        mean_gy = float(weights @ means / weights.sum())
        return Inactivation(
            self.linear_per_gy + self.quadratic_per_gy2 * mean_gy, self.quadratic_per_gy2
        )


def _line_energies_mev(scheme: Scheme) -> Floats:
    """Return energy and number per decay of the parent of every alpha line. (n, 2) [MeV]."""
    arrays = scheme.arrays
    rows = []
    for i, decays in enumerate(scheme.decays_per_parent_decay):
        lines = slice(arrays.alpha_start[i], arrays.alpha_start[i + 1])
        shares = np.diff(arrays.alpha_cumulative_probability[lines], prepend=0.0)
        energies_kev = np.interp(
            arrays.alpha_range_um[lines],
            np.arange(arrays.alpha_table_kev.size) / ALPHA_STEPS_PER_UM,
            arrays.alpha_table_kev,
        )
        branches = slice(arrays.branch_start[i], arrays.branch_start[i + 1])
        each = np.diff(arrays.branch_cumulative_probability[branches], prepend=0.0)
        alphas = float(each @ arrays.branch_alpha[branches])
        rows.append(np.stack([energies_kev * 1e-3, shares * alphas * decays], axis=1))
    return np.concatenate(rows)


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
    if not LEAST_MEV <= energy_mev <= MOST_MEV:
        msg = (
            f"energy_mev of an alpha in domains must be from {LEAST_MEV:g} to {MOST_MEV:g} MeV, "
            f"got {energy_mev}"
        )
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
