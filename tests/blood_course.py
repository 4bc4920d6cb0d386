"""A course file with blood, urine and marrow whose kinetics are known exactly."""

from __future__ import annotations

import math

HOUR_S = 3600.0
LU177_HALF_LIFE_S = 6.647 * 86400.0
DECAY_PER_S = math.log(2.0) / LU177_HALF_LIFE_S
ADMINISTERED_BQ = 7.4e9
FAST_PER_ML, FAST_HALF_TIME_S = 8e-5, 1.2 * HOUR_S
SLOW_PER_ML, SLOW_HALF_TIME_S = 6e-6, 30.0 * HOUR_S
DRAWN_H = (0.25, 1.0, 2.0, 4.0, 8.0, 24.0, 48.0, 96.0)
COUNTS_PER_DECAY = 0.05
DELAY_S, DURATION_S, VOLUME_ML = 1800.0, 600.0, 2.0

HEAD = """schema = 1
title = "blood of known kinetics"
[patient]
sex = "male"
weight = "73 kg"
height = "1.76 m"
renal_risk_factors = []
previous_therapies = []
[[regions]]
name = "kidneys"
kind = "organ"
mass = "310 g"
uncertainty = "10 %"
[[administrations]]
name = "cycle 1"
agent = "177Lu-DOTATATE"
activity = "7.4 GBq"
[[measurements]]
region = "kidneys"
nuclide = "Lu-177"
decay_corrected_to = "none"
points = [
    { time = "4 h", activity = "200 MBq", uncertainty = "5 %" },
    { time = "24 h", activity = "170 MBq", uncertainty = "5 %" },
    { time = "96 h", activity = "70 MBq", uncertainty = "5 %" },
]
[assumptions]
samples = 1000
"""
URINE = """[urine]
fractions = [0.6, 0.2]
half_times = ["1.5 h", "40 h"]
[urine.voiding]
interval = "3.5 h"
[[urine.collected]]
until = "24 h"
activity = "5 GBq"
uncertainty = "5 %"
"""
MARROW = """[marrow]
ratio = 0.8
mass = "1.1 kg"
"""
PREDICTION = """[[predictions]]
agent = "225Ac-DOTATATE"
activity = "8 MBq"
"""


def concentration_bq_per_ml(time_s: float) -> float:
    """Return the true concentration in whole blood."""
    fraction = FAST_PER_ML * 2.0 ** (-time_s / FAST_HALF_TIME_S)
    fraction += SLOW_PER_ML * 2.0 ** (-time_s / SLOW_HALF_TIME_S)
    return ADMINISTERED_BQ * fraction * math.exp(-DECAY_PER_S * time_s)


def sample_text(hours: float, *, fluid: str = "blood", factor: float = 1.0) -> str:
    """Return a sample whose count is exact; ``factor`` is its concentration over that in blood."""
    mean = (1.0 - math.exp(-DECAY_PER_S * DURATION_S)) / (DECAY_PER_S * DURATION_S)
    rate = concentration_bq_per_ml(hours * HOUR_S) * factor * VOLUME_ML * COUNTS_PER_DECAY
    rate *= math.exp(-DECAY_PER_S * DELAY_S) * mean
    when = 'delay = "30 min", duration = "10 min"'
    return f"""[[blood.samples]]
drawn_at = "{hours} h"
volume = "2 mL"
volume_uncertainty = "0.5 %"
fluid = "{fluid}"
counts = [
    {{ window = "208 keV", {when}, rate = "{rate:.10g} /s", uncertainty = "0.5 %" }},
]
"""


def blood_text(*, haematocrit: float | None = 0.42, samples: str | None = None) -> str:
    """Return the tables of blood."""
    cells = "" if haematocrit is None else f"haematocrit = {haematocrit}\n"
    rows = "".join(map(sample_text, DRAWN_H)) if samples is None else samples
    return f"""[blood]
{cells}[[blood.windows]]
name = "208 keV"
counts_per_decay = {{ "Lu-177" = {COUNTS_PER_DECAY} }}
{rows}"""


WHOLE = HEAD + blood_text() + URINE + MARROW + PREDICTION
