"""Which nuclide a header names: by a published code, or by what its text says.

The codes are those of DICOM PS3.16, context groups 18 and 4020, with the older SNOMED-RT values
that scanners still write; pydicom carries both. A code of a scheme of the department's own says
nothing to others, so that its meaning is read, and the report says so.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from alphatwin.errors import DataError
from alphatwin.nuclides import canonical_name, nuclide

if TYPE_CHECKING:
    from alphatwin.dicom.read.header import Code

PUBLISHED_SCHEMES = frozenset({"SCT", "SRT", "SNM3", "DCM"})
SNOMED_RT = frozenset(
    {"SRT", "SNM3", "99SDM"}
)  # 99SDM carried SNOMED-RT values before it had a name
CONTEXT_GROUPS = ("cid4020", "cid18")
ELEMENTS = {
    "actinium": "Ac", "astatine": "At", "bismuth": "Bi", "bromine": "Br", "carbon": "C",
    "cobalt": "Co", "copper": "Cu", "fluorine": "F", "francium": "Fr", "gallium": "Ga",
    "holmium": "Ho", "indium": "In", "iodine": "I", "lead": "Pb", "lutetium": "Lu",
    "lutecium": "Lu", "manganese": "Mn", "nitrogen": "N", "oxygen": "O", "radium": "Ra",
    "rhenium": "Re", "rubidium": "Rb", "samarium": "Sm", "scandium": "Sc", "sodium": "Na",
    "strontium": "Sr", "technetium": "Tc", "terbium": "Tb", "thallium": "Tl", "thorium": "Th",
    "xenon": "Xe", "yttrium": "Y", "zirconium": "Zr",
}  # fmt: skip
_MASS_FIRST = re.compile(r"(\d{1,3})\s*(m\d?)?[\s^\]-]*([a-z]+)")
_NAME_FIRST = re.compile(r"([a-z]+)[\s^\[-]*(\d{1,3})\s*(m\d?)?")


def nuclide_of(code: Code | None, *, name: str | None) -> tuple[str | None, bool]:
    """Return the nuclide that a header names, and whether a published code named it.

    Parameters
    ----------
    code
        Code of the nuclide, None if there is none.
    name
        Name of the radiopharmaceutical, which is looked at when the code says nothing.

    Returns
    -------
    nuclide, is_published
        Canonical name, None if nothing names a nuclide that the decay data hold.
    """
    if code is not None:
        known = _published(code.value, code.scheme)
        if known is not None:
            return known, code.scheme in PUBLISHED_SCHEMES
        said = nuclide_in(code.meaning)
        if said is not None:
            return said, False
    return (nuclide_in(name) if name else None), False


def nuclide_in(text: str) -> str | None:
    """Return the nuclide that a text names: ``177 Lutetium``, ``[18F]FDG``, ``Tc-99m``; or None."""
    plain = text.strip().lower().replace("^", " ")
    for pattern, order in ((_MASS_FIRST, (2, 0, 1)), (_NAME_FIRST, (0, 1, 2))):
        for match in pattern.finditer(plain):
            word, mass, state = (match.groups()[i] or "" for i in order)
            found = _known(word, mass, state)
            if found is not None:
                return found
    return None


def _known(word: str, mass: str, state: str) -> str | None:
    symbols = [ELEMENTS[word]] if word in ELEMENTS else [word[:2].title(), word[:1].upper()]
    for symbol in symbols:
        try:
            name = canonical_name(f"{symbol}-{mass}{state}")
            nuclide(name)
        except (DataError, ValueError):
            continue
        return name
    return None


@cache
def _published(value: str, scheme: str) -> str | None:
    from pydicom.sr.codedict import codes
    from pydicom.sr.coding import Code as PublishedCode

    asked = PublishedCode(value, "SRT" if scheme in SNOMED_RT else scheme, "")
    for group in CONTEXT_GROUPS:
        terms = getattr(codes, group)
        for keyword in terms.dir():
            term = getattr(terms, keyword)
            if asked == term or (value, scheme) == (term.value, term.scheme_designator):
                return nuclide_in(term.meaning)
    return None
