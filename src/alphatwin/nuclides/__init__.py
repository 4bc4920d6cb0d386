"""Nuclides: decay data, emissions, exact decay chains, and alphas slowing down in water."""

from alphatwin.nuclides.amounts import (
    activity_at_injection_bq,
    activity_of_atoms_bq,
    activity_of_mass_bq,
    atoms_of_activity,
    mass_of_activity_kg,
    molar_activity_bq_per_mol,
)
from alphatwin.nuclides.branching import Branch
from alphatwin.nuclides.chain import DecayChain
from alphatwin.nuclides.chain_members import decay_chain
from alphatwin.nuclides.comparison import Difference, compare_decay_data
from alphatwin.nuclides.decay_data import (
    DECAY_DATA_NAMES,
    DecayDataName,
    Nuclide,
    decay_data_provenance,
    nuclide,
)
from alphatwin.nuclides.emissions import (
    RADIATIONS,
    BetaSpectrum,
    Emission,
    Emissions,
    EnergyPerDecay,
    RadiationName,
    emissions,
    energy_per_decay_mev,
)
from alphatwin.nuclides.names import canonical_name
from alphatwin.nuclides.stopping import (
    STOPPING_NAMES,
    alpha_let_kev_per_um,
    alpha_range_um,
    alpha_residual_energy_mev,
    stopping_provenance,
    tissue_density_g_per_cm3,
    tissue_names,
)

__all__ = [
    "DECAY_DATA_NAMES",
    "RADIATIONS",
    "STOPPING_NAMES",
    "BetaSpectrum",
    "Branch",
    "DecayChain",
    "DecayDataName",
    "Difference",
    "Emission",
    "Emissions",
    "EnergyPerDecay",
    "Nuclide",
    "RadiationName",
    "activity_at_injection_bq",
    "activity_of_atoms_bq",
    "activity_of_mass_bq",
    "alpha_let_kev_per_um",
    "alpha_range_um",
    "alpha_residual_energy_mev",
    "atoms_of_activity",
    "canonical_name",
    "compare_decay_data",
    "decay_chain",
    "decay_data_provenance",
    "emissions",
    "energy_per_decay_mev",
    "mass_of_activity_kg",
    "molar_activity_bq_per_mol",
    "nuclide",
    "stopping_provenance",
    "tissue_density_g_per_cm3",
    "tissue_names",
]
