"""The command line: parse, call one workflow, render."""

from alphatwin.cli.main import main

__all__ = ["main"]
