"""Doses between the labels of an image at the scale of micrometres: histology, autoradiography.

Every voxel belongs to one label, a whole number with any meaning: nuclei, cytoplasm, lumen,
tubules, marrow spaces. Decays are even over the voxels of the source labels, and what tracks leave
in every label is scored (docs/theory-cells.md, eq. C11). All is water of unit density.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphatwin.dose.cell.batches import run_batches, usable_threads
from alphatwin.dose.cell.shapes import (
    CELL_RADIATIONS,
    COUNTED_RADIATIONS,
    JOULE_PER_KEV,
    KG_PER_UM3,
    check_radiations,
)
from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from alphatwin.dose.cell.scheme import Scheme

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_BATCHES = 20
MOST_VOXELS = 2**31 - 1
MOST_LABELS = 10_000_000


@dataclass(frozen=True, slots=True, eq=False)
class LabelImage:
    """Labels on an even grid.

    Attributes
    ----------
    labels
        Label of every voxel, from 0 in the order of ``names``. (nx, ny, nz)
    names
        The labels as they were given, ascending. (n,)
    voxel_um
        Sides of a voxel. [um]
    voxels
        Number of voxels of each label. (n,)
    """

    labels: NDArray[np.int32]
    names: tuple[int, ...]
    voxel_um: tuple[float, float, float]
    voxels: Integers

    def mass_kg(self) -> Floats:
        """Return the mass of each label. (n,) [kg]."""
        return np.asarray(self.voxels * (math.prod(self.voxel_um) * KG_PER_UM3))

    def index(self, name: int) -> int:
        """Return the row of a label, or raise InvalidValueError if the image has none of it."""
        if name not in self.names:
            shown = ", ".join(str(n) for n in self.names[:20])
            msg = f"label {name} is not in the image; it has {shown}"
            raise InvalidValueError(msg)
        return self.names.index(name)


@dataclass(frozen=True, slots=True, eq=False)
class LabelRun:
    """What decays in some labels leave in every label.

    Attributes
    ----------
    image, scheme
        The labels, and what decayed.
    histories
        Primary decays that were followed.
    energy_kev_per_decay
        Mean energy by batch, label and radiation. (n_batches, n_labels, 3) [keV]
    hits_per_decay
        Alphas per primary decay that leave energy in each label. (n_labels,)
    """

    image: LabelImage
    scheme: Scheme
    histories: int
    energy_kev_per_decay: Floats
    hits_per_decay: Floats

    def s_value_gy_per_bq_s(
        self, target: int, *, radiations: tuple[str, ...] = COUNTED_RADIATIONS
    ) -> tuple[float, float]:
        """Return the mean dose to a label per decay, and its standard error. [Gy/(Bq s)]."""
        row = self.image.index(target)
        kept = [CELL_RADIATIONS.index(name) for name in check_radiations(radiations)]
        per_batch = self.energy_kev_per_decay[:, row, :][:, kept].sum(axis=1)
        values = per_batch * (JOULE_PER_KEV / self.image.mass_kg()[row])
        return float(values.mean()), float(values.std(ddof=1) / math.sqrt(values.size))


def label_image(voxel_labels: ArrayLike, *, voxel_um: float | Sequence[float]) -> LabelImage:
    """Return an image of labels.

    Parameters
    ----------
    voxel_labels
        Whole numbers in two or three dimensions; a flat one is one voxel thick.
    voxel_um
        Side of a voxel, or its sides along the axes. [um]

    Raises
    ------
    InvalidValueError
        If the array holds no whole numbers, is empty, or has another number of dimensions; or if
        a side is not positive.
    """
    given = np.asarray(voxel_labels)
    if not np.issubdtype(given.dtype, np.integer):
        msg = (
            f"a label image holds whole numbers, got an array of {given.dtype}; "
            "round it to labels first, if that is what it means"
        )
        raise InvalidValueError(msg)
    if given.ndim not in {2, 3} or given.size == 0 or given.size > MOST_VOXELS:
        msg = (
            f"a label image has 2 or 3 dimensions and 1 to {MOST_VOXELS} voxels, "
            f"got shape {given.shape}"
        )
        raise InvalidValueError(msg)
    sides = np.broadcast_to(np.asarray(voxel_um, dtype=np.float64), (3,))
    if not np.all((sides > 0.0) & np.isfinite(sides)):
        msg = f"voxel_um must be finite and above 0 um, got {sides.tolist()}"
        raise InvalidValueError(msg)
    cube = given.reshape(*given.shape, 1) if given.ndim == 2 else given
    names, compact, voxels = np.unique(cube, return_inverse=True, return_counts=True)
    if names.size > MOST_LABELS:
        msg = f"a label image has at most {MOST_LABELS} labels, got {names.size}"
        raise InvalidValueError(msg)
    return LabelImage(
        labels=np.ascontiguousarray(compact.reshape(cube.shape), dtype=np.int32),
        names=tuple(int(name) for name in names),
        voxel_um=(float(sides[0]), float(sides[1]), float(sides[2])),
        voxels=voxels.astype(np.int64),
    )


def irradiate_labels(
    scheme: Scheme,
    image: LabelImage,
    *,
    sources: Sequence[int] = (),
    activity_weights: ArrayLike | None = None,
    histories: int = 1_000_000,
    radiations: tuple[str, ...] = COUNTED_RADIATIONS,
    is_periodic: bool = False,
    seed: int = 1,
    threads: int | None = None,
) -> LabelRun:
    """Follow decays that are even over the voxels of some labels, or as an image tells.

    Parameters
    ----------
    scheme, image
        What decays, and where.
    sources
        Labels that hold activity, at one concentration.
    activity_weights
        Activity of every voxel in any unit, as of an autoradiography, in place of labels. (nx, ny,
        nz)
    histories
        Primary decays, rounded up to a multiple of 20.
    radiations
        Radiation types; electrons are not followed if they are not among them.
    is_periodic
        Whether the image repeats on all sides; else what leaves it is lost.
    seed, threads
        Seed of the random streams, and number of threads, which changes no number.

    Raises
    ------
    InvalidValueError
        If a label is not in the image, or a number is out of its range.
    """
    check_radiations(radiations)
    if histories < _BATCHES:
        msg = f"histories must be at least {_BATCHES}, got {histories}"
        raise InvalidValueError(msg)
    voxels, cumulative = _source_voxels(image, sources, activity_weights)
    size = -(-histories // _BATCHES)
    shape = (len(image.names), 3)
    tallies = [
        (np.zeros(shape, dtype=np.int64), np.zeros(shape[0], dtype=np.int64))
        for _ in range(_BATCHES)
    ]

    def one(batch: int, tally: tuple[Integers, Integers]) -> None:
        from alphatwin.dose.cell.kernel_label import run_labels
        from alphatwin.dose.cell.random_streams import new_stream

        run_labels(
            scheme.arrays,
            image.labels,
            image.voxel_um,
            is_periodic,
            voxels,
            cumulative,
            new_stream(seed, "labels"),
            batch * size,
            size,
            "electron" in radiations,
            *tally,
        )

    run_batches(one, n_batches=_BATCHES, tallies=tallies, threads=usable_threads(threads))
    from alphatwin.dose.cell.kernel_track import QUANTA_PER_KEV

    return LabelRun(
        image=image,
        scheme=scheme,
        histories=size * _BATCHES,
        energy_kev_per_decay=np.stack([e for e, _ in tallies]) / (QUANTA_PER_KEV * size),
        hits_per_decay=np.sum([h for _, h in tallies], axis=0) / (size * _BATCHES),
    )


def activity_shares(image: LabelImage, activity_weights: ArrayLike) -> Floats:
    """Return the share of the activity of every voxel. (nx, ny, nz) [1].

    Raises
    ------
    InvalidValueError
        If the activity holds no numbers, is not of the shape of the image, is negative, not
        finite or nowhere.
    """
    told = np.asarray(activity_weights)
    if told.dtype.kind not in "uif":
        msg = f"activity must hold numbers, got an array of {told.dtype}"
        raise InvalidValueError(msg)
    given = told.astype(np.float64)
    if given.ndim == 2:
        given = given.reshape(*given.shape, 1)
    if given.shape != image.labels.shape:
        msg = f"activity must have the shape of the labels, {image.labels.shape}, got {given.shape}"
        raise InvalidValueError(msg)
    if not (np.all((given >= 0.0) & np.isfinite(given)) and np.any(given > 0.0)):
        msg = "activity must be finite and >= 0 in every voxel, and above 0 in some"
        raise InvalidValueError(msg)
    return np.asarray(given / given.sum())


def _source_voxels(
    image: LabelImage, sources: Sequence[int], activity: ArrayLike | None
) -> tuple[Integers, Floats]:
    """Return the voxels that hold activity, and their cumulative shares unless they are alike."""
    rows = [image.index(name) for name in dict.fromkeys(sources)]
    if bool(rows) == (activity is not None):
        msg = "sources need at least one label, or an activity of every voxel in their place"
        raise InvalidValueError(msg)
    if activity is None:
        return np.flatnonzero(np.isin(image.labels.ravel(), rows)).astype(np.int64), np.zeros(0)
    shares = activity_shares(image, activity).ravel()
    voxels = np.flatnonzero(shares > 0.0).astype(np.int64)
    return voxels, np.cumsum(shares[voxels])
