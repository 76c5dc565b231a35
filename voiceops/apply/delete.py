"""One delete: of a voice that is ours, and that nobody else's lockfile names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from voiceops.apply.run import Run
from voiceops.core.lock import Lock
from voiceops.core.plan import Action, Change
from voiceops.core.result import Result, Status
from voiceops.errors import (
    FileUnusable,
    JournalDamaged,
    LockfileInvalid,
    NotExecuted,
    Rejected,
    ServiceError,
)


def delete_orphan(change: Change, run: Run) -> Result:
    """Delete a voice that no manifest declares, then drop the name that stood for it."""
    return _delete(change, run, lambda lock: lock.release(change.name, change.voice))


def prune(change: Change, run: Run) -> Result:
    """Delete a replaced voice, then drop it from the deposed ones."""
    return _delete(change, run, lambda lock: lock.drop_deposed(change.voice))


def _delete(change: Change, run: Run, forget: Callable[[Lock], Lock]) -> Result:
    why_not = run.why_not(create=False)
    if why_not:
        return Result.of(change, Status.NOT_TRIED, message=why_not)
    try:
        if _is_spoken_for(change.voice, forget(run.books.lock), run):
            run.books.change(forget)
            forgotten = replace(change, action=Action.FORGET)
            return Result.of(forgotten, Status.DONE, message="another entry names it")
        run.books.journal.note_deleting(change.voice)
        _send(change.voice, run)
        run.books.journal.note_deleted(change.voice)
        run.books.change(forget)
    except ServiceError as error:
        return Result.of(change, Status.FAILED, message=error.message, hint=error.hint)
    except (FileUnusable, JournalDamaged, LockfileInvalid) as error:
        run.everything.close(error.message)
        return Result.of(change, Status.FAILED, message=error.message, hint=error.hint)
    return Result.of(change, Status.DONE)


def _send(voice_id: str, run: Run) -> None:
    """Send the delete; one that certainly did nothing leaves the voice as it was."""
    try:
        run.provider.delete(voice_id)
    except (NotExecuted, Rejected):
        run.books.journal.note_kept(voice_id)
        raise


def _is_spoken_for(voice_id: str, lock: Lock, run: Run) -> bool:
    return bool(lock.names_of(voice_id)) or voice_id in run.read_claims().voices
