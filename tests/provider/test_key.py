from __future__ import annotations

import pytest

from voiceops.errors import KeyUnusable
from voiceops.provider.transport.key import check_key


@pytest.mark.parametrize("value", ["sk-1234", "  sk-1234", "sk-1234\r\n", "\tsk-1234 "])
def test_outer_white_space_is_no_part_of_a_key(value: str) -> None:
    assert check_key(value, "DASHSCOPE_API_KEY") == "sk-1234"


@pytest.mark.parametrize("value", [None, "", " \n"])
def test_a_missing_key_is_asked_for_by_its_variable(value: str | None) -> None:
    with pytest.raises(KeyUnusable) as caught:
        check_key(value, "VOICEOPS_KEY")
    assert caught.value.message == "VOICEOPS_KEY is not set"
    assert caught.value.hint == "put the API key of the endpoint's region into VOICEOPS_KEY"


@pytest.mark.parametrize("value", ["sk 1234", "sk-12\n34", "sk-12\x0034", "sk-1234é", "sk\x7f1"])
def test_what_cannot_be_a_key_is_refused_without_being_repeated(value: str) -> None:
    with pytest.raises(KeyUnusable) as caught:
        check_key(value, "VOICEOPS_KEY")
    assert "VOICEOPS_KEY cannot be an API key" in caught.value.message
    assert "12" not in caught.value.message + caught.value.hint
