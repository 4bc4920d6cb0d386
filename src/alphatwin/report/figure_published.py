"""Figure of this patient's absorbed dose per activity beside what was published of others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alphatwin.report.numbers import interval, number, prose
from alphatwin.report.picture import Picture, agent_names
from alphatwin.report.style import (
    FAINT,
    INK,
    RULE,
    WIDTH_IN,
    nuclide_colour,
    shorten,
    svg_text,
    tint,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from alphatwin.report.estimates import Estimate
    from alphatwin.report.published_value import PublishedDose
    from alphatwin.report.value import AgentReport, DoseReport

_PER_GBQ = 1e-9  # Gy/GBq in Gy/Bq
_ROW_IN = 0.165
_LEFT_IN, _GAP_IN, _RIGHT_IN = 1.72, 1.86, 0.1
_PANEL_IN = 0.5 * (WIDTH_IN - _LEFT_IN - _GAP_IN - _RIGHT_IN)
_ABOVE_IN, _BELOW_IN = 0.28, 0.42  # a panel: its heading, its axis
_TALLEST_IN = 7.5
_MOST_IN_SUMMARY = 5
_YEAR = re.compile(r"\((\d{4})\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Panel:
    """One region: this patient, and the studies."""

    region: str
    is_lesion: bool
    patient: Estimate
    studies: tuple[PublishedDose, ...]

    @property
    def rests_on_shown(self) -> bool:
        return any(s.is_basis for s in self.studies)

    @property
    def height_in(self) -> float:
        return _ROW_IN * (len(self.studies) + 1.4)

    @property
    def full_height_in(self) -> float:
        return _ABOVE_IN + self.height_in + _BELOW_IN


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """A panel with its column and how far below the top of the figure it begins."""

    panel: _Panel
    column: int
    top_in: float


def draw_published(report: DoseReport) -> list[Picture]:
    """Draw the absorbed dose per activity of every administered agent beside published ones.

    Parameters
    ----------
    report
        The report.

    Returns
    -------
    list of Picture
        So many regions in each as fit on a page; none for an agent of which nothing is published.
    """
    pictures: list[Picture] = []
    for name, agent in zip(agent_names(report), report.agents, strict=True):
        for placed in _pages(_panels(report, agent)):
            key = f"published-{len(pictures) + 1}"
            pictures.append(_picture(placed, name=name, nuclide=agent.nuclide, key=key))
    return pictures


def _panels(report: DoseReport, agent: AgentReport) -> list[_Panel]:
    """Return the regions with a dose of this patient and at least one published."""
    lesions = {r.name for r in report.regions if r.kind == "lesion"}
    return [
        _Panel(
            region=dose.region,
            is_lesion=dose.region in lesions,
            patient=dose.absorbed_dose_per_activity_gy_per_bq,
            studies=studies,
        )
        for dose in agent.regions
        if dose.absorbed_dose_per_activity_gy_per_bq is not None
        and (studies := tuple(s for s in agent.published_doses if s.region == dose.region))
    ]


def _pages(panels: list[_Panel]) -> list[list[_Placed]]:
    """Place each panel in the shorter of two columns, as many as fit on a page in each part."""
    pages: list[list[_Placed]] = []
    used_in = [0.0, 0.0]
    for panel in panels:
        column = used_in.index(min(used_in))
        if not pages or used_in[column] + panel.full_height_in > _TALLEST_IN:
            pages.append([])
            used_in, column = [0.0, 0.0], 0
        pages[-1].append(_Placed(panel=panel, column=column, top_in=used_in[column]))
        used_in[column] += panel.full_height_in
    return pages


def _picture(placed: list[_Placed], *, name: str, nuclide: str, key: str) -> Picture:
    from matplotlib.figure import Figure

    height_in = max(p.top_in + p.panel.full_height_in for p in placed)
    figure = Figure(figsize=(WIDTH_IN, height_in))
    for one in placed:
        _draw_panel(_axes(figure, one), one.panel, colour=nuclide_colour(nuclide))
    shown = [one.panel for one in placed]
    return Picture(
        key=key,
        section="published",
        caption=_caption(shown, name=name),
        summary=_summary(shown),
        svg=svg_text(figure, key=key),
    )


def _axes(figure: Figure, placed: _Placed) -> Axes:
    height_in = float(figure.get_size_inches()[1])
    own_in = placed.panel.height_in
    box_in = (
        _LEFT_IN + placed.column * (_PANEL_IN + _GAP_IN),
        height_in - placed.top_in - _ABOVE_IN - own_in,
    )
    return figure.add_axes(
        (box_in[0] / WIDTH_IN, box_in[1] / height_in, _PANEL_IN / WIDTH_IN, own_in / height_in)
    )


def _draw_panel(axes: Axes, panel: _Panel, *, colour: str) -> None:
    patient = panel.patient
    low, median, high = (v / _PER_GBQ for v in (patient.low, patient.median, patient.high))
    axes.axvspan(low, high, color=tint(colour, strength=0.16), linewidth=0)
    axes.axvline(median, color=colour, linewidth=0.7)
    axes.plot([low, high], [0, 0], color=colour, linewidth=2.2)
    axes.plot([median], [0], "D", color=colour, markersize=5.0)
    _label(axes, 0.0, "this patient", weight=600)
    ends = [high]
    for y, study in enumerate(panel.studies, start=1):
        ends.append(_draw_study(axes, float(y), study))
    axes.set_xlim(0.0, 1.06 * max(ends) or 1.0)
    axes.set_ylim(len(panel.studies) + 0.7, -0.7)
    axes.set_yticks([])
    axes.spines["left"].set_color(RULE)
    axes.locator_params(axis="x", nbins=5)
    axes.set_xlabel("Absorbed dose (Gy/GBq)")
    _head(axes, panel)


def _draw_study(axes: Axes, y: float, study: PublishedDose) -> float:
    """Draw a study and return how far to the right it reaches, in Gy/GBq."""
    mean = study.mean_gy_per_bq / _PER_GBQ
    sd = (study.sd_gy_per_bq or 0.0) / _PER_GBQ
    axes.plot([max(mean - sd, 0.0), mean + sd], [y, y], color=INK, linewidth=0.9)
    is_recalled = study.status == "recalled"
    axes.plot(
        [mean],
        [y],
        "o",
        markersize=4.4,
        markerfacecolor="white" if is_recalled else INK,
        markeredgecolor=INK,
        markeredgewidth=0.9,
    )
    _label(axes, y, study_label(study))
    return mean + sd


def _label(axes: Axes, y: float, text: str, *, weight: int = 400) -> None:
    axes.annotate(
        shorten(text, longest=34),
        (0.0, y),
        (-5, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha="right",
        va="center",
        size=7.5,
        weight=weight,
    )


def _head(axes: Axes, panel: _Panel) -> None:
    axes.annotate(
        prose(shorten(panel.region, longest=24)),
        (0, 1),
        (-5, 5),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="right",
        weight=600,
    )
    if panel.rests_on_shown:
        axes.annotate(
            "no check: rests on *",
            (0, 1),
            (0, 5),
            xycoords="axes fraction",
            textcoords="offset points",
            style="italic",
            size=7.5,
            color=FAINT,
        )


def study_label(study: PublishedDose) -> str:
    """Return a study as short as a row has room for: who, when, how many; ``*`` for the basis."""
    head = study.source.partition(",")[0]
    years = _YEAR.findall(study.source)
    named_part = re.search(r"\(([^()]+)\)$", study.source)
    if head.endswith(" et al."):
        who = " ".join([head.removesuffix(" et al."), *years[-1:]])
    elif named_part and not years:
        who = named_part[1]
    else:
        who = study.source.rpartition(", ")[2]
    size = "" if study.n is None else f", {study.n} {study.n_unit}"
    return f"{'* ' if study.is_basis else ''}{who}{size}"


def _caption(panels: list[_Panel], *, name: str) -> str:
    resting = [shorten(p.region, longest=40) for p in panels if p.rests_on_shown]
    studies = [s for p in panels for s in p.studies]
    parts = [
        f"Absorbed dose per activity of {name} in this patient (diamond: median and 95 % interval, "
        "shaded down the panel) beside each published study (dot: mean ± SD between subjects"
        + ("; alone where no SD is known)." if any(not s.sd_gy_per_bq for s in studies) else ").")
    ]
    if any(s.status == "recalled" for s in studies):
        parts.append("Filled dots were read in their source, open ones are recalled.")
    parts.append("Each region has its own axis, from zero, where bars end that would go below.")
    if resting:
        parts.append(
            f"Not measured in this patient: {', '.join(resting)}. The value there rests on the "
            "study marked *, so that agreement with it is no check."
        )
    if any(p.is_lesion for p in panels):
        parts.append("A published tumour dose is a mean; single lesions differ far more.")
    return prose(" ".join(parts))


def _summary(panels: list[_Panel]) -> str:
    found = []
    for panel in panels[:_MOST_IN_SUMMARY]:
        means = sorted({s.mean_gy_per_bq / _PER_GBQ for s in panel.studies})
        span = " to ".join(number(m, digits=2) for m in dict.fromkeys((means[0], means[-1])))
        found.append(
            f"{shorten(panel.region, longest=40)} {interval(panel.patient, size=_PER_GBQ)}, "
            f"published {span}"
        )
    return prose(f"In Gy/GBq: {'; '.join(found)}.")
