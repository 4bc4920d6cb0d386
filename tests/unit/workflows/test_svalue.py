"""S-values and kernels from request to report."""

from __future__ import annotations

import json

import jsonschema
import numpy as np
import pytest

from alphatwin.errors import AlphaTwinError, InvalidValueError, OutputError
from alphatwin.report.serializer import json_schema, to_json
from alphatwin.workflows.kernel import kernel_report
from alphatwin.workflows.svalue import icrp_s_value_report, phantom_s_value_report
from alphatwin.workflows.svalue_sphere import sphere_s_value_report
from unit.files.test_icrp_safs import PAIRS, saf_file
from unit.files.test_voxel_patient import written


def close(expected, *, rel=1e-6):
    """Return what is near a number of any size: S-values are far below pytest's own 1e-12."""
    return pytest.approx(expected, rel=rel, abs=0.0)


def checked(report):
    """Return a report as JSON after its schema and its sums were looked at."""
    tree = json.loads(to_json(report))
    jsonschema.validate(tree, json_schema(report.kind))
    if report.kind == "svalue":
        for parts in (report.by_radiation, report.by_nuclide):
            assert sum(parts.values()) == close(report.s_value_gy_per_bq_s)
    return tree


def test_sphere_from_the_table_and_by_transport_agree():
    table = sphere_s_value_report("Lu-177", mass_kg=0.310)
    direct = sphere_s_value_report("Lu-177", mass_kg=0.310, histories=20_000)
    checked(table)
    checked(direct)
    assert table.histories is None
    assert direct.histories == 20_000
    joint = 3.0 * np.hypot(table.relative_standard_error, direct.relative_standard_error)
    assert direct.s_value_gy_per_bq_s == close(table.s_value_gy_per_bq_s, rel=joint)


def test_a_material_outside_of_the_table_is_followed_directly():
    report = sphere_s_value_report("Lu-177", mass_kg=0.310, material="water", histories=4000)
    assert report.method.startswith("direct")
    with pytest.raises(AlphaTwinError, match="material 'gold' is unknown"):
        sphere_s_value_report("Lu-177", mass_kg=0.310, material="gold")


def test_a_chain_names_its_members_and_their_decays():
    report = sphere_s_value_report("Pb-212", mass_kg=0.310, chain=True)
    checked(report)
    assert report.decays_per_parent_decay["Po-212"] == pytest.approx(0.6407, abs=1e-3)
    assert set(report.by_nuclide) == set(report.decays_per_parent_decay)


def test_phantom_scales_own_dose_only():
    own = phantom_s_value_report("Lu-177", source="kidneys", mass_kg=0.310)
    checked(own)
    assert own.source_mass_kg == own.target_mass_kg == 0.310
    other = phantom_s_value_report("Lu-177", source="kidneys", target="liver", mass_kg=0.310)
    assert "not scaled" in " ".join(other.assumptions)
    assert other.target_mass_kg == close(1.907, rel=1e-3)


def test_phantom_by_transport_agrees_with_its_tables():
    direct = phantom_s_value_report("Lu-177", source="spleen", histories=20_000)
    table = phantom_s_value_report("Lu-177", source="spleen")
    joint = 3.0 * np.hypot(direct.relative_standard_error, table.relative_standard_error)
    assert direct.s_value_gy_per_bq_s == close(table.s_value_gy_per_bq_s, rel=joint)


def test_an_image_gives_its_own_s_values(tmp_path):
    path = written(tmp_path)
    report = phantom_s_value_report(
        "Lu-177", phantom=path, source="kidneys", target="body", histories=4000
    )
    checked(report)
    assert report.geometry == "image"
    assert report.source_mass_kg == close(4.16e-3)
    with pytest.raises(InvalidValueError, match="an image has its own masses"):
        phantom_s_value_report("Lu-177", phantom=path, source="kidneys", mass_kg=0.3)


def test_own_files_of_icrp_are_folded(tmp_path):
    saf_file(tmp_path, "photon", PAIRS)
    saf_file(tmp_path, "electron", PAIRS)
    report = icrp_s_value_report("Lu-177", path=tmp_path, source="Kidneys", target="Liver")
    checked(report)
    assert report.geometry == "ICRP 133"


def test_kernels_are_reported_and_written(tmp_path):
    voxel = kernel_report(
        "Lu-177", spacing_mm=[4.0], voxels_per_side=5, histories=2000, output=tmp_path / "k.npz"
    )
    checked(voxel)
    assert voxel.files == ("k.npz", "k.toml")
    with np.load(tmp_path / "k.npz") as arrays:
        assert arrays["dose_gy_per_bq_s"].shape == (4, 5, 5, 5)
        middle = arrays["dose_gy_per_bq_s"][2, 2, 2, 2]
    assert voxel.dose_gy_per_bq_s["electron"][0] == middle
    point = kernel_report("Y-90", radius_mm=12.0, histories=2000, output=tmp_path / "p.csv")
    checked(point)
    rows = (tmp_path / "p.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0].startswith("inner_mm,outer_mm,alpha_gy_per_bq_s")
    assert len(rows) == 101
    assert 'nuclide = "Y-90"' in (tmp_path / "p.toml").read_text(encoding="utf-8")


def test_kernels_need_one_shape_and_a_known_ending(tmp_path):
    with pytest.raises(InvalidValueError, match="give either the edges of a voxel"):
        kernel_report("Y-90")
    with pytest.raises(OutputError, match=r"is written as \.csv or \.npz"):
        kernel_report("Y-90", radius_mm=12.0, output=tmp_path / "p.txt")
    with pytest.raises(InvalidValueError, match="radius must lie above 0"):
        kernel_report("Y-90", radius_mm=-1.0)


def test_a_sphere_beyond_the_table_is_said_to_be_continued():
    inside = sphere_s_value_report("Lu-177", mass_kg=3.0)
    assert not any("outside of the table" in text for text in inside.assumptions)
    for mass_kg in (1e-6, 50.0):
        beyond = sphere_s_value_report("Lu-177", mass_kg=mass_kg)
        assert any("outside of the table (0.01 g to 3000 g)" in t for t in beyond.assumptions)
