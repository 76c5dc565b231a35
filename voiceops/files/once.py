"""Do a work once for all threads that ask for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from threading import Lock
from typing import TypeVar, TypeVarTuple

Asked = TypeVarTuple("Asked")
Outcome = TypeVar("Outcome")


def once_for_all(
    *, remembered: int
) -> Callable[[Callable[[*Asked], Outcome]], Callable[[*Asked], Outcome]]:
    """Do a work once for the same arguments, whichever threads ask for it, and one at a time.

    So many of the last outcomes are remembered; an exception is none.
    """

    def decorate(work: Callable[[*Asked], Outcome]) -> Callable[[*Asked], Outcome]:
        recall = lru_cache(maxsize=remembered)(work)
        lock = Lock()

        def work_or_recall(*args: *Asked) -> Outcome:
            with lock:  # or all who begin together would do it
                return recall(*args)

        return work_or_recall

    return decorate
