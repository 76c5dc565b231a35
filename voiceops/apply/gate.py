"""Gates: whether something new may still be issued."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Gate:
    """Open until somebody closes it, for a reason that stays.

    `is_looking` says that nothing is under way but reading: who is stopped then may leave at once.
    Plain values without a lock, so that threads and signal handlers may close it at any moment.
    """

    def __init__(self) -> None:
        self.is_closed = False
        self.is_looking = False
        self.reason = ""
        self.signal = 0

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Do nothing but read while the block runs."""
        self.is_looking = True
        try:
            yield
        finally:
            self.is_looking = False

    def close(self, reason: str, *, signal: int = 0) -> None:
        """Let nothing more through; the first reason stays, a signal's number is kept."""
        self.reason = self.reason or reason
        self.signal = self.signal or signal
        self.is_closed = True
