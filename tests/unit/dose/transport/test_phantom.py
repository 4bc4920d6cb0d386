"""The stylised adult phantom: volumes, overlaps, and the equations once more in plain numpy."""

from __future__ import annotations

import math

import numpy as np
import pytest

from alphatwin.dose.transport.phantom import adult_phantom, phantom_material
from alphatwin.dose.transport.solids import region_at, regions_holding
from alphatwin.errors import DataError, InvalidValueError
from alphatwin.tables import loader

# Tabulated masses have three digits, the smallest is 8.71 g: 0.6 %, rounded up.
MASS_TOLERANCE = 0.01
# The skull is a stand-in without a face and the arms' ends are cut: 4 % of the skeleton is missing.
SKELETON_TOLERANCE = 0.05
# Volumes are found by a point in each of a million cells, to about 1e-4.
VOLUME_TOLERANCE = 5e-4
# Regions that lie in another by construction: what comes first takes the place.
NESTED = {
    ("stomach contents", "stomach wall"),
    ("upper large intestine contents", "upper large intestine wall"),
    ("lower large intestine contents", "lower large intestine wall"),
    ("urinary bladder contents", "urinary bladder wall"),
    ("gall bladder contents", "gall bladder wall"),
    ("small intestine", "upper large intestine wall"),
    ("small intestine", "upper large intestine contents"),
    ("small intestine", "lower large intestine wall"),
    ("small intestine", "lower large intestine contents"),
}
BODY = {"rest of the body", "skin"}


def points(n: int, *, seed: int) -> np.ndarray:
    """Return (n, 3) points in the trunk and the head, in cm."""
    rng = np.random.default_rng(seed)
    return rng.uniform((-20.0, -10.0, -5.0), (20.0, 10.0, 94.0), size=(n, 3))


def test_masses_are_those_of_the_published_phantom():
    for row in loader.load("phantom_adult_regions").rows:
        if not row["tm8381_mass_kg"]:
            continue
        mass = adult_phantom().region(row["region"]).mass_kg
        tolerance = SKELETON_TOLERANCE if row["region"] == "skeleton" else MASS_TOLERANCE
        assert mass == pytest.approx(float(row["tm8381_mass_kg"]), rel=tolerance), row["region"]


def ellipsoid(a: float, b: float, c: float) -> float:
    return 4.0 / 3.0 * math.pi * a * b * c


def half_torus(big: float, small: float) -> float:
    """Return the volume of a quarter of a torus."""
    return math.pi * small**2 * math.pi / 2.0 * big


CLOSED_FORMS = {
    "spleen": ellipsoid(3.5, 2.0, 6.0),
    "brain": ellipsoid(6.6, 8.6, 5.75),
    "thymus": ellipsoid(1.5, 0.8, 4.0),
    "testes": 2 * ellipsoid(1.3, 1.5, 2.3),
    "ovaries": 2 * ellipsoid(1.0, 0.5, 2.0),
    "adrenals": ellipsoid(1.5, 0.5, 5.0),
    "stomach contents": ellipsoid(3.387, 2.387, 7.387),
    "stomach wall": ellipsoid(4.0, 3.0, 8.0) - ellipsoid(3.387, 2.387, 7.387),
    # A cap of the unit sphere beyond 2/3 of its radius is cut off: 2/3 + 2/3 - (2/3)^3/3 of pi.
    "kidneys": 2 * 4.5 * 1.5 * 5.5 * math.pi * (2 / 3 + 2 / 3 - (2 / 3) ** 3 / 3),
    "gall bladder contents": 2 / 3 * math.pi * 2.0**3
    + math.pi * 8.0 / 3.0 * (2.0**2 + 2.0 * 0.18 + 0.18**2),
    "lower large intestine contents": math.pi * 1.34 * 1.59 * 15.28
    + half_torus(5.72, 0.91)
    + half_torus(3.0, 0.91),
    "upper large intestine contents": math.pi * 1.7915**2 * 9.55 + math.pi * 1.973 * 0.973 * 21.0,
}


@pytest.mark.parametrize("name", CLOSED_FORMS)
def test_volume_is_that_of_the_closed_form(name):
    volume = adult_phantom().region(name).volume_cm3
    assert volume == pytest.approx(CLOSED_FORMS[name], rel=VOLUME_TOLERANCE)


def test_no_two_organs_overlap():
    phantom = adult_phantom()
    names = phantom.names
    organs = [n not in BODY for n in names]
    seen = set()
    for x, y, z in points(100_000, seed=1):
        holds = np.zeros(len(names), dtype=np.bool_)
        regions_holding(x, y, z, phantom.primitives, holds)
        found = [n for n, h, o in zip(names, holds, organs, strict=True) if h and o]
        if len(found) > 1:
            seen.add(tuple(found))
    allowed = NESTED | {(b, a) for a, b in NESTED}
    assert not {
        pair
        for group in seen
        for pair in ((a, b) for i, a in enumerate(group) for b in group[i + 1 :])
        if pair not in allowed
    }


def by_hand(name: str, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Return whether points lie in an organ, from its equation as published."""
    if name == "kidneys":
        cap = ((abs(x) - 6) / 4.5) ** 2 + ((y - 6) / 1.5) ** 2 + ((z - 32.5) / 5.5) ** 2 <= 1
        return cap & (abs(x) >= 3)
    if name == "liver":
        inside = (x / 16.5) ** 2 + (y / 8) ** 2 <= 1
        return inside & (x / 35 + y / 45 - z / 43 <= -1) & (z >= 27) & (z <= 43)
    if name == "pancreas":
        inside = ((x + 1) / 16) ** 2 + (y / 1.2) ** 2 + ((z - 37) / 3.3) ** 2 <= 1
        return inside & (x >= -1) & ((z >= 37) | (x <= 3))
    right = ((x + 8.5) / 5) ** 2 + (y / 7.5) ** 2 + ((z - 43.5) / 24) ** 2 <= 1
    left = ((x - 8.5) / 5) ** 2 + (y / 7.5) ** 2 + ((z - 43.5) / 24) ** 2 <= 1
    right &= ~((z >= 46) & (z <= 54) & (y < 1.5) & (x > -5.4))
    left &= ~((z >= 43.5) & (z <= 55) & (y < 1.0) & (x < 8.0))
    return (right | left) & (z >= 43.5)


@pytest.mark.parametrize("name", ["kidneys", "liver", "pancreas", "lungs"])
def test_location_agrees_with_the_equation_in_numpy(name):
    phantom = adult_phantom()
    at = points(60_000, seed=2)
    expected = by_hand(name, *at.T)
    found = [region_at(x, y, z, phantom.primitives) == phantom.number(name) for x, y, z in at]
    assert expected.sum() > 50
    np.testing.assert_array_equal(found, expected)


def test_sigmoid_and_clavicles_agree_with_their_equations_in_numpy():
    """Tori, with more points where they are."""
    phantom = adult_phantom()
    rng = np.random.default_rng(4)
    colon = {phantom.number(f"lower large intestine {n}") for n in ("wall", "contents")}
    x, y, z = rng.uniform((-2.0, -2.0, 0.0), (11.0, 2.0, 8.7), size=(20_000, 3)).T
    upper = (np.hypot(x - 3, z - 8.72) - 5.72) ** 2 + y**2 <= 1.57**2
    lower = (np.hypot(x - 3, z) - 3) ** 2 + y**2 <= 1.57**2
    expected = np.where(x >= 3, upper, lower)
    found = [region_at(*p, phantom.primitives) in colon for p in zip(x, y, z, strict=True)]
    np.testing.assert_array_equal(found, expected)
    x, y, z = rng.uniform((-16.0, -9.9, 67.0), (16.0, 2.0, 69.5), size=(20_000, 3)).T
    expected = (np.hypot(x, y - 11.1) - 20) ** 2 + (z - 68.25) ** 2 <= 0.7883**2
    expected &= (0.89415 * abs(x) <= 11.1 - y) & (11.1 - y <= 7.0342 * abs(x))
    # The other bones here are the spine, the arms and the ends of rib and shoulder blade.
    elsewhere = (np.hypot(x, y - 5.5) < 3.0) | (np.abs(x) > 15.0) | (z < 67.35)
    bone = phantom.number("skeleton")
    found = [region_at(*p, phantom.primitives) == bone for p in zip(x, y, z, strict=True)]
    chosen = ~elsewhere
    np.testing.assert_array_equal(np.array(found)[chosen], expected[chosen])
    assert expected[chosen].sum() > 50


def test_outside_is_outside_and_inside_has_a_region_everywhere():
    primitives = adult_phantom().primitives
    for place in ((30.0, 0.0, 30.0), (0.0, 0.0, 95.0), (0.0, 5.0, -40.0), (1e6, 0.0, 0.0)):
        assert region_at(*place, primitives) == -1
    for x, y, z in points(20_000, seed=3):
        if (x / 19.9) ** 2 + (y / 9.9) ** 2 <= 1.0 and 0.1 <= z <= 69.9:
            assert region_at(x, y, z, primitives) >= 0


def test_phantom_and_reference_masses_are_kept_apart():
    kidneys = adult_phantom().region("kidneys")
    assert kidneys.reference_mass_kg == 0.310
    assert kidneys.mass_kg == pytest.approx(0.2995, rel=1e-3)
    assert adult_phantom().region("skeleton").reference_mass_kg is None


def test_names_are_read_with_underscores_and_others_refused():
    assert adult_phantom().number("Stomach_wall") == adult_phantom().number("stomach wall")
    with pytest.raises(InvalidValueError, match="no region 'marrow'; it has kidneys"):
        adult_phantom().number("marrow")
    with pytest.raises(DataError, match="no material 'gold'"):
        phantom_material("gold")


def test_boxes_hold_their_regions():
    phantom = adult_phantom()
    low, high = phantom.box_cm("kidneys")[::2], phantom.box_cm("kidneys")[1::2]
    np.testing.assert_allclose([low, high], [(-10.5, 4.5, 27.0), (10.5, 7.5, 38.0)])
    assert phantom.uniform_in("liver").region == phantom.number("liver")
    assert phantom.solids().masses_g.sum() == pytest.approx(
        1e3 * sum(r.mass_kg for r in phantom.regions)
    )
