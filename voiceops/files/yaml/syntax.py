"""Say why a text is not YAML that can be read, and what usually is behind it."""

from __future__ import annotations

import re

CONFLICT_HINT = "keep what is meant of both sides, and take the markers out"
_CONFLICT = re.compile(r"^(?:<{7}|>{7}|\|{7})(?: |$|\r)", re.MULTILINE)


def find_conflict_line(text: str) -> int:
    """Find the line, from 1, in which git's first conflict marker stands; 0 if there is none."""
    conflict = _CONFLICT.search(text)
    return text.count("\n", 0, conflict.start()) + 1 if conflict else 0


def explain_problem(problem: str, character: str) -> tuple[str, str]:
    """Say what the parser found wrong, and what usually is behind it."""
    if character == "\t":
        return "a tab cannot stand here", "indent with spaces"
    if problem.startswith("mapping values"):
        return "a colon cannot stand here", "put a text that holds a colon in quotes"
    if problem.startswith("found character that cannot start"):
        return f"a value cannot begin with {character!r}", "put the text in quotes"
    if problem.endswith("node content"):
        return "a value is missing here", "finish the list or mapping before it"
    return f"this is not YAML: {problem}", "check the indentation, quotes and brackets before it"
