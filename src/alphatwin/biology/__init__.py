"""From absorbed dose to biological effect."""

from alphatwin.biology.rbe import RbeWeights, rbe_weighted_dose_gy

__all__ = ["RbeWeights", "rbe_weighted_dose_gy"]
