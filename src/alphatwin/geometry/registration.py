r"""Where the points of one scan lie in another: rigid and deformable, with what is left over.

Both scans are averaged onto even grids of coarse voxels and matched coarse to fine: rigidly by the
negative correlation of their values (two SPECT of one tracer look alike) or by mutual information
(SPECT and CT do not), from the shift of their centres of mass or from none, whichever matches
better; deformably by cubic B-splines on a mesh. Every voxel is taken, so that nothing is random,
and on one thread, so that the answer does not depend on their number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from alphatwin.errors import InvalidValueError, NotSupportedError
from alphatwin.geometry.resample import (
    Deformation,
    Rigid,
    resample_activity,
    resample_intensity,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from alphatwin.geometry.grid import Grid
    from alphatwin.geometry.image import Image

Metric = Literal["correlation", "mutual_information"]

MATCHED_MM = 5.0
"""Voxels of the scans that are matched: a third of the resolution of SPECT."""
LEVELS = (4, 2, 1)
"""Shrinking of them at each level."""
SMOOTHING_MM = (16.0, 8.0, 4.0)
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
        Correlation of the values of both over the fixed grid, before and after.
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
    pair = [_for_matching(image, sitk) for image in (fixed, moving)]
    best: Any = None
    for start in _starts(pair[0], pair[1], sitk):
        method = _method(sitk, metric)
        method.SetInitialTransform(start, inPlace=False)
        method.SetOptimizerAsRegularStepGradientDescent(
            learningRate=2.0, minStep=1e-3, numberOfIterations=200, relaxationFactor=0.6
        )
        method.SetOptimizerScalesFromPhysicalShift()
        found = method.Execute(*pair)
        value = method.GetMetricValue()
        if best is None or value < best[0]:
            best = (value, found)
    transform = _rigid(best[1], sitk)
    result = _with_correlation(fixed, moving, transform)
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
    fixed: Image,
    *,
    moving: Image,
    start: Rigid,
    metric: Metric = "correlation",
    mesh_mm: float = 60.0,
) -> Registration:
    """Return the displacement of every voxel of a fixed scan, after a rigid match.

    Parameters
    ----------
    fixed, moving
        Scans of one patient.
    start
        Rigid match to begin from.
    metric
        As in `register_rigid`.
    mesh_mm
        Distance of the knots of the splines. [mm]

    Raises
    ------
    InvalidValueError
        If a scan is empty or too small, or the mesh is not coarser than the voxels.
    """
    sitk = _sitk()
    pair = [_for_matching(image, sitk) for image in (fixed, moving)]
    size = [n * d for n, d in zip(pair[0].GetSize(), pair[0].GetSpacing(), strict=True)]
    if not mesh_mm > 2.0 * max(pair[0].GetSpacing()):
        msg = f"mesh_mm must be more than two voxels, got {mesh_mm} mm"
        raise InvalidValueError(msg)
    mesh = [max(1, round(length / mesh_mm)) for length in size]
    spline = sitk.BSplineTransformInitializer(pair[0], mesh, order=3)
    method = _method(sitk, metric)
    method.SetMovingInitialTransform(_as_sitk(start, sitk))
    method.SetInitialTransform(spline, inPlace=True)
    method.SetOptimizerAsLBFGSB(
        gradientConvergenceTolerance=1e-5, numberOfIterations=60, maximumNumberOfCorrections=5
    )
    method.Execute(*pair)
    whole = sitk.CompositeTransform([_as_sitk(start, sitk), spline])
    return _with_correlation(fixed, moving, _deformation(whole, fixed.grid, sitk))


def _sitk() -> Any:
    """Return SimpleITK, whose functions bear no types."""
    import SimpleITK

    return SimpleITK


def _for_matching(image: Image, sitk: Any) -> Any:
    """Return an even copy of an image: values to the square root, which tames hot spots."""
    grid = image.grid
    if min(grid.shape) < 4:
        msg = f"a scan to be matched needs four voxels along each axis, got {grid.shape}"
        raise InvalidValueError(msg)
    coarse = _coarse(grid)
    values = resample_activity(image, grid=coarse).image.values
    low = min(0.0, float(values.min()))
    tamed = np.sqrt(values - np.float32(low))
    if float(np.ptp(tamed)) == 0.0:
        msg = "a scan to be matched is empty"
        raise InvalidValueError(msg)
    out = sitk.GetImageFromArray(tamed.astype(np.float32))
    out.SetSpacing((*map(float, coarse.spacing_mm), coarse.slice_spacing_mm))
    out.SetOrigin(tuple(float(v) for v in coarse.origin_mm))
    out.SetDirection(tuple(float(v) for v in coarse.axes.T.ravel()))
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


def _deformation(transform: Any, grid: Grid, sitk: Any) -> Deformation:
    from scipy.interpolate import RegularGridInterpolator

    coarse = _coarse(grid)
    field = sitk.GetArrayFromImage(
        sitk.TransformToDisplacementField(
            transform,
            sitk.sitkVectorFloat32,
            size=[int(n) for n in reversed(coarse.shape)],
            outputOrigin=tuple(float(v) for v in coarse.origin_mm),
            outputSpacing=(*map(float, coarse.spacing_mm), coarse.slice_spacing_mm),
            outputDirection=tuple(float(v) for v in coarse.axes.T.ravel()),
        )
    )
    axes = [np.arange(n, dtype=np.float64) for n in coarse.shape]
    smooth = RegularGridInterpolator(axes, field, bounds_error=False, fill_value=None)
    out = np.empty((*grid.shape, 3), dtype=np.float32)
    rows, columns = np.indices(grid.shape[1:])
    for k in range(grid.shape[0]):
        index = np.stack([np.full(rows.shape, k), rows, columns], axis=-1)
        out[k] = smooth(coarse.index_of(grid.position_mm(index)))
    return Deformation(grid, out)


def _with_correlation(fixed: Image, moving: Image, transform: Rigid | Deformation) -> Registration:
    before = resample_intensity(moving, grid=fixed.grid)
    after = resample_intensity(moving, grid=fixed.grid, transform=transform)
    middle = fixed.grid.position_mm([(n - 1) / 2.0 for n in fixed.grid.shape])
    if isinstance(transform, Rigid):
        moved = transform.apply_mm(middle) - middle
    else:
        k, j, i = (n // 2 for n in fixed.grid.shape)
        moved = transform.displacement_mm[k, j, i].astype(np.float64)
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
