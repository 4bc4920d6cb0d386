"""Files and folders that appear whole or not at all, whenever the program is killed.

A file is written beside its place under a temporary name, forced to the disk and renamed. A folder
of outputs is built the same way. Temporaries are named ``.NAME.partial-XXXX``; their maker holds a
lock on them while it lives, so the next run knows which ones a killed run has left, and removes
them.
"""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import errno
import json
import os
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from alphatwin.errors import OutputError

try:
    import fcntl

    HAS_LOCKS = True
except ImportError:  # Windows: what a killed run leaves is then not removed
    HAS_LOCKS = False

if TYPE_CHECKING:
    from collections.abc import Iterator

MARKER = "report.json"
"""A folder that holds this file, with a report in it, is one that AlphaTwin wrote."""

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def write_text_atomically(path: str | Path, text: str, *, replace: bool = True) -> None:
    """Write a text file, UTF-8 and with its line ends as they are, whole or not at all.

    Parameters
    ----------
    path
        Where to. Its folder must exist.
    text
        What.
    replace
        Whether a file that is already there may be replaced.

    Raises
    ------
    OutputError
        If it cannot be written, or there is one already and ``replace`` is false.
    """
    write_bytes_atomically(path, text.encode("utf-8"), replace=replace)


def write_bytes_atomically(path: str | Path, data: bytes, *, replace: bool = True) -> None:
    """Write a file, whole or not at all; see :func:`write_text_atomically`."""
    target = _target(path)
    with _as_output_error(path):
        _refuse_other_than_file(target, replace=replace)
        _remove_leftovers(target)
        partial = _partial_name(target)
        try:
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
            try:
                _lock(descriptor)
                with os.fdopen(descriptor, "wb", closefd=False) as file:
                    file.write(data)
                os.fsync(descriptor)
                _put_file(partial, target, replace=replace)
            finally:
                os.close(descriptor)
        finally:
            with contextlib.suppress(FileNotFoundError):
                partial.unlink()
        _sync_folder(target.parent)


@contextlib.contextmanager
def output_folder(path: str | Path) -> Iterator[Path]:
    """Give a folder to write into that gets the wanted name when all is written.

    Parameters
    ----------
    path
        The wanted name. Folders above it are made. It may be free, an empty folder, or a folder
        that holds an earlier report, which is then replaced as a whole.

    Yields
    ------
    Path
        A temporary folder beside it. If the block raises, it is removed and nothing has changed.

    Raises
    ------
    OutputError
        If the name is taken by anything else, or the disk refuses.
    """
    target = _target(path)
    with _as_output_error(path):
        _refuse_other_than_report(target, shown=path)
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(target)
        partial = _partial_name(target)
        partial.mkdir()
        descriptor = _lock_folder(partial)
    try:
        with _as_output_error(path):
            yield partial
            _sync_tree(partial)
            _put_folder(partial, target, shown=path)
            _sync_folder(target.parent)
    finally:
        if descriptor is not None:
            os.close(descriptor)
        shutil.rmtree(partial, ignore_errors=True)


@contextlib.contextmanager
def _as_output_error(path: str | Path) -> Iterator[None]:
    try:
        yield
    except OutputError:
        raise
    except OSError as error:
        msg = f"{path}: cannot be written: {error.strerror or error}; give another place"
        raise OutputError(msg) from error


def _target(path: str | Path) -> Path:
    """Return where a name really leads, through links."""
    if "\0" in str(path):
        msg = f"{str(path)!r}: no name holds a null character; give another"
        raise OutputError(msg)
    return Path(os.path.realpath(path))


def _refuse_other_than_file(target: Path, *, replace: bool) -> None:
    if target.is_dir():
        msg = f"{target.name}: is a folder; give the name of a file"
        raise OutputError(msg)
    if target.exists() and not replace:
        msg = f"{target.name}: is already there and is not overwritten; give another name"
        raise OutputError(msg)


def _put_file(partial: Path, target: Path, *, replace: bool) -> None:
    if replace:
        partial.replace(target)
        return
    try:
        os.link(partial, target)  # unlike a rename, fails if the name has been taken meanwhile
    except FileExistsError:
        _refuse_other_than_file(target, replace=False)
        raise
    except OSError:  # a file system without links
        _refuse_other_than_file(target, replace=False)
        partial.replace(target)


def _refuse_other_than_report(target: Path, *, shown: str | Path) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        msg = f"{shown}: is a file; give the name of a folder"
        raise OutputError(msg)
    if any(target.iterdir()) and not _holds_report(target):
        msg = (
            f"{shown}: is a folder with other things in it; give the name of a new folder, of an "
            "empty one, or of one that holds an earlier report"
        )
        raise OutputError(msg)


def _holds_report(folder: Path) -> bool:
    try:
        report = json.loads((folder / MARKER).read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(report, dict) and "schema" in report and "kind" in report


def _put_folder(partial: Path, target: Path, *, shown: str | Path) -> None:
    if not target.exists() or not any(target.iterdir()):
        partial.rename(target)
        return
    _refuse_other_than_report(target, shown=shown)
    new = {entry.name for entry in partial.iterdir()}
    stem = Path(MARKER).stem + "."
    foreign = sorted(
        entry.name
        for entry in target.iterdir()
        if entry.name not in new and not entry.name.startswith(stem)
    )
    if foreign:
        msg = (
            f"{shown}: beside the earlier report there is {', '.join(foreign[:5])}, which would "
            "be lost; move it away or give another folder"
        )
        raise OutputError(msg)
    if not _exchange(partial, target):
        old = target.with_name(f".{target.name}.old-{secrets.token_hex(4)}")
        target.rename(old)
        partial.rename(target)
        shutil.rmtree(old, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two names in one step where the system can; return whether it did."""
    library = ctypes.CDLL(ctypes.util.find_library("c") or None, use_errno=True)
    if (rename := getattr(library, "renameat2", None)) is None:
        return False
    names = (os.fsencode(one), os.fsencode(other))
    if rename(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}:
        return False
    raise OSError(code, os.strerror(code))


def _partial_name(target: Path) -> Path:
    return target.with_name(f".{target.name}.partial-{secrets.token_hex(4)}")


def _remove_leftovers(target: Path) -> None:
    """Remove what killed runs left; put back a folder whose exchange was cut in half."""
    if not target.parent.is_dir():
        return
    for entry in sorted(target.parent.iterdir()):
        if entry.name.startswith(f".{target.name}.old-") and entry.is_dir():
            if target.exists():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.rename(target)
        if entry.name.startswith(f".{target.name}.partial-") and not _is_alive(entry):
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)


def _is_alive(entry: Path) -> bool:
    """Return whether a running program holds the lock of a temporary."""
    if not HAS_LOCKS:
        return True
    try:
        descriptor = os.open(entry, os.O_RDONLY)
    except OSError:
        return True
    try:
        return not _lock(descriptor)
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    if not HAS_LOCKS:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _lock_folder(folder: Path) -> int | None:
    if not HAS_LOCKS:
        return None
    descriptor = os.open(folder, os.O_RDONLY)
    _lock(descriptor)
    return descriptor


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_tree(folder: Path) -> None:
    for here, _, files in os.walk(folder):
        for name in files:
            with Path(here, name).open("rb") as file:
                os.fsync(file.fileno())
        _sync_folder(Path(here))
