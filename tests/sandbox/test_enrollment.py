"""What `voice-enrollment` answers to the designs of CosyVoice and Qwen-Audio."""

from __future__ import annotations

import base64
import re
import uuid

import pytest
import sandbox_client
from enrollment_client import CREATE, act, create, list_ids, make_body, query
from sandbox_client import send

from voiceops.sandbox.account import Bill
from voiceops.sandbox.families.cosyvoice.names import TARGET_MODELS

ANNOUNCER = "cosyvoice-v3.5-plus-vd-announcer-00000001000240038004000500060007"
NEXT = "cosyvoice-v3.5-plus-vd-announcer-00080009000a400b800c000d000e000f"
NOON = "2026-11-22 12:00:00"
LISTED = {
    "voice_id": ANNOUNCER,
    "gmt_create": NOON,
    "gmt_modified": NOON,
    "status": "OK",
    "voice_prompt": CREATE["voice_prompt"],
    "preview_text": CREATE["preview_text"],
}


def test_a_create_is_answered_as_documented(make_sandbox):
    body = make_body(CREATE, sample_rate=16000, response_format="pcm")
    status, document = send(make_sandbox(), body)
    audio = base64.b64decode(document["output"]["preview_audio"].pop("data"), validate=True)
    assert len(audio) > 16000
    assert uuid.UUID(document.pop("request_id"))
    output = {
        "preview_audio": {"sample_rate": 16000, "response_format": "pcm"},
        "target_model": CREATE["target_model"],
        "voice_id": ANNOUNCER,
    }
    assert (status, document) == (200, {"output": output, "usage": {"count": 1}})


@pytest.mark.parametrize(
    ("fields", "output", "usage"),
    [
        ({"action": "list_voice"}, {"voice_list": [LISTED]}, {"count": 1}),
        (
            {"action": "query_voice", "voice_id": ANNOUNCER},
            {**LISTED, "target_model": CREATE["target_model"]},
            {},
        ),
        ({"action": "delete_voice", "voice_id": ANNOUNCER}, {}, {"count": 1}),
    ],
    ids=["list", "query", "delete"],
)
def test_the_other_actions_are_answered_as_documented(make_sandbox, fields, output, usage):
    sandbox = make_sandbox()
    create(sandbox)
    status, document = send(sandbox, make_body(fields))
    assert uuid.UUID(document.pop("request_id"))
    assert (status, document) == (200, {"output": output, "usage": usage})


def test_what_is_omitted_has_the_documented_default(make_sandbox):
    fields = {key: value for key, value in CREATE.items() if key != "language_hints"}
    _, document = send(make_sandbox(), make_body(fields))
    preview = document["output"]["preview_audio"]
    assert (preview["sample_rate"], preview["response_format"]) == (24000, "wav")
    assert base64.b64decode(preview["data"]).startswith(b"RIFF")


def test_a_name_ends_in_a_uuid_of_its_own(make_sandbox):
    names = {create(make_sandbox(suffix=sandbox_client.count_suffixes())) for _ in range(2)}
    assert names == {ANNOUNCER}
    assert uuid.UUID(ANNOUNCER[-32:]).version == 4
    sandbox = make_sandbox()
    assert [create(sandbox), create(sandbox)] == [ANNOUNCER, NEXT]


@pytest.mark.parametrize(
    "changed",
    [
        *({"target_model": model} for model in TARGET_MODELS),
        {"url": ""},
        {"url": None},
        {"voice_prompt": "é" * 500},
        {"preview_text": "语" * 200},
        {"preview_text": "语" * 15},
        {"prefix": "a"},
        {"prefix": "a123456789"},
        {"language_hints": ["zh", "klingon"]},
        {"language_hints": []},
        {"tag": "unknown fields are ignored"},
    ],
    ids=repr,
)
def test_a_create_at_the_limits_is_taken(make_sandbox, changed):
    fields = {**CREATE, **changed}
    pattern = f"{re.escape(str(fields['target_model']))}-vd-{fields['prefix']}-[0-9a-f]{{32}}"
    assert re.fullmatch(pattern, act(make_sandbox(), **fields)["voice_id"])


def invalid(name):
    return f"Required parameter({name}) missing or invalid, check the request parameters."


ONE_TEXT = "provide url, or provide both voice_prompt and preview_text"
SHORT = "preview_text should not be shorter than 15 characters"
NO_CLONES = "The sandbox makes no clones; leave url out, and describe the voice."


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"target_model": None}, invalid("target_model")),
        (
            {"target_model": "qwen3-tts-vd-2026-01-26"},
            "preprocess service not found for 'qwen3-tts-vd-2026-01-26'",
        ),
        ({"target_model": "qwen-audio-3.1-tts-plus"}, "Model not exist."),
        ({"target_model": "cosyvoice-v9"}, "Model not exist."),
        ({"voice_prompt": None}, ONE_TEXT),
        ({"preview_text": ""}, ONE_TEXT),
        ({"voice_prompt": None, "preview_text": None}, ONE_TEXT),
        ({"voice_prompt": ["a"]}, invalid("voice_prompt")),
        ({"voice_prompt": " \n"}, invalid("voice_prompt")),
        ({"voice_prompt": "é" * 501}, invalid("voice_prompt")),
        ({"preview_text": "half a character: \ud83d"}, invalid("preview_text")),
        ({"preview_text": "语" * 201}, invalid("preview_text")),
        ({"preview_text": "你好，我是小云。"}, SHORT),
        ({"preview_text": "x" * 14}, SHORT),
        ({"prefix": None}, invalid("prefix")),
        ({"prefix": "a1234567890"}, invalid("prefix")),
        ({"prefix": "News"}, invalid("prefix")),
        ({"prefix": "news_desk"}, invalid("prefix")),
        ({"prefix": "news-desk"}, invalid("prefix")),
        ({"language_hints": "en"}, invalid("language_hints")),
        ({"language_hints": ["de"]}, invalid("language_hints")),
        ({"language_hints": [["en"]]}, invalid("language_hints")),
        ({"url": "https://example.com/a.wav"}, NO_CLONES),
        ({"action": "update_voice", "voice_id": ANNOUNCER}, NO_CLONES),
        ({"action": "list"}, "invalid action"),
        ({"action": "create"}, "invalid action"),
        ({"action": ["create_voice"]}, "invalid action"),
        ({"action": "list_voice", "page_index": -1, "prefix": ""}, invalid("page_index")),
        ({"action": "list_voice", "page_size": 0, "prefix": ""}, invalid("page_size")),
        ({"action": "list_voice", "page_size": True, "prefix": ""}, invalid("page_size")),
        ({"action": "query_voice"}, invalid("voice_id")),
        ({"action": "delete_voice", "voice_id": ""}, invalid("voice_id")),
    ],
    ids=repr,
)
def test_what_is_wrong_is_refused_and_does_nothing(make_sandbox, changed, message):
    sandbox = make_sandbox()
    status, document = send(sandbox, make_body({**CREATE, **changed}))
    assert (status, document["code"], document["message"]) == (400, "InvalidParameter", message)
    assert (list_ids(sandbox), sandbox.list_bills()) == ([], ())


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("sample_rate", 8000, invalid("sample_rate")),
        ("response_format", "opus", invalid("response_format")),
        ("response_format", "mp3", "The sandbox cannot encode mp3; ask for wav or pcm."),
    ],
)
def test_a_preview_that_cannot_be_is_refused(make_sandbox, name, value, message):
    status, document = send(make_sandbox(), make_body(CREATE, **{name: value}))
    assert (status, document["message"]) == (400, message)


@pytest.mark.parametrize("action", ["query_voice", "delete_voice"])
def test_a_voice_that_is_not_there_is_refused_without_its_name(make_sandbox, action):
    sandbox = make_sandbox()
    voice_id = create(sandbox)
    other = sandbox_client.create(sandbox)
    act(sandbox, "delete_voice", voice_id=voice_id)
    for missing in (voice_id, other, "nobody"):
        status, document = send(sandbox, make_body({"action": action, "voice_id": missing}))
        assert (status, document["code"]) == (400, "BadRequest.ResourceNotExist")
        assert document["message"] == "The Required resource not exist."


def test_pages_begin_at_zero_and_a_prefix_is_the_name_and_not_the_model(make_sandbox):
    sandbox = make_sandbox(order="oldest")
    made = [create(sandbox, prefix=prefix) for prefix in ("a", "b", "a", "ab", "a")]
    assert list_ids(sandbox) == made
    assert list_ids(sandbox, page_index=0, page_size=3) == made[:3]
    assert list_ids(sandbox, page_index=1, page_size=3) == made[3:]
    assert list_ids(sandbox, page_index=2, page_size=3) == []
    assert list_ids(sandbox, prefix="a") == [made[0], made[2], made[4]]
    assert list_ids(sandbox, prefix="a", page_index=1, page_size=2) == [made[4]]
    for prefix in ("cosyvoice-v3.5-plus", "vd", "vd-a", "A", "%"):
        assert list_ids(sandbox, prefix=prefix) == []
    assert list_ids(sandbox, prefix="", page_size=None) == made


def test_families_share_an_account_and_do_not_see_each_others_voices(make_sandbox):
    sandbox = make_sandbox()
    mine, theirs = create(sandbox), sandbox_client.create(sandbox)
    assert list_ids(sandbox) == [mine]
    page = sandbox_client.list_page(sandbox)
    assert [voice["voice"] for voice in page["voice_list"]] == [theirs]
    for action in ("query", "delete"):
        fields = {"action": action, "voice": mine}
        status, document = send(sandbox, sandbox_client.make_body(fields))
        assert (status, document["code"]) == (400, "VoiceNotFound")
    sandbox.reset()
    assert (list_ids(sandbox), sandbox.list_bills()) == ([], ())


def test_each_family_has_a_quota_of_its_own(make_sandbox):
    sandbox = make_sandbox(quota=1, enrollment_quota=2)
    sandbox_client.create(sandbox)
    first, _ = create(sandbox), create(sandbox)
    status, document = send(sandbox, make_body(CREATE))
    assert (status, document["code"]) == (400, "Throttling.AllocationQuota")
    assert document["message"].startswith("您当前的配额为")
    assert send(sandbox, sandbox_client.make_body(sandbox_client.CREATE))[0] == 400
    act(sandbox, "delete_voice", voice_id=first)
    create(sandbox)


def test_a_create_stands_in_the_ledger_as_an_item_of_its_own(make_sandbox):
    sandbox = make_sandbox()
    create(sandbox)
    assert sandbox.list_bills() == (Bill("voice-enrollment", ANNOUNCER, NOON),)


def test_a_voice_that_nobody_spoke_with_for_a_year_is_deleted(make_sandbox):
    sandbox = make_sandbox()
    voices = sorted([create(sandbox), sandbox_client.create(sandbox)])
    assert sandbox.advance(366) == tuple(voices)
    assert list_ids(sandbox) == []


def test_a_file_keeps_the_voices_of_both_families(make_sandbox, tmp_path):
    sandbox = make_sandbox(database=tmp_path / "sandbox.db", deploying_s=60)
    before = query(sandbox, create(sandbox))
    sandbox.close()
    after = query(make_sandbox(database=tmp_path / "sandbox.db"), ANNOUNCER)
    assert before == after
    assert after["status"] == "DEPLOYING"
