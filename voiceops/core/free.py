"""What a change does to the lockfile alone, free of charge, before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping

from voiceops.core.desired import Desired
from voiceops.core.lock import Lock, LockEntry
from voiceops.core.plan import Action, Change, Reason
from voiceops.core.voice import LiveVoice

FREE_ACTIONS = frozenset(
    {Action.RENAME, Action.RECORD, Action.ADOPT, Action.RESTORE, Action.FORGET}
)


def do_free_part(lock: Lock, change: Change, live: Mapping[str, LiveVoice]) -> Lock:
    """Make the lock as it is after the free part of a change; `live` maps voice names to voices.

    Renaming is the free part of a replace or create that renames, too; the rest of what costs or
    deletes changes nothing here.
    """
    if change.renamed_from:
        lock = lock.rename(change.renamed_from, change.name)
    match change.action:
        case Action.ADOPT | Action.RESTORE if change.desired:
            entry = _make_entry(change.desired, live[change.voice], lock)
            return lock.put(change.name, entry, depose=bool(change.replaces))
        case Action.RECORD | Action.RENAME if change.desired:
            lock = lock.declare(change.name, change.desired.spec.digest)
            lock = lock.observe(change.name, live[change.voice])
            return lock.protect(change.name, change.desired.protect)
        case Action.FORGET if change.reason is Reason.DEPOSED:
            return lock.drop_deposed(change.voice)
        case Action.FORGET:
            return lock.release(change.name, change.voice)
        case _:
            return lock


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
