"""The tables of uptake on the scans and of energy windows, as printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.report.numbers import (
    MISSING,
    count,
    duration,
    nuclide_label,
    number,
    percent,
    prose,
    quantity,
)
from alphatwin.report.tables import Table

if TYPE_CHECKING:
    from alphatwin.report.uptake_value import (
        UptakeRecord,
        UptakesRecord,
        WindowRecord,
    )

BODY_WEIGHT = "body weight"


def uptake_tables(uptake: UptakesRecord) -> list[Table]:
    """Return uptakes, volumes above thresholds, and the question of eligibility.

    Parameters
    ----------
    uptake
        Of the report.
    """
    tables = [_uptakes(uptake)]
    if any(row.volumes for row in uptake.uptakes):
        tables.append(_volumes(uptake))
    if uptake.eligible:
        tables.append(_eligible(uptake))
    return tables


def _uptakes(uptake: UptakesRecord) -> Table:
    return Table(
        title="Uptake as measured, SUV by body weight (g/mL); means over those of references",
        head=(
            "Region",
            "Scan",
            "SUVmax",
            "SUVpeak",
            "SUVmean",
            "To liver",
            "To spleen",
            "To background",
            "Grade",
            "Above liver",
        ),
        rows=tuple(_uptake(row) for row in uptake.uptakes),
    )


def _uptake(row: UptakeRecord) -> tuple[str, ...]:
    suv = next((s for s in row.suv if s.normalised_by == BODY_WEIGHT), None)
    values = (MISSING,) * 3
    if suv is not None:
        values = (number(suv.greatest), number(suv.peak), number(suv.mean))
    ratios = {r.to: f"{number(r.value)} ± {percent(r.relative_sd)}" for r in row.ratios}
    grade = row.grade
    return (
        prose(row.region),
        f"{row.scan}",
        *values,
        *(ratios.get(name, MISSING) for name in ("liver", "spleen", "background")),
        MISSING if grade is None else f"{grade.number}: {grade.in_words}",
        MISSING if grade is None else percent(grade.above_liver_probability),
    )


def _volumes(uptake: UptakesRecord) -> Table:
    return Table(
        title="Volumes of lesions above thresholds, what hangs together with the maximum",
        head=("Region", "Scan", "Threshold", "kBq/mL", "Volume (mL)", "Activity (MBq)"),
        rows=tuple(
            (
                prose(row.region),
                f"{row.scan}",
                prose(v.rule),
                number(v.threshold_bq_per_ml * 1e-3),
                number(v.volume_ml),
                number(v.activity_bq * 1e-6),
            )
            for row in uptake.uptakes
            for v in row.volumes
        ),
    )


def _eligible(uptake: UptakesRecord) -> Table:
    return Table(
        title="Does uptake speak for peptide receptor therapy? That question alone",
        head=("Scan", "Every lesion", "In words"),
        rows=tuple(
            (
                f"{e.scan}",
                f"grade {e.least_grade} or more: {'yes' if e.every_lesion_at_least else 'no'}",
                prose(e.explanation),
            )
            for e in uptake.eligible
        ),
        prose_columns=(1, 2),
    )


def windows_table(windows: tuple[WindowRecord, ...]) -> Table:
    """Return what energy windows count, and the activity that a precision takes.

    Parameters
    ----------
    windows
        Of the report.
    """
    return Table(
        title="Energy windows of alpha agents: what they count, and the least activity",
        head=(
            "Parent",
            "Window (keV)",
            "Counted",
            "Photons per decay",
            "Assumes",
            "For",
            "Least at the scan",
            "At administration",
        ),
        rows=tuple(_window(w) for w in windows),
        prose_columns=(2, 4, 5),
    )


def _window(w: WindowRecord) -> tuple[str, ...]:
    counted = ", ".join(f"{nuclide_label(c.nuclide)} {percent(c.share)}" for c in w.counted[:4])
    since = w.time_since_purification_s
    wanted = (
        f"{percent(w.relative_sd)} in {duration(w.duration_s)} at {duration(w.time_s)}: "
        f"{count(w.net_counts)} counts over {count(w.background_counts)}"
    )
    return (
        nuclide_label(w.parent),
        f"{1e3 * w.low_mev:.0f} to {1e3 * w.high_mev:.0f}",
        counted,
        number(w.photons_per_decay),
        "equilibrium" if since is None else f"alone {duration(since)} before",
        wanted,
        quantity(w.least_at_scan_bq, "Bq"),
        quantity(w.least_administered_bq, "Bq"),
    )
