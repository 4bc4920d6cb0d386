"""What a field of a network may hold; each check names field, value and what is allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

# A measured rate may fall below physical decay by round-off only, shares exceed one likewise.
ROUND_OFF: Final = 1e-9


def checked(name: str, value: ArrayLike, *, probability: bool = False) -> Floats:
    """Return values as a read-only array, refused unless all are finite and in range."""
    values = np.array(value, dtype=np.float64)
    highest = 1.0 if probability else np.inf
    good = np.isfinite(values) & (values >= 0.0) & (values <= highest)
    if not good.all():
        worst = values[~good].ravel()[0]
        allowed = "between 0 and 1" if probability else "finite and >= 0"
        msg = f"{name} must be {allowed}, got {worst:g}"
        raise InvalidValueError(msg)
    values.setflags(write=False)
    return values


def freeze(owner: object, name: str, value: ArrayLike, *, probability: bool = False) -> None:
    """Replace a field of a frozen value by its checked, read-only array."""
    object.__setattr__(owner, name, checked(name, value, probability=probability))


def check_landing(landing: Floats) -> None:
    """Raise InvalidValueError if more than all atoms land."""
    most = float(landing.sum(axis=-1).max())
    if most > 1.0 + ROUND_OFF:
        msg = f"landing must sum to at most 1 (the rest is excreted), got {most:.9g}"
        raise InvalidValueError(msg)


def need_compartments(name: str, values: Floats, n: int) -> None:
    """Raise InvalidValueError unless the last axis runs over the compartments."""
    if values.ndim == 0 or values.shape[-1] != n:
        msg = f"{name} must hold {n} compartments, got shape {values.shape}"
        raise InvalidValueError(msg)


def samples_of(arrays: Sequence[Floats]) -> int:
    """Return the number of samples; each array is (n,) or (n_samples, n)."""
    found = {a.shape[0] for a in arrays if a.ndim == 2}
    if len(found - {1}) > 1 or any(a.ndim > 2 for a in arrays):
        msg = (
            "samples must run along one leading axis of one length, got "
            f"{sorted({a.shape[:-1] for a in arrays})}"
        )
        raise InvalidValueError(msg)
    return max(found, default=1)


def index_of(names: tuple[str, ...], name: str) -> int:
    """Return where a compartment stands among names."""
    if name not in names:
        msg = f"compartment {name!r} is not in the network; allowed: {', '.join(names)}"
        raise InvalidValueError(msg)
    return names.index(name)
