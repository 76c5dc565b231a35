"""What a text sounds like, roughly: phrases of syllables, each with its vowel."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, auto

VOWELS = "aeiou"


class Ending(Enum):
    """How the melody of a phrase ends."""

    OPEN = auto()  # more is to come
    FALL = auto()
    RISE = auto()


@dataclass(frozen=True, slots=True)
class Phrase:
    """What is said without a pause: a vowel of `VOWELS` for each syllable, at least one."""

    vowels: str
    ending: Ending


_MARKS = "\u0300-\u036f\u3099\u309a"  # accents, and those of kana
_BREVE = "\u0306"  # makes a consonant of a Cyrillic vowel
_LATIN = "aeiouyæøœ"
_CYRILLIC = "аеиоуыэюяіє"
_KANA = "ぁ-ゖァ-ヺー"
_SMALL_KANA = "ぁぃぅぇぉゃゅょゎァィゥェォャュョヮ"  # they belong to the syllable before
_HANGUL_VOWELS = "\u1161-\u1175"
_IDEOGRAPHS = "々〇\u3400-\u9fff\U00020000-\U0003ffff"

_PARTS = re.compile(
    # A pause, a word, or a digit; a point or a comma within a number is no pause.
    rf"(?P<pause>(?:[.,:](?!\d)|[;!?؟。、\n—])+)|[^\W\d_](?:[^\W\d_]|[{_MARKS}])*|\d"
)
_SYLLABLES = re.compile(
    rf"[{_LATIN}][{_LATIN}{_MARKS}]*|[{_CYRILLIC}](?!{_BREVE})|(?![{_SMALL_KANA}])[{_KANA}]"
    rf"|[{_HANGUL_VOWELS}]|[{_IDEOGRAPHS}]"
)
_VOWEL_OF_LETTER = dict(zip(_LATIN + _CYRILLIC, "aeiouieoo" + "aeiouieuaie", strict=True))


def read_phrases(text: str) -> list[Phrase]:
    """Read a text into phrases; none if nothing of it can be said.

    A group of Latin vowels is a syllable, and so is a Cyrillic vowel, a kana, a block of Hangul,
    an ideograph, a digit, and a word in which none of these is found.
    """
    phrases = []
    vowels: list[str] = []
    # Decomposed, a block of Hangul shows its vowel, and an accented letter its own.
    for part in _PARTS.finditer(unicodedata.normalize("NFKD", text).lower() + "."):
        if part.lastgroup != "pause":
            vowels += [_find_vowel(found) for found in _SYLLABLES.findall(part[0]) or part[0][:1]]
        elif vowels:
            phrases.append(Phrase("".join(vowels), _find_ending(part[0])))
            vowels = []
    return phrases


def _find_vowel(syllable: str) -> str:
    """Find the vowel of a syllable; letters that do not show theirs have one by their number."""
    return _VOWEL_OF_LETTER.get(syllable[0], VOWELS[ord(syllable[0]) % len(VOWELS)])


def _find_ending(pause: str) -> Ending:
    if not set(pause).isdisjoint("?؟"):
        return Ending.RISE
    return Ending.FALL if not set(pause).isdisjoint(".!。\n") else Ending.OPEN
