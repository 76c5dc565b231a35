"""Speech over HTTP: what is sent, what comes, and how it can fail."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from speech_server import KEY, VOICE, Counting, access, serve_bytes, utter

from voiceops.errors import (
    AuthenticationFailed,
    ProtocolViolated,
    Rejected,
    ServiceError,
    Throttled,
    Unreachable,
)
from voiceops.provider.families.qwen.speech import ask
from voiceops.provider.repeatable import ServiceFailed
from voiceops.provider.speech.over_http import MAX_REPLY_BYTES, speak_over_http
from voiceops.provider.speech.pieces import Piece, join_samples
from voiceops.provider.transport.exchange import ReplyLost
from voiceops.provider.transport.sse import MAX_LINE_BYTES, read_events

STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


def event(data: bytes = b"", *, reason: str = "null", characters: int = 0, kind="result") -> bytes:
    audio = {"data": base64.b64encode(data).decode(), "url": "", "id": "audio_1"}
    output = {"finish_reason": reason, "audio": audio}
    document = {"output": output, "usage": {"characters": characters}, "request_id": "r"}
    return b"id:1\nevent:%s\n:HTTP_STATUS/200\ndata:%s\n\n" % (
        kind.encode(),
        json.dumps(document).encode(),
    )


def reply(status: str, body: bytes, kind: str = "application/json") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


LAST = event(reason="stop", characters=6)


def listen(
    port: int, *parts: str, silence_limit_s: float = 10, part_limit_s: float = 60
) -> tuple[bytes, int]:
    pieces = list(
        join_samples(
            speak_over_http(
                utter(*parts),
                access(port),
                ask,
                silence_limit_s=silence_limit_s,
                part_limit_s=part_limit_s,
            )
        )
    )
    return b"".join(piece.audio for piece in pieces), sum(piece.characters for piece in pieces)


def test_each_part_is_one_request_and_the_audio_is_joined() -> None:
    with serve_bytes(STREAM + event(b"ab") + LAST, STREAM + event(b"cd") + LAST) as (port, asked):
        assert listen(port, "One.", "Two.") == (b"abcd", 12)
    bodies = [json.loads(request.partition(b"\r\n\r\n")[2]) for request in asked]
    assert bodies == [
        {
            "model": "qwen3-tts-vd-2026-01-26",
            "input": {"text": text, "voice": VOICE, "language_type": "English"},
            "parameters": {},
        }
        for text in ("One.", "Two.")
    ]
    head = asked[0].partition(b"\r\n\r\n")[0].decode().lower()
    assert head.startswith("post /api/v1/services/aigc/multimodal-generation/generation http/1.1")
    assert f"authorization: bearer {KEY}" in head
    assert "x-dashscope-sse: enable" in head
    assert "accept-encoding: identity" in head
    assert "x-dashscope-workspace" not in head


def test_half_a_surrogate_pair_is_sent_as_json_can() -> None:
    with serve_bytes(STREAM + event(b"ab") + LAST) as (port, asked):
        listen(port, "a\udcffb")
    assert json.loads(asked[0].partition(b"\r\n\r\n")[2])["input"]["text"] == "a\udcffb"


def test_audio_that_comes_unstreamed_is_taken() -> None:
    whole = event(b"ab", reason="stop", characters=6).partition(b"data:")[2]
    with serve_bytes(reply("200 OK", whole)) as (port, _):
        assert listen(port) == (b"ab", 6)


def test_every_request_passes_the_seam() -> None:
    effects = Counting()
    with serve_bytes(STREAM + event(b"ab") + LAST, STREAM + event(b"cd") + LAST) as (port, _):
        list(speak_over_http(utter("One.", "Two."), replace(access(port), effects=effects), ask))
    assert effects.exchanges == 2


REFUSAL = b'{"code": "invalid_value", "message": "The requested voice is not supported."}'


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (STREAM + event(b"ab"), ReplyLost, "say: the stream ended before the audio was whole"),
        (STREAM, ReplyLost, "say: the stream ended before the audio was whole"),
        (
            STREAM.replace(b"Connection: close", b"Content-Length: 9999") + event(b"ab"),
            ReplyLost,
            "say: the connection broke before the audio was whole",
        ),
        (
            STREAM + event(b"abc") + LAST,
            ProtocolViolated,
            "say: the audio ends in the middle of a sample",
        ),
        (
            STREAM + event(b"ab").replace(b"YWI=", b"YW!="),
            ProtocolViolated,
            "say: the audio that came is not valid base64",
        ),
        (
            STREAM + event(b"ab").replace(b'"YWI="', b"5"),
            ProtocolViolated,
            "say: the audio that came is no text",
        ),
        (STREAM + LAST, ProtocolViolated, "say: no audio came"),
        (STREAM + b"data:{}\n\n", ProtocolViolated, "say: an event came without an output"),
        (STREAM + b"data:nonsense\n\n", ProtocolViolated, "say: 200"),
        (STREAM + b"event:error\ndata:" + REFUSAL + b"\n\n", Rejected, "say: 400 invalid_value"),
        (STREAM + b"event:result\ndata:" + REFUSAL + b"\n\n", Rejected, "say: 200 invalid_value"),
        (
            STREAM + b"event:error\nstatus:500\ndata:{}\n\n",
            ServiceFailed,
            "say: 500",
        ),
        (reply("400 Bad Request", REFUSAL), Rejected, "say: 400 invalid_value"),
        (reply("200 OK", REFUSAL), Rejected, "say: 200 invalid_value"),
        (
            STREAM + event(b"ab", reason="stop", kind="error"),
            Rejected,
            "say: 400",
        ),
        (
            STREAM + b'event:error\ndata:{"code": "Throttling.AllocationQuota"}\n\n',
            Throttled,
            "say: 429 Throttling.AllocationQuota",
        ),
        (
            STREAM + b'event:error\ndata:{"code": "InternalError.Algo"}\n\n',
            ServiceFailed,
            "say: 500 InternalError.Algo",
        ),
        (
            reply("200 OK", b'{"output": {}}'),
            ReplyLost,
            "say: the stream ended before the audio was whole",
        ),
        (
            reply("200 OK", b" " * (MAX_REPLY_BYTES + 1)),
            ProtocolViolated,
            "say: the reply is larger than",
        ),
        (reply("401 No", b'{"code": "InvalidApiKey"}'), AuthenticationFailed, "say: 401"),
        (reply("429 No", b'{"code": "Throttling"}'), Throttled, "say: 429"),
        (reply("502 No", b"<html>", "text/html"), ServiceFailed, "say: 502"),
        (b"HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n", ProtocolViolated, "say: 302"),
        (b"nonsense\r\n\r\n", ReplyLost, "say: the connection broke"),
        (b"", ReplyLost, "say: the connection broke"),
    ],
)
def test_what_goes_wrong_is_an_error_of_its_kind(
    answer: bytes, error: type[ServiceError], message: str
) -> None:
    with serve_bytes(answer) as (port, asked), pytest.raises(ServiceError) as caught:
        listen(port)
    assert type(caught.value) is error
    assert caught.value.message.startswith(message)
    assert len(asked) == 1


def test_a_voice_of_another_model_is_explained() -> None:
    refusal = reply("400 Bad Request", REFUSAL)
    with serve_bytes(refusal) as (port, _), pytest.raises(Rejected) as caught:
        listen(port)
    assert caught.value.hint.startswith("a voice speaks with the model that it was designed for")


def test_an_endless_part_ends_within_its_limit() -> None:
    over = r"^say: the audio was not whole in time$"
    endless = serve_bytes(STREAM + event(b"ab"), hang=True)
    with endless as (port, _), pytest.raises(ReplyLost, match=over):
        listen(port, part_limit_s=-1)


def test_silence_ends_within_its_limit() -> None:
    silent = r"^say: nothing came for 0\.2 s$"
    served = serve_bytes(STREAM + event(b"ab"), hang=True)
    with served as (port, _), pytest.raises(ReplyLost, match=silent):
        listen(port, silence_limit_s=0.2)


def test_a_service_that_is_not_there_is_unreachable() -> None:
    with serve_bytes() as (port, _):
        pass
    with pytest.raises(Unreachable):
        listen(port)


@given(st.data())
@settings(max_examples=150)
def test_events_are_the_same_however_the_stream_is_cut(data: st.DataObject) -> None:
    line_end = data.draw(st.sampled_from([b"\n", b"\r\n"]))
    stream = b"".join((event(b"ab"), b": note\n\n", event(b"cd", kind="error"), LAST))
    stream = stream.replace(b"\n", line_end)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    chunks = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert list(read_events(chunks)) == list(read_events([stream]))
    assert [found.is_error for found in read_events(chunks)] == [False, True, False]


@given(st.lists(st.binary(max_size=64), max_size=8))
def test_whatever_comes_is_read_without_an_error(chunks: list[bytes]) -> None:
    list(read_events(chunks))


def test_an_endless_line_is_refused() -> None:
    with pytest.raises(ProtocolViolated, match="a line of more than"):
        list(read_events([b"data:", b"x" * (MAX_LINE_BYTES + 1)]))


@given(st.binary(min_size=2, max_size=40).filter(lambda audio: len(audio) % 2 == 0), st.data())
def test_samples_are_joined_however_they_are_cut(audio: bytes, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(audio)), max_size=6)))
    pieces = [Piece(audio[a:b]) for a, b in zip([0, *cuts], [*cuts, len(audio)], strict=True)]
    joined = [piece.audio for piece in join_samples(iter(pieces))]
    assert b"".join(joined) == audio
    assert all(len(piece) % 2 == 0 for piece in joined)
