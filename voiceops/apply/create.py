"""One create, from the intent to the lockfile: sent once, recorded whatever comes back."""

from __future__ import annotations

from functools import partial

from voiceops.apply.run import Event, EventKind, Run
from voiceops.core.desired import Desired
from voiceops.core.facts import Intent
from voiceops.core.lock import LockEntry
from voiceops.core.plan import Change
from voiceops.core.result import Result, Status
from voiceops.errors import (
    AuthenticationFailed,
    BillingRefused,
    FileUnusable,
    ModelGone,
    NotExecuted,
    OutcomeUnknown,
    QuotaFull,
    Rejected,
    VoiceopsError,
)
from voiceops.files.previews import save_preview
from voiceops.provider.protocol import Created

# Seconds to wait after a create that was certainly not executed, before it is sent again.
PAUSES_S = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
LONGEST_PAUSE_S = 60.0
# Rejections that every further create would meet, too.
_HOPELESS = (AuthenticationFailed, BillingRefused, ModelGone, QuotaFull)


def create_voice(change: Change, desired: Desired, run: Run, *, before: frozenset[str]) -> Result:
    """Get a new voice made for a change, and into the lockfile.

    Each sending has an intent of its own in the journal. What was certainly not executed is sent
    again after a pause; what may have been executed never is: the intent then stays open.
    `before` are the live voices of this preferred name, as the plan saw them.
    """
    pauses = iter(PAUSES_S)
    while True:
        why_not = run.why_not(create=True)
        if why_not:
            return Result.of(change, Status.NOT_TRIED, message=why_not)
        intent = _make_intent(desired, run, before=before)
        try:
            created = run.provider.create(
                desired, announce=partial(run.books.journal.open_intent, intent)
            )
        except NotExecuted as error:
            run.close_intent(intent.id, "not_executed")
            pause_s = next(pauses, None)
            if pause_s is None:
                return _failed(change, error)
            _wait(max(pause_s, error.retry_after_s or 0), error, change, run=run)
        except Rejected as error:
            run.close_intent(intent.id, "rejected")
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
            return _record(change, desired, created, intent=intent, run=run)


def _make_intent(desired: Desired, run: Run, *, before: frozenset[str]) -> Intent:
    now = run.effects.now()
    return Intent(
        id=f"{desired.name}-{now:%Y%m%d%H%M%S%f}",
        at=now,
        name=desired.name,
        spec=desired.spec.digest,
        target_model=desired.spec.target_model,
        language=desired.spec.language,
        protect=_is_protected(desired, run),
        before=before,
    )


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
    change: Change, desired: Desired, created: Created, *, intent: Intent, run: Run
) -> Result:
    """Write down a voice that is paid for: journal, then lockfile, then its preview."""
    run.note_result(intent.id, created.voice_id)
    entry = LockEntry(
        voice_id=created.voice_id,
        target_model=desired.spec.target_model,
        language=desired.spec.language,
        spec=desired.spec.digest,
        protect=intent.protect,
    )
    result = run.record(change, entry, depose=bool(change.replaces))
    if result.status is not Status.DONE:
        return result
    run.close_intent(intent.id, "committed")
    return _keep_preview(result, desired, created, run)


def _keep_preview(result: Result, desired: Desired, created: Created, run: Run) -> Result:
    """Save the preview; one that is faulty is a remark, since the voice is there and paid for."""
    if created.preview is None:
        return result.remark(f"no preview: {created.preview_fault}")
    try:
        path = save_preview(run.state_dir, desired, created.preview, effects=run.effects)
    except FileUnusable as error:
        return result.remark(f"no preview: {error.message}")
    return result.with_preview(path.relative_to(run.root).as_posix())


def _failed(change: Change, error: VoiceopsError) -> Result:
    return Result.of(change, Status.FAILED, message=error.message, hint=error.hint)
