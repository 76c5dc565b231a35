"""A way to exchange text frames with a realtime session, over a socket or in this process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote, urlsplit

from voiceops.errors import Unreachable
from voiceops.provider.answer import read_answer
from voiceops.provider.endpoints import API_PATH, is_loopback
from voiceops.provider.quote import quote_text
from voiceops.provider.replies import take_document
from voiceops.provider.speech import Access
from voiceops.provider.trust import trust_for
from voiceops.provider.wire import MIB, ReplyLost, WireReply

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

REALTIME_PATH = "/api-ws/v1/realtime"
CONNECT_LIMIT_S = 10.0
CLOSE_LIMIT_S = 2.0
MAX_FRAME_BYTES = 8 * MIB


class Channel(Protocol):
    """One session's frames; for one thread at a time."""

    def send(self, frame: str) -> None:
        """Send a frame; raises ReplyLost if the other side has gone."""

    def receive(self, *, timeout_s: float) -> str | bytes | None:
        """Take the next frame; None if the other side closed. Raises TimeoutError."""

    def close(self) -> None:
        """End the session; doing it twice is no error."""


# Makes a channel to a session of a model, with these headers.
Dial = Callable[[str, Mapping[str, str]], Channel]


def dial_service(access: Access, model: str) -> Channel:
    """Open a session at the service; raises Unreachable, or what a refused handshake says."""
    from websockets.exceptions import InvalidStatus, WebSocketException
    from websockets.sync.client import connect

    address = urlsplit(access.endpoint.base_url)
    scheme = "wss" if address.scheme == "https" else "ws"
    path = address.path.removesuffix(API_PATH) + REALTIME_PATH
    try:
        connection = connect(
            f"{scheme}://{address.netloc}{path}?model={quote(model, safe='')}",
            additional_headers=access.headers,
            user_agent_header=None,
            ssl=trust_for(scheme) if scheme == "wss" else None,
            proxy=None if is_loopback(address.hostname or "") else True,
            compression=None,
            open_timeout=CONNECT_LIMIT_S,
            close_timeout=CLOSE_LIMIT_S,
            max_size=MAX_FRAME_BYTES,
        )
    except InvalidStatus as error:
        refusal = WireReply(error.response.status_code, bytes(error.response.body or b""))
        now = access.effects.now()
        take_document(read_answer(refusal, label="say", key=access.key, now=now))
        raise
    except (OSError, WebSocketException) as error:
        raise Unreachable(
            f"say: cannot reach {address.netloc}: {quote_text(str(error)) or 'no connection'}",
            hint="check the network, the endpoint and the proxy settings",
        ) from error
    return SocketChannel(connection)


class SocketChannel:
    """A channel over a WebSocket."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    def send(self, frame: str) -> None:
        """Send a frame."""
        from websockets.exceptions import ConnectionClosed

        try:
            self._connection.send(frame)
        except ConnectionClosed as error:
            raise ReplyLost("say: the session was closed before all was sent") from error

    def receive(self, *, timeout_s: float) -> str | bytes | None:
        """Take the next frame."""
        from websockets.exceptions import ConnectionClosed

        try:
            return self._connection.recv(timeout=timeout_s)
        except ConnectionClosed:
            return None

    def close(self) -> None:
        """Close the socket, after at most 2 s."""
        self._connection.close()
