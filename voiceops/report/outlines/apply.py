"""The outline of what an apply did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from voiceops.core.plan import Action
from voiceops.core.result import Report, Result, Status
from voiceops.report.outlines.notes import Counts, Level, Note, Outline, Section
from voiceops.report.sentences import DONE

_LEVELS = {
    Status.DONE: Level.NOTICE,
    Status.FAILED: Level.ERROR,
    Status.UNKNOWN: Level.ERROR,
    Status.NOT_TRIED: Level.WARNING,
}
_WORDS = {
    Status.DONE: "done",
    Status.FAILED: "failed",
    Status.UNKNOWN: "unknown",
    Status.NOT_TRIED: "not tried",
}
_NAMING = {
    Action.RENAME,
    Action.RECORD,
    Action.ADOPT,
    Action.RESTORE,
    Action.CREATE,
    Action.REPLACE,
}
_GRAVE = {Action.DEPOSE, Action.CREATE, Action.REPLACE, Action.PRUNE, Action.DELETE}


def outline_report(report: Report) -> Outline:
    """Tell what was done, what was not and why."""
    sections = (
        Section("results", "Results", tuple(_note_result(result) for result in report.results)),
        Section("warnings", "Warnings", tuple(_note_warning(one) for one in report.warnings)),
        Section("stopped", "Stopped", tuple(_notes_stop(report))),
    )
    return Outline(
        report.kind,
        ("Apply", _summarise(report)),
        tuple(_facts(report)),
        sections,
        _count(report),
        digest=report.plan_digest,
        names=tuple(one.name for one in report.results if one.status is Status.DONE),
        voices=tuple(_find_voices(report)),
    )


def _find_voices(report: Report) -> Iterator[tuple[str, str]]:
    """Give the names that were changed, each with the voice that it stands for now."""
    for one in report.results:
        if one.status is Status.DONE and one.action in _NAMING and one.voice:
            yield one.name, one.voice


def _summarise(report: Report) -> str:
    done = _done(report)
    parts = [f"{done[action]} {DONE[action]}" for action in Action if done[action]]
    undone = (Status.FAILED, Status.UNKNOWN, Status.NOT_TRIED)
    parts += [f"{report.count(one)} {_WORDS[one]}" for one in undone if report.count(one)]
    return ", ".join(parts) or "nothing to do"


def _facts(report: Report) -> Iterator[tuple[str, str]]:
    yield "Environment", f"{report.environment}, at {report.endpoint}"
    if report.spent:
        yield "Spent", f"about {report.spent} {report.currency}"
    if report.perhaps:
        yield "Perhaps", f"{report.perhaps} {report.currency} more"
    if report.plan_digest:
        yield "Digest of the plan", report.plan_digest
    yield "Lockfile", report.lockfile


def _note_result(result: Result) -> Note:
    is_done = result.status is Status.DONE
    word = DONE[result.action] if is_done else f"{_WORDS[result.status]}: {result.action}"
    labels = {"voice": result.voice, "preview": result.preview}
    return Note(
        level=_LEVELS[result.status],
        code=result.status,
        verb=word,
        name=result.name,
        message=result.message or _WORDS[result.status],
        details=tuple((label, value) for label, value in labels.items() if value),
        hint=result.hint,
        is_grave=not is_done or result.action in _GRAVE,
    )


def _note_warning(warning: str) -> Note:
    return Note(Level.WARNING, "warning", "warning", "", warning)


def _notes_stop(report: Report) -> Iterator[Note]:
    if report.stopped_by:
        message = f"signal {report.stopped_by} ended the apply before all was done"
        hint = "apply again: what was in flight is then looked for"
        yield Note(Level.ERROR, "stopped", "stopped", "", message, hint=hint, is_grave=True)


def _done(report: Report) -> Counter[Action]:
    return Counter(one.action for one in report.results if one.status is Status.DONE)


def _count(report: Report) -> Counts:
    done = _done(report)
    creates, replaces = done[Action.CREATE], done[Action.REPLACE]
    deletes = done[Action.DELETE] + done[Action.PRUNE]
    return Counts(
        changes=done.total(),
        creates=creates,
        replaces=replaces,
        adopts=done[Action.ADOPT] + done[Action.RESTORE],
        updates=done.total() - creates - replaces - deletes,
        deletes=deletes,
        gone=deletes,
        price=str(report.spent),
        drift="",
        quota=f"{report.quota.peak}/{report.quota.limit}",
    )
