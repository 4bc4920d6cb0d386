"""What `alphatwin compare` answers, as a frozen value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from alphatwin.report.estimates import Estimate  # noqa: TC001 - pydantic reads them
from alphatwin.report.value import Caution  # noqa: TC001 - pydantic reads them


def _doc(text: str) -> object:
    return Field(description=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedAgent:
    """One of the agents that are compared."""

    agent: Annotated[str, _doc("Name of the agent.")]
    role: Annotated[Literal["administered", "predicted"], _doc("administered or predicted.")]
    activity_bq: Annotated[float | None, _doc("Activity, as if administered; null if unknown.")]
    activity_from: Annotated[str, _doc("Where that activity comes from.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentInRegion:
    """Dose of one agent to one region."""

    agent: Annotated[str, _doc("Name of the agent.")]
    absorbed_dose_gy: Annotated[Estimate, _doc("Absorbed dose.")]
    rbe_weighted_dose_gy: Annotated[Estimate, _doc("RBE-weighted dose, RBE as assumed.")]
    absorbed_dose_ratio: Annotated[
        Estimate, _doc("Absorbed dose over that of the first agent; shared errors cancel.")
    ]
    rbe_weighted_dose_ratio: Annotated[
        Estimate, _doc("RBE-weighted dose over that of the first agent; shared errors cancel.")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRegion:
    """One region under every agent."""

    region: Annotated[str, _doc("Name of the region.")]
    kind: Annotated[str, _doc("organ or lesion.")]
    kinetics: Annotated[str, _doc("measured in this patient, population, or blood, of red marrow.")]
    agents: Annotated[tuple[AgentInRegion, ...], _doc("In the order that was asked for.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class BloodOfAgent:
    """Decays in blood under one agent."""

    agent: Annotated[str, _doc("Name of the agent.")]
    blood_bq_s_per_ml: Annotated[
        dict[str, Estimate], _doc("Decays of each member per volume of blood.")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionToOrgan:
    """Dose to a lesion over dose to an organ under one agent; free of the activity given."""

    agent: Annotated[str, _doc("Name of the agent.")]
    lesion: Annotated[str, _doc("Name of the lesion.")]
    organ: Annotated[str, _doc("Name of the organ.")]
    absorbed_dose_ratio: Annotated[Estimate, _doc("Absorbed dose over absorbed dose.")]
    rbe_weighted_dose_ratio: Annotated[
        Estimate, _doc("RBE-weighted dose over RBE-weighted dose, RBE as assumed.")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareReport:
    """Agents side by side in one patient."""

    schema: Annotated[Literal[1], _doc("Version of this shape.")]
    kind: Annotated[Literal["compare"], _doc("Kind of report.")]
    notice: Annotated[str, _doc("Research use only; not a medical device.")]
    course_title: Annotated[str, _doc("Title of the course.")]
    seed: Annotated[int, _doc("Seed of every random stream.")]
    samples: Annotated[int, _doc("Number of samples that carry the uncertainty.")]
    decay_data: Annotated[str, _doc("Decay-data set: icrp107 or ensdf.")]
    rbe_alpha: Annotated[float, _doc("RBE of alpha particles, deterministic effects.")]
    rbe_recoil: Annotated[float, _doc("RBE of recoil nuclei, deterministic effects.")]
    agents: Annotated[tuple[ComparedAgent, ...], _doc("Agents, the first is the basis of ratios.")]
    regions: Annotated[
        tuple[ComparedRegion, ...],
        _doc(
            "Regions whose mass is known; the others have no dose. Red marrow is the last where "
            "the course asks for it, with the agents of which blood tells."
        ),
    ]
    blood: Annotated[
        tuple[BloodOfAgent, ...], _doc("Agents of which the blood samples tell; empty if none.")
    ]
    lesion_to_organ: Annotated[
        tuple[LesionToOrgan, ...], _doc("Every lesion against every organ, agent by agent.")
    ]
    warnings: Annotated[tuple[Caution, ...], _doc("Legal but doubtful results, loud ones first.")]
