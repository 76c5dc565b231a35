"""What validate found, as text."""

from __future__ import annotations

from collections.abc import Iterator

from voiceops.core.findings import Findings
from voiceops.errors import Fault
from voiceops.report.terminal import show


def render_findings(findings: Findings) -> str:
    """Write one line a fault, its hint below it; the summary stands last."""
    return "\n".join(_render(findings)) + "\n"


def _render(findings: Findings) -> Iterator[str]:
    for fault in findings.faults:
        yield from _render_fault(fault, "")
    for warning in findings.warnings:
        yield from _render_fault(warning, "warning: ")
    if findings.faults:
        yield f"{_count(len(findings.faults), 'fault')} in {_count(findings.files, 'manifest')}."
    else:
        yield f"{_count(findings.voices, 'voice')} in {_count(findings.files, 'manifest')}: valid."


def _render_fault(fault: Fault, kind: str) -> Iterator[str]:
    yield f"{show(str(fault.place))}: {kind}{show(fault.message)}"
    if fault.hint:
        yield f"  hint: {show(fault.hint)}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
