"""Check values against a model, and turn what is wrong into faults at the values' places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from inspect import isclass
from itertools import groupby, islice
from types import MappingProxyType
from typing import ClassVar, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from voiceops.errors import Fault
from voiceops.files.phrases import name_key, quote, suggest
from voiceops.files.yaml.tree import Entry, ListNode, MapNode, to_plain

MAX_FAULTS_A_FILE = 1000
_EXPECTED = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "is_instance_of": "a number",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
}

_HINTS = {
    "string_type": "put it in quotes",
    "string_too_short": "write a text",
    "string_too_long": "shorten it",
    "bool_type": "write true or false, without quotes",
    "int_type": "write digits alone, without quotes",
    "float_type": "write digits alone, without quotes",
    "is_instance_of": "write digits alone, without quotes",
    "finite_number": "write digits alone, without quotes",
    "greater_than_equal": "write a larger number",
    "less_than_equal": "write a smaller number",
    "tuple_type": "write [a, b], or a line with `- ` for each",
    "dict_type": "write its keys below it, each indented and with a colon",
    "model_type": "write its keys below it, each indented and with a colon",
}
NOTHING_GIVEN: Mapping[str, object] = MappingProxyType({})

Location = tuple[str | int, ...]


class Checked(BaseModel):
    """What a person wrote: no unknown keys, no keys without a value, no conversion of types.

    `misplaced` gives a hint for keys that belong elsewhere. A model that `check` is never asked
    for says `defer_build`; for the others that would not be safe in threads.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    misplaced: ClassVar[Mapping[str, str]] = {}

    @field_validator("*", mode="before")
    @classmethod
    def _refuse_no_value(cls, value: object) -> object:
        if value is None:
            raise refuse("has no value", "give it a value, or take the line out")
        return value


Model = TypeVar("Model", bound=Checked)


def check(
    model: type[Model], entry: Entry, *, given: Mapping[str, object] = NOTHING_GIVEN
) -> tuple[Model | None, list[Fault]]:
    """Build the model from an entry's value; None, and what is wrong, if that cannot be.

    `given` are values for the keys that the entry lacks. What is wrong with them is not reported
    here: they have a place of their own.
    """
    own = to_plain(entry.value)
    inherited = {
        key: value for key, value in given.items() if not (isinstance(own, dict) and key in own)
    }
    values = {**inherited, **own} if isinstance(own, dict) else own
    try:
        return model.model_validate(values), []
    except ValidationError as error:
        details = error.errors(include_url=False)
        own_details = (detail for detail in details if not set(detail["loc"][:1]) & set(inherited))
        few = islice(own_details, MAX_FAULTS_A_FILE + 1)
        return None, [_make_fault(model, entry, detail) for detail in few]


def refuse(message: str, hint: str) -> PydanticCustomError:
    """Make the error that a validator raises: the sentence goes on after the field's name."""
    return PydanticCustomError("refused", "{message}", {"message": message, "hint": hint})


def limit_faults(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Sort faults by place, each once, and keep the first 1,000 of each file."""
    kept: list[Fault] = []
    for _, group in groupby(sorted(set(faults)), key=lambda fault: fault.place.path):
        of_file = list(group)
        kept += of_file[:MAX_FAULTS_A_FILE]
        if len(of_file) > MAX_FAULTS_A_FILE:
            place = of_file[MAX_FAULTS_A_FILE].place
            kept.append(Fault(place, "the file has more faults", "mend the first ones"))
    return tuple(kept)


def _make_fault(model: type[Checked], entry: Entry, error: ErrorDetails) -> Fault:
    location: Location = error["loc"]
    trail = _follow(entry, location)
    last = trail[-1]
    label = name_key(last.key)
    if location and isinstance(location[-1], int):
        label = f"an item of {label}"
    match error["type"]:
        case "missing":
            return Fault(last.place, f"{label} lacks {location[-1]}", f"add `{location[-1]}:`")
        case "extra_forbidden":
            holder = _model_at(model, location)
            return Fault(last.place, *_explain_unknown(holder, trail[-2], last.key))
        case "refused":
            context = error["ctx"]
            place = last.place if location[-1] == "[key]" else last.value.place
            return Fault(place, f"{label} {context['message']}", context["hint"])
        case kind:
            return Fault(last.value.place, f"{label} {_explain(kind, error)}", _hint(kind, error))


def _follow(entry: Entry, location: Location) -> list[Entry]:
    """List the entries on the way to a location, as far as they are in the file."""
    trail = [entry]
    for step in location:
        node = trail[-1].value
        if isinstance(node, MapNode) and (found := node.first.get(str(step))):
            trail.append(found)
        elif isinstance(node, ListNode) and isinstance(step, int):
            item = node.items[step]
            trail.append(Entry(trail[-1].key, item.place, item))
    return trail


def _model_at(model: type[Checked], location: Location) -> type[Checked]:
    """Find the model that the key's mapping is checked against."""
    for step in location[:-1]:
        field = model.model_fields.get(str(step))
        parts = (field.annotation, *get_args(field.annotation)) if field else ()
        inner = (part for part in parts if isclass(part) and issubclass(part, Checked))
        model = next(inner, model)
    return model


def _explain_unknown(model: type[Checked], owner: Entry, key: str) -> tuple[str, str]:
    if key in model.misplaced:
        return f"{key} cannot stand under {name_key(owner.key)}", model.misplaced[key]
    return f"unknown key {quote(key)}", suggest(key, tuple(model.model_fields))


def _explain(kind: str, error: ErrorDetails) -> str:
    value, limits = error["input"], error.get("ctx", {})
    match kind:
        case "string_too_short":
            return "is empty"
        case "string_too_long":
            return f"has {len(value):,} characters; the service takes {limits['max_length']:,}"
        case "greater_than_equal":
            return f"is {value}; it must be at least {limits['ge']:,.10g}"
        case "less_than_equal":
            return f"is {value}; it must be at most {limits['le']:,.10g}"
        case "finite_number":
            return "must be a number"
        case "enum":
            return f"is {quote(str(value))}, which it cannot be"
        case _:
            expected = _EXPECTED.get(kind, "something else")
            return f"must be {expected}, not {_name_kind(value)}"


def _hint(kind: str, error: ErrorDetails) -> str:
    if kind == "enum":
        return f"write {error['ctx']['expected']}"
    if kind == "string_type" and not isinstance(error["input"], bool | int | float):
        return "write a text"
    return _HINTS.get(kind, "")


def _name_kind(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int():
            return "a whole number"
        case float():
            return "a number with a point"
        case str():
            return "text"
        case dict():
            return "a mapping"
        case _:
            return "a list"
