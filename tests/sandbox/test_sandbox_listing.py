"""Pages of the listing."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sandbox_client import NOON, create, list_page, make_body, open_sandbox, send


def voices(page):
    return [voice["voice"] for voice in page["voice_list"]]


@settings(deadline=None)
@given(
    seconds=st.lists(st.integers(0, 3), max_size=12),
    page_size=st.integers(1, 15),
    cap=st.integers(1, 15),
)
def test_every_page_size_walks_all_voices_once_newest_first(seconds, page_size, cap):
    clock = [0]
    with closing(
        open_sandbox(now=lambda: NOON + timedelta(seconds=clock[0]), max_page_size=cap)
    ) as sandbox:
        made = []
        for number, clock[0] in enumerate(seconds):
            made.append((clock[0], number, create(sandbox)))
        newest_first = [voice for _, _, voice in sorted(made, reverse=True)]
        pages = [list_page(sandbox, index, page_size) for index in range(len(seconds) + 1)]
        assert [voice for page in pages for voice in voices(page)] == newest_first
        assert {page["total_count"] for page in pages} == {len(seconds)}
        assert {page["page_size"] for page in pages} == {min(page_size, cap)}
        assert [page["page_index"] for page in pages] == list(range(len(seconds) + 1))


@pytest.mark.parametrize("index", [1, 200])
def test_a_page_past_the_end_is_empty(make_sandbox, index):
    sandbox = make_sandbox()
    create(sandbox)
    page = list_page(sandbox, index, 100)
    assert page == {"page_index": index, "page_size": 100, "total_count": 1, "voice_list": []}


@pytest.mark.parametrize(("asked", "echoed"), [(100, 100), (101, 100), (10**30, 100)])
def test_a_page_larger_than_the_cap_is_clamped_and_says_so(make_sandbox, asked, echoed):
    assert list_page(make_sandbox(), 0, asked)["page_size"] == echoed


def test_a_deleted_voice_is_listed_no_more(make_sandbox):
    sandbox = make_sandbox()
    first, second = create(sandbox), create(sandbox)
    send(sandbox, make_body({"action": "delete", "voice": first}))
    assert voices(list_page(sandbox)) == [second]


def test_a_voice_made_after_a_delete_is_the_newest(make_sandbox):
    sandbox = make_sandbox()
    first, second = create(sandbox), create(sandbox)
    send(sandbox, make_body({"action": "delete", "voice": second}))
    third = create(sandbox)
    assert voices(list_page(sandbox)) == [third, first]
