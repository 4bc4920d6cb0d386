r"""Doses that count effect: each a type of its own, none of them an absorbed dose.

All have the gray as their unit, so dimensional analysis cannot tell them apart and no number of
one kind may be added to, or compared with, one of another. The values here add to their own kind
only, and a biologically effective dose only to one of the same :math:`\alpha/\beta`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self, TypeVar

import numpy as np

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True, eq=False)
class BiologicallyEffectiveDose:
    r"""Biologically effective dose of a tissue with one :math:`\alpha/\beta`.

    Attributes
    ----------
    bed_gy
        (n_samples,) samples. [Gy]
    alpha_beta_gy
        (n_samples,) or () ratio of the linear to the quadratic coefficient, for the reference
        radiation. [Gy]
    """

    bed_gy: NDArray[np.float64]
    alpha_beta_gy: NDArray[np.float64]

    __array_ufunc__: ClassVar[None] = None  # numpy must not strip the kind of the quantity

    def __post_init__(self) -> None:
        _freeze(self, "bed_gy", np.atleast_1d(np.asarray(self.bed_gy, dtype=np.float64)))
        _freeze(self, "alpha_beta_gy", checked_alpha_beta_gy(self.alpha_beta_gy))

    def __add__(self, other: object) -> BiologicallyEffectiveDose:
        """Return the sum of effects that do not interact, as of cycles far apart."""
        added = require_kind(other, BiologicallyEffectiveDose, "a biologically effective dose")
        if not np.array_equal(self.alpha_beta_gy, added.alpha_beta_gy):
            msg = (
                "biologically effective doses of different alpha_beta_gy cannot be added, got "
                f"{self.alpha_beta_gy} and {added.alpha_beta_gy}; compute both with one of them"
            )
            raise InvalidValueError(msg)
        return BiologicallyEffectiveDose(self.bed_gy + added.bed_gy, self.alpha_beta_gy)


@dataclass(frozen=True, slots=True, eq=False)
class EquivalentDose2Gy:
    """Dose in fractions of 2 Gy of the reference radiation that has the same effect.

    Attributes
    ----------
    eqd2_gy
        (n_samples,) samples. [Gy]
    alpha_beta_gy
        (n_samples,) or () alpha/beta under which it was converted. [Gy]
    """

    eqd2_gy: NDArray[np.float64]
    alpha_beta_gy: NDArray[np.float64]

    __array_ufunc__: ClassVar[None] = None

    def __post_init__(self) -> None:
        _freeze(self, "eqd2_gy", np.atleast_1d(np.asarray(self.eqd2_gy, dtype=np.float64)))
        _freeze(self, "alpha_beta_gy", checked_alpha_beta_gy(self.alpha_beta_gy))

    def __add__(self, other: object) -> EquivalentDose2Gy:
        """Return the sum of effects that do not interact."""
        added = require_kind(other, EquivalentDose2Gy, "an equivalent dose in 2-Gy fractions")
        if not np.array_equal(self.alpha_beta_gy, added.alpha_beta_gy):
            msg = "equivalent doses of different alpha_beta_gy cannot be added"
            raise InvalidValueError(msg)
        return EquivalentDose2Gy(self.eqd2_gy + added.eqd2_gy, self.alpha_beta_gy)


@dataclass(frozen=True, slots=True, eq=False)
class RbeWeightedDose:
    """Absorbed dose weighted with the RBE of deterministic effects.

    Attributes
    ----------
    rbe_weighted_gy
        (n_samples,) samples. [Gy]
    """

    rbe_weighted_gy: NDArray[np.float64]

    __array_ufunc__: ClassVar[None] = None

    def __post_init__(self) -> None:
        values = np.atleast_1d(np.asarray(self.rbe_weighted_gy, dtype=np.float64))
        _freeze(self, "rbe_weighted_gy", values)

    def __add__(self, other: object) -> Self:
        """Return the sum of RBE-weighted doses."""
        added = require_kind(other, RbeWeightedDose, "an RBE-weighted dose")
        return type(self)(self.rbe_weighted_gy + added.rbe_weighted_gy)


def checked_alpha_beta_gy(alpha_beta_gy: ArrayLike) -> NDArray[np.float64]:
    """Return alpha/beta as an array after checking it.

    Parameters
    ----------
    alpha_beta_gy : (n_samples,) or () array_like
        Ratio of the linear to the quadratic coefficient. [Gy]

    Raises
    ------
    InvalidValueError
        If a value is not finite and > 0: without a linear term no dose is defined by its effect,
        and an infinite ratio is an absorbed dose weighted with RBEmax, not a model of repair.
    """
    values = np.array(alpha_beta_gy, dtype=np.float64)
    if values.ndim > 1 or values.size == 0 or not np.all(np.isfinite(values) & (values > 0.0)):
        bad = values[~(np.isfinite(values) & (values > 0.0))].ravel()
        shown = f"{bad[0]:g}" if bad.size else f"shape {values.shape}"
        msg = (
            f"alpha_beta_gy must be finite and > 0 Gy, one number or one per sample, got {shown}; "
            "state that of the tissue (kidney 2.5, tumour 10), or leave the effect out"
        )
        raise InvalidValueError(msg)
    return values


def equivalent_dose_2gy(bed: BiologicallyEffectiveDose) -> EquivalentDose2Gy:
    r"""Return the dose in fractions of 2 Gy with the same effect (docs/theory-biology.md, eq. E6).

    .. math:: \mathrm{EQD2} = \frac{\mathrm{BED}}{1 + 2\,\mathrm{Gy}/(\alpha/\beta)}

    Raises
    ------
    InvalidValueError
        If it is not a biologically effective dose.
    """
    require_kind(bed, BiologicallyEffectiveDose, "a biologically effective dose")
    return EquivalentDose2Gy(bed.bed_gy / (1.0 + 2.0 / bed.alpha_beta_gy), bed.alpha_beta_gy)


def bed_of_eqd2(eqd2: EquivalentDose2Gy) -> BiologicallyEffectiveDose:
    """Return the biologically effective dose of an equivalent dose: eq. E6 backwards.

    Raises
    ------
    InvalidValueError
        If it is not an equivalent dose in 2-Gy fractions.
    """
    require_kind(eqd2, EquivalentDose2Gy, "an equivalent dose in 2-Gy fractions")
    return BiologicallyEffectiveDose(
        eqd2.eqd2_gy * (1.0 + 2.0 / eqd2.alpha_beta_gy), eqd2.alpha_beta_gy
    )


def require_kind(value: object, kind: type[Kind], words: str) -> Kind:
    """Return the value, or refuse a quantity of another kind.

    Raises
    ------
    InvalidValueError
        Unless the value is of the kind that the words name.
    """
    if not isinstance(value, kind):
        msg = (
            f"{words} is needed, got {type(value).__name__}: quantities of different kinds are "
            "never one number; convert it by the function that states the model"
        )
        raise InvalidValueError(msg)
    return value


def _freeze(value: object, name: str, array: NDArray[np.float64]) -> None:
    copy = np.array(array)
    copy.setflags(write=False)
    object.__setattr__(value, name, copy)
