"""Characters that look like a space, or like nothing, and make another text."""

from __future__ import annotations

import re
import unicodedata

from voiceops.core.texts.script import count_letters

_IDEOGRAPHIC_SPACE = "\u3000"
_EAST_ASIAN = frozenset({"Han", "Kana", "Hangul"})
# U+200C and U+200D join the letters of real scripts.
_JOINERS = "\u200c\u200d"
# French sets a space that does not break beside its marks, and many languages within numbers.
_AS_WRITTEN = re.compile(
    r"(?<=[«‹])[\u00a0\u202f]|[\u00a0\u202f](?=[»›!?;:%€])|(?<=\d)[\u00a0\u202f](?=\d)"
)


def find_odd(text: str) -> tuple[str, ...]:
    """List the characters that are probably not meant, each once, in the text's order.

    These are spaces other than the plain one, where no script or typography asks for them, and
    what cannot be seen.
    """
    if text.isascii():
        return ()
    found = dict.fromkeys(filter(_is_odd, _AS_WRITTEN.sub("", text)))
    if _IDEOGRAPHIC_SPACE in found and count_letters(text).keys() & _EAST_ASIAN:
        del found[_IDEOGRAPHIC_SPACE]
    return tuple(found)


def show_odd(text: str) -> str:
    """Show odd characters as escapes, for a reader who compares two texts."""
    if text.isascii():
        return text
    return "".join(
        character.encode("ascii", "backslashreplace").decode() if _is_odd(character) else character
        for character in text
    )


def name_character(character: str) -> str:
    """Name a character for a message: its number, and what Unicode calls it."""
    return f"U+{ord(character):04X} ({unicodedata.name(character, 'no name').lower()})"


def _is_odd(character: str) -> bool:
    category = unicodedata.category(character)
    is_space = category == "Zs" and character != " "
    return is_space or (category == "Cf" and character not in _JOINERS)
