"""The audio formats that the sandbox can make."""

from __future__ import annotations

import io
import wave

import pytest

from voiceops.errors import Rejected
from voiceops.sandbox.encoding import ENCODABLE_FORMATS, encode

PCM = bytes(range(200))


def test_pcm_is_bare():
    assert encode(PCM, sample_rate_hz=8000, response_format="pcm") == PCM


@pytest.mark.parametrize("rate_hz", [8000, 16000, 24000, 48000])
def test_a_wav_is_mono_of_16_bit_at_the_asked_rate(rate_hz):
    data = encode(PCM, sample_rate_hz=rate_hz, response_format="wav")
    with wave.open(io.BytesIO(data)) as reader:
        assert reader.getparams()[:4] == (1, 2, rate_hz, len(PCM) // 2)
        assert reader.readframes(reader.getnframes()) == PCM


@pytest.mark.parametrize("response_format", ["mp3", "opus", ""])
def test_another_format_is_refused(response_format):
    assert response_format not in ENCODABLE_FORMATS
    with pytest.raises(Rejected, match=f"cannot encode {response_format}; ask for wav or pcm"):
        encode(PCM, sample_rate_hz=8000, response_format=response_format)
