"""Read the fields of a request's body; the first one that is wrong is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TypeVar

from voiceops.sandbox import refusals

Value = TypeVar("Value", str, int)


def read_document(body: bytes) -> Mapping[str, object]:
    """Read a body; raises Rejected if it is no JSON object."""
    try:
        document: object = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise refusals.illegal_input() from error
    if not isinstance(document, dict):
        raise refusals.illegal_input()
    return document


def read_model(document: Mapping[str, object]) -> str:
    """Read the model that a request is for; raises Rejected if it names none."""
    model = document.get("model")
    if not isinstance(model, str) or not model:
        raise refusals.empty_model()
    return model


def read_input(document: Mapping[str, object]) -> Mapping[str, object]:
    """Read the input of a request; raises Rejected if there is none."""
    if document.get("input") is None:
        raise refusals.empty_input()
    return read_group(document, "input")


def read_group(document: Mapping[str, object], name: str) -> Mapping[str, object]:
    """Read a mapping; one that is missing or null is empty."""
    group = document.get(name)
    if group is None:
        return {}
    if not isinstance(group, dict):
        raise refusals.invalid_parameter(name)
    return group


def read_text(fields: Mapping[str, object], name: str, *, longest: int | None = None) -> str:
    """Read a text that must be there, of at most `longest` characters."""
    text = fields.get(name)
    if not isinstance(text, str) or not text.strip() or not _is_unicode(text):
        raise refusals.invalid_parameter(name)
    if longest is not None and len(text) > longest:
        raise refusals.invalid_parameter(name)
    return text


def read_choice(fields: Mapping[str, object], name: str, choices: tuple[Value, ...]) -> Value:
    """Read one of the choices; the first is the default. The type counts: true is not 1."""
    value = fields.get(name)
    if value is None:
        return choices[0]
    for choice in choices:
        if type(value) is type(choice) and value == choice:
            return choice
    raise refusals.invalid_parameter(name)


def read_number(fields: Mapping[str, object], name: str, *, default: int) -> int:
    """Read a whole number, or give the default for one that is missing or null."""
    number = fields.get(name)
    if number is None:
        return default
    if not isinstance(number, int) or isinstance(number, bool):
        raise refusals.invalid_parameter(name)
    return number


def _is_unicode(text: str) -> bool:
    """Tell whether text can be stored: JSON can spell halves of a character, UTF-8 cannot."""
    return not any("\ud800" <= character <= "\udfff" for character in text)
