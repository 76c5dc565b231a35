"""The vendor's SDK, unmodified, takes the sandbox for the service."""

from __future__ import annotations

import base64
import io
import json
import wave

import httpx
import pytest
from vendor import HERE, VERSIONS, compare_transcript, find_python, run_python, serve_recorded

HTTP_MODEL = "qwen3-tts-vd-2026-01-26"
REALTIME_MODEL = "qwen3-tts-vd-realtime-2026-01-15"
BYTES_A_SECOND = 48_000


@pytest.fixture(scope="module", params=VERSIONS)
def session(request, tmp_path_factory):
    """Let an SDK do all it can against a sandbox; gives what it reported, and was asked."""
    folder = tmp_path_factory.mktemp("witness")
    python = find_python(request.param)
    with serve_recorded(folder / "sandbox.db") as served:
        printed = run_python(
            python,
            HERE / "sdk_session.py",
            served.base_url,
            served.realtime_url,
            served.create(HTTP_MODEL),
            served.create(REALTIME_MODEL),
            cwd=folder,
        )
        done = json.loads(printed.splitlines()[-1])
        url = done["speak"]["url"]
        done["speak"]["wav"] = httpx.get(url, trust_env=False).content
    return request.param, done, served.recorder.requests


def read_wav(data):
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 24000)
        return file.readframes(file.getnframes())


def test_one_reply_names_audio_that_is_speech_of_the_right_length(session):
    _, done, _ = session
    spoken = done["speak"]
    assert (spoken["status"], spoken["finish_reason"], spoken["characters"]) == (200, "stop", 26)
    assert 0.5 < len(read_wav(spoken["wav"])) / BYTES_A_SECOND < 6


def test_the_stream_holds_the_same_audio(session):
    _, done, _ = session
    streamed = done["stream"]
    assert base64.b64decode(streamed["pcm"]) == read_wav(done["speak"]["wav"])
    assert streamed["reasons"] == ["null"] * (len(streamed["reasons"]) - 1) + ["stop"]


def test_a_voice_that_is_none_is_refused_in_both_ways(session):
    _, done, _ = session
    assert done["refuse"] == [[400, "invalid_value"]] * 2


def test_a_realtime_session_speaks_and_finishes(session):
    _, done, _ = session
    realtime = done["realtime"]
    kinds = realtime["kinds"]
    assert (kinds[:2], kinds[-1]) == (["session.created", "session.updated"], "session.finished")
    assert kinds.count("response.done") == 2
    assert realtime["has_session"]
    pcm = base64.b64decode(realtime["pcm"])
    assert len(pcm) % 2 == 0
    assert 0.5 < len(pcm) / BYTES_A_SECOND < 8


def test_voices_are_created_listed_got_and_deleted(session):
    version, done, _ = session
    if version.startswith("1."):
        assert "design" not in done  # 1.x has no class for designed voices
        return
    design = done["design"]
    voice = design.pop("voice")
    assert voice.startswith("qwen-tts-vd-sdk-voice-")
    assert design.pop("preview_bytes") > BYTES_A_SECOND // 2
    assert design == {"is_listed": True, "prompt": "A calm voice.", "missing": "VoiceNotFound"}


def test_the_sdk_asks_what_it_asked_when_it_was_recorded(session):
    version, _, requests = session
    compare_transcript(version, requests)
