"""The account's clock, and how the service writes time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from voiceops.sandbox.store import Store

# No document states the zone of the service's clock; public stamps fit UTC+8 (2026-11-22).
_ZONE = timezone(timedelta(hours=8))


class Clock:
    """Tells the time of this machine in UTC+8, put ahead by what the account says."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def now(self) -> datetime:
        """Tell the time at the service."""
        with self._store.read() as account:
            ahead_s = account.read_clock()
        return self._now().astimezone(_ZONE) + timedelta(seconds=ahead_s)


def write_time(moment: datetime) -> str:
    """Write a moment as `gmt_create` shows it: `YYYY-MM-DD HH:MM:SS`, which sorts by time."""
    return f"{moment:%Y-%m-%d %H:%M:%S}"
