"""Reading the specific absorbed fractions of ICRP Publication 133 from files that the user has.

The files are not part of AlphaTwin. A file (``rcp-am_photon_2016-08-12.SAF``) has five lines of
head, of which the fourth holds the number of targets and of sources (I4 each), 14 blanks and the
energies [MeV] (F10 each); every further line holds a target (10 characters), ``<-``, a source (10),
one fraction [1/kg] for each energy (E10 each), and two numbers on where they end.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from alphatwin.dose.transport.icrp_safs import IcrpSafs
from alphatwin.errors import DataError

PARTICLES: Final = ("photon", "electron", "alpha")
_HEAD_LINES: Final = 5
_NAME, _ARROW, _NUMBER = 10, 2, 10


def read_icrp_safs(path: str | Path) -> dict[str, IcrpSafs]:
    """Return the fractions by particle from one folder, or from the folder of one file.

    Parameters
    ----------
    path
        Folder with the files of one adult, or one of these files.

    Raises
    ------
    DataError
        If a file is missing, ambiguous or not of the form.
    """
    place = Path(path)
    if not place.exists():
        msg = f"{place} does not exist; give a folder with the .SAF files of ICRP 133, or one file"
        raise DataError(msg)
    folder = place if place.is_dir() else place.parent
    adult = "" if place.is_dir() else place.name.split("_")[0]
    found = {}
    for particle in PARTICLES:
        files = sorted(folder.glob(f"{adult or '*'}_{particle}_*.SAF"))
        if len(files) > 1:
            msg = (
                f"{folder} holds several files for {particle}s "
                f"({', '.join(f.name for f in files)}); name the file of the adult wanted"
            )
            raise DataError(msg)
        if files:
            found[particle] = _read(files[0], particle)
    if not {"photon", "electron"} <= set(found):
        msg = f"{folder} must hold rcp-*_photon_*.SAF and rcp-*_electron_*.SAF of ICRP 133"
        raise DataError(msg)
    return found


def _read(file: Path, particle: str) -> IcrpSafs:
    lines = file.read_text(encoding="ascii", errors="replace").splitlines()
    try:
        head = lines[_HEAD_LINES - 2]
        n_targets, n_sources = int(head[:4]), int(head[4:8])
        energies = np.array([float(text) for text in head[8:].split()])
        safs = {}
        for line in lines[_HEAD_LINES:]:
            if not line.strip():
                continue
            if line[_NAME : _NAME + _ARROW] != "<-":
                msg = f"no <- in {line[:30]!r}"
                raise ValueError(msg)  # noqa: TRY301 - one place says which file it is
            names = line[:_NAME].strip(), line[_NAME + _ARROW : 2 * _NAME + _ARROW].strip()
            start = 2 * _NAME + _ARROW
            stops = range(start, start + _NUMBER * energies.size, _NUMBER)
            safs[names] = np.array([float(line[i : i + _NUMBER]) for i in stops])
    except (IndexError, ValueError) as error:
        msg = f"{file} is not of the form of ICRP 133: {error}"
        raise DataError(msg) from error
    if len(safs) != n_targets * n_sources or not (np.diff(energies) > 0.0).all():
        msg = (
            f"{file} must hold {n_targets} targets times {n_sources} sources at rising energies, "
            f"got {len(safs)} pairs"
        )
        raise DataError(msg)
    return IcrpSafs(particle, energies, safs)
