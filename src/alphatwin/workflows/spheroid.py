"""A spheroid or a monolayer of cells under decays, as a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dose.cell import (
    CellShape,
    Cluster,
    ClusterRun,
    EventSpectrum,
    Inactivation,
    Leaving,
    Scheme,
    Uptake,
    control_probability,
    irradiate,
    monolayer,
    relative_effectiveness,
    relative_uptake,
    scheme,
    spheroid,
    survival_by_hits,
)
from alphatwin.errors import InvalidValueError
from alphatwin.files.cluster_file import read_dose_report
from alphatwin.report.spheroid_value import (
    ClusterRecord,
    ExposureRecord,
    HitRecord,
    MemberPlaces,
    Slice,
    SpheroidReport,
    SurvivalRecord,
)
from alphatwin.version import __version__
from alphatwin.workflows.cell import lineal_record, spectrum_record, track_assumptions
from alphatwin.workflows.cell_exposure import Exposure, exposure_of_region

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from alphatwin.files.cluster_file import ClusterSpecification

_DVH_POINTS = 201
_MOST_HITS = 20


def spheroid_report(
    specification: ClusterSpecification,
    *,
    folder: Path,
    seed: int = 1,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> SpheroidReport:
    """Return what decays in a cluster of cells do to their nuclei.

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

    def followed(decays_per_cell: float) -> ClusterRun:
        return irradiate(
            decaying,
            cluster,
            source=specification.uptake.source,
            decays_per_cell=decays_per_cell,
            uptake=relative_uptake(cluster, uptake=_uptake(specification), seed=seed),
            leaving=_leaving(specification),
            radiations=tuple(specification.nuclide.radiations),
            replicates=specification.exposure.replicates,
            seed=seed,
            threads=threads,
            progress=progress,
        )

    answer = _inactivation(specification)
    run = followed(exposure.decays_per_cell)
    ends: list[float | None] = [None, None]
    if answer is not None and exposure.low is not None and exposure.high is not None:
        ends = [
            float(answer.survival(followed(decays).replicate_z_gy).mean())
            for decays in (exposure.low, exposure.high)
        ]
    return _report(specification, run, exposure=exposure, answer=answer, ends=ends, seed=seed)


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
    run: ClusterRun,
    *,
    exposure: Exposure,
    answer: Inactivation | None,
    ends: list[float | None],
    seed: int,
) -> SpheroidReport:
    z_gy = run.replicate_z_gy
    both = EventSpectrum(run.events[0].bin_kev, run.events[0].counts + run.events[1].counts)
    top = float(z_gy.max())
    dvh_z = np.linspace(0.0, top, _DVH_POINTS)
    ordered = np.sort(z_gy.ravel())
    dvh = 1.0 - np.searchsorted(ordered, dvh_z, side="left") / ordered.size
    told = specification.nuclide
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
        seed=seed,
        cluster=_cluster_record(specification, run.cluster),
        exposure=ExposureRecord(
            decays_per_cell=exposure.decays_per_cell,
            low=exposure.low,
            high=exposure.high,
            surviving_fraction_at_low=ends[0],
            surviving_fraction_at_high=ends[1],
            agent=exposure.agent,
            region=exposure.region,
        ),
        replicates=int(run.decays.size),
        is_partial=run.is_partial,
        mean_dose_gy=float(z_gy.mean()),
        relative_standard_error=run.relative_standard_error,
        s_value_gy_per_bq_s=run.mean_gy_per_bq_s,
        parts_gy_per_bq_s=run.parts_gy_per_bq_s,
        recoil_gy_per_bq_s=run.recoil_gy_per_bq_s,
        mean_hits=float(run.replicate_hits.mean()),
        unhit_share=float((run.replicate_hits == 0).mean()),
        places=_places(run),
        hits=_hits(run, answer),
        survival=None if answer is None else _survival(specification, run, answer),
        single_event=spectrum_record(both, mass_kg=run.target_mass_kg),
        lineal_energy=lineal_record(both, radius_um=run.cluster.shape.nucleus_radius_um),
        dvh_z_gy=tuple(dvh_z.tolist()),
        dvh_share=tuple(dvh.tolist()),
        slice=_slice(run),
        assumptions=tuple(_assumptions(specification, run, exposure)),
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


def _inactivation(specification: ClusterSpecification) -> Inactivation | None:
    told = specification.survival
    if told is None:
        return None
    if told.z0 is not None:
        return Inactivation.from_z0(told.z0)
    return Inactivation(told.alpha_per_gy or 0.0, told.beta_per_gy2)


def _survival(
    specification: ClusterSpecification, run: ClusterRun, answer: Inactivation
) -> SurvivalRecord:
    z_gy = run.replicate_z_gy
    lives = float(answer.survival(z_gy).mean())
    mean_gy = float(z_gy.mean())
    told = specification.survival
    reference_gy = rbe = None
    if told is not None and told.reference_alpha_per_gy is not None and 0.0 < lives < 1.0:
        reference = Inactivation(told.reference_alpha_per_gy, told.reference_beta_per_gy2)
        rbe = relative_effectiveness(lives, absorbed_dose_gy=mean_gy, reference=reference)
        reference_gy = rbe * mean_gy
    return SurvivalRecord(
        model=(
            f"exp(-a z - b z^2) of each nucleus, a = {answer.linear_per_gy:.4g} /Gy, "
            f"b = {answer.quadratic_per_gy2:.4g} /Gy^2"
        ),
        surviving_fraction=lives,
        at_mean_dose=float(answer.survival(mean_gy)),
        control_probability=control_probability(z_gy, inactivation=answer),
        reference_dose_gy=reference_gy,
        rbe=rbe,
    )


def _hits(run: ClusterRun, answer: Inactivation | None) -> tuple[HitRecord, ...]:
    rows = survival_by_hits(
        run.replicate_z_gy,
        run.replicate_hits,
        inactivation=answer or Inactivation(0.0),
        most=_MOST_HITS,
    )
    return tuple(
        HitRecord(
            hits=row.hits,
            cells_share=row.cells_share,
            mean_z_gy=row.mean_z_gy,
            survival=None if answer is None else row.survival,
        )
        for row in rows
    )


def _places(run: ClusterRun) -> tuple[MemberPlaces, ...]:
    shares = run.places / max(float(run.decays.sum()), 1.0)
    return tuple(
        MemberPlaces(nuclide=name, at_site=float(a), inside=float(b), outside=float(c))
        for name, (a, b, c) in zip(run.scheme.nuclides, shares, strict=True)
    )


def _cluster_record(specification: ClusterSpecification, cluster: Cluster) -> ClusterRecord:
    told = specification.cluster
    return ClusterRecord(
        kind=told.kind,
        packing=told.packing,
        extent_um=cluster.radius_um * (2.0 if cluster.is_monolayer else 1.0),
        n_cells=cluster.n_cells,
        cell_radius_um=cluster.shape.radius_um,
        nucleus_radius_um=cluster.shape.nucleus_radius_um,
        cell_fraction=cluster.cell_fraction,
        source=specification.uptake.source,
        labelled_fraction=specification.uptake.labelled_fraction,
        lognormal_sd=specification.uptake.lognormal_sd,
        penetration_um=specification.uptake.penetration,
    )


def _slice(run: ClusterRun) -> Slice:
    centres = run.cluster.centres_um
    near = np.abs(centres[:, 2]) < run.cluster.shape.radius_um
    return Slice(
        x_um=tuple(np.round(centres[near, 0], 3).tolist()),
        y_um=tuple(np.round(centres[near, 1], 3).tolist()),
        z_gy=tuple(run.replicate_z_gy[0, near].tolist()),
    )


def _assumptions(
    specification: ClusterSpecification, run: ClusterRun, exposure: Exposure
) -> list[str]:
    said = track_assumptions(run.scheme, radiations=tuple(specification.nuclide.radiations))
    if specification.daughters is None:
        said.insert(0, "Every daughter decays at the site of its parent.")
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
    if run.cluster.is_monolayer:
        said.append("Decays in the medium over the monolayer are not in it.")
    return said
