"""A document as JUnit's XML, for the test reports of CI systems."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from voiceops.report.outlines.notes import Level, Note, Outline, Section
from voiceops.report.terminal import show

# What `show` leaves of the characters that XML 1.0 cannot hold (section 2.2).
_NO_CHARACTER = re.compile("[\ufffe\uffff]")


def render_junit(outline: Outline) -> str:
    """Write a suite for each section and a case for each note.

    Problems, faults, refusals and drift fail; what was not tried is skipped. The first suite says
    what the whole is; it has one case, which never fails.
    """
    root = ElementTree.Element("testsuites", name="voiceops")
    _add_whole(root, outline)
    for section in outline.sections:
        _add_section(root, section, kind=outline.kind)
    _count(root)
    ElementTree.indent(root)
    # In ASCII, so that it is right in whatever encoding stdout has.
    text = ElementTree.tostring(root, encoding="us-ascii").decode()
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _add_whole(root: ElementTree.Element, outline: Outline) -> None:
    suite = ElementTree.SubElement(root, "testsuite", name=outline.kind)
    case = ElementTree.SubElement(
        suite, "testcase", classname=f"voiceops.{outline.kind}", name=outline.kind
    )
    lines = (f"{label}: {_encode(text)}" for label, text in (outline.heading, *outline.facts))
    ElementTree.SubElement(case, "system-out").text = "\n".join(lines)


def _add_section(root: ElementTree.Element, section: Section, *, kind: str) -> None:
    suite = ElementTree.SubElement(root, "testsuite", name=section.title)
    for note in section.notes:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=f"voiceops.{kind}.{section.code}",
            name=_encode(note.title if note.name else f"{note.verb}: {note.message}"),
        )
        if note.place:
            case.set("file", _encode(note.place.path))
            case.set("line", str(note.place.line))
        _add_end(case, section, note)


def _add_end(case: ElementTree.Element, section: Section, note: Note) -> None:
    text = "\n".join(_encode(line) for line in note.lines)
    if note.level is Level.ERROR or section.code == "drift":
        failure = ElementTree.SubElement(
            case, "failure", type=_encode(note.code), message=_encode(note.message)
        )
        failure.text = f"{_encode(str(note.place))}: {text}" if note.place else text
    elif note.code == "not_tried":
        ElementTree.SubElement(case, "skipped", message=_encode(note.message)).text = text
    else:
        ElementTree.SubElement(case, "system-out").text = text


def _count(root: ElementTree.Element) -> None:
    """Write into the root and every suite what is in it."""
    for element in (*root.findall("testsuite"), root):
        element.set("tests", str(len(element.findall(".//testcase"))))
        element.set("failures", str(len(element.findall(".//failure"))))
        element.set("errors", "0")
        element.set("skipped", str(len(element.findall(".//skipped"))))


def _encode(text: str) -> str:
    """Show what XML cannot hold; the serialiser does the rest."""
    shown = show(text)
    return _NO_CHARACTER.sub(lambda match: f"\\u{ord(match[0]):04x}", shown)
