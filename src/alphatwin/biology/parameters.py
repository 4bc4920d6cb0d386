r"""Parameters of the linear-quadratic model by radiation type, and repair.

:class:`RbeMax` is the RBE in the limit of low dose, the ratio of the linear coefficients. The
weight of deterministic effects (:class:`alphatwin.biology.RbeWeights`, "RBE 5") is another
quantity, an RBE at the dose of the effect; neither takes the place of the other [1]_. Recoil nuclei
have a value of their own, which is never that of the alpha particle by default.

References
----------
.. [1] R. G. Dale, B. Jones, "The assessment of RBE effects using the concept of biologically
   effective dose", Int. J. Radiat. Oncol. Biol. Phys. 43 (1999) 639-645,
   doi:10.1016/S0360-3016(98)00364-2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from alphatwin.dose import RADIATION_TYPES
from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RbeMax:
    """RBE in the low-dose limit, by radiation type.

    Attributes
    ----------
    alpha, recoil
        RBEmax of alpha particles and of recoil nuclei, () or (n_samples,); always stated.
    electron, photon
        Of electrons and photons; those of the reference radiation by default.
    """

    alpha: Floats
    recoil: Floats
    electron: Floats = 1.0  # type: ignore[assignment]
    photon: Floats = 1.0  # type: ignore[assignment]

    def __post_init__(self) -> None:
        for name in RADIATION_TYPES:
            _check(self, name, title="RBEmax", zero=False)

    @classmethod
    def of(
        cls,
        *,
        alpha: ArrayLike,
        recoil: ArrayLike,
        electron: ArrayLike = 1.0,
        photon: ArrayLike = 1.0,
    ) -> Self:
        """Return the values after converting numbers and lists to arrays."""
        values = (np.asarray(v, dtype=np.float64) for v in (alpha, recoil, electron, photon))
        return cls(**dict(zip(("alpha", "recoil", "electron", "photon"), values, strict=True)))

    def as_array(self) -> Floats:
        """Return the values in the order of the radiation types. (n_samples or 1, n_types)."""
        return _stacked(self)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BetaRatio:
    r"""Quadratic coefficient of each radiation type over that of the reference, :math:`b_i`.

    Attributes
    ----------
    alpha, recoil, electron, photon
        Ratios, () or (n_samples,), at least 0. One is the default: the quadratic coefficient does
        not depend on the radiation; zero for alpha and recoil is the alternative.
    """

    alpha: Floats = 1.0  # type: ignore[assignment]
    recoil: Floats = 1.0  # type: ignore[assignment]
    electron: Floats = 1.0  # type: ignore[assignment]
    photon: Floats = 1.0  # type: ignore[assignment]

    def __post_init__(self) -> None:
        for name in RADIATION_TYPES:
            _check(self, name, title="beta ratio", zero=True)

    @classmethod
    def high_let_zero(cls) -> Self:
        """Return the alternative in which alpha particles and recoils have no quadratic term."""
        none = np.zeros(())
        return cls(alpha=none, recoil=none)

    def as_array(self) -> Floats:
        """Return the values in the order of the radiation types. (n_samples or 1, n_types)."""
        return _stacked(self)


@dataclass(frozen=True, slots=True, eq=False)
class Repair:
    r"""Repair of sublethal damage: :math:`\varphi(t) = \sum_k w_k e^{-\mu_k t}`.

    Attributes
    ----------
    half_times_s
        (n_samples or 1, n_components) half-times, > 0; infinite: no repair. [s]
    shares
        (n_components,) weights :math:`w_k`, which sum to one.
    """

    half_times_s: Floats
    shares: Floats

    def __post_init__(self) -> None:
        half_times_s = np.array(self.half_times_s, dtype=np.float64)
        shares = np.array(self.shares, dtype=np.float64)
        if half_times_s.ndim != 2 or shares.shape != half_times_s.shape[1:] or shares.size == 0:
            msg = (
                "repair needs (n_samples, n_components) half_times_s and (n_components,) shares, "
                f"got {half_times_s.shape} and {shares.shape}"
            )
            raise InvalidValueError(msg)
        if not np.all(half_times_s > 0.0):
            msg = (
                "repair half-times must be > 0 s (infinite: no repair), got "
                f"{half_times_s[~(half_times_s > 0.0)].ravel()[0]:g} s"
            )
            raise InvalidValueError(msg)
        if not np.all(shares >= 0.0) or not math.isclose(shares.sum(), 1.0, rel_tol=1e-9):
            msg = f"shares of repair components must be >= 0 and sum to 1, got {shares.tolist()}"
            raise InvalidValueError(msg)
        for name, values in (("half_times_s", half_times_s), ("shares", shares)):
            values.setflags(write=False)
            object.__setattr__(self, name, values)

    @classmethod
    def mono(cls, half_time_s: ArrayLike) -> Self:
        """Return repair with one half-time, () or (n_samples,). [s]."""
        half_times_s = np.atleast_1d(np.asarray(half_time_s, dtype=np.float64))
        return cls(half_times_s[:, np.newaxis], np.ones(1))

    @classmethod
    def bi(cls, fast_s: ArrayLike, slow_s: ArrayLike, *, fast_share: float) -> Self:
        """Return repair with two half-times, () or (n_samples,) each. [s]."""
        pair = np.broadcast_arrays(
            np.atleast_1d(np.asarray(fast_s, dtype=np.float64)),
            np.atleast_1d(np.asarray(slow_s, dtype=np.float64)),
        )
        return cls(np.stack(pair, axis=-1), np.array([fast_share, 1.0 - fast_share]))

    @property
    def rates_per_s(self) -> Floats:
        """(n_samples or 1, n_components) repair rates in 1/s, zero without repair."""
        return np.asarray(math.log(2.0) / self.half_times_s)


def _check(value: object, name: str, *, title: str, zero: bool) -> None:
    array = np.array(getattr(value, name), dtype=np.float64)
    good = np.isfinite(array) & ((array >= 0.0) if zero else (array > 0.0))
    if array.ndim > 1 or array.size == 0 or not np.all(good):
        bad = array[~good].ravel()
        shown = f"{bad[0]:g}" if bad.size else f"shape {array.shape}"
        least = ">= 0" if zero else "> 0"
        msg = f"{title} of {name} must be finite and {least}, one or one per sample, got {shown}"
        raise InvalidValueError(msg)
    array.setflags(write=False)
    object.__setattr__(value, name, array)


def _stacked(value: object) -> Floats:
    columns = [np.atleast_1d(getattr(value, name)) for name in RADIATION_TYPES]
    return np.stack(np.broadcast_arrays(*columns), axis=-1)
