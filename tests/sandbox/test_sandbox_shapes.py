"""The replies have the shape of the vendor's examples (API reference, 2026-03-31)."""

from __future__ import annotations

import json
import uuid
from contextlib import closing

import enrollment_client
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sandbox_client import CREATE, create, list_page, make_body, open_sandbox, send

ANNOUNCER = "qwen-tts-vd-announcer-voice-20261122120000123-0000"
REFUSAL = ["request_id", "code", "message"]
SHOWN = {
    "gmt_create": "2026-11-22 12:00:00",
    "gmt_modified": "2026-11-22 12:00:00",
    "language": "en",
    "preview_text": CREATE["preview_text"],
    "target_model": CREATE["target_model"],
    "voice": ANNOUNCER,
    "voice_prompt": CREATE["voice_prompt"],
}


def test_a_create_is_answered_as_documented(make_sandbox):
    status, document = send(
        make_sandbox(), make_body(CREATE, sample_rate=16000, response_format="pcm")
    )
    assert len(document["output"]["preview_audio"].pop("data")) > 1000
    assert uuid.UUID(document.pop("request_id"))
    assert (status, document) == (
        200,
        {
            "output": {
                "preview_audio": {"sample_rate": 16000, "response_format": "pcm"},
                "target_model": CREATE["target_model"],
                "voice": ANNOUNCER,
            },
            "usage": {"count": 1},
        },
    )


@pytest.mark.parametrize(
    ("fields", "output"),
    [
        (
            {"action": "list", "page_size": 2, "page_index": 0},
            {"page_index": 0, "page_size": 2, "total_count": 1, "voice_list": [SHOWN]},
        ),
        ({"action": "query", "voice": ANNOUNCER}, SHOWN),
        ({"action": "delete", "voice": ANNOUNCER}, {"voice": ANNOUNCER}),
    ],
    ids=["list", "query", "delete"],
)
def test_the_other_actions_are_answered_as_documented(make_sandbox, fields, output):
    sandbox = make_sandbox()
    create(sandbox)
    status, document = send(sandbox, make_body(fields))
    assert uuid.UUID(document.pop("request_id"))
    assert (status, document) == (200, {"output": output, "usage": {}})


@pytest.mark.parametrize("action", ["query", "delete"])
def test_a_voice_that_is_not_there_is_refused_as_documented(make_sandbox, action):
    sandbox = make_sandbox()
    create(sandbox)
    send(sandbox, make_body({"action": "delete", "voice": ANNOUNCER}))
    status, document = send(sandbox, make_body({"action": action, "voice": ANNOUNCER}))
    assert uuid.UUID(document.pop("request_id"))
    expected = {"code": "VoiceNotFound", "message": f"Voice not found: {ANNOUNCER}"}
    assert (status, document) == (400, expected)


def test_what_is_omitted_has_the_documented_default(make_sandbox):
    sandbox = make_sandbox()
    fields = {key: value for key, value in CREATE.items() if key != "language"}
    _, document = send(sandbox, make_body(fields))
    preview = document["output"]["preview_audio"]
    assert (preview["sample_rate"], preview["response_format"]) == (24000, "wav")
    _, document = send(sandbox, make_body({"action": "list"}))
    page = document["output"]
    assert (page["page_index"], page["page_size"]) == (0, 10)
    assert page["voice_list"][0]["language"] == "zh"


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).filter(str.strip)


@settings(deadline=None)
@given(prompt=TEXTS, text=TEXTS)
def test_texts_come_back_as_they_were_sent(prompt, text):
    with closing(open_sandbox()) as sandbox:
        create(sandbox, voice_prompt=prompt, preview_text=text)
        (voice,) = list_page(sandbox)["voice_list"]
        assert (voice["voice_prompt"], voice["preview_text"]) == (prompt, text)


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.dictionaries(
    st.sampled_from([*CREATE, "voice", "page_index", "page_size"]), ANY_JSON, max_size=8
)
ACTIONS = st.sampled_from(["create", "list", "query", "delete"])
BODIES = st.builds(
    lambda fields, action, given: json.dumps(
        make_body({**CREATE, **fields, "action": action}) | {"parameters": given}
    ).encode(),
    FIELDS,
    ACTIONS,
    ANY_JSON,
)


@settings(deadline=None)
@given(body=BODIES | st.binary() | ANY_JSON.map(lambda value: json.dumps(value).encode()))
def test_every_body_is_answered_in_the_documented_shape(body):
    with closing(open_sandbox()) as sandbox:
        status, document = send(sandbox, body)
        if status == 200:
            assert list(document) == ["output", "usage", "request_id"]
        else:
            assert (status in (400, 404), list(document)) == (True, REFUSAL)
        assert len(sandbox.list_bills()) == (document.get("usage") == {"count": 1})


ENROLLMENT_FIELDS = st.dictionaries(
    st.sampled_from([*enrollment_client.CREATE, "voice_id", "url", "page_index", "page_size"]),
    ANY_JSON,
    max_size=8,
)
ENROLLMENT_ACTIONS = st.sampled_from(
    ["create_voice", "list_voice", "query_voice", "delete_voice", "update_voice"]
)


@settings(deadline=None)
@given(fields=ENROLLMENT_FIELDS, action=ENROLLMENT_ACTIONS, parameters=ANY_JSON)
def test_the_other_family_answers_every_body_in_its_shape(fields, action, parameters):
    asked = {**enrollment_client.CREATE, **fields, "action": action}
    if action == "list_voice" and "prefix" not in fields:
        del asked["prefix"]
    with closing(open_sandbox()) as sandbox:
        body = enrollment_client.make_body(asked) | {"parameters": parameters}
        status, document = send(sandbox, body)
        keys = ["output", "usage", "request_id"] if status == 200 else REFUSAL
        assert (status in {200, 400}, list(document)) == (True, keys)
        made = status == 200 and action == "create_voice"
        assert len(sandbox.list_bills()) == made
