"""Emissions as bins: energies and yields of the decay data come back from them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from alphatwin.dose.transport.emission_source import PARTICLES, emission_source
from alphatwin.dose.transport.s_values import as_emitted
from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.nuclides import decay_chain, emissions, energy_per_decay_mev

# ICRP 107 prints spectra to three digits at some 100 energies; straight lines between them would
# miss by 0.4 %.
BETA_TOLERANCE = 1.5e-3


@pytest.mark.parametrize("name", ["Lu-177", "Y-90", "Bi-213", "Tl-208", "Cu-64", "I-131"])
def test_energy_of_every_radiation_is_that_of_the_decay_data(name):
    source = emission_source(name)
    energies = dict(
        zip((g.radiation for g in source.groups), source.energy_per_decay_mev, strict=True)
    )
    for radiation, expected in energy_per_decay_mev(name).as_dict().items():
        tolerance = BETA_TOLERANCE if radiation == "beta" else 1e-12
        assert energies.get(radiation, 0.0) == pytest.approx(expected, rel=tolerance)


def test_yields_of_betas_are_those_of_their_branches():
    source = emission_source("Bi-213")
    beta = [g.radiation for g in source.groups].index("beta")
    found = source.yield_per_decay[source.group == beta].sum()
    assert found == pytest.approx(emissions("Bi-213").beta.yield_per_decay, rel=1e-12)


def test_a_chain_counts_every_member_by_its_decays_per_parent():
    source = emission_source("Pb-212", chain=True)
    chain = decay_chain("Pb-212")
    decays = dict(zip(chain.nuclides, chain.decays_per_parent_decay(), strict=True))
    assert decays["Tl-208"] == pytest.approx(0.3593, abs=1e-3)
    for group, energy in zip(source.groups, source.energy_per_decay_mev, strict=True):
        own = energy_per_decay_mev(group.nuclide).as_dict()[group.radiation]
        tolerance = BETA_TOLERANCE if group.radiation == "beta" else 1e-12
        assert energy == pytest.approx(decays[group.nuclide] * own, rel=tolerance)


def test_mean_of_a_bin_is_that_of_its_linear_density():
    source = emission_source("Y-90")
    wide = np.flatnonzero(source.high_mev - source.low_mev > 0.01)[:20]
    for i in wide:
        low, high, r = source.low_mev[i], source.high_mev[i], source.low_density_ratio[i]
        x = np.linspace(low, high, 2001)
        density = r + (2.0 - 2.0 * r) * (x - low) / (high - low)
        assert source.mean_mev[i] == pytest.approx(np.average(x, weights=density), rel=1e-6)


def test_bins_of_the_engine_carry_the_same_energy():
    source = emission_source("Lu-177")
    for emitted in as_emitted(source):
        e, y = emitted.energies_mev, emitted.yields
        if emitted.is_spectrum:
            x = np.unique(np.concatenate([np.linspace(a, b, 9) for a, b in pairwise(e)]))
            density = np.interp(x, e, y)
            energy = np.trapezoid(x * density, x)
        else:
            energy = float(e @ y)
        # The trapezoidal rule over nine points of a bin.
        assert energy == pytest.approx(source.energy_per_decay_mev[emitted.group], rel=2e-3)


def test_only_keeps_one_particle_and_refuses_none():
    source = emission_source("Ac-225", chain=True).only("photon")
    assert set(source.particle) == {PARTICLES.index("photon")}
    assert source.cumulative_probability[-1] == pytest.approx(1.0)
    with pytest.raises(InvalidValueError, match="Y-90 emits no alpha"):
        emission_source("Y-90").only("alpha")


def test_a_set_without_spectra_is_refused_where_betas_are_emitted():
    with pytest.raises(NotSupportedError, match="no beta spectrum of Lu-177"):
        emission_source("Lu-177", decay_data="ensdf")
