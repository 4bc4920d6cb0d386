"""From tracks through a label image to the report of a tissue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dose.cell.shapes import CELL_RADIATIONS, JOULE_PER_KEV
from alphatwin.report.tissue_value import (
    LabelDose,
    LabelImageRecord,
    LabelSlice,
    LabelSValue,
    TissueExposureRecord,
    TissueReport,
)
from alphatwin.version import __version__
from alphatwin.workflows.cell import track_assumptions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.dose.cell import LabelImage, Scheme
    from alphatwin.files.label_file import LabelFile
    from alphatwin.files.tissue_file import TissueSpecification

    Floats = NDArray[np.float64]

_MOST_PIXELS = 120  # along a side of the plane that a report shows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Track:
    """What a member in a source leaves in all labels, per decay.

    Attributes
    ----------
    member, source
        Which nuclide decays, and in which label.
    energy_kev
        Mean energy by label and counted radiation. (n_labels, n_radiations) [keV]
    variance_kev2
        Variance of the mean of their sum, in keV squared. (n_labels,)
    hits
        Alphas that leave energy in each label. (n_labels,)
    """

    member: str
    source: str
    energy_kev: Floats
    variance_kev2: Floats
    hits: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tissue:
    """A tissue, what decays where in it, and what that leaves.

    Attributes
    ----------
    specification, file, image, chain, exposure
        What was asked for, the file of the image, its labels by number of their name, the chain,
        and the decays.
    shares
        Share of the decays of every member in every source: a label, or the image of activity.
    activity_share
        Share of the decays of the parent in every label. (n_labels,)
    tracks
        What every member in every source leaves.
    seed, is_partial
        Seed of the streams, and whether sources are missing.
    """

    specification: TissueSpecification
    file: LabelFile
    image: LabelImage
    chain: Scheme
    exposure: TissueExposureRecord
    shares: dict[str, dict[str, float]]
    activity_share: Floats
    tracks: tuple[Track, ...]
    seed: int
    is_partial: bool

    @property
    def radiations(self) -> tuple[str, ...]:
        """Radiation types that are counted."""
        return tuple(self.specification.nuclide.radiations)

    @property
    def is_tissue(self) -> NDArray[np.bool_]:
        """Whether each label belongs to the tissue. (n_labels,)."""
        outside = self.specification.image.outside
        return np.array([name not in outside for name, _ in self.specification.named_values()])

    @property
    def mass_kg(self) -> float:
        """Mass of the tissue in the image. [kg]."""
        return float(self.image.mass_kg()[self.is_tissue].sum())

    def decays(self, track: Track) -> float:
        """Return the decays in the image of a member in a source."""
        per_kg = self.exposure.decays_per_kg_by_nuclide[track.member]
        return per_kg * self.mass_kg * self.shares[track.member][track.source]


def report_of(tissue: Tissue) -> TissueReport:
    """Return the report of a tissue.

    Parameters
    ----------
    tissue
        What was followed.
    """
    image = tissue.image
    each_kev = [tissue.decays(t) * t.energy_kev.sum(axis=1) for t in tissue.tracks]
    scored_kev = np.sum(each_kev, axis=0)
    mean_gy = float(np.sum(scored_kev[tissue.is_tissue])) * JOULE_PER_KEV / tissue.mass_kg
    told = tissue.specification.nuclide
    named = tissue.specification.named_values()
    return TissueReport(
        schema=1,
        kind="tissue",
        program_version=__version__,
        specification_sha256=tissue.specification.sha256,
        nuclide=tissue.chain.parent,
        nuclides=tissue.chain.nuclides,
        decay_data=told.decay_data,
        stopping=told.stopping,
        radiations=tissue.radiations,
        histories=tissue.specification.exposure.histories,
        seed=tissue.seed,
        is_partial=tissue.is_partial,
        image=LabelImageRecord(
            file=tissue.specification.image.file,
            sha256=tissue.file.sha256,
            shape=(image.labels.shape[0], image.labels.shape[1], image.labels.shape[2]),
            voxel_um=image.voxel_um,
            edges=tissue.specification.image.edges,
            tissue_mass_kg=tissue.mass_kg,
        ),
        exposure=tissue.exposure,
        tissue_mean_dose_gy=mean_gy,
        energy_lost_share=_lost_share(tissue),
        labels=tuple(_label_dose(tissue, row, mean_gy=mean_gy) for row in range(len(named))),
        s_values=_s_values(tissue),
        slice=_slice(image),
        assumptions=tuple(_assumptions(tissue.specification, tissue.chain, tissue.exposure)),
    )


def _lost_share(tissue: Tissue) -> float:
    """Return the share of the energy that is scored nowhere; what statistics add is cut off."""
    kept = [CELL_RADIATIONS.index(name) for name in tissue.radiations]
    chain = tissue.chain
    per_decay = chain.energy_per_parent_decay_kev[:, kept].sum(axis=1)
    each = dict(zip(chain.nuclides, per_decay / chain.decays_per_parent_decay, strict=True))
    emitted = sum(tissue.decays(t) * float(each[t.member]) for t in tissue.tracks)
    scored = sum(tissue.decays(t) * float(t.energy_kev.sum()) for t in tissue.tracks)
    return max(0.0, 1.0 - scored / emitted) if emitted > 0.0 else 0.0


def _label_dose(tissue: Tissue, row: int, *, mean_gy: float) -> LabelDose:
    name, values = tissue.specification.named_values()[row]
    mass_kg = float(tissue.image.mass_kg()[row])
    unit = JOULE_PER_KEV / mass_kg
    by_nuclide: dict[str, float] = {}
    by_radiation = dict.fromkeys(tissue.radiations, 0.0)
    variance = 0.0
    for track in tissue.tracks:
        number = tissue.decays(track)
        parts = (track.energy_kev[row] * number * unit).tolist()
        by_nuclide[track.member] = by_nuclide.get(track.member, 0.0) + sum(parts)
        for radiation, part in zip(tissue.radiations, parts, strict=True):
            by_radiation[radiation] += part
        variance += float(track.variance_kev2[row]) * (number * unit) ** 2
    dose_gy = sum(by_nuclide.values())
    low, high = tissue.exposure.low_ratio, tissue.exposure.high_ratio
    return LabelDose(
        label=name,
        values=values,
        is_tissue=bool(tissue.is_tissue[row]),
        volume_share=float(tissue.image.voxels[row] / tissue.image.labels.size),
        activity_share=float(tissue.activity_share[row]),
        mean_dose_gy=dose_gy,
        low_gy=None if low is None else dose_gy * low,
        high_gy=None if high is None else dose_gy * high,
        relative_standard_error=variance**0.5 / dose_gy if dose_gy > 0.0 else 0.0,
        over_tissue_mean=dose_gy / mean_gy if mean_gy > 0.0 else 0.0,
        by_nuclide_gy=by_nuclide,
        by_radiation_gy=by_radiation,
    )


def _s_values(tissue: Tissue) -> tuple[LabelSValue, ...]:
    mass_kg = tissue.image.mass_kg()
    return tuple(
        LabelSValue(
            nuclide=track.member,
            source=track.source,
            target=name,
            s_value_gy_per_bq_s=float(track.energy_kev[row].sum() * JOULE_PER_KEV / mass_kg[row]),
            standard_error_gy_per_bq_s=float(
                track.variance_kev2[row] ** 0.5 * JOULE_PER_KEV / mass_kg[row]
            ),
            hits_per_decay=float(track.hits[row]),
        )
        for track in tissue.tracks
        for row, (name, _) in enumerate(tissue.specification.named_values())
    )


def _slice(image: LabelImage) -> LabelSlice:
    plane = image.labels[:, :, image.labels.shape[2] // 2]
    step_x, step_y = (-(-size // _MOST_PIXELS) for size in plane.shape)
    return LabelSlice(
        side_um=(image.voxel_um[0] * step_x, image.voxel_um[1] * step_y),
        rows=tuple(tuple(row) for row in plane[::step_x, ::step_y].tolist()),
    )


def _assumptions(
    specification: TissueSpecification, chain: Scheme, exposure: TissueExposureRecord
) -> list[str]:
    said = [
        (
            "Every label is water of 1 g/cm3; bone and air are not told apart from it. Activity is "
            "spread evenly over a label, or as its image has it."
        )
    ]
    if specification.image.edges == "repeat":
        said.append("The image repeats on all sides: the tissue goes on as it is.")
    else:
        said.append("What leaves the image is lost: near its edges the dose is too small.")
    if exposure.region is not None:
        said.append(
            f"{exposure.region} has its median decays of every member of the chain from the dose "
            "report, the same in every piece of it; intervals are those of the decays of the "
            "parent."
        )
    else:
        said.append("Every daughter decays in the region in which its parent does.")
    if specification.activity_of:
        told = ", ".join(specification.activity_of)
        said.append(f"Shares of their own: {told}; other members decay where the one before does.")
    else:
        said.append("All members of the chain decay in the same places.")
    return said + track_assumptions(chain, radiations=tuple(specification.nuclide.radiations))
