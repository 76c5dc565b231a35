"""What time it is: by this machine's clocks, which may jump, and by the service's own."""

from __future__ import annotations

import email.utils
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from voiceops.core.facts import DOUBT
from voiceops.effects import Effects

_SECOND = timedelta(seconds=1)
_KEPT = 1000
_YEARS = range(2020, 2200)


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment of this process: seconds on the monotonic clock, and this machine's time of day."""

    monotonic_s: float
    wall: datetime

    def until(self, other: Mark) -> tuple[timedelta, timedelta]:
        """Give the least and the most time from here to another moment, which may be earlier.

        A monotonic clock may stand still while a machine sleeps; the other may be set at any time.
        """
        spans = (timedelta(seconds=other.monotonic_s - self.monotonic_s), other.wall - self.wall)
        return min(spans), max(spans)


@dataclass(frozen=True, slots=True)
class _Heard:
    date: datetime
    asked: Mark
    answered: Mark


class Clock:
    """The service's time, from the `Date` of its replies; safe to use from several threads.

    A `Date` is cut to the second, and was right at some moment between question and answer. So
    there are two readings, the earliest and the latest that it may be: an age is measured from
    the latest time of its beginning to the earliest of its end, and is never too great.
    """

    def __init__(self, effects: Effects) -> None:
        self._effects = effects
        self._heard: deque[_Heard] = deque(maxlen=_KEPT)

    @property
    def has_heard(self) -> bool:
        """Tell whether the service has told its time."""
        return bool(self._heard)

    @property
    def ahead(self) -> timedelta | None:
        """Tell how far this machine's clock is ahead of the service's, at the least.

        Zero if they may agree, negative if it is behind; None if the service told no time.
        """
        if not self._heard:
            return None
        last = self._heard[-1]
        least = last.asked.wall - last.date - _SECOND
        most = last.answered.wall - last.date
        return min(max(least, timedelta()), most)

    def mark(self) -> Mark:
        """Note this moment."""
        return Mark(self._effects.monotonic(), self._effects.now())

    def hear(self, date: str, *, asked: Mark) -> None:
        """Take the `Date` of a reply that has just come; what is none is left out."""
        moment = _read_date(date)
        if moment is not None:
            self._heard.append(_Heard(moment, asked, self.mark()))

    def earliest(self, mark: Mark) -> datetime:
        """Tell the earliest that it may have been at that moment.

        By the slowest of the replies since then (one may come from a cache), else by the last
        before. Without any by this machine's clock, which may be off by a day.
        """
        heard = list(self._heard)
        since = [one for one in heard if one.answered.monotonic_s >= mark.monotonic_s]
        if not heard:
            return mark.wall - DOUBT
        return min(one.date + one.answered.until(mark)[0] for one in since or heard[-1:])

    def latest(self, mark: Mark) -> datetime | None:
        """Tell the latest that it may have been at that moment; None if the service told no time.

        The later of the two clocks counts: a reply may come from a cache.
        """
        if not self._heard:
            return None
        last = self._heard[-1]
        return max(last.date + _SECOND + last.asked.until(mark)[1], mark.wall)


def _read_date(text: str) -> datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return zoned.astimezone(UTC) if zoned.year in _YEARS else None
