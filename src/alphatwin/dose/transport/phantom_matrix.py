r"""S-values of one nuclide between all regions of the adult phantom at once.

The same fold as :func:`alphatwin.dose.transport.s_values.phantom_s_value`
(docs/theory-transport-sources.md, eq. R5), made for every pair in one go: a course asks for
hundreds of them. Alphas and recoils, which leave no region, are not part of it.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dose.absorption import RADIATION_TYPE_OF_EMISSION, RADIATION_TYPES
from alphatwin.dose.mird import JOULE_PER_MEV
from alphatwin.dose.transport.phantom_safs import HIGHEST_MEV, phantom_safs
from alphatwin.errors import DataError, NotSupportedError
from alphatwin.nuclides import emissions

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.interpolate import PchipInterpolator

    from alphatwin.dose.transport.phantom_safs import SafParticle
    from alphatwin.nuclides import DecayDataName

    Floats = NDArray[np.float64]


@lru_cache(maxsize=128)
def phantom_s_matrix(nuclide: str, *, decay_data: DecayDataName = "icrp107") -> Floats:
    """Return the S-values of electrons and photons of one nuclide, without its daughters.

    Parameters
    ----------
    nuclide
        The nuclide, in canonical form.
    decay_data
        Decay-data set. Where it has no beta spectrum, that of ICRP 107 stands in, scaled to its
        energy; where that has none either, betas have their mean energies.

    Returns
    -------
    (n_regions, n_regions, n_radiation_types) ndarray
        By source, target and radiation type, in the orders of
        :func:`alphatwin.dose.transport.phantom.region_names` and
        :data:`alphatwin.dose.RADIATION_TYPES`; masses are the phantom's. Not writable.
        [Gy/(Bq s)]

    Raises
    ------
    DataError
        If the nuclide is not known.
    """
    n = len(phantom_safs("photon").sources)
    found = np.zeros((n, n, len(RADIATION_TYPES)))
    particles: tuple[SafParticle, ...] = ("electron", "photon")
    for particle in particles:
        column = RADIATION_TYPES.index(particle)
        for kind, radiation in RADIATION_TYPE_OF_EMISSION.items():
            if radiation != particle:
                continue
            energy_mev, weight_mev = _emitted(nuclide, kind, decay_data)
            if energy_mev.size:
                safs = _between_all(particle, np.minimum(energy_mev, HIGHEST_MEV))
                found[:, :, column] += np.tensordot(weight_mev * JOULE_PER_MEV, safs, axes=1)
    found.setflags(write=False)
    return found


def _emitted(nuclide: str, kind: str, decay_data: DecayDataName) -> tuple[Floats, Floats]:
    """Return energies of a kind of emission, and the energy that each carries per decay. [MeV]."""
    lines = getattr(emissions(nuclide, decay_data=decay_data), kind)
    energy = np.asarray(lines.energies_mev, dtype=np.float64)
    weight = energy * lines.yields_per_decay
    if kind == "beta" and energy.size:
        spectrum = _spectrum(nuclide)
        if spectrum is not None:
            scale = 1.0 if decay_data == "icrp107" else weight.sum() / spectrum[1].sum()
            return spectrum[0], spectrum[1] * scale
    seen = weight > 0.0
    return energy[seen], weight[seen]


def _spectrum(nuclide: str) -> tuple[Floats, Floats] | None:
    """Return the beta spectrum of ICRP 107 in bins; ``None`` if it has none."""
    from alphatwin.dose.transport.emission_source import emission_source

    try:
        emitted = emission_source(nuclide)
    except (NotSupportedError, DataError):
        return None
    numbers = [i for i, group in enumerate(emitted.groups) if group.radiation == "beta"]
    kept = np.isin(emitted.group, numbers)
    if not kept.any():
        return None
    energy = emitted.mean_mev[kept]
    return energy, energy * emitted.yield_per_decay[kept]


@cache
def _interpolator(particle: SafParticle) -> PchipInterpolator:
    from scipy.interpolate import PchipInterpolator

    safs = phantom_safs(particle)
    return PchipInterpolator(np.log(safs.energies_mev), safs.safs_per_kg)


def _between_all(particle: SafParticle, energy_mev: Floats) -> Floats:
    """Return the fractions of all pairs. (n_energies, n_regions, n_regions) [1/kg]."""
    safs = phantom_safs(particle)
    least = safs.energies_mev[0]
    inside = _interpolator(particle)(np.log(np.maximum(energy_mev, least)))
    limit = np.diag(1.0 / safs.masses_kg)
    share = (energy_mev / least)[:, np.newaxis, np.newaxis]
    below = limit + (safs.safs_per_kg[0] - limit) * share
    return np.asarray(np.where(share < 1.0, below, np.maximum(inside, 0.0)))
