"""The models of one fit, or of a joint one, explored, weighed against each other and sampled."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.kinetics.averaging import LEAST_WEIGHT, aicc, counts, normalised
from alphatwin.kinetics.candidates import DECISIVE_LOG_EVIDENCE, log_odds
from alphatwin.kinetics.diagnostics import log_integral
from alphatwin.kinetics.error_model import (
    N_ERROR_PARAMETERS,
    fitted_errors,
    is_enough,
    stated,
)
from alphatwin.kinetics.fitted import Drawn, Weighed, fit_of_part
from alphatwin.kinetics.models import UPTAKE_AND_CLEARANCE
from alphatwin.kinetics.posterior import adapt, draw, explore, modes, polished, resampled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.kinetics.averaging import Averaging
    from alphatwin.kinetics.error_model import ErrorModel, ErrorModelName
    from alphatwin.kinetics.fitted import Fit
    from alphatwin.kinetics.posterior import Explored, Sampled
    from alphatwin.kinetics.prior import Priors
    from alphatwin.kinetics.target import Target

PROPOSALS_PER_EFFECTIVE = 1.15
"""Proposals over those that should be worth as many samples as are wanted."""
FEWEST_PER_SAMPLE, MOST_PER_SAMPLE = 1.25, 3.0
PROPOSALS_STEP = 1024
"""Proposals come in steps, so that a course changed a little meets the same random numbers."""
FEW_SAMPLES = 4000
"""Samples under which more proposals are made, and resampled in the order of the integral: medians
of few samples are then as good as those of this many."""
HOPELESS_LOG_EVIDENCE = 10.0
"""Distance from the best model after which a rough evidence is good enough."""


def weighed_fits(
    targets: dict[str, Target],
    *,
    bq_per_fraction: tuple[NDArray[np.float64], ...],
    administered_bq: tuple[float, ...],
    priors: Priors,
    is_asked: bool,
    averaging: Averaging,
    error_model: ErrorModelName,
    samples: int,
    generator: np.random.Generator,
) -> tuple[Fit, ...]:
    """Return the fit of every part of the targets, averaged over models.

    Parameters
    ----------
    targets
        Density by model, the simplest first; all of the same points.
    bq_per_fraction
        Of each part, activity at the points over the decay-corrected fraction, (n_points,). [Bq]
    administered_bq
        Of each part, activity administered. [Bq]
    priors
        What the population says.
    is_asked
        Whether the one model was asked for.
    averaging, error_model, samples, generator
        As in :func:`~alphatwin.kinetics.fit.fit`.
    """
    targets, errors = _with_error_model(targets, error_model, bq_per_fraction, priors)
    explored = _explored(targets, generator)
    log_evidence = {name: e.seen.log_evidence for name, e in explored.items()}
    extra = N_ERROR_PARAMETERS if errors.name == "fitted" else 0
    criteria = {}
    for name, target in targets.items():
        value = aicc(target, explored[name].at[0].z, error_parameters=extra)
        if value is not None:
            criteria[name] = value
    leading, weights, used = _weights(log_evidence, criteria, priors, averaging)
    final = _final(targets, explored, counts(weights, samples), generator)
    log_evidence |= {
        name: seen.log_evidence
        for name, seen in final.items()
        if seen.z.shape[0] > explored[name].seen.z.shape[0]
    }
    leading, weights, used = _weights(log_evidence, criteria, priors, averaging, among=final)
    sampled = {name: weights[name] for name in final}
    drawn, size = _resampled(targets, final, counts(sampled, samples), generator)
    n_points = sum(part.time_s.size for part in targets[leading].parts)
    found = Weighed(
        model=leading,
        mode=polished(targets[leading], explored[leading].at[0]),
        target=targets[leading],
        drawn=drawn,
        # Ordered samples would tie regions together that have nothing to do with each other.
        order=generator.permutation(samples),
        why=_why(
            leading,
            log_evidence,
            weights,
            used,
            n_points=n_points,
            priors=priors,
            is_asked=is_asked,
        ),
        averaging=used,
        weights=weights,
        log_evidence=log_evidence,
        aicc=criteria,
        effective_sample_size=size,
        error_model=errors,
    )
    return tuple(
        fit_of_part(found, i, bq_per_fraction=scale_bq, administered_bq=given_bq)
        for i, (scale_bq, given_bq) in enumerate(zip(bq_per_fraction, administered_bq, strict=True))
    )


def _with_error_model(
    targets: dict[str, Target],
    asked: ErrorModelName,
    bq_per_fraction: tuple[NDArray[np.float64], ...],
    priors: Priors,
) -> tuple[dict[str, Target], ErrorModel]:
    """Return the targets with the error model that the points allow."""
    if asked == "stated":
        return targets, stated()
    n = sum(scale.size for scale in bq_per_fraction)
    able = {name: t for name, t in targets.items() if is_enough(n, t.n_parameters)}
    if not able:
        least = min(t.n_parameters for t in targets.values()) + N_ERROR_PARAMETERS
        return targets, stated(
            f"as stated: {n} point{'s' if n > 1 else ''} cannot tell their own scatter, which "
            f"takes at least {least}"
        )
    # The richest curve that leaves something over: what it misses would pass for scatter.
    odds = log_odds(tuple(able), priors)
    score = {name: odds[name] - modes(t)[0].cost + t.log_constant for name, t in able.items()}
    chosen = max(score, key=lambda name: score[name])
    fitted, errors = fitted_errors(able[chosen], bq_per_fraction=bq_per_fraction)
    spreads = [part.spread for part in fitted.parts]
    return {name: t.with_spreads(spreads) for name, t in targets.items()}, errors


def _explored(targets: dict[str, Target], generator: np.random.Generator) -> dict[str, Explored]:
    """Return every model explored, those that may matter until their proposal is good."""
    explored = {name: explore(t, modes(t), generator) for name, t in targets.items()}
    best = max(e.seen.log_evidence for e in explored.values())
    for name, first in explored.items():
        if first.seen.log_evidence > best - HOPELESS_LOG_EVIDENCE:
            explored[name] = adapt(targets[name], first, generator)
    return explored


def _weights(
    log_evidence: dict[str, float],
    criteria: dict[str, float],
    priors: Priors,
    averaging: Averaging,
    *,
    among: dict[str, Sampled] | None = None,
) -> tuple[str, dict[str, float], Averaging]:
    """Return the leading model, the weights, and how they were found."""
    if averaging == "akaike" and len(criteria) > 1:
        logs = {name: -0.5 * criteria.get(name, math.inf) for name in log_evidence}
        used: Averaging = "akaike"
    else:
        odds = log_odds(tuple(log_evidence), priors)
        logs = {name: value + odds[name] for name, value in log_evidence.items()}
        used = "evidence"
    if among is not None:
        # Models without samples stay below the least weight, however rough their evidence is.
        most = max(logs[name] for name in among) + math.log(0.5 * LEAST_WEIGHT)
        logs = {name: v if name in among else min(v, most) for name, v in logs.items()}
    leading = max(logs, key=lambda name: logs[name])
    if averaging == "none" or len(logs) == 1:
        return leading, {name: float(name == leading) for name in logs}, "none"
    return leading, normalised(logs), used


def _final(
    targets: dict[str, Target],
    explored: dict[str, Explored],
    wanted: dict[str, int],
    generator: np.random.Generator,
) -> dict[str, Sampled]:
    found = {}
    for name, count in wanted.items():
        ideal = PROPOSALS_PER_EFFECTIVE / explored[name].effective_share
        per_sample = min(max(ideal, FEWEST_PER_SAMPLE), MOST_PER_SAMPLE)
        more = max(0, FEW_SAMPLES - count) * count // max(1, sum(wanted.values()))
        wished = per_sample * (count + more) / PROPOSALS_STEP
        proposals = max(1, math.ceil(wished)) * PROPOSALS_STEP
        found[name] = draw(targets[name], explored[name].proposal, proposals, generator)
    return found


def _resampled(
    targets: dict[str, Target],
    final: dict[str, Sampled],
    wanted: dict[str, int],
    generator: np.random.Generator,
) -> tuple[dict[str, Drawn], float]:
    """Return equally weighted samples by model, and what all of them are worth together."""
    drawn, variance, total = {}, 0.0, sum(wanted.values())
    for name, count in wanted.items():
        target, seen = targets[name], final[name]
        order = None
        if total < FEW_SAMPLES:
            order = np.argsort(log_integral(target, seen.z), kind="stable")
        index = resampled(seen, count, generator, order=order)
        made, log_f = [], []
        for i, (part, shapes) in enumerate(zip(target.parts, seen.shapes, strict=True)):
            raised = part.scheme.fraction.log_sd * seen.z[index, i]
            made.append(shapes.made.taken(index).raised(raised))
            log_f.append(shapes.log_f[index] + raised[:, None])
        drawn[name] = Drawn(target, tuple(made), tuple(log_f))
        variance += count**2 / min(seen.effective_size, float(count))
    return drawn, min(total**2 / variance, float(total))


def _why(
    leading: str,
    log_evidence: dict[str, float],
    weights: dict[str, float],
    averaging: Averaging,
    *,
    n_points: int,
    priors: Priors,
    is_asked: bool,
) -> str:
    """Return why the leading model leads, and how the others were weighed."""
    points = f"{n_points} point{'s' if n_points > 1 else ''}"
    if is_asked:
        return f"{leading}: asked for; fitted to {points}"
    if len(log_evidence) == 1:
        return f"{leading}: the only model that {points} and the priors can support"
    evidences = ", ".join(f"{name} {value:.2f}" for name, value in log_evidence.items())
    odds = log_odds(tuple(log_evidence), priors)
    if averaging == "akaike":
        reason = "the smallest corrected Akaike criterion"
    elif odds[leading] < DECISIVE_LOG_EVIDENCE:
        reason = "the data speak for it"
    elif leading == max(log_evidence, key=lambda name: log_evidence[name]):
        reason = "no model explains the data better"
    elif leading == UPTAKE_AND_CLEARANCE:
        reason = "the data do not tell the models apart, and the population takes up so"
    else:
        reason = "the data do not tell the models apart, and it is the simplest"
    text = f"{leading}: {reason} (log evidence from {points}: {evidences})"
    if averaging == "none":
        return text
    shares = sorted(weights.items(), key=lambda item: -item[1])
    listed = ", ".join(f"{name} {100.0 * w:.2g} %" for name, w in shares if w >= LEAST_WEIGHT)
    return f"{text}; averaged by {averaging}: {listed}"
