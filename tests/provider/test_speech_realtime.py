"""Realtime sessions: what is sent, what comes, and how they can fail."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from speech_server import (
    KEY,
    REALTIME_MODEL,
    VOICE,
    Counting,
    access,
    serve_bytes,
    serve_session,
    take,
    utter,
)
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection

from voiceops.effects import System
from voiceops.errors import (
    AuthenticationFailed,
    ModelGone,
    ProtocolViolated,
    Rejected,
    ServiceError,
    Throttled,
    Unreachable,
)
from voiceops.provider.families.qwen.realtime import Limits, speak_in_session
from voiceops.provider.repeatable import ServiceFailed
from voiceops.provider.speech.pieces import find_limit_s
from voiceops.provider.transport.exchange import ReplyLost
from voiceops.provider.transport.websocket import MAX_FRAME_BYTES, dial_service

Events = list[dict[str, Any]]
Play = Callable[[ServerConnection, Events], None]


def tell(connection: ServerConnection, kind: str, **fields: object) -> None:
    connection.send(json.dumps({"event_id": "event_1", "type": kind, **fields}))


def begin(connection: ServerConnection, events: Events) -> None:
    tell(connection, "session.created", session={"id": "sess_1"})
    take(connection, events)
    tell(connection, "session.updated", session={})


def speak(connection: ServerConnection, events: Events) -> None:
    """Play a session as the service does, with two responses."""
    begin(connection, events)
    while take(connection, events)["type"] != "session.finish":
        pass
    for audio, characters in ((b"ab", 4), (b"cd", 5)):
        tell(connection, "response.created", response={"id": "resp_1"})
        tell(connection, "response.audio.delta", delta=base64.b64encode(audio).decode())
        tell(connection, "some.news")
        tell(connection, "response.done", response={"usage": {"characters": characters}})
    tell(connection, "session.finished")


def listen(port: int, *parts: str, silence_s: float = 10, session_s: float = 60):
    line = access(port, workspace="ws-1")
    utterance = utter(*parts, model=REALTIME_MODEL)
    session = dial_service(line, utterance.target_model)
    limits = Limits(session_s, silence_s)
    pieces = list(speak_in_session(utterance, session, line, limits=limits))
    return b"".join(piece.audio for piece in pieces), sum(piece.characters for piece in pieces)


def test_a_session_is_held_as_documented() -> None:
    with serve_session(speak) as (port, events, handshakes):
        assert listen(port, "One.", "Two.") == (b"abcd", 9)
    assert all(re.fullmatch(r"event_[0-9a-f]{32}", event.pop("event_id")) for event in events)
    session = {
        "voice": VOICE,
        "mode": "server_commit",
        "response_format": "pcm",
        "sample_rate": 24000,
        "language_type": "English",
    }
    assert events == [
        {"type": "session.update", "session": session},
        {"type": "input_text_buffer.append", "text": "One. "},
        {"type": "input_text_buffer.append", "text": "Two."},
        {"type": "session.finish"},
    ]
    (request,) = handshakes
    assert request.path == f"/api-ws/v1/realtime?model={REALTIME_MODEL}"
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert request.headers["X-DashScope-WorkSpace"] == "ws-1"


def greet_and_leave(connection: ServerConnection, events: Events) -> None:
    tell(connection, "session.created")
    connection.close()


def leave_in_the_middle(connection: ServerConnection, events: Events) -> None:
    begin(connection, events)
    tell(connection, "response.audio.delta", delta="YWI=")
    connection.close()


def send_frame(frame: str | bytes) -> Play:
    def play(connection: ServerConnection, events: Events) -> None:
        begin(connection, events)
        connection.send(frame)
        with suppress(ConnectionClosed):
            while True:
                take(connection, events)

    return play


def fail(code: str, message: str) -> Play:
    event = {"type": "error", "error": {"code": code, "message": message}}
    return send_frame(json.dumps(event))


@pytest.mark.parametrize(
    ("play", "error", "message", "hint"),
    [
        (
            greet_and_leave,
            ModelGone,
            "say: the service closed the session at once",
            f"does it still have the model {REALTIME_MODEL}?",
        ),
        (
            leave_in_the_middle,
            ReplyLost,
            "say: the session was closed before all was said",
            "",
        ),
        (send_frame("{"), ProtocolViolated, "say: a frame came that is not JSON", ""),
        (send_frame("[]"), ProtocolViolated, "say: a frame came that is no event", ""),
        (send_frame('{"type": 1}'), ProtocolViolated, "say: a frame came that is no event", ""),
        (send_frame(b"\0\1"), ProtocolViolated, "say: a frame came that is no event", ""),
        (
            send_frame(" " * (MAX_FRAME_BYTES + 1)),
            ProtocolViolated,
            "say: a frame came that is not UTF-8, or too long, or none at all",
            "",
        ),
        (
            send_frame('{"type": "response.audio.delta"}'),
            ProtocolViolated,
            "say: the audio that came is no text",
            "",
        ),
        (
            send_frame('{"type": "response.done", "response": {"status": "failed"}}'),
            ReplyLost,
            "say: the service did not say all: failed",
            "",
        ),
        (
            send_frame('{"type": "response.audio.delta", "delta": "!"}'),
            ProtocolViolated,
            "say: the audio that came is not valid base64",
            "",
        ),
        (
            fail("invalid_value", "The requested voice 'x' is not supported."),
            Rejected,
            "say: 400 invalid_value: The requested voice 'x' is not supported.",
            "a voice speaks with the model that it was designed for: "
            "see `voiceops resolve` for both",
        ),
        (
            fail("ModelNotFound", "Model not found (qwen3-tts-vd-2026-01-26)!"),
            ModelGone,
            "say: 400 ModelNotFound: Model not found (qwen3-tts-vd-2026-01-26)!",
            None,
        ),
        (
            fail("Throttling.AllocationQuota", "Allocated quota exceeded."),
            Throttled,
            "say: 429 Throttling.AllocationQuota: Allocated quota exceeded.",
            None,
        ),
        (
            fail("InternalError", "Try again later."),
            ServiceFailed,
            "say: 500 InternalError: Try again later.",
            "try again later",
        ),
        (
            send_frame('{"type": "error", "code": "InvalidParameter", "message": "No."}'),
            Rejected,
            "say: 400 InvalidParameter: No.",
            "",
        ),
        (fail("InvalidApiKey", f"The key {KEY} is wrong"), AuthenticationFailed, None, None),
        (
            fail("InvalidParameter", "Session update error: session already started."),
            Rejected,
            "say: 400 InvalidParameter: Session update error: session already started.",
            "",
        ),
    ],
)
def test_what_goes_wrong_is_an_error_of_its_kind(
    play: Play, error: type[ServiceError], message: str | None, hint: str | None
) -> None:
    with serve_session(play) as (port, _, _), pytest.raises(ServiceError) as caught:
        listen(port)
    assert type(caught.value) is error
    assert message in {None, caught.value.message}
    assert hint in {None, caught.value.hint}
    assert KEY not in str(caught.value)


def test_silence_ends_within_its_limit() -> None:
    def wait(connection: ServerConnection, events: Events) -> None:
        with suppress(ConnectionClosed):
            take(connection, events)

    silent = r"^say: nothing came for 0\.2 s$"
    with serve_session(wait) as (port, _, _), pytest.raises(ReplyLost, match=silent):
        listen(port, silence_s=0.2)


def test_an_endless_session_ends_within_its_limit() -> None:
    def chatter(connection: ServerConnection, events: Events) -> None:
        with suppress(ConnectionClosed):
            begin(connection, events)
            while True:
                tell(connection, "some.news")

    over = r"^say: the session was not over after 0\.2 s$"
    with serve_session(chatter) as (port, _, _), pytest.raises(ReplyLost, match=over):
        listen(port, session_s=0.2)


def test_a_session_ends_when_nobody_would_wait_any_more() -> None:
    assert find_limit_s(["So long, and good night."]) == 68
    assert find_limit_s(["x" * 600, "\u65b0" * 300]) == 360


def test_a_service_that_reads_nothing_is_left_within_a_limit() -> None:
    release = Event()

    def stop_reading(connection: ServerConnection, events: Events) -> None:
        begin(connection, events)
        release.wait(60)

    much = utter(*["x" * 599] * 40_000, model=REALTIME_MODEL)  # more than sockets hold
    with serve_session(stop_reading) as (port, _, _):
        line = access(port)
        session = dial_service(line, REALTIME_MODEL, send_limit_s=0.2)
        with pytest.raises(ReplyLost):
            list(speak_in_session(much, session, line))
        release.set()


def test_a_service_that_left_before_the_session_is_used_has_closed_it() -> None:
    class Late(System):
        def exchange(self, perform):
            connection = perform()
            connection.recv_events_thread.join()  # it closes the socket
            return connection

    with serve_session(greet_and_leave) as (port, _, _):
        line = replace(access(port), effects=Late())
        session = dial_service(line, REALTIME_MODEL)
        with pytest.raises(ModelGone, match=r"^say: the service closed the session at once$"):
            list(speak_in_session(utter(model=REALTIME_MODEL), session, line))


def test_a_session_is_one_exchange_at_the_seam() -> None:
    effects = Counting()
    with serve_session(speak) as (port, _, _):
        line = replace(access(port), effects=effects)
        utterance = utter(model=REALTIME_MODEL)
        list(speak_in_session(utterance, dial_service(line, REALTIME_MODEL), line))
    assert effects.exchanges == 1


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        ("401 No", b'{"code": "InvalidApiKey"}', AuthenticationFailed),
        ("403 No", b"", AuthenticationFailed),
        ("404 No", b"", Rejected),
        ("503 No", b"", ServiceFailed),
        ("200 OK", b"{}", ProtocolViolated),
        ("200 OK", b"<html>", ProtocolViolated),
        ("302 Found", b"", ProtocolViolated),
    ],
)
def test_a_refused_handshake_says_why(status: str, body: bytes, error: type[ServiceError]) -> None:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with serve_bytes(head + body) as (port, _), pytest.raises(ServiceError) as caught:
        listen(port)
    assert type(caught.value) is error


def test_a_service_that_is_not_there_is_unreachable() -> None:
    with serve_bytes() as (port, _):
        pass
    with pytest.raises(Unreachable):
        listen(port)
