"""Decode the audio that comes with a create, and see whether it is what it claims to be."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass

MAX_PREVIEW_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Preview:
    """Decoded audio; None if there is none that can be trusted, and `fault` then says why."""

    audio: bytes | None
    fault: str = ""


def read_preview(preview_audio: object, response_format: str) -> Preview:
    """Decode `preview_audio` of a create's reply; `response_format` is what was asked for.

    Never raises: whatever came, the voice is paid for. At most 16 MiB of audio are taken, and
    only their first bytes are looked at.
    """
    data = preview_audio.get("data") if isinstance(preview_audio, dict) else None
    if not isinstance(data, str) or not data:
        return Preview(None, "the reply holds no audio")
    if len(data) > MAX_PREVIEW_BYTES * 4 // 3 + 4:
        return Preview(None, f"the audio is larger than {MAX_PREVIEW_BYTES:,} bytes")
    try:
        audio = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return Preview(None, "the audio is not valid base64")
    if not audio:
        return Preview(None, "the audio is empty")
    looks_right = _LOOKS.get(response_format)
    if looks_right is None or not looks_right(audio):
        return Preview(None, f"the audio is not {response_format}")
    return Preview(audio)


def _looks_like_wav(audio: bytes) -> bool:
    return audio[:4] == b"RIFF" and audio[8:12] == b"WAVE"


def _looks_like_opus(audio: bytes) -> bool:
    return audio.startswith(b"OggS")


def _looks_like_mp3(audio: bytes) -> bool:
    """Find an ID3 tag or the eleven set bits that begin a frame."""
    return audio.startswith(b"ID3") or (len(audio) > 1 and audio[0] == 0xFF and audio[1] >= 0xE0)


def _looks_like_pcm(audio: bytes) -> bool:
    """See whether there are whole samples of 16 bits; raw samples bear no mark."""
    return len(audio) % 2 == 0


_LOOKS: Mapping[str, Callable[[bytes], bool]] = {
    "wav": _looks_like_wav,
    "opus": _looks_like_opus,
    "mp3": _looks_like_mp3,
    "pcm": _looks_like_pcm,
}
