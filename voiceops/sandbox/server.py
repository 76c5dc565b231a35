"""The sandbox behind a port, for clients that speak HTTP."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from voiceops.errors import VoiceopsError
from voiceops.sandbox.messages import MAX_BODY_BYTES
from voiceops.sandbox.service import Sandbox

if TYPE_CHECKING:
    import uvicorn
    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

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

        application = _make_application(sandbox)
    except ImportError as error:
        raise VoiceopsError(
            "the sandbox's server needs starlette and uvicorn",
            hint="install the extra: pip install 'voiceops[server]'",
        ) from error
    config = uvicorn.Config(
        application,
        interface="asgi3",
        lifespan="off",
        ws="none",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_GRACE_S,
    )
    server = uvicorn.Server(config)
    with _listen(host, port) as listener, _stopped_by_signals(server):
        ready(listener.getsockname()[1])
        server.run(sockets=[listener])


def _make_application(sandbox: Sandbox) -> ASGIApp:
    from starlette.concurrency import run_in_threadpool
    from starlette.requests import ClientDisconnect, Request
    from starlette.responses import Response

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        """Pass every path and every method on: the sandbox refuses in the vendor's words."""
        request = Request(scope, receive)
        try:
            body = await _read_body(request)
        except ClientDisconnect:
            return
        status, headers, content = await run_in_threadpool(
            sandbox.answer, request.method, scope["path"], request.headers, body
        )
        await Response(content, status, headers)(scope, receive, send)

    return application


async def _read_body(request: Request) -> bytes:
    """Read the body, but little more than the sandbox takes: it refuses what is longer."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            break
    return bytes(body)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise VoiceopsError(
            f"port {port} of {host} cannot be had: {error.strerror or error}",
            hint="name another one with --port; 0 takes any that is free",
        ) from error


@contextmanager
def _stopped_by_signals(server: uvicorn.Server) -> Iterator[None]:
    """Let SIGINT and SIGTERM end the server, from before it runs to after it ran.

    While it runs it handles them itself; at its end it raises them again, and without this that
    would end the process before anything is closed.
    """

    def stop(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
