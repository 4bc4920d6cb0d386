"""Where the two decay-data sets differ for a nuclide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alphatwin.errors import NotSupportedError
from alphatwin.nuclides.chain_members import decay_chain
from alphatwin.nuclides.decay_data import nuclide
from alphatwin.nuclides.emissions import RADIATIONS, emissions, energy_per_decay_mev

if TYPE_CHECKING:
    from alphatwin.nuclides.decay_data import DecayDataName, Nuclide


@dataclass(frozen=True, slots=True)
class Difference:
    """One quantity of a nuclide in both decay-data sets.

    Attributes
    ----------
    quantity
        What is compared, with its unit where it has one.
    icrp107, ensdf
        The two values.
    """

    quantity: str
    icrp107: float
    ensdf: float

    @property
    def relative_difference(self) -> float | None:
        """ENSDF over ICRP 107, less one; none if ICRP 107 has zero and ENSDF has not."""
        if self.icrp107 == self.ensdf:
            return 0.0
        return None if self.icrp107 == 0.0 else self.ensdf / self.icrp107 - 1.0


def compare_decay_data(name: str) -> tuple[Difference, ...]:
    """Return half-life, branches, yields and energies of a nuclide in both decay-data sets.

    Alpha yields stand beside the alpha branch that is stated: neither set is renormalised, and
    line sets that do not add up show here.

    Raises
    ------
    DataError
        If the nuclide is not in both sets.
    """
    icrp, ensdf = nuclide(name, decay_data="icrp107"), nuclide(name, decay_data="ensdf")
    rows = [Difference("half_life_s", icrp.half_life_s, ensdf.half_life_s)]
    rows += _branches(icrp, ensdf)
    rows += [
        Difference(f"{kind}_yield_per_decay", *_of_both(icrp.name, kind, "yield_per_decay"))
        for kind in ("alpha", "beta")
    ]
    rows += [
        Difference(
            f"{kind}_energy_per_decay_mev",
            *_of_both(icrp.name, kind, "energy_per_decay_mev"),
        )
        for kind in RADIATIONS
    ]
    rows.append(
        Difference(
            "charged_energy_per_decay_mev",
            energy_per_decay_mev(icrp.name, decay_data="icrp107").charged,
            energy_per_decay_mev(icrp.name, decay_data="ensdf").charged,
        )
    )
    return (*rows, *_chain_rows(icrp.name))


def _branches(icrp: Nuclide, ensdf: Nuclide) -> list[Difference]:
    fractions = [
        {f"{b.mode} to {b.daughter}": b.fraction for b in member.branches}
        for member in (icrp, ensdf)
    ]
    modes = dict.fromkeys((*fractions[0], *fractions[1]))
    rows = [
        Difference(f"branch {mode}", fractions[0].get(mode, 0.0), fractions[1].get(mode, 0.0))
        for mode in modes
    ]
    untracked = Difference("untracked_fraction", icrp.untracked_fraction, ensdf.untracked_fraction)
    return [*rows, untracked]


def _of_both(name: str, kind: str, quantity: str) -> tuple[float, float]:
    icrp, ensdf = (_lines(name, kind, decay_data) for decay_data in ("icrp107", "ensdf"))
    return float(getattr(icrp, quantity)), float(getattr(ensdf, quantity))


def _lines(name: str, kind: str, decay_data: DecayDataName) -> object:
    return next(
        lines
        for found, lines in emissions(name, decay_data=decay_data).by_kind.items()
        if found == kind
    )


def _chain_rows(name: str) -> list[Difference]:
    try:
        icrp = decay_chain(name, decay_data="icrp107").energy_per_parent_decay_mev()
        ensdf = decay_chain(name, decay_data="ensdf").energy_per_parent_decay_mev()
    except NotSupportedError:
        return []
    rows = [
        Difference(
            f"chain_{kind}_energy_per_parent_decay_mev",
            icrp.as_dict()[kind],
            ensdf.as_dict()[kind],
        )
        for kind in RADIATIONS
    ]
    charged = Difference("chain_charged_energy_per_parent_decay_mev", icrp.charged, ensdf.charged)
    return [*rows, charged]
