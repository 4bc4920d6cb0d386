"""S-values of the adult phantom, of a label image, or folded from ICRP 133."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.nuclides import canonical_name, decay_chain
from alphatwin.report.transport_value import SValueReport

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from alphatwin.dose.transport.s_values import SValue
    from alphatwin.nuclides import DecayDataName

    Progress = Callable[[int, int], None]

ADULT: Final = "adult"
LOCAL: Final = "alphas and recoils are absorbed where they are born"
TRACKS: Final = (
    "alphas follow straight tracks in voxels of less than 20 ranges and are absorbed where they "
    "are born in larger ones, as recoils are everywhere"
)
PHANTOM: Final = (
    "stylised adult phantom of Cristy and Eckerman: its figures are recalled, and verified by "
    "tabulated masses and by published photon fractions; no marrow, bone surface, kidney cortex or "
    "salivary gland"
)


def phantom_s_value_report(
    nuclide: str,
    *,
    phantom: str | Path = ADULT,
    source: str,
    target: str | None = None,
    chain: bool = False,
    mass_kg: float | None = None,
    histories: int | None = None,
    seed: int = 1,
    decay_data: DecayDataName = "icrp107",
    progress: Progress | None = None,
) -> SValueReport:
    """Return an S-value between regions of the adult phantom or of a label image.

    Parameters
    ----------
    nuclide, chain, decay_data
        What decays, uniformly in the source.
    phantom
        ``adult``, or the path of a label image.
    source, target
        Names of regions; without a target the source's own dose.
    mass_kg
        Mass of the source, to which its own dose in the adult phantom is scaled; ``None``: that
        of the solid. [kg]
    histories
        Particles to follow; ``None``: the adult phantom's tables, 1 000 000 in an image.
    seed, progress
        As in :func:`alphatwin.dose.transport.transport`.

    Raises
    ------
    AlphaTwinError
        If a name is unknown, a file is not read or a number is out of range.
    """
    wanted = source if target is None else target
    if str(phantom) != ADULT:
        if mass_kg is not None:
            msg = "a mass scales the adult phantom only; an image has its own masses"
            raise InvalidValueError(msg)
        return _image_report(
            nuclide,
            path=phantom,
            regions=(source, wanted),
            chain=chain,
            histories=1_000_000 if histories is None else histories,
            seed=seed,
            decay_data=decay_data,
            progress=progress,
        )
    from alphatwin.dose.transport.phantom import adult_phantom
    from alphatwin.dose.transport.s_values import phantom_s_value, scaled_to_mass

    adult = adult_phantom()
    masses = adult.region(source).mass_kg, adult.region(wanted).mass_kg
    if histories is None:
        value = phantom_s_value(
            nuclide, source=source, target=wanted, chain=chain, decay_data=decay_data
        )
        method = "folded from shipped specific absorbed fractions"
    else:
        value = _direct(
            nuclide,
            regions=(source, wanted),
            chain=chain,
            histories=histories,
            seed=seed,
            decay_data=decay_data,
            progress=progress,
        )
        method = "direct transport of everything that is emitted"
    assumptions = [PHANTOM, LOCAL]
    if mass_kg is not None:
        value = scaled_to_mass(value, phantom_mass_kg=masses[0], mass_kg=mass_kg)
        if value.source == value.target:
            assumptions.append(
                f"scaled from {1e3 * masses[0]:.4g} g to {1e3 * mass_kg:.4g} g: charged particles "
                "by the inverse mass, photons by its power of 2/3"
            )
            masses = mass_kg, mass_kg
        else:
            assumptions.append("not scaled: dose to another region does not depend on the mass")
    return s_value_report(
        value,
        geometry="adult phantom",
        masses_kg=masses,
        material=None,
        method=method,
        seed=seed,
        decay_data=decay_data,
        assumptions=tuple(assumptions),
    )


def icrp_s_value_report(
    nuclide: str,
    *,
    path: str | Path,
    source: str,
    target: str | None = None,
    chain: bool = False,
    decay_data: DecayDataName = "icrp107",
) -> SValueReport:
    """Return an S-value folded from the user's own files of ICRP Publication 133.

    Parameters
    ----------
    nuclide, chain, decay_data
        What decays, uniformly in the source.
    path
        Folder or file of specific absorbed fractions.
    source, target
        Names as in the files; without a target the one named like the source.

    Raises
    ------
    AlphaTwinError
        If a file is not read or a name is unknown.
    """
    from alphatwin.dose.transport.icrp_safs import icrp_s_value
    from alphatwin.files.icrp_safs import read_icrp_safs

    value = icrp_s_value(
        read_icrp_safs(path),
        nuclide,
        source=source,
        target=source if target is None else target,
        chain=chain,
        decay_data=decay_data,
    )
    return s_value_report(
        value,
        geometry="ICRP 133",
        masses_kg=(None, None),
        material=None,
        method="folded from specific absorbed fractions of the user's files",
        seed=1,
        decay_data=decay_data,
        assumptions=(
            "masses of ICRP 133 include blood; its fractions have no stated standard error",
            "recoils are absorbed like the slowest alphas of the files",
        ),
    )


def _direct(
    nuclide: str,
    *,
    regions: tuple[str, str],
    chain: bool,
    histories: int,
    seed: int,
    decay_data: DecayDataName,
    progress: Progress | None,
) -> SValue:
    from alphatwin.dose.transport.emission_source import emission_source
    from alphatwin.dose.transport.phantom import adult_phantom
    from alphatwin.dose.transport.s_values import dose_per_decay

    adult = adult_phantom()
    source, target = regions
    found = dose_per_decay(
        adult.solids(),
        adult.uniform_in(source),
        emitted=emission_source(nuclide, chain=chain, decay_data=decay_data),
        local_share=np.eye(len(adult.regions))[adult.number(source)],
        histories=histories,
        seed=seed,
        progress=progress,
    )
    names = adult.region(source).name, adult.region(target).name
    return found.s_value(source=names[0], target=names[1], region=adult.number(target))


def _image_report(
    nuclide: str,
    *,
    path: str | Path,
    regions: tuple[str, str],
    chain: bool,
    histories: int,
    seed: int,
    decay_data: DecayDataName,
    progress: Progress | None,
) -> SValueReport:
    from alphatwin.dose.transport.emission_source import emission_source
    from alphatwin.dose.transport.s_values import dose_per_decay
    from alphatwin.files.voxel_patient import read_label_image

    image = read_label_image(path)
    source, target = regions
    numbers = image.number(source), image.number(target)
    found = dose_per_decay(
        image.voxels(),
        image.uniform_in(source),
        emitted=emission_source(nuclide, chain=chain, decay_data=decay_data),
        local_share=np.eye(1 + len(image.regions))[numbers[0]],
        histories=histories,
        seed=seed,
        progress=progress,
    )
    return s_value_report(
        found.s_value(source=source, target=target, region=numbers[1]),
        geometry="image",
        masses_kg=(image.mass_kg(source), image.mass_kg(target)),
        material=None,
        method="direct transport of everything that is emitted",
        seed=seed,
        decay_data=decay_data,
        assumptions=(
            "decays are uniform by volume in the source",
            "material by CT number (Schneider et al. 2000) or density, unless the file says it",
            TRACKS,
        ),
    )


def s_value_report(
    value: SValue,
    *,
    geometry: str,
    masses_kg: tuple[float | None, float | None],
    material: str | None,
    method: str,
    seed: int,
    decay_data: DecayDataName,
    assumptions: tuple[str, ...],
) -> SValueReport:
    """Return the report of an S-value.

    Parameters
    ----------
    value
        The S-value.
    geometry, material, method, assumptions
        In words.
    masses_kg
        Of source and target. [kg]
    seed, decay_data
        As asked for.
    """
    members = members_of(value.parent, chain=value.is_chain, decay_data=decay_data)
    return SValueReport(
        schema=1,
        kind="svalue",
        nuclide=value.parent,
        is_chain=value.is_chain,
        decays_per_parent_decay=members,
        decay_data=decay_data,
        geometry=geometry,
        source=value.source,
        target=value.target,
        source_mass_kg=masses_kg[0],
        target_mass_kg=masses_kg[1],
        material=material,
        s_value_gy_per_bq_s=value.s_value_gy_per_bq_s,
        relative_standard_error=value.relative_sd,
        by_radiation=value.by_radiation_gy_per_bq_s,
        by_nuclide=value.by_nuclide_gy_per_bq_s,
        by_nuclide_and_radiation=value.by_nuclide_and_radiation_gy_per_bq_s(),
        method=method,
        histories=value.histories,
        seed=None if value.histories is None else seed,
        is_complete=value.is_complete,
        assumptions=assumptions,
    )


def members_of(nuclide: str, *, chain: bool, decay_data: DecayDataName) -> dict[str, float]:
    """Return the nuclides that count, and the decays of each per decay of the parent."""
    if not chain:
        return {canonical_name(nuclide): 1.0}
    found = decay_chain(nuclide, decay_data=decay_data)
    return dict(zip(found.nuclides, found.decays_per_parent_decay().tolist(), strict=True))
