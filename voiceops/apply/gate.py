"""Gates: whether something new may still be issued."""

from __future__ import annotations


class Gate:
    """Open until somebody closes it, for a reason that stays.

    Plain values without a lock, so that threads and signal handlers may close it at any moment.
    """

    def __init__(self) -> None:
        self.is_closed = False
        self.reason = ""
        self.signal = 0

    def close(self, reason: str, *, signal: int = 0) -> None:
        """Let nothing more through; the first reason stays, a signal's number is kept."""
        self.reason = self.reason or reason
        self.signal = self.signal or signal
        self.is_closed = True
