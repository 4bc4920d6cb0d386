"""Which regions irradiate each other, and how much: the phantom, spheres in spheres, the rest."""

from __future__ import annotations

import numpy as np
import pytest

from alphatwin.dose import RADIATION_TYPES
from alphatwin.dose.cross_dose import (
    HOSTS,
    Site,
    cross_s_values,
    host_of,
    lesion_site,
    organ_site,
    place_in_phantom,
)
from alphatwin.dose.mird import JOULE_PER_MEV
from alphatwin.dose.nested_spheres import nested_s_values, wholly_inside_ratio
from alphatwin.dose.transport.phantom import adult_regions, region_names
from alphatwin.dose.transport.phantom_matrix import phantom_s_matrix
from alphatwin.dose.transport.s_values import phantom_s_value
from alphatwin.dose.transport.sphere_table import sphere_s_values
from alphatwin.errors import InvalidValueError
from alphatwin.nuclides import energy_per_decay_mev

ROUND_OFF = 1e-12  # the same sum in another order
SPECTRUM = 0.005  # the beta spectrum of the spheres is coarser than that of the phantom
PLACED = 0.05  # chords are attenuated, not only long: odds stand for that
VANISHING = 0.02  # a lesion of a nanogram still keeps 1 % of soft photons
RECIPROCITY = 0.05  # errors of counting, and distant organs with few photons
PHOTON = RADIATION_TYPES.index("photon")
MASS_KG = {r.name: r.mass_kg for r in adult_regions()}


def close(expected, *, rel):
    """Return what is near a number of any size: S-values are far below pytest's own 1e-12."""
    return pytest.approx(expected, rel=rel, abs=0.0)


def between(*sites, nuclide="Lu-177"):
    found = cross_s_values(tuple(sites), nuclides=(nuclide,))
    return {pair: values[0] for pair, values in found.items()}


@pytest.mark.parametrize("nuclide", ["Lu-177", "Bi-213", "Tl-208", "Ac-225", "Y-90"])
def test_all_pairs_at_once_are_those_folded_one_by_one(nuclide):
    matrix = phantom_s_matrix(nuclide)
    names = region_names()
    for source, target in [("kidneys", "liver"), ("spleen", "spleen"), ("skin", "testes")]:
        one = phantom_s_value(nuclide, source=source, target=target).by_radiation_gy_per_bq_s
        found = matrix[names.index(source), names.index(target)]
        for kind in ("electron", "photon"):
            assert found[RADIATION_TYPES.index(kind)] == close(one[kind], rel=ROUND_OFF)
    assert not matrix[:, :, :2].any()


def test_data_without_spectra_borrow_the_shape_of_one():
    """The mean beta energies of the two sets differ by less than the spectra shift a fold."""
    icrp, ensdf = (phantom_s_matrix("Lu-177", decay_data=d) for d in ("icrp107", "ensdf"))
    electrons = RADIATION_TYPES.index("electron")
    assert ensdf[0, 0, electrons] == close(icrp[0, 0, electrons], rel=0.01)
    assert ensdf[0, 1, PHOTON] == close(icrp[0, 1, PHOTON], rel=0.05)


def test_organs_irradiate_each_other_as_in_the_phantom_whatever_their_masses():
    for kidneys_kg in (0.2, 0.4, None):
        found = between(organ_site("kidneys", mass_kg=kidneys_kg), organ_site("liver", mass_kg=2.0))
        assert set(found) == {("kidneys", "liver"), ("liver", "kidneys")}
        one = phantom_s_value("Lu-177", source="kidneys", target="liver").s_value_gy_per_bq_s
        assert found["liver", "kidneys"].sum() == close(one, rel=ROUND_OFF)


def test_a_nuclide_without_photons_gives_next_to_nothing():
    """209Pb has betas alone: what reaches the liver is their bremsstrahlung."""
    found = between(organ_site("kidneys"), organ_site("liver"), nuclide="Pb-209")
    assert all(values[PHOTON] == 0.0 for values in found.values())
    whole_j = energy_per_decay_mev("Pb-209").total * JOULE_PER_MEV
    assert found["liver", "kidneys"].sum() * MASS_KG["liver"] < 1e-3 * whole_j


def test_names_find_their_places():
    assert place_in_phantom("Left kidney", role="source") == "kidneys"
    assert place_in_phantom("urinary_bladder", role="source") == "urinary bladder contents"
    assert place_in_phantom("urinary_bladder", role="target") == "urinary bladder wall"
    assert place_in_phantom("lesion 1", role="target") is None
    assert organ_site("niere", aliases=("kidneys",)).source == "kidneys"
    assert organ_site("red_marrow") == Site("red_marrow", "skeleton", None)
    assert between(organ_site("left kidney"), organ_site("right kidney")) == {}


@pytest.mark.parametrize("name", ["heart muscle", "bladder", "rest of the body", "skin", ""])
def test_a_lesion_lies_within_a_solid_organ_or_nowhere(name):
    with pytest.raises(InvalidValueError, match="is no solid organ of the phantom; allowed: kid"):
        lesion_site("lesion", within=name)
    assert lesion_site("lesion", within=None).source is None
    assert [host_of(name) for name in HOSTS] == list(HOSTS)


def test_a_lesion_gives_and_takes_as_the_organ_around_it():
    kidneys = organ_site("kidneys", mass_kg=0.3)
    liver = between(kidneys, organ_site("liver", mass_kg=1.8))
    lesion = between(kidneys, lesion_site("lesion", within="liver", mass_kg=0.02))
    assert lesion["kidneys", "lesion"] == close(liver["kidneys", "liver"], rel=ROUND_OFF)
    assert lesion["lesion", "kidneys"] == close(liver["liver", "kidneys"], rel=ROUND_OFF)
    # Of two lesions of unknown mass nothing is known but what they do to others.
    two = between(
        lesion_site("a", within="liver"), lesion_site("b", within="liver", mass_kg=0.1), kidneys
    )
    assert ("a", "b") not in two
    assert ("kidneys", "a") in two


@pytest.mark.parametrize("nuclide", ["Lu-177", "Y-90", "Bi-213"])
def test_what_leaves_a_lesion_and_stays_in_the_organ_is_counted_once(nuclide):
    """Own dose of the lesion and the organ's dose from it add to that of points well inside."""
    lesion_kg, organ_kg = 0.02, 1.8
    found = between(
        lesion_site("lesion", within="liver", mass_kg=lesion_kg),
        organ_site("liver", mass_kg=organ_kg),
        nuclide=nuclide,
    )
    own, both = (
        sphere_s_values([nuclide], mass_kg=m).by_nuclide_and_radiation_gy_per_bq_s[0] * m
        for m in (lesion_kg, lesion_kg + organ_kg)
    )
    given = found["liver", "lesion"] * organ_kg
    emitted = energy_per_decay_mev(nuclide)
    electrons_mev = emitted.beta + emitted.conversion + emitted.auger
    whole = np.array([emitted.alpha, emitted.recoil, electrons_mev, emitted.photon])
    whole *= JOULE_PER_MEV
    c = wholly_inside_ratio((lesion_kg / (lesion_kg + organ_kg)) ** (1.0 / 3.0))
    assert 1.0 < c < 1.2
    expected = c * both * whole / np.maximum(whole - both + c * both, 1e-99)
    assert own + given == close(expected, rel=ROUND_OFF)
    assert (own + given <= whole * (1.0 + ROUND_OFF)).all()
    assert (own + given >= both * (1.0 - ROUND_OFF)).all()
    assert found["lesion", "liver"] == close(found["liver", "lesion"], rel=ROUND_OFF)


def test_the_surface_is_no_farther_from_points_anywhere():
    """Limits: a point anywhere, and the whole sphere; in between the middle counts more."""
    assert wholly_inside_ratio(0.0) == pytest.approx(1.0, rel=1e-3)
    assert wholly_inside_ratio(1.0) == pytest.approx(1.0, rel=1e-3)
    assert 1.1 < wholly_inside_ratio(0.5) < 4.0 / 3.0


def test_a_vanishing_lesion_receives_the_dose_of_the_organ_around_it():
    organ_kg = 1.8
    found = nested_s_values(["Y-90"], lesion_mass_kg=1e-12, host_mass_kg=organ_kg)[0]
    own = sphere_s_values(["Y-90"], mass_kg=organ_kg).by_nuclide_and_radiation_gy_per_bq_s[0]
    assert found[2:] == close(own[2:], rel=VANISHING)


def test_a_nested_fraction_is_that_of_a_lesion_placed_at_random():
    r"""Second route: straight rays of one attenuation from a small sphere in a large one.

    The share absorbed between the surfaces, from points and directions drawn at random, against
    the difference of the two spheres' own shares from the same draws.
    """
    rng = np.random.default_rng(7)
    n, big_cm, small_cm, mu_per_cm = 400_000, 7.5, 1.67, 0.03

    def points(radius_cm):
        at = rng.normal(size=(n, 3))
        return at / np.linalg.norm(at, axis=1)[:, None] * radius_cm * rng.random((n, 1)) ** (1 / 3)

    def kept(at, direction, radius_cm):
        along = (at * direction).sum(axis=1)
        way_cm = -along + np.sqrt(along**2 + radius_cm**2 - (at**2).sum(axis=1))
        return float(-np.expm1(-mu_per_cm * way_cm).mean())

    direction = points(1.0)
    direction /= np.linalg.norm(direction, axis=1)[:, None]
    inside, middle = points(small_cm), points(big_cm - small_cm)
    placed = kept(middle + inside, direction, big_cm) - kept(inside, direction, small_cm)
    anywhere = kept(points(big_cm), direction, big_cm)
    odds = wholly_inside_ratio(small_cm / big_cm) * anywhere / (1.0 - anywhere)
    rule = odds / (1.0 + odds) - kept(inside, direction, small_cm)
    assert rule == close(placed, rel=PLACED)
    assert anywhere - kept(inside, direction, small_cm) < 0.9 * placed


def test_two_lesions_of_one_organ_give_each_other_photons_alone_and_alike():
    small, large = (
        lesion_site(name, within="liver", mass_kg=mass_kg)
        for name, mass_kg in (("small", 0.004), ("large", 0.12))
    )
    found = between(small, large)
    assert found["small", "large"] == close(found["large", "small"], rel=ROUND_OFF)
    assert not found["small", "large"][[i for i in range(4) if i != PHOTON]].any()
    to_host = between(large, organ_site("liver", mass_kg=MASS_KG["liver"]))["liver", "large"]
    assert found["small", "large"][PHOTON] == close(to_host[PHOTON], rel=ROUND_OFF)


def test_a_pair_of_organs_is_two_spheres_and_two_regions_are_one_organ():
    lesion = lesion_site("lesion", within="kidneys", mass_kg=0.01)
    pair = between(lesion, organ_site("kidneys", mass_kg=0.3))["kidneys", "lesion"]
    halves = between(
        lesion, organ_site("left kidney", mass_kg=0.15), organ_site("right kidney", mass_kg=0.15)
    )
    assert halves["left kidney", "lesion"] == close(pair, rel=ROUND_OFF)
    expected = nested_s_values(["Lu-177"], lesion_mass_kg=0.01, host_mass_kg=0.3, parts=2)[0]
    assert pair == close(expected, rel=ROUND_OFF)
    alone = between(lesion, organ_site("left kidney", mass_kg=0.15))["left kidney", "lesion"]
    assert alone == close(
        nested_s_values(["Lu-177"], lesion_mass_kg=0.01, host_mass_kg=0.15)[0], rel=ROUND_OFF
    )


def test_the_rest_is_the_mean_by_mass_of_the_regions_that_the_course_leaves_free():
    rest = organ_site("remaining body")
    found = between(rest, organ_site("kidneys"))["kidneys", "remaining body"]
    free = [n for n in region_names() if n != "kidneys" and not n.endswith(" contents")]
    values = [phantom_s_value("Lu-177", source=n, target="kidneys") for n in free]
    total = sum(MASS_KG[n] * v.s_value_gy_per_bq_s for n, v in zip(free, values, strict=True))
    expected = total / sum(MASS_KG[n] for n in free)
    assert found.sum() == close(expected, rel=ROUND_OFF)
    with_liver = between(rest, organ_site("kidneys"), organ_site("liver"))
    assert with_liver["kidneys", "remaining body"].sum() < found.sum()


def test_the_rest_reaches_a_lesion_by_photons_even_within_its_own_organ():
    rest, lesion = organ_site("rest"), lesion_site("lesion", within="liver", mass_kg=0.02)
    free = between(rest, lesion)["lesion", "rest"]
    taken = between(rest, lesion, organ_site("liver", mass_kg=1.8))["lesion", "rest"]
    assert free[PHOTON] > 1.1 * taken[PHOTON]
    electrons = RADIATION_TYPES.index("electron")
    assert free[electrons] == close(taken[electrons], rel=0.05)


@pytest.mark.parametrize("nuclide", ["Lu-177", "I-131", "Bi-213"])
def test_a_lesion_gives_the_rest_what_it_receives_from_it(nuclide):
    """Reciprocity, also where the organ around the lesion is a part of the rest."""
    rest, lesion = organ_site("rest"), lesion_site("lesion", within="liver", mass_kg=0.02)
    for others in ((), (organ_site("liver", mass_kg=1.8),)):
        found = cross_s_values((rest, lesion, *others), nuclides=(nuclide,))
        gives, takes = found["rest", "lesion"][0], found["lesion", "rest"][0]
        assert gives[PHOTON] == close(takes[PHOTON], rel=RECIPROCITY)


def test_masses_that_are_none_are_refused():
    with pytest.raises(InvalidValueError, match="masses must be > 0 kg"):
        nested_s_values(["Lu-177"], lesion_mass_kg=0.0, host_mass_kg=1.0)
