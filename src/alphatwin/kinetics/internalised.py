"""Share of the vector that is inside cells, by what the vector does to its receptor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from alphatwin.agents import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alphatwin.agents.types import ReceptorAction


@dataclass(frozen=True, slots=True)
class Internalised:
    """A share with its standard deviation, and where both come from.

    Attributes
    ----------
    fraction, sd
        Share of the vector in a region that is inside cells, and its standard deviation.
    source
        Where they come from.
    """

    fraction: float
    sd: float
    source: Source


INTERNALISED: Final[Mapping[ReceptorAction, Internalised]] = {
    "agonist": Internalised(
        0.8,
        0.1,
        Source(
            citation="Recalled of cells with sst2 after hours with [Tyr3]octreotate agonists; "
            "Q. Liu et al., Mol. Pharmacol. 68 (2005) 90; B. Waser et al., Eur. J. Pharmacol. 644 "
            "(2010) 257",
            doi_or_url="https://doi.org/10.1016/j.ejphar.2010.07.005",
            status="recalled",
            note="Read in abstracts: agonists take sst2 into the cell rapidly, in cells and in "
            "tumours of rats for 24 h. The figure itself, 70 to 90 % of what is bound, is "
            "recalled; in kidneys and liver it is taken alike.",
        ),
    ),
    "antagonist": Internalised(
        0.1,
        0.05,
        Source(
            citation="Recalled of sst2 antagonists; Q. Liu et al., Mol. Pharmacol. 68 (2005) 90; "
            "G. W. Severin et al., Front. Med. 4 (2017) 98",
            doi_or_url="https://doi.org/10.3389/fmed.2017.00098",
            status="recalled",
            note="Read in abstracts: antagonists do not take sst2 into the cell, and 56 +- 7 % of "
            "140Pr left the pancreas of mice before it decayed after 140Nd-DOTA-LM3. The figure "
            "itself is recalled.",
        ),
    ),
}
"""Where nothing is stated."""
