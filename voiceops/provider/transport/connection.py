"""One connection to the service, which can be cut when its time is over."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterable, Iterator, Mapping

import httpcore
import httpx

from voiceops.errors import ProtocolViolated
from voiceops.provider.transport.exchange import Call, Handler, WireReply
from voiceops.provider.transport.in_process import InProcess
from voiceops.threads import signals_left_out

CONNECT_LIMIT_S = 10.0
# These tell of a connection that did not come about.
_BEFORE_SENDING = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


class Line:
    """Posts over one connection at a time, and knows how far the last exchange got.

    The time limits of httpx start anew with every byte that comes. So a timer shuts the socket
    down when the time for the whole exchange is over, and the thread that reads it wakes up.
    For one thread at a time.
    """

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        *,
        ssl_context: ssl.SSLContext,
        proxy: str | None,
        handler: Handler | None,
    ) -> None:
        self.is_late = False
        self.is_at_proxy = False
        self.proxy = proxy
        self._url = url
        self._was_begun = False
        self._socket: socket.socket | None = None
        self._has_socket = handler is None
        self._client = httpx.Client(
            headers=headers,
            verify=ssl_context,
            trust_env=False,
            proxy=proxy,
            transport=InProcess(handler) if handler else None,
            follow_redirects=False,
        )

    def post(self, content: bytes, call: Call) -> WireReply:
        """Send a request once and read its reply; raises httpx's errors, or ProtocolViolated."""
        self.is_late = self.is_at_proxy = self._was_begun = False
        with self._cut_after(call.time_limit_s):
            reply = self._exchange(content, call)
        if self.is_late:  # a body without a length ends like a whole one when it is cut
            raise httpx.ReadTimeout("the connection was cut")
        return reply

    def is_untouched_after(self, error: Exception) -> bool:
        """Tell whether the error proves that no byte of the last request was sent.

        `is_at_proxy` says that a proxy was asked for a tunnel and has opened none: nothing has
        reached the service then, however that ended.
        """
        is_before = self.is_at_proxy or isinstance(error, _BEFORE_SENDING)
        return is_before and not self._was_begun

    @property
    def is_connected(self) -> bool:
        """Tell whether there has been a connection, to the service or to a proxy."""
        return self._socket is not None

    def close(self) -> None:
        """Close the connection, also one that came when the time was over, and nobody took."""
        self._client.close()
        if self._socket is not None:
            self._socket.close()

    def _exchange(self, content: bytes, call: Call) -> WireReply:
        limit_s = call.time_limit_s
        with self._client.stream(
            "POST",
            self._url,
            content=content,
            timeout=httpx.Timeout(limit_s, connect=min(CONNECT_LIMIT_S, limit_s)),
            extensions={"trace": self._note},
        ) as response:
            said = response.headers
            return WireReply(
                response.status_code,
                _read(response.iter_raw(), call),
                retry_after=said.get("retry-after", ""),
                date=said.get("date", ""),
                tls=self._socket.version() or "" if isinstance(self._socket, ssl.SSLSocket) else "",
            )

    def _note(self, event: str, info: Mapping[str, object]) -> None:
        """Follow what the connection does, as the `trace` extension of httpx tells it."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            stream = info["return_value"]
            if isinstance(stream, httpcore.NetworkStream):
                self._socket = stream.get_extra_info("socket")
            if self.is_late:
                raise httpx.ConnectTimeout("the time was over before there was a connection")
        elif event.endswith(".send_request_headers.started"):
            request = info["request"]
            if isinstance(request, httpcore.Request):
                self.is_at_proxy = request.method == b"CONNECT"
                self._was_begun = request.method == b"POST"
        elif event.endswith(".start_tls.started"):
            self.is_at_proxy = False

    @contextlib.contextmanager
    def _cut_after(self, seconds: float) -> Iterator[None]:
        if not self._has_socket:
            yield
            return
        timer = threading.Timer(seconds, self._cut)
        timer.daemon = True
        with signals_left_out():
            timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()  # from here on it cannot strike at the next exchange

    def _cut(self) -> None:
        """Shut the socket down, below TLS; the thread that waits for it closes it."""
        self.is_late = True
        if self._socket is not None:
            with contextlib.suppress(OSError):  # it is closed already
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def _read(chunks: Iterable[bytes], call: Call) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > call.size_limit_bytes:
            raise ProtocolViolated(
                f"{call.label}: the reply is larger than {call.size_limit_bytes:,} bytes"
            )
    return bytes(body)
