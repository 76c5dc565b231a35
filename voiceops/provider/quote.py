"""Quote what the service said, so that it does no harm in a message."""

from __future__ import annotations

import base64
from urllib.parse import quote

MAX_QUOTED_CHARACTERS = 300


def quote_text(text: str, *, key: str = "") -> str:
    """Take the key out, show what does not print as an escape, and cut at 300 characters."""
    harmless = text
    for form in _forms_of(key) if key else ():
        harmless = harmless.replace(form, "[API key]")
    printed = "".join(
        character if character.isprintable() else ascii(character)[1:-1]
        for character in harmless[: MAX_QUOTED_CHARACTERS + 1]
    )
    if len(printed) <= MAX_QUOTED_CHARACTERS:
        return printed
    return printed[: MAX_QUOTED_CHARACTERS - 1] + "…"


def _forms_of(key: str) -> list[str]:
    """List the forms in which a service, or a proxy on the way, may repeat the key."""
    header = f"Bearer {key}"
    encoded = [base64.b64encode(text.encode()).decode() for text in (key, header)]
    return [key, quote(key, safe=""), *encoded, *(text.rstrip("=") for text in encoded)]
