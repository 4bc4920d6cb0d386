r"""Where the points of one scan lie in another: rigid and deformable, with what is left over.

Both scans are averaged onto even grids of coarse voxels, and their square roots taken, which tames
hot spots. **Rigid**: coarse to fine, by the negative correlation of values (two SPECT of one tracer
look alike) or by mutual information (SPECT and CT do not), from the shift of their centres of mass
or from none, whichever matches better. **Deformable**, of two scans of one kind: after the rigid
match and after one histogram was matched to the other, by symmetric-force demons (Vercauteren et
al., NeuroImage 45 (2009) S61), a displacement that is smoothed by a Gaussian after every step; the
smoothing holds back a part of a move that only a small place makes.
Nothing is random, and one thread is used, so that the answer does not depend on their number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from scipy import ndimage

from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.geometry.image import Image
from alphatwin.geometry.resample import (
    Deformation,
    Rigid,
    resample_activity,
    resample_intensity,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.geometry.grid import Grid

Metric = Literal["correlation", "mutual_information"]

MATCHED_MM = 6.0
"""Voxels of the scans that are matched: a third of the resolution of SPECT."""
LEVELS = (4, 2, 1)
"""Shrinking of them at each level."""
SMOOTHING_MM = (16.0, 8.0, 4.0)
SAMPLED = 0.25
"""Share of the voxels of each level that are compared, evenly spread."""
STEPS = 60
DEMONS_STEPS = 40
BINS = 48
MOST_TURN_DEG = 30.0
"""A turn above this between two scans on a table is a failed match."""
LEAST_CORRELATION = 0.3
"""Correlation below which two scans of one tracer do not look alike."""


@dataclass(frozen=True, slots=True, eq=False)
class Registration:
    """How one scan lies in another.

    Attributes
    ----------
    transform
        From points of the fixed scan to points of the moving one.
    correlation_before, correlation_after
        Correlation of the square roots of both over coarse voxels of the fixed scan.
    shift_mm
        How far the centre of the fixed scan moves, along the patient's axes. (3,), [mm]
    """

    transform: Rigid | Deformation
    correlation_before: float
    correlation_after: float
    shift_mm: tuple[float, float, float]


def register_rigid(fixed: Image, *, moving: Image, metric: Metric = "correlation") -> Registration:
    """Return the rotation and shift from a fixed scan to a moving one; module docstring.

    Parameters
    ----------
    fixed, moving
        Scans of one patient.
    metric
        ``correlation`` for two scans of one kind, ``mutual_information`` for two kinds.

    Raises
    ------
    InvalidValueError
        If a scan is empty or has fewer than four voxels along an axis.
    NotSupportedError
        If no match was found that two scans of one patient can have.
    """
    sitk = _sitk()
    tamed = [_tamed(image) for image in (fixed, moving)]
    pair = [_image(one, sitk) for one in tamed]
    best: Any = None
    for start in _starts(pair[0], pair[1], sitk):
        method = _method(sitk, metric)
        method.SetInitialTransform(start, inPlace=False)
        method.SetOptimizerAsRegularStepGradientDescent(
            learningRate=4.0, minStep=1e-2, numberOfIterations=STEPS, relaxationFactor=0.5
        )
        method.SetOptimizerScalesFromPhysicalShift()
        found = method.Execute(*pair)
        value = method.GetMetricValue()
        if best is None or value < best[0]:
            best = (value, found)
    transform = _rigid(best[1], sitk)
    result = _with_correlation(tamed, transform, transform)
    if transform.angle_deg > MOST_TURN_DEG or (
        metric == "correlation" and result.correlation_after < LEAST_CORRELATION
    ):
        msg = (
            f"no match was found between the two scans: a turn of {transform.angle_deg:.0f} "
            f"degrees leaves a correlation of {result.correlation_after:.2f}; are they of one "
            "patient and region? State the shift, or draw the regions on each scan"
        )
        raise NotSupportedError(msg)
    return result


def register_deformable(
    fixed: Image, *, moving: Image, start: Rigid, stiffness_mm: float = 12.0
) -> Registration:
    """Return the displacement of every voxel of a fixed scan, after a rigid match.

    Parameters
    ----------
    fixed, moving
        Scans of one patient and of one kind.
    start
        Rigid match to begin from.
    stiffness_mm
        Standard deviation of the Gaussian that smooths the displacement. [mm]

    Raises
    ------
    InvalidValueError
        If a scan is empty or too small, or the displacement is not smoothed over half a voxel.
    """
    sitk = _sitk()
    tamed = [_tamed(image) for image in (fixed, moving)]
    voxel_mm = tamed[0].grid.slice_spacing_mm
    if not stiffness_mm > 0.5 * voxel_mm:
        msg = f"stiffness_mm must be more than {0.5 * voxel_mm:.3g} mm, got {stiffness_mm}"
        raise InvalidValueError(msg)
    still = _image(tamed[0], sitk)
    moved = sitk.Resample(_image(tamed[1], sitk), still, _as_sitk(start, sitk))
    demons = sitk.FastSymmetricForcesDemonsRegistrationFilter()
    demons.SetNumberOfIterations(DEMONS_STEPS)
    demons.SetStandardDeviations(stiffness_mm / voxel_mm)
    demons.SetNumberOfThreads(1)
    field = sitk.GetArrayFromImage(demons.Execute(still, sitk.HistogramMatching(moved, still)))
    coarse = Deformation(tamed[0].grid, _after_rigid(tamed[0].grid, field, start))
    return _with_correlation(tamed, coarse, _refined(fixed.grid, tamed[0].grid, field, start))


def _sitk() -> Any:
    """Return SimpleITK, whose functions bear no types."""
    import SimpleITK

    return SimpleITK


def _tamed(image: Image) -> Image:
    """Return an even copy of an image of coarse voxels: values to the square root."""
    grid = image.grid
    if min(grid.shape) < 4:
        msg = f"a scan to be matched needs four voxels along each axis, got {grid.shape}"
        raise InvalidValueError(msg)
    values = resample_activity(image, grid=_coarse(grid)).image.values
    low = min(0.0, float(values.min()))
    tamed = np.sqrt(values - np.float32(low)).astype(np.float32)
    if float(np.ptp(tamed)) == 0.0:
        msg = "a scan to be matched is empty"
        raise InvalidValueError(msg)
    return Image(_coarse(grid), tamed)


def _image(image: Image, sitk: Any) -> Any:
    grid = image.grid
    out = sitk.GetImageFromArray(image.values)
    out.SetSpacing((*map(float, grid.spacing_mm), grid.slice_spacing_mm))
    out.SetOrigin(tuple(float(v) for v in grid.origin_mm))
    out.SetDirection(tuple(float(v) for v in grid.axes.T.ravel()))
    return out


def _coarse(grid: Grid) -> Grid:
    """Return an even grid over the same box, with voxels of about MATCHED_MM."""
    edges = grid.slice_edges_mm
    sides = np.array([edges[-1] - edges[0], *(grid.spacing_mm[::-1] * grid.shape[1:])])
    shape = tuple(max(4, round(float(side) / MATCHED_MM)) for side in sides)
    spacing = sides / shape
    first = np.array(
        [
            -0.5 * grid.spacing_mm[0] + 0.5 * spacing[2],
            -0.5 * grid.spacing_mm[1] + 0.5 * spacing[1],
            edges[0] + 0.5 * spacing[0],
        ]
    )
    return type(grid).of_slices(
        shape=(shape[0], shape[1], shape[2]),
        origin_mm=grid.origin_mm + first @ grid.axes,
        axes=grid.axes,
        spacing_mm=(spacing[2], spacing[1]),
        slice_offsets_mm=np.arange(shape[0]) * spacing[0],
        thickness_mm=float(spacing[0]),
    )


def _method(sitk: Any, metric: Metric) -> Any:
    method = sitk.ImageRegistrationMethod()
    if metric == "correlation":
        method.SetMetricAsCorrelation()
    else:
        method.SetMetricAsMattesMutualInformation(numberOfHistogramBins=BINS)
    method.SetMetricSamplingStrategy(method.REGULAR)
    method.SetMetricSamplingPercentage(SAMPLED, 1)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetShrinkFactorsPerLevel(list(LEVELS))
    method.SetSmoothingSigmasPerLevel(list(SMOOTHING_MM))
    method.SmoothingSigmasAreSpecifiedInPhysicalUnitsOn()
    method.SetNumberOfThreads(1)
    return method


def _starts(fixed: Any, moving: Any, sitk: Any) -> list[Any]:
    """Return no shift, and that of the centres of mass."""
    middle = fixed.TransformContinuousIndexToPhysicalPoint([(n - 1) / 2.0 for n in fixed.GetSize()])
    still = sitk.Euler3DTransform()
    still.SetCenter(middle)
    moments = sitk.CenteredTransformInitializer(
        fixed,
        moving,
        sitk.Euler3DTransform(),
        sitk.CenteredTransformInitializerFilter.MOMENTS,
    )
    return [still, sitk.Euler3DTransform(moments)]


def _rigid(transform: Any, sitk: Any) -> Rigid:
    euler = sitk.Euler3DTransform(
        transform.GetNthTransform(0) if _is_many(transform) else transform
    )
    rotation = np.array(euler.GetMatrix()).reshape(3, 3)
    left, _, right = np.linalg.svd(rotation)  # to round-off, as a rotation must be
    rotation = left @ right
    centre, shift = np.array(euler.GetCenter()), np.array(euler.GetTranslation())
    return Rigid(rotation, centre + shift - rotation @ centre)


def _is_many(transform: Any) -> bool:
    return bool(transform.GetName() == "CompositeTransform")


def _as_sitk(rigid: Rigid, sitk: Any) -> Any:
    affine = sitk.AffineTransform(3)
    affine.SetMatrix(tuple(float(v) for v in rigid.rotation.ravel()))
    affine.SetTranslation(tuple(float(v) for v in rigid.shift_mm))
    return affine


def _after_rigid(grid: Grid, field: NDArray[np.float64], start: Rigid) -> NDArray[np.float32]:
    """Return the displacement that first follows the field and then the rigid match. [mm]."""
    position = grid.position_mm(np.moveaxis(np.indices(grid.shape), 0, -1))
    displacement: NDArray[np.float32] = (start.apply_mm(position + field) - position).astype(
        np.float32
    )
    return displacement


def _refined(grid: Grid, coarse: Grid, field: NDArray[np.float64], start: Rigid) -> Deformation:
    """Interpolate a field of coarse voxels linearly to all voxels, slice by slice."""
    out = np.empty((*grid.shape, 3), dtype=np.float32)
    rows, columns = np.indices(grid.shape[1:])
    for k in range(grid.shape[0]):
        position = grid.position_mm(np.stack([np.full(rows.shape, k), rows, columns], axis=-1))
        index = np.moveaxis(coarse.index_of(position), -1, 0)
        for axis in range(3):
            out[k, ..., axis] = ndimage.map_coordinates(
                field[..., axis], index, order=1, mode="nearest"
            )
        out[k] = start.apply_mm(position + out[k]) - position
    return Deformation(grid, out)


def _with_correlation(
    tamed: list[Image], coarse: Rigid | Deformation, transform: Rigid | Deformation
) -> Registration:
    fixed, moving = tamed
    before = resample_intensity(moving, grid=fixed.grid)
    after = resample_intensity(moving, grid=fixed.grid, transform=coarse)
    middle = fixed.grid.position_mm([(n - 1) / 2.0 for n in fixed.grid.shape])
    if isinstance(coarse, Rigid):
        moved = coarse.apply_mm(middle) - middle
    else:
        k, j, i = (n // 2 for n in fixed.grid.shape)
        moved = coarse.displacement_mm[k, j, i].astype(np.float64)
    return Registration(
        transform=transform,
        correlation_before=_correlation(fixed.values, before.values),
        correlation_after=_correlation(fixed.values, after.values),
        shift_mm=(float(moved[0]), float(moved[1]), float(moved[2])),
    )


def _correlation(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    x, y = (v.astype(np.float64).ravel() - float(v.mean(dtype=np.float64)) for v in (a, b))
    scale = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / scale if scale > 0.0 else 0.0
