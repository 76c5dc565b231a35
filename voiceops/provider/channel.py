"""A way to exchange text frames with a realtime session, over a socket or in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote, urlsplit

from voiceops.errors import Unreachable
from voiceops.provider.answer import read_answer
from voiceops.provider.endpoints import API_PATH, is_loopback
from voiceops.provider.quote import quote_text
from voiceops.provider.replies import take_document
from voiceops.provider.speech import Access
from voiceops.provider.trust import trust_for
from voiceops.provider.wire import MIB, WireReply

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

REALTIME_PATH = "/api-ws/v1/realtime"
CONNECT_LIMIT_S = 10.0
CLOSE_LIMIT_S = 2.0
MAX_FRAME_BYTES = 8 * MIB


class Channel(Protocol):
    """One session's frames; for one thread at a time."""

    def send(self, frame: str) -> None:
        """Send a frame; whether the other side has gone shows when something is received."""

    def receive(self, *, timeout_s: float) -> str | bytes | None:
        """Take the next frame; None if the other side closed. Raises TimeoutError."""


# Opens a session of a model, with these headers; it is closed at the end of the block.
Dial = Callable[[str, Mapping[str, str]], AbstractContextManager[Channel]]


@contextmanager
def dial_service(access: Access, model: str) -> Iterator[Channel]:
    """Open a session at the service; raises Unreachable, or what a refused handshake says.

    At the end of the block it is closed, after at most 2 s.
    """
    from websockets.exceptions import InvalidStatus, WebSocketException
    from websockets.sync.client import connect

    address = urlsplit(access.endpoint.base_url)
    scheme = "wss" if address.scheme == "https" else "ws"
    path = address.path.removesuffix(API_PATH) + REALTIME_PATH
    with ExitStack() as stack:
        try:
            connecting = connect(
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
            connection = stack.enter_context(connecting)
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
        yield SocketChannel(connection)


class SocketChannel:
    """A channel over a WebSocket."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    def send(self, frame: str) -> None:
        """Send a frame, if there is somebody to take it."""
        from websockets.exceptions import ConnectionClosed

        with suppress(ConnectionClosed):  # what came before the end is still to be received
            self._connection.send(frame)

    def receive(self, *, timeout_s: float) -> str | bytes | None:
        """Take the next frame."""
        from websockets.exceptions import ConnectionClosed

        try:
            return self._connection.recv(timeout=timeout_s)
        except ConnectionClosed:
            return None
