"""S-values by transport and by folding: parts add up, masses scale, interpolation is tame."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from alphatwin.dose.mird import JOULE_PER_MEV
from alphatwin.dose.transport import InShell, Spheres, material
from alphatwin.dose.transport.emission_source import emission_source
from alphatwin.dose.transport.phantom import adult_phantom
from alphatwin.dose.transport.phantom_safs import phantom_safs
from alphatwin.dose.transport.s_values import dose_per_decay, phantom_s_value, scaled_to_mass
from alphatwin.errors import InvalidValueError
from alphatwin.nuclides import energy_per_decay_mev


def close(expected, *, rel=1e-6):
    """Return what is near a number of any size: S-values are far below pytest's own 1e-12."""
    return pytest.approx(expected, rel=rel, abs=0.0)


def sphere(nuclide: str, *, chain: bool = False, histories: int = 4000):
    water = material("water")
    return dose_per_decay(
        Spheres((4.2, 24.2), (water, water)),
        InShell(4.2),
        emitted=emission_source(nuclide, chain=chain),
        local_share=np.array([1.0, 0.0]),
        histories=histories,
        seed=1,
        threads=1,
    )


def test_parts_add_up_and_alphas_stay():
    found = sphere("Pb-212", chain=True)
    value = found.s_value(source="s", target="s", region=0)
    total = value.s_value_gy_per_bq_s
    assert sum(value.by_radiation_gy_per_bq_s.values()) == close(total)
    assert sum(value.by_nuclide_gy_per_bq_s.values()) == close(total)
    assert value.by_nuclide_and_radiation_gy_per_bq_s()["Po-212"]["alpha"] > 0.0
    mass_kg = 4.0 / 3.0 * np.pi * 4.2**3 * 1e-3
    alphas = 0.6407 * energy_per_decay_mev("Po-212").alpha + energy_per_decay_mev("Bi-212").alpha
    expected = alphas * JOULE_PER_MEV / mass_kg
    # The branch to 212Po is 64.07 % within a digit of its last.
    assert value.by_radiation_gy_per_bq_s["alpha"] == close(expected, rel=1e-3)
    assert found.s_value(source="s", target="t", region=1).by_radiation_gy_per_bq_s["alpha"] == 0.0


def test_standard_error_is_that_of_the_parts_and_falls_with_histories():
    few = sphere("Lu-177", histories=2000).s_value(source="s", target="s", region=0)
    many = sphere("Lu-177", histories=32_000).s_value(source="s", target="s", region=0)
    # Sixteen times the histories: a quarter of the error, itself known to 11 % from 40 batches.
    assert many.relative_sd == close(few.relative_sd / 4.0, rel=0.5)


def test_own_dose_scales_by_radiation_and_other_doses_do_not():
    own = phantom_s_value("Lu-177", source="kidneys", target="kidneys")
    mass = adult_phantom().region("kidneys").mass_kg
    half = scaled_to_mass(own, phantom_mass_kg=mass, mass_kg=mass / 2.0)
    before, after = own.by_radiation_gy_per_bq_s, half.by_radiation_gy_per_bq_s
    assert after["electron"] == close(2.0 * before["electron"])
    assert after["photon"] == close(2.0 ** (2.0 / 3.0) * before["photon"])
    other = phantom_s_value("Lu-177", source="kidneys", target="liver")
    assert scaled_to_mass(other, phantom_mass_kg=mass, mass_kg=mass / 2.0) is other
    with pytest.raises(InvalidValueError, match="masses must be > 0 kg"):
        scaled_to_mass(own, phantom_mass_kg=mass, mass_kg=0.0)


def test_fractions_go_through_their_points_and_to_their_limit():
    safs = phantom_safs("photon")
    values, _ = safs.pair(source="liver", target="liver")
    np.testing.assert_allclose(
        safs.at(safs.energies_mev, source="liver", target="liver"), values, rtol=1e-12
    )
    mass = adult_phantom().region("liver").mass_kg
    assert safs.at(0.0, source="liver", target="liver") == close(1.0 / mass)
    assert safs.at(0.0, source="liver", target="kidneys") == 0.0
    for refused in (-0.1, 3.5, np.nan):
        with pytest.raises(InvalidValueError, match="energy_mev must lie between 0 and 3"):
            safs.at(refused, source="liver", target="liver")


def test_error_of_a_sum_is_that_of_its_grid_points():
    safs = phantom_safs("photon")
    _, error = safs.pair(source="liver", target="kidneys")
    at_points = safs.variance_at(
        safs.energies_mev[[3, 7]], weights=[2.0, 1.0], source="liver", target="kidneys"
    )
    assert at_points == close(4.0 * error[3] ** 2 + error[7] ** 2)


def test_a_chain_is_the_sum_of_its_members():
    chain = phantom_s_value("Pb-212", source="liver", target="kidneys", chain=True)
    from alphatwin.nuclides import decay_chain

    members = decay_chain("Pb-212")
    parts = [
        n * phantom_s_value(m, source="liver", target="kidneys").s_value_gy_per_bq_s
        for m, n in zip(members.nuclides, members.decays_per_parent_decay(), strict=True)
    ]
    assert chain.s_value_gy_per_bq_s == close(sum(parts), rel=1e-9)


def test_values_are_frozen():
    value = phantom_s_value("Lu-177", source="liver", target="liver")
    with pytest.raises(dataclasses.FrozenInstanceError):
        value.parent = "Y-90"
