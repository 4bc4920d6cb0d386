"""Laws of the dose from decays elsewhere: additive, linear, conserving, blind to order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alphatwin.dose import RADIATION_TYPES
from alphatwin.dose.cross_dose import HOSTS, cross_s_values, lesion_site, organ_site
from alphatwin.dose.mird import JOULE_PER_MEV
from alphatwin.dose.transport.phantom import adult_regions
from alphatwin.dose.transport.phantom_matrix import phantom_s_matrix
from alphatwin.nuclides import energy_per_decay_mev

ROUND_OFF = 1e-9
NUCLIDES = ("Lu-177", "Ac-225", "Bi-213", "Tl-209", "Pb-212", "Tl-208", "At-211", "Y-90")
MASSES = st.floats(1e-4, 3.0)
ORGANS = st.lists(st.sampled_from(HOSTS), min_size=2, max_size=5, unique=True)
PHOTON = RADIATION_TYPES.index("photon")


def close(expected, *, rel):
    """Return what is near a number of any size: S-values are far below pytest's own 1e-12."""
    return pytest.approx(expected, rel=rel, abs=0.0)


def sites(organs, lesion_kg):
    lesion = lesion_site("lesion", within=organs[0], mass_kg=lesion_kg)
    return (*(organ_site(name, mass_kg=0.2) for name in organs), lesion, organ_site("rest"))


@pytest.mark.parametrize("nuclide", NUCLIDES)
def test_never_more_energy_arrives_than_photons_and_electrons_carry(nuclide):
    """Over all regions of the phantom at their masses, own ones included, the sum is below 1."""
    matrix = phantom_s_matrix(nuclide)
    masses = np.array([r.mass_kg for r in adult_regions()])
    emitted = energy_per_decay_mev(nuclide)
    arrives_j = np.einsum("str,t->sr", matrix, masses)
    electrons = emitted.beta + emitted.conversion + emitted.auger
    assert (arrives_j[:, PHOTON] <= 1.01 * emitted.photon * JOULE_PER_MEV).all()
    inside = [r.name != "skin" for r in adult_regions()]  # from which electrons leave the body
    assert arrives_j[inside, PHOTON - 1] == close(electrons * JOULE_PER_MEV, rel=0.01)
    assert arrives_j[:, PHOTON - 1].max() < 1.001 * electrons * JOULE_PER_MEV
    # Alphas and recoils stay.
    assert not matrix[:, :, : PHOTON - 1].any()


@settings(max_examples=40, deadline=None)
@given(organs=ORGANS, lesion_kg=MASSES, nuclide=st.sampled_from(NUCLIDES))
def test_no_value_is_negative_none_is_alpha_and_order_does_not_matter(organs, lesion_kg, nuclide):
    made = sites(organs, lesion_kg)
    forth = cross_s_values(made, nuclides=(nuclide,))
    back = cross_s_values(made[::-1], nuclides=(nuclide,))
    assert set(forth) == set(back)
    for pair, values in forth.items():
        assert values.min() >= 0.0
        assert not values[:, : PHOTON - 1].any()
        assert values == close(back[pair], rel=ROUND_OFF)
        assert pair[0] != pair[1]


@settings(max_examples=25, deadline=None)
@given(organs=ORGANS, lesion_kg=MASSES)
def test_a_chain_is_the_sum_of_its_members(organs, lesion_kg):
    made = sites(organs, lesion_kg)
    together = cross_s_values(made, nuclides=NUCLIDES)
    for i, nuclide in enumerate(NUCLIDES):
        for pair, values in cross_s_values(made, nuclides=(nuclide,)).items():
            assert together[pair][i] == close(values[0], rel=ROUND_OFF)


@settings(max_examples=40, deadline=None)
@given(masses=st.lists(MASSES, min_size=2, max_size=2), nuclide=st.sampled_from(NUCLIDES))
def test_lesion_and_organ_share_no_more_than_what_is_emitted(masses, nuclide):
    lesion_kg, organ_kg = masses
    made = (
        lesion_site("lesion", within="liver", mass_kg=lesion_kg),
        organ_site("liver", mass_kg=organ_kg),
    )
    found = cross_s_values(made, nuclides=(nuclide,))
    into_organ_j = found["liver", "lesion"].sum() * organ_kg
    emitted = energy_per_decay_mev(nuclide)
    charged = emitted.beta + emitted.conversion + emitted.auger
    assert 0.0 < into_organ_j < (charged + emitted.photon) * JOULE_PER_MEV
    assert found["lesion", "liver"] == close(found["liver", "lesion"], rel=ROUND_OFF)
