"""Where a saved plan and what would be planned now part, as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from voiceops.core.difference import find_differences
from voiceops.core.planning.binding import Comparison
from voiceops.report.sentences import WHY, say_difference
from voiceops.report.style import Style
from voiceops.report.terminal import show


def render_comparison(comparison: Comparison, style: Style) -> str:
    """Write the changes that only one of the two plans has, and what was done already."""
    return "".join(f"{line}\n" for line in _render(comparison, style))


def _render(comparison: Comparison, style: Style) -> Iterator[str]:
    reviewed = {
        (difference.change.action, difference.change.name): difference.change.desired
        for difference in comparison.differences
        if not difference.is_new
    }
    for difference in comparison.differences if comparison.stale else ():
        change = difference.change
        where, colour = ("now", "green") if difference.is_new else ("reviewed", "red")
        head = style.paint(f"only in the plan {where}:", colour)
        yield f"{head} {change.action} {show(change.name)}  {WHY[change.reason]}"
        before = reviewed.get((change.action, change.name)) if difference.is_new else None
        if before and change.desired:
            for edit in find_differences(before.spec, change.desired.spec):
                yield f"    {edit.field:<12}  {show(say_difference(edit))}"
    for change in comparison.done if not comparison.stale else ():
        yield f"done already: {change.action} {show(change.name)}"
