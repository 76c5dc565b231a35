"""What a create makes and costs: names, quota, the ledger."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sandbox_client import CREATE, NOON, create, list_page, make_body, send

from voiceops.sandbox.account import Bill
from voiceops.sandbox.encoding import encode
from voiceops.sandbox.families.qwen.design import make_suffix
from voiceops.sandbox.synthesizer import synthesize


def delete(sandbox, voice):
    assert send(sandbox, make_body({"action": "delete", "voice": voice}))[0] == 200


def test_the_ledger_outlives_the_voices(make_sandbox):
    sandbox = make_sandbox()
    first, second = create(sandbox), create(sandbox, preferred_name="reporter")
    delete(sandbox, first)
    assert sandbox.list_bills() == (
        Bill("qwen-voice-design", first, "2026-11-22 12:00:00"),
        Bill("qwen-voice-design", second, "2026-11-22 12:00:00"),
    )


def test_a_reset_forgets_voices_and_ledger(make_sandbox):
    sandbox = make_sandbox()
    create(sandbox)
    sandbox.reset()
    assert (list_page(sandbox)["total_count"], sandbox.list_bills()) == (0, ())


def test_a_full_account_refuses_without_a_bill_until_a_voice_is_deleted(make_sandbox):
    sandbox = make_sandbox(quota=2)
    first, second = create(sandbox), create(sandbox)
    status, document = send(sandbox, make_body(CREATE))
    assert (status, document["code"], document["message"]) == (
        400,
        "Throttling.AllocationQuota",
        "Maximum voice storage limit exceeded, please delete existing voices.",
    )
    assert [bill.voice for bill in sandbox.list_bills()] == [first, second]
    delete(sandbox, first)
    third = create(sandbox)
    assert [bill.voice for bill in sandbox.list_bills()] == [first, second, third]


@pytest.mark.parametrize(
    ("now", "stamp", "second"),
    [
        (NOON, "20261122120000123", "2026-11-22 12:00:00"),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), "20270101000000000", "2027-01-01 00:00:00"),
        (
            datetime(2026, 5, 6, 7, 8, 9, 999_999, tzinfo=timezone(timedelta(hours=-4))),
            "20260506190809999",
            "2026-05-06 19:08:09",
        ),
    ],
)
def test_names_and_times_are_of_one_clock_in_utc_8(make_sandbox, now, stamp, second):
    sandbox = make_sandbox(now=lambda: now)
    assert create(sandbox) == f"qwen-tts-vd-announcer-voice-{stamp}-0000"
    (voice,) = list_page(sandbox)["voice_list"]
    assert (voice["gmt_create"], voice["gmt_modified"]) == (second, second)


def test_a_name_that_a_deleted_voice_had_is_not_given_again(make_sandbox):
    suffixes = iter(["aaaa", "aaaa", "bbbb"])
    sandbox = make_sandbox(suffix=lambda: next(suffixes))
    first = create(sandbox)
    delete(sandbox, first)
    assert create(sandbox) == first.replace("aaaa", "bbbb")


def test_without_a_free_name_nothing_is_made_or_billed(make_sandbox):
    sandbox = make_sandbox(suffix=lambda: "aaaa")
    create(sandbox)
    status, document = send(sandbox, make_body(CREATE))
    assert (status, document["code"]) == (500, "InternalError")
    assert (list_page(sandbox)["total_count"], len(sandbox.list_bills())) == (1, 1)


def test_the_default_end_of_a_name_is_four_hex_digits():
    assert all(re.fullmatch("[0-9a-f]{4}", make_suffix()) for _ in range(20))


@pytest.mark.parametrize(("response_format", "start"), [("wav", b"RIFF"), ("pcm", b"\0\0")])
def test_a_create_brings_the_preview_in_base64(make_sandbox, response_format, start):
    body = make_body(CREATE, sample_rate=8000, response_format=response_format)
    _, document = send(make_sandbox(), body)
    output = document["output"]
    audio = base64.b64decode(output["preview_audio"]["data"], validate=True)
    assert audio.startswith(start)
    texts = str(CREATE["voice_prompt"]), str(CREATE["preview_text"])
    pcm = synthesize(output["voice"], *texts, sample_rate_hz=8000)
    assert audio == encode(pcm, sample_rate_hz=8000, response_format=response_format)
