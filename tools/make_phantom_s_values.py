"""Fold the S-values of the adult phantom for every nuclide and chain of the catalogue of agents.

``python tools/make_phantom_s_values.py`` writes phantom_s_values.csv with its sidecar from the
shipped specific absorbed fractions: a row for each nuclide (or chain) and source, a column for each
target and one for its relative standard error.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from alphatwin.agents import agents
from alphatwin.dose.transport.phantom import adult_phantom
from alphatwin.dose.transport.s_values import phantom_s_value
from alphatwin.files.atomic import write_text_atomically
from alphatwin.nuclides import decay_chain

TABLES = Path(__file__).parents[1] / "src" / "alphatwin" / "tables"
NAME = "phantom_s_values"
SIDECAR = """\
title = "S-values of the stylised adult phantom"
quantity = "{quantity}"
unit = "Gy/(Bq s); 1"
source = "computed by AlphaTwin from phantom_safs_photon, phantom_safs_electron and ICRP 107"
doi_or_url = "docs/theory-transport-sources.md"
licence = "Apache-2.0; the decay data of ICRP 107 are free for not-for-profit use only"
corrections = "none"
retrieved = "2026-11"
sha256 = "{sha256}"
transform = "tools/make_phantom_s_values.py"
"""
QUANTITY = (
    "absorbed dose of each target per decay of the nuclide in the source, with the phantom's own "
    "masses, and its relative standard error of transport; chain: every daughter decays there too"
)


def wanted() -> list[tuple[str, bool]]:
    """Return every nuclide of the catalogue and its daughters, alone and as chains."""
    parents = dict.fromkeys(agent.nuclide for agent in agents())
    members = {n: None for p in parents for n in decay_chain(p).nuclides}
    chains = [(p, True) for p in parents if len(decay_chain(p).nuclides) > 1]
    return [*((n, False) for n in members), *chains]


def main() -> None:
    """Write the table and its sidecar."""
    names = adult_phantom().names
    lines = [",".join(["nuclide", "chain", "source", *names, *(f"error of {n}" for n in names)])]
    for nuclide, is_chain in wanted():
        for source in names:
            found = [
                phantom_s_value(nuclide, chain=is_chain, source=source, target=t) for t in names
            ]
            values = [_short(v.s_value_gy_per_bq_s, 4) for v in found]
            errors = [_short(v.relative_sd, 2) for v in found]
            row = [nuclide, "yes" if is_chain else "no", source, *values, *errors]
            lines.append(",".join(row))
    text = "\n".join(lines) + "\n"
    write_text_atomically(TABLES / f"{NAME}.csv", text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    write_text_atomically(TABLES / f"{NAME}.toml", SIDECAR.format(quantity=QUANTITY, sha256=digest))


def _short(value: float, digits: int) -> str:
    return "0" if value == 0.0 else f"{value:.{digits}g}"


if __name__ == "__main__":
    main()
