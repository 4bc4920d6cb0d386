"""What a lesion and the organ around it give to each other: a sphere somewhere in a larger one."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dose.mird import energy_absorbed_per_decay_j
from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from alphatwin.nuclides import DecayDataName

    Floats = NDArray[np.float64]


def nested_s_values(
    nuclides: Sequence[str],
    *,
    lesion_mass_kg: float,
    host_mass_kg: float,
    parts: int = 1,
    material: str = "soft_tissue",
    decay_data: DecayDataName = "icrp107",
) -> Floats:
    r"""Return the dose of an organ per decay in a lesion within it; the same the other way round.

    The energy that stays in organ and lesion together, a sphere of both masses, less what stays
    in the lesion, over the mass of the organ (docs/theory-transport-sources.md, eqs. R10-R11). The
    lesion lies anywhere, but wholly inside.

    Parameters
    ----------
    nuclides
        Nuclides in canonical form, each for itself.
    lesion_mass_kg, host_mass_kg
        Masses of the lesion, and of the organ without it. [kg]
    parts
        2 for organs that come in pairs, each a sphere of half the mass; the lesion lies in one.
    material
        Material of the organ.
    decay_data
        Decay-data set.

    Returns
    -------
    (n_nuclides, n_radiation_types) ndarray
        Dose per decay. [Gy/(Bq s)]

    Raises
    ------
    InvalidValueError
        If a mass is not positive.
    """
    from alphatwin.dose.transport.sphere_table import sphere_absorption

    if not (lesion_mass_kg > 0.0 and host_mass_kg > 0.0):
        msg = f"masses must be > 0 kg, got {lesion_mass_kg} and {host_mass_kg}"
        raise InvalidValueError(msg)
    fraction = sphere_absorption(material=material, decay_data=decay_data)
    whole_kg = host_mass_kg / parts + lesion_mass_kg
    together_j, lesion_j, emitted_j = (
        energy_absorbed_per_decay_j(
            nuclides, mass_kg=mass_kg, absorbed_fraction=absorbed, decay_data=decay_data
        )
        for mass_kg, absorbed in (
            (whole_kg, fraction),
            (lesion_mass_kg, fraction),
            (whole_kg, _everything),
        )
    )
    odds = wholly_inside_ratio(float(np.cbrt(lesion_mass_kg / whole_kg)))
    share = np.divide(together_j, emitted_j, out=np.zeros_like(emitted_j), where=emitted_j > 0.0)
    together_j = emitted_j * odds * share / (1.0 - share + odds * share)
    return np.asarray(np.maximum(together_j - lesion_j, 0.0) / host_mass_kg)


def _everything(emission: str, *, nuclide: str, mass_kg: float) -> float:  # noqa: ARG001
    return 1.0


@lru_cache(maxsize=256)
def wholly_inside_ratio(radius_ratio: float) -> float:
    r"""Return how much farther the surface is from a sphere wholly inside of a larger one.

    The mean distance to the surface of the larger sphere, over all directions, points of the
    smaller one and places of it, over that from points anywhere, 3/4 of the radius (eq. R11).

    Parameters
    ----------
    radius_ratio
        Radius of the smaller sphere over that of the larger one, between 0 and 1.
    """
    nodes, weights = np.polynomial.legendre.leggauss(16)
    half, weights = 0.5 * (nodes + 1.0), 0.5 * weights
    volume = 3.0 * weights * half**2
    place, inside = (1.0 - radius_ratio) * half, radius_ratio * half
    square = (
        place[:, None, None] ** 2
        + inside[:, None] ** 2
        + 2.0 * place[:, None, None] * inside[:, None] * nodes
    )
    x = np.sqrt(np.clip(square, 1e-12, 1.0 - 1e-12))
    distance = 0.5 + (1.0 - x * x) / (4.0 * x) * np.log((1.0 + x) / (1.0 - x))
    mean = np.einsum("ijk,i,j,k->", distance, volume, volume, weights)
    return float(mean / 0.75)
