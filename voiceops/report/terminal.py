"""The encoder for terminals: what others wrote is shown there, never sent."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# Format characters that join letters of real scripts; all others of category Cf are shown.
_HARMLESS_FORMAT = {"\u200c", "\u200d"}
_HIDDEN_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def show(text: str) -> str:
    """Make text safe for a terminal line: control, bidi and invisible characters as escapes."""
    text = text.replace("##[", "#\\x23[")  # a command to some CI systems, wherever it stands
    if text.isascii() and text.isprintable():
        return text
    return "".join(_show_character(character) for character in text)


def is_hidden(character: str) -> bool:
    """Tell whether a character is not seen, or does something: control, bidi, invisible."""
    is_harmless = character in _HARMLESS_FORMAT
    return not is_harmless and unicodedata.category(character) in _HIDDEN_CATEGORIES


def clip(text: str, width: int) -> str:
    """Cut text to a width in columns, an ellipsis at the end if anything was cut."""
    return text if columns(text) <= width else f"{_take(text, width - 1)}…"


def fold(text: str, width: int, *, indent: int) -> Iterator[str]:
    """Break text into lines of a width in columns, at spaces where it has any.

    All lines but the first begin with so many spaces.
    """
    lead, line = " " * indent, ""
    for word in re.findall(r" *[^ ]+| +$", text):
        if line.strip() and columns(line + word) > width:
            yield line
            line = lead + word.lstrip(" ")
        else:
            line += word
        while columns(line) > width:
            begun = _take(line, width)
            yield begun
            line = lead + line[len(begun) :]
    yield line


def _take(text: str, width: int) -> str:
    """Give as much of the text's beginning as has room in a width."""
    used = 0
    for index, character in enumerate(text):
        used += columns(character)
        if used > width:
            return text[:index]
    return text


def columns(text: str) -> int:
    """Count the columns that text takes on a terminal; East Asian characters take two."""
    if text.isascii():
        return len(text)
    return sum(_columns_of(character) for character in text)


def _columns_of(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _show_character(character: str) -> str:
    if not is_hidden(character):
        return character
    if character.isascii():
        return repr(character)[1:-1]
    return character.encode("ascii", "backslashreplace").decode()
