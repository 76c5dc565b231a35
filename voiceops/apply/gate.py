"""Gates: whether something new may still be issued."""

from __future__ import annotations

import threading


class Gate:
    """Open until somebody closes it, for a reason that stays; safe in threads and in signals."""

    def __init__(self) -> None:
        self.closing = threading.Event()
        self.reason = ""
        self.signal = 0

    def close(self, reason: str, *, signal: int = 0) -> None:
        """Let nothing more through; the first reason stays, a signal's number is kept."""
        self.reason = self.reason or reason
        self.signal = self.signal or signal
        self.closing.set()

    @property
    def is_closed(self) -> bool:
        """Tell whether nothing more may be issued."""
        return self.closing.is_set()
