"""Fit of a region's curve to measured points, under population priors.

The curve has physical decay as the floor of every rate; the half-life has a lognormal population
prior, so that one or two points give an answer with an honest uncertainty. The models that points
and priors can support (:mod:`alphatwin.kinetics.candidates`) are averaged: samples are drawn from
each in proportion to its posterior probability (:mod:`alphatwin.kinetics.averaging`), so that what
is not known of the model is in the interval. The best curve is that of the leading model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.errors import InvalidValueError
from alphatwin.kinetics.averaging import AVERAGINGS
from alphatwin.kinetics.candidates import candidates
from alphatwin.kinetics.error_model import ERROR_MODELS
from alphatwin.kinetics.parts import bq_per_fraction, part_of, refuse_impossible
from alphatwin.kinetics.target import Target
from alphatwin.kinetics.weighing import weighed_fits

if TYPE_CHECKING:
    import numpy as np

    from alphatwin.kinetics.averaging import Averaging
    from alphatwin.kinetics.error_model import ErrorModelName
    from alphatwin.kinetics.fitted import Fit
    from alphatwin.kinetics.observation import Observations
    from alphatwin.kinetics.prior import Priors


def fit(
    observations: Observations,
    *,
    administered_bq: float | None,
    decay_constant_per_s: float,
    priors: Priors,
    model: str | None = None,
    averaging: Averaging = "evidence",
    error_model: ErrorModelName = "stated",
    samples: int,
    generator: np.random.Generator,
) -> Fit:
    """Return the curve of a region.

    Parameters
    ----------
    observations
        Activities at the times of measurement.
    administered_bq
        Activity administered. If ``None``, it is taken as 1 Bq: the curve's fractions are then
        activities in Bq, and nothing bounds them. [Bq]
    decay_constant_per_s
        Of the nuclide that was measured. [1/s]
    priors
        What the population says.
    model
        One of :data:`MODELS`; ``None`` weighs those that points and priors can support.
    averaging
        ``evidence``: samples come from every model by its posterior probability; ``akaike``: by
        the corrected Akaike criterion, where the points allow that of at least two models, else
        by evidence; ``none``: from the leading model alone.
    error_model
        ``stated``: the points are as uncertain as was stated; ``fitted``: a share and a constant
        are fitted to their scatter where there are enough, else as stated.
    samples
        Number of samples of the posterior.
    generator
        Random stream.

    Raises
    ------
    InvalidValueError
        If the model or a choice is unknown, or a number has no meaning.
    NotSupportedError
        If the points and priors cannot determine the curve.
    """
    refuse_impossible(administered_bq, decay_constant_per_s, priors, samples)
    refuse_unknown(averaging, error_model)
    targets = {}
    for name in candidates(observations, priors, model):
        part = part_of(
            name,
            observations,
            administered_bq=administered_bq,
            decay_constant_per_s=decay_constant_per_s,
            priors=priors,
        )
        targets[name] = Target((part,), part.scheme.n_shape)
    scale_bq = bq_per_fraction(
        observations, administered_bq=administered_bq, decay_constant_per_s=decay_constant_per_s
    )
    return weighed_fits(
        targets,
        bq_per_fraction=(scale_bq,),
        administered_bq=(1.0 if administered_bq is None else administered_bq,),
        priors=priors,
        is_asked=model is not None,
        averaging=averaging,
        error_model=error_model,
        samples=samples,
        generator=generator,
    )[0]


def refuse_unknown(averaging: str, error_model: str) -> None:
    """Refuse choices that there are not (``InvalidValueError``)."""
    for name, value, allowed in (
        ("averaging", averaging, AVERAGINGS),
        ("error_model", error_model, ERROR_MODELS),
    ):
        if value not in allowed:
            msg = f"{name} must be one of {allowed}, got {value!r}"
            raise InvalidValueError(msg)
