"""Speak with designed voices, over the protocol that their model takes."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass

from voiceops import __version__
from voiceops.effects import Effects
from voiceops.errors import ProtocolViolated
from voiceops.provider.endpoints import Endpoint
from voiceops.provider.wire import Handler

SAMPLE_RATE_HZ = 24_000
BYTES_A_SECOND = SAMPLE_RATE_HZ * 2
# API reference of speech synthesis: at most 600 characters a request.
LONGEST_PART = 600
MAX_AUDIO_BYTES = 512 * 1024 * 1024
FAMILY = "qwen3-tts-vd"
_REALTIME_MARK = "-realtime"
# How the service calls the languages that manifests call by their codes.
LANGUAGES = {
    "zh": "Chinese",
    "en": "English",
    "de": "German",
    "it": "Italian",
    "pt": "Portuguese",
    "es": "Spanish",
    "ja": "Japanese",
    "ko": "Korean",
    "fr": "French",
    "ru": "Russian",
}


@dataclass(frozen=True, slots=True)
class Utterance:
    """What is to be said: parts of at most 600 characters, with a voice made for the model."""

    voice_id: str
    target_model: str
    language: str
    parts: tuple[str, ...]

    @property
    def language_type(self) -> str:
        """Name the language as speech synthesis does; `Auto` if it is none of ours."""
        return LANGUAGES.get(self.language, "Auto")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some audio as it came: raw PCM, 24 kHz, mono, 16 bit; `characters` were billed with it."""

    audio: bytes = b""
    characters: int = 0


@dataclass(frozen=True, slots=True)
class Access:
    """Where is spoken, and with which key; with a `handler` the service is in this process."""

    endpoint: Endpoint
    key: str
    workspace: str | None
    effects: Effects
    handler: Handler | None = None

    @property
    def headers(self) -> dict[str, str]:
        """Give the headers that every request bears."""
        headers = {"Authorization": f"Bearer {self.key}", "User-Agent": f"voiceops/{__version__}"}
        if self.workspace:
            headers["X-DashScope-WorkSpace"] = self.workspace
        return headers


def is_realtime(target_model: str) -> bool:
    """Tell whether a model speaks over the realtime protocol, and not over HTTP."""
    return _REALTIME_MARK in target_model


def is_designed(target_model: str) -> bool:
    """Tell whether a model speaks with designed voices."""
    return target_model.startswith(FAMILY)


def join_samples(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Pass pieces on so that each holds whole samples; the service may cut one in two.

    Raises ProtocolViolated for half a sample at the end, and for more than 512 MiB.
    """
    half, total = b"", 0
    for piece in pieces:
        audio = half + piece.audio
        half = audio[len(audio) // 2 * 2 :]
        total += len(piece.audio)
        if total > MAX_AUDIO_BYTES:
            raise ProtocolViolated(f"say: more than {MAX_AUDIO_BYTES:,} bytes of audio came")
        yield Piece(audio[: len(audio) // 2 * 2], piece.characters)
    if half:
        raise ProtocolViolated("say: the audio ends in the middle of a sample")


def decode_audio(data: object) -> bytes:
    """Decode the base64 of a piece; raises ProtocolViolated if it is none."""
    try:
        return base64.b64decode(data, validate=True) if isinstance(data, str) else b""
    except (binascii.Error, ValueError) as error:
        raise ProtocolViolated("say: the audio that came is not valid base64") from error


def read_characters(usage: object) -> int:
    """Read how many characters were billed; 0 if that is not told."""
    characters = usage.get("characters") if isinstance(usage, dict) else None
    return characters if isinstance(characters, int) and characters > 0 else 0
