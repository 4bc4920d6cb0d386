"""`alphatwin svalue` and `kernel` as a user calls them."""

from __future__ import annotations

import json

import jsonschema
import pytest
from typer.testing import CliRunner

from alphatwin.cli.main import app
from alphatwin.errors import AlphaTwinError
from alphatwin.report.serializer import json_schema

# Published for 310 g of kidneys, three digits, at a percent of interpolation over energy.
KIDNEYS_GY_PER_BQ_S = 7.76e-14
SPHERE_GY_PER_BQ_S = 7.83e-14
TOLERANCE = 0.01


def close(expected, *, rel=1e-6):
    """Return what is near a number of any size: S-values are far below pytest's own 1e-12."""
    return pytest.approx(expected, rel=rel, abs=0.0)


def answer(*words: str) -> dict:
    done = CliRunner().invoke(app, [*words, "--json"], catch_exceptions=False)
    assert done.exit_code == 0
    tree = json.loads(done.stdout)
    jsonschema.validate(tree, json_schema(tree["kind"]))
    return tree


def test_svalue_of_a_sphere():
    tree = answer("svalue", "--nuclide", "Lu-177", "--sphere-mass", "310 g")
    assert tree["s_value_gy_per_bq_s"] == close(SPHERE_GY_PER_BQ_S, rel=TOLERANCE)
    assert sum(tree["by_radiation"].values()) == close(tree["s_value_gy_per_bq_s"])
    assert tree["relative_standard_error"] < TOLERANCE


def test_svalue_in_the_phantom_at_another_mass():
    tree = answer(
        "svalue", "--nuclide", "177Lu", "--phantom", "adult", "--source", "kidneys",
        "--source-mass", "310 g",
    )  # fmt: skip
    assert tree["s_value_gy_per_bq_s"] == close(KIDNEYS_GY_PER_BQ_S, rel=TOLERANCE)


def test_kernel_writes_only_where_it_is_asked_to(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ("kernel", "--nuclide", "Lu-177", "--voxel", "4 mm", "--voxels", "5")
    answer(*words, "--histories", "1000")
    assert not list(tmp_path.iterdir())
    tree = answer(*words, "--histories", "1000", "-o", "kernel.csv")
    assert (
        sorted(p.name for p in tmp_path.iterdir()) == tree["files"] == ["kernel.csv", "kernel.toml"]
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("svalue", "--nuclide", "Lu-177"), "give one of --sphere-mass, --phantom and --saf"),
        (
            ("svalue", "--nuclide", "Lu-177", "--phantom", "adult"),
            "--phantom needs --source",
        ),
        (("svalue", "--nuclide", "Lu-177", "--sphere-mass", "310"), "310"),
        (
            ("svalue", "--nuclide", "Lu-177", "--phantom", "none.npz", "--source", "liver"),
            "none.npz does not exist",
        ),
    ],
)
def test_mistakes_are_told(words, message):
    with pytest.raises(AlphaTwinError, match=message):
        CliRunner().invoke(app, list(words), catch_exceptions=False)
