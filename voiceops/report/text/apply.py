"""The report of an apply as text."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import commonpath

from voiceops.core.plan import Action
from voiceops.core.result import Report, Result, Status
from voiceops.report.sentences import DONE
from voiceops.report.style import Style
from voiceops.report.terminal import show

_MOST_PREVIEWS = 3
# What writes a name into the lockfile.
_NAMING = frozenset(
    {Action.RENAME, Action.RECORD, Action.ADOPT, Action.RESTORE, Action.CREATE, Action.REPLACE}
)
_LOOKS = {
    Status.DONE: ("ok", "green"),
    Status.FAILED: ("failed", "red"),
    Status.UNKNOWN: ("unknown", "yellow"),
    Status.NOT_TRIED: ("not tried", "dim"),
}


def render_result(result: Result, style: Style) -> str:
    """Say in one line how one change ended."""
    word, colour = _LOOKS[result.status]
    what = DONE[result.action] if result.status is Status.DONE else str(result.action)
    head = style.paint(f"{word:<9}", colour)
    parts = [f"{head} {what} {show(result.name)}".rstrip()]
    if result.voice:
        parts.append(show(result.voice))
    if result.message:
        parts.append(show(result.message))
    return "  ".join(parts)


def render_report(report: Report, style: Style) -> str:
    """Say what was not done and why, then the summary in the last line."""
    return "\n".join(_render(report, style)) + "\n"


def _render(report: Report, style: Style) -> Iterator[str]:
    undone = [result for result in report.results if result.status is not Status.DONE]
    for result in undone:
        yield render_result(result, style)
        if result.hint:
            yield f"          hint: {show(result.hint)}"
    if undone:
        yield ""
    yield from (style.paint(line, "bold") for line in _summarise(report))


def _summarise(report: Report) -> Iterator[str]:
    if not report.results:
        yield "Nothing to do."
        return
    done: dict[Action, int] = {}
    for result in report.results:
        if result.status is Status.DONE:
            done[result.action] = done.get(result.action, 0) + 1
    parts = [f"{done[action]} {DONE[action]}" for action in Action if action in done]
    parts += [
        f"{report.count(status)} {_LOOKS[status][0]}"
        for status in (Status.FAILED, Status.UNKNOWN, Status.NOT_TRIED)
        if report.count(status)
    ]
    yield from _name_previews(report)
    is_named = any(
        result.action in _NAMING or (result.action is Action.SETTLE and result.voice)
        for result in report.results
        if result.status is Status.DONE
    )
    where = f" The names are in {show(report.lockfile)}." if is_named else ""
    yield f"Apply: {', '.join(parts)}.{_say_money(report)}{where}"


def _name_previews(report: Report) -> Iterator[str]:
    """Name each preview, or the folder of all if they are many."""
    previews = [result.preview for result in report.results if result.preview]
    if len(previews) > _MOST_PREVIEWS:
        folder = commonpath([preview.rpartition("/")[0] for preview in previews])
        previews = [f"{folder}/"]
    yield from (f"Listen to {show(preview)}" for preview in previews)


def _say_money(report: Report) -> str:
    """Say what was spent, and what may have been."""
    currency = show(report.currency)
    spent = f" Spent about {report.spent} {currency}" if report.spent else ""
    if not report.perhaps:
        return f"{spent}." if spent else ""
    return f"{spent or ' Spent nothing for certain'}, perhaps {report.perhaps} {currency} more."
