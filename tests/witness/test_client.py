"""voiceops asks the service as the vendor's own SDK does, but for what is listed here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from vendor import VERSIONS, Served, read_transcript, serve_recorded, settle

from voiceops.core.desired import Desired
from voiceops.core.families.family import Listing
from voiceops.core.spec import Spec
from voiceops.effects import System
from voiceops.errors import Place
from voiceops.provider.families.qwen.realtime import speak_in_session
from voiceops.provider.families.qwen.speech import ask
from voiceops.provider.service import Service
from voiceops.provider.speech.over_http import speak_over_http
from voiceops.provider.speech.pieces import Utterance
from voiceops.provider.transport.access import Access
from voiceops.provider.transport.endpoints import Endpoint
from voiceops.provider.transport.websocket import dial_service

HTTP_MODEL = "qwen3-tts-vd-2026-01-26"
REALTIME_MODEL = "qwen3-tts-vd-realtime-2026-01-15"
TEXT = "Good evening, and welcome."
EFFECTS = System()
Shape = dict[str, object]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Shape]:
    """Do all that voiceops can against a recording sandbox; gives the requests by what they do."""
    with serve_recorded(tmp_path_factory.mktemp("client") / "sandbox.db") as served:
        act(served)
        return sort(settle(served.recorder.requests))


def act(served: Served) -> None:
    endpoint = Endpoint(served.base_url, "test")
    provider = Service(
        Access(endpoint, "sk-sdk", None, EFFECTS), requests_per_minute=6000, listing=Listing.COUNTED
    )
    spec = Spec("A calm voice.", "Hello there.", "en", HTTP_MODEL)
    desired = Desired(name="sdk", spec=spec, place=Place("m.yaml", 1, 1))
    made = provider.create(desired, announce=lambda: None).voice_id
    provider.list()
    provider.query(made)
    provider.delete(made)
    provider.close()
    access = Access(endpoint, "sk-sdk", None, EFFECTS)
    http = Utterance(served.create(HTTP_MODEL), HTTP_MODEL, "en", (TEXT,))
    assert b"".join(piece.audio for piece in speak_over_http(http, access, ask))
    realtime = Utterance(served.create(REALTIME_MODEL), REALTIME_MODEL, "en", (TEXT,))
    session = dial_service(access, REALTIME_MODEL)
    assert b"".join(piece.audio for piece in speak_in_session(realtime, session, access))


def sort(requests: list[Mapping[str, object]]) -> dict[str, Shape]:
    """Sort requests by what they do, each as its shape; the first of a kind counts."""
    shapes: dict[str, Shape] = {}
    for request in requests:
        shapes.setdefault(name(request), dict(shape(request)))
    return shapes


def name(request: Mapping[str, object]) -> str:
    body, headers = request.get("body"), request.get("headers")
    if not isinstance(body, dict):
        return "realtime"
    if "X-DashScope-SSE" in (headers if isinstance(headers, dict) else {}):
        return "stream"
    return str(body["input"].get("action", "speak"))


def shape(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """List the members of a request: the types of what is free, the values of what is fixed."""
    match value:
        case dict():
            for key, member in value.items():
                yield from shape(member, f"{path}.{key}" if path else key)
        case list():
            for member in value:
                kind = member["type"] if isinstance(member, dict) else ""
                yield from shape(member, f"{path}[{kind}]")
        case _:
            is_fixed = path.rpartition(".")[2] in FIXED
            yield path, value if is_fixed else type(value).__name__


FIXED = ("path", "action", "model", "type", "X-DashScope-SSE", "mode", "sample_rate")
# What voiceops sends beyond the SDK, or otherwise, and why.
OURS = {
    "body.parameters.sample_rate": "the preview's format is declared",
    "body.parameters.response_format": "the preview's format is declared",
    "body.input.language_type": "the language is always told",
    "frames[session.update].session.language_type": "the language is always told",
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("what", ["create", "list", "query", "delete", "stream", "realtime"])
def test_a_request_has_the_shape_of_the_sdks(
    asked: dict[str, Shape], version: str, what: str
) -> None:
    recorded = sort(read_transcript(version))
    if what not in recorded:  # 1.x has no class for designed voices
        assert version.startswith("1.")
        assert what in {"create", "list", "query", "delete"}
        return
    theirs, ours = recorded[what], asked[what]
    odd = {key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)}
    assert odd <= set(OURS), {key: (ours.get(key), theirs.get(key)) for key in odd}


def test_what_differs_is_listed_and_nothing_else(asked: dict[str, Shape]) -> None:
    recorded = sort(read_transcript(VERSIONS[-1]))
    odd = {
        key
        for what, ours in asked.items()
        for key in ours.keys() | recorded[what].keys()
        if ours.get(key) != recorded[what].get(key)
    }
    assert odd == set(OURS)


def test_the_sandbox_answers_what_the_sdk_asked(tmp_path: Path) -> None:
    with serve_recorded(tmp_path / "sandbox.db") as served:
        for version in VERSIONS:
            for request in read_transcript(version):
                replay(served, request)


def replay(served: Served, request: Mapping[str, object]) -> None:
    import httpx

    body = request.get("body")
    if not isinstance(body, dict):
        return
    voice = body["input"].get("voice")
    if voice and voice != "Cherry":
        body["input"]["voice"] = served.create(HTTP_MODEL)
    url = f"http://127.0.0.1:{served.port}{request['path']}"
    reply = httpx.post(url, json=body, headers=dict(request["headers"]), trust_env=False)
    assert reply.status_code == (400 if voice == "Cherry" else 200)
