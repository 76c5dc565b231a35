"""The outline of a plan; drift's document is a plan, too."""

from __future__ import annotations

from collections.abc import Iterator

from voiceops.core.plan import Action, Change, FieldChange, Guard, Plan, Unmanaged
from voiceops.core.planning.binding import name_changes
from voiceops.core.spec import SPEC_FIELDS
from voiceops.report.outlines.notes import Counts, Level, Note, Outline, Section, note_fault
from voiceops.report.sentences import (
    WHY,
    say_candidate,
    say_difference,
    say_drift,
    say_idle,
    say_price,
    say_quota,
    say_unmanaged,
    say_unreachable,
    say_waiting,
)
from voiceops.report.style import Style
from voiceops.report.terminal import clip
from voiceops.report.text.plan import summarise

_SPEC_COLUMNS = 160  # The manifest has the whole of it.
_MADE = {Action.CREATE, Action.REPLACE}
_TAKEN = {Action.ADOPT, Action.RESTORE}
_DELETED = {Action.DELETE, Action.PRUNE}


def outline_plan(plan: Plan) -> Outline:
    """Tell what an apply would do, then what else a person should know."""
    label, _, summary = summarise(plan, Style()).removesuffix(".").partition(": ")
    sections = (
        Section("changes", "Changes", tuple(_note_change(change, plan) for change in plan.changes)),
        Section("drift", "Drift", tuple(_notes_drift(plan))),
        Section("unmanaged", "Unmanaged voices (kept)", tuple(_notes_unmanaged(plan))),
        Section(
            "unreachable",
            "Unreachable (nothing is decided, they stay in the lockfile)",
            tuple(_notes_unreachable(plan)),
        ),
        Section("pinned", "Pinned voices (their text has moved on)", tuple(_notes_pinned(plan))),
        Section(
            "waiting",
            "Deposed voices (a revert, or `adopt`, brings them back)",
            tuple(_notes_waiting(plan)),
        ),
        Section("idle", "Voices that may be deleted for disuse", tuple(_notes_idle(plan))),
        Section(
            "warnings",
            "Warnings",
            tuple(note_fault(fault, Level.WARNING) for fault in plan.warnings),
        ),
        Section("refused", "Refused", tuple(_note_guard(guard) for guard in plan.guards)),
        Section("asked", "A person is asked", tuple(_note_ask(ask) for ask in plan.asks)),
    )
    return Outline(
        plan.kind,
        (label, summary),
        tuple(_facts(plan)),
        sections,
        _count(plan),
        digest=name_changes(plan),
        names=tuple(change.name for change in plan.changes),
    )


def _facts(plan: Plan) -> Iterator[tuple[str, str]]:
    yield "Environment", f"{plan.environment}, at {plan.endpoint}"
    for quota in plan.quotas or (plan.quota,):
        yield "Quota", say_quota(quota)
    if plan.price.creates:
        yield "Price", say_price(plan.price)
    if plan.changes:
        yield "Digest of the plan", name_changes(plan)
    if plan.needs_a_person:
        yield "Refused", f"{len(plan.guards)} refused, {len(plan.problems)} in doubt"


def _note_change(change: Change, plan: Plan) -> Note:
    destroys = bool(change.deletes)
    level = Level.WARNING if destroys or change.deposes else Level.NOTICE
    message = f": {change.message}" if change.message else ""
    return Note(
        level=Level.ERROR if change.action is Action.PROBLEM else level,
        code=change.reason,
        verb=change.action,
        name=change.name,
        message=f"{WHY[change.reason]}{message}",
        details=tuple(_details(change, plan)),
        hint=change.hint,
        place=change.desired.place if change.desired else None,
        is_grave=bool(destroys or change.deposes) or change.action in {*_MADE, Action.PROBLEM},
    )


def _details(change: Change, plan: Plan) -> Iterator[tuple[str, str]]:
    labels = {
        "was": change.renamed_from,
        "voice": change.voice,
        "keeps" if change.until else "then deletes": change.replaces,
        "until": str(change.until or ""),
        "gone": change.lost,
    }
    yield from ((label, value) for label, value in labels.items() if value)
    if change.action is Action.CREATE and change.desired:
        spec = change.desired.spec
        yield from ((field, clip(getattr(spec, field), _SPEC_COLUMNS)) for field in SPEC_FIELDS)
    yield from _differences(change.differences)
    yield from (("candidate", say_candidate(one, plan.price)) for one in change.candidates)


def _differences(differences: tuple[FieldChange, ...]) -> Iterator[tuple[str, str]]:
    return ((one.field, say_difference(one)) for one in differences)


def _notes_drift(plan: Plan) -> Iterator[Note]:
    places = {change.name: change.desired.place for change in plan.changes if change.desired}
    for drift in plan.drift:
        yield Note(
            Level.WARNING,
            drift.kind,
            "drift",
            drift.name,
            say_drift(drift),
            details=tuple(_differences(drift.differences)),
            place=places.get(drift.name),
        )


def _notes_unmanaged(plan: Plan) -> Iterator[Note]:
    leaving = {change.voice for change in plan.changes if change.action is Action.DELETE}
    return (_note_unmanaged(one, plan) for one in plan.unmanaged if one.voice not in leaving)


def _note_unmanaged(voice: Unmanaged, plan: Plan) -> Note:
    level = Level.WARNING if voice.duplicate_of else Level.NOTICE
    code = "duplicate" if voice.duplicate_of else "unmanaged"
    return Note(level, code, code, voice.name, say_unmanaged(voice, plan.price))


def _notes_unreachable(plan: Plan) -> Iterator[Note]:
    for one in plan.unreachable:
        message = say_unreachable(one)
        yield Note(Level.WARNING, "unreachable", "unreachable", one.name, message)


def _notes_pinned(plan: Plan) -> Iterator[Note]:
    for one in plan.pinned:
        details = tuple(_differences(one.differences))
        message = f"{one.voice} stays as it is"
        yield Note(Level.NOTICE, "pinned", "pinned", one.name, message, details=details)


def _notes_waiting(plan: Plan) -> Iterator[Note]:
    for one in plan.waiting:
        level = Level.WARNING if one.held else Level.NOTICE
        yield Note(level, "waiting", "deposed", one.name, say_waiting(one))


def _notes_idle(plan: Plan) -> Iterator[Note]:
    for risk in plan.idle:
        level = Level.WARNING if risk.name else Level.NOTICE
        yield Note(level, "idle", "idle", risk.name or risk.voice, say_idle(risk))


def _note_guard(guard: Guard) -> Note:
    return Note(
        Level.ERROR, guard.code, "refused", "", guard.message, hint=guard.hint, is_grave=True
    )


def _note_ask(ask: str) -> Note:
    return Note(Level.WARNING, "asked", "asked", "", ask, is_grave=True)


def _count(plan: Plan) -> Counts:
    changes = plan.changes
    gone = sum(bool(one.deletes) for one in changes)
    swaps = sum(one.action is Action.REPLACE and bool(one.deletes) for one in changes)
    replaces = sum(one.action is Action.REPLACE for one in changes)
    not_updates = {*_MADE, *_DELETED, Action.PROBLEM, Action.KEEP}
    return Counts(
        changes=len(changes),
        creates=sum(one.action is Action.CREATE for one in changes),
        replaces=replaces,
        adopts=sum(one.action in _TAKEN for one in changes),
        updates=sum(one.action not in not_updates for one in changes),
        deletes=gone - swaps,
        gone=gone,
        price=str(plan.price.amount),
        drift=str(len(plan.drift)),
        quota=f"{plan.quota.peak}/{plan.quota.limit}",
    )
