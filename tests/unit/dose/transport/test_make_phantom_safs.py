"""The builder of the phantom's fractions: stopped anywhere, it goes on; no table is half made."""

from __future__ import annotations

import json

import pytest

import make_phantom_safs as builder
from alphatwin.dose.transport.phantom import adult_regions

NAMES = tuple(r.name for r in adult_regions())


@pytest.fixture
def few(monkeypatch, tmp_path):
    """Make three runs of one energy out of hundreds, and let none of them take time."""
    done = []

    def run(job, *, threads):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(job)
        zeros = dict.fromkeys(NAMES, 0.0)
        return {
            "histories": 1,
            "seed": 1,
            "saf_per_kg": zeros | {"liver": 1.5},
            "relative_sd": zeros,
        }

    jobs = [("photon", source, 0.1) for source in NAMES[:3]]
    monkeypatch.setattr(builder, "jobs", lambda: jobs)
    monkeypatch.setattr(builder, "run", run)
    monkeypatch.setattr(builder, "TABLES", tmp_path / "tables")
    monkeypatch.setattr("sys.argv", ["make_phantom_safs", str(tmp_path / "parts")])
    (tmp_path / "tables").mkdir()
    return done


def test_an_interrupted_build_resumes_and_writes_no_half_table(few, monkeypatch, tmp_path, capsys):
    written = []
    monkeypatch.setattr(builder, "write_tables", written.append)
    with pytest.raises(KeyboardInterrupt):
        builder.main()
    assert len(list((tmp_path / "parts").glob("*.json"))) == 2
    assert not written
    before = list(few)
    few.clear()
    builder.main()
    assert few == [job for job in builder.jobs() if job not in before]
    assert written == [tmp_path / "parts"]


def test_tables_hold_what_the_parts_say(few, monkeypatch, tmp_path):
    monkeypatch.setattr(builder, "ENERGIES_MEV", {"photon": (0.1,)})
    part = {"saf_per_kg": dict.fromkeys(NAMES, 0.25), "relative_sd": dict.fromkeys(NAMES, 0.01)}
    for source in NAMES:
        builder.file_of(tmp_path, ("photon", source, 0.1)).write_text(json.dumps(part))
    builder.write_tables(tmp_path)
    rows = (tmp_path / "tables" / "phantom_safs_photon.csv").read_text().splitlines()
    assert rows[0] == "source,target,saf_0.1,error_0.1"
    assert rows[1] == "kidneys,kidneys,0.25,0.01"
    assert len(rows) == 1 + len(NAMES) ** 2
    assert "400000" not in (tmp_path / "tables" / "phantom_safs_photon.toml").read_text()
