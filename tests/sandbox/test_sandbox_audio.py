"""The hum that stands in for preview audio."""

from __future__ import annotations

import base64
import io
import struct
import wave
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sandbox_client import CREATE, make_body, send

from voiceops.sandbox.audio import make_preview

RATES_HZ = [8000, 16000, 24000, 48000]
VOICES = st.text(max_size=20)


def hum(description, voice="qwen-tts-vd-a-voice-20261122120000123-0000", rate_hz=8000):
    pcm = make_preview(voice, description, sample_rate_hz=rate_hz, response_format="pcm")
    return struct.unpack(f"<{len(pcm) // 2}h", pcm)


def pitch(samples, rate_hz=8000):
    """Estimate the pitch from how often the wave rises through zero."""
    pairs = pairwise(samples)
    return sum(before <= 0 < after for before, after in pairs) * rate_hz / len(samples)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_wav_is_mono_of_16_bit_at_the_asked_rate(rate_hz):
    data = make_preview("v", "a voice", sample_rate_hz=rate_hz, response_format="wav")
    with wave.open(io.BytesIO(data)) as reader:
        assert reader.getparams()[:3] == (1, 2, rate_hz)
        pcm = reader.readframes(reader.getnframes())
    assert pcm == make_preview("v", "a voice", sample_rate_hz=rate_hz, response_format="pcm")


@settings(deadline=None)
@given(voice=VOICES, description=st.text(max_size=80), rate_hz=st.sampled_from(RATES_HZ))
def test_any_description_gives_one_to_two_seconds_that_are_heard(voice, description, rate_hz):
    samples = hum(description, voice, rate_hz)
    assert 0.9 < len(samples) / rate_hz < 2.1
    assert max(map(abs, samples)) > 15000


@settings(deadline=None)
@given(voice=VOICES)
def test_the_same_voice_sounds_the_same(voice):
    assert hum("calm", voice) == hum("calm", voice)


def test_two_voices_of_one_description_differ():
    assert hum("calm", "one") != hum("calm", "two")


@pytest.mark.parametrize(
    ("higher", "lower"),
    [
        ("A child with a high voice", "A deep, old man"),
        ("A young woman", "A male announcer"),
        ("Female", "Male"),
        ("声音高的女童", "声音低沉的老年男性"),
    ],
)
@settings(deadline=None)
@given(voice=VOICES)
def test_pitch_follows_the_description(voice, higher, lower):
    assert pitch(hum(higher, voice)) > 1.2 * pitch(hum(lower, voice))


@pytest.mark.parametrize(
    ("faster", "slower"), [("Fast", ""), ("", "slow"), ("语速快", ""), ("", "语速慢")]
)
@settings(deadline=None)
@given(voice=VOICES)
def test_pace_follows_the_description(voice, faster, slower):
    assert len(hum(faster, voice)) < len(hum(slower, voice))


def test_cues_are_whole_words():
    assert hum("Manual breakfast") == hum("")


@settings(deadline=None)
@given(voice=VOICES)
def test_a_hum_starts_and_ends_softly(voice):
    samples = hum("a voice", voice)
    assert max(map(abs, samples[:80] + samples[-80:])) < max(map(abs, samples)) / 2


@settings(deadline=None)
@given(voice=VOICES)
def test_periods_join_without_a_click(voice):
    samples = hum("a voice", voice, rate_hz=48000)
    assert max(abs(after - before) for before, after in pairwise(samples)) < 2500


@pytest.mark.parametrize(("response_format", "start"), [("wav", b"RIFF"), ("pcm", b"\0\0")])
def test_a_create_brings_the_audio_in_base64(make_sandbox, response_format, start):
    body = make_body(CREATE, sample_rate=8000, response_format=response_format)
    _, document = send(make_sandbox(), body)
    output = document["output"]
    audio = base64.b64decode(output["preview_audio"]["data"], validate=True)
    assert audio.startswith(start)
    assert audio == make_preview(
        output["voice"],
        str(CREATE["voice_prompt"]),
        sample_rate_hz=8000,
        response_format=response_format,
    )
