"""The program as a module of Python, where its command is not on the path."""

from __future__ import annotations

import subprocess
import sys

from alphatwin.version import __version__


def test_the_module_is_the_command():
    done = subprocess.run(
        [sys.executable, "-m", "alphatwin", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert __version__ in done.stdout
