"""RBE weighting: what it changes, and what it must not."""

from __future__ import annotations

import numpy as np
import pytest

from alphatwin.biology import RbeWeights, rbe_weighted_dose_gy
from alphatwin.dose import RADIATION_TYPES, AbsorbedDose, Deposit
from alphatwin.errors import InvalidValueError

ROUND_OFF = 1e-12  # the same sum in another order

rng = np.random.default_rng(2)
dose = AbsorbedDose(
    ("Bi-213", "Po-213"),
    (Deposit(rng.uniform(0.1, 3.0, (20, 2)), rng.uniform(0.1, 3.0, (2, 4))),),
)


def test_rbe_of_one_gives_back_the_absorbed_dose():
    weighted = rbe_weighted_dose_gy(dose, weights=RbeWeights())
    assert weighted == pytest.approx(dose.total_gy, rel=ROUND_OFF)


@pytest.mark.parametrize("radiation", RADIATION_TYPES)
def test_each_weight_acts_on_its_own_radiation_alone(radiation):
    weighted = rbe_weighted_dose_gy(dose, weights=RbeWeights(**{radiation: 5.0}))
    column = dose.by_radiation_gy[:, RADIATION_TYPES.index(radiation)]
    assert weighted == pytest.approx(dose.total_gy + 4.0 * column, rel=ROUND_OFF)


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf")])
def test_impossible_weight_is_refused_by_name(value):
    with pytest.raises(InvalidValueError, match="RBE of recoil must be finite and > 0"):
        RbeWeights(recoil=value)
