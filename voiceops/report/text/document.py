"""A document as text for a terminal, as the command that made it prints it."""

from __future__ import annotations

from collections.abc import Iterator

from voiceops.core.findings import Findings
from voiceops.core.plan import Plan
from voiceops.core.result import Report, Status
from voiceops.report.documents import Document, Failure
from voiceops.report.style import Style
from voiceops.report.terminal import show
from voiceops.report.text.apply import render_report, render_result
from voiceops.report.text.findings import render_findings
from voiceops.report.text.plan import render_plan


def render_text(document: Document, style: Style) -> str:
    """Write a document for a person at a terminal; the summary stands last."""
    match document:
        case Plan():
            return render_plan(document, style)
        case Report():
            return "".join(_done(document, style)) + render_report(document, style)
        case Findings():
            return render_findings(document)
        case Failure():
            return "\n".join(_render_failure(document)) + "\n"


def _done(report: Report, style: Style) -> Iterator[str]:
    """Give the lines that an apply prints while it is at work, and its warnings."""
    for result in report.results:
        if result.status is Status.DONE:
            yield render_result(result, style) + "\n"
    for warning in report.warnings:
        yield style.paint(f"warning: {show(warning)}", "yellow") + "\n"


def _render_failure(failure: Failure) -> Iterator[str]:
    for fault in failure.faults:
        yield show(str(fault))
        if fault.hint:
            yield f"  hint: {show(fault.hint)}"
    if not failure.faults:
        yield f"error: {show(failure.message)}"
        if failure.hint:
            yield f"  hint: {show(failure.hint)}"
    yield f"{show(failure.command)} failed with exit code {failure.exit_code}."
