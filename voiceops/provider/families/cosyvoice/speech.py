"""How voices of `voice-enrollment` speak: over HTTP (pages of 2026-10-15 and 2026-10-21)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from voiceops.provider.speech.pieces import SAMPLE_RATE_HZ, Piece, Utterance
from voiceops.provider.transport.access import Access
from voiceops.provider.transport.websocket import Dial

PATH = "/services/audio/tts/SpeechSynthesizer"


def speak(utterance: Utterance, access: Access, dial: Dial | None) -> Iterator[Piece]:
    """Say all parts; the audio as it comes. No session is dialled."""
    from voiceops.provider.speech.over_http import speak_over_http

    yield from speak_over_http(utterance, access, ask)


def ask(utterance: Utterance, part: str) -> tuple[str, Mapping[str, object]]:
    """Write the request for one part: format and rate stand beside the text here."""
    said = {
        "text": part,
        "voice": utterance.voice_id,
        "format": "pcm",
        "sample_rate": SAMPLE_RATE_HZ,
    }
    return PATH, {"model": utterance.target_model, "input": said}
