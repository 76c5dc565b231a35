"""The service itself, with a real key: what voiceops relies on, and what nobody could tell.

`DASHSCOPE_API_KEY=... pytest -m live` makes two voices (some 0.4 USD), speaks a few words with
each, and deletes both. What is found out about open questions goes into findings.json, the
exchange into cassettes without the key and with shortened audio, both beside this file (or in
the folder that LIVE_FOLDER names).
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import vcr

from voiceops.core.desired import Desired
from voiceops.core.families.family import Listing
from voiceops.core.families.known import parse_voice_name
from voiceops.core.spec import Spec
from voiceops.core.voice import read_created
from voiceops.effects import System
from voiceops.errors import AuthenticationFailed, Place, ServiceError
from voiceops.provider.families.qwen.realtime import speak_in_session
from voiceops.provider.families.qwen.speech import ask
from voiceops.provider.protocol import Created
from voiceops.provider.service import PATH, Service
from voiceops.provider.speech.over_http import speak_over_http
from voiceops.provider.speech.pieces import Piece, Utterance
from voiceops.provider.transport.access import Access
from voiceops.provider.transport.endpoints import resolve_endpoint
from voiceops.provider.transport.websocket import dial_service

pytestmark = pytest.mark.live
FOLDER = Path(os.environ.get("LIVE_FOLDER") or Path(__file__).parent)
EFFECTS = System()
ENDPOINT = resolve_endpoint(
    os.environ.get("LIVE_ENDPOINT", "singapore"), override=os.environ.get("DASHSCOPE_HTTP_BASE_URL")
)
# White space at both ends and inside, and a character of two code points: is it echoed as sent?
PROMPT = "A calm middle-aged  woman with a warm voice, cafe\u0301 style."
TEXT = "Hello from the contract test."
MODELS = ("qwen3-tts-vd-2026-01-26", "qwen3-tts-vd-realtime-2026-01-15")
FINDINGS: dict[str, object] = {}


def make_desired(model: str) -> Desired:
    spec = Spec.of(voice_prompt=PROMPT, preview_text=TEXT, language="en", target_model=model)
    return Desired(name="vo_contract", spec=spec, place=Place("live", 1, 1))


def open_provider(key: str) -> Service:
    return Service(
        Access(ENDPOINT, key, os.environ.get("DASHSCOPE_WORKSPACE"), EFFECTS),
        requests_per_minute=60,
        listing=Listing.COUNTED,
    )


def shorten(reply: dict[str, Any]) -> dict[str, Any]:
    """Keep the first bytes of audio alone."""
    body = reply["body"]["string"]
    short = re.sub(rb'("data":\s*"[A-Za-z0-9+/]{64})[A-Za-z0-9+/=]*"', rb'\1"', body)
    reply["body"]["string"] = short
    return reply


@pytest.fixture(scope="module", autouse=True)
def tape() -> Iterator[None]:
    """Record every exchange over HTTP; what a WebSocket carries is not recorded."""
    recorder = vcr.VCR(
        record_mode="all",
        filter_headers=["authorization", "x-dashscope-workspace"],
        before_record_response=shorten,
    )
    with recorder.use_cassette(str(FOLDER / "cassettes" / "contract.yaml")):
        yield
    document = {"at": datetime.now(UTC).isoformat(timespec="seconds"), **FINDINGS}
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    (FOLDER / "findings.json").write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def key() -> str:
    return os.environ["DASHSCOPE_API_KEY"]


@pytest.fixture(scope="module")
def provider(key: str) -> Iterator[Service]:
    provider = open_provider(key)
    yield provider
    provider.close()


@pytest.fixture(scope="module", params=MODELS)
def made(request: pytest.FixtureRequest, provider: Service) -> Iterator[tuple[str, Created]]:
    """Make a voice for a model; it is deleted whatever the tests say."""
    started = EFFECTS.monotonic()
    created = provider.create(make_desired(request.param), announce=lambda: None)
    FINDINGS[f"create takes, s ({request.param})"] = round(EFFECTS.monotonic() - started, 1)
    try:
        yield request.param, created
    finally:
        provider.delete(created.voice_id)
    FINDINGS["query after delete"] = repr(provider.query(created.voice_id))
    FINDINGS["delete twice"] = describe(raw(request, "delete", voice=created.voice_id))


def raw(request: pytest.FixtureRequest, action: str, **fields: object) -> httpx.Response:
    """Ask once, past all that voiceops does."""
    return httpx.post(
        ENDPOINT.base_url + PATH,
        json={"model": "qwen-voice-design", "input": {"action": action, **fields}},
        headers={"Authorization": f"Bearer {request.getfixturevalue('key')}"},
        timeout=60,
    )


def describe(reply: httpx.Response) -> str:
    try:
        document = reply.json()
    except ValueError:
        return f"{reply.status_code}, not JSON"
    return f"{reply.status_code} {document.get('code', '')} {document.get('message', '')}".strip()


def test_a_voice_is_made_under_a_name_that_tells_who_and_when(made: tuple[str, Created]) -> None:
    name = parse_voice_name(made[1].voice_id)
    assert name is not None
    assert name.preferred_name == "vo_contract"
    assert made[1].preview is not None, made[1].preview_fault
    stamp = made[1].voice_id.split("-")[-2]
    FINDINGS["digits of the stamp"] = len(stamp)


def test_the_voice_is_listed_with_what_was_sent(
    provider: Service, made: tuple[str, Created]
) -> None:
    model, created = made
    listed = {voice.voice_id: voice for voice in provider.list()}
    live = listed[created.voice_id]
    FINDINGS[f"echo is exact ({model})"] = live.spec == make_desired(model).spec
    assert live.spec == make_desired(model).spec
    moment = read_created(live.voice_id, live.created)
    assert moment is not None
    FINDINGS["gmt_create, seconds from now if it is UTC+8"] = round(
        (EFFECTS.now() - moment).total_seconds()
    )


def test_the_voice_is_queried(provider: Service, made: tuple[str, Created]) -> None:
    found = provider.query(made[1].voice_id)
    assert found is not None
    FINDINGS["query tells prompt and preview text"] = found.spec is not None


def test_the_voice_speaks(key: str, made: tuple[str, Created]) -> None:
    model, created = made
    access = Access(ENDPOINT, key, os.environ.get("DASHSCOPE_WORKSPACE"), EFFECTS)
    utterance = Utterance(created.voice_id, model, "en", (TEXT,))
    pieces: list[Piece] = (
        list(speak_in_session(utterance, dial_service(access, model), access))
        if "realtime" in model
        else list(speak_over_http(utterance, access, ask))
    )
    assert sum(len(piece.audio) for piece in pieces) > 24_000
    FINDINGS[f"characters billed for {len(TEXT)} ({model})"] = sum(
        piece.characters for piece in pieces
    )


def test_speaking_may_move_the_time_of_modification(
    request: pytest.FixtureRequest, made: tuple[str, Created]
) -> None:
    output = raw(request, "query", voice=made[1].voice_id).json()["output"]
    FINDINGS[f"gmt_modified - gmt_create after speaking ({made[0]})"] = (
        f"{output['gmt_create']} / {output['gmt_modified']}"
    )


@pytest.mark.parametrize(
    ("question", "fields"),
    [
        ("a page size of 100", {"page_size": 100}),
        ("a page size of 1000", {"page_size": 1000}),
        ("a page past the end", {"page_index": 150}),
        ("a page index of 201", {"page_index": 201}),
        ("a page size of 0", {"page_size": 0}),
    ],
)
def test_open_questions_of_listing(
    request: pytest.FixtureRequest, question: str, fields: dict[str, int]
) -> None:
    reply = raw(request, "list", **fields)
    output = reply.json().get("output") or {}
    held = {
        "page_size": output.get("page_size"),
        "total_count": output.get("total_count"),
        "voices": len(output.get("voice_list") or []),
        "newest first": _is_newest_first(output.get("voice_list") or []),
    }
    FINDINGS[question] = f"{describe(reply)} {held}"


def _is_newest_first(voices: list[dict[str, str]]) -> bool:
    times = [voice["gmt_create"] for voice in voices]
    return times == sorted(times, reverse=True)


def test_open_questions_of_refusals(request: pytest.FixtureRequest) -> None:
    create = {
        "target_model": MODELS[0],
        "voice_prompt": PROMPT,
        "preview_text": TEXT,
        "preferred_name": "vo_contract",
        "language": "en",
    }
    # Each is refused for certain, so that nothing is billed.
    for question, changed in {
        "a name of 17 characters": {"preferred_name": "a" * 17},
        "a prompt of 2,049 characters": {"voice_prompt": "a" * 2049},
        "a language that is none": {"language": "xx"},
    }.items():
        reply = raw(request, "create", **{**create, **changed})
        FINDINGS[question] = describe(reply)
        if reply.status_code == 200:  # it was taken after all: it is not ours to keep
            raw(request, "delete", voice=reply.json()["output"]["voice"])
    FINDINGS["query of nobody"] = describe(raw(request, "query", voice="nobody"))
    FINDINGS["Retry-After on a refusal"] = raw(request, "query", voice="nobody").headers.get(
        "retry-after", "none"
    )


def test_a_wrong_key_is_refused_and_says_nothing_of_the_voices() -> None:
    stranger = open_provider("sk-0000000000000000000000000000000f")
    with pytest.raises(ServiceError) as caught:
        stranger.list()
    stranger.close()
    FINDINGS["a wrong key"] = f"{caught.value.status} {caught.value.code}"
    assert isinstance(caught.value, AuthenticationFailed)


def test_the_cassette_holds_no_key(key: str) -> None:
    forms = (key, base64.b64encode(key.encode()).decode())
    for path in (FOLDER / "cassettes").glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        assert not any(form in text for form in forms)
