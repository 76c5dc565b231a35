"""How a text is to be said, over HTTP and over a WebSocket alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from voiceops.sandbox.encoding import ENCODABLE_FORMATS
from voiceops.sandbox.families.cosyvoice import refusals
from voiceops.sandbox.fields import read_choice, read_text
from voiceops.sandbox.refusals import cannot_encode, invalid_parameter

MAX_CHARACTERS = 20_000
_MAX_INSTRUCTION_CHARACTERS = 128


@dataclass(frozen=True, slots=True)
class Audio:
    """The formats and rates that a protocol takes; the first of each is the default."""

    formats: tuple[str, ...]
    sample_rates_hz: tuple[int, ...]


HTTP_AUDIO = Audio(("wav", "pcm", "mp3", "opus"), (24000, 8000, 16000, 22050, 44100, 48000))
# The vendor's SDK says `Default` and 0 where its user says nothing.
SOCKET_AUDIO = Audio(
    ("mp3", "Default", "wav", "pcm", "opus"), (22050, 0, 8000, 16000, 24000, 44100, 48000)
)


@dataclass(frozen=True, slots=True)
class Utterance:
    """With which model and voice a text is said, and as what audio."""

    model: str
    voice: str
    response_format: str
    sample_rate_hz: int


def read_utterance(model: str, fields: Mapping[str, object], audio: Audio) -> Utterance:
    """Read how a text is to be said; raises Rejected with the first fault found.

    Volume, rate, pitch and seed are not looked at: the stand-in has a manner of its own.
    """
    instruction = fields.get("instruction") or ""
    if not isinstance(instruction, str):
        raise invalid_parameter("instruction")
    if len(instruction) > _MAX_INSTRUCTION_CHARACTERS:
        raise refusals.instruction_too_long(_MAX_INSTRUCTION_CHARACTERS, len(instruction))
    response_format = read_choice(fields, "format", audio.formats)
    if response_format not in ENCODABLE_FORMATS:
        raise cannot_encode("mp3" if response_format == "Default" else response_format)
    return Utterance(
        model,
        read_text(fields, "voice"),
        response_format,
        read_choice(fields, "sample_rate", audio.sample_rates_hz) or audio.sample_rates_hz[0],
    )
