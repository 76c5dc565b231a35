"""Check an API key before it is put into a header."""

from __future__ import annotations

from voiceops.errors import KeyUnusable


def check_key(value: str | None, variable: str) -> str:
    """Give the key without outer white space; `variable` names where it came from.

    Raises KeyUnusable, which never repeats the value.
    """
    key = (value or "").strip()
    if not key:
        raise KeyUnusable(
            f"{variable} is not set",
            hint=f"put the API key of the endpoint's region into {variable}",
        )
    if not all("!" <= character <= "~" for character in key):
        raise KeyUnusable(
            f"{variable} cannot be an API key: it has white space, control or non-ASCII characters",
            hint="copy the key again; it is one word that starts with sk-",
        )
    return key
