"""The sandbox behind a port of this process, counting what it is asked."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import bench_data
from local_server import Handler, listening

from voiceops.sandbox.script import Behaviour, Script
from voiceops.sandbox.service import CUSTOMIZATION_PATH, Sandbox

HEADERS = {"Authorization": "Bearer sk-x"}


class Service:
    """An account; `asked` counts the requests by their action."""

    def __init__(self, database: Path) -> None:
        script = Script(Behaviour())
        self.sandbox = Sandbox(database, now=lambda: datetime.now(UTC), script=script)
        self.asked: Counter[str] = Counter()
        self._lock = threading.Lock()

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """Answer one request."""
        with self._lock:
            self.asked[json.loads(body)["input"]["action"]] += 1
        status, _, content = self.sandbox.answer("POST", path, headers, body)
        return status, content

    def fill(self, count: int) -> None:
        """Make the voices of a project of so many, as an earlier apply did."""
        for number in range(count):
            wanted = {
                "action": "create",
                "target_model": bench_data.MODEL,
                "voice_prompt": bench_data.describe_voice(number),
                "preview_text": bench_data.write_preview(number),
                "preferred_name": bench_data.name_voice(number),
                "language": bench_data.LANGUAGE,
            }
            document = {
                "model": "qwen-voice-design",
                "input": wanted,
                "parameters": {"response_format": "pcm", "sample_rate": 8000},
            }
            body = json.dumps(document).encode()
            status, _, content = self.sandbox.answer("POST", CUSTOMIZATION_PATH, HEADERS, body)
            assert status == 200, content


@contextmanager
def serving(service: Service) -> Iterator[str]:
    """Serve on a free port of this machine; gives the base URL."""

    class Requests(Handler):
        wbufsize = -1  # one write for each reply

        def do_POST(self) -> None:
            self.reply(*service.answer(self.path, dict(self.headers), self.take_body()))

    with listening(Requests) as url:
        yield f"{url}/api/v1"
    service.sandbox.close()
