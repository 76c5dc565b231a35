"""A plan as text: the details first, the summary last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from voiceops.core.plan import (
    Action,
    Change,
    FieldChange,
    IdleRisk,
    Plan,
    Quota,
)
from voiceops.core.spec import SPEC_FIELDS
from voiceops.report.sentences import (
    WHY,
    say_candidate,
    say_count,
    say_drift,
    say_idle,
    say_price,
    say_quota,
    say_unmanaged,
    say_unreachable,
    say_waiting,
)
from voiceops.report.style import Style
from voiceops.report.terminal import clip, fold, show
from voiceops.report.words import compare_words

_SIGNS = {
    Action.SETTLE: ("?", "yellow"),
    Action.RENAME: ("~", "cyan"),
    Action.RECORD: ("~", "cyan"),
    Action.ADOPT: ("<", "cyan"),
    Action.RESTORE: ("<", "cyan"),
    Action.FORGET: ("x", "dim"),
    Action.DEPOSE: ("-", "yellow"),
    Action.CREATE: ("+", "green"),
    Action.REPLACE: ("±", "yellow"),
    Action.PRUNE: ("-", "red"),
    Action.DELETE: ("-", "red"),
    Action.PROBLEM: ("!", "red"),
    Action.KEEP: ("=", "dim"),
}
_COUNTED = {
    Action.SETTLE: "to settle",
    Action.RENAME: "to rename",
    Action.RECORD: "to record",
    Action.ADOPT: "to adopt",
    Action.RESTORE: "to restore",
    Action.FORGET: "to forget",
    Action.DEPOSE: "to depose",
    Action.CREATE: "to create",
    Action.REPLACE: "to replace",
    Action.PRUNE: "to prune",
    Action.DELETE: "to delete",
    Action.PROBLEM: "in doubt",
    Action.KEEP: "to keep",
}
_MOST_UNMANAGED = 10
_INDENT = 18  # where the values of a voice stand


def render_plan(plan: Plan, style: Style) -> str:
    """Write a plan for a person to read; ends with the summary, without the next command."""
    lines = (*_details(plan, style), *_outlook(plan, style), summarise(plan, style))
    return "\n".join(lines) + "\n"


def summarise(plan: Plan, style: Style) -> str:
    """Say in one line what an apply would do."""
    if plan.is_empty:
        rest = f", {plan.unselected} not selected" if plan.unselected else ""
        kept = say_count(plan.unchanged, "voice")
        return style.paint(f"No changes: {kept} as declared{rest}.", "bold")
    counts = [*_counts(plan), f"{plan.unchanged} unchanged"]
    if plan.unselected:
        counts.append(f"{plan.unselected} not selected")
    return style.paint(f"Plan: {', '.join(counts)}.", "bold")


def say_attention(plan: Plan) -> str:
    """Say in a few plain words what a person should know of, for a title."""
    counts = _counts(plan)
    idle = sum(bool(risk.name) for risk in plan.idle)
    more = (
        (len(plan.drift), "drifted"),
        (idle, "at risk of disuse"),
        (len(plan.guards), "refused"),
    )
    counts += [f"{count} {word}" for count, word in more if count]
    return ", ".join(counts) or "all as declared"


def _counts(plan: Plan) -> list[str]:
    return [f"{count} {_COUNTED[action]}" for action, count in plan.count().items()]


def _details(plan: Plan, style: Style) -> Iterator[str]:
    yield style.paint(f"environment {show(plan.environment)}, at {show(plan.endpoint)}", "dim")
    yield ""
    for change in plan.changes:
        yield from _render_change(change, plan, style)
    if plan.changes:
        yield ""


def _render_change(change: Change, plan: Plan, style: Style) -> Iterator[str]:
    sign, colour = _SIGNS[change.action]
    head = style.paint(f"{sign} {change.action:<8}", colour, "bold")
    renamed = f" (was {show(change.renamed_from)})" if change.renamed_from else ""
    place = f"  {show(str(change.desired.place))}" if change.desired else ""
    yield (
        f"{head} {style.paint(show(change.name) + renamed, 'bold')}  "
        f"{style.paint(WHY[change.reason] + place, 'dim')}"
    )
    yield from _render_voices(change, style)
    if change.action is Action.CREATE and change.desired:
        for field in SPEC_FIELDS:
            value = show(getattr(change.desired.spec, field))
            yield from fold(f"    {field:<13} {value}", style.width, indent=_INDENT)
    for difference in change.differences:
        yield from _render_difference(difference, style)
    for candidate in change.candidates:
        yield f"    {show(say_candidate(candidate, plan.price))}"
    if change.message:
        yield f"    {style.paint(show(change.message), colour)}"
    if change.hint:
        yield f"    hint: {show(change.hint)}"


def _render_voices(change: Change, style: Style) -> Iterator[str]:
    if change.voice:
        yield f"    voice         {show(change.voice)}"
    if change.replaces and change.until:
        yield f"    keeps         {show(change.replaces)} until {change.until}"
    elif change.replaces:
        yield f"    {style.paint('then deletes', 'red')}  {show(change.replaces)}"
    elif change.until:
        yield f"    until         {change.until}"
    if change.lost:
        yield f"    gone          {show(change.lost)}"


def _render_difference(difference: FieldChange, style: Style) -> Iterator[str]:
    label = f"    {show(difference.field):<13} "
    if difference.before is None:
        text = f"{label}(not known) -> {show(difference.after)}"
        yield from fold(text, style.width, indent=_INDENT)
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
    drifted = (clip(show(f"{one.name}: {say_drift(one)}"), style.width) for one in plan.drift)
    yield from _block("Drift", drifted, style)
    yield from _block("Unmanaged voices (kept)", _render_unmanaged(plan), style)
    unseen = (show(f"{one.name}: {say_unreachable(one)}") for one in plan.unreachable)
    yield from _block("Unreachable (nothing is decided, they stay in the lockfile)", unseen, style)
    yield from _block("Pinned voices (their text has moved on)", _render_pinned(plan, style), style)
    yield from _block(
        "Deposed voices (a revert, or `adopt`, brings them back)", _render_waiting(plan), style
    )
    yield from _block(
        "Voices that the service may delete, because nobody speaks with them",
        (_render_idle(risk) for risk in plan.idle),
        style,
    )
    yield from _render_warnings(plan, style)
    for quota in plan.quotas or (plan.quota,):
        yield _render_quota(quota, style)
    if plan.price.creates:
        yield f"Price: {show(say_price(plan.price))}"
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


def _render_unmanaged(plan: Plan) -> Iterator[str]:
    leaving = {change.voice for change in plan.changes if change.action is Action.DELETE}
    kept = [voice for voice in plan.unmanaged if voice.voice not in leaving]
    yield from (show(say_unmanaged(voice, plan.price)) for voice in kept[:_MOST_UNMANAGED])
    if len(kept) > _MOST_UNMANAGED:
        yield f"and {len(kept) - _MOST_UNMANAGED} more: see `voiceops list`"


def _render_pinned(plan: Plan, style: Style) -> Iterator[str]:
    for one in plan.pinned:
        yield show(one.name)
        for difference in one.differences:
            yield from _render_difference(difference, style)


def _render_waiting(plan: Plan) -> Iterator[str]:
    yield from (show(f"{one.name}: {say_waiting(one)}") for one in plan.waiting[:_MOST_UNMANAGED])
    if len(plan.waiting) > _MOST_UNMANAGED:
        yield f"and {len(plan.waiting) - _MOST_UNMANAGED} more: see `voiceops list`"
    if any(one.held for one in plan.waiting):
        yield "hint: add --delete-now VOICE for one that is held back, --allow-deletes N for more"


def _render_idle(risk: IdleRisk) -> str:
    name = risk.name or f"{risk.voice} (unmanaged)"
    return show(f"{name}: {say_idle(risk)}")


def _render_warnings(plan: Plan, style: Style) -> Iterator[str]:
    for warning in plan.warnings:
        yield style.paint(f"warning: {show(str(warning))}", "yellow")
        if warning.hint:
            yield f"  hint: {show(warning.hint)}"
    if plan.warnings:
        yield ""


def _render_quota(quota: Quota, style: Style) -> str:
    looks = ("yellow", "bold") if quota.is_near else ()
    return style.paint(f"Quota: {say_quota(quota)}", *looks)
