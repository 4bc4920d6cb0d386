"""What every test shares: marks, the reference data, Hypothesis profiles, and no network."""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[1]
MARKS = ("validation", "bench")  # a test in tests/<mark>/ bears the mark
FUZZ_EXAMPLES = 1000  # ten times the default, for the long stage of .ci/run
LOOPBACK = ("127.0.0.1", "::1", "localhost")

# Deadlines are off: a slow machine is no fault of the program.
QUIET = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("desk", **QUIET)
settings.register_profile("ci", derandomize=True, print_blob=True, **QUIET)
settings.register_profile(
    "fuzz", derandomize=True, print_blob=True, max_examples=FUZZ_EXAMPLES, **QUIET
)


def is_ci() -> bool:
    """Whether a missing reference folder is a failure rather than a reason to skip."""
    return os.environ.get("CI") == "true"


settings.load_profile("ci" if is_ci() else "desk")


def _refuse_network(event: str, arguments: tuple[object, ...]) -> None:
    if event != "socket.connect":
        return
    address = arguments[1]
    if isinstance(address, tuple) and address[0] not in LOOPBACK:
        msg = f"tests use no network, got a connection to {address[0]}"
        raise RuntimeError(msg)


sys.addaudithook(_refuse_network)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        folder = item.path.relative_to(ROOT / "tests").parts[0]
        if folder in MARKS:
            item.add_marker(folder)


@pytest.fixture(scope="session")
def reference() -> Path:
    """Folder of real scans and reference tables, outside of the repository."""
    told = os.environ.get("ALPHATWIN_REFERENCE")
    folder = Path(told) if told else ROOT.parent / "shared" / "reference"
    if folder.is_dir():
        return folder
    reason = (
        f"no reference data at {folder}: this test needs real scans or published tables that "
        "do not ship with the program; set ALPHATWIN_REFERENCE to their folder"
    )
    if is_ci():
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def exact_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the figures of the fates without their spreads, as closed forms do."""
    from alphatwin.workflows import daughters

    monkeypatch.setattr(daughters, "sampled_fate", lambda fate, **_: fate)
    fresh = lru_cache(maxsize=64)(daughters._model.__wrapped__)  # answers with spreads are kept
    monkeypatch.setattr(daughters, "_model", fresh)
