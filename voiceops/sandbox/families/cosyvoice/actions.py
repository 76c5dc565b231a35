"""The actions of `voice-enrollment`, read and checked (API pages of 2026-08 to 2026-10)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from voiceops.sandbox.encoding import ENCODABLE_FORMATS
from voiceops.sandbox.families.cosyvoice import refusals
from voiceops.sandbox.families.cosyvoice.names import TARGET_MODELS, name_voice
from voiceops.sandbox.faults import Subject
from voiceops.sandbox.fields import read_choice, read_group, read_input, read_number, read_text
from voiceops.sandbox.refusals import cannot_encode, invalid_parameter
from voiceops.sandbox.script import Operation

MODEL = "voice-enrollment"

# Whether the service takes capitals is unknown; every name that was seen is in small letters.
_PREFIX = re.compile(r"[a-z0-9]{1,10}")
_MAX_PROMPT_CHARACTERS = 500
# Whether the floor is of characters or of bytes is unknown.
_MIN_PREVIEW_CHARACTERS, _MAX_PREVIEW_CHARACTERS = 15, 200
_LANGUAGES = ("zh", "en")
_SAMPLE_RATES_HZ = (24000, 16000, 48000)
_RESPONSE_FORMATS = ("wav", "pcm", "mp3")
_DEFAULT_PAGE_SIZE = 10


@dataclass(frozen=True, slots=True)
class Create:
    """Design a voice; the texts are as they were sent."""

    target_model: str
    voice_prompt: str
    preview_text: str
    prefix: str
    language: str
    sample_rate_hz: int
    response_format: str


@dataclass(frozen=True, slots=True)
class ListVoices:
    """Show one page of the voices, of one prefix or (empty) of all; `page_index` is from 0."""

    prefix: str
    page_index: int
    page_size: int


@dataclass(frozen=True, slots=True)
class Query:
    """Show one voice."""

    voice_id: str


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete one voice."""

    voice_id: str


Action = Create | ListVoices | Query | Delete


def read_action(document: Mapping[str, object]) -> Action:
    """Read the action that a body asks for; its model is not looked at.

    Unknown members are ignored; an optional one that is null counts as omitted. Raises Rejected
    with the first fault found: which of several faults the service tells is unknown.
    """
    fields = read_input(document)
    match fields.get("action"):
        case "create_voice":
            return _read_create(fields, read_group(document, "parameters"))
        case "list_voice":
            return _read_list(fields)
        case "query_voice":
            return Query(read_text(fields, "voice_id"))
        case "delete_voice":
            return Delete(read_text(fields, "voice_id"))
        case "update_voice":  # only a clone can be updated
            raise refusals.no_clones()
        case _:
            raise refusals.invalid_action()


def find_subject(action: Action) -> Subject:
    """Tell what an action is about, for the faults of a script."""
    match action:
        case Create(prefix=prefix):
            return Subject(Operation.CREATE, (prefix,))
        case ListVoices():
            return Subject(Operation.LIST)
        case Query(voice_id):
            return Subject(Operation.QUERY, name_voice(voice_id))
        case Delete(voice_id):
            return Subject(Operation.DELETE, name_voice(voice_id))


def _read_create(fields: Mapping[str, object], parameters: Mapping[str, object]) -> Create:
    if fields.get("url"):
        raise refusals.no_clones()
    if not (fields.get("voice_prompt") and fields.get("preview_text")):
        raise refusals.one_text_only()
    create = Create(
        target_model=_read_target_model(fields),
        voice_prompt=read_text(fields, "voice_prompt", longest=_MAX_PROMPT_CHARACTERS),
        preview_text=read_text(fields, "preview_text", longest=_MAX_PREVIEW_CHARACTERS),
        prefix=_read_prefix(fields),
        language=_read_language(fields),
        sample_rate_hz=read_choice(parameters, "sample_rate", _SAMPLE_RATES_HZ),
        response_format=read_choice(parameters, "response_format", _RESPONSE_FORMATS),
    )
    if len(create.preview_text) < _MIN_PREVIEW_CHARACTERS:
        raise refusals.preview_text_too_short(_MIN_PREVIEW_CHARACTERS)
    if create.response_format not in ENCODABLE_FORMATS:
        raise cannot_encode(create.response_format)
    return create


def _read_list(fields: Mapping[str, object]) -> ListVoices:
    prefix = read_text(fields, "prefix") if fields.get("prefix") else ""
    page_index = read_number(fields, "page_index", default=0)
    page_size = read_number(fields, "page_size", default=_DEFAULT_PAGE_SIZE)
    if page_index < 0:
        raise invalid_parameter("page_index")
    if page_size < 1:
        raise invalid_parameter("page_size")
    return ListVoices(prefix, page_index, page_size)


def _read_target_model(fields: Mapping[str, object]) -> str:
    target_model = read_text(fields, "target_model")
    if target_model in TARGET_MODELS:
        return target_model
    if target_model.startswith("qwen") and not target_model.startswith("qwen-audio"):
        raise refusals.another_family(target_model)
    raise refusals.unknown_model()


def _read_prefix(fields: Mapping[str, object]) -> str:
    prefix = read_text(fields, "prefix")
    if not _PREFIX.fullmatch(prefix):
        raise invalid_parameter("prefix")
    return prefix


def _read_language(fields: Mapping[str, object]) -> str:
    """Read the first of the hints; the others count for nothing."""
    hints = fields.get("language_hints")
    if hints is None:
        return _LANGUAGES[0]
    if not isinstance(hints, list):
        raise invalid_parameter("language_hints")
    first = {"language_hints": hints[0]} if hints else {}
    return read_choice(first, "language_hints", _LANGUAGES)
