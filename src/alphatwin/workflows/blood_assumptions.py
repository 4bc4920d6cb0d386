"""What blood, marrow and urine take for granted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dose.marrow import (
    BLOOD_DENSITY,
    BONE_SURFACE_FRACTION,
    EXTRACELLULAR_FRACTION,
    PEPTIDE_RATIO,
    marrow_to_blood_ratio,
)
from alphatwin.dose.marrow_mass import REFERENCE_SOURCE
from alphatwin.kinetics.blood_volume import BLOOD_VOLUME_SOURCE
from alphatwin.report.value import Alternative, Assumption, Effect
from alphatwin.workflows.daughters import STAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alphatwin.agents import Source
    from alphatwin.patient import Blood, Course, Marrow, Urine
    from alphatwin.workflows.blood import BloodAnswer

RED_MARROW = "red marrow"
ALTERNATIVES_OF_BONE = (0.0, 0.5)
"""Bone in its volume, and all of the energy that leaves a surface inwards."""


def blood_assumptions(course: Course, found: BloodAnswer | None) -> Iterator[Assumption]:
    """Yield what blood, marrow and urine take for granted.

    Parameters
    ----------
    course
        The course with the assumptions in force.
    found
        What was computed; ``None`` yields nothing.
    """
    if found is None:
        return
    if course.blood is not None:
        volume_ml = None if found.sampled is None else found.sampled.volume_ml
        yield from _of_blood(course.blood, course.assumptions.daughters, volume_ml)
        if course.marrow is not None:
            yield from _of_marrow(course.blood, course.marrow, found)
            yield from _of_bone(found)
    if course.urine is not None:
        yield from _of_urine(course.urine, course.assumptions.daughters)


def _assumption(
    name: str,
    text: str,
    value: str,
    *,
    stated: bool,
    source: Source | None = None,
    alternatives: tuple[Alternative, ...] = (),
) -> Assumption:
    return Assumption(
        name=name,
        text=text,
        value=value,
        made_by="course" if stated else "default",
        source="Stated in the course" if stated or source is None else _words(source),
        status="choice" if stated or source is None else source.status,
        alternatives=alternatives,
    )


def _words(source: Source) -> str:
    return f"{source.citation}. {source.note}".strip()


def _of_blood(blood: Blood, daughters: str, volume_ml: float | None) -> Iterator[Assumption]:
    solved = ", ".join(blood.solve_for)
    yield Assumption(
        name="blood.solve_for",
        text="State of the daughters when a sample was drawn; those not solved for are taken in "
        "equilibrium with the parent, or with the nearest daughter solved for",
        value=f"solved for {solved}" if solved else "all in equilibrium",
        made_by="course" if solved else "default",
        source="Each point says whether equilibrium had set in by the time of counting",
        status="choice",
        alternatives=(),
    )
    yield Assumption(
        name="daughters in blood",
        text="What is not solved for decays in blood where its parent does, or where the fate of "
        "daughters takes it; daughters measured serve agents of the same nuclide and mixture",
        value="stay" if daughters == STAY else daughters,
        made_by="program",
        source="A choice of AlphaTwin",
        status="choice",
        alternatives=(),
    )
    if daughters != STAY:
        yield _assumption(
            "blood.volume",
            "Volume of all blood; regions and marrow hold their own share of it, which is taken "
            "off, and the rest is a compartment of the fate with the curve that was measured",
            "unknown" if volume_ml is None else f"{volume_ml:.0f} mL",
            stated=blood.volume_ml is not None,
            source=BLOOD_VOLUME_SOURCE,
        )
    if any(s.fluid == "plasma" for s in blood.samples):
        yield Assumption(
            name="blood.cell_to_plasma_ratio",
            text="Concentration in cells over that in plasma, for samples of plasma",
            value=f"{blood.cell_to_plasma_ratio:g}, haematocrit {blood.haematocrit_fraction:g}",
            made_by="course" if blood.cell_to_plasma_ratio else "default",
            source="0: chelated peptides stay out of cells",
            status="choice",
            alternatives=(),
        )


def _of_marrow(blood: Blood, marrow: Marrow, found: BloodAnswer) -> Iterator[Assumption]:
    used = PEPTIDE_RATIO.value if found.ratio is None else float(np.median(found.ratio))
    others = {f"{PEPTIDE_RATIO.value:g}, as found of peptides": PEPTIDE_RATIO.value}
    if blood.haematocrit_fraction is not None:
        free = float(marrow_to_blood_ratio(blood.haematocrit_fraction))
        others[f"{free:.2g}, of an agent that stays in extracellular fluid"] = free
    by_haematocrit = marrow.ratio_from == "haematocrit"
    source = EXTRACELLULAR_FRACTION.source if by_haematocrit else PEPTIDE_RATIO.source
    spread = f" ± {100.0 * marrow.ratio_relative_sd:.0f} %" if marrow.ratio_relative_sd else ""
    yield _assumption(
        "marrow.ratio",
        "Concentration in red marrow over that in blood, per mass",
        f"{used:.3g}{spread}",
        stated=marrow.ratio is not None,
        source=source,
        alternatives=tuple(
            Alternative(value=text, effects=_effects(found, value / used))
            for text, value in others.items()
            if abs(value / used - 1.0) > 1e-3
        ),
    )
    yield _assumption(
        "density of blood",
        "Mass density of whole blood",
        f"{BLOOD_DENSITY.value:g} g/mL",
        stated=False,
        source=BLOOD_DENSITY.source,
    )
    if found.mass is not None:
        scaled = "stated" if marrow.mass_kg is not None else f"by {found.mass.scaling}"
        yield _assumption(
            "marrow.mass",
            "Mass of the red marrow; it cancels in the dose and counts for the decays in it",
            f"{1e3 * found.mass.mass_kg:.0f} g, {scaled}",
            stated=marrow.mass_kg is not None,
            source=REFERENCE_SOURCE,
        )


def _of_bone(found: BloodAnswer) -> Iterator[Assumption]:
    """Yield how much of what decays in bone reaches marrow, where a fate sends daughters there."""
    doses = [
        (a.answer.agent.name, a.marrow.self_dose.total_gy, a.marrow.from_bone_surface.total_gy)
        for a in found.agents
        if a is not None and a.marrow is not None and a.marrow.from_bone_surface is not None
    ]
    if not doses:
        return
    share = BONE_SURFACE_FRACTION
    yield _assumption(
        "marrow from bone",
        "Share of the charged energy of free nuclides in bone, all taken to lie on surfaces, that "
        "red marrow absorbs",
        f"{100.0 * share.value:g} %",
        stated=False,
        source=share.source,
        alternatives=tuple(
            Alternative(
                value=f"{100.0 * other:g} %",
                effects=tuple(
                    Effect(
                        agent=name,
                        region=RED_MARROW,
                        quantity="absorbed_dose_gy",
                        ratio=float(
                            np.median(own + other / share.value * bone) / np.median(own + bone)
                        ),
                    )
                    for name, own, bone in doses
                ),
            )
            for other in ALTERNATIVES_OF_BONE
        ),
    )


def _effects(found: BloodAnswer, ratio: float) -> tuple[Effect, ...]:
    """Return the effect on marrow, which goes with the ratio."""
    return tuple(
        Effect(
            agent=a.answer.agent.name,
            region=RED_MARROW,
            quantity="absorbed_dose_gy",
            ratio=ratio,
        )
        for a in found.agents
        if a is not None and a.marrow is not None
    )


def _of_urine(urine: Urine, daughters: str) -> Iterator[Assumption]:
    how = (
        f"{100.0 * urine.excreted_share:g} % of what {urine.whole_body!r} lost"
        if urine.whole_body is not None
        else ", ".join(
            f"{100.0 * f:g} % with {t / 3600.0:.3g} h"
            for f, t in zip(urine.fractions, urine.half_times_s, strict=True)
        )
    )
    yield _assumption(
        "urine",
        "Share of the administered activity that leaves with the urine, and half-times; taken as "
        "exact where stated, and the same for every agent. In the remainder of the body, regions "
        "are taken not to overlap",
        how,
        stated=True,
    )
    if urine.voiding is not None:
        v = urine.voiding
        times = ", ".join(f"{t / 3600.0:.3g} h" for t in v.times_s)
        often = "" if v.interval_s is None else f"every {v.interval_s / 3600.0:.3g} h"
        yield _assumption(
            "urine.voiding",
            "When the bladder is voided, and what a void leaves; daughters made in it stay",
            f"{'; '.join(x for x in (times, often) if x) or 'never'}; "
            f"{100.0 * v.residual_fraction:g} % left",
            stated=True,
        )
        if daughters != STAY and v.interval_s is not None:
            yield Assumption(
                name="excretion of free atoms",
                text="What the fate of daughters excretes comes to the bladder at any moment "
                "between two voids and is voided with the urine; of excreta it does not tell "
                "urine from bowel. Not voided, all of it would decay there",
                value=f"voided every {v.interval_s / 3600.0:.3g} h",
                made_by="program",
                source="A choice of AlphaTwin",
                status="choice",
                alternatives=(),
            )
