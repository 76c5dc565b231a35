"""The vendor's SDK, unmodified, takes the sandbox's `voice-enrollment` for the service's."""

from __future__ import annotations

import base64
import json
import re

import httpx
import pytest
from vendor import HERE, VERSIONS, compare_transcript, find_python, run_python, serve_recorded

MODEL = "cosyvoice-v3.5-plus"
BYTES_A_SECOND = 48_000
NAME = re.compile(rf"{re.escape(MODEL)}-vd-sdk-[0-9a-f]{{32}}")


@pytest.fixture(scope="module", params=VERSIONS)
def session(request, tmp_path_factory):
    """Let an SDK do all it can against a sandbox; gives what it reported, and was asked."""
    folder = tmp_path_factory.mktemp("witness")
    python = find_python(request.param)
    with serve_recorded(folder / "sandbox.db") as served:
        printed = run_python(
            python,
            HERE / "enrollment_session.py",
            served.base_url,
            served.tasks_url,
            served.enroll(MODEL),
            cwd=folder,
        )
        done = json.loads(printed.splitlines()[-1])
        done["http"]["whole"] = httpx.get(done["http"]["url"], trust_env=False).content
    return request.param, done, served.recorder.requests


def test_a_design_is_created_listed_queried_and_deleted(session):
    _, done, _ = session
    design = done["design"]
    assert NAME.fullmatch(design.pop("voice"))
    assert design == {
        "is_listed": True,
        "is_found": True,
        "status": "OK",
        "prompt": "A calm voice.",
        "refusals": [
            [400, "BadRequest.ResourceNotExist", "The Required resource not exist."],
            [400, "BadRequest.ResourceNotExist", "The Required resource not exist."],
            [
                400,
                "InvalidParameter",
                "provide url, or provide both voice_prompt and preview_text",
            ],
            [400, "InvalidParameter", "preprocess service not found for 'qwen3-tts-vd'"],
        ],
    }


def test_speech_over_http_is_the_same_whole_and_streamed(session):
    _, done, _ = session
    spoken = done["http"]
    pcm = base64.b64decode(spoken["pcm"])
    assert (pcm, spoken["is_whole"]) == (spoken["whole"], True)
    assert 0.5 < len(pcm) / BYTES_A_SECOND < 6
    assert spoken["refused"] == [400, "Engine return error code: 418"]


def test_tasks_speak_and_finish_or_fail(session):
    _, done, _ = session
    tasks = done["tasks"]
    assert base64.b64decode(tasks["pcm"]) == base64.b64decode(done["http"]["pcm"])
    kinds = [kind for kind in tasks["kinds"] if kind != "sentence-synthesis"]
    assert kinds == ["sentence-begin", "sentence-end"] * 2
    assert tasks["streamed_bytes"] > len(base64.b64decode(tasks["pcm"]))
    assert "Engine return error code: 418" in tasks["failure"]


def test_the_client_of_the_second_line_does_the_same(session):
    version, done, _ = session
    if version.startswith("1."):
        assert "client" not in done
        return
    client = done["client"]
    assert NAME.fullmatch(client.pop("voice"))
    assert client.pop("preview_bytes") > BYTES_A_SECOND // 2
    is_final = client.pop("is_final")
    assert is_final == [False] * (len(is_final) - 1) + [True]
    assert client == {
        "is_listed": True,
        "status": "OK",
        "missing": "BadRequest.ResourceNotExist",
        "streamed": done["http"]["pcm"],
        "pcm": done["http"]["pcm"],
        "usage": {"characters": 26},
    }


def test_the_sdk_asks_what_it_asked_when_it_was_recorded(session):
    version, _, requests = session
    compare_transcript(version, requests, of="enrollment")
