"""What an agent is asked for, and how the measured curves become its own."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.agents import agent as catalogue_agent
from alphatwin.errors import NotSupportedError
from alphatwin.kinetics import curve_scaled
from alphatwin.patient import UPTAKE_FACTORS
from alphatwin.uncertainty import lognormal_factor, stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.agents import Agent
    from alphatwin.kinetics import RegionCurve
    from alphatwin.patient import Administration, Course, Injected, Prediction


@dataclass(frozen=True, slots=True)
class Asked:
    """An agent of which the answer is wanted.

    Attributes
    ----------
    agent, administration
        The agent, and the administration that was given or whose kinetics are used.
    prediction
        The prediction; ``None`` for an agent that was administered.
    activity_bq
        Activity administered or as if administered; ``None`` if it is not known. [Bq]
    """

    agent: Agent
    administration: Administration
    prediction: Prediction | None
    activity_bq: float | None

    @property
    def injected(self) -> Injected:
        """What was injected beside the nuclide on the vector."""
        asked = self.administration if self.prediction is None else self.prediction
        return asked.injected

    @property
    def scale_bq(self) -> float:
        """Activity by which curves are multiplied; 1 Bq where curves are in Bq already."""
        return 1.0 if self.activity_bq is None else self.activity_bq


def find_agent(name: str, *, own_agents: tuple[Agent, ...]) -> Agent:
    """Return the course's own agent of that name, or that of the catalogue."""
    return next((a for a in own_agents if a.name == name), None) or catalogue_agent(name)


def needs_uptake_ratio(given: Agent, wanted: Agent) -> bool:
    """Whether kinetics cannot be carried over without an assumption: vector or chelator differ."""
    return (given.vector, given.chelator) != (wanted.vector, wanted.chelator)


def predicted_curve(
    curve: RegionCurve, factor: NDArray[np.float64], *, given: Injected, wanted: Injected
) -> RegionCurve:
    """Return the curve of what is on the vector: as measured, with its own purity and losses.

    Uptake was measured per activity administered, of which the vector carried the measured agent's
    purity. What leaves the vector of the predicted agent, beyond what the measured one lost, is no
    longer on this curve.
    """
    purity = wanted.radiochemical_purity / given.radiochemical_purity
    scaled = curve_scaled(curve, factor * purity)
    loss_per_s = wanted.dechelation_per_s
    return dataclasses.replace(
        scaled,
        biological_rate_per_s=scaled.biological_rate_per_s + loss_per_s,
        best_biological_rate_per_s=scaled.best_biological_rate_per_s + loss_per_s,
    )


def check_uptake_ratio(prediction: Prediction, region: str, *, given: Agent, wanted: Agent) -> None:
    """Raise NotSupportedError unless the course states how uptake differs in a region."""
    if prediction.factor("uptake_ratio", region=region) is not None:
        return
    msg = (
        f"predictions[{wanted.name}]: {wanted.name} ({wanted.vector}, {wanted.chelator}) is not on "
        f"the vector and chelator that were measured ({given.name}: {given.vector}, "
        f"{given.chelator}); state uptake_ratio for region {region!r}, for instance 1.0 with "
        "an uptake_ratio_uncertainty"
    )
    raise NotSupportedError(msg)


def uptake_factor(
    prediction: Prediction, region: str, *, course: Course, seed: int
) -> NDArray[np.float64]:
    """Return (n_samples,) products of all factors that act on a region under a prediction.

    A factor that is stated once for several regions has the same error in all of them.
    """
    product = np.ones(course.assumptions.samples)
    for name in UPTAKE_FACTORS:
        factor = prediction.factor(name, region=region)
        if factor is not None:
            shared = ",".join(factor.regions or ("all regions",))
            generator = stream(seed, name, prediction.agent, shared)
            product *= factor.value * lognormal_factor(factor.relative_sd, generator, product.size)
    return product


def predicted_activity(
    prediction: Prediction, wanted: Agent, weight_kg: float
) -> tuple[float, str]:
    """Return the activity [Bq] as if administered to this patient [kg], and its origin."""
    if prediction.activity_bq is not None:
        return prediction.activity_bq, "stated in the course"
    if not wanted.prescriptions:
        msg = (
            f"predictions[{wanted.name}]: no prescription of {wanted.name} is published; "
            "state its activity"
        )
        raise NotSupportedError(msg)
    first = wanted.prescriptions[0]
    return first.activity_for_bq(weight_kg), f"published prescription: {first.name}"
