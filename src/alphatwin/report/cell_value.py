"""What `alphatwin cell` answers, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field


def _doc(text: str) -> object:
    return Field(description=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpectrumRecord:
    """A distribution over specific energy, thinned to the bins that hold anything."""

    z_gy: Annotated[tuple[float, ...], _doc("Specific energy.")]
    probability: Annotated[tuple[float, ...], _doc("Share of the events in the bin.")]
    frequency_mean_gy: Annotated[float, _doc("Mean specific energy over events.")]
    dose_mean_gy: Annotated[float, _doc("Mean specific energy over dose.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinealRecord:
    """Lineal energy of single alphas in a spherical site, as the field draws it."""

    site_um: Annotated[float, _doc("Diameter of the site, at least 2 um.")]
    y_kev_per_um: Annotated[tuple[float, ...], _doc("Lineal energy, even in its logarithm.")]
    y_f_y: Annotated[tuple[float, ...], _doc("y f(y): share of events per ln y.")]
    y_d_y: Annotated[tuple[float, ...], _doc("y d(y): share of dose per ln y.")]
    frequency_mean_kev_per_um: Annotated[float, _doc("Mean over events.")]
    dose_mean_kev_per_um: Annotated[float, _doc("Mean over dose.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiEventRecord:
    """Specific energy over cells after so many decays, own decays alone."""

    decays: Annotated[float, _doc("Mean number of primary decays per cell; they are Poisson.")]
    mean_gy: Annotated[float, _doc("Mean specific energy of alphas: the absorbed dose.")]
    sd_gy: Annotated[float, _doc("Standard deviation over cells.")]
    unhit_share: Annotated[float, _doc("Share of the targets that no alpha hits.")]
    z_gy: Annotated[tuple[float, ...], _doc("Specific energy.")]
    probability: Annotated[tuple[float, ...], _doc("Share of the cells in the bin.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellReport:
    """Absorbed dose to the nucleus of a cell, or to all of it, from decays in one part of it."""

    schema: Annotated[Literal[1], _doc("Version of this shape.")]
    kind: Annotated[Literal["cell"], _doc("Kind of report.")]
    nuclide: Annotated[str, _doc("Nuclide whose decays are counted.")]
    with_chain: Annotated[bool, _doc("Whether its daughters decay at the same place.")]
    decay_data: Annotated[str, _doc("Decay-data set: icrp107 or ensdf.")]
    stopping: Annotated[str, _doc("Stopping powers of alphas: icru90 or astar.")]
    cell_radius_um: Annotated[float, _doc("Radius of the cell.")]
    nucleus_radius_um: Annotated[float, _doc("Radius of its nucleus.")]
    source: Annotated[str, _doc("Where it decays: surface, cytoplasm, nucleus or cell.")]
    target: Annotated[str, _doc("What is hit: nucleus or cell.")]
    radiations: Annotated[tuple[str, ...], _doc("Radiation types that are counted.")]
    histories: Annotated[int, _doc("Primary decays that were followed.")]
    seed: Annotated[int, _doc("Seed of the random streams.")]
    is_partial: Annotated[bool, _doc("Whether the run was interrupted.")]
    s_value_gy_per_bq_s: Annotated[float, _doc("Absorbed dose per decay of the parent.")]
    relative_standard_error: Annotated[float, _doc("Its statistical error over the value.")]
    by_nuclide: Annotated[
        dict[str, float],
        _doc("Parts of the S value by member of the chain, in Gy/(Bq s) of the parent."),
    ]
    by_radiation: Annotated[
        dict[str, float],
        _doc("Parts of the S value by radiation type, in Gy/(Bq s) of the parent."),
    ]
    recoil_gy_per_bq_s: Annotated[
        float,
        _doc(
            "Energy of recoils in the target over its mass, per decay; in the S value if counted."
        ),
    ]
    alphas_per_decay: Annotated[float, _doc("Alphas that are emitted per decay of the parent.")]
    hit_probability: Annotated[float, _doc("Share of the emitted alphas that hit the target.")]
    hits_per_decay: Annotated[float, _doc("Alphas that hit the target, per decay of the parent.")]
    decay_hit_probability: Annotated[
        float, _doc("Share of the decays of the parent of which any alpha hits the target.")
    ]
    mean_specific_energy_per_hit_gy: Annotated[
        float | None,
        _doc("Mean specific energy that an alpha that hits leaves; null if none does."),
    ]
    single_event: Annotated[
        SpectrumRecord | None, _doc("f1(z) of alphas that hit the target; null if none does.")
    ]
    per_decay: Annotated[
        SpectrumRecord | None,
        _doc("The same of the sums over the chain, per decay that hits; null if none does."),
    ]
    lineal_energy: Annotated[
        LinealRecord | None,
        _doc("Lineal energy in the site, or in all of the target; null below 2 um or unhit."),
    ]
    multi_event: Annotated[
        MultiEventRecord | None, _doc("f(z) after some decays; null if none were given.")
    ]
    assumptions: Annotated[tuple[str, ...], _doc("What the numbers rest on.")]
