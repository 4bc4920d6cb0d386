r"""Absorbed dose of red marrow from the activity in blood, and from nuclides on bone surfaces.

With the marrow-to-blood ratio :math:`\rho` of concentrations per mass (RMBLR), the blood density
:math:`d` and the decays per volume of blood :math:`\tilde C_n`,

.. math:: D_\mathrm{self} = \sum_n \rho_n\,\frac{\tilde C_n}{d}\sum_i \Delta_{n,i}\,\phi_{n,i}

(docs/theory-blood.md, eqs. B17-B20): the marrow mass cancels, it matters for decays and for bone
surfaces only. An agent that stays in extracellular fluid has [1]_

.. math:: \rho = \frac{\mathrm{RMECFF}}{1 - H}

with the haematocrit :math:`H` and the share of marrow that is extracellular fluid. For peptides
marrow was found to be like blood, :math:`\rho = 1` [2]_, the default.

Photons from the remainder of the body and from organs are left out, as is what binds to marrow.

References
----------
.. [1] G. Sgouros, "Bone marrow dosimetry for radioimmunotherapy: theoretical considerations",
   J. Nucl. Med. 34 (1993) 689-694; its abstract was read.
.. [2] F. Forrer et al., "Bone marrow dosimetry in peptide receptor radionuclide therapy with
   [177Lu-DOTA0,Tyr3]octreotate", Eur. J. Nucl. Med. Mol. Imaging 36 (2009) 1138-1146,
   whose conclusions were read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from alphatwin.agents import Source
from alphatwin.dose.absorption import absorbed_where_emitted
from alphatwin.dose.mird import AbsorbedDose, absorbed_dose, energy_absorbed_per_decay_j
from alphatwin.errors import InvalidValueError
from alphatwin.kinetics.plasma import BLOOD_DENSITY_G_PER_ML

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from alphatwin.dose.absorption import AbsorbedFraction
    from alphatwin.nuclides import DecayDataName

    Floats = NDArray[np.float64]

LEFT_OUT: Final = (
    "photons from the remainder of the body, organs and lesions, and activity bound in marrow"
)
"""What the marrow dose lacks, in words for a report."""


class Parameter(NamedTuple):
    """A number with where it comes from.

    Attributes
    ----------
    value
        The number.
    source
        Its source and status.
    """

    value: float
    source: Source


EXTRACELLULAR_FRACTION: Final = Parameter(
    0.19,
    Source(
        citation="G. Sgouros, J. Nucl. Med. 34 (1993) 689-694",
        doi_or_url="https://paperexplained.cn/articles/paper/detail/24070ee4aa260ecac243fba0a597c68df625b4ad",
        status="read",
        note="Abstract: 0.19 with a haematocrit of 0.47 gives a marrow-to-blood ratio of 0.36.",
    ),
)
"""Share of red marrow that is extracellular fluid, RMECFF."""
PEPTIDE_RATIO: Final = Parameter(
    1.0,
    Source(
        citation="F. Forrer et al., Eur. J. Nucl. Med. Mol. Imaging 36 (2009) 1138-1146",
        doi_or_url="https://synapsesocial.com/papers/W2020961166",
        status="read",
        note="Conclusions: after 177Lu-octreotate the concentration in marrow is that in blood. "
        "Holds for the agent on its vector; for free daughters it is an assumption.",
    ),
)
"""Marrow-to-blood ratio of peptides."""
BLOOD_DENSITY: Final = Parameter(
    BLOOD_DENSITY_G_PER_ML,
    Source(
        citation="J. D. Cutnell, K. W. Johnson, Physics, 4th ed. (1998), table 11.1",
        doi_or_url="http://hypertextbook.com/facts/2004/MichaelShmukler.shtml",
        status="recalled",
        note="1.060 at 37 degrees, seen at second hand. [g/mL]",
    ),
)
"""Density of whole blood. [g/mL]"""
BONE_SURFACE_FRACTION: Final = Parameter(
    0.25,
    Source(
        citation="ICRP Publication 30, part 1 (1979)",
        doi_or_url="Ann. ICRP 2 (3/4)",
        status="recalled",
        note="Half of the activity on trabecular surfaces, of whose alphas and betas half is "
        "absorbed in marrow; from cortical surfaces nothing. That half is trabecular was seen at "
        "second hand. Newer models depend on energy and site.",
    ),
)
"""Share of the charged energy emitted on bone surfaces that red marrow absorbs."""


@dataclass(frozen=True, slots=True, eq=False)
class MarrowDose:
    """Absorbed dose of red marrow, by where it comes from.

    Attributes
    ----------
    self_dose
        From activity in the marrow, which follows that in blood.
    from_bone_surface
        From nuclides on bone surfaces; None if none were given.
    left_out
        What is not in it, in words.
    """

    self_dose: AbsorbedDose
    from_bone_surface: AbsorbedDose | None
    left_out: str

    @property
    def total_gy(self) -> Floats:
        """(n_samples,) both together in Gy."""
        if self.from_bone_surface is None:
            return self.self_dose.total_gy
        return np.asarray(self.self_dose.total_gy + self.from_bone_surface.total_gy)

    @property
    def together(self) -> AbsorbedDose:
        """Both together, apart by nuclide and radiation."""
        if self.from_bone_surface is None:
            return self.self_dose
        return self.self_dose.plus(self.from_bone_surface)


def marrow_to_blood_ratio(
    haematocrit_fraction: ArrayLike,
    *,
    extracellular_fraction: ArrayLike = EXTRACELLULAR_FRACTION.value,
) -> Floats:
    """Return the marrow-to-blood ratio of an agent that stays in extracellular fluid (no unit).

    Parameters
    ----------
    haematocrit_fraction
        Share of the blood volume that is cells, above 0 and below 1. (...)
    extracellular_fraction
        Share of marrow that is extracellular fluid. (...)

    Returns
    -------
    (...) ndarray
        Concentration in marrow over that in whole blood; of plasma, it is the extracellular
        fraction itself.

    Raises
    ------
    InvalidValueError
        If a share is out of range.
    """
    cells = _inside("haematocrit_fraction", haematocrit_fraction)
    return np.asarray(_inside("extracellular_fraction", extracellular_fraction) / (1.0 - cells))


def marrow_decays_bq_s(
    blood_bq_s_per_ml: ArrayLike,
    *,
    ratio: ArrayLike,
    mass_kg: ArrayLike,
    density_g_per_ml: float = BLOOD_DENSITY.value,
) -> Floats:
    """Return the decays in red marrow that follow from those in blood.

    Parameters
    ----------
    blood_bq_s_per_ml
        Decays per volume of whole blood. (n_samples, n_nuclides) [Bq s/mL]
    ratio
        Marrow-to-blood ratio of concentrations per mass: one number, (n_samples, 1), (n_nuclides,)
        or (n_samples, n_nuclides).
    mass_kg
        Mass of the red marrow. () or (n_samples,) [kg]
    density_g_per_ml
        Density of blood. [g/mL]

    Returns
    -------
    (n_samples, n_nuclides) ndarray
        Decays. [Bq s]

    Raises
    ------
    InvalidValueError
        If a value is out of range or a shape does not fit.
    """
    blood = _positive("blood_bq_s_per_ml", blood_bq_s_per_ml, zero=True)
    if blood.ndim != 2:
        msg = f"blood_bq_s_per_ml must have shape (n_samples, n_nuclides), got {blood.shape}"
        raise InvalidValueError(msg)
    factor = _positive("ratio", ratio, zero=True)
    mass = _positive("mass_kg", mass_kg)
    density = _positive("density_g_per_ml", density_g_per_ml)
    try:
        decays = np.broadcast_to(factor, blood.shape) * blood * mass.reshape(-1, 1)
    except ValueError as error:
        msg = (
            f"ratio and mass_kg must fit {blood.shape} samples and nuclides, got {factor.shape} "
            f"and {mass.shape}"
        )
        raise InvalidValueError(msg) from error
    return np.asarray(decays * 1e3 / density)


def from_bone_surface(to_marrow_fraction: float) -> AbsorbedFraction:
    """Return the absorbed fraction of red marrow for sources on bone surfaces.

    Parameters
    ----------
    to_marrow_fraction
        Share of the energy of every charged emission, between 0 and 1; photons give none [J/J].
    """
    if not 0.0 <= to_marrow_fraction <= 1.0:
        msg = f"to_marrow_fraction must lie between 0 and 1, got {to_marrow_fraction}"
        raise InvalidValueError(msg)

    def absorbed(emission: str, *, nuclide: str, mass_kg: float) -> float:
        return to_marrow_fraction * absorbed_where_emitted(
            emission, nuclide=nuclide, mass_kg=mass_kg
        )

    return absorbed


def marrow_dose(
    blood_bq_s_per_ml: ArrayLike,
    *,
    nuclides: Sequence[str],
    mass_kg: ArrayLike,
    ratio: ArrayLike = PEPTIDE_RATIO.value,
    density_g_per_ml: float = BLOOD_DENSITY.value,
    bone_surface_bq_s: ArrayLike | None = None,
    to_marrow_fraction: float = BONE_SURFACE_FRACTION.value,
    absorbed_fraction: AbsorbedFraction = absorbed_where_emitted,
    decay_data: DecayDataName = "icrp107",
) -> MarrowDose:
    """Return the absorbed dose of red marrow from blood and from bone surfaces.

    Parameters
    ----------
    blood_bq_s_per_ml, ratio, mass_kg, density_g_per_ml
        As in :func:`marrow_decays_bq_s`. [Bq s/mL], [kg], [g/mL]
    nuclides
        Nuclides, in the order of the columns.
    bone_surface_bq_s
        Decays of each nuclide on bone surfaces, as free Ac, Ra and Pb; None: none.
        (n_samples, n_nuclides) [Bq s]
    to_marrow_fraction
        Share of the charged energy emitted there that red marrow absorbs.
    absorbed_fraction
        Absorbed fraction of marrow for itself: 1 for all that is charged by default, too much for
        betas of high energy, which partly end in bone.
    decay_data
        Decay-data set.

    Raises
    ------
    InvalidValueError
        If a value is out of range or a shape does not fit.
    """
    decays = marrow_decays_bq_s(
        blood_bq_s_per_ml, ratio=ratio, mass_kg=mass_kg, density_g_per_ml=density_g_per_ml
    )
    _need_columns("blood_bq_s_per_ml", decays, nuclides)
    return marrow_dose_of_decays(
        decays,
        nuclides=nuclides,
        mass_kg=mass_kg,
        bone_surface_bq_s=bone_surface_bq_s,
        to_marrow_fraction=to_marrow_fraction,
        absorbed_fraction=absorbed_fraction,
        decay_data=decay_data,
    )


def marrow_dose_of_decays(
    marrow_bq_s: ArrayLike,
    *,
    nuclides: Sequence[str],
    mass_kg: ArrayLike,
    bone_surface_bq_s: ArrayLike | None = None,
    to_marrow_fraction: float = BONE_SURFACE_FRACTION.value,
    absorbed_fraction: AbsorbedFraction = absorbed_where_emitted,
    decay_data: DecayDataName = "icrp107",
) -> MarrowDose:
    """Return the absorbed dose of red marrow from decays in it and on bone surfaces.

    Parameters
    ----------
    marrow_bq_s
        Decays of each nuclide in the marrow. (n_samples, n_nuclides) [Bq s]
    nuclides, mass_kg, bone_surface_bq_s, to_marrow_fraction, absorbed_fraction, decay_data
        As in :func:`marrow_dose`. [kg], [Bq s]

    Raises
    ------
    InvalidValueError
        If a value is out of range or a shape does not fit.
    """
    decays = _positive("marrow_bq_s", marrow_bq_s, zero=True)
    _need_columns("marrow_bq_s", decays, nuclides)
    typical_kg = float(np.median(np.asarray(mass_kg, dtype=np.float64)))

    def dose(decays_bq_s: Floats, fraction: AbsorbedFraction) -> AbsorbedDose:
        energy_j = energy_absorbed_per_decay_j(
            nuclides, mass_kg=typical_kg, absorbed_fraction=fraction, decay_data=decay_data
        )
        return absorbed_dose(decays_bq_s, nuclides=nuclides, mass_kg=mass_kg, energy_j=energy_j)

    surface = from_bone_surface(to_marrow_fraction)
    on_surface: AbsorbedDose | None = None
    if bone_surface_bq_s is not None:
        there = _positive("bone_surface_bq_s", bone_surface_bq_s, zero=True)
        _need_columns("bone_surface_bq_s", there, nuclides)
        on_surface = dose(there, surface)
    return MarrowDose(dose(decays, absorbed_fraction), on_surface, LEFT_OUT)


def _need_columns(name: str, values: Floats, nuclides: Sequence[str]) -> None:
    if values.ndim != 2 or values.shape[1] != len(nuclides):
        msg = (
            f"{name} must have one column for each of {len(nuclides)} nuclides, got {values.shape}"
        )
        raise InvalidValueError(msg)


def _inside(name: str, value: ArrayLike) -> Floats:
    values = np.asarray(value, dtype=np.float64)
    if not ((values > 0.0) & (values < 1.0)).all():
        worst = values[~((values > 0.0) & (values < 1.0))].ravel()[0]
        msg = f"{name} must lie above 0 and below 1 (0.42, not 42 %), got {worst:g}"
        raise InvalidValueError(msg)
    return values


def _positive(name: str, value: ArrayLike, *, zero: bool = False) -> Floats:
    values = np.asarray(value, dtype=np.float64)
    good = np.isfinite(values) & ((values >= 0.0) if zero else (values > 0.0))
    if not good.all():
        msg = (
            f"{name} must be finite and {'>=' if zero else '>'} 0, got {values[~good].ravel()[0]:g}"
        )
        raise InvalidValueError(msg)
    return values
