"""Emissions by kind of radiation, energies per decay, beta spectra."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from alphatwin.errors import DataError, NotSupportedError
from alphatwin.nuclides import (
    DECAY_DATA_NAMES,
    RADIATIONS,
    EnergyPerDecay,
    emissions,
    energy_per_decay_mev,
    ensdf,
    nuclide,
)

SPECTRUM_GRID = 0.02  # trapezoids on the grid of the ICRP 107 spectra, coarse near the end point


def test_alpha_lines_of_bismuth_213_as_printed():
    alpha = emissions("213Bi").alpha
    assert alpha.energies_mev.tolist() == [5.55187, 5.86959]
    assert alpha.yields_per_decay.tolist() == [0.0015466, 0.0193534]
    assert alpha.yield_per_decay == pytest.approx(0.0209, rel=1e-6)
    assert alpha.energy_per_decay_mev == pytest.approx(
        5.55187 * 0.0015466 + 5.86959 * 0.0193534, rel=1e-12
    )


@pytest.mark.parametrize("decay_data", DECAY_DATA_NAMES)
@pytest.mark.parametrize("name", sorted(ensdf.structure()))
def test_every_line_has_an_energy_and_a_yield(name, decay_data):
    found = emissions(name, decay_data=decay_data)
    for kind in RADIATIONS:
        lines = found.by_kind[kind]
        assert lines.kind == kind
        assert np.all(lines.energies_mev > 0.0)
        assert np.all(np.diff(lines.energies_mev) >= 0.0)
        assert np.all(lines.yields_per_decay >= 0.0)
        assert not lines.energies_mev.flags.writeable
        assert getattr(found, kind) is lines


def test_kinds_of_photons_and_betas_are_joined():
    copper = emissions("64Cu")
    assert copper.beta.yield_per_decay == pytest.approx(0.39 + 0.174083, rel=1e-6)
    assert 0.51099891 in copper.photon.energies_mev.round(8) or np.any(
        np.isclose(copper.photon.energies_mev, 0.511, atol=1e-4)
    )


@pytest.mark.parametrize("name", ["Ac-225", "Fr-221", "At-217", "Bi-213", "Po-213", "At-211"])
def test_recoils_from_momentum_are_those_that_icrp_107_prints(name):
    """ICRP 107 prints recoil energies to six digits; its alphas are its own."""
    shares = [
        energy_per_decay_mev(name, decay_data=data).recoil
        / energy_per_decay_mev(name, decay_data=data).alpha
        for data in DECAY_DATA_NAMES
    ]
    assert shares[1] == pytest.approx(shares[0], rel=2e-3)


@pytest.mark.parametrize(
    ("name", "daughter"), [("Ac-225", "Fr-221"), ("Fr-221", "At-217"), ("At-211", "Bi-207")]
)
def test_recoils_take_the_share_of_the_alpha_by_the_masses_of_the_table(name, daughter):
    """The mass of the daughter from Q of the decay is the mass that the table has for it."""
    found = emissions(name, decay_data="ensdf")
    share = 4.002603254 / nuclide(daughter).atomic_mass_g_per_mol
    assert found.recoil.energies_mev == pytest.approx(found.alpha.energies_mev * share, rel=1e-7)
    assert found.recoil.yields_per_decay.tolist() == found.alpha.yields_per_decay.tolist()


def test_beta_spectrum_holds_all_betas_and_their_mean_energy():
    for name in ("Bi-213", "Lu-177", "Y-90", "Pb-212"):
        found = emissions(name)
        spectrum = found.beta_spectrum()
        number = np.trapezoid(spectrum.betas_per_decay_per_mev, spectrum.energies_mev)
        energy = np.trapezoid(
            spectrum.betas_per_decay_per_mev * spectrum.energies_mev, spectrum.energies_mev
        )
        assert number == pytest.approx(found.beta.yield_per_decay, rel=SPECTRUM_GRID)
        assert energy == pytest.approx(found.beta.energy_per_decay_mev, rel=SPECTRUM_GRID)


@pytest.mark.parametrize(("name", "decay_data"), [("Po-213", "icrp107"), ("Bi-213", "ensdf")])
def test_a_missing_spectrum_is_refused(name, decay_data):
    with pytest.raises(NotSupportedError, match="holds no beta spectrum"):
        emissions(name, decay_data=decay_data).beta_spectrum()


def test_sums_of_energies():
    energy = EnergyPerDecay(
        alpha=5.0, recoil=0.1, beta=0.4, conversion=0.03, auger=0.02, photon=2.0
    )
    assert energy.electron == pytest.approx(0.45)
    assert energy.charged == pytest.approx(5.55)
    assert energy.total == pytest.approx(7.55)
    assert tuple(energy.as_dict()) == RADIATIONS
    assert energy.as_dict()["conversion"] == 0.03


def test_a_stable_nuclide_emits_nothing():
    assert energy_per_decay_mev("Bi-209").total == 0.0


def test_outside_the_chain_table_icrp_107_still_has_emissions():
    assert energy_per_decay_mev("Ba-137m").photon == pytest.approx(0.6, abs=0.02)
    with pytest.raises(DataError, match="not in the ENSDF table"):
        energy_per_decay_mev("Ba-137m", decay_data="ensdf")


def test_the_large_ensdf_table_is_not_read_for_icrp_107():
    code = (
        "import json; from alphatwin.nuclides import decay_chain, ensdf, nuclide;"
        "decay_chain('225Ac').energy_per_parent_decay_mev();"
        "print(json.dumps(ensdf.lines.cache_info().currsize))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert json.loads(done.stdout) == 0
