"""A server on a real socket that answers as a test wants it, well or badly."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Script = Callable[["Peer"], None]


@dataclass
class Peer:
    """One connection as the server sees it; `server` is what all connections share."""

    socket: socket.socket
    server: Server

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def reply(self, status: str, body: bytes = b"", *headers: str) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
        self.send("\r\n".join(lines).encode() + body)

    def drip(self, data: bytes) -> None:
        """Send byte after byte, endlessly the last one, until the other side is gone."""
        for number in range(10_000):
            self.send(data[number : number + 1] or data[-1:])
            if self.server.is_over.wait(0.01):
                return

    def reset(self) -> None:
        """Break the connection the hard way."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


@dataclass
class Server:
    """What came in: the requests, head and body, of each connection in turn."""

    port: int
    is_over: threading.Event = field(default_factory=threading.Event)
    connections: list[list[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v1"

    @property
    def requests(self) -> list[bytes]:
        return [request for connection in self.connections for request in connection]


@contextmanager
def serve(script: Script) -> Iterator[Server]:
    """Answer every request by the script, until the test is through."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(listener.getsockname()[1])
        accepting = threading.Thread(target=_accept, args=(listener, server, script))
        accepting.start()
        try:
            yield server
        finally:
            server.is_over.set()
            with socket.create_connection(listener.getsockname()):
                accepting.join()


@contextmanager
def serve_raw(answer: bytes) -> Iterator[int]:
    """Send the same bytes to whoever connects, whatever they say."""

    def speak(listener: socket.socket) -> None:
        while True:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                if is_over.is_set():
                    return
                connection.sendall(answer)

    is_over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        speaking = threading.Thread(target=speak, args=(listener,))
        speaking.start()
        try:
            yield listener.getsockname()[1]
        finally:
            is_over.set()
            with socket.create_connection(listener.getsockname()) as last:
                last.sendall(b"over")
                speaking.join()


def _accept(listener: socket.socket, server: Server, script: Script) -> None:
    threads = []
    while True:
        connection, _ = listener.accept()
        if server.is_over.is_set():
            connection.close()
            break
        requests: list[bytes] = []
        server.connections.append(requests)
        thread = threading.Thread(target=_converse, args=(connection, server, script, requests))
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join()


def _converse(
    connection: socket.socket, server: Server, script: Script, requests: list[bytes]
) -> None:
    with connection:
        connection.settimeout(5)
        try:
            while request := _read_request(connection):
                requests.append(request)
                script(Peer(connection, server))
        except OSError:
            return  # the client left, or the script broke the connection


def _read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        received = connection.recv(65536)
        if not received:
            return b""
        data += received
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
