"""Parameters under which an effect is compared: alpha/beta and repair of kidneys and tumours.

They are conventions of the levels that one compares with, not measurements of this patient.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from alphatwin.agents import Source
from alphatwin.biology.quantities import checked_alpha_beta_gy
from alphatwin.errors import InvalidValueError

HOUR_S: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Tissue:
    """How a tissue answers to dose rate.

    Attributes
    ----------
    alpha_beta_gy
        Ratio of the linear to the quadratic coefficient, for the reference radiation. [Gy]
    repair_half_time_s
        Half-time of the repair of sublethal damage. [s]
    source
        Where both come from.
    """

    alpha_beta_gy: float
    repair_half_time_s: float
    source: Source

    def __post_init__(self) -> None:
        checked_alpha_beta_gy(self.alpha_beta_gy)
        if not self.repair_half_time_s > 0.0:
            msg = (
                "repair_half_time_s must be > 0 (infinite: no repair), got "
                f"{self.repair_half_time_s}; state that of the tissue (kidney 2.8 h)"
            )
            raise InvalidValueError(msg)


KIDNEY: Final = Tissue(
    2.5,
    2.8 * HOUR_S,
    Source(
        citation="Barone et al., J Nucl Med 46 (2005) 99S; Wessels et al., MIRD Pamphlet No. 20, "
        "J Nucl Med 49 (2008) 1884",
        doi_or_url="https://doi.org/10.2967/jnumed.108.053173",
        status="recalled",
        note="In use with the kidney levels; alpha/beta between 1.5 and 3 Gy in animals under "
        "external beams (O'Donoghue 2004, abstract read).",
    ),
)
"""The kidney, as usual with BED of 28 and 40 Gy."""
TUMOUR: Final = Tissue(
    10.0,
    1.5 * HOUR_S,
    Source(
        citation="convention of early-responding tissue and tumours",
        doi_or_url="no DOI: a convention",
        status="recalled",
        note="No value of neuroendocrine tumours could be read; compare agents with it, do not "
        "predict response.",
    ),
)
"""A tumour, by convention."""
