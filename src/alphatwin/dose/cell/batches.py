"""Fixed batches of histories on threads: the same work, whoever does it.

Kernels let go of the interpreter's lock, so plain threads run them side by side. What a batch does
depends on its number only, and what batches give is added in whole numbers or in the order of
their numbers: a result is equal to the bit for any number of threads.
"""

from __future__ import annotations

import os
import queue
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable

    Progress = Callable[[int, int], None]

T = TypeVar("T")


def usable_threads(wanted: int | None) -> int:
    """Return a number of threads: the one wanted, or one for each core of this process.

    Raises
    ------
    InvalidValueError
        If it is below 1.
    """
    if wanted is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    if wanted < 1:
        msg = f"threads must be at least 1, got {wanted}"
        raise InvalidValueError(msg)
    return wanted


def run_batches(
    work: Callable[[int, T], None], *, n_batches: int, tallies: list[T], threads: int
) -> None:
    """Run ``work(batch, tally)`` for every batch, each with a tally that no other is using.

    Parameters
    ----------
    work
        What a batch does; it adds to the tally.
    n_batches
        Number of batches.
    tallies
        One for each thread, or one for each batch if they are to be told apart.
    threads
        Number of threads.
    """
    apart = len(tallies) == n_batches
    free: queue.SimpleQueue[T] = queue.SimpleQueue()
    for tally in tallies:
        free.put(tally)

    def one(batch: int) -> None:
        if apart:
            work(batch, tallies[batch])
            return
        tally = free.get()
        try:
            work(batch, tally)
        finally:
            free.put(tally)

    if threads == 1:
        for batch in range(n_batches):
            one(batch)
        return
    with ThreadPoolExecutor(threads) as pool:
        jobs = [pool.submit(one, batch) for batch in range(n_batches)]
        try:
            for job in jobs:
                job.result()
        except BaseException:
            for job in jobs:
                job.cancel()
            raise
