"""The audio that comes with the reply to a create."""

from __future__ import annotations

import base64

from voiceops.sandbox.account import Voice
from voiceops.sandbox.encoding import encode
from voiceops.sandbox.synthesizer import synthesize


def make_preview(voice: Voice, *, sample_rate_hz: int, response_format: str) -> dict[str, object]:
    """Say a voice's preview text with it, and give the `preview_audio` of a reply."""
    pcm = synthesize(
        voice.voice, voice.voice_prompt, voice.preview_text, sample_rate_hz=sample_rate_hz
    )
    audio = encode(pcm, sample_rate_hz=sample_rate_hz, response_format=response_format)
    return {
        "data": base64.b64encode(audio).decode(),
        "sample_rate": sample_rate_hz,
        "response_format": response_format,
    }
