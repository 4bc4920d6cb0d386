"""What was injected beside the nuclide on the vector, and whether a fate can follow it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from alphatwin.errors import InvalidValueError
from alphatwin.files.mistakes import suggestion
from alphatwin.nuclides import canonical_name
from alphatwin.patient import Impurity, Injected

if TYPE_CHECKING:
    from alphatwin.files import schema
    from alphatwin.files.mistakes import Mistakes
    from alphatwin.files.sections import Entry
    from alphatwin.patient import Assumptions

STAY = "stay"
STAY_AS_PRESET = "all_stay"
_FIELDS = {
    "radiochemical_purity": "radiochemical_purity",
    "time_since_purification": "since_purification_s",
    "dechelation_half_life": "dechelation_half_life_s",
    "impurity": "impurity",
}


def check_fate_name(name: str) -> None:
    """Raise InvalidValueError unless there is a fate of daughters of this name."""
    if name == STAY:
        return
    from alphatwin.kinetics.daughters_fates import fate_names

    if name not in fate_names():
        allowed = ", ".join(repr(known) for known in (STAY, *fate_names()))
        hint = suggestion(name, fate_names())
        msg = f"{name[:60]!r} is not allowed; allowed: {allowed}{hint}"
        raise InvalidValueError(msg)


def injected_of(
    entry: Entry[schema.AdministrationTable] | Entry[schema.PredictionTable],
    nuclide: str,
    assumptions: Assumptions,
    *,
    mistakes: Mistakes,
) -> Injected | None:
    """Return what was injected; ``None`` if something of it is wrong.

    Parameters
    ----------
    entry
        The administration or prediction.
    nuclide
        The agent's nuclide.
    assumptions
        The assumptions in force: decay data, and the fate of daughters.
    mistakes
        Where what is wrong goes.
    """
    if entry.table is None:
        return None
    stated: dict[str, Any] = {}
    for key, name in _FIELDS.items():
        path = (*entry.path, key)
        if getattr(entry.table, key) is None:
            continue
        one = mistakes.attempt(partial(_one, entry.table, key, name), path)
        if one is None or not _can_follow(one, nuclide, assumptions, mistakes=mistakes, path=path):
            return None
        stated[name] = getattr(one, name)
    in_force = ("assumptions", "daughters")
    if not _can_follow(Injected(), nuclide, assumptions, mistakes=mistakes, path=in_force):
        return None
    return Injected(**stated)


def _one(
    table: schema.AdministrationTable | schema.PredictionTable, key: str, name: str
) -> Injected:
    """Return a mixture of which one key alone is stated."""
    value: Any = getattr(table, key)
    if key == "impurity":
        value = Impurity(canonical_name(value.nuclide), value.fraction)
    return Injected(**{name: value})


def _can_follow(
    injected: Injected,
    nuclide: str,
    assumptions: Assumptions,
    *,
    mistakes: Mistakes,
    path: tuple[str | int, ...],
) -> bool:
    """Note whether the fate in force can follow a mixture, under the path of what asks for it."""
    if assumptions.daughters == STAY and injected.is_pure:
        return True
    from alphatwin.kinetics.daughters_fates import fate
    from alphatwin.kinetics.daughters_injected import check_fate_of_injected

    is_free = injected.radiochemical_purity < 1.0 or injected.dechelation_half_life_s is not None
    name = STAY_AS_PRESET if assumptions.daughters == STAY else assumptions.daughters

    def check() -> bool:
        check_fate_of_injected(
            fate(name),
            nuclide=nuclide,
            impurity=None if injected.impurity is None else injected.impurity.nuclide,
            is_free=is_free,
            decay_data=assumptions.decay_data,
        )
        return True

    return mistakes.attempt(check, path) is not None
