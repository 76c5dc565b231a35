"""Count the characters of a text, and cut a long one into parts that can be said one by one."""

from __future__ import annotations

import re
import unicodedata

# Where a reader would pause, best first: after a sentence, after a clause, between words.
# A mark that may stand within a number or a word ends nothing unless white space follows.
_CLOSING = r"[\"'”’»)\]」』）》]*"
_BREAKS = (
    re.compile(rf"[.!?…。！？；;]+{_CLOSING}\s+|[。！？；…]+{_CLOSING}|\n+"),
    re.compile(rf"[,:]+{_CLOSING}\s+|[，、：—–]+{_CLOSING}\s*"),
    re.compile(r"\s+"),
)
_IDEOGRAPHS = ("CJK UNIFIED IDEOGRAPH", "CJK COMPATIBILITY IDEOGRAPH")
_JOINER = "\u200d"
_SKIN_TONES = ("\U0001f3fb", "\U0001f3ff")
# Marks that combine, and punctuation that ends something.
_TRAILING = {"Mn", "Mc", "Me", "Pe", "Pf", "Po"}


def count_characters(text: str) -> int:
    """Count as the service bills: an ideograph is two characters, anything else one."""
    return sum(map(_weigh, text))


def cut_text(text: str, longest: int) -> tuple[str, ...]:
    """Cut a text into parts that count at most `longest`, but one character; none is blank.

    Parts end after a sentence if one fits, else after a clause, else between words, else anywhere
    but before a mark, an accent or what is joined to an emoji. Nothing is lost but the white space
    around the parts.
    """
    parts = []
    rest = text.strip()
    while (reach := _find_reach(rest, longest)) < len(rest):
        end = _find_end(rest, reach)
        parts.append(rest[:end].strip())
        rest = rest[end:].strip()
    return tuple(part for part in (*parts, rest) if part)


def _find_reach(text: str, longest: int) -> int:
    """Find how many characters of the text count `longest` at the most; one in any case."""
    count = 0
    for index, character in enumerate(text[: longest + 1]):
        count += _weigh(character)
        if count > longest:
            return max(index, 1)
    return len(text)


def _find_end(text: str, reach: int) -> int:
    window = text[: reach + 1]
    for pattern in _BREAKS:
        ends = [match.end() for match in pattern.finditer(window)]
        fitting = [end for end in ends if len(text[:end].rstrip()) <= reach]
        if fitting:
            return fitting[-1]
    end = reach
    while end and _belongs_before(text, end):
        end -= 1
    return end or reach


def _belongs_before(text: str, index: int) -> bool:
    character = text[index]
    is_joined = _JOINER in (character, text[index - 1])
    is_tone = _SKIN_TONES[0] <= character <= _SKIN_TONES[1]
    return is_joined or is_tone or unicodedata.category(character) in _TRAILING


def _weigh(character: str) -> int:
    return 2 if unicodedata.name(character, "").startswith(_IDEOGRAPHS) else 1
