"""What `alphatwin tissue` answers, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field


def _doc(text: str) -> object:
    return Field(description=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelImageRecord:
    """The image."""

    file: Annotated[str, _doc("Name of the file.")]
    sha256: Annotated[str, _doc("Hash of the file.")]
    shape: Annotated[tuple[int, int, int], _doc("Voxels along x, y and z.")]
    voxel_um: Annotated[tuple[float, float, float], _doc("Sides of a voxel.")]
    edges: Annotated[str, _doc("repeat, or open: what leaves the image is lost.")]
    tissue_mass_kg: Annotated[float, _doc("Mass of all labels that are tissue.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class TissueExposureRecord:
    """How many decays there are."""

    decays_per_kg: Annotated[float, _doc("Primary decays per kilogram of tissue.")]
    low_ratio: Annotated[
        float | None, _doc("2.5th percentile over it, from the dose report; null if stated.")
    ]
    high_ratio: Annotated[
        float | None, _doc("97.5th percentile over it, from the dose report; null if stated.")
    ]
    decays_per_kg_by_nuclide: Annotated[dict[str, float], _doc("Decays of every member.")]
    agent: Annotated[str | None, _doc("Agent of the dose report; null if stated.")]
    region: Annotated[str | None, _doc("Region of the dose report; null if stated.")]
    region_absorbed_dose_gy: Annotated[
        float | None,
        _doc("Median absorbed dose to that region in the dose report; null if stated."),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelDose:
    """The dose to a label."""

    label: Annotated[str, _doc("Its name.")]
    values: Annotated[tuple[int, ...], _doc("Its values in the image.")]
    is_tissue: Annotated[bool, _doc("False if the file says that it lies outside of the tissue.")]
    volume_share: Annotated[float, _doc("Share of the volume of the image.")]
    activity_share: Annotated[float, _doc("Share of the decays of the parent.")]
    mean_dose_gy: Annotated[float, _doc("Mean absorbed dose.")]
    low_gy: Annotated[float | None, _doc("2.5th percentile, by the decays alone; null if stated.")]
    high_gy: Annotated[float | None, _doc("97.5th percentile, likewise; null if stated.")]
    relative_standard_error: Annotated[float, _doc("Statistical error of the tracks.")]
    over_tissue_mean: Annotated[float, _doc("Dose over the mean dose of all tissue.")]
    by_nuclide_gy: Annotated[dict[str, float], _doc("Parts by member of the chain.")]
    by_radiation_gy: Annotated[dict[str, float], _doc("Parts by radiation type.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSValue:
    """An S value between labels of the image, of one member alone."""

    nuclide: Annotated[str, _doc("The member that decays.")]
    source: Annotated[str, _doc("Label in which it does.")]
    target: Annotated[str, _doc("Label that is hit.")]
    s_value_gy_per_bq_s: Annotated[float, _doc("Mean dose per decay in this image.")]
    standard_error_gy_per_bq_s: Annotated[float, _doc("Its statistical standard error.")]
    hits_per_decay: Annotated[float, _doc("Alphas that leave energy in the target, per decay.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSlice:
    """The middle plane of the image, thinned, to be drawn."""

    side_um: Annotated[tuple[float, float], _doc("Sides of a pixel.")]
    rows: Annotated[
        tuple[tuple[int, ...], ...], _doc("Number of the label, as listed, by x and then y.")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class TissueReport:
    """Dose to the structures of a tissue whose labels are an image at the scale of micrometres."""

    schema: Annotated[Literal[1], _doc("Version of this shape.")]
    kind: Annotated[Literal["tissue"], _doc("Kind of report.")]
    program_version: Annotated[str, _doc("Version of AlphaTwin.")]
    specification_sha256: Annotated[str, _doc("Hash of the specification file.")]
    nuclide: Annotated[str, _doc("Nuclide whose decays are counted.")]
    nuclides: Annotated[tuple[str, ...], _doc("It, and the members of its chain that decay.")]
    decay_data: Annotated[str, _doc("Decay-data set.")]
    stopping: Annotated[str, _doc("Stopping powers of alphas.")]
    radiations: Annotated[tuple[str, ...], _doc("Radiation types that are counted.")]
    histories: Annotated[int, _doc("Decays followed for each member and source.")]
    seed: Annotated[int, _doc("Seed of every random stream.")]
    is_partial: Annotated[bool, _doc("Whether the run was interrupted: some sources are missing.")]
    image: Annotated[LabelImageRecord, _doc("The image.")]
    exposure: Annotated[TissueExposureRecord, _doc("The decays.")]
    tissue_mean_dose_gy: Annotated[float, _doc("Mean dose over all tissue.")]
    energy_lost_share: Annotated[
        float, _doc("Share of the energy that leaves the image, of radiations that are counted.")
    ]
    labels: Annotated[tuple[LabelDose, ...], _doc("The labels.")]
    s_values: Annotated[tuple[LabelSValue, ...], _doc("S values of each source and member.")]
    slice: Annotated[LabelSlice, _doc("The middle plane.")]
    assumptions: Annotated[tuple[str, ...], _doc("What the numbers rest on.")]
