r"""Daughters under a fate: from measured regions and a preset to a network.

Regions that the preset names and the patient's data do not (blood, bone, ...) are added as
compartments without a measured curve. A region of the patient may stand for a place of the preset
under another name, and several may share one (two kidneys), each with its part. Free atoms in a
region that the preset does not name, such as a lesion, go back to blood with its half-time of
wash-out; a region that the preset holds in equilibrium with blood (marrow) takes them up from there
as well. Excreted atoms that are still in the body decay in ``excreta``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.kinetics.daughters_fates import EXCRETA, ElementFate, Fate
from alphatwin.kinetics.network import (
    FreeElement,
    Network,
    element_of,
    free_element,
    network,
    transfers,
)
from alphatwin.kinetics.network_checks import checked, index_of
from alphatwin.kinetics.network_sources import BoundCurves

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from alphatwin.nuclides import DecayChain

    Floats = NDArray[np.float64]

BLOOD: Final = "blood"
NOTHING_KEPT: Final = (BLOOD, "bone")
"""Regions that keep nothing inside cells: what is made there is free."""


def daughter_network(
    fate: Fate,
    *,
    regions: Sequence[str],
    chain: DecayChain,
    places: Mapping[str, str] | None = None,
    place_shares: Mapping[str, float] | None = None,
    internalised_fraction: Mapping[str, ArrayLike] | None = None,
    escape_probability: Mapping[tuple[str, str], ArrayLike] | None = None,
    rate_factor: Mapping[str, ArrayLike] | None = None,
) -> Network:
    """Return the network of a fate over a patient's regions.

    Parameters
    ----------
    fate
        What becomes of daughters.
    regions
        Names of the regions with measured curves; ``blood``, ``kidneys``, ``liver``, ``bone``,
        ``spleen``, ``red_cells``, ``rest`` and ``excreta`` are those of the presets.
    chain
        The decay chain.
    places
        Place of the preset that a region stands for, by region; its own name where not named.
    place_shares
        Share of that place which the region is, by region, where several stand for one; equal
        shares where not named. They sum to one in each place.
    internalised_fraction
        Share of the vector that is inside cells, by region; none where not named. (...)
    escape_probability
        Replaces the preset's, by (parent, daughter). (...)
    rate_factor
        Multiplies all rates of an element, by symbol: its uncertainty. (...)

    Raises
    ------
    NotSupportedError
        If the preset's figures of an element do not hold for a nuclide of the chain.
    InvalidValueError
        If a region or a probability is impossible.
    """
    check_fate(fate, chain=chain)
    layout = _layout(fate, regions=regions, chain=chain, places=places, shares=place_shares)
    factors = {} if rate_factor is None else dict(rate_factor)
    elements: dict[str, FreeElement] = {}
    for name in chain.nuclides:
        symbol = element_of(name)
        factor = checked(f"rate_factor[{symbol!r}]", factors.pop(symbol, 1.0))
        elements.setdefault(symbol, _free(fate, symbol, layout, factor))
    if factors:
        msg = f"rate_factor: {', '.join(factors)} not in the chain; allowed: {', '.join(elements)}"
        raise InvalidValueError(msg)
    inside = internalised_fraction or {}
    names = layout.compartments
    columns = [np.zeros(())] * len(names)
    for region, share in inside.items():
        columns[index_of(names, region)] = np.asarray(share, dtype=np.float64)
    return network(
        names,
        chain=chain,
        elements=elements,
        escape_probability=escape_probability,
        escape_by_mode={mode: figure.drawn[""] for mode, figure in fate.escape_by_mode.items()},
        internalised_fraction=np.stack(np.broadcast_arrays(*columns), axis=-1),
    )


def check_fate(fate: Fate, *, chain: DecayChain) -> None:
    """Raise NotSupportedError if the figures of an element do not hold for a member of a chain."""
    for name in chain.nuclides:
        one = fate.element(element_of(name))
        if one.nuclides and name not in one.nuclides:
            msg = (
                f"fate {fate.name}: its figures of {element_of(name)} hold for "
                f"{', '.join(one.nuclides)}, not for {name}, which lives long enough to move; take "
                "all_stay or all_escape, or write a fate"
            )
            raise NotSupportedError(msg)


class _Layout(NamedTuple):
    """Compartments of a network, the place of the preset that each is, and its part of it."""

    compartments: tuple[str, ...]
    places: tuple[str, ...]
    shares: Floats

    def of(self, place: str) -> Iterator[tuple[str, float]]:
        """Yield the compartments of a place with their shares."""
        for name, its, share in zip(self.compartments, self.places, self.shares, strict=True):
            if its == place:
                yield name, float(share)

    def vector(self, values: Mapping[str, Floats]) -> Floats:
        """Return values by place, shared out over the compartments. (..., n)."""
        columns = [values.get(place, np.zeros(())) for place in self.places]
        return np.asarray(np.stack(np.broadcast_arrays(*columns), axis=-1) * self.shares)


def _layout(
    fate: Fate,
    *,
    regions: Sequence[str],
    chain: DecayChain,
    places: Mapping[str, str] | None,
    shares: Mapping[str, float] | None,
) -> _Layout:
    known = dict(places or {})
    for name in (*known, *(shares or {})):
        index_of(tuple(regions), name)
    of_regions = [known.get(region, region) for region in regions]
    named = [p for m in chain.nuclides for p in fate.element(element_of(m)).regions]
    added = [place for place in dict.fromkeys(named) if place not in of_regions]
    if twice := sorted(set(added) & set(regions)):
        msg = (
            f"region {', '.join(twice)} has the name of a place of fate {fate.name} and stands for "
            "another; give it another name"
        )
        raise InvalidValueError(msg)
    its_shares = [
        (shares or {}).get(region, 1.0 / of_regions.count(place))
        for region, place in zip(regions, of_regions, strict=True)
    ]
    found = _Layout(
        (*regions, *added), (*of_regions, *added), np.array(its_shares + [1.0] * len(added))
    )
    for place in set(of_regions):
        total = sum(share for _, share in found.of(place))
        if not math.isclose(total, 1.0, rel_tol=1e-9) or found.shares.min() < 0.0:
            msg = f"place_shares of {place} must be >= 0 and sum to 1, got {total:.9g}"
            raise InvalidValueError(msg)
    return found


def bound_curves(
    name: str,
    *,
    compartments: Sequence[str],
    phases: Mapping[str, tuple[ArrayLike, ArrayLike]],
) -> BoundCurves:
    """Return the measured curves of a nuclide on the vector, regions of different phases together.

    Parameters
    ----------
    name
        The nuclide.
    compartments
        Compartments of the network.
    phases
        Amplitude [Bq] and effective rate [1/s] by region, (..., n_phases) each; regions that are
        not named hold none of the nuclide.

    Raises
    ------
    InvalidValueError
        If a region is no compartment, or the shapes of a pair differ.
    """
    places = tuple(compartments)
    given = {
        region: (np.asarray(a, dtype=np.float64), np.asarray(k, dtype=np.float64))
        for region, (a, k) in phases.items()
    }
    for region, (amplitude, rate) in given.items():
        index_of(places, region)
        if amplitude.ndim == 0 or amplitude.shape != rate.shape:
            msg = (
                f"phases[{region!r}] must be amplitudes and rates of one shape (..., n_phases), "
                f"got {amplitude.shape} and {rate.shape}"
            )
            raise InvalidValueError(msg)
    if not given:
        msg = f"phases of {name} must name at least one region, got none"
        raise InvalidValueError(msg)
    n_phases = max(a.shape[-1] for a, _ in given.values())
    shape = np.broadcast_shapes(*(a.shape[:-1] for a, _ in given.values()))
    amplitudes = np.zeros((*shape, len(places), n_phases))
    # Phases that fill up have no amplitude, so that any rate above decay will do.
    fastest = max(float(k.max()) for _, k in given.values())
    rates = np.full_like(amplitudes, fastest)
    for region, (amplitude, rate) in given.items():
        c = places.index(region)
        amplitudes[..., c, : amplitude.shape[-1]] = amplitude
        rates[..., c, : rate.shape[-1]] = rate
    return BoundCurves(name, amplitude_bq=amplitudes, rate_per_s=rates)


def _free(fate: Fate, symbol: str, layout: _Layout, factor: Floats) -> FreeElement:
    """Return how an element moves between the compartments of a network."""
    one = fate.element(symbol)
    n = len(layout.compartments)
    # What is made in the contents of bladder and bowel stays in them.
    kept = np.array([float(place == EXCRETA) for place in layout.places])
    if one.retention is not None:
        inside = [place not in {*NOTHING_KEPT, EXCRETA} for place in layout.places]
        kept = kept + one.retention.drawn[""][..., None] * np.array(inside)
    if one.landing is not None:
        landing = layout.vector(_with_marrow(fate, layout, one.landing.drawn))
        return free_element(n, retention=kept, landing=landing)
    if one.from_blood is None:
        return free_element(n, retention=kept)
    rates = _rates_per_s(fate, one, layout)
    out = [np.zeros(())] * n
    if one.excretion_half_time_s is not None:
        for place, half_time_s in one.excretion_half_time_s.drawn.items():
            for name, _ in layout.of(place):
                out[index_of(layout.compartments, name)] = factor * math.log(2.0) / half_time_s
    return free_element(
        n,
        transfer_per_s=transfers(
            layout.compartments, {key: rate * factor for key, rate in rates.items()}
        ),
        excretion_per_s=np.stack(np.broadcast_arrays(*out), axis=-1),
        retention=kept,
    )


def _with_marrow(
    fate: Fate, layout: _Layout, landing: Mapping[str, Floats]
) -> Mapping[str, Floats]:
    """Return landing shares in which what is in equilibrium with blood has its part of it."""
    held = {p: s for p, s in fate.of_blood.items() if p in layout.places and p not in landing}
    whole = sum(held.values(), start=np.ones(()))
    in_blood = landing.get(BLOOD, np.zeros(()))
    return {
        **landing,
        BLOOD: in_blood / whole,
        **{p: in_blood * s / whole for p, s in held.items()},
    }


def _rates_per_s(fate: Fate, one: ElementFate, layout: _Layout) -> dict[tuple[str, str], Floats]:
    """Return the transfer rates of an element that blood carries, by (from, to)."""
    out: dict[str, Floats] = {}  # from blood to each place, and back
    back: dict[str, Floats] = {}
    if one.blood_half_time_s is not None and one.from_blood is not None:
        per_s = math.log(2.0) / one.blood_half_time_s.drawn[""]
        out |= {place: per_s * s for place, s in one.from_blood.drawn.items()}
    if one.to_blood_half_time_s is not None:
        known = one.to_blood_half_time_s.drawn
        back |= {place: math.log(2.0) / half_s for place, half_s in known.items()}
    if one.washout_half_time_s is not None:
        per_s = math.log(2.0) / one.washout_half_time_s.drawn[""]
        others = set(layout.places) - {BLOOD, EXCRETA, *one.regions}
        back |= dict.fromkeys(sorted(others), per_s)
        out |= {p: per_s * s for p, s in fate.of_blood.items() if p in others}
    rates: dict[tuple[str, str], Floats] = {}
    for blood, part in layout.of(BLOOD):
        rates |= {(blood, n): k * s for place, k in out.items() for n, s in layout.of(place)}
        rates |= {(n, blood): k * part for place, k in back.items() for n, _ in layout.of(place)}
    return rates
