"""Specific absorbed fractions of ICRP Publication 133, as values: AlphaTwin ships none.

:func:`alphatwin.files.icrp_safs.read_icrp_safs` reads them from the files that the user has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dose.mird import JOULE_PER_MEV
from alphatwin.dose.transport.emission_source import emission_source
from alphatwin.dose.transport.s_values import SValue
from alphatwin.errors import DataError, InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from alphatwin.nuclides import DecayDataName

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class IcrpSafs:
    """Specific absorbed fractions of one particle.

    Attributes
    ----------
    particle
        ``photon``, ``electron`` or ``alpha``.
    energies_mev
        (n_energies,) energies. [MeV]
    safs_per_kg
        (n_energies,) fractions by target and source. [1/kg]
    """

    particle: str
    energies_mev: Floats
    safs_per_kg: Mapping[tuple[str, str], Floats]

    def at(self, energy_mev: Floats, *, source: str, target: str) -> Floats:
        """Return fractions [1/kg] of a pair at some energies [MeV], by a monotone cubic.

        Raises
        ------
        InvalidValueError
            If the pair is not in the file.
        """
        from scipy.interpolate import PchipInterpolator

        key = (_found(target, self._names(0), "target"), _found(source, self._names(1), "source"))
        grid, values = self.energies_mev, self.safs_per_kg[key]
        kept = grid > 0.0
        inside = np.clip(energy_mev, grid[kept][0], grid[kept][-1])
        found = PchipInterpolator(np.log(grid[kept]), values[kept])(np.log(inside))
        return np.maximum(np.asarray(found), 0.0)

    def _names(self, place: int) -> list[str]:
        return list(dict.fromkeys(key[place] for key in self.safs_per_kg))


def icrp_s_value(
    safs: Mapping[str, IcrpSafs],
    nuclide: str,
    *,
    source: str,
    target: str,
    chain: bool = False,
    decay_data: DecayDataName = "icrp107",
) -> SValue:
    """Return an S-value folded from fractions of ICRP 133 (eq. R5 of the page on sources).

    Recoils are taken with the fraction of the slowest alpha; without a file for alphas they and
    alphas are an error where they are emitted.

    Parameters
    ----------
    safs
        By particle, as read from their files.
    nuclide, chain, decay_data
        What decays in the source.
    source, target
        Names as in the files: ``Kidneys``, ``Liver``, ``R-marrow``.

    Raises
    ------
    DataError, InvalidValueError
        If alphas are emitted and their file is missing, or a region is not in the files.
    """
    emitted = emission_source(nuclide, chain=chain, decay_data=decay_data)
    values = np.zeros(len(emitted.groups))
    for number, group in enumerate(emitted.groups):
        kept = emitted.group == number
        kind = "alpha" if group.radiation == "recoil" else group.radiation_type
        if kind not in safs:
            msg = f"{group.nuclide} emits {kind}s, and rcp-*_{kind}_*.SAF is missing"
            raise DataError(msg)
        energy = emitted.mean_mev[kept]
        weight = emitted.yield_per_decay[kept] * energy * JOULE_PER_MEV
        values[number] = weight @ safs[kind].at(energy, source=source, target=target)
    return SValue(
        emitted.parent, chain, source, target, emitted.groups, values, np.zeros_like(values)
    )


def _found(name: str, names: list[str], what: str) -> str:
    by_lower = {n.lower(): n for n in names}
    if name.lower() not in by_lower:
        msg = f"{what} {name!r} is not in the files; allowed: {', '.join(names)}"
        raise InvalidValueError(msg)
    return by_lower[name.lower()]
