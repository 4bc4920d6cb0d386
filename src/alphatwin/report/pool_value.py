"""What `alphatwin evidence pool` answers, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from alphatwin.evidence import EvidenceRow  # noqa: TC001 - schemas read it at run time
from alphatwin.evidence.pooling import (  # noqa: TC001 - as above
    LeftOut,
    Pooled,
    PooledEstimate,
    Regression,
)

TOPICS: Final = (
    "ORR",
    "DCR",
    "PFS",
    "OS",
    "adverse events",
    "kidney",
    "blood",
    "biomarker",
    "quality of life",
    "imaging",
    "dosimetry",
)
"""What an evidence map has columns for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledStudy:
    """One group of people in a pool.

    Attributes
    ----------
    label
        Short name, unique in the pool.
    group_of_studies
        Group of studies that it belongs to.
    row
        The figure, as every answer of the base gives it.
    """

    label: str
    group_of_studies: str
    row: EvidenceRow


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledGroup:
    """Studies of one agent, or of one earlier therapy, in one number.

    Attributes
    ----------
    name
        The group.
    pooled
        Its studies in one number.
    """

    name: str
    pooled: Pooled


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutStudy:
    """The pool without one study.

    Attributes
    ----------
    without
        Label of the study that is left out.
    estimate
        What the others give.
    """

    without: str
    estimate: PooledEstimate


@dataclass(frozen=True, slots=True, kw_only=True)
class MapCell:
    """How much is known of one outcome of one agent.

    Attributes
    ----------
    agent
        The agent.
    topic
        What is known.
    studies
        Trials and cohorts with a figure on it, reports counted with their trial.
    patients
        People of the largest group with such a figure, summed over studies; null if none is sized.
    nearest_source
        Kind of the source that is nearest to the data.
    """

    agent: str
    topic: str
    studies: int
    patients: int | None
    nearest_source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePoolReport:
    """Shares of several studies in one number, with what keeps that number from being more.

    Attributes
    ----------
    schema
        Version of this shape.
    kind
        Kind of report.
    notice
        What the report is for.
    outcome
        Outcome that is pooled.
    agent
        Agent that was asked for; null for all.
    population
        Words on the people that were asked for; null for all.
    by
        What makes the groups: `agent`, `prior` (therapy with a beta emitter before) or `none`.
    warnings
        What a reader must know before any number.
    studies
        Studies in the pool, by group.
    groups
        Each group of studies in one number.
    overall
        All studies in one number; null if there is none.
    regressions
        Differences between groups, by agent and by earlier therapy, as far as studies allow.
    leave_one_out
        The whole pool without each study in turn; empty with fewer than three studies.
    left_out
        Figures on the outcome that are not in the pool, and why.
    times_to_event
        Medians and landmarks of survival under the same agents: listed, and never pooled.
    evidence_map
        What is known of which agent.
    """

    schema: Literal[1]
    kind: Literal["evidence_pool"]
    notice: str
    outcome: str
    agent: str | None
    population: str | None
    by: Literal["none", "agent", "prior"]
    warnings: tuple[str, ...]
    studies: tuple[PooledStudy, ...]
    groups: tuple[PooledGroup, ...]
    overall: Pooled | None
    regressions: tuple[Regression, ...]
    leave_one_out: tuple[WithoutStudy, ...]
    left_out: tuple[LeftOut, ...]
    times_to_event: tuple[EvidenceRow, ...]
    evidence_map: tuple[MapCell, ...]
