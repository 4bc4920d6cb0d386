"""Label images from files: numpy arrays, TIFF, NRRD, MetaImage and NIfTI, axes as x, y, z."""

from __future__ import annotations

import hashlib
import io
import tokenize
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from alphatwin.errors import CourseError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

LARGEST_BYTES = 4_000_000_000
STATES_ITS_VOXEL = (".nii", ".nii.gz", ".nrrd", ".mha")
IMAGES = (*STATES_ITS_VOXEL, ".tif", ".tiff")
ARRAYS = (".npy", ".npz")
_UM_PER_MM = 1000.0
_NOT_NUMPY = (
    ValueError, OSError, EOFError, KeyError, SyntaxError, tokenize.TokenError, zipfile.BadZipFile,
    zlib.error, NotImplementedError,
)  # fmt: skip
"""What numpy raises of damaged headers, archives and packed data."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelFile:
    """An array of a file, as it stands there.

    Attributes
    ----------
    values
        The array, its axes being x, y, z; a flat one x and y. (nx, ny) or (nx, ny, nz)
    voxel_um
        Sides of a voxel, if the file states them. [um]
    sha256
        Hash of the file.
    """

    values: NDArray[Any]
    voxel_um: tuple[float, float, float] | None
    sha256: str


def read_label_file(path: Path, *, array: str | None = None) -> LabelFile:
    """Return the array of a file of labels; whether it holds whole numbers is not asked here.

    Parameters
    ----------
    path
        A ``.npy``, ``.npz``, ``.tif``, ``.nrrd``, ``.mha`` or ``.nii`` file. Files of the last
        three state their voxels in millimetres.
    array
        Which array of an ``.npz`` file, if it has several.

    Raises
    ------
    CourseError
        If it cannot be read, is of another kind, or has several values for a voxel.
    """
    name = path.name.lower()
    try:
        size = path.stat().st_size
        if size > LARGEST_BYTES:
            raise CourseError((f"{path.name}: has {size} bytes, at most {LARGEST_BYTES}",))
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise CourseError((f"{path.name}: cannot be read: {reason}",)) from None
    voxel_um = None
    if name.endswith(ARRAYS):
        values = _numpy_array(path.name, raw, array=array)
    elif name.endswith(IMAGES):
        values, spacing_mm = _image(path)
        if name.endswith(STATES_ITS_VOXEL):
            sides = [side * _UM_PER_MM for side in spacing_mm]
            voxel_um = (sides[0], sides[1], sides[2] if len(sides) > 2 else sides[0])
    else:
        allowed = ", ".join((*ARRAYS, *IMAGES))
        msg = f"{path.name}: is no file of labels that is known; allowed: {allowed}"
        raise CourseError((msg,))
    return LabelFile(values, voxel_um, hashlib.sha256(raw).hexdigest())


def _numpy_array(name: str, raw: bytes, *, array: str | None) -> NDArray[Any]:
    try:
        found = np.load(io.BytesIO(raw), allow_pickle=False)
        if isinstance(found, np.ndarray):
            return found
        names = list(found)
        if array is None and len(names) == 1:
            return np.asarray(found[names[0]])
        if array in names:
            return np.asarray(found[str(array)])
    except _NOT_NUMPY as error:
        raise CourseError((f"{name}: is no numpy file that can be read: {error}",)) from None
    except MemoryError:
        msg = f"{name}: its header asks for more memory than there is; write the array anew"
        raise CourseError((msg,)) from None
    shown = ", ".join(names) or "none"
    raise CourseError((f"{name}: image.array must name one of its arrays: {shown}; got {array}",))


def _image(path: Path) -> tuple[NDArray[Any], tuple[float, ...]]:
    import SimpleITK

    sitk: Any = SimpleITK  # its functions bear no types
    try:
        image = sitk.ReadImage(str(path))
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1]
        raise CourseError((f"{path.name}: is no image that can be read: {reason}",)) from None
    if image.GetNumberOfComponentsPerPixel() != 1:
        msg = (
            f"{path.name}: has {image.GetNumberOfComponentsPerPixel()} values for a voxel, as a "
            "picture in colours has; an image of labels has one"
        )
        raise CourseError((msg,))
    return np.asarray(sitk.GetArrayFromImage(image)).T, tuple(image.GetSpacing())
