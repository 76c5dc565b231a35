"""The four actions of `qwen-voice-design`, read and checked (API reference, 2026-03-31)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from voiceops.sandbox import refusals
from voiceops.sandbox.encoding import ENCODABLE_FORMATS
from voiceops.sandbox.faults import Subject
from voiceops.sandbox.fields import read_choice, read_group, read_input, read_number, read_text
from voiceops.sandbox.script import Operation

MODEL = "qwen-voice-design"

_PREFERRED_NAME = re.compile(r"[A-Za-z0-9_]{1,16}")
_MAX_PROMPT_CHARACTERS = 2048
_MAX_PREVIEW_CHARACTERS = 1024
_LANGUAGES = ("zh", "en", "de", "it", "pt", "es", "ja", "ko", "fr", "ru")
_SAMPLE_RATES_HZ = (24000, 8000, 16000, 48000)
_RESPONSE_FORMATS = ("wav", "pcm", "mp3", "opus")
# Dated snapshots come and go, so any of the families of designed voices is taken.
_TARGET_FAMILY = "qwen3-tts-vd"
_MAX_PAGE_INDEX = 200
_DEFAULT_PAGE_SIZE = 10


@dataclass(frozen=True, slots=True)
class Create:
    """Design a voice; the texts are as they were sent."""

    target_model: str
    voice_prompt: str
    preview_text: str
    preferred_name: str
    language: str
    sample_rate_hz: int
    response_format: str


@dataclass(frozen=True, slots=True)
class ListVoices:
    """Show one page of the voices; `page_index` counts from 0, `page_size` is at least 1."""

    page_index: int
    page_size: int


@dataclass(frozen=True, slots=True)
class Query:
    """Show one voice."""

    voice: str


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete one voice."""

    voice: str


Action = Create | ListVoices | Query | Delete


def read_action(document: Mapping[str, object]) -> Action:
    """Read the action that a body asks for; its model is not looked at.

    Unknown members are ignored; an optional one that is null counts as omitted. Raises Rejected
    with the first fault found; how the service answers each fault is documented only in general.
    """
    fields = read_input(document)
    match fields.get("action"):
        case "create":
            return _read_create(fields, read_group(document, "parameters"))
        case "list":
            return _read_list(fields)
        case "query":
            return Query(read_text(fields, "voice"))
        case "delete":
            return Delete(read_text(fields, "voice"))
        case _:
            raise refusals.invalid_parameter("action")


def find_subject(action: Action) -> Subject:
    """Tell what an action is about, for the faults of a script."""
    match action:
        case Create(preferred_name=preferred_name):
            return Subject(Operation.CREATE, (preferred_name,))
        case ListVoices():
            return Subject(Operation.LIST)
        case Query(voice):
            return Subject(Operation.QUERY, name_voice(voice))
        case Delete(voice):
            return Subject(Operation.DELETE, name_voice(voice))


def name_voice(voice: str) -> tuple[str, ...]:
    """Give a voice's name and the preferred name in it, either of which a fault may match."""
    parts = voice.split("-")
    return (voice, parts[3]) if len(parts) == 7 else (voice,)


def _read_create(fields: Mapping[str, object], parameters: Mapping[str, object]) -> Create:
    create = Create(
        target_model=_read_target_model(fields),
        voice_prompt=read_text(fields, "voice_prompt", longest=_MAX_PROMPT_CHARACTERS),
        preview_text=read_text(fields, "preview_text", longest=_MAX_PREVIEW_CHARACTERS),
        preferred_name=_read_preferred_name(fields),
        language=read_choice(fields, "language", _LANGUAGES),
        sample_rate_hz=read_choice(parameters, "sample_rate", _SAMPLE_RATES_HZ),
        response_format=read_choice(parameters, "response_format", _RESPONSE_FORMATS),
    )
    if create.response_format not in ENCODABLE_FORMATS:
        raise refusals.cannot_encode(create.response_format)
    return create


def _read_list(fields: Mapping[str, object]) -> ListVoices:
    page_index = read_number(fields, "page_index", default=0)
    page_size = read_number(fields, "page_size", default=_DEFAULT_PAGE_SIZE)
    if not 0 <= page_index <= _MAX_PAGE_INDEX:
        raise refusals.invalid_parameter("page_index")
    if page_size < 1:
        raise refusals.invalid_parameter("page_size")
    return ListVoices(page_index, page_size)


def _read_target_model(fields: Mapping[str, object]) -> str:
    target_model = read_text(fields, "target_model")
    if not target_model.startswith(_TARGET_FAMILY):
        raise refusals.invalid_parameter("target_model")
    return target_model


def _read_preferred_name(fields: Mapping[str, object]) -> str:
    preferred_name = read_text(fields, "preferred_name")
    if not _PREFERRED_NAME.fullmatch(preferred_name):
        raise refusals.invalid_preferred_name()
    return preferred_name
