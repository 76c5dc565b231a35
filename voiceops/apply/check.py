"""The closing listing: what was made is really there, what was deleted is really gone."""

from __future__ import annotations

from collections.abc import Mapping

from voiceops.apply.run import Event, EventKind, Run
from voiceops.core.difference import find_differences
from voiceops.core.lock import Deposed, Lock
from voiceops.core.plan import Action
from voiceops.core.result import Result, Status
from voiceops.core.spec import Spec
from voiceops.core.voice import LiveVoice
from voiceops.errors import FileUnusable, ServiceError

_MAKING = frozenset({Action.CREATE, Action.REPLACE})
_DELETING = frozenset({Action.DELETE, Action.PRUNE})


def check(results: tuple[Result, ...], wanted: Mapping[str, Spec], run: Run) -> tuple[Result, ...]:
    """List the account once more; record what is seen, and doubt deletes that it still shows.

    A voice that was just created may be missing: it is then recorded by a later apply. One that
    is echoed otherwise than as `wanted` by its name is told of at once: from then on that echo is
    what is expected.
    """
    if not results or run.everything.is_closed:
        return results
    try:
        live = {voice.voice_id: voice for voice in run.provider.list()}
        run.books.change(lambda lock: _observe_all(lock, live))
        compared = [_compare(result, live, wanted, run=run) for result in results]
        return tuple(_doubt(result, live, run) for result in compared)
    except (ServiceError, FileUnusable) as error:
        message = f"what was done could not be checked: {error.message}"
        return (
            *results,
            Result(Action.RECORD, "", Status.FAILED, message=message, hint=error.hint),
        )


def _observe_all(lock: Lock, live: Mapping[str, LiveVoice]) -> Lock:
    for name, entry in sorted(lock.voices.items()):
        if entry.voice_id in live:
            lock = lock.observe(name, live[entry.voice_id])
    return lock


def _compare(
    result: Result, live: Mapping[str, LiveVoice], wanted: Mapping[str, Spec], *, run: Run
) -> Result:
    """Remark on a new voice that the service echoes otherwise than it was sent."""
    sent, voice = wanted.get(result.name), live.get(result.voice)
    if result.action not in _MAKING or sent is None or voice is None:
        return result
    if voice.spec is None or voice.spec == sent:
        return result
    fields = ", ".join(difference.field for difference in find_differences(sent, voice.spec))
    odd = result.remark(f"the service echoes another {fields} than was sent: listen to the voice")
    run.tell(Event(EventKind.ENDED, result=odd))
    return odd


def _doubt(result: Result, live: Mapping[str, LiveVoice], run: Run) -> Result:
    """Compare a delete with what is there: one that failed may have been done, and the reverse."""
    if result.action not in _DELETING or (result.message and result.status is Status.DONE):
        return result
    is_there = result.voice in live
    match result.status:
        case Status.FAILED if not is_there and run.provider.query(result.voice) is None:
            return _settle_delete(result, run)
        case Status.DONE if is_there and run.provider.query(result.voice) is not None:
            return _keep_for_later(result, live[result.voice], run)
        case _:
            return result


def _settle_delete(result: Result, run: Run) -> Result:
    """Forget a voice whose delete got an error for an answer, and was carried out."""
    run.books.journal.note_deleted(result.voice)
    run.books.change(
        lambda lock: lock.release(result.name, result.voice).drop_deposed(result.voice)
    )
    return Result(
        result.action,
        result.name,
        Status.DONE,
        voice=result.voice,
        message="the reply was an error, but the voice is gone",
    )


def _keep_for_later(result: Result, voice: LiveVoice, run: Run) -> Result:
    """Note a voice that is still there, against what the service said, as ours to delete."""
    deposed = Deposed(result.name, voice.spec.digest if voice.spec else None)
    run.books.journal.note_kept(result.voice)
    run.books.change(lambda lock: lock.depose(result.voice, deposed))
    return result.failed("the service says that it is deleted, but still has it")
