"""The way out of a quota that is too small: with which flags the same changes fit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from voiceops.core.facts import Facts
from voiceops.core.plan import Action, Change, Reason, Waiting
from voiceops.core.planning.outlook import find_quotas
from voiceops.core.settings import Options


def find_way_out(
    changes: tuple[Change, ...], waiting: tuple[Waiting, ...], facts: Facts, *, too_many: int
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
        **_name_few(changes, waiting, options),
        "--delete-now": (at_once, options),
        "--delete-now --deletes-first": (at_once, replace(options, deletes_first=True)),
    }
    for flags, (tried, changed) in ways.items():
        quotas = find_quotas(tried, replace(facts, options=changed))
        if all(quota.peak <= quota.limit for quota in quotas):
            return f"add {flags}"
    voices = f"{too_many} voice{'' if too_many == 1 else 's'}"
    return (
        f"declare fewer, or delete {voices} that nobody needs: `voiceops list` shows whose they are"
    )


def _name_few(
    changes: tuple[Change, ...], waiting: tuple[Waiting, ...], options: Options
) -> dict[str, tuple[tuple[Change, ...], Options]]:
    """Let as few as possible of those that wait go at once, those first that are due first."""
    ways = {}
    for count in range(1, len(waiting)):
        some = waiting[:count]
        flags = " ".join(f"--delete-now {name}" for name in sorted({one.name for one in some}))
        fewer = (*changes, *map(_prune, some))
        ways[flags] = (fewer, options)
        ways[f"{flags} --deletes-first"] = (fewer, replace(options, deletes_first=True))
    return ways


def _prune(one: Waiting) -> Change:
    return Change(Action.PRUNE, Reason.DEPOSED, one.name, voice=one.voice)


def _delete_now(changes: Iterable[Change], waiting: Iterable[Waiting]) -> tuple[Change, ...]:
    """Give the changes as they would be if nothing waited."""
    at_once = {Action.DEPOSE: Action.DELETE}
    hurried = (
        replace(change, action=at_once.get(change.action, change.action), until=None)
        for change in changes
    )
    return (*hurried, *map(_prune, waiting))
