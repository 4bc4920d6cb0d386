"""``[biology]`` of a course file: parameters of the effect of dose, region by region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.files.measured import known_name
from alphatwin.patient.effect import EffectAssumptions, TissueEffect
from alphatwin.patient.previous import RED_MARROW

if TYPE_CHECKING:
    from alphatwin.files import biology_schema
    from alphatwin.files.mistakes import Mistakes
    from alphatwin.files.sections import Sections
    from alphatwin.patient import Region

_OWN = ("alpha_beta", "repair_half_time")
_OVERALL = ("rbe_max_alpha", "rbe_max_recoil")


def convert_biology(
    sections: Sections, regions: dict[str, Region | None], *, mistakes: Mistakes
) -> EffectAssumptions:
    """Return what the file states of biological effects; nothing where it says nothing."""
    nothing = EffectAssumptions()
    entry = sections.biology
    if entry is None or entry.table is None:
        return nothing
    table = entry.table
    for key in _OVERALL:
        if getattr(table, f"{key}_uncertainty") is not None and getattr(table, key) is None:
            mistakes.add(
                (*entry.path, f"{key}_uncertainty"),
                f"is that of {key}, which is not stated; give both, or neither",
            )
    known = regions if sections.marrow is None else {**regions, RED_MARROW: None}
    tissues = [
        _tissue(tissue, (*entry.path, "tissues", i), known, mistakes=mistakes)
        for i, tissue in enumerate(table.tissues)
    ]
    found = mistakes.attempt(
        lambda: EffectAssumptions(
            rbe_max_alpha=table.rbe_max_alpha,
            rbe_max_alpha_relative_sd=table.rbe_max_alpha_uncertainty or 0.0,
            rbe_max_recoil=table.rbe_max_recoil,
            rbe_max_recoil_relative_sd=table.rbe_max_recoil_uncertainty or 0.0,
            tissues=tuple(t for t in tissues if t is not None),
        ),
        entry.path,
    )
    return nothing if found is None else found


def _tissue(
    table: biology_schema.TissueTable,
    path: tuple[str | int, ...],
    regions: dict[str, Region | None],
    *,
    mistakes: Mistakes,
) -> TissueEffect | None:
    if known_name(table.region, regions, (*path, "region"), mistakes=mistakes) is None:
        return None
    for key in _OWN:
        if getattr(table, f"{key}_uncertainty") is not None and getattr(table, key) is None:
            mistakes.add(
                (*path, f"{key}_uncertainty"),
                f"is that of {key}, which is not stated; give both, or neither",
            )
    return mistakes.attempt(
        lambda: TissueEffect(
            region=table.region,
            alpha_beta_gy=table.alpha_beta,
            alpha_beta_relative_sd=table.alpha_beta_uncertainty or 0.0,
            repair_half_time_s=table.repair_half_time,
            repair_half_time_relative_sd=table.repair_half_time_uncertainty or 0.0,
            source=table.source,
        ),
        path,
    )
