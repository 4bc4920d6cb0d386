"""S values, hits and single-event spectra of one cell, as a report."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dose.cell import (
    COUNTED_RADIATIONS,
    TARGETS,
    CellShape,
    Cluster,
    EventSpectrum,
    irradiate,
    lineal_energy,
    multi_event,
    run_concentric,
    scheme,
)
from alphatwin.dose.cell.spectra import LEAST_SITE_UM
from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.report.cell_value import (
    CellReport,
    LinealRecord,
    MultiEventRecord,
    SpectrumRecord,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from alphatwin.dose.cell import CellRun, Scheme, SourceName, TargetName
    from alphatwin.nuclides import DecayDataName

_SITE_DECAYS = 1_000_000.0
_LEFT_OUT = 1e-9  # of the cells, beyond what a report shows
_STRAIGHT = (
    "Alphas go straight and slow down continuously in water of 1 g/cm3; straggling and the "
    "escape of delta rays are left out, so single events are sharper than in nature."
)
_RECOILS = "Recoil nuclei (range about 0.1 um) leave their energy where they start."
_SHOWN_BINS = 512  # of a spectrum in a report; neighbours are put together


def cell_report(
    name: str,
    *,
    cell_radius_um: float,
    nucleus_radius_um: float,
    source: SourceName,
    target: TargetName = "nucleus",
    with_chain: bool = True,
    radiations: tuple[str, ...] = COUNTED_RADIATIONS,
    site_um: float | None = None,
    decays: float | None = None,
    histories: int | None = None,
    seed: int = 1,
    threads: int | None = None,
    decay_data: DecayDataName = "icrp107",
    stopping: str = "icru90",
    progress: Callable[[int, int], None] | None = None,
) -> CellReport:
    """Return what decays in one part of a cell do to its nucleus, or to all of it.

    Parameters
    ----------
    name
        The nuclide, in any usual writing.
    cell_radius_um, nucleus_radius_um
        Radii of the concentric cell. [um]
    source, target
        Where it decays, and what is hit.
    with_chain
        Whether the daughters decay at the same place.
    radiations
        Radiation types that are counted.
    site_um
        Diameter of a site in the middle of the target, for lineal energy; all of the target if not
        given. [um]
    decays
        Mean number of primary decays, for the distribution of specific energy after them.
    histories
        Primary decays to follow; by default as many as 0.25 % need.
    seed, threads
        Seed of the random streams, and number of threads, which changes no number.
    decay_data, stopping
        Decay-data set, and stopping powers of alphas.
    progress
        Called with the histories that are done and those that are planned.

    Raises
    ------
    DataError, NotSupportedError
        If the nuclide is unknown, or gives no dose to cells.
    InvalidValueError
        If the geometry is impossible, or a name is unknown.
    """
    shape = CellShape(radius_um=cell_radius_um, nucleus_radius_um=nucleus_radius_um)
    if site_um is not None:
        check_site(site_um)
    if decays is not None and not 0.0 <= decays < math.inf:
        msg = f"decays must be finite and >= 0, got {decays}"
        raise InvalidValueError(msg)
    decaying = scheme(name, with_chain=with_chain, decay_data=decay_data, stopping=stopping)
    if decaying.alphas_per_parent_decay == 0.0 and "electron" not in radiations:
        msg = f"{decaying.parent} emits no alphas: count electrons as well, or none is left"
        raise NotSupportedError(msg)
    run = run_concentric(
        decaying,
        shape,
        source=source,
        target=target,
        histories=histories,
        radiations=radiations,
        seed=seed,
        threads=threads,
        progress=progress,
    )
    value = run.s_value(target, radiations=radiations)
    column = TARGETS.index(target)
    mass_kg = shape.target_mass_kg(target)
    single = spectrum_record(run.events[column], mass_kg=mass_kg)
    return CellReport(
        schema=1,
        kind="cell",
        nuclide=decaying.parent,
        with_chain=with_chain,
        decay_data=decay_data,
        stopping=stopping,
        cell_radius_um=cell_radius_um,
        nucleus_radius_um=nucleus_radius_um,
        source=source,
        target=target,
        radiations=radiations,
        histories=run.histories,
        seed=seed,
        is_partial=run.is_partial,
        s_value_gy_per_bq_s=value.value_gy_per_bq_s,
        relative_standard_error=value.relative_standard_error,
        by_nuclide=value.by_nuclide_gy_per_bq_s,
        by_radiation=value.by_radiation_gy_per_bq_s,
        recoil_gy_per_bq_s=run.s_value(target, radiations=("recoil",)).value_gy_per_bq_s,
        alphas_per_decay=run.alphas / run.histories,
        hit_probability=run.hit_probability(target),
        hits_per_decay=run.hits_per_decay(target),
        decay_hit_probability=run.decay_hit_probability(target),
        mean_specific_energy_per_hit_gy=single.frequency_mean_gy if single else None,
        single_event=single,
        per_decay=spectrum_record(run.decay_events[column], mass_kg=mass_kg),
        lineal_energy=_lineal(run, target=target, site_um=site_um, seed=seed, threads=threads),
        multi_event=None if decays is None else _multi_event(run, target=target, decays=decays),
        assumptions=_assumptions(decaying, run, with_chain=with_chain, radiations=radiations),
    )


def check_site(site_um: float) -> None:
    """Raise InvalidValueError if a site [um] is too small for lineal energy from chords."""
    if not site_um >= LEAST_SITE_UM:
        msg = (
            f"a site for lineal energy must be at least {LEAST_SITE_UM:g} um across, got "
            f"{site_um:g} um: below, straggling and delta rays rule and chords do not hold"
        )
        raise InvalidValueError(msg)


def _lineal(
    run: CellRun, *, target: TargetName, site_um: float | None, seed: int, threads: int | None
) -> LinealRecord | None:
    if site_um is None:
        whole_um = run.shape.target_radius_um(target)
        return lineal_record(run.events[TARGETS.index(target)], radius_um=whole_um)
    lone = Cluster(shape=run.shape, centres_um=np.zeros((1, 3)), radius_um=run.shape.radius_um)
    found = irradiate(
        run.scheme,
        lone,
        source=run.source,
        target=target,
        site_radius_um=0.5 * site_um,
        decays_per_cell=_SITE_DECAYS,
        radiations=("alpha",),
        replicates=1,
        seed=seed,
        threads=threads,
    )
    return lineal_record(found.all_events, radius_um=0.5 * site_um)


def _multi_event(run: CellRun, *, target: TargetName, decays: float) -> MultiEventRecord:
    mass_kg = run.shape.target_mass_kg(target)
    sums = run.decay_events[TARGETS.index(target)]
    hitting = run.decay_hit_probability(target) * decays
    found = multi_event([(sums, hitting)], mass_kg=mass_kg)
    kept = int(np.searchsorted(np.cumsum(found.p), 1.0 - _LEFT_OUT)) + 1
    width = -(-kept // _SHOWN_BINS)
    rows = np.resize(np.append(found.p[:kept], np.zeros(width)), (-(-kept // width), width))
    step_gy = float(found.z_gy[1])
    middle = (np.arange(rows.shape[0]) * width + 0.5 * (width - 1)) * step_gy
    return MultiEventRecord(
        decays=decays,
        mean_gy=found.mean_gy,
        sd_gy=found.variance_gy2**0.5,
        unhit_share=math.exp(-hitting),
        z_gy=tuple(middle.tolist()),
        probability=tuple(rows.sum(axis=1).tolist()),
    )


def spectrum_record(spectrum: EventSpectrum, *, mass_kg: float) -> SpectrumRecord | None:
    """Return a spectrum of events as a report shows it; none if there are no events."""
    if spectrum.total == 0.0:
        return None
    last = int(np.flatnonzero(spectrum.counts)[-1]) + 1
    width = -(-last // _SHOWN_BINS)
    padded = np.zeros(-(-last // width) * width)
    padded[:last] = spectrum.counts[:last]
    rows = padded.reshape(-1, width)
    z_gy = spectrum.specific_energies_gy(mass_kg=mass_kg)
    middle = (np.arange(rows.shape[0]) * width + 0.5 * (width - 1)) * float(z_gy[1])
    unit_gy = float(z_gy[1]) / spectrum.bin_kev
    mean_kev = spectrum.mean_kev()
    return SpectrumRecord(
        z_gy=tuple(middle.tolist()),
        probability=tuple((rows.sum(axis=1) / spectrum.total).tolist()),
        frequency_mean_gy=mean_kev * unit_gy,
        dose_mean_gy=spectrum.mean_kev(2) / mean_kev * unit_gy,
    )


def lineal_record(spectrum: EventSpectrum, *, radius_um: float) -> LinealRecord | None:
    """Return lineal energy as a report shows it; none for small sites and without events."""
    if 2.0 * radius_um < LEAST_SITE_UM or spectrum.total == 0.0:
        return None
    found = lineal_energy(spectrum, radius_um=radius_um)
    return LinealRecord(
        site_um=2.0 * radius_um,
        y_kev_per_um=tuple(found.y_kev_per_um.tolist()),
        y_f_y=tuple(found.frequency_share.tolist()),
        y_d_y=tuple(found.dose_share.tolist()),
        frequency_mean_kev_per_um=found.frequency_mean_kev_per_um,
        dose_mean_kev_per_um=found.dose_mean_kev_per_um,
    )


def track_assumptions(decaying: Scheme, *, radiations: tuple[str, ...]) -> list[str]:
    """Return what every track calculation in cells rests on, in words."""
    said = [_STRAIGHT]
    said.append(_RECOILS)
    if "recoil" not in radiations:
        said.append("The energy of recoils is told apart and not counted.")
    if "electron" in radiations:
        said.append(
            "Electrons go straight along their CSDA range (Cole's relation): how far they "
            "penetrate is overstated, and the dose to a cell from its own electrons understated."
        )
    if decaying.left_out:
        said.append(f"Not followed, as they live too long: {', '.join(decaying.left_out)}.")
    said.append("Photons leave the cells.")
    return said


def _assumptions(
    decaying: Scheme, run: CellRun, *, with_chain: bool, radiations: tuple[str, ...]
) -> tuple[str, ...]:
    said = track_assumptions(decaying, radiations=radiations)
    if with_chain and len(decaying.nuclides) > 1:
        said.insert(0, "Every daughter decays at the site of its parent.")
    if run.source == "surface" and "recoil" in radiations:
        said.append("Of the recoils on the membrane, half go into the cell.")
    return tuple(said)
