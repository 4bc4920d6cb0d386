"""Point and voxel kernels: energy is kept, symmetry holds, a sum of kernels is the dose."""

from __future__ import annotations

import numpy as np
import pytest

from alphatwin.dose import RADIATION_TYPES
from alphatwin.dose.mird import JOULE_PER_MEV
from alphatwin.dose.transport import material
from alphatwin.dose.transport.kernels import point_kernel, voxel_kernel
from alphatwin.errors import InvalidValueError
from alphatwin.nuclides import alpha_range_um, energy_per_decay_mev

ELECTRON = RADIATION_TYPES.index("electron")
ALPHA = RADIATION_TYPES.index("alpha")


def close(expected, *, rel=1e-6):
    """Return what is near a number of any size: S-values are far below pytest's own 1e-12."""
    return pytest.approx(expected, rel=rel, abs=0.0)


def small_kernel(**changes):
    given = {
        "material": material("water"),
        "spacing_mm": (4.0, 4.0, 4.0),
        "voxels_per_side": 5,
        "histories": 4000,
    }
    return voxel_kernel("Lu-177", **(given | changes))


def test_electrons_of_a_voxel_kernel_keep_their_energy():
    kernel = small_kernel()
    emitted_j = energy_per_decay_mev("Lu-177").electron * JOULE_PER_MEV
    held_j = kernel.dose_gy_per_bq_s[ELECTRON].sum() * 0.4**3 * 1e-3
    # 4000 histories, drawn by energy: 0.6 % statistical; 0.05 % leaves as bremsstrahlung.
    assert held_j == close(emitted_j, rel=0.02)


def test_a_voxel_kernel_is_the_same_in_its_mirror_images():
    kernel = small_kernel(spacing_mm=(4.0, 2.0, 3.0))
    for axis in (1, 2, 3):
        np.testing.assert_array_equal(
            kernel.dose_gy_per_bq_s, np.flip(kernel.dose_gy_per_bq_s, axis=axis)
        )


def test_convolution_with_one_decay_gives_the_kernel_and_is_linear():
    kernel = small_kernel()
    one = np.zeros((5, 5, 5))
    one[2, 2, 2] = 1.0
    peak = kernel.dose_gy_per_bq_s.max()
    np.testing.assert_allclose(kernel.convolved_gy(one), kernel.dose_gy_per_bq_s, atol=1e-12 * peak)
    two = np.zeros((9, 9, 9))
    two[2, 4, 4], two[6, 4, 4] = 3.0, 1.0
    parts = [kernel.convolved_gy(np.where(two == v, two, 0.0)) for v in (3.0, 1.0)]
    np.testing.assert_allclose(kernel.convolved_gy(two), sum(parts), atol=1e-11 * peak)
    with pytest.raises(InvalidValueError, match="decays must have shape"):
        kernel.convolved_gy(-one)


def test_alphas_of_a_point_kernel_end_at_their_range():
    radii = np.linspace(1e-4, 1e-2, 100)  # up to 100 um
    kernel = point_kernel("Po-212", material=material("water"), radii_cm=radii, histories=10)
    reach_cm = 1e-4 * float(alpha_range_um(energy_per_decay_mev("Po-212").alpha))
    alphas = kernel.energy_mev[:, ALPHA]
    assert alphas.sum() == close(energy_per_decay_mev("Po-212").alpha, rel=1e-6)
    assert alphas[radii > reach_cm + 2e-4].sum() == 0.0
    assert radii[np.argmax(alphas)] == close(reach_cm, rel=0.05)  # the Bragg peak


def test_a_point_kernel_says_what_radius_holds_a_share():
    radii = np.linspace(0.02, 1.2, 60)
    kernel = point_kernel("Y-90", material=material("water"), radii_cm=radii, histories=2000)
    x50, x90 = (kernel.radius_holding_cm(s, radiation="electron") for s in (0.5, 0.9))
    assert 0.0 < x50 < x90 < 1.2
    with pytest.raises(InvalidValueError, match="share must lie above 0"):
        kernel.radius_holding_cm(1.0, radiation="electron")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"voxels_per_side": 4}, "must be odd"),
        ({"spacing_mm": (4.0, 4.0)}, "spacing_mm must be three finite numbers"),
        ({"spacing_mm": (4.0, -4.0, 4.0)}, "spacing_mm must be three finite numbers"),
    ],
)
def test_impossible_grids_are_refused(changes, message):
    with pytest.raises(InvalidValueError, match=message):
        small_kernel(**changes)


def test_radii_must_ascend():
    with pytest.raises(InvalidValueError, match="that ascend"):
        point_kernel("Y-90", material=material("water"), radii_cm=[1.0, 0.5])
