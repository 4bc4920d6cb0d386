"""Distributions, random streams, summaries, analytic budgets and shares of variance."""

from alphatwin.uncertainty.budget import (
    DoseBudget,
    activity_relative_sd,
    exponential_covariance,
    integral_relative_sd,
)
from alphatwin.uncertainty.delineation import diameter_mm, diameter_sd_mm, volume_relative_sd
from alphatwin.uncertainty.distributions import Lognormal, lognormal_factor
from alphatwin.uncertainty.propagation import (
    covariance_from,
    fit_covariance,
    propagated_variance,
)
from alphatwin.uncertainty.recovery import (
    RecoveryCurve,
    activity_exponent,
    count_exponent,
    edge_ratio,
)
from alphatwin.uncertainty.shares import VarianceShare, between_share, variance_share
from alphatwin.uncertainty.streams import UNLABELLED, SplitSeed, WatchedSeed, seed_of, stream
from alphatwin.uncertainty.summaries import Interval, summarise

__all__ = [
    "UNLABELLED",
    "DoseBudget",
    "Interval",
    "Lognormal",
    "RecoveryCurve",
    "SplitSeed",
    "VarianceShare",
    "WatchedSeed",
    "activity_exponent",
    "activity_relative_sd",
    "between_share",
    "count_exponent",
    "covariance_from",
    "diameter_mm",
    "diameter_sd_mm",
    "edge_ratio",
    "exponential_covariance",
    "fit_covariance",
    "integral_relative_sd",
    "lognormal_factor",
    "propagated_variance",
    "seed_of",
    "stream",
    "summarise",
    "variance_share",
    "volume_relative_sd",
]
