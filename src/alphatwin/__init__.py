"""AlphaTwin: a theranostic digital twin for targeted alpha therapy.

>>> import alphatwin
>>> file = alphatwin.read_example("umich_lu177_dotatate")
>>> report = alphatwin.dose_report(file)
>>> alphatwin.write_report(report, "out/demo")  # doctest: +SKIP

Every name below is imported when it is first used: ``import alphatwin`` loads nothing heavy.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from alphatwin.version import __version__

if TYPE_CHECKING:
    from alphatwin.agents import agent
    from alphatwin.errors import AlphaTwinError
    from alphatwin.files import (
        CourseFile,
        course_from_text,
        read_course,
        read_example,
        write_template,
    )
    from alphatwin.nuclides import (
        alpha_let_kev_per_um,
        alpha_range_um,
        alpha_residual_energy_mev,
        compare_decay_data,
        decay_chain,
        emissions,
        energy_per_decay_mev,
        molar_activity_bq_per_mol,
        nuclide,
    )
    from alphatwin.report.serializer import to_json
    from alphatwin.report.value import DoseReport
    from alphatwin.workflows.dose import dose_report
    from alphatwin.workflows.write_report import write_report

_HOMES = {
    "AlphaTwinError": "errors",
    "CourseFile": "files",
    "DoseReport": "report.value",
    "agent": "agents",
    "alpha_let_kev_per_um": "nuclides",
    "alpha_range_um": "nuclides",
    "alpha_residual_energy_mev": "nuclides",
    "compare_decay_data": "nuclides",
    "course_from_text": "files",
    "decay_chain": "nuclides",
    "dose_report": "workflows.dose",
    "emissions": "nuclides",
    "energy_per_decay_mev": "nuclides",
    "molar_activity_bq_per_mol": "nuclides",
    "nuclide": "nuclides",
    "read_course": "files",
    "read_example": "files",
    "to_json": "report.serializer",
    "write_report": "workflows.write_report",
    "write_template": "files",
}

__all__ = [
    "AlphaTwinError",
    "CourseFile",
    "DoseReport",
    "__version__",
    "agent",
    "alpha_let_kev_per_um",
    "alpha_range_um",
    "alpha_residual_energy_mev",
    "compare_decay_data",
    "course_from_text",
    "decay_chain",
    "dose_report",
    "emissions",
    "energy_per_decay_mev",
    "molar_activity_bq_per_mol",
    "nuclide",
    "read_course",
    "read_example",
    "to_json",
    "write_report",
    "write_template",
]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        msg = f"module 'alphatwin' has no attribute {name!r}; it has {', '.join(__all__)}"
        raise AttributeError(msg)
    return getattr(importlib.import_module(f"alphatwin.{home}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
