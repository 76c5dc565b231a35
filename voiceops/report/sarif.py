"""A document as SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import json
from urllib.parse import quote

from voiceops.errors import Place
from voiceops.report.outlines.notes import Level, Note, Outline
from voiceops.report.terminal import show
from voiceops.version import __version__

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
# GitHub refuses a whole file if one result has no place (codeql-action issue 2459).
_ELSEWHERE = Place("voiceops.yaml", 1, 1)


def render_sarif(outline: Outline) -> str:
    """Write errors and warnings as results, their codes as rules, places as regions.

    What a plan will simply do, and what an apply has done, is no finding and is left out.
    """
    findings = _find(outline)
    rules = sorted({note.code for note in findings})
    run = {
        "tool": {
            "driver": {
                "name": "voiceops",
                "version": __version__,
                "rules": [{"id": show(rule)} for rule in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_render_result(note, rules.index(note.code)) for note in findings],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _find(outline: Outline) -> list[Note]:
    return [
        note
        for section in outline.sections
        for note in section.notes
        if note.level is Level.ERROR or (note.level is Level.WARNING and section.code != "changes")
    ]


def _render_result(note: Note, rule: int) -> dict[str, object]:
    place = note.place or _ELSEWHERE
    text = "\n".join(_encode(line) for line in note.lines)
    region = {"startLine": place.line, "startColumn": place.column}
    return {
        "ruleId": show(note.code),
        "ruleIndex": rule,
        "level": note.level,
        "message": {"text": f"{_encode(note.title)}: {text}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(show(place.path))},
                    "region": region,
                }
            }
        ],
    }


def _encode(text: str) -> str:
    """Encode text of others for a message: no link, no placeholder (sections 3.11.5, 3.11.6)."""
    return show(text).replace("](", "]\\x28").replace("{", "{{").replace("}", "}}")
