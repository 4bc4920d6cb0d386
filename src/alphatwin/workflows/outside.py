"""The vector outside of the regions: in blood, red marrow and the rest of the body.

Where it was measured there, its daughters are born there and join the others in the network of a
fate. Nothing is counted twice: regions and marrow hold their own blood, and the rest of the body is
what is neither in regions, in blood, in marrow nor in the urine.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from alphatwin.errors import InvalidValueError
from alphatwin.kinetics import curve_scaled
from alphatwin.kinetics.blood_volume import circulating_share
from alphatwin.kinetics.body_balance import remainder
from alphatwin.kinetics.plasma import BLOOD_DENSITY_G_PER_ML
from alphatwin.patient.blood import BLOOD
from alphatwin.workflows.blood_sampled import curves_in_blood

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from alphatwin.kinetics import RegionCurve
    from alphatwin.kinetics.excretion import Excretion
    from alphatwin.patient import Course
    from alphatwin.workflows.blood_sampled import SampledBlood
    from alphatwin.workflows.predicting import Asked

MARROW: Final = "red_marrow"
REST: Final = "rest"
NO_VOLUME: Final = "the volume of the blood is not known; give blood.volume or patient.sex"


@dataclass(frozen=True, slots=True, eq=False)
class Outside:
    """Curves of the vector outside of the regions, over the activity administered.

    Attributes
    ----------
    curves
        By place: ``blood``, ``red_marrow``, ``rest``; those that are known.
    refusals
        Why another is not, in words.
    """

    curves: Mapping[str, RegionCurve]
    refusals: tuple[str, ...]


NOWHERE: Final = Outside(MappingProxyType({}), ())
"""Nothing is known outside of the regions."""


def outside_of_regions(
    course: Course,
    asked: Asked,
    regions: Mapping[str, RegionCurve],
    *,
    places: Collection[str],
    sampled: SampledBlood | None,
    leaving: Excretion | None,
    seed: int,
) -> Outside:
    """Return the curves of the vector in blood, red marrow and the rest of the body.

    Parameters
    ----------
    course
        The course with the assumptions in force.
    asked
        The agent of which the answer is wanted.
    regions
        Its curves in the regions that are parts of the body, by name.
    places
        Names under which the fates of daughters know these regions.
    sampled
        The blood that was sampled; ``None`` if it was not.
    leaving
        All that leaves the body; ``None`` if it is not known.
    seed
        Seed of the random streams.
    """
    curves: dict[str, RegionCurve] = {}
    refusals: list[str] = []
    in_blood = () if sampled is None else curves_in_blood(course, asked, sampled, seed=seed)
    if in_blood and sampled is not None:
        if sampled.ratio is not None and sampled.mass is not None:
            mass_g = 1e3 * sampled.mass.mass_kg
            blood_ml = sampled.ratio * mass_g / BLOOD_DENSITY_G_PER_ML
            curves[MARROW] = curve_scaled(in_blood[0], blood_ml)
        if sampled.volume_ml is None:
            refusals.append(NO_VOLUME)
        elif BLOOD not in places:
            share = circulating_share((*places, *curves))
            curves[BLOOD] = curve_scaled(in_blood[0], sampled.volume_ml * share)
    if leaving is not None and REST not in places:
        found = _rest(asked, {**regions, **curves}, leaving)
        if isinstance(found, str):
            refusals.append(found)
        else:
            curves[REST] = found
    return Outside(MappingProxyType(curves), tuple(refusals))


def _rest(asked: Asked, parts: Mapping[str, RegionCurve], leaving: Excretion) -> RegionCurve | str:
    """Return the curve of the rest of the body, or why there is none."""
    if asked.activity_bq is None:
        return "the activity is not known, so that of the rest of the body is not either"
    if asked.injected.dechelation_per_s > 0.0:
        return "what leaves the vector is free, and no curve of the rest of the body knows of it"
    purity = asked.injected.radiochemical_purity
    on_vector = {name: curve_scaled(curve, 1.0 / purity) for name, curve in parts.items()}
    try:
        return curve_scaled(remainder(on_vector, excretion=leaving).curve, purity)
    except InvalidValueError as error:
        return str(error)
