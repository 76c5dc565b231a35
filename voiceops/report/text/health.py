"""What a look at the surroundings found, as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from voiceops.core.health import Check, State
from voiceops.report.style import Style
from voiceops.report.terminal import show

_LOOKS = {State.FINE: "green", State.DOUBTFUL: "yellow", State.BROKEN: "red"}
_STATE_COLUMNS = max(map(len, State))
_SUBJECT_COLUMNS = len("process lock")


def render_check(check: Check, style: Style) -> str:
    """Write a line for one thing, and its cure below."""
    state = style.paint(f"{check.state:<{_STATE_COLUMNS}}", _LOOKS[check.state])
    line = f"{state}  {check.subject:<{_SUBJECT_COLUMNS}}  {show(check.says)}\n"
    if not check.cure:
        return line
    return f"{line}{' ' * (_STATE_COLUMNS + 2)}cure: {show(check.cure)}\n"


def render_verdict(checks: Iterable[Check], style: Style) -> str:
    """Write the last line."""
    counts = Counter(check.state for check in checks)
    told = [f"{counts[state]} {state}" for state in (State.BROKEN, State.DOUBTFUL) if counts[state]]
    return style.paint(f"{', '.join(told) or 'All is fine'}.", "bold") + "\n"
