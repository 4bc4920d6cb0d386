"""What `alphatwin svalue` and `kernel` answer, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field


def _doc(text: str) -> object:
    return Field(description=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class SValueReport:
    """Absorbed dose of one region per decay in one region."""

    schema: Annotated[Literal[1], _doc("Version of this shape.")]
    kind: Annotated[Literal["svalue"], _doc("Kind of report.")]
    nuclide: Annotated[str, _doc("Nuclide whose decays count.")]
    is_chain: Annotated[bool, _doc("Whether its daughters decay in the same place, to the end.")]
    decays_per_parent_decay: Annotated[
        dict[str, float], _doc("Decays of each nuclide that is included, per decay of the parent.")
    ]
    decay_data: Annotated[str, _doc("Decay-data set: icrp107 or ensdf.")]
    geometry: Annotated[str, _doc("In words: sphere, adult phantom, image or ICRP 133.")]
    source: Annotated[str, _doc("Region in which the decays are.")]
    target: Annotated[str, _doc("Region whose dose it is.")]
    source_mass_kg: Annotated[float | None, _doc("Mass of the source; null if not known.")]
    target_mass_kg: Annotated[float | None, _doc("Mass of the target; null if not known.")]
    material: Annotated[str | None, _doc("Material of the sphere; null for other geometries.")]
    s_value_gy_per_bq_s: Annotated[float, _doc("Absorbed dose per decay of the parent.")]
    relative_standard_error: Annotated[
        float,
        _doc("Statistical standard error of the transport over the value; 0 if none is known."),
    ]
    by_radiation: Annotated[
        dict[str, float], _doc("Its parts by radiation type, in Gy/(Bq s): they add up to it.")
    ]
    by_nuclide: Annotated[
        dict[str, float], _doc("Its parts by nuclide, in Gy/(Bq s): they add up to it.")
    ]
    by_nuclide_and_radiation: Annotated[
        dict[str, dict[str, float]], _doc("Its parts by both, in Gy/(Bq s).")
    ]
    method: Annotated[str, _doc("How it was found, in words.")]
    histories: Annotated[
        int | None, _doc("Particles followed for it now; null if it comes from a table.")
    ]
    seed: Annotated[int | None, _doc("Seed of the random streams; null likewise.")]
    is_complete: Annotated[bool, _doc("False if the run was interrupted: fewer particles.")]
    assumptions: Annotated[tuple[str, ...], _doc("What it rests on, in words.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelReport:
    """Dose around a point or a voxel per decay in it."""

    schema: Annotated[Literal[1], _doc("Version of this shape.")]
    kind: Annotated[Literal["kernel"], _doc("Kind of report.")]
    nuclide: Annotated[str, _doc("Nuclide whose decays count.")]
    is_chain: Annotated[bool, _doc("Whether its daughters decay in the same place, to the end.")]
    decay_data: Annotated[str, _doc("Decay-data set: icrp107 or ensdf.")]
    shape: Annotated[str, _doc("point or voxel.")]
    material: Annotated[str, _doc("Medium, uniform.")]
    density_g_per_cm3: Annotated[float, _doc("Its mass density.")]
    radii_mm: Annotated[
        tuple[float, ...], _doc("Outer radius of each shell; empty for a voxel kernel.")
    ]
    spacing_mm: Annotated[
        tuple[float, ...], _doc("Edges of a voxel along x, y, z; empty for a point kernel.")
    ]
    voxels_per_side: Annotated[int | None, _doc("Voxels along each axis; null for a point.")]
    dose_gy_per_bq_s: Annotated[
        dict[str, tuple[float, ...]],
        _doc(
            "By radiation type: dose of each shell; of a voxel kernel along x from its middle, the "
            "whole of it is in the file."
        ),
    ]
    standard_error_gy_per_bq_s: Annotated[
        dict[str, tuple[float, ...]], _doc("Statistical standard errors of these.")
    ]
    energy_held_fraction: Annotated[
        dict[str, float], _doc("Share of the energy emitted in each radiation that it holds.")
    ]
    x90_mm: Annotated[
        dict[str, float | None],
        _doc("Radius with 90 % of the energy of a radiation; null if the kernel holds less."),
    ]
    histories: Annotated[int, _doc("Particles that were followed.")]
    seed: Annotated[int, _doc("Seed of the random streams.")]
    is_complete: Annotated[bool, _doc("False if the run was interrupted: fewer particles.")]
    files: Annotated[tuple[str, ...], _doc("Names of the files written; empty if none.")]
    assumptions: Annotated[tuple[str, ...], _doc("What it rests on, in words.")]
