"""Label images and kernels: a real voxel patient, and a sum of kernels against direct transport.

The patient is the voxelised 177Lu-DOTATATE patient of the Christie (Manchester; MIT licence), read
from the reference folder: a CT in scaled units, and a map of seven regions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from alphatwin.dose import RADIATION_TYPES
from alphatwin.dose.mird import JOULE_PER_MEV
from alphatwin.dose.transport import InShell, Spheres, VoxelMap, Voxels, material
from alphatwin.dose.transport.emission_source import emission_source
from alphatwin.dose.transport.kernels import point_kernel, voxel_kernel
from alphatwin.dose.transport.labels import label_image_from_ct
from alphatwin.dose.transport.s_values import dose_per_decay, phantom_s_value
from alphatwin.dose.transport.sphere_table import sphere_s_values

if TYPE_CHECKING:
    from pathlib import Path

    from alphatwin.dose.transport.labels import LabelImage

SHAPE = (90, 70, 108)  # slices, rows, columns
SPACING_MM = (3.9063, 3.9063, 4.4196)
BED = 3000
# 177Lu: 94 % of the dose are electrons, which leave an organ by its surface; organs are no spheres.
SELF_TOLERANCE = 0.04
# The patient's organs lie elsewhere than the phantom's: a cross-dose is right within a factor.
CROSS_FACTOR = 3.0
# Standard errors of both runs, voxel by voxel; hot voxels have 0.5 %.
CONVOLUTION_TOLERANCE = 0.01
# Statistical errors of a kernel and of a run, and shells of finite thickness.
SPHERE_TOLERANCE = 0.006


def close(expected, *, rel=1e-6):
    """Return what is near a number of any size: S-values are far below pytest's own 1e-12."""
    return pytest.approx(expected, rel=rel, abs=0.0)


@pytest.fixture(scope="module")
def patient(reference: Path) -> LabelImage:
    folder = reference / "images" / "christie_lu177_dotatate_phantom"
    arrays = [
        np.fromfile(folder / f"patient15_LuDOTATATE_{name}.i33", dtype="<u2").reshape(SHAPE).T
        for name in ("attn", "src")
    ]
    attenuation, labels = (a.astype(np.int64) for a in arrays)
    numbers = np.where(attenuation >= BED, 0, attenuation) - 1000.0
    found = np.where(labels >= 15000, labels, 0)
    regions = {f"region {n}": n for n in range(15000, 22000, 1000)}
    numbers[found > 0] = np.maximum(numbers[found > 0], -100.0)
    return label_image_from_ct(found, spacing_mm=SPACING_MM, regions=regions, ct_number_hu=numbers)


def test_volumes_are_those_of_the_readme(patient):
    """1535 voxels of spleen, as its authors say."""
    assert patient.mask("region 16000").sum() == 1535


def test_own_dose_of_organs_is_near_that_of_spheres_and_reaches_others(patient):
    source = "region 16000"
    number = patient.number(source)
    found = dose_per_decay(
        patient.voxels(),
        patient.uniform_in(source),
        emitted=emission_source("Lu-177"),
        local_share=np.eye(8)[number],
        histories=200_000,
        seed=1,
    )
    own = found.s_value(source=source, target=source, region=number).s_value_gy_per_bq_s
    sphere = sphere_s_values(("Lu-177",), mass_kg=patient.mass_kg(source))
    assert own == close(float(sphere.by_nuclide_gy_per_bq_s[0]), rel=SELF_TOLERANCE)
    for other in ("region 17000", "region 18000"):
        cross = found.s_value(source=source, target=other, region=patient.number(other))
        assert cross.by_radiation_gy_per_bq_s["photon"] > 0.0
        assert cross.s_value_gy_per_bq_s < 0.02 * own
    kidneys = [
        found.s_value(source=source, target=r, region=patient.number(r)).s_value_gy_per_bq_s
        for r in ("region 17000", "region 18000")
    ]
    published = phantom_s_value("Lu-177", source="spleen", target="kidneys").s_value_gy_per_bq_s
    assert published / CROSS_FACTOR < np.mean(kidneys) < published * CROSS_FACTOR


def test_a_sum_of_kernels_is_direct_transport_in_uniform_water():
    """Two routes: one kernel convolved, and every decay of a map followed."""
    water = material("water")
    kernel = voxel_kernel(
        "Lu-177", material=water, spacing_mm=(4.0, 4.0, 4.0), voxels_per_side=21, histories=400_000
    )
    rng = np.random.default_rng(1)
    decays = np.zeros((13, 13, 13))
    decays[4:8, 5:9, 6:8] = rng.random((4, 4, 2))
    margin = 45  # 18 cm of water around, as around the kernel
    whole = np.pad(decays, margin)
    regions = np.full(whole.shape, decays.size, dtype=np.int32)
    inner = (slice(margin, -margin),) * 3
    regions[inner] = np.arange(decays.size).reshape(decays.shape)
    direct = dose_per_decay(
        Voxels(
            (water,), np.zeros(whole.shape, dtype=np.uint8), np.ones(whole.shape), (0.4,) * 3,
            regions=regions,
        ),
        VoxelMap(whole),
        emitted=emission_source("Lu-177"),
        local_share=np.zeros(decays.size + 1),
        histories=800_000,
        seed=5,
    )  # fmt: skip
    scale = decays.sum()
    expected = direct.dose_gy_per_bq_s.sum(axis=0)[:-1].reshape(decays.shape) * scale
    found = kernel.convolved_gy(decays).sum(axis=0)
    hot = decays > 0.0
    # Voxels with little activity are less well known: the sum over hot and over cold ones counts.
    assert found[hot].sum() == close(expected[hot].sum(), rel=CONVOLUTION_TOLERANCE)
    assert found[~hot].sum() == close(expected[~hot].sum(), rel=2 * CONVOLUTION_TOLERANCE)
    errors = np.sqrt((direct.standard_error_gy_per_bq_s**2).sum(axis=0))[:-1]
    errors = errors.reshape(decays.shape) * scale
    pull = (found[hot] - expected[hot]) / np.hypot(errors[hot], 0.003 * found[hot])
    assert np.std(pull) < 1.5


@pytest.mark.parametrize(("nuclide", "radius_cm"), [("Y-90", 0.6), ("Lu-177", 0.1)])
def test_a_sphere_absorbs_what_its_point_kernel_says(nuclide, radius_cm):
    """Two routes: shells around a point by the share of them inside, and a filled sphere.

    A point at the distance r from a random point of a sphere of radius R lies in it with the
    probability 1 - 3r/4R + r^3/16R^3. No source for the radius that holds 90 % of the energy could
    be opened; the kernels give 5.3 mm for 90Y and 0.59 mm for 177Lu.
    """
    water = material("water")
    edges = np.linspace(0.0, 2.0 * radius_cm, 201)
    kernel = point_kernel(nuclide, material=water, radii_cm=edges[1:], histories=60_000)
    middle = 0.5 * (edges[1:] + edges[:-1]) / radius_cm
    inside = 1.0 - 0.75 * middle + middle**3 / 16.0
    column = RADIATION_TYPES.index("electron")
    expected = float(kernel.energy_mev[:, column] @ inside) / float(kernel.emitted_mev[column])
    emitted = emission_source(nuclide)
    found = dose_per_decay(
        Spheres((radius_cm, radius_cm + 20.0), (water, water)),
        InShell(radius_cm),
        emitted=emitted,
        local_share=np.array([1.0, 0.0]),
        histories=60_000,
        seed=3,
    ).s_value(source="sphere", target="sphere", region=0)
    mass_kg = 4.0 / 3.0 * np.pi * radius_cm**3 * 1e-3
    energy_mev = found.by_radiation_gy_per_bq_s["electron"] * mass_kg / JOULE_PER_MEV
    assert energy_mev / float(kernel.emitted_mev[column]) == close(expected, rel=SPHERE_TOLERANCE)
