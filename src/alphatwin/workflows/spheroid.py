"""A spheroid or a monolayer of cells under decays, as a report."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dose.cell import (
    CellShape,
    Cluster,
    ClusterRun,
    Inactivation,
    KineticModel,
    Leaving,
    Medium,
    Scheme,
    Uptake,
    monolayer,
    relative_uptake,
    scheme,
    spheroid,
)
from alphatwin.errors import InvalidValueError
from alphatwin.files.cluster_file import read_dose_report
from alphatwin.nuclides import nuclide
from alphatwin.report.spheroid_value import ExposureRecord, MediumRecord, SpheroidReport
from alphatwin.version import __version__
from alphatwin.workflows.cell import lineal_record, spectrum_record, track_assumptions
from alphatwin.workflows.cell_exposure import Exposure, exposure_of_region
from alphatwin.workflows.cluster_records import (
    cluster_record,
    dose_volume,
    hit_records,
    place_records,
    slice_record,
    survival_record,
)
from alphatwin.workflows.cluster_runs import Treatment, curve, s_values, site_events

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from alphatwin.dose.cell import EventSpectrum
    from alphatwin.files.cluster_file import ClusterSpecification
    from alphatwin.report.spheroid_value import ClusterSValueRecord, CurvePoint


def spheroid_report(
    specification: ClusterSpecification,
    *,
    folder: Path,
    seed: int = 1,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> SpheroidReport:
    """Return what decays in a cluster of cells do to them.

    Parameters
    ----------
    specification
        The file.
    folder
        Where the dose report that it names is looked for.
    seed, threads
        Seed of every random stream, and number of threads, which changes no number.
    progress
        Called with the decays that are done and those that are planned.

    Raises
    ------
    CourseError
        If the dose report cannot be read.
    DataError, InvalidValueError, NotSupportedError
        If the nuclide, the geometry or the exposure is impossible.
    """
    cluster = cluster_of(specification, seed=seed)
    exposure = _exposure(specification, cluster, folder=folder)
    decaying = _scheme(specification, exposure)
    treatment = Treatment(
        scheme=decaying,
        cluster=cluster,
        source=specification.uptake.source,
        target=specification.cell.target,
        scored_radius_um=(
            math.inf
            if specification.cluster.scored_radius is None
            else specification.cluster.scored_radius
        ),
        uptake=relative_uptake(cluster, uptake=_uptake(specification), seed=seed),
        leaving=_leaving(specification),
        medium=_medium(specification, decaying),
        radiations=tuple(specification.nuclide.radiations),
        decays_per_cell=exposure.decays_per_cell,
        seed=seed,
        threads=threads,
    )
    answer = _inactivation(specification, decaying)
    run = treatment.run(replicates=specification.exposure.replicates, progress=progress)
    return _report(specification, treatment, run, exposure=exposure, answer=answer)


def cluster_of(specification: ClusterSpecification, *, seed: int) -> Cluster:
    """Return the cells of a specification; errors as of :func:`alphatwin.dose.cell.spheroid`."""
    told = specification.cluster
    shape = CellShape(
        radius_um=specification.cell.radius, nucleus_radius_um=specification.cell.nucleus_radius
    )
    if told.kind == "monolayer":
        return monolayer(
            shape,
            side_um=told.side or 0.0,
            packing=told.packing,
            spacing_um=told.spacing,
            cell_fraction=told.cell_fraction,
            seed=seed,
        )
    return spheroid(
        shape,
        radius_um=told.radius or 0.0,
        packing=told.packing,
        spacing_um=told.spacing,
        cell_fraction=told.cell_fraction,
        necrotic_radius_um=told.necrotic_radius or 0.0,
        seed=seed,
    )


def _report(
    specification: ClusterSpecification,
    treatment: Treatment,
    run: ClusterRun,
    *,
    exposure: Exposure,
    answer: Inactivation | None,
) -> SpheroidReport:
    z_gy = run.replicate_z_gy
    told = specification.nuclide
    dvh_z_gy, dvh_share = dose_volume(z_gy)
    more = _further(specification, treatment, run, exposure=exposure, answer=answer)
    return SpheroidReport(
        schema=1,
        kind="spheroid",
        program_version=__version__,
        specification_sha256=specification.sha256,
        nuclide=run.scheme.parent,
        with_chain=told.chain,
        decay_data=told.decay_data,
        stopping=told.stopping,
        radiations=tuple(told.radiations),
        seed=treatment.seed,
        cluster=cluster_record(specification, run),
        exposure=_exposure_record(exposure, more.ends),
        replicates=int(run.decays.size),
        is_partial=more.is_partial,
        mean_dose_gy=float(z_gy.mean()),
        relative_standard_error=run.relative_standard_error,
        s_value_gy_per_bq_s=run.mean_gy_per_bq_s if run.decays.sum() else None,
        parts_gy_per_bq_s=run.parts_gy_per_bq_s,
        recoil_gy_per_bq_s=run.recoil_gy_per_bq_s,
        s_values=more.s_values,
        medium=_medium_record(treatment, run),
        mean_hits=float(run.replicate_hits.mean()),
        unhit_share=float((run.replicate_hits == 0).mean()),
        places=place_records(run),
        hits=hit_records(run, answer),
        survival=None if answer is None else survival_record(specification, run, answer),
        curve=more.curve,
        single_event=spectrum_record(run.all_events, mass_kg=run.target_mass_kg),
        lineal_energy=lineal_record(more.in_site, radius_um=0.5 * more.site_um),
        dvh_z_gy=dvh_z_gy,
        dvh_share=dvh_share,
        slice=slice_record(run),
        assumptions=tuple(_assumptions(specification, run, exposure)),
    )


@dataclass(slots=True, kw_only=True)
class _Further:
    """What further runs say; as far as they went when they were interrupted."""

    site_um: float
    in_site: EventSpectrum
    is_partial: bool
    ends: tuple[float | None, float | None] = (None, None)
    curve: tuple[CurvePoint, ...] = ()
    s_values: tuple[ClusterSValueRecord, ...] = ()


def _further(
    specification: ClusterSpecification,
    treatment: Treatment,
    run: ClusterRun,
    *,
    exposure: Exposure,
    answer: Inactivation | None,
) -> _Further:
    more = _Further(
        site_um=2.0 * run.target_radius_um, in_site=run.all_events, is_partial=run.is_partial
    )
    if run.is_partial:
        return more
    try:
        if specification.lineal_energy is not None:
            site_um = specification.lineal_energy.site
            more.in_site = site_events(treatment, site_um=site_um)
            more.site_um = site_um
        if answer is not None and exposure.low is not None and exposure.high is not None:
            low, high = (treatment.run(decays_per_cell=n) for n in (exposure.low, exposure.high))
            more.ends = (_living(low, answer), _living(high, answer))
        if answer is not None:
            more.curve = curve(treatment, answer=answer)
        if specification.s_values is not None:
            more.s_values = s_values(treatment, decays=specification.s_values.decays)
    except KeyboardInterrupt:
        more.is_partial = True
    return more


def _living(run: ClusterRun, answer: Inactivation) -> float:
    return float(answer.survival(run.replicate_z_gy).mean())


def _exposure_record(exposure: Exposure, ends: tuple[float | None, float | None]) -> ExposureRecord:
    return ExposureRecord(
        decays_per_cell=exposure.decays_per_cell,
        low=exposure.low,
        high=exposure.high,
        surviving_fraction_at_low=ends[0],
        surviving_fraction_at_high=ends[1],
        agent=exposure.agent,
        region=exposure.region,
        region_absorbed_dose_gy=exposure.region_absorbed_dose_gy,
    )


def _medium_record(treatment: Treatment, run: ClusterRun) -> MediumRecord | None:
    medium = treatment.medium
    if medium is None:
        return None
    return MediumRecord(
        decays_per_ml=medium.decays_per_ml,
        depth_um=medium.depth_um,
        mean_dose_gy=run.medium_gy,
        mean_hits=float(run.hits[:, 2].mean()) / run.decays.size,
    )


def _scheme(specification: ClusterSpecification, exposure: Exposure) -> Scheme:
    told = specification.nuclide
    decaying = scheme(
        told.name, with_chain=told.chain, decay_data=told.decay_data, stopping=told.stopping
    )
    if exposure.nuclide is not None and exposure.nuclide != decaying.parent:
        msg = (
            f"nuclide.name is {decaying.parent}, but {exposure.agent} carries {exposure.nuclide}: "
            "name that one"
        )
        raise InvalidValueError(msg)
    return decaying


def _exposure(specification: ClusterSpecification, cluster: Cluster, *, folder: Path) -> Exposure:
    told = specification.exposure
    if told.decays_per_cell is not None:
        return Exposure(decays_per_cell=told.decays_per_cell)
    report = read_dose_report(folder / (told.report or ""))
    return exposure_of_region(
        report, agent=told.agent or "", region=told.region or "", cluster=cluster
    )


def _uptake(specification: ClusterSpecification) -> Uptake:
    told = specification.uptake
    return Uptake(
        labelled_fraction=told.labelled_fraction,
        lognormal_sd=told.lognormal_sd,
        penetration_um=np.inf if told.penetration is None else told.penetration,
    )


def _leaving(specification: ClusterSpecification) -> Leaving | None:
    told = specification.daughters
    if told is None:
        return None
    return Leaving(
        escape_probability=told.escape,
        diffusion_cm2_per_s=told.diffusion_cm2_per_s,
        internalised_fraction=told.internalised_fraction,
    )


def _medium(specification: ClusterSpecification, decaying: Scheme) -> Medium | None:
    """Return the medium: activity that is there at the start and decays over the exposure."""
    told = specification.medium
    if told is None:
        return None
    rate = nuclide(
        decaying.parent, decay_data=specification.nuclide.decay_data
    ).decay_constant_per_s
    decays_per_ml = told.concentration * -math.expm1(-rate * told.duration) / rate
    return Medium(decays_per_ml=decays_per_ml, depth_um=told.depth)


def _inactivation(specification: ClusterSpecification, decaying: Scheme) -> Inactivation | None:
    told = specification.survival
    if told is None:
        return None
    if told.z0 is not None:
        return Inactivation.from_z0(told.z0)
    if told.domain_radius is None:
        return Inactivation(told.alpha_per_gy or 0.0, told.beta_per_gy2)
    model = KineticModel(
        linear_per_gy=told.alpha_per_gy or 0.0,
        quadratic_per_gy2=told.beta_per_gy2,
        domain_radius_um=told.domain_radius,
        nucleus_radius_um=specification.cell.nucleus_radius,
    )
    return model.chain_inactivation(decaying, stopping=specification.nuclide.stopping)


def _assumptions(
    specification: ClusterSpecification, run: ClusterRun, exposure: Exposure
) -> list[str]:
    said = track_assumptions(run.scheme, radiations=tuple(specification.nuclide.radiations))
    if specification.exposure.decays_per_cell == 0.0:
        said.insert(0, "Cells hold no activity of their own.")
    elif specification.daughters is None:
        said.insert(0, "Every daughter decays at the site of its parent in the cell.")
    else:
        said.insert(
            0,
            "Daughters that are set free diffuse until they decay, and nothing else moves or "
            "holds them; small ions have 1e-5 cm2/s where the file gives no coefficient.",
        )
    if exposure.region is not None:
        said.append(
            f"All activity of {exposure.region} is in cells such as these, evenly over the region; "
            "a region is the same everywhere."
        )
    if run.scored.size < run.cluster.n_cells:
        said.append(
            f"Of {run.cluster.n_cells} cells, {run.scored.size} in the middle are scored; the "
            "others irradiate them, and control is that of the scored ones alone."
        )
    elif exposure.region is not None:
        said.append(
            "The model ends at its surface: alphas from the tissue around it are missing. With "
            "cluster.scored_radius, cells in the middle of a larger model are scored."
        )
    if specification.medium is not None:
        said.append(
            "The medium is mixed and fills all that is not cell up to its depth; its activity is "
            "there from the start and decays, its daughters as often as the parent makes them, "
            "each at a place of its own. Its alphas are followed and its electrons are not."
        )
    elif run.cluster.is_monolayer:
        said.append("Decays in the medium over the monolayer are not in it.")
    if specification.survival is not None and specification.survival.domain_radius is not None:
        said.append(
            "Survival is that of the microdosimetric-kinetic model, its alphas met at all "
            "energies of their slowing down."
        )
    return said
