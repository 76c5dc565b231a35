"""Tell which script a text is written in, and whether it fits what the service takes."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache

from voiceops.core.families.limits import LANGUAGES

_NO_ASCII_LETTERS = re.compile("[^A-Za-z]+")
_SCRIPTS_OF = {
    "zh": frozenset({"Han"}),
    "ja": frozenset({"Kana", "Han"}),
    "ko": frozenset({"Hangul", "Han"}),
    "ru": frozenset({"Cyrillic"}),
}
_LATIN = frozenset({"Latin"})
# The description's languages are Chinese and English (API reference, create).
_PROMPT_SCRIPTS = frozenset({"Han", "Latin"})
# A word of the character's Unicode name, and the script that it tells.
_SCRIPT_WORDS = {
    "LATIN": "Latin",
    "CJK": "Han",
    "IDEOGRAPHIC": "Han",
    "HIRAGANA": "Kana",
    "KATAKANA": "Kana",
    "KATAKANA-HIRAGANA": "Kana",
    "HANGUL": "Hangul",
    "CYRILLIC": "Cyrillic",
}
# One ideograph or syllable says about as much as four letters. Without this weight a brand name in
# Latin letters would outvote the Chinese sentence around it.
_EAST_ASIAN = frozenset({"Han", "Kana", "Hangul"})
IDEOGRAPH_WEIGHT = 4


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a text does not fit: the end of a sentence that its field's name begins, and a hint."""

    message: str
    hint: str


def find_prompt_misfit(text: str) -> Misfit | None:
    """Tell why the service would not take this description of a voice; None if it would.

    The majority of letters decides, so a name in another script is no fault.
    """
    letters = count_letters(text)
    if not letters:
        return Misfit("has no letters", "describe the voice in English or Chinese")
    if _is_mostly(letters, _PROMPT_SCRIPTS):
        return None
    return Misfit(
        f"is mainly in {_main_script(letters)} script; the service takes English and Chinese",
        "describe the voice in English or Chinese; what it speaks is set by `language`",
    )


def find_preview_misfit(text: str, language: str, *, is_default: bool) -> Misfit | None:
    """Tell why a preview text is not in the script of its language; None if it is.

    `is_default` says that nobody chose the language. A language that is not known fits all.
    """
    if language not in LANGUAGES:
        return None
    letters = count_letters(text)
    if not letters:
        return Misfit("has no letters", f"write a sentence in {LANGUAGES[language]}")
    scripts = _SCRIPTS_OF.get(language, _LATIN)
    weight = IDEOGRAPH_WEIGHT if scripts & _EAST_ASIAN else 1
    weighed = Counter({s: n * (weight if s in _EAST_ASIAN else 1) for s, n in letters.items()})
    if _is_mostly(weighed, scripts):
        return None
    main = _main_script(weighed)
    return Misfit(
        f"is mainly in {main} script, but its language is {language} "
        + ("by default" if is_default else f"({LANGUAGES[language]})"),
        _hint_language(main, is_default=is_default),
    )


def count_letters(text: str) -> Counter[str]:
    """Count the letters of each script; what is no letter, or of no script, is left out."""
    if text.isascii():
        return +Counter(Latin=len(_NO_ASCII_LETTERS.sub("", text)))
    letters: Counter[str] = Counter()
    for character, count in Counter(text).items():
        script = _script_of(character)
        if script:
            letters[script] += count
    return letters


@cache
def _script_of(character: str) -> str:
    """Name the script of a letter; empty if the character is no letter."""
    if not unicodedata.category(character).startswith("L"):
        return ""
    words = unicodedata.name(character, "").split()
    known = (_SCRIPT_WORDS[word] for word in words if word in _SCRIPT_WORDS)
    return next(known, words[0].capitalize() if words else "")


def _is_mostly(letters: Counter[str], scripts: frozenset[str]) -> bool:
    own = sum(count for script, count in letters.items() if script in scripts)
    return 2 * own >= letters.total()


def _main_script(letters: Counter[str]) -> str:
    return min(letters, key=lambda script: (-letters[script], script))


def _hint_language(script: str, *, is_default: bool) -> str:
    if script == "Latin":
        if is_default:
            return "say which language it is: `language: en` for English"
        fitting = ["en", *(code for code in sorted(LANGUAGES) if code not in _SCRIPTS_OF)]
    else:
        fitting = {"Han": ["zh"], "Kana": ["ja"], "Hangul": ["ko"], "Cyrillic": ["ru"]}.get(
            script, []
        )
    if not fitting:
        return f"the service speaks {', '.join(sorted(LANGUAGES))}"
    return f"set `language` to {' or '.join(dict.fromkeys(fitting))}, or write another text"
