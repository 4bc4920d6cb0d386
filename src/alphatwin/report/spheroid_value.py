"""What `alphatwin spheroid` answers, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from alphatwin.report.cell_value import LinealRecord, SpectrumRecord  # noqa: TC001 - read by pydantic


def _doc(text: str) -> object:
    return Field(description=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterRecord:
    """The cells, and what they hold."""

    kind: Annotated[str, _doc("spheroid or monolayer.")]
    packing: Annotated[str, _doc("fcc, cubic or random.")]
    target: Annotated[str, _doc("What is scored in each cell: nucleus or cell.")]
    n_scored: Annotated[int, _doc("Cells that are scored; the others only irradiate.")]
    extent_um: Annotated[float, _doc("Radius of a spheroid, side of a monolayer.")]
    n_cells: Annotated[int, _doc("Number of cells.")]
    cell_radius_um: Annotated[float, _doc("Radius of a cell.")]
    nucleus_radius_um: Annotated[float, _doc("Radius of a nucleus.")]
    cell_fraction: Annotated[float, _doc("Share of the volume that is cells.")]
    source: Annotated[str, _doc("Part of the cells in which decays start.")]
    labelled_fraction: Annotated[float, _doc("Share of the cells that hold activity.")]
    lognormal_sd: Annotated[float, _doc("Spread of the logarithm of their uptake.")]
    penetration_um: Annotated[
        float | None, _doc("Depth in which uptake falls to 1/e; null if it is even.")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberPlaces:
    """Where a member of the chain decays, per decay of the parent."""

    nuclide: Annotated[str, _doc("Member of the chain.")]
    at_site: Annotated[float, _doc("Decays at the site of the parent.")]
    inside: Annotated[float, _doc("Decays elsewhere in the cluster.")]
    outside: Annotated[float, _doc("Decays outside of it.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class HitRecord:
    """Cells whose target was hit so many times."""

    hits: Annotated[int, _doc("Alphas that hit the target; the last row holds more as well.")]
    cells_share: Annotated[float, _doc("Share of the cells.")]
    mean_z_gy: Annotated[float, _doc("Their mean specific energy.")]
    survival: Annotated[float | None, _doc("Share of them that lives; null without a model.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalRecord:
    """What lives."""

    model: Annotated[str, _doc("How cells answer to specific energy, in words.")]
    surviving_fraction: Annotated[float, _doc("Share of the cells that lives.")]
    at_mean_dose: Annotated[
        float, _doc("What it would be if every cell had the mean: lower, as it leaves out chance.")
    ]
    control_probability: Annotated[float, _doc("Probability that no cell lives.")]
    reference_dose_gy: Annotated[
        float | None,
        _doc("Even dose of the reference radiation that leaves as many; null if none."),
    ]
    rbe: Annotated[float | None, _doc("That dose over the mean dose to targets; null if none.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureRecord:
    """How many decays there were, and what lives if there were fewer or more."""

    decays_per_cell: Annotated[float, _doc("Mean number of primary decays per cell.")]
    low: Annotated[float | None, _doc("2.5th percentile, from the dose report; null if stated.")]
    high: Annotated[float | None, _doc("97.5th percentile, from the dose report; null if stated.")]
    surviving_fraction_at_low: Annotated[float | None, _doc("Share that lives at the low end.")]
    surviving_fraction_at_high: Annotated[float | None, _doc("Share that lives at the high end.")]
    agent: Annotated[str | None, _doc("Agent of the dose report; null if stated.")]
    region: Annotated[str | None, _doc("Region of the dose report; null if stated.")]
    region_absorbed_dose_gy: Annotated[
        float | None,
        _doc("Median absorbed dose to that region in the dose report; null if stated."),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class MediumRecord:
    """Activity in the medium over a monolayer."""

    decays_per_ml: Annotated[float, _doc("Primary decays in a millilitre.")]
    depth_um: Annotated[float, _doc("Depth of the medium over the plate.")]
    mean_dose_gy: Annotated[float, _doc("Mean dose to a target from it.")]
    mean_hits: Annotated[float, _doc("Alphas of it per target.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSValueRecord:
    """S value per decay in every cell, from one part of the cells."""

    target: Annotated[str, _doc("nucleus or cell.")]
    source: Annotated[str, _doc("surface, cytoplasm, nucleus or cell.")]
    self_gy_per_bq_s: Annotated[float, _doc("From its own cell.")]
    self_standard_error_gy_per_bq_s: Annotated[float, _doc("Its statistical standard error.")]
    cross_gy_per_bq_s: Annotated[float, _doc("From the other cells.")]
    cross_standard_error_gy_per_bq_s: Annotated[float, _doc("Standard error of that.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """What lives after more or less activity, all else being the same."""

    activity_ratio: Annotated[float, _doc("Activity over that of the report.")]
    decays_per_cell: Annotated[float, _doc("Mean number of primary decays per cell.")]
    mean_dose_gy: Annotated[float, _doc("Mean dose to targets.")]
    surviving_fraction: Annotated[float, _doc("Share of the cells that lives.")]
    at_mean_dose: Annotated[float, _doc("What it would be if every cell had the mean.")]
    control_probability: Annotated[float, _doc("Probability that no cell lives.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Cells near the middle plane, to be drawn."""

    x_um: Annotated[tuple[float, ...], _doc("Place of each cell along the first axis.")]
    y_um: Annotated[tuple[float, ...], _doc("Place along the second axis.")]
    z_gy: Annotated[tuple[float, ...], _doc("Specific energy of its target, first replicate.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpheroidReport:
    """What decays in the cells of a spheroid or a monolayer do to them.

    A target is the nucleus of a cell or all of it, as the file says.
    """

    schema: Annotated[Literal[1], _doc("Version of this shape.")]
    kind: Annotated[Literal["spheroid"], _doc("Kind of report.")]
    program_version: Annotated[str, _doc("Version of AlphaTwin.")]
    specification_sha256: Annotated[str, _doc("Hash of the specification file.")]
    nuclide: Annotated[str, _doc("Nuclide whose decays are counted.")]
    with_chain: Annotated[bool, _doc("Whether its daughters decay as well.")]
    decay_data: Annotated[str, _doc("Decay-data set.")]
    stopping: Annotated[str, _doc("Stopping powers of alphas.")]
    radiations: Annotated[tuple[str, ...], _doc("Radiation types that are counted.")]
    seed: Annotated[int, _doc("Seed of every random stream.")]
    cluster: Annotated[ClusterRecord, _doc("The cells.")]
    exposure: Annotated[ExposureRecord, _doc("The decays.")]
    replicates: Annotated[int, _doc("Independent treatments that were followed.")]
    is_partial: Annotated[bool, _doc("Whether the run was interrupted.")]
    mean_dose_gy: Annotated[float, _doc("Mean absorbed dose to targets.")]
    relative_standard_error: Annotated[float, _doc("Its statistical error over the value.")]
    s_value_gy_per_bq_s: Annotated[
        float | None,
        _doc("Mean dose to targets per decay in every cell; null if all decays are in the medium."),
    ]
    parts_gy_per_bq_s: Annotated[
        dict[str, float],
        _doc("The same by origin, own cell (self) or others (cross), and by radiation."),
    ]
    recoil_gy_per_bq_s: Annotated[
        float, _doc("Energy of recoils in targets over their mass, the same way; in it if counted.")
    ]
    s_values: Annotated[
        tuple[ClusterSValueRecord, ...],
        _doc("S values of nuclei and cells by source, even uptake; empty if not asked for."),
    ]
    medium: Annotated[MediumRecord | None, _doc("The medium; null if there is none.")]
    mean_hits: Annotated[float, _doc("Alphas per target.")]
    unhit_share: Annotated[float, _doc("Share of the targets that no alpha hits.")]
    places: Annotated[tuple[MemberPlaces, ...], _doc("Where the members of the chain decay.")]
    hits: Annotated[tuple[HitRecord, ...], _doc("Cells by the number of hits.")]
    survival: Annotated[SurvivalRecord | None, _doc("What lives; null without a model.")]
    curve: Annotated[
        tuple[CurvePoint, ...], _doc("What lives over activity; empty without a model.")
    ]
    single_event: Annotated[
        SpectrumRecord | None, _doc("f1(z) of alphas that hit a target; null if none does.")
    ]
    lineal_energy: Annotated[
        LinealRecord | None,
        _doc("Lineal energy in a site in the middle of the target; null below 2 um or unhit."),
    ]
    dvh_z_gy: Annotated[tuple[float, ...], _doc("Specific energies of the DVH over cells.")]
    dvh_share: Annotated[tuple[float, ...], _doc("Share of the cells with at least as much.")]
    slice: Annotated[Slice, _doc("Cells near the middle plane.")]
    assumptions: Annotated[tuple[str, ...], _doc("What the numbers rest on.")]
