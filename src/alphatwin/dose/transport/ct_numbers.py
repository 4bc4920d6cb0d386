r"""From CT number to density and material, by the calibration of Schneider et al.

The density is read from the curve of [1]_ (table ``ct_density``). The material has few steps (table
``ct_materials``); bone is a mixture of red marrow and cortical bone in the shares of volume
:math:`v` that give the density, :math:`\rho = v\rho_b + (1 - v)\rho_m`, with the mass share of
cortical bone (docs/theory-transport-sources.md, eq. R3)

.. math:: w = v \rho_b / \rho .

The curve holds for 120 kV; another scanner's differs by some 2 % in bone.

References
----------
.. [1] W. Schneider, T. Bortfeld, W. Schlegel, "Correlation between CT numbers and tissue parameters
   needed for Monte Carlo simulations of clinical dose distributions", Phys. Med. Biol. 45 (2000)
   459-478, doi:10.1088/0031-9155/45/2/314.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.dose.transport.materials import Material, material
from alphatwin.errors import InvalidValueError
from alphatwin.tables import loader

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

BONE_STEPS: Final = 8
"""Number of mixtures of marrow and cortical bone."""
CT_RANGE_HU: Final = (-1100.0, 40_000.0)
"""CT numbers outside of it are none; metal may reach the upper end. [HU]"""
AIR_BELOW_HU: Final = -800.0
"""An image without any number below this has no air around or in the body. [HU]"""


def density_g_per_cm3(ct_number_hu: ArrayLike) -> Floats:
    """Return the density of tissue by CT number.

    Parameters
    ----------
    ct_number_hu
        CT numbers. (...) [HU]

    Returns
    -------
    (...) ndarray
        Mass density. [g/cm3]

    Raises
    ------
    InvalidValueError
        If a number is no CT number.
    """
    numbers = _checked(ct_number_hu)
    rows = loader.load("ct_density").rows
    points = [float(row["ct_number_hu"]) for row in rows]
    return np.interp(numbers, points, [float(row["density_g_per_cm3"]) for row in rows])


def material_by_ct_number(
    ct_number_hu: ArrayLike,
) -> tuple[tuple[Material, ...], NDArray[np.int64]]:
    """Return materials, and the place of each voxel's among them, by CT number in HU.

    Parameters
    ----------
    ct_number_hu
        CT numbers. (...) [HU]
    """
    numbers = _checked(ct_number_hu)
    rows = loader.load("ct_materials").rows
    limits = [float(row["from_hu"]) for row in rows]
    index = np.searchsorted(limits, numbers, side="right") - 1
    plain = tuple(material(row["material"]) for row in rows[:-1])
    mixtures = bone_mixtures()
    bone = index == len(plain)
    edges = [m.density_g_per_cm3 for m in mixtures]
    middles = 0.5 * (np.array(edges[1:]) + np.array(edges[:-1]))
    index[bone] += np.searchsorted(middles, density_g_per_cm3(numbers[bone]))
    return (*plain, *mixtures), index.astype(np.int64)


@cache
def bone_mixtures() -> tuple[Material, ...]:
    """Return mixtures of red marrow and cortical bone, by rising density in g/cm3."""
    return tuple(bone_mixture(v) for v in np.linspace(0.0, 1.0, BONE_STEPS))


def bone_mixture(cortical_volume_fraction: float) -> Material:
    """Return a mixture of red marrow and cortical bone.

    Parameters
    ----------
    cortical_volume_fraction
        Share of the volume that is cortical bone.
    """
    bone, marrow = material("cortical_bone"), material("red_marrow")
    v = cortical_volume_fraction
    density = v * bone.density_g_per_cm3 + (1.0 - v) * marrow.density_g_per_cm3
    share = v * bone.density_g_per_cm3 / density
    fractions: dict[int, float] = {}
    for part, weight in ((bone, share), (marrow, 1.0 - share)):
        for z, amount in part.mass_fractions:
            fractions[z] = fractions.get(z, 0.0) + weight * amount
    return Material(
        name=f"bone mixture {100.0 * v:.0f} %",
        density_g_per_cm3=density,
        mass_fractions=tuple(sorted(fractions.items())),
    )


def _checked(ct_number_hu: ArrayLike) -> Floats:
    numbers = np.asarray(ct_number_hu, dtype=np.float64)
    low, high = CT_RANGE_HU
    if not (np.isfinite(numbers) & (numbers >= low) & (numbers <= high)).all():
        bad = numbers[~((numbers >= low) & (numbers <= high))].ravel()[0]
        msg = (
            f"ct_number_hu must lie between {low:g} and {high:g} HU, got {bad:g}; apply the "
            "rescale slope and intercept, and put -1000 where the scanner saw nothing"
        )
        raise InvalidValueError(msg)
    return numbers
