"""The dose report as a frozen value: one shape for Python, the command line and the files.

Every field is described where it stands; the JSON Schema and the reference page are made from
these descriptions. A key ends in its unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from alphatwin.report.blood_value import BloodRecord  # noqa: TC001 - pydantic reads them
from alphatwin.report.effect_value import RegionEffect  # noqa: TC001 - pydantic reads it
from alphatwin.report.estimates import Estimate, WeightedDose  # noqa: TC001
from alphatwin.report.evidence_box_value import EvidenceBox  # noqa: TC001 - likewise
from alphatwin.report.fit_value import RegionRecord  # noqa: TC001 - pydantic reads it
from alphatwin.report.images_value import ImagesRecord  # noqa: TC001 - pydantic reads it
from alphatwin.report.published_value import PublishedDose  # noqa: TC001 - pydantic reads it
from alphatwin.report.uncertainty_value import DoseUncertainty  # noqa: TC001 - likewise

Role = Literal["administered", "predicted"]


def _doc(text: str) -> object:
    return Field(description=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What computed the report."""

    name: Annotated[str, _doc("Name of the program.")]
    version: Annotated[str, _doc("Version of the program.")]
    python: Annotated[str, _doc("Version of Python.")]
    dependencies: Annotated[dict[str, str], _doc("Version of each library that numbers rest on.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRecord:
    """A table of figures that the report used."""

    name: Annotated[str, _doc("Name of the table.")]
    title: Annotated[str, _doc("What the table holds.")]
    source: Annotated[str, _doc("Publication or data base.")]
    doi_or_url: Annotated[str, _doc("Where the source is found.")]
    licence: Annotated[str, _doc("Terms of use of the figures.")]
    sha256: Annotated[str, _doc("Hash of the table as read.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What went in."""

    course_title: Annotated[str, _doc("Title of the course.")]
    course_sha256: Annotated[str | None, _doc("Hash of the course file; null if there is none.")]
    seed: Annotated[int, _doc("Seed of every random stream.")]
    samples: Annotated[int, _doc("Number of samples that carry the uncertainty.")]
    decay_data: Annotated[str, _doc("Decay-data set: icrp107 or ensdf.")]
    tables: Annotated[tuple[TableRecord, ...], _doc("Tables of figures used.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRecord:
    """The patient as far as the course says."""

    sex: Annotated[str, _doc("female, male or unknown.")]
    weight_kg: Annotated[float, _doc("Body mass.")]
    height_m: Annotated[float | None, _doc("Height; null if unknown.")]
    renal_risk_factors: Annotated[
        tuple[str, ...] | None, _doc("In words; null if unknown, empty if there are none.")
    ]
    previous_therapies: Annotated[
        tuple[str, ...] | None,
        _doc("Radionuclide therapies before this course; null if unknown, empty if none."),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecayShare:
    """Where in time the decays of one nuclide lie, against the measured points."""

    nuclide: Annotated[str, _doc("Member of the chain.")]
    before_first_point: Annotated[float, _doc("Share of its decays before the first point.")]
    between_points: Annotated[float, _doc("Share between the first and the last point.")]
    after_last_point: Annotated[float, _doc("Share after the last point.")]
    informed_by_data: Annotated[
        bool, _doc("False if more than half of its decays lie outside of the measured points.")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionDose:
    """What one agent does to one region."""

    region: Annotated[str, _doc("Name of the region.")]
    time_integrated_activity_bq_s: Annotated[
        Estimate, _doc("Decays of the agent's nuclide in the region, from administration on.")
    ]
    decays: Annotated[
        dict[str, float], _doc("Median number of decays of each member of the chain.")
    ]
    decay_shares: Annotated[
        tuple[DecayShare, ...],
        _doc(
            "Share of decays before, between and after the measured points; empty if not measured."
        ),
    ]
    absorbed_dose_gy: Annotated[
        Estimate | None,
        _doc(
            "Absorbed dose, all radiations deposited here, from decays in the region and from "
            "those in others; null if the mass is unknown."
        ),
    ]
    absorbed_dose_by_nuclide_gy: Annotated[
        dict[str, float],
        _doc("Share of each nuclide in the median absorbed dose; empty if that is null."),
    ]
    absorbed_dose_by_radiation_gy: Annotated[
        dict[str, float], _doc("Share of each radiation type in it; empty if that is null.")
    ]
    absorbed_dose_per_activity_gy_per_bq: Annotated[
        Estimate | None,
        _doc("Absorbed dose over the activity administered; null if either is unknown."),
    ]
    rbe_weighted: Annotated[
        tuple[WeightedDose, ...],
        _doc("RBE-weighted dose with every RBE 1, then as assumed; empty if there is no dose."),
    ]
    photon_energy_not_deposited: Annotated[
        float,
        _doc(
            "Share of the energy emitted in the region that photons carry out of it; what of it "
            "reaches other regions is in their cross-dose."
        ),
    ]
    self_dose_gy: Annotated[
        Estimate | None,
        _doc("Part of absorbed_dose_gy from decays in the region itself; null if that is null."),
    ]
    cross_dose_gy: Annotated[
        Estimate | None,
        _doc(
            "Part of absorbed_dose_gy from decays elsewhere in the body; null if nothing else "
            "and this region have places in the phantom, or if there is no absorbed dose."
        ),
    ]
    cross_dose_by_source_gy: Annotated[
        dict[str, float], _doc("Its median by where the decays are; empty if it is null.")
    ]
    cross_dose_by_radiation_gy: Annotated[
        dict[str, float], _doc("Its mean by radiation type; empty if it is null.")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Activity over time in one region, for the figures."""

    region: Annotated[str, _doc("Name of the region.")]
    time_s: Annotated[tuple[float, ...], _doc("Times since administration.")]
    median_bq: Annotated[tuple[float, ...], _doc("Activity of the agent's nuclide, median.")]
    low_bq: Annotated[tuple[float, ...], _doc("2.5th percentile.")]
    high_bq: Annotated[tuple[float, ...], _doc("97.5th percentile.")]
    members_bq: Annotated[
        dict[str, tuple[float, ...]], _doc("Activity of each member of the chain, best curve.")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class FateDose:
    """Dose of one region under one fate of daughters, beside the fate in force."""

    preset: Annotated[str, _doc("Name of the fate; all_stay is what stay means.")]
    region: Annotated[str, _doc("Name of the region.")]
    absorbed_dose_gy: Annotated[
        float | None, _doc("Median absorbed dose; null if the fate does not hold for this chain.")
    ]
    absorbed_dose_low_gy: Annotated[
        float | None,
        _doc("Lower limit of the 95 % interval, the figures of the fate sampled; null likewise."),
    ]
    absorbed_dose_high_gy: Annotated[float | None, _doc("Upper limit; null likewise.")]
    rbe_weighted_dose_gy: Annotated[
        float | None, _doc("Median RBE-weighted dose, RBE as assumed; null likewise.")
    ]
    absorbed_dose_ratio: Annotated[
        float | None, _doc("Absorbed dose over that under the fate in force; null likewise.")
    ]
    rbe_weighted_dose_ratio: Annotated[
        float | None, _doc("RBE-weighted dose over that under the fate in force; null likewise.")
    ]
    note: Annotated[str, _doc("What a reader of this fate must know, or why it does not hold.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ElsewhereDecays:
    """Decays in a part of the body that is no region of the course: counted, not dosed."""

    compartment: Annotated[str, _doc("Compartment that the fate adds: blood, bone, rest ...")]
    decays: Annotated[
        dict[str, float], _doc("Median number of decays of each member that decays there.")
    ]
    energy_share: Annotated[
        float,
        _doc("Share of all energy that charged emissions carry, here and in the regions."),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentReport:
    """What one agent did, or would do, region by region."""

    agent: Annotated[str, _doc("Name of the agent.")]
    role: Annotated[Role, _doc("administered or predicted.")]
    administration: Annotated[
        str, _doc("Administration: the one given, or the one whose kinetics the prediction uses.")
    ]
    nuclide: Annotated[str, _doc("Nuclide on the vector.")]
    vector: Annotated[str, _doc("Vector.")]
    receptor_action: Annotated[
        str | None, _doc("agonist or antagonist; null where the target is no receptor.")
    ]
    chain: Annotated[
        tuple[str, ...],
        _doc("Members of the decay chain, parent first; those of an impurity come last."),
    ]
    activity_bq: Annotated[
        float | None, _doc("Activity administered, or as if administered; null if unknown.")
    ]
    activity_from: Annotated[str, _doc("Where that activity comes from.")]
    uptake_ratio: Annotated[float, _doc("Uptake over that of the measured agent, as assumed.")]
    regions: Annotated[tuple[RegionDose, ...], _doc("Dose by region.")]
    curves: Annotated[tuple[Curve, ...], _doc("Activity over time by region.")]
    not_published: Annotated[
        tuple[str, ...], _doc("What nobody has published of this agent, in words.")
    ]
    daughters: Annotated[str, _doc("Fate of daughters in force: stay, or a preset.")] = "stay"
    daughter_fates: Annotated[
        tuple[FateDose, ...],
        _doc("Dose of every region under every fate, that in force first; empty if no daughters."),
    ] = ()
    decays_elsewhere: Annotated[
        tuple[ElsewhereDecays, ...],
        _doc("Decays outside of the regions of the course; empty where all stay."),
    ] = ()
    published_doses: Annotated[
        tuple[PublishedDose, ...],
        _doc("Absorbed doses published of an administered agent, region by region, may be empty."),
    ] = ()
    biological_effect: Annotated[
        tuple[RegionEffect, ...],
        _doc("Effect of this one administration, where alpha/beta and mass are known."),
    ] = ()
    evidence: Annotated[
        EvidenceBox | None,
        _doc("What was observed of the agent in others; null if nothing was published."),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What an alternative would do to one answer."""

    agent: Annotated[str, _doc("Name of the agent.")]
    region: Annotated[str, _doc("Name of the region.")]
    quantity: Annotated[str, _doc("absorbed_dose_gy, rbe_weighted_dose_gy or bed_gy.")]
    ratio: Annotated[float, _doc("Answer under the alternative over the answer of this report.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """Another value that an assumption could have."""

    value: Annotated[str, _doc("The other value.")]
    effects: Annotated[tuple[Effect, ...], _doc("What it would do.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """Something that was not measured in this patient and that the answer rests on."""

    name: Annotated[str, _doc("Key of the course file, or a fixed assumption of the program.")]
    text: Annotated[str, _doc("In words.")]
    value: Annotated[str, _doc("Value used, with its unit.")]
    made_by: Annotated[str, _doc("course (written there), default, or program (fixed).")]
    source: Annotated[str, _doc("Where the value comes from.")]
    status: Annotated[str, _doc("read, recalled, computed or choice.")]
    alternatives: Annotated[tuple[Alternative, ...], _doc("Other values and what they would do.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """A legal but doubtful result."""

    code: Annotated[str, _doc("Short name, stable between versions.")]
    loud: Annotated[bool, _doc("True if the reader must not miss it.")]
    where: Annotated[str, _doc("Agent, region or field that it concerns.")]
    message: Annotated[str, _doc("In words, with the numbers.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """A publication that figures of this report come from."""

    citation: Annotated[str, _doc("Citation.")]
    doi_or_url: Annotated[str, _doc("Where it is found.")]
    status: Annotated[str, _doc("read in the source, recalled, or computed.")]
    used_for: Annotated[str, _doc("What it was used for.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseReport:
    """What was measured in one patient, what it did, and what other agents would do."""

    schema: Annotated[Literal[1], _doc("Version of this shape.")]
    kind: Annotated[Literal["dose"], _doc("Kind of report.")]
    notice: Annotated[str, _doc("Research use only; not a medical device.")]
    program: Annotated[Program, _doc("What computed the report.")]
    inputs: Annotated[Inputs, _doc("What went in.")]
    patient: Annotated[PatientRecord, _doc("The patient as far as the course says.")]
    regions: Annotated[tuple[RegionRecord, ...], _doc("Regions and how their kinetics are known.")]
    agents: Annotated[
        tuple[AgentReport, ...], _doc("Agents: those administered first, then those predicted.")
    ]
    assumptions: Annotated[tuple[Assumption, ...], _doc("All that was taken for granted.")]
    warnings: Annotated[tuple[Caution, ...], _doc("Legal but doubtful results, loud ones first.")]
    sources: Annotated[tuple[SourceRecord, ...], _doc("Publications that figures come from.")]
    blood: Annotated[
        BloodRecord | None,
        _doc("Blood, red marrow and urine; null if the course says nothing of them."),
    ] = None
    uncertainty_contributions: Annotated[
        tuple[DoseUncertainty, ...],
        _doc(
            "What makes each dose uncertain: variance shares of its logarithm, by groups of "
            "sources that are independent of each other (pick-freeze, first order and total)."
        ),
    ] = ()
    images: Annotated[
        ImagesRecord | None, _doc("What its scans measured; null if the course has none.")
    ] = None
