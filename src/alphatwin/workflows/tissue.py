"""Dose to the structures of a tissue whose labels are an image, as a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dose.cell import (
    LabelImage,
    Scheme,
    activity_shares,
    irradiate_labels,
    label_image,
    scheme,
)
from alphatwin.dose.cell.shapes import CELL_RADIATIONS
from alphatwin.errors import InvalidValueError
from alphatwin.files.cluster_file import read_dose_report
from alphatwin.files.label_file import LabelFile, read_label_file
from alphatwin.files.tissue_file import TissueSpecification, voxel_sides_um
from alphatwin.report.tissue_value import TissueExposureRecord, TissueReport
from alphatwin.workflows.cell_exposure import region_decays
from alphatwin.workflows.tissue_records import Tissue, Track, report_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Progress = Callable[[int, int], None]

OF_IMAGE = "image of activity"
"""Name of the source that an image of activity is."""
_G_PER_KG = 1000.0
_MOST_SHOWN = 20  # labels named in a message


def tissue_report(
    specification: TissueSpecification,
    *,
    folder: Path,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
) -> TissueReport:
    """Return what decays in some structures of a tissue do to all of them.

    Every member of the chain is followed by itself, with the decays that it has in the region: a
    dose report knows that free daughters come from elsewhere, or leave.

    Parameters
    ----------
    specification
        The file.
    folder
        Where the image and the dose report that it names are looked for.
    seed, threads
        Seed of every random stream, and number of threads, which changes no number.
    progress
        Called with the decays that are done and those that are planned.

    Raises
    ------
    CourseError
        If the image or the dose report cannot be read.
    DataError, InvalidValueError, NotSupportedError
        If the nuclide, the labels or the exposure are impossible.
    """
    file = read_label_file(folder / specification.image.file, array=specification.image.array)
    sides_um = voxel_sides_um(specification, file.voxel_um)
    image = _named_image(specification, file, sides_um)
    told = specification.nuclide
    chain = scheme(
        told.name, with_chain=told.chain, decay_data=told.decay_data, stopping=told.stopping
    )
    exposure = _exposure(specification, chain, folder=folder)
    shares = _shares_by_member(specification, chain)
    activity = _activity(specification, image, folder=folder)
    tracks, is_partial = _followed(
        specification, chain, image, activity=activity, shares=shares, exposure=exposure,
        seed=seed, threads=threads, progress=progress,
    )  # fmt: skip
    return report_of(
        Tissue(
            specification=specification,
            file=file,
            image=image,
            chain=chain,
            exposure=exposure,
            shares=shares,
            activity_share=_activity_by_label(specification, chain, image, shares, activity),
            tracks=tuple(tracks),
            seed=seed,
            is_partial=is_partial,
        )
    )


def _named_image(
    specification: TissueSpecification, file: LabelFile, sides_um: tuple[float, float, float]
) -> LabelImage:
    """Return the image with its labels by number of their name; every voxel must have a name."""
    found = label_image(file.values, voxel_um=sides_um)
    numbers = {
        value: number
        for number, (_, values) in enumerate(specification.named_values())
        for value in values
    }
    nameless = [value for value in found.names if value not in numbers]
    if nameless:
        shown = ", ".join(map(str, nameless[:_MOST_SHOWN]))
        msg = (
            f"labels: {specification.image.file} holds {shown}"
            f"{' and more' if len(nameless) > _MOST_SHOWN else ''}, which have no name; name every "
            "label of the image, and those beside the tissue in image.outside"
        )
        raise InvalidValueError(msg)
    for name, values in specification.named_values():
        if not set(values) & set(found.names):
            msg = f"labels.{name}: no voxel of {specification.image.file} has {values}"
            raise InvalidValueError(msg)
    table = np.array([numbers[value] for value in found.names], dtype=np.int64)
    return label_image(table[found.labels], voxel_um=sides_um)


def _exposure(
    specification: TissueSpecification, chain: Scheme, *, folder: Path
) -> TissueExposureRecord:
    told = specification.exposure
    if told.decays_per_g is not None:
        per_kg = told.decays_per_g * _G_PER_KG
        members = zip(chain.nuclides, chain.decays_per_parent_decay, strict=True)
        return TissueExposureRecord(
            decays_per_kg=per_kg,
            low_ratio=None,
            high_ratio=None,
            decays_per_kg_by_nuclide={name: per_kg * float(each) for name, each in members},
            agent=None,
            region=None,
            region_absorbed_dose_gy=None,
        )
    report = read_dose_report(folder / (told.report or ""))
    found = region_decays(report, agent=told.agent or "", region=told.region or "")
    if found.nuclide != chain.parent:
        msg = (
            f"nuclide.name is {chain.parent}, but {told.agent} carries {found.nuclide}: "
            "name that one"
        )
        raise InvalidValueError(msg)
    return TissueExposureRecord(
        decays_per_kg=found.decays_per_kg,
        low_ratio=found.low_ratio,
        high_ratio=found.high_ratio,
        decays_per_kg_by_nuclide={
            name: found.decays_per_kg_by_nuclide.get(name, 0.0) for name in chain.nuclides
        },
        agent=told.agent,
        region=told.region,
        region_absorbed_dose_gy=found.absorbed_dose_gy,
    )


def _activity(
    specification: TissueSpecification, image: LabelImage, *, folder: Path
) -> Floats | None:
    """Return the share of the activity of every voxel, if an image tells; none outside."""
    name = specification.image.activity
    if name is None:
        return None
    found = activity_shares(image, read_label_file(folder / name).values)
    for row, (label, _) in enumerate(specification.named_values()):
        if label in specification.image.outside and found[image.labels == row].any():
            msg = f"image.activity: {name} has activity in {label}, which is outside of the tissue"
            raise InvalidValueError(msg)
    return found


def _activity_by_label(
    specification: TissueSpecification,
    chain: Scheme,
    image: LabelImage,
    shares: dict[str, dict[str, float]],
    activity: Floats | None,
) -> Floats:
    names = [name for name, _ in specification.named_values()]
    told = shares[chain.parent]
    if activity is not None and OF_IMAGE in told:
        counts = np.bincount(image.labels.ravel(), activity.ravel(), minlength=len(names))
        return np.asarray(counts, dtype=np.float64)
    return np.array([told.get(name, 0.0) for name in names])


def _shares_by_member(
    specification: TissueSpecification, chain: Scheme
) -> dict[str, dict[str, float]]:
    """Return where each member decays: as told, or else where the member before it does."""
    from alphatwin.nuclides import canonical_name

    told: dict[str, dict[str, float]] = {}
    for name, shares in specification.activity_of.items():
        if told.setdefault(canonical_name(name), shares) is not shares:
            msg = f"activity_of: {canonical_name(name)} has two tables; leave one of them out"
            raise InvalidValueError(msg)
    strangers = [name for name in told if name not in chain.nuclides]
    if strangers:
        msg = (
            f"activity_of: {', '.join(strangers)} is no member of the chain; "
            f"allowed: {', '.join(chain.nuclides)}"
        )
        raise InvalidValueError(msg)
    everywhere = specification.activity or {OF_IMAGE: 1.0}
    found = {chain.parent: told.get(chain.parent, everywhere)}
    arrays = chain.arrays
    for i, name in enumerate(chain.nuclides):
        for row in range(arrays.branch_start[i], arrays.branch_start[i + 1]):
            daughter = int(arrays.branch_daughter[row])
            if daughter >= 0:
                after = chain.nuclides[daughter]
                found.setdefault(after, told.get(after, found[name]))
    return found


def _followed(
    specification: TissueSpecification,
    chain: Scheme,
    image: LabelImage,
    *,
    activity: Floats | None,
    shares: dict[str, dict[str, float]],
    exposure: TissueExposureRecord,
    seed: int,
    threads: int | None,
    progress: Progress | None,
) -> tuple[list[Track], bool]:
    """Return what every member in every source leaves, and whether some are missing."""
    told = specification.nuclide
    names = [name for name, _ in specification.named_values()]
    wanted = [
        (member, source)
        for member in chain.nuclides
        if exposure.decays_per_kg_by_nuclide[member] > 0.0
        for source, share in shares[member].items()
        if share > 0.0
    ]
    histories = specification.exposure.histories
    found: list[Track] = []
    try:
        for member, source in wanted:
            alone = scheme(
                member, with_chain=False, decay_data=told.decay_data, stopping=told.stopping
            )
            run = irradiate_labels(
                alone,
                image,
                sources=() if source == OF_IMAGE else [names.index(source)],
                activity_weights=activity if source == OF_IMAGE else None,
                histories=histories,
                radiations=tuple(told.radiations),
                is_periodic=specification.image.edges == "repeat",
                seed=seed,
                threads=threads,
            )
            kept = [CELL_RADIATIONS.index(name) for name in told.radiations]
            energy = run.energy_kev_per_decay[:, :, kept]
            whole = energy.sum(axis=2)
            found.append(
                Track(
                    member=member,
                    source=source,
                    energy_kev=energy.mean(axis=0),
                    variance_kev2=whole.var(axis=0, ddof=1) / whole.shape[0],
                    hits=run.hits_per_decay,
                )
            )
            if progress is not None:
                progress(len(found) * histories, len(wanted) * histories)
    except KeyboardInterrupt:
        if not found:
            raise
        return found, True
    return found, False
