r"""Weights of models, and one set of samples drawn from several models in proportion to them.

Evidence weights are posterior probabilities, :math:`w_m \propto p(y | m)\,p(m)`. Akaike weights are
:math:`w_m \propto e^{-\Delta_m/2}` with the difference :math:`\Delta` of

.. math:: \mathrm{AICc} = -2 \ln L_\mathrm{max} + 2k + \frac{2k(k+1)}{n-k-1},

defined where :math:`n \ge k + 2` only [1]_.

References
----------
.. [1] K. P. Burnham, D. R. Anderson, "Model Selection and Multimodel Inference", 2nd ed.,
   Springer (2002), sections 2.4 and 2.9.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from alphatwin.kinetics.curve import RegionCurve
from alphatwin.kinetics.models import phases
from alphatwin.kinetics.posterior import MANY_ITERATIONS, climbed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.kinetics.models import Parameters
    from alphatwin.kinetics.target import Target

Averaging = Literal["evidence", "akaike", "none"]
AVERAGINGS: tuple[Averaging, ...] = ("evidence", "akaike", "none")
LEAST_WEIGHT = 1e-3
"""Weight under which a model adds no sample: less than a tenth of what lies beyond an interval."""
NO_PRIOR = 1e-3
"""Weight of the prior's residuals in a maximum of likelihood: it only keeps flat directions in."""


def aicc(target: Target, start: NDArray[np.float64], *, error_parameters: int = 0) -> float | None:
    """Return the corrected Akaike criterion of a model, or ``None`` if points are too few.

    Parameters
    ----------
    target
        Density of the model.
    start : (n_parameters,) ndarray
        Deviates from which the likelihood is climbed.
    error_parameters
        Number of parameters of the error model that were fitted too.
    """
    k = target.n_parameters + error_parameters
    n = sum(part.time_s.size for part in target.parts)
    if n < k + 2:
        return None
    z, _, _ = climbed(
        replace(target, prior_factor=NO_PRIOR), start[None, :], iterations=MANY_ITERATIONS
    )
    terms = target.residuals(z)[0]
    data = float(np.sum(terms[:n] ** 2) + np.sum(terms[n + target.n_parameters :] ** 2))
    log_likelihood = -0.5 * data + sum(part.log_constant for part in target.parts)
    return -2.0 * log_likelihood + 2.0 * k + 2.0 * k * (k + 1) / (n - k - 1)


def normalised(log_weight: dict[str, float]) -> dict[str, float]:
    """Return weights that add up to 1 from their logarithms."""
    values = np.array(list(log_weight.values()))
    weights = np.exp(values - values.max())
    return dict(zip(log_weight, (float(w) for w in weights / weights.sum()), strict=True))


def counts(weights: dict[str, float], total: int) -> dict[str, int]:
    """Return how many of ``total`` samples each model gives: largest remainders, those above 0."""
    kept = {name: w for name, w in weights.items() if w >= LEAST_WEIGHT}
    ideal = np.array(list(kept.values())) * (total / sum(kept.values()))
    whole = np.floor(ideal).astype(int)
    missing = total - int(whole.sum())
    whole[np.argsort(whole - ideal, kind="stable")[:missing]] += 1
    return {name: int(n) for name, n in zip(kept, whole, strict=True) if n}


def pooled(
    drawn: dict[str, Parameters],
    *,
    best_model: str,
    best: Parameters,
    order: NDArray[np.intp],
) -> RegionCurve:
    """Return one curve of samples of several models, put into ``order``.

    Models with fewer phases get phases of amplitude zero, at the rate of their last.

    Parameters
    ----------
    drawn
        Samples by model.
    best_model, best
        Model and parameters of the best curve.
    order : (n_samples,) ndarray
        Indices into the samples of all models, one model after the other.
    """
    parts = [phases(name, made) for name, made in drawn.items()]
    best_amplitude, best_rate_per_s = phases(best_model, best)
    width = max(best_amplitude.shape[1], *(amplitude.shape[1] for amplitude, _ in parts))
    padded = [_padded(a, k, width) for a, k in parts]
    best_padded = _padded(best_amplitude, best_rate_per_s, width)
    return RegionCurve(
        amplitude_fraction=np.concatenate([a for a, _ in padded])[order],
        biological_rate_per_s=np.concatenate([k for _, k in padded])[order],
        best_amplitude_fraction=best_padded[0][0],
        best_biological_rate_per_s=best_padded[1][0],
        model=best_model,
    )


def _padded(
    amplitude: NDArray[np.float64], rate_per_s: NDArray[np.float64], width: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    more = width - amplitude.shape[1]
    return (
        np.pad(amplitude, ((0, 0), (0, more))),
        np.pad(rate_per_s, ((0, 0), (0, more)), mode="edge"),
    )
