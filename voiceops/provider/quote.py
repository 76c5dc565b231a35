"""Quote what the service said, so that it does no harm in a message."""

from __future__ import annotations

MAX_QUOTED_CHARACTERS = 300


def quote_text(text: str, *, key: str = "") -> str:
    """Take the key out, show what does not print as an escape, and cut at 300 characters."""
    harmless = text.replace(key, "[API key]") if key else text
    printed = "".join(
        character if character.isprintable() else ascii(character)[1:-1]
        for character in harmless[: MAX_QUOTED_CHARACTERS + 1]
    )
    if len(printed) <= MAX_QUOTED_CHARACTERS:
        return printed
    return printed[: MAX_QUOTED_CHARACTERS - 1] + "…"
