"""Speech over HTTP: replies, streams, downloads, and what is refused."""

from __future__ import annotations

import base64
import io
import json
import wave
from datetime import timedelta

import pytest
from sandbox_client import NOON, create

from voiceops.sandbox.account import Bill
from voiceops.sandbox.characters import count_characters
from voiceops.sandbox.families.qwen.speech import SPEECH_PATH
from voiceops.sandbox.messages import Request

MODEL = "qwen3-tts-vd-2026-01-26"
TEXT = "Good evening, and welcome."
KEY = {"Authorization": "Bearer sk-test", "Host": "127.0.0.1:8790"}


def post(sandbox, voice, *, model=MODEL, headers=None, **fields):
    body = {"model": model, "input": {"text": TEXT, "voice": voice, **fields}, "parameters": {}}
    sent = {**KEY, **(headers or {})}
    return sandbox.handle(Request("POST", SPEECH_PATH, sent, json.dumps(body).encode()))


def speak(sandbox, voice, **fields):
    reply = post(sandbox, voice, **fields)
    return reply.status, json.loads(reply.body)


def stream(sandbox, voice, **fields):
    reply = post(sandbox, voice, headers={"x-dashscope-sse": "enable"}, **fields)
    assert reply.headers["Content-Type"].startswith("text/event-stream")
    return reply.body.decode().split("\n\n")[:-1]


def download(sandbox, url):
    path = url.removeprefix("http://127.0.0.1:8790")
    return sandbox.handle(Request("GET", path, {}, b""))


def read_wav(data):
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 24000)
        return file.readframes(file.getnframes())


def test_a_reply_names_the_audio_and_counts_the_characters(make_sandbox):
    sandbox = make_sandbox()
    status, document = speak(sandbox, create(sandbox, target_model=MODEL))
    request_id = document["request_id"]
    audio = {
        "data": "",
        "url": f"http://127.0.0.1:8790/audio/audio_{request_id}.wav",
        "id": f"audio_{request_id}",
        "expires_at": int(NOON.timestamp()) + 24 * 3600,
    }
    output = {"text": None, "finish_reason": "stop", "choices": None, "audio": audio}
    usage = {"input_tokens": 0, "output_tokens": 0, "characters": 26}
    expected = {"output": output, "usage": usage, "request_id": request_id}
    assert (status, document) == (200, expected)


def test_the_stream_and_the_download_hold_the_same_audio(make_sandbox):
    sandbox = make_sandbox()
    voice = create(sandbox, target_model=MODEL)
    events = [event.split("\n") for event in stream(sandbox, voice)]
    heads = [event[:3] for event in events]
    assert heads == [
        [f"id:{number}", "event:result", ":HTTP_STATUS/200"] for number in range(1, len(events) + 1)
    ]
    documents = [json.loads(event[3].removeprefix("data:")) for event in events]
    reasons = [document["output"]["finish_reason"] for document in documents]
    assert reasons == ["null"] * (len(events) - 1) + ["stop"]
    pcm = b"".join(base64.b64decode(document["output"]["audio"]["data"]) for document in documents)
    reply = download(sandbox, documents[-1]["output"]["audio"]["url"])
    assert (reply.status, reply.headers["Content-Type"]) == (200, "audio/wav")
    assert read_wav(reply.body) == pcm
    assert len(pcm) > 24000


def test_a_download_ends_after_a_day(make_sandbox):
    times = [NOON]
    sandbox = make_sandbox(now=lambda: times[0])
    _, document = speak(sandbox, create(sandbox, target_model=MODEL))
    url = document["output"]["audio"]["url"]
    times[0] = NOON + timedelta(hours=24)
    assert download(sandbox, url).status == 200
    times[0] = NOON + timedelta(hours=24, seconds=1)
    assert download(sandbox, url).status == 403
    assert download(sandbox, "/audio/audio_nobody.wav").status == 403


@pytest.mark.parametrize(
    ("change", "status", "code", "message"),
    [
        (
            {"voice": "Cherry"},
            400,
            "invalid_value",
            "The requested voice 'Cherry' is not supported.",
        ),
        ({"text": ""}, 400, "InvalidParameter", None),
        ({"text": "x" * 601}, 400, "InvalidParameter", None),
        ({"language_type": "Klingon"}, 400, "InvalidParameter", None),
        ({"model": "qwen3-tts-flash"}, 404, "ModelNotFound", "Model can not be found."),
        ({"model": "qwen3-tts-vd-realtime-2026-01-15"}, 404, "ModelNotFound", None),
        ({"model": ""}, 400, "BadRequest.EmptyModel", None),
        ({"headers": {"Authorization": ""}}, 401, "InvalidApiKey", None),
    ],
)
@pytest.mark.parametrize("sse", ["", "enable"])
def test_what_cannot_be_said_is_refused_as_json(make_sandbox, change, status, code, message, sse):
    sandbox = make_sandbox()
    asked = {"voice": create(sandbox, target_model=MODEL), **change}
    headers = {"X-DashScope-SSE": sse, **asked.pop("headers", {})}
    got, document = speak(sandbox, asked.pop("voice"), headers=headers, **asked)
    assert (got, document["code"]) == (status, code)
    assert message in {None, document["message"]}
    assert len(sandbox.list_bills()) == 1


def test_a_voice_of_another_model_is_not_supported(make_sandbox):
    sandbox = make_sandbox()
    voice = create(sandbox, target_model="qwen3-tts-vd-realtime-2026-01-15")
    status, document = speak(sandbox, voice)
    assert (status, document["code"]) == (400, "invalid_value")


def test_600_characters_are_said(make_sandbox):
    sandbox = make_sandbox()
    assert speak(sandbox, create(sandbox, target_model=MODEL), text="x " * 300)[0] == 200


def test_speech_is_billed_by_the_character_and_keeps_the_voice_alive(make_sandbox):
    sandbox = make_sandbox()
    voice, idle = create(sandbox, target_model=MODEL), create(sandbox)
    sandbox.advance(300)
    speak(sandbox, voice, text="你好, x")
    assert sandbox.list_bills()[2:] == (Bill(MODEL, voice, "2027-09-18 12:00:00", 7),)
    assert sandbox.advance(100) == (idle,)


@pytest.mark.parametrize(
    ("text", "characters"),
    [("", 0), ("abc", 3), ("你好", 4), ("你 a。", 5), ("ひらがな", 4), ("한", 1)],
)
def test_an_ideograph_counts_twice(text, characters):
    assert count_characters(text) == characters
