"""Reference levels: those of the issue with their source, none borrowed, none called a limit."""

from __future__ import annotations

import pytest

from alphatwin.agents import agent
from alphatwin.prescription import (
    levels_of_agent,
    levels_of_organ,
    organ_of,
    reference_levels,
)


def test_levels_that_were_asked_for_are_there_with_the_printed_figures():
    by_key = {level.key: level for level in reference_levels()}
    for key, value in (("kidney_bed_28", 28.0), ("kidney_bed_40", 40.0)):
        level = by_key[key]
        assert (level.organ, level.quantity, level.value, level.n) == (
            "kidneys", "bed_gy", value, 28,
        )  # fmt: skip
        assert "90Y-DOTATOC (23)" in level.population
    marrow = by_key["marrow_dose_2"]
    assert (marrow.organ, marrow.quantity, marrow.value) == ("red_marrow", "absorbed_dose_gy", 2.0)
    assert "low LET" in marrow.source.note


def test_every_level_says_where_it_is_from_and_whether_it_was_made_for_alphas():
    for level in reference_levels():
        assert level.source.status == "read"
        assert level.source.doi_or_url.startswith("https://doi.org/")
        assert level.population
        assert level.made_for_alphas == (level.radiation == "alpha")
        assert (level.organ is None) == (level.agent is not None) == level.is_of_activity


def test_keys_are_unique_and_values_positive():
    keys = [level.key for level in reference_levels()]
    assert len(set(keys)) == len(keys)
    assert all(level.value > 0.0 for level in reference_levels())


def test_an_agent_has_the_levels_of_its_own_studies_and_never_those_of_another():
    toc = {(lv.quantity, lv.value) for lv in levels_of_agent(agent("225Ac-DOTATOC"))}
    assert toc == {
        ("single_activity_bq", 40e6),
        ("repeated_activity_bq", 20e6),
        ("cumulative_activity_bq", 75e6),
        ("cumulative_activity_bq", 60e6),  # of the later analysis, the lower end of 60 to 80 MBq
    }
    tate = {(lv.quantity, lv.value) for lv in levels_of_agent(agent("225Ac-DOTATATE"))}
    assert tate == {
        ("cumulative_activity_bq", 55.5e6),
        ("single_activity_bq", 10.2e6),  # of the trial with chemo-immunotherapy
    }
    assert levels_of_agent(agent("213Bi-DOTATOC")) == ()


def test_caps_of_alpha_agents_were_made_for_alphas_and_those_of_lutetium_not():
    assert all(lv.made_for_alphas for lv in levels_of_agent(agent("225Ac-DOTATATE")))
    assert not any(lv.made_for_alphas for lv in levels_of_agent(agent("177Lu-DOTATATE")))


@pytest.mark.parametrize(
    ("names", "organ"),
    [
        (("kidneys",), "kidneys"),
        (("left kidney", "kidneys"), "kidneys"),
        (("Niere", "kidneys"), "kidneys"),
        (("red marrow", "red_marrow"), "red_marrow"),
        (("bone-marrow",), "red_marrow"),
        (("lesion 1", "tumour"), None),
        (("adrenal",), None),
        (("spleen",), None),
    ],
)
def test_a_region_is_compared_with_the_levels_of_its_organ_only(names, organ):
    assert organ_of(*names) == organ


def test_levels_of_an_organ_are_of_that_organ():
    assert [lv.value for lv in levels_of_organ("kidneys")] == [28.0, 40.0, 23.0]
    assert [lv.value for lv in levels_of_organ("red_marrow")] == [2.0, 1.5, 1.0]
