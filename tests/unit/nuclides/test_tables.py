"""The shipped tables hold the figures of the reference data, and no others."""

from __future__ import annotations

import csv
import math

import pytest

from alphatwin.nuclides import ensdf
from alphatwin.tables import loader


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))


@pytest.mark.parametrize(
    ("table", "row", "expected"),
    [
        ("alpha_stopping_water", 0, ["astar", "0.001", "98.91"]),
        ("alpha_stopping_water", -1, ["icru90", "1000", "15.5"]),
        ("ensdf_emissions", 0, ["Ac-225", "alpha", "alpha", "5021", "0.0005"]),
        ("chain_ends", -1, ["Bi-209", "alpha emitter, half-life 2.0e19 y"]),
        ("tissue_densities", 0, ["water", "1", "read"]),
    ],
)
def test_first_and_last_rows(table, row, expected):
    rows = loader.load(table).rows
    found = sorted(rows, key=lambda r: r["set"]) if table == "alpha_stopping_water" else list(rows)
    assert list(found[row].values()) == expected


def test_half_lives_and_branches_are_those_of_the_reference(reference):
    rows = {row["nuclide"]: row for row in rows_of(reference / "physics" / "ensdf_decay.csv")}
    assert set(rows) == set(ensdf.structure())
    for name, found in ensdf.structure().items():
        assert found.half_life_s == float(rows[name]["half_life_s"])
        assert found.atomic_mass_u == pytest.approx(
            float(rows[name]["atomic_mass_uAMU"]) * 1e-6, rel=1e-11
        )
        printed = [float(rows[name][f"decay_{i}_pct"] or 0.0) for i in (1, 2, 3)]
        assert max(found.stated.values()) == pytest.approx(max(printed) / 100.0)


def test_emissions_are_those_of_the_reference(reference):
    rows = rows_of(reference / "physics" / "ensdf_radiation.csv")
    expected = math.fsum(float(r["energy_keV"]) * float(r["intensity_pct"]) for r in rows)
    lines = [pair for kinds in ensdf.lines().values() for pairs in kinds.values() for pair in pairs]
    assert len(lines) == len(rows)
    assert math.fsum(e * y for e, y in lines) == pytest.approx(expected * 1e-5, rel=1e-12)


def test_stopping_powers_are_those_of_the_reference(reference):
    rows = rows_of(reference / "physics" / "alpha_stopping_water.csv")
    found = [tuple(row.values()) for row in loader.load("alpha_stopping_water").rows]
    assert found == [tuple(row.values()) for row in rows]
