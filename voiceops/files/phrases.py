"""Word what messages about files have in common: values, keys, and what was probably meant."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache

_MAX_SHOWN_CHARACTERS = 60
_PLAIN_WORD = re.compile(r"(?!sk-)[A-Za-z0-9_.-]{1,60}")


@lru_cache(maxsize=1024)
def suggest(word: str, choices: tuple[str, ...]) -> str:
    """Write a hint: the choice that was probably meant, else all of them."""
    close = [choice for choice in choices if word in choice.split("_")]  # text: preview_text
    if len(close) != 1:
        close = get_close_matches(word[:_MAX_SHOWN_CHARACTERS], choices, n=1)
    if close:
        return f"did you mean {close[0]}?"
    return f"write one of {', '.join(choices)}"


def quote(text: str) -> str:
    """Show a text inside a message: short, printable, and never one that may be an API key."""
    if text.lstrip().startswith("sk-"):
        return "a text that looks like an API key"
    is_long = len(text) > _MAX_SHOWN_CHARACTERS
    return repr(text[:_MAX_SHOWN_CHARACTERS] + "…" if is_long else text)


def name_key(key: str) -> str:
    """Name a key inside a message: bare if it is a plain word, else quoted."""
    return key if _PLAIN_WORD.fullmatch(key) else quote(key)
