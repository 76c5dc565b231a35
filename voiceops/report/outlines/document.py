"""What a document says, in one order for all formats: a heading, facts, sections of notes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

from voiceops.core.findings import Findings
from voiceops.core.plan import Plan
from voiceops.core.result import Report
from voiceops.errors import Fault
from voiceops.report.documents import Document, Failure
from voiceops.report.outlines.apply import outline_report
from voiceops.report.outlines.notes import Level, Note, Outline, Section, note_fault
from voiceops.report.outlines.plan import outline_plan
from voiceops.report.sentences import say_count


def make_outline(document: Document, *, folder: str = "") -> Outline:
    """Tell what a document says.

    `folder` is the project's in its repository, empty if that is the same: places are told as the
    platform knows them.
    """
    outline = _outline(document)
    filled = (section for section in outline.sections if section.notes)
    return replace(outline, sections=tuple(_move(section, folder) for section in filled))


def _outline(document: Document) -> Outline:
    match document:
        case Plan():
            return outline_plan(document)
        case Report():
            return outline_report(document)
        case Findings():
            return _outline_findings(document)
        case Failure():
            return _outline_failure(document)


def _outline_findings(findings: Findings) -> Outline:
    files = say_count(findings.files, "manifest")
    if findings.faults:
        summary = f"{say_count(len(findings.faults), 'fault')} in {files}"
    else:
        summary = f"{say_count(findings.voices, 'voice')} in {files}, valid"
    return Outline(
        findings.kind,
        ("Validate", summary),
        (),
        (
            _section("faults", "Faults", findings.faults, Level.ERROR),
            _section("warnings", "Warnings", findings.warnings, Level.WARNING),
        ),
    )


def _outline_failure(failure: Failure) -> Outline:
    error = Note(
        Level.ERROR,
        failure.reason,
        "failed",
        failure.command,
        failure.message,
        hint=failure.hint,
        is_grave=True,
    )
    faults = _section("faults", "Faults", failure.faults, Level.ERROR)
    return Outline(
        failure.kind,
        ("Failed", failure.command),
        (("Exit code", str(failure.exit_code)),),
        (faults if failure.faults else Section("errors", "Errors", (error,)),),
    )


def _section(code: str, title: str, faults: tuple[Fault, ...], level: Level) -> Section:
    return Section(code, title, tuple(note_fault(fault, level) for fault in faults))


def _move(section: Section, folder: str) -> Section:
    return replace(section, notes=tuple(_move_note(note, folder) for note in section.notes))


def _move_note(note: Note, folder: str) -> Note:
    if note.place is None or not folder:
        return note
    path = PurePosixPath(folder, note.place.path).as_posix()
    return replace(note, place=replace(note.place, path=path))
