"""Quantities as a source prints them: digits, range and unit kept, and units restated.

A printed figure is more than its value: the digits say to what it was rounded. Numbers are
therefore :class:`decimal.Decimal`, whose exponent is the last printed digit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from alphatwin.errors import InvalidValueError

# Becquerels of one unit of activity; 1 Ci = 3.7e10 Bq exactly (BIPM SI brochure, 9th ed.)
ACTIVITY_BQ: dict[str, Decimal] = {
    "Bq": Decimal(1),
    "kBq": Decimal(10) ** 3,
    "MBq": Decimal(10) ** 6,
    "GBq": Decimal(10) ** 9,
    "nCi": Decimal(37),
    "uCi": Decimal(37) * 10**3,
    "mCi": Decimal(37) * 10**6,
    "Ci": Decimal(37) * 10**9,
}
# Seconds of one unit of time; a month is a twelfth of 365.25 days.
TIME_S: dict[str, Decimal] = {
    "min": Decimal(60),
    "h": Decimal(3600),
    "days": Decimal(86400),
    "weeks": Decimal(604800),
    "months": Decimal(2629800),
    "years": Decimal(31557600),
}
_TEXT = re.compile(r"(?P<value>-?\d+(\.\d+)?)(-(?P<high>\d+(\.\d+)?))? (?P<unit>[A-Za-z%][^\s]*)")


@dataclass(frozen=True, slots=True)
class Amount:
    """A printed quantity: a value or a range, and its unit.

    Attributes
    ----------
    value
        The printed value, or the lower end of a range.
    unit
        Unit as printed, in ASCII: `kBq/kg`, `uCi/kg`, `weeks`.
    high
        Upper end of a printed range, None if one value is printed.
    """

    value: Decimal
    unit: str
    high: Decimal | None = None

    def __post_init__(self) -> None:
        if not self.value.is_finite() or (self.high is not None and not self.high > self.value):
            msg = f"a range rises from finite values, got {self.value} to {self.high} {self.unit}"
            raise InvalidValueError(msg)

    @property
    def is_activity(self) -> bool:
        """Whether this is an activity, in whole or per body mass."""
        return self.unit.removesuffix("/kg") in ACTIVITY_BQ

    @property
    def is_per_mass(self) -> bool:
        """Whether this is a quantity per body mass."""
        return self.unit.endswith("/kg")

    @property
    def is_time(self) -> bool:
        """Whether this is a time."""
        return self.unit in TIME_S

    def base(self) -> Decimal:
        """Return the value in Bq, Bq/kg or s, exactly.

        Raises
        ------
        InvalidValueError
            If the unit is neither of activity nor of time.
        """
        if self.is_activity:
            return self.value * ACTIVITY_BQ[self.unit.removesuffix("/kg")]
        if self.is_time:
            return self.value * TIME_S[self.unit]
        msg = (
            f"unit {self.unit!r} is neither of activity ({', '.join(ACTIVITY_BQ)}, each also "
            f"per kg) nor of time ({', '.join(TIME_S)})"
        )
        raise InvalidValueError(msg)

    def text(self) -> str:
        """Return the quantity as printed."""
        high = "" if self.high is None else f"-{self.high}"
        return f"{self.value}{high} {self.unit}"


def parse_amount(text: str) -> Amount:
    """Return the quantity of a text such as ``100-120 kBq/kg``.

    Parameters
    ----------
    text
        Value or range, one space, unit in ASCII.

    Raises
    ------
    InvalidValueError
        If the text has another form.
    """
    match = _TEXT.fullmatch(text)
    if match is None:
        msg = f"a quantity is 'VALUE UNIT' or 'LOW-HIGH UNIT', such as '100 kBq/kg', got {text!r}"
        raise InvalidValueError(msg)
    high = None if match["high"] is None else Decimal(match["high"])
    return Amount(value=Decimal(match["value"]), unit=match["unit"], high=high)


def decimals(value: Decimal) -> int:
    """Return how many digits stand after the point, 0 for a whole number."""
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
