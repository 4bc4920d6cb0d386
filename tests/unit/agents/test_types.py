"""The values of an agent: their arithmetic, and what they refuse."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from alphatwin.agents.types import Agent, PopulationKinetics, Prescription, Source
from alphatwin.errors import DataError, InvalidValueError

ROUND_OFF = 1e-12  # closed form inverted by closed form: a few ulp
SAMPLING = 0.01  # mean and sd of 10^6 lognormal samples: a few times 1/1000

SOURCE = Source(citation="A. Author 2020", doi_or_url="10.1000/1", status="read")
FIGURE = PopulationKinetics(
    region="kidneys",
    quantity="effective_half_life_s",
    mean=180_000.0,
    sd=60_000.0,
    nuclide="Lu-177",
    source=SOURCE,
)
PER_KG = Prescription(
    name="per mass",
    route="intravenous",
    population="all",
    source=SOURCE,
    activity_bq_per_kg=1e5,
)
AGENT = Agent(
    name="177Lu-X",
    vector="X",
    target="SSTR2",
    receptor_action="agonist",
    nuclide="Lu-177",
    routes=("intravenous",),
    kinetics=(FIGURE,),
    absent=("Nothing is known of the liver.",),
)


@pytest.mark.parametrize("cv", [0.01, 0.3, 1.0, 2.0])
def test_lognormal_form_gives_back_mean_and_sd(cv):
    figure = replace(FIGURE, sd=cv * FIGURE.mean)
    sigma = math.log(figure.geometric_sd)
    mean = figure.median * math.exp(sigma**2 / 2)
    assert mean == pytest.approx(figure.mean, rel=ROUND_OFF)
    assert mean * math.sqrt(math.expm1(sigma**2)) == pytest.approx(figure.sd, rel=ROUND_OFF)


@pytest.mark.parametrize("cv", [0.01, 0.3, 1.0, 2.0])
def test_lognormal_form_of_a_median_gives_back_its_sd(cv):
    figure = replace(FIGURE, sd=cv * FIGURE.mean, statistic="median")
    sigma = math.log(figure.geometric_sd)
    assert figure.median == figure.mean
    sd = figure.median * math.exp(sigma**2 / 2) * math.sqrt(math.expm1(sigma**2))
    assert sd == pytest.approx(figure.sd, rel=ROUND_OFF)


def test_samples_of_the_lognormal_form_have_the_published_mean_and_sd():
    rng = np.random.default_rng(1)
    samples = rng.lognormal(math.log(FIGURE.median), math.log(FIGURE.geometric_sd), 1_000_000)
    assert samples.mean() == pytest.approx(FIGURE.mean, rel=SAMPLING)
    assert samples.std() == pytest.approx(FIGURE.sd, rel=SAMPLING)


def test_no_geometric_sd_without_an_sd_or_of_a_normal_quantity():
    for figure in (
        replace(FIGURE, sd=None, spread="unknown"),
        replace(FIGURE, distribution="normal"),
    ):
        with pytest.raises(DataError, match="no geometric sd"):
            _ = figure.geometric_sd
    assert replace(FIGURE, distribution="normal").median == FIGURE.mean


def test_activity_follows_body_mass_only_when_prescribed_per_mass():
    assert PER_KG.activity_for_bq(93.0) == pytest.approx(9.3e6, rel=ROUND_OFF)
    fixed = replace(PER_KG, activity_bq=10.2e6, activity_bq_per_kg=None)
    assert fixed.activity_for_bq(93.0) == fixed.activity_for_bq(50.0) == 10.2e6
    with pytest.raises(InvalidValueError, match="body_mass_kg must be positive"):
        fixed.activity_for_bq(0.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"activity_bq": 1e6}, "exactly one of activity_bq and activity_bq_per_kg"),
        ({"activity_bq_per_kg": None}, "exactly one of activity_bq and activity_bq_per_kg"),
        (
            {"activity_bq_per_kg": -1.0},
            "activity_bq_per_kg must be positive and finite, got -1",
        ),
        ({"interval_s": math.nan}, "interval_s must be positive and finite"),
        ({"cycles": 0}, "cycles must be a whole number from 1 to 100,000,000, got 0"),
        ({"cycles": 2.5}, "cycles must be a whole number"),
        ({"cumulative_limit_bq": "55"}, "cumulative_limit_bq must be a number"),
        ({"route": "oral"}, "route must be one of intravenous, intra-arterial, got 'oral'"),
        ({"population": " "}, "population must be a text"),
    ],
)
def test_prescription_refuses_by_field(change, message):
    with pytest.raises(InvalidValueError, match=message):
        replace(PER_KG, **change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mean": 0.0}, "mean must be positive"),
        ({"mean": True}, "mean must be a number"),
        ({"sd": -1.0}, "sd must be positive"),
        ({"sd": None}, "spread 'published', sd None"),
        ({"spread": "unknown"}, "say spread = 'unknown' when there is no sd"),
        ({"spread": "assumed"}, "must say why"),
        ({"nuclide": "177Lu"}, "canonical name such as 'Lu-177', got '177Lu'"),
        ({"region": "Red marrow"}, "region must be lower-case words"),
        ({"quantity": "half_life_h"}, "quantity must be one of effective_half_life_s"),
        ({"quantity": "uptake_fraction"}, "uptake_fraction must be at most 1"),
        ({"n": 0}, "n must be a whole number"),
        ({"statistic": "mode"}, "statistic must be one of mean, median"),
    ],
)
def test_kinetics_refuse_by_field(change, message):
    with pytest.raises(InvalidValueError, match=message):
        replace(FIGURE, **change)


def test_source_refuses_an_unknown_status():
    with pytest.raises(InvalidValueError, match="one of read, recalled, computed, got 'seen'"):
        replace(SOURCE, status="seen")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"receptor_action": "partial"},
            "receptor_action must be one of agonist, antagonist",
        ),
        ({"target_kind": "enzyme"}, "must be left out, as its target is of the kind enzyme"),
        ({"target_kind": "gene"}, "target_kind must be one of receptor, transporter, enzyme"),
        ({"routes": ()}, "routes of 177Lu-X is empty"),
        ({"nuclide": "Lu177"}, "nuclide must be a canonical name"),
        ({"prescriptions": (PER_KG, PER_KG)}, "'per mass' stands twice"),
        (
            {"prescriptions": (replace(PER_KG, route="intra-arterial"),)},
            "route 'intra-arterial' is not among the agent's routes: intravenous",
        ),
    ],
)
def test_agent_refuses_by_field(change, message):
    with pytest.raises(InvalidValueError, match=message):
        replace(AGENT, **change)


def test_prior_is_the_first_figure_that_has_a_spread():
    bare = replace(FIGURE, mean=1.0, sd=None, spread="unknown")
    later = replace(FIGURE, mean=2.0)
    agent = replace(AGENT, kinetics=(bare, FIGURE, later))
    assert agent.prior("kidneys", quantity="effective_half_life_s") is FIGURE
    assert agent.figures("kidneys", quantity="effective_half_life_s") == (
        bare,
        FIGURE,
        later,
    )


def test_missing_prior_says_what_is_known_and_what_is_absent():
    with pytest.raises(DataError, match=r"'liver'.*known for: kidneys.*Nothing is known of the"):
        AGENT.prior("liver", quantity="effective_half_life_s")
