"""Compute the specific absorbed fractions of the adult phantom, piece by piece.

``python tools/make_phantom_safs.py PARTS`` follows photons and electrons from every region of the
phantom and writes one small file for each particle, source and energy into the folder PARTS, whole
or not at all: a run that was stopped goes on where it was. When all are there (or with
``--tables``) it writes phantom_safs_photon.csv and phantom_safs_electron.csv with their sidecars.
``--share 0/2`` and ``--share 1/2`` divide the work between two processes; ``--threads`` sets the
threads of one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from alphatwin.dose.transport.engine import transport
from alphatwin.dose.transport.phantom import adult_phantom
from alphatwin.dose.transport.source import Source, line
from alphatwin.files.atomic import write_text_atomically

TABLES = Path(__file__).parents[1] / "src" / "alphatwin" / "tables"
SEED = 20261123
ENERGIES_MEV = {
    "photon": (
        0.01, 0.013, 0.016, 0.02, 0.025, 0.03, 0.04, 0.05, 0.065, 0.08,
        0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0,
    ),
    "electron": (0.03, 0.06, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.4, 1.8, 2.3, 3.0),
}  # fmt: skip
# Histories, times this where a region matters most in therapy.
HISTORIES = {"photon": 800_000, "electron": 80_000}
MAIN = ("kidneys", "liver", "spleen", "pancreas", "lungs", "adrenals")
SIDECAR = """\
title = "Specific absorbed fractions of {particle}s in the stylised adult phantom"
quantity = "{quantity}"
unit = "1/kg; 1"
source = "{source}"
doi_or_url = "docs/theory-transport-sources.md"
licence = "Apache-2.0"
corrections = "none; pairs that no energy reached are 0"
retrieved = "2026-11"
sha256 = "{sha256}"
transform = "tools/make_phantom_safs.py"
"""


def jobs() -> list[tuple[str, str, float]]:
    """Return particle, source and energy of every run: what matters most first."""
    names = adult_phantom().names
    order = [*MAIN, *(n for n in names if n not in MAIN)]
    return [(p, s, e) for s in order for p in ENERGIES_MEV for e in ENERGIES_MEV[p]]


def file_of(folder: Path, job: tuple[str, str, float]) -> Path:
    """Return the file of a run."""
    particle, source, energy = job
    return folder / f"{particle}-{source.replace(' ', '_')}-{energy:g}.json"


def run(job: tuple[str, str, float], *, threads: int) -> dict[str, Any]:
    """Return the fractions of one run and their relative standard errors, by target."""
    particle, source, energy = job
    phantom = adult_phantom()
    histories = HISTORIES[particle] * (2 if source in MAIN else 1)
    seed = SEED + jobs().index(job)
    tally = transport(
        phantom.solids(),
        Source((line(particle, energy_mev=energy),), phantom.uniform_in(source)),  # type: ignore[arg-type]
        histories=histories,
        seed=seed,
        threads=threads,
    )
    if not tally.is_complete:
        raise KeyboardInterrupt
    mean, error = tally.energy_mev[0], tally.standard_error_mev[0]
    masses_kg = np.array([r.mass_kg for r in phantom.regions])
    relative = np.divide(error, mean, out=np.zeros_like(mean), where=mean > 0.0)
    return {
        "histories": histories,
        "seed": seed,
        "saf_per_kg": dict(zip(phantom.names, (mean / energy / masses_kg).tolist(), strict=True)),
        "relative_sd": dict(zip(phantom.names, relative.tolist(), strict=True)),
    }


def write_tables(folder: Path) -> None:
    """Write both tables from the parts."""
    names = adult_phantom().names
    for particle, energies in ENERGIES_MEV.items():
        heads = [f"{kind}_{e:g}" for e in energies for kind in ("saf", "error")]
        lines = [",".join(["source", "target", *heads])]
        for source in names:
            found = [
                json.loads(file_of(folder, (particle, source, e)).read_text("utf-8"))
                for e in energies
            ]
            for target in names:
                cells = [source, target]
                for part in found:
                    value = part["saf_per_kg"][target]
                    cells += [_short(value, 5), _short(part["relative_sd"][target], 2)]
                lines.append(",".join(cells))
        text = "\n".join(lines) + "\n"
        name = f"phantom_safs_{particle}"
        write_text_atomically(TABLES / f"{name}.csv", text)
        sidecar = SIDECAR.format(
            particle=particle,
            quantity=(
                f"share of a {particle}'s energy that a target absorbs, over the target's mass in "
                "the phantom, and its relative standard error; columns by energy in MeV"
            ),
            source=(
                f"computed by AlphaTwin's transport engine, {HISTORIES[particle]} histories for "
                f"each source and energy, twice as many from {', '.join(MAIN)}"
            ),
            sha256=hashlib.sha256(text.encode()).hexdigest(),
        )
        write_text_atomically(TABLES / f"{name}.toml", sidecar)


def _short(value: float, digits: int) -> str:
    return "0" if value == 0.0 else f"{value:.{digits}g}".replace("e-0", "e-")


def main() -> None:
    """Run what is missing, then write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("parts", type=Path)
    parser.add_argument("--share", default="0/1", help="which part of how many")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--tables", action="store_true", help="only write the tables")
    given = parser.parse_args()
    given.parts.mkdir(parents=True, exist_ok=True)
    mine, of = map(int, given.share.split("/"))
    todo = [j for j in jobs()[mine::of] if not file_of(given.parts, j).exists()]
    start = time.monotonic()
    for done, job in enumerate([] if given.tables else todo, start=1):
        result = run(job, threads=given.threads)
        write_text_atomically(file_of(given.parts, job), json.dumps(result) + "\n")
        left_s = (time.monotonic() - start) / done * (len(todo) - done)
        print(f"{done}/{len(todo)} {job}: about {left_s / 60:.0f} min left", file=sys.stderr)
    if all(file_of(given.parts, job).exists() for job in jobs()):
        write_tables(given.parts)


if __name__ == "__main__":
    main()
