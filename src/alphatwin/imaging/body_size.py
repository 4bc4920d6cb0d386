r"""Lean body mass and body surface, by which uptake is standardised (eqs. I3 and I4).

Lean body mass after James (Research on Obesity, 1976; the formula of DICOM's SUV type LBMJAMES128)
falls with mass in very heavy bodies; that after Janmahasatian et al. (Clin. Pharmacokinet. 44
(2005) 1051; LBMJANMA) does not. Body surface after Du Bois and Du Bois (Arch. Intern. Med. 17
(1916) 863).
"""

from __future__ import annotations

from typing import Literal

from alphatwin.errors import InvalidValueError

Sex = Literal["female", "male"]
LeanFormula = Literal["james", "janmahasatian"]

_JAMES = {"male": (1.10, 128.0), "female": (1.07, 148.0)}
_JANMAHASATIAN = {"male": (6680.0, 216.0), "female": (8780.0, 244.0)}


def lean_body_mass_kg(
    *, sex: Sex, body_mass_kg: float, height_m: float, formula: LeanFormula = "janmahasatian"
) -> float:
    """Return lean body mass in kg; module docstring.

    Parameters
    ----------
    sex
        The formulas differ by it.
    body_mass_kg, height_m
        [kg], [m]
    formula
        ``james`` or ``janmahasatian``.

    Raises
    ------
    InvalidValueError
        If mass or height are no person's, or the formula of James has left its range (it falls
        with mass above 43 kg/m2 for men, 36 for women).
    """
    if not 0.3 <= body_mass_kg <= 400.0 or not 0.2 <= height_m <= 2.6:
        msg = f"a body of {body_mass_kg} kg and {height_m} m: are they in kg and m?"
        raise InvalidValueError(msg)
    if formula == "janmahasatian":
        a, b = _JANMAHASATIAN[sex]
        index = body_mass_kg / height_m**2
        lean_kg = 9270.0 * body_mass_kg / (a + b * index)
        if lean_kg > body_mass_kg:
            msg = f"{body_mass_kg} kg at {height_m} m are thinner than the formula was made for"
            raise InvalidValueError(msg)
        return lean_kg
    factor, square = _JAMES[sex]
    ratio = body_mass_kg / (100.0 * height_m)
    index, most = body_mass_kg / height_m**2, 1e4 * factor / (2.0 * square)
    if index > most:
        msg = (
            f"the lean body mass of James falls with mass above {most:.3g} kg/m2, got {index:.3g}; "
            "use janmahasatian"
        )
        raise InvalidValueError(msg)
    return factor * body_mass_kg - square * ratio**2


def body_surface_cm2(*, body_mass_kg: float, height_m: float) -> float:
    """Return the surface of a body in cm2 after Du Bois: 71.84 m^0.425 h^0.725 (kg, cm).

    Raises
    ------
    InvalidValueError
        If mass or height are not above zero.
    """
    if not body_mass_kg > 0.0 or not height_m > 0.0:
        msg = f"body mass and height must be > 0, got {body_mass_kg} kg and {height_m} m"
        raise InvalidValueError(msg)
    return float(71.84 * body_mass_kg**0.425 * (100.0 * height_m) ** 0.725)
