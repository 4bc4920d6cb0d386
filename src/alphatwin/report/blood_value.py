"""Blood, red marrow, urine and the balance of the whole body, as part of the dose report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from alphatwin.report.estimates import Estimate, WeightedDose  # noqa: TC001 - pydantic reads them


def _doc(text: str) -> object:
    return Field(description=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class BloodPoint:
    """What one sample of blood held when it was drawn."""

    time_s: Annotated[float, _doc("Time of drawing since the administration.")]
    concentration_bq_per_ml: Annotated[float, _doc("Activity per volume of whole blood.")]
    sd_bq_per_ml: Annotated[
        float, _doc("Standard uncertainty by counting and volume, without calibration.")
    ]
    fitted: Annotated[Estimate, _doc("Fitted concentration at that time, in Bq/mL.")]
    standardised_residual: Annotated[
        float, _doc("Measured less best fit, over the standard uncertainty.")
    ]
    share_of_equilibrium: Annotated[
        float | None,
        _doc("Activity over that in equilibrium; null for the parent."),
    ]
    state_at_drawing: Annotated[
        str,
        _doc("solved: daughters were solved for; reached: equilibrium had set in; or assumed."),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class BloodPhase:
    """One exponential phase of the best curve in blood."""

    concentration_bq_per_ml: Annotated[
        float, _doc("Amplitude at the administration; negative for uptake.")
    ]
    effective_half_life_s: Annotated[float, _doc("Effective half-life of the phase.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class BloodCurve:
    """The curve of one nuclide in whole blood."""

    nuclide: Annotated[str, _doc("The parent, or a daughter that was solved for.")]
    model: Annotated[str, _doc("Leading model, of which the best curve is.")]
    why: Annotated[str, _doc("Why this model, and what the others weigh.")]
    points: Annotated[tuple[BloodPoint, ...], _doc("Samples, in order of drawing.")]
    phases: Annotated[tuple[BloodPhase, ...], _doc("Phases of the best curve, slowest first.")]
    time_integrated_bq_s_per_ml: Annotated[
        Estimate, _doc("Decays per volume of blood from the administration on.")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarrowRecord:
    """Absorbed dose of red marrow from its own activity, which follows that in blood."""

    absorbed_dose_gy: Annotated[Estimate, _doc("Absorbed dose, charged emissions only.")]
    absorbed_dose_by_nuclide_gy: Annotated[
        dict[str, float], _doc("Share of each nuclide in the median absorbed dose.")
    ]
    absorbed_dose_by_radiation_gy: Annotated[
        dict[str, float], _doc("Share of each radiation type in it.")
    ]
    absorbed_dose_per_activity_gy_per_bq: Annotated[
        Estimate | None, _doc("Absorbed dose over the activity administered; null if unknown.")
    ]
    rbe_weighted: Annotated[
        tuple[WeightedDose, ...], _doc("RBE-weighted dose with every RBE 1, then as assumed.")
    ]
    decays: Annotated[
        dict[str, float] | None,
        _doc("Median number of decays of each member in the marrow; null if its mass is unknown."),
    ]
    from_bone_gy: Annotated[
        Estimate | None,
        _doc("Part of it from free nuclides on bone surfaces; null if no fate of daughters acts."),
    ]
    if_daughters_stay_gy: Annotated[
        Estimate | None,
        _doc("The dose if daughters not measured stayed in blood; null if no fate acts on them."),
    ]
    left_out: Annotated[str, _doc("What the dose lacks.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class BloodAgent:
    """Blood, marrow, bladder and remainder of the body under one agent."""

    agent: Annotated[str, _doc("Name of the agent.")]
    role: Annotated[str, _doc("administered or predicted.")]
    administration: Annotated[str, _doc("The administration given, or that of the prediction.")]
    blood_bq_s_per_ml: Annotated[
        dict[str, float] | None,
        _doc("Median decays of each member per volume of blood; null if blood was not sampled."),
    ]
    measured_over_fate: Annotated[
        dict[str, Estimate],
        _doc(
            "Decays measured in blood over those that the fate of daughters puts there, by "
            "daughter; empty where none was measured or no fate acts."
        ),
    ]
    red_marrow: Annotated[
        MarrowRecord | None, _doc("Red marrow; null if the course does not ask for it.")
    ]
    bladder_decays: Annotated[
        dict[str, Estimate] | None,
        _doc("Decays of each member in the bladder contents; null if voiding is not known."),
    ]
    bladder_decays_of_free: Annotated[
        dict[str, float] | None,
        _doc(
            "Median decays there, besides, of free atoms that the fate of daughters excretes; null "
            "if no fate acts or voids do not go on."
        ),
    ]
    excreted_fraction: Annotated[
        Estimate | None,
        _doc("Share of the administered atoms that leave with the urine alive; null if unknown."),
    ]
    remainder_bq_s: Annotated[
        Estimate | None,
        _doc("Decays of the agent's nuclide in the remainder of the body; null if unknown."),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyBalance:
    """Whether measured regions and collected urine add up to what was injected."""

    time_s: Annotated[float, _doc("Time since the administration.")]
    regions_fraction: Annotated[
        float, _doc("Activity in the regions over the injected activity, both at that time.")
    ]
    urine_fraction: Annotated[float, _doc("Activity collected over the same.")]
    imbalance_fraction: Annotated[float, _doc("Injected less found, over injected.")]
    imbalance_sd: Annotated[float, _doc("Standard uncertainty of that.")]
    verdict: Annotated[str, _doc("balanced, unmeasured remainder, missing, or more than injected.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class BloodRecord:
    """Blood, marrow and urine of the course."""

    administration: Annotated[
        str | None, _doc("Administration after which blood was sampled; null if it was not.")
    ]
    curves: Annotated[
        tuple[BloodCurve, ...], _doc("Curves in whole blood, the parent's first; empty if none.")
    ]
    marrow_to_blood_ratio: Annotated[
        Estimate | None, _doc("Concentration in marrow over that in blood, per mass; null if none.")
    ]
    marrow_mass_kg: Annotated[float | None, _doc("Mass of the red marrow; null if unknown.")]
    agents: Annotated[tuple[BloodAgent, ...], _doc("Every agent, as in the report.")]
    balance: Annotated[
        tuple[BodyBalance, ...], _doc("One for each time until which urine was collected.")
    ]
