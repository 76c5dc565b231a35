"""The sandbox behind a real port in this process, where tests decide what goes wrong."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from cli_process import KEY, TIME_LIMIT_S
from local_server import Handler, listening

from voiceops.sandbox.script import Behaviour, Script
from voiceops.sandbox.service import CUSTOMIZATION_PATH, Sandbox

Reply = tuple[int, dict[str, object]]
Action = dict[str, str]


# Takes one key alone.
SCRIPT = Script(Behaviour(api_key=KEY))


class Service:
    """A sandbox that takes the canary key alone, and notes what it is asked.

    `refuse` may answer in the place of the sandbox; `distort` may change what it answered. A
    create waits for `may_create` before it is carried out, and for `may_reply` after it; a
    listing waits for `may_list`.
    """

    def __init__(self, folder: Path) -> None:
        self.sandbox = Sandbox(folder / "service.db", now=lambda: datetime.now(UTC), script=SCRIPT)
        self.actions: list[Action] = []
        self.refuse: Callable[[Action], Reply | None] = lambda action: None
        self.distort: Callable[[Action, dict[str, object]], object] = lambda action, document: None
        self.create_came = threading.Event()
        self.create_done = threading.Event()
        self.list_came = threading.Event()
        self.may_list = threading.Event()
        self.may_create = threading.Event()
        self.may_reply = threading.Event()
        self.release()

    @property
    def creates(self) -> list[str]:
        """List the names whose creation was asked for, in order."""
        asked = [action for action in self.actions if action["action"] == "create"]
        return [action["preferred_name"] for action in asked]

    def release(self) -> None:
        """Let everything go on that waits."""
        for gate in (self.may_list, self.may_create, self.may_reply):
            gate.set()

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """Answer one request."""
        action: Action = json.loads(body)["input"]
        self.actions.append(action)
        is_create = action["action"] == "create"
        if is_create:
            self.create_came.set()
            self.may_create.wait(TIME_LIMIT_S)
        elif action["action"] == "list":
            self.list_came.set()
            self.may_list.wait(TIME_LIMIT_S)
        refused = self.refuse(action)
        if refused:
            return refused[0], json.dumps(refused[1]).encode()
        status, _, content = self.sandbox.answer("POST", path, headers, body)
        document = json.loads(content)
        self.distort(action, document)
        if is_create:
            self.create_done.set()
            self.may_reply.wait(TIME_LIMIT_S)
        return status, json.dumps(document).encode()


def create_elsewhere(sandbox: Sandbox, *, prompt: str, text: str, name: str = "stranger") -> str:
    """Make a voice as another client of the account would; gives its name."""
    wanted = {
        "action": "create",
        "target_model": "qwen3-tts-vd-2026-01-26",
        "voice_prompt": prompt,
        "preview_text": text,
        "preferred_name": name,
        "language": "en",
    }
    return _ask(sandbox, wanted)


def delete_elsewhere(sandbox: Sandbox, voice: str) -> None:
    """Delete a voice as another client of the account would."""
    _ask(sandbox, {"action": "delete", "voice": voice})


def _ask(sandbox: Sandbox, wanted: dict[str, str]) -> str:
    document = {
        "model": "qwen-voice-design",
        "input": wanted,
        "parameters": {"response_format": "pcm", "sample_rate": 8000},
    }
    headers = {"Authorization": f"Bearer {KEY}"}
    body = json.dumps(document).encode()
    status, _, content = sandbox.answer("POST", CUSTOMIZATION_PATH, headers, body)
    assert status == 200, content
    voice = json.loads(content)["output"]["voice"]
    assert isinstance(voice, str)
    return voice


@contextmanager
def serving(service: Service, *, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve on a free port of this machine, over TLS if asked to; gives the base URL for http."""

    class Requests(Handler):
        def do_POST(self) -> None:
            self.reply(*service.answer(self.path, dict(self.headers), self.take_body()))

    with listening(Requests, tls=tls) as url:
        try:
            yield f"{url}/api/v1"
        finally:
            service.release()
    service.sandbox.close()
