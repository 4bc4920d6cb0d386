"""Names of nuclides: every usual spelling, one name inside, help where none fits."""

from __future__ import annotations

import pytest

from alphatwin.errors import DataError
from alphatwin.nuclides import canonical_name, icrp107, names, nuclide


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Bi-213", "Bi-213"),
        ("213Bi", "Bi-213"),
        ("Bi213", "Bi-213"),
        ("bi-213", "Bi-213"),
        ("BI-213", "Bi-213"),
        ("213-Bi", "Bi-213"),
        (" ²¹³Bi ", "Bi-213"),
        ("Ba-137m", "Ba-137m"),
        ("137mBa", "Ba-137m"),
        ("Ba137M", "Ba-137m"),
        ("99mTc", "Tc-99m"),
        ("56mn", "Mn-56"),
        ("56Mn", "Mn-56"),
        ("18F", "F-18"),
        ("Pb-208", "Pb-208"),
    ],
)
def test_usual_spellings(text, name):
    assert canonical_name(text) == name


@pytest.mark.parametrize(
    ("text", "hint"),
    [("Bi-223", "Bi-213"), ("Ac-255", "Ac-225"), ("Lu-771", "Lu-177"), ("225", "Ac-225")],
)
def test_unknown_names_are_refused_with_the_likely_ones(text, hint):
    with pytest.raises(DataError, match=rf"not in the decay data; did you mean .*{hint}"):
        canonical_name(text)


@pytest.mark.parametrize("text", ["", "lutetium", "213", "Bi", "../Bi-213", "Bi-213 MBq"])
def test_what_names_no_nuclide_is_refused(text):
    with pytest.raises(DataError, match="write symbol and mass number"):
        canonical_name(text)


def test_every_name_of_the_data_is_its_own_canonical_name():
    assert all(canonical_name(name) == name for name in names.known_names())
    assert len(icrp107.names()) == 1252


def test_there_are_118_elements_and_the_neutron():
    assert len(names.SYMBOLS) == 119
    assert names.SYMBOLS.index("Ac") == 89
    assert names.SYMBOLS.index("Og") == 118


@pytest.mark.parametrize("text", ["x" * 5000, "../../etc/passwd", "Ac-225/..", "Ac-" + "2" * 400])
def test_user_text_never_becomes_the_name_of_a_file(text):
    with pytest.raises(DataError):
        nuclide(text)
