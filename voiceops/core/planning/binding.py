"""What a plan was made from, and whether a saved plan may still be applied."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from voiceops.core.facts import Facts
from voiceops.core.plan import Action, Binding, Change, Plan
from voiceops.version import __version__

# Two machines' clocks may differ so much.
_MOST_SKEW = timedelta(minutes=5)
# What may come on top of a saved plan: it costs nothing, and deletes nothing.
_HARMLESS = frozenset({Action.RECORD, Action.SETTLE})
_PAID = frozenset({Action.CREATE, Action.REPLACE})


@dataclass(frozen=True, slots=True)
class Difference:
    """A change that only one of two plans has: the one as it would be now, or the saved one."""

    is_new: bool
    change: Change


@dataclass(frozen=True, slots=True)
class Comparison:
    """A saved plan against the plan as it would be now.

    `stale` says why the saved one may not be applied, and `differences` where the two part;
    `done` are the changes that somebody else has made meanwhile, wholly or but for what is free.
    """

    stale: tuple[str, ...]
    differences: tuple[Difference, ...]
    done: tuple[Change, ...]


def bind(facts: Facts, changes: Iterable[Change]) -> Binding:
    """Note what a plan rests on: declarations, lockfile, and the voices that it touches."""
    touched = sorted(
        {voice for change in changes for voice in (change.voice, change.replaces, change.lost)}
        - {""}
    )
    live = {voice.voice_id: voice for voice in facts.live}
    seen = {
        voice: spec.digest if (spec := live[voice].spec) else "untold"
        for voice in touched
        if voice in live
    }
    declared = sorted(
        (
            desired.name,
            desired.spec.digest,
            desired.protect,
            desired.aliases,
            desired.adopt,
            desired.pin,
        )
        for desired in facts.desired
    )
    return Binding(
        made=facts.now.isoformat(timespec="seconds"),
        version=__version__,
        manifests=_digest([list(map(str, row)) for row in declared]),
        lockfile=_digest(
            [
                [f"{key} {entry}" for key, entry in sorted(entries.items())]
                for entries in (facts.lock.voices, facts.lock.deposed)
            ]
        ),
        listing=_digest({voice: seen.get(voice, "absent") for voice in touched}),
        options=facts.options,
    )


def name_changes(plan: Plan) -> str:
    """Name what a plan does in twelve hexadecimal digits: the same changes, the same digits.

    It says nothing of when the plan was made, nor of what it leaves alone: a person compares it
    to see that what was reviewed is what was done.
    """
    rows = [
        [
            *(change.action, change.name, change.voice, change.replaces, change.lost),
            change.renamed_from,
            *((change.desired.spec.digest, str(change.desired.protect)) if change.desired else ()),
        ]
        for change in plan.changes
    ]
    return _digest([plan.environment, plan.endpoint, rows]).removeprefix("sha256:")[:12]


def compare(saved: Plan, fresh: Plan, *, max_age: timedelta) -> Comparison:
    """Weigh a saved plan against the one that the same options give now.

    It may be applied if everything that is left to do was in it; what is not left to do was done
    by somebody else. Changed declarations, another environment, endpoint or version, and too
    great an age make it stale in any case.
    """
    left = {_key(change) for change in fresh.changes}
    done = tuple(change for change in saved.changes if _key(change) not in left)
    added = tuple(change for change in fresh.changes if not _is_covered(change, saved))
    stale = _find_reasons(saved, fresh, max_age)
    if added and not stale:
        stale = [_find_cause(saved, fresh, added)]
    differences = (
        *(Difference(is_new=True, change=change) for change in added),
        *(Difference(is_new=False, change=change) for change in (done if stale else ())),
    )
    return Comparison(tuple(stale), differences, done)


def _find_reasons(saved: Plan, fresh: Plan, max_age: timedelta) -> list[str]:
    """List why a plan may not be applied, whatever it says."""
    if saved.binding is None or fresh.binding is None:
        return ["the plan does not say what it was made from"]
    before, now = saved.binding, fresh.binding
    age = _find_age(before, now)
    if age is None:
        return ["the plan does not say when it was made"]
    reasons = {
        f"it is for the environment {saved.environment}": saved.environment != fresh.environment,
        f"it was made at {saved.endpoint}, and this is {fresh.endpoint}": (
            saved.endpoint != fresh.endpoint
        ),
        f"it was made by voiceops {before.version}, and this is {now.version}": (
            before.version != now.version
        ),
        f"it is older than {max_age}": age > max_age,
        "it was made at a time that is yet to come: the clocks differ": age < -_MOST_SKEW,
        "the manifests were changed since": before.manifests != now.manifests,
    }
    return [reason for reason, applies in reasons.items() if applies]


def _find_age(before: Binding, now: Binding) -> timedelta | None:
    try:
        return datetime.fromisoformat(now.made) - datetime.fromisoformat(before.made)
    except (ValueError, TypeError):  # no time, or one without its zone
        return None


def _find_cause(saved: Plan, fresh: Plan, added: Iterable[Change]) -> str:
    """Say what brought changes that were not in the plan, although the manifests are the same."""
    if all(change.action is Action.PRUNE for change in added):
        return "a deposed voice is due since"
    before, now = saved.binding, fresh.binding
    if before is not None and now is not None and before.lockfile != now.lockfile:
        return "the lockfile was changed since"
    if before is not None and now is not None and before.listing != now.listing:
        return "the account was changed since"
    return "what is left to do is not what was planned"


def _is_covered(change: Change, saved: Plan) -> bool:
    """Tell whether a change was in the saved plan, or is the free rest of one that was."""
    if change.action in _HARMLESS or any(_key(change) == _key(row) for row in saved.changes):
        return True
    replaced = {row.replaces for row in saved.changes if row.replaces}
    if change.action is Action.PRUNE:
        return change.voice in replaced
    wanted = {(row.name, _spec(row)) for row in saved.changes if row.action in _PAID}
    is_free = change.action in {Action.ADOPT, Action.RESTORE} and change.replaces in {*replaced, ""}
    return is_free and (change.name, _spec(change)) in wanted


def _key(change: Change) -> tuple[str, ...]:
    return (
        change.action,
        change.reason,
        change.name,
        change.voice,
        change.replaces,
        change.lost,
        change.renamed_from,
        _spec(change),
    )


def _spec(change: Change) -> str:
    return change.desired.spec.digest if change.desired else ""


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
