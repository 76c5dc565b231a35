"""Threads that leave Ctrl-C and SIGTERM to the main one, which alone can answer them.

A system hands a signal to any thread that takes it. If that is not the main one, Python notes it
and answers when the main one wakes up next: for a main thread that waits, that may be too late.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from threading import Lock
from typing import TypeVar, TypeVarTuple

Asked = TypeVarTuple("Asked")
Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

STOPPING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def signals_left_out() -> Iterator[None]:
    """Keep signals from this thread while the block runs, and for good from those started in it."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows sends none to threads
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def once_for_all(
    *, remembered: int
) -> Callable[[Callable[[*Asked], Outcome]], Callable[[*Asked], Outcome]]:
    """Do a work once for the same arguments, whichever threads ask for it, and one at a time.

    So many of the last outcomes are remembered.
    """

    def decorate(work: Callable[[*Asked], Outcome]) -> Callable[[*Asked], Outcome]:
        recall = lru_cache(maxsize=remembered)(work)
        lock = Lock()

        def work_or_recall(*args: *Asked) -> Outcome:
            with lock:  # or all who begin together would do it
                return recall(*args)

        return work_or_recall

    return decorate


def do_side_by_side(
    do: Callable[[Item], Outcome], items: Iterable[Item], *, workers: int
) -> Iterator[Outcome]:
    """Do something with each item, so many at a time; outcomes come in the order of the items.

    An exception comes in its outcome's place; what was not begun by then is not begun any more.
    What is under way is waited for, but not by who is interrupted.
    """
    pool = ThreadPoolExecutor(max_workers=workers)
    may_wait = True
    try:
        with signals_left_out():
            outcomes = pool.map(do, items)
        yield from outcomes
    except KeyboardInterrupt:
        may_wait = False
        raise
    finally:
        pool.shutdown(wait=may_wait, cancel_futures=True)
