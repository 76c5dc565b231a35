"""Threads that leave the signals that stop us to the main one, which alone can answer them.

A system hands a signal to any thread that takes it. If that is not the main one, Python notes it
and answers when the main one wakes up next: for a main thread that waits, that may be too late.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

# A signal that comes just before the main thread begins to wait is answered after such a step.
_STEP_S = 1.0

# Ctrl-C, the end that a system or a CI runner asks for, and that of the terminal (not on Windows).
STOPPING = tuple(
    signal.Signals[name] for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


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
            futures = [pool.submit(do, item) for item in items]
        for future in futures:
            while not future.done():
                wait([future], timeout=_STEP_S)
            yield future.result()
    except KeyboardInterrupt:
        may_wait = False
        raise
    finally:
        pool.shutdown(wait=may_wait, cancel_futures=True)
