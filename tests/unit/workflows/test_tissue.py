"""`alphatwin tissue`: files of labels, the link to a real dose report, conservation, refusals."""

from __future__ import annotations

import io
import json

import jsonschema
import numpy as np
import pytest
from typer.testing import CliRunner

from alphatwin.cli.main import app
from alphatwin.dose.cell import irradiate_labels, label_image, scheme
from alphatwin.errors import AlphaTwinError, CourseError, InvalidValueError
from alphatwin.files.label_file import read_label_file
from alphatwin.files.tissue_file import read_tissue
from alphatwin.report.figure_tissue import _figure
from alphatwin.report.serializer import json_schema, to_json, to_jsonable
from alphatwin.workflows import tissue as tissue_workflow
from alphatwin.workflows.tissue import tissue_report

SPECIFICATION = """
schema = 1
[nuclide]
name = "Ac-225"
[image]
file = "labels.npy"
voxel = "4 um"
[labels]
lumen = 0
glomerulus = 5
tubules = [7, 8]
[activity]
tubules = 0.75
glomerulus = 0.25
[exposure]
decays_per_g = 2e8
histories = 2000
"""
LINKED = (
    "decays_per_g = 2e8",
    'report = "patient/report.json"\nagent = "225Ac-DOTATATE"\nregion = "kidneys"',
)
STATISTICS = 0.02  # of 2000 decays of each member in each source
SAME_MEAN = 0.005  # of the region's mean, which every alpha keeps but for statistics of lines


def labels():
    x, y, z = np.indices((30, 24, 20))
    found = np.where((x // 5 + y // 4) % 2 == 0, 7, 8).astype(np.int16)
    found[(x - 15) ** 2 + (y - 12) ** 2 + (z - 10) ** 2 < 49] = 5
    found[(x % 6 < 2) & (y % 6 < 2)] = 0
    return found


def specified(folder, *changes, image=None):
    text = SPECIFICATION
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    np.save(folder / "labels.npy", labels() if image is None else image)
    file = folder / "tissue.toml"
    file.write_text(text, encoding="utf-8")
    return file


def report_of(folder, *changes, image=None, **told):
    return tissue_report(
        read_tissue(specified(folder, *changes, image=image)), folder=folder, **told
    )


@pytest.fixture(scope="module")
def patient(tmp_path_factory):
    folder = tmp_path_factory.mktemp("patient")
    done = CliRunner().invoke(app, ["demo", "-o", str(folder / "patient")])
    assert done.exit_code == 0, done.output
    return folder


@pytest.mark.parametrize("region", ["kidneys", "red marrow"])
def test_structures_of_a_region_have_its_mean_dose_in_the_dose_report(patient, region):
    """Two independent ways to one mean: tracks through voxels, and the report's energy per mass.

    With repeating edges no alpha is lost, so that the tissue's mean by alphas and recoils is that
    of the region, whatever the labels are; daughters have the decays that the report gives them.
    """
    report = report_of(
        patient,
        LINKED,
        ('"kidneys"', f'"{region}"'),
        ('name = "Ac-225"', 'name = "Ac-225"\nradiations = ["alpha", "recoil"]'),
    )
    dose = json.loads((patient / "patient" / "report.json").read_text(encoding="utf-8"))
    (agent,) = (a for a in dose["agents"] if a["agent"] == "225Ac-DOTATATE")
    (told,) = (r for r in agent["regions"] if r["region"] == region)
    parts = told["absorbed_dose_by_radiation_gy"]
    assert report.tissue_mean_dose_gy == pytest.approx(
        parts["alpha"] + parts["recoil"], rel=SAME_MEAN
    )
    assert report.exposure.region_absorbed_dose_gy == told["absorbed_dose_gy"]["median"]
    ratio = (
        told["time_integrated_activity_bq_s"]["high"]
        / (told["time_integrated_activity_bq_s"]["median"])
    )
    for one in report.labels:
        assert one.high_gy == pytest.approx(one.mean_dose_gy * ratio)
    mean = sum(one.volume_share * one.mean_dose_gy for one in report.labels)
    assert mean == pytest.approx(report.tissue_mean_dose_gy, rel=1e-9)
    by_nuclide = sum(sum(one.by_nuclide_gy.values()) * one.volume_share for one in report.labels)
    assert by_nuclide == pytest.approx(mean, rel=1e-9)
    assert report.energy_lost_share < SAME_MEAN


def test_a_report_is_what_the_engine_gives_for_the_whole_chain(tmp_path):
    """Members one by one, weighted by their decays, against decays that run down the chain."""
    report = report_of(tmp_path, ("histories = 2000", "histories = 20000"))
    names = np.searchsorted([0, 5, 7, 8], labels())
    image = label_image(np.array([0, 1, 2, 2])[names], voxel_um=4.0)
    chain = scheme("Ac-225")
    decays = 2e11 * float(image.mass_kg().sum())
    wanted = np.zeros(3)
    for source, share in ((1, 0.25), (2, 0.75)):
        run = irradiate_labels(chain, image, sources=[source], histories=40_000, is_periodic=True)
        wanted += [share * decays * run.s_value_gy_per_bq_s(row)[0] for row in range(3)]
    found = [one.mean_dose_gy for one in report.labels]
    assert found == pytest.approx(wanted.tolist(), rel=STATISTICS)
    assert [one.activity_share for one in report.labels] == [0.0, 0.25, 0.75]


def test_daughters_have_places_of_their_own_and_those_after_follow(tmp_path):
    moved = report_of(
        tmp_path, ("[exposure]", '[activity_of."Bi-213"]\nglomerulus = 1\n[exposure]')
    )
    sources = {(s.nuclide, s.source) for s in moved.s_values}
    assert ("Fr-221", "tubules") in sources
    for name in ("Bi-213", "Po-213", "Tl-209", "Pb-209"):
        assert (name, "glomerulus") in sources
        assert (name, "tubules") not in sources
    still = report_of(tmp_path)
    assert moved.labels[1].mean_dose_gy > 1.15 * still.labels[1].mean_dose_gy
    assert moved.tissue_mean_dose_gy == pytest.approx(still.tissue_mean_dose_gy, rel=0.01)


def test_an_autoradiography_that_is_even_over_labels_gives_what_their_shares_give(tmp_path):
    """Voxels drawn by their activity, against voxels drawn evenly in each label."""
    where = labels()
    volumes = {
        name: float(np.isin(where, values).sum())
        for name, values in (("glomerulus", [5]), ("tubules", [7, 8]))
    }
    image = np.where(where == 5, 0.25 / volumes["glomerulus"], 0.0)
    image += np.where(where >= 7, 0.75 / volumes["tubules"], 0.0)
    np.save(tmp_path / "autoradiography.npy", (image * 1e6).astype(np.float32))
    drawn = ('voxel = "4 um"', 'voxel = "4 um"\nactivity = "autoradiography.npy"')
    shares = ("[activity]\ntubules = 0.75\nglomerulus = 0.25\n", "")
    found = report_of(tmp_path, drawn, shares, ("histories = 2000", "histories = 40000"))
    wanted = report_of(tmp_path, ("histories = 2000", "histories = 20000"))
    for one, other in zip(found.labels, wanted.labels, strict=True):
        assert one.activity_share == pytest.approx(other.activity_share, rel=1e-5)
        assert one.mean_dose_gy == pytest.approx(other.mean_dose_gy, rel=STATISTICS)
    assert {one.source for one in found.s_values} == {"image of activity"}
    with pytest.raises(CourseError, match="one of them"):
        report_of(tmp_path, drawn)
    with pytest.raises(CourseError, match="one of them"):
        report_of(tmp_path, shares)
    np.save(tmp_path / "autoradiography.npy", np.ones_like(image))
    with pytest.raises(InvalidValueError, match="has activity in lumen"):
        report_of(tmp_path, (drawn[0], drawn[1] + '\noutside = ["lumen"]'), shares)


@pytest.mark.parametrize(
    ("activity", "message"),
    [
        (np.ones((3, 3, 3)), "must have the shape of the labels"),
        (np.full((30, 24, 20), "x"), "must hold numbers"),
        (np.ones((30, 24, 20), dtype=complex), "must hold numbers"),
        (np.zeros((30, 24, 20)), "above 0 in some"),
        (np.full((30, 24, 20), -1.0), "above 0 in some"),
        (np.full((30, 24, 20), np.nan), "above 0 in some"),
    ],
)
def test_an_impossible_activity_is_refused(tmp_path, activity, message):
    np.save(tmp_path / "a.npy", activity)
    with pytest.raises(InvalidValueError, match=message):
        report_of(
            tmp_path,
            ('voxel = "4 um"', 'voxel = "4 um"\nactivity = "a.npy"'),
            ("[activity]\ntubules = 0.75\nglomerulus = 0.25\n", ""),
        )


def test_report_follows_its_schema_and_is_the_same_each_time(tmp_path):
    report = report_of(tmp_path, threads=1)
    tree = to_jsonable(report)
    jsonschema.validate(tree, json_schema("tissue"))
    assert to_json(report) == to_json(report_of(tmp_path, threads=3))
    assert to_json(report) != to_json(report_of(tmp_path, seed=2))


def test_open_edges_lose_energy_and_what_is_outside_has_no_mass(tmp_path):
    told = ('voxel = "4 um"', 'voxel = "4 um"\nedges = "open"\noutside = ["lumen"]')
    report = report_of(tmp_path, told)
    assert report.energy_lost_share > 0.2
    kept = labels() != 0
    assert report.image.tissue_mass_kg == pytest.approx(kept.sum() * 64e-15, rel=1e-12, abs=0.0)
    assert not report.labels[0].is_tissue


def test_command_writes_a_page_that_needs_nothing_else(tmp_path):
    file = specified(tmp_path)
    done = CliRunner().invoke(app, ["tissue", str(file), "-o", str(tmp_path / "out"), "--json"])
    assert done.exit_code == 0, done.output
    tree = json.loads(done.stdout)
    assert json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8")) == tree
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "glomerulus gets most" in page
    assert "://" not in page.replace("http://www.w3.org", "")
    shown = CliRunner().invoke(app, ["tissue", str(file)])
    assert "tubules" in shown.output


@pytest.mark.parametrize("name", ["a.nii.gz", "a.nrrd", "a.mha", "a.tif", "a.npy", "a.npz"])
def test_every_kind_of_file_gives_the_same_labels(tmp_path, name):
    import SimpleITK

    wanted = labels()
    path = tmp_path / name
    if name.endswith(".npy"):
        np.save(path, wanted)
    elif name.endswith(".npz"):
        np.savez(path, wanted)
    else:
        image = SimpleITK.GetImageFromArray(wanted.T.copy())
        image.SetSpacing((0.004, 0.004, 0.002))
        SimpleITK.WriteImage(image, str(path))
    found = read_label_file(path)
    np.testing.assert_array_equal(found.values, wanted)
    if name in {"a.nii.gz", "a.nrrd", "a.mha"}:
        assert found.voxel_um == pytest.approx((4.0, 4.0, 2.0), rel=1e-6)
    else:
        assert found.voxel_um is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("glomerulus = 5", "glomerulus = 6"), "labels.npy holds 5, which have no name"),
        (("lumen = 0", "lumen = 0\nstroma = 9"), "labels.stroma: no voxel"),
        (('voxel = "4 um"\n', ""), "does not state its voxels"),
        (('voxel = "4 um"', 'voxel = "-4 um"'), "4"),
        (("tubules = 0.75", "tubules = 0.5"), "shares must add up to 1, got 0.75"),
        (("glomerulus = 0.25", "medulla = 0.25"), "medulla is no name of"),
        (("glomerulus = 5", "glomerulus = 7"), "7 has two names"),
        (("glomerulus = 5", "glomerulus = 5.5"), r":10: labels.glomerulus: Input"),
        (('voxel = "4 um"', 'voxel = "0 um"'), r":7: image.voxel: '0 um' must be greater"),
        (('voxel = "4 um"', 'voxel = "1 mm"'), "1000 um are not at the scale of cells"),
        (('voxel = "4 um"', 'voxel = "4 um"\noutside = ["tubules"]'), "holds none"),
        (("decays_per_g = 2e8", ""), "give decays_per_g"),
        (("decays_per_g = 2e8", "decays_per_g = -1"), "greater than 0"),
        (
            ("decays_per_g = 2e8", "decays_per_g = 1e300"),
            ":16: exposure.decays_per_g: .* less than",
        ),
        (('voxel = "4 um"', 'voxel = "1e-9 um"'), "1e-09 um are finer than images of cells"),
        (
            ("[exposure]", "[activity_of]\nBi-213.lumen = 1\n213Bi.tubules = 1\n[exposure]"),
            "Bi-213 has two tables",
        ),
        (("[exposure]", '[activity_of."Pb-212"]\nlumen = 1\n[exposure]'), "no member of the chain"),
        (('"labels.npy"', '"none.npy"'), "none.npy: cannot be read"),
        (('"labels.npy"', '"tissue.toml"'), "no file of labels that is known"),
    ],
)
def test_mistakes_are_refused(tmp_path, change, message):
    with pytest.raises(AlphaTwinError, match=message):
        report_of(tmp_path, change)


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (labels().astype(np.float64), "whole numbers, got an array of float64"),
        (labels() > 4, "whole numbers, got an array of bool"),
        (labels().astype(np.complex64), "whole numbers"),
        (np.zeros((2, 2, 2, 2), dtype=np.int8), "2 or 3 dimensions"),
        (np.zeros((0, 2), dtype=np.int8), "2 or 3 dimensions"),
    ],
)
def test_an_image_without_labels_is_refused(tmp_path, image, message):
    with pytest.raises(InvalidValueError, match=message):
        report_of(tmp_path, image=image)


def test_a_value_with_a_wrong_unit_is_told_once(tmp_path):
    with pytest.raises(CourseError) as refused:
        report_of(tmp_path, ('voxel = "4 um"', 'voxel = "4 kg"'))
    assert len(refused.value.mistakes) == 1
    assert "a length was expected" in str(refused.value)


def test_damaged_numpy_files_are_refused(tmp_path):
    """Each of these made numpy raise something else than ValueError or OSError."""
    stream = io.BytesIO()
    np.save(stream, labels())
    whole, shape = stream.getvalue(), b"(30, 24, 20), }    "
    assert shape in whole
    damaged = {
        "archive.npy": b"PK\x03\x04abc",
        "header.npy": whole.replace(shape, b"(30, 24, 20, }     "),
        "huge.npy": whole.replace(shape, b"(9000000,9000000),}"),
    }
    for name, raw in damaged.items():
        (tmp_path / name).write_bytes(raw)
        with pytest.raises(CourseError, match=name):
            read_label_file(tmp_path / name)


def test_the_legend_of_the_page_lies_beside_the_bars(tmp_path):
    report = report_of(tmp_path)
    figure = _figure(report)
    right = figure.axes[1]
    figure.canvas.draw()
    assert right.get_legend().get_window_extent().y0 >= right.get_window_extent().y1


def test_files_that_are_not_what_they_are_called_are_refused(tmp_path):
    for name in ("a.npy", "a.npz", "a.nrrd", "a.tif", "a.nii"):
        (tmp_path / name).write_bytes(b"no image at all")
        with pytest.raises(CourseError, match=name):
            read_label_file(tmp_path / name)
    np.savez(tmp_path / "two.npz", a=labels(), b=labels())
    with pytest.raises(CourseError, match="must name one of its arrays: a, b; got None"):
        read_label_file(tmp_path / "two.npz")
    assert read_label_file(tmp_path / "two.npz", array="b").values.shape == (30, 24, 20)
    np.save(tmp_path / "objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(CourseError, match=r"objects.npy"):
        read_label_file(tmp_path / "objects.npy")


def test_a_colour_picture_is_refused(tmp_path):
    import SimpleITK

    image = SimpleITK.GetImageFromArray(np.zeros((4, 4, 3), dtype=np.uint8), isVector=True)
    SimpleITK.WriteImage(image, str(tmp_path / "colour.tif"))
    with pytest.raises(CourseError, match="3 values for a voxel"):
        read_label_file(tmp_path / "colour.tif")


def test_another_nuclide_than_the_agents_is_refused(patient):
    with pytest.raises(InvalidValueError, match="carries Ac-225: name that one"):
        report_of(patient, LINKED, ('"Ac-225"', '"Bi-213"'))


def test_sources_that_were_done_outlive_an_interrupt(tmp_path, monkeypatch):
    real = tissue_workflow.irradiate_labels
    calls = []

    def stop(*args, **kwargs):
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    monkeypatch.setattr(tissue_workflow, "irradiate_labels", stop)
    report = report_of(tmp_path)
    assert report.is_partial
    assert len({(s.nuclide, s.source) for s in report.s_values}) == 3
