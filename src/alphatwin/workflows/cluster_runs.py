"""Further runs of one treatment of a cluster: S values, a small site, less and more activity."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dose.cell import (
    SOURCES,
    TARGETS,
    control_probability,
    irradiate,
)
from alphatwin.report.spheroid_value import ClusterSValueRecord, CurvePoint
from alphatwin.workflows.cell import check_site

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from alphatwin.dose.cell import (
        Cluster,
        ClusterRun,
        EventSpectrum,
        Inactivation,
        Leaving,
        Medium,
        Scheme,
        SourceName,
        TargetName,
    )

    Floats = NDArray[np.float64]

_S_REPLICATES = 20
_STEP = 0.25  # of the activity, from point to point of a curve
_POINTS = 12
_SITE_DECAYS = 400_000.0  # in all cells, for the spectrum of a small site


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Treatment:
    """What is done to a cluster: everything but how often it is followed.

    Attributes
    ----------
    scheme, cluster, source, target, scored_radius_um, uptake, leaving, medium, radiations, seed,
    threads
        As of :func:`alphatwin.dose.cell.irradiate`.
    decays_per_cell
        Mean number of primary decays per cell.
    """

    scheme: Scheme
    cluster: Cluster
    source: SourceName
    target: TargetName
    scored_radius_um: float
    uptake: Floats | None
    leaving: Leaving | None
    medium: Medium | None
    radiations: tuple[str, ...]
    decays_per_cell: float
    seed: int
    threads: int | None

    def run(
        self,
        *,
        decays_per_cell: float | None = None,
        replicates: int = 10,
        site_radius_um: float | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> ClusterRun:
        """Follow the treatment, or one with other decays per cell. [um]."""
        wanted = self.decays_per_cell if decays_per_cell is None else decays_per_cell
        return irradiate(
            self.scheme,
            self.cluster,
            source=self.source,
            target=self.target,
            site_radius_um=site_radius_um,
            scored_radius_um=self.scored_radius_um,
            decays_per_cell=wanted,
            uptake=self.uptake,
            leaving=self.leaving,
            medium=self.medium,
            radiations=self.radiations,
            replicates=replicates,
            seed=self.seed,
            threads=self.threads,
            progress=progress,
        )

    def scaled(self, share: float) -> Treatment:
        """Return the treatment with so much of its activity, in cells and medium."""
        medium = self.medium
        if medium is not None:
            medium = replace(medium, decays_per_ml=medium.decays_per_ml * share)
        return replace(self, decays_per_cell=self.decays_per_cell * share, medium=medium)


def s_values(treatment: Treatment, *, decays: int) -> tuple[ClusterSValueRecord, ...]:
    """Return S values of nuclei and whole cells from every part of the cells, at even uptake.

    Parameters
    ----------
    treatment
        The cluster and what decays; its daughters leave or stay as they do there.
    decays
        Primary decays in each source.
    """
    shape = treatment.cluster.shape
    has_cytoplasm = shape.nucleus_radius_um < shape.radius_um
    per_cell = decays / treatment.cluster.n_cells / _S_REPLICATES
    rows = []
    for target in TARGETS:
        for source in SOURCES:
            if source == "cytoplasm" and not has_cytoplasm:
                continue
            even = replace(treatment, source=source, target=target, uptake=None, medium=None)
            found = even.run(decays_per_cell=per_cell, replicates=_S_REPLICATES).s_value()
            rows.append(
                ClusterSValueRecord(
                    target=target,
                    source=source,
                    self_gy_per_bq_s=found.self_gy_per_bq_s,
                    self_standard_error_gy_per_bq_s=found.self_standard_error_gy_per_bq_s,
                    cross_gy_per_bq_s=found.cross_gy_per_bq_s,
                    cross_standard_error_gy_per_bq_s=found.cross_standard_error_gy_per_bq_s,
                )
            )
    return tuple(rows)


def site_events(treatment: Treatment, *, site_um: float) -> EventSpectrum:
    """Return the events of alphas in a sphere of a diameter in the middle of every target. [um].

    Raises
    ------
    InvalidValueError
        If the site is smaller than 2 um or larger than the target.
    """
    check_site(site_um)
    alone = replace(treatment, radiations=("alpha",))
    planned = treatment.decays_per_cell * treatment.cluster.n_cells
    if planned > 0.0:
        alone = alone.scaled(_SITE_DECAYS / planned)
    return alone.run(replicates=1, site_radius_um=0.5 * site_um).all_events


def curve(treatment: Treatment, *, answer: Inactivation) -> tuple[CurvePoint, ...]:
    """Return what lives after less and more activity, up to three times as much.

    Decays are Poisson, so that independent treatments of a part of the activity add up to one of
    their sum: each point adds one to those below it.
    """
    part = replace(treatment.scaled(_STEP), seed=treatment.seed + 1)
    z_gy = np.cumsum(part.run(replicates=_POINTS).replicate_z_gy, axis=0)
    points = []
    for i, row in enumerate(z_gy):
        ratio = (i + 1) * _STEP
        mean_gy = float(row.mean())
        points.append(
            CurvePoint(
                activity_ratio=ratio,
                decays_per_cell=ratio * treatment.decays_per_cell,
                mean_dose_gy=mean_gy,
                surviving_fraction=float(answer.survival(row).mean()),
                at_mean_dose=float(answer.survival(mean_gy)),
                control_probability=control_probability(row[None, :], inactivation=answer),
            )
        )
    return tuple(points)
