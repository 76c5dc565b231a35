"""Speak to a sandbox's `voice-enrollment` in the process, the way a client does over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox_client import send

from voiceops.sandbox.service import Sandbox

CREATE: Mapping[str, object] = {
    "action": "create_voice",
    "target_model": "cosyvoice-v3.5-plus",
    "voice_prompt": "A composed middle-aged male announcer with a deep voice.",
    "preview_text": "Dear listeners, hello everyone.",
    "prefix": "announcer",
    "language_hints": ["en"],
}


def make_body(fields: Mapping[str, object], **parameters: object) -> dict[str, object]:
    """Put the fields of an action, and its parameters, into a body."""
    body: dict[str, object] = {"model": "voice-enrollment", "input": dict(fields)}
    return {**body, "parameters": parameters} if parameters else body


def act(sandbox: Sandbox, action: str, **fields: object) -> dict[str, Any]:
    """Send an action that is taken, and give its output."""
    status, document = send(sandbox, make_body({"action": action, **fields}))
    assert status == 200, document
    output: dict[str, Any] = document["output"]
    return output


def create(sandbox: Sandbox, **changed: object) -> str:
    """Create the announcer, with some fields changed, and give the voice's name."""
    return str(act(sandbox, **{**CREATE, **changed})["voice_id"])


def list_ids(sandbox: Sandbox, **fields: object) -> list[str]:
    """List one page, and give the names of its voices."""
    page = act(sandbox, "list_voice", **{"page_size": 100, **fields})
    return [voice["voice_id"] for voice in page["voice_list"]]


def query(sandbox: Sandbox, voice_id: str) -> dict[str, Any]:
    """Query a voice that is there."""
    return act(sandbox, "query_voice", voice_id=voice_id)
