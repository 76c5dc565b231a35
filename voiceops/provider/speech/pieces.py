"""Speak with designed voices, over the protocol that their model takes."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from voiceops.errors import ProtocolViolated
from voiceops.provider.answer import read_answer
from voiceops.provider.repeatable import take_document
from voiceops.provider.transport.access import Access
from voiceops.provider.transport.exchange import WireReply

LABEL = "say"

SAMPLE_RATE_HZ = 24_000
BYTES_A_SECOND = SAMPLE_RATE_HZ * 2
# API reference of speech synthesis: at most 600 characters a request. It does not tell whether an
# ideograph counts twice there, too, as it does on the bill; so it does here.
LONGEST_PART = 600
MAX_AUDIO_BYTES = 512 * 1024 * 1024
# What errors mean that come within a stream or a session, where there is no HTTP status.
_STATUSES = (
    (re.compile(r"^Throttling"), 429),
    (
        re.compile(r"^InternalError|^SystemError$|^ModelServ|^ModelUnavailable$|^RequestTimeOut$"),
        500,
    ),
)
_BAD_REQUEST = 400


@dataclass(frozen=True, slots=True)
class Utterance:
    """What is to be said: parts of at most 600 characters, with a voice made for the model."""

    voice_id: str
    target_model: str
    language: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some audio as it came: raw PCM, 24 kHz, mono, 16 bit; `characters` were billed with it."""

    audio: bytes = b""
    characters: int = 0


def find_limit_s(parts: Iterable[str]) -> float:
    """Tell how long these parts may take to be said: a minute, and a second for three characters.

    Nobody speaks so slowly, and whoever listens while the audio comes has time enough.
    """
    return 60 + sum(map(len, parts)) / 3


def join_samples(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Pass pieces on so that each holds whole samples; the service may cut one in two.

    Raises ProtocolViolated for half a sample at the end, for none at all, and for more than
    512 MiB.
    """
    half, total = b"", 0
    for piece in pieces:
        audio = half + piece.audio
        half = audio[len(audio) // 2 * 2 :]
        total += len(piece.audio)
        if total > MAX_AUDIO_BYTES:
            raise ProtocolViolated(f"{LABEL}: more than {MAX_AUDIO_BYTES:,} bytes of audio came")
        yield Piece(audio[: len(audio) // 2 * 2], piece.characters)
    if half:
        raise ProtocolViolated(f"{LABEL}: the audio ends in the middle of a sample")
    if not total:
        raise ProtocolViolated(f"{LABEL}: no audio came")


def take_reply(body: bytes, access: Access, *, status: int) -> Mapping[str, object]:
    """Give the document of a reply that says that all went well, as `take_document` does.

    An error that came without a status of its own has the status 0 here.
    """
    now = access.effects.now()
    answer = read_answer(WireReply(status, body), label=LABEL, key=access.key, now=now)
    if not status:
        found = (known for pattern, known in _STATUSES if pattern.search(answer.code))
        answer = replace(answer, status=next(found, _BAD_REQUEST))
    return take_document(answer)


def decode_audio(data: object) -> bytes:
    """Decode the base64 of a piece; raises ProtocolViolated if it is none."""
    try:
        if isinstance(data, str):
            return base64.b64decode(data, validate=True)
    except ValueError as error:
        raise ProtocolViolated(f"{LABEL}: the audio that came is not valid base64") from error
    raise ProtocolViolated(f"{LABEL}: the audio that came is no text")


def read_characters(usage: object) -> int:
    """Read how many characters were billed; 0 if that is not told."""
    characters = usage.get("characters") if isinstance(usage, dict) else None
    return characters if isinstance(characters, int) and characters > 0 else 0
