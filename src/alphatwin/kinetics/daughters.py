r"""Daughters under a fate: from measured regions and a preset to a network and its sources.

Regions that the preset names and the patient's data do not (blood, bone, ...) are added as
compartments without a measured curve. Free atoms in a region that the preset does not name, such as
a lesion, go back to blood with its half-time of wash-out. Excreted atoms that are still
in the body decay in ``excreta``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

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
from alphatwin.kinetics.network_sources import BoundCurves, Sources
from alphatwin.nuclides import activity_at_injection_bq, canonical_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    places = compartments_of(fate, regions=regions, chain=chain)
    factors = {} if rate_factor is None else dict(rate_factor)
    elements: dict[str, FreeElement] = {}
    for name in chain.nuclides:
        symbol = element_of(name)
        one = fate.element(symbol)
        if one.nuclides and name not in one.nuclides:
            msg = (
                f"fate {fate.name}: its figures of {symbol} hold for {', '.join(one.nuclides)}, "
                f"not for {name}, which lives long enough to move; take all_stay or all_escape, "
                "or write a fate"
            )
            raise NotSupportedError(msg)
        factor = checked(f"rate_factor[{symbol!r}]", factors.pop(symbol, 1.0))
        elements.setdefault(symbol, _free(one, places, factor))
    if factors:
        msg = f"rate_factor: {', '.join(factors)} not in the chain; allowed: {', '.join(elements)}"
        raise InvalidValueError(msg)
    inside = internalised_fraction or {}
    columns = [np.zeros(())] * len(places)
    for region, share in inside.items():
        columns[index_of(places, region)] = np.asarray(share, dtype=np.float64)
    return network(
        places,
        chain=chain,
        elements=elements,
        escape_probability=escape_probability,
        escape_by_mode={mode: figure.value for mode, figure in fate.escape_by_mode.items()},
        internalised_fraction=np.stack(np.broadcast_arrays(*columns), axis=-1),
    )


def compartments_of(fate: Fate, *, regions: Sequence[str], chain: DecayChain) -> tuple[str, ...]:
    """Return the compartments of a network: the regions, then those that the fate adds."""
    added = [
        place
        for name in chain.nuclides
        for place in fate.element(element_of(name)).regions
        if place != ""
    ]
    return tuple(dict.fromkeys([*regions, *added]))


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


def impurity_curves(
    curves: BoundCurves, *, name: str, chain: DecayChain, activity_fraction: ArrayLike
) -> BoundCurves:
    """Return the curves of a long-lived impurity on the same vector (227Ac beside 225Ac).

    The vector carries both alike: the same biological curve under another decay.

    Parameters
    ----------
    curves
        Curves of the main nuclide.
    name
        The impurity, of the same element.
    chain
        Chain of both, ``decay_chain(["Ac-225", "Ac-227"])``.
    activity_fraction
        Activity of the impurity over that of the main nuclide at injection. (...)

    Raises
    ------
    InvalidValueError
        If the impurity is of another element, or the fraction is negative.
    """
    other = canonical_name(name)
    if element_of(other) != element_of(curves.nuclide):
        msg = (
            f"an impurity on the vector of {curves.nuclide} must be of the same element, got "
            f"{other}; give its own curves"
        )
        raise InvalidValueError(msg)
    share = checked("activity_fraction", activity_fraction)
    decay_per_s = chain.decay_constants_per_s
    own = float(decay_per_s[chain.index(curves.nuclide)])
    biological_per_s = np.maximum(curves.rate_per_s - own, 0.0)
    return BoundCurves(
        other,
        amplitude_bq=share[..., None, None] * curves.amplitude_bq,
        rate_per_s=biological_per_s + float(decay_per_s[chain.index(other)]),
    )


def injected_sources(
    net: Network,
    *,
    curves: Sequence[BoundCurves],
    administered_bq: float,
    radiochemical_purity: ArrayLike = 1.0,
    since_purification_s: float | None = None,
    bound_daughters_fraction: ArrayLike = 0.0,
    dechelation_per_s: ArrayLike = 0.0,
) -> Sources:
    """Return what was injected: the vector, free nuclide, and daughters grown in the vial.

    Parameters
    ----------
    net
        The network; free atoms start in its blood, or where their element lands.
    curves
        Measured curves on the vector, the agent's nuclide first, impurities after it.
    administered_bq
        Activity of the agent's nuclide at injection, on the vector and free. [Bq]
    radiochemical_purity
        Share of it that is on the vector. (...)
    since_purification_s
        Time from the separation from daughters to the injection; None: no daughters came along.
        [s]
    bound_daughters_fraction
        Share of the daughters in the vial that are on the vector. (...)
    dechelation_per_s
        Rate at which the agent's nuclide leaves the vector in the body. (...) [1/s]

    Returns
    -------
    Sources
        For :func:`~alphatwin.kinetics.network_solution.cumulated_decays`.

    Raises
    ------
    InvalidValueError
        If a share is outside 0 to 1, a time or rate is negative, no curve is given, or the network
        has no blood to inject into.
    """
    if not curves:
        msg = "curves must hold those of the agent's nuclide, got none"
        raise InvalidValueError(msg)
    purity = checked("radiochemical_purity", radiochemical_purity, probability=True)
    on_vector = checked("bound_daughters_fraction", bound_daughters_fraction, probability=True)
    name = curves[0].nuclide
    free = {name: administered_bq * (1.0 - purity)}
    bound: dict[str, Floats] = {}
    if since_purification_s is not None:
        checked("since_purification_s", since_purification_s)
        for member, activity_bq in _grown(net, name, administered_bq, since_purification_s):
            free[member] = activity_bq * (1.0 - on_vector)
            bound[member] = activity_bq * on_vector
    rate_per_s = checked("dechelation_per_s", dechelation_per_s)
    return Sources(
        curves=tuple(curves),
        free_bq={
            member: activity[..., None] * _entry(net, member)
            for member, activity in free.items()
            if np.any(activity > 0.0)
        },
        bound_bq={
            member: activity[..., None] * _in_blood(net)
            for member, activity in bound.items()
            if np.any(activity > 0.0)
        },
        dechelation_per_s={name: rate_per_s} if np.any(rate_per_s > 0.0) else {},
    )


def _grown(
    net: Network, name: str, administered_bq: float, since_s: float
) -> list[tuple[str, Floats]]:
    """Return the activity of the daughters beside the nuclide's at injection."""
    decay_per_s = float(net.chain.decay_constants_per_s[net.chain.index(name)])
    mixture = activity_at_injection_bq(
        administered_bq * math.exp(decay_per_s * since_s),
        name=name,
        elapsed_s=since_s,
        decay_data=net.chain.decay_data,
    )
    return [(key, np.asarray(value)) for key, value in mixture.items() if key != name]


def _in_blood(net: Network) -> Floats:
    if BLOOD not in net.compartments:
        msg = (
            "free activity enters through the blood, which this network lacks: "
            f"{', '.join(net.compartments)}; add the region blood"
        )
        raise InvalidValueError(msg)
    return np.asarray(np.eye(len(net.compartments))[net.index(BLOOD)])


def _entry(net: Network, name: str) -> Floats:
    """Return where free atoms that are injected start. (..., n)."""
    landing = net.elements[element_of(name)].landing
    return _in_blood(net) if landing is None else landing


def _free(one: ElementFate, places: tuple[str, ...], factor: Floats) -> FreeElement:
    """Return how an element moves between the compartments of a network."""
    n = len(places)
    kept = np.zeros(n)
    if one.retention is not None:
        kept[[place not in NOTHING_KEPT for place in places]] = one.retention.value
    if one.landing is not None:
        landing = np.array([one.landing.values.get(place, 0.0) for place in places])
        return free_element(n, retention=kept, landing=landing)
    if one.from_blood is None:
        return free_element(n, retention=kept)
    rates = _rates_per_s(one, places)
    out = np.zeros(n)
    if one.excretion_half_time_s is not None:
        for place, half_time_s in one.excretion_half_time_s.values.items():
            out[index_of(places, place)] = math.log(2.0) / half_time_s
    return free_element(
        n,
        transfer_per_s=transfers(places, {key: rate * factor for key, rate in rates.items()}),
        excretion_per_s=factor[..., None] * out,
        retention=kept,
    )


def _rates_per_s(one: ElementFate, places: tuple[str, ...]) -> dict[tuple[str, str], float]:
    """Return the transfer rates of an element that blood carries, by (from, to)."""
    rates: dict[tuple[str, str], float] = {}
    if one.blood_half_time_s is not None and one.from_blood is not None:
        per_s = math.log(2.0) / one.blood_half_time_s.value
        rates |= {(BLOOD, place): per_s * s for place, s in one.from_blood.values.items()}
    if one.to_blood_half_time_s is not None:
        known = one.to_blood_half_time_s.values
        rates |= {(place, BLOOD): math.log(2.0) / half_s for place, half_s in known.items()}
    if one.washout_half_time_s is not None:
        per_s = math.log(2.0) / one.washout_half_time_s.value
        others = set(places) - {BLOOD, EXCRETA, *one.regions}
        rates |= {(place, BLOOD): per_s for place in sorted(others)}
    return rates
