"""How kernels are compiled: kept in a cache, without the GIL, divisions without checks.

Kernels neither make nor keep arrays, so the counting of references is switched off: it took four
fifths of their time.

numba's cache knows a kernel by the date of its own file only, although it holds what the kernel
calls as well. Here the stamp is a hash over all files of this package, so that an edit or an
upgrade of one of them never leaves old machine code in use.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from numba import njit

if TYPE_CHECKING:
    from collections.abc import Callable

_OPTIONS: Final[dict[str, Any]] = {
    "nogil": True,
    "error_model": "numpy",
    "fastmath": {"contract"},
    "_nrt": False,
}


def _stamp() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


_STAMP: Final = _stamp()


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a kernel. Fused multiply-adds are the one liberty taken with arithmetic."""
    kernel = njit(cache=True, **_OPTIONS)(function)
    file: Any = getattr(getattr(kernel, "_cache", None), "_cache_file", None)
    if not hasattr(file, "_source_stamp"):  # another numba: rather compile each time
        return njit(**_OPTIONS)(function)
    file._source_stamp = _STAMP
    return kernel
