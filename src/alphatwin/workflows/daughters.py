"""Where daughters decay: a fate over the regions of a course, for one agent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.errors import NotSupportedError
from alphatwin.kinetics import time_integrated_activity_bq_s
from alphatwin.kinetics.daughters import BLOOD, daughter_network
from alphatwin.kinetics.daughters_fates import Fate, fate
from alphatwin.kinetics.daughters_injected import check_fate_of_injected
from alphatwin.kinetics.daughters_response import DaughterResponse, daughter_response
from alphatwin.kinetics.daughters_uncertainty import beta_samples, sampled_fate
from alphatwin.kinetics.internalised import INTERNALISED
from alphatwin.kinetics.network import Network, element_of
from alphatwin.nuclides import decay_chain
from alphatwin.uncertainty import seed_of, stream

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from alphatwin.agents.types import ReceptorAction
    from alphatwin.kinetics import RegionCurve
    from alphatwin.patient import Course, DecayDataName, Injected, Region

    Floats = NDArray[np.float64]

STAY: Final = "stay"
"""The default: daughters decay where their parent did, without a network."""
STAY_AS_PRESET: Final = "all_stay"
"""The preset that says the same, for what was injected beside the vector."""
NOTHING_INSIDE: Final = (BLOOD, "bone", "red_marrow")
WHOLE_BODY: Final = ("whole_body", "total_body")
FATE: Final = "daughters"
"""Stream of the figures of a fate, and of which fate a sample has: one for all regions, agents."""
MOST_DRAWS: Final = 1_000
"""Samples of the figures of a fate; samples of the curves take them round and round."""
LONG_ENOUGH_TO_MOVE_S: Final = 600.0
"""Nuclides that live longer go elsewhere with the blood, if they are free."""


@dataclass(frozen=True, slots=True, eq=False)
class DaughterModel:
    """A fate over the regions of a course, for what one agent injects.

    Attributes
    ----------
    preset
        Name of the fate.
    fate, net, response
        The fate, its network over the regions, and how that answers.
    injected
        What was injected beside the vector.
    compartments
        Compartment of each region that is a part of the body, in the order of the course.
    outside
        Compartments of the vector outside of the regions.
    places
        Place of the fate that each of them stands for; its own name if it stands for none.
    """

    preset: str
    fate: Fate
    net: Network
    response: DaughterResponse
    injected: Injected
    compartments: Mapping[str, str]
    outside: tuple[str, ...]
    places: Mapping[str, str]

    @property
    def members(self) -> tuple[str, ...]:
        """Every nuclide that decays, the agent's first."""
        return self.response.nuclides

    @property
    def roots(self) -> tuple[tuple[str, float], ...]:
        """Nuclides on the vector, each with its activity over that of the first at injection."""
        impurity = self.injected.impurity
        shares = [1.0] if impurity is None else [1.0, impurity.activity_fraction]
        return tuple(zip(self.response.roots, shares, strict=True))

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """Compartments that the fate adds to the regions of the course."""
        return tuple(c for c in self.net.compartments if c not in self.compartments.values())

    def without_kinetics(self) -> tuple[str, ...]:
        """Nuclides that live long enough to move, of elements of which the fate knows nothing."""
        chain = self.net.chain
        lives_s = np.log(2.0) / chain.decay_constants_per_s
        return tuple(
            name
            for name, life_s in zip(chain.nuclides, lives_s.tolist(), strict=True)
            if life_s > LONG_ENOUGH_TO_MOVE_S and not self.fate.element(element_of(name)).moves
        )

    def on_vector(
        self, curves: Mapping[str, RegionCurve], *, administered_bq: float
    ) -> tuple[Floats, ...]:
        """Return the decays on the vector of each root. (n_samples, n_regions) [Bq s].

        Curves are by region and, outside of the regions, by place; samples of the rest of the body
        that sum to less than nothing count as none.
        """
        chain = self.net.chain
        found: list[Floats] = []
        for root, share in self.roots:
            rate_per_s = float(chain.decay_constants_per_s[chain.index(root)])
            columns = [
                time_integrated_activity_bq_s(
                    curves[name],
                    administered_bq=share * administered_bq,
                    decay_constant_per_s=rate_per_s,
                )
                for name in (*self.compartments, *self.outside)
            ]
            found.append(np.maximum(np.stack(columns, axis=-1), 0.0))
        return tuple(found)

    def staying(self, curve: RegionCurve, *, administered_bq: float) -> Floats:
        """Return the decays where daughters stay, as in the whole body. (n_samples, m) [Bq s]."""
        chain = self.net.chain
        found = np.zeros((curve.n_samples, len(self.members)))
        for root, share in self.roots:
            own = decay_chain(root, decay_data=chain.decay_data)
            decays = time_integrated_activity_bq_s(
                curve,
                administered_bq=share * administered_bq,
                decay_constant_per_s=float(own.decay_constants_per_s[0]),
            )
            each = zip(own.nuclides, own.decays_per_parent_decay(), strict=True)
            for name, per_decay in each:
                found[:, self.members.index(name)] += decays * per_decay
        return found


def needs_network(course: Course, *, nuclide: str, injected: Injected) -> bool:
    """Whether the decays of an agent do not simply follow its curves."""
    chain = decay_chain(nuclide, decay_data=course.assumptions.decay_data)
    has_daughters = len(chain.nuclides) > 1
    return not injected.is_pure or (has_daughters and course.assumptions.daughters != STAY)


def daughter_model(
    course: Course,
    *,
    nuclide: str,
    injected: Injected,
    preset: str | None = None,
    outside: tuple[str, ...] = (),
    receptor_action: ReceptorAction | None = "agonist",
    seed: int | None = None,
) -> DaughterModel:
    """Return the model of an agent's nuclide under a preset.

    Parameters
    ----------
    course
        The course, for its regions and assumptions.
    nuclide
        The agent's nuclide.
    injected
        What was injected beside the vector.
    preset
        Name of the fate, instead of the one in force.
    outside
        Places outside of the regions in which the vector is.
    receptor_action
        What the vector does, for the share of it inside cells where the course states none.
    seed
        Seed of the random streams of the fate's figures; ``None``: the figures themselves.

    Raises
    ------
    DataError, NotSupportedError, InvalidValueError
        If the preset is unknown, its figures do not hold for the chain, or a region's name is that
        of a place of the preset and the region is another.
    """
    assumed = course.assumptions
    name = assumed.daughters if preset is None else preset
    parts = tuple(r for r in course.regions if not is_whole_body(r, course))
    known = STAY_AS_PRESET if name == STAY else name
    has_spread = fate(known).has_spread
    # A limit keeps nothing back, so that what is inside cells does not matter to it.
    is_limit = not has_spread and assumed.internalised_fraction is None
    # Models are kept by the seed of their own streams: a split seed equals its first seed.
    draws = None
    if seed is not None and has_spread:
        draws = (seed_of(seed, FATE), min(assumed.samples, MOST_DRAWS))
    return _model(
        parts or course.regions,
        nuclide,
        injected,
        preset=known,
        decay_data=assumed.decay_data,
        internalised=(0.0, 0.0) if is_limit else internalised_share(course, receptor_action),
        outside=outside,
        draws=draws,
    )


@lru_cache(maxsize=16)
def _model(
    regions: tuple[Region, ...],
    nuclide: str,
    injected: Injected,
    *,
    preset: str,
    decay_data: DecayDataName,
    internalised: tuple[float, float],
    outside: tuple[str, ...],
    draws: tuple[int, int] | None,
) -> DaughterModel:
    found = fate(preset)
    impurity = injected.impurity
    chain = check_fate_of_injected(
        found,
        nuclide=nuclide,
        impurity=None if impurity is None else impurity.nuclide,
        is_free=injected.radiochemical_purity < 1.0 or injected.dechelation_per_s > 0.0,
        decay_data=decay_data,
    )
    places = {region.name: place_of(region, found) for region in regions}
    compartments = {name: BLOOD if place == BLOOD else name for name, place in places.items()}
    inside = [compartments[name] for name, at in places.items() if at not in NOTHING_INSIDE]
    build = partial(
        daughter_network,
        regions=(*compartments.values(), *outside),
        chain=chain,
        places={compartments[name]: place for name, place in places.items()},
        place_shares=_shares(regions, places, compartments),
    )
    net = build(found, internalised_fraction=dict.fromkeys(inside, internalised[0]))
    drawn = net
    if draws is not None:
        drawn = _drawn_network(build, found, inside, internalised, draws)
    roots = (nuclide,) if impurity is None else (nuclide, impurity.nuclide)
    answer = daughter_response(
        drawn,
        regions=(*compartments.values(), *outside),
        roots=roots,
        radiochemical_purity=injected.radiochemical_purity,
        impurity_activity_fraction=0.0 if impurity is None else impurity.activity_fraction,
        since_purification_s=injected.since_purification_s,
        dechelation_per_s=injected.dechelation_per_s,
    )
    return DaughterModel(preset, found, net, answer, injected, compartments, outside, places)


def _drawn_network(
    build: Callable[..., Network],
    found: Fate,
    inside: list[str],
    internalised: tuple[float, float],
    draws: tuple[int, int],
) -> Network:
    """Return the network with samples of the fate's figures, alike for every agent and region."""
    seed, n_samples = draws
    fraction, sd = internalised
    shares = np.asarray(fraction)
    if sd > 0.0:
        shares = beta_samples(
            fraction, sd, n_samples=n_samples, generator=stream(seed, FATE, "internalised")
        )
    sampled = sampled_fate(
        found, n_samples=n_samples, generator=lambda label: stream(seed, FATE, label)
    )
    return build(sampled, internalised_fraction=dict.fromkeys(inside, shares))


def internalised_share(course: Course, action: ReceptorAction | None) -> tuple[float, float]:
    """Return the share of the vector inside cells and its standard deviation.

    What the course states is exact; else it is that of agonists or antagonists.

    Raises
    ------
    NotSupportedError
        If the target is no receptor, of which no share is known, and the course states none.
    """
    stated = course.assumptions.internalised_fraction
    if stated is not None:
        return stated, 0.0
    if action is None:
        msg = (
            "assumptions.internalised_fraction: the target of this agent is no receptor, and no "
            "share inside cells is known for it; state the share, for instance '50 %', or take "
            "daughters = 'stay'"
        )
        raise NotSupportedError(msg)
    return INTERNALISED[action].fraction, INTERNALISED[action].sd


def place_of(region: Region, found: Fate) -> str:
    """Return the place of a fate that a region of the course stands for, or its own name.

    A lesion is a place of its own, whatever organ it lies in or is called by.
    """
    if region.kind == "organ":
        for name in (_key(region.name), _key(region.population_region)):
            if name in found.places:
                return name
    return region.name if region.name not in found.places else f"{region.name} (lesion)"


def is_whole_body(region: Region, course: Course) -> bool:
    """Whether a region holds the others too, so that its decays are not counted beside theirs."""
    named = course.urine is not None and region.name == course.urine.whole_body
    return named or not set(WHOLE_BODY).isdisjoint(place_keys([region]))


def place_keys(regions: Sequence[Region]) -> tuple[str, ...]:
    """Return every name under which a fate may know regions; of a lesion, its own name alone."""
    organs = [r for r in regions if r.kind == "organ"]
    return (
        *(r.name for r in regions),
        *(key for r in organs for key in (_key(r.name), _key(r.population_region))),
    )


def _key(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.casefold())


def _shares(
    regions: tuple[Region, ...], places: Mapping[str, str], compartments: Mapping[str, str]
) -> dict[str, float]:
    """Return the share of its place that each region is: by mass, or equal if one is unknown."""
    shares: dict[str, float] = {}
    for region in regions:
        same = [r for r in regions if places[r.name] == places[region.name]]
        masses_kg = [r.mass_kg for r in same]
        if len(same) > 1 and None not in masses_kg and region.mass_kg is not None:
            total_kg = sum(m for m in masses_kg if m is not None)
            shares[compartments[region.name]] = region.mass_kg / total_kg
    return shares
