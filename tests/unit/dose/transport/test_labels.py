"""Label images and CT numbers: density, material, masses, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from alphatwin.dose.transport.ct_numbers import (
    bone_mixture,
    density_g_per_cm3,
    material_by_ct_number,
)
from alphatwin.dose.transport.labels import label_image, label_image_from_ct
from alphatwin.errors import DataError, InvalidValueError


def ball(n: int = 20) -> np.ndarray:
    """Return labels of a body (1) with a kidney (2) in air (0)."""
    grid = np.indices((n, n, n)) - (n - 1) / 2
    labels = np.zeros((n, n, n), dtype=int)
    labels[(grid**2).sum(axis=0) < (0.45 * n) ** 2] = 1
    labels[8:12, 8:12, 8:10] = 2
    return labels


def image(**changes):
    labels = ball()
    given = {
        "spacing_mm": (10.0, 10.0, 5.0),
        "regions": {"kidneys": 2},
        "density_g_per_cm3": np.where(labels > 0, 1.04, 0.0),
    }
    return label_image(labels, **(given | changes))


def test_mass_is_density_times_volume_of_voxels_that_need_not_be_cubes():
    found = image()
    assert found.voxel_cm3 == pytest.approx(0.5)
    assert found.mass_kg("kidneys") == pytest.approx(32 * 0.5 * 1.04e-3)
    voxels = found.voxels()
    assert voxels.spacing_cm == pytest.approx((1.0, 1.0, 0.5))
    assert voxels.masses_g[found.number("kidneys")] == pytest.approx(1e3 * found.mass_kg("kidneys"))
    assert found.uniform_in("kidneys").activity_share.sum() == 32


def test_density_by_ct_number_follows_the_published_points():
    # Schneider et al. 2000, as quoted in public code: the points themselves, and one between.
    numbers = [-1000.0, -98.0, 14.0, 23.0, 100.0, 1600.0]
    densities = [0.00121, 0.93, 1.03, 1.031, 1.1199, 1.9642]
    np.testing.assert_allclose(density_g_per_cm3(numbers), densities)
    assert density_g_per_cm3(0.0) == pytest.approx(1.018, abs=2e-3)  # 1.018 + 0.893e-3 HU


def test_material_by_ct_number_goes_from_air_to_bone():
    materials, index = material_by_ct_number([-1000.0, -700.0, -80.0, 40.0, 300.0, 1500.0, 3000.0])
    names = [materials[i].name for i in index]
    assert names[:4] == ["air", "lung", "adipose", "soft_tissue"]
    assert all(n.startswith("bone mixture") for n in names[4:])
    shares = [int(n.split()[2]) for n in names[4:]]
    assert shares == sorted(shares)
    assert shares[-1] == 100


def test_a_bone_mixture_has_the_density_and_the_calcium_of_its_parts():
    half = bone_mixture(0.5)
    assert half.density_g_per_cm3 == pytest.approx(0.5 * (1.92 + 1.03))
    calcium = dict(half.mass_fractions)[20]
    bone = dict(bone_mixture(1.0).mass_fractions)[20]
    assert calcium == pytest.approx(bone * 0.5 * 1.92 / half.density_g_per_cm3)


def test_ct_image_takes_density_and_material_from_its_numbers():
    labels = ball()
    numbers = np.where(labels > 0, 40.0, -1000.0)
    found = label_image_from_ct(
        labels, spacing_mm=(10, 10, 5), regions={"kidneys": 2}, ct_number_hu=numbers
    )
    assert found.density_g_per_cm3[labels > 0] == pytest.approx(1.0506, abs=1e-3)
    assert found.materials[int(found.material[10, 10, 10])].name == "soft_tissue"


def with_hole() -> np.ndarray:
    density = np.where(ball() > 0, 1.04, 0.0)
    density[8, 8, 8] = 0.0
    return density


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"density_g_per_cm3": with_hole()}, "region 'kidneys' has 1 of 32 voxels with a density"),
        ({"spacing_mm": (1.0, 0.0, 1.0)}, r"spacing_mm must be three finite numbers > 0"),
        ({"spacing_mm": (0.5, 0.5, 0.5)}, r"is the spacing in cm\? Then spacing_mm is \[5.0, 5.0"),
        ({"spacing_mm": (200.0, 200.0, 200.0)}, r"Then spacing_mm is \[20.0, 20.0, 20.0\]"),
        ({"density_g_per_cm3": np.full((20, 20, 20), 1040.0)}, "is it in kg/m3"),
        ({"density_g_per_cm3": np.full((20, 20, 20), -1.0)}, "must be finite and >= 0"),
        ({"density_g_per_cm3": np.zeros((20, 20, 20))}, "region 'kidneys' has 32 of 32 voxels"),
        ({"regions": {"liver": 7}}, "region 'liver' has no voxel: label 7 is not in the image"),
        ({"regions": {}}, "names no region"),
        ({"regions": {"left": 2, "right": [2, 3]}}, "label 2 is in two regions"),
    ],
)
def test_impossible_images_are_refused(changes, message):
    with pytest.raises(InvalidValueError, match=message):
        image(**changes)


def test_unknown_material_and_region_and_fractional_labels_are_refused():
    with pytest.raises(DataError, match="material 'gold' is unknown; allowed: "):
        image(material_of_label={2: "gold"})
    with pytest.raises(InvalidValueError, match="no region 'liver'; it has kidneys"):
        image().mask("liver")
    with pytest.raises(InvalidValueError, match="labels must be integers"):
        label_image(ball() + 0.5, spacing_mm=(1, 1, 1), regions={"a": 1}, density_g_per_cm3=1.0)


def test_what_is_no_ct_number_is_refused():
    with pytest.raises(InvalidValueError, match="apply the rescale slope"):
        density_g_per_cm3([-2000.0])
