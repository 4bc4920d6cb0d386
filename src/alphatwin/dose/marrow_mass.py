r"""Mass of the red marrow of a patient, scaled from the reference adult of the same sex.

.. math:: m = m_\mathrm{ref}\,\frac{L}{L_\mathrm{ref}}, \qquad L = a\,w + b\,h + c

with the lean mass :math:`L` of Boer's formula from weight :math:`w` and height :math:`h`, or by
weight alone (docs/theory-blood.md, eq. B19). Marrow that chemotherapy or metastases have displaced
is not known to any formula.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, get_args

from alphatwin.agents import Source
from alphatwin.errors import InvalidValueError, NotSupportedError

if TYPE_CHECKING:
    from alphatwin.patient import Patient

MassScaling = Literal["lean mass", "weight", "reference"]


class _Reference(NamedTuple):
    """A reference adult."""

    marrow_kg: float
    weight_kg: float
    height_m: float


REFERENCE_SOURCE: Final = Source(
    citation="ICRP Publication 89 (2002): red marrow 1.17 and 0.90 kg, body 73 and 60 kg, height "
    "1.76 and 1.63 m; lean mass: P. Boer, Am. J. Physiol. 247 (1984) F632-F636",
    doi_or_url="Ann. ICRP 32 (3/4)",
    status="recalled",
    note="Body masses were read in a table that cites it, Boer's formula at second hand.",
)
"""Where reference masses and the formula of lean mass come from."""
_REFERENCES: Final = {
    "male": _Reference(marrow_kg=1.17, weight_kg=73.0, height_m=1.76),
    "female": _Reference(marrow_kg=0.90, weight_kg=60.0, height_m=1.63),
}
_BOER: Final = {"male": (0.407, 26.7, -19.2), "female": (0.252, 47.3, -48.3)}


@dataclass(frozen=True, slots=True)
class MarrowMass:
    """Mass of the red marrow, and how it was found.

    Attributes
    ----------
    mass_kg
        Mass. [kg]
    scaling
        From the reference adult by ``lean mass`` or ``weight``, or the ``reference`` itself.
    factor
        Mass over that of the reference adult of the same sex.
    """

    mass_kg: float
    scaling: MassScaling
    factor: float


def lean_mass_kg(patient: Patient) -> float:
    """Return the lean body mass by the formula of Boer. [kg].

    Raises
    ------
    NotSupportedError
        If sex or height is not known.
    InvalidValueError
        If the formula gives no sensible mass, as for children.
    """
    reference = _reference(patient)
    if patient.height_m is None:
        msg = (
            "patient.height is not known and scaling by lean mass needs it; give the height, the "
            "marrow mass, or choose scaling by weight"
        )
        raise NotSupportedError(msg)
    lean = _boer_kg(patient.sex, patient.weight_kg, patient.height_m)
    if not 0.3 * _boer_kg(patient.sex, *reference[1:]) < lean < patient.weight_kg:
        msg = (
            f"lean mass by Boer's formula is {lean:.3g} kg for {patient.weight_kg:g} kg and "
            f"{patient.height_m:g} m, which no adult has; give the marrow mass"
        )
        raise InvalidValueError(msg)
    return lean


def marrow_mass(patient: Patient, *, scaling: MassScaling = "lean mass") -> MarrowMass:
    """Return the red marrow mass of a patient, scaled from the reference adult of the same sex.

    Parameters
    ----------
    patient
        The patient; masses in [kg].
    scaling
        ``lean mass``, ``weight`` or ``reference`` (not scaled).

    Raises
    ------
    NotSupportedError
        If sex, or the height for lean mass, is not known.
    InvalidValueError
        If the scaling is unknown.
    """
    reference = _reference(patient)
    if scaling not in get_args(MassScaling):
        msg = f"scaling {scaling!r} is unknown; allowed: {', '.join(get_args(MassScaling))}"
        raise InvalidValueError(msg)
    factor = 1.0
    if scaling == "lean mass":
        factor = lean_mass_kg(patient) / _boer_kg(patient.sex, *reference[1:])
    if scaling == "weight":
        factor = patient.weight_kg / reference.weight_kg
    return MarrowMass(factor * reference.marrow_kg, scaling, factor)


def _reference(patient: Patient) -> _Reference:
    if patient.sex not in _REFERENCES:
        msg = (
            f"patient.sex is {patient.sex!r} and the reference red marrow is that of a man or a "
            "woman; give the sex, or the marrow mass"
        )
        raise NotSupportedError(msg)
    return _REFERENCES[patient.sex]


def _boer_kg(sex: str, weight_kg: float, height_m: float) -> float:
    per_kg, per_m, constant = _BOER[sex]
    return per_kg * weight_kg + per_m * height_m + constant
