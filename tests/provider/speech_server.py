"""A server for speech that says what a test tells it to, over real sockets."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from websockets.sync.server import ServerConnection
from websockets.sync.server import serve as serve_websocket

from voiceops.effects import System
from voiceops.provider.speech.pieces import Utterance
from voiceops.provider.transport.access import Access
from voiceops.provider.transport.endpoints import Endpoint

T = TypeVar("T")

HTTP_MODEL = "qwen3-tts-vd-2026-01-26"
REALTIME_MODEL = "qwen3-tts-vd-realtime-2026-01-15"
VOICE = "qwen-tts-vd-ann-voice-20261122120000123-a1b2"
KEY = "sk-speech"


def utter(*parts: str, model: str = HTTP_MODEL) -> Utterance:
    return Utterance(VOICE, model, "en", parts or ("Hello.",))


def access(port: int, workspace: str | None = None) -> Access:
    base_url = f"http://127.0.0.1:{port}/api/v1"
    return Access(Endpoint(base_url, "test"), KEY, workspace, System())


class Counting(System):
    """The machine's effects, counting what is sent."""

    exchanges = 0

    def exchange(self, perform: Callable[[], T]) -> T:
        self.exchanges += 1
        return super().exchange(perform)


@contextmanager
def serve_bytes(*replies: bytes, hang: bool = False) -> Iterator[tuple[int, list[bytes]]]:
    """Answer each connection's requests with these bytes, and then close, or hang."""
    listener = socket.create_server(("127.0.0.1", 0))
    requests: list[bytes] = []
    release = threading.Event()

    def work() -> None:
        for reply in replies:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                requests.append(read_request(connection))
                with suppress(OSError):  # the client may have read enough
                    connection.sendall(reply)
                if hang:
                    release.wait()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], requests
    finally:
        release.set()
        listener.close()
        thread.join(5)


def read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def serve_session(
    play: Callable[[ServerConnection, list[dict[str, Any]]], None],
) -> Iterator[tuple[int, list[dict[str, Any]], list[Any]]]:
    """Play a session; gives the port, the events that the client sent, and its handshakes."""
    events: list[dict[str, Any]] = []
    handshakes: list[Any] = []

    def handle(connection: ServerConnection) -> None:
        handshakes.append(connection.request)
        play(connection, events)

    with serve_websocket(handle, "127.0.0.1", 0, close_timeout=1) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.socket.getsockname()[1], events, handshakes
        server.shutdown()
        thread.join(5)


def take(connection: ServerConnection, events: list[dict[str, Any]]) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(connection.recv(timeout=10))
    events.append(event)
    return event
