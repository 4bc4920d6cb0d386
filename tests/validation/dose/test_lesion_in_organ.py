"""A lesion somewhere in an organ, by direct transport against the rule of two spheres.

Both stand in endless soft tissue of 4 mm voxels. The lesion is placed at random wholly inside of
the organ and everything that 177Lu or 213Bi emits is followed from it.
"""

from __future__ import annotations

import numpy as np
import pytest

from alphatwin.dose import RADIATION_TYPES
from alphatwin.dose.nested_spheres import nested_s_values
from alphatwin.dose.transport import VoxelMap, Voxels, material
from alphatwin.dose.transport.emission_source import emission_source
from alphatwin.dose.transport.s_values import dose_per_decay

# Scattered photons, voxels for spheres, and six places; statistical errors are below 2 %. Without
# eq. R11 the rule gives 27 % too little.
PLACED = 0.10
EDGE_CM = 0.4
ORGAN_CM, LESION_CM, SIDE = 6.0, 2.0, 71
PLACES = 6
HISTORIES = 60_000


@pytest.mark.parametrize("nuclide", ["Lu-177", "Bi-213"])
def test_photons_of_a_lesion_reach_the_organ_around_it(nuclide):
    rng = np.random.default_rng(11)
    tissue = material("soft_tissue")
    at = EDGE_CM * (np.arange(SIDE) - SIDE // 2)

    def within(centre_cm, radius_cm):
        squares = [(at - c) ** 2 for c in centre_cm]
        return squares[0][:, None, None] + squares[1][:, None] + squares[2] < radius_cm**2

    organ = within((0.0, 0.0, 0.0), ORGAN_CM)
    ratios = []
    for place in range(PLACES):
        centre = rng.normal(size=3)
        centre *= (ORGAN_CM - LESION_CM) * rng.random() ** (1.0 / 3.0) / np.linalg.norm(centre)
        lesion = within(centre, LESION_CM)
        regions = organ.astype(np.int32) + (lesion & organ)
        geometry = Voxels(
            materials=(tissue,),
            material_index=np.zeros(regions.shape, dtype=np.uint8),
            density_g_per_cm3=np.full(regions.shape, tissue.density_g_per_cm3),
            spacing_cm=(EDGE_CM,) * 3,
            regions=regions,
        )
        found = dose_per_decay(
            geometry,
            VoxelMap((regions == 2).astype(np.float64)),
            emitted=emission_source(nuclide),
            local_share=np.array([0.0, 0.0, 1.0]),
            histories=HISTORIES,
            seed=place,
        ).s_value(source="lesion", target="organ", region=1)
        masses_kg = 1e-3 * geometry.masses_g
        rule = nested_s_values(
            [nuclide], lesion_mass_kg=float(masses_kg[2]), host_mass_kg=float(masses_kg[1])
        )[0]
        photon = RADIATION_TYPES.index("photon")
        ratios.append(found.by_radiation_gy_per_bq_s["photon"] / rule[photon])
        assert found.by_radiation_gy_per_bq_s["alpha"] == 0.0
    assert np.mean(ratios) == pytest.approx(1.0, abs=PLACED), ratios
