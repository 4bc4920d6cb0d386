"""Files and folders that are there whole or not at all."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from alphatwin.errors import OutputError
from alphatwin.files import atomic
from alphatwin.files.atomic import output_folder, write_bytes_atomically, write_text_atomically

REPORT = json.dumps({"schema": 1, "kind": "dose"})


def _names(folder):
    return sorted(p.name for p in folder.iterdir())


def _write_report(target, text="one"):
    with output_folder(target) as partial:
        (partial / "report.json").write_text(REPORT)
        (partial / "report.html").write_text(text)


def test_text_is_written_as_it_is(tmp_path):
    write_text_atomically(tmp_path / "a.txt", "µ\r\n\n")
    assert (tmp_path / "a.txt").read_bytes() == b"\xc2\xb5\r\n\n"
    assert _names(tmp_path) == ["a.txt"]


def test_a_file_is_replaced_unless_that_is_forbidden(tmp_path):
    target = tmp_path / "a.txt"
    write_bytes_atomically(target, b"old")
    write_bytes_atomically(target, b"new")
    with pytest.raises(OutputError, match=r"a\.txt: is already there and is not overwritten"):
        write_bytes_atomically(target, b"newer", replace=False)
    assert target.read_bytes() == b"new"
    assert _names(tmp_path) == ["a.txt"]


def test_a_name_taken_at_the_last_moment_is_not_overwritten(tmp_path, monkeypatch):
    target = tmp_path / "a.txt"
    lock = atomic._lock
    monkeypatch.setattr(atomic, "_lock", lambda d: (target.write_text("other"), lock(d))[1])
    with pytest.raises(OutputError, match="already there"):
        write_bytes_atomically(target, b"mine", replace=False)
    assert target.read_text() == "other"
    assert _names(tmp_path) == ["a.txt"]


def test_the_mode_of_a_new_file_follows_the_umask(tmp_path):
    write_bytes_atomically(tmp_path / "a", b"")
    (tmp_path / "b").write_bytes(b"")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode


@pytest.mark.parametrize(
    ("name", "why"),
    [("no/such/folder/a", "No such file"), (".", "is a folder"), ("a\0b", "null character")],
)
def test_a_file_that_cannot_be_written_is_an_output_error(tmp_path, name, why):
    with pytest.raises(OutputError, match=why):
        write_bytes_atomically(f"{tmp_path}/{name}", b"")
    assert _names(tmp_path) == []


def test_a_folder_appears_whole(tmp_path):
    target = tmp_path / "out" / "demo"
    with output_folder(target) as partial:
        (partial / "report.json").write_text(REPORT)
        assert not target.exists()
        assert partial.parent == target.parent
        assert partial.name.startswith(".demo.partial-")
    assert _names(target) == ["report.json"]
    assert _names(target.parent) == ["demo"]


def test_a_block_that_fails_leaves_nothing(tmp_path):
    def fail():
        with output_folder(tmp_path / "out") as partial:
            (partial / "report.json").write_text(REPORT)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert _names(tmp_path) == []


def test_an_earlier_report_is_replaced_as_a_whole(tmp_path):
    target = tmp_path / "out"
    _write_report(target, "one")
    (target / "report.pdf").write_text("only in the first")
    _write_report(target, "two")
    assert _names(target) == ["report.html", "report.json"]
    assert (target / "report.html").read_text() == "two"
    assert _names(tmp_path) == ["out"]


def test_an_earlier_report_is_replaced_where_names_cannot_be_swapped(tmp_path, monkeypatch):
    monkeypatch.setattr(atomic, "_exchange", lambda one, other: False)
    _write_report(tmp_path / "out", "one")
    _write_report(tmp_path / "out", "two")
    assert (tmp_path / "out" / "report.html").read_text() == "two"
    assert _names(tmp_path) == ["out"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="swaps names on Linux alone")
def test_an_earlier_report_is_never_away_while_it_is_replaced(tmp_path, monkeypatch):
    _write_report(tmp_path / "out", "one")
    with output_folder(tmp_path / "out") as partial:
        (partial / "report.json").write_text(REPORT)
        monkeypatch.setattr(Path, "rename", None)  # one step, and not two renames
    assert _names(tmp_path / "out") == ["report.json"]


def test_an_exchange_cut_in_half_is_put_back(tmp_path):
    _write_report(tmp_path / "out", "one")
    (tmp_path / "out").rename(tmp_path / ".out.old-1234")
    with output_folder(tmp_path / "out") as partial:
        assert (tmp_path / "out" / "report.html").read_text() == "one"
        (partial / "report.json").write_text(REPORT)
    assert _names(tmp_path) == ["out"]


def test_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "out").mkdir()
    _write_report(tmp_path / "out")
    assert _names(tmp_path / "out") == ["report.html", "report.json"]


@pytest.mark.parametrize("marker", [None, "{}", "no json", "[" * 100_000])
def test_a_folder_with_other_things_is_refused_and_kept(tmp_path, marker):
    target = tmp_path / "out"
    target.mkdir()
    (target / "thesis.tex").write_text("years of work")
    if marker is not None:
        (target / "report.json").write_text(marker)
    with pytest.raises(OutputError, match="a folder with other things in it"):
        _write_report(target)
    assert (target / "thesis.tex").read_text() == "years of work"
    assert _names(tmp_path) == ["out"]


def test_what_stands_beside_an_earlier_report_is_not_lost(tmp_path):
    target = tmp_path / "out"
    _write_report(target, "one")
    (target / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"notes\.txt, which would be lost"):
        _write_report(target, "two")
    assert (target / "notes.txt").read_text() == "mine"
    assert (target / "report.html").read_text() == "one"
    assert _names(tmp_path) == ["out"]


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "out").write_text("x")
    with pytest.raises(OutputError, match="is a file; give the name of a folder"):
        _write_report(tmp_path / "out")


def test_a_link_to_a_folder_stays_a_link(tmp_path):
    _write_report(tmp_path / "real", "one")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    _write_report(tmp_path / "link", "two")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "report.html").read_text() == "two"


def test_leftovers_of_killed_runs_are_removed_and_those_of_living_ones_kept(tmp_path):
    (tmp_path / ".out.partial-dead").mkdir()
    (tmp_path / ".out.partial-dead" / "x").write_text("x")
    (tmp_path / ".out.partial-file").write_text("x")
    (tmp_path / ".other.partial-dead").mkdir()
    with output_folder(tmp_path / "out") as living:
        _write_report(tmp_path / "out", "by another run")
        assert living.is_dir()
        (living / "report.json").write_text(REPORT)
    assert _names(tmp_path) == [".other.partial-dead", "out"]


_KILLED = """
import sys, time
from pathlib import Path
from alphatwin.files.atomic import output_folder
with output_folder(sys.argv[1]) as partial:
    for i in range(200):
        (partial / f"report.{i}").write_text("x" * 20_000)
        if i == 100:
            print("half", flush=True)
    (partial / "report.json").write_text('{"schema": 1, "kind": "dose"}')
"""


@pytest.mark.skipif(os.name != "posix", reason="kills a process")
@pytest.mark.parametrize("delay_s", [0.0, 0.003, 0.02, 0.1, 0.4])
def test_a_kill_at_any_moment_leaves_the_old_or_the_new_folder_whole(tmp_path, delay_s):
    target = tmp_path / "out"
    _write_report(target, "old")
    process = subprocess.Popen(
        [sys.executable, "-c", _KILLED, str(target)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"half\n"
        time.sleep(delay_s)
        process.send_signal(signal.SIGKILL)
    found = _names(target)
    whole = sorted([f"report.{i}" for i in range(200)] + ["report.json"])
    assert found in (["report.html", "report.json"], whole)
    _write_report(target, "after") if found != whole else None
    assert not [n for n in _names(tmp_path) if "partial" in n] or found == whole
