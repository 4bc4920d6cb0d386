"""From an imaging nuclide to a therapy nuclide: exchange of physical decay on one vector."""

from __future__ import annotations

import numpy as np
import pytest

from alphatwin.agents import Agent
from alphatwin.errors import NotSupportedError
from alphatwin.nuclides import decay_chain, nuclide
from alphatwin.patient import Prediction
from alphatwin.workflows.analysis import analyse
from alphatwin.workflows.region_curves import published_figure
from courses import HOUR_S, course, measurement

PAIRS = (
    ("Pb-203", "Pb-212"),
    ("Cu-64", "Cu-67"),
    ("Ga-68", "Lu-177"),
    ("Ga-68", "Ac-225"),
    ("Ga-68", "Bi-213"),
    ("Lu-177", "Ac-225"),
    ("Lu-177", "Pb-212"),
    ("Lu-177", "Tb-161"),
    ("Tb-155", "Tb-161"),
)
NARROW = 0.001  # relative uncertainty of each point: the curve is then known
EXCHANGE = 0.02  # the prior pulls the half-life by less than 2 % against such points


def on_one_vector(symbol):
    return Agent(
        name=f"{symbol}-X",
        vector="X",
        target="SSTR2",
        receptor_action="agonist",
        nuclide=symbol,
        routes=("intravenous",),
        chelator="C",
    )


@pytest.mark.parametrize(("imaged", "therapy"), PAIRS)
def test_decays_of_the_therapy_nuclide_follow_from_the_biological_rate(imaged, therapy):
    """Second route: the integral of one exponential, by hand."""
    biological_per_s = np.log(2.0) / (20.0 * HOUR_S)
    imaged_per_s = nuclide(imaged).decay_constant_per_s
    therapy_per_s = nuclide(therapy).decay_constant_per_s
    hours = np.array([1.0, 4.0, 10.0]) if imaged != "Ga-68" else np.array([0.5, 2.0, 4.0])
    seen_bq = 0.02 * 1e8 * np.exp(-(biological_per_s + imaged_per_s) * hours * HOUR_S)
    _, answer = analyse(
        course(
            agent=f"{imaged}-X",
            activity_bq=1e8,
            measurements=(
                measurement(
                    hours=tuple(hours),
                    values=tuple(seen_bq),
                    nuclide=imaged,
                    relative_sd=NARROW,
                ),
            ),
            predictions=(Prediction(f"{therapy}-X", activity_bq=5e6),),
            calibration_relative_sd=0.0,
        ),
        own_agents=(on_one_vector(imaged), on_one_vector(therapy)),
    )
    by_hand = 0.02 * 5e6 / (biological_per_s + therapy_per_s)
    assert np.median(answer.regions[0].decays[:, 0]) == pytest.approx(by_hand, rel=EXCHANGE)
    per_parent = decay_chain(therapy).decays_per_parent_decay()
    assert answer.regions[0].decays[0] == pytest.approx(
        answer.regions[0].decays[0, 0] * per_parent, rel=1e-12
    )


def test_a_short_lived_surrogate_leaves_a_long_lived_therapy_uncertain():
    """68Ga over 2 h says little of 177Lu over days: the interval must say so."""
    measured = measurement(hours=(0.5, 1.0, 2.0), values=(3e6, 2.2e6, 1.2e6), nuclide="Ga-68")
    short, long = (
        analyse(
            course(
                agent="Ga-68-X",
                activity_bq=1.5e8,
                measurements=(measured,),
                predictions=(Prediction(f"{name}-X", activity_bq=1e9),),
            ),
            own_agents=(on_one_vector("Ga-68"), on_one_vector(name)),
        )[1]
        for name in ("Bi-213", "Lu-177")
    )
    widths = [np.std(np.log(a.regions[0].dose.total_gy)) for a in (short, long)]
    assert widths[1] > 2.0 * widths[0]


def test_the_vector_lends_its_published_clearance_to_another_nuclide():
    gallium = Agent(
        name="68Ga-DOTATATE",
        vector="[Tyr3]octreotate",
        target="SSTR2",
        receptor_action="agonist",
        nuclide="Ga-68",
        routes=("intravenous",),
        chelator="DOTA",
    )
    figure = published_figure(gallium, "tumour", quantity="effective_half_life_s")
    assert figure.nuclide == "Lu-177"
    measured = measurement(hours=(0.5, 1.0, 2.0), values=(3e6, 2.2e6, 1.2e6), nuclide="Ga-68")
    answer = analyse(
        course(
            agent="68Ga-DOTATATE",
            activity_bq=1.5e8,
            measurements=(measured,),
            predictions=(Prediction("177Lu-DOTATATE", activity_bq=7.4e9),),
        ),
        own_agents=(gallium,),
    )[0]
    half_life_h = answer.regions[0].kinetics.fitted.parameters["effective_half_life_s"] / HOUR_S
    physical_h = nuclide("Ga-68").half_life_s / HOUR_S
    # A tumour that keeps 177Lu for 77 h keeps 68Ga until it has decayed.
    assert np.median(half_life_h) == pytest.approx(physical_h, rel=0.03)


def test_no_shared_vector_and_no_factor_is_refused():
    other = Agent(
        name="Cu-67-Y",
        vector="Y",
        target="SSTR2",
        receptor_action="agonist",
        nuclide="Cu-67",
        routes=("intravenous",),
        chelator="C",
    )
    with pytest.raises(NotSupportedError, match="not on the vector and chelator"):
        analyse(
            course(
                agent="Cu-64-X",
                measurements=(measurement(hours=(1.0, 4.0, 24.0), nuclide="Cu-64"),),
                predictions=(Prediction("Cu-67-Y", activity_bq=1e9),),
            ),
            own_agents=(on_one_vector("Cu-64"), other),
        )
