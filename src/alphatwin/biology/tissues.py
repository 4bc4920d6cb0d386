"""Published parameters of tissues, each with source and status; nothing is given without one.

What no table holds, such as the alpha/beta of a spleen, is not guessed: its effect is not computed
unless the course states it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from alphatwin.biology.probability import Complication
from alphatwin.errors import DataError
from alphatwin.tables import loader
from alphatwin.uncertainty import Lognormal

if TYPE_CHECKING:
    from typing import Literal

LESION: Final = "*lesion*"
"""Stands for every lesion, whatever its name."""


@dataclass(frozen=True, slots=True)
class Sourced:
    """A parameter that was published, or stated in a course.

    Attributes
    ----------
    distribution
        Median and geometric standard deviation, in the unit of the quantity.
    source, status
        Where it is from; ``read``, ``recalled`` or ``stated``.
    """

    distribution: Lognormal
    source: str
    status: str


@dataclass(frozen=True, slots=True)
class Tissue:
    """What the linear-quadratic model needs of a tissue.

    Attributes
    ----------
    name
        The tissue of the table.
    alpha_beta
        Ratio of the linear to the quadratic coefficient, in Gy.
    repair_half_time
        Half-time of mono-exponential repair, in s.
    """

    name: str
    alpha_beta: Sourced
    repair_half_time: Sourced


def tissue_or_none(region: str, *, kind: str) -> Tissue | None:
    """Return the published parameters of a region, or ``None`` if there are none.

    Parameters
    ----------
    region
        Name of the organ, in any spelling of spaces, case and side.
    kind
        ``organ`` or ``lesion``; a lesion is one whatever organ it lies in.
    """
    key = LESION if kind == "lesion" else _key(region)
    rows = [row for row in _rows() if key in row["applies_to"].split(";")]
    if not rows:
        return None
    found = {row["quantity"]: _sourced(row, "value") for row in rows}
    return Tissue(rows[0]["tissue"], found["alpha_beta_gy"], found["repair_half_time_s"])


def published_rbe_max(kind: Literal["organ", "lesion"], *, radiation: str) -> Sourced:
    """Return the published RBEmax of a radiation type.

    Parameters
    ----------
    kind
        ``organ`` or ``lesion``.
    radiation
        ``alpha`` or ``recoil``; electrons and photons are the reference.

    Raises
    ------
    DataError
        If there is none.
    """
    for row in loader.load("rbe_max").rows:
        if (row["applies_to"], row["radiation"]) == (kind, radiation):
            return _sourced(row, "rbe_max")
    msg = f"no RBEmax of {radiation} in a {kind} is in the table; allowed: alpha, recoil"
    raise DataError(msg)


def published_complication(name: str) -> Complication:
    """Return published parameters of a complication.

    Parameters
    ----------
    name
        As in the table ``dose_response``.

    Raises
    ------
    DataError
        If it is not in the table, or is no complication.
    """
    rows = {r["name"]: r for r in loader.load("dose_response").rows if r["model"] != "poisson"}
    if name not in rows:
        msg = f"no complication {name!r}; allowed: {', '.join(sorted(rows))}"
        raise DataError(msg)
    row = rows[name]
    return Complication(
        endpoint=row["endpoint"],
        dose_kind=row["dose_kind"],  # type: ignore[arg-type]
        half_dose_gy=float(row["half_dose_gy"]),
        slope_ratio=float(row["slope_ratio"]),
        model=row["model"],  # type: ignore[arg-type]
    )


@cache
def _rows() -> tuple[dict[str, str], ...]:
    return loader.load("tissue_effect").rows


def _sourced(row: dict[str, str], column: str) -> Sourced:
    distribution = Lognormal(float(row[column]), float(row["geometric_sd"]))
    return Sourced(distribution, row["source"], row["status"])


def _key(name: str) -> str:
    key = re.sub(r"[\s-]+", "_", name.strip().casefold())
    return re.sub(r"^(left|right)_|_(left|right)$", "", key)
