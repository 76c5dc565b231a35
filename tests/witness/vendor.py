"""Environments for the vendor's SDK, and a sandbox that writes down what it is asked."""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from queue import Queue

from installed import install_programs

from voiceops.sandbox.families.cosyvoice.session import TASKS_PATH, TaskAnswer, TaskSession
from voiceops.sandbox.families.qwen.session import Session
from voiceops.sandbox.messages import Reply, Request
from voiceops.sandbox.realtime import Answer
from voiceops.sandbox.server import serve
from voiceops.sandbox.service import CUSTOMIZATION_PATH, Sandbox

HERE = Path(__file__).parent
# One of each line that people use; both are unmodified.
VERSIONS = ("1.27.8", "2.0.2")
VOLATILE = (
    (re.compile(r"qwen-tts-vd-([a-z]+)-voice-\d{17}-[0-9a-f]{4}"), r"qwen-tts-vd-\1-voice-0-0"),
    (re.compile(r"-vd-([a-z]+)-[0-9a-f]{32}"), r"-vd-\1-0"),
    (re.compile(r"event_[0-9a-f]{32}"), "event_0"),
    (re.compile(r'"task_id": "[0-9a-f]{32}"'), '"task_id": "0"'),
)


def find_python(version: str) -> Path:
    """Give a Python that has the SDK of this version; the first call installs it."""
    return install_programs(f"dashscope=={version}") / "python"


def run_python(
    python: Path, *arguments: str | Path, cwd: Path, env: Mapping[str, str] | None = None
) -> str:
    """Run a script to its end, without proxies, and give what it printed."""
    kept = {key: value for key, value in os.environ.items() if "proxy" not in key.lower()}
    ended = subprocess.run(
        [python, *arguments],
        cwd=cwd,
        env={**kept, "NO_PROXY": "127.0.0.1", "DASHSCOPE_API_KEY": "sk-sdk", **(env or {})},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@dataclass
class Recorder:
    """A sandbox that remembers requests and frames as they came, in their order."""

    sandbox: Sandbox
    requests: list[dict[str, object]] = field(default_factory=list)

    def handle(self, request: Request) -> Reply:
        if request.method == "POST":
            self.requests.append(
                {
                    "path": request.path,
                    "headers": {key: request.header(key) for key in HEADERS if request.header(key)},
                    "body": json.loads(request.body),
                }
            )
        return self.sandbox.handle(request)

    def connect(self, model: str, headers: Mapping[str, str]) -> RecordedSession | Reply:
        session = self.sandbox.connect(model, headers)
        if isinstance(session, Reply):
            return session
        frames: list[object] = []
        self.requests.append({"path": "/api-ws/v1/realtime", "model": model, "frames": frames})
        return RecordedSession(session, frames)

    def connect_tasks(self, headers: Mapping[str, str]) -> RecordedTasks | Reply:
        session = self.sandbox.connect_tasks(headers)
        if isinstance(session, Reply):
            return session
        frames: list[object] = []
        self.requests.append({"path": TASKS_PATH, "frames": frames})
        return RecordedTasks(session, frames)


# What may matter to a server; the others tell of the SDK and its machine.
HEADERS = ("Authorization", "Content-Type", "Accept", "X-DashScope-SSE")


@dataclass
class RecordedSession:
    session: Session
    frames: list[object]

    def open(self) -> Answer:
        return self.session.open()

    def receive(self, frame: str | bytes) -> Answer:
        self.frames.append(json.loads(frame))
        return self.session.receive(frame)


@dataclass
class RecordedTasks:
    session: TaskSession
    frames: list[object]

    def open(self) -> TaskAnswer:
        return self.session.open()

    def receive(self, frame: str | bytes) -> TaskAnswer:
        self.frames.append(json.loads(frame))
        return self.session.receive(frame)


@dataclass(frozen=True)
class Served:
    """A recording sandbox behind a port."""

    recorder: Recorder
    port: int

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v1"

    @property
    def realtime_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/api-ws/v1/realtime"

    @property
    def tasks_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}{TASKS_PATH}"

    def create(self, target_model: str) -> str:
        """Make a voice of Qwen without anybody's client."""
        fields = {
            "action": "create",
            "target_model": target_model,
            "voice_prompt": "A calm voice.",
            "preview_text": "Hello there.",
            "preferred_name": "witness",
        }
        return str(self._design("qwen-voice-design", fields)["voice"])

    def enroll(self, target_model: str) -> str:
        """Make a voice of CosyVoice without anybody's client."""
        fields = {
            "action": "create_voice",
            "target_model": target_model,
            "voice_prompt": "A calm voice.",
            "preview_text": "Hello there, everyone.",
            "prefix": "witness",
        }
        return str(self._design("voice-enrollment", fields)["voice_id"])

    def _design(self, model: str, fields: Mapping[str, object]) -> dict[str, object]:
        body = json.dumps({"model": model, "input": fields}).encode()
        request = Request("POST", CUSTOMIZATION_PATH, {"Authorization": "Bearer sk-test"}, body)
        output: dict[str, object] = json.loads(self.recorder.sandbox.handle(request).body)["output"]
        return output


@contextmanager
def serve_recorded(database: Path) -> Iterator[Served]:
    """Serve a recording sandbox from a thread, which ends with the process."""
    recorder = Recorder(Sandbox(database, now=lambda: datetime.now(UTC)))
    ports: Queue[int] = Queue()
    threading.Thread(
        target=serve,
        args=(recorder,),
        kwargs={"host": "127.0.0.1", "port": 0, "ready": ports.put},
        daemon=True,
    ).start()
    yield Served(recorder, ports.get(timeout=30))


def read_transcript(version: str, *, of: str = "dashscope") -> list[dict[str, object]]:
    """Read what an SDK of this version asked when it was recorded."""
    path = _place_transcript(version, of)
    transcript: list[dict[str, object]] = json.loads(path.read_text(encoding="utf-8"))
    return transcript


def compare_transcript(
    version: str, requests: list[dict[str, object]], *, of: str = "dashscope"
) -> None:
    """Assert that an SDK asked what it asked when it was recorded, or record it now."""
    transcript = settle(requests)
    if os.environ.get("WITNESS_RECORD"):
        path = _place_transcript(version, of)
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(transcript, indent=1) + "\n", encoding="utf-8")
    assert transcript == read_transcript(version, of=of)


def _place_transcript(version: str, of: str) -> Path:
    return HERE / "transcripts" / f"{of}-{version}.json"


def settle(transcript: object) -> list[dict[str, object]]:
    """Replace what differs from run to run: voices, event ids, the key's case."""
    text = json.dumps(transcript)
    for pattern, replacement in VOLATILE:
        text = pattern.sub(replacement, text)
    settled: list[dict[str, object]] = json.loads(text)
    return settled
