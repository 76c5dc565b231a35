"""What a script makes of `voice-enrollment`."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import sandbox_client
from enrollment_client import CREATE, act, create, list_ids, make_body, query
from sandbox_client import NOON, send

from voiceops.sandbox.messages import Request
from voiceops.sandbox.script import (
    Body,
    EnrollmentCreate,
    EnrollmentList,
    Family,
    Fault,
    OddReply,
    Operation,
)
from voiceops.sandbox.service import CUSTOMIZATION_PATH


def exchange(sandbox, fields):
    body = json.dumps(make_body(fields)).encode()
    headers = {"Authorization": "Bearer sk-test"}
    return sandbox.handle(Request("POST", CUSTOMIZATION_PATH, headers, body))


@pytest.mark.parametrize(
    ("prompt", "statuses"),
    [
        ("A calm voice.", ["DEPLOYING", "DEPLOYING", "OK"]),
        ("A calm Celebrity.", ["DEPLOYING", "DEPLOYING", "UNDEPLOYED"]),
    ],
)
def test_a_voice_is_in_review_for_a_while(make_sandbox, prompt, statuses):
    times = [NOON]
    sandbox = make_sandbox(now=lambda: times[0], deploying_s=6, refuse_word="celebrity")
    voice_id = create(sandbox, voice_prompt=prompt)
    seen = []
    for after_s in (0, 5, 6):
        times[0] = NOON + timedelta(seconds=after_s)
        seen.append(query(sandbox, voice_id)["status"])
        (listed,) = act(sandbox, "list_voice")["voice_list"]
        assert listed["status"] == seen[-1]
    assert seen == statuses


def test_without_a_review_the_verdict_is_there_at_once(make_sandbox):
    sandbox = make_sandbox(refuse_word="star")
    voices = [create(sandbox, voice_prompt=prompt) for prompt in ("A STAR.", "A voice.")]
    assert [query(sandbox, voice)["status"] for voice in voices] == ["UNDEPLOYED", "OK"]


def test_a_counted_listing_tells_the_models_and_how_many_there_are(make_sandbox):
    sandbox = make_sandbox(
        enrollment_list=EnrollmentList.COUNTED, max_page_size=2, order="oldest", clones=1
    )
    for prefix in ("a", "b", "c"):
        create(sandbox, prefix=prefix, target_model="cosyvoice-v3-plus")
    page = act(sandbox, "list_voice", page_index=0, page_size=50)
    models = [voice["target_model"] for voice in page.pop("voice_list")]
    assert models == ["cosyvoice-v3-plus", "cosyvoice-v3-plus"]
    assert page == {"page_index": 0, "page_size": 2, "total_count": 4}
    assert act(sandbox, "list_voice", prefix="a")["total_count"] == 1


def test_a_create_without_a_model_is_answered_with_name_and_preview(make_sandbox):
    sandbox = make_sandbox(enrollment_create=EnrollmentCreate.WITHOUT_MODEL)
    assert sorted(act(sandbox, **CREATE)) == ["preview_audio", "voice_id"]


def test_clones_are_strangers_without_texts(make_sandbox):
    sandbox = make_sandbox(clones=9, enrollment_quota=10)
    design = create(sandbox)
    names = list_ids(sandbox)
    assert (len(names), design in names) == (10, True)
    clones = [name for name in names if name != design]
    assert all("-vd-" not in name for name in clones)
    assert sorted(list_ids(sandbox, prefix="clone")) == sorted(clones)
    shown = query(sandbox, clones[0])
    assert sorted(shown) == [
        "gmt_create",
        "gmt_modified",
        "resource_link",
        "status",
        "target_model",
    ]
    listed = act(sandbox, "list_voice", prefix="clone")["voice_list"]
    assert sorted(listed[0]) == ["gmt_create", "gmt_modified", "status", "voice_id"]
    assert send(sandbox, make_body(CREATE))[1]["code"] == "Throttling.AllocationQuota"
    act(sandbox, "delete_voice", voice_id=clones[0])
    assert clones[0] not in list_ids(sandbox)


def test_clones_are_put_in_once_however_often_the_sandbox_starts(make_sandbox, tmp_path):
    names = []
    for clones in (3, 3, 0):
        sandbox = make_sandbox(database=tmp_path / "sandbox.db", clones=clones)
        names.append(sorted(list_ids(sandbox)))
        assert sandbox.list_bills() == ()
    assert names[0] == names[1] == names[2]


ENROLLMENT_LIST = make_body({"action": "list_voice"})
QWEN_LIST = sandbox_client.make_body({"action": "list"})


@pytest.mark.parametrize(
    ("retired", "statuses"),
    [
        (False, [200, 200]),
        (True, [404, 404]),
        (Family.QWEN, [404, 200]),
        (Family.COSYVOICE, [200, 404]),
    ],
)
def test_one_family_may_be_retired(make_sandbox, retired, statuses):
    sandbox = make_sandbox(retired=retired)
    replies = [send(sandbox, body) for body in (QWEN_LIST, ENROLLMENT_LIST)]
    assert [status for status, _ in replies] == statuses
    codes = {document["code"] for status, document in replies if status == 404}
    assert codes <= {"ModelNotFound"}


@pytest.mark.parametrize(("body", "content"), [(Body.EMPTY, b"{}"), (Body.NOTHING, b"")])
def test_a_host_may_leave_out_what_is_wrong(make_sandbox, body, content):
    fault = Fault(Operation.CREATE, work_is_done=False, reply=OddReply(400, body=body))
    reply = exchange(make_sandbox(faults=(fault,)), CREATE)
    assert (reply.status, reply.body) == (400, content)


@pytest.mark.parametrize(
    ("operation", "name", "struck"),
    [
        (Operation.CREATE, "announcer", True),
        (Operation.CREATE, "reporter", False),
        (Operation.QUERY, "announcer", True),
        (Operation.QUERY, "cosyvoice-*-vd-announcer-*", True),
        (Operation.QUERY, "vd", False),
        (Operation.DELETE, "anno*", True),
        (Operation.LIST, "*", True),
    ],
)
def test_a_fault_strikes_by_the_voice_or_its_prefix(make_sandbox, operation, name, struck):
    fault = Fault(operation, name=name, work_is_done=False, reply=OddReply(500), skip=0)
    sandbox = make_sandbox(faults=(fault,))
    voice_id = "cosyvoice-v3.5-plus-vd-announcer-00000001000240038004000500060007"
    fields = {
        Operation.CREATE: CREATE,
        Operation.QUERY: {"action": "query_voice", "voice_id": voice_id},
        Operation.DELETE: {"action": "delete_voice", "voice_id": voice_id},
        Operation.LIST: {"action": "list_voice"},
    }[operation]
    assert (exchange(sandbox, fields).status == 500) is struck


def test_a_lost_reply_leaves_a_voice_and_a_note_in_the_ledger(make_sandbox):
    fault = Fault(Operation.CREATE, times=1, reply=OddReply(500, "InternalError"))
    sandbox = make_sandbox(faults=(fault,))
    assert exchange(sandbox, CREATE).status == 500
    assert len(list_ids(sandbox)) == 1
    assert [bill.is_reply_lost for bill in sandbox.list_bills()] == [True]


def test_texts_are_echoed_and_new_voices_listed_late_as_told(make_sandbox):
    sandbox = make_sandbox(echo="single_spaced", visible_after_s=30)
    voice_id = create(sandbox, voice_prompt=" a  b\n")
    assert list_ids(sandbox) == []
    assert query(sandbox, voice_id)["voice_prompt"] == "a b"
    sandbox.advance(1)
    assert list_ids(sandbox) == [voice_id]
