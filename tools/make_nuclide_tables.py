"""Make the tables of `alphatwin.nuclides` from the reference data.

Run from the repository root: ``python tools/make_nuclide_tables.py [REFERENCE_FOLDER]``
(by default ``ALPHATWIN_REFERENCE`` or ``../shared/reference``). Rewrites the CSV files and
their sidecars under ``src/alphatwin/tables``; the same input gives the same bytes.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import sys
from pathlib import Path

TABLES = Path(__file__).resolve().parents[1] / "src" / "alphatwin" / "tables"
RETRIEVED = "2026-11"
LIVECHART = "https://www-nds.iaea.org/livechart"

# Kinds of the source (rad_type, rad_subtype) -> radiation kinds of alphatwin.nuclides.
KINDS = {
    "alpha": "alpha",
    "beta-": "beta",
    "beta+/EC": "beta",
    "ce": "conversion",
    "auger": "auger",
    "gamma": "photon",
    "xray": "photon",
}
MODES = {"A": "alpha_pct", "B-": "beta_minus_pct", "EC": "ec_beta_plus_pct"}
MODES["EC+B+"] = MODES["EC"]

# Entries of the export that are no branches, with the reason.
DROPPED = {
    (
        "Fr-221",
        "B-",
    ): "Fr-221: B- 0.1 % is an upper limit in ENSDF, not a branch: left out.",
}

CHAIN_ENDS = [
    ("O-18", ""), ("Ni-64", ""), ("Zn-64", ""), ("Zn-67", ""), ("Zn-68", ""), ("Sr-86", ""),
    ("Zr-90", ""), ("Cd-111", "isomer Cd-111m not followed"),
    ("Te-123", "isomer Te-123m not followed; half-life above 1e16 y"),
    ("Xe-131", "isomer Xe-131m not followed"), ("Gd-152", "alpha emitter, half-life 1.1e14 y"),
    ("Gd-155", ""), ("Dy-161", ""), ("Hf-177", ""), ("Tl-203", ""), ("Pb-206", ""),
    ("Pb-207", ""), ("Pb-208", ""), ("Bi-209", "alpha emitter, half-life 2.0e19 y"),
]  # fmt: skip

TISSUES = [
    ("water", 1.00, "read"), ("adipose", 0.95, "read"), ("blood", 1.06, "read"),
    ("cortical bone", 1.92, "read"), ("brain", 1.04, "read"), ("muscle", 1.05, "read"),
    ("breast", 1.02, "recalled"), ("lung, deflated", 1.05, "recalled"),
    ("ovary", 1.05, "recalled"), ("testis", 1.04, "recalled"),
    ("soft tissue", 1.06, "recalled"), ("kidney", 1.05, "recalled"),
    ("liver", 1.06, "recalled"), ("spleen", 1.06, "recalled"), ("pancreas", 1.04, "recalled"),
    ("red marrow", 1.03, "recalled"), ("lung, inflated", 0.26, "recalled"),
]  # fmt: skip


def main() -> None:
    """Rewrite every table of the package from the reference folder."""
    default = os.environ.get("ALPHATWIN_REFERENCE", "../shared/reference")
    physics = Path(sys.argv[1] if len(sys.argv) > 1 else default) / "physics"
    write_decay(physics / "ensdf_decay.csv")
    write_emissions(physics / "ensdf_radiation.csv")
    write_stopping(physics / "alpha_stopping_water.csv")
    write_chain_ends()
    write_tissues()


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a reference table, comment lines left out."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def write_decay(path: Path) -> None:
    """Half-lives, branches and masses: one row per nuclide."""
    columns = [
        "nuclide", "atomic_number", "mass_number", "half_life_s", "alpha_pct",
        "beta_minus_pct", "ec_beta_plus_pct", "other_pct", "q_alpha_kev", "atomic_mass_u",
    ]  # fmt: skip
    table, corrections = [], []
    for row in rows_of(path):
        out = dict.fromkeys(columns, "")
        others: dict[str, str] = {}
        for number in (1, 2, 3):
            mode, percent = row[f"decay_{number}"], row[f"decay_{number}_pct"]
            if (row["nuclide"], mode) in DROPPED:
                corrections.append(DROPPED[row["nuclide"], mode])
            elif mode in MODES:
                out[MODES[mode]] = percent
            elif mode and mode in others:
                corrections.append(f"{row['nuclide']}: second {mode} row ({percent} %) dropped.")
            elif mode:
                others[mode] = percent
        out |= {
            "nuclide": row["nuclide"],
            "atomic_number": row["Z"],
            "mass_number": row["A"],
            "half_life_s": row["half_life_s"],
            "other_pct": ";".join(f"{mode}:{percent}" for mode, percent in others.items()),
            "q_alpha_kev": row["qa_keV"],
            # The export's column is in micro-u.
            "atomic_mass_u": f"{float(row['atomic_mass_uAMU']) / 1e6:.9f}",
        }
        table.append([out[column] for column in columns])
    write(
        "ensdf_decay", columns, table,
        title="Half-lives, decay branches and atomic masses of 54 nuclides",
        quantity="half-life; branches as stated per mode; Q of alpha decay; atomic mass",
        unit="s; percent of decays; keV; u",
        source="ENSDF (evaluated nuclear structure data file), export of IAEA LiveChart; "
        "masses from the atomic mass evaluation 2020 as exported there",
        doi_or_url=LIVECHART,
        licence="public nuclear data",
        corrections=" ".join(corrections)
        + " The largest branch stands for what the others leave (not applied in the table).",
    )  # fmt: skip


def write_emissions(path: Path) -> None:
    """Emission lines, one row each, in the order of the export."""
    columns = ["nuclide", "kind", "subtype", "energy_kev", "yield_pct"]
    table = [
        [
            row["nuclide"], KINDS[row["rad_type"]], row["rad_subtype"] or row["rad_type"],
            row["energy_keV"], row["intensity_pct"],
        ]
        for row in rows_of(path)
    ]  # fmt: skip
    write(
        "ensdf_emissions", columns, table,
        title="Emissions of 54 nuclides in their ground state",
        quantity="energy (mean energy of a beta branch) and yield of every emission",
        unit="keV; per 100 decays",
        source="ENSDF (evaluated nuclear structure data file), export of IAEA LiveChart",
        doi_or_url=LIVECHART,
        licence="public nuclear data",
        corrections="none; Auger rows hold K and L only; some line sets are incomplete and "
        "none is renormalised",
    )  # fmt: skip


def write_stopping(path: Path) -> None:
    """Electronic mass stopping power of liquid water for alphas, two evaluations."""
    table = [
        [row["set"], row["energy_mev"], row["stopping_power_mev_cm2_per_g"]]
        for row in rows_of(path)
    ]
    write(
        "alpha_stopping_water",
        ["set", "energy_mev", "electronic_mass_stopping_power_mev_cm2_per_g"], table,
        title="Electronic stopping power of liquid water for alpha particles",
        quantity="electronic mass stopping power at total kinetic energy",
        unit="MeV; MeV cm2/g",
        source="icru90: ICRU Report 90 (2014) key data; astar: NIST ASTAR (ICRU Report 49)",
        doi_or_url="10.1093/jicru/ndw043; https://physics.nist.gov/PhysRefData/Star/Text/ASTAR.html",
        licence="figures of published tables; NIST data are public",
        corrections="none; nuclear stopping is not in the table",
    )  # fmt: skip


def write_chain_ends() -> None:
    """Nuclides at which a chain is taken to end."""
    write(
        "chain_ends", ["nuclide", "note"], [list(row) for row in CHAIN_ENDS],
        title="Nuclides at which decay chains end",
        quantity="nuclides that are stable, or treated as stable (the note says why)",
        unit="none",
        source="ENSDF through IAEA LiveChart: ground states without an observed decay, or with "
        "a half-life above 1e13 y",
        doi_or_url=LIVECHART,
        licence="public nuclear data",
        corrections="none",
    )  # fmt: skip


def write_tissues() -> None:
    """Densities by which ranges in water are scaled."""
    write(
        "tissue_densities", ["tissue", "density_g_per_cm3", "status"],
        [[name, f"{density:g}", status] for name, density, status in TISSUES],
        title="Mass density of tissues",
        quantity="mass density; ranges in these tissues are those of water over the density",
        unit="g/cm3",
        source="ICRU Report 44 (1989), as listed by NIST XAAMDI table 2; organs: ICRU Report 46",
        doi_or_url="https://physics.nist.gov/PhysRefData/XrayMassCoef/tab2.html",
        licence="figures of published tables",
        corrections="none; status read: seen in a page that quotes the report; recalled: not seen",
    )  # fmt: skip


def write(name: str, columns: list[str], table: list[list[str]], **sidecar: str) -> None:
    """Write NAME.csv and NAME.toml."""
    text = io.StringIO(newline="")
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(columns)
    lines.writerows(table)
    data = text.getvalue().encode("utf-8")
    (TABLES / f"{name}.csv").write_bytes(data)
    sidecar |= {
        "retrieved": RETRIEVED,
        "sha256": hashlib.sha256(data).hexdigest(),
        "transform": "tools/make_nuclide_tables.py",
    }
    body = "".join(f"{key} = {quoted(value)}\n" for key, value in sidecar.items())
    (TABLES / f"{name}.toml").write_text(body, encoding="utf-8")
    print(f"{name}: {len(table)} rows, {len(data)} bytes")


def quoted(text: str) -> str:
    """Return a TOML basic string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


if __name__ == "__main__":
    main()
