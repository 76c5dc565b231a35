"""The key is in no byte that is written: not on success, not in any failure, in no encoding."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest
from cli_project import Run

from voiceops.sandbox.service import Sandbox

KEY = "sk-canary+7f3a/9c=1d"
ENCODINGS = (
    KEY.encode(),
    base64.b64encode(KEY.encode()).rstrip(b"="),
    base64.b64encode(f"Bearer {KEY}".encode()).rstrip(b"="),
    KEY.encode().hex().encode(),
    quote(KEY, safe="").encode(),
    json.dumps(KEY)[1:-1].encode(),
    KEY[::-1].encode(),
)


class Service(ThreadingHTTPServer):
    """The sandbox behind a socket, that answers as `mode` says."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.sandbox = Sandbox(None, now=lambda: datetime.now(UTC))
        self.mode = "well"


class Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        is_create = json.loads(body)["input"]["action"] == "create"
        status, _, reply = self.server.sandbox.answer("POST", self.path, self.headers, body)
        match self.server.mode:
            case "echoing" if is_create:
                said = {"code": "InvalidParameter", "message": f"no: {dict(self.headers)}"}
                status, reply = 400, json.dumps(said).encode()
            case "denying":
                said = {"code": "InvalidApiKey", "message": f"Invalid API-key provided: {KEY}"}
                status, reply = 401, json.dumps(said).encode()
            case "breaking" if is_create:
                status, reply = 500, KEY.encode()
            case "garbling":
                status, reply = 200, f"<html>{KEY}</html>".encode()
            case "leading away":
                status, reply = 302, KEY.encode()
            case _:
                pass
        self.send_response(status)
        self.send_header("Location", f"http://127.0.0.1:1/?key={KEY}")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def service() -> Iterator[Service]:
    server = Service()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        ("well", 0),
        ("echoing", 1),
        ("denying", 1),
        ("breaking", 0),
        ("garbling", 1),
        ("leading away", 1),
    ],
)
def test_the_key_is_written_nowhere(
    project: Path, run: Run, service: Service, mode: str, code: int
) -> None:
    service.mode = mode
    variables = {
        "DASHSCOPE_API_KEY": KEY,
        "DASHSCOPE_HTTP_BASE_URL": f"http://127.0.0.1:{service.server_port}/api/v1",
    }
    applied = run("apply", "--yes", "--json", **variables)
    assert applied.returncode == code, applied.stderr
    done = [applied, *(run(*words, **variables) for words in (["plan"], ["list"], ["drift"]))]
    written = [text.encode() for one in done for text in (one.stdout, one.stderr)]
    written += [path.read_bytes() for path in project.rglob("*") if path.is_file()]
    for encoded in ENCODINGS:
        assert not any(encoded in data for data in written), encoded
