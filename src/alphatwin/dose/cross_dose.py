"""Dose to organs from decays in other organs, by the S-values of the adult phantom.

By eq. (R8) of the page of theory on sources and targets. Only regions that have a place in the
phantom take part; two regions with the same place (a left and a right kidney) do not irradiate each
other here. To first order the dose depends neither on the mass of the source nor on that of the
target, so it is not scaled; distances are those of the phantom.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from alphatwin.nuclides import DecayDataName

    Floats = NDArray[np.float64]

Role = Literal["source", "target"]
_ALIKE: Final = (
    "kidneys", "liver", "spleen", "pancreas", "adrenals", "lungs", "heart", "brain", "thyroid",
    "thymus", "testes", "uterus", "ovaries", "small intestine",
)  # fmt: skip
# Source and target in the phantom: the same, other names, and those of hollow organs.
_PLACES: Final = {name: (name, name) for name in _ALIKE} | {
    "left kidney": ("kidneys", "kidneys"),
    "right kidney": ("kidneys", "kidneys"),
    "adrenal glands": ("adrenals", "adrenals"),
    "urinary bladder": ("urinary bladder contents", "urinary bladder wall"),
    "bladder": ("urinary bladder contents", "urinary bladder wall"),
    "stomach": ("stomach contents", "stomach wall"),
}


def place_in_phantom(region: str, *, role: Role) -> str | None:
    """Return the region of the phantom that stands for a region of a course.

    Parameters
    ----------
    region
        Name in the course.
    role
        ``source`` (of hollow organs the contents) or ``target`` (the wall).

    Returns
    -------
    str or None
        Name in the phantom; ``None`` if there is none.
    """
    found = _PLACES.get(region.strip().lower().replace("_", " "))
    if found is None:
        return None
    return found[0] if role == "source" else found[1]


def cross_doses_gy(
    decays: Mapping[str, Floats],
    *,
    nuclides: Sequence[str],
    decay_data: DecayDataName = "icrp107",
) -> dict[str, dict[str, Floats]]:
    """Return the dose of every region from each other one.

    Parameters
    ----------
    decays
        (n_samples, n_nuclides) decays by region. [Bq s]
    nuclides
        Nuclides, in the order of the columns.
    decay_data
        Decay-data set of the emissions.

    Returns
    -------
    dict
        By target and source, (n_samples,) doses; regions without a place in the phantom are left
        out. [Gy]

    Raises
    ------
    InvalidValueError
        If a region has another number of columns than there are nuclides.
    """
    for name, values in decays.items():
        if values.ndim != 2 or values.shape[1] != len(nuclides):
            msg = (
                f"decays of {name!r} must have shape (n_samples, {len(nuclides)}), got "
                f"{values.shape}"
            )
            raise InvalidValueError(msg)
    found: dict[str, dict[str, Floats]] = {}
    for target in decays:
        there = place_in_phantom(target, role="target")
        if there is None:
            continue
        for source, values in decays.items():
            here = place_in_phantom(source, role="source")
            if here is None or place_in_phantom(source, role="target") == there:
                continue
            each = [_s_value_gy_per_bq_s(n, here, there, decay_data) for n in nuclides]
            found.setdefault(target, {})[source] = np.asarray(values @ np.array(each))
    return found


@lru_cache(maxsize=4096)
def _s_value_gy_per_bq_s(
    nuclide: str, source: str, target: str, decay_data: DecayDataName
) -> float:
    from alphatwin.dose.transport.s_values import phantom_s_value

    found = phantom_s_value(nuclide, source=source, target=target, decay_data=decay_data)
    return found.s_value_gy_per_bq_s
