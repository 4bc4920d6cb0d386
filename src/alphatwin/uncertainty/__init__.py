"""Distributions, counter-based random streams and summaries of samples."""

from alphatwin.uncertainty.distributions import Lognormal, lognormal_factor
from alphatwin.uncertainty.streams import stream
from alphatwin.uncertainty.summaries import Interval, summarise

__all__ = ["Interval", "Lognormal", "lognormal_factor", "stream", "summarise"]
