"""What a fault script makes of the service, request by request."""

from __future__ import annotations

import json

import pytest
from sandbox_client import CREATE, create, list_page, make_body, send

from voiceops.sandbox.messages import Request
from voiceops.sandbox.script import (
    Body,
    Fault,
    Lost,
    OddReply,
    Operation,
    Queried,
    TooLarge,
)
from voiceops.sandbox.service import CUSTOMIZATION_PATH

THROTTLED = OddReply(429, "Throttling.RateQuota", "Slow down.", retry_after_s=3)


def exchange(sandbox, fields):
    body = json.dumps(make_body(fields)).encode()
    headers = {"Authorization": "Bearer sk-test"}
    return sandbox.handle(Request("POST", CUSTOMIZATION_PATH, headers, body))


def test_a_fault_strikes_its_operation_after_the_skipped_and_as_often_as_it_says(make_sandbox):
    fault = Fault(Operation.LIST, skip=1, times=2, work_is_done=False, reply=THROTTLED)
    sandbox = make_sandbox(faults=(fault,))
    create(sandbox)
    statuses = [exchange(sandbox, {"action": "list"}).status for _ in range(5)]
    assert statuses == [200, 429, 429, 200, 200]


@pytest.mark.parametrize(
    ("name", "struck"),
    [("*", True), ("announcer", True), ("anno*", True), ("reporter", False), ("ANN*", False)],
)
def test_a_fault_strikes_a_create_by_its_preferred_name(make_sandbox, name, struck):
    fault = Fault(Operation.CREATE, name=name, work_is_done=False, reply=OddReply(500))
    assert (exchange(make_sandbox(faults=(fault,)), CREATE).status == 500) is struck


@pytest.mark.parametrize("name", ["qwen-tts-vd-announcer-voice-*", "announcer"])
def test_a_fault_strikes_a_query_by_the_voice_or_the_name_in_it(make_sandbox, name):
    fault = Fault(Operation.QUERY, name=name, work_is_done=False, reply=OddReply(500))
    sandbox = make_sandbox(faults=(fault,))
    voice = create(sandbox)
    assert exchange(sandbox, {"action": "query", "voice": voice}).status == 500


@pytest.mark.parametrize(
    ("fault", "reply", "billed"),
    [
        (
            Fault(Operation.CREATE, work_is_done=False, reply=THROTTLED),
            (
                429,
                {"Content-Type": "application/json", "Retry-After": "3"},
                {"code": "Throttling.RateQuota", "message": "Slow down."},
                None,
            ),
            [],
        ),
        (
            Fault(Operation.CREATE, reply=OddReply(500, "InternalError", "Oh.")),
            (
                500,
                {"Content-Type": "application/json"},
                {"code": "InternalError", "message": "Oh."},
                None,
            ),
            [True],
        ),
        (
            Fault(Operation.CREATE, reply=OddReply(200, "Odd", "No.")),
            (200, {"Content-Type": "application/json"}, {"code": "Odd", "message": "No."}, None),
            [True],
        ),
        (
            Fault(Operation.ANY, work_is_done=False, reply=OddReply(403, body=Body.EMPTY)),
            (403, {"Content-Type": "application/json"}, {}, None),
            [],
        ),
        (
            Fault(Operation.CREATE, work_is_done=False, lost=Lost.ALL),
            (200, {"Content-Type": "application/json"}, {}, Lost.ALL),
            [],
        ),
    ],
)
def test_the_reply_is_odd_or_lost_and_the_work_done_or_not(make_sandbox, fault, reply, billed):
    sandbox = make_sandbox(faults=(fault,))
    got = exchange(sandbox, CREATE)
    document = json.loads(got.body)
    document.pop("request_id", None)
    status, headers, *rest = reply
    assert got.headers == {**headers, "Date": "Sun, 22 Nov 2026 04:00:00 GMT"}
    assert [got.status, document, got.lost] == [status, *rest]
    assert [bill.is_reply_lost for bill in sandbox.list_bills()] == billed


def test_a_lost_reply_is_the_right_one_and_its_voice_is_billed(make_sandbox):
    sandbox = make_sandbox(faults=(Fault(Operation.CREATE, times=1, lost=Lost.HALF),))
    reply = exchange(sandbox, CREATE)
    create(sandbox)
    assert (reply.status, reply.lost) == (200, Lost.HALF)
    assert [bill.is_reply_lost for bill in sandbox.list_bills()] == [True, False]


def test_a_gateway_answers_in_html(make_sandbox):
    fault = Fault(Operation.LIST, work_is_done=False, reply=OddReply(502, body=Body.HTML))
    reply = exchange(make_sandbox(faults=(fault,)), {"action": "list"})
    assert (reply.status, reply.headers["Content-Type"]) == (502, "text/html")
    assert reply.body.startswith(b"<html>")


def test_a_delay_comes_before_the_work(make_sandbox):
    waited = []
    fault = Fault(Operation.CREATE, delay_s=12.5)
    sandbox = make_sandbox(
        faults=(fault,), pause=lambda s: waited.append((s, sandbox.list_bills()))
    )
    create(sandbox)
    assert waited == [(12.5, ())]


def test_voices_vanish_before_the_work(make_sandbox):
    fault = Fault(Operation.LIST, vanish="*-reporter-*")
    sandbox = make_sandbox(faults=(fault,))
    announcer, _ = create(sandbox), create(sandbox, preferred_name="reporter")
    assert [voice["voice"] for voice in list_page(sandbox)["voice_list"]] == [announcer]


def test_the_first_fault_that_strikes_counts(make_sandbox):
    faults = (
        Fault(Operation.LIST, times=1, work_is_done=False, reply=OddReply(500)),
        Fault(Operation.ANY, work_is_done=False, reply=OddReply(503)),
    )
    sandbox = make_sandbox(faults=faults)
    assert [exchange(sandbox, {"action": "list"}).status for _ in range(3)] == [500, 503, 503]


def test_a_retired_model_refuses_every_action(make_sandbox):
    sandbox = make_sandbox(retired=True)
    for fields in (CREATE, {"action": "list"}, {"action": "delete", "voice": "v"}):
        status, document = send(sandbox, make_body(fields))
        assert (status, document["code"]) == (404, "ModelNotFound")


@pytest.mark.parametrize(
    ("order", "expected"),
    [("newest", [2, 1, 0]), ("oldest", [0, 1, 2]), ("name", [1, 2, 0])],
)
def test_listings_have_the_order_that_was_asked_for(make_sandbox, order, expected):
    sandbox = make_sandbox(order=order)
    made = [create(sandbox, preferred_name=name) for name in ("c", "a", "b")]
    listed = [voice["voice"] for voice in list_page(sandbox)["voice_list"]]
    assert listed == [made[number] for number in expected]


def test_a_shuffled_listing_still_holds_every_voice(make_sandbox):
    sandbox = make_sandbox(order="shuffled")
    made = {create(sandbox) for _ in range(5)}
    assert {voice["voice"] for voice in list_page(sandbox)["voice_list"]} == made


def test_a_page_size_above_the_cap_is_refused_if_told_so(make_sandbox):
    sandbox = make_sandbox(max_page_size=10, above_max_page_size=TooLarge.REFUSE)
    status, document = send(sandbox, make_body({"action": "list", "page_size": 11}))
    assert (status, document["code"]) == (400, "InvalidParameter")
    assert list_page(sandbox, size=10)["page_size"] == 10


def test_a_reduced_query_lacks_prompt_and_preview(make_sandbox):
    sandbox = make_sandbox(query=Queried.REDUCED)
    voice = create(sandbox)
    _, document = send(sandbox, make_body({"action": "query", "voice": voice}))
    assert sorted(document["output"]) == [
        "gmt_create",
        "gmt_modified",
        "language",
        "target_model",
        "voice",
    ]


@pytest.mark.parametrize(
    ("echo", "shown"),
    [("verbatim", " a  b\n"), ("trimmed", "a  b"), ("single_spaced", "a b")],
)
def test_texts_are_echoed_as_told(make_sandbox, echo, shown):
    sandbox = make_sandbox(echo=echo)
    create(sandbox, voice_prompt=" a  b\n")
    assert list_page(sandbox)["voice_list"][0]["voice_prompt"] == shown


def test_a_new_voice_is_listed_late_but_queried_at_once(make_sandbox):
    sandbox = make_sandbox(visible_after_s=30)
    voice = create(sandbox)
    page = list_page(sandbox)
    assert (page["total_count"], page["voice_list"]) == (0, [])
    assert send(sandbox, make_body({"action": "query", "voice": voice}))[0] == 200
    sandbox.advance(1)
    assert list_page(sandbox)["total_count"] == 1


def test_names_have_the_short_stamp_of_the_reference_if_told_so(make_sandbox):
    voice = create(make_sandbox(stamp_digits=14))
    assert voice == "qwen-tts-vd-announcer-voice-20261122120000-0000"


def test_the_clock_goes_ahead_and_the_idle_are_deleted(make_sandbox):
    sandbox = make_sandbox()
    old = create(sandbox)
    assert sandbox.advance(200) == ()
    young = create(sandbox)
    assert (sandbox.advance(165), sandbox.advance(1)) == ((), (old,))
    page = list_page(sandbox)
    assert [voice["voice"] for voice in page["voice_list"]] == [young]
    assert page["voice_list"][0]["gmt_create"] == "2027-06-10 12:00:00"
