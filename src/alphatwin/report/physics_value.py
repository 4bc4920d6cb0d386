"""What `alphatwin chain`, `nuclide` and `agents` answer, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from alphatwin.agents import Agent  # noqa: TC001 - pydantic reads it at run time


def _doc(text: str) -> object:
    return Field(description=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberOverTime:
    """One member of a decay chain over time."""

    nuclide: Annotated[str, _doc("Member of the chain.")]
    half_life_s: Annotated[float, _doc("Half-life.")]
    activity_bq: Annotated[tuple[float, ...], _doc("Activity at each time.")]
    cumulated_decays: Annotated[
        tuple[float, ...], _doc("Number of decays from time zero to each time.")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainReport:
    """Activity and decays of every member of a chain that starts as a pure parent."""

    schema: Annotated[Literal[1], _doc("Version of this shape.")]
    kind: Annotated[Literal["chain"], _doc("Kind of report.")]
    parent: Annotated[str, _doc("Nuclide that is there at time zero, alone.")]
    parent_activity_bq: Annotated[float, _doc("Its activity at time zero.")]
    decay_data: Annotated[str, _doc("Decay-data set: icrp107 or ensdf.")]
    time_s: Annotated[tuple[float, ...], _doc("Times, as asked for.")]
    nuclides: Annotated[tuple[MemberOverTime, ...], _doc("Members of the chain, parent first.")]
    stable_ends: Annotated[tuple[str, ...], _doc("Stable nuclides at the end of the chain.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchRecord:
    """One way in which a nuclide decays."""

    daughter: Annotated[str, _doc("Nuclide that arises.")]
    fraction: Annotated[float, _doc("Share of the decays.")]
    mode: Annotated[str, _doc("Decay mode.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlphaLine:
    """One alpha line, and how far it goes in water."""

    nuclide: Annotated[str, _doc("Member of the chain that emits it.")]
    energy_mev: Annotated[float, _doc("Kinetic energy of the alpha particle.")]
    yield_per_decay: Annotated[float, _doc("Particles per decay of the emitting member.")]
    range_um: Annotated[float, _doc("CSDA range in water of 1 g/cm3.")]
    let_kev_per_um: Annotated[float, _doc("Linear energy transfer in water at that energy.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedQuantity:
    """One quantity in both decay-data sets."""

    quantity: Annotated[str, _doc("What is compared, with its unit.")]
    icrp107: Annotated[float | None, _doc("Value in the ICRP-107 set; null if it has none.")]
    ensdf: Annotated[float | None, _doc("Value in the ENSDF set; null if it has none.")]
    relative_difference: Annotated[
        float | None, _doc("ENSDF less ICRP-107, over ICRP-107; null if that has no meaning.")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class NuclideReport:
    """What is known of one nuclide and of the chain that it starts."""

    schema: Annotated[Literal[1], _doc("Version of this shape.")]
    kind: Annotated[Literal["nuclide"], _doc("Kind of report.")]
    nuclide: Annotated[str, _doc("Name in canonical form.")]
    decay_data: Annotated[str, _doc("Decay-data set: icrp107 or ensdf.")]
    half_life_s: Annotated[float | None, _doc("Half-life; null if stable.")]
    atomic_mass_g_per_mol: Annotated[float, _doc("Atomic mass.")]
    molar_activity_bq_per_mol: Annotated[
        float | None, _doc("Activity per amount without carrier; null if stable.")
    ]
    branches: Annotated[tuple[BranchRecord, ...], _doc("Ways in which it decays.")]
    untracked_fraction: Annotated[
        float, _doc("Share of decays into nuclides that the tables do not hold.")
    ]
    energy_per_decay_mev: Annotated[
        dict[str, float],
        _doc("Mean energy emitted per decay: alpha, recoil, beta, conversion, auger, photon."),
    ]
    chain: Annotated[tuple[str, ...], _doc("Members of the chain, parent first.")]
    chain_unknown_because: Annotated[str | None, _doc("Why the chain is not known; null if it is.")]
    decays_per_parent_decay: Annotated[
        dict[str, float], _doc("Decays of each member per decay of the parent, to infinity.")
    ]
    chain_energy_per_parent_decay_mev: Annotated[
        dict[str, float] | None,
        _doc("The same energies over the whole chain, per decay of the parent; null if unknown."),
    ]
    stopping: Annotated[str, _doc("Stopping-power set of the ranges: icru90 or astar.")]
    alpha_lines: Annotated[tuple[AlphaLine, ...], _doc("Alpha lines of the whole chain.")]
    comparison: Annotated[
        tuple[ComparedQuantity, ...], _doc("Both decay-data sets; empty unless asked for.")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentsReport:
    """The catalogue of agents, or one of them."""

    schema: Annotated[Literal[1], _doc("Version of this shape.")]
    kind: Annotated[Literal["agents"], _doc("Kind of report.")]
    agents: Annotated[tuple[Agent, ...], _doc("Agents with all that is published about them.")]
