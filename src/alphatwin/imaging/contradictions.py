r"""Headers checked against each other and against physics; a contradiction stops, with its choices.

With the decay constant :math:`\lambda` of the nuclide, the factor that corrects a slice for decay
from the middle of its acquisition, :math:`t` after the time that is corrected to, is

.. math:: f = \frac{\lambda \tau}{1 - e^{-\lambda \tau}} e^{\lambda (t - \tau/2)}
          \approx e^{\lambda t}

for an acquisition of length :math:`\tau` (the approximation is within :math:`(\lambda\tau)^2/24`).
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from alphatwin.nuclides import emissions, nuclide

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from alphatwin.imaging.scan import DecayConvention, ScanSeries

Severity = Literal["stop", "question", "note"]

FACTOR = 2e-3
"""Relative error of a decay factor that is no rounding. Half of the acquisition is allowed besides:
scanners differ in which moment of it they call its time."""
HALF_LIFE = 0.01
"""Relative difference of half-lives that is no rounding of a published value."""
MORE_THAN_INJECTED = 1.05
"""Activity in view over that injected and decayed, above which the image is not activity: 5 % is
the accuracy of the best quantitative SPECT."""
RISE = 1.2
"""Rise of the share of the injected activity in view that uptake alone does not explain in a view
of the whole trunk."""
CANNOT_RISE = 2.0
"""Rise that two fields of view of one trunk do not explain either: images each on its own scale."""
ACTIVITY_BQ = (1e3, 1e12)
"""Administered activity outside of which the unit is wrong: from a tracer to radioiodine."""
BODY_MASS_KG = (0.3, 400.0)
ANNIHILATION_MEV = (0.5105, 0.5115)
LEAST_POSITRONS = 1e-3


@dataclass(frozen=True, slots=True)
class Choice:
    """What can be written into the course file, and what it does.

    Attributes
    ----------
    write
        The line of the course file.
    means
        In words.
    factor
        What the activity at the scan becomes, over that as stored; None if it does not change.
    """

    write: str
    means: str
    factor: float | None = None


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two things that a header says and that cannot both be true, or one that cannot be.

    Attributes
    ----------
    rule
        Short name, stable between versions.
    severity
        ``stop``: no activity is taken from the series before a choice is made; ``question``: an
        assumption was made that should be confirmed; ``note``: worth knowing.
    series
        Numbers of the series.
    explanation
        What is said where, and why it cannot be.
    choices
        Ways out.
    """

    rule: str
    severity: Severity
    series: tuple[int, ...]
    explanation: str
    choices: tuple[Choice, ...] = ()


def contradictions(series: Sequence[ScanSeries], *, n_patients: int) -> tuple[Contradiction, ...]:
    """Return everything in which headers contradict each other or physics.

    Parameters
    ----------
    series
        Series of one folder.
    n_patients
        How many patients the files name.
    """
    found: list[Contradiction] = []
    if n_patients > 1:
        every = tuple(s.number for s in series)
        text = f"the files are of {n_patients} patients; give the folder of one"
        found.append(
            Contradiction("mixed_patients", "stop", every, text),
        )
    for one in series:
        found.extend(_geometry(one))
        if one.tracer is not None:
            found.extend(_tracer(one))
            found.extend(_times(one))
            found.extend(_decay(one))
            found.extend(_activity(one))
    found.extend(_rises(series))
    found.extend(_frames(series))
    order = {"stop": 0, "question": 1, "note": 2}
    return tuple(sorted(_together(found), key=lambda c: (order[c.severity], c.series, c.rule)))


def _together(found: Iterable[Contradiction]) -> list[Contradiction]:
    """Say once what is the same of several series."""
    by_text: dict[tuple[object, ...], Contradiction] = {}
    for c in found:
        key = (c.rule, c.severity, c.explanation, c.choices)
        held = by_text.get(key)
        numbers = c.series if held is None else tuple(sorted({*held.series, *c.series}))
        by_text[key] = Contradiction(c.rule, c.severity, numbers, c.explanation, c.choices)
    return list(by_text.values())


def _geometry(s: ScanSeries) -> list[Contradiction]:
    severity: Severity = "note" if s.is_tomographic else "stop"
    return [Contradiction("geometry", severity, (s.number,), problem) for problem in s.problems]


def _tracer(s: ScanSeries) -> list[Contradiction]:
    tracer = s.tracer
    if tracer is None:
        return []
    one = (s.number,)
    if tracer.nuclide is None:
        said = tracer.nuclide_text or "nothing"
        text = f"the header names no known nuclide (it says: {said})"
        choice = Choice('nuclide = "Lu-177"', "state the nuclide of this series")
        return [Contradiction("nuclide_unknown", "stop", one, text, (choice,))]
    found = []
    if not tracer.code_is_standard:
        said = tracer.nuclide_text or tracer.name or "no code"
        text = (
            f"the nuclide is named by a code of no published scheme ({said}); "
            f"its text was read as {tracer.nuclide}"
        )
        found.append(Contradiction("nuclide_code", "note", one, text))
    known_s = nuclide(tracer.nuclide).half_life_s
    stated_s = tracer.half_life_s
    if stated_s is not None and abs(stated_s / known_s - 1.0) > HALF_LIFE:
        text = (
            f"the header gives {tracer.nuclide} a half-life of {stated_s:.6g} s; it has "
            f"{known_s:.6g} s: the nuclide or the half-life is wrong"
        )
        choices = (
            Choice(f'nuclide = "{tracer.nuclide}"', "believe the name, use the known half-life"),
            Choice('nuclide = "..."', "state the nuclide that was injected"),
        )
        found.append(Contradiction("half_life", "stop", one, text, choices))
    if s.modality == "PT" and not _emits_positrons(tracer.nuclide):
        text = (
            f"stored as PT, but {tracer.nuclide} emits no positrons: a SPECT image in the form of "
            "PET; its units and decay correction are read as PET states them"
        )
        found.append(Contradiction("spect_as_pt", "note", one, text))
    return found


def _emits_positrons(name: str) -> bool:
    photons = emissions(name).photon
    low, high = ANNIHILATION_MEV
    inside = (photons.energies_mev > low) & (photons.energies_mev < high)
    return float(photons.yields_per_decay[inside].sum()) > LEAST_POSITRONS


def _times(s: ScanSeries) -> list[Contradiction]:
    one = (s.number,)
    found = []
    if s.study_day_differs:
        text = "acquired on another day than the study began; the time of acquisition was taken"
        found.append(Contradiction("study_date", "note", one, text))
    tracer = s.tracer
    if tracer is None:
        return found
    if s.time_since_injection_s is None:
        choice = Choice('time = "24 h"', "state the time from injection to the scan")
        text = "the header does not say when was injected, or when was scanned"
        found.append(Contradiction("injection_time", "stop", one, text, (choice,)))
    elif s.time_since_injection_s < 0.0:
        hours = -s.time_since_injection_s / 3600.0
        choice = Choice('time = "24 h"', "state the time from injection to the scan")
        text = f"the injection is {hours:.3g} h after the scan"
        found.append(Contradiction("injection_time", "stop", one, text, (choice,)))
    elif not tracer.injection_date_known:
        hours = s.time_since_injection_s / 3600.0
        text = (
            f"the header gives the hour of injection but no date; the last such hour before the "
            f"scan was taken, {hours:.4g} h earlier"
        )
        choice = Choice('time = "24 h"', "state the time from injection to the scan")
        found.append(Contradiction("injection_date", "question", one, text, (choice,)))
    return found


def _decay(s: ScanSeries) -> list[Contradiction]:
    tracer, factors = s.tracer, s.decay_factors
    if tracer is None or tracer.nuclide is None or s.units not in {"bq_per_ml", "suvbw_g_per_ml"}:
        return []
    one = (s.number,)
    if s.says_decay_corrected and s.decay_convention in {"none", "unknown"}:
        text = "the list of corrections names decay, but the header does not say to what time"
        return [Contradiction("decay_correction", "stop", one, text, _decay_choices(s))]
    if not s.says_decay_corrected and s.decay_convention in {"start", "administration"}:
        text = (
            f"corrected for decay to the {s.decay_convention}, but the list of corrections does "
            "not name decay"
        )
        return [Contradiction("decay_correction", "stop", one, text, _decay_choices(s))]
    expected = _expected_factors(s)
    if factors is None or expected is None:
        return []
    allowed = FACTOR + _decay_in_half_a_frame(s)
    if all(abs(f / e - 1.0) < allowed for f, e in zip(factors, expected, strict=True)):
        return []
    text = (
        f"said to be corrected for decay to the {_in_words(s.decay_convention)}, which is a factor "
        f"{_range(expected)}; the header gives the factor {_range(factors)}"
    )
    return [Contradiction("decay_correction", "stop", one, text, _decay_choices(s))]


def _expected_factors(s: ScanSeries) -> tuple[float, float] | None:
    if s.tracer is None or s.tracer.nuclide is None or s.mid_slice_since_reference_s is None:
        return None
    if s.decay_convention not in {"start", "administration"}:
        return None
    rate = math.log(2.0) / nuclide(s.tracer.nuclide).half_life_s
    shift_s = 0.0
    if s.decay_convention == "administration":
        if s.reference_since_injection_s is None:
            return None
        shift_s = s.reference_since_injection_s
    low, high = (math.exp(rate * (t + shift_s)) for t in s.mid_slice_since_reference_s)
    return low, high


def _decay_in_half_a_frame(s: ScanSeries) -> float:
    if s.tracer is None or s.tracer.nuclide is None or s.duration_s is None:
        return 0.0
    return math.log(2.0) / nuclide(s.tracer.nuclide).half_life_s * 0.5 * s.duration_s


def _decay_choices(s: ScanSeries) -> tuple[Choice, ...]:
    """Return the conventions, each with what it makes of the activity at the scan."""
    if s.tracer is None or s.tracer.nuclide is None:
        return ()
    half_life_s = nuclide(s.tracer.nuclide).half_life_s
    conventions: tuple[tuple[DecayConvention, str], ...] = (
        ("none", "the values are activity at the time of the scan, as stored"),
        ("start", "the values are corrected to the start of the series"),
        ("administration", "the values are corrected back to the administration"),
    )
    scan_s = s.time_since_injection_s
    if scan_s is None:
        return ()
    since_s = {"none": scan_s, "start": s.reference_since_injection_s, "administration": 0.0}
    choices = []
    for name, means in conventions:
        start_s = since_s[name]
        if start_s is not None:
            factor = math.exp(-math.log(2.0) * (scan_s - start_s) / half_life_s)
            choices.append(Choice(f'decay_corrected_to = "{name}"', means, factor))
    return tuple(choices)


def _in_words(convention: DecayConvention) -> str:
    return {"start": "start of the series", "administration": "administration"}.get(
        convention, convention
    )


def _range(pair: tuple[float, float]) -> str:
    low, high = pair
    return f"{low:.4g}" if abs(high / low - 1.0) < 1e-4 else f"{low:.4g} to {high:.4g}"


def _activity(s: ScanSeries) -> list[Contradiction]:
    tracer = s.tracer
    if tracer is None:
        return []
    one = (s.number,)
    found = []
    if s.units in {"counts", "other", "unknown"} and s.is_tomographic:
        text = (
            "the values are counts, or say no unit, so that they are not activity without a "
            "calibration factor"
        )
        choice = Choice('calibration = "20 Bq/count"', "state the calibration factor of the camera")
        found.append(Contradiction("not_activity", "stop", one, text, (choice,)))
    administered = tracer.administered_bq
    if administered is None:
        text = "the header does not say how much was injected; SUV is not defined"
        found.append(Contradiction("administered_activity", "note", one, text))
    elif not ACTIVITY_BQ[0] <= administered <= ACTIVITY_BQ[1]:
        text = f"an administered activity of {administered:.4g} Bq: is it in another unit?"
        choice = Choice('activity = "7.4 GBq"', "state the administered activity")
        found.append(Contradiction("administered_activity", "stop", one, text, (choice,)))
    elif s.activity_in_view_bq is not None and tracer.nuclide is not None:
        found.extend(_more_than_injected(s, administered, tracer.nuclide))
    mass = s.body_mass_kg
    if mass is not None and not BODY_MASS_KG[0] <= mass <= BODY_MASS_KG[1]:
        text = f"a body mass of {mass:.4g} kg: is it in another unit?"
        found.append(Contradiction("body_mass", "stop", one, text))
    return found


def _more_than_injected(s: ScanSeries, administered: float, name: str) -> list[Contradiction]:
    decay = s.decay_since_injection(
        half_life_s=nuclide(name).half_life_s, convention=s.decay_convention
    )
    if decay is None or s.activity_in_view_bq is None:
        return []
    there = administered * decay
    if s.activity_in_view_bq <= MORE_THAN_INJECTED * there:
        return []
    text = (
        f"the image holds {s.activity_in_view_bq / 1e6:.4g} MBq, more than the "
        f"{there / 1e6:.4g} MBq that are left of what was injected"
    )
    return [Contradiction("more_than_injected", "stop", (s.number,), text)]


def _rises(series: Sequence[ScanSeries]) -> list[Contradiction]:
    """Look for a share of the injected activity that rises from scan to scan."""
    by_tracer: dict[tuple[object, ...], list[tuple[float, float, int]]] = {}
    for s in series:
        t = s.tracer
        if t is None or t.nuclide is None or not t.administered_bq or not s.activity_in_view_bq:
            continue
        decay = s.decay_since_injection(
            half_life_s=nuclide(t.nuclide).half_life_s, convention=s.decay_convention
        )
        if decay is not None and s.time_since_injection_s is not None:
            share = s.activity_in_view_bq / (t.administered_bq * decay)
            row = (s.time_since_injection_s, share, s.number)
            by_tracer.setdefault((t.nuclide, t.administered_bq), []).append(row)
    found = []
    for rows in by_tracer.values():
        rows.sort()
        for (_, before, a), (_, after, b) in itertools.pairwise(rows):
            if after > RISE * before:
                text = (
                    f"the share of the injected activity in view rises from {before:.3g} to "
                    f"{after:.3g}: another field of view, or images that are not activity"
                )
                if after > CANNOT_RISE * before:
                    text += "; no uptake of a whole trunk does so"
                    found.append(Contradiction("total_rises", "stop", (a, b), text))
                else:
                    found.append(Contradiction("total_rises", "question", (a, b), text))
    return found


def _frames(series: Sequence[ScanSeries]) -> list[Contradiction]:
    tomographic = [s for s in series if s.is_tomographic and s.tracer is not None]
    frames = Counter(s.frame for s in tomographic)
    if len(frames) < 2:
        return []
    text = (
        f"scans in {len(frames)} frames of reference: positions on one say nothing of the other "
        "before they are registered"
    )
    return [Contradiction("frames", "note", tuple(s.number for s in tomographic), text)]
