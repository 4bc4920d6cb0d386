"""Volume of a patient's blood, and the share of it that organs hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alphatwin.agents import Source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alphatwin.patient import Patient

BLOOD_VOLUME_SOURCE: Final = Source(
    citation="ICRP Publication 89 (2002): 5.3 L of blood in 73 kg and 3.9 L in 60 kg; shares of it "
    "in organs",
    doi_or_url="Ann. ICRP 32 (3/4)",
    status="recalled",
    note="Scaled with the weight; 10 % of the blood in the liver, 2 % in kidneys, 1.4 % in spleen, "
    "4 % in red marrow, 1 % in the rest of the skeleton, which regions of these hold already.",
)
"""Where the volume comes from, and what of it organs hold."""
_ML_PER_KG: Final = {"male": 5300.0 / 73.0, "female": 3900.0 / 60.0}
SHARE_IN: Final = {
    "liver": 0.10,
    "kidneys": 0.02,
    "spleen": 0.014,
    "red_marrow": 0.04,
    "bone": 0.01,
}
"""Share of the blood that an organ holds, by place of the fates of daughters."""


def blood_volume_ml(patient: Patient) -> float | None:
    """Return the volume of all blood, scaled from the reference adult; ``None`` if sex is unknown.

    Parameters
    ----------
    patient
        The patient; the mass in [kg].
    """
    per_kg = _ML_PER_KG.get(patient.sex)
    return None if per_kg is None else per_kg * patient.weight_kg


def circulating_share(places: Iterable[str]) -> float:
    """Return the share of all blood that is in none of some places.

    What an image or a marrow-to-blood ratio gives for an organ holds its blood, which is therefore
    not counted a second time.

    Parameters
    ----------
    places
        Organs that are counted by themselves.
    """
    return 1.0 - sum(SHARE_IN.get(place, 0.0) for place in set(places))
