"""The catalogue: every file loads, every figure has its source, names find their agent."""

from __future__ import annotations

import csv
import os
import re
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest

from alphatwin.agents import Agent, agent, agents
from alphatwin.agents.catalogue import by_name, name_key, parse_agent
from alphatwin.errors import DataError

HOUR_S = 3600.0
WEEK_S = 7 * 24 * HOUR_S
LU177_HALF_LIFE_S = 6.647 * 24 * HOUR_S  # Lutathera product information, section 2
PRINTED = 1e-12  # the same decimal number, up to a change of unit

REFERENCE = Path(
    os.environ.get("ALPHATWIN_REFERENCE", Path(__file__).parents[4] / "shared" / "reference")
)

MINIMAL = """
schema = 1
name = "177Lu-X"
vector = "X"
target = "SSTR2"
receptor_action = "agonist"
nuclide = "Lu-177"
routes = ["intravenous"]
[[prescriptions]]
name = "one"
activity_bq = 7400000000
route = "intravenous"
population = "all"
source = { citation = "A", doi_or_url = "B", status = "read" }
"""


def reference(path: Path) -> Path:
    if not path.exists():
        reason = f"reference data missing: {path}; set ALPHATWIN_REFERENCE"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@pytest.fixture(scope="module")
def review() -> list[str]:
    path = reference(REFERENCE.parent / "source" / "tat-net-review.txt")
    return path.read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ").split("\n")


def records(one: Agent):
    return chain(one.prescriptions, one.kinetics, one.stability)


THERAPY = {
    "213Bi-DOTATOC", "225Ac-DOTATOC", "225Ac-DOTATATE", "212Pb-DOTAMTATE", "212Pb-VMT-alpha-NET",
    "211At-MABG", "67Cu-SARTATE", "161Tb-DOTA-LM3", "161Tb-DOTATOC", "177Lu-DOTATATE",
    "177Lu-DOTATOC", "90Y-DOTATOC", "90Y-DOTATATE",
}  # fmt: skip
IMAGING = {
    "68Ga-DOTATATE", "68Ga-DOTATOC", "68Ga-DOTANOC", "64Cu-DOTATATE", "64Cu-SARTATE",
    "203Pb-VMT-alpha-NET", "203Pb-DOTAMTATE", "155Tb-DOTATATE", "123I-MIBG",
}  # fmt: skip
# An agent as the review writes it, and the first line on which it does
WRITTEN_IN_REVIEW = [
    ("213Bi-DOTATOC", 107), ("225Ac-DOTATATE", 164), ("225Ac-DOTATOC", 181),
    ("212Pb-DOTAM-TATE", 377), ("AlphaMedix", 634), ("RYZ101", 553), ("203Pb-VMT-α-NET", 573),
    ("212Pb-VMT-α-NET", 577),
    ("64Cu-DOTATATE", 482), ("177Lu-DOTATOC", 466), ("177Lu-DOTATATE", 16), ("90Y-DOTATATE", 317),
    ("68Ga-DOTATOC", 128), ("68Ga-DOTATATE", 275), ("68Ga-DOTANOC", 428),
]  # fmt: skip


def test_every_agent_of_the_review_is_there():
    assert {a.name for a in agents() if a.use == "therapy"} == THERAPY
    assert {a.name for a in agents() if a.use == "imaging"} == IMAGING


@pytest.mark.parametrize(("written", "line"), WRITTEN_IN_REVIEW)
def test_an_agent_is_found_under_the_name_that_the_review_writes(review, written, line):
    assert written in review[line - 1]
    assert agent(written).name in THERAPY | IMAGING


def test_every_imaging_partner_is_an_agent_that_images_the_same_target():
    for one in agents():
        for partner in one.imaging_partners:
            assert agent(partner).name == partner
            assert agent(partner).target.startswith(one.target)
            assert agent(partner).use == "imaging" or agent(partner).nuclide == "Lu-177"


def test_a_transporter_has_a_substrate_and_no_action_on_a_receptor():
    mabg = agent("211At-MABG")
    assert (mabg.target, mabg.target_kind) == ("norepinephrine transporter", "transporter")
    assert mabg.receptor_action is None
    assert mabg.action == "substrate"
    assert mabg.chelator is None


def test_regimens_with_other_medicines_say_which():
    with_others = {p.combination for p in agent("RYZ101").prescriptions if p.combination}
    assert with_others == {("capecitabine",), ("carboplatin", "etoposide", "atezolizumab")}


@pytest.mark.parametrize(
    ("name", "action"),
    [("161Tb-DOTA-LM3", "antagonist"), ("177Lu-DOTATOC", "agonist"), ("68Ga-DOTANOC", "agonist")],
)
def test_antagonists_are_told_from_agonists(name, action):
    assert agent(name).receptor_action == action


@pytest.mark.parametrize(
    ("name", "nuclide", "vector", "chelator"),
    [
        ("177Lu-DOTATATE", "Lu-177", "[Tyr3]octreotate", "DOTA"),
        ("225Ac-DOTATOC", "Ac-225", "[Tyr3]octreotide", "DOTA"),
        ("90Y-DOTATATE", "Y-90", "[Tyr3]octreotate", "DOTA"),
        ("64Cu-SAR-TATE", "Cu-64", "[Tyr3]octreotate", "MeCOSar"),
        ("225Ac-DOTATATE", "Ac-225", "[Tyr3]octreotate", "DOTA"),
        ("213Bi-DOTATOC", "Bi-213", "[Tyr3]octreotide", "DOTA"),
        ("212Pb-DOTAMTATE", "Pb-212", "[Tyr3]octreotate", "DOTAM"),
    ],
)
def test_the_peptides_are_agonists_of_sstr2(name, nuclide, vector, chelator):
    one = agent(name)
    assert (one.nuclide, one.vector, one.chelator) == (nuclide, vector, chelator)
    assert (one.target, one.receptor_action) == ("SSTR2", "agonist")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("225Ac-DOTATATE", "225Ac-DOTATATE"),
        ("Ac-225-DOTATATE", "225Ac-DOTATATE"),
        ("Ac225-DOTATATE", "225Ac-DOTATATE"),
        ("[225Ac]Ac-DOTA-TATE", "225Ac-DOTATATE"),
        ("²²⁵Ac-DOTATATE", "225Ac-DOTATATE"),
        (" 225ac dotatate ", "225Ac-DOTATATE"),
        ("RYZ101", "225Ac-DOTATATE"),
        ("[177Lu]Lu-DOTA-TATE", "177Lu-DOTATATE"),
        ("(177Lu)-DOTATATE", "177Lu-DOTATATE"),
        ("Lutathera", "177Lu-DOTATATE"),
        ("lutetium (177Lu) oxodotreotide", "177Lu-DOTATATE"),
        ("AlphaMedix", "212Pb-DOTAMTATE"),
        ("212Pb-DOTAM-TATE", "212Pb-DOTAMTATE"),
        ("[213Bi]Bi-DOTA-TOC", "213Bi-DOTATOC"),
    ],
)
def test_every_way_of_writing_finds_the_same_agent(written, name):
    assert agent(written) is agent(name)
    assert agent(written).name == name


@pytest.mark.parametrize(
    "written",
    ["225Ac-DOTANOC", "177Lu-LM3", "213Bi-DOTATATE", "212Pb-DOTATATE", "DOTATATE", ""],
)
def test_another_agent_is_refused_and_never_taken_for_a_near_one(written):
    with pytest.raises(DataError, match=f"agent '{written}' is not in the catalogue"):
        agent(written)


def test_refusal_suggests_near_names_and_lists_all():
    with pytest.raises(DataError) as caught:
        agent("177Lu-DOTATTATE")
    assert "nearest: 177Lu-DOTATATE" in str(caught.value)
    assert all(a.name in str(caught.value) for a in agents())


def test_name_key_keeps_nuclides_apart():
    assert name_key("[212Pb]Pb-DOTAMTATE") == name_key("Pb-212-DOTAMTATE") == "212pbdotamtate"
    assert name_key("203Pb-DOTAMTATE") != name_key("212Pb-DOTAMTATE")


@pytest.mark.parametrize("one", agents(), ids=lambda a: a.name)
def test_every_figure_has_a_source_that_can_be_opened_or_says_so(one):
    for record in records(one):
        where = record.source.doi_or_url
        assert where.startswith(("https://", "no DOI")), where
        if record.source.status == "computed":
            assert record.source.note


@pytest.mark.parametrize("one", agents(), ids=lambda a: a.name)
def test_what_is_absent_is_said(one):
    assert one.absent
    if not one.kinetics:
        assert any("effective half-life" in text for text in one.absent)
    if not one.prescriptions:
        assert any("no prescription" in text for text in one.absent)


def test_label_figures_and_effective_half_lives_are_marked_as_recalled():
    for figure in agent("177Lu-DOTATATE").kinetics:
        if figure.quantity.endswith("_s") or "label" in figure.source.citation.lower():
            assert figure.source.status == "recalled"
        if "second hand" in figure.source.note:
            assert figure.source.status == "recalled"


def test_an_assumed_spread_is_at_least_a_fifth_of_its_figure():
    assumed = [k for a in agents() for k in a.kinetics if k.spread == "assumed"]
    assert len(assumed) == 9
    assert all(k.sd >= 0.2 * k.mean for k in assumed)


@pytest.mark.parametrize("region", ["kidneys", "liver", "spleen", "red_marrow", "tumour"])
def test_lutetium_has_priors_that_physics_allows(region):
    lutathera = agent("Lutathera")
    half_life = lutathera.prior(region, quantity="effective_half_life_s")
    assert half_life.distribution == "lognormal"
    assert half_life.median * half_life.geometric_sd**1.96 < LU177_HALF_LIFE_S
    dose = lutathera.prior(region, quantity="dose_coefficient_gy_per_bq")
    assert dose.sd is not None


def test_prior_of_tumour_uptake_covers_an_hour_to_ten():
    figure = agent("Lutathera").prior("tumour", quantity="uptake_half_time_s")
    low, high = (figure.median * figure.geometric_sd**z for z in (-1.96, 1.96))
    assert low < HOUR_S
    assert high > 10 * HOUR_S


ALPHA = [a.name for a in agents() if a.nuclide in {"Ac-225", "Bi-213", "Pb-212", "At-211"}]


@pytest.mark.parametrize("name", ALPHA)
def test_no_human_kinetics_of_the_alpha_agents_are_made_up(name):
    assert agent(name).kinetics == ()
    with pytest.raises(DataError, match="No human effective half-life"):
        agent(name).prior("kidneys", quantity="effective_half_life_s")


@pytest.mark.parametrize(
    ("name", "regimen", "field", "value"),
    [
        ("177Lu-DOTATATE", "NETTER-1 and label", "activity_bq", 7.4e9),
        ("177Lu-DOTATATE", "NETTER-1 and label", "cycles", 4),
        ("177Lu-DOTATATE", "NETTER-1 and label", "interval_s", 8 * WEEK_S),
        ("177Lu-DOTATATE", "NETTER-1 and label", "cumulative_limit_bq", 4 * 7.4e9),
        (
            "225Ac-DOTATATE",
            "10.2 MBq, four cycles (RYZ101, phase 3)",
            "activity_bq",
            10.2e6,
        ),
        ("225Ac-DOTATATE", "10.2 MBq, four cycles (RYZ101, phase 3)", "cycles", 4),
        ("212Pb-DOTAMTATE", "2.50 MBq/kg, four cycles", "interval_s", 8 * WEEK_S),
    ],
)
def test_prescriptions_hold_the_printed_figures(name, regimen, field, value):
    (found,) = (p for p in agent(name).prescriptions if p.name == regimen)
    assert getattr(found, field) == pytest.approx(value, rel=PRINTED, abs=0.0)
    assert found.source.status == "read"


# agent, records and index, field, unit as printed, the words around the number, the number
PRINTED_IN_REVIEW = [
    ("225Ac-DOTATATE", "prescriptions", 0, "activity_bq_per_kg", 1e3, "{} kBq/kg", "100"),
    ("225Ac-DOTATATE", "prescriptions", 0, "interval_s", WEEK_S, "{}-week intervals", "8"),
    ("225Ac-DOTATATE", "prescriptions", 0, "cumulative_limit_bq", 1e3, "{} kBq", "55 500"),
    ("225Ac-DOTATATE", "prescriptions", 1, "activity_bq_per_kg", 1e3, "{} kBq/kg", "120"),
    ("225Ac-DOTATATE", "prescriptions", 1, "cycles", 1, "{} infusions", "four"),
    ("225Ac-DOTATATE", "prescriptions", 1, "interval_s", WEEK_S, "every {} weeks", "eight"),
    ("225Ac-DOTATATE", "prescriptions", 3, "cycles", 1, "{} cycles of 100 kBq/kg", "6"),
    ("225Ac-DOTATATE", "prescriptions", 3, "activity_bq_per_kg", 1e3, "{} kBq/kg", "100"),
    ("225Ac-DOTATATE", "prescriptions", 3, "interval_s", WEEK_S, "of {} weeks", "8"),
    (
        "225Ac-DOTATATE",
        "prescriptions",
        4,
        "activity_bq",
        1e6,
        "{} MBq 225Ac-DOTATATE IV",
        "10",
    ),
    ("225Ac-DOTATATE", "prescriptions", 4, "cycles", 1, "{} doses of 10 MBq", "3"),
    ("225Ac-DOTATATE", "stability", 0, "duration_s", HOUR_S, "at least {} h in vitro", "5"),
    ("225Ac-DOTATATE", "stability", 1, "duration_s", HOUR_S, "and {} h in vivo", "3"),
    ("212Pb-DOTAMTATE", "prescriptions", 0, "activity_bq_per_kg", 1e6, "{} MBq/kg", "2.50"),
    ("212Pb-DOTAMTATE", "prescriptions", 0, "cycles", 1, "of {} cycles", "four"),
    (
        "212Pb-DOTAMTATE",
        "prescriptions",
        1,
        "activity_bq_per_kg",
        37e3,
        "{} µCi/kg",
        "67.6",
    ),
    ("212Pb-DOTAMTATE", "prescriptions", 1, "cycles", 1, "{} 2-monthly cycles", "four"),
    ("225Ac-DOTATOC", "prescriptions", 4, "activity_bq", 1e6, "around {} MBq", "8"),
    ("225Ac-DOTATOC", "prescriptions", 5, "activity_bq", 1e6, "{} MBq of 225Ac-DOTATOC", "19"),
    ("212Pb-VMT-alpha-NET", "prescriptions", 2, "activity_bq", 1e6, "{} MBq of 212Pb-", "130"),
]
IN_WORDS = {"four": 4.0, "eight": 8.0}


@pytest.mark.parametrize("case", PRINTED_IN_REVIEW, ids=lambda c: "-".join(map(str, c[:4])))
def test_figures_stand_on_the_lines_cited(review, case):
    name, kind, index, field, unit, form, number = case
    record = getattr(agent(name), kind)[index]
    first, last = re.search(r"review lines (\d+)-(\d+)", record.source.note).groups()
    cited = " ".join(line.strip() for line in review[int(first) - 1 : int(last)])
    cited = cited.replace("/ kg", "/kg")  # a line ends within the unit
    assert form.format(number) in cited
    value = IN_WORDS.get(number) or float(number.replace(" ", ""))
    assert getattr(record, field) == pytest.approx(value * unit, rel=PRINTED, abs=0.0)
    assert record.source.status == "read"


def test_every_line_range_cited_lies_in_the_review(review):
    texts = chain.from_iterable(
        (a.note, *a.absent, *(r.source.note for r in records(a))) for a in agents()
    )
    ranges = re.findall(r"lines? (\d+)(?:-(\d+))?", " ".join(texts))
    assert ranges
    assert all(1 <= int(a) <= int(b or a) <= len(review) for a, b in ranges)


def test_the_review_calls_octreotate_an_antagonist_on_the_line_noted(review):
    assert "line 166" in agent("225Ac-DOTATATE").note
    assert "antagonists labelled to Ac-225" in review[165]


def test_dose_coefficients_are_those_of_the_reference_table():
    path = reference(REFERENCE / "clinical" / "lu177_organ_doses.csv")
    with path.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    wanted = {
        (
            row["organ"].replace("kidney", "kidneys").replace(" ", "_"),
            row["mean_Gy_per_GBq"],
        )
        for row in rows
        if row["agent"] == "177Lu-DOTATATE" and row["sd"] and row["status"] == "seen"
    }
    sds = {(r["organ"], r["mean_Gy_per_GBq"]): r["sd"] for r in rows}
    figures = agent("177Lu-DOTATATE").kinetics
    assert len(wanted) == 8
    for organ, mean in wanted:
        (found,) = (
            k
            for k in figures
            if k.quantity == "dose_coefficient_gy_per_bq"
            and k.region == organ
            and k.mean == pytest.approx(float(mean) * 1e-9, rel=PRINTED, abs=0.0)
            and k.source.status == "read"
        )
        sd = float(sds[organ.replace("kidneys", "kidney"), mean])
        assert found.sd == pytest.approx(sd * 1e-9, rel=PRINTED, abs=0.0)


def test_a_whole_number_in_a_file_becomes_a_float():
    activity = parse_agent(MINIMAL, where="x.toml").prescriptions[0].activity_bq
    assert isinstance(activity, float)
    assert activity == 7.4e9


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("schema = 1", "schema = 2", "schema must be 1, got 2"),
        ("schema = 1\n", "", "schema must be 1, got None"),
        ('vector = "X"\n', "", "the agent: vector missing"),
        (
            'vector = "X"',
            'vector = "X"\ncolour = 1',
            "the agent: unknown colour; allowed: name",
        ),
        ("activity_bq =", "activity_mbq =", r"prescriptions\[0\]: unknown activity_mbq"),
        ("activity_bq = 7400000000\n", "", r"prescriptions\[0\]: .* exactly one of"),
        ("activity_bq = 7400000000", "activity_bq = nan", "activity_bq must be positive"),
        ("source =", "# source =", r"prescriptions\[0\]: source missing"),
        (', status = "read"', "", r"prescriptions\[0\].source: status missing"),
        ('"read"', '"seen"', "status must be one of read, recalled, computed"),
        ('{ citation = "A", doi_or_url = "B", status = "read" }', '"B"', "must be a table"),
        ('["intravenous"]', '"intravenous"', "routes must be a list of texts"),
        ("[[prescriptions]]", "[prescriptions]", r"must be an array of tables"),
        ('nuclide = "Lu-177"', 'nuclide = "177Lu"', "canonical name such as 'Lu-177'"),
        ('name = "177Lu-X"', 'name = "177Lu-X', "x.toml"),
        ('receptor_action = "agonist"\n', "", "receptor_action must be one of agonist"),
        (
            '"SSTR2"',
            '"NET"\ntarget_kind = "transporter"',
            "receptor_action of 177Lu-X must be left",
        ),
        ('"SSTR2"', '"SSTR2"\nuse = "both"', "use must be one of therapy, imaging"),
        (
            'population = "all"',
            'population = "all"\ncombination = "x"',
            "combination must be a list",
        ),
    ],
)
def test_a_damaged_file_is_refused_by_file_and_field(old, new, message):
    assert old in MINIMAL
    with pytest.raises(DataError, match=message) as caught:
        parse_agent(MINIMAL.replace(old, new, 1), where="x.toml")
    assert str(caught.value).startswith("agents/catalogue/x.toml: ")


def test_two_agents_may_not_share_a_name():
    one, other = agent("177Lu-DOTATATE"), agent("225Ac-DOTATATE")
    thief = replace(other, aliases=("LUTATHERA",))
    with pytest.raises(DataError, match="177Lu-DOTATATE and 225Ac-DOTATATE share the name"):
        by_name((one, thief))
    assert by_name((one, other))["lutathera"] is one


def test_every_shipped_agent_is_found_under_its_own_names_alone():
    for one in agents():
        assert all(agent(name) is one for name in (one.name, *one.aliases))
    names = [name_key(n) for a in agents() for n in (a.name, *a.aliases)]
    assert len(by_name(agents())) == len(set(names))


def test_the_catalogue_is_read_once():
    assert agents() is agents()
