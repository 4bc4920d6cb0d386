r"""What was injected beside the vector: impurities, free nuclide, daughters grown in the vial."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.kinetics.daughters import BLOOD, check_fate
from alphatwin.kinetics.network import element_of
from alphatwin.kinetics.network_checks import checked
from alphatwin.kinetics.network_sources import BoundCurves, Sources
from alphatwin.nuclides import activity_at_injection_bq, canonical_name, decay_chain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from alphatwin.kinetics.daughters_fates import Fate
    from alphatwin.kinetics.network import Network
    from alphatwin.nuclides import DecayChain, DecayDataName

    Floats = NDArray[np.float64]


def impurity_chain(
    nuclide: str, *, impurity: str | None, decay_data: DecayDataName = "icrp107"
) -> DecayChain:
    """Return the chain of an agent's nuclide, and of an impurity if there is one.

    Parameters
    ----------
    nuclide
        The agent's nuclide, first in the chain.
    impurity
        A nuclide of the same element on the same vector.
    decay_data
        ``icrp107`` or ``ensdf``.

    Raises
    ------
    InvalidValueError
        If the impurity is of another element, is the nuclide itself, or decays to it.
    """
    if impurity is None:
        return decay_chain(nuclide, decay_data=decay_data)
    own, other = canonical_name(nuclide), canonical_name(impurity)
    if element_of(other) != element_of(own) or other == own:
        msg = f"an impurity of {own} must be another nuclide of the same element, got {other}"
        raise InvalidValueError(msg)
    chain = decay_chain([own, other], decay_data=decay_data)
    if chain.nuclides[0] != own or other not in chain.nuclides:
        msg = f"an impurity of {own} must be radioactive and must not decay to it, got {other}"
        raise InvalidValueError(msg)
    return chain


def check_fate_of_injected(
    fate: Fate,
    *,
    nuclide: str,
    impurity: str | None,
    is_free: bool,
    decay_data: DecayDataName = "icrp107",
) -> DecayChain:
    """Return the chain of what is injected, after checking that a fate can follow it.

    Parameters
    ----------
    fate
        What becomes of daughters.
    nuclide, impurity
        The agent's nuclide, and an impurity of the same element on the same vector.
    is_free
        Whether some of the agent's nuclide is free at injection, or leaves the vector alive.
    decay_data
        ``icrp107`` or ``ensdf``.

    Raises
    ------
    NotSupportedError
        If the fate's figures of an element do not hold for a member of the chain, or free atoms of
        the agent's nuclide have no kinetics.
    InvalidValueError
        If the impurity is impossible.
    """
    chain = impurity_chain(nuclide, impurity=impurity, decay_data=decay_data)
    check_fate(fate, chain=chain)
    if is_free and not fate.element(element_of(nuclide)).moves:
        msg = (
            f"fate {fate.name} has no kinetics of {element_of(nuclide)}: {nuclide} that is free "
            "at injection or leaves the vector cannot be followed; leave radiochemical_purity and "
            "dechelation_half_life out, or take daughters = 'stay', 'all_stay' or 'all_escape'"
        )
        raise NotSupportedError(msg)
    return chain


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
    impurity_activity_fraction: ArrayLike = 0.0,
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
        Share of it, and of each impurity, that is on the vector. (...)
    impurity_activity_fraction
        Activity of the impurity, the second of the curves, over the agent's at injection; its own
        daughters are not followed back into the vial. (...)
    since_purification_s
        Time from the separation from daughters to the injection; None: no daughters came along.
        [s]
    bound_daughters_fraction
        Share of the daughters in the vial that are on the vector. (...)
    dechelation_per_s
        Rate at which the nuclides of the curves, all of one element, leave the vector in the body.
        (...) [1/s]

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
    share = checked("impurity_activity_fraction", impurity_activity_fraction)
    free = {name: administered_bq * (1.0 - purity)}
    if len(curves) > 1:
        free[curves[1].nuclide] = administered_bq * share * (1.0 - purity)
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
        dechelation_per_s=(
            {one.nuclide: rate_per_s for one in curves} if np.any(rate_per_s > 0.0) else {}
        ),
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
