"""``[blood]``, ``[urine]`` and ``[marrow]`` of a course file, and whether what they say can be."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Final

from alphatwin import units
from alphatwin.files.agent_names import nuclide_name
from alphatwin.files.mistakes import show, suggestion
from alphatwin.patient import (
    Blood,
    BloodCount,
    BloodSample,
    BloodWindow,
    CollectedUrine,
    Marrow,
    Urine,
    UrineVoiding,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from alphatwin.files import blood_schema as schema
    from alphatwin.files.given import Given
    from alphatwin.files.lines import Path
    from alphatwin.files.mistakes import Mistakes
    from alphatwin.files.sections import Entry, Sections
    from alphatwin.patient import Assumptions, Patient

LARGEST_ACTIVITY_BQ: Final = 1e15
"""Of an administration whose activity is unknown: more than anybody gives. [Bq]"""


def convert_blood(
    sections: Sections,
    given: dict[str, Given | None],
    assumptions: Assumptions,
    *,
    mistakes: Mistakes,
) -> Blood | None:
    """Return the blood samples, after solving each for what it held when it was drawn."""
    entry = sections.blood
    if entry is None:
        return None
    gift_name = _administration(entry, given, mistakes=mistakes)
    table = entry.table
    if table is None or gift_name is None:
        return None
    windows = _windows(table, mistakes=mistakes)
    solve_for = _names(table.solve_for, ("blood", "solve_for"), mistakes=mistakes)
    samples = [
        _sample(s, ("blood", "samples", i), windows, mistakes=mistakes)
        for i, s in enumerate(table.samples)
    ]
    right = tuple(s for s in samples if s is not None)
    if windows is None or solve_for is None or len(right) < len(samples):
        return None
    blood = mistakes.attempt(
        lambda: Blood(
            administration=gift_name,
            windows=windows,
            samples=right,
            haematocrit_fraction=table.haematocrit,
            cell_to_plasma_ratio=table.cell_to_plasma_ratio or 0.0,
            solve_for=solve_for,
            volume_ml=table.volume,
        ),
        ("blood",),
    )
    gift = given[gift_name]
    if blood is not None and gift is not None:
        _check_counts(blood, gift, assumptions, mistakes=mistakes)
    return blood


def convert_urine(
    sections: Sections, given: dict[str, Given | None], *, mistakes: Mistakes
) -> Urine | None:
    """Return what leaves with the urine."""
    entry = sections.urine
    if entry is None:
        return None
    gift_name = _administration(entry, given, mistakes=mistakes)
    table = entry.table
    if table is None or gift_name is None:
        return None
    voiding = _voiding(table.voiding, mistakes=mistakes)
    collected = [
        _collected(c, ("urine", "collected", i), mistakes=mistakes)
        for i, c in enumerate(table.collected)
    ]
    if table.excreted_share is not None and table.whole_body is None:
        mistakes.add(("urine", "excreted_share"), "needs whole_body beside it")
    gift = given[gift_name]
    if (
        table.whole_body is not None
        and gift is not None
        and gift.administration.activity_bq is None
    ):
        mistakes.add(
            ("urine", "whole_body"),
            "the administered activity is unknown, so what the whole body has lost is too; give "
            "the activity, or fractions and half_times",
        )
    urine = mistakes.attempt(
        lambda: Urine(
            administration=gift_name,
            fractions=tuple(table.fractions),
            half_times_s=tuple(table.half_times),
            whole_body=table.whole_body,
            excreted_share=1.0 if table.excreted_share is None else table.excreted_share,
            voiding=voiding,
            collected=tuple(c for c in collected if c is not None),
        ),
        ("urine",),
    )
    if urine is not None and urine.fractions:
        _check_excretion(urine, mistakes=mistakes)
    return urine


def convert_marrow(
    sections: Sections, blood: Blood | None, patient: Patient | None, *, mistakes: Mistakes
) -> Marrow | None:
    """Return how red marrow follows blood."""
    entry = sections.marrow
    if entry is None or entry.table is None:
        return None
    table = entry.table
    if sections.blood is None:
        mistakes.add(("marrow",), "follows blood, of which there is no [blood]; give it")
    if table.ratio is not None and table.ratio_from is not None:
        mistakes.add(("marrow", "ratio_from"), "give ratio or ratio_from, not both")
    if table.ratio_from == "haematocrit" and blood is not None and not blood.haematocrit_fraction:
        mistakes.add(("marrow", "ratio_from"), "needs blood.haematocrit, which is not given")
    marrow = mistakes.attempt(
        lambda: Marrow(
            ratio=table.ratio,
            ratio_relative_sd=table.ratio_uncertainty or 0.0,
            ratio_from=table.ratio_from or "peptide",
            mass_kg=table.mass,
            scaling=table.scaling,
        ),
        ("marrow",),
    )
    if marrow is not None and marrow.scaling is not None and patient is not None:
        from alphatwin.dose.marrow_mass import marrow_mass

        scaling = marrow.scaling
        path = ("marrow", "scaling")
        mistakes.attempt(lambda: marrow_mass(patient, scaling=scaling), path)
    return marrow


def _administration(
    entry: Entry[schema.BloodTable] | Entry[schema.UrineTable],
    given: dict[str, Given | None],
    *,
    mistakes: Mistakes,
) -> str | None:
    if "administration" not in entry.raw:
        if len(given) > 1:
            mistakes.add(
                entry.path,
                f"administration is missing: there are {len(given)}; name one of "
                f"{', '.join(given)}",
            )
        return next(iter(given)) if len(given) == 1 else None
    name = entry.text("administration")
    if name and name not in given:
        near = suggestion(name, given) or ";"
        mistakes.add(
            (*entry.path, "administration"),
            f"{show(name)} is not in this file{near} allowed: {', '.join(given)}",
        )
        return None
    return name


def _names(names: list[str], path: Path, *, mistakes: Mistakes) -> tuple[str, ...] | None:
    found = [
        mistakes.attempt(partial(nuclide_name, name), (*path, i)) for i, name in enumerate(names)
    ]
    right = tuple(name for name in found if name is not None)
    return right if len(right) == len(names) else None


def _windows(table: schema.BloodTable, *, mistakes: Mistakes) -> tuple[BloodWindow, ...] | None:
    found = []
    for i, window in enumerate(table.windows):
        path = ("blood", "windows", i, "counts_per_decay")
        responses = {
            mistakes.attempt(partial(nuclide_name, name), path): value
            for name, value in window.counts_per_decay.items()
        }
        if None in responses:
            return None
        by_name = {str(name): value for name, value in responses.items()}
        spread = window.calibration_uncertainty or 0.0
        one = mistakes.attempt(partial(BloodWindow, window.name, by_name, spread), path)
        if one is None:
            return None
        found.append(one)
    return tuple(found)


def _sample(
    table: schema.SampleTable,
    path: Path,
    windows: tuple[BloodWindow, ...] | None,
    *,
    mistakes: Mistakes,
) -> BloodSample | None:
    only = windows[0].name if windows is not None and len(windows) == 1 else None
    counts = []
    for i, count in enumerate(table.counts):
        at = (*path, "counts", i)
        window = count.window or only
        if window is None:
            if windows is not None:
                mistakes.add(at, "window is missing: name one of blood.windows")
            return None
        if windows is not None and window not in {w.name for w in windows}:
            allowed = ", ".join(w.name for w in windows)
            mistakes.add((*at, "window"), f"{show(window)} is no window; allowed: {allowed}")
            return None
        sd_per_s = _sd(
            count.uncertainty,
            count.rate,
            units.parse_count_rate_per_s,
            (*at, "uncertainty"),
            mistakes=mistakes,
        )
        if sd_per_s is None:
            return None
        lasting_s = count.duration or 0.0
        build = partial(BloodCount, window, count.delay, count.rate, sd_per_s, lasting_s)
        one = mistakes.attempt(build, at)
        if one is None:
            return None
        counts.append(one)
    return mistakes.attempt(
        lambda: BloodSample(
            drawn_at_s=table.drawn_at,
            volume_ml=table.volume,
            volume_relative_sd=table.volume_uncertainty or 0.0,
            fluid=table.fluid,
            counts=tuple(counts),
        ),
        path,
    )


def _sd(
    text: str, value: float, parse: Callable[[str], float], path: Path, *, mistakes: Mistakes
) -> float | None:
    """Return a standard uncertainty in the unit of the value; ``None`` if it is a mistake."""
    if value == 0.0 and text.endswith("%"):
        mistakes.add(path, "a share of zero says nothing; give it in the unit of the value")
        return None

    def read() -> float:
        if text.endswith("%"):
            return units.parse_fraction(text) * abs(value)
        return parse(text)

    found = mistakes.attempt(read, path)
    if found is not None and found <= 0.0:
        mistakes.add(path, f"must be greater than zero, got {show(text)}")
        return None
    return found


def _voiding(table: schema.VoidingTable | None, *, mistakes: Mistakes) -> UrineVoiding | None:
    if table is None:
        return None
    from alphatwin.kinetics.bladder import Voiding

    times_s, residual = tuple(table.times), table.residual_fraction or 0.0
    path = ("urine", "voiding")
    if mistakes.attempt(lambda: Voiding(times_s, table.interval, residual), path) is None:
        return None
    return mistakes.attempt(lambda: UrineVoiding(times_s, table.interval, residual), path)


def _collected(
    table: schema.CollectedTable, path: Path, *, mistakes: Mistakes
) -> CollectedUrine | None:
    sd_bq = _sd(
        table.uncertainty,
        table.activity,
        units.parse_activity_bq,
        (*path, "uncertainty"),
        mistakes=mistakes,
    )
    if sd_bq is None:
        return None
    return mistakes.attempt(lambda: CollectedUrine(table.until, table.activity, sd_bq), path)


def _check_counts(
    blood: Blood, gift: Given, assumptions: Assumptions, *, mistakes: Mistakes
) -> None:
    """Solve every sample, so that what contradicts itself is refused where it stands."""
    from alphatwin.kinetics.blood_points import drawn_blood
    from alphatwin.nuclides import decay_chain

    chain = decay_chain(gift.agent.nuclide, decay_data=assumptions.decay_data)
    for name in blood.solve_for:
        if mistakes.attempt(partial(chain.index, name), ("blood", "solve_for")) is None:
            return
    for i, window in enumerate(blood.windows):
        for name in window.counts_per_decay:
            path = ("blood", "windows", i, "counts_per_decay")
            if mistakes.attempt(partial(chain.index, name), path) is None:
                return
    for i, sample in enumerate(blood.samples):
        solve = partial(drawn_blood, sample, blood=blood, chain=chain)
        drawn = mistakes.attempt(solve, ("blood", "samples", i))
        if drawn is None:
            continue
        activity_bq = float(drawn.drawn.activity_bq[0])
        _check_against_injected(activity_bq, sample.drawn_at_s, i, gift, mistakes=mistakes)


def _check_against_injected(
    activity_bq: float, drawn_at_s: float, i: int, gift: Given, *, mistakes: Mistakes
) -> None:
    """Refuse a sample that holds more than all that was given and is still there."""
    injected_bq = gift.administration.activity_bq
    left = math.exp2(-drawn_at_s / gift.nuclide.half_life_s)
    known_bq = LARGEST_ACTIVITY_BQ if injected_bq is None else injected_bq
    if activity_bq > known_bq * left:
        most = "is possible" if injected_bq is None else "was given"
        mistakes.add(
            ("blood", "samples", i),
            f"holds {activity_bq:.3g} Bq at drawing, more than all that {most} and is left at "
            f"{units.format_time(drawn_at_s)} ({known_bq * left:.3g} Bq); check times, rates, "
            "windows and the activity",
        )


def _check_excretion(urine: Urine, *, mistakes: Mistakes) -> None:
    from alphatwin.kinetics.excretion import excretion_given

    def build() -> object:
        return excretion_given(urine.fractions, urine.half_times_s)

    mistakes.attempt(build, ("urine", "fractions"))
