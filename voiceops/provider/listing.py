"""Put a listing together from pages, and accept it only if it is complete.

Nobody documents how many voices a page may hold, what happens above that, in which order they
come, or whether the order is stable; so what a page brings counts, and not what was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from voiceops.core.families.family import Listing
from voiceops.core.voice import LiveVoice
from voiceops.errors import ListingIncomplete, Rejected

PAGE_SIZE = 100
SMALL_PAGE_SIZE = 10  # the documented default, for services that refuse the other
MAX_PAGE_INDEX = 200  # API reference, list
MAX_PASSES = 3


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing, in the service's order; `total_count` is None if it told none."""

    voices: tuple[LiveVoice, ...]
    total_count: int | None


Fetch = Callable[[int, int], Page]
Held = dict[str, LiveVoice]


def list_all(fetch: Fetch, *, rule: Listing) -> tuple[LiveVoice, ...]:
    """List all voices, sorted by name, each once; `fetch` takes a page's index and size.

    Raises ListingIncomplete after three passes, and lets through whatever `fetch` raises, but a
    plain refusal of the first page is answered with a smaller page.
    """
    match rule:
        case Listing.COUNTED:
            held = _list_counted(fetch)
        case Listing.UNTIL_EMPTY:
            held = _list_until_empty(fetch)
    return tuple(held[voice_id] for voice_id in sorted(held))


def _list_counted(fetch: Fetch) -> Held:
    """List until a pass holds exactly as many voices as the service counts on all its pages."""
    fault = ""
    for _ in range(MAX_PASSES):
        held: Held = {}
        fault = _fill_counted(held, fetch)
        if not fault:
            return held
    raise ListingIncomplete(
        f"list: no complete listing in {MAX_PASSES} tries: {fault}",
        hint="try again when nothing else changes the account; if the service's own count is "
        "wrong for good, set `listing: until_empty` in voiceops.yaml",
    )


def _fill_counted(held: Held, fetch: Fetch) -> str:
    """Take one pass; gives what is wrong with it, or nothing if it is complete.

    If the service counted the voices of each page alone, a first page that is full would look
    like all of them: where it may be full, the next one is asked for, too.
    """
    total_count: int | None = None
    for index, page in enumerate(_walk(fetch)):
        if index and not page.voices:
            break
        if page.total_count is None:
            return "the service does not say how many voices there are"
        if index and page.total_count != total_count:
            return f"the count moved from {total_count} to {page.total_count}"
        total_count = page.total_count
        has_news = _add(page, held)
        may_go_on = index == 0 and len(page.voices) > 0 and len(page.voices) % SMALL_PAGE_SIZE == 0
        if not has_news or len(held) > total_count:
            break
        if len(held) == total_count and not may_go_on:
            break
    if len(held) == total_count:
        return ""
    return f"the service counts {total_count} voices and lists {len(held)}"


def _list_until_empty(fetch: Fetch) -> Held:
    """List until two passes in a row end with an empty page and are equal."""
    last: Held | None = None
    for _ in range(MAX_PASSES):
        held: Held = {}
        is_ended = _fill_until_empty(held, fetch)
        if is_ended and held == last:
            return held
        last = held if is_ended else None
    raise ListingIncomplete(
        f"list: no two equal listings that end with an empty page in {MAX_PASSES} tries",
        hint="try again when nothing else changes the account",
    )


def _fill_until_empty(held: Held, fetch: Fetch) -> bool:
    """Take one pass; tells whether it ended with an empty page."""
    for page in _walk(fetch):
        if not page.voices:
            return True
        if not _add(page, held):
            return False
    return False


def _walk(fetch: Fetch) -> Iterator[Page]:
    """Give the pages from the first up to an empty one, a refused one, or the last there may be.

    Some services send fewer voices than were asked for, and only some of them count the index in
    pages of that size. Asking for what the first page really brought fits both.
    """
    page, size = _fetch_first(fetch)
    yield page
    size = min(size, len(page.voices))
    for index in range(1, MAX_PAGE_INDEX + 1):
        if not page.voices:
            return
        try:
            page = fetch(index, size)
        except Rejected as error:
            if type(error) is not Rejected:
                raise
            return
        yield page


def _fetch_first(fetch: Fetch) -> tuple[Page, int]:
    try:
        return fetch(0, PAGE_SIZE), PAGE_SIZE
    except Rejected as error:
        if type(error) is not Rejected:  # its kinds have nothing to do with the page's size
            raise
    return fetch(0, SMALL_PAGE_SIZE), SMALL_PAGE_SIZE


def _add(page: Page, held: Held) -> bool:
    """Put the page's voices to those held; tells whether one was new."""
    before = len(held)
    held.update((voice.voice_id, voice) for voice in page.voices)
    return len(held) > before
