"""Make the shipped table of absorbed fractions of spheres; it goes on where it was stopped.

Run from the repository root: ``python tools/make_sphere_table.py [--parts FOLDER] [--scale X]``.
Each combination of material, particle and energy is one part, a small file in FOLDER (default
``out/sphere_table``) that is written whole or not at all. When all parts are there, the table and
its sidecar are written under ``src/alphatwin/tables``.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING

from alphatwin.dose.transport import material
from alphatwin.dose.transport.sphere_fractions import sphere_fractions

if TYPE_CHECKING:
    from alphatwin.dose.transport.source import ParticleName

ROOT = Path(__file__).resolve().parents[1]
TABLES = ROOT / "src" / "alphatwin" / "tables"
NAME = "sphere_absorbed_fractions"
MATERIALS = ("soft_tissue", "cortical_bone", "lung")
MASSES_G = (
    *(m * 10.0**e for e in range(-2, 4) for m in (1.0, 2.0, 5.0) if m * 10.0**e < 2500.0),
    3000.0,
)
ENERGIES_MEV: dict[ParticleName, tuple[float, ...]] = {
    "electron": (
        0.010, 0.015, 0.020, 0.030, 0.040, 0.050, 0.070, 0.100, 0.150, 0.200, 0.300, 0.400,
        0.500, 0.700, 1.000, 1.300, 1.600, 2.000, 2.500, 3.000,
    ),
    "photon": (
        0.002, 0.003, 0.005, 0.007, 0.010, 0.012, 0.015, 0.020, 0.025, 0.030, 0.040, 0.050,
        0.060, 0.080, 0.100, 0.150, 0.200, 0.300, 0.400, 0.500, 0.700, 1.000, 1.500, 2.000, 3.000,
    ),
}  # fmt: skip
HISTORIES = {"electron": 100_000, "photon": 600_000}
SEED = 20261123
COLUMNS = ("material", "particle", "energy_mev", "mass_g", "absorbed_fraction", "standard_error")


def main() -> None:
    """Make what is missing, then the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", type=Path, default=ROOT / "out" / "sphere_table")
    parser.add_argument("--scale", type=float, default=1.0)
    told = parser.parse_args()
    told.parts.mkdir(parents=True, exist_ok=True)
    todo = [(m, p, e) for m in MATERIALS for p, energies in ENERGIES_MEV.items() for e in energies]
    files = []
    for number, (name, particle, energy) in enumerate(todo):
        file = told.parts / f"{name}-{particle}-{energy:g}.csv"
        files.append(file)
        if not file.exists():
            print(f"{number + 1}/{len(todo)} {file.stem}", flush=True)
            write_whole(file, part(name, particle, energy, scale=told.scale, seed=SEED + number))
    text = ",".join(COLUMNS) + "\n" + "".join(f.read_text(encoding="utf-8") for f in files)
    write_whole(TABLES / f"{NAME}.csv", text)
    write_whole(TABLES / f"{NAME}.toml", sidecar(text))


def part(name: str, particle: ParticleName, energy_mev: float, *, scale: float, seed: int) -> str:
    """Return the rows of one part as text."""
    found = sphere_fractions(
        material(name),
        particle,
        energy_mev=energy_mev,
        masses_g=MASSES_G,
        histories=int(HISTORIES[particle] * scale),
        seed=seed,
    )
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for mass, phi, error in zip(
        found.masses_g, found.fractions, found.standard_errors_fraction, strict=True
    ):
        writer.writerow(
            (name, particle, f"{energy_mev:g}", f"{mass:g}", f"{phi:.7g}", f"{error:.2g}")
        )
    return text.getvalue()


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    beside = path.with_suffix(path.suffix + ".part")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def sidecar(text: str) -> str:
    """Return the sidecar of the table."""
    facts = {
        "title": "Absorbed fractions of spheres that emit uniformly",
        "quantity": "share of the emitted energy that the sphere absorbs, within endless medium of "
        "the same material, by particle, energy and mass, with its standard error",
        "unit": "MeV; g; dimensionless",
        "source": "computed with alphatwin.dose.transport (docs/theory-transport.md, eq. T17)",
        "doi_or_url": "docs/theory-transport.md",
        "licence": "computed; Apache-2.0 as the program",
        "corrections": "none",
        "retrieved": "2026-11",
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "transform": f"tools/make_sphere_table.py, seed {SEED}",
    }
    return "".join(f'{key} = "{value}"\n' for key, value in facts.items())


if __name__ == "__main__":
    main()
