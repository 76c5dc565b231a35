"""What the edits of many voices have in common, said in one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from voiceops.core.plan import Change

_SHORT = frozenset({"language", "target_model"})
_MOST_GROUPS = 3


def group_edits(replaces: Iterable[Change]) -> str:
    """Say what was edited, edits that are alike together, the most common first."""
    edits = Counter(_say_edit(change) for change in replaces)
    ordered = sorted(edits.items(), key=lambda item: (-item[1], item[0]))
    shown = [f"{count} x {edit}" for edit, count in ordered[:_MOST_GROUPS]]
    rest = sum(count for _, count in ordered[_MOST_GROUPS:])
    return "; ".join([*shown, f"{rest} x other edits"] if rest else shown)


def _say_edit(change: Change) -> str:
    """Name an edit: a short value before and after, the line of the defaults if it is there."""
    parts = []
    for one in change.differences:
        place = change.desired.place_of(one.field) if change.desired else None
        where = f" ({place})" if place else ""
        is_short = one.field in _SHORT and one.before is not None
        values = f" {one.before} -> {one.after}" if is_short else ""
        parts.append(f"{one.field}{values}{where}")
    return ", ".join(parts) or "another take"
