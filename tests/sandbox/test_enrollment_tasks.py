"""The protocol of tasks on a WebSocket, frame by frame."""

from __future__ import annotations

import io
import json
import wave

import pytest
from enrollment_client import KEY, Connection, create

from voiceops.sandbox.account import Bill
from voiceops.sandbox.messages import Reply
from voiceops.sandbox.script import Fault, Lost, OddReply, Operation

MODEL = "cosyvoice-v3.5-plus"


def describe(answer):
    """Name the frames of an answer, with a run of announced audio as one."""
    names = []
    for frame in answer.frames:
        if isinstance(frame, bytes):
            assert names[-1] == "sentence-synthesis"  # audio comes right after its event
            names[-1] = "audio"
        else:
            document = json.loads(frame)
            kind = document["header"]["event"]
            names.append(document["payload"]["output"]["type"] if kind == GENERATED else kind)
    return [name for place, name in enumerate(names) if names[place - 1 : place] != [name]]


def join_audio(*answers):
    return b"".join(
        frame for answer in answers for frame in answer.frames if isinstance(frame, bytes)
    )


def read_last(answer):
    return json.loads(answer.frames[-1])


GENERATED = "result-generated"
SENTENCE = ["sentence-begin", "audio", "sentence-end"]


def test_a_task_is_started_fed_and_finished(make_sandbox):
    sandbox = make_sandbox()
    voice = create(sandbox)
    connection = Connection(sandbox)
    started = connection.run(voice)
    assert started.frames == (
        '{"header":{"task_id":"t1","event":"task-started","attributes":{}},"payload":{}}',
    )
    said = [connection.say(text) for text in ("Right", "? I really like this. And", " more")]
    assert [describe(answer) for answer in said] == [[], [*SENTENCE, *SENTENCE], []]
    finished = connection.finish()
    assert describe(finished) == [*SENTENCE, "task-finished"]
    assert (finished.is_over, finished.is_dropped) == (False, False)
    assert read_last(finished) == {
        "header": {"task_id": "t1", "event": "task-finished", "attributes": {}},
        "payload": {"usage": {"characters": 35}},
    }
    ends = [
        frame
        for answer in (*said, finished)
        for frame in map(json.loads, filter(lambda frame: isinstance(frame, str), answer.frames))
        if frame["payload"].get("output", {}).get("type") == "sentence-end"
    ]
    assert [
        (
            end["payload"]["output"]["sentence"]["index"],
            end["payload"]["output"]["original_text"],
            end["payload"]["usage"]["characters"],
        )
        for end in ends
    ] == [(0, "Right?", 6), (1, " I really like this.", 26), (2, " And more", 35)]
    assert [(bill.item, bill.count) for bill in sandbox.list_bills()[1:]] == [
        (MODEL, 6),
        (MODEL, 20),
        (MODEL, 9),
    ]


def test_tasks_run_one_after_another_on_a_connection(make_sandbox):
    sandbox = make_sandbox()
    voice = create(sandbox)
    connection = Connection(sandbox)
    for task_id in ("t1", "t2"):
        connection.run(voice, task_id)
        connection.say("Hello", task_id)
        assert describe(connection.finish(task_id)) == [*SENTENCE, "task-finished"]


def test_a_flush_says_what_was_collected_and_a_cancel_drops_it(make_sandbox):
    sandbox = make_sandbox()
    voice = create(sandbox)
    connection = Connection(sandbox)
    connection.run(voice)
    connection.say("One, two")
    assert describe(connection.send("continue-task", input={"flush": True})) == SENTENCE
    connection.say("three, four")
    assert describe(connection.finish(directive="cancel")) == ["task-finished"]


def test_wav_begins_with_one_header(make_sandbox):
    sandbox = make_sandbox()
    connection = Connection(sandbox)
    connection.run(create(sandbox), format="wav", sample_rate=16000)
    audio = join_audio(connection.say("One. Two."), connection.finish())
    with wave.open(io.BytesIO(audio)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16000)
        assert file.readframes(10**9) == audio[44:]
    assert audio.count(b"RIFF") == 1


def test_a_voice_in_review_says_nothing_and_the_task_finishes(make_sandbox):
    sandbox = make_sandbox(deploying_s=60)
    connection = Connection(sandbox)
    connection.run(create(sandbox))
    assert connection.say("Hello there.").frames == ()
    finished = connection.finish()
    assert describe(finished) == ["task-finished"]
    assert read_last(finished)["payload"] == {"usage": {"characters": 0}}
    assert len(sandbox.list_bills()) == 1


def test_speech_keeps_the_voice_alive(make_sandbox):
    sandbox = make_sandbox()
    voice, idle = create(sandbox), create(sandbox)
    sandbox.advance(300)
    connection = Connection(sandbox)
    connection.run(voice)
    connection.say("你好.")
    assert sandbox.list_bills()[2:] == (Bill(MODEL, voice, "2027-09-18 12:00:00", 5),)
    assert sandbox.advance(100) == (idle,)


@pytest.mark.parametrize(
    ("changed", "code", "message"),
    [
        ({"model": "nobody"}, "ModelNotFound", "Model not found (nobody)!"),
        ({"model": None}, "ModelNotFound", "Model not found (None)!"),
        ({"voice": "longxiaochun"}, "InvalidParameter", "Engine return error code: 418"),
        ({"model": "cosyvoice-v3-plus"}, "InvalidParameter", "Engine return error code: 418"),
        ({"model": "qwen-audio-3.0-tts-flash"}, "InvalidParameter", "Engine error [411]"),
        (
            {"format": "Default", "sample_rate": 0},
            "InvalidParameter",
            "The sandbox cannot encode mp3; ask for wav or pcm.",
        ),
        (
            {"instruction": "x" * 129},
            "InvalidParameter",
            "Instruction length is limited: 128, current: 129",
        ),
    ],
)
def test_a_task_that_cannot_run_fails_and_ends_the_connection(make_sandbox, changed, code, message):
    sandbox = make_sandbox()
    connection = Connection(sandbox)
    asked = {"voice": create(sandbox), **changed}
    answer = connection.run(asked.pop("voice"), **asked)
    header = {"error_code": code, "error_message": message, "attributes": {}}
    assert json.loads(answer.frames[0]) == {
        "header": {"task_id": "t1", "event": "task-failed", **header},
        "payload": {},
    }
    assert answer.is_over
    assert connection.finish().is_over


def test_a_rate_of_0_is_the_default_one(make_sandbox):
    sandbox = make_sandbox()
    connection = Connection(sandbox)
    connection.run(create(sandbox), format="wav", sample_rate=0)
    with wave.open(io.BytesIO(join_audio(connection.say("Hello.")))) as file:
        assert file.getframerate() == 22050


@pytest.mark.parametrize(
    ("action", "task_id", "payload", "message"),
    [
        ("run-task", "", {}, "Missing required parameter 'task_id'!"),
        ("run-task", "t2", {}, "Another task is running."),
        ("continue-task", "t2", {"input": {"text": "x"}}, "The task is not running."),
        ("dance", "t1", {}, "Invalid action: 'dance'."),
        (
            "continue-task",
            "t1",
            {"input": {"text": 7}},
            "Required parameter(text) missing or invalid.",
        ),
        (
            "continue-task",
            "t1",
            {"input": {"text": "x" * 20_001}},
            "Required parameter(text) missing or invalid.",
        ),
    ],
)
def test_a_message_out_of_place_fails_the_task(make_sandbox, action, task_id, payload, message):
    sandbox = make_sandbox()
    connection = Connection(sandbox)
    connection.run(create(sandbox))
    answer = connection.send(action, task_id, **payload)
    header = read_last(answer)["header"]
    assert (header["error_code"], header["error_message"]) == ("InvalidParameter", message)
    assert answer.is_over


@pytest.mark.parametrize("frame", ["{", "[]", b"\xff", '{"header": [], "payload": 1}'])
def test_what_is_no_message_fails(make_sandbox, frame):
    answer = Connection(make_sandbox()).session.receive(frame)
    assert (read_last(answer)["header"]["event"], answer.is_over) == ("task-failed", True)


def test_a_task_takes_200_000_characters(make_sandbox):
    sandbox = make_sandbox()
    connection = Connection(sandbox)
    connection.run(create(sandbox))
    for _ in range(10):
        assert connection.say(" " * 20_000).frames == ()
    assert connection.say(" ").is_over


def test_a_retired_family_has_no_models(make_sandbox):
    answer = Connection(make_sandbox(retired="cosyvoice")).run("v")
    assert read_last(answer)["header"]["error_code"] == "ModelNotFound"


def test_a_voice_that_vanishes_fails_the_running_task(make_sandbox):
    sandbox = make_sandbox(faults=(Fault(Operation.SPEAK, skip=1, vanish="*"),))
    connection = Connection(sandbox)
    connection.run(create(sandbox))
    answer = connection.say("One. Two.")
    assert describe(answer) == [*SENTENCE, "task-failed"]


FAILED = OddReply(500, "InternalError", "Oh.")


@pytest.mark.parametrize(
    ("fault", "frames", "is_dropped", "bills"),
    [
        (Fault(Operation.SPEAK, work_is_done=False, reply=FAILED), ["task-failed"], False, 1),
        (Fault(Operation.SPEAK, reply=FAILED), ["task-failed"], False, 2),
        (Fault(Operation.SPEAK, lost=Lost.ALL), [], True, 2),
        (Fault(Operation.SPEAK, work_is_done=False, lost=Lost.ALL), [], True, 1),
        (Fault(Operation.SPEAK, lost=Lost.HALF), ["sentence-begin", "audio"], True, 2),
    ],
)
def test_a_fault_strikes_a_sentence(make_sandbox, fault, frames, is_dropped, bills):
    sandbox = make_sandbox(faults=(fault,))
    connection = Connection(sandbox)
    connection.run(create(sandbox))
    answer = connection.say("A rather long sentence it is.")
    names = [name for name in describe(answer) if name != "sentence-synthesis"]
    assert (names, answer.is_dropped) == (frames, is_dropped)
    assert len(sandbox.list_bills()) == bills
    assert connection.say("More.").is_over


@pytest.mark.parametrize(
    ("headers", "faults", "status"),
    [
        ({}, (), 401),
        (KEY, (Fault(Operation.CONNECT, work_is_done=False, reply=OddReply(503)),), 503),
    ],
)
def test_a_handshake_may_be_refused(make_sandbox, headers, faults, status):
    refused = make_sandbox(faults=faults).connect_tasks(headers)
    assert isinstance(refused, Reply)
    assert refused.status == status
