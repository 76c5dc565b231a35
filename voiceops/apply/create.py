"""One create, from the intent to the lockfile: sent once, recorded whatever comes back."""

from __future__ import annotations

from dataclasses import dataclass

from voiceops.apply.run import Event, EventKind, Run
from voiceops.core.desired import Desired
from voiceops.core.facts import Facts, Intent
from voiceops.core.families.known import parse_voice_name
from voiceops.core.forms import ACCOUNT_ZONE
from voiceops.core.lock import LockEntry
from voiceops.core.plan import Change
from voiceops.core.result import Result, Status
from voiceops.errors import (
    AuthenticationFailed,
    BillingRefused,
    FileUnusable,
    HeldBack,
    ModelGone,
    NotExecuted,
    OutcomeUnknown,
    QuotaFull,
    Rejected,
    VoiceopsError,
)
from voiceops.files.state.previews import save_preview
from voiceops.provider.create import UNKNOWN_HINT, UNKNOWN_NOTE
from voiceops.provider.protocol import Created

# Seconds to wait after a create that was certainly not executed, before it is sent again.
PAUSES_S = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
LONGEST_PAUSE_S = 60.0
# Rejections that every further create would meet, too.
_HOPELESS = (AuthenticationFailed, BillingRefused, ModelGone, QuotaFull)


def create_voice(change: Change, desired: Desired, run: Run, *, before: Before) -> Result:
    """Get a new voice made for a change, and into the lockfile.

    Each sending has an intent of its own in the journal. What was certainly not executed is sent
    again after a pause; what may have been executed never is: the intent then stays open. So it
    does if the reply names a voice that was there before: such a reply is another one's, replayed.
    """
    pauses = iter(PAUSES_S)
    while True:
        sending = Sending(desired, run, before=before)
        try:
            created = sending.believe(run.provider.create(desired, announce=sending.announce))
        except HeldBack as error:
            return Result.of(change, Status.NOT_TRIED, message=error.message)
        except NotExecuted as error:
            sending.close("not_executed")
            pause_s = next(pauses, None)
            if pause_s is None:
                return _failed(change, error)
            _wait(max(pause_s, error.retry_after_s or 0), error, change, run=run)
        except Rejected as error:
            sending.close("rejected")
            if isinstance(error, _HOPELESS):
                run.creates.close(error.message)
            return _failed(change, error)
        except OutcomeUnknown as error:
            run.count_unknown(change.name)
            return Result.of(change, Status.UNKNOWN, message=error.message, hint=error.hint)
        except FileUnusable as error:  # the journal could not take the intent: nothing was sent
            run.everything.close(error.message)
            return _failed(change, error)
        else:
            return _record(change, desired, created, sending=sending, run=run)


@dataclass(frozen=True, slots=True)
class Before:
    """What was there when the plan was made: whatever a create makes is not among it.

    `known` are the voices that were live, or named by any known lockfile.
    """

    known: frozenset[str]

    @classmethod
    def of(cls, facts: Facts) -> Before:
        """Take it from what the plan was made from."""
        lock, claims = facts.lock, facts.claims
        locked = {entry.voice_id for entry in lock.voices.values()}
        live = {voice.voice_id for voice in facts.live}
        return cls(frozenset(live | locked | {*lock.deposed} | claims.voices | claims.deposed))

    def of_name(self, name: str) -> frozenset[str]:
        """Give those of a preferred name, whatever its case."""
        wanted = name.casefold()
        return frozenset(
            voice_id
            for voice_id in self.known
            if (parsed := parse_voice_name(voice_id)) and parsed.preferred_name.casefold() == wanted
        )


class Sending:
    """One sending of a create, and its intent: written when it is its turn, not before."""

    def __init__(self, desired: Desired, run: Run, *, before: Before) -> None:
        self._desired = desired
        self._run = run
        self._before = before
        self.intent_id = ""

    def announce(self) -> None:
        """Write the intent, right before the request; HeldBack if nothing may be sent any more."""
        why_not = self._run.why_not(create=True)
        if why_not:
            raise HeldBack(why_not)
        clock = self._run.provider.clock
        mark = clock.mark()
        # Gone or not, what the name stands for so far is not the new one.
        saw = self._run.books.lock.voice_of(self._desired.name)
        self.intent_id = f"{self._desired.name}-{mark.wall:%Y%m%d%H%M%S%f}"
        self._run.ages.begin(self.intent_id)
        intent = Intent(
            id=self.intent_id,
            at=mark.wall,
            told=clock.latest(mark),
            name=self._desired.name,
            spec=self._desired.spec.digest,
            target_model=self._desired.spec.target_model,
            language=self._desired.spec.language,
            protect=_is_protected(self._desired, self._run),
            before=self._before.of_name(self._desired.sent) | ({saw} - {""}),
            saw=saw,
            sent=self._desired.sent_as,
            seen=self._desired.seen_digest,
        )
        self._run.books.journal.open_intent(intent)

    def believe(self, created: Created) -> Created:
        """Let a reply pass that names a new voice; OutcomeUnknown for one that was there before."""
        lock = self._run.books.lock
        is_named = lock.names_of(created.voice_id) or created.voice_id in lock.deposed
        if not is_named and created.voice_id not in self._before.known:
            return created
        message = f"the reply names {created.voice_id}, which was there before"
        raise OutcomeUnknown(
            f"create {self._desired.name}: {message}; {UNKNOWN_NOTE}", hint=UNKNOWN_HINT
        )

    def close(self, why: str) -> None:
        """Note that nothing is left to be found out about this sending."""
        self._run.close_intent(self.intent_id, why)


def _is_protected(desired: Desired, run: Run) -> bool:
    if desired.protect is not None:
        return desired.protect
    entry = run.books.lock.voices.get(desired.name)
    return entry is not None and entry.protect


def _wait(pause_s: float, error: NotExecuted, change: Change, *, run: Run) -> None:
    capped_s = min(pause_s, LONGEST_PAUSE_S)
    message = f"{error.message}; it was not executed, trying again in {capped_s:g} s"
    run.tell(Event(EventKind.WAITING, message, change))
    run.effects.sleep(capped_s, unless=lambda: run.everything.is_closed)


def _record(
    change: Change, desired: Desired, created: Created, *, sending: Sending, run: Run
) -> Result:
    """Write down a voice that is paid for: journal, then lockfile, then its preview.

    The service sends a preview only once, so it is kept whatever became of the lockfile.
    """
    run.note_result(sending.intent_id, created.voice_id)
    entry = LockEntry(
        voice_id=created.voice_id,
        target_model=desired.spec.target_model,
        language=desired.spec.language,
        spec=desired.spec.digest,
        created=_tell_time(created.voice_id, run),
        protect=_is_protected(desired, run),
    )
    result = run.record(change, entry, depose=bool(change.replaces))
    if result.status is Status.DONE:
        sending.close("committed")
    kept = _keep_preview(result, desired, created, run)
    if parse_voice_name(created.voice_id) is None:
        return kept.remark(
            "keep the lockfile: by a name of this form the voice could not be found again"
        )
    return kept


def _tell_time(voice_id: str, run: Run) -> str | None:
    """Give the time of the create for the lockfile, if neither name nor listing tells it yet."""
    name = parse_voice_name(voice_id)
    if name is None or name.created_at is not None:
        return None
    mark = run.provider.clock.mark()
    latest = run.provider.clock.latest(mark) or mark.wall
    return f"{latest.astimezone(ACCOUNT_ZONE):%Y-%m-%d %H:%M:%S}"


def _keep_preview(result: Result, desired: Desired, created: Created, run: Run) -> Result:
    """Save the preview; one that is faulty is a remark, since the voice is there and paid for."""
    if created.preview is None:
        return result.remark(f"no preview: {created.preview_fault}")
    try:
        path = save_preview(
            run.state_dir, desired, created.voice_id, created.preview, effects=run.effects
        )
    except FileUnusable as error:
        return result.remark(f"no preview: {error.message}")
    return result.with_preview(path.relative_to(run.root).as_posix())


def _failed(change: Change, error: VoiceopsError) -> Result:
    return Result.of(change, Status.FAILED, message=error.message, hint=error.hint)
