"""Speech with the voices of CosyVoice and Qwen-Audio over HTTP."""

from __future__ import annotations

import base64
import io
import json
import wave

import pytest
from enrollment_client import TEXT, create, download, speak
from sandbox_client import NOON

from voiceops.sandbox.account import Bill
from voiceops.sandbox.script import Fault, OddReply, Operation

MODEL = "cosyvoice-v3.5-plus"


def read_events(reply):
    return [
        json.loads(event.split("\n")[3].removeprefix("data:"))
        for event in reply.body.decode().split("\n\n")
        if event
    ]


def join_audio(events):
    pieces = [
        event["output"]["audio"]["data"]
        for event in events
        if event["output"].get("type") == "sentence-synthesis"
    ]
    return b"".join(map(base64.b64decode, pieces))


def test_a_reply_names_the_audio_and_counts_the_characters(make_sandbox):
    sandbox = make_sandbox()
    document = json.loads(speak(sandbox, create(sandbox)).body)
    request_id = document["request_id"]
    audio = {
        "data": "",
        "url": f"http://127.0.0.1:8790/audio/audio_{request_id}.pcm",
        "id": f"audio_{request_id}",
        "expires_at": int(NOON.timestamp()) + 24 * 3600,
    }
    assert document == {
        "output": {"finish_reason": "stop", "audio": audio},
        "usage": {"characters": 26},
        "request_id": request_id,
    }


def test_the_stream_tells_the_sentence_and_holds_the_audio_of_the_download(make_sandbox):
    sandbox = make_sandbox()
    reply = speak(sandbox, create(sandbox), sse="enable")
    assert reply.headers["Content-Type"].startswith("text/event-stream")
    *events, last = read_events(reply)
    kinds = [event["output"]["type"] for event in events]
    synthesis = ["sentence-synthesis"] * (len(events) - 2)
    assert (kinds, len(synthesis) > 1) == (["sentence-begin", *synthesis, "sentence-end"], True)
    for event in events:
        assert event["output"]["sentence"] == {"index": 0, "words": []}
        assert event["output"]["original_text"] == TEXT
    assert events[-1]["usage"] == last["usage"] == {"characters": 26}
    assert last["output"]["finish_reason"] == "stop"
    got = download(sandbox, last["output"]["audio"]["url"])
    assert (got.status, got.headers["Content-Type"]) == (200, "audio/pcm")
    assert got.body == join_audio(events)
    assert len(got.body) > 24_000


@pytest.mark.parametrize("rate_hz", [8000, 22050, 48000])
def test_wav_has_the_rate_that_was_asked_for(make_sandbox, rate_hz):
    sandbox = make_sandbox()
    asked = {"format": "wav", "sample_rate": rate_hz}
    *events, last = read_events(speak(sandbox, create(sandbox), sse="enable", **asked))
    got = download(sandbox, last["output"]["audio"]["url"])
    streamed = join_audio(events)
    with wave.open(io.BytesIO(got.body)) as whole, wave.open(io.BytesIO(streamed)) as stream:
        assert whole.getframerate() == stream.getframerate() == rate_hz
        assert whole.readframes(whole.getnframes()) == streamed[44:]


def test_a_voice_in_review_says_nothing_and_costs_nothing(make_sandbox):
    sandbox = make_sandbox(deploying_s=60)
    voice = create(sandbox)
    (last,) = read_events(speak(sandbox, voice, sse="enable"))
    assert last["usage"] == {"characters": 0}
    assert download(sandbox, last["output"]["audio"]["url"]).body == b""
    whole = json.loads(speak(sandbox, voice, format="wav").body)
    with wave.open(io.BytesIO(download(sandbox, whole["output"]["audio"]["url"]).body)) as file:
        assert file.getnframes() == 0
    assert [bill.item for bill in sandbox.list_bills()] == ["voice-enrollment"]
    sandbox.advance(1)
    assert len(read_events(speak(sandbox, voice, sse="enable"))) > 3


def test_speech_is_billed_by_the_character_and_keeps_the_voice_alive(make_sandbox):
    sandbox = make_sandbox()
    voice, idle = create(sandbox), create(sandbox)
    sandbox.advance(300)
    speak(sandbox, voice, text="你好, x")
    assert sandbox.list_bills()[2:] == (Bill(MODEL, voice, "2027-09-18 12:00:00", 7),)
    assert sandbox.advance(100) == (idle,)


REFUSED = "Required parameter({}) missing or invalid, check the request parameters."


@pytest.mark.parametrize(
    ("change", "status", "code", "message"),
    [
        ({"voice": "longxiaochun"}, 400, "InvalidParameter", "Engine return error code: 418"),
        ({"model": "cosyvoice-v3-plus"}, 400, "InvalidParameter", "Engine return error code: 418"),
        ({"model": "qwen-audio-3.0-tts-plus"}, 400, "InvalidParameter", "Engine error [411]"),
        ({"model": "qwen3-tts-vd-2026-01-26"}, 400, "InvalidParameter", "Model not exist."),
        ({"model": ""}, 400, "BadRequest.EmptyModel", None),
        ({"text": ""}, 400, "InvalidParameter", REFUSED.format("text")),
        ({"text": "x" * 20_001}, 400, "InvalidParameter", REFUSED.format("text")),
        ({"sample_rate": 11025}, 400, "InvalidParameter", REFUSED.format("sample_rate")),
        ({"format": "flac"}, 400, "InvalidParameter", REFUSED.format("format")),
        (
            {"format": "mp3"},
            400,
            "InvalidParameter",
            "The sandbox cannot encode mp3; ask for wav or pcm.",
        ),
        (
            {"instruction": "x" * 672},
            400,
            "InvalidParameter",
            "Instruction length is limited: 128, current: 672",
        ),
        ({"instruction": 7}, 400, "InvalidParameter", REFUSED.format("instruction")),
    ],
)
@pytest.mark.parametrize("sse", ["", "enable"])
def test_what_cannot_be_said_is_refused_as_json(make_sandbox, change, status, code, message, sse):
    sandbox = make_sandbox()
    asked = {"voice": create(sandbox), **change}
    reply = speak(sandbox, asked.pop("voice"), sse=sse, **asked)
    document = json.loads(reply.body)
    assert (reply.status, document["code"]) == (status, code)
    assert message in {None, document["message"]}
    assert len(sandbox.list_bills()) == 1


def test_a_voice_that_the_review_refused_does_not_speak(make_sandbox):
    sandbox = make_sandbox(refuse_word="announcer")
    reply = speak(sandbox, create(sandbox))
    message = json.loads(reply.body)["message"]
    assert (reply.status, message) == (400, "Engine return error code: 418")


def test_a_retired_family_does_not_speak(make_sandbox):
    reply = speak(make_sandbox(retired="cosyvoice"), "v")
    assert (reply.status, json.loads(reply.body)["code"]) == (404, "ModelNotFound")


def test_a_fault_strikes_speech_by_the_prefix_of_the_voice(make_sandbox):
    fault = Fault(Operation.SPEAK, name="announcer", work_is_done=False, reply=OddReply(500))
    sandbox = make_sandbox(faults=(fault,))
    assert speak(sandbox, create(sandbox)).status == 500
    assert speak(sandbox, create(sandbox, prefix="other")).status == 200
