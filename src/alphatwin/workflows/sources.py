"""Publications that the figures of one report come from, collected from the figures used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alphatwin.dose.marrow import BLOOD_DENSITY, EXTRACELLULAR_FRACTION, PEPTIDE_RATIO
from alphatwin.dose.marrow_mass import REFERENCE_SOURCE
from alphatwin.report.value import SourceRecord
from alphatwin.workflows.published import comparable_figures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alphatwin.agents import Source
    from alphatwin.patient import Course
    from alphatwin.workflows.analysis import AgentAnswer

METHODS: Final = (
    SourceRecord(
        citation="Bolch et al., MIRD Pamphlet No. 21, J Nucl Med 50 (2009) 477",
        doi_or_url="https://doi.org/10.2967/jnumed.108.056036",
        status="method",
        used_for="absorbed dose schema",
    ),
    SourceRecord(
        citation="Sgouros et al., MIRD Pamphlet No. 22, J Nucl Med 51 (2010) 311",
        doi_or_url="https://doi.org/10.2967/jnumed.108.058651",
        status="recalled",
        used_for="RBE 5 of alpha particles for deterministic effects",
    ),
)


def sources(course: Course, answers: tuple[AgentAnswer, ...]) -> tuple[SourceRecord, ...]:
    """Return each publication once, with all that it was used for."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for text in course.sources:
        found.setdefault((text, "", "stated in the course"), []).append("the course")
    for answer in answers:
        for region in answer.regions:
            for f in region.kinetics.figures:
                key = (f.source.citation, f.source.doi_or_url, f.source.status)
                found.setdefault(key, []).append(f"{_words(f.quantity)} of {_words(f.region)}")
        for _, f in comparable_figures(answer):
            key = (f.source.citation, f.source.doi_or_url, f.source.status)
            found.setdefault(key, []).append(f"comparison of the dose to {_words(f.region)}")
        if answer.activity_from.startswith("published") and answer.agent.prescriptions:
            s = answer.agent.prescriptions[0].source
            found.setdefault((s.citation, s.doi_or_url, s.status), []).append(
                f"activity of {answer.agent.name}"
            )
    for source, use in _of_marrow(course):
        key = (source.citation, source.doi_or_url, source.status)
        found.setdefault(key, []).append(use)
    rows = [
        SourceRecord(
            citation=citation,
            doi_or_url=where,
            status=status,
            used_for=", ".join(dict.fromkeys(uses)),
        )
        for (citation, where, status), uses in found.items()
    ]
    return (*rows, *METHODS)


def _of_marrow(course: Course) -> Iterator[tuple[Source, str]]:
    """Yield the sources that the dose of red marrow from blood rests on."""
    marrow = course.marrow
    if marrow is None:
        return
    if marrow.ratio is None and marrow.ratio_from == "peptide":
        yield PEPTIDE_RATIO.source, "concentration in red marrow over that in blood"
    if marrow.ratio is None and marrow.ratio_from == "haematocrit":
        yield EXTRACELLULAR_FRACTION.source, "share of red marrow that is extracellular fluid"
    yield BLOOD_DENSITY.source, "density of blood"
    if marrow.mass_kg is None and course.patient.sex != "unknown":
        yield REFERENCE_SOURCE, "mass of red marrow"


def _words(key: str) -> str:
    """Turn a key into words, without its unit."""
    for unit in ("_gy_per_bq", "_s"):
        key = key.removesuffix(unit)
    return key.replace("_", " ")
