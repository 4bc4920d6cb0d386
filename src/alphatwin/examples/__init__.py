"""Course files of real patients that come with AlphaTwin, with the sources of their figures."""

from __future__ import annotations

from importlib import resources

from alphatwin.errors import DataError


def example_names() -> tuple[str, ...]:
    """Return the name of every example, sorted."""
    folder = resources.files("alphatwin.examples")
    return tuple(sorted(f.name[:-5] for f in folder.iterdir() if f.name.endswith(".toml")))


def example_text(name: str) -> str:
    """Return an example as text.

    Raises
    ------
    DataError
        If there is no example of that name.
    """
    if name not in example_names():
        msg = f"there is no example {name!r}; allowed: {', '.join(example_names())}"
        raise DataError(msg)
    file = resources.files("alphatwin.examples") / f"{name}.toml"
    return file.read_text(encoding="utf-8")
