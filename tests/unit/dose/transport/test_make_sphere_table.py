"""The tool of the sphere table goes on where it was stopped, and writes nothing by halves."""

from __future__ import annotations

import hashlib
import sys
import tomllib

import pytest

import make_sphere_table as tool


@pytest.fixture
def small(tmp_path, monkeypatch):
    monkeypatch.setattr(tool, "TABLES", tmp_path)
    monkeypatch.setattr(tool, "MATERIALS", ("soft_tissue",))
    monkeypatch.setattr(tool, "MASSES_G", (0.1, 1.0))
    monkeypatch.setattr(tool, "ENERGIES_MEV", {"electron": (0.1, 0.2), "photon": (0.05,)})
    monkeypatch.setattr(
        sys, "argv", ["tool", "--parts", str(tmp_path / "parts"), "--scale", "0.001"]
    )
    return tmp_path


def test_an_interrupted_table_resumes_and_equals_an_undisturbed_one(small, monkeypatch):
    real, made = tool.part, []

    def failing(name, particle, energy_mev, *, scale, seed):
        if particle == "photon" and len(made) < 3:
            made.append("stop")
            raise KeyboardInterrupt
        made.append(energy_mev)
        return real(name, particle, energy_mev, scale=scale, seed=seed)

    monkeypatch.setattr(tool, "part", failing)
    with pytest.raises(KeyboardInterrupt):
        tool.main()
    assert made == [0.1, 0.2, "stop"]
    assert not (small / f"{tool.NAME}.csv").exists()
    tool.main()
    assert made == [0.1, 0.2, "stop", 0.05]
    text = (small / f"{tool.NAME}.csv").read_text(encoding="utf-8")
    assert len(text.splitlines()) == 1 + 3 * 2
    assert not list(small.rglob("*.part"))
    sidecar = tomllib.loads((small / f"{tool.NAME}.toml").read_text(encoding="utf-8"))
    assert sidecar["sha256"] == hashlib.sha256(text.encode()).hexdigest()

    for file in (small / "parts").iterdir():
        file.unlink()
    tool.main()
    assert (small / f"{tool.NAME}.csv").read_text(encoding="utf-8") == text
