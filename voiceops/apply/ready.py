"""Wait for new voices that the service still reviews; what it refuses is told, not made again."""

from __future__ import annotations

from collections.abc import Iterable

from voiceops.apply.run import Event, EventKind, Run
from voiceops.core.families.known import family_of_voice
from voiceops.core.plan import Action
from voiceops.core.result import Result
from voiceops.core.result import Status as End
from voiceops.core.voice import Status
from voiceops.errors import ServiceError

PAUSE_S = 3.0
# Reviews of six seconds were seen; clients give up after three to five minutes.
LONGEST_WAIT_S = 180.0
_MAKING = frozenset({Action.CREATE, Action.REPLACE})
_REFUSED = (
    "the service refused it in its review: edit its text, which makes another voice in its place"
)
_IN_REVIEW = "the service still reviews it: it cannot speak yet"


def await_ready(results: Iterable[Result], run: Run) -> tuple[Result, ...]:
    """Look at new voices until all can speak, are refused, or three minutes are over."""
    ended = tuple(results)
    statuses = {one.voice: Status.IN_REVIEW for one in ended if _may_be_reviewed(one)}
    begun_s = run.provider.clock.mark().monotonic_s
    while statuses:
        statuses |= _look(statuses, run)
        left = sorted(voice for voice, status in statuses.items() if status is Status.IN_REVIEW)
        over = run.provider.clock.mark().monotonic_s - begun_s >= LONGEST_WAIT_S
        if not left or over or not run.may_wait or run.everything.is_closed:
            break
        message = f"looking again in {PAUSE_S:g} s whether {', '.join(left)} can speak"
        run.tell(Event(EventKind.WAITING, message))
        run.effects.sleep(PAUSE_S, unless=lambda: run.everything.is_closed)
    return tuple(_tell(one, statuses.get(one.voice, Status.READY)) for one in ended)


def _may_be_reviewed(result: Result) -> bool:
    family = family_of_voice(result.voice)
    is_new = result.action in _MAKING and result.status is End.DONE
    return is_new and family is not None and family.has_status


def _look(statuses: dict[str, Status], run: Run) -> dict[str, Status]:
    """Ask for those that were in review; what cannot be asked stays so."""
    seen = {}
    for voice_id in [one for one, status in statuses.items() if status is Status.IN_REVIEW]:
        try:
            voice = run.provider.query(voice_id)
        except ServiceError:
            continue
        if voice is not None:
            seen[voice_id] = voice.status
    return seen


def _tell(result: Result, status: Status) -> Result:
    match status:
        case Status.READY:
            return result
        case Status.IN_REVIEW:
            return result.remark(_IN_REVIEW)
        case Status.REFUSED:
            return result.failed(_REFUSED)
