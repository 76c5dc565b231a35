from __future__ import annotations

import pytest

from voiceops.core.spec import Spec
from voiceops.core.voice import LiveVoice
from voiceops.errors import ProtocolViolated
from voiceops.provider.families.qwen.dialect import QWEN_DIALECT
from voiceops.provider.listing import Page
from voiceops.provider.voices import read_page, read_queried

ITEM = {
    "gmt_create": "2025-12-10 17:04:54",
    "gmt_modified": "2025-12-10 17:04:54",
    "language": "en",
    "preview_text": "Hello.\r\n",
    "target_model": "model",
    "voice": "yourVoice1",
    "voice_prompt": " Deep. ",
}
VOICE = LiveVoice(
    "yourVoice1",
    Spec("Deep.", "Hello.", "en", "model"),
    target_model="model",
    language="en",
    created="2025-12-10 17:04:54",
)


def page(**output: object) -> Page:
    return read_page({"output": output}, QWEN_DIALECT, label="list")


def test_a_page_holds_its_voices_normalised_and_the_count() -> None:
    found = page(page_index=0, page_size=2, total_count=26, voice_list=[ITEM], more={})
    assert found == Page((VOICE,), 26)


@pytest.mark.parametrize("name", ["voice_prompt", "preview_text", "language", "target_model"])
@pytest.mark.parametrize("value", [None, 7, ["Deep."], "", " \n"])
def test_a_spec_that_is_not_told_whole_is_not_told(name: str, value: object) -> None:
    for item in ({**ITEM, name: value}, {key: ITEM[key] for key in ITEM if key != name}):
        assert read_queried({"output": item}, QWEN_DIALECT, label="query").spec is None


@pytest.mark.parametrize("total_count", [None, "2", 2.0, True])
def test_a_count_that_is_no_number_is_none(total_count: object) -> None:
    assert page(total_count=total_count, voice_list=[ITEM]).total_count is None


def test_an_empty_account_may_leave_the_list_out() -> None:
    assert page(total_count=0, voice_list=None) == Page((), 0)
    assert page(total_count=0, voice_list=[]) == Page((), 0)


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ({}, "the reply has no output"),
        ({"output": []}, "the reply has no output"),
        ({"output": {"total_count": 2}}, "the reply has no voice_list"),
        ({"output": {"total_count": False}}, "the reply has no voice_list"),
        ({"output": {"voice_list": {}}}, "the reply has no voice_list"),
        ({"output": {"voice_list": ["v"]}}, "a voice in the reply is no object"),
        ({"output": {"voice_list": [{}]}}, "a voice in the reply has no name"),
        ({"output": {"voice_list": [ITEM, {"voice": 7}]}}, "a voice in the reply has no name"),
        ({"output": {"voice_list": [{"voice": ""}]}}, "a voice in the reply has no name"),
        *(
            (
                {"output": {"voice_list": [{"voice": odd}]}},
                "a voice in the reply has a name that no voice can have",
            )
            for odd in ("../x", "a b", "v" * 129, "\ud800", "v\n::error::")
        ),
    ],
)
def test_a_page_that_cannot_be_trusted_violates_the_protocol(
    document: dict[str, object], fault: str
) -> None:
    with pytest.raises(ProtocolViolated) as caught:
        read_page(document, QWEN_DIALECT, label="list")
    assert caught.value.message == f"list: {fault}"


@pytest.mark.parametrize(
    ("name", "odd"),
    [
        ("gmt_create", "9999-12-31 23:59:59"),
        ("gmt_create", "0001-01-01 00:00:00"),
        ("gmt_create", "2025-12-10 17:04:54" + " " * 5_000_000),
        ("gmt_create", "\ud800"),
        ("language", "\ud800"),
        ("language", "e" * 5_000_000),
        ("target_model", "m\n::error::"),
        ("target_model", "m" * 129),
    ],
)
def test_what_does_not_have_its_form_was_not_told(name: str, odd: str) -> None:
    (voice,) = page(total_count=1, voice_list=[{**ITEM, name: odd}]).voices
    (untold,) = page(total_count=1, voice_list=[{**ITEM, name: None}]).voices
    assert voice == untold


def test_a_query_may_tell_less_than_a_listing() -> None:
    found = read_queried(
        {"output": {"voice": "v", "language": "en"}}, QWEN_DIALECT, label="query v"
    )
    assert found == LiveVoice("v", None, language="en")
