"""A plan as text: the details first, the summary last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from voiceops.core.plan import (
    Action,
    Candidate,
    Change,
    Drift,
    FieldChange,
    IdleRisk,
    Plan,
    Quota,
    Reason,
)
from voiceops.core.spec import SPEC_FIELDS
from voiceops.report.style import Style
from voiceops.report.terminal import clip, show
from voiceops.report.words import compare_words

_SIGNS = {
    Action.SETTLE: ("?", "yellow"),
    Action.RENAME: ("~", "cyan"),
    Action.RECORD: ("~", "cyan"),
    Action.ADOPT: ("<", "cyan"),
    Action.RESTORE: ("<", "cyan"),
    Action.FORGET: ("x", "dim"),
    Action.CREATE: ("+", "green"),
    Action.REPLACE: ("±", "yellow"),
    Action.PRUNE: ("-", "red"),
    Action.DELETE: ("-", "red"),
    Action.PROBLEM: ("!", "red"),
    Action.KEEP: ("=", "dim"),
}
_WHY = {
    Reason.NEW: "it is new",
    Reason.TWIN: "the account has this very voice; free of charge",
    Reason.RESTORED: "it was replaced before and is wanted again; free of charge",
    Reason.AMBIGUOUS: "more than one voice fits",
    Reason.UNREADABLE: "a voice that cannot be read may be it",
    Reason.DECLARED: "the manifest says so",
    Reason.UP_TO_DATE: "it is as declared",
    Reason.ECHOED: "it is as declared, but echoed otherwise",
    Reason.EDITED: "its declaration was edited",
    Reason.LOST: "its voice is gone from the account",
    Reason.UNLISTED: "its voice is not listed",
    Reason.RENAMED: "free of charge",
    Reason.RECORDED: "only the lockfile changes",
    Reason.REMOVED: "no manifest declares it any more",
    Reason.DEPOSED: "it was replaced",
    Reason.PENDING: "a create has an unknown outcome",
    Reason.UNSETTLED: "a create has an unknown outcome",
    Reason.UNMANAGED: "nobody declares it (orphans: delete)",
}
_COUNTED = {
    Action.SETTLE: "to settle",
    Action.RENAME: "to rename",
    Action.RECORD: "to record",
    Action.ADOPT: "to adopt",
    Action.RESTORE: "to restore",
    Action.FORGET: "to forget",
    Action.CREATE: "to create",
    Action.REPLACE: "to replace",
    Action.PRUNE: "to prune",
    Action.DELETE: "to delete",
    Action.PROBLEM: "in doubt",
    Action.KEEP: "to keep",
}
_MOST_UNMANAGED = 10


def render_plan(plan: Plan, style: Style) -> str:
    """Write a plan for a person to read; ends with the summary, without the next command."""
    lines = (*_details(plan, style), *_outlook(plan, style), summarise(plan, style))
    return "\n".join(lines) + "\n"


def summarise(plan: Plan, style: Style) -> str:
    """Say in one line what an apply would do."""
    if plan.is_empty:
        rest = f", {plan.unselected} not selected" if plan.unselected else ""
        kept = _count(plan.unchanged, "voice")
        return style.paint(f"No changes: {kept} as declared{rest}.", "bold")
    counts = [f"{count} {_COUNTED[action]}" for action, count in plan.count().items()]
    counts.append(f"{plan.unchanged} unchanged")
    if plan.unselected:
        counts.append(f"{plan.unselected} not selected")
    return style.paint(f"Plan: {', '.join(counts)}.", "bold")


def _details(plan: Plan, style: Style) -> Iterator[str]:
    yield style.paint(f"environment {show(plan.environment)}, at {show(plan.endpoint)}", "dim")
    yield ""
    price = f"{plan.price.each} {plan.price.currency}"
    for change in plan.changes:
        yield from _render_change(change, price, style)
    if plan.changes:
        yield ""


def _render_change(change: Change, price: str, style: Style) -> Iterator[str]:
    sign, colour = _SIGNS[change.action]
    head = style.paint(f"{sign} {change.action:<8}", colour, "bold")
    renamed = f" (was {change.renamed_from})" if change.renamed_from else ""
    place = f"  {show(str(change.desired.place))}" if change.desired else ""
    yield (
        f"{head} {style.paint(show(change.name) + renamed, 'bold')}  "
        f"{style.paint(_WHY[change.reason] + place, 'dim')}"
    )
    yield from _render_voices(change, style)
    if change.action is Action.CREATE and change.desired:
        for field in SPEC_FIELDS:
            value = show(getattr(change.desired.spec, field))
            yield clip(f"    {field:<13} {value}", style.width)
    for difference in change.differences:
        yield from _render_difference(difference, style)
    for candidate in change.candidates:
        yield f"    {show(candidate.voice)}  {_render_age(candidate)}, {price}"
    if change.message:
        yield f"    {style.paint(show(change.message), colour)}"
    if change.hint:
        yield f"    hint: {show(change.hint)}"


def _render_age(candidate: Candidate) -> str:
    if candidate.age_days is None:
        return "made at an unknown time"
    days = _count(candidate.age_days, "day")
    return f"made {show(candidate.created)}, {days} ago"


def _render_voices(change: Change, style: Style) -> Iterator[str]:
    if change.voice:
        yield f"    voice         {show(change.voice)}"
    if change.replaces:
        yield f"    {style.paint('then deletes', 'red')}  {show(change.replaces)}"
    if change.lost:
        yield f"    gone          {show(change.lost)}"


def _render_difference(difference: FieldChange, style: Style) -> Iterator[str]:
    label = f"    {difference.field:<13} "
    if difference.before is None:
        yield clip(f"{label}(not known) -> {show(difference.after)}", style.width)
        return
    parts = []
    for piece in compare_words(difference.before, difference.after):
        text = show(piece.text)
        match piece.kind:
            case "old":
                parts.append(style.paint(f"[-{text}-]", "red"))
            case "new":
                parts.append(style.paint(f"{{+{text}+}}", "green"))
            case _:
                parts.append(text)
    yield label + "".join(parts)


def _outlook(plan: Plan, style: Style) -> Iterator[str]:
    """Tell what is not a change: drift, other voices, idle risk, quota, price, refusals."""
    yield from _block("Drift", (_render_drift(drift, style) for drift in plan.drift), style)
    yield from _block("Unmanaged voices (kept)", _render_unmanaged(plan), style)
    yield from _block(
        "Voices that the service may delete, because nobody speaks with them",
        (_render_idle(risk) for risk in plan.idle),
        style,
    )
    yield from _render_warnings(plan, style)
    yield _render_quota(plan.quota, style)
    if plan.price.creates:
        price = plan.price
        yield (
            f"Price: {price.creates} x {price.each} = {price.amount} {price.currency} (an estimate)"
        )
    yield ""
    for guard in plan.guards:
        yield style.paint(f"refused: {show(guard.message)}", "red", "bold")
        yield f"  hint: {show(guard.hint)}"
    for ask in plan.asks:
        yield style.paint(f"a person is asked: {show(ask)}", "yellow", "bold")
    if plan.guards or plan.asks:
        yield ""


def _block(title: str, lines: Iterable[str], style: Style) -> Iterator[str]:
    found = list(lines)
    if found:
        yield style.paint(f"{title}:", "bold")
        yield from (f"  {line}" for line in found)
        yield ""


def _render_drift(drift: Drift, style: Style) -> str:
    if drift.kind is Reason.LOST:
        return f"{drift.name}: {show(drift.voice)} is gone"
    changed = ", ".join(difference.field for difference in drift.differences) or "spec"
    line = f"{drift.name}: {show(drift.voice)} echoes another {changed} than was observed"
    return clip(line, style.width)


def _render_unmanaged(plan: Plan) -> Iterator[str]:
    leaving = {change.voice for change in plan.changes if change.action is Action.DELETE}
    kept = [voice for voice in plan.unmanaged if voice.voice not in leaving]
    for voice in kept[:_MOST_UNMANAGED]:
        note = ""
        if voice.duplicate_of:
            paid = f"{plan.price.each} {plan.price.currency}"
            note = f"  a duplicate of {voice.duplicate_of}, paid for twice ({paid})"
        yield f"{show(voice.voice)}{note}"
    if len(kept) > _MOST_UNMANAGED:
        yield f"and {len(kept) - _MOST_UNMANAGED} more: see `voiceops list`"


def _render_idle(risk: IdleRisk) -> str:
    evidence = "last used" if risk.evidence == "recorded_use" else "no recorded use, made"
    when = f"in {risk.days_left} days" if risk.days_left > 0 else "any day now"
    name = risk.name or f"{show(risk.voice)} (unmanaged)"
    return f"{risk.deletes_on}  {name}  {evidence} {risk.last_used}, {when}"


def _render_warnings(plan: Plan, style: Style) -> Iterator[str]:
    for warning in plan.warnings:
        yield style.paint(f"warning: {show(str(warning))}", "yellow")
        if warning.hint:
            yield f"  hint: {show(warning.hint)}"
    if plan.warnings:
        yield ""


def _render_quota(quota: Quota, style: Style) -> str:
    line = (
        f"Quota: {quota.now:,} voices now, {quota.after:,} after, {quota.peak:,} at the peak, "
        f"of {quota.limit:,}"
    )
    if not quota.is_near:
        return line
    return style.paint(f"{line}: near the limit (warning from {quota.warn_at:,})", "yellow", "bold")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
