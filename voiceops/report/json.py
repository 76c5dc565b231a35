"""Documents as JSON: every field of every document, none by hand."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from decimal import Decimal

from voiceops.report.terminal import is_hidden


def dump_document(document: object) -> str:
    """Write a document as JSON text, two spaces deep, ending in a line end.

    `format_version` and `kind` come first. Dates are ISO text, amounts of money numbers. What a
    reader could not see, or a terminal would obey, is written as a JSON escape.
    """
    if not dataclasses.is_dataclass(document) or isinstance(document, type):
        raise TypeError(f"{document!r} is not a document")
    values = dataclasses.asdict(document)
    head = {key: values.pop(key) for key in ("format_version", "kind") if key in values}
    text = json.dumps({**head, **values}, indent=2, ensure_ascii=False, default=_encode) + "\n"
    hidden = {character for character in set(text) - {"\n"} if is_hidden(character)}
    return text.translate({ord(character): json.dumps(character)[1:-1] for character in hidden})


def encode_document(document: object) -> bytes:
    """Write a document as the bytes that are saved."""
    return dump_document(document).encode("utf-8", "replace")


def _encode(value: object) -> str | float:
    match value:
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case date():
            return value.isoformat()
        case _:
            raise TypeError(f"{value!r} has no place in a document")
