"""Check what `make demo` left: whole files that need nothing else, made without system fonts.

python tools/check_demo.py out/demo
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from pathlib import Path

import plutoprint

LOADED = re.compile(r"""(?:src|href)\s*=\s*["'](?!#|data:|mailto:)([^"']+)""")
LINKS = re.compile(r"""<a\s[^>]*>""")  # a link may lead outside, what is loaded may not
SYSTEM_LIBRARIES = ("libpango", "libcairo", "libfontconfig")


def refuse_constant(text: str) -> float:
    """Refuse NaN and infinity, which are no JSON."""
    msg = f"report.json holds {text}"
    raise ValueError(msg)


def mistakes(folder: Path) -> list[str]:
    """Return what is wrong with the demo's files, in words."""
    found = []
    report = json.loads(
        (folder / "report.json").read_text(encoding="utf-8"), parse_constant=refuse_constant
    )
    if report["schema"] != 1:
        found.append(f"report.json has schema {report['schema']}, not 1")
    page = (folder / "report.html").read_text(encoding="utf-8")
    outside = LOADED.findall(LINKS.sub("", page))
    if outside:
        found.append(f"report.html loads {outside[0]}: it is not self-contained")
    pdf = (folder / "report.pdf").read_bytes()
    if not pdf.startswith(b"%PDF-") or b"%%EOF" not in pdf[-1024:]:
        found.append("report.pdf is not a whole PDF")
    return found


def system_libraries() -> list[str]:
    """Return the text and font libraries outside of the environment that the PDF engine loads."""
    maps = Path("/proc/self/maps")
    if not maps.exists():
        return []
    with tempfile.TemporaryDirectory() as folder:
        book = plutoprint.Book(plutoprint.PAGE_SIZE_A4)
        book.load_html("<p>225Ac</p>")
        book.write_to_pdf(f"{folder}/page.pdf")
        rows = maps.read_text(encoding="utf-8").splitlines()
    paths = {row.split(maxsplit=5)[5] for row in rows if len(row.split(maxsplit=5)) == 6}
    return sorted(
        path
        for path in paths
        if any(name in path for name in SYSTEM_LIBRARIES) and not path.startswith(sys.prefix)
    )


def main() -> None:
    """Print what is wrong and leave with 1, or say that nothing is."""
    found = mistakes(Path(sys.argv[1]))
    found += [f"the PDF engine loads {path} of the system" for path in system_libraries()]
    if found:
        sys.exit("\n".join(found))
    print("The demo's files are whole and self-contained; no system library of text was loaded.")


if __name__ == "__main__":
    main()
