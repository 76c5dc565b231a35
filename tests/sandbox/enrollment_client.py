"""Speak to a sandbox's `voice-enrollment` in the process, the way a client does over HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sandbox_client import send

from voiceops.sandbox.families.cosyvoice.session import TaskAnswer
from voiceops.sandbox.families.cosyvoice.speech import SPEECH_PATH
from voiceops.sandbox.messages import Reply, Request
from voiceops.sandbox.service import Sandbox

KEY = {"Authorization": "Bearer sk-test"}
TEXT = "Good evening, and welcome."
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


def speak(sandbox: Sandbox, voice: str, *, sse: str = "", **changed: object) -> Reply:
    """Say a text over HTTP, with some fields of the input changed; `model` is the body's."""
    model = changed.pop("model", CREATE["target_model"])
    fields = {"text": TEXT, "voice": voice, "format": "pcm", **changed}
    body = json.dumps({"model": model, "input": fields}).encode()
    headers = {**KEY, "Host": "127.0.0.1:8790", "X-DashScope-SSE": sse}
    return sandbox.handle(Request("POST", SPEECH_PATH, headers, body))


def download(sandbox: Sandbox, url: str) -> Reply:
    """Get the audio that a reply named."""
    path = url.removeprefix("http://127.0.0.1:8790")
    return sandbox.handle(Request("GET", path, {}, b""))


class Connection:
    """A connection on which tasks run, as a client holds it."""

    def __init__(self, sandbox: Sandbox) -> None:
        session = sandbox.connect_tasks(KEY)
        assert not isinstance(session, Reply), session
        self.session = session
        assert session.open().frames == ()

    def send(self, action: str, task_id: str = "t1", **payload: object) -> TaskAnswer:
        """Send a message, and give what the service sends upon it."""
        header = {"action": action, "task_id": task_id, "streaming": "duplex"}
        return self.session.receive(json.dumps({"header": header, "payload": payload}))

    def run(self, voice: str, task_id: str = "t1", **changed: object) -> TaskAnswer:
        """Begin a task, with some parameters changed; `model` is the payload's."""
        model = changed.pop("model", CREATE["target_model"])
        parameters = {"voice": voice, "format": "pcm", "sample_rate": 24000, **changed}
        kind = {"task_group": "audio", "task": "tts", "function": "SpeechSynthesizer"}
        return self.send("run-task", task_id, model=model, **kind, input={}, parameters=parameters)

    def say(self, text: str, task_id: str = "t1") -> TaskAnswer:
        """Send a text."""
        return self.send("continue-task", task_id, input={"text": text})

    def finish(self, task_id: str = "t1", **asked: object) -> TaskAnswer:
        """End a task."""
        return self.send("finish-task", task_id, input=asked)
