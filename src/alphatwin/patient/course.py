"""A course of treatment as a frozen value: the twin from which everything else is computed."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from alphatwin.errors import InvalidValueError
from alphatwin.patient.assumptions import Assumptions
from alphatwin.patient.blood import BLOOD
from alphatwin.patient.effect import EffectAssumptions
from alphatwin.patient.imaging import Imaging, check_shared_errors
from alphatwin.patient.injected import Injected
from alphatwin.patient.previous import RED_MARROW
from alphatwin.patient.sharing import SharedFit, check_shared_curves, check_shared_regions
from alphatwin.patient.uptake import UPTAKE_FACTORS

if TYPE_CHECKING:
    from alphatwin.patient.blood import Blood, Marrow, Urine
    from alphatwin.patient.measurement import Measurement
    from alphatwin.patient.previous import PreviousTherapy
    from alphatwin.patient.uptake import UptakeFactor

Sex = Literal["female", "male", "unknown"]
RegionKind = Literal["organ", "lesion"]
KineticsSource = Literal["measured", "population"]
MOST_MASS_RELATIVE_SD = 3.0
"""Of a region so small that its boundary is lost in the resolution: nothing is known beyond."""
_MARROW = {"red_marrow", "bone_marrow", "marrow"}


@dataclass(frozen=True, slots=True)
class Patient:
    """The person, without name, id or date.

    Attributes
    ----------
    sex
        ``female``, ``male`` or ``unknown``.
    weight_kg
        Body mass. [kg]
    height_m
        Height; ``None`` if it is not known. [m]
    renal_risk_factors
        In words (hypertension, diabetes ...); ``None`` if not known, empty if there are none.
    previous_therapies
        ``None`` if not known, empty if there was none.
    """

    sex: Sex
    weight_kg: float
    height_m: float | None = None
    renal_risk_factors: tuple[str, ...] | None = None
    previous_therapies: tuple[PreviousTherapy, ...] | None = None

    def __post_init__(self) -> None:
        if not 0.5 <= self.weight_kg <= 500.0:
            msg = f"weight_kg must lie between 0.5 and 500, got {self.weight_kg}"
            raise InvalidValueError(msg)
        if self.height_m is not None and not 0.3 <= self.height_m <= 2.6:
            msg = f"height_m must lie between 0.3 and 2.6, got {self.height_m}"
            raise InvalidValueError(msg)


@dataclass(frozen=True, slots=True)
class Region:
    """An organ or lesion that receives dose.

    Attributes
    ----------
    name
        Name in this course, unique.
    kind
        ``organ`` or ``lesion``.
    mass_kg
        Mass of the region; ``None`` if it is not known: decays are counted then, and no dose is
        given. [kg]
    mass_relative_sd
        Standard uncertainty of the mass (of the volume, by delineation), over the mass.
    size_uncertainty_from
        ``stated``, or by ``delineation``: from voxels, resolution and the hand that drew.
    density_g_per_ml
        Mass density used to turn volume into mass and back. [g/mL]
    kinetics
        ``measured`` in this patient, or taken from a ``population``.
    population_region
        Region of the agent's published kinetics that serves as prior or stands in.
    within
        Organ around a lesion, through which it irradiates others; ``None`` if not stated.
    """

    name: str
    kind: RegionKind
    mass_kg: float | None
    mass_relative_sd: float
    density_g_per_ml: float
    kinetics: KineticsSource
    population_region: str
    size_uncertainty_from: Literal["stated", "delineation"] = "stated"
    within: str | None = None

    def __post_init__(self) -> None:
        for name in ("mass_kg", "density_g_per_ml"):
            value = getattr(self, name)
            if value is not None and not 0.0 < value < math.inf:
                msg = f"{name} of region {self.name!r} must be finite and > 0, got {value}"
                raise InvalidValueError(msg)
        if not 0.0 <= self.mass_relative_sd < MOST_MASS_RELATIVE_SD:
            msg = (
                f"mass_relative_sd of region {self.name!r} must be at least 0 and below "
                f"{MOST_MASS_RELATIVE_SD:g}, got {self.mass_relative_sd:.3g}"
            )
            raise InvalidValueError(msg)

        if self.within is not None and (self.kind != "lesion" or not self.within.strip()):
            msg = (
                f"within of region {self.name!r} names the organ around a lesion, got "
                f"{self.within!r} of a region of kind {self.kind!r}; leave it out"
            )
            raise InvalidValueError(msg)

    @property
    def volume_ml(self) -> float | None:
        """Volume of the region in mL; ``None`` if its mass is not known."""
        if self.mass_kg is None:
            return None
        return self.mass_kg * 1e3 / self.density_g_per_ml


@dataclass(frozen=True, slots=True)
class Administration:
    """An agent that was given.

    Attributes
    ----------
    name
        Name in this course, unique (``cycle 1``).
    agent
        Name of the agent in the catalogue.
    activity_bq
        Activity of the agent's nuclide at the time of administration; ``None`` if it is not
        known: nothing is given per activity then, and nothing is predicted from it. [Bq]
    route
        ``intravenous`` or ``intra-arterial``.
    injected
        What was in the syringe beside the nuclide on the vector.
    """

    name: str
    agent: str
    activity_bq: float | None
    route: str = "intravenous"
    injected: Injected = field(default_factory=Injected)

    def __post_init__(self) -> None:
        if self.activity_bq is not None and not 0.0 < self.activity_bq < math.inf:
            msg = f"activity_bq of {self.name!r} must be finite and > 0, got {self.activity_bq}"
            raise InvalidValueError(msg)


@dataclass(frozen=True, slots=True)
class Prediction:
    """An agent of which the answer is wanted as if it were given to this patient.

    Attributes
    ----------
    agent
        Name of the agent in the catalogue.
    activity_bq
        Activity as if administered; ``None`` stands for the agent's first published
        prescription. [Bq]
    factors
        What makes its uptake differ from that of the measured agent. An agent with another vector
        or chelator needs an ``uptake_ratio`` among them.
    injected
        What would be in the syringe beside the nuclide on the vector.
    """

    agent: str
    activity_bq: float | None = None
    factors: tuple[UptakeFactor, ...] = ()
    injected: Injected = field(default_factory=Injected)

    def __post_init__(self) -> None:
        for name in UPTAKE_FACTORS:
            acts_on = [f.regions for f in self.factors if f.name == name]
            named = [r for regions in acts_on if regions is not None for r in regions]
            if (None in acts_on and len(acts_on) > 1) or len(set(named)) != len(named):
                msg = (
                    f"predictions[{self.agent}]: factor {name} is given twice for the same region; "
                    "give one value for each region"
                )
                raise InvalidValueError(msg)

    def factor(self, name: str, *, region: str) -> UptakeFactor | None:
        """Return the factor of that name that acts on a region; ``None`` stands for 1."""
        return next((f for f in self.factors if f.name == name and f.acts_on(region)), None)

    def states(self, name: str) -> bool:
        """Whether the course states the factor of that name for any region."""
        return any(f.name == name for f in self.factors)


@dataclass(frozen=True, slots=True)
class Course:
    """One patient, one disease, the administrations given or planned, and what was measured.

    Attributes
    ----------
    title
        What this course is called in reports.
    patient, regions, administrations, measurements, predictions, assumptions
        See the types.
    sources
        Where the course's figures come from, one citation each.
    blood, urine, marrow
        Blood samples, what leaves with the urine, and how red marrow follows blood; ``None``:
        nothing is known of it, and nothing is computed.
    sharing
        Which curves are fitted jointly; all others are fitted one by one.
    effect
        What is stated of biological effects; the rest is published, or not known.
    imaging
        Resolution and recovery of the camera; ``None`` if not stated.
    """

    title: str
    patient: Patient
    regions: tuple[Region, ...]
    administrations: tuple[Administration, ...]
    measurements: tuple[Measurement, ...]
    predictions: tuple[Prediction, ...] = ()
    assumptions: Assumptions = field(default_factory=Assumptions)
    sources: tuple[str, ...] = ()
    blood: Blood | None = None
    urine: Urine | None = None
    marrow: Marrow | None = None
    sharing: tuple[SharedFit, ...] = ()
    effect: EffectAssumptions = field(default_factory=EffectAssumptions)
    imaging: Imaging | None = None

    def __post_init__(self) -> None:
        regions = {r.name for r in self.regions}
        given = {a.name for a in self.administrations}
        for what, rows, names in (
            ("region", self.regions, regions),
            ("administration", self.administrations, given),
        ):
            if not rows:
                msg = f"a course needs at least one {what}"
                raise InvalidValueError(msg)
            if len(names) != len(rows):
                msg = f"names of {what}s must be unique, got {[r.name for r in rows]}"
                raise InvalidValueError(msg)
        for m in self.measurements:
            for what, name, names in (
                ("region", m.region, regions),
                ("administration", m.administration, given),
            ):
                if name not in names:
                    msg = f"measurement names the {what} {name!r}; allowed: {sorted(names)}"
                    raise InvalidValueError(msg)
            region = self.region(m.region)
            check_shared_errors(m, region=region, imaging=self.imaging)
        series = [(m.region, m.administration) for m in self.measurements]
        if len(set(series)) != len(series):
            twice = sorted({s for s in series if series.count(s) > 1})
            msg = (
                f"more than one measurement of {twice}; put all points of a region after one "
                "administration into one measurement"
            )
            raise InvalidValueError(msg)
        self._check_blood(given)
        self._check_previous(regions)
        self._check_effect(regions)
        dosed = regions if self.blood is None else {*regions, BLOOD}
        for p in self.predictions:
            named = {r for f in p.factors for r in f.regions or ()}
            if not named <= dosed:
                msg = (
                    f"predictions[{p.agent}] has factors for {sorted(named - dosed)}; "
                    f"regions of the course: {sorted(dosed)}"
                )
                raise InvalidValueError(msg)
        measured = {m.region for m in self.measurements}
        for r in self.regions:
            if (r.kinetics == "measured") != (r.name in measured):
                msg = (
                    f"region {r.name!r} has kinetics = {r.kinetics!r} and "
                    f"{'a' if r.name in measured else 'no'} measurement; give a measurement "
                    "to a 'measured' region and none to a 'population' one"
                )
                raise InvalidValueError(msg)
        for i, shared in enumerate(self.sharing):
            check_shared_regions(shared, earlier=self.sharing[:i], measurements=self.measurements)
            check_shared_curves(
                shared,
                regions=self.regions,
                administrations=self.administrations,
                measurements=self.measurements,
            )

    def _check_previous(self, regions: set[str]) -> None:
        for therapy in self.patient.previous_therapies or ():
            names = [d.region for d in therapy.doses]
            unknown = sorted(set(names) - {*regions, RED_MARROW})
            if unknown or len(set(names)) != len(names):
                msg = (
                    f"previous therapy {therapy.agent!r} has doses of {names}; give one for each "
                    f"of {sorted({*regions, RED_MARROW})} at most"
                )
                raise InvalidValueError(msg)

    def _check_effect(self, regions: set[str]) -> None:
        stated = {t.region for t in self.effect.tissues}
        known = regions if self.marrow is None else {*regions, RED_MARROW}
        if not stated <= known:
            msg = f"tissues are stated of {sorted(stated - known)}; regions: {sorted(known)}"
            raise InvalidValueError(msg)

    def _check_blood(self, given: set[str]) -> None:
        for what, part in (("blood", self.blood), ("urine", self.urine)):
            if part is not None and part.administration not in given:
                msg = (
                    f"{what} names the administration {part.administration!r}; "
                    f"allowed: {sorted(given)}"
                )
                raise InvalidValueError(msg)
        if self.marrow is not None and self.blood is None:
            msg = "marrow follows blood, of which there is no sample; give blood, or leave it out"
            raise InvalidValueError(msg)
        for region in self.regions:
            told_twice = (self.blood is not None and _is_of(region, {BLOOD})) or (
                self.marrow is not None and _is_of(region, _MARROW)
            )
            if told_twice:
                msg = (
                    f"region {region.name!r} is told twice, by its own kinetics and by the blood "
                    "samples; two curves of one tissue contradict each other: leave one out"
                )
                raise InvalidValueError(msg)
        whole_body = None if self.urine is None else self.urine.whole_body
        measured = {r.name for r in self.regions if r.kinetics == "measured"}
        if whole_body is not None and whole_body not in measured:
            msg = f"urine.whole_body {whole_body!r} is no measured region: {sorted(measured)}"
            raise InvalidValueError(msg)

    def region(self, name: str) -> Region:
        """Return the region of that name (``KeyError`` if there is none)."""
        return {r.name: r for r in self.regions}[name]

    def administration(self, name: str) -> Administration:
        """Return the administration of that name (``KeyError`` if there is none)."""
        return {a.name: a for a in self.administrations}[name]


def _is_of(region: Region, tissues: set[str]) -> bool:
    names = (region.name, region.population_region)
    return any(name.casefold().replace(" ", "_").replace("-", "_") in tissues for name in names)
