"""What is known of one nuclide and its chain, as a report."""

from __future__ import annotations

import math

from alphatwin.errors import NotSupportedError
from alphatwin.nuclides import (
    DecayChain,
    DecayDataName,
    alpha_let_kev_per_um,
    alpha_range_um,
    canonical_name,
    compare_decay_data,
    decay_chain,
    emissions,
    energy_per_decay_mev,
    molar_activity_bq_per_mol,
    nuclide,
)
from alphatwin.report.physics_value import (
    AlphaLine,
    BranchRecord,
    ComparedQuantity,
    NuclideReport,
)


def nuclide_report(
    name: str,
    *,
    decay_data: DecayDataName = "icrp107",
    stopping: str = "icru90",
    with_comparison: bool = False,
) -> NuclideReport:
    """Return half-life, branches, energies, chain and alpha ranges of a nuclide.

    Parameters
    ----------
    name
        The nuclide, in any usual writing.
    decay_data
        Decay-data set.
    stopping
        Stopping-power set of the alpha ranges, ``icru90`` or ``astar``.
    with_comparison
        Whether both decay-data sets are compared.

    Raises
    ------
    DataError
        If the nuclide is unknown.
    """
    known = nuclide(canonical_name(name), decay_data=decay_data)
    chain: DecayChain | None = None
    unknown_because = None
    try:
        chain = decay_chain(known.name, decay_data=decay_data)
    except NotSupportedError as problem:
        unknown_because = str(problem)
    members = (known.name,) if chain is None else chain.nuclides
    per_decay = () if chain is None else chain.decays_per_parent_decay()
    is_stable = math.isinf(known.half_life_s)
    return NuclideReport(
        schema=1,
        kind="nuclide",
        nuclide=known.name,
        decay_data=decay_data,
        half_life_s=None if is_stable else known.half_life_s,
        atomic_mass_g_per_mol=known.atomic_mass_g_per_mol,
        molar_activity_bq_per_mol=(
            None if is_stable else molar_activity_bq_per_mol(known.name, decay_data=decay_data)
        ),
        branches=tuple(
            BranchRecord(daughter=b.daughter, fraction=b.fraction, mode=b.mode)
            for b in known.branches
        ),
        untracked_fraction=known.untracked_fraction,
        energy_per_decay_mev=energy_per_decay_mev(known.name, decay_data=decay_data).as_dict(),
        chain=members,
        chain_unknown_because=unknown_because,
        decays_per_parent_decay={m: float(n) for m, n in zip(members, per_decay, strict=False)},
        chain_energy_per_parent_decay_mev=(
            None if chain is None else chain.energy_per_parent_decay_mev().as_dict()
        ),
        stopping=stopping,
        alpha_lines=tuple(line for m in members for line in _alpha_lines(m, decay_data, stopping)),
        comparison=_comparison(known.name) if with_comparison else (),
    )


def _alpha_lines(name: str, decay_data: DecayDataName, stopping: str) -> tuple[AlphaLine, ...]:
    alpha = emissions(name, decay_data=decay_data).alpha
    if alpha.energies_mev.size == 0:
        return ()
    range_um = alpha_range_um(alpha.energies_mev, stopping=stopping)
    let = alpha_let_kev_per_um(alpha.energies_mev, stopping=stopping)
    return tuple(
        AlphaLine(
            nuclide=name,
            energy_mev=float(e),
            yield_per_decay=float(y),
            range_um=float(r),
            let_kev_per_um=float(s),
        )
        for e, y, r, s in zip(
            alpha.energies_mev, alpha.yields_per_decay, range_um, let, strict=True
        )
    )


def _comparison(name: str) -> tuple[ComparedQuantity, ...]:
    return tuple(
        ComparedQuantity(
            quantity=row.quantity,
            icrp107=row.icrp107,
            ensdf=row.ensdf,
            relative_difference=row.relative_difference,
        )
        for row in compare_decay_data(name)
    )
