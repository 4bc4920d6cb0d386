"""Make the fonts of the report: subsets of Source Sans 3, renamed as its licence asks.

From the npm package source-sans 3.52.0, unpacked:
``python tools/make_report_fonts.py package/TTF package/LICENSE.md``.

The SIL Open Font Licence reserves the name "Source" for the original, so a subset must bear
another name: "AlphaTwin Sans". Hinting and the features that the report does not use are dropped.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FONTS = Path(__file__).parents[1] / "src" / "alphatwin" / "report" / "fonts"
FAMILY = "AlphaTwin Sans"
STYLES = {"Regular": "Regular", "Semibold": "Semibold", "It": "Italic"}
RANGES = (
    (0x20, 0x7E),  # Latin
    (0xA0, 0x17F),  # Latin-1 and Extended-A
    (0x218, 0x21B),  # Romanian
    (0x386, 0x3CE),  # Greek
    (0x400, 0x45F),  # Cyrillic
    (0x1E80, 0x1E85),
    (0x1D50, 0x1D50),  # superscript m of isomers
    (0x2009, 0x2009),  # thin space
    (0x2010, 0x2026),  # dashes, quotes, dagger, bullet, ellipsis
    (0x202F, 0x202F),
    (0x2030, 0x2044),
    (0x2070, 0x209C),  # superscripts and subscripts
    (0x20AC, 0x20AC),
    (0x2116, 0x2122),
    (0x2190, 0x2193),  # arrows
    (0x2202, 0x2265),  # operators
    (0x25A0, 0x25CF),  # marks of legends
    (0x2713, 0x2713),
)
FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl"]
EPOCH_S = 3_500_000_000  # stamp of the files, fixed so that a rerun gives equal bytes


def _rename(font: TTFont, style: str) -> None:
    full = f"{FAMILY} {style}"
    postscript = f"AlphaTwinSans-{style}"
    names = {1: FAMILY if style in {"Regular", "Italic"} else full, 2: style, 3: full, 4: full}
    names |= {6: postscript, 16: FAMILY, 17: style}
    if style == "Semibold":
        names[2] = "Regular"
    table = font["name"]
    for record in list(table.names):
        if record.nameID in {1, 2, 3, 4, 6, 7, 16, 17, 18, 21, 22, 25} or record.nameID > 255:
            table.removeNames(nameID=record.nameID)
    for name_id, text in names.items():
        table.setName(text, name_id, 3, 1, 0x409)


def make(source: Path, target: Path, *, style: str) -> None:
    """Write the subset of one font file under its new name."""
    options = Options()
    options.layout_features = FEATURES
    options.hinting = False
    options.name_IDs = ["*"]
    options.drop_tables += ["DSIG", "STAT", "BASE"]
    font = TTFont(source, recalcTimestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[c for low, high in RANGES for c in range(low, high + 1)])
    subsetter.subset(font)
    _rename(font, style)
    font["head"].modified = EPOCH_S
    font.save(target)


def main() -> None:
    """Make every font and copy the licence beside them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("fonts", type=Path, help="folder with SourceSans3-*.ttf")
    parser.add_argument("licence", type=Path, help="LICENSE.md of the package")
    arguments = parser.parse_args()
    for source_style, style in STYLES.items():
        target = FONTS / f"AlphaTwinSans-{style}.ttf"
        make(arguments.fonts / f"SourceSans3-{source_style}.ttf", target, style=style)
        digest = hashlib.sha256(target.read_bytes()).hexdigest()
        print(f"{target.name}: {target.stat().st_size} bytes, sha256 {digest}")
    shutil.copyfile(arguments.licence, FONTS / "OFL.txt")


if __name__ == "__main__":
    main()
