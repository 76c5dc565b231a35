"""The difference between two long texts, by words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from voiceops.core.texts.lookalikes import show_odd

# Han and kana are written without spaces: there every character is a word.
_LETTER = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_TOKEN = rf"\s+|[{_LETTER}]|[^\s{_LETTER}]+"  # compiled at its first use: few plans have changes
CONTEXT_WORDS = 8


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text: `same` in both, `old` only before, `new` only after, or `cut` from view."""

    kind: str
    text: str


def compare_words(before: str, after: str) -> list[Piece]:
    """Split two texts into what stayed, what went and what came; long sameness is cut.

    Odd spaces in what changed are escapes, or a difference could not be seen.
    """
    old, new = re.findall(_TOKEN, before), re.findall(_TOKEN, after)
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces += _shorten(old[i1:i2], is_first=i1 == 0, is_last=i2 == len(old))
            continue
        if i1 < i2:
            pieces.append(Piece("old", show_odd("".join(old[i1:i2]))))
        if j1 < j2:
            pieces.append(Piece("new", show_odd("".join(new[j1:j2]))))
    return pieces


def _shorten(tokens: list[str], *, is_first: bool, is_last: bool) -> list[Piece]:
    """Keep some words beside each change, and cut the middle of a long run."""
    head = [] if is_first else tokens[: CONTEXT_WORDS * 2]
    tail = [] if is_last else tokens[-CONTEXT_WORDS * 2 :]
    if len(head) + len(tail) >= len(tokens):
        return [Piece("same", "".join(tokens))]
    return [
        *([Piece("same", "".join(head))] if head else []),
        Piece("cut", "…"),
        *([Piece("same", "".join(tail))] if tail else []),
    ]
