"""Texts that somebody was to fill in, and did not."""

from __future__ import annotations

import re

_TEMPLATE = re.compile(
    r"\$\{[^{}\n]*\}|\$\([a-z_][^()\n]*\)|\{\{[^\n]*?\}\}|\{%[^\n]*?%\}"  # shells, Jinja, Helm
    r"|\{[A-Za-z_][\w .-]*\}|%\(\w+\)s|%[A-Z][A-Z0-9_]+%|@@?[A-Z][A-Z0-9_]+@@?|__[A-Z][A-Z0-9_]*__"
    r"|<%[^\n]*?%>|\$(?:[A-Z]+_[A-Z0-9_]+|VOICE|PROMPT|TEXT|NAME)\b"  # ERB, shells
    r"|<[A-Za-z_][\w ,./-]*>|\[(?:[Ii]nsert|INSERT|[Yy]our|YOUR) [^\]\n]*\]"
)
_MARK = r"(?:TODO|FIXME|TBD|CHANGE_?ME|REPLACE_?ME)\b"
_MARK_ALONE = re.compile(rf"\b{_MARK}(?=\s*(?::|$))|(?i:^\W*lorem ipsum\b)")
_MARK_FIRST = re.compile(rf"^\W*{_MARK}")
_WHOLE = re.compile(r"(?i)\W*(?:tbd|tba|todo|x{3,}|placeholder|description|prompt|text)\W*")
_TODO_IS_A_WORD = frozenset({"es", "pt"})


def find_placeholder(text: str, language: str = "") -> str:
    """Find what still stands for the text that is to come; empty if there is no such thing."""
    found = _TEMPLATE.search(text) or _MARK_ALONE.search(text)
    if found is None:
        found = _WHOLE.fullmatch(text)
    if found is None and language not in _TODO_IS_A_WORD:
        found = _MARK_FIRST.search(text)
    return found[0].strip() if found else ""
