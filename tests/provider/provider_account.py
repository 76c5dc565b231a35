"""What tests of the provider ask for, and whom they ask."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from provider_clock import VirtualTime

from voiceops.core.desired import Desired
from voiceops.core.families.family import Listing
from voiceops.core.spec import Spec
from voiceops.errors import Place
from voiceops.provider.service import Service
from voiceops.provider.transport.access import Access
from voiceops.provider.transport.endpoints import sandbox_endpoint

KEY = "sk-canary-4f1d9c"
VOICE = "qwen-tts-vd-announcer-voice-20251201102800123-a1b2"
ANNOUNCER = Desired(
    "announcer",
    Spec.of(
        voice_prompt="A composed middle-aged male announcer.",
        preview_text="Dear listeners, hello everyone.",
        language="en",
        target_model="qwen3-tts-vd-realtime-2026-01-15",
    ),
    Place("manifests/news.yaml", 3, 3),
)

Reply = tuple[int, Mapping[str, str], bytes]


def do_nothing() -> None:
    """Be an announcement that nobody hears."""


@dataclass
class Account:
    """A service that answers by a function of the number of the request, and keeps what came."""

    answer: Callable[[int], Reply]
    effects: VirtualTime = field(default_factory=VirtualTime)
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def handle(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        assert (method, path) == ("POST", "/api/v1/services/audio/tts/customization")
        self.requests.append(json.loads(body))
        self.headers.append(dict(headers))
        return self.answer(len(self.requests) - 1)

    def qwen(self, *, workspace: str | None = None, listing: Listing = Listing.COUNTED) -> Service:
        return Service(
            Access(sandbox_endpoint(), KEY, workspace, self.effects, self.handle),
            requests_per_minute=180,
            listing=listing,
            tell=self.told.append,
        )


def always(status: int, body: object = b"", **headers: str) -> Account:
    """Make an account that gives every request the same reply; what is no bytes becomes JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Account(lambda _: (status, named, data))


ACTIONS: dict[str, Callable[[Service], object]] = {
    "create": lambda qwen: qwen.create(ANNOUNCER, announce=do_nothing),
    "list": lambda qwen: qwen.list(),
    "query": lambda qwen: qwen.query(VOICE),
    "delete": lambda qwen: qwen.delete(VOICE),
}
