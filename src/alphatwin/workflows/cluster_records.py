"""From a run of a cluster of cells to the values of its report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dose.cell import (
    ClusterRun,
    Inactivation,
    control_probability,
    relative_effectiveness,
    survival_by_hits,
)
from alphatwin.report.spheroid_value import (
    ClusterRecord,
    HitRecord,
    MemberPlaces,
    Slice,
    SurvivalRecord,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.files.cluster_file import ClusterSpecification

    Floats = NDArray[np.float64]

_DVH_POINTS = 201
_MOST_HITS = 20


def dose_volume(z_gy: Floats) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return specific energies and the share of the cells with at least as much. [Gy]."""
    dvh_z = np.linspace(0.0, float(z_gy.max()), _DVH_POINTS)
    ordered = np.sort(z_gy.ravel())
    share = 1.0 - np.searchsorted(ordered, dvh_z, side="left") / ordered.size
    return tuple(dvh_z.tolist()), tuple(share.tolist())


def survival_record(
    specification: ClusterSpecification, run: ClusterRun, answer: Inactivation
) -> SurvivalRecord:
    """Return what lives after a run, and the RBE of it if a reference is told."""
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
            f"exp(-a z - b z^2) of each {specification.cell.target}, "
            f"a = {answer.linear_per_gy:.4g} /Gy, b = {answer.quadratic_per_gy2:.4g} /Gy^2"
        ),
        surviving_fraction=lives,
        at_mean_dose=float(answer.survival(mean_gy)),
        control_probability=control_probability(z_gy, inactivation=answer),
        reference_dose_gy=reference_gy,
        rbe=rbe,
    )


def hit_records(run: ClusterRun, answer: Inactivation | None) -> tuple[HitRecord, ...]:
    """Return the cells by the number of alphas that hit their target."""
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


def place_records(run: ClusterRun) -> tuple[MemberPlaces, ...]:
    """Return where members of the chain decay, per decay of the parent."""
    shares = run.places / max(float(run.decays.sum()), 1.0)
    return tuple(
        MemberPlaces(nuclide=name, at_site=float(a), inside=float(b), outside=float(c))
        for name, (a, b, c) in zip(run.scheme.nuclides, shares, strict=True)
    )


def cluster_record(specification: ClusterSpecification, run: ClusterRun) -> ClusterRecord:
    """Return the cells as a report tells of them."""
    told, cluster = specification.cluster, run.cluster
    return ClusterRecord(
        kind=told.kind,
        packing=told.packing,
        target=specification.cell.target,
        n_scored=run.scored.size,
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


def slice_record(run: ClusterRun) -> Slice:
    """Return the scored cells near the middle plane. [um]."""
    centres = run.cluster.centres_um[run.scored]
    near = np.abs(centres[:, 2]) < run.cluster.shape.radius_um
    return Slice(
        x_um=tuple(np.round(centres[near, 0], 3).tolist()),
        y_um=tuple(np.round(centres[near, 1], 3).tolist()),
        z_gy=tuple(run.replicate_z_gy[0, near].tolist()),
    )
