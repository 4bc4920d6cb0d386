"""Samples of the figures of a fate, from the spread that each of them states.

Half-times, shares and ratios are lognormal about their figure; shares are scaled back to their
sum. Probabilities are beta-distributed with the figure as mean. One perfusion washes all elements
out, so that the half-time of wash-out is one draw for all of them.
"""

from __future__ import annotations

import dataclasses
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from alphatwin.errors import InvalidValueError
from alphatwin.kinetics.daughters_fates import SHARES, ElementFate

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from alphatwin.kinetics.daughters_fates import Fate, Figure

    Floats = NDArray[np.float64]

SHARED_BY_ELEMENTS: Final = ("washout_half_time_s",)
_PROBABILITIES: Final = ("retention",)


def sampled_fate(
    fate: Fate, *, n_samples: int, generator: Callable[[str], np.random.Generator]
) -> Fate:
    """Return the fate with samples of every figure that states a spread.

    Parameters
    ----------
    fate
        The fate.
    n_samples
        Number of samples.
    generator
        Returns the random stream of a label; equal labels must give equal streams.

    Raises
    ------
    InvalidValueError
        If the number of samples is not positive, or a spread cannot be.
    """
    if n_samples < 1:
        msg = f"n_samples must be at least 1, got {n_samples}"
        raise InvalidValueError(msg)

    def drawn(figure: Figure | None, *, key: str, subject: str) -> Figure | None:
        if figure is None or figure.spread is None:
            return figure
        label = key if key in SHARED_BY_ELEMENTS else f"{subject}.{key}"
        return _drawn(figure, key=key, n_samples=n_samples, generator=generator(label))

    def element(one: ElementFate) -> ElementFate:
        changes: dict[str, Any] = {
            field.name: drawn(getattr(one, field.name), key=field.name, subject=one.symbol)
            for field in dataclasses.fields(one)
            if field.name not in {"symbol", "nuclides"}
        }
        return dataclasses.replace(one, **changes)

    escape = {
        mode: drawn(figure, key="retention", subject=f"escape {mode}") or figure
        for mode, figure in fate.escape_by_mode.items()
    }
    return dataclasses.replace(
        fate,
        escape_by_mode=MappingProxyType(escape),
        elements=MappingProxyType({key: element(one) for key, one in fate.elements.items()}),
        equilibrium_with_blood=drawn(
            fate.equilibrium_with_blood, key="equilibrium_with_blood", subject="blood"
        ),
    )


def beta_samples(
    mean: float, sd: float, *, n_samples: int, generator: np.random.Generator
) -> Floats:
    """Return samples of a probability; one of zero or one is known exactly.

    Parameters
    ----------
    mean, sd
        Mean and standard deviation.
    n_samples
        Number of samples.
    generator
        Random stream.

    Raises
    ------
    InvalidValueError
        If no probability has this mean and standard deviation.
    """
    if mean in {0.0, 1.0} or sd == 0.0:
        return np.full(n_samples, mean)
    weight = mean * (1.0 - mean) / sd**2 - 1.0
    if not (0.0 < mean < 1.0 and weight > 0.0):
        msg = f"no probability has the mean {mean:g} and the standard deviation {sd:g}"
        raise InvalidValueError(msg)
    return generator.beta(weight * mean, weight * (1.0 - mean), size=n_samples)


def _drawn(figure: Figure, *, key: str, n_samples: int, generator: np.random.Generator) -> Figure:
    spread = figure.spread
    if spread is None:
        return figure
    if key in _PROBABILITIES:
        samples = {
            place: beta_samples(value, spread.sd, n_samples=n_samples, generator=generator)
            for place, value in figure.values.items()
        }
    else:
        log_sd = float(np.log(spread.factor))
        samples = {
            place: value * np.exp(log_sd * generator.standard_normal(n_samples))
            for place, value in figure.values.items()
        }
    if key in SHARES:
        total = sum(samples.values(), start=np.zeros(n_samples))
        samples = {place: values / total for place, values in samples.items()}
    return dataclasses.replace(figure, samples=MappingProxyType(samples))
