"""The realtime protocol, event by event."""

from __future__ import annotations

import base64
import json

import pytest
from sandbox_client import create

from voiceops.sandbox.messages import Reply
from voiceops.sandbox.script import Fault, Lost, OddReply, Operation, UnknownModel

MODEL = "qwen3-tts-vd-realtime-2026-01-15"
KEY = {"authorization": "bearer sk-test"}
HEAD = [
    "input_text_buffer.committed",
    "response.created",
    "response.output_item.added",
    "response.content_part.added",
]
TAIL = [
    "response.audio.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.done",
]


def connect(sandbox, model=MODEL):
    session = sandbox.connect(model, KEY)
    return session, read(session.open())


def read(answer):
    return [json.loads(frame) for frame in answer.frames]


def send(one, kind, **fields):
    answer = one.receive(json.dumps({"event_id": "event_1", "type": kind, **fields}))
    return read(answer), answer


def begin(sandbox, voice, **settings):
    session, _ = connect(sandbox)
    send(session, "session.update", session={"voice": voice, **settings})
    return session


def kinds(events):
    """Give the types of events, with a run of deltas as one."""
    types = [event["type"] for event in events]
    return [
        kind
        for number, kind in enumerate(types)
        if kind != "response.audio.delta" or types[number - 1] != kind
    ]


RESPONSE = [*HEAD, "response.audio.delta", *TAIL]


def test_a_session_is_greeted_and_updated(make_sandbox):
    sandbox = make_sandbox()
    voice = create(sandbox)
    session, greeting = connect(sandbox)
    settings = {"mode": "commit", "response_format": "pcm", "sample_rate": 24000}
    updated, _ = send(session, "session.update", session={"voice": voice, **settings})
    described = {"object": "realtime.session", "model": MODEL, "voice": "", "mode": "server_commit"}
    assert [event["type"] for event in (*greeting, *updated)] == [
        "session.created",
        "session.updated",
    ]
    assert greeting[0]["session"].items() >= described.items()
    assert updated[0]["session"].items() >= {"voice": voice, **settings}.items()
    assert updated[0]["session"]["id"] == greeting[0]["session"]["id"]


def test_the_server_speaks_at_sentence_ends_and_finishes_the_rest(make_sandbox):
    sandbox = make_sandbox()
    voice = create(sandbox)
    session = begin(sandbox, voice)
    said = [
        kinds(send(session, "input_text_buffer.append", text=text)[0])
        for text in ("Right", "? I really like this. And", " more")
    ]
    rest, answer = send(session, "session.finish")
    assert said == [[], RESPONSE, []]
    assert (kinds(rest), answer.is_over) == ([*RESPONSE, "session.finished"], True)
    assert [(bill.item, bill.count) for bill in sandbox.list_bills()[1:]] == [
        (MODEL, 26),
        (MODEL, 9),
    ]


def test_in_commit_mode_only_a_commit_speaks(make_sandbox):
    sandbox = make_sandbox()
    session = begin(sandbox, create(sandbox), mode="commit")
    assert send(session, "input_text_buffer.append", text="One. Two.")[0] == []
    assert kinds(send(session, "input_text_buffer.commit")[0]) == RESPONSE
    send(session, "input_text_buffer.append", text="Three.")
    assert kinds(send(session, "input_text_buffer.clear")[0]) == ["input_text_buffer.cleared"]
    assert kinds(send(session, "session.finish")[0]) == ["session.finished"]


def test_the_events_of_a_response_belong_together(make_sandbox):
    sandbox = make_sandbox()
    voice = create(sandbox)
    events, _ = send(begin(sandbox, voice), "input_text_buffer.append", text="Hello there.")
    response, item = events[1]["response"]["id"], events[0]["item_id"]
    deltas = [event for event in events if event["type"] == "response.audio.delta"]
    assert {(event["response_id"], event["item_id"]) for event in deltas} == {(response, item)}
    assert len(b"".join(base64.b64decode(event["delta"]) for event in deltas)) % 2 == 0
    assert events[-1]["response"]["status"] == "completed"
    assert events[-1]["response"]["usage"] == {"characters": 12}
    assert len({event["event_id"] for event in events}) == len(events)


UPDATE = {"type": "session.update", "session": {"voice": "VOICE"}}


@pytest.mark.parametrize(
    ("frames", "code", "message"),
    [
        (["{"], "invalid_value", "Invalid event type: None."),
        (["[]"], "invalid_value", "Invalid event type: None."),
        ([{"type": "dance"}], "invalid_value", "Invalid event type: 'dance'."),
        (
            [{"type": "session.update", "session": {"voice": "Cherry"}}],
            "invalid_value",
            "The requested voice 'Cherry' is not supported.",
        ),
        (
            [{"type": "input_text_buffer.append", "text": "x"}],
            "invalid_value",
            "The requested voice '' is not supported.",
        ),
        (
            [UPDATE, {"type": "input_text_buffer.append", "text": 1}],
            "invalid_value",
            "Required parameter(text) missing or invalid.",
        ),
        (
            [UPDATE, {"type": "input_text_buffer.append", "text": "x"}, UPDATE],
            "InvalidParameter",
            "Session update error: session already started or finished or failed.",
        ),
    ],
)
def test_what_is_wrong_ends_the_session_with_an_error(make_sandbox, frames, code, message):
    sandbox = make_sandbox()
    voice = create(sandbox)
    session, _ = connect(sandbox)
    for frame in frames:
        text = frame if isinstance(frame, str) else json.dumps(frame)
        answer = session.receive(text.replace("VOICE", voice))
    (event,) = read(answer)
    assert (event["type"], event["error"]) == ("error", {"code": code, "message": message})
    assert answer.is_over
    assert session.receive("{}").is_over


def test_a_voice_of_another_model_is_not_supported(make_sandbox):
    sandbox = make_sandbox()
    voice = create(sandbox, target_model="qwen3-tts-vd-2026-01-26")
    session, _ = connect(sandbox)
    events, _ = send(session, "session.update", session={"voice": voice})
    assert events[0]["error"]["code"] == "invalid_value"


@pytest.mark.parametrize(
    ("model", "unknown", "expected"),
    [
        ("nobody", UnknownModel.CLOSE, ["session.created"]),
        ("nobody", UnknownModel.REFUSE, ["session.created", "error"]),
        ("qwen3-tts-vd-2026-01-26", UnknownModel.CLOSE, ["session.created", "error"]),
    ],
)
def test_an_unknown_model_is_greeted_and_left(make_sandbox, model, unknown, expected):
    session = make_sandbox(unknown_model=unknown).connect(model, KEY)
    answer = session.open()
    assert ([event["type"] for event in read(answer)], answer.is_over) == (expected, True)


def test_without_a_key_there_is_no_session(make_sandbox):
    refusal = make_sandbox().connect(MODEL, {})
    assert isinstance(refusal, Reply)
    assert (refusal.status, json.loads(refusal.body)["code"]) == (401, "InvalidApiKey")


def test_a_handshake_can_be_made_to_fail(make_sandbox):
    fault = Fault(Operation.CONNECT, reply=OddReply(503, "ModelUnavailable"))
    refusal = make_sandbox(faults=(fault,)).connect(MODEL, KEY)
    assert isinstance(refusal, Reply)
    assert refusal.status == 503


@pytest.mark.parametrize(
    ("fault", "expected", "billed"),
    [
        (
            Fault(Operation.SPEAK, work_is_done=False, reply=OddReply(500, "InternalError")),
            ["error"],
            0,
        ),
        (Fault(Operation.SPEAK, reply=OddReply(500, "InternalError")), ["error"], 1),
        (Fault(Operation.SPEAK, lost=Lost.ALL), [], 1),
        (Fault(Operation.SPEAK, work_is_done=False, lost=Lost.ALL), [], 0),
        (Fault(Operation.SPEAK, lost=Lost.HALF), [*HEAD, "response.audio.delta"], 1),
    ],
)
def test_a_response_can_be_made_to_fail(make_sandbox, fault, expected, billed):
    sandbox = make_sandbox(faults=(fault,))
    session = begin(sandbox, create(sandbox))
    events, answer = send(session, "input_text_buffer.append", text="A rather long sentence it is.")
    assert kinds(events) == expected
    assert (answer.is_over, answer.is_dropped) == (bool(fault.reply), not fault.reply)
    assert len(sandbox.list_bills()) == 1 + billed
