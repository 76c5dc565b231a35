"""The documented examples of the four actions, replayed at the address that they are for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import vcr
from provider_account import do_nothing
from provider_clock import VirtualTime
from vcr.errors import CannotOverwriteExistingCassetteException
from vcr.request import Request

from voiceops.core.desired import Desired
from voiceops.core.families.family import Listing
from voiceops.core.spec import Spec
from voiceops.core.voice import LiveVoice
from voiceops.errors import ListingIncomplete, Place
from voiceops.provider.protocol import Created
from voiceops.provider.service import Service
from voiceops.provider.transport.access import Access
from voiceops.provider.transport.endpoints import resolve_endpoint

CASSETTES = Path(__file__).parent / "cassettes"
MODEL = "qwen3-tts-vd-realtime-2026-01-15"
ANNOUNCER = Desired(
    "announcer",
    Spec.of(
        voice_prompt="A composed middle-aged male announcer with a deep, rich and magnetic voice, "
        "a steady speaking speed and clear articulation, is suitable for news broadcasting or "
        "documentary commentary.",
        preview_text="Dear listeners, hello everyone. Welcome to the evening news.",
        language="zh",
        target_model=MODEL,
    ),
    Place("manifests/news.yaml", 3, 3),
)


def have_equal_documents(first: Request, second: Request) -> None:
    """Compare the bodies as JSON: all actions share one URL."""
    assert json.loads(first.body) == json.loads(second.body)


TAPE = vcr.VCR(
    cassette_library_dir=str(CASSETTES),
    record_mode="none",
    match_on=["method", "uri", "document"],
    filter_headers=["authorization"],
)
TAPE.register_matcher("document", have_equal_documents)


def replay(cassette: str, act: Callable[[Service], object]) -> object:
    qwen = Service(
        Access(resolve_endpoint("singapore", override=None), "sk-none", None, VirtualTime()),
        requests_per_minute=180,
        listing=Listing.COUNTED,
    )
    try:
        with TAPE.use_cassette(f"{cassette}.yaml", allow_playback_repeats=True) as tape:
            result = act(qwen)
            assert tape.all_played
            return result
    finally:
        qwen.close()


def test_create_takes_the_documented_reply_and_misses_its_placeholder_of_a_preview() -> None:
    created = replay("create", lambda qwen: qwen.create(ANNOUNCER, announce=do_nothing))
    assert created == Created("yourVoice", None, "the audio is not valid base64")


def test_create_takes_the_documented_name_with_its_audio() -> None:
    created = replay("create_with_audio", lambda qwen: qwen.create(ANNOUNCER, announce=do_nothing))
    voice = "qwen-tts-vd-announcer-voice-20251201102800-a1b2"
    assert created == Created(voice, b"RIFF$\x00\x00\x00WAVE")


def test_list_does_not_take_two_voices_of_26_for_all() -> None:
    with pytest.raises(ListingIncomplete) as caught:
        replay("list", Service.list)
    assert "the service counts 26 voices and lists 2" in caught.value.message


def test_list_reads_the_documented_voices() -> None:
    first, second = replay("list_complete", Service.list)
    assert (first.voice_id, second.voice_id) == ("yourVoice1", "yourVoice2")
    assert second == LiveVoice(
        "yourVoice2",
        Spec(
            "A composed middle-aged male announcer with a deep, rich and magnetic voice, a steady "
            "speaking speed and clear articulation, suitable for news broadcasting or documentary "
            "commentary.",
            "Dear listeners, hello everyone.",
            "zh",
            MODEL,
        ),
        target_model=MODEL,
        language="zh",
        created="2025-12-10 15:31:35",
    )


def test_query_finds_the_documented_voice() -> None:
    found = replay("query", lambda qwen: qwen.query("voiceName"))
    assert isinstance(found, LiveVoice)
    assert (found.voice_id, found.created) == ("yourVoice", "2025-12-10 14:54:09")
    assert found.spec is not None


@pytest.mark.parametrize("cassette", ["query_not_found", "query_not_found_under_200"])
def test_query_knows_both_forms_of_not_found(cassette: str) -> None:
    assert replay(cassette, lambda qwen: qwen.query("voiceName")) is None


@pytest.mark.parametrize("cassette", ["delete", "delete_not_found_under_200"])
def test_delete_succeeds_whether_the_voice_was_there_or_not(cassette: str) -> None:
    replay(cassette, lambda qwen: qwen.delete("yourVoice"))


def test_a_request_that_differs_is_not_answered() -> None:
    with pytest.raises(CannotOverwriteExistingCassetteException):
        replay("delete", lambda qwen: qwen.delete("another"))


@pytest.mark.parametrize("path", sorted(CASSETTES.iterdir()), ids=lambda path: path.stem)
def test_cassettes_hold_no_key(path: Path) -> None:
    text = path.read_text(encoding="utf-8").lower()
    assert "authorization" not in text
    assert "sk-" not in text
