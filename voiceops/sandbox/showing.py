"""How voices are shown, where the service is free to and a script says it."""

from __future__ import annotations

from datetime import datetime, timedelta

from voiceops.sandbox import refusals
from voiceops.sandbox.account import END_OF_TIME
from voiceops.sandbox.clock import write_time
from voiceops.sandbox.script import Behaviour, Echo, TooLarge


def echo_text(text: str, echo: Echo) -> str:
    """Show a text of a voice: as it was sent, or with other white space."""
    match echo:
        case Echo.VERBATIM:
            return text
        case Echo.TRIMMED:
            return text.strip()
        case Echo.SINGLE_SPACED:
            return " ".join(text.split())


def find_newest_visible(behaviour: Behaviour, now: datetime) -> str:
    """Find when the newest voice was made that a listing shows."""
    delay = timedelta(seconds=behaviour.visible_after_s)
    return write_time(now - delay) if delay else END_OF_TIME


def limit_page_size(page_size: int, behaviour: Behaviour) -> int:
    """Keep a page size within the cap; raises Rejected if a larger one is to be refused."""
    limited = min(page_size, behaviour.max_page_size)
    if limited < page_size and behaviour.above_max_page_size is TooLarge.REFUSE:
        raise refusals.invalid_parameter("page_size")
    return limited
