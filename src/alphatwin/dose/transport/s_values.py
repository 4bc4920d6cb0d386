r"""S-values: absorbed dose of a target per decay in a source, apart by nuclide and radiation.

By direct transport of everything that a nuclide or a chain emits, or folded from specific absorbed
fractions (docs/theory-transport-sources.md, eq. R5),

.. math:: S(t \leftarrow s) = \sum_n b_n \sum_i \sum_k y_{n,i,k} E_{n,i,k}\,
          \Phi_i(t \leftarrow s; E_{n,i,k}),

with :math:`b_n` decays of member *n* per decay of the parent. Alphas and recoils, which go less
than 0.1 mm, are absorbed where they are born.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.dose.absorption import RADIATION_TYPES
from alphatwin.dose.mird import JOULE_PER_MEV
from alphatwin.dose.transport.emission_source import PARTICLES, emission_source
from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from alphatwin.dose.transport.emission_source import EmissionGroup, EmissionSource
    from alphatwin.dose.transport.geometry import Geometry
    from alphatwin.dose.transport.source import Emitted, Place
    from alphatwin.nuclides import DecayDataName

    Floats = NDArray[np.float64]

TRANSPORTED: Final = ("photon", "electron")


@dataclass(frozen=True, slots=True, eq=False)
class SValue:
    """Absorbed dose of one target per decay of the parent in one source.

    Attributes
    ----------
    parent, is_chain
        The nuclide whose decays count, and whether its daughters decay with it.
    source, target
        Names of the regions.
    groups
        Nuclides and radiations.
    by_group_gy_per_bq_s
        (n_groups,) part of each. [Gy/(Bq s)]
    by_group_sd_gy_per_bq_s
        (n_groups,) standard error of each, of the transport alone. [Gy/(Bq s)]
    histories
        Particles followed for it; ``None`` if it was folded from a table.
    is_complete
        Whether all histories were run.
    """

    parent: str
    is_chain: bool
    source: str
    target: str
    groups: tuple[EmissionGroup, ...]
    by_group_gy_per_bq_s: Floats
    by_group_sd_gy_per_bq_s: Floats
    histories: int | None = None
    is_complete: bool = True

    @property
    def s_value_gy_per_bq_s(self) -> float:
        """The S-value. [Gy/(Bq s)]."""
        return float(self.by_group_gy_per_bq_s.sum())

    @property
    def relative_sd(self) -> float:
        """Standard error of the S-value over the S-value; 0 if it is 0."""
        total = self.s_value_gy_per_bq_s
        error = float(np.sqrt((self.by_group_sd_gy_per_bq_s**2).sum()))
        return error / total if total > 0.0 else 0.0

    @property
    def by_radiation_gy_per_bq_s(self) -> dict[str, float]:
        """The S-value by radiation type, as :data:`alphatwin.dose.RADIATION_TYPES` in Gy/(Bq s)."""
        parts = dict.fromkeys(RADIATION_TYPES, 0.0)
        for group, value in zip(self.groups, self.by_group_gy_per_bq_s, strict=True):
            parts[group.radiation_type] += float(value)
        return parts

    @property
    def by_nuclide_gy_per_bq_s(self) -> dict[str, float]:
        """The S-value by nuclide, parent first, in Gy/(Bq s)."""
        parts: dict[str, float] = {}
        for group, value in zip(self.groups, self.by_group_gy_per_bq_s, strict=True):
            parts[group.nuclide] = parts.get(group.nuclide, 0.0) + float(value)
        return parts

    def by_nuclide_and_radiation_gy_per_bq_s(self) -> dict[str, dict[str, float]]:
        """Return the parts by nuclide and, in it, by radiation type. [Gy/(Bq s)]."""
        parts: dict[str, dict[str, float]] = {}
        for group, value in zip(self.groups, self.by_group_gy_per_bq_s, strict=True):
            mine = parts.setdefault(group.nuclide, dict.fromkeys(RADIATION_TYPES, 0.0))
            mine[group.radiation_type] += float(value)
        return parts


@dataclass(frozen=True, slots=True, eq=False)
class DosePerDecay:
    """Dose of every region of a geometry per decay of the parent, by group.

    Attributes
    ----------
    emitted
        What was emitted.
    dose_gy_per_bq_s, standard_error_gy_per_bq_s
        (n_groups, n_regions) doses and standard errors. [Gy/(Bq s)]
    histories
        Particles that were followed.
    is_complete
        Whether all were.
    """

    emitted: EmissionSource
    dose_gy_per_bq_s: Floats
    standard_error_gy_per_bq_s: Floats
    histories: int
    is_complete: bool

    def s_value(self, *, source: str, target: str, region: int) -> SValue:
        """Return the S-value of one region (Gy/(Bq s)), under the names given."""
        return SValue(
            parent=self.emitted.parent,
            is_chain=self.emitted.is_chain,
            source=source,
            target=target,
            groups=self.emitted.groups,
            by_group_gy_per_bq_s=self.dose_gy_per_bq_s[:, region].copy(),
            by_group_sd_gy_per_bq_s=self.standard_error_gy_per_bq_s[:, region].copy(),
            histories=self.histories,
            is_complete=self.is_complete,
        )


def as_emitted(emitted: EmissionSource) -> tuple[Emitted, ...]:
    """Return photons and electrons of a source of emissions for the engine, energies in MeV.

    Parameters
    ----------
    emitted
        Emissions per decay; alphas and recoils are not followed and are left out.
    """
    from alphatwin.dose.transport.source import Emitted

    found = []
    for number in range(len(emitted.groups)):
        kept = emitted.group == number
        particle = PARTICLES[int(emitted.particle[kept][0])] if kept.any() else "alpha"
        if particle not in TRANSPORTED:
            continue
        low, high = emitted.low_mev[kept], emitted.high_mev[kept]
        amount = emitted.yield_per_decay[kept]
        is_spectrum = bool((high > low).any())
        if is_spectrum:
            mean, ratio = amount / (high - low), emitted.low_density_ratio[kept]
            energies = np.append(low, high[-1])
            amount = np.append(mean * ratio, mean[-1] * (2.0 - ratio[-1]))
        else:
            energies = low
        found.append(
            Emitted(
                "photon" if particle == "photon" else "electron",
                energies,
                amount,
                is_spectrum=is_spectrum,
                group=number,
            )
        )
    return tuple(found)


def dose_per_decay(
    geometry: Geometry,
    place: Place,
    *,
    emitted: EmissionSource,
    local_share: Floats,
    histories: int,
    seed: int,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> DosePerDecay:
    """Return the dose of every region per decay, by direct transport.

    Parameters
    ----------
    geometry, place
        Where the radiation goes and where it is born.
    emitted
        What is emitted per decay of the parent.
    local_share
        (n_regions,) share of the decays in each region, where recoils stay, and alphas in voxels
        that are large against their range.
    histories, seed, threads, progress
        As in :func:`alphatwin.dose.transport.transport`.

    Returns
    -------
    DosePerDecay
        Doses. [Gy/(Bq s)]
    """
    from alphatwin.dose.transport.alpha_tracks import deposited_by_alphas
    from alphatwin.dose.transport.engine import transport
    from alphatwin.dose.transport.source import Source

    masses_kg = geometry.masses_g * 1e-3
    energy = np.zeros((len(emitted.groups), masses_kg.size))
    error = np.zeros_like(energy)
    run = 0
    is_complete = True
    particles = as_emitted(emitted)
    if particles:
        tally = transport(
            geometry,
            Source(particles, place, sampling="energy"),
            histories=histories,
            seed=seed,
            threads=threads,
            progress=progress,
        )
        n = tally.energy_mev.shape[0]
        energy[:n], error[:n] = tally.energy_mev, tally.standard_error_mev
        run, is_complete = tally.histories, tally.is_complete
    for number, group in enumerate(emitted.groups):
        if group.radiation_type in TRANSPORTED:
            continue
        tracks = deposited_by_alphas(
            geometry, place, emitted=emitted, number=number, tracks=histories, seed=seed
        )
        if tracks is None:
            energy[number] = emitted.energy_per_decay_mev[number] * local_share
        else:
            energy[number], error[number] = tracks
    # What no region of an image claims may be nothing at all: no mass, no dose.
    scale = np.divide(JOULE_PER_MEV, masses_kg, out=np.zeros_like(masses_kg), where=masses_kg > 0.0)
    return DosePerDecay(emitted, energy * scale, error * scale, run, is_complete)


def phantom_s_value(
    nuclide: str,
    *,
    source: str,
    target: str,
    chain: bool = False,
    decay_data: DecayDataName = "icrp107",
) -> SValue:
    """Return an S-value of the adult phantom, folded from its specific absorbed fractions.

    Parameters
    ----------
    nuclide
        The nuclide, in any usual writing.
    source, target
        Names of regions, as in :func:`alphatwin.dose.transport.phantom.adult_phantom`; masses
        are those of its solids.
    chain
        Whether the whole chain decays in the source.
    decay_data
        Decay-data set.

    Returns
    -------
    SValue
        Per decay of the nuclide. [Gy/(Bq s)]

    Raises
    ------
    DataError, NotSupportedError, InvalidValueError
        If the nuclide, its chain or a region is not known.
    """
    from alphatwin.dose.transport.phantom import adult_regions
    from alphatwin.dose.transport.phantom_safs import phantom_safs, region_named

    emitted = emission_source(nuclide, chain=chain, decay_data=decay_data)
    here, there = region_named(source), region_named(target)
    mass_kg = next(r.mass_kg for r in adult_regions() if r.name == there)
    values, errors = np.zeros(len(emitted.groups)), np.zeros(len(emitted.groups))
    for number, group in enumerate(emitted.groups):
        kept = emitted.group == number
        energy, weight = emitted.mean_mev[kept], emitted.yield_per_decay[kept]
        weight = weight * energy * JOULE_PER_MEV
        if group.radiation_type in TRANSPORTED:
            safs = phantom_safs("photon" if group.radiation_type == "photon" else "electron")
            found = safs.at(energy, source=here, target=there)
            values[number] = float(weight @ found)
            errors[number] = np.sqrt(
                safs.variance_at(energy, weights=weight, source=here, target=there)
            )
        elif here == there:
            values[number] = float(weight.sum()) / mass_kg
    return SValue(emitted.parent, chain, here, there, emitted.groups, values, errors)


def scaled_to_mass(s_value: SValue, *, phantom_mass_kg: float, mass_kg: float) -> SValue:
    """Return the S-value of a region for itself at another mass of it.

    Charged particles deposit the same energy in less or more mass; photons of a body that grows in
    all directions deposit in proportion to its diameter (docs/theory-transport-sources.md, eq. R6).

    Parameters
    ----------
    s_value
        S-value of a region for itself; of another target it does not depend on the source's mass
        to first order, nor, being dose, on the target's, and is returned as it is. [Gy/(Bq s)]
    phantom_mass_kg, mass_kg
        Mass in the phantom and mass wanted. [kg]

    Raises
    ------
    InvalidValueError
        If a mass is not positive.
    """
    if not (phantom_mass_kg > 0.0 and mass_kg > 0.0):
        msg = f"masses must be > 0 kg, got {phantom_mass_kg} and {mass_kg}"
        raise InvalidValueError(msg)
    if s_value.source != s_value.target:
        return s_value
    ratio = phantom_mass_kg / mass_kg
    factors = np.array(
        [
            ratio ** (2.0 / 3.0) if group.radiation_type == "photon" else ratio
            for group in s_value.groups
        ]
    )
    return SValue(
        s_value.parent,
        s_value.is_chain,
        s_value.source,
        s_value.target,
        s_value.groups,
        s_value.by_group_gy_per_bq_s * factors,
        s_value.by_group_sd_gy_per_bq_s * factors,
        s_value.histories,
        s_value.is_complete,
    )
