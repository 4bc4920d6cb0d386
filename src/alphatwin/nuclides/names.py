"""Names of nuclides: one spelling inside (``Bi-213``, ``Ba-137m``), every usual one accepted."""

from __future__ import annotations

import difflib
import re
import unicodedata
from functools import cache

from alphatwin.errors import DataError
from alphatwin.nuclides import ensdf, icrp107

_SYMBOLS_IN_ORDER = """
n H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As
Se Br Kr Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd
Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am
Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og
"""
SYMBOLS = tuple(_SYMBOLS_IN_ORDER.split())
"""Symbols of the elements; the index is the atomic number."""

_ATOMIC_NUMBERS = {symbol: number for number, symbol in enumerate(SYMBOLS)}
_SYMBOL_FIRST = re.compile(r"([A-Za-z]{1,2})[\s_-]*(\d{1,3})\s*([mnMN]?)")
_MASS_FIRST = re.compile(r"(\d{1,3})([mn]?)[\s_-]*([A-Za-z]{1,2})")


@cache
def known_names() -> frozenset[str]:
    """Return every nuclide of which at least one decay-data set knows something."""
    return frozenset(icrp107.names()) | frozenset(ensdf.structure()) | frozenset(ensdf.ends())


def canonical_name(text: str) -> str:
    """Return the one name of a nuclide that is used inside, such as ``Bi-213``.

    Parameters
    ----------
    text
        The nuclide in any usual spelling: ``Bi-213``, ``213Bi``, ``Bi213``, ``bi-213``,
        ``137mBa``, ``Ba-137m``.

    Raises
    ------
    DataError
        If the text names no nuclide that the decay data hold.
    """
    return _canonical(str(text))


@cache
def _canonical(text: str) -> str:
    if icrp107.has(text):
        return text
    candidates = _candidates(unicodedata.normalize("NFKC", text).strip())
    for candidate in candidates:
        if candidate in known_names():
            return candidate
    close = difflib.get_close_matches((*candidates, text)[0], sorted(known_names()), n=3)
    hint = f"; did you mean {', '.join(close)}?" if close else ";"
    msg = (
        f"nuclide {text!r} is not in the decay data{hint} "
        "write symbol and mass number: Bi-213, 213Bi or Ba-137m"
    )
    raise DataError(msg)


def _candidates(text: str) -> tuple[str, ...]:
    """Return the names a text may stand for, the likeliest first."""
    if found := _SYMBOL_FIRST.fullmatch(text):
        symbol, mass, isomer = found.groups()
        return (f"{symbol.capitalize()}-{mass}{isomer.lower()}",)
    if found := _MASS_FIRST.fullmatch(text):
        mass, isomer, symbol = found.groups()
        as_isomer = f"{symbol.capitalize()}-{mass}{isomer}"
        # "56mn" is manganese written small, not an isomer of nitrogen.
        return (as_isomer, f"{(isomer + symbol).capitalize()}-{mass}")
    if found := re.fullmatch(r"(\d{1,3})([A-Za-z]{3})", text):
        mass, letters = found.groups()
        return (f"{letters[1:].capitalize()}-{mass}{letters[0].lower()}",)
    return ()


def atomic_number(name: str) -> int:
    """Return Z of a canonical name."""
    return _ATOMIC_NUMBERS[name.split("-", maxsplit=1)[0]]


def mass_number(name: str) -> int:
    """Return A of a canonical name."""
    return int(name.split("-")[1].rstrip("mn"))


def name_of(*, atomic_number: int, mass_number: int) -> str:
    """Return the canonical name of a ground state."""
    return f"{SYMBOLS[atomic_number]}-{mass_number}"
