"""The way out of a quota that is too small: with which flags the same changes fit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from voiceops.core.facts import Facts
from voiceops.core.outlook import find_quota
from voiceops.core.plan import Action, Change, Reason, Waiting


def find_way_out(
    changes: tuple[Change, ...], waiting: Iterable[Waiting], facts: Facts, *, too_many: int
) -> str:
    """Name the flags with which the same changes fit, or else how much must go."""
    options = facts.options
    at_once = _delete_now(changes, waiting)
    ways = {
        "--parallelism 1": (changes, replace(options, parallelism=1)),
        "--deletes-first": (changes, replace(options, deletes_first=True)),
        "--deletes-first --parallelism 1": (
            changes,
            replace(options, deletes_first=True, parallelism=1),
        ),
        "--delete-now": (at_once, options),
        "--delete-now --deletes-first": (at_once, replace(options, deletes_first=True)),
    }
    for flags, (tried, changed) in ways.items():
        quota = find_quota(tried, replace(facts, options=changed))
        if quota.peak <= quota.limit:
            return f"add {flags}"
    voices = f"{too_many} voice{'' if too_many == 1 else 's'}"
    return (
        f"declare fewer, or delete {voices} that nobody needs: `voiceops list` shows whose they are"
    )


def _delete_now(changes: Iterable[Change], waiting: Iterable[Waiting]) -> tuple[Change, ...]:
    """Give the changes as they would be if nothing waited."""
    at_once = {Action.DEPOSE: Action.DELETE}
    hurried = (
        replace(change, action=at_once.get(change.action, change.action), until=None)
        for change in changes
    )
    pruned = (Change(Action.PRUNE, Reason.DEPOSED, one.name, voice=one.voice) for one in waiting)
    return (*hurried, *pruned)
