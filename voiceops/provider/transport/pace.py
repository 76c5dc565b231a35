"""One pace for all requests of an account."""

from __future__ import annotations

import threading
from collections import deque

from voiceops.effects import Effects

WINDOW_S = 60.0
# Clocks are coarser than floats: a shorter sleep might not move them.
SHORTEST_SLEEP_S = 0.001


class Pace:
    """Spaces the requests of all threads that share it.

    Requests go at `requests_per_minute`, after a burst of a tenth of a minute's at the most; and
    never more than a minute's fall into any 60 seconds, so that the burst is paid back.
    """

    def __init__(self, requests_per_minute: int, *, effects: Effects) -> None:
        self._effects = effects
        self._lock = threading.Lock()
        self._interval_s = WINDOW_S / requests_per_minute
        self._head_start_s = self._interval_s * (max(requests_per_minute // 10, 1) - 1)
        self._window: deque[float] = deque(maxlen=requests_per_minute)
        # When the next request would be due if there were no bursts.
        self._due = float("-inf")
        self._paused_until = float("-inf")

    def wait(self) -> None:
        """Return when it is one's turn; the turn is then taken."""
        while (pause_s := self._take_turn()) > 0:
            self._effects.sleep(max(pause_s, SHORTEST_SLEEP_S))

    def pause(self, seconds: float) -> None:
        """Let nobody have a turn for so long, also those who are waiting already."""
        with self._lock:
            until = self._effects.monotonic() + seconds
            self._paused_until = max(self._paused_until, until)

    def _take_turn(self) -> float:
        """Take a turn if there is one now; gives 0, or the seconds until there may be one."""
        with self._lock:
            now = self._effects.monotonic()
            free_at = max(self._due - self._head_start_s, self._paused_until)
            if len(self._window) == self._window.maxlen:
                free_at = max(free_at, self._window[0] + WINDOW_S)
            if free_at > now:
                return free_at - now
            self._due = max(self._due, now) + self._interval_s
            self._window.append(now)
            return 0
