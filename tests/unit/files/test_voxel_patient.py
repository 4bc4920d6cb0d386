"""Label images from files: numpy with a TOML beside it, and the form of ICRP 110."""

from __future__ import annotations

import numpy as np
import pytest

from alphatwin.errors import DataError, InvalidValueError
from alphatwin.files.voxel_patient import icrp_image, read_label_image

SIDECAR = """\
schema = 1
spacing_mm = [5.0, 5.0, 10.0]
{more}
[regions]
kidneys = [2, 3]
body = 1
"""


def labels() -> np.ndarray:
    array = np.ones((12, 10, 8), dtype=np.int16)
    array[2:4, 2:4, 2:4], array[8:10, 2:4, 2:4] = 2, 3
    return array


def written(folder, *, more: str = "density_g_per_cm3 = 1.04", **arrays):
    path = folder / ("patient.npz" if arrays else "patient.npy")
    if arrays:
        np.savez(path, labels=labels(), **arrays)
    else:
        np.save(path, labels())
    (folder / "patient.toml").write_text(SIDECAR.format(more=more), encoding="utf-8")
    return path


def test_labels_alone_take_one_density(tmp_path):
    image = read_label_image(written(tmp_path))
    assert image.mass_kg("kidneys") == pytest.approx(16 * 0.25 * 1.04e-3)
    assert image.materials[int(image.material[0, 0, 0])].name == "soft_tissue"


def test_ct_numbers_and_density_maps_are_read(tmp_path):
    numbers = np.full((12, 10, 8), 40, dtype=np.int16)
    image = read_label_image(written(tmp_path, more="", ct_number_hu=numbers))
    assert image.density_g_per_cm3.mean() == pytest.approx(1.0506, abs=1e-3)
    density = np.full((12, 10, 8), 0.26)
    more = "[materials]\nkidneys = 'lung'"
    path = written(tmp_path, more="", density_g_per_cm3=density)
    text = (tmp_path / "patient.toml").read_text(encoding="utf-8") + more
    (tmp_path / "patient.toml").write_text(text, encoding="utf-8")
    image = read_label_image(path)
    assert image.materials[int(image.material[2, 2, 2])].name == "lung"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("density = 1.04", "unknown density; allowed: density_g_per_cm3, materials"),
        ("", "density must come from one of ct_number_hu"),
    ],
)
def test_mistakes_of_the_sidecar_are_named(tmp_path, more, message):
    with pytest.raises(DataError, match=message):
        read_label_image(written(tmp_path, more=more))


def test_missing_and_foreign_files_are_refused(tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        read_label_image(tmp_path / "none.npz")
    path = written(tmp_path)
    (tmp_path / "patient.toml").unlink()
    with pytest.raises(DataError, match=r"patient\.toml is missing"):
        read_label_image(path)
    scan = tmp_path / "scan.nii"
    scan.write_bytes(b"x")
    with pytest.raises(DataError, match=r"not from \.nii"):
        read_label_image(scan)
    broken = tmp_path / "broken.npz"
    broken.write_bytes(b"PK no")
    with pytest.raises(DataError, match="is no numpy file of plain arrays"):
        read_label_image(broken)


def test_spacing_in_centimetres_is_found_out(tmp_path):
    path = written(tmp_path)
    text = (tmp_path / "patient.toml").read_text(encoding="utf-8")
    text = text.replace("[5.0, 5.0, 10.0]", "[0.05, 0.05, 0.1]")
    (tmp_path / "patient.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidValueError, match="is the spacing in cm"):
        read_label_image(path)


ORGANS = {
    0: ("Air", 0.001),
    89: ("Kidney, left, cortex", 1.05),
    92: ("Kidney, right, cortex", 1.05),
    95: ("Liver", 1.05),
}


def test_organs_of_icrp_110_are_named_and_kidneys_joined():
    ids = np.zeros((20, 20, 20), dtype=np.int64)
    ids[2:18, 2:18, 2:18] = 95
    ids[4:6, 4:6, 4:6], ids[10:12, 4:6, 4:6] = 89, 92
    image = icrp_image(ids, ORGANS, spacing_mm=(2.137, 2.137, 8.0))
    assert image.regions["kidneys"] == (89, 92)
    assert image.mass_kg("kidneys") == pytest.approx(16 * 2.137**2 * 8.0 * 1e-6 * 1.05)
    ids[0, 0, 0] = 7
    with pytest.raises(DataError, match="organ 7 is in the image but not in the list"):
        icrp_image(ids, ORGANS, spacing_mm=(2.137, 2.137, 8.0))


def test_a_folder_of_icrp_110_is_read_in_the_published_order(tmp_path):
    ids = np.zeros((222, 127, 254), dtype=np.int64)  # slices, rows, columns
    ids[20:200, 20:100, 50:200] = 95
    ids[100, 50, 60] = 89
    rows = "\n".join(" ".join(map(str, row)) for row in ids.reshape(-1, 254))
    (tmp_path / "AM.dat").write_text(rows, encoding="ascii")
    listed = "Organ list\n\n  89   Kidney, left, cortex                 41      1.050\n"
    listed += "  95   Liver                 28      1.050\n"
    (tmp_path / "AM_organs.dat").write_text(listed, encoding="ascii")
    image = read_label_image(tmp_path)
    assert image.labels.shape == (254, 127, 222)
    assert image.labels[60, 50, 100] == 89
    (tmp_path / "AM.dat").write_text("1 2 3", encoding="ascii")
    with pytest.raises(DataError, match="must hold 7161276 numbers"):
        read_label_image(tmp_path)
