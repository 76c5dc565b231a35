"""Send again what may be sent again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from voiceops.effects import Effects
from voiceops.errors import NotExecuted, ServiceError, Throttled
from voiceops.provider.repeatable import ServiceFailed
from voiceops.provider.transport.exchange import ReplyLost
from voiceops.provider.transport.pace import Pace

T = TypeVar("T")

PAUSES_S = (0.5, 1.0, 2.0, 4.0)
LONGEST_PAUSE_S = 60.0
TOTAL_S = 120.0
_PASSING = (NotExecuted, ReplyLost, ServiceFailed)


def send_again(
    send: Callable[[], T],
    *,
    pace: Pace,
    effects: Effects,
    tell: Callable[[str], None] = lambda _: None,
) -> T:
    """Call `send` until it works, at most five times, and not anew after two minutes.

    For reads and deletes only: a create must never come here. The service's own Retry-After
    counts if it is longer than our pause, up to a minute; a throttled request pauses everybody.
    `tell` is told why there is a pause, before it begins. Raises what `send` raised last.
    """
    started = effects.monotonic()
    for pause_s in PAUSES_S:
        try:
            return send()
        except _PASSING as error:
            asked_s = max(pause_s, limit_pause(error))
            if effects.monotonic() + asked_s > started + TOTAL_S:
                raise
            tell(f"{error.message}; trying again in {asked_s:g} s")
            if isinstance(error, Throttled):
                pace.pause(asked_s)
            else:
                effects.sleep(asked_s)
    return send()


def limit_pause(error: ServiceError) -> float:
    """Give the pause that the service asked for in seconds, a minute at the most; or 0."""
    return min(error.retry_after_s or 0.0, LONGEST_PAUSE_S)
