"""`alphatwin plan`."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from alphatwin.cli.options import AsJson, OtherDecayData
from alphatwin.cli.report_commands import OutputFolder, Seed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

CoursePath = Annotated[Path, typer.Argument(help="Course file (see `alphatwin new`).")]


def plan(
    course: CoursePath,
    *,
    agents: Annotated[
        str | None,
        typer.Option(help="Names of agents, separated by commas; default: the course's."),
    ] = None,
    cycles: Annotated[
        list[int] | None, typer.Option(min=1, help="Number of cycles; repeatable.")
    ] = None,
    interval: Annotated[
        list[str] | None, typer.Option(help="Time between cycles, such as '56 d'; repeatable.")
    ] = None,
    activity: Annotated[
        list[str] | None,
        typer.Option(
            help="Activity of a cycle, '10 MBq', '100 kBq/kg', or of one agent, "
            "'225Ac-DOTATATE=10 MBq'; repeatable."
        ),
    ] = None,
    tumour_decline: Annotated[
        str, typer.Option(help="By how much lesions take up less from each cycle to the next.")
    ] = "0 %",
    tumour_decline_uncertainty: Annotated[
        str, typer.Option(help="Standard uncertainty of the uptake of each later cycle.")
    ] = "0 %",
    last_cycle: Annotated[
        Literal["whole", "reduced"],
        typer.Option(help="What becomes of the part of a cap that is less than a cycle."),
    ] = "whole",
    rbe_max: Annotated[
        float, typer.Option(min=0.0, help="RBEmax of alphas and recoils beside that of 1.")
    ] = 5.0,
    alpha_beta: Annotated[
        list[str] | None,
        typer.Option(help="alpha/beta of a region or of 'lesions', 'kidneys=2.5 Gy'; repeatable."),
    ] = None,
    repair: Annotated[
        list[str] | None,
        typer.Option(help="Repair half-time of one of these, 'kidneys=2.8 h'; repeatable."),
    ] = None,
    output: OutputFolder = None,
    decay_data: OtherDecayData = None,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """What if: published regimens and other activities against reference levels. No limits.

    Examples:

        alphatwin plan course.toml --agents 177Lu-DOTATATE,225Ac-DOTATATE

        alphatwin plan course.toml --cycles 3 --cycles 4 --interval '56 d' -o plan
    """
    from alphatwin.cli.output import print_json, progress_console
    from alphatwin.cli.plan_page import print_plan
    from alphatwin.files import read_course
    from alphatwin.prescription import UNCHANGED, CycleChange
    from alphatwin.units import parse_absorbed_dose_gy, parse_fraction, parse_time_s
    from alphatwin.workflows.plan import plan_report
    from alphatwin.workflows.plan_regions import Stated
    from alphatwin.workflows.plan_request import PlanRequest
    from alphatwin.workflows.write_plan import write_plan

    file = read_course(course)
    decline, spread = parse_fraction(tumour_decline), parse_fraction(tumour_decline_uncertainty)
    request = PlanRequest(
        agents=tuple(name for name in (agents or "").split(",") if name.strip()),
        cycles=tuple(cycles or ()),
        interval_s=tuple(parse_time_s(text) for text in interval or ()),
        activity_bq=_activities(activity or (), weight_kg=file.course.patient.weight_kg),
        tumour_change=CycleChange(-decline, spread, "asked for")
        if decline or spread
        else UNCHANGED,
        last_cycle=last_cycle,
        rbe_max=rbe_max,
        tissues=Stated(
            _by_region(alpha_beta or (), parse_absorbed_dose_gy, "--alpha-beta"),
            _by_region(repair or (), parse_time_s, "--repair"),
        ),
    )
    err = progress_console()
    with err.status("Computing regimens, levels and what if"):
        report = plan_report(file, request=request, decay_data=decay_data, seed=seed)
    if output is not None:
        with err.status("Drawing figures, writing HTML and PDF"):
            write_plan(report, output)
        err.print(f"Wrote {output}/report.json, report.html and report.pdf")
    if as_json:
        print_json(report)
    elif output is None:
        print_plan(report)


def _activities(texts: Iterable[str], *, weight_kg: float) -> dict[str, tuple[float, ...]]:
    """Return the activities of a cycle [Bq] by the name of the agent, empty for all agents."""
    from alphatwin.agents import agent
    from alphatwin.errors import DataError
    from alphatwin.units import parse_activity_bq, parse_activity_per_mass_bq_per_kg

    found: dict[str, list[float]] = {}
    for text in texts:
        name, _, amount = text.rpartition("=")
        if "/" in amount:
            value_bq = parse_activity_per_mass_bq_per_kg(amount) * weight_kg
        else:
            value_bq = parse_activity_bq(amount)
        key = name.strip()
        if key:
            with contextlib.suppress(DataError):  # the course's own agents go by their own name
                key = agent(key).name
        found.setdefault(key, []).append(value_bq)
    return {name: tuple(sorted(set(row))) for name, row in found.items()}


def _by_region(
    texts: Iterable[str], parse: Callable[[str], float], option: str
) -> dict[str, float]:
    """Return the values by the name of the region."""
    from alphatwin.errors import InvalidValueError

    found = {}
    for text in texts:
        name, equals, amount = text.partition("=")
        if not equals:
            msg = f"{option} needs a region and a value, such as 'kidneys=2.5 Gy', got {text!r}"
            raise InvalidValueError(msg)
        found[name.strip()] = parse(amount)
    return found
