"""What curves were taken to share, and what the answer would be if each stood on its own."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from alphatwin.report.value import Alternative, Assumption
from alphatwin.workflows.joint_curves import what_is_shared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from alphatwin.patient import Course
    from alphatwin.report.value import Effect


def sharing_assumptions(
    course: Course, *, under: Callable[[Callable[[Course], Course]], tuple[Effect, ...]]
) -> Iterator[Assumption]:
    """Yield every joint fit, and the effect of fitting its curves one by one.

    Parameters
    ----------
    course
        The course.
    under
        Returns the effects of a changed course.
    """
    for i, shared in enumerate(course.sharing):

        def alone(c: Course, i: int = i) -> Course:
            return dataclasses.replace(c, sharing=c.sharing[:i] + c.sharing[i + 1 :])

        only_cycles = shared.is_over_cycles and not shared.is_between_regions
        what = "Cycles of each of" if only_cycles else "Curves of"
        yield Assumption(
            name="sharing",
            text=f"{what} {', '.join(shared.regions)}, fitted jointly",
            value=what_is_shared(shared),
            made_by="course",
            source=(
                "Stated in the course; each on its own has random numbers of its own, so that an "
                "effect of one or two percent may be noise"
            ),
            status="choice",
            alternatives=(Alternative(value="each on its own", effects=under(alone)),),
        )
