"""Make the atomic tables of `alphatwin.dose.transport` from the reference data.

Run from the repository root: ``python tools/make_transport_tables.py [REFERENCE_FOLDER]``
(by default ``ALPHATWIN_REFERENCE`` or ``../shared/reference``). Rewrites the CSV files and
their sidecars under ``src/alphatwin/tables``; the same input gives the same bytes. The incoherent
functions are fitted here to the incoherent cross sections of the same library.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import least_squares

from alphatwin.dose.transport.scattering import (
    ETA_GRID,
    N_LEVELS,
    N_QUANTILES,
    STRONGEST,
    deflections,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

TABLES = Path(__file__).resolve().parents[1] / "src" / "alphatwin" / "tables"
RETRIEVED = "2026-11"
LOWEST_MEV, HIGHEST_MEV = 0.0009, 12.0
ELECTRON_MASS_MEV = 0.51099895
PER_ANGSTROM_PER_MEV = 1000.0 / 12.398419843
"""Momentum transfer in 1/Angstrom of a photon of 1 MeV turned back: x = E sin(theta/2) / (hc)."""

NODES = np.polynomial.legendre.leggauss(96)
EPDL = "EPDL97, LLNL UCRL-50400 vol. 6 rev. 5 (Cullen, Hubbell, Kissel 1997), as in ENDF/B"
EPDL_URL = "https://www-nds.iaea.org/epdl97/"

# Z, symbol, standard atomic weight [g/mol], mean excitation energy in compounds [eV]
ELEMENTS = [
    (1, "H", 1.008, 19.2), (6, "C", 12.011, 81.0), (7, "N", 14.007, 82.0),
    (8, "O", 15.999, 106.0), (11, "Na", 22.990, 168.4), (12, "Mg", 24.305, 176.3),
    (15, "P", 30.974, 195.5), (16, "S", 32.06, 203.4), (17, "Cl", 35.45, 180.0),
    (19, "K", 39.098, 214.7), (20, "Ca", 40.078, 215.8), (26, "Fe", 55.845, 323.2),
    (53, "I", 126.904, 554.8),
]  # fmt: skip

# Z -> (electrons, binding energy [eV]) of the shells, for the density effect.
SHELLS = {
    1: [(1, 13.6)],
    6: [(2, 288.0), (2, 16.59), (2, 11.26)],
    7: [(2, 403.0), (2, 20.33), (3, 14.53)],
    8: [(2, 538.0), (2, 28.48), (4, 13.62)],
    11: [(2, 1075.0), (2, 66.0), (6, 34.0), (1, 5.14)],
    12: [(2, 1308.0), (2, 92.0), (6, 54.0), (2, 7.65)],
    15: [(2, 2148.0), (2, 193.0), (6, 135.0), (2, 16.15), (3, 10.49)],
    16: [(2, 2476.0), (2, 234.0), (6, 170.0), (2, 20.20), (4, 10.36)],
    17: [(2, 2829.0), (2, 277.0), (6, 208.0), (2, 24.54), (5, 12.97)],
    19: [(2, 3610.0), (2, 381.0), (6, 298.0), (2, 37.0), (6, 19.0), (1, 4.34)],
    20: [(2, 4041.0), (2, 441.0), (6, 352.0), (2, 48.0), (6, 28.0), (2, 6.11)],
    26: [(2, 7117.0), (2, 851.0), (6, 714.0), (2, 98.0), (6, 61.0), (6, 9.0), (2, 7.90)],
    53: [(2, 33176.0), (2, 5195.0), (6, 4703.0), (2, 1078.0), (6, 900.0), (10, 628.0), (2, 193.0),
         (6, 135.0), (10, 56.0), (2, 20.61), (5, 10.45)],
}  # fmt: skip

# name, density, mean excitation energy [eV] (0: Bragg's rule), mass fractions
MATERIALS = [
    ("water", 1.00, 75.0, {1: 0.111898, 8: 0.888102}),
    ("soft_tissue", 1.06, 74.7, {1: 0.102, 6: 0.143, 7: 0.034, 8: 0.708, 11: 0.002, 15: 0.003,
                                 16: 0.003, 17: 0.002, 19: 0.003}),
    ("lung", 0.26, 75.2, {1: 0.103, 6: 0.105, 7: 0.031, 8: 0.749, 11: 0.002, 15: 0.002, 16: 0.003,
                          17: 0.003, 19: 0.002}),
    ("cortical_bone", 1.92, 112.0, {1: 0.034, 6: 0.155, 7: 0.042, 8: 0.435, 11: 0.001, 12: 0.002,
                                    15: 0.103, 16: 0.003, 20: 0.225}),
    ("red_marrow", 1.03, 0.0, {1: 0.105, 6: 0.414, 7: 0.034, 8: 0.439, 15: 0.001, 16: 0.002,
                               17: 0.002, 19: 0.002, 26: 0.001}),
    ("adipose", 0.95, 64.8, {1: 0.114, 6: 0.598, 7: 0.007, 8: 0.278, 11: 0.001, 16: 0.001,
                             17: 0.001}),
    ("blood", 1.06, 75.2, {1: 0.102, 6: 0.110, 7: 0.033, 8: 0.745, 11: 0.001, 15: 0.001, 16: 0.002,
                           17: 0.003, 19: 0.002, 26: 0.001}),
    ("muscle", 1.05, 74.6, {1: 0.102, 6: 0.143, 7: 0.034, 8: 0.710, 11: 0.001, 15: 0.002, 16: 0.003,
                            17: 0.001, 19: 0.004}),
    ("air", 0.001205, 85.7, {6: 0.000124, 7: 0.755268, 8: 0.231781, 17: 0.012827}),
]  # fmt: skip

# NIST ESTAR, liquid water: energy [MeV], radiative stopping power [MeV cm2/g], read.
RADIATIVE_WATER = [
    (0.010, 3.898e-3), (0.015, 3.944e-3), (0.020, 3.963e-3), (0.030, 3.984e-3),
    (0.040, 4.005e-3), (0.050, 4.031e-3), (0.060, 4.062e-3), (0.080, 4.138e-3),
    (0.100, 4.228e-3), (0.125, 4.355e-3), (0.150, 4.494e-3), (0.200, 4.801e-3),
    (0.250, 5.141e-3), (0.300, 5.514e-3), (0.400, 6.339e-3), (0.500, 7.257e-3),
    (0.600, 8.254e-3), (0.800, 1.042e-2), (1.000, 1.280e-2), (1.250, 1.600e-2),
    (1.500, 1.942e-2), (2.000, 2.678e-2), (2.500, 3.468e-2), (3.000, 4.299e-2),
    (4.000, 6.058e-2), (5.000, 7.917e-2), (8.000, 1.391e-1), (10.00, 1.814e-1),
]  # fmt: skip


def main() -> None:
    """Write every table."""
    told = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("ALPHATWIN_REFERENCE")
    reference = Path(told) if told else TABLES.parents[3] / "shared" / "reference"
    physics = reference / "physics"
    photons = _read(physics / "epdl97_photon_cross_sections.csv")
    _write(
        "photon_cross_sections",
        ("z", "process", "energy_mev", "cross_section_barn"),
        (
            (r["z"], r["process"], r["energy_mev"], r["cross_section_barn"])
            for r in photons
            if LOWEST_MEV <= float(r["energy_mev"]) <= HIGHEST_MEV
        ),
        title="Photon cross sections of the elements of tissue, by process",
        quantity="cross section per atom, linear-linear or log-log between points",
        unit="MeV; barn per atom",
        source=EPDL,
        doi_or_url=EPDL_URL,
        licence="public nuclear data",
    )
    _write(
        "photon_form_factors",
        ("z", "momentum_transfer_per_angstrom", "form_factor"),
        (
            (r["Z"], r["momentum_transfer"], r["form_factor"])
            for r in _read(physics / "epdl97_form_factors.csv")
        ),
        title="Coherent form factors of the elements of tissue",
        quantity="form factor against momentum transfer sin(theta/2)/lambda",
        unit="1/Angstrom; electrons",
        source=EPDL,
        doi_or_url=EPDL_URL,
        licence="public nuclear data",
    )
    _write_relaxation(physics)
    _write_incoherent(photons)
    _write_compositions()
    _write_deflections()


def _write_deflections() -> None:
    strengths = [STRONGEST * 0.5**level for level in range(N_LEVELS)]
    rows = []
    for eta in ETA_GRID:
        for strength in strengths:
            none, width, quantiles = deflections(float(eta), strength)
            figures = (f"{value:.5g}" for value in quantiles)
            rows.append((f"{eta:.6g}", f"{strength:.6g}", f"{none:.6g}", f"{width:.6g}", *figures))
    _write(
        "deflections",
        ("eta", "strength", "none", "width", *(f"q{i}" for i in range(N_QUANTILES))),
        rows,
        title="Deflection of electrons after a path of given strength",
        quantity="quantiles u of 1 - cos = 2 a u/(1 - u + a) at 1 - (1 - i/128)^2, a = width,"
        " among the share 1 - none that is scattered at all",
        unit="dimensionless",
        source="computed: Goudsmit and Saunderson (1940) over screened Rutherford scattering",
        doi_or_url="10.1016/S0168-583X(97)00723-4",
        licence="computed",
    )


def _write_relaxation(physics: Path) -> None:
    rows = [
        r
        for r in _read(physics / "eadl_relaxation.csv")
        if r["vacancy_shell"] == "K" and r["transition_type"] == "radiative"
    ]
    _write(
        "fluorescence_k",
        ("z", "filling_shell", "energy_mev", "probability", "edge_mev"),
        (
            (
                r["Z"], r["filling_shell"], f"{float(r['energy_keV']) * 1e-3:.6g}",
                r["probability"], f"{float(r['edge_keV']) * 1e-3:.6g}",
            )
            for r in rows
        ),
        title="X rays that fill a vacancy in the K shell",
        quantity="energy and probability per K vacancy, and the edge of the shell",
        unit="MeV; per vacancy",
        source="EADL, LLNL UCRL-50400 vol. 30 (Perkins et al. 1991)",
        doi_or_url="https://www-nds.iaea.org/epdl97/libsall.htm",
        licence="public nuclear data",
    )  # fmt: skip


def _write_incoherent(photons: list[dict[str, str]]) -> None:
    _write(
        "incoherent_functions",
        ("z", "inner_share", "inner_per_angstrom", "outer_per_angstrom", "worst_ratio"),
        (_fit_incoherent(z, photons) for z, *_ in ELEMENTS),
        title="Incoherent scattering functions, as two hydrogen-like shells",
        quantity="S(x)/Z = 1 - w/(1+(x/a)^2)^4 - (1-w)/(1+(x/b)^2)^4; worst ratio of the integrated"
        " cross section to that of the library, 5 keV to 1 MeV",
        unit="1/Angstrom",
        source=f"fitted to the incoherent cross sections of {EPDL}",
        doi_or_url=EPDL_URL,
        licence="computed",
    )


def _write_compositions() -> None:
    _write(
        "elements",
        ("z", "symbol", "atomic_weight_g_per_mol", "mean_excitation_ev"),
        ELEMENTS,
        title="Elements of tissue",
        quantity="atomic weight, and mean excitation energy in liquid and solid compounds",
        unit="g/mol; eV",
        source="IUPAC weights; ICRU Report 37 (1984) table 5.1, others 1.13 times the element's",
        doi_or_url="https://physics.nist.gov/PhysRefData/Star/Text/ESTAR.html",
        licence="figures of published tables",
        corrections="status: recalled; held against ESTAR stopping powers by a test",
    )
    _write(
        "atomic_shells",
        ("z", "electrons", "binding_energy_ev"),
        ((z, n, e) for z, shells in SHELLS.items() for n, e in shells),
        title="Electrons and binding energies of the shells, for the density effect",
        quantity="binding energy of electrons in free atoms",
        unit="eV",
        source="T. A. Carlson, Photoelectron and Auger Spectroscopy, Plenum 1975, appendix 1",
        doi_or_url="https://github.com/claus-e-andersen/clanElectrons",
        licence="figures of published tables",
        corrections="H, C and O read in the page linked; others recalled, held against ESTAR",
    )
    _write(
        "materials",
        ("material", "density_g_per_cm3", "mean_excitation_ev", "z", "mass_fraction"),
        ((name, rho, i_ev, z, w) for name, rho, i_ev, parts in MATERIALS for z, w in parts.items()),
        title="Composition of tissues",
        quantity="density, mean excitation energy (0: by Bragg's rule), mass fractions",
        unit="g/cm3; eV",
        source="ICRU Report 44 (1989), as listed by NIST XAAMDI table 2; red marrow ICRU 46",
        doi_or_url="https://physics.nist.gov/PhysRefData/XrayMassCoef/tab2.html",
        licence="figures of published tables",
        corrections="status: recalled; attenuation held against NIST by a test; argon of air "
        "counted as chlorine; lung is inflated (0.26 g/cm3)",
    )
    _write(
        "radiative_stopping_water",
        ("energy_mev", "stopping_power_mev_cm2_per_g"),
        RADIATIVE_WATER,
        title="Radiative stopping power of liquid water for electrons",
        quantity="mass radiative stopping power",
        unit="MeV; MeV cm2/g",
        source="NIST ESTAR (Berger, Coursey, Zucker, Chang)",
        doi_or_url="https://physics.nist.gov/PhysRefData/Star/Text/ESTAR.html",
        licence="public",
        corrections="status: read",
    )


def _fit_incoherent(z: int, photons: list[dict[str, str]]) -> tuple[object, ...]:
    rows = [
        (float(r["energy_mev"]), float(r["cross_section_barn"]))
        for r in photons
        if int(r["z"]) == z and r["process"] == "incoherent"
    ]
    table = np.array([row for row in rows if 0.001 <= row[0] <= 1.0])

    def ratio(logs: NDArray[np.float64]) -> NDArray[np.float64]:
        share = 1.0 / (1.0 + np.exp(-logs[0]))
        found = incoherent_barn(table[:, 0], z, share, *np.exp(logs[1:]))
        return np.asarray(found / table[:, 1])

    def miss(logs: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.log(ratio(logs)))

    start = np.log([0.4, 1.0]) + 0.4 * np.log(z)
    best = least_squares(miss, [0.0, start[1] + 0.5, start[0]])
    worst = ratio(best.x)[table[:, 0] >= 0.005]
    worst_ratio = float(worst[np.argmax(np.abs(worst - 1.0))])
    share = 1.0 / (1.0 + np.exp(-best.x[0]))
    print(f"Z={z}: worst ratio {worst_ratio:.4f}")
    return (z, f"{share:.5f}", *(f"{v:.5f}" for v in np.exp(best.x[1:])), f"{worst_ratio:.4f}")


def incoherent_barn(
    energy_mev: NDArray[np.float64], z: int, share: float, inner: float, outer: float
) -> NDArray[np.float64]:
    """Return the Klein-Nishina cross section weighted by the incoherent function. [barn]."""
    nodes, weights = NODES
    energy = energy_mev[:, np.newaxis]
    # In t with 1 - mu = 2 t^2 the forward peak of S is smooth.
    t = 0.5 * (nodes + 1.0)
    mu = 1.0 - 2.0 * t * t
    ratio = 1.0 / (1.0 + energy / ELECTRON_MASS_MEV * (1.0 - mu))
    klein_nishina = 0.5 * 0.07940788 * ratio**2 * (ratio + 1.0 / ratio - (1.0 - mu * mu))
    x = energy * PER_ANGSTROM_PER_MEV * t
    s = z * (
        1.0 - share / (1.0 + (x / inner) ** 2) ** 4 - (1.0 - share) / (1.0 + (x / outer) ** 2) ** 4
    )
    return np.asarray(2.0 * np.pi * np.sum(weights * 2.0 * t * klein_nishina * s, axis=1))


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def _write(
    name: str, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]], **sidecar: str
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    raw = text.getvalue().encode()
    (TABLES / f"{name}.csv").write_bytes(raw)
    facts = {
        **sidecar,
        "retrieved": RETRIEVED,
        "sha256": hashlib.sha256(raw).hexdigest(),
        "transform": "tools/make_transport_tables.py",
    }
    facts.setdefault("corrections", "none")
    quoted = "".join(f'{key} = "{value}"\n' for key, value in facts.items())
    (TABLES / f"{name}.toml").write_text(quoted, encoding="utf-8")


if __name__ == "__main__":
    main()
