"""Pooling: shares and rates of several studies, with random effects and what they are worth."""

from alphatwin.evidence.pooling.choice import Choice, LeftOut, choose
from alphatwin.evidence.pooling.normal import NormalFit, fit_normal
from alphatwin.evidence.pooling.pool import (
    Pooled,
    PooledEstimate,
    leave_one_out,
    pool_rates,
    pool_shares,
)
from alphatwin.evidence.pooling.regression import Contrast, Regression, regress

__all__ = [
    "Choice",
    "Contrast",
    "LeftOut",
    "NormalFit",
    "Pooled",
    "PooledEstimate",
    "Regression",
    "choose",
    "fit_normal",
    "leave_one_out",
    "pool_rates",
    "pool_shares",
    "regress",
]
