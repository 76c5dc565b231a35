"""How long ago creates were sent, as far as that is certain."""

from __future__ import annotations

from voiceops.clock import Clock, Mark
from voiceops.core.facts import Intent


class Ages:
    """The ages of the creates that are open, at the least; never by what a file says alone.

    What this process sends is measured by the monotonic clock. For what was sent before it, the
    service's own time counts, unless this machine's has gone on by less; or how long this process
    has known of it, if that is more.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sent_s: dict[str, float] = {}
        self._known_s: dict[str, float] = {}

    def begin(self, intent_id: str) -> None:
        """Note that a create is about to be sent."""
        self._sent_s[intent_id] = self._clock.mark().monotonic_s

    def is_ours(self, intent_id: str) -> bool:
        """Tell whether this process has sent it."""
        return intent_id in self._sent_s

    def find(self, intent: Intent, mark: Mark) -> float:
        """Tell how many seconds before a moment a create was sent, at the least."""
        if intent.id in self._sent_s:
            return mark.monotonic_s - self._sent_s[intent.id]
        known_s = mark.monotonic_s - self._known_s.setdefault(intent.id, mark.monotonic_s)
        now = self._clock.earliest(mark)
        told_s = (now - intent.doubted(wall=mark.wall, earliest=now).sent_by).total_seconds()
        return max(known_s, told_s)
