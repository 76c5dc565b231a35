"""How voices of `qwen-voice-design` speak: over HTTP, or in a session, as their model asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from voiceops.core.families.qwen import QWEN
from voiceops.provider.speech.pieces import Piece, Utterance
from voiceops.provider.transport.access import Access
from voiceops.provider.transport.websocket import Dial, dial_service

PATH = "/services/aigc/multimodal-generation/generation"
_REALTIME_MARK = "-realtime"


def speak(utterance: Utterance, access: Access, dial: Dial | None) -> Iterator[Piece]:
    """Say all parts, over the protocol of the voice's model; the audio as it comes."""
    if is_realtime(utterance.target_model):
        from voiceops.provider.families.qwen.realtime import speak_in_session

        model = utterance.target_model
        session = dial(model, access.headers) if dial else dial_service(access, model)
        yield from speak_in_session(utterance, session, access)
    else:
        from voiceops.provider.speech.over_http import speak_over_http

        yield from speak_over_http(utterance, access, ask)


def is_realtime(target_model: str) -> bool:
    """Tell whether a model speaks over the realtime protocol, and not over HTTP."""
    return _REALTIME_MARK in target_model


def name_language(utterance: Utterance) -> str:
    """Name the language as speech synthesis does; `Auto` if it is none of the family's."""
    return QWEN.languages.get(utterance.language, "Auto")


def ask(utterance: Utterance, part: str) -> tuple[str, Mapping[str, object]]:
    """Write the request for one part."""
    said = {
        "text": part,
        "voice": utterance.voice_id,
        "language_type": name_language(utterance),
    }
    return PATH, {"model": utterance.target_model, "input": said, "parameters": {}}
