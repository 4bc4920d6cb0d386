r"""Radiopharmaceuticals as frozen values: what one is, how it was given, what was measured.

A population figure of a lognormal quantity with mean :math:`m` (or median :math:`M`) and
standard deviation :math:`s` has the log-variance

.. math::
    \sigma^2 = \ln\left(1 + \frac{s^2}{m^2}\right), \qquad
    e^{\sigma^2} = \tfrac{1}{2}\left(1 + \sqrt{1 + 4 s^2 / M^2}\right),

the median :math:`m\,e^{-\sigma^2/2}` and the geometric standard deviation
:math:`e^{\sigma}` [1]_.

References
----------
.. [1] E. L. Crow and K. Shimizu (eds.), "Lognormal Distributions: Theory and Applications",
   Marcel Dekker, 1988, chapter 1.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal, get_args

from alphatwin.agents.checks import (
    need_choice,
    need_count,
    need_pattern,
    need_positive,
    need_text,
)
from alphatwin.errors import DataError, InvalidValueError

Status = Literal["read", "recalled", "computed"]
Route = Literal["intravenous", "intra-arterial"]
ReceptorAction = Literal["agonist", "antagonist"]
Quantity = Literal[
    "effective_half_life_s",
    "uptake_half_time_s",
    "dose_coefficient_gy_per_bq",
    "uptake_fraction",
]
Distribution = Literal["normal", "lognormal"]
Statistic = Literal["mean", "median"]
Spread = Literal["published", "assumed", "unknown"]
SampleUnit = Literal["patients", "lesions", "treatments"]

NUCLIDE = re.compile(r"[A-Z][a-z]?-[1-9][0-9]{0,2}(m[1-9]?)?")
REGION = re.compile(r"[a-z]+(_[a-z]+)*")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure comes from, and whether it was seen there.

    Attributes
    ----------
    citation
        Authors, journal, year.
    doi_or_url
        Where it can be opened; if neither is known, where it is cited.
    status
        ``read``: seen in the source itself; ``recalled``: from memory or at second hand,
        never a test's truth; ``computed``: from read figures, as the note says.
    note
        Place in the source, and what a reader must know.
    """

    citation: str
    doi_or_url: str
    status: Status
    note: str = ""

    def __post_init__(self) -> None:
        need_text("citation", self.citation)
        need_text("doi_or_url", self.doi_or_url)
        need_choice("status", self.status, get_args(Status))


@dataclass(frozen=True, slots=True)
class Prescription:
    """A published regimen: exactly one of a fixed activity or an activity per body mass.

    Attributes
    ----------
    name
        Short name, unique within the agent.
    activity_bq, activity_bq_per_kg
        Activity per cycle, fixed or per body mass; the other is None. [Bq], [Bq/kg]
    cycles
        Number of cycles, None if not fixed in advance.
    interval_s
        Time from one administration to the next, None if not stated. [s]
    cumulative_limit_bq, single_limit_bq
        Limits stated with the regimen, None if none was. [Bq]
    route
        How it was given.
    population
        Who received it, in words.
    source
        Where the regimen is published.
    """

    name: str
    route: Route
    population: str
    source: Source
    activity_bq: float | None = None
    activity_bq_per_kg: float | None = None
    cycles: int | None = None
    interval_s: float | None = None
    cumulative_limit_bq: float | None = None
    single_limit_bq: float | None = None

    def __post_init__(self) -> None:
        need_text("name", self.name)
        need_text("population", self.population)
        need_choice("route", self.route, get_args(Route))
        if (self.activity_bq is None) == (self.activity_bq_per_kg is None):
            msg = (
                f"prescription {self.name!r}: give exactly one of activity_bq and "
                f"activity_bq_per_kg, got {self.activity_bq} and {self.activity_bq_per_kg}"
            )
            raise InvalidValueError(msg)
        need_positive("activity_bq", self.activity_bq)
        need_positive("activity_bq_per_kg", self.activity_bq_per_kg)
        need_count("cycles", self.cycles)
        need_positive("interval_s", self.interval_s)
        need_positive("cumulative_limit_bq", self.cumulative_limit_bq)
        need_positive("single_limit_bq", self.single_limit_bq)

    def activity_for_bq(self, body_mass_kg: float) -> float:
        """Return the activity of one cycle for a patient, without any limit applied.

        Parameters
        ----------
        body_mass_kg
            Body mass; it does not matter when the activity is fixed. [kg]

        Returns
        -------
        float
            Activity per cycle. [Bq]

        Raises
        ------
        InvalidValueError
            If the body mass is not positive and finite.
        """
        need_positive("body_mass_kg", body_mass_kg)
        if self.activity_bq is not None:
            return self.activity_bq
        return (self.activity_bq_per_kg or 0.0) * body_mass_kg


@dataclass(frozen=True, slots=True)
class PopulationKinetics:
    """What was measured of one quantity in one region over a group of patients.

    Attributes
    ----------
    region
        ``kidneys``, ``spleen``, ``liver``, ``red_marrow``, ``blood``, ``tumour`` ...
    quantity
        What was measured; its ending is the unit of ``mean`` and ``sd``.
    mean
        Central value in the unit of the quantity, a mean or a median: see ``statistic``.
    sd
        Standard deviation between subjects in the same unit, None where none is known.
    n, n_unit
        Size of the group (None if not stated) and of what.
    distribution
        Shape to sample from.
    statistic
        Whether ``mean`` holds a mean or a median.
    spread
        ``published``: sd stands in the source; ``assumed``: sd is AlphaTwin's own, the note
        says why; ``unknown``: there is no sd.
    nuclide
        Nuclide whose activity was measured, canonical name.
    source
        Where the figure is published.
    note
        What a reader must know before using it.
    """

    region: str
    quantity: Quantity
    mean: float
    nuclide: str
    source: Source
    sd: float | None = None
    n: int | None = None
    n_unit: SampleUnit = "patients"
    distribution: Distribution = "lognormal"
    statistic: Statistic = "mean"
    spread: Spread = "published"
    note: str = ""

    def __post_init__(self) -> None:
        need_pattern("region", self.region, REGION, "lower-case words joined by _")
        need_pattern("nuclide", self.nuclide, NUCLIDE, "a canonical name such as 'Lu-177'")
        need_choice("quantity", self.quantity, get_args(Quantity))
        need_choice("distribution", self.distribution, get_args(Distribution))
        need_choice("statistic", self.statistic, get_args(Statistic))
        need_choice("spread", self.spread, get_args(Spread))
        need_choice("n_unit", self.n_unit, get_args(SampleUnit))
        need_positive("mean", self.mean)
        need_positive("sd", self.sd)
        need_count("n", self.n)
        if self.quantity == "uptake_fraction" and self.mean > 1.0:
            msg = f"mean of an uptake_fraction must be at most 1, got {self.mean}"
            raise InvalidValueError(msg)
        if (self.sd is None) != (self.spread == "unknown"):
            msg = (
                f"{self.quantity} of {self.region}: spread {self.spread!r}, sd {self.sd}; "
                "say spread = 'unknown' when there is no sd, and only then"
            )
            raise InvalidValueError(msg)
        if self.spread == "assumed":
            need_text("note (spread = 'assumed' must say why)", self.note)

    @property
    def median(self) -> float:
        """Median in the unit of the quantity; module docstring for the lognormal form."""
        if self.statistic == "median" or self.distribution == "normal":
            return self.mean
        return self.mean * math.exp(-0.5 * math.log(self.geometric_sd) ** 2)

    @property
    def geometric_sd(self) -> float:
        """Geometric standard deviation (1) of a lognormal quantity; module docstring.

        Raises
        ------
        DataError
            If no sd is known, or the quantity is not taken as lognormal.
        """
        if self.sd is None or self.distribution != "lognormal":
            msg = (
                f"{self.quantity} of {self.region}: no geometric sd, as sd is {self.sd} "
                f"and the distribution {self.distribution!r}; "
                "use a figure with an sd, taken as lognormal"
            )
            raise DataError(msg)
        ratio_squared = (self.sd / self.mean) ** 2
        if self.statistic == "mean":
            log_variance = math.log1p(ratio_squared)
        else:
            log_variance = math.log(0.5 * (1.0 + math.sqrt(1.0 + 4.0 * ratio_squared)))
        return math.exp(math.sqrt(log_variance))


@dataclass(frozen=True, slots=True)
class Stability:
    """A published finding on how long the agent stays whole.

    Attributes
    ----------
    medium
        Where it was looked at: saline, plasma, urine and the like.
    duration_s
        How long after preparation or injection. [s]
    finding
        What was found, in words.
    source
        Where it is published.
    """

    medium: str
    duration_s: float
    finding: str
    source: Source

    def __post_init__(self) -> None:
        need_text("medium", self.medium)
        need_text("finding", self.finding)
        need_positive("duration_s", self.duration_s)


@dataclass(frozen=True, slots=True)
class Agent:
    """A radiopharmaceutical and what is published about its use.

    Attributes
    ----------
    name, aliases
        Name such as ``225Ac-DOTATATE``, and other names that mean exactly the same agent.
    vector, target, receptor_action
        The molecule that binds, what it binds to, and whether it activates the receptor.
    chelator
        What holds the nuclide, None for a covalent label.
    nuclide
        Canonical name of the nuclide.
    imaging_partners
        Names of agents that image the same target.
    routes
        Ways it was given.
    prescriptions, kinetics, stability
        Published figures. Several may stand for one region and quantity: the first in the
        file is the one to use, the others show how far studies differ.
    absent
        What is not published or could not be found, one sentence each; reports print it.
    note
        What a reader must know.
    """

    name: str
    vector: str
    target: str
    receptor_action: ReceptorAction
    nuclide: str
    routes: tuple[Route, ...]
    aliases: tuple[str, ...] = ()
    chelator: str | None = None
    imaging_partners: tuple[str, ...] = ()
    prescriptions: tuple[Prescription, ...] = ()
    kinetics: tuple[PopulationKinetics, ...] = ()
    stability: tuple[Stability, ...] = ()
    absent: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        for field in ("name", "vector", "target"):
            need_text(field, getattr(self, field))
        if self.chelator is not None:
            need_text("chelator", self.chelator)
        need_choice("receptor_action", self.receptor_action, get_args(ReceptorAction))
        need_pattern("nuclide", self.nuclide, NUCLIDE, "a canonical name such as 'Lu-177'")
        if not self.routes:
            msg = f"routes of {self.name} is empty; allowed: {', '.join(get_args(Route))}"
            raise InvalidValueError(msg)
        for route in self.routes:
            need_choice("routes", route, get_args(Route))
        names = [p.name for p in self.prescriptions]
        for p in self.prescriptions:
            if p.route not in self.routes:
                msg = (
                    f"prescription {p.name!r}: route {p.route!r} is not among the agent's "
                    f"routes: {', '.join(self.routes)}"
                )
                raise InvalidValueError(msg)
            if names.count(p.name) > 1:
                msg = f"prescription {p.name!r} stands twice; each needs its own name"
                raise InvalidValueError(msg)

    def figures(self, region: str, *, quantity: Quantity) -> tuple[PopulationKinetics, ...]:
        """Return every published figure of a quantity in a region, the one to use first.

        Parameters
        ----------
        region
            Name of the region, as in :class:`PopulationKinetics`.
        quantity
            What is asked for.

        Returns
        -------
        tuple of PopulationKinetics
            Empty if nothing is published.
        """
        return tuple(k for k in self.kinetics if (k.region, k.quantity) == (region, quantity))

    def prior(self, region: str, *, quantity: Quantity) -> PopulationKinetics:
        """Return the figure to use as a population prior: the first that has a spread.

        Parameters
        ----------
        region
            Name of the region, as in :class:`PopulationKinetics`.
        quantity
            What is asked for.

        Returns
        -------
        PopulationKinetics
            The figure, its source and its status with it.

        Raises
        ------
        DataError
            If there is none; the message says what the agent does have and what is absent.
        """
        for figure in self.figures(region, quantity=quantity):
            if figure.sd is not None:
                return figure
        known = sorted({k.region for k in self.kinetics if k.quantity == quantity})
        msg = (
            f"{self.name}: no population {quantity} of {region!r} with a spread; "
            f"known for: {', '.join(known) or 'no region'}. {' '.join(self.absent)} "
            "Give a measurement of this patient, or take the figure of another agent "
            "on the same vector and say so."
        )
        raise DataError(msg)
