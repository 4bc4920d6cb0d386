"""Compare the engine with EGSnrc in every shell, and write the differences as a table.

Run from the repository root: ``python tools/compare_egsnrc.py [HISTORIES]``. Reads
``physics/egsnrc_spheres.csv`` of the reference data; writes
``tests/validation/transport/egsnrc_differences.csv``, which ``make docs`` shows on the validation
page. The validation test computes the same anew.
"""

from __future__ import annotations

import csv
import dataclasses
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from alphatwin.dose.transport import InShell, Source, Spheres, line, material, transport

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "tests" / "validation" / "transport" / "egsnrc_differences.csv"
PARTICLE = {"e": "electron", "g": "photon"}
HISTORIES = {"e": 600_000, "g": 2_000_000}
LEAST_SHARE = 1e-3
"""Shells with less of the energy are not compared: EGSnrc itself knows them to 5 % and worse."""


@dataclass(frozen=True, slots=True)
class Shell:
    """One shell of one case: both codes' energies per particle, with standard errors. [MeV]."""

    kind: str
    energy_mev: float
    source_radius_cm: float
    shell_outer_cm: float
    medium: str
    share: float
    difference: float
    standard_error: float

    @property
    def tolerance(self) -> float:
        """2 % for shells with more than 2 % of the energy, else 5 %."""
        return 0.02 if self.share > 0.02 else 0.05


def compare(reference: Path, *, scale: float = 1.0, seed: int = 6) -> list[Shell]:
    """Return every shell with more than a thousandth of the energy.

    Parameters
    ----------
    reference
        Folder of the reference data.
    scale
        Factor on the number of histories.
    seed
        Seed of the engine.
    """
    path = reference / "physics" / "egsnrc_spheres.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(r for r in file if not r.startswith("#")))
    cases: dict[tuple[str, str, str], list[dict[str, str]]] = {}
    for row in rows:
        key = (row["kind"], row["energy_mev"], row["source_radius_cm"])
        cases.setdefault(key, []).append(row)
    return [
        shell for key, mine in cases.items() for shell in _case(key, mine, scale=scale, seed=seed)
    ]


def _case(
    key: tuple[str, str, str], rows: list[dict[str, str]], *, scale: float, seed: int
) -> list[Shell]:
    kind, energy, radius = key
    water = material("water")
    if kind.startswith("het"):
        # The reference ran lung with the density effect of its bulk density.
        lung = dataclasses.replace(material("lung"), density_effect_g_per_cm3=0.26)
        radii: tuple[float, ...] = (1.0, 2.0, 3.0, 4.0, 30.0)
        media = (water, lung, material("cortical_bone"), water, water)
    else:
        radii = (*(float(radius) * f for f in (1.0, 1.5, 2.0, 3.0)), 30.0)
        media = (water,) * 5
    particle = PARTICLE[kind[-1]]
    source = Source((line(particle, energy_mev=float(energy)),), InShell(float(radius)))  # type: ignore[arg-type]
    histories = int(HISTORIES[kind[-1]] * scale)
    tally = transport(Spheres(radii, media), source, histories=histories, seed=seed)
    shells = []
    for row in rows:
        place = int(np.argmin(np.abs(np.array(radii) - float(row["shell_outer_cm"]))))
        theirs = float(row["edep_mev_per_particle"])
        error = theirs * float(row["rel_unc_percent"]) / 100.0
        joint = float(np.hypot(error, tally.standard_error_mev[0, place])) / theirs
        difference = float(tally.energy_mev[0, place]) / theirs - 1.0
        share = theirs / float(energy)
        if share > LEAST_SHARE:
            shells.append(
                Shell(
                    kind, float(energy), float(radius), float(row["shell_outer_cm"]),
                    row["medium"], share, difference, joint,
                )
            )  # fmt: skip
    return shells


def main() -> None:
    """Write the table."""
    told = os.environ.get("ALPHATWIN_REFERENCE")
    reference = Path(told) if told else ROOT.parent / "shared" / "reference"
    scale = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    shells = compare(reference, scale=scale)
    with PAGE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            ("particle", "energy [MeV]", "source radius [cm]", "shell to [cm]", "medium",
             "share of energy [%]", "difference [%]", "joint standard error [%]")
        )  # fmt: skip
        for s in shells:
            writer.writerow(
                (s.kind, f"{s.energy_mev:g}", f"{s.source_radius_cm:g}", f"{s.shell_outer_cm:g}",
                 s.medium, f"{100 * s.share:.2f}", f"{100 * s.difference:+.2f}",
                 f"{100 * s.standard_error:.2f}")
            )  # fmt: skip
    large = [s for s in shells if s.share > 0.02]
    rms = np.sqrt(np.mean([s.difference**2 for s in large]))
    worst = max(shells, key=lambda s: abs(s.difference) / max(s.tolerance, 3 * s.standard_error))
    print(f"{len(shells)} shells; over 2 % of the energy: rms {100 * rms:.2f} %; worst {worst}")


if __name__ == "__main__":
    main()
