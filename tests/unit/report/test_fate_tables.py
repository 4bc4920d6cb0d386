"""The section on where daughters go: its tables and its page."""

from __future__ import annotations

import dataclasses

from alphatwin.report.fate_tables import elsewhere_tables, fate_notes, fate_tables
from alphatwin.report.html import to_html
from alphatwin.report.value import ElsewhereDecays, FateDose
from unit.report.sample_report import sample_report

AGENT = 1  # the first predicted agent of the sample


def fate_dose(preset, region, dose_gy, ratio, note="What to know."):
    weighted = None if dose_gy is None else 4.0 * dose_gy
    return FateDose(
        preset=preset,
        region=region,
        absorbed_dose_gy=dose_gy,
        absorbed_dose_low_gy=None if dose_gy is None else 0.5 * dose_gy,
        absorbed_dose_high_gy=None if dose_gy is None else 2.0 * dose_gy,
        rbe_weighted_dose_gy=weighted,
        absorbed_dose_ratio=ratio,
        rbe_weighted_dose_ratio=None if ratio is None else ratio - 0.01,
        note=note,
    )


def report_with_fates():
    report = sample_report()
    agent = dataclasses.replace(
        report.agents[AGENT],
        daughters="human_kinetics",
        daughter_fates=(
            fate_dose("human_kinetics", "lesion 1", 1.5, 1.0),
            fate_dose("all_stay", "lesion 1", 6.0, 4.0),
            fate_dose("odd_one", "lesion 1", None, None, note="<b>no figures of At</b>"),
        ),
        decays_elsewhere=(
            ElsewhereDecays(compartment="blood", decays={"Bi-213": 1e9}, energy_share=0.02),
            ElsewhereDecays(compartment="red_cells", decays={"Fr-221": 2e9}, energy_share=0.31),
        ),
    )
    agents = (report.agents[0], agent, *report.agents[2:])
    return dataclasses.replace(report, agents=agents)


def test_regions_stand_against_fates_with_the_ratio_to_the_one_in_force():
    (table,) = fate_tables(report_with_fates())
    assert table.head == ("Region", "human kinetics\nin force", "all stay", "odd one")
    assert table.rows[0][0] == "lesion 1"
    assert table.rows[0][1].startswith("1.5")
    assert table.rows[0][1].split("\n")[2].startswith("1.00 / 0.99")
    assert table.rows[0][2].startswith("6")
    assert "4.00 / 3.99" in table.rows[0][2]
    assert "(Gy)" in table.title


def test_what_decays_elsewhere_stands_in_order_of_its_energy():
    (table,) = elsewhere_tables(report_with_fates())
    assert [row[:2] for row in table.rows] == [("red cells", "31 %"), ("blood", "2.0 %")]
    assert table.head[:2] == ("Where", "Share of energy")


def test_the_section_stands_once_and_escapes_its_texts():
    page = to_html(report_with_fates(), pictures=())
    assert page.count("Where the daughters go") == 1
    assert "&lt;b&gt;no figures of At" in page
    assert "<b>no figures" not in page
    assert "Where the daughters go" not in to_html(sample_report(), pictures=())


def test_each_fate_has_its_note_once():
    assert [name for name, _ in fate_notes(report_with_fates())] == [
        "all stay",
        "human kinetics",
        "odd one",
    ]
