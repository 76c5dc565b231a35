from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceops.core.families.limits import RESPONSE_FORMATS
from voiceops.provider.preview import MAX_PREVIEW_BYTES, Preview, read_preview

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt "


def encode(audio: bytes) -> dict[str, object]:
    return {"data": base64.b64encode(audio).decode(), "sample_rate": 24000}


@pytest.mark.parametrize(
    ("response_format", "audio"),
    [
        ("wav", WAV),
        ("opus", b"OggS\x00"),
        ("mp3", b"ID3\x04"),
        ("mp3", b"\xff\xfb\x90"),
        ("mp3", b"\xff\xe3"),
        ("pcm", b"\x00\x01"),
    ],
)
def test_audio_of_the_asked_format_is_taken(response_format: str, audio: bytes) -> None:
    assert read_preview(encode(audio), response_format) == Preview(audio)


@pytest.mark.parametrize(
    ("response_format", "audio"),
    [
        ("wav", b"RIFF\x24\x00\x00\x00AVI fmt "),
        ("wav", b"RIFF"),
        ("wav", b"OggS\x00"),
        ("opus", WAV),
        ("mp3", WAV),
        ("mp3", b"\xff"),
        ("mp3", b"\xff\xdf"),
        ("pcm", b"\x00\x01\x02"),
        ("flac", b"fLaC"),
    ],
)
def test_audio_of_another_format_is_a_fault(response_format: str, audio: bytes) -> None:
    fault = f"the audio is not {response_format}"
    assert read_preview(encode(audio), response_format) == Preview(None, fault)


@pytest.mark.parametrize(
    ("preview_audio", "fault"),
    [
        (None, "the reply holds no audio"),
        ([], "the reply holds no audio"),
        ({}, "the reply holds no audio"),
        ({"data": None}, "the reply holds no audio"),
        ({"data": ""}, "the reply holds no audio"),
        ({"data": "{base64_encoded_audio}"}, "the audio is not valid base64"),
        ({"data": "UklGR"}, "the audio is not valid base64"),
        ({"data": "ÿÿÿÿ"}, "the audio is not valid base64"),
        ({"data": "===="}, "the audio is not valid base64"),
        (encode(bytes(MAX_PREVIEW_BYTES + 3)), "the audio is larger than 16,777,216 bytes"),
    ],
)
def test_a_preview_that_cannot_be_had_is_a_fault_in_words(
    preview_audio: object, fault: str
) -> None:
    assert read_preview(preview_audio, "wav") == Preview(None, fault)


@given(
    st.recursive(
        st.none() | st.text() | st.binary().map(lambda data: base64.b64encode(data).decode()),
        lambda inner: st.dictionaries(st.just("data") | st.text(), inner),
    ),
    st.sampled_from(RESPONSE_FORMATS),
)
def test_nothing_that_comes_raises(preview_audio: object, response_format: str) -> None:
    preview = read_preview(preview_audio, response_format)
    assert (preview.audio is None) == bool(preview.fault)
