"""Cut a long text into parts that can be said one by one."""

from __future__ import annotations

import re
import unicodedata

# Where a reader would pause, best first: after a sentence, after a clause, between words.
_BREAKS = (
    re.compile(r"[.!?…。！？；;]+[\"'”’»)\]]*\s+|[。！？；…]+|\n+"),
    re.compile(r"[,:，、：—–]+\s*"),
    re.compile(r"\s+"),
)


def cut_text(text: str, longest: int) -> tuple[str, ...]:
    """Cut a text into parts of at most `longest` characters, none of them blank.

    Parts end after a sentence if one fits, else after a clause, else between words, else anywhere
    but within a character that is made of several code points. Nothing is lost but the white
    space around the parts.
    """
    parts = []
    rest = text.strip()
    while len(rest) > longest:
        end = _find_end(rest, longest)
        parts.append(rest[:end].strip())
        rest = rest[end:].strip()
    return tuple(part for part in (*parts, rest) if part)


def _find_end(text: str, longest: int) -> int:
    window = text[: longest + 1]
    for pattern in _BREAKS:
        ends = [match.end() for match in pattern.finditer(window) if text[: match.end()].strip()]
        fitting = [end for end in ends if len(text[:end].rstrip()) <= longest]
        if fitting:
            return fitting[-1]
    end = longest
    while end > 1 and unicodedata.combining(text[end]):
        end -= 1
    return end if end > 1 else longest
