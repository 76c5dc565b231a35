"""A way to exchange text frames with a realtime session, over a socket or in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote, urlsplit

from voiceops.errors import ProtocolViolated, Unreachable
from voiceops.provider.quote import quote_text
from voiceops.provider.speech.pieces import LABEL, take_reply
from voiceops.provider.transport.access import Access
from voiceops.provider.transport.endpoints import API_PATH, is_loopback
from voiceops.provider.transport.exchange import MIB
from voiceops.provider.transport.trust import trust_for
from voiceops.threads import signals_left_out

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

REALTIME_PATH = "/api-ws/v1/realtime"
CONNECT_LIMIT_S = 10.0
SEND_LIMIT_S = 30.0
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
def dial_service(
    access: Access, model: str, *, send_limit_s: float = SEND_LIMIT_S
) -> Iterator[Channel]:
    """Open a session at the service; raises Unreachable, or what a refused handshake says.

    At the end of the block it is closed, after at most 2 s.
    """
    with _connect(access, model) as connection:
        with suppress(OSError):  # the other side may have left already: receiving tells
            connection.socket.settimeout(send_limit_s)  # for sending: reading waits elsewhere
        yield SocketChannel(connection)


def _connect(access: Access, model: str) -> ClientConnection:
    from websockets.exceptions import InvalidProxy, InvalidStatus, WebSocketException

    host = urlsplit(access.endpoint.base_url).netloc
    hint = "check the network, the endpoint and the proxy settings"
    try:
        return access.effects.exchange(lambda: _shake_hands(access, model))
    except InvalidStatus as error:
        take_reply(bytes(error.response.body or b""), access, status=error.response.status_code)
        raise ProtocolViolated(f"{LABEL}: {host} opens no session", hint=hint) from error
    except (InvalidProxy, ImportError, ValueError) as error:  # they may quote its password
        why = "the proxy in WSS_PROXY, SOCKS_PROXY or HTTPS_PROXY cannot be used"
        raise Unreachable(f"{LABEL}: cannot reach {host}: {why}", hint=hint) from error
    except (OSError, WebSocketException) as error:
        why = quote_text(str(error)) or "no connection"
        raise Unreachable(f"{LABEL}: cannot reach {host}: {why}", hint=hint) from error


def _shake_hands(access: Access, model: str) -> ClientConnection:
    from websockets.sync.client import ClientConnection, connect

    class Connection(ClientConnection):
        def recv_events(self) -> None:
            """Read, in a thread of its own."""
            with signals_left_out():
                super().recv_events()

    address = urlsplit(access.endpoint.base_url)
    scheme = "wss" if address.scheme == "https" else "ws"
    path = address.path.removesuffix(API_PATH) + REALTIME_PATH
    return connect(
        f"{scheme}://{address.netloc}{path}?model={quote(model, safe='')}",
        additional_headers=access.headers,
        user_agent_header=None,
        ssl=trust_for(scheme) if scheme == "wss" else None,
        proxy=None if is_loopback(address.hostname or "") else True,
        compression=None,
        open_timeout=CONNECT_LIMIT_S,
        # Silence has a limit of ours. A pong would wait behind the audio that a player is not
        # ready for yet, and be missed.
        ping_interval=None,
        close_timeout=CLOSE_LIMIT_S,
        max_size=MAX_FRAME_BYTES,
        create_connection=Connection,
    )


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
        except ConnectionClosed as error:
            if error.sent and not error.rcvd_then_sent:  # it was this side that gave up
                message = f"{LABEL}: a frame came that is not UTF-8, or too long, or none at all"
                raise ProtocolViolated(message) from error
            return None
