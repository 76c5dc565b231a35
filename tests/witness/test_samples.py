"""The vendor's Python samples run against the sandbox, with host, key and voice replaced."""

from __future__ import annotations

import io
import re
import wave
from pathlib import Path

import httpx
import pytest
from vendor import HERE, VERSIONS, find_python, run_python, serve_recorded

SAMPLES = HERE / "samples"
HTTP_MODEL = "qwen3-tts-vd-2026-01-26"
REALTIME_MODEL = "qwen3-tts-vd-realtime-2026-01-15"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serve_recorded(tmp_path_factory.mktemp("samples") / "sandbox.db") as served:
        yield served


def run_sample(name: str, folder: Path, served, voice: str = "") -> str:
    """Run a sample with the newest SDK, and the sound card's stand-in; gives what it printed."""
    source = (SAMPLES / f"{name}.py").read_text(encoding="utf-8")
    for vendor, ours in (
        ("https://dashscope-intl.aliyuncs.com/api/v1", served.base_url),
        ("wss://dashscope-intl.aliyuncs.com/api-ws/v1/realtime", served.realtime_url),
        ('"myvoice"', f'"{voice}"'),
    ):
        source = source.replace(vendor, ours)
    path = folder / f"{name}.py"
    path.write_text(source, encoding="utf-8")
    env = {"PYTHONPATH": str(HERE / "stand_ins"), "PYTHONIOENCODING": "utf-8"}
    return run_python(find_python(VERSIONS[-1]), path, cwd=folder, env=env)


def list_voices(served) -> set[str]:
    return set(re.findall(r"qwen-tts-vd-\S+", run_sample_list(served)))


def run_sample_list(served) -> str:
    headers = {"Authorization": "Bearer sk-test"}
    body = {"model": "qwen-voice-design", "input": {"action": "list", "page_size": 100}}
    url = f"{served.base_url}/services/audio/tts/customization"
    reply = httpx.post(url, json=body, headers=headers, trust_env=False).json()
    return "\n".join(voice["voice"] for voice in reply["output"]["voice_list"])


@pytest.mark.parametrize("name", ["create_realtime", "create_http"])
def test_create_saves_a_preview_that_can_be_played(served, tmp_path, name):
    printed = run_sample(name, tmp_path, served)
    voice = re.search(r"Successfully created voice '(.+)'", printed)[1]
    assert voice in list_voices(served)
    with wave.open(io.BytesIO((tmp_path / f"{voice}_preview.wav").read_bytes())) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 24000)
        assert file.getnframes() > 12_000


def test_list_shows_the_voices(served, tmp_path):
    voice = served.create(HTTP_MODEL)
    printed = run_sample("list", tmp_path, served)
    assert "HTTP status code: 200" in printed
    assert re.search(rf"- Voice: {voice}  Created: \S+ \S+  Model: {HTTP_MODEL}", printed)


def test_query_shows_a_voice_and_delete_removes_it(served, tmp_path):
    voice = served.create(HTTP_MODEL)
    printed = run_sample("query", tmp_path, served, voice)
    assert f"Voice name: {voice}" in printed
    assert "Voice queried successfully!" in printed
    run_sample("delete", tmp_path, served, voice)
    assert voice not in list_voices(served)
    assert "Failed to query the voice" in run_sample("query", tmp_path, served, voice)


def test_speak_over_http_prints_where_the_audio_is(served, tmp_path):
    printed = run_sample("speak_http", tmp_path, served, served.create(HTTP_MODEL))
    url = re.search(r'"url": "([^"]+)"', printed)[1]
    assert httpx.get(url, trust_env=False).content.startswith(b"RIFF")


def test_speak_in_real_time_plays_the_audio(served, tmp_path):
    printed = run_sample("speak_realtime", tmp_path, served, served.create(REALTIME_MODEL))
    assert "[TTS] Session finished" in printed
    assert "Error" not in printed
    assert len((tmp_path / "played.pcm").read_bytes()) > 48_000
