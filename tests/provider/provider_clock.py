"""A clock of the test's own: sleeping takes no time, and is written down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from voiceops.effects import System

START = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


class VirtualTime(System):
    """The effects of a machine whose time moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.elapsed_s = 0.0
        self.sleeps: list[float] = []
        self.while_asleep: Callable[[], None] = lambda: None

    def now(self) -> datetime:
        return START + timedelta(seconds=self.elapsed_s)

    def monotonic(self) -> float:
        return self.elapsed_s

    def sleep(self, seconds: float, *, unless: Callable[[], bool] | None = None) -> None:
        self.sleeps.append(seconds)
        self.elapsed_s += seconds
        self.while_asleep()
