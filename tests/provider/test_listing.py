from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceops.core.families.family import Listing
from voiceops.core.voice import LiveVoice
from voiceops.errors import (
    AuthenticationFailed,
    ListingIncomplete,
    Rejected,
    Throttled,
    VoiceNotFound,
)
from voiceops.provider.listing import MAX_PAGE_INDEX, Page, list_all

BOTH = tuple(Listing)


def voices(count: int, *, first: int = 0) -> list[LiveVoice]:
    return [LiveVoice(f"v{number:05}", None) for number in range(first, first + count)]


@dataclass
class Service:
    """A model of the service: what it may do with pages is not documented, so it does it all."""

    held: list[LiveVoice]
    cap: int = 1000
    refuses_above_cap: bool = False
    counts_in_asked_size: bool = False
    refuses_past_the_end: bool = False
    repeats_the_last_page: bool = False
    order: Callable[[list[LiveVoice]], list[LiveVoice]] = list
    before_call: Callable[[int], None] = lambda number: None
    asked: list[tuple[int, int]] = field(default_factory=list)

    def fetch(self, index: int, size: int) -> Page:
        self.asked.append((index, size))
        self.before_call(len(self.asked) - 1)
        if index > MAX_PAGE_INDEX or (size > self.cap and self.refuses_above_cap):
            raise Rejected("list: 400 InvalidParameter")
        delivered = min(size, self.cap)
        start = index * (size if self.counts_in_asked_size else delivered)
        if index and start >= len(self.held):
            if self.refuses_past_the_end:
                raise Rejected("list: 400 InvalidParameter")
            if self.repeats_the_last_page:
                start = max(len(self.held) - delivered, 0)
        page = self.order(self.held)[start : start + delivered]
        return Page(tuple(page), len(self.held))


@pytest.mark.parametrize("rule", BOTH)
@pytest.mark.parametrize("count", [0, 1, 9, 10, 99, 100, 101, 250, 1000])
@pytest.mark.parametrize("cap", [5, 10, 37, 50, 100, 1000])
@pytest.mark.parametrize("counts_in_asked_size", [False, True])
def test_a_service_that_sends_fewer_than_asked_is_listed_whole(
    rule: Listing, count: int, cap: int, counts_in_asked_size: bool
) -> None:
    service = Service(voices(count), cap=cap, counts_in_asked_size=counts_in_asked_size)
    assert list_all(service.fetch, rule=rule) == tuple(voices(count))


@pytest.mark.parametrize("rule", BOTH)
@pytest.mark.parametrize("count", [0, 9, 10, 101, 1000])
@pytest.mark.parametrize("cap", [10, 37, 99])
def test_a_service_that_refuses_large_pages_is_listed_whole(
    rule: Listing, count: int, cap: int
) -> None:
    service = Service(voices(count), cap=cap, refuses_above_cap=True)
    assert list_all(service.fetch, rule=rule) == tuple(voices(count))


def test_a_counted_listing_asks_for_no_page_too_many() -> None:
    service = Service(voices(250))
    list_all(service.fetch, rule=Listing.COUNTED)
    assert service.asked == [(0, 100), (1, 100), (2, 100)]


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (7, 1), (10, 2), (99, 1), (100, 2), (101, 2)])
def test_a_first_page_that_may_be_full_is_not_taken_for_all(count: int, pages: int) -> None:
    service = Service(voices(count))
    assert list_all(service.fetch, rule=Listing.COUNTED) == tuple(voices(count))
    assert len(service.asked) == pages


@pytest.mark.parametrize("count", [101, 131, 250])
def test_a_service_that_counts_each_page_alone_is_not_believed(count: int) -> None:
    def fetch(index: int, size: int) -> Page:
        page = Service(voices(count)).fetch(index, size)
        return Page(page.voices, len(page.voices))

    with pytest.raises(ListingIncomplete, match=r"the count moved|the service counts"):
        list_all(fetch, rule=Listing.COUNTED)
    assert list_all(fetch, rule=Listing.UNTIL_EMPTY) == tuple(voices(count))


def test_a_refused_page_size_is_answered_with_the_documented_one() -> None:
    service = Service(voices(15), cap=50, refuses_above_cap=True)
    list_all(service.fetch, rule=Listing.COUNTED)
    assert service.asked == [(0, 100), (0, 10), (1, 10)]


def test_a_clamped_page_size_is_asked_for_from_then_on() -> None:
    service = Service(voices(120), cap=50, counts_in_asked_size=True)
    list_all(service.fetch, rule=Listing.COUNTED)
    assert service.asked == [(0, 100), (1, 50), (2, 50)]


def test_a_service_that_refuses_pages_past_the_end_is_listed_by_its_count() -> None:
    service = Service(voices(120), refuses_past_the_end=True)
    assert list_all(service.fetch, rule=Listing.COUNTED) == tuple(voices(120))


@pytest.mark.parametrize("error", [AuthenticationFailed, VoiceNotFound, Throttled])
@pytest.mark.parametrize("page", [0, 1])
def test_other_refusals_end_the_listing(error: type[Exception], page: int) -> None:
    def strike(number: int) -> None:
        if number == page:
            raise error("no")

    service = Service(voices(120), before_call=strike)
    with pytest.raises(error):
        list_all(service.fetch, rule=Listing.COUNTED)
    assert len(service.asked) == page + 1


def test_a_refusal_of_the_small_page_is_the_answer() -> None:
    service = Service(voices(1), cap=0, refuses_above_cap=True)
    with pytest.raises(Rejected):
        list_all(service.fetch, rule=Listing.COUNTED)
    assert service.asked == [(0, 100), (0, 10)]


def test_a_count_that_moves_starts_the_listing_anew() -> None:
    service = Service(voices(150))

    def add_one(number: int) -> None:
        if number == 1:
            service.held += voices(1, first=900)

    service.before_call = add_one
    found = list_all(service.fetch, rule=Listing.COUNTED)
    assert found == tuple(voices(150) + voices(1, first=900))
    assert service.asked == [(0, 100), (1, 100), (0, 100), (1, 100)]


def test_three_tries_are_enough() -> None:
    service = Service(voices(150))
    service.before_call = lambda number: service.held.extend(voices(1, first=1000 + number))
    with pytest.raises(ListingIncomplete) as caught:
        list_all(service.fetch, rule=Listing.COUNTED)
    assert caught.value.message == (
        "list: no complete listing in 3 tries: the count moved from 155 to 156"
    )
    assert len(service.asked) == 6


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        (27, "the service counts 27 voices and lists 26"),
        (25, "the service counts 25 voices and lists 26"),
        (None, "the service does not say how many voices there are"),
    ],
)
def test_a_count_that_is_wrong_proves_nothing(told: int | None, fault: str) -> None:
    service = Service(voices(26))

    def fetch(index: int, size: int) -> Page:
        return Page(service.fetch(index, size).voices, told)

    with pytest.raises(ListingIncomplete) as caught:
        list_all(fetch, rule=Listing.COUNTED)
    assert caught.value.message == f"list: no complete listing in 3 tries: {fault}"
    assert "`listing: until_empty`" in caught.value.hint
    assert list_all(fetch, rule=Listing.UNTIL_EMPTY) == tuple(voices(26))


def test_until_empty_wants_two_equal_listings_in_a_row() -> None:
    service = Service(voices(5))

    def change(number: int) -> None:
        if number == 2:
            service.held += voices(1, first=900)

    service.before_call = change
    assert len(list_all(service.fetch, rule=Listing.UNTIL_EMPTY)) == 6
    assert [index for index, _ in service.asked] == [0, 1] * 3


def test_until_empty_gives_up_if_no_two_listings_are_equal() -> None:
    service = Service(voices(5))
    service.before_call = lambda number: service.held.extend(voices(1, first=1000 + number))
    with pytest.raises(ListingIncomplete) as caught:
        list_all(service.fetch, rule=Listing.UNTIL_EMPTY)
    assert caught.value.message == (
        "list: no two equal listings that end with an empty page in 3 tries"
    )


@pytest.mark.parametrize("trait", ["repeats_the_last_page", "refuses_past_the_end"])
def test_until_empty_takes_nothing_else_for_an_end(trait: str) -> None:
    service = Service(voices(5), **{trait: True})
    with pytest.raises(ListingIncomplete):
        list_all(service.fetch, rule=Listing.UNTIL_EMPTY)
    assert len(service.asked) == 6


@pytest.mark.parametrize("refused_passes", [{0, 2}, {1}])
def test_until_empty_wants_an_empty_page_in_both_of_two_listings(refused_passes: set[int]) -> None:
    service = Service(voices(5))

    def choose(number: int) -> None:
        service.refuses_past_the_end = number // 2 in refused_passes

    service.before_call = choose
    with pytest.raises(ListingIncomplete):
        list_all(service.fetch, rule=Listing.UNTIL_EMPTY)


def test_a_listing_that_outgrows_its_count_is_given_up_at_once() -> None:
    service = Service(voices(1000))

    def fetch(index: int, size: int) -> Page:
        return Page(service.fetch(index, size).voices, 5)

    with pytest.raises(ListingIncomplete):
        list_all(fetch, rule=Listing.COUNTED)
    assert service.asked == [(0, 100)] * 3


@pytest.mark.parametrize("rule", BOTH)
@pytest.mark.parametrize("total_count", [0, 5, 10**9])
def test_an_endless_service_comes_to_an_end(rule: Listing, total_count: int) -> None:
    asked = 0

    def fetch(index: int, size: int) -> Page:
        nonlocal asked
        asked += 1
        assert index <= MAX_PAGE_INDEX
        return Page(tuple(voices(size, first=asked * 1000)), total_count)

    with pytest.raises(ListingIncomplete):
        list_all(fetch, rule=rule)
    assert asked <= 3 * (MAX_PAGE_INDEX + 1)


def test_a_page_that_comes_again_and_again_comes_to_an_end() -> None:
    asked = []

    def fetch(index: int, size: int) -> Page:
        asked.append(index)
        return Page(tuple(voices(10)), 20)

    with pytest.raises(ListingIncomplete):
        list_all(fetch, rule=Listing.COUNTED)
    assert asked == [0, 1] * 3


SIZES = st.integers(0, 60)
CAPS = st.integers(1, 70)


@given(
    count=SIZES,
    cap=CAPS,
    counts_in_asked_size=st.booleans(),
    refuses_past_the_end=st.booleans(),
    repeats_the_last_page=st.booleans(),
    seed=st.randoms(use_true_random=False),
)
def test_an_account_that_does_not_move_is_always_listed(
    count: int,
    cap: int,
    counts_in_asked_size: bool,
    refuses_past_the_end: bool,
    repeats_the_last_page: bool,
    seed: random.Random,
) -> None:
    held = voices(count)
    seed.shuffle(held)
    service = Service(
        held,
        cap=cap,
        counts_in_asked_size=counts_in_asked_size,
        refuses_past_the_end=refuses_past_the_end,
        repeats_the_last_page=repeats_the_last_page,
    )
    assert list_all(service.fetch, rule=Listing.COUNTED) == tuple(voices(count))


@given(data=st.data(), count=SIZES, cap=CAPS, is_shuffled=st.booleans())
def test_a_listing_is_the_account_at_some_moment_or_none(
    data: st.DataObject, count: int, cap: int, is_shuffled: bool
) -> None:
    service = Service(voices(count), cap=cap, counts_in_asked_size=data.draw(st.booleans()))
    states = [frozenset(service.held)]

    def move(number: int) -> None:
        match data.draw(st.sampled_from(["", "", "", "appear", "vanish"])):
            case "appear":
                at = data.draw(st.integers(0, len(service.held)))
                service.held.insert(at, voices(1, first=1000 + number)[0])
            case "vanish" if service.held:
                service.held.pop(data.draw(st.integers(0, len(service.held) - 1)))
        states.append(frozenset(service.held))

    service.before_call = move
    if is_shuffled:
        service.order = lambda held: data.draw(st.permutations(held))
    try:
        found = list_all(service.fetch, rule=Listing.COUNTED)
    except ListingIncomplete:
        return
    assert frozenset(found) in states
    assert list(found) == sorted(found, key=lambda voice: voice.voice_id)
