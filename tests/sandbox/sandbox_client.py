"""Speak to a sandbox in the process, the way a client does over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from itertools import count
from typing import Any

from voiceops.sandbox.messages import Request
from voiceops.sandbox.script import Behaviour, Script
from voiceops.sandbox.service import CUSTOMIZATION_PATH, Sandbox

NOON = datetime(2026, 11, 22, 4, 0, 0, 123_000, tzinfo=UTC)  # 12:00 at the service

CREATE: Mapping[str, object] = {
    "action": "create",
    "target_model": "qwen3-tts-vd-realtime-2026-01-15",
    "voice_prompt": "A composed middle-aged male announcer with a deep voice.",
    "preview_text": "Dear listeners, hello everyone.",
    "preferred_name": "announcer",
    "language": "en",
}


def open_sandbox(**switches: Any) -> Sandbox:
    """Open a sandbox in memory, at noon, whose voice names end in 0000, 0001 and so on."""
    settings: dict[str, Any] = {"now": lambda: NOON, "suffix": count_suffixes(), **switches}
    own = {field.name for field in fields(Behaviour)} & set(settings)
    behaviour = Behaviour(**{name: settings.pop(name) for name in own})
    script = Script(behaviour, settings.pop("faults", ()))
    return Sandbox(settings.pop("database", None), script=script, **settings)


def count_suffixes() -> Callable[[], str]:
    """Make a source of the ends of voice names."""
    numbers: Iterator[int] = count()
    return lambda: f"{next(numbers):04x}"


def send(
    sandbox: Sandbox,
    body: object,
    *,
    method: str = "POST",
    path: str = CUSTOMIZATION_PATH,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, dict[str, Any]]:
    """Send a body as it is (bytes), or as JSON, and read the reply."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"Authorization": "Bearer sk-test"} if headers is None else headers
    reply = sandbox.handle(Request(method, path, sent, content))
    return reply.status, json.loads(reply.body)


def make_body(fields: Mapping[str, object], **parameters: object) -> dict[str, object]:
    """Put the fields of an action, and its parameters, into a body."""
    body: dict[str, object] = {"model": "qwen-voice-design", "input": dict(fields)}
    return {**body, "parameters": parameters} if parameters else body


def create(sandbox: Sandbox, **changed: object) -> str:
    """Create the announcer, with some fields changed, and give the voice's name."""
    status, document = send(sandbox, make_body({**CREATE, **changed}))
    assert status == 200, document
    return str(document["output"]["voice"])


def list_page(sandbox: Sandbox, index: int = 0, size: int = 100) -> dict[str, Any]:
    """List one page and give its output."""
    fields = {"action": "list", "page_index": index, "page_size": size}
    status, document = send(sandbox, make_body(fields))
    assert status == 200, document
    output: dict[str, Any] = document["output"]
    return output
