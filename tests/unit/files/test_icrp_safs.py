"""Files in the form of ICRP 133, made up here: its figures are not part of AlphaTwin."""

from __future__ import annotations

import numpy as np
import pytest

from alphatwin.dose.mird import JOULE_PER_MEV
from alphatwin.dose.transport.icrp_safs import icrp_s_value
from alphatwin.errors import DataError, InvalidValueError
from alphatwin.files.icrp_safs import read_icrp_safs
from alphatwin.nuclides import energy_per_decay_mev

ENERGIES = (0.001, 0.01, 0.1, 1.0, 10.0)


def close(expected, *, rel=1e-6):
    """Return what is near a number of any size: S-values are far below pytest's own 1e-12."""
    return pytest.approx(expected, rel=rel, abs=0.0)


def saf_file(folder, particle: str, values: dict[tuple[str, str], float], adult: str = "rcp-am"):
    """Write a file whose fractions do not depend on energy."""
    targets = list(dict.fromkeys(t for t, _ in values))
    sources = list(dict.fromkeys(s for _, s in values))
    head = f"{len(targets):4d}{len(sources):4d}" + " " * 14
    lines = ["made up", "for a test", "", head + "".join(f"{e:10.5f}" for e in ENERGIES), "-" * 60]
    for (target, source), value in values.items():
        numbers = f"{value:10.3E}" * len(ENERGIES)
        lines.append(f"{target:<10}<-{source:<10}{numbers}{0.001:10.3E}{1:3d}")
    path = folder / f"{adult}_{particle}_2016-08-12.SAF"
    path.write_text("\n".join(lines) + "\n", encoding="ascii")
    return path


PAIRS = {("Kidneys", "Kidneys"): 2.0, ("Liver", "Kidneys"): 0.01}


def test_an_s_value_is_the_energy_times_a_constant_fraction(tmp_path):
    saf_file(tmp_path, "photon", PAIRS)
    saf_file(tmp_path, "electron", {key: 0.5 * v for key, v in PAIRS.items()})
    safs = read_icrp_safs(tmp_path)
    assert safs["photon"].energies_mev == close(ENERGIES)
    energy = energy_per_decay_mev("Lu-177")
    value = icrp_s_value(safs, "Lu-177", source="kidneys", target="Kidneys")
    expected = (2.0 * energy.photon + 1.0 * energy.electron) * JOULE_PER_MEV
    # The spectrum's mean differs from the printed mean energy by 0.07 %.
    assert value.s_value_gy_per_bq_s == close(expected, rel=1e-3)


def test_alphas_need_their_own_file(tmp_path):
    saf_file(tmp_path, "photon", PAIRS)
    saf_file(tmp_path, "electron", PAIRS)
    with pytest.raises(DataError, match=r"Po-213 emits alphas, and rcp-\*_alpha"):
        icrp_s_value(read_icrp_safs(tmp_path), "Po-213", source="Kidneys", target="Kidneys")
    saf_file(tmp_path, "alpha", PAIRS)
    value = icrp_s_value(read_icrp_safs(tmp_path), "Po-213", source="Kidneys", target="Liver")
    assert value.by_radiation_gy_per_bq_s["alpha"] == close(
        0.01 * energy_per_decay_mev("Po-213").alpha * JOULE_PER_MEV
    )


def test_two_adults_in_one_folder_must_be_told_apart(tmp_path):
    path = saf_file(tmp_path, "photon", PAIRS)
    saf_file(tmp_path, "electron", PAIRS)
    saf_file(tmp_path, "photon", PAIRS, adult="rcp-af")
    with pytest.raises(DataError, match="several files for photons"):
        read_icrp_safs(tmp_path)
    assert set(read_icrp_safs(path)) == {"photon", "electron"}


def test_unknown_regions_and_broken_files_are_refused(tmp_path):
    path = saf_file(tmp_path, "photon", PAIRS)
    saf_file(tmp_path, "electron", PAIRS)
    safs = read_icrp_safs(tmp_path)
    with pytest.raises(InvalidValueError, match="target 'Brain' is not in the files; allowed: Kid"):
        safs["photon"].at(np.array([0.1]), source="Kidneys", target="Brain")
    text = path.read_text(encoding="ascii")
    path.write_text(text.replace("<-", "->", 1), encoding="ascii")
    with pytest.raises(DataError, match="not of the form of ICRP 133"):
        read_icrp_safs(tmp_path)
    path.write_text(text.rsplit("\n", 2)[0] + "\n", encoding="ascii")
    with pytest.raises(DataError, match="2 targets times 1 sources"):
        read_icrp_safs(tmp_path)


def test_a_path_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(DataError, match=r"no-such-folder does not exist; give a folder with"):
        read_icrp_safs(tmp_path / "no-such-folder")
