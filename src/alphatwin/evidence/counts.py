r"""Which counts a printed percentage can be: GRIM, under rounding and under truncation.

A percentage :math:`p` printed with :math:`d` decimals is a count of :math:`N` if a whole number
:math:`n` exists with (docs/theory-evidence.md, eqs. V1 and V2)

.. math::
    \left|\frac{100\,n}{N} - p\right| \le \frac{10^{-d}}{2} \quad\text{(rounded)}, \qquad
    0 \le \frac{100\,n}{N} - p < 10^{-d} \quad\text{(truncated)}.

Arithmetic is exact; a tie may be rounded either way [1]_.

References
----------
.. [1] N. J. L. Brown and J. A. J. Heathers, "The GRIM test", Soc. Psychol. Personal. Sci. 8
   (2017) 363.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from alphatwin.evidence.amounts import decimals

if TYPE_CHECKING:
    from decimal import Decimal


def rounded_counts(percent: Decimal, *, of: int) -> range:
    """Return the counts whose share of ``of`` rounds to the printed percentage.

    Parameters
    ----------
    percent
        Percentage, with its printed digits.
    of
        Denominator.
    """
    printed, unit = _digits(percent)
    low = -((1 - 2 * printed) * of // (200 * unit))
    high = (2 * printed + 1) * of // (200 * unit)
    return range(max(low, 0), min(high, of) + 1)


def truncated_counts(percent: Decimal, *, of: int) -> range:
    """Return the counts whose share of ``of`` is cut to the printed percentage; as above."""
    printed, unit = _digits(percent)
    low = -(-printed * of // (100 * unit))
    high = -(-(printed + 1) * of // (100 * unit)) - 1
    return range(max(low, 0), min(high, of) + 1)


def _digits(percent: Decimal) -> tuple[int, int]:
    """Return a percentage as whole units of its last digit, and how many make one per cent."""
    unit = 10 ** decimals(percent)
    return int(percent * unit), unit


def possible_counts(percent: Decimal, *, of: int) -> range:
    """Return every count from the least to the greatest that either way of printing allows."""
    ways = (rounded_counts(percent, of=of), truncated_counts(percent, of=of))
    found = [way for way in ways if way]
    if not found:
        return range(0)
    return range(min(way.start for way in found), max(way.stop for way in found))


@dataclass(frozen=True, slots=True)
class Fits:
    """Denominators of which percentages can be counts.

    Attributes
    ----------
    rounded
        Those that fit if every percentage was rounded.
    truncated
        Those that fit only if every percentage was cut.
    """

    rounded: tuple[int, ...]
    truncated: tuple[int, ...]

    @property
    def both(self) -> tuple[int, ...]:
        """Return all of them in rising order."""
        return tuple(sorted((*self.rounded, *self.truncated)))

    def nearest(self, of: int, *, most: int) -> Fits:
        """Return those below a denominator, nearest first kept; those above if none is below."""
        kept = {n for n in self.both if n < of} or set(self.both)
        near = set(sorted(kept, key=lambda n: abs(n - of))[:most])
        return Fits(*(tuple(n for n in way if n in near) for way in (self.rounded, self.truncated)))

    def text(self) -> str:
        """Return them in words."""
        ways = ((self.rounded, "rounded"), (self.truncated, "cut"))
        return " and ".join(f"{', '.join(map(str, ns))} ({way})" for ns, way in ways if ns)


@lru_cache(maxsize=256)
def fitting_denominators(percents: tuple[Decimal, ...], *, up_to: int) -> Fits:
    """Return the denominators of which every percentage can be a count, all in one way.

    Parameters
    ----------
    percents
        Percentages of one group.
    up_to
        Largest denominator that is tried.
    """
    ways: tuple[list[int], list[int]] = ([], [])
    for of in range(1, up_to + 1):
        if all(rounded_counts(p, of=of) for p in percents):
            ways[0].append(of)
        elif all(truncated_counts(p, of=of) for p in percents):
            ways[1].append(of)
    return Fits(tuple(ways[0]), tuple(ways[1]))


def share_text(n: int, of: int) -> str:
    """Return a share as ``8/11 = 72.7 %``."""
    return f"{n}/{of} = {100.0 * n / of:.1f} %"
