from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceops.provider.answer import Answer, read_answer, read_retry_after
from voiceops.provider.quote import quote_text
from voiceops.provider.transport.exchange import WireReply

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
KEY = "sk-canary"


def read(body: bytes, status: int = 400) -> Answer:
    return read_answer(WireReply(status, body), label="create announcer", key=KEY, now=NOW)


def test_a_refusal_reads_as_one_sentence() -> None:
    answer = read(
        b'{"request_id":"1234","code":"InvalidParameter",'
        b'"message":"Required input \'preferred_name\' is invalid"}'
    )
    assert str(answer) == (
        "create announcer: 400 InvalidParameter: "
        "Required input 'preferred_name' is invalid (request 1234)"
    )


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", "create announcer: 400"),
        (b"{}", "create announcer: 400"),
        (b'{"code":"A"}', "create announcer: 400 A"),
        (b'{"code":null,"message":"so"}', "create announcer: 400 so"),
        (b'{"code":7}', "create announcer: 400 7"),
        (b'{"error":{"code":"A","message":"b"}}', "create announcer: 400 A: b"),
        (b'{"error":{"code":"A"},"request_id":"r"}', "create announcer: 400 A (request r)"),
        (b'{"error":{"code":"A","message":"b"},"code":"C"}', "create announcer: 400 C: b"),
        (b'{"error":"gone"}', "create announcer: 400"),
    ],
)
def test_words_are_found_where_they_are(body: bytes, text: str) -> None:
    assert str(read(body)) == text


@pytest.mark.parametrize(
    "body",
    [b"<html>", b"[]", b'"text"', b"\xff\xfe\x00", b"[" * 100_000, b"1" * 5000, b'{"a":1', b"null"],
)
def test_what_is_no_object_is_no_document(body: bytes) -> None:
    assert read(body).document is None


@given(st.text(max_size=20), st.text(max_size=20))
def test_the_key_is_in_no_word_of_an_answer(before: str, after: str) -> None:
    text = before + KEY + after
    body = json.dumps({"code": text, "message": text, "request_id": text}).encode()
    answer = read(body)
    assert KEY not in str(answer)
    assert KEY not in answer.code + answer.message + answer.request_id


@given(st.text())
def test_what_is_quoted_is_short_and_prints(text: str) -> None:
    quoted = quote_text(text)
    assert quoted.isprintable()
    assert len(quoted) <= 300
    assert quoted == text or not text.isprintable() or len(text) > 300


def test_a_long_text_is_cut_and_shows_it() -> None:
    assert quote_text("a" * 301) == "a" * 299 + "…"
    assert quote_text("a" * 300) == "a" * 300
    assert quote_text("a\x1b[2J\u202eb") == "a\\x1b[2J\\u202eb"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3.0),
        (" 0 ", 0.0),
        ("1.5", 1.5),
        ("Sun, 22 Nov 2026 04:00:07 GMT", 7.0),
        ("Sun, 22 Nov 2026 04:00:07 -0000", 7.0),
        ("Sun, 22 Nov 2026 03:59:00 GMT", 0.0),
        ("", None),
        ("-1", None),
        ("nan", None),
        ("1e9", None),
        ("soon", None),
        ("Sun, 22 Nov 99999 04:00:07 GMT", None),
        ("٣", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert read_retry_after(value, now=NOW) == seconds
