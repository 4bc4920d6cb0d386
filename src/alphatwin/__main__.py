"""``python -m alphatwin``: the command line."""

from alphatwin.cli import main

main()
