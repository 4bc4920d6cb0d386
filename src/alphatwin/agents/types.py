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
from alphatwin.agents.published import Prescription, Route, Source, Stability, Status
from alphatwin.errors import DataError, InvalidValueError

__all__ = [
    "Agent",
    "Distribution",
    "PopulationKinetics",
    "Prescription",
    "Quantity",
    "ReceptorAction",
    "Route",
    "SampleUnit",
    "Source",
    "Spread",
    "Stability",
    "Statistic",
    "Status",
    "TargetKind",
    "Use",
]

Use = Literal["therapy", "imaging"]
TargetKind = Literal["receptor", "transporter", "enzyme"]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A radiopharmaceutical and what is published about its use.

    Attributes
    ----------
    name, aliases
        Name such as ``225Ac-DOTATATE``, and other names that mean exactly the same agent.
    use
        What it is given for: ``therapy`` (which may also be imaged) or ``imaging`` alone.
    vector, target
        The molecule that binds or is carried, and what it binds to or is carried by.
    target_kind
        Whether the target is a receptor, a transporter that takes the vector up, or an enzyme.
    receptor_action
        Whether the vector activates its receptor; None where the target is no receptor.
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
    aliases: tuple[str, ...] = ()
    use: Use = "therapy"
    vector: str
    target: str
    target_kind: TargetKind = "receptor"
    receptor_action: ReceptorAction | None = None
    nuclide: str
    routes: tuple[Route, ...]
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
        need_choice("use", self.use, get_args(Use))
        need_choice("target_kind", self.target_kind, get_args(TargetKind))
        self._check_action()
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

    @property
    def action(self) -> str:
        """What the vector does at its target, in words."""
        if self.receptor_action is not None:
            return self.receptor_action
        return "substrate" if self.target_kind == "transporter" else "ligand"

    def _check_action(self) -> None:
        if self.target_kind == "receptor":
            need_choice("receptor_action", self.receptor_action, get_args(ReceptorAction))
        elif self.receptor_action is not None:
            msg = (
                f"receptor_action of {self.name} must be left out, as its target is "
                f"of the kind {self.target_kind}; got {self.receptor_action!r}"
            )
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
