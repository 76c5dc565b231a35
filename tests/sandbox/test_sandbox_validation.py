"""What the sandbox refuses, with which status, code and message."""

from __future__ import annotations

import pytest
from sandbox_client import CREATE, list_page, make_body, send

ILLEGAL = (400, "BadRequest.IllegalInput", "The input parameter requires json format.")
EMPTY_MODEL = (400, "BadRequest.EmptyModel", 'Required parameter "model" missing from request.')
EMPTY_INPUT = (400, "BadRequest.EmptyInput", "Required input parameter missing from request.")
BAD_NAME = (400, "InvalidParameter", "Required input 'preferred_name' is invalid")
BAD_KEY = (401, "InvalidApiKey", "Invalid API-key provided.")
NO_MODEL = (404, "ModelNotFound", "Model can not be found.")


def invalid(name):
    message = f"Required parameter({name}) missing or invalid, check the request parameters."
    return 400, "InvalidParameter", message


def refusal(reply):
    status, document = reply
    return status, document["code"], document["message"]


DEEP = b'{"model":"qwen-voice-design","extra":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
LONG_NUMBER = b'{"model":"qwen-voice-design","extra":' + b"9" * 10_000 + b"}"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", ILLEGAL),
        (b"{", ILLEGAL),
        (b"\xff\xfe{", ILLEGAL),
        (b"[]", ILLEGAL),
        (DEEP, ILLEGAL),
        (LONG_NUMBER, ILLEGAL),
        ({}, EMPTY_MODEL),
        ({"model": ""}, EMPTY_MODEL),
        ({"model": 1}, EMPTY_MODEL),
        ({"model": "qwen-voice-enrollment", "input": {"action": "list"}}, NO_MODEL),
        ({"model": "qwen-voice-design"}, EMPTY_INPUT),
        ({"model": "qwen-voice-design", "input": []}, invalid("input")),
        (make_body({}), invalid("action")),
        (make_body({"action": "update"}), invalid("action")),
        (make_body({"action": ["create"]}), invalid("action")),
    ],
    ids=repr,
)
def test_a_body_that_is_no_request_is_refused(make_sandbox, body, expected):
    assert refusal(send(make_sandbox(), body)) == expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("target_model", None, invalid("target_model")),
        ("target_model", "", invalid("target_model")),
        ("target_model", "qwen3-tts-flash", invalid("target_model")),
        ("voice_prompt", None, invalid("voice_prompt")),
        ("voice_prompt", " \n", invalid("voice_prompt")),
        ("voice_prompt", 7, invalid("voice_prompt")),
        ("voice_prompt", "é" * 2049, invalid("voice_prompt")),
        ("voice_prompt", "half a character: \ud83d", invalid("voice_prompt")),
        ("preview_text", None, invalid("preview_text")),
        ("preview_text", ["a"], invalid("preview_text")),
        ("preview_text", "语" * 1025, invalid("preview_text")),
        ("preferred_name", None, invalid("preferred_name")),
        ("preferred_name", 7, invalid("preferred_name")),
        ("preferred_name", "a" * 17, BAD_NAME),
        ("preferred_name", "news-desk", BAD_NAME),
        ("preferred_name", "néws", BAD_NAME),
        ("preferred_name", "news\n", BAD_NAME),
        ("language", "", invalid("language")),
        ("language", "nl", invalid("language")),
        ("language", "EN", invalid("language")),
        ("language", 1, invalid("language")),
    ],
)
def test_a_create_with_a_bad_field_is_refused_and_does_nothing(make_sandbox, name, value, expected):
    sandbox = make_sandbox()
    assert refusal(send(sandbox, make_body({**CREATE, name: value}))) == expected
    assert (list_page(sandbox)["total_count"], sandbox.list_bills()) == (0, ())


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("sample_rate", 44100, invalid("sample_rate")),
        ("sample_rate", "24000", invalid("sample_rate")),
        ("sample_rate", 24000.0, invalid("sample_rate")),
        ("sample_rate", True, invalid("sample_rate")),
        ("response_format", "flac", invalid("response_format")),
        ("response_format", "WAV", invalid("response_format")),
        (
            "response_format",
            "mp3",
            (400, "InvalidParameter", "The sandbox cannot encode mp3; ask for wav or pcm."),
        ),
        (
            "response_format",
            "opus",
            (400, "InvalidParameter", "The sandbox cannot encode opus; ask for wav or pcm."),
        ),
    ],
)
def test_a_create_with_a_bad_preview_is_refused_and_does_nothing(
    make_sandbox, name, value, expected
):
    sandbox = make_sandbox()
    assert refusal(send(sandbox, make_body(CREATE, **{name: value}))) == expected
    assert (list_page(sandbox)["total_count"], sandbox.list_bills()) == (0, ())


@pytest.mark.parametrize(
    "changed",
    [
        {"voice_prompt": "é" * 2048},
        {"voice_prompt": "😀" * 2048},
        {"preview_text": "语" * 1024},
        {"preferred_name": "A_z09" + "a" * 11},
        {"preferred_name": "_"},
        {"target_model": "qwen3-tts-vd-2027-05-05"},
        {"language": None},
        {"tag": "unknown fields are ignored"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_create_at_the_limits_is_taken(make_sandbox, changed):
    assert send(make_sandbox(), make_body({**CREATE, **changed}))[0] == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("page_index", -1),
        ("page_index", 201),
        ("page_index", 10**30),
        ("page_index", "0"),
        ("page_index", 0.0),
        ("page_size", 0),
        ("page_size", -(10**30)),
        ("page_size", True),
    ],
)
def test_a_page_out_of_range_is_refused(make_sandbox, name, value):
    reply = send(make_sandbox(), make_body({"action": "list", name: value}))
    assert refusal(reply) == invalid(name)


@pytest.mark.parametrize("action", ["query", "delete"])
@pytest.mark.parametrize("voice", [None, "", " ", 7, "\udc00"])
def test_query_and_delete_need_the_name_of_a_voice(make_sandbox, action, voice):
    reply = send(make_sandbox(), make_body({"action": action, "voice": voice}))
    assert refusal(reply) == invalid("voice")


LIST = make_body({"action": "list"})


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer  "},
        {"Authorization": "sk-mine"},
        {"Authorization": "Basic sk-mine"},
        {"X-Authorization": "Bearer sk-mine"},
    ],
    ids=repr,
)
def test_a_request_without_a_key_is_refused(make_sandbox, headers):
    assert refusal(send(make_sandbox(), LIST, headers=headers)) == BAD_KEY


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer sk-mine"},
        {"authorization": "bearer sk-mine"},
        {"AUTHORIZATION": "BEARER  sk-mine ", "X-DashScope-WorkSpace": "ws-1"},
    ],
    ids=repr,
)
def test_the_key_may_come_in_any_case_of_its_scheme(make_sandbox, headers):
    sandbox = make_sandbox(api_key="sk-mine")
    assert send(sandbox, LIST, headers=headers)[0] == 200


def test_a_key_that_is_not_the_accounts_is_refused(make_sandbox):
    reply = send(make_sandbox(api_key="sk-mine"), LIST, headers={"Authorization": "Bearer sk-you"})
    assert refusal(reply) == BAD_KEY


@pytest.mark.parametrize("path", ["", "/", "/api/v1/services/audio/tts/customization/", "/v1"])
def test_another_path_is_not_found(make_sandbox, path):
    expected = (404, "NotFound", "The requested path does not exist.")
    assert refusal(send(make_sandbox(), LIST, path=path)) == expected


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "post", "OPTIONS"])
def test_another_method_is_not_allowed(make_sandbox, method):
    expected = (405, "MethodNotAllowed", "The method is not allowed here.")
    assert refusal(send(make_sandbox(), LIST, method=method)) == expected


def test_a_body_above_the_bound_is_refused(make_sandbox):
    reply = send(make_sandbox(), b" " * (1 << 20) + b"{}")
    assert refusal(reply) == (413, "BadRequest.TooLarge", "Payload Too Large.")


def test_a_sandbox_that_is_closed_still_answers(make_sandbox):
    sandbox = make_sandbox()
    sandbox.close()
    status, document = send(sandbox, LIST)
    assert (status, document["code"]) == (500, "InternalError")
