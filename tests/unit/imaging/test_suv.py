"""SUV and body sizes: by hand, by another route, and within the range of each formula."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphatwin.errors import InvalidValueError
from alphatwin.imaging import (
    body_surface_cm2,
    lean_body_mass_kg,
    suv_by_mass,
    suv_by_surface,
)

ROUND_OFF = 1e-12


def test_an_even_body_has_an_suv_of_its_own_density():
    """A body of 70 kg whose every gram holds A/m: at 1 g/mL the SUV is 1."""
    even = 1e8 / 70_000.0
    assert suv_by_mass(even, activity_bq=1e8, mass_kg=70.0) == pytest.approx(1.0, rel=ROUND_OFF)
    assert suv_by_mass([even], activity_bq=1e8, mass_kg=35.0) == pytest.approx([0.5])
    assert suv_by_surface(even, activity_bq=1e8, surface_cm2=18_000.0) == pytest.approx(18 / 70)


def test_lean_mass_and_surface_are_those_worked_out_by_hand():
    """James: 1.10 x 80 - 128 (80/180)^2 = 62.716; 1.07 x 60 - 148 (60/165)^2 = 44.6295.

    Janmahasatian: 9270 x 80 / (6680 + 216 x 80/1.8^2) = 61.732. Du Bois: 71.84 x 70^0.425 x
    170^0.725 = 18098 cm2, the 1.81 m2 of any nomogram.
    """
    assert lean_body_mass_kg(
        sex="male", body_mass_kg=80, height_m=1.8, formula="james"
    ) == pytest.approx(62.716, abs=1e-3)
    assert lean_body_mass_kg(
        sex="female", body_mass_kg=60, height_m=1.65, formula="james"
    ) == pytest.approx(44.629, abs=2e-3)
    found = lean_body_mass_kg(sex="male", body_mass_kg=80, height_m=1.8)
    assert found == pytest.approx(9270 * 80 / (6680 + 216 * 80 / 3.24), rel=ROUND_OFF)
    assert body_surface_cm2(body_mass_kg=70, height_m=1.70) == pytest.approx(18_100, rel=2e-3)


@given(mass=st.floats(40, 250), height=st.floats(1.4, 2.1), sex=st.sampled_from(["male", "female"]))
def test_lean_mass_is_below_the_body_mass_and_rises_with_it(mass, height, sex):
    if mass / height**2 < 15.0:
        height = (mass / 15.0) ** 0.5
    lean, more = (
        lean_body_mass_kg(sex=sex, body_mass_kg=m, height_m=height) for m in (mass, mass + 1.0)
    )
    assert 0.0 < lean < mass
    assert more > lean


@given(
    concentration=st.floats(1e-3, 1e7), activity=st.floats(1e5, 1e11), scale=st.floats(0.01, 100)
)
def test_suv_scales_with_concentration_and_against_activity(concentration, activity, scale):
    one = suv_by_mass(concentration, activity_bq=activity, mass_kg=80.0)
    both = suv_by_mass(scale * concentration, activity_bq=scale * activity, mass_kg=80.0)
    assert both == pytest.approx(one, rel=1e-9)
    half = suv_by_mass(concentration, activity_bq=activity, mass_kg=40.0)
    assert 2.0 * half == pytest.approx(one, rel=1e-12)


def test_what_no_body_has_is_refused():
    with pytest.raises(InvalidValueError, match="thinner than"):
        lean_body_mass_kg(sex="male", body_mass_kg=40, height_m=2.0)
    with pytest.raises(InvalidValueError, match="falls with mass"):
        lean_body_mass_kg(sex="female", body_mass_kg=150, height_m=1.5, formula="james")
    with pytest.raises(InvalidValueError, match="in kg and m"):
        lean_body_mass_kg(sex="male", body_mass_kg=80, height_m=180)
    with pytest.raises(InvalidValueError, match="must be > 0"):
        suv_by_mass(1.0, activity_bq=0.0, mass_kg=70.0)
    with pytest.raises(InvalidValueError, match="must be > 0"):
        body_surface_cm2(body_mass_kg=70.0, height_m=0.0)
