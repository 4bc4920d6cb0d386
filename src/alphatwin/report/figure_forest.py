"""The forest plot: studies with exact intervals, pools as diamonds, room for a further study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alphatwin.report.picture import Picture
from alphatwin.report.style import FAINT, INK, RULE, WIDTH_IN, house_style, shorten, svg_text, tint

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from alphatwin.evidence.pooling import Pooled
    from alphatwin.report.pool_value import EvidencePoolReport, PooledStudy

BLUE = "#0b5fa5"  # diamonds: dark enough in grey, and told from ink by every colour vision
_ROW_IN = 0.19
_LEFT_IN, _PLOT_IN = 2.35, 2.75
_ABOVE_IN, _BELOW_IN = 0.36, 0.62
_LARGEST = 9.0  # points, the square of the largest study
_PERCENT = 100.0


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the plot: a heading, a study, or a pool."""

    text: str
    study: PooledStudy | None = None
    pooled: Pooled | None = None


def draw_forest(report: EvidencePoolReport) -> Picture:
    """Return the forest plot of a pool.

    Parameters
    ----------
    report
        The pool.
    """
    with house_style():
        figure = forest_figure(report)
        svg = svg_text(figure, key="forest")
    return Picture(
        key="forest",
        section="forest",
        caption=(
            f"{report.outcome} study by study. Squares: share of patients, larger for more of "
            "them, with the exact 95 % interval. Diamonds: pooled share with its 95 % interval "
            "(binomial-normal model, Student's t; the exact one where nothing is pooled). Pale "
            "bars: where a further study would lie with 95 %."
        ),
        summary=_summary(report),
        svg=svg,
    )


def forest_figure(report: EvidencePoolReport) -> Figure:
    """Return the plot as a figure of matplotlib; to be called in the house style.

    Parameters
    ----------
    report
        The pool.
    """
    from matplotlib.figure import Figure

    lines = _lines(report)
    height_in = _ABOVE_IN + _ROW_IN * len(lines) + _BELOW_IN
    figure = Figure(figsize=(WIDTH_IN, height_in))
    axes = figure.add_axes(
        (
            _LEFT_IN / WIDTH_IN,
            _BELOW_IN / height_in,
            _PLOT_IN / WIDTH_IN,
            _ROW_IN * len(lines) / height_in,
        )
    )
    largest = max(s.row.of or 1 for s in report.studies)
    if report.overall is not None:
        middle = _PERCENT * report.overall.leading.value
        axes.axvline(middle, color=RULE, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
    for y, line in enumerate(lines):
        if line.study is not None:
            _draw_study(axes, y, line.study, largest=largest)
        elif line.pooled is not None:
            _draw_pool(axes, y, line.text, line.pooled)
        else:
            _left(axes, y, line.text, weight=600)
    _frame(axes, len(lines), report.outcome)
    return figure


def _lines(report: EvidencePoolReport) -> list[_Line]:
    lines: list[_Line] = []
    for group in report.groups:
        mine = [s for s in report.studies if s.group_of_studies == group.name]
        if report.by != "none":
            lines.append(_Line(group.name))
        lines += [_Line(s.label, study=s) for s in mine]
        if len(mine) > 1 and len(report.groups) > 1:
            lines.append(_Line(f"{len(mine)} studies", pooled=group.pooled))
    if report.overall is not None:
        lines.append(_Line(""))
        lines.append(_Line("All studies", pooled=report.overall))
    return lines


def _draw_study(axes: Axes, y: int, study: PooledStudy, *, largest: int) -> None:
    row = study.row
    if row.share_fraction is None or row.exact_low_fraction is None:
        return
    share, low, high = (
        _PERCENT * v
        for v in (row.share_fraction, row.exact_low_fraction, row.exact_high_fraction or 1.0)
    )
    axes.plot([low, high], [y, y], color=INK, linewidth=0.9)
    size = _LARGEST * ((row.of or 1) / largest) ** 0.5
    axes.plot([share], [y], "s", color=INK, markersize=max(size, 2.0), clip_on=False)
    _left(axes, y, f"   {shorten(study.label, longest=38)}")
    _right(axes, y, f"{row.n}/{row.of}", (share, low, high))


def _draw_pool(axes: Axes, y: int, text: str, pooled: Pooled) -> None:
    one = pooled.leading
    value, low, high = (_PERCENT * v for v in (one.value, one.low, one.high))
    if one.prediction_low is not None and one.prediction_high is not None:
        ends = _PERCENT * one.prediction_low, _PERCENT * one.prediction_high
        axes.plot(ends, [y, y], color=tint(BLUE, strength=0.3), linewidth=4.0, zorder=1)
    axes.fill(
        [low, value, high, value], [y, y - 0.32, y, y + 0.32], facecolor=BLUE, linewidth=0, zorder=2
    )
    _left(axes, y, f"   {text}", weight=600)
    _right(axes, y, f"{pooled.events}/{pooled.size:g}", (value, low, high), weight=600)


def _left(axes: Axes, y: int, text: str, *, weight: int = 400) -> None:
    axes.annotate(
        text,
        (0.0, y),
        (-6 - 72 * (_LEFT_IN - 0.15), 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha="left",
        va="center",
        weight=weight,
        annotation_clip=False,
    )


def _right(
    axes: Axes, y: int, count: str, share: tuple[float, float, float], *, weight: int = 400
) -> None:
    texts = ((52, count), (122, f"{share[0]:.0f} [{share[1]:.0f}, {share[2]:.0f}]"))
    for offset, text in texts:
        axes.annotate(
            text,
            (1.0, y),
            (offset, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            ha="right",
            va="center",
            weight=weight,
            annotation_clip=False,
        )


def _frame(axes: Axes, rows: int, outcome: str) -> None:
    axes.set_xlim(0.0, _PERCENT)
    axes.set_ylim(rows - 0.4, -0.6)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xticks([0, 20, 40, 60, 80, 100])
    axes.set_xlabel(f"{outcome} (% of patients)")
    for offset, text in ((52, "n/N"), (122, "% [95 %]")):
        axes.annotate(
            text, (1.0, 1.0), (offset, 5), xycoords="axes fraction", textcoords="offset points",
            ha="right", color=FAINT, size=7.5, annotation_clip=False,
        )  # fmt: skip
    axes.annotate(
        "Single arms of different studies: no comparison of agents. "
        "Pale bars: where a further study would lie with 95 %.",
        (0.0, 0.0), (-6 - 72 * (_LEFT_IN - 0.15), -38), xycoords="axes fraction",
        textcoords="offset points", style="italic", size=7.5, color=FAINT, annotation_clip=False,
    )  # fmt: skip


def _summary(report: EvidencePoolReport) -> str:
    said = [
        f"{g.name} {_PERCENT * g.pooled.leading.value:.0f} % "
        f"({_PERCENT * g.pooled.leading.low:.0f} to {_PERCENT * g.pooled.leading.high:.0f} %; "
        f"{g.pooled.studies} {'study' if g.pooled.studies == 1 else 'studies'})"
        for g in report.groups
    ]
    return f"{'; '.join(said)}."
