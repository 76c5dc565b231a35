"""What a change does to the lockfile alone, free of charge, before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce

from voiceops.core.desired import Desired
from voiceops.core.lock import Deposed, Lock, LockEntry, Why
from voiceops.core.plan import Action, Change, Reason
from voiceops.core.voice import LiveVoice

FREE_ACTIONS = frozenset(
    {
        Action.RENAME,
        Action.RECORD,
        Action.ADOPT,
        Action.RESTORE,
        Action.FORGET,
        Action.DEPOSE,
    }
)


def do_free_parts(lock: Lock, changes: Iterable[Change], live: Mapping[str, LiveVoice]) -> Lock:
    """Make the lock as it is after what is free of changes; `live` maps voice names to voices.

    Renaming comes first, all at once: names may swap their voices. It is the free part of a
    replace or create that renames, too; the rest of what costs or deletes changes nothing here.
    Then deposed voices are forgotten: one that a name gives up in this very plan is deposed anew.
    """
    made = sorted(changes, key=lambda change: not _forgets_deposed(change))
    return reduce(lambda so_far, change: _do(so_far, change, live), made, _move(lock, made, live))


def _forgets_deposed(change: Change) -> bool:
    return change.action is Action.FORGET and change.reason is Reason.DEPOSED


def _move(lock: Lock, changes: Iterable[Change], live: Mapping[str, LiveVoice]) -> Lock:
    """Move entries to their new names; a voice that none of them stands for is deposed."""
    moved = lock.move({one.renamed_from: one.name for one in changes if one.renamed_from})
    for name, entry in lock.voices.items():
        if entry.voice_id in live and not moved.names_of(entry.voice_id):
            moved = moved.depose(entry.voice_id, Deposed(name, entry.observed))
    return moved


def _do(lock: Lock, change: Change, live: Mapping[str, LiveVoice]) -> Lock:
    match change.action:
        case Action.ADOPT | Action.RESTORE if change.desired:
            entry = _make_entry(change.desired, live[change.voice], lock)
            return lock.put(change.name, entry, depose=bool(change.replaces))
        case Action.DEPOSE:
            return _depose(lock, change, live[change.voice])
        case Action.RECORD | Action.RENAME if change.desired:
            if not change.differences:  # those of a pinned voice
                lock = lock.declare(change.name, change.desired.spec.digest)
            lock = lock.observe(change.name, live[change.voice])
            return lock.protect(change.name, change.desired.protect)
        case Action.RECORD:  # the day from which a deposed voice waits is written down with it
            return lock
        case Action.FORGET if _forgets_deposed(change):
            return lock.drop_deposed(change.voice)
        case Action.FORGET if change.reason is Reason.MOVED:
            return lock.release(change.name, change.voice).drop_deposed(change.voice)
        case Action.FORGET:
            return lock.release(change.name, change.voice)
        case _:
            return lock


def _depose(lock: Lock, change: Change, voice: LiveVoice) -> Lock:
    why = Why.UNMANAGED if change.reason is Reason.UNMANAGED else Why.REMOVED
    observed = voice.spec.digest if voice.spec else None
    released = lock.release(change.name, change.voice)
    return released.depose(change.voice, Deposed(change.name, observed, why=why))


def _make_entry(desired: Desired, voice: LiveVoice, lock: Lock) -> LockEntry:
    before = lock.voices.get(desired.name)
    protect = desired.protect if desired.protect is not None else bool(before and before.protect)
    return LockEntry(
        voice_id=voice.voice_id,
        target_model=desired.spec.target_model,
        language=desired.spec.language,
        spec=desired.spec.digest,
        observed=voice.spec.digest if voice.spec else None,
        created=voice.created or None,
        protect=protect,
    )
