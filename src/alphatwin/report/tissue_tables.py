"""The tables of a tissue: dose by label, parts of it, S values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.report.numbers import nuclide_label, number, percent
from alphatwin.report.tables import Table

if TYPE_CHECKING:
    from alphatwin.report.tissue_value import LabelDose, TissueReport


def labels_table(report: TissueReport) -> Table:
    """Return the dose to every label.

    Parameters
    ----------
    report
        The report.
    """
    return Table(
        title="Dose by label",
        head=("Label", "Volume", "Activity", "Dose (Gy)", "Over the mean"),
        rows=tuple(
            (
                one.label + ("" if one.is_tissue else " (outside)"),
                percent(one.volume_share),
                percent(one.activity_share),
                _dose(one),
                f"{one.over_tissue_mean:.2f}",
            )
            for one in report.labels
        ),
    )


def nuclides_table(report: TissueReport) -> Table:
    """Return the dose to every label by member of the chain.

    Parameters
    ----------
    report
        The report.
    """
    members = [name for name in report.nuclides if name in report.labels[0].by_nuclide_gy]
    return Table(
        title="Dose by member of the chain (Gy)",
        head=("Label", *(nuclide_label(name) for name in members)),
        rows=tuple(
            (one.label, *(number(one.by_nuclide_gy[name]) for name in members))
            for one in report.labels
        ),
    )


def s_values_table(report: TissueReport) -> Table:
    """Return the S values between labels.

    Parameters
    ----------
    report
        The report.
    """
    return Table(
        title="S values in this image, Gy per decay of the member (standard error in brackets)",
        head=("Member", "From", "To", "Gy/(Bq s)", "Hits per decay"),
        rows=tuple(
            (
                nuclide_label(one.nuclide),
                one.source,
                one.target,
                f"{one.s_value_gy_per_bq_s:.4g} ({one.standard_error_gy_per_bq_s:.1g})",
                number(one.hits_per_decay),
            )
            for one in report.s_values
        ),
    )


def _dose(one: LabelDose) -> str:
    if one.low_gy is None or one.high_gy is None:
        return number(one.mean_dose_gy)
    return f"{number(one.mean_dose_gy)} [{number(one.low_gy)}, {number(one.high_gy)}]"
