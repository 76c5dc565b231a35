"""Audio formats: raw samples, and the container around them."""

from __future__ import annotations

import io
import struct
import wave

from voiceops.sandbox import refusals

ENCODABLE_FORMATS = ("wav", "pcm")


def encode(pcm: bytes, *, sample_rate_hz: int, response_format: str) -> bytes:
    """Put raw samples, mono of 16 bit little-endian, into a format; raises Rejected if not ours."""
    match response_format:
        case "pcm":
            return pcm
        case "wav":
            return _wrap_as_wav(pcm, sample_rate_hz)
        case _:
            raise refusals.cannot_encode(response_format)


def begin_stream(response_format: str, *, sample_rate_hz: int) -> bytes:
    """Give what comes before the first raw samples of a stream, whose length nobody knows yet."""
    if response_format != "wav":
        return b""
    size = 0x7FFFFFFF
    frame_bytes = 2
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", size, b"WAVE", b"fmt ", 16, 1, 1, sample_rate_hz),
        *(sample_rate_hz * frame_bytes, frame_bytes, 16, b"data", size - 36),
    )


def _wrap_as_wav(pcm: bytes, sample_rate_hz: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(sample_rate_hz)
        writer.writeframes(pcm)
    return file.getvalue()
