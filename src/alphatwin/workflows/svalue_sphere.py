"""The S-value of a sphere for itself: from the shipped table, or by direct transport."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.nuclides import canonical_name
from alphatwin.workflows.svalue import LOCAL, members_of, s_value_report

if TYPE_CHECKING:
    from collections.abc import Callable

    from alphatwin.nuclides import DecayDataName
    from alphatwin.report.transport_value import SValueReport

    Progress = Callable[[int, int], None]

SURROUND_CM: Final = 20.0
"""Medium around a sphere, from which photons are scattered back. [cm]"""


def sphere_s_value_report(
    nuclide: str,
    *,
    mass_kg: float,
    material: str = "soft_tissue",
    chain: bool = False,
    histories: int | None = None,
    seed: int = 1,
    decay_data: DecayDataName = "icrp107",
    progress: Progress | None = None,
) -> SValueReport:
    """Return the S-value of a sphere for itself, from the shipped table or by direct transport.

    Parameters
    ----------
    nuclide, chain, decay_data
        What decays, uniformly in the sphere.
    mass_kg
        Mass of the sphere. [kg]
    material
        Name of a material, in the sphere and around it.
    histories
        Particles to follow; ``None`` takes the table, or 200 000 for a material outside of it.
    seed, progress
        As in :func:`alphatwin.dose.transport.transport`.

    Raises
    ------
    AlphaTwinError
        If a name is unknown or a number is out of range.
    """
    if not 0.0 < mass_kg < math.inf:
        msg = f"the mass of the sphere must be finite and > 0, got {mass_kg} kg"
        raise InvalidValueError(msg)
    if histories is None and material in _materials_of_spheres():
        return _sphere_from_table(
            nuclide, mass_kg=mass_kg, material=material, chain=chain, decay_data=decay_data
        )
    from alphatwin.dose.transport import InShell, Spheres
    from alphatwin.dose.transport import material as named
    from alphatwin.dose.transport.emission_source import emission_source
    from alphatwin.dose.transport.s_values import dose_per_decay

    medium = named(material)
    radius = (mass_kg * 1e3 / medium.density_g_per_cm3 * 3.0 / (4.0 * math.pi)) ** (1.0 / 3.0)
    found = dose_per_decay(
        Spheres((radius, radius + SURROUND_CM), (medium, medium)),
        InShell(radius),
        emitted=emission_source(nuclide, chain=chain, decay_data=decay_data),
        local_share=np.array([1.0, 0.0]),
        histories=200_000 if histories is None else histories,
        seed=seed,
        progress=progress,
    )
    return s_value_report(
        found.s_value(source="sphere", target="sphere", region=0),
        geometry="sphere",
        masses_kg=(mass_kg, mass_kg),
        material=medium.name,
        method="direct transport of everything that is emitted",
        seed=seed,
        decay_data=decay_data,
        assumptions=(f"{medium.name} goes on for {SURROUND_CM:g} cm around the sphere", LOCAL),
    )


def _materials_of_spheres() -> set[str]:
    from alphatwin.dose.transport.sphere_table import TABLE
    from alphatwin.tables import loader

    return {row["material"] for row in loader.load(TABLE).rows}


def _sphere_from_table(
    nuclide: str, *, mass_kg: float, material: str, chain: bool, decay_data: DecayDataName
) -> SValueReport:
    from alphatwin.dose.absorption import RADIATION_TYPES
    from alphatwin.dose.transport.emission_source import EmissionGroup
    from alphatwin.dose.transport.s_values import SValue
    from alphatwin.dose.transport.sphere_table import sphere_s_values

    members = members_of(nuclide, chain=chain, decay_data=decay_data)
    found = sphere_s_values(
        tuple(members), mass_kg=mass_kg, material=material, decay_data=decay_data
    )
    decays = np.array(list(members.values()))[:, np.newaxis]
    kinds = {"electron": "beta"}  # one name stands for all electrons
    value = SValue(
        parent=canonical_name(nuclide),
        is_chain=chain,
        source="sphere",
        target="sphere",
        groups=tuple(EmissionGroup(n, kinds.get(r, r)) for n in members for r in RADIATION_TYPES),
        by_group_gy_per_bq_s=(decays * found.by_nuclide_and_radiation_gy_per_bq_s).ravel(),
        by_group_sd_gy_per_bq_s=(decays * found.standard_error_gy_per_bq_s).ravel(),
    )
    return s_value_report(
        value,
        geometry="sphere",
        masses_kg=(mass_kg, mass_kg),
        material=material,
        method="from the shipped table of absorbed fractions of spheres",
        seed=1,
        decay_data=decay_data,
        assumptions=(f"{material} goes on around the sphere", LOCAL, *_beyond(mass_kg)),
    )


def _beyond(mass_kg: float) -> tuple[str, ...]:
    """Say that a mass lies outside of the table, if it does."""
    from alphatwin.dose.transport.sphere_table import TABLE
    from alphatwin.tables import loader

    masses_g = [float(row["mass_g"]) for row in loader.load(TABLE).rows]
    least, most = min(masses_g), max(masses_g)
    if least <= 1e3 * mass_kg * (1.0 + 1e-9) and 1e3 * mass_kg <= most * (1.0 + 1e-9):
        return ()
    text = (
        f"{1e3 * mass_kg:.4g} g lies outside of the table ({least:g} g to {most:g} g), which is "
        "continued as powers of the mass; --histories follows every particle instead"
    )
    return (text,)
