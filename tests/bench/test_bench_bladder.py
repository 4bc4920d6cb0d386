"""How long 10 000 samples of the 225Ac chain in a bladder that is voided for ever take.

Timings are printed and never asserted. Run: ``pytest tests/bench --benchmark-enable -s``.
"""

from __future__ import annotations

import numpy as np

from alphatwin.kinetics.bladder import Voiding, bladder_contents
from alphatwin.kinetics.excretion import excretion_given
from alphatwin.nuclides import decay_chain

SAMPLES = 10_000
HOUR = 3600.0
CONSERVED = 1e-10  # what is promised for atoms


def test_ten_thousand_samples(benchmark):
    rng = np.random.default_rng(5)
    excretion = excretion_given(
        rng.uniform(0.1, 0.4, (SAMPLES, 2)), HOUR * rng.uniform(1.0, 40.0, (SAMPLES, 2))
    )
    voiding = Voiding((1.5 * HOUR,), 3.5 * HOUR, 0.1)
    found = benchmark(
        bladder_contents,
        excretion,
        chain=decay_chain("Ac-225"),
        voiding=voiding,
        administered_bq=1e8,
    )
    assert (found.balance_error_ratio() < CONSERVED).all()
