"""Where a table's figures come from: the value that every loaded table carries."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Provenance:
    """Source of a table of figures, read from its sidecar.

    Attributes
    ----------
    name
        Name of the table, its file name without the ending.
    title, quantity, unit, source, doi_or_url, retrieved, licence
        As in the sidecar, in words.
    sha256
        Hash of the table's bytes, checked when the table is loaded.
    """

    name: str
    title: str
    quantity: str
    unit: str
    source: str
    doi_or_url: str
    retrieved: str
    licence: str
    sha256: str
