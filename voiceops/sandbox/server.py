"""The sandbox behind a port, for clients that speak HTTP."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from voiceops.errors import VoiceopsError
from voiceops.installation import tell_extra
from voiceops.sandbox.service import Sandbox
from voiceops.threads import STOPPING

if TYPE_CHECKING:
    import uvicorn

# Longer than clients keep an idle connection, so that none is closed under a request.
_KEEP_ALIVE_S = 75
_GRACE_S = 5


def serve(sandbox: Sandbox, *, host: str, port: int, ready: Callable[[int], None]) -> None:
    """Serve the sandbox until SIGINT or SIGTERM, then finish what is in flight and return.

    Port 0 takes any that is free; `ready` is called once with the real port, when connections
    are accepted. In another thread than the main one no signal arrives: there it serves for ever.
    Raises VoiceopsError if the extra is not installed or the port cannot be had.
    """
    try:
        import uvicorn

        from voiceops.sandbox.application import DroppingProtocol, make_application
    except ImportError as error:
        raise VoiceopsError(
            "the sandbox's server needs starlette, uvicorn and websockets",
            hint=f"install the extra: {tell_extra('server')}",
        ) from error
    config = uvicorn.Config(
        make_application(sandbox),
        interface="asgi3",
        lifespan="off",
        http=DroppingProtocol,
        ws="websockets-sansio",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        date_header=False,  # the sandbox has a time of its own
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_GRACE_S,
    )
    server = uvicorn.Server(config)
    with _listen(host, port) as listener, _stopped_by_signals(server):
        ready(listener.getsockname()[1])
        server.run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise VoiceopsError(
            f"port {port} of {host} cannot be had: {why}",
            hint="name another one with --port; 0 takes any that is free",
        ) from error
    # Connections inherit it; asyncio sets it only on those whose protocol is named, and without it
    # the body of a reply waits 40 ms for the other side to acknowledge its head.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


@contextmanager
def _stopped_by_signals(server: uvicorn.Server) -> Iterator[None]:
    """Let SIGINT, SIGTERM and SIGHUP end the server, from before it runs to after it ran.

    While it runs it handles them itself; at its end it raises them again, and without this that
    would end the process before anything is closed.
    """

    def stop(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard = [number for number in STOPPING if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
